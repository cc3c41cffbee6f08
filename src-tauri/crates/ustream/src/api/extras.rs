//! Reads the API's lists of captions and chapters (documented by the service).

use serde_json::Value;

use super::{ApiResponse, read_response_with};
use crate::{Error, RecordingId, lenient_json};

/// Largest caption file that is read; hours of talk are some hundred kilobytes.
pub(crate) const MAX_CAPTIONS_BYTES: usize = 8 << 20;

/// Most captions or chapters that are read of one list.
const MAX_ENTRIES: usize = 1_000;

/// Captions of a recording in one language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caption {
    /// Language and country in the service's notation: `en-UK`, or `en-00` without a country.
    pub language: String,
}

impl Caption {
    /// Returns the language for display and file names: `en`, `en-UK`.
    pub fn tag(&self) -> &str {
        self.language.strip_suffix("-00").unwrap_or(&self.language)
    }
}

/// A chapter of a recording; it lasts until the next one starts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chapter {
    /// Title; may be empty.
    pub title: String,
    /// Start in milliseconds from the start of the recording.
    pub start_ms: u64,
}

pub(crate) fn captions_url(id: RecordingId) -> String {
    format!("https://api.video.ibm.com/videos/{id}/captions.json")
}

pub(crate) fn caption_file_url(id: RecordingId, caption: &Caption) -> String {
    let language = &caption.language;
    format!("https://api.video.ibm.com/videos/{id}/captions/{language}/vtt")
}

pub(crate) fn chapters_url(id: RecordingId) -> String {
    format!("https://api.video.ibm.com/videos/{id}/chapters.json")
}

/// Reads the list of captions: those that are ready, the default ones first. Fails like
/// [`super::video`].
pub fn captions(body: &[u8]) -> Result<ApiResponse<Vec<Caption>>, Error> {
    read_response_with(body, "captions", |_, captions| {
        let mut ready: Vec<(bool, Caption)> = lenient_json::items(captions)
            .into_iter()
            .filter_map(caption)
            .take(MAX_ENTRIES)
            .collect();
        ready.sort_by_key(|(is_default, _)| !is_default);
        ready.into_iter().map(|(_, caption)| caption).collect()
    })
}

fn caption(value: &Value) -> Option<(bool, Caption)> {
    let language = lenient_json::text_of(value, "language")?;
    // It becomes part of a URL and of a file name.
    let is_tag = (2..=16).contains(&language.len())
        && language
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    let is_ready = lenient_json::text_of(value, "status").is_none_or(|status| status == "active");
    let is_default = value.get("is_default").is_some_and(lenient_json::is_set);
    (is_tag && is_ready).then_some((is_default, Caption { language }))
}

/// Reads the list of chapters and sorts it by start. Fails like [`super::video`].
pub fn chapters(body: &[u8]) -> Result<ApiResponse<Vec<Chapter>>, Error> {
    read_response_with(body, "chapters", |_, chapters| {
        let mut read: Vec<Chapter> = lenient_json::items(chapters)
            .into_iter()
            .filter_map(|chapter| {
                Some(Chapter {
                    title: lenient_json::clean_text(
                        &lenient_json::text_of(chapter, "title").unwrap_or_default(),
                    ),
                    start_ms: lenient_json::member(chapter, "position")
                        .and_then(lenient_json::thousandths)?,
                })
            })
            .take(MAX_ENTRIES)
            .collect();
        read.sort_by_key(|chapter| chapter.start_ms);
        read
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn default_captions_come_first_and_invalid_languages_are_left_out() {
        let body = json!({"captions": [
            {"language": "de-DE"}, {"language": "../x"}, {"language": ""}, {"language": 7},
            {"language": "fr-00", "is_default": "1", "status": "active"},
        ]});
        let ApiResponse::Available(ready) = captions(body.to_string().as_bytes()).unwrap() else {
            panic!()
        };
        let tags: Vec<&str> = ready.iter().map(Caption::tag).collect();
        assert_eq!(tags, ["fr", "de-DE"]);
    }
}
