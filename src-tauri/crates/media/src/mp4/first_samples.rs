//! Tells whether the first samples of the input are what its index says.
//!
//! The finished movie is refused if none of its first samples looks like one. That is a fault of
//! this crate only if they looked right when they were read.

use std::collections::BTreeMap;

use super::fragment::INSPECTED_SAMPLES;
use crate::{Error, SegmentKind};

/// What the first samples of video looked like when they were read.
#[derive(Debug, Default)]
pub(super) struct FirstSamples {
    /// For the first segments of each track: whether its first samples look like samples.
    tracks: BTreeMap<u8, BTreeMap<SegmentKind, Vec<bool>>>,
}

impl FirstSamples {
    /// Adds a segment, in any order.
    pub(super) fn add(&mut self, track: u8, kind: SegmentKind, samples: &[bool]) {
        if samples.is_empty() {
            return;
        }
        let segments = self.tracks.entry(track).or_default();
        segments.insert(kind, samples.to_vec());
        let mut left: usize = segments.values().map(Vec::len).sum();
        // Segments behind those with the first samples are not needed.
        while let Some(last) = segments.last_entry()
            && left - last.get().len() >= INSPECTED_SAMPLES
        {
            left -= last.remove().len();
        }
    }

    /// Returns the error of an input whose first samples are none.
    pub(super) fn problem(&self) -> Option<Error> {
        let is_broken = self.tracks.values().any(|segments| {
            let samples = segments.values().flatten();
            let mut samples = samples.take(INSPECTED_SAMPLES);
            samples.all(|is_sample| !is_sample)
        });
        is_broken.then(|| Error::Malformed {
            format: "H.264",
            problem: "the samples are not where the index says, or are damaged".into(),
            offset: 0,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problem(segments: &[(u64, &[bool])]) -> bool {
        let mut first = FirstSamples::default();
        for (number, samples) in segments {
            first.add(0, SegmentKind::Media(*number), samples);
        }
        first.problem().is_some()
    }

    #[test]
    fn one_sample_among_the_first_is_enough_in_any_order() {
        assert!(!problem(&[]));
        assert!(problem(&[(0, &[false])]));
        assert!(problem(&[
            (3, &[true; 8]),
            (1, &[false; 8]),
            (2, &[true; 8])
        ]));
        assert!(!problem(&[(3, &[true; 8]), (1, &[false; 7])]));
        assert!(!problem(&[(1, &[true]), (0, &[false; 7])]));
    }
}
