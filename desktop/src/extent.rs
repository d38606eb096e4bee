//! How large the window of a question is: what it shows decides. The table is data because the tests of the screens read it too.

use std::{collections::BTreeMap, sync::OnceLock};

use protocol::screens::Prompt;

const TABLE: &str = include_str!("extents.json");

/// Width and height of a window's content in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Extent {
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
}

impl Extent {
    pub(crate) fn of(prompt: &Prompt) -> Self {
        let (width, height) = *table().get(row(prompt)).expect("each question has a row: a test asks for all of them");
        Self { width, height }
    }
}

fn table() -> &'static BTreeMap<String, (f64, f64)> {
    static READ: OnceLock<BTreeMap<String, (f64, f64)>> = OnceLock::new();
    READ.get_or_init(|| serde_json::from_str(TABLE).expect("the table is part of the source"))
}

const fn row(prompt: &Prompt) -> &'static str {
    match prompt {
        Prompt::Consent { .. } => "consent",
        Prompt::Connect { .. } => "connect",
        Prompt::Secret { twice: true, .. } => "secret_twice",
        Prompt::Secret { .. } => "secret",
        Prompt::LastTry { .. } => "last_try",
        Prompt::Clear { .. } => "clear",
        Prompt::Repair { .. } => "repair",
        Prompt::Pad { .. } => "pad",
        Prompt::Quit { .. } => "quit",
        Prompt::Puk { .. } => "puk",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_question_has_a_window_and_the_one_with_documents_is_the_largest() {
        let secret = |twice| Prompt::Secret {
            kind: "pin".into(),
            subject: String::new(),
            remaining: None,
            running_out: false,
            length: None,
            twice,
        };
        let others = [
            Prompt::Connect { origin: String::new() },
            secret(false),
            secret(true),
            Prompt::LastTry { token: String::new() },
            Prompt::Clear { bid: String::new(), past: false },
            Prompt::Repair { repair: String::new() },
            Prompt::Pad { token: String::new() },
            Prompt::Quit { jobs: 0, requests: 0 },
            Prompt::Puk { token: String::new(), puk: String::new() },
        ];
        let consent = table()["consent"];
        let extents: Vec<_> = others.iter().map(Extent::of).collect();
        assert!(extents.iter().all(|one| one.width < consent.0 && one.height < consent.1), "{extents:?}");
        assert_eq!(others.len() + 1, table().len());
    }
}
