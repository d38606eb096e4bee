//! The program `bidseal-ca` as a person runs it, with OpenSSL making the request and judging the answer.

use std::path::Path;
use std::process::{Command, Output};

struct Place(tempfile::TempDir);

impl Place {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn run(&self, program: &str, arguments: &str) -> Output {
        let arguments = arguments.split(' ');
        let output = Command::new(program).args(arguments).current_dir(self.path()).output();
        output.unwrap_or_else(|error| panic!("{program} is needed: {error}"))
    }

    fn ca(&self, arguments: &str) -> Output {
        self.run(env!("CARGO_BIN_EXE_bidseal-ca"), arguments)
    }

    fn ok(&self, output: &Output) -> String {
        let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{text}");
        text
    }

    fn request(&self) {
        let arguments = "req -new -nodes -utf8 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj /O=某某公司/CN=李雷";
        self.ok(&self.run("openssl", &format!("{arguments} -keyout key.pem -out request.pem")));
    }

    fn failed(&self, arguments: &str, status: i32, says: &str) {
        let output = self.ca(arguments);
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {text}");
        assert!(text.contains(says), "{arguments}: {text}");
        assert!(output.stdout.is_empty(), "{arguments}");
    }
}

#[test]
fn from_an_empty_folder_to_a_certificate_that_openssl_accepts() {
    let place = Place::new();
    place.request();
    let text = place.ok(&place.ca("create ca --suite p256 --name 演示"));
    assert!(
        text.contains("CN=演示 Root CA") && text.contains("demonstrations only") && text.contains("仅供演示"),
        "{text}"
    );
    let text = place.ok(&place
        .ca("issue ca --use sign --request request.pem --days 30 --uscc 91330100799655058B --device HZ-1 -o sign.pem"));
    assert!(text.contains("serialNumber=HZ-1,CN=李雷,O=某某公司"), "{text}");
    place.ok(&place.ca("root ca -o root.pem"));
    place.ok(&place.ca("chain ca -o chain.pem"));
    let verified =
        place.run("openssl", "verify -x509_strict -purpose smimesign -trusted root.pem -untrusted chain.pem sign.pem");
    assert!(place.ok(&verified).contains("sign.pem: OK"));
    let shown = place.ok(&place.run("openssl", "x509 -in sign.pem -noout -text"));
    assert!(shown.contains("1.2.156.10260.4.1.4") && shown.contains("TLS Web Client Authentication"), "{shown}");
    let public = |arguments: &str| place.ok(&place.run("openssl", arguments));
    assert_eq!(public("x509 -in sign.pem -noout -pubkey"), public("pkey -in key.pem -pubout"));

    place.ok(&place.ca(
        "issue ca --use encrypt --request request.pem --not-before 2026-01-01T00:00:00+08:00 --not-after 2026-12-31T23:59:59Z -o encrypt.pem",
    ));
    let shown = place.ok(&place.run("openssl", "x509 -in encrypt.pem -noout -dates -ext keyUsage"));
    assert!(shown.contains("Dec 31 16:00:00 2025") && shown.contains("Dec 31 23:59:59 2026"), "{shown}");
    assert!(shown.contains("Key Encipherment, Data Encipherment, Key Agreement"), "{shown}");
}

#[test]
fn bad_input_ends_with_status_2_and_writes_nothing() {
    let place = Place::new();
    place.request();
    place.ok(&place.ca("create ca --suite p256 --name demo"));
    std::fs::copy(place.path().join("key.pem"), place.path().join("other.pem")).unwrap();
    let request = std::fs::read_to_string(place.path().join("request.pem")).unwrap();
    let (start, end) = request.split_at(request.len() - 60);
    let forged = format!("{start}{}", end.replacen(|c: char| c.is_ascii_lowercase(), "Q", 2));
    std::io::Write::write_all(&mut std::fs::File::create(place.path().join("forged.pem")).unwrap(), forged.as_bytes())
        .unwrap();
    let issue = "issue ca --use sign -o out.pem --request";
    place.failed(&format!("{issue} absent.pem"), 2, "cannot read absent.pem");
    place.failed(&format!("{issue} other.pem"), 2, "PKCS#10");
    place.failed(&format!("{issue} forged.pem"), 2, "bidseal-ca:");
    place.failed(&format!("{issue} request.pem --uscc 91330100799655058C"), 2, "校验位不符");
    place.failed(&format!("{issue} request.pem --not-after tomorrow"), 2, "2026-11-20T08:00:00Z");
    place.failed(&format!("{issue} request.pem --days 4000"), 2, "4000");
    place.failed(
        &format!("{issue} request.pem --not-before 2030-01-01T00:00:00Z --not-after 2029-01-01T00:00:00Z"),
        2,
        "valid until",
    );
    place.failed("issue absent --use sign -o out.pem --request request.pem", 2, "bidseal-ca create");
    place.failed("issue ca --use both -o out.pem --request request.pem", 2, "sign, encrypt");
    place.failed("issue ca --use sign -o request.pem --request request.pem --force", 2, "same file");
    place.failed("create ca --suite p256 --name demo", 2, "空文件夹");
    place.failed("create new --suite des --name demo", 2, "sm, rsa, p256 or p384");
    assert!(!place.path().join("out.pem").exists() && !place.path().join("new").exists());
    assert_eq!(std::fs::read_to_string(place.path().join("request.pem")).unwrap(), request);

    place.ok(&place.ca(&format!("{issue} request.pem")));
    place.failed(&format!("{issue} request.pem"), 2, "--force");
    place.ok(&place.ca(&format!("{issue} request.pem --force")));
    place.failed("root ca -o absent/root.pem", 4, "absent: cannot be written");
}
