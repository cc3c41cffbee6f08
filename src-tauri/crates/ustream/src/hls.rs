//! Reads playlists (RFC 8216): what renditions there are, and what pieces each has. No I/O.
//!
//! The library splits lines and reads attributes; what they mean together is decided here. A tag
//! that changes which bytes a piece is, or how they are read, must be understood: else the whole
//! playlist is refused, since a film with holes that nobody sees would be worse than none.

mod master;
mod media;

use quick_m3u8::config::ParsingOptionsBuilder;
use quick_m3u8::{HlsLine, Reader};
use url::Url;

pub use self::master::{AudioRendition, MasterPlaylist, Variant};
pub use self::media::{MediaPlaylist, PlaylistSegment};
use crate::{Error, hosts, lenient_json};

/// Ten hours of six seconds are 6000 pieces of about 200 bytes.
pub(crate) const MAX_PLAYLIST_BYTES: usize = 4 << 20;

/// Its name in errors.
pub(crate) const WHAT: &str = "a playlist";

/// No address of the service comes near it.
const MAX_URL_BYTES: usize = 4096;

/// A playlist of either kind.
#[derive(Clone, Debug, PartialEq)]
pub enum Playlist {
    /// Names other playlists.
    Master(MasterPlaylist),
    /// Names pieces.
    Media(MediaPlaylist),
}

/// Reads a playlist that was found at `base`.
pub fn read(body: &[u8], base: &Url) -> Result<Playlist, Error> {
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
        media::read(text, base).map(Playlist::Media)
    }
}

/// The lines of a playlist that say something.
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

/// An address that a playlist names, where it is the service's own.
fn resource_url(base: &Url, named: &str) -> Result<Url, Error> {
    let named = named.trim();
    // Variables (EXT-X-DEFINE) are not filled in here.
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
