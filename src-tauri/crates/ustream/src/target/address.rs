//! The forms of address the service has used since 2007.

use percent_encoding::percent_decode_str;
use url::Url;

use crate::{ChannelId, RecordingId, Target, hosts};

/// First path segments of the website that are not the name of a channel.
const NOT_CHANNELS: [&str; 16] = [
    "ajax",
    "blog",
    "combined-embed",
    "discovery",
    "embed",
    "explore",
    "flash",
    "help",
    "login",
    "logout",
    "new",
    "platform",
    "search",
    "settings",
    "swf",
    "user",
];

/// What an address points at; `None` for other sites and for the service's front door.
pub(super) fn read(url: &Url) -> Option<Target> {
    let host = url.host_str()?.trim_end_matches('.');
    if !matches!(url.scheme(), "http" | "https") || !hosts::is_site(host) {
        return None;
    }
    let path: Vec<&str> = url
        .path()
        .split('/')
        .filter(|segment| !segment.is_empty())
        .collect();
    match host {
        "api.ustream.tv" | "api.video.ibm.com" => api(&path),
        "iphone-streaming.ustream.tv" => old_playlist(&path),
        _ if hosts::is_control(host) => control(host, &path),
        _ if path.is_empty() => None,
        "tcdn.ustream.tv" => Some(video_file(&path).unwrap_or_else(|| page(url))),
        "ustream.tv" | "www.ustream.tv" | "video.ibm.com" | "www.video.ibm.com" => {
            Some(website(url, &path))
        }
        _ => Some(numbered(url, &path).unwrap_or_else(|| page(url))),
    }
}

/// A page of the website itself.
fn website(url: &Url, path: &[&str]) -> Target {
    if let Some(target) = numbered(url, path) {
        return target;
    }
    let slug = match path {
        [channel, slug, ..] if is(channel, "channel") => slug,
        [slug] | [slug, "pop-out"] if !NOT_CHANNELS.iter().any(|taken| is(slug, taken)) => slug,
        _ => return page(url),
    };
    match percent_decode_str(slug).decode_utf8() {
        Ok(slug) if !slug.trim().is_empty() => Target::Slug(slug.into_owned()),
        _ => page(url),
    }
}

/// The forms that carry a number. A video's beats a channel's.
fn numbered(url: &Url, path: &[&str]) -> Option<Target> {
    let recorded = path.windows(2).find_map(|pair| match pair {
        [name, id] if is(name, "recorded") => number(id),
        _ => None,
    });
    if let Some(id) = recorded {
        return Some(recording(id));
    }
    match path {
        [embed, _, video, id, ..] if is(embed, "combined-embed") && is(video, "video") => {
            number(id).map(recording)
        }
        _ => None,
    }
    .or_else(|| match path {
        [name, "id", id, ..] if is(name, "channel") => number(id).map(channel),
        [name, id, ..]
            if is(name, "channel") || is(name, "embed") || is(name, "combined-embed") =>
        {
            number(id).map(channel)
        }
        [name, ..] if is(name, "flash") || is(name, "swf") => flash_player(url),
        _ => None,
    })
}

/// The Flash players carry what they play in the query.
fn flash_player(url: &Url) -> Option<Target> {
    let query = |wanted: &str| {
        url.query_pairs()
            .find(|(name, _)| name == wanted)
            .and_then(|(_, value)| number(&value))
    };
    query("vid")
        .map(recording)
        .or_else(|| query("cid").map(channel))
}

/// `/videos/VID.json`, `/channels/CID.json` and what lies below them.
fn api(path: &[&str]) -> Option<Target> {
    let (kind, id) = match path {
        [kind, id, ..] => (kind, id.strip_suffix(".json").unwrap_or(id)),
        _ => return None,
    };
    match *kind {
        "videos" => number(id).map(recording),
        "channels" => number(id).map(channel),
        _ => None,
    }
}

/// `/uhls/CID_or_SLUG/streams/live/iphone/playlist.m3u8`
fn old_playlist(path: &[&str]) -> Option<Target> {
    match path {
        ["uhls", id, ..] => Some(match number(id) {
            Some(id) => channel(id),
            None => Target::Slug(percent_decode_str(id).decode_utf8().ok()?.into_owned()),
        }),
        _ => None,
    }
}

/// `/video/VID`
fn video_file(path: &[&str]) -> Option<Target> {
    match path {
        ["video", id, ..] => number(id).map(recording),
        _ => None,
    }
}

/// Signed playlists and servers of the control connection: short-lived themselves, but they name
/// the recording or channel in the path, else in the host (`r12-1-345-recorded-ws-live.ums.…`).
fn control(host: &str, path: &[&str]) -> Option<Target> {
    let label: Vec<&str> = host
        .split('.')
        .next()
        .unwrap_or_default()
        .split('-')
        .collect();
    let named_in_host = || {
        label
            .windows(2)
            .find_map(|pair| named(pair.get(1)?, number(pair.first()?)?))
    };
    path.windows(2)
        .find_map(|pair| named(pair.first()?, number(pair.get(1)?)?))
        .or_else(named_in_host)
}

fn named(application: &str, id: u64) -> Option<Target> {
    match application {
        "recorded" => Some(recording(id)),
        "channel" => Some(channel(id)),
        _ => None,
    }
}

/// A page that must be read to know.
pub(super) fn page(url: &Url) -> Target {
    let mut url = url.clone();
    // An address of the web always has room for both; there is nothing to do where it has not.
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_fragment(None);
    Target::Page(url)
}

fn recording(id: u64) -> Target {
    Target::Recording(RecordingId(id))
}

fn channel(id: u64) -> Target {
    Target::Channel(ChannelId(id))
}

/// A segment that is a number from end to end: `24hours` is the name of a channel.
fn number(segment: &str) -> Option<u64> {
    let is_digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| segment.parse().ok()).flatten()
}

fn is(segment: &str, name: &str) -> bool {
    segment.eq_ignore_ascii_case(name)
}
