//! The authority and its leaves, made together. The authority's key lives in one function and is wiped when it ends.

use algo::{PrivateKey, Suite};
use time::{Duration, OffsetDateTime};
use x509::issue::{CertificateTemplate, NewExtension, Profile, Validity, key_id};
use x509::{Certificate, KeyUsage, Name, Serial, oid};

/// Days of a leaf's window.
const WINDOW_DAYS: usize = 100;
/// Windows of five years.
pub(super) const WINDOWS: usize = 19;
/// Machines' clocks differ, and a window must not end before the next begins.
const OVERLAP: Duration = Duration::DAY;

/// An authority whose key is gone, and what it signed.
pub(super) struct Made {
    pub(super) certificate: Certificate,
    pub(super) leaves: Vec<MadeLeaf>,
}

/// A leaf with its key.
pub(super) struct MadeLeaf {
    pub(super) certificate: Certificate,
    /// PKCS#8.
    pub(super) key: algo::Secret,
}

/// Why there is no authority.
#[derive(Debug, thiserror::Error)]
pub(super) enum MakeError {
    #[error(transparent)]
    Random(#[from] algo::RandomFailure),
    #[error(transparent)]
    Generate(#[from] algo::GenerateError),
    #[error(transparent)]
    Build(#[from] x509::BuildError),
    #[error(transparent)]
    Read(#[from] x509::CertificateError),
    #[error("the name cannot be encoded")]
    Name,
    #[error("the key that was just made does not sign")]
    Sign,
}

/// Makes an authority, its leaves, and forgets the authority's key.
pub(super) fn make(now: OffsetDateTime) -> Result<Made, MakeError> {
    let number: String = algo::random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    let name = Name::parse(&format!("CN=Bidseal localhost {number}")).map_err(|_| MakeError::Name)?;
    let key = PrivateKey::generate(Suite::P256.key_algorithm())?;
    let (start, days) = (now - OVERLAP, i64::try_from(WINDOWS * WINDOW_DAYS).unwrap_or(i64::MAX));
    let validity = Validity { not_before: start, not_after: now + Duration::days(days) + OVERLAP };
    let constraints = NewExtension { oid: oid::extension::NAME_CONSTRAINTS, critical: true, value: constraints() };
    let mut extensions = Profile::Intermediate { path_len: 0 }.extensions(key.public(), &key_id(key.public()));
    extensions.push(constraints);
    let signer = Signer { key: &key, name: name.clone() };
    let certificate = signer.sign(name, validity, &key, extensions)?;
    let leaves = (0..WINDOWS).map(|window| leaf(&signer, now, window)).collect::<Result<_, _>>()?;
    Ok(Made { certificate, leaves })
}

struct Signer<'k> {
    key: &'k PrivateKey,
    name: Name,
}

impl Signer<'_> {
    fn sign(
        &self,
        subject: Name,
        validity: Validity,
        holder: &PrivateKey,
        extensions: Vec<NewExtension>,
    ) -> Result<Certificate, MakeError> {
        let template = CertificateTemplate {
            serial: Serial::from_random(algo::random()?),
            issuer: self.name.clone(),
            subject,
            validity,
            public_key: holder.public().clone(),
            extensions,
        };
        let scheme = Suite::P256.signature_scheme();
        let unsigned = template.to_be_signed(&scheme, self.key.public())?;
        let signature = self.key.sign_digest(&scheme, &unsigned.digest()).map_err(|_| MakeError::Sign)?;
        let der = unsigned.finish(&signature).map_err(|_| MakeError::Sign)?;
        Ok(Certificate::from_der(&der)?)
    }
}

fn leaf(signer: &Signer<'_>, now: OffsetDateTime, window: usize) -> Result<MadeLeaf, MakeError> {
    let key = PrivateKey::generate(Suite::P256.key_algorithm())?;
    let begin = now + Duration::days(i64::try_from(window * WINDOW_DAYS).unwrap_or(i64::MAX));
    let length = Duration::days(i64::try_from(WINDOW_DAYS).unwrap_or(i64::MAX));
    let validity = Validity { not_before: begin - OVERLAP, not_after: begin + length };
    let extensions = vec![
        NewExtension::basic_constraints(false, None),
        NewExtension::key_usage(KeyUsage::DIGITAL_SIGNATURE),
        NewExtension::purposes(&[oid::purpose::SERVER_AUTH], false),
        NewExtension::subject_key_id(key.public()),
        NewExtension::authority_key_id(&key_id(signer.key.public())),
        NewExtension { oid: oid::extension::SUBJECT_ALT_NAME, critical: false, value: names() },
    ];
    let subject = Name::parse("CN=localhost").map_err(|_| MakeError::Name)?;
    let certificate = signer.sign(subject, validity, &key, extensions)?;
    let pkcs8 = key.to_pkcs8().map_err(|_| MakeError::Sign)?;
    Ok(MadeLeaf { certificate, key: pkcs8 })
}

const DNS: u8 = 0x82;
const IP: u8 = 0x87;
const SEQUENCE: u8 = 0x30;
const PERMITTED: u8 = 0xa0;
const LOOPBACK_4: [u8; 4] = [127, 0, 0, 1];
const LOOPBACK_6: [u8; 16] = [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1];

/// An element whose content is shorter than 128 bytes.
fn element(tag: u8, content: &[u8]) -> Vec<u8> {
    let length = u8::try_from(content.len()).expect("the names of this computer are short");
    [&[tag, length], content].concat()
}

/// subjectAltName: `localhost`, 127.0.0.1, `::1`.
fn names() -> Vec<u8> {
    element(SEQUENCE, &[element(DNS, b"localhost"), element(IP, &LOOPBACK_4), element(IP, &LOOPBACK_6)].concat())
}

/// nameConstraints: the same names and nothing else; addresses with a whole mask.
fn constraints() -> Vec<u8> {
    let four = [&LOOPBACK_4[..], &[0xff; 4]].concat();
    let six = [&LOOPBACK_6[..], &[0xff; 16]].concat();
    let trees = [element(DNS, b"localhost"), element(IP, &four), element(IP, &six)];
    let trees = trees.map(|tree| element(SEQUENCE, &tree)).concat();
    element(SEQUENCE, &element(PERMITTED, &trees))
}
