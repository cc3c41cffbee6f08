//! Reads all forms of URL that the service has used since 2007 (observed).

use percent_encoding::percent_decode_str;
use url::Url;

use crate::{ChannelId, RecordingId, Target, hosts};

/// First path segments of the website that are not names of channels.
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

/// Returns what a URL points at; `None` for other sites and the service's home page.
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

/// Reads a URL of the website.
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

/// Reads a URL that holds a number. A recording takes precedence over a channel.
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

/// Reads the query of a Flash player's URL.
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

/// Reads `/videos/VID.json`, `/channels/CID.json` and the paths below them.
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

/// Reads `/uhls/CID_or_SLUG/streams/live/iphone/playlist.m3u8`.
fn old_playlist(path: &[&str]) -> Option<Target> {
    match path {
        ["uhls", id, ..] => Some(match number(id) {
            Some(id) => channel(id),
            None => Target::Slug(percent_decode_str(id).decode_utf8().ok()?.into_owned()),
        }),
        _ => None,
    }
}

/// Reads `/video/VID`.
fn video_file(path: &[&str]) -> Option<Target> {
    match path {
        ["video", id, ..] => number(id).map(recording),
        _ => None,
    }
}

/// Reads URLs of signed playlists and of the control connection. They expire, but name the recording
/// or channel in the path, else in the host (`r12-1-345-recorded-ws-live.ums.…`).
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

/// Makes a page target, without user name, password and fragment.
pub(super) fn page(url: &Url) -> Target {
    let mut url = url.clone();
    // Setting these fails only for URLs without a host; then there is nothing to remove.
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

/// Returns a path segment that is a number as a whole: `24hours` is the name of a channel.
fn number(segment: &str) -> Option<u64> {
    let is_digits = segment.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| segment.parse().ok()).flatten()
}

fn is(segment: &str, name: &str) -> bool {
    segment.eq_ignore_ascii_case(name)
}
