//! Parses HLS playlists (RFC 8216): the renditions of a recording and their segments. No I/O.
//!
//! A library splits lines and reads attributes; their meaning is decided here. A tag that changes
//! which bytes a segment has, or how they are read, must be understood: otherwise the whole playlist
//! is refused, since the movie would have gaps that nobody notices.

mod master;
mod media;

use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::{HlsLine, Reader};
use url::Url;

use self::media::Content;

pub use self::master::{AudioRendition, MasterPlaylist, Variant};
pub use self::media::{MediaPlaylist, MediaResource, PlaylistSegment};
use crate::{Error, hosts, lenient_json};

/// Largest playlist that is read; ten hours are 6000 segments of about 200 bytes each.
pub(crate) const MAX_PLAYLIST_BYTES: usize = 4 << 20;

/// Name of a playlist in errors.
pub(crate) const WHAT: &str = "a playlist";

/// Longest URL that is accepted in a playlist.
const MAX_URL_BYTES: usize = 4096;

/// A playlist of either kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// A master playlist, which names media playlists.
    Master(MasterPlaylist),
    /// A media playlist, which names segments.
    Media(MediaPlaylist),
}

/// Parses a playlist whose URL is `base`.
///
/// Fails with [`Error::TooLarge`] above 4 MiB, [`Error::StillLive`] if it has no end yet,
/// [`Error::Encrypted`], [`Error::Unsupported`] for unsupported features, [`Error::Misdirected`] for
/// URLs on foreign hosts, else with [`Error::Malformed`].
pub fn read(body: &[u8], base: &Url) -> Result<Playlist, Error> {
    read_any(body, base, Content::Recording)
}

/// Parses a playlist of a running stream: a media playlist may have no end yet, and its init segment may
/// change. Fails like [`read`], but not with [`Error::StillLive`].
pub fn read_running(body: &[u8], base: &Url) -> Result<Playlist, Error> {
    read_any(body, base, Content::Stream)
}

fn read_any(body: &[u8], base: &Url, content: Content) -> Result<Playlist, Error> {
    if body.len() > MAX_PLAYLIST_BYTES {
        return Err(Error::TooLarge {
            what: WHAT,
            limit_bytes: MAX_PLAYLIST_BYTES,
        });
    }
    let text = std::str::from_utf8(body).map_err(|_| malformed("it is not text"))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.starts_with("#EXTM3U") {
        return Err(malformed("it is something else"));
    }
    if text
        .lines()
        .any(|line| line.starts_with("#EXT-X-STREAM-INF"))
    {
        master::read(text, base).map(Playlist::Master)
    } else {
        media::read(text, base, content).map(Playlist::Media)
    }
}

/// Returns the lines of a playlist, parsed.
fn lines(text: &str) -> impl Iterator<Item = Result<HlsLine<'_>, Error>> {
    let options = ParsingOptionsBuilder::new()
        .with_parsing_for_all_tags()
        .build();
    let mut reader = Reader::from_str(text, options);
    std::iter::from_fn(move || {
        let line = reader.read_line();
        line.map_err(|error| malformed(&lenient_json::clean_text(error.errored_line)))
            .transpose()
    })
}

/// Resolves a URI in a playlist; fails if it does not lead to a media host of the service.
fn resource_url(base: &Url, named: &str) -> Result<Url, Error> {
    let named = named.trim();
    // Variables (EXT-X-DEFINE) are not supported.
    if named.len() > MAX_URL_BYTES || named.contains("{$") {
        return Err(malformed("it names an address that cannot be used"));
    }
    let url = base
        .join(named)
        .map_err(|error| malformed(&format!("an address that is none: {error}")))?;
    if !hosts::is_cdn_url(&url) {
        let host = lenient_json::clean_text(url.host_str().unwrap_or("nowhere"));
        return Err(Error::Misdirected(format!("a playlist leads to {host}")));
    }
    Ok(url)
}

fn malformed(problem: &str) -> Error {
    Error::Malformed {
        what: WHAT,
        problem: problem.to_owned(),
    }
}

#[cfg(test)]
mod tests;
