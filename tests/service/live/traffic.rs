//! Counts the requests for the segments of live streams.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// A segment of a live stream.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct LiveSegment {
    /// The broadcast, from 0; each restart begins a new one.
    pub broadcast: u64,
    /// The representation as in addresses, with its extension: `2/1.flv`, `2.m4v`.
    pub representation: String,
    /// Its number; `None`: the init segment, whatever number it was asked for by.
    pub segment: Option<u64>,
}

/// The requests for one segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SegmentTraffic {
    /// All requests that were answered.
    pub requests: u32,
    /// Those that were served to the last byte.
    pub served: u32,
    /// Those that were answered with 404: ahead of the edge, no longer or never there, or with a wrong
    /// hash.
    pub not_found: u32,
}

/// The requests for the segments of a live stream.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LiveTraffic {
    /// By segment. Segments without a request are absent.
    pub segments: BTreeMap<LiveSegment, SegmentTraffic>,
    /// Requests below the stream's paths that name no segment of it, all answered with 404.
    pub unknown: u32,
}

impl LiveTraffic {
    /// Returns the requests for a segment.
    pub fn of(&self, broadcast: u64, representation: &str, segment: Option<u64>) -> SegmentTraffic {
        let segment = LiveSegment {
            broadcast,
            representation: representation.to_owned(),
            segment,
        };
        self.segments.get(&segment).copied().unwrap_or_default()
    }

    /// Returns how many requests were answered with 404.
    pub fn not_found(&self) -> u32 {
        let counts = self.segments.values().map(|segment| segment.not_found);
        counts.fold(self.unknown, u32::saturating_add)
    }

    /// Returns the segments of a representation that were served to the last byte, in order.
    pub fn served(&self, broadcast: u64, representation: &str) -> Vec<u64> {
        let of_representation = self.segments.iter().filter(|(segment, traffic)| {
            segment.broadcast == broadcast
                && segment.representation == representation
                && traffic.served > 0
        });
        of_representation
            .filter_map(|(segment, _)| segment.segment)
            .collect()
    }
}

/// The requests for the segments of all live streams, by channel.
#[derive(Debug, Default)]
pub(crate) struct TrafficLog(Mutex<BTreeMap<u64, LiveTraffic>>);

impl TrafficLog {
    /// Counts a request that is served or answered with 404.
    pub(super) fn count_request(&self, channel: u64, segment: LiveSegment, is_found: bool) {
        let mut all = self.all();
        let traffic = all.entry(channel).or_default();
        let counts = traffic.segments.entry(segment).or_default();
        counts.requests = counts.requests.saturating_add(1);
        counts.not_found = counts.not_found.saturating_add(u32::from(!is_found));
    }

    /// Counts a segment that was served to the last byte.
    pub(super) fn count_served(&self, channel: u64, segment: LiveSegment) {
        let mut all = self.all();
        let traffic = all.entry(channel).or_default();
        let counts = traffic.segments.entry(segment).or_default();
        counts.served = counts.served.saturating_add(1);
    }

    /// Counts a request that names no segment.
    pub(super) fn count_unknown(&self, channel: u64) {
        let mut all = self.all();
        let traffic = all.entry(channel).or_default();
        traffic.unknown = traffic.unknown.saturating_add(1);
    }

    pub(crate) fn of(&self, channel: u64) -> LiveTraffic {
        self.all().get(&channel).cloned().unwrap_or_default()
    }

    fn all(&self) -> MutexGuard<'_, BTreeMap<u64, LiveTraffic>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
