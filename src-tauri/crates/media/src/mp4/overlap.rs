//! Finds where a part of a movie repeats the end of the part before, as that of a recorder that
//! connected again does, by the bytes of the samples.

use std::collections::{BTreeMap, VecDeque};

use super::{assemble::CompareBytes, fragment::IndexedSample};
use crate::Error;

/// Samples at the end of a track that are searched: two minutes of video.
const MAX_SAMPLES: usize = 8192;
/// Bytes of a sample that are compared.
const COMPARED_BYTES: u64 = 1 << 20;
/// So many samples of a repetition must differ from the one before: silence and black pictures are
/// the same wherever they are.
const MIN_CHANGES: usize = 2;

/// What is left of the overlap of a part with the one before, for one track.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Overlap {
    /// So many samples, which are known to be the same.
    Samples(usize),
    /// All up to the time of the last sample of the part before, in nanoseconds and with what the
    /// times of the parts may differ by.
    Until(i64),
}

/// A sample in the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct TailSample {
    /// Decode time, in ticks of its track at the end of one, in nanoseconds at the start.
    pub(crate) time: i64,
    pub(crate) size: u32,
    pub(crate) position: u64,
}

/// The end of each track of the movie so far, since the clock last started again.
#[derive(Debug, Default)]
pub(crate) struct TrackTails(BTreeMap<u8, VecDeque<TailSample>>);

impl TrackTails {
    /// Adds a sample to the end of a track.
    pub(crate) fn push(&mut self, key: u8, sample: TailSample) {
        let tail = self.0.entry(key).or_default();
        if tail.len() == MAX_SAMPLES {
            tail.pop_front();
        }
        tail.push_back(sample);
    }

    /// Forgets all samples: a part begins that does not repeat them.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Returns the end of a track, oldest sample first.
    pub(crate) fn of(&mut self, key: u8) -> &[TailSample] {
        let tail = self.0.get_mut(&key);
        tail.map_or(&[], |tail| tail.make_contiguous())
    }

    /// Returns whether a sample with the same bytes is at the end of a track, at a time no further from
    /// this one than `slack`; both in ticks of the track.
    pub(crate) fn holds(
        &self,
        key: u8,
        [time, slack]: [i64; 2],
        sample: &IndexedSample,
        same: &mut CompareBytes<'_>,
    ) -> Result<bool, Error> {
        let length = u64::from(sample.size).min(COMPARED_BYTES);
        let tail = self.0.get(&key).into_iter().flatten();
        for one in tail.rev() {
            let is_like =
                one.size == sample.size && one.time.abs_diff(time) <= slack.unsigned_abs();
            if is_like && same([one.position, sample.position], length)? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Returns the keys of the tracks, and the time of the last sample of each.
    pub(crate) fn ends(&self) -> impl Iterator<Item = (u8, i64)> {
        let last = |(key, tail): (&u8, &VecDeque<TailSample>)| Some((*key, tail.back()?.time));
        self.0.iter().filter_map(last)
    }
}

/// Returns how many samples of the start of a part repeat the end of the one before; 0 if none.
///
/// The parts must differ in the rest: a part that is wholly another one was put there twice.
pub(crate) fn repeated(
    end: &[TailSample],
    start: &[TailSample],
    same: &mut CompareBytes<'_>,
) -> Result<usize, Error> {
    for length in common_lengths(end, start) {
        let repeated = end.get(end.len() - length..).unwrap_or_default();
        if length < start.len()
            && length < end.len()
            && has_changes(repeated, same)?
            && are_same(repeated, start, same)?
        {
            return Ok(length);
        }
    }
    Ok(0)
}

/// Returns all numbers of samples for which the end of one list has the sizes of the start of the
/// other, the largest first (the borders of Knuth, Morris and Pratt).
fn common_lengths(end: &[TailSample], start: &[TailSample]) -> Vec<usize> {
    let size = |index: usize| start.get(index).map(|sample| sample.size);
    // The longest border of each prefix of `start`.
    let mut borders: Vec<usize> = Vec::with_capacity(start.len());
    let extended = |borders: &[usize], mut length: usize, next: u32| {
        while length > 0 && size(length) != Some(next) {
            length = borders.get(length - 1).copied().unwrap_or(0);
        }
        length + usize::from(size(length) == Some(next))
    };
    let mut length = 0;
    for (index, sample) in start.iter().enumerate() {
        if index > 0 {
            length = extended(&borders, length, sample.size);
        }
        borders.push(length);
    }
    let mut length = 0;
    for sample in end {
        length = extended(&borders, length, sample.size);
    }
    let shorter = |length: &usize| borders.get(length.checked_sub(1)?).copied();
    std::iter::successors(Some(length), shorter)
        .take_while(|length| *length > 0)
        .collect()
}

fn are_same(
    one: &[TailSample],
    other: &[TailSample],
    same: &mut CompareBytes<'_>,
) -> Result<bool, Error> {
    for (one, other) in one.iter().zip(other) {
        let length = u64::from(one.size).min(COMPARED_BYTES);
        if one.size != other.size || !same([one.position, other.position], length)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn has_changes(samples: &[TailSample], same: &mut CompareBytes<'_>) -> Result<bool, Error> {
    let mut changes = 0;
    for pair in samples.array_windows() {
        let [one, next] = pair;
        if !are_same(std::slice::from_ref(one), std::slice::from_ref(next), same)? {
            changes += 1;
            if changes == MIN_CHANGES {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Samples of these sizes; the position is the content.
    fn samples(sizes: &[(u32, u64)]) -> Vec<TailSample> {
        let sample = |(size, content): &(u32, u64)| TailSample {
            time: 0,
            size: *size,
            position: *content,
        };
        sizes.iter().map(sample).collect()
    }

    fn found(end: &[(u32, u64)], start: &[(u32, u64)]) -> usize {
        let mut same = |[one, other]: [u64; 2], _| Ok(one == other);
        repeated(&samples(end), &samples(start), &mut same).expect("no I/O")
    }

    #[test]
    fn the_longest_repetition_of_the_same_bytes_is_found() {
        let end = [(9, 0), (5, 1), (3, 2), (5, 3), (3, 4)];
        let start = [(5, 1), (3, 2), (5, 3), (3, 4), (8, 5)];
        assert_eq!(found(&end, &start), 4);
        // The sizes also agree for a shorter one, whose bytes are the same.
        let other = [(5, 3), (3, 4), (5, 6), (3, 7), (8, 5), (1, 1)];
        assert_eq!(found(&end, &other), 0, "two samples change only once");
        let more = [
            (4, 8),
            (5, 1),
            (3, 2),
            (5, 3),
            (3, 4),
            (5, 3),
            (3, 4),
            (7, 9),
        ];
        let again = [(5, 3), (3, 4), (7, 9), (2, 2)];
        assert_eq!(found(&more, &again), 3);
    }

    #[test]
    fn other_bytes_of_the_same_sizes_are_no_repetition() {
        let end = [(9, 0), (5, 1), (3, 2), (5, 3), (3, 4)];
        let start = [(5, 11), (3, 12), (5, 13), (3, 14), (8, 5)];
        assert_eq!(found(&end, &start), 0);
    }

    #[test]
    fn silence_and_whole_parts_are_no_repetition() {
        let silence = [(9, 0), (6, 1), (6, 1), (6, 1), (6, 1)];
        let start = [(6, 1), (6, 1), (6, 1), (9, 2)];
        assert_eq!(found(&silence, &start), 0);
        let part = [(9, 0), (5, 1), (3, 2), (5, 3), (3, 4)];
        assert_eq!(found(&part, &part), 0, "put there twice");
        let longer = [(9, 0), (5, 1), (3, 2), (5, 3), (3, 4), (9, 9)];
        assert_eq!(
            found(&part, &longer),
            0,
            "the first part is the start of the second"
        );
    }
}
