//! What a pasted text points at: a recording, a channel, or a page.

mod address;
mod text;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use url::Url;

pub(crate) use self::text::urls as urls_in;
use crate::hosts;

/// The number of a recording, as in `video.ibm.com/recorded/112470631`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RecordingId(pub u64);

/// The number of a channel, as in `video.ibm.com/channel/id/6540154`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ChannelId(pub u64);

impl fmt::Display for RecordingId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for ChannelId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a control connection or a plan is about. Serialized as `{"recording": 7}` or `{"channel": 7}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MediaId {
    /// A recording.
    Recording(RecordingId),
    /// The running stream of a channel.
    Channel(ChannelId),
}

impl MediaId {
    /// Returns the recording, if it is one.
    pub fn recording(self) -> Option<RecordingId> {
        match self {
            Self::Recording(recording) => Some(recording),
            Self::Channel(_) => None,
        }
    }

    /// Returns the public URL.
    pub fn link(self) -> String {
        let target = match self {
            Self::Recording(recording) => Target::Recording(recording),
            Self::Channel(channel) => Target::Channel(channel),
        };
        target.link()
    }
}

impl From<RecordingId> for MediaId {
    fn from(recording: RecordingId) -> Self {
        Self::Recording(recording)
    }
}

impl From<ChannelId> for MediaId {
    fn from(channel: ChannelId) -> Self {
        Self::Channel(channel)
    }
}

impl fmt::Display for MediaId {
    /// Writes the number alone.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Recording(recording) => recording.fmt(f),
            Self::Channel(channel) => channel.fmt(f),
        }
    }
}

/// What a URL points at. Parse it from any text with [`FromStr`].
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Target {
    /// One recording.
    Recording(RecordingId),
    /// A channel, by its number.
    Channel(ChannelId),
    /// A channel, by the name in its URL, percent-decoded.
    Slug(String),
    /// A page that must be fetched to know: of the service, or of another site that may embed a
    /// player. Without user name, password and fragment.
    Page(Url),
    /// A file with a recorded conversation, in which a browser has played the recording.
    Session(PathBuf),
}

impl Target {
    /// Returns the public URL.
    pub fn link(&self) -> String {
        let channel = |path: &[&str]| {
            // Parsing this literal cannot fail.
            let base = Url::parse("https://video.ibm.com/channel");
            base.map_or_else(
                |_| path.join("/"),
                |mut url| {
                    if let Ok(mut segments) = url.path_segments_mut() {
                        segments.extend(path);
                    }
                    url.into()
                },
            )
        };
        match self {
            Self::Recording(id) => format!("https://video.ibm.com/recorded/{id}"),
            Self::Channel(id) => channel(&["id", &id.to_string()]),
            Self::Slug(slug) => channel(&[slug]),
            Self::Page(url) => url.to_string(),
            Self::Session(path) => path.display().to_string(),
        }
    }
}

/// Why a text holds no target.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// There is no URL in the text.
    #[error("there is no link in that text")]
    NoLink,
    /// The page of another site embeds no player of the service.
    #[error("{host} is not Ustream or IBM Video Streaming")]
    OtherSite {
        /// The other site's host name.
        host: String,
    },
}

impl FromStr for Target {
    type Err = TargetError;

    /// Finds the first URL of the service in any text, else the first URL of another site, whose
    /// page may embed a player. A text that is the path of an HTTP Archive is a recorded conversation.
    /// Fails with [`TargetError::NoLink`] if it is nothing of these.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text::session_file(text) {
            Some(path) => Ok(Self::Session(path)),
            None => text::find_target(text),
        }
    }
}

impl Target {
    /// Returns the page if it is one of another site; it is then sent as the referrer, since owners
    /// may allow only their own pages.
    pub fn embedding_page(&self) -> Option<&Url> {
        match self {
            Self::Page(url) => Some(url).filter(|url| !url.host_str().is_some_and(hosts::is_site)),
            _ => None,
        }
    }

    /// Returns what one URL points at; `None` for other sites and the service's home page.
    pub(crate) fn of_url(url: &Url) -> Option<Self> {
        address::read(url)
    }
}

#[cfg(test)]
mod tests;
