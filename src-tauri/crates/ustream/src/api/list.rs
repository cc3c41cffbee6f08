//! Lists of recordings: the API's by pages, and the website's own, which came before it.

use scraper::Selector;
use serde_json::Value;

use super::{ApiResponse, VideoInfo, read_response_with, video_of};
use crate::{ChannelId, Error, RecordingId, lenient_json, page};

/// The most the API gives at once.
const PAGE_SIZE: u32 = 50;

/// A recording as lists show it; all but its number may be left out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedRecording {
    /// Its number.
    pub id: RecordingId,
    /// What the list says of it.
    pub video: VideoInfo,
}

impl ListedRecording {
    /// A recording of which nothing but its number is known.
    pub(crate) fn of_id(id: RecordingId) -> Self {
        Self {
            id,
            video: VideoInfo::default(),
        }
    }

    /// Reads one item of a list.
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
    /// How many pages there are, where it says so.
    pub page_count: Option<u32>,
    /// How many recordings there are on all pages, where it says so.
    pub item_count: Option<u32>,
}

pub(crate) fn recording_page_url(id: ChannelId, page: u32) -> String {
    format!(
        "https://api.video.ibm.com/channels/{id}/videos.json?page={page}&pagesize={PAGE_SIZE}&sort=recent"
    )
}

/// Reads one page of a channel's recordings.
pub fn recording_page(body: &[u8]) -> Result<ApiResponse<RecordingPage>, Error> {
    read_response_with(body, "videos", |answer, videos| {
        let paging = lenient_json::member(answer, "paging");
        let told = |name| paging.and_then(|paging| lenient_json::u32_of(paging, name));
        RecordingPage {
            recordings: lenient_json::items(videos)
                .into_iter()
                .filter_map(ListedRecording::read)
                .collect(),
            page_count: told("page_count"),
            item_count: told("item_count"),
        }
    })
}

pub(crate) fn social_stream_path(id: ChannelId) -> String {
    format!("/ajax/socialstream/videos/{id}/1.json")
}

/// One page of the website's own list: `{"data": "<li data-content-id=…>…", "nextUrl": …}`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SocialStreamPage {
    /// Its recordings, newest first.
    pub recordings: Vec<ListedRecording>,
    /// Path of the next page on the same host.
    pub next: Option<String>,
}

/// Reads one page of the website's own list; anything else is an empty one.
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
    fn the_websites_own_list_is_read_with_its_lengths_and_its_next_page() {
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
    fn a_next_page_elsewhere_is_none() {
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
