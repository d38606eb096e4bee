//! Login by certificate: the token of the Web eID specification (`web-eid:1.0`) and its SM2 twin, judged on the server.
//!
//! Origin and nonce are not in the token. The server puts its own values into what was signed, so that it cannot forget
//! to compare them.

use std::sync::Arc;

use algo::{Hash, SignatureScheme, Sm2Id, raw_signature_to_der};
use axum::Json;
use axum::extract::State;
use base64ct::{Base64, Encoding};
use serde::Deserialize;
use serde_json::{Value, json};
use time::OffsetDateTime;
use x509::{Certificate, KeyUsage, TrustStore};

use crate::app::App;
use crate::failure::{Failure, forbidden};
use crate::revocation::{self, Learned};
use crate::session::Visitor;

/// Seconds in which a nonce must come back.
const NONCE_LIFE: i64 = 300;
/// Before the hashes of an SM2 token.
const SM2_PREFIX: &[u8] = b"bidseal-login-v1";

/// A token as a page hands it on.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    unverified_certificate: String,
    algorithm: String,
    signature: String,
    format: String,
}

/// Why a token logs nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenFault {
    /// Not a token of a version that is known here.
    Malformed,
    /// The certificate is not valid now.
    Expired,
    /// No trusted root, or a use that the certificate does not allow.
    Untrusted,
    /// Signed for another origin or nonce, or by another key.
    Signature,
}

/// `POST /api/nonce`: a challenge for this session, for one attempt within five minutes.
pub(crate) async fn nonce(State(app): State<Arc<App>>, visitor: Visitor) -> Result<Json<Value>, Failure> {
    let bytes: [u8; 32] = algo::random().map_err(|error| Failure::Internal(error.to_string()))?;
    let nonce = Base64::encode_string(&bytes);
    sqlx::query("UPDATE sessions SET nonce = $1, nonce_until = $2 WHERE hash = $3")
        .bind(&nonce)
        .bind(app.now() + NONCE_LIFE)
        .bind(&visitor.hash)
        .execute(&app.database)
        .await?;
    Ok(Json(json!({ "nonce": nonce })))
}

/// A certificate whose key a visitor has just proved to hold, and what its authorities say about it.
pub(crate) struct Proved {
    pub(crate) certificate: Certificate,
    pub(crate) revocation: Learned,
}

/// The certificate of a visitor who has just proved to hold its key.
pub(crate) async fn proved(app: &App, visitor: &Visitor, token: &Token) -> Result<Proved, Failure> {
    // Taken back before anything is judged: whatever comes of it, this nonce is used.
    let taken = sqlx::query("UPDATE sessions SET nonce = '' WHERE hash = $1 AND nonce = $2 AND nonce <> ''")
        .bind(&visitor.hash)
        .bind(&visitor.nonce)
        .execute(&app.database)
        .await?;
    if taken.rows_affected() != 1 || visitor.nonce_until < app.now() {
        return Err(forbidden("nonce"));
    }
    let path = verify(token, &app.origin, &visitor.nonce, &app.trust, (app.clock)()).map_err(|fault| {
        forbidden(match fault {
            TokenFault::Malformed => "token",
            TokenFault::Expired => "certificate_expired",
            TokenFault::Untrusted => "certificate_untrusted",
            TokenFault::Signature => "token_signature",
        })
    })?;
    let certificate = path[0].clone();
    Ok(Proved { certificate, revocation: revocation::checked(app, path).await? })
}

/// Judges a token for an origin and a nonce; answers the path of its certificate, which stands first, to a trusted root.
pub(crate) fn verify(
    token: &Token,
    origin: &str,
    nonce: &str,
    trust: &TrustStore,
    now: OffsetDateTime,
) -> Result<Vec<Certificate>, TokenFault> {
    if !token.format.starts_with("web-eid:1") {
        return Err(TokenFault::Malformed);
    }
    let decode = |text: &str| Base64::decode_vec(text).map_err(|_| TokenFault::Malformed);
    let certificate = Certificate::from_der(&decode(&token.unverified_certificate)?);
    let certificate = certificate.map_err(|_| TokenFault::Malformed)?;
    if !certificate.is_valid_at(now) {
        return Err(TokenFault::Expired);
    }
    let usage = KeyUsage::DIGITAL_SIGNATURE.with(KeyUsage::NON_REPUDIATION);
    // The roots' folder holds issuing authorities too: the chain's certificates are all there.
    let authorities: Vec<_> = trust.iter().cloned().collect();
    let chain = x509::validate(&certificate, &authorities, trust, now);
    if !certificate.key_usage().any_of(usage) || !chain.is_trusted() {
        return Err(TokenFault::Untrusted);
    }
    let signature = decode(&token.signature)?;
    let (scheme, hash, is_raw) = form(&token.algorithm).ok_or(TokenFault::Malformed)?;
    let signature =
        if is_raw { raw_signature_to_der(&signature).map_err(|_| TokenFault::Signature)? } else { signature };
    let prefix = if hash == Hash::Sm3 { SM2_PREFIX } else { b"" };
    let message = [prefix, hash.digest(origin.as_bytes()).as_ref(), hash.digest(nonce.as_bytes()).as_ref()].concat();
    let verified = certificate.public_key().verify(&scheme, &message, &signature);
    verified.map(|()| chain.path).map_err(|_| TokenFault::Signature)
}

/// Scheme, hash, and whether the signature is r ‖ s.
fn form(algorithm: &str) -> Option<(SignatureScheme, Hash, bool)> {
    Some(match algorithm {
        "ES256" => (SignatureScheme::Ecdsa(Hash::Sha256), Hash::Sha256, true),
        "ES384" => (SignatureScheme::Ecdsa(Hash::Sha384), Hash::Sha384, true),
        "RS256" => (SignatureScheme::RsaPkcs1(Hash::Sha256), Hash::Sha256, false),
        "SM2SM3" => (SignatureScheme::Sm2(Sm2Id::DEFAULT), Hash::Sm3, true),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;
    use time::format_description::well_known::Rfc3339;

    /// A published token with all that judging it needs.
    struct Vector {
        token: Token,
        origin: String,
        nonce: String,
        at: OffsetDateTime,
        roots: TrustStore,
    }

    fn vector(suite: &str) -> Vector {
        let path = format!("{}/../tests/data/login/{suite}.json", env!("CARGO_MANIFEST_DIR"));
        let read: Value = serde_json::from_slice(&std::fs::read(path).unwrap()).unwrap();
        let text = |name: &str| read[name].as_str().unwrap().to_owned();
        Vector {
            token: serde_json::from_value(read["token"].clone()).unwrap(),
            origin: text("origin"),
            nonce: text("nonce"),
            at: OffsetDateTime::parse(&text("at"), &Rfc3339).unwrap(),
            roots: TrustStore::from_certificates(Certificate::from_any(text("roots").as_bytes()).unwrap()),
        }
    }

    #[test]
    fn published_tokens_hold_for_their_origin_nonce_time_and_authority_only() {
        for suite in ["p256", "rsa", "sm"] {
            let given = vector(suite);
            let judged = |token: &Token, origin: &str, nonce: &str, at, roots: &TrustStore| {
                verify(token, origin, nonce, roots, at).map(drop)
            };
            let Vector { token, origin, nonce, at, roots } = &given;
            assert_eq!(judged(token, origin, nonce, *at, roots), Ok(()), "{suite}");
            assert_eq!(
                judged(token, "https://portal.example", nonce, *at, roots),
                Err(TokenFault::Signature),
                "{suite}"
            );
            assert_eq!(judged(token, origin, &"A".repeat(44), *at, roots), Err(TokenFault::Signature), "{suite}");
            let late = *at + time::Duration::days(800);
            assert_eq!(judged(token, origin, nonce, late, roots), Err(TokenFault::Expired), "{suite}");
            let stranger = vector(if suite == "rsa" { "sm" } else { "rsa" }).roots;
            assert_eq!(judged(token, origin, nonce, *at, &stranger), Err(TokenFault::Untrusted), "{suite}");
            for broken in ["format", "algorithm", "signature", "certificate"] {
                let mut token = token.clone();
                match broken {
                    "format" => token.format = "jwt".into(),
                    "algorithm" => token.algorithm = "none".into(),
                    "signature" => token.signature = "AAAA".into(),
                    _ => token.unverified_certificate = "AAAA".into(),
                }
                assert!(judged(&token, origin, nonce, *at, roots).is_err(), "{suite}: {broken}");
            }
        }
    }
}
