//! A root that certifies any public key: cards give no request before they have a certificate.

use algo::{PrivateKey, PublicKey, Suite};
use time::{Duration, OffsetDateTime};
use x509::issue::{CertificateTemplate, Profile, Validity, key_id};
use x509::{Certificate, Name, Serial};

/// Who holds every certificate of these tests.
pub(crate) const HOLDER: &str = "某某建设有限公司";
const SUITE: Suite = Suite::P256;

/// Its key and its certificate.
pub(crate) struct Root {
    key: PrivateKey,
    name: Name,
    pub(crate) certificate: Certificate,
}

impl Root {
    pub(crate) fn new() -> Self {
        let key = PrivateKey::generate(SUITE.key_algorithm()).unwrap();
        let name = Name::parse("CN=Test Root,C=CN").unwrap();
        let public = key.public().clone();
        let certificate = sign(&key, &name, name.clone(), &public, Profile::Root);
        Self { key, name, certificate }
    }

    /// A certificate of [`HOLDER`] for this key.
    pub(crate) fn certify(&self, public: &PublicKey, profile: Profile) -> Certificate {
        let subject = Name::parse(&format!("CN={HOLDER},C=CN")).unwrap();
        sign(&self.key, &self.name, subject, public, profile)
    }
}

fn sign(key: &PrivateKey, issuer: &Name, subject: Name, public: &PublicKey, profile: Profile) -> Certificate {
    let template = CertificateTemplate {
        serial: Serial::from_random(algo::random().unwrap()),
        issuer: issuer.clone(),
        subject,
        validity: Validity::days(OffsetDateTime::now_utc() - Duration::days(2), 30),
        public_key: public.clone(),
        extensions: profile.extensions(public, &key_id(key.public())),
    };
    let scheme = SUITE.signature_scheme();
    let unsigned = template.to_be_signed(&scheme, key.public()).unwrap();
    let signature = key.sign_digest(&scheme, &unsigned.digest()).unwrap();
    Certificate::from_der(&unsigned.finish(&signature).unwrap()).unwrap()
}
