//! The platform's own keys: one signs receipts, to the other the keys of bids are encrypted at the opening.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::Path;
use std::sync::Arc;

use algo::{PrivateKey, Secret, Suite};
use axum::extract::State;
use axum::http::header::CONTENT_TYPE;
use axum::response::IntoResponse;
use x509::{Certificate, KeyUsage, Name, RequestTemplate};

use crate::app::{App, StartError};
use crate::failure::Failure;

const SUITE: Suite = Suite::P256;

/// Keys and certificates.
pub(crate) struct Platform {
    pub(crate) signing: PrivateKey,
    pub(crate) signing_certificate: Certificate,
    opening: Secret,
    /// The first is the platform's; its issuers may follow.
    pub(crate) opening_chain: Vec<Certificate>,
}

impl Platform {
    pub(crate) fn load(data: &Path) -> Result<Self, StartError> {
        let (signing, opening) = (key(data, "sign")?, key(data, "encrypt")?);
        let mut signing_chain = certificates(data, "sign")?;
        let opening_chain = certificates(data, "encrypt")?;
        let signing = private(&signing).map_err(|error| wrong(data, "sign.key", &error))?;
        for (name, key, chain) in [
            ("sign.pem", &signing, &signing_chain),
            ("encrypt.pem", &private(&opening).map_err(|error| wrong(data, "encrypt.key", &error))?, &opening_chain),
        ] {
            if chain.first().is_none_or(|certificate| certificate.public_key() != key.public()) {
                return Err(wrong(data, name, "the certificate belongs to another key"));
            }
        }
        let signing_certificate = signing_chain.swap_remove(0);
        Ok(Self { signing, signing_certificate, opening, opening_chain })
    }

    /// The certificate to which keys of bids are encrypted.
    pub(crate) fn certificate(&self) -> &Certificate {
        &self.opening_chain[0]
    }

    /// The key that reads them.
    pub(crate) fn opening_key(&self) -> Result<PrivateKey, Failure> {
        private(&self.opening).map_err(Failure::Internal)
    }
}

/// `GET /api/platform.cer`: the certificate that pages hand to the agent, in PEM.
pub(crate) async fn certificate(State(app): State<Arc<App>>) -> impl IntoResponse {
    let pem: String = app.platform.opening_chain.iter().map(Certificate::to_pem).collect();
    ([(CONTENT_TYPE, "application/x-pem-file")], pem)
}

/// Makes both keys and a request for a certificate of each. Keys that are there are not replaced.
pub(crate) fn make_keys(data: &Path, name: &str) -> Result<(), StartError> {
    std::fs::create_dir_all(data)?;
    let subject = Name::parse(&format!("CN={name},O={name}")).map_err(|error| wrong(data, name, &error.to_string()))?;
    for (file, usage) in [
        ("sign", KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::NON_REPUDIATION)),
        ("encrypt", KeyUsage::KEY_AGREEMENT.with(KeyUsage::KEY_ENCIPHERMENT)),
    ] {
        let failed = |error: String| wrong(data, file, &error);
        let algorithm = algo::KeyAlgorithm::P256;
        let mut key = PrivateKey::generate(algorithm).map_err(|error| failed(error.to_string()))?;
        let pkcs8 = key.to_pkcs8().map_err(|error| failed(error.to_string()))?;
        write_new(&data.join(format!("{file}.key")), pkcs8.expose())?;
        let request = RequestTemplate::new(subject.clone(), key.public()).key_usage(usage);
        let request = request.to_be_signed(&SUITE.signature_scheme()).map_err(|error| failed(error.to_string()))?;
        let request = request.sign_with(&mut key).map_err(|error| failed(error.to_string()))?;
        let request = x509::CertificateRequest::from_der(&request).map_err(|error| failed(error.to_string()))?;
        write_new(&data.join(format!("{file}.csr")), request.to_pem().as_bytes())?;
    }
    Ok(())
}

/// Writes a file that nobody else may read and that must not be there yet.
fn write_new(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)?.write_all(bytes)
}

fn key(data: &Path, name: &str) -> Result<Secret, StartError> {
    let mut bytes = Vec::new();
    File::open(data.join(format!("{name}.key")))?.take(16 << 10).read_to_end(&mut bytes)?;
    Ok(Secret::from(bytes))
}

fn private(pkcs8: &Secret) -> Result<PrivateKey, String> {
    PrivateKey::from_pkcs8(pkcs8.expose()).map_err(|error| error.to_string())
}

fn certificates(data: &Path, name: &str) -> Result<Vec<Certificate>, StartError> {
    let file = format!("{name}.pem");
    let bytes = std::fs::read(data.join(&file)).map_err(|error| wrong(data, &file, &error.to_string()))?;
    Certificate::from_any(&bytes).map_err(|error| wrong(data, &file, &error.to_string()))
}

fn wrong(data: &Path, file: &str, reason: &str) -> StartError {
    StartError::File(data.join(file), reason.to_owned())
}
