//! Values of options, parsed into what they mean. The text of a failure is the id of a message, or the values there are.

pub(super) fn language(text: &str) -> Result<client::Language, String> {
    client::Language::from_tag(text).ok_or_else(|| client::detailed("one_of", "zh-CN, en"))
}

pub(super) fn suite(text: &str) -> Result<algo::Suite, String> {
    text.parse().map_err(|_| client::detailed("one_of", algo::Suite::ALL.map(|suite| suite.to_string()).join(", ")))
}

pub(super) fn millimetres(text: &str) -> Result<f64, String> {
    text.parse().ok().filter(|size: &f64| size.is_finite() && *size > 0.0).ok_or_else(|| "not_millimetres".into())
}

pub(super) fn count(text: &str) -> Result<u8, String> {
    text.parse().ok().filter(|count| *count > 0).ok_or_else(|| "not_a_count".into())
}

pub(super) fn port(text: &str) -> Result<u16, String> {
    text.parse().map_err(|_| "not_a_port".into())
}

pub(super) fn place(text: &str) -> Result<(f64, f64), String> {
    let number = |part: &str| part.trim().parse().ok().filter(|value: &f64| value.is_finite());
    text.split_once(',').and_then(|(x, y)| Some((number(x)?, number(y)?))).ok_or_else(|| "not_a_place".into())
}

pub(super) fn moment(text: &str) -> Result<time::OffsetDateTime, String> {
    time::OffsetDateTime::parse(text, &time::format_description::well_known::Rfc3339).map_err(|_| "not_a_moment".into())
}
