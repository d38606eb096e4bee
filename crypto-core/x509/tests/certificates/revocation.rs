//! Lists and OCSP: OpenSSL as authority and responder for us, we as authority and responder for OpenSSL.

mod forged_lists;
mod lists;
mod responders;

use algo::Suite;
use time::{Duration, OffsetDateTime};
use x509::Certificate;
use x509::issue::{NewExtension, Profile, RevokedEntry, Validity};
use x509::revocation::{Question, Reason};

use crate::support::{DISTID, Draft, Entity, OpenSsl};

pub(super) const CRL_AT: &str = "http://crl.example/list.crl";
pub(super) const SUITES: [Suite; 3] = [Suite::Rsa, Suite::P256, Suite::Sm];

/// An authority with two certificates, of which one was revoked two hours ago.
pub(super) struct Office {
    pub(super) openssl: OpenSsl,
    pub(super) suite: Suite,
    pub(super) authority: Entity,
    pub(super) good: Entity,
    pub(super) revoked: Entity,
    pub(super) now: OffsetDateTime,
}

impl Office {
    pub(super) fn new(suite: Suite) -> Self {
        let now = OffsetDateTime::now_utc().replace_nanosecond(0).unwrap();
        let draft = |subject: &str, profile| {
            Draft::new(suite, subject, profile).change(|t| t.validity = Validity::days(now - Duration::DAY, 30))
        };
        let authority = draft("CN=authority,C=CN", Profile::Root).self_signed();
        let leaf = |subject: &str| {
            draft(subject, Profile::Sign).extension(NewExtension::crl_address(CRL_AT)).issued_by(&authority)
        };
        let (good, revoked) = (leaf("CN=good"), leaf("CN=revoked"));
        let openssl = OpenSsl::new();
        put(&openssl, "ca", &authority);
        put(&openssl, "good", &good);
        put(&openssl, "revoked", &revoked);
        let office = Self { openssl, suite, authority, good, revoked, now };
        let lines = [
            format!("V\t{}\t\t{}\tunknown\t/CN=good", utc(now + Duration::DAY), office.good.certificate.serial()),
            format!(
                "R\t{}\t{},keyCompromise\t{}\tunknown\t/CN=revoked",
                utc(now + Duration::DAY),
                utc(office.since()),
                office.revoked.certificate.serial()
            ),
        ];
        office.openssl.put("index.txt", format!("{}\n{}\n", lines[0], lines[1]));
        office
    }

    pub(super) fn since(&self) -> OffsetDateTime {
        self.now - Duration::hours(2)
    }

    pub(super) fn question<'a>(&'a self, about: &'a Entity) -> Question<'a> {
        let issuer = &self.authority.certificate;
        Question { certificate: &about.certificate, issuer, at: self.now, now: self.now }
    }

    pub(super) fn entries(&self) -> Vec<RevokedEntry> {
        let serial = self.revoked.certificate.serial().clone();
        vec![RevokedEntry { serial, since: self.since(), reason: Some(Reason::KeyCompromise) }]
    }

    /// Options with which OpenSSL signs as ordinary programs do.
    pub(super) fn digest(&self) -> &'static str {
        if self.suite == Suite::Sm { "sm3" } else { "sha256" }
    }

    pub(super) fn sm2_options(&self, option: &'static str) -> Vec<&'static str> {
        if self.suite == Suite::Sm { vec![option, DISTID] } else { Vec::new() }
    }

    /// A certificate of this authority for a responder.
    pub(super) fn responder(&self, extensions: &[NewExtension]) -> Entity {
        let draft = Draft::new(self.suite, "CN=responder", Profile::Sign);
        let draft = draft.change(|t| t.validity = Validity::days(self.now - Duration::DAY, 30));
        extensions.iter().cloned().fold(draft, Draft::extension).issued_by(&self.authority)
    }
}

pub(super) fn put(openssl: &OpenSsl, name: &str, entity: &Entity) {
    openssl.put(&format!("{name}.pem"), entity.certificate.to_pem());
    openssl.put(&format!("{name}.der"), entity.key.to_pkcs8().unwrap().expose());
    let (from, to) = (format!("{name}.der"), format!("{name}.key"));
    openssl.ok(&["pkcs8", "-inform", "DER", "-nocrypt", "-in", &from, "-out", &to]);
}

/// YYMMDDhhmmssZ.
fn utc(time: OffsetDateTime) -> String {
    let (year, month, day) = time.to_calendar_date();
    let (hour, minute, second) = time.to_hms();
    format!("{:02}{:02}{day:02}{hour:02}{minute:02}{second:02}Z", year % 100, u8::from(month))
}

/// RustCrypto's judgement of an SM2 signature.
pub(super) fn sm2_holds(certificate: &Certificate, content: &[u8], signature: &[u8]) -> bool {
    use sm2::dsa::{Signature, VerifyingKey, signature::Verifier};
    let point = certificate.public_key().point().unwrap();
    let key = VerifyingKey::from_sec1_bytes("1234567812345678", point).unwrap();
    let raw = algo::der_signature_to_raw(signature, 32).unwrap();
    key.verify(content, &Signature::from_slice(&raw).unwrap()).is_ok()
}
