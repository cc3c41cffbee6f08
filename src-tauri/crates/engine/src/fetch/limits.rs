//! The limits of fetching. `docs/limits.md` lists them with the reasons.

use std::num::NonZeroU64;
use std::time::Duration;

/// Mirror passes for a segment before it is left for the end of the fetch pass.
pub(crate) const PASSES_FIRST: u32 = 2;
/// Mirror passes for a segment when all others have been received.
pub(crate) const PASSES_LAST: u32 = 3;
/// Mirror passes for an init segment, without which no other can be read.
pub(crate) const PASSES_NEEDED: u32 = 10;
/// Of these passes as many as may stall, each of which takes half a minute: for a segment before it is
/// left for the end, …
pub(crate) const STALLS_FIRST: u32 = 1;
/// … when all others have been received, …
pub(crate) const STALLS_LAST: u32 = 2;
/// … and for an init segment.
pub(crate) const STALLS_NEEDED: u32 = 4;
/// Longest time for finding out whether hosts that fail still send a segment that is here.
pub(crate) const HEALTH_CHECK_TIMEOUT: Duration = Duration::from_secs(30);
/// Hosts that one mirror pass asks, one after the other.
pub(crate) const HOSTS_PER_PASS: usize = 3;
/// A run may make one request per segment, this many more per segment, …
pub(crate) const EXTRA_REQUESTS_PER_SEGMENT: u64 = 2;
/// … and this many that all segments share.
pub(crate) const EXTRA_REQUESTS: u64 = 48;

/// Pause before the second mirror pass; it doubles with each further one.
pub(crate) const INITIAL_BACKOFF: Duration = Duration::from_millis(400);
/// Longest pause between two mirror passes.
pub(crate) const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// Consecutive failures after which a host gets a cooldown.
pub(crate) const FAILURES_BEFORE_COOLDOWN: u32 = 4;
/// The first cooldown of a host; it doubles with each failed probe.
pub(crate) const INITIAL_COOLDOWN: Duration = Duration::from_secs(1);
/// Requests that probe a host at a time: the first ones may all be for segments that are
/// themselves broken.
pub(crate) const PROBES: u32 = 4;
/// Longest time between two probes.
pub(crate) const MAX_COOLDOWN: Duration = Duration::from_secs(8);
/// Longest `Retry-After` that is honoured.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);
/// A host that has failed for this long without sending a segment is dead.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(90);
/// A request made later than this after a failure does not belong to the same outage.
pub(crate) const SAME_OUTAGE: Duration = Duration::from_mins(1);
/// A host that has only answered "not found", this many times, does not have the recording.
pub(crate) const REFUSALS_BEFORE_LACKING: u32 = 3;
/// How long a host that was slower than another one is asked last.
pub(crate) const SLOW_HOST_PENALTY: Duration = Duration::from_mins(1);

/// A body that receives fewer than these bytes …
pub(crate) const STALL_MIN_BYTES: u64 = 2 << 10;
/// … in this time is aborted, …
pub(crate) const STALL_WINDOW: Duration = Duration::from_secs(30);
/// … and so is one that is this many times slower than others for as long.
pub(crate) const SLOWER_THAN_PEERS: f64 = 100.0;
/// The time over which a speed is measured. A slow request is then made again on a new connection.
pub(crate) const SPEED_WINDOW: Duration = Duration::from_secs(10);
/// A slow body whose rest takes no longer than this is worth the wait; …
pub(crate) const WORTH_A_WAIT: Duration = Duration::from_mins(2);
/// … after a new connection has not helped, a longer one.
pub(crate) const WORTH_A_LONG_WAIT: Duration = Duration::from_mins(10);

/// How long a request to the service itself is repeated while it cannot be reached.
pub(crate) const SERVICE_DOWN_TIMEOUT: Duration = Duration::from_secs(90);
/// How long a request to the service itself is repeated while it asks for pauses.
pub(crate) const SERVICE_BUSY_TIMEOUT: Duration = Duration::from_mins(10);
/// Attempts at a lookup of the window, or at what a movie can do without, while pauses are asked for.
pub(crate) const MAX_PAUSES: u32 = 3;
/// Longest pause that the window keeps while it looks a link up, before it shows the error.
pub(crate) const MAX_LOOKUP_PAUSE: Duration = Duration::from_secs(10);
/// Tries of a request to the service itself while it answers with errors.
pub(crate) const SERVICE_TRIES: u32 = 6;
/// How long the result of the online check is cached, …
pub(crate) const ONLINE_CACHE_TIME: Duration = Duration::from_secs(5);
/// … and how long at most if the service was found several times in a row.
pub(crate) const MAX_ONLINE_CACHE_TIME: Duration = Duration::from_secs(30);

/// Highest plausible bit rate of a segment: 80 Mbit/s, in bytes per millisecond.
pub(crate) const MAX_BYTES_PER_MS: u64 = 10_000;
/// A segment may have this many bytes however short it is.
pub(crate) const MIN_SEGMENT_LIMIT_BYTES: u64 = 4 << 20;
/// A segment may not have more bytes than this however long it is.
pub(crate) const MAX_SEGMENT_LIMIT_BYTES: u64 = 64 << 20;
/// Bytes of bodies that all requests together hold in memory; the oldest request may exceed it.
pub(crate) const MAX_BODY_MEMORY_BYTES: u64 = 48 << 20;

/// The lowest limit of the speed, in bytes per second: with less, a connection would look dead.
pub const MIN_RATE_LIMIT: NonZeroU64 = NonZeroU64::MIN.saturating_add(999);
/// What a limit of the speed has left over from a pause is taken at once up to this much of it.
pub(crate) const RATE_BURST: Duration = Duration::from_millis(100);
/// A body takes this much of the limit at a time.
pub(crate) const RATE_SLICE: Duration = Duration::from_millis(25);
/// Each so many bytes per second of the limit carry one more request, …
pub(crate) const BYTES_PER_REQUEST: u64 = 1_000_000;
/// … and a lower limit than this carries one only, in bytes per second.
pub(crate) const ONE_REQUEST_BELOW: u64 = 100_000;
/// A request that waits for the limit is looked at again after at least this time.
pub(crate) const HEDGE_RECHECK: Duration = Duration::from_millis(20);
