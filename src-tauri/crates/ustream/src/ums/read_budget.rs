//! Bounds what is read over the connections of one session.

use std::time::Duration;

use super::message::{MAX_FRAME_BYTES, WHAT};
use crate::Error;

/// Largest sum of all messages.
const MAX_BYTES: usize = 4 * MAX_FRAME_BYTES;

/// A session about a running stream has no end: its messages are counted over this time.
const PERIOD: Duration = Duration::from_secs(30);

/// Most messages in that time. The service sends one or two each second (observed).
const MAX_MESSAGES_OF_PERIOD: usize = 5000;

/// What may still be read.
#[derive(Debug)]
pub(super) struct ReadBudget {
    max_messages: usize,
    /// The start of the present period, as time since the start of the session; `None` if all
    /// messages of the session count.
    period: Option<Duration>,
    messages: usize,
    bytes: usize,
}

impl ReadBudget {
    /// Creates the budget of a session that ends.
    pub(super) fn of_session(max_messages: usize) -> Self {
        Self {
            max_messages,
            period: None,
            messages: 0,
            bytes: 0,
        }
    }

    /// Creates the budget of a session about a running stream.
    pub(super) fn of_live_session() -> Self {
        Self {
            period: Some(Duration::ZERO),
            ..Self::of_session(MAX_MESSAGES_OF_PERIOD)
        }
    }

    /// Counts a message of this size. `now` is the time since the start of the session.
    ///
    /// Fails with [`Error::TooLarge`] if that is more than may be read.
    pub(super) fn take(&mut self, bytes: usize, now: Duration) -> Result<(), Error> {
        if let Some(start) = &mut self.period
            && now.saturating_sub(*start) >= PERIOD
        {
            *start = now;
            self.messages = 0;
            self.bytes = 0;
        }
        self.messages += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        if self.messages > self.max_messages || self.bytes > MAX_BYTES {
            return Err(Error::TooLarge {
                what: WHAT,
                limit_bytes: MAX_BYTES,
            });
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_session_that_ends_may_read_so_much_in_all() {
        let mut budget = ReadBudget::of_session(2);
        budget.take(1, Duration::ZERO).unwrap();
        budget.take(MAX_BYTES - 1, 1000 * SECOND).unwrap();
        assert!(budget.take(0, 2000 * SECOND).is_err(), "messages");
        let mut budget = ReadBudget::of_session(2);
        assert!(budget.take(MAX_BYTES + 1, SECOND).is_err(), "bytes");
    }

    #[test]
    fn a_session_about_a_running_stream_may_read_so_much_in_each_period() {
        let mut budget = ReadBudget::of_live_session();
        for period in 0..3 {
            let now = period * PERIOD;
            for _ in 0..MAX_MESSAGES_OF_PERIOD {
                budget.take(1, now + SECOND).unwrap();
            }
            assert!(budget.take(1, now + 2 * SECOND).is_err());
        }
    }
}
