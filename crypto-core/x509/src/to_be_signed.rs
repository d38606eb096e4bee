//! Something built that still lacks its signature, because the key lives elsewhere.

use algo::{AlgorithmForm, Digest, PublicKey, SchemeMismatch, SignDigest, SignatureScheme};
use der::asn1::{AnyRef, BitStringRef};
use der::{Decode, Encode, Sequence};
use thiserror::Error;

/// A request or certificate whose content is fixed and not yet signed.
#[derive(Clone, Debug)]
pub struct ToBeSigned {
    bytes: Vec<u8>,
    scheme: SignatureScheme,
    digest: Digest,
    signer: PublicKey,
}

/// Something cannot be built.
#[derive(Debug, Clone, Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The signer's key cannot make such a signature.
    #[error(transparent)]
    Scheme(#[from] SchemeMismatch),
    /// A part is longer than DER lengths allow, or a date is not between 1970 and 9999.
    #[error("the content cannot be encoded")]
    Encoding(#[from] der::Error),
}

/// A signature was not made, or does not belong to the key it should.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum SignError<E> {
    /// The key's own error.
    #[error(transparent)]
    Key(E),
    /// What came back does not verify: another key signed, or the token is faulty.
    #[error("the signature does not fit the key it should come from")]
    Wrong,
}

impl ToBeSigned {
    pub(crate) fn new(bytes: Vec<u8>, scheme: &SignatureScheme, signer: &PublicKey) -> Result<Self, SchemeMismatch> {
        let digest = signer.to_sign(scheme, &bytes)?;
        Ok(Self { bytes, scheme: scheme.clone(), digest, signer: signer.clone() })
    }

    /// What is signed, in DER.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// How it is to be signed.
    #[must_use]
    pub fn scheme(&self) -> &SignatureScheme {
        &self.scheme
    }

    /// What the key signs: the hash of [`bytes`](Self::bytes), for SM2 e = SM3(Z ‖ bytes).
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// The finished structure in DER. The signature is verified first: what a token returns is not taken on trust.
    ///
    /// # Errors
    /// [`SignError::Wrong`] when the signature does not hold.
    pub fn finish(self, signature: &[u8]) -> Result<Vec<u8>, SignError<std::convert::Infallible>> {
        self.signer.verify_digest(&self.scheme, &self.digest, signature).map_err(|_| SignError::Wrong)?;
        Ok(self.assemble(signature))
    }

    /// Has `key` sign and returns the finished structure in DER.
    ///
    /// # Errors
    /// The key's own error, or [`SignError::Wrong`] when its signature does not hold.
    pub fn sign_with<K: SignDigest + ?Sized>(self, key: &mut K) -> Result<Vec<u8>, SignError<K::Error>> {
        let signature = key.sign_digest(&self.scheme, &self.digest).map_err(SignError::Key)?;
        self.finish(&signature).map_err(|_| SignError::Wrong)
    }

    fn assemble(&self, signature: &[u8]) -> Vec<u8> {
        const SHAPE: &str = "DER that was made here, and a signature of some hundred bytes, can be put together";
        let algorithm = self.scheme.algorithm_identifier(AlgorithmForm::Standard);
        let signed = SignedParts {
            to_be_signed: AnyRef::from_der(&self.bytes).expect(SHAPE),
            algorithm: AnyRef::from_der(&algorithm).expect(SHAPE),
            signature: BitStringRef::from_bytes(signature).expect(SHAPE),
        };
        signed.to_der().expect(SHAPE)
    }
}

/// The outer form of certificates and requests (RFC 5280 §4.1.1, RFC 2986 §4.2).
#[derive(Sequence)]
struct SignedParts<'a> {
    to_be_signed: AnyRef<'a>,
    algorithm: AnyRef<'a>,
    signature: BitStringRef<'a>,
}
