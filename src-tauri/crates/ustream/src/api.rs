//! Reads responses of the JSON API: titles, lengths, locks, lists of recordings.
//!
//! The API is documented by the service ("Channel API", "Video API"); error responses are observed.
//! It is lenient about types, so the reader is too: numbers may be text, empty maps may be lists.

mod extras;
mod list;

use serde_json::Value;
use url::Url;

pub use extras::{Caption, Chapter, captions, chapters};
pub(crate) use extras::{MAX_CAPTIONS_BYTES, caption_file_url, captions_url, chapters_url};
pub use list::{ListedRecording, RecordingPage, SocialStreamPage, recording_page, social_stream};
pub(crate) use list::{recording_page_url, social_stream_path};

use crate::{ChannelId, Error, RecordingId, hosts, lenient_json};

/// Largest response that is read; the longest page of a list is far smaller.
pub(crate) const MAX_ANSWER_BYTES: usize = 4 << 20;

const WHAT: &str = "the API";

/// A response of the API about a recording, a channel or a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ApiResponse<T> {
    /// The object exists and is described.
    Available(T),
    /// The object exists, but is locked.
    Locked(Locks),
    /// The object was removed; the reason in the service's words.
    Removed(String),
    /// The object does not exist; the reason in the service's words.
    Missing(String),
}

impl<T> ApiResponse<T> {
    /// Returns the same response with another description.
    pub(crate) fn map<U>(self, describe: impl FnOnce(T) -> U) -> ApiResponse<U> {
        match self {
            Self::Available(it) => ApiResponse::Available(describe(it)),
            Self::Locked(locks) => ApiResponse::Locked(locks),
            Self::Removed(words) => ApiResponse::Removed(words),
            Self::Missing(words) => ApiResponse::Missing(words),
        }
    }
}

/// The API's description of a recording. A member that is missing is `None` or empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VideoInfo {
    /// Title.
    pub title: Option<String>,
    /// The owner's description.
    pub description: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// Creation time, in seconds since 1970 UTC.
    pub date_unix_s: Option<i64>,
    /// Length in milliseconds; the API states seconds.
    pub duration_ms: Option<u64>,
    /// Size of the stored file in bytes (`file_size`, documented).
    pub size_bytes: Option<u64>,
    /// URL of the widest thumbnail on a host of the service.
    pub thumbnail: Option<Url>,
    /// The channel that it belongs to.
    pub channel: Option<ChannelId>,
    /// URLs of the whole recording as one file, the preferred one first. Not checked.
    pub files: Vec<String>,
    /// Its locks.
    pub locks: Locks,
}

/// The API's description of a channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChannelInfo {
    /// Title.
    pub title: Option<String>,
    /// User name of the owner.
    pub owner: Option<String>,
    /// URL of a picture of the stream, else of the channel, on a host of the service.
    pub thumbnail: Option<Url>,
    /// Whether it is broadcasting now.
    pub is_live: bool,
    /// Its locks.
    pub locks: Locks,
}

/// The locks of a recording or channel.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Locks {
    /// Whether a password is required.
    pub password: bool,
    /// How viewers must identify themselves: `registration_gate`, `samlsso`, `oidc`, … (documented);
    /// `custom` for a login page of the owner.
    pub auth_method: Option<String>,
}

impl Locks {
    /// Returns whether the viewer must fill in the sign-up form.
    pub fn is_registration_gate(&self) -> bool {
        self.auth_method.as_deref() == Some("registration_gate")
    }

    /// Returns whether the viewer must log in.
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

/// Reads the response about a recording. Fails if it is not JSON or too large, or holds neither a
/// recording nor an error.
pub fn video(body: &[u8]) -> Result<ApiResponse<VideoInfo>, Error> {
    read_response(body, "video", video_of)
}

/// Reads the description of a recording, on its own or in a list.
fn video_of(video: &Value) -> VideoInfo {
    VideoInfo {
        title: lenient_json::text_of(video, "title"),
        description: lenient_json::text_of(video, "description"),
        owner: owner(video),
        date_unix_s: lenient_json::unsigned_of(video, "created_at")
            .and_then(|seconds| i64::try_from(seconds).ok()),
        duration_ms: lenient_json::member(video, "length")
            .and_then(lenient_json::thousandths)
            .filter(|length| *length > 0),
        size_bytes: lenient_json::unsigned_of(video, "file_size").filter(|size| *size > 0),
        thumbnail: lenient_json::member(video, "thumbnail").and_then(thumbnail),
        channel: channel_of(video),
        files: lenient_json::member(video, "media_urls")
            .map(files)
            .unwrap_or_default(),
        locks: locks(video),
    }
}

fn owner(value: &Value) -> Option<String> {
    lenient_json::text_of(lenient_json::member(value, "owner")?, "username")
}

/// Reads the response about a channel; fails like [`video`].
pub fn channel(body: &[u8]) -> Result<ApiResponse<ChannelInfo>, Error> {
    read_response(body, "channel", |channel| ChannelInfo {
        title: lenient_json::text_of(channel, "title"),
        owner: owner(channel),
        thumbnail: channel_picture(channel),
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

/// Reads a response whose payload is under `name`. The HTTP status is ignored: errors come with 200
/// too (observed), and the body says what they are.
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

/// Reads the locks. An empty set of locks may be a list, and so may a lock without details: only
/// the lock's name counts.
fn locks(value: &Value) -> Locks {
    let Some(Value::Object(locks)) = value.get("locks") else {
        return Locks::default();
    };
    Locks {
        password: locks.get("password").is_some_and(lenient_json::is_set),
        auth_method: locks.get("hash").and_then(auth_method),
    }
}

/// Returns the method of a hash lock; `custom` if only the owner's login page is named.
fn auth_method(hash: &Value) -> Option<String> {
    let is_owners = || lenient_json::text_of(hash, "url").map(|_| "custom".to_owned());
    lenient_json::text_of(hash, "auth_method").or_else(is_owners)
}

/// Returns `links.channel.id`, else the number in `links.channel.href`.
fn channel_of(video: &Value) -> Option<ChannelId> {
    let link = lenient_json::member(lenient_json::member(video, "links")?, "channel")?;
    let of_href = || {
        let href = lenient_json::text_of(link, "href")?;
        href.rsplit('/').next()?.strip_suffix(".json")?.parse().ok()
    };
    lenient_json::unsigned_of(link, "id")
        .or_else(of_href)
        .map(ChannelId)
}

/// Returns the file URLs that are not `null`, the MP4 first: unlike FLV it has a sample index.
fn files(urls: &Value) -> Vec<String> {
    let urls = ["mp4", "flv"].map(|kind| lenient_json::text_of(urls, kind));
    urls.into_iter().flatten().collect()
}

/// Returns the widest `image_WxH`, else `default`; only URLs on the service's hosts.
fn thumbnail(images: &Value) -> Option<Url> {
    let width = |name: &str| -> Option<u32> {
        name.strip_prefix("image_")?.split('x').next()?.parse().ok()
    };
    let sized = images
        .as_object()?
        .iter()
        .filter_map(|(name, url)| Some((width(name)?, url)));
    let widest = sized.max_by_key(|(width, _)| *width).map(|(_, url)| url);
    [widest, lenient_json::member(images, "default")]
        .into_iter()
        .flatten()
        .find_map(picture_url)
}

/// Returns the picture of the running stream, else that of the channel.
fn channel_picture(channel: &Value) -> Option<Url> {
    let of_stream = channel.get("thumbnail").and_then(|it| it.get("live"));
    let of_channel = channel.get("picture").and_then(|it| it.get("90x90"));
    [of_stream, of_channel]
        .into_iter()
        .flatten()
        .find_map(picture_url)
}

fn picture_url(url: &Value) -> Option<Url> {
    let url = Url::parse(url.as_str()?).ok()?;
    hosts::is_cdn_url(&url).then_some(url)
}

#[cfg(test)]
mod tests;
