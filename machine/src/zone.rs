//! The time zone of this computer, and the words of the program for a person who lives in it.

use std::sync::LazyLock;

use client::{Catalogue, Language, Zone};
use jiff::{Timestamp, tz::TimeZone};
use time::{OffsetDateTime, UtcOffset};

/// The words of a language; their moments are told by this computer's clock.
#[must_use]
pub fn words(language: Language) -> &'static Catalogue {
    static CHINESE: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::in_zone(Language::Chinese, here()));
    static ENGLISH: LazyLock<Catalogue> = LazyLock::new(|| Catalogue::in_zone(Language::English, here()));
    match language {
        Language::Chinese => &CHINESE,
        Language::English => &ENGLISH,
    }
}

/// The zone that the person has set (`TZ`, else the system's); UTC where none can be learned.
fn here() -> Zone {
    zone(TimeZone::system())
}

fn zone(zone: TimeZone) -> Zone {
    let name = zone.iana_name().filter(|_| !zone.is_unknown()).map(str::to_owned);
    Zone::new(name.as_deref(), move |moment| offset(&zone, moment).unwrap_or(UtcOffset::UTC))
}

/// The distance from UTC; none beyond the years that the tables know.
fn offset(zone: &TimeZone, moment: OffsetDateTime) -> Option<UtcOffset> {
    let moment = Timestamp::from_second(moment.unix_timestamp()).ok()?;
    UtcOffset::from_whole_seconds(zone.to_offset(moment).seconds()).ok()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;

    fn told(name: &str, moment: &str) -> String {
        Catalogue::in_zone(Language::English, zone(TimeZone::get(name).unwrap())).moment(moment).into_owned()
    }

    #[test]
    fn the_tables_of_the_system_tell_the_hour_in_summer_and_winter() {
        assert_eq!(told("Asia/Shanghai", "2026-12-01T01:30:00Z"), "2026-12-01 09:30 (Beijing time)");
        assert_eq!(told("Europe/Berlin", "2026-12-01T01:30:00Z"), "2026-12-01 02:30 (Europe/Berlin, UTC+01:00)");
        assert_eq!(told("Europe/Berlin", "2040-07-01T01:30:00Z"), "2040-07-01 03:30 (Europe/Berlin, UTC+02:00)");
    }

    #[test]
    fn an_unknown_zone_is_told_as_utc() {
        let words = Catalogue::in_zone(Language::English, zone(TimeZone::unknown()));
        assert_eq!(words.moment("2026-12-01T01:30:00Z"), "2026-12-01 01:30 (UTC)");
    }
}
