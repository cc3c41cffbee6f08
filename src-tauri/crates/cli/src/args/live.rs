//! Arguments that say how a running stream is recorded.

use std::time::Duration;

use engine::LiveOptions;
use jiff::civil::Time;
use jiff::{SignedDuration, Timestamp, ToSpan as _, Zoned};

use super::rate::size;

/// How a running stream is recorded.
#[derive(Debug, clap::Args)]
pub(crate) struct LiveArgs {
    /// Of a channel that is on air: save its newest recording, and not the running stream
    #[arg(long)]
    pub(crate) no_live: bool,

    /// Of a channel that is off air: wait until it is on air, and record its stream
    #[arg(long, conflicts_with = "no_live")]
    pub(crate) wait: bool,

    /// Of a running stream: stop and save when this much is recorded: 90m, 1h30m
    #[arg(long = "for", value_name = "LENGTH", value_parser = length)]
    length: Option<Duration>,

    /// Of a running stream: stop and save at this time of the day: 22:00
    #[arg(long, value_name = "TIME")]
    until: Option<Time>,

    /// Of a running stream that sends nothing: how long to wait before it is saved
    #[arg(long, value_name = "LENGTH", value_parser = length, default_value = "5m")]
    patience: Duration,

    /// Of a running stream: go on in a further file when one has this size: 2G, 700M
    #[arg(long, value_name = "SIZE", value_parser = size)]
    split: Option<u64>,
}

impl LiveArgs {
    /// Returns the options of the engine. `from_now` begins with what is sent now.
    pub(crate) fn options(&self, from_now: bool) -> LiveOptions {
        let milliseconds = |length: Duration| u64::try_from(length.as_millis()).unwrap_or(u64::MAX);
        LiveOptions {
            waits: self.wait,
            from_now,
            max_length_ms: self.length.map(milliseconds),
            until_unix_s: self
                .until
                .and_then(|time| next(time, &Zoned::now()))
                .map(Timestamp::as_second),
            patience_ms: milliseconds(self.patience),
            max_file_bytes: self.split,
        }
    }
}

/// Returns when this time of the day is next; `None` if no calendar has that day.
fn next(time: Time, now: &Zoned) -> Option<Timestamp> {
    let today = now.with().time(time).build().ok()?;
    let next = if today > *now {
        today
    } else {
        let tomorrow = now.checked_add(1.day()).ok()?;
        tomorrow.with().time(time).build().ok()?
    };
    Some(next.timestamp())
}

/// Reads `90m`, `1h30m` or `45s`.
fn length(text: &str) -> Result<Duration, String> {
    let problem = || format!("{text} is no length: use 90m, 1h30m or 45s");
    let length: SignedDuration = text.parse().map_err(|_| problem())?;
    Duration::try_from(length)
        .ok()
        .filter(|length| !length.is_zero())
        .ok_or_else(problem)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_read_as_people_write_it() {
        let seconds = |text| length(text).map(|length| length.as_secs());
        assert_eq!(seconds("90m"), Ok(5400));
        assert_eq!(seconds("1h30m"), Ok(5400));
        assert_eq!(seconds("45s"), Ok(45));
        for wrong in ["", "soon", "0s", "-5m", "5"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_time_that_has_passed_is_that_of_tomorrow() {
        let now: Zoned = "2026-11-30T21:00:00[UTC]".parse().unwrap();
        let at = |time: &str| next(time.parse().unwrap(), &now).unwrap().to_string();
        assert_eq!(at("22:00"), "2026-11-30T22:00:00Z");
        assert_eq!(at("20:59"), "2026-12-01T20:59:00Z");
        assert_eq!(at("21:00"), "2026-12-01T21:00:00Z");
    }
}
