//! What a bidder does with the command line.

use std::fs;

use super::wine::Wine;
use crate::failure::{During, Failure};
use crate::test::report::Counts;

/// A PIN that a person chose, and the one that every token comes with.
pub(super) const PIN: &str = "Bid-2026!";
pub(super) const INITIAL_PIN: &str = "123456";

/// A token, certificates, a sealed tender, a bid that is encrypted and opened. Each line is a check.
pub(super) fn work(wine: &Wine) -> Result<Counts, Failure> {
    let pin = format!(r#"{{"pin":"{PIN}"}}"#);
    let activate = format!(r#"{{"pin":"{INITIAL_PIN}","new_pin":"{PIN}"}}"#);
    let mut counts = Counts::default();
    for suite in ["sm", "p256"] {
        let name = |end: &str| format!("{suite}{end}");
        let (ca, token, chain, holder) = (name("-ca"), name("-token"), name("-chain.pem"), name("-投标人"));
        let (sealed, bid, opened) = (name("-封.pdf"), name(".bid"), name("-opened"));
        let subject = format!("CN={holder},C=CN");
        let mut lines: Vec<(&str, Vec<&str>, &str)> = vec![
            ("bidseal-ca", vec!["create", &ca, "--suite", suite, "--name", "Wine CA"], ""),
            ("bidseal-ca", vec!["chain", &ca, "-o", &chain], ""),
            ("bidseal", vec!["trust", "add", &chain], ""),
            ("bidseal", vec!["token", "init", "--label", &token, "--suite", suite], ""),
            ("bidseal", vec!["pin", "activate", &token], &activate),
        ];
        let files = ["sign", "encrypt"]
            .map(|key_use| (key_use, name(&format!("-{key_use}.csr")), name(&format!("-{key_use}.pem"))));
        for (key_use, request, certificate) in &files {
            let ask = vec!["cert", "request", &token, "--subject", &subject, "--use", key_use, "-o", request];
            lines.push(("bidseal", ask, &pin));
            lines.push((
                "bidseal-ca",
                vec!["issue", &ca, "--use", key_use, "--request", request, "-o", certificate],
                "",
            ));
            lines.push(("bidseal", vec!["cert", "import", &token, certificate], &pin));
        }
        lines.extend([
            (
                "bidseal",
                vec!["stamp", "tender.pdf", "-o", &sealed, "-c", &holder, "--seal", "seal.png", "--at", "150,240"],
                &*pin,
            ),
            ("bidseal", vec!["verify", &sealed], ""),
            ("bidseal", vec!["bid", "encrypt", "tender.pdf", "-o", &bid, "--to", &holder], &pin),
            ("bidseal", vec!["bid", "verify", &bid], ""),
            ("bidseal", vec!["bid", "decrypt", &bid, "-o", &opened], &pin),
        ]);
        for (program, arguments, secrets) in lines {
            counts.add(Counts::one(wine.call(program, &arguments, secrets)?.is_good()));
        }
        let back = fs::read(wine.path(&opened).join("tender.pdf")).unwrap_or_default();
        counts.add(Counts::one(back == fs::read(wine.path("tender.pdf")).during("tender.pdf")?));
    }
    let refused = wine.call("bidseal", &["verify", "absent.pdf"], "")?;
    counts.add(Counts::one(refused.status == Some(2)));
    Ok(counts)
}
