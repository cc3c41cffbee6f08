//! What the JSON API says: title, length, locks, lists of recordings.
//!
//! Its answers are read as loosely as they are written: numbers as text, empty maps as lists.

mod extras;
mod list;

use serde_json::Value;
use url::Url;

pub use extras::{Caption, Chapter, captions, chapters};
pub(crate) use extras::{
    MAX_CAPTIONS_BYTES, caption_text, caption_text_url, captions_url, chapters_url,
};
pub use list::{ListedRecording, RecordingPage, SocialStreamPage, recording_page, social_stream};
pub(crate) use list::{recording_page_url, social_stream_path};

use crate::{ChannelId, Error, RecordingId, hosts, lenient_json};

/// More than the longest page of a list by far.
pub(crate) const MAX_ANSWER_BYTES: usize = 4 << 20;

const WHAT: &str = "the API";

/// What the API says about something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiResponse<T> {
    /// It is there.
    Available(T),
    /// It is there, but locked.
    Locked(Locks),
    /// It was removed; the words are the service's.
    Removed(String),
    /// The API does not know it.
    Missing(String),
}

/// A recording.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoInfo {
    /// Its title.
    pub title: Option<String>,
    /// What its owner says of it.
    pub description: Option<String>,
    /// Who made it.
    pub owner: Option<String>,
    /// When it was made, in seconds since 1970.
    pub date_unix_s: Option<i64>,
    /// Its length.
    pub duration_ms: Option<u64>,
    /// The widest picture of it.
    pub thumbnail: Option<Url>,
    /// The channel it belongs to.
    pub channel: Option<ChannelId>,
    /// Addresses of the whole of it in one file, best first, unchecked.
    pub files: Vec<String>,
    /// What keeps it closed.
    pub locks: Locks,
}

/// A channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Its title.
    pub title: Option<String>,
    /// It is broadcasting now.
    pub is_live: bool,
    /// What keeps it closed.
    pub locks: Locks,
}

/// What keeps something closed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// A password is wanted.
    pub password: bool,
    /// How a viewer is told: `registration_gate`, `samlsso`, `oidc`, …
    pub auth_method: Option<String>,
}

impl Locks {
    /// The viewer is asked to fill in a form.
    pub fn is_registration_gate(&self) -> bool {
        self.auth_method.as_deref() == Some("registration_gate")
    }

    /// The viewer is asked to log in.
    pub fn is_login(&self) -> bool {
        self.auth_method.is_some() && !self.is_registration_gate()
    }
}

pub(crate) fn video_url(id: RecordingId) -> String {
    format!("https://api.video.ibm.com/videos/{id}.json")
}

pub(crate) fn channel_url(id: ChannelId) -> String {
    format!("https://api.video.ibm.com/channels/{id}.json")
}

/// Reads the answer about a recording.
pub fn video(body: &[u8]) -> Result<ApiResponse<VideoInfo>, Error> {
    read_response(body, "video", video_of)
}

/// What the API says of a recording, on its own or in a list.
fn video_of(video: &Value) -> VideoInfo {
    VideoInfo {
        title: lenient_json::text_of(video, "title"),
        description: lenient_json::text_of(video, "description"),
        owner: lenient_json::member(video, "owner")
            .and_then(|owner| lenient_json::text_of(owner, "username")),
        date_unix_s: lenient_json::unsigned_of(video, "created_at")
            .and_then(|seconds| i64::try_from(seconds).ok()),
        duration_ms: lenient_json::member(video, "length")
            .and_then(lenient_json::thousandths)
            .filter(|length| *length > 0),
        thumbnail: lenient_json::member(video, "thumbnail").and_then(thumbnail),
        channel: channel_of(video),
        files: lenient_json::member(video, "media_urls")
            .map(files)
            .unwrap_or_default(),
        locks: locks(video),
    }
}

/// Reads the answer about a channel.
pub fn channel(body: &[u8]) -> Result<ApiResponse<ChannelInfo>, Error> {
    read_response(body, "channel", |channel| ChannelInfo {
        title: lenient_json::text_of(channel, "title"),
        is_live: lenient_json::text_of(channel, "status").is_some_and(|status| status == "live"),
        locks: locks(channel),
    })
}

fn read_response<T>(
    body: &[u8],
    name: &str,
    make: impl FnOnce(&Value) -> T,
) -> Result<ApiResponse<T>, Error> {
    read_response_with(body, name, |_, value| make(value))
}

/// The HTTP status is left aside: errors come with 200 too, and name themselves in the body.
fn read_response_with<T>(
    body: &[u8],
    name: &str,
    make: impl FnOnce(&Value, &Value) -> T,
) -> Result<ApiResponse<T>, Error> {
    let answer = lenient_json::read(body, WHAT)?;
    if let Some(value) = lenient_json::member(&answer, name) {
        return Ok(ApiResponse::Available(make(&answer, value)));
    }
    if let Some(error) = lenient_json::member(&answer, "error") {
        let words = lenient_json::clean_text(
            &lenient_json::text(error).unwrap_or_else(|| error.to_string()),
        );
        let is_removed = words.contains("remove") || words.contains("delete");
        return Ok(if is_removed {
            ApiResponse::Removed(words)
        } else {
            ApiResponse::Missing(words)
        });
    }
    if answer.get("locks").is_some() {
        return Ok(ApiResponse::Locked(locks(&answer)));
    }
    Err(Error::Malformed {
        what: WHAT,
        problem: format!("neither {name} nor an error"),
    })
}

/// An empty set of locks is a list, and so is a lock without details: what counts is its name.
fn locks(value: &Value) -> Locks {
    let Some(Value::Object(locks)) = value.get("locks") else {
        return Locks::default();
    };
    Locks {
        password: locks.get("password").is_some_and(lenient_json::is_set),
        auth_method: locks.get("hash").and_then(auth_method),
    }
}

/// Where only the page is named on which the owner lets viewers in, the method is the owner's own.
fn auth_method(hash: &Value) -> Option<String> {
    let is_owners = || lenient_json::text_of(hash, "url").map(|_| "custom".to_owned());
    lenient_json::text_of(hash, "auth_method").or_else(is_owners)
}

/// `links.channel.id`, else the number in `links.channel.href`.
fn channel_of(video: &Value) -> Option<ChannelId> {
    let link = lenient_json::member(lenient_json::member(video, "links")?, "channel")?;
    let in_address = || {
        let href = lenient_json::text_of(link, "href")?;
        href.rsplit('/').next()?.strip_suffix(".json")?.parse().ok()
    };
    lenient_json::unsigned_of(link, "id")
        .or_else(in_address)
        .map(ChannelId)
}

/// What is not `null`, an MP4 first: it says where its samples are.
fn files(urls: &Value) -> Vec<String> {
    let urls = ["mp4", "flv"].map(|kind| lenient_json::text_of(urls, kind));
    urls.into_iter().flatten().collect()
}

/// The widest `image_WxH`, else `default`; from the service's own servers only.
fn thumbnail(pictures: &Value) -> Option<Url> {
    let width = |name: &str| -> Option<u32> {
        name.strip_prefix("image_")?.split('x').next()?.parse().ok()
    };
    let sized = pictures
        .as_object()?
        .iter()
        .filter_map(|(name, url)| Some((width(name)?, url)));
    let widest = sized.max_by_key(|(width, _)| *width).map(|(_, url)| url);
    [widest, lenient_json::member(pictures, "default")]
        .into_iter()
        .flatten()
        .find_map(|url| {
            let url = Url::parse(url.as_str()?).ok()?;
            hosts::is_cdn_url(&url).then_some(url)
        })
}

#[cfg(test)]
mod tests;
