//! What is asked over the network, and only where the person wanted it: revocation status and time stamps, from servers on
//! loopback that the tests control.

mod server;
mod status;
mod time_stamps;

use std::fs;

use algo::Suite;
use ca::{Authority, CertificateUse, Holder, Ids};
use time::{Duration, OffsetDateTime};
use x509::{Certificate, CertificateRequest, Name, issue::Validity};

use crate::support::{Desk, LABEL};
use server::Server;

/// A bidder whose authority can be asked, or not, at a server of the test.
struct Bench {
    desk: Desk,
    authority: Authority,
    now: OffsetDateTime,
}

impl Bench {
    /// Certificates of `suite` that name the server as the place to ask. Private addresses may be asked.
    fn new(suite: Suite, server: &Server) -> Self {
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        let authority = Authority::in_memory_at(suite, "Online", now - Duration::days(9), Some(&server.address));
        let bench = Self { desk: Desk::of(suite), authority: authority.unwrap(), now };
        for (wanted, name) in [(CertificateUse::Sign, "sign"), (CertificateUse::Encrypt, "encrypt")] {
            let request = fs::read(bench.desk.file(&format!("request.{name}.csr"))).unwrap();
            let request = CertificateRequest::from_any(&request).unwrap().prove().unwrap();
            let validity = bench.days(2);
            let certificate = bench.authority.issue(&request, wanted, validity, &Ids::default()).unwrap();
            bench.desk.write(&format!("{name}.pem"), certificate.to_pem().as_bytes());
            bench.desk.signing(&["cert", "import", LABEL, &format!("{name}.pem")]).ok();
        }
        let chain: String = bench.authority.chain().iter().map(Certificate::to_pem).collect();
        bench.desk.write("chain.pem", chain.as_bytes());
        bench.desk.run(&["trust", "add", "chain.pem"]).ok();
        bench.allow_private(true);
        bench
    }

    fn days(&self, days: i64) -> Validity {
        Validity { not_before: self.now - Duration::DAY, not_after: self.now + Duration::days(days) }
    }

    fn allow_private(&self, allow: bool) {
        self.desk.write("home/settings.toml", format!("allow_private_addresses = {allow}\n").as_bytes());
    }

    fn signing_certificate(&self) -> Certificate {
        Certificate::from_pem(&fs::read_to_string(self.desk.file("sign.pem")).unwrap()).unwrap()
    }

    /// A time stamping authority that this home trusts for a long time.
    fn tsa(&self) -> Holder {
        let name = Name::parse("CN=time,O=演示,C=CN").unwrap();
        self.authority.issue_with_key(&name, CertificateUse::TimeStamping, self.days(900), &Ids::default()).unwrap()
    }
}
