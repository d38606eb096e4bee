//! What a verifier can find wrong with a signature in a PDF. Every finding has its own value and a stable code.

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Problem {
    /// `/ByteRange` is not four direct, non-negative integers that begin with 0.
    #[error("/ByteRange is missing or malformed")]
    ByteRangeMalformed,
    /// `/ByteRange` reaches beyond the end of the file.
    #[error("/ByteRange reaches beyond the end of the file")]
    ByteRangeOutside,
    /// `/Contents` is missing or not a hexadecimal string that stands in the signature dictionary itself.
    #[error("/Contents is missing or malformed")]
    ContentsMalformed,
    /// The bytes left out of the signature are not exactly the value of `/Contents`.
    #[error("the unsigned gap is not the signature's own value")]
    GapNotContents,
    /// Bytes other than zero follow the message in `/Contents`.
    #[error("something stands behind the message in /Contents")]
    PaddingNotZero,
    /// The signature dictionary names a key twice.
    #[error("the signature dictionary is ambiguous")]
    Ambiguous,
    /// The signed bytes do not end where a saving of the document ended.
    #[error("the signed bytes are not a whole saving of the document")]
    NotARevision,
    /// `/Contents` holds neither CMS nor anything else that is known here.
    #[error("the form of the signature is not known")]
    FormatUnknown,
    /// The message carries content of its own although the document is what it signs.
    #[error("the message carries content of its own")]
    ContentEmbedded,
    /// A document time stamp's imprint is of other bytes, or unreadable.
    #[error("the time stamp is not over this document")]
    ImprintWrong,
    /// Two independent parsers read the document differently: people may see different documents.
    #[error("two parsers read this document differently")]
    ParsersDisagree,
    /// A field that was added later lies over a seal of this signature.
    #[error("a later signature lies over this one's seal")]
    Overlaid,
    /// A finding about the message itself.
    #[error(transparent)]
    Message(cms::Problem),
}

impl Problem {
    /// The finding's name in `reasons` of a verdict; it never changes.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::ByteRangeMalformed => "pdf.byte_range_malformed",
            Self::ByteRangeOutside => "pdf.byte_range_outside",
            Self::ContentsMalformed => "pdf.contents_malformed",
            Self::GapNotContents => "pdf.gap_not_contents",
            Self::PaddingNotZero => "pdf.padding_not_zero",
            Self::Ambiguous => "pdf.signature_ambiguous",
            Self::NotARevision => "pdf.not_a_revision",
            Self::FormatUnknown => "pdf.format_unknown",
            Self::ContentEmbedded => "pdf.content_embedded",
            Self::ImprintWrong => "pdf.imprint_wrong",
            Self::ParsersDisagree => "pdf.parsers_disagree",
            Self::Overlaid => "pdf.seal_overlaid",
            Self::Message(problem) => problem.code(),
        }
    }
}
