//! Chooses the segments that a report shows: the init segments, the first two of each track, and
//! those that fail.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use media::SegmentFormat;
use ustream::{Exchange, SegmentId, SegmentKind, TrafficRecorder};

use super::SegmentRequest;
use crate::error::FetchError;

/// Media segments of each track that are shown.
const SAMPLES_PER_TRACK: u32 = 2;

/// Most init segments of a track that are shown.
const INITS_PER_TRACK: u32 = 1;

/// Most failures that are shown.
const MAX_FAILURES: u32 = 50;

/// The beginning of a segment that is shown.
const MAX_SHOWN_BYTES: usize = 64 << 10;

/// Records some of the segments of a run.
#[derive(Debug)]
pub(crate) struct SegmentSampler {
    recorder: TrafficRecorder,
    counts: Mutex<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    /// By track, and whether they are init segments.
    shown: HashMap<(u8, bool), u32>,
    failures: u32,
}

impl SegmentSampler {
    pub(crate) fn new(recorder: TrafficRecorder) -> Self {
        Self {
            recorder,
            counts: Mutex::default(),
        }
    }

    /// Returns what records the next request; `None` if enough is known.
    pub(super) fn recorder(&self) -> Option<&TrafficRecorder> {
        (self.counts().failures < MAX_FAILURES).then_some(&self.recorder)
    }

    /// Keeps a segment that arrived if it is one of the first.
    pub(super) fn arrived(
        &self,
        request: SegmentRequest<'_>,
        bytes: &[u8],
        exchange: &mut Exchange,
    ) {
        if !self.takes(request.id) {
            exchange.discard();
            return;
        }
        exchange.media(&bytes[..bytes.len().min(MAX_SHOWN_BYTES)], bytes.len());
        exchange.comment(content(request.format, bytes));
    }

    /// Keeps a segment that failed, with the reason.
    pub(super) fn failed(
        &self,
        request: SegmentRequest<'_>,
        error: &FetchError,
        exchange: &mut Exchange,
    ) {
        let mut counts = self.counts();
        // The end of a recording is found by asking for segments behind it.
        if request.is_tentative || counts.failures >= MAX_FAILURES {
            exchange.discard();
            return;
        }
        counts.failures += 1;
        exchange.comment(error);
    }

    /// Counts a request without an answer.
    pub(super) fn unanswered(&self) {
        self.counts().failures += 1;
    }

    fn takes(&self, id: SegmentId) -> bool {
        let is_init = id.kind == SegmentKind::Init;
        let limit = if is_init {
            INITS_PER_TRACK
        } else {
            SAMPLES_PER_TRACK
        };
        let mut counts = self.counts();
        let shown = counts.shown.entry((id.track, is_init)).or_default();
        let takes = *shown < limit;
        *shown += u32::from(takes);
        takes
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Each change under this lock is complete in itself.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn content(format: Option<SegmentFormat>, bytes: &[u8]) -> String {
    match format {
        Some(format) => media::outline(format, bytes),
        None => "a part of a file".to_owned(),
    }
}
