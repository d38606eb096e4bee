//! Signatures about a bid: the bidder's sealing statement (封装证明), which is judged, and the platform's receipt (回执),
//! which is given over the same root.

use bid::{StatementContent, TreeRoot};
use cms::{Content, Family, SignedContent, SignedData, SignedDataBuilder};
use time::OffsetDateTime;
use x509::Certificate;

use crate::app::App;
use crate::failure::{Failure, forbidden};
use crate::platform::Platform;

/// The holder of a signature whose certificate leads to a trusted root now.
pub(crate) fn signer(app: &App, signed: &[u8], content: SignedContent<'_>) -> Result<Certificate, Failure> {
    let refused = || forbidden("signature");
    let message = SignedData::parse(signed).map_err(|_| refused())?;
    let report = message.only_signer().map_err(|_| refused())?.verify(content);
    let certificate = report.certificate.clone().filter(|_| report.is_sound()).ok_or_else(refused)?;
    let chain = x509::validate(&certificate, message.certificates(), &app.trust, (app.clock)());
    if chain.is_trusted() { Ok(certificate) } else { Err(forbidden("certificate_untrusted")) }
}

/// Who stated that this bid is his.
pub(crate) fn statement_signer(app: &App, statement: &[u8], bid: &TreeRoot) -> Result<Certificate, Failure> {
    let certificate = signer(app, statement, SignedContent::Embedded)?;
    let content = SignedData::parse(statement).ok().and_then(|message| message.content().map(<[u8]>::to_vec));
    let content = StatementContent::from_der(&content.unwrap_or_default()).map_err(|_| forbidden("statement"))?;
    content.check(bid).map_err(|_| forbidden("statement"))?;
    Ok(certificate)
}

/// The platform's word that it has this bid.
pub(crate) fn receipt(platform: &Platform, bid: TreeRoot, now: OffsetDateTime) -> Result<Vec<u8>, Failure> {
    let failed = |error: String| Failure::Internal(error);
    let content = StatementContent { bid, time: now }.to_der().ok_or_else(|| failed("the clock".to_owned()))?;
    let scheme = algo::Suite::P256.signature_scheme();
    let builder = SignedDataBuilder::new(&platform.signing_certificate, scheme, Family::Rfc5652)
        .content(Content::Attached(&content))
        .signing_time(Some(now));
    let unsigned = builder.prepare().map_err(|error| failed(error.to_string()))?;
    let signature = platform.signing.sign_digest(unsigned.scheme(), &unsigned.to_sign());
    let signature = signature.map_err(|error| failed(error.to_string()))?;
    unsigned.finish(&signature).map_err(|error| failed(error.to_string()))
}
