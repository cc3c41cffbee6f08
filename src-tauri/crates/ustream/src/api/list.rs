//! Reads lists of recordings: the API's, page by page, and the older list of the website
//! ("social stream", observed).

use scraper::Selector;
use serde_json::Value;

use super::{ApiResponse, VideoInfo, read_response_with, video_of};
use crate::{ChannelId, Error, RecordingId, lenient_json, page};

/// Entries per page: the maximum of the API.
const PAGE_SIZE: u32 = 50;

/// A recording in a list. Any member but its number may be missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRecording {
    /// Number of the recording.
    pub id: RecordingId,
    /// Its description in the list.
    pub video: VideoInfo,
}

impl ListedRecording {
    /// Creates an entry that has nothing but its number.
    pub(crate) fn of_id(id: RecordingId) -> Self {
        Self {
            id,
            video: VideoInfo::default(),
        }
    }

    /// Reads one item of a list; `None` if it has no number.
    pub(crate) fn read(item: &Value) -> Option<Self> {
        Some(Self {
            id: RecordingId(lenient_json::unsigned_of(item, "id")?),
            video: video_of(item),
        })
    }
}

/// One page of a channel's recordings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RecordingPage {
    /// Its recordings, newest first.
    pub recordings: Vec<ListedRecording>,
    /// Number of pages, if stated.
    pub page_count: Option<u32>,
    /// Number of recordings on all pages, if stated.
    pub item_count: Option<u32>,
}

pub(crate) fn recording_page_url(id: ChannelId, page: u32) -> String {
    format!(
        "https://api.video.ibm.com/channels/{id}/videos.json?page={page}&pagesize={PAGE_SIZE}&sort=recent"
    )
}

/// Reads one page of a channel's recordings. Fails like [`super::video`].
pub fn recording_page(body: &[u8]) -> Result<ApiResponse<RecordingPage>, Error> {
    read_response_with(body, "videos", |answer, videos| {
        let paging = lenient_json::member(answer, "paging");
        let count = |name| paging.and_then(|paging| lenient_json::u32_of(paging, name));
        RecordingPage {
            recordings: lenient_json::items(videos)
                .into_iter()
                .filter_map(ListedRecording::read)
                .collect(),
            page_count: count("page_count"),
            item_count: count("item_count"),
        }
    })
}

pub(crate) fn social_stream_path(id: ChannelId) -> String {
    format!("/ajax/socialstream/videos/{id}/1.json")
}

/// One page of the website's list: `{"data": "<li data-content-id=…>…", "nextUrl": …}` (observed).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocialStreamPage {
    /// Its recordings, newest first.
    pub recordings: Vec<ListedRecording>,
    /// Path of the next page on the same host.
    pub next: Option<String>,
}

/// Reads one page of the website's list. Anything else is read as an empty page.
pub fn social_stream(body: &[u8]) -> SocialStreamPage {
    let Ok(answer) = lenient_json::read(body, "the list of the website") else {
        return SocialStreamPage::default();
    };
    let html = lenient_json::text_of(&answer, "data").unwrap_or_default();
    let next = lenient_json::text_of(&answer, "nextUrl");
    SocialStreamPage {
        recordings: listed_items(&html),
        next: next.filter(|path| path.starts_with("/ajax/")),
    }
}

fn listed_items(html: &str) -> Vec<ListedRecording> {
    let Ok(item) = Selector::parse("[data-content-id]") else {
        return Vec::new();
    };
    let document = page::document(html);
    let listed = document.select(&item).filter_map(|item| {
        let attribute = |name| item.value().attr(name).map(str::trim);
        let length_s: Option<u64> = attribute("data-length").and_then(|text| text.parse().ok());
        Some(ListedRecording {
            id: RecordingId(attribute("data-content-id")?.parse().ok()?),
            video: VideoInfo {
                title: attribute("data-title")
                    .filter(|title| !title.is_empty())
                    .map(lenient_json::clean_text),
                duration_ms: length_s.and_then(|length| length.checked_mul(1000)),
                ..VideoInfo::default()
            },
        })
    });
    listed.collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_of_the_websites_list_has_lengths_and_the_next_page() {
        let body = json!({
            "data": "<li class=\"content123 video\" data-content-id=\"123\" data-length=\"1452\" \
                     data-href=\"/recorded/123\"></li><li data-content-id='124'>",
            "nextUrl": "/ajax/socialstream/videos/7/2.json",
        });
        let page = social_stream(body.to_string().as_bytes());
        let ids: Vec<_> = page.recordings.iter().map(|listed| listed.id.0).collect();
        assert_eq!(ids, [123, 124]);
        assert_eq!(page.recordings[0].video.duration_ms, Some(1_452_000));
        assert_eq!(
            page.next.as_deref(),
            Some("/ajax/socialstream/videos/7/2.json")
        );
    }

    #[test]
    fn a_next_page_outside_the_list_is_ignored() {
        for next in [
            json!(false),
            json!("https://evil.com/x"),
            json!("//evil.com"),
            json!(null),
        ] {
            let body = json!({"data": "", "nextUrl": next}).to_string();
            assert_eq!(
                social_stream(body.as_bytes()),
                SocialStreamPage::default(),
                "{body}"
            );
        }
        assert_eq!(social_stream(b"<html>"), SocialStreamPage::default());
    }
}
