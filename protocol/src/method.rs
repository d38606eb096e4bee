//! The methods, their parameters and their results. Documents are named by the handles that `document.open` gives out.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What a page can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// Who answers, and whether this page may go on.
    Hello,
    /// Asks the person whether this page may go on.
    Connect,
    /// A place for a document.
    DocumentOpen,
    /// Gives the place back.
    DocumentClose,
    /// The person's certificates.
    Certificates,
    /// A login token.
    Login,
    /// Signs one document.
    Sign,
    /// Puts a seal on PDF documents and signs them.
    Seal,
    /// Judges the signatures of a document.
    Verify,
    /// Ends a call that is still going on.
    Cancel,
}

impl Method {
    /// Every method.
    pub const ALL: [Self; 10] = [
        Self::Hello,
        Self::Connect,
        Self::DocumentOpen,
        Self::DocumentClose,
        Self::Certificates,
        Self::Login,
        Self::Sign,
        Self::Seal,
        Self::Verify,
        Self::Cancel,
    ];

    /// Its name on the wire.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hello => "hello",
            Self::Connect => "connect",
            Self::DocumentOpen => "document.open",
            Self::DocumentClose => "document.close",
            Self::Certificates => "certificates",
            Self::Login => "login",
            Self::Sign => "sign",
            Self::Seal => "seal",
            Self::Verify => "verify",
            Self::Cancel => "cancel",
        }
    }

    /// The method of a name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|method| method.name() == name)
    }

    /// Whether a page may call it before the person has let it in.
    #[must_use]
    pub const fn needs_no_permission(self) -> bool {
        matches!(self, Self::Hello | Self::Connect)
    }
}

/// Parameters of [`Method::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HelloParams {
    /// Random bytes of the page, base64, 44 to 128 characters; the agent signs them.
    pub nonce: String,
}

/// Result of [`Method::Hello`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hello {
    /// Always `bidseal`.
    pub product: String,
    /// Version of the program.
    pub version: String,
    /// Version of the protocol.
    pub protocol: u32,
    /// Public key of this installation (SubjectPublicKeyInfo, base64); a page pins it at the first approval.
    pub key: String,
    /// ECDSA P-256 with SHA-256, DER, base64, over `bidseal-hello-v1` ‖ SHA-256(origin) ‖ SHA-256(nonce text).
    pub signature: String,
    /// The person has let this page in.
    pub allowed: bool,
}

/// Parameters of [`Method::Connect`]: none.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConnectParams {}

/// Result of [`Method::Connect`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Connect {
    /// How long the permission holds.
    pub decision: Decision,
}

/// For how long a page may ask.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// Until this connection ends.
    Once,
    /// Until the person takes it back.
    Always,
}

/// Parameters of [`Method::DocumentOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OpenDocument {
    /// How the person will see it named. Only the last part counts; it is a name, not a path.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
}

/// Result of [`Method::DocumentOpen`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedDocument {
    /// Its handle.
    pub id: String,
    /// Permission to send and fetch its bytes: the header `Authorization: Bearer TICKET` of this origin's requests.
    pub ticket: String,
    /// Where: `PUT` slices with `Content-Range`, `GET` with `Range`.
    pub path: String,
}

/// Parameters of [`Method::DocumentClose`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Close {
    /// The handle.
    pub id: String,
}

/// A document that the agent made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Document {
    /// Its handle.
    pub id: String,
    /// Permission to fetch its bytes, as in [`OpenedDocument::ticket`].
    pub ticket: String,
    /// Where to `GET` it.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its length in bytes.
    pub length: u64,
    /// SHA-256, hexadecimal.
    pub sha256: String,
}

/// Parameters of [`Method::Certificates`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CertificatesParams {
    /// How many to pass over.
    #[serde(default)]
    pub from: usize,
}

/// Result of [`Method::Certificates`]: one page of the list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Certificates {
    /// This page.
    pub certificates: Vec<CertificateInfo>,
    /// `from` of the next page, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<usize>,
}

/// One certificate of the person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateInfo {
    /// SHA-256 thumbprint, hexadecimal: the name by which the other methods take it.
    pub sha256: String,
    /// Whom it was issued to.
    pub holder: String,
    /// Who issued it.
    pub issuer: String,
    /// Serial number, hexadecimal.
    pub serial: String,
    /// Unified social credit code, if it carries one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub credit_code: Option<String>,
    /// Algorithm of its key.
    pub algorithm: String,
    /// May sign.
    pub can_sign: bool,
    /// May be encrypted to.
    pub can_encrypt: bool,
    /// First moment of validity, RFC 3339.
    pub valid_from: String,
    /// Last moment of validity, RFC 3339.
    pub valid_to: String,
    /// The certificate, DER in base64.
    pub der: String,
}

/// Parameters of [`Method::Login`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LoginParams {
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// The server's nonce, base64, 44 to 128 characters.
    pub nonce: String,
}

/// Result of [`Method::Login`]: the Web eID authentication token, or its SM2 twin.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Login {
    /// The certificate, DER in base64; the server judges it.
    pub unverified_certificate: String,
    /// Such as `ES256`, `PS256`, `RS256` or `SM2SM3`.
    pub algorithm: String,
    /// The signature, base64; r‖s for ECDSA and SM2.
    pub signature: String,
    /// `web-eid:1.0`.
    pub format: String,
    /// The program's name and version.
    pub app_version: String,
}

/// Parameters of [`Method::Sign`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignParams {
    /// The document's handle.
    pub document: String,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// The signature alone, beside the document.
    #[serde(default)]
    pub detached: bool,
}

/// Result of [`Method::Sign`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The signed document, or the signature.
    pub document: Document,
    /// `cms` or `pdf`.
    pub kind: String,
}

/// Parameters of [`Method::Seal`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SealParams {
    /// The documents' handles.
    pub documents: Vec<String>,
    /// SHA-256 of the certificate.
    pub certificate: String,
    /// Name of a seal that the person keeps.
    pub seal: String,
    /// Where it goes.
    #[serde(default)]
    pub place: Place,
    /// Why it is signed.
    #[serde(default)]
    pub reason: Option<String>,
}

/// Where a seal goes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// `all`, `odd`, `even` or `1,3-5`; without it, the last page that the command line takes by itself.
    #[serde(default)]
    pub pages: Option<String>,
    /// The seal's centre in millimetres from the top left of the page as displayed.
    #[serde(default)]
    pub at_mm: Option<(f64, f64)>,
}

/// Result of [`Method::Seal`], in the order of the documents.
#[derive(Clone, Debug, Serialize)]
pub struct Sealed {
    /// Each document's result.
    pub results: Vec<Seal>,
}

/// What became of one document.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Seal {
    /// The sealed document.
    Document(Document),
    /// Why there is none; the others are done.
    Error(Value),
}

/// Parameters of [`Method::Verify`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VerifyParams {
    /// The document's handle.
    pub document: String,
    /// The handle of its separate signature.
    #[serde(default)]
    pub signature: Option<String>,
}
