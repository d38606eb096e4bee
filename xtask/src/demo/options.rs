//! What the person asked the demonstration for.

use crate::failure::Failure;

/// The options of `cargo xtask demo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Options {
    /// Nothing is asked: the person agreed beforehand, or this is CI.
    pub(super) agreed: bool,
    /// Everything is shown and nothing is left running.
    pub(super) check: bool,
    /// The program with windows is left out: it takes minutes to build for the first time.
    pub(super) without_windows: bool,
    /// Remove what an earlier demonstration left, and nothing else.
    pub(super) clean: bool,
}

impl Options {
    pub(super) fn parse(arguments: &[String]) -> Result<Self, Failure> {
        let mut options = Self::default();
        for argument in arguments {
            match argument.as_str() {
                "--yes" => options.agreed = true,
                "--check" => (options.agreed, options.check) = (true, true),
                "--without-windows" => options.without_windows = true,
                "--clean" => options.clean = true,
                other => return Err(Failure::new(format!("demo knows no {other:?}")).hint(crate::USAGE)),
            }
        }
        Ok(options)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(arguments: &[&str]) -> Result<Options, Failure> {
        Options::parse(&arguments.iter().map(ToString::to_string).collect::<Vec<_>>())
    }

    #[test]
    fn each_option_is_known_and_nothing_else() {
        assert_eq!(parse(&[]).unwrap(), Options::default());
        assert_eq!(parse(&["--check"]).unwrap(), Options { agreed: true, check: true, ..Options::default() });
        assert_eq!(parse(&["--yes", "--clean"]).unwrap(), Options { agreed: true, clean: true, ..Options::default() });
        assert_eq!(parse(&["--without-windows"]).unwrap(), Options { without_windows: true, ..Options::default() });
        assert!(parse(&["--chek"]).is_err());
    }
}
