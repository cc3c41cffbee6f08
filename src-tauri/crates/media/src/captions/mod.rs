//! Reads captions of several formats, and writes them as `WebVTT` or `SubRip`.
//!
//! [`file`](mod@file) tells the format by the content. [`vtt`], [`srt`], [`ttml`] and [`json`] find
//! the cues, [`markup`] reads their markup, [`write`](mod@write) writes them, and [`timeline`] converts
//! them to samples that do not overlap, as an MP4 track needs them.

mod cut;
mod file;
mod json;
mod markup;
mod srt;
mod text;
pub(crate) mod timeline;
mod ttml;
mod vtt;
mod write;

use std::sync::Arc;

pub use self::file::CaptionFile;
use self::text::CueText;
use self::timeline::CaptionTimeline;
pub use self::write::CaptionFormat;
use crate::language::Language;

/// Largest number of cues: one every two seconds for a day is less.
const MAX_CUES: usize = 50_000;

/// A text and the time span in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    /// From the start of the movie.
    pub(crate) start_ms: u64,
    /// Later than the start.
    pub(crate) end_ms: u64,
    /// One or more lines; not empty.
    pub(crate) text: CueText,
}

/// The cues of a file that could be read, and how many could not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct CueList {
    /// At most [`MAX_CUES`].
    cues: Vec<Cue>,
    /// Cues with text but without a duration, and those beyond the bounds.
    skipped: usize,
}

impl CueList {
    /// Adds a cue, unless it has no text.
    fn push(&mut self, start_ms: u64, end_ms: u64, text: CueText) {
        if text.is_empty() {
            return;
        }
        if start_ms >= end_ms || self.cues.len() >= MAX_CUES {
            self.skip();
            return;
        }
        self.cues.push(Cue {
            start_ms,
            end_ms,
            text,
        });
    }

    /// Counts something that could not be read.
    fn skip(&mut self) {
        self.skipped += 1;
    }
}

/// Captions in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    pub(crate) language: Language,
    /// Sorted by start; shared with the [`CaptionFile`].
    cues: Arc<[Cue]>,
}

impl Captions {
    /// Returns the samples for a movie of this duration, including pauses.
    pub(crate) fn timeline(&self, movie_ms: u64) -> CaptionTimeline<'_> {
        CaptionTimeline::new(&self.cues, movie_ms)
    }
}

/// Splits lines at a carriage return, a line feed, or both.
fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

/// Reads a number of exactly `digits` digits.
fn number(text: &str, digits: usize) -> Option<u64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}
