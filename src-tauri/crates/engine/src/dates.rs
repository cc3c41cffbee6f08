//! The day of a recording: in UTC, as the service dates it, so that names, tags, sidecar files and
//! lists agree on every computer.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Returns the day in UTC of a time in seconds since 1970; `None` if no calendar has it.
pub fn utc_date(unix_s: i64) -> Option<Date> {
    let time = Timestamp::from_second(unix_s).ok()?;
    Some(time.to_zoned(TimeZone::UTC).date())
}

/// Returns the same day as `YYYY-MM-DD`.
pub(crate) fn utc_day(unix_s: i64) -> Option<String> {
    utc_date(unix_s).map(|day| day.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_that_of_utc() {
        // 2016-05-12, from the first second to the last.
        assert_eq!(utc_day(1_463_011_200).as_deref(), Some("2016-05-12"));
        assert_eq!(utc_day(1_463_097_599).as_deref(), Some("2016-05-12"));
        assert_eq!(utc_day(1_463_097_600).as_deref(), Some("2016-05-13"));
        assert_eq!(utc_day(i64::MAX), None);
    }
}
