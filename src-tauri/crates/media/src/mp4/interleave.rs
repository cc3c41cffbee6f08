//! Lays the samples of a segment with both tracks out in runs of one.
//!
//! In an FLV or a transport stream the tracks take turns frame by frame. Kept so, nearly every sample would be a chunk of
//! its own, and the chunks of a long movie would take more of the index than all else. A second of
//! pictures and then the same second of sound reads as well, and the segment is in memory anyway.

use std::io::IoSlice;

use super::fragment::{Recorder, SampleLocation};
use crate::{Sample, TrackKind};

/// Samples on their way into the output.
#[derive(Debug)]
pub(crate) struct Interleaver<'a> {
    /// How much of one track may lie before the other's.
    run_ticks: i64,
    /// The samples of the run that is being collected.
    video: Vec<Sample<'a>>,
    audio: Vec<Sample<'a>>,
    start: Option<i64>,
    position: u64,
    slices: Vec<IoSlice<'a>>,
}

impl<'a> Interleaver<'a> {
    /// `timescale` is that of the samples' times.
    pub(crate) fn new(timescale: u32) -> Self {
        Self {
            run_ticks: i64::from(timescale),
            video: Vec::new(),
            audio: Vec::new(),
            start: None,
            position: 0,
            slices: Vec::new(),
        }
    }

    pub(crate) fn push(&mut self, sample: Sample<'a>, recorder: &mut Recorder) {
        let start = *self.start.get_or_insert(sample.dts);
        if sample.dts.saturating_sub(start) >= self.run_ticks {
            self.flush(recorder);
            self.start = Some(sample.dts);
        }
        match sample.kind {
            TrackKind::Video => self.video.push(sample),
            TrackKind::Audio => self.audio.push(sample),
        }
    }

    /// Ends the run: what is recorded next concerns none of the samples before.
    pub(crate) fn flush(&mut self, recorder: &mut Recorder) {
        for sample in self.video.drain(..).chain(self.audio.drain(..)) {
            let place = SampleLocation {
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
