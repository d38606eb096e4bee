//! `cargo xtask test`: builds everything, tests everything, and closes with one line of counts.

mod acceptance;
mod documents;
mod part;
mod postgresql;
mod report;
mod results;
mod rules;
mod windows;

use part::{Part, Size};
use report::Report;

use crate::failure::Failure;

/// Runs the parts that the arguments name, all small ones without any.
///
/// # Errors
/// A part failed, an argument is unknown, or the machine lacks something that we may not install.
pub(crate) fn run(arguments: &[String]) -> Result<(), Failure> {
    if arguments == ["--parts"] {
        Part::ALL.iter().for_each(|part| println!("{:12} {}", part.name(), part.purpose()));
        return Ok(());
    }
    let size = if arguments.iter().any(|argument| argument == "--full") { Size::Full } else { Size::Small };
    let named = arguments.iter().filter(|argument| *argument != "--full");
    let named = named.map(|name| Part::named(name)).collect::<Result<Vec<_>, _>>()?;

    let mut report = Report::default();
    for part in Part::ALL.iter().filter(|part| part.belongs_to(size, &named)) {
        let went_on = report.stage(*part, size);
        if !went_on && part.others_need_it() {
            break;
        }
    }
    report.close()
}
