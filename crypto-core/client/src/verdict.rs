//! From the separate facts about a signature to one word.
//!
//! Unknown is never shown as valid: the word is the worst of all facts about all signatures, and a file without a
//! signature is unknown.

use serde::Serialize;

/// The one word a person sees first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Every fact is good.
    Valid,
    /// Nothing is bad, but something is not known.
    Unknown,
    /// Something is bad.
    Invalid,
}

/// How much of a file a signature covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Coverage {
    /// The whole file.
    Whole,
    /// The file as it was when signed; what came after is judged by [`ChangesAfter`].
    Revision,
    /// Less than that.
    Partial,
}

/// What was added after the signature, at worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ChangesAfter {
    /// Nothing.
    None,
    /// A further signature.
    Signature,
    /// A document time stamp.
    Timestamp,
    /// Validation data.
    Dss,
    /// Form fields that the author allowed to be filled in.
    Form,
    /// Anything else, forbidden form changes included.
    Other,
}

/// The electronic seal object inside the signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum SealState {
    /// Its own signature and certificate list hold.
    Valid,
    /// They do not.
    Invalid,
    /// There is none.
    Absent,
}

/// The way from the signer's certificate to a trusted root.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Chain {
    /// Complete, and everything on it held at the time judged.
    Trusted,
    /// No way to a root in trust/.
    Untrusted,
    /// A certificate was not valid at the time judged.
    Expired,
    /// Could not be judged.
    Unknown,
}

/// What is known about revocation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Revocation {
    /// Asked, and not revoked.
    Good,
    /// Revoked at the time judged.
    Revoked,
    /// Asked, without an answer.
    Unknown,
    /// Not asked; always said.
    NotChecked,
}

/// The separate facts about one signature.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Axes {
    /// The covered bytes have the signed digest.
    pub intact: bool,
    /// The signature over that digest is the signer's.
    pub signature: bool,
    /// How much is covered.
    pub coverage: Coverage,
    /// What was added later.
    pub changes_after: ChangesAfter,
    /// The seal object.
    pub seal: SealState,
    /// The way to a root.
    pub chain: Chain,
    /// Revocation.
    pub revocation: Revocation,
}

/// The verdict on one signature: its worst fact.
#[must_use]
pub fn of(axes: &Axes) -> Verdict {
    [
        good_if(axes.intact),
        good_if(axes.signature),
        good_if(axes.coverage != Coverage::Partial),
        good_if(axes.changes_after != ChangesAfter::Other),
        good_if(axes.seal != SealState::Invalid),
        match axes.chain {
            Chain::Trusted => Verdict::Valid,
            Chain::Unknown | Chain::Untrusted => Verdict::Unknown,
            Chain::Expired => Verdict::Invalid,
        },
        match axes.revocation {
            Revocation::Good | Revocation::NotChecked => Verdict::Valid,
            Revocation::Unknown => Verdict::Unknown,
            Revocation::Revoked => Verdict::Invalid,
        },
    ]
    .into_iter()
    .max()
    .unwrap_or(Verdict::Unknown)
}

/// The verdict on a file: the worst of its signatures; without any, unknown.
#[must_use]
pub fn of_all(signatures: impl IntoIterator<Item = Verdict>) -> Verdict {
    signatures.into_iter().max().unwrap_or(Verdict::Unknown)
}

/// For the axes that are either good or bad.
const fn good_if(good: bool) -> Verdict {
    if good { Verdict::Valid } else { Verdict::Invalid }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The published table, word by word: axis, value, judgement.
    const TABLE: &str = "
        intact true good; intact false bad; signature true good; signature false bad;
        coverage whole good; coverage revision good; coverage partial bad;
        changes_after none good; changes_after signature good; changes_after timestamp good; changes_after dss good;
        changes_after form good; changes_after other bad;
        seal valid good; seal absent good; seal invalid bad;
        chain trusted good; chain unknown unknown; chain untrusted unknown; chain expired bad;
        revocation good good; revocation not_checked good; revocation unknown unknown; revocation revoked bad";

    /// Judges the JSON a reader sees, by the words of the table alone.
    fn by_table(axes: &Axes) -> &'static str {
        let json = serde_json::to_value(axes).unwrap();
        let judgements: Vec<&str> = json
            .as_object()
            .unwrap()
            .iter()
            .map(|(axis, value)| {
                let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
                let row = TABLE.split(';').map(|row| row.split_whitespace().collect::<Vec<_>>());
                row.into_iter().find(|row| row[0] == axis && row[1] == value).expect("a row for every value")[2]
            })
            .collect();
        assert_eq!(judgements.len(), 7, "every axis is judged");
        if judgements.contains(&"bad") {
            "invalid"
        } else if judgements.contains(&"unknown") {
            "unknown"
        } else {
            "valid"
        }
    }

    fn every_combination() -> Vec<Axes> {
        let mut all = Vec::new();
        for (intact, signature) in [(true, true), (true, false), (false, true), (false, false)] {
            for coverage in [Coverage::Whole, Coverage::Revision, Coverage::Partial] {
                use ChangesAfter as C;
                for changes_after in [C::None, C::Signature, C::Timestamp, C::Dss, C::Form, C::Other] {
                    for seal in [SealState::Valid, SealState::Invalid, SealState::Absent] {
                        for chain in [Chain::Trusted, Chain::Untrusted, Chain::Expired, Chain::Unknown] {
                            use Revocation as R;
                            for revocation in [R::Good, R::Revoked, R::Unknown, R::NotChecked] {
                                let axes = Axes { intact, signature, coverage, changes_after, seal, chain, revocation };
                                all.push(axes);
                            }
                        }
                    }
                }
            }
        }
        all
    }

    #[test]
    fn every_combination_agrees_with_the_published_table() {
        let all = every_combination();
        assert_eq!(all.len(), 4 * 3 * 6 * 3 * 4 * 4);
        for axes in all {
            assert_eq!(serde_json::to_value(of(&axes)).unwrap(), by_table(&axes), "{axes:?}");
        }
    }

    #[test]
    fn a_file_is_as_good_as_its_worst_signature_and_unknown_without_one() {
        assert_eq!(of_all([]), Verdict::Unknown);
        assert_eq!(of_all([Verdict::Valid, Verdict::Unknown]), Verdict::Unknown);
        assert_eq!(of_all([Verdict::Invalid, Verdict::Unknown, Verdict::Valid]), Verdict::Invalid);
    }
}
