//! Converts cues, which may overlap, to samples, which may not.

use std::iter::Peekable;

use super::Cue;

/// Largest number of cues shown at once; more would cover the picture.
const MAX_SIMULTANEOUS_CUES: usize = 8;
/// Longest text of a cue; more would cover the picture. A few huge cues could be in every sample.
const MAX_CUE_BYTES: usize = 4096;

/// The text between two changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CaptionSample {
    pub(crate) start_ms: u64,
    /// Later than the start.
    pub(crate) end_ms: u64,
    /// Empty in a pause.
    pub(crate) text: String,
}

/// Iterates over samples that cover the movie from start to end without gaps. Yields nothing if no
/// cue is ever shown.
#[derive(Debug)]
pub(crate) struct CaptionTimeline<'c> {
    upcoming: Peekable<std::slice::Iter<'c, Cue>>,
    /// Sorted by start.
    active: Vec<&'c Cue>,
    now_ms: u64,
    movie_ms: u64,
}

impl<'c> CaptionTimeline<'c> {
    /// `cues` must be sorted by start.
    pub(super) fn new(cues: &'c [Cue], movie_ms: u64) -> Self {
        Self {
            upcoming: cues.iter().peekable(),
            active: Vec::new(),
            now_ms: 0,
            movie_ms,
        }
    }
}

impl Iterator for CaptionTimeline<'_> {
    type Item = CaptionSample;

    fn next(&mut self) -> Option<CaptionSample> {
        let start_ms = self.now_ms;
        self.active.retain(|cue| cue.end_ms > start_ms);
        while let Some(cue) = self.upcoming.next_if(|cue| cue.start_ms <= start_ms) {
            if self.active.len() < MAX_SIMULTANEOUS_CUES && cue.end_ms > start_ms {
                self.active.push(cue);
            }
        }
        let ends = self.active.iter().map(|cue| cue.end_ms);
        let next = self.upcoming.peek().map(|cue| cue.start_ms);
        let next = next.filter(|start| *start < self.movie_ms);
        let end_ms = match ends.chain(next).min() {
            Some(end_ms) => end_ms.min(self.movie_ms),
            // Add a final pause: without it some players show the last cue until the end.
            None if start_ms > 0 => self.movie_ms,
            None => return None,
        };
        if end_ms <= start_ms {
            return None;
        }
        self.now_ms = end_ms;
        let texts: Vec<_> = self.active.iter().map(|cue| shown_text(cue)).collect();
        Some(CaptionSample {
            start_ms,
            end_ms,
            text: texts.join("\n"),
        })
    }
}

/// Returns the text of a cue without what is beyond [`MAX_CUE_BYTES`].
fn shown_text(cue: &Cue) -> &str {
    let text = cue.text.plain();
    let end = text.floor_char_boundary(MAX_CUE_BYTES);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cue(start_ms: u64, end_ms: u64, text: &str) -> Cue {
        Cue {
            start_ms,
            end_ms,
            text: text.into(),
        }
    }

    fn samples(cues: &[Cue], movie_ms: u64) -> Vec<(u64, u64, String)> {
        CaptionTimeline::new(cues, movie_ms)
            .map(|sample| (sample.start_ms, sample.end_ms, sample.text))
            .collect()
    }

    #[test]
    fn pauses_are_filled_and_overlaps_are_shown_together() {
        let cues = [
            cue(10, 20, "a"),
            cue(20, 40, "b"),
            cue(30, 50, "c"),
            cue(60, 70, "d"),
        ];
        let expected = [
            (0, 10, ""),
            (10, 20, "a"),
            (20, 30, "b"),
            (30, 40, "b\nc"),
            (40, 50, "c"),
            (50, 60, ""),
            (60, 70, "d"),
            (70, 1000, ""),
        ];
        let expected = expected.map(|(start, end, text)| (start, end, text.to_owned()));
        assert_eq!(samples(&cues, 1000), expected);
        // Cues are truncated at the end of the movie.
        assert_eq!(samples(&cues, 45)[..4], expected[..4]);
        assert_eq!(samples(&cues, 45)[4..], [(40, 45, "c".to_owned())]);
        assert_eq!(samples(&cues, 60), expected[..6]);
        assert_eq!(samples(&cues, 10), []);
        assert_eq!(samples(&cues, 0), []);
    }

    #[test]
    fn a_huge_text_is_cut_between_two_letters() {
        let huge = format!("a{}", "é".repeat(MAX_CUE_BYTES));
        let texts = samples(&[cue(0, 10, &huge), cue(0, 10, "b")], 10);
        assert_eq!(texts.len(), 1);
        assert_eq!(texts[0].2.len(), MAX_CUE_BYTES - 1 + "\nb".len());
        assert!(texts[0].2.ends_with("é\nb"));
    }

    proptest! {
        #[test]
        fn any_cues_become_contiguous_samples_of_bounded_number(
            cues in proptest::collection::vec((0_u64..100, 1_u64..50, "[a-z]"), 0..40),
            movie_ms in 0_u64..200,
        ) {
            let mut cues: Vec<_> = cues
                .into_iter()
                .map(|(start, length, text)| cue(start, start + length, &text))
                .collect();
            cues.sort_by_key(|cue| cue.start_ms);
            let samples: Vec<_> = CaptionTimeline::new(&cues, movie_ms).collect();
            prop_assert!(samples.len() <= 2 * cues.len() + 1);
            let mut end = 0;
            for sample in &samples {
                prop_assert_eq!(sample.start_ms, end);
                prop_assert!(sample.start_ms < sample.end_ms && sample.end_ms <= movie_ms);
                prop_assert!(sample.text.lines().count() <= MAX_SIMULTANEOUS_CUES);
                end = sample.end_ms;
                for line in sample.text.lines() {
                    let covers = |cue: &&Cue| {
                        cue.start_ms <= sample.start_ms && sample.end_ms <= cue.end_ms
                    };
                    prop_assert!(cues.iter().filter(covers).any(|cue| cue.text.plain() == line));
                }
            }
            let is_ever_shown = cues.iter().any(|cue| cue.start_ms < movie_ms);
            prop_assert_eq!(end, if is_ever_shown { movie_ms } else { 0 });
        }
    }
}
