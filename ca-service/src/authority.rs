//! The two authorities: a root that signs once, and an issuing authority below it.

use algo::{GenerateError, PrivateKey, RandomFailure, Suite};
use thiserror::Error;
use time::{Duration, OffsetDateTime};
use x509::issue::{CertificateTemplate, NewExtension, Profile, Validity, key_id};
use x509::{BuildError, Certificate, CertificateError, Name, NameError, Serial, TrustStore};

use crate::status::{self, ROOT_LIST};

/// Days for which the root and the issuing authority are valid.
const ROOT_DAYS: u32 = 20 * 365;
const ISSUING_DAYS: u32 = 10 * 365;

/// Authorities are valid from a day before they are made: machines' clocks differ.
const BACKDATED: Duration = Duration::DAY;

/// A demonstration authority. Its private keys are in memory while it lives.
#[derive(Debug)]
pub struct Authority {
    pub(crate) root: Member,
    pub(crate) issuing: Member,
    /// Where the status of its certificates can be asked.
    pub(crate) address: Option<String>,
}

/// One authority's key with its certificate.
#[derive(Debug)]
pub(crate) struct Member {
    pub(crate) key: PrivateKey,
    pub(crate) certificate: Certificate,
}

/// An authority cannot be made.
#[derive(Debug, Error)]
#[non_exhaustive]
pub enum CreateError {
    /// The name is not fit for a certificate.
    #[error("the authority's name cannot be used")]
    Name(#[source] NameError),
    /// A key could not be generated.
    #[error("no key could be generated")]
    Generate(#[source] GenerateError),
    /// No randomness for serial numbers.
    #[error(transparent)]
    Random(#[from] RandomFailure),
    /// A certificate could not be built.
    #[error("a certificate could not be built")]
    Build(#[source] BuildError),
    /// The key that was just made does not sign as it should.
    #[error("the authority's key does not sign")]
    Sign,
    /// What was built cannot be read back.
    #[error("the certificate that was built cannot be read back")]
    ReadBack(#[source] CertificateError),
    /// The folder cannot be written.
    #[error(transparent)]
    Store(#[from] crate::StoreError),
}

impl Authority {
    /// A new authority that is kept nowhere: for tests, also those of other crates. `name` is part of its common names.
    ///
    /// # Errors
    /// [`CreateError`].
    pub fn in_memory(suite: Suite, name: &str, now: OffsetDateTime) -> Result<Self, CreateError> {
        Self::in_memory_at(suite, name, now, None)
    }

    /// The same; certificates say that their status can be asked below `address`, which ends with a slash: at `ocsp`,
    /// `root.crl` and `issuing.crl`.
    ///
    /// # Errors
    /// [`CreateError`].
    pub fn in_memory_at(
        suite: Suite,
        name: &str,
        now: OffsetDateTime,
        address: Option<&str>,
    ) -> Result<Self, CreateError> {
        let start = now - BACKDATED;
        let root = Draft::new(suite, &format!("{name} Root CA"))?;
        let root = root.certify(None, Profile::Root, Validity::days(start, ROOT_DAYS), Vec::new())?;
        let issuing = Draft::new(suite, &format!("{name} Issuing CA"))?;
        let profile = Profile::Intermediate { path_len: 0 };
        let sources = status::sources(address, ROOT_LIST);
        let issuing = issuing.certify(Some(&root), profile, Validity::days(start, ISSUING_DAYS), sources)?;
        Ok(Self { root, issuing, address: address.map(ToOwned::to_owned) })
    }

    /// The root certificate, which goes into a trust folder.
    #[must_use]
    pub fn root(&self) -> &Certificate {
        &self.root.certificate
    }

    /// The certificate of the issuing authority.
    #[must_use]
    pub fn issuing(&self) -> &Certificate {
        &self.issuing.certificate
    }

    /// What goes beside a certificate issued here: the issuing authority and the root.
    #[must_use]
    pub fn chain(&self) -> Vec<Certificate> {
        vec![self.issuing().clone(), self.root().clone()]
    }

    /// A store that trusts exactly this root.
    #[must_use]
    pub fn trust(&self) -> TrustStore {
        TrustStore::from_certificates([self.root().clone()])
    }

    /// The suite of the authority's own keys.
    #[must_use]
    pub fn suite(&self) -> Suite {
        suite_of(&self.issuing.key)
    }
}

impl Member {
    /// Signs a certificate for `template` with this member's key.
    pub(crate) fn sign(&self, template: &CertificateTemplate) -> Result<Certificate, CreateError> {
        sign(template, &self.key)
    }
}

/// An authority that has a key and a name, and no certificate yet.
struct Draft {
    key: PrivateKey,
    name: Name,
}

impl Draft {
    fn new(suite: Suite, common_name: &str) -> Result<Self, CreateError> {
        let name = Name::parse("O=Bidseal demonstration 演示,C=CN").expect("a constant name that is well formed");
        let name = name.with(x509::oid::attribute::COMMON_NAME, common_name).map_err(CreateError::Name)?;
        let key = PrivateKey::generate(suite.key_algorithm()).map_err(CreateError::Generate)?;
        Ok(Self { key, name })
    }

    /// Has `issuer` certify it, or itself when there is none.
    fn certify(
        self,
        issuer: Option<&Member>,
        profile: Profile,
        validity: Validity,
        more: Vec<NewExtension>,
    ) -> Result<Member, CreateError> {
        let (issuer_name, issuer_key) = match issuer {
            Some(issuer) => (issuer.certificate.subject(), &issuer.key),
            None => (&self.name, &self.key),
        };
        let template = CertificateTemplate {
            serial: Serial::from_random(algo::random()?),
            issuer: issuer_name.clone(),
            subject: self.name.clone(),
            validity,
            public_key: self.key.public().clone(),
            extensions: [profile.extensions(self.key.public(), &key_id(issuer_key.public())), more].concat(),
        };
        let certificate = sign(&template, issuer_key)?;
        Ok(Member { key: self.key, certificate })
    }
}

fn sign(template: &CertificateTemplate, key: &PrivateKey) -> Result<Certificate, CreateError> {
    let scheme = suite_of(key).signature_scheme();
    let unsigned = template.to_be_signed(&scheme, key.public()).map_err(CreateError::Build)?;
    let signature = key.sign_digest(&scheme, &unsigned.digest()).map_err(|_| CreateError::Sign)?;
    let der = unsigned.finish(&signature).map_err(|_| CreateError::Sign)?;
    Certificate::from_der(&der).map_err(CreateError::ReadBack)
}

pub(crate) fn suite_of(key: &PrivateKey) -> Suite {
    key.algorithm().suite().expect("an authority's key was generated or accepted for a suite")
}
