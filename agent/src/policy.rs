//! What the browsers' administrators say about pages that reach for this computer.

#[cfg(target_os = "linux")]
mod linux;
#[cfg(target_os = "linux")]
use linux as system;

#[cfg(windows)]
mod windows;
#[cfg(windows)]
use windows as system;

#[cfg(not(any(target_os = "linux", windows)))]
mod other;
#[cfg(not(any(target_os = "linux", windows)))]
use other as system;

#[cfg(any(target_os = "linux", test))]
use serde_json::Value;

/// What a policy does to pages that want to talk with us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    /// Some pages are let through without being asked about.
    Allows,
    /// Some pages are kept away, and nobody is asked.
    Blocks,
}

/// One policy of one browser.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Where it stands.
    pub(crate) place: String,
    /// Its name.
    pub(crate) name: String,
    /// Which pages, as it writes them.
    pub(crate) pages: String,
    pub(crate) effect: Effect,
}

/// Every policy about local network access on this computer.
pub(crate) fn all() -> Vec<Policy> {
    system::all()
}

/// The policies of Chromium's and Firefox's JSON files that concern us.
#[cfg(any(target_os = "linux", test))]
fn in_json(place: &str, text: &str) -> Vec<Policy> {
    let Ok(Value::Object(whole)) = serde_json::from_str::<Value>(text) else { return Vec::new() };
    // Firefox puts everything below `policies`.
    let policies = whole.get("policies").and_then(Value::as_object).unwrap_or(&whole);
    let pages = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    policies.iter().filter_map(|(name, value)| named(place, name, &pages(value))).collect()
}

/// The policy of this name, if it concerns us and names pages.
fn named(place: &str, name: &str, pages: &[String]) -> Option<Policy> {
    let effect = effect(name)?;
    let pages = client::printable(&pages.join(", "));
    (!pages.is_empty()).then(|| Policy { place: place.to_owned(), name: name.to_owned(), pages, effect })
}

/// `LocalNetworkAccess…`, and since Chrome 147 `LoopbackNetwork…` by itself.
fn effect(name: &str) -> Option<Effect> {
    let concerns_us = name.starts_with("LocalNetworkAccess") || name.starts_with("LoopbackNetwork");
    match (concerns_us, name.ends_with("BlockedForUrls"), name.ends_with("AllowedForUrls")) {
        (true, true, _) => Some(Effect::Blocks),
        (true, _, true) => Some(Effect::Allows),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_of_both_browsers_are_read_and_others_are_not() {
        let chromium = r#"{"LocalNetworkAccessBlockedForUrls": ["*"], "HomepageLocation": "https://a.example"}"#;
        let found = in_json("a.json", chromium);
        assert_eq!((found.len(), found[0].effect, found[0].pages.as_str()), (1, Effect::Blocks, "*"));
        let firefox = r#"{"policies": {"LocalNetworkAccessAllowedForUrls": ["https://portal.example", "b"]}}"#;
        let found = in_json("b.json", firefox);
        assert_eq!((found[0].effect, found[0].pages.as_str()), (Effect::Allows, "https://portal.example, b"));
        for text in ["", "[]", "{\"LocalNetworkAccessBlockedForUrls\": []}", "{\"LocalNetworkAccess\": 1}"] {
            assert_eq!(in_json("c.json", text), [], "{text}");
        }
    }
}
