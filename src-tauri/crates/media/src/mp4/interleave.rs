//! Interleaves the audio and video of a segment in runs of about a second.
//!
//! FLV and transport streams alternate between the tracks frame by frame. In that order nearly every
//! sample would be a chunk of its own, and the chunk table would be most of the index of a long
//! movie. Players read a second of video followed by a second of audio just as well.

use std::io::IoSlice;

use super::fragment::{Recorder, SampleLocation};
use crate::{Sample, TrackKind, fmp4::SampleGroups};

/// Collects samples and returns them in the order of the output.
#[derive(Debug)]
pub(crate) struct Interleaver<'a> {
    /// Longest run of one track before the other's, in ticks.
    run_ticks: i64,
    /// The samples of the run that is being collected.
    video: Vec<(Sample<'a>, SampleGroups)>,
    audio: Vec<(Sample<'a>, SampleGroups)>,
    start: Option<i64>,
    position: u64,
    slices: Vec<IoSlice<'a>>,
}

impl<'a> Interleaver<'a> {
    /// Creates an interleaver of samples whose times have `timescale` ticks per second.
    /// Starts at a position in the segment's media.
    pub(crate) fn at(position: u64, timescale: u32) -> Self {
        Self {
            run_ticks: i64::from(timescale),
            video: Vec::new(),
            audio: Vec::new(),
            start: None,
            position,
            slices: Vec::new(),
        }
    }

    pub(crate) fn push(
        &mut self,
        (sample, groups): (Sample<'a>, SampleGroups),
        recorder: &mut Recorder,
    ) {
        let start = *self.start.get_or_insert(sample.dts);
        if sample.dts.saturating_sub(start) >= self.run_ticks {
            self.flush(recorder);
            self.start = Some(sample.dts);
        }
        match sample.kind {
            TrackKind::Video => self.video.push((sample, groups)),
            TrackKind::Audio => self.audio.push((sample, groups)),
        }
    }

    /// Ends the run, so that a codec configuration that follows does not apply to its samples.
    pub(crate) fn flush(&mut self, recorder: &mut Recorder) {
        for (sample, groups) in self.video.drain(..).chain(self.audio.drain(..)) {
            let location = SampleLocation {
                position: self.position,
                description: 0,
                duration: 0,
            };
            recorder.groups(sample.kind, groups);
            recorder.sample(&sample, location);
            self.slices.push(IoSlice::new(sample.data));
            self.position += sample.data.len() as u64;
        }
    }

    /// Returns the payloads in the order in which they were recorded.
    pub(crate) fn finish(mut self, recorder: &mut Recorder) -> Vec<IoSlice<'a>> {
        self.flush(recorder);
        self.slices
    }
}
