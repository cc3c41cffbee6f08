//! Reads captions from `WebVTT`.
//!
//! [`vtt`] finds the cues, [`markup`] removes their markup, and [`timeline`] converts them to samples
//! that do not overlap, as an MP4 track needs them.

mod cut;
mod markup;
pub(crate) mod timeline;
mod vtt;

use self::timeline::CaptionTimeline;
use crate::language::Language;

/// A text and the time span in which it is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    /// From the start of the movie.
    pub(crate) start_ms: u64,
    /// Later than the start.
    pub(crate) end_ms: u64,
    /// One or more lines; not empty.
    pub(crate) text: String,
}

/// Captions in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    pub(crate) language: Language,
    /// Sorted by start.
    cues: Vec<Cue>,
}

impl Captions {
    /// Reads `WebVTT` (W3C `WebVTT` 4.1). Returns `None` if the text is not `WebVTT` or has no cues.
    ///
    /// `language` is a BCP 47 tag (`de`, `de-DE`); an invalid one means undetermined. Ignores styles,
    /// positions, malformed cues, and everything after 8 MiB or 50000 cues.
    pub fn web_vtt(language: &str, text: &str) -> Option<Self> {
        let mut cues = vtt::cues(text)?;
        cues.sort_by_key(|cue| cue.start_ms);
        (!cues.is_empty()).then(|| Self {
            language: Language::from_tag(language),
            cues,
        })
    }

    /// Returns the samples for a movie of this duration, including pauses.
    pub(crate) fn timeline(&self, movie_ms: u64) -> CaptionTimeline<'_> {
        CaptionTimeline::new(&self.cues, movie_ms)
    }
}
