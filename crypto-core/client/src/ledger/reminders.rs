//! Openings that come near: a reminder a day and one 30 minutes before, each shown once.

use serde::Serialize;
use time::{Duration, OffsetDateTime};

use super::{rows, rows::Bid, store};
use crate::{Catalogue, Failure, Home, consent::rfc3339};

/// How long before the opening.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Due {
    /// A day.
    Day,
    /// 30 minutes.
    HalfHour,
}

impl Due {
    const ALL: [Self; 2] = [Self::Day, Self::HalfHour];

    /// The stable word.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::HalfHour => "half_hour",
        }
    }

    const fn before(self) -> Duration {
        match self {
            Self::Day => Duration::DAY,
            Self::HalfHour => Duration::minutes(30),
        }
    }

    /// The reminder that is due this long before the opening; the nearer one replaces the other.
    #[must_use]
    pub fn at(left: Duration) -> Option<Self> {
        let due = Self::ALL.into_iter().rfind(|due| left <= due.before());
        due.filter(|_| left > Duration::ZERO)
    }
}

/// A bid whose opening comes near.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reminder {
    /// Which reminder it is.
    pub due: Due,
    /// The beginning of the bid's root.
    pub id: String,
    /// The project.
    pub project: String,
    /// The lot.
    pub lot: String,
    /// Name of the bid file.
    pub file: String,
    /// When bids are opened, RFC 3339.
    pub opens_at: String,
    /// Minutes until then.
    pub minutes_left: i64,
    #[serde(skip)]
    root: String,
}

impl Reminder {
    /// The reminder in a person's language.
    #[must_use]
    pub fn told(&self, words: &Catalogue) -> String {
        self.by(&format!("reminder.{}", self.due.name()), words)
    }

    /// The same for a screen, where nobody types commands.
    #[must_use]
    pub fn shown(&self, words: &Catalogue) -> String {
        match self.due.name() {
            "day" => self.by("desk.reminder_day", words),
            _ => self.told(words),
        }
    }

    fn by(&self, key: &str, words: &Catalogue) -> String {
        let minutes = self.minutes_left.to_string();
        let hours = (self.minutes_left / 60).to_string();
        let facts = [
            ("file", self.file.as_str()),
            ("project", &self.project),
            ("lot", &self.lot),
            ("opens_at", &self.opens_at),
            ("minutes", &minutes),
            ("hours", &hours),
        ];
        words.text(key, &facts)
    }
}

/// Reminders that are due now and were not yet shown; they count as shown from then on.
///
/// # Errors
/// [`Code::LedgerDamaged`](crate::Code::LedgerDamaged) and its kin.
pub fn take(home: &Home, now: OffsetDateTime) -> Result<Vec<Reminder>, Failure> {
    if !store::exists(home) {
        return Ok(Vec::new());
    }
    let (due, shown) = store::read(home, async move |connection| {
        Ok((due(&rows::bids(connection).await?, now), rows::reminded(connection).await?))
    })?;
    let is_new = |one: &Reminder| !shown.iter().any(|(root, name)| *root == one.root && name == one.due.name());
    let fresh: Vec<Reminder> = due.into_iter().filter(is_new).collect();
    if fresh.is_empty() {
        return Ok(fresh);
    }
    store::write(home, async move |connection| {
        let mut taken = Vec::new();
        for one in fresh {
            // Of two processes that come at once, one shows it.
            if rows::remind(connection, &one.root, one.due.name()).await? {
                taken.push(one);
            }
        }
        Ok(taken)
    })
}

fn due(bids: &[Bid], now: OffsetDateTime) -> Vec<Reminder> {
    let reminder = |bid: &Bid| {
        let opens = bid.opens_at.filter(|_| bid.state.needs_keys())?;
        let due = Due::at(opens - now)?;
        Some(Reminder {
            due,
            id: bid.root[..12.min(bid.root.len())].to_owned(),
            project: bid.project.clone(),
            lot: bid.lot.clone(),
            file: bid.file.clone(),
            opens_at: rfc3339(opens),
            minutes_left: (opens - now).whole_minutes(),
            root: bid.root.clone(),
        })
    };
    bids.iter().filter_map(reminder).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_and_half_an_hour_before_and_never_after() {
        for (left, due) in [
            (Duration::DAY + Duration::SECOND, None),
            (Duration::DAY, Some(Due::Day)),
            (Duration::minutes(31), Some(Due::Day)),
            (Duration::minutes(30), Some(Due::HalfHour)),
            (Duration::SECOND, Some(Due::HalfHour)),
            (Duration::ZERO, None),
            (Duration::minutes(-5), None),
        ] {
            assert_eq!(Due::at(left), due, "{left}");
        }
    }
}
