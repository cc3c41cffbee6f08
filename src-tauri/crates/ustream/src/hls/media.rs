//! Playlists of pieces (RFC 8216 4.3.2, 4.3.3).

use std::ops::Range;

use quick_m3u8::HlsLine;
use quick_m3u8::tag::hls::{self, EnumeratedString, Method};
use quick_m3u8::tag::{HlsPlaylistType, KnownTag};
use url::Url;

use super::{lines, malformed, resource_url};
use crate::{Error, lenient_json};

/// Three days of six seconds.
const MAX_SEGMENTS: usize = 50_000;

/// Pieces are seconds long, never hours.
const MAX_SEGMENT_S: f64 = 3600.0;

/// What a media playlist names.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaPlaylist {
    /// Where it was found: addresses are told from there.
    pub base: Url,
    /// Its segments, in the order of time.
    pub segments: Vec<PlaylistSegment>,
    /// The initialisation piece: of an MP4 only.
    pub init: Option<MediaResource>,
    /// From the start of its first to the end of its last piece.
    pub duration_ms: u64,
    /// The lengths of its segments are not all whole seconds: their sum is the recording's length.
    pub is_exact: bool,
}

/// One piece.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaylistSegment {
    /// Its media sequence number and how many discontinuities lie before it, in one: pieces with
    /// a discontinuity between them are no neighbours, and nothing that was cut is joined there.
    pub number: u64,
    /// Where it starts, from the start of the playlist.
    pub start_ms: u64,
    /// How long it lasts.
    pub duration_ms: u64,
    /// Where it lies; `None` where the playlist gives no address: it exists in time only.
    pub resource: Option<MediaResource>,
}

/// Some bytes, or all, of what lies at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaResource {
    /// As the playlist names it, checked.
    pub uri: Box<str>,
    /// Which bytes; all where there is none.
    pub range: Option<Range<u64>>,
}

impl MediaResource {
    fn is_ts(&self) -> bool {
        lenient_json::ends_with(&self.uri, "ts")
    }

    /// By its name it is a fragment of an MP4.
    fn is_mp4(&self) -> bool {
        let endings = ["m4s", "m4v", "m4a", "mp4", "cmfv", "cmfa"];
        let mut endings = endings.into_iter();
        endings.any(|ending| lenient_json::ends_with(&self.uri, ending))
    }
}

impl MediaPlaylist {
    /// The address of some bytes.
    pub(crate) fn url_of(&self, bytes: &MediaResource) -> Option<Url> {
        // It was checked when the playlist was read.
        resource_url(&self.base, &bytes.uri).ok()
    }

    /// The piece of that number.
    pub(crate) fn segment(&self, number: u64) -> Option<&PlaylistSegment> {
        let index = self
            .segments
            .binary_search_by_key(&number, |piece| piece.number)
            .ok()?;
        self.segments.get(index)
    }
}

/// What the tags in front of an address say of it.
#[derive(Default)]
struct MediaPlaylistParser {
    segments: Vec<PlaylistSegment>,
    init: Option<MediaResource>,
    first_number: u64,
    discontinuities: u64,
    /// Of the piece to come.
    length_s: Option<f64>,
    range: Option<(u64, Option<u64>)>,
    is_gap: bool,
    /// Where the last range ended, and in what: the next may go on there.
    range_end: Option<(Box<str>, u64)>,
    end_us: u64,
    has_end: bool,
    kind: Option<HlsPlaylistType>,
    is_exact: bool,
}

pub(super) fn read(text: &str, base: &Url) -> Result<MediaPlaylist, Error> {
    let mut reading = MediaPlaylistParser::default();
    for line in lines(text) {
        match line? {
            HlsLine::KnownTag(KnownTag::Hls(tag)) => reading.tag(&tag, base)?,
            HlsLine::UnknownTag(tag) if is_key(tag.name()) => return Err(encrypted()),
            HlsLine::UnknownTag(tag) if is_essential(tag.name()) => {
                return Err(malformed("a tag that cannot be read"));
            }
            HlsLine::Uri(named) if !named.trim().is_empty() => reading.add_uri(&named, base)?,
            _ => {}
        }
    }
    reading.add_missing_uri()?;
    if !reading.has_end {
        // Nothing is ever added to a VOD.
        return Err(if reading.kind == Some(HlsPlaylistType::Vod) {
            malformed("it was cut: it has no end")
        } else {
            Error::StillLive
        });
    }
    if reading.segments.is_empty() {
        return Err(malformed("it names no segment"));
    }
    let mut named = reading
        .segments
        .iter()
        .filter_map(|it| it.resource.as_ref());
    let Some(first) = named.next() else {
        return Err(malformed("none of its segments has an address"));
    };
    if reading.init.is_none() && first.is_mp4() {
        let problem = "its segments need an initialisation segment, and it names none";
        return Err(malformed(problem));
    }
    // A transport stream may have its tables there, and says enough without them.
    let is_stream = first.is_ts();
    Ok(MediaPlaylist {
        base: base.clone(),
        init: reading.init.filter(|_| !is_stream),
        duration_ms: reading.end_us / 1000,
        is_exact: reading.is_exact,
        segments: reading.segments,
    })
}

fn is_key(name: &str) -> bool {
    name == "-X-KEY"
}

fn encrypted() -> Error {
    Error::Unsupported("segments that are encrypted".to_owned())
}

/// Tags that say which bytes are meant, and how to read them.
fn is_essential(name: &str) -> bool {
    let name = name.strip_prefix("-X-").unwrap_or(name);
    matches!(
        name,
        "INF"
            | "BYTERANGE"
            | "MAP"
            | "MEDIA-SEQUENCE"
            | "DISCONTINUITY-SEQUENCE"
            | "SKIP"
            | "DEFINE"
    )
}

impl MediaPlaylistParser {
    fn tag(&mut self, tag: &hls::Tag<'_>, base: &Url) -> Result<(), Error> {
        match tag {
            hls::Tag::Inf(tag) => {
                self.add_missing_uri()?;
                self.length_s = Some(tag.duration());
            }
            hls::Tag::Gap(_) => self.is_gap = true,
            hls::Tag::PlaylistType(tag) => {
                self.kind = Some(tag.playlist_type());
            }
            hls::Tag::Byterange(tag) => self.range = Some((tag.length(), tag.offset())),
            hls::Tag::Discontinuity(_) => self.discontinuities += 1,
            hls::Tag::MediaSequence(tag) if self.segments.is_empty() => {
                self.first_number = tag.media_sequence();
            }
            hls::Tag::DiscontinuitySequence(tag) if self.segments.is_empty() => {
                self.discontinuities = tag.discontinuity_sequence();
            }
            hls::Tag::Key(tag) if tag.method() != EnumeratedString::Known(Method::None) => {
                return Err(encrypted());
            }
            hls::Tag::Map(tag) => self.init(tag, base)?,
            hls::Tag::IFramesOnly(_) => {
                return Err(Error::Unsupported("a playlist of stills".to_owned()));
            }
            hls::Tag::Skip(_) => {
                return Err(malformed("it is only a part of itself"));
            }
            hls::Tag::Endlist(_) => {
                self.add_missing_uri()?;
                self.has_end = true;
            }
            _ => {}
        }
        Ok(())
    }

    fn init(&mut self, tag: &hls::Map<'_>, base: &Url) -> Result<(), Error> {
        resource_url(base, tag.uri())?;
        let range = tag
            .byterange()
            .map(|range| byte_range(range.offset, range.length))
            .transpose()?;
        let init = MediaResource {
            uri: tag.uri().trim().into(),
            range,
        };
        let is_another = self.init.as_ref().is_some_and(|known| *known != init);
        if is_another || (self.init.is_none() && !self.segments.is_empty()) {
            let problem = "a rendition that is set up anew in its middle";
            return Err(Error::Unsupported(problem.to_owned()));
        }
        self.init = Some(init);
        Ok(())
    }

    /// A segment with its address.
    fn add_uri(&mut self, named: &str, base: &Url) -> Result<(), Error> {
        resource_url(base, named)?;
        let named = named.trim();
        let range = self.take_range(named)?;
        let bytes = MediaResource {
            uri: named.into(),
            range,
        };
        self.add_segment(Some(bytes))
    }

    /// A segment whose length was told, and no address follows: it is missing, and what comes
    /// after it is in its place in time all the same.
    fn add_missing_uri(&mut self) -> Result<(), Error> {
        if self.length_s.is_none() {
            return Ok(());
        }
        self.range = None;
        self.range_end = None;
        self.add_segment(None)
    }

    fn add_segment(&mut self, bytes: Option<MediaResource>) -> Result<(), Error> {
        if self.has_end || self.segments.len() >= MAX_SEGMENTS {
            return Err(malformed("it is endless"));
        }
        let seconds = self
            .length_s
            .take()
            .filter(|length| (0.0..=MAX_SEGMENT_S).contains(length))
            .ok_or_else(|| malformed("the length of a segment is missing or absurd"))?;
        let is_gap = std::mem::take(&mut self.is_gap);
        let index = u64::try_from(self.segments.len()).unwrap_or(u64::MAX);
        let number = self
            .first_number
            .checked_add(index)
            .and_then(|number| number.checked_add(self.discontinuities))
            .ok_or_else(|| malformed("its numbers are absurd"))?;
        let start_ms = self.end_us / 1000;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is checked to be an hour at most"
        )]
        let length_us = (seconds * 1e6).round() as u64;
        // So many of so long are far from the end of the numbers.
        self.end_us += length_us;
        self.is_exact |= !length_us.is_multiple_of(1_000_000);
        self.segments.push(PlaylistSegment {
            number,
            start_ms,
            duration_ms: self.end_us / 1000 - start_ms,
            resource: bytes.filter(|_| !is_gap),
        });
        Ok(())
    }

    /// A range that does not say where it starts goes on where the one before ended
    /// (RFC 8216 4.3.2.2).
    fn take_range(&mut self, named: &str) -> Result<Option<Range<u64>>, Error> {
        let Some((length, offset)) = self.range.take() else {
            self.range_end = None;
            return Ok(None);
        };
        let before = self.range_end.take().filter(|(name, _)| **name == *named);
        let start = offset
            .or(before.map(|(_, end)| end))
            .ok_or_else(|| malformed("a range without a start"))?;
        let range = byte_range(start, length)?;
        self.range_end = Some((named.into(), range.end));
        Ok(Some(range))
    }
}

fn byte_range(start: u64, length: u64) -> Result<Range<u64>, Error> {
    let end = start.checked_add(length).filter(|_| length > 0);
    end.map(|end| start..end)
        .ok_or_else(|| malformed("an absurd range"))
}
