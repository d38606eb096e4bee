//! Asking the authority: its responders first, then its lists; answers that are kept here before either.

use fetch::{Body, Order, Url};
use x509::revocation::{Answer, Crl, OcspRequest, OcspResponse, Question};

use super::{CertificateStatus, kept::Kept};
use crate::{Home, Online, online, verdict::Revocation};

/// Most bytes and seconds for an OCSP answer: it is about one certificate.
const OCSP: (u64, u64) = (256 << 10, 10);
/// Most bytes and seconds for a list.
const LIST: (u64, u64) = (32 << 20, 30);

/// Fills in what is learned; without any answer the status is unknown, and every refusal is told.
pub(super) fn over_network(found: &mut CertificateStatus, home: &Home, online: Online<'_>, question: &Question<'_>) {
    found.status = Revocation::Unknown;
    let sources = question.certificate.status_sources();
    if sources.ocsp.is_empty() && sources.crl.is_empty() {
        return found.note("revocation.no_source");
    }
    let asking = Asking { kept: Kept::of(home, question.now), online, question };
    for address in &sources.ocsp {
        if asking.ask(found, "ocsp", address, Asking::responder) {
            return;
        }
    }
    for address in &sources.crl {
        if asking.ask(found, "crl", address, Asking::list) {
            return;
        }
    }
}

/// One question on its way.
struct Asking<'a> {
    kept: Kept<'a>,
    online: Online<'a>,
    question: &'a Question<'a>,
}

/// An answer and the bytes it came in, or the reason why there is none.
type Got = Result<(Answer, Vec<u8>), &'static str>;

impl Asking<'_> {
    /// Asks at one address, unless a fresh answer from there is kept; an older one that still holds helps when nobody
    /// answers.
    fn ask(
        &self,
        found: &mut CertificateStatus,
        source: &'static str,
        address: &str,
        fetch: fn(&Self, &Url) -> Got,
    ) -> bool {
        let name = self.name(source, address);
        let judge =
            |bytes: &[u8]| if source == "ocsp" { self.judged_ocsp(bytes, None) } else { self.judged_crl(bytes) };
        if let Some(answer) = self.kept.fresh(&name).and_then(|bytes| judge(&bytes).ok()) {
            return found.learn(&answer, source, "kept", Some(address));
        }
        let got = Url::parse(address).map_err(|_| "network.url").and_then(|url| fetch(self, &url));
        match got {
            Ok((answer, bytes)) => {
                if answer.next_update.is_some_and(|next| next > self.question.now) {
                    self.kept.keep(&name, &bytes);
                }
                found.learn(&answer, source, "network", Some(address))
            }
            Err(reason) => {
                found.note(reason);
                let older = self.kept.any(&name).and_then(|bytes| judge(&bytes).ok());
                older.is_some_and(|answer| found.learn(&answer, source, "kept", Some(address)))
            }
        }
    }

    /// Answers of a responder are about one certificate, a list is about all of an authority.
    fn name(&self, source: &str, address: &str) -> Vec<u8> {
        let about: &[u8] = if source == "ocsp" { self.question.certificate.der() } else { b"" };
        [source.as_bytes(), b"\0", address.as_bytes(), b"\0", about].concat()
    }

    fn responder(&self, url: &Url) -> Got {
        let Question { certificate, issuer, .. } = *self.question;
        let nonce = algo::random().map_err(|_| "random.failed")?;
        let request = OcspRequest::new(certificate, issuer, Some(nonce));
        let body = Body { media_type: "application/ocsp-request", bytes: request.der() };
        let bytes = self.fetch(&Order { url, body: Some(body), limit: OCSP.0, seconds: OCSP.1 })?;
        Ok((self.judged_ocsp(&bytes, request.nonce())?, bytes))
    }

    fn list(&self, url: &Url) -> Got {
        let bytes = self.fetch(&Order { url, body: None, limit: LIST.0, seconds: LIST.1 })?;
        Ok((self.judged_crl(&bytes)?, bytes))
    }

    fn fetch(&self, order: &Order<'_>) -> Result<Vec<u8>, &'static str> {
        self.online.0.fetch(order).map_err(|error| online::reason(&error))
    }

    fn judged_ocsp(&self, bytes: &[u8], nonce: Option<&[u8]>) -> Result<Answer, &'static str> {
        let judged = OcspResponse::parse(bytes).and_then(|response| response.judge(self.question, nonce, &[]));
        judged.map_err(x509::revocation::OcspRefusal::code)
    }

    fn judged_crl(&self, bytes: &[u8]) -> Result<Answer, &'static str> {
        let judged = Crl::parse(bytes).and_then(|list| list.judge(self.question));
        judged.map_err(x509::revocation::CrlRefusal::code)
    }
}
