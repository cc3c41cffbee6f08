//! Every bound of fetching, in one place. `docs/limits.md` lists them for people.

use std::time::Duration;

/// Rounds over the hosts that a segment gets before it is passed over.
pub(crate) const PASSES_FIRST: u32 = 2;
/// Rounds that a segment gets when all others are here.
pub(crate) const PASSES_LAST: u32 = 3;
/// Rounds that a segment gets without which no other can be read.
pub(crate) const PASSES_NEEDED: u32 = 10;
/// Hosts that are asked in one round, one after the other.
pub(crate) const HOSTS_PER_PASS: usize = 3;
/// Requests beyond one for each segment that a run may make: this many for each segment, …
pub(crate) const EXTRA_REQUESTS_PER_SEGMENT: u64 = 2;
/// … and this many for the whole run.
pub(crate) const EXTRA_REQUESTS: u64 = 80;

/// Pause before the second round; it doubles with each further one.
pub(crate) const INITIAL_BACKOFF: Duration = Duration::from_millis(400);
/// Longest pause between two rounds.
pub(crate) const MAX_BACKOFF: Duration = Duration::from_secs(8);

/// Failures in a row after which a host is left alone for a while.
pub(crate) const FAILURES_BEFORE_COOLDOWN: u32 = 4;
/// How long it is left alone at first; the time doubles with each request that probes it in vain.
pub(crate) const INITIAL_COOLDOWN: Duration = Duration::from_secs(1);
/// Requests that probe a host at a time: the first ones may all be of segments that are bad
/// themselves.
pub(crate) const PROBES: u32 = 4;
/// Longest time between two probes.
pub(crate) const MAX_COOLDOWN: Duration = Duration::from_secs(8);
/// Longest `Retry-After` that is honoured.
pub(crate) const MAX_RETRY_AFTER: Duration = Duration::from_mins(1);
/// A host that has failed for this long without sending a segment is dead.
pub(crate) const DEAD_AFTER: Duration = Duration::from_secs(90);
/// Failures this far apart are not of the same outage.
pub(crate) const SAME_OUTAGE: Duration = Duration::from_mins(1);
/// A host that has only ever said "not found", this many times, does not have the recording.
pub(crate) const REFUSALS_BEFORE_LACKING: u32 = 3;
/// A host that another one has overtaken is asked after the others for this long.
pub(crate) const SLOW_HOST_PENALTY: Duration = Duration::from_mins(1);

/// A body of which fewer than these bytes …
pub(crate) const STALL_MIN_BYTES: u64 = 2 << 10;
/// … come in this time is given up.
pub(crate) const STALL_WINDOW: Duration = Duration::from_secs(30);

/// How long asking the service itself is repeated while nobody answers there.
pub(crate) const SERVICE_DOWN_TIMEOUT: Duration = Duration::from_secs(90);
/// Tries of asking the service itself while it answers with errors.
pub(crate) const SERVICE_TRIES: u32 = 6;
/// How long the answer to "is this computer connected?" holds.
pub(crate) const ONLINE_CACHE_TIME: Duration = Duration::from_secs(5);

/// Highest bit rate that a segment is believed to have: 80 Mbit/s, in bytes a millisecond.
pub(crate) const MAX_BYTES_PER_MS: u64 = 10_000;
/// What a segment may have however short it is.
pub(crate) const MIN_SEGMENT_LIMIT: u64 = 4 << 20;
/// What a segment may have however long it is.
pub(crate) const MAX_SEGMENT_LIMIT: u64 = 64 << 20;
/// Bytes of bodies that all requests together hold in memory; the oldest request may go beyond it.
pub(crate) const MAX_BODY_MEMORY: u64 = 48 << 20;
