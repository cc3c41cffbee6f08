//! Lays the samples of an FLV piece out in runs of one track.
//!
//! In an FLV the tracks take turns tag by tag. Kept so, nearly every sample would be a chunk of
//! its own, and the chunks of a long film would take more of the index than all else. A second of
//! pictures and then the same second of sound reads as well, and the piece is in memory anyway.

use std::io::IoSlice;

use super::fragment::{Place, Recorder};
use crate::{Sample, TrackKind};

/// How much of one track may lie before the other's, in milliseconds.
const RUN_MS: i64 = 1000;

/// Samples on their way into the output.
#[derive(Debug, Default)]
pub(crate) struct Interleaver<'a> {
    /// The samples of the run that is being collected.
    video: Vec<Sample<'a>>,
    audio: Vec<Sample<'a>>,
    start_ms: Option<i64>,
    position: u64,
    slices: Vec<IoSlice<'a>>,
}

impl<'a> Interleaver<'a> {
    pub(crate) fn push(&mut self, sample: Sample<'a>, recorder: &mut Recorder) {
        let start = *self.start_ms.get_or_insert(sample.dts);
        if sample.dts.saturating_sub(start) >= RUN_MS {
            self.flush(recorder);
            self.start_ms = Some(sample.dts);
        }
        match sample.kind {
            TrackKind::Video => self.video.push(sample),
            TrackKind::Audio => self.audio.push(sample),
        }
    }

    /// Ends the run: what is recorded next concerns none of the samples before.
    pub(crate) fn flush(&mut self, recorder: &mut Recorder) {
        for sample in self.video.drain(..).chain(self.audio.drain(..)) {
            let place = Place {
                position: self.position,
                description: 0,
                duration: 0,
            };
            recorder.sample(&sample, place);
            self.slices.push(IoSlice::new(sample.data));
            self.position += sample.data.len() as u64;
        }
    }

    /// The payloads in the order in which they were recorded.
    pub(crate) fn finish(mut self, recorder: &mut Recorder) -> Vec<IoSlice<'a>> {
        self.flush(recorder);
        self.slices
    }
}
