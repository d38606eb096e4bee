//! All places at which a test kills the program.

use durable::{POINTS_OF_A_DIR, POINTS_OF_A_PART};

use crate::{issuers, ledger, output, trust};

/// Every failpoint by name: those that crates name themselves, and the steps of every file and folder they write.
#[must_use]
pub fn failpoints() -> Vec<String> {
    let own = [
        output::LABEL,
        output::SIGN_LABEL,
        output::STAMP_LABEL,
        output::STATEMENT_LABEL,
        trust::LABEL,
        issuers::LABEL,
        ledger::LABEL,
        bid::ENCRYPT_LABEL,
    ];
    let files = token::PART_LABELS.iter().chain(seal::LABELS).chain(&own);
    let folders = token::DIR_LABELS.iter().chain(&[bid::DECRYPT_LABEL, bid::TWIN_LABEL]);
    let mut points: Vec<String> =
        token::FAILPOINTS.iter().chain(bid::FAILPOINTS).chain(ledger::FAILPOINTS).map(ToString::to_string).collect();
    points.extend(files.flat_map(|label| POINTS_OF_A_PART.iter().map(move |step| format!("{label}.{step}"))));
    points.extend(folders.flat_map(|label| POINTS_OF_A_DIR.iter().map(move |step| format!("{label}.{step}"))));
    points
}
