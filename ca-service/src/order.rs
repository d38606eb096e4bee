//! What the operator orders beside the request.

use ca::{Ids, Validity};
use clap::Args;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use x509::Uscc;

/// Period and checked numbers of a certificate.
#[derive(Args)]
pub(crate) struct Order {
    /// Days of validity.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3650))]
    days: u32,
    /// First moment of validity, such as 2026-11-20T00:00:00Z; else now.
    #[arg(long, value_parser = moment)]
    not_before: Option<OffsetDateTime>,
    /// Last moment of validity, instead of --days.
    #[arg(long, value_parser = moment, conflicts_with = "days")]
    not_after: Option<OffsetDateTime>,
    /// Unified social credit code of the unit. 统一社会信用代码
    #[arg(long)]
    uscc: Option<Uscc>,
    /// Number of the USB key. 设备号
    #[arg(long)]
    device: Option<String>,
}

impl Order {
    pub(crate) fn validity(&self, now: OffsetDateTime) -> Validity {
        let by_days = Validity::days(self.not_before.unwrap_or(now), self.days);
        Validity { not_after: self.not_after.unwrap_or(by_days.not_after), ..by_days }
    }

    pub(crate) fn ids(&self) -> Ids {
        Ids { uscc: self.uscc.clone(), device_number: self.device.clone() }
    }
}

fn moment(typed: &str) -> Result<OffsetDateTime, String> {
    let years = 1970..=9000;
    match OffsetDateTime::parse(typed, &Rfc3339) {
        Ok(at) if years.contains(&at.year()) => Ok(at),
        _ => Err("a moment is written as 2026-11-20T08:00:00Z or 2026-11-20T16:00:00+08:00".to_owned()),
    }
}
