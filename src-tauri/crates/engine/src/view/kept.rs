//! Kept channels, as the page shows them.

use serde::Serialize;
use ts_rs::TS;

use crate::code::Code;

/// All kept channels.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct KeptChannelsView {
    /// In the order in which they were added.
    pub channels: Vec<KeptChannelView>,
    /// Whether the list could not be read since the app was started, and was set aside.
    pub was_unreadable: bool,
}

/// A channel whose new recordings are saved, or told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, TS)]
pub struct KeptChannelView {
    /// Its number.
    pub id: String,
    /// The link by which it was found.
    pub link: String,
    /// Its title, if the service states it.
    pub title: Option<String>,
    /// Name of the folder of its recordings.
    pub folder: String,
    /// Whether new recordings are saved; if not, the user is only told of them.
    pub saves: bool,
    /// When it was added, in seconds since 1970.
    #[ts(type = "number")]
    pub added_unix_s: i64,
    /// When its list was read last, in seconds since 1970; `null` if never.
    #[ts(type = "number | null")]
    pub looked_unix_s: Option<i64>,
    /// Why its list could not be read the last time; `null` if it could.
    pub failed: Option<Code>,
}
