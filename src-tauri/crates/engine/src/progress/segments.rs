//! How much of a recording is here: whole segments, and the parts of those that are on their way.

use ustream::SegmentId;

/// Size of a segment, in bytes, of which nothing is known: no length, and no segment before it.
const GUESSED_SEGMENT_BYTES: f64 = (1 << 20) as f64;

/// Below this fraction of the recording, the segments say little about the size of all of it.
const TRUST_SEGMENTS_FROM: f64 = 0.05;

/// Shown at most while anything is missing, because 100 % means complete.
const MOST_UNSETTLED: f64 = 0.999;

/// A segment that is being received.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct ExpectedSegment {
    pub(crate) id: SegmentId,
    pub(crate) duration_ms: u64,
    /// Size of its body, if the server states it.
    pub(crate) length: Option<u64>,
}

/// The segments of one run.
#[derive(Debug, Default)]
pub(super) struct SegmentProgress {
    /// Duration of all segments, summed over all tracks.
    total_ms: u64,
    /// Duration of the segments that are here, or are known not to exist.
    settled_ms: u64,
    settled_bytes: u64,
    stated_bytes: Option<u64>,
    in_flight: Vec<InFlight>,
}

/// One body. A segment has two while it is requested a second time.
#[derive(Debug)]
struct InFlight {
    number: u64,
    segment: ExpectedSegment,
    /// The size that such a segment usually had when this one began, so that the bar does not stand
    /// still when others turn out to be larger.
    usual_bytes: f64,
    bytes: u64,
}

impl InFlight {
    /// How much of its segment has come, in milliseconds.
    #[expect(clippy::cast_precision_loss, reason = "an estimate for people")]
    fn share_ms(&self) -> f64 {
        let bytes = self.bytes as f64;
        let share = match self.segment.length {
            Some(length) => bytes / (length.max(1) as f64),
            // Without a length it comes ever closer to the end and never gets there.
            None => bytes / (bytes + self.usual_bytes),
        };
        share.min(1.0) * self.segment.duration_ms as f64
    }
}

#[expect(
    clippy::cast_precision_loss,
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "estimates for people: sizes are far below 2^52 and never negative"
)]
impl SegmentProgress {
    pub(super) fn new(
        total_ms: u64,
        (settled_ms, settled_bytes): (u64, u64),
        stated_bytes: Option<u64>,
    ) -> Self {
        Self {
            total_ms,
            settled_ms: settled_ms.min(total_ms),
            settled_bytes,
            stated_bytes,
            in_flight: Vec::new(),
        }
    }

    pub(super) fn add(&mut self, number: u64, segment: ExpectedSegment, bytes: u64) {
        let mut same = self.in_flight.iter();
        let same = same.find(|body| body.segment.id == segment.id);
        let usual_bytes = same.map_or_else(
            || self.usual_bytes(segment.duration_ms as f64),
            |body| body.usual_bytes,
        );
        let mut known = self.in_flight.iter_mut();
        match known.find(|body| body.number == number) {
            Some(body) => body.bytes += bytes,
            None => self.in_flight.push(InFlight {
                number,
                segment,
                usual_bytes,
                bytes,
            }),
        }
    }

    /// Forgets a body that has broken off, or was slower than another one.
    pub(super) fn drop_body(&mut self, number: u64) {
        self.in_flight.retain(|body| body.number != number);
    }

    /// Counts a body that is complete.
    pub(super) fn keep_body(&mut self, number: u64) {
        let index = self.in_flight.iter().position(|body| body.number == number);
        let Some(index) = index else { return };
        let body = self.in_flight.swap_remove(index);
        // The slower body of the same segment is of no use any more.
        self.in_flight
            .retain(|other| other.segment.id != body.segment.id);
        self.settled_bytes += body.bytes;
        self.settle(body.segment.duration_ms);
    }

    /// Counts a segment that is here, or is known not to exist.
    pub(super) fn settle(&mut self, duration_ms: u64) {
        self.settled_ms = self
            .settled_ms
            .saturating_add(duration_ms)
            .min(self.total_ms);
    }

    pub(super) fn is_complete(&self) -> bool {
        self.total_ms > 0 && self.settled_ms == self.total_ms
    }

    /// Bytes of complete segments and of those being received.
    pub(super) fn bytes(&self) -> u64 {
        self.settled_bytes + self.sum_of_farthest(|body| body.bytes as f64) as u64
    }

    /// The fraction of the recording that is here, by its duration.
    pub(super) fn fraction(&self) -> Option<f64> {
        if self.total_ms == 0 {
            return None;
        }
        if self.is_complete() {
            return Some(1.0);
        }
        let here_ms = self.settled_ms as f64 + self.sum_of_farthest(InFlight::share_ms);
        Some((here_ms / self.total_ms as f64).min(MOST_UNSETTLED))
    }

    /// The size of all segments as far as it can be told, and whether that is exact.
    pub(super) fn total_bytes(&self) -> (Option<u64>, bool) {
        let bytes = self.bytes();
        match self.fraction() {
            Some(_) if self.is_complete() => (Some(bytes), true),
            Some(fraction) if fraction >= TRUST_SEGMENTS_FROM => {
                (Some((bytes as f64 / fraction).ceil() as u64), false)
            }
            _ => (self.stated_bytes, false),
        }
    }

    /// The sum, over all segments on their way, of what the body has brought that has come farthest.
    fn sum_of_farthest(&self, amount: impl Fn(&InFlight) -> f64) -> f64 {
        let is_farthest = |body: &&InFlight| {
            let mut others = self
                .in_flight
                .iter()
                .filter(|other| other.segment.id == body.segment.id && other.number != body.number);
            let order = |other: &InFlight| amount(other).total_cmp(&amount(body));
            // Of equals the first.
            others.all(|other| order(other).then(body.number.cmp(&other.number)).is_lt())
        };
        self.in_flight.iter().filter(is_farthest).map(&amount).sum()
    }

    /// The size of a segment of this duration, judged by the others.
    fn usual_bytes(&self, duration_ms: f64) -> f64 {
        let (bytes, of_ms) = match self.stated_bytes {
            _ if self.settled_ms > 0 && self.settled_bytes > 0 => {
                (self.settled_bytes, self.settled_ms)
            }
            Some(stated) => (stated, self.total_ms),
            None => return GUESSED_SEGMENT_BYTES,
        };
        (bytes as f64 / of_ms.max(1) as f64 * duration_ms).max(1.0)
    }
}
