//! Makes signed messages field by field, right or wrong, with a valid signature over whatever the fields say.

use algo::{AlgorithmForm, Hash, SignatureScheme};
use cms::Family;

use crate::pki::Identity;
use crate::tlv;

/// The fields of a message with one signer; right until a test changes one.
#[derive(Clone)]
pub(crate) struct Forged {
    pub(crate) identity: &'static Identity,
    pub(crate) scheme: SignatureScheme,
    pub(crate) family: Family,
    pub(crate) version: u8,
    pub(crate) listed_digests: Vec<u8>,
    pub(crate) content_type: String,
    pub(crate) content: Option<Vec<u8>>,
    pub(crate) certificates: Vec<Vec<u8>>,
    pub(crate) signer_version: u8,
    pub(crate) digest_algorithm: Vec<u8>,
    pub(crate) attributes: Option<Vec<Vec<u8>>>,
    pub(crate) signature_algorithm: Vec<u8>,
    /// What is signed, where that is not the attributes.
    pub(crate) signed: Option<Vec<u8>>,
}

pub(crate) const CONTENT_TYPE: &str = "1.2.840.113549.1.9.3";
pub(crate) const MESSAGE_DIGEST: &str = "1.2.840.113549.1.9.4";
pub(crate) const SIGNING_CERTIFICATE: &str = "1.2.840.113549.1.9.16.2.47";

impl Forged {
    pub(crate) fn of(identity: &'static Identity, family: Family, content: &[u8]) -> Self {
        let hash = identity.scheme.hash();
        let content_type = family.data().to_string();
        let form = if family == Family::Gm { AlgorithmForm::GmSignerInfo } else { AlgorithmForm::Standard };
        let attributes = vec![
            tlv::attribute(CONTENT_TYPE, &[&tlv::oid(&content_type)]),
            tlv::attribute(MESSAGE_DIGEST, &[&tlv::make(4, &[hash.digest(content).as_ref()])]),
            signing_certificate(identity, hash),
        ];
        Self {
            identity,
            scheme: identity.scheme.clone(),
            family,
            version: 1,
            listed_digests: tlv::make(0x31, &[&hash.algorithm_identifier()]),
            content_type,
            content: Some(content.to_vec()),
            certificates: vec![identity.certificate.der().to_vec()],
            signer_version: 1,
            digest_algorithm: hash.algorithm_identifier(),
            attributes: Some(attributes),
            signature_algorithm: identity.scheme.algorithm_identifier(form),
            signed: None,
        }
    }

    pub(crate) fn with_scheme(mut self, scheme: SignatureScheme) -> Self {
        self.scheme = scheme;
        self
    }

    /// Leaves the attributes out and signs the content.
    pub(crate) fn plain(mut self) -> Self {
        self.signed = self.content.clone();
        self.attributes = None;
        self
    }

    pub(crate) fn detached(mut self) -> Self {
        self.content = None;
        self
    }

    /// Replaces all attributes of a type by others, or by none.
    pub(crate) fn with_attribute(mut self, dotted: &str, replacement: &[Vec<u8>]) -> Self {
        let start = tlv::oid(dotted);
        let attributes = self.attributes.get_or_insert_default();
        attributes.retain(|attribute| tlv::at(attribute, &[0]).all != start);
        attributes.extend_from_slice(replacement);
        self
    }

    pub(crate) fn build(&self) -> Vec<u8> {
        self.build_with_signers(&[self.signer_info()])
    }

    pub(crate) fn build_with_signers(&self, signers: &[Vec<u8>]) -> Vec<u8> {
        let content = self.content.as_ref().map(|content| tlv::make(0xA0, &[&tlv::make(4, &[content])]));
        let certificates: Vec<&[u8]> = self.certificates.iter().map(Vec::as_slice).collect();
        let signers: Vec<&[u8]> = signers.iter().map(Vec::as_slice).collect();
        let signed_data = tlv::make(
            0x30,
            &[
                &[2, 1, self.version],
                &self.listed_digests,
                &tlv::make(0x30, &[&tlv::oid(&self.content_type), &content.unwrap_or_default()]),
                &tlv::make(0xA0, &certificates),
                &tlv::make(0x31, &signers),
            ],
        );
        let content_type = tlv::oid(&self.family.signed_data().to_string());
        tlv::make(0x30, &[&content_type, &tlv::make(0xA0, &[&signed_data])])
    }

    pub(crate) fn signer_info(&self) -> Vec<u8> {
        let attributes = self.attributes.clone().map(|mut attributes| {
            attributes.sort();
            attributes.concat()
        });
        let set = attributes.as_ref().map(|attributes| tlv::make(0x31, &[attributes]));
        let signed = self.signed.clone().or(set).expect("either attributes or something else is signed");
        let signature = self.identity.key.sign(&self.scheme, &signed).unwrap();
        let certificate = &self.identity.certificate;
        let serial = tlv::make(2, &[certificate.serial().as_bytes()]);
        tlv::make(
            0x30,
            &[
                &[2, 1, self.signer_version],
                &tlv::make(0x30, &[certificate.issuer().der(), &serial]),
                &self.digest_algorithm,
                &attributes.map(|attributes| tlv::make(0xA0, &[&attributes])).unwrap_or_default(),
                &self.signature_algorithm,
                &tlv::make(4, &[&signature]),
            ],
        )
    }
}

/// The attribute that names an identity's certificate, with the hash written out.
pub(crate) fn signing_certificate(identity: &Identity, hash: Hash) -> Vec<u8> {
    let thumbprint = tlv::make(4, &[identity.certificate.thumbprint(hash).as_ref()]);
    let id = tlv::make(0x30, &[&hash.algorithm_identifier(), &thumbprint]);
    tlv::attribute(SIGNING_CERTIFICATE, &[&tlv::make(0x30, &[&tlv::make(0x30, &[&id])])])
}
