//! Which pages a seal goes on, and where on them.

use std::ops::RangeInclusive;
use std::str::FromStr;

/// Pages of a document: `all`, `odd`, `even`, `last`, or numbers and ranges from 1 such as `1,3-5`; `8-` runs to the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PageSet(Kind);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    All,
    Odd,
    Even,
    Last,
    Ranges(Vec<RangeInclusive<usize>>),
}

/// A page set that cannot be read, or that names pages the document does not have.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PageSetError {
    /// Not of the form `all|odd|even|last|1,3-5`.
    #[error("“{text}” is not a set of pages")]
    Malformed {
        /// The part that cannot be read.
        text: String,
    },
    /// A page beyond the last.
    #[error("there is no page {page}, the document has {pages}")]
    NoSuchPage {
        /// Page number, from 1.
        page: usize,
        /// Pages in the document.
        pages: usize,
    },
    /// The set fits no page, such as `even` of one page.
    #[error("no page of {pages} is in the set")]
    Empty {
        /// Pages in the document.
        pages: usize,
    },
}

/// Where on which pages: the seal's centre in millimetres from the top left of the page as displayed.
#[derive(Clone, Debug, PartialEq)]
pub struct Placement {
    /// The pages.
    pub pages: PageSet,
    /// To the right and down, in millimetres.
    pub at_mm: (f64, f64),
}

impl PageSet {
    /// Reads a set.
    ///
    /// # Errors
    /// [`PageSetError::Malformed`].
    pub fn parse(text: &str) -> Result<Self, PageSetError> {
        let kind = match text.trim() {
            "all" => Kind::All,
            "odd" => Kind::Odd,
            "even" => Kind::Even,
            "last" => Kind::Last,
            list => Kind::Ranges(list.split(',').map(range).collect::<Result<_, _>>()?),
        };
        Ok(Self(kind))
    }

    /// The pages of a document of `pages` pages, as indices from 0, each once, in order.
    ///
    /// # Errors
    /// [`PageSetError::NoSuchPage`] for a number beyond the last page, [`PageSetError::Empty`] when none fits.
    pub fn indices(&self, pages: usize) -> Result<Vec<usize>, PageSetError> {
        let found: Vec<usize> = match &self.0 {
            Kind::All => (0..pages).collect(),
            Kind::Odd => (0..pages).step_by(2).collect(),
            Kind::Even => (1..pages).step_by(2).collect(),
            Kind::Last => (pages.saturating_sub(1)..pages).collect(),
            Kind::Ranges(ranges) => {
                let open = |end: usize| if end == usize::MAX { pages } else { end };
                let beyond = |range: &RangeInclusive<usize>| *range.start().max(&open(*range.end()));
                if let Some(page) = ranges.iter().map(beyond).find(|page| *page > pages) {
                    return Err(PageSetError::NoSuchPage { page, pages });
                }
                let mut indices: Vec<usize> =
                    ranges.iter().flat_map(|range| range.start() - 1..open(*range.end())).collect();
                indices.sort_unstable();
                indices.dedup();
                indices
            }
        };
        if found.is_empty() { Err(PageSetError::Empty { pages }) } else { Ok(found) }
    }
}

impl FromStr for PageSet {
    type Err = PageSetError;

    fn from_str(text: &str) -> Result<Self, PageSetError> {
        Self::parse(text)
    }
}

fn range(text: &str) -> Result<RangeInclusive<usize>, PageSetError> {
    let malformed = || PageSetError::Malformed { text: text.trim().to_owned() };
    // `usize::from_str` would also take a plus sign
    let number = |text: &str| match text.trim() {
        digits if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse::<usize>().ok(),
        _ => None,
    };
    let (start, end) = match text.split_once('-') {
        None => (number(text), number(text)),
        Some((start, end)) if end.trim().is_empty() => (number(start), Some(usize::MAX)),
        Some((start, end)) => (number(start), number(end)),
    };
    match (start, end) {
        (Some(start), Some(end)) if start >= 1 && start <= end => Ok(start..=end),
        _ => Err(malformed()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn indices(text: &str, pages: usize) -> Result<Vec<usize>, PageSetError> {
        PageSet::parse(text)?.indices(pages)
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(indices("all", 3).unwrap(), [0, 1, 2]);
        assert_eq!(indices("odd", 5).unwrap(), [0, 2, 4]);
        assert_eq!(indices("even", 5).unwrap(), [1, 3]);
        assert_eq!(indices("last", 5).unwrap(), [4]);
        assert_eq!(indices("1,3-5", 9).unwrap(), [0, 2, 3, 4]);
        assert_eq!(indices(" 4 - , 2", 5).unwrap(), [1, 3, 4]);
        assert_eq!(indices("2,2,1-2", 2).unwrap(), [0, 1]);
    }

    #[test]
    fn malformed_sets_are_refused() {
        for text in ["", "0", "1,", "a", "3-2", "-3", "1-2-3", "+1", "1;2", "ALL", "99999999999999999999999"] {
            assert!(matches!(PageSet::parse(text), Err(PageSetError::Malformed { .. })), "{text:?}");
        }
    }

    #[test]
    fn pages_beyond_the_last_are_named() {
        assert_eq!(indices("2-7", 3), Err(PageSetError::NoSuchPage { page: 7, pages: 3 }));
        assert_eq!(indices("5-", 3), Err(PageSetError::NoSuchPage { page: 5, pages: 3 }));
        assert_eq!(indices("even", 1), Err(PageSetError::Empty { pages: 1 }));
        assert_eq!(indices("1-4000000000", 3), Err(PageSetError::NoSuchPage { page: 4_000_000_000, pages: 3 }));
    }
}
