//! Captions: words and when they are shown, read from `WebVTT`.
//!
//! [`vtt`] finds the cues, [`words`] takes the markup out of them, [`timeline`] lays them one
//! behind the other, as the track of an MP4 must have them.

mod markup;
pub(crate) mod timeline;
mod vtt;

use self::timeline::CaptionTimeline;
use crate::language::Language;

/// Words that are shown for some time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cue {
    /// From the start of the movie.
    pub(crate) start_ms: u64,
    /// Above the start.
    pub(crate) end_ms: u64,
    /// In lines; not empty.
    pub(crate) text: String,
}

/// Captions in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Captions {
    pub(crate) language: Language,
    /// In the order of their starts.
    cues: Vec<Cue>,
}

impl Captions {
    /// Reads `WebVTT` (W3C `WebVTT` 4.1); answers nothing where it is none, or without words.
    ///
    /// `language` is a tag of BCP 47 (`de`, `de-DE`); what is no tag counts as undetermined.
    /// Styles and places are left out, cues that cannot be read as well, and what is behind
    /// 8 MiB or 50000 cues.
    pub fn web_vtt(language: &str, text: &str) -> Option<Self> {
        let mut cues = vtt::cues(text)?;
        cues.sort_by_key(|cue| cue.start_ms);
        (!cues.is_empty()).then(|| Self {
            language: Language::from_tag(language),
            cues,
        })
    }

    /// What a movie of this length shows of them, pauses included.
    pub(crate) fn timeline(&self, movie_ms: u64) -> CaptionTimeline<'_> {
        CaptionTimeline::new(&self.cues, movie_ms)
    }
}
