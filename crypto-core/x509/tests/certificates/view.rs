//! What a certificate says, read from certificates that OpenSSL made.

use crate::support::OpenSsl;
use algo::{Hash, Suite};
use time::macros::datetime;
use x509::{Certificate, CertificateError, CertificateSelector, KeyUsage, SelectorError};

/// A certificate with all that a Chinese authority writes, in the string types it uses.
fn rich(openssl: &OpenSsl) -> Certificate {
    openssl.put(
        "rich.cnf",
        "[req]\ndistinguished_name=dn\nprompt=no\nutf8=yes\nstring_mask=utf8only\nx509_extensions=ext\n\
         [dn]\nC=CN\nST=浙江\nO=杭州某某建设有限公司\norganizationIdentifier=NTRCN-91330100799655058B\nserialNumber=HZ-2026-0001\nCN=李雷\n\
         [ext]\nbasicConstraints=critical,CA:FALSE\n\
         keyUsage=critical,keyEncipherment,dataEncipherment,keyAgreement\n\
         extendedKeyUsage=clientAuth,emailProtection\nsubjectKeyIdentifier=hash\n\
         1.2.156.10260.4.1.1=ASN1:IMPLICIT:0,PRINTABLESTRING:330106199001011234\n\
         1.2.156.10260.4.1.2=ASN1:PRINTABLESTRING:SI-17\n\
         1.2.156.10260.4.1.3=ASN1:FORMAT:UTF8,UTF8String:浙工商-330100\n\
         1.2.156.10260.4.1.4=ASN1:PRINTABLESTRING:799655058\n\
         1.2.156.10260.4.1.5=ASN1:PRINTABLESTRING:330165799655058\n",
    );
    let make =
        ["req", "-x509", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-config", "rich.cnf"];
    let more = ["-set_serial", "0x00A1B2C3D4", "-days", "30", "-keyout", "k", "-out", "rich.pem"];
    openssl.ok(&[&make[..], &more].concat());
    Certificate::from_any(&openssl.get("rich.pem")).unwrap().remove(0)
}

#[test]
fn everything_that_a_person_wants_to_see() {
    let openssl = OpenSsl::new();
    let certificate = rich(&openssl);
    let subject = "CN=李雷,serialNumber=HZ-2026-0001,organizationIdentifier=NTRCN-91330100799655058B,\
                   O=杭州某某建设有限公司,ST=浙江,C=CN";
    assert_eq!(certificate.subject().to_string(), subject);
    assert_eq!(certificate.subject().common_name().as_deref(), Some("李雷"));
    assert_eq!(certificate.device_number().as_deref(), Some("HZ-2026-0001"));
    assert_eq!(certificate.suite(), Some(Suite::P256));
    assert!(certificate.is_self_issued() && !certificate.is_ca());
    let usage = certificate.key_usage();
    assert!(usage.can_encrypt() && !usage.can_sign() && !usage.can_certify());
    assert_eq!(usage.to_string(), "keyEncipherment, dataEncipherment, keyAgreement");
    let purposes = certificate.extended_key_usage().unwrap();
    assert_eq!(purposes, [x509::oid::purpose::CLIENT_AUTH, x509::oid::purpose::EMAIL_PROTECTION]);

    let ids = certificate.unit_ids();
    assert_eq!(ids.uscc.unwrap().as_str(), "91330100799655058B", "from organizationIdentifier");
    assert_eq!(ids.organisation_code.as_deref(), Some("799655058"));
    assert_eq!(ids.identity_code.as_deref(), Some("330106199001011234"));
    assert_eq!(ids.insurance_number.as_deref(), Some("SI-17"));
    assert_eq!(ids.registration_number.as_deref(), Some("浙工商-330100"));
    assert_eq!(ids.tax_number.as_deref(), Some("330165799655058"));

    assert_eq!(certificate.serial().to_string(), "A1B2C3D4");
    let print = |option: &str| openssl.ok(&["x509", "-in", "rich.pem", "-noout", option]);
    let shown = print("-fingerprint").replace(':', "").to_lowercase();
    assert!(shown.contains(&certificate.thumbprint(Hash::Sha1).to_string()), "{shown}");
    assert_eq!(print("-serial").trim(), "serial=A1B2C3D4");
    let (not_before, not_after) = certificate.validity();
    assert_eq!(not_after - not_before, time::Duration::days(30));
    assert!(certificate.is_valid_at(not_before) && certificate.is_valid_at(not_after));
    assert!(certificate.is_valid_at(not_after + time::Duration::milliseconds(999)));
    assert!(!certificate.is_valid_at(not_after + time::Duration::SECOND));
    assert!(!certificate.is_valid_at(not_before - time::Duration::NANOSECOND));
}

#[test]
fn selectors() {
    let certificate = rich(&OpenSsl::new());
    let thumbprint = certificate.thumbprint(Hash::Sha256).to_string();
    let grouped: String = thumbprint
        .to_uppercase()
        .chars()
        .take(8)
        .collect::<Vec<_>>()
        .chunks(2)
        .fold(String::new(), |text, pair| format!("{text}{}:", pair.iter().collect::<String>()));
    let table = [
        ("serial:a1b2c3d4".to_owned(), true),
        ("serial:00:A1:B2:C3:D4".to_owned(), true),
        ("serial:a1b2".to_owned(), false),
        (format!("sha256:{thumbprint}"), true),
        (format!("sha256:{}", &thumbprint[..2]), true),
        (format!("sha256:{grouped}"), true),
        (format!("sha256:{}", &thumbprint[1..]), false),
        ("subject:李雷".to_owned(), true),
        ("subject:cn=李雷,serialnumber=hz".to_owned(), true),
        ("subject:a1b2c3d4".to_owned(), false),
        ("杭州某某".to_owned(), true),
        ("李四".to_owned(), false),
        ("A1B2C3D4".to_owned(), true),
        (thumbprint[..8].to_owned(), true),
        (thumbprint[..7].to_owned(), false),
    ];
    for (typed, expected) in table {
        let selector = CertificateSelector::parse(&typed).unwrap();
        assert_eq!(selector.matches(&certificate), expected, "{typed}");
    }
    for typed in ["", " ", "serial:", "subject: "] {
        assert_eq!(typed.parse::<CertificateSelector>(), Err(SelectorError::Empty { typed: typed.into() }));
    }
    for typed in ["serial:xyz", "sha256:李雷"] {
        assert_eq!(typed.parse::<CertificateSelector>(), Err(SelectorError::NotHex { typed: typed.into() }));
    }
}

#[test]
fn old_versions_and_unusable_keys() {
    let openssl = OpenSsl::new();
    let new = ["req", "-new", "-nodes", "-subj", "/CN=v1", "-newkey", "rsa:2048", "-keyout", "k", "-out", "csr"];
    openssl.ok(&new);
    openssl.ok(&["x509", "-req", "-in", "csr", "-signkey", "k", "-days", "3", "-out", "v1.pem"]);
    let v1 = Certificate::from_any(&openssl.get("v1.pem")).unwrap().remove(0);
    assert!(!v1.is_ca() && v1.subject_key_id().is_none());
    assert_eq!(v1.key_usage().names().count(), 9, "without the extension nothing is restricted");
    assert!(v1.key_usage().any_of(KeyUsage::DECIPHER_ONLY));

    for newkey in ["ed25519", "rsa:512"] {
        let make = ["req", "-x509", "-nodes", "-subj", "/CN=x", "-newkey", newkey, "-keyout", "k", "-out", "odd.der"];
        openssl.ok(&[&make[..], &["-outform", "DER"]].concat());
        let read = Certificate::from_der(&openssl.get("odd.der"));
        assert!(matches!(read, Err(CertificateError::PublicKey(_))), "{newkey}: {read:?}");
    }
}

#[test]
fn dates_in_both_forms_and_repeated_extensions() {
    let openssl = OpenSsl::new();
    let config = "[req]\ndistinguished_name=dn\nprompt=no\n[dn]\nCN=x\n[ca]\ndefault_ca=c\n\
                  [c]\ndatabase=db\nserial=s\nnew_certs_dir=.\ndefault_md=sha256\npolicy=p\n[p]\nCN=supplied\n";
    openssl.put("c.cnf", config);
    openssl.put("db", "");
    openssl.put("s", "01");
    openssl.ok(&["req", "-new", "-nodes", "-newkey", "rsa:2048", "-config", "c.cnf", "-keyout", "k", "-out", "csr"]);
    let sign = ["ca", "-selfsign", "-batch", "-config", "c.cnf", "-keyfile", "k", "-in", "csr", "-out", "long.pem"];
    let dates = ["-startdate", "20491231235959Z", "-enddate", "20501231235959Z"];
    openssl.ok(&[&sign[..], &dates].concat());
    let certificate = Certificate::from_any(&openssl.get("long.pem")).unwrap().remove(0);
    let expected = (datetime!(2049-12-31 23:59:59 UTC), datetime!(2050-12-31 23:59:59 UTC));
    assert_eq!(certificate.validity(), expected);

    use crate::support::{Draft, NOW};
    use x509::issue::{NewExtension, Profile, Validity};
    let built = Draft::new(Suite::P256, "CN=x", Profile::Sign)
        .change(|template| template.validity = Validity { not_before: expected.0, not_after: expected.1 })
        .self_signed();
    assert_eq!(built.certificate.validity(), expected);
    openssl.put("built.pem", built.certificate.to_pem());
    let shown = openssl.ok(&["x509", "-in", "built.pem", "-noout", "-dates"]);
    assert!(shown.contains("Dec 31 23:59:59 2049 GMT") && shown.contains("Dec 31 23:59:59 2050 GMT"), "{shown}");

    let twice = Draft::new(Suite::P256, "CN=x", Profile::Sign)
        .change(|template| template.extensions.push(NewExtension::basic_constraints(true, None)));
    let unsigned = twice.template.to_be_signed(&Suite::P256.signature_scheme(), twice.key.public()).unwrap();
    let signature = twice.key.sign_digest(unsigned.scheme(), &unsigned.digest()).unwrap();
    let read = Certificate::from_der(&unsigned.finish(&signature).unwrap());
    assert!(matches!(read, Err(CertificateError::ExtensionTwice { .. })), "{read:?}");
    assert!(built.certificate.is_valid_at(NOW + time::Duration::days(365 * 24)));
}
