//! Moments as a person reads them: the time on the wall, and whose wall it is. JSON keeps RFC 3339.

use std::fmt;

use time::{OffsetDateTime, UtcOffset, format_description::well_known::Rfc3339, macros::format_description};

use crate::Catalogue;

/// Facts that are moments, by their names.
pub(crate) const MOMENTS: [&str; 13] = [
    "at",
    "from",
    "made_at",
    "newest",
    "now",
    "opens_at",
    "sealed_at",
    "seen_at",
    "since",
    "time",
    "until",
    "valid_from",
    "valid_to",
];

/// Names under which the tables of time zones know the time of Beijing.
const BEIJING: [&str; 5] = ["Asia/Shanghai", "Asia/Chongqing", "Asia/Chungking", "Asia/Harbin", "PRC"];
const UTC: [&str; 5] = ["UTC", "Etc/UTC", "Etc/UCT", "Etc/GMT", "GMT"];

type Offset = dyn Fn(OffsetDateTime) -> UtcOffset + Send + Sync;

/// The zone of a person's clock; a shell learns it from the computer.
pub struct Zone {
    name: Option<String>,
    offset: Box<Offset>,
}

impl Zone {
    /// A zone by its name in the tables (`Asia/Shanghai`), if it has one, and its distance from UTC at each moment.
    #[must_use]
    pub fn new(name: Option<&str>, offset: impl Fn(OffsetDateTime) -> UtcOffset + Send + Sync + 'static) -> Self {
        Self { name: name.map(str::to_owned), offset: Box::new(offset) }
    }

    /// A moment on the person's clock, and the zone beside it.
    pub(crate) fn told(&self, moment: OffsetDateTime, words: &Catalogue) -> String {
        let offset = (self.offset)(moment);
        let (clock, offset) = (on_the_wall(moment.to_offset(offset)), distance(offset));
        let facts =
            [("moment", clock.as_str()), ("offset", &offset), ("zone", self.name.as_deref().unwrap_or_default())];
        let key = match &self.name {
            Some(name) if BEIJING.contains(&name.as_str()) => "moment.beijing",
            Some(name) if !UTC.contains(&name.as_str()) => "moment.zone",
            _ if offset == "+00:00" => "moment.utc",
            _ => "moment.offset",
        };
        words.text(key, &facts)
    }
}

impl fmt::Debug for Zone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Zone").field("name", &self.name).finish_non_exhaustive()
    }
}

/// The moment that a fact states, if it is one.
pub(crate) fn moment(text: &str) -> Option<OffsetDateTime> {
    OffsetDateTime::parse(text, &Rfc3339).ok()
}

/// Seconds only where there are some: an opening is at half past nine.
fn on_the_wall(moment: OffsetDateTime) -> String {
    let (short, long) = (
        format_description!("[year]-[month]-[day] [hour]:[minute]"),
        format_description!("[year]-[month]-[day] [hour]:[minute]:[second]"),
    );
    let form = if moment.second() == 0 { short } else { long };
    moment.format(form).unwrap_or_else(|_| moment.to_string())
}

fn distance(offset: UtcOffset) -> String {
    let minutes = offset.whole_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Failure, Language};

    fn zone(name: Option<&str>, hours: i8) -> Zone {
        Zone::new(name, move |_| UtcOffset::from_hms(hours, 0, 0).unwrap())
    }

    #[test]
    fn an_opening_is_told_at_the_hour_of_the_persons_clock_with_its_zone() {
        for (name, hours, language, told) in [
            (Some("Asia/Shanghai"), 8, Language::Chinese, "2026-12-01 09:30（北京时间）"),
            (Some("Asia/Shanghai"), 8, Language::English, "2026-12-01 09:30 (Beijing time)"),
            (Some("Europe/Berlin"), 1, Language::English, "2026-12-01 02:30 (Europe/Berlin, UTC+01:00)"),
            (Some("America/New_York"), -5, Language::Chinese, "2026-11-30 20:30（America/New_York 时间，UTC-05:00）"),
            (None, 8, Language::English, "2026-12-01 09:30 (UTC+08:00)"),
            (Some("Etc/UTC"), 0, Language::English, "2026-12-01 01:30 (UTC)"),
            (None, 0, Language::Chinese, "2026-12-01 01:30（世界协调时 UTC）"),
        ] {
            let words = Catalogue::in_zone(language, zone(name, hours));
            assert_eq!(words.moment("2026-12-01T01:30:00Z"), told);
        }
    }

    #[test]
    fn a_failure_tells_its_moments_in_the_zone_and_keeps_them_in_its_data() {
        let words = Catalogue::in_zone(Language::Chinese, zone(Some("Asia/Shanghai"), 8));
        let early = Failure::new(Code::BidTooEarly).with("path", "标书.bid");
        let early = early.with("opens_at", "2026-12-01T01:30:00Z").with("now", "2026-12-01T01:29:59Z");
        let told = early.told(&words);
        assert!(told.message.contains("开标时间是 2026-12-01 09:30（北京时间）"), "{}", told.message);
        assert!(told.message.contains("2026-12-01 09:29:59（北京时间）"), "{}", told.message);
        assert_eq!(told.data["opens_at"], "2026-12-01T01:30:00Z");
    }

    #[test]
    fn a_zone_with_summer_time_is_asked_for_each_moment() {
        let summer = |moment: OffsetDateTime| UtcOffset::from_hms(if moment.month() as u8 == 7 { 2 } else { 1 }, 0, 0);
        let words =
            Catalogue::in_zone(Language::English, Zone::new(Some("Europe/Berlin"), move |at| summer(at).unwrap()));
        assert!(words.moment("2026-07-01T07:30:00Z").starts_with("2026-07-01 09:30 "));
        assert!(words.moment("2026-12-01T08:30:00Z").starts_with("2026-12-01 09:30 "));
    }

    #[test]
    fn a_file_that_is_called_like_a_moment_keeps_its_name_and_no_zone_changes_nothing() {
        let words = Catalogue::in_zone(Language::English, zone(None, 8));
        let missing = Failure::new(Code::InputNotFound).with("path", "2026-12-01T01:30:00Z");
        assert!(missing.told(&words).message.contains("“2026-12-01T01:30:00Z”"));
        assert_eq!(words.moment("–"), "–");
        assert_eq!(Catalogue::of(Language::English).moment("2026-12-01T01:30:00Z"), "2026-12-01T01:30:00Z");
    }
}
