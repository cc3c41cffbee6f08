//! Parses media playlists: the segments and the tags about them (RFC 8216 4.3.2, 4.3.3).

use std::ops::Range;

use quick_m3u8::HlsLine;
use quick_m3u8::date::DateTime;
use quick_m3u8::tag::hls::{self, EnumeratedString, Method};
use quick_m3u8::tag::{HlsPlaylistType, KnownTag};
use url::Url;

use super::{lines, malformed, resource_url};
use crate::{Error, lenient_json};

/// Most segments of a playlist: three days of six seconds each.
const MAX_SEGMENTS: usize = 50_000;

/// Longest segment that is accepted; segments last seconds.
const MAX_SEGMENT_S: f64 = 3600.0;

/// A media playlist.
#[derive(Clone, Debug, PartialEq)]
pub struct MediaPlaylist {
    /// Its URL: the base of all URIs.
    pub base: Url,
    /// Its segments by time.
    pub segments: Vec<PlaylistSegment>,
    /// Its init segment (`EXT-X-MAP`), for fragmented MP4 only: the last one, if that of a running
    /// stream has several.
    pub init: Option<MediaResource>,
    /// Where in `segments` those of that init segment begin; 0 unless it has several.
    pub init_start: usize,
    /// Media sequence number of the first segment. The others count on from it.
    pub first_sequence: u64,
    /// Target duration (`EXT-X-TARGETDURATION`), in milliseconds; 0 if it is not stated.
    pub target_ms: u64,
    /// Whether it has an end (`EXT-X-ENDLIST`): nothing is added to it any more.
    pub is_ended: bool,
    /// Of a playlist without an end: the places in `segments` whose start is stated
    /// (`EXT-X-PROGRAM-DATE-TIME`), in milliseconds since 1970.
    pub dates: Vec<(usize, i64)>,
    /// Sum of the segment lengths, in milliseconds.
    pub duration_ms: u64,
    /// Whether some segment lengths are not whole seconds. Then none is rounded, and their sum is
    /// the length of the recording.
    pub is_exact: bool,
}

/// One segment.
#[derive(Clone, Debug, PartialEq)]
pub struct PlaylistSegment {
    /// The sum of its media sequence number and the discontinuities before it: the numbers of two
    /// segments with a discontinuity between them are not consecutive.
    pub number: u64,
    /// Start in milliseconds from the start of the playlist.
    pub start_ms: u64,
    /// Length in milliseconds.
    pub duration_ms: u64,
    /// Length in microseconds, as it is stated: at most an hour.
    pub length_us: u32,
    /// Its bytes; `None` if the playlist gives no URI or marks a gap: it only takes up time.
    pub resource: Option<MediaResource>,
}

/// A resource, or a byte range of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MediaResource {
    /// Its URI as in the playlist, checked.
    pub uri: Box<str>,
    /// The byte range; `None` for the whole resource.
    pub range: Option<Range<u64>>,
}

impl MediaResource {
    fn is_ts(&self) -> bool {
        lenient_json::has_extension(&self.uri, "ts")
    }

    /// Returns whether the extension is that of an MP4 fragment.
    fn is_mp4(&self) -> bool {
        let mut extensions = ["m4s", "m4v", "m4a", "mp4", "cmfv", "cmfa"].into_iter();
        extensions.any(|extension| lenient_json::has_extension(&self.uri, extension))
    }
}

impl MediaPlaylist {
    /// Returns the URL of a resource.
    pub(crate) fn url_of(&self, resource: &MediaResource) -> Option<Url> {
        // Checked when the playlist was parsed.
        resource_url(&self.base, &resource.uri).ok()
    }

    /// Returns when a segment of a running stream began, in milliseconds since 1970, if that is stated.
    pub(crate) fn unix_ms(&self, index: usize) -> Option<i64> {
        let mut stated = self.dates.iter().rev();
        let (at, unix_ms) = stated.find(|(at, _)| *at <= index)?;
        let (from, to) = (self.segments.get(*at)?, self.segments.get(index)?);
        let distance_ms = i64::try_from(to.start_ms.saturating_sub(from.start_ms)).ok()?;
        unix_ms.checked_add(distance_ms)
    }

    /// Returns the segment of this number.
    pub(crate) fn segment(&self, number: u64) -> Option<&PlaylistSegment> {
        let index = self
            .segments
            .binary_search_by_key(&number, |segment| segment.number)
            .ok()?;
        self.segments.get(index)
    }
}

/// What a media playlist is of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Content {
    /// A recording: it must be complete.
    #[default]
    Recording,
    /// A stream that may still run.
    Stream,
}

/// The state while the lines of a media playlist are read.
#[derive(Default)]
struct MediaPlaylistParser {
    segments: Vec<PlaylistSegment>,
    init: Option<MediaResource>,
    first_number: u64,
    discontinuities: u64,
    /// Length of the next segment.
    length_s: Option<f64>,
    range: Option<(u64, Option<u64>)>,
    is_gap: bool,
    /// URI and end of the last byte range, in case the next one continues there.
    range_end: Option<(Box<str>, u64)>,
    end_us: u64,
    has_end: bool,
    kind: Option<HlsPlaylistType>,
    is_exact: bool,
    target_s: u64,
    content: Content,
    init_start: usize,
    dates: Vec<(usize, i64)>,
}

/// Parses a media playlist. Fails with [`Error::StillLive`] if that of a recording has no end.
pub(super) fn read(text: &str, base: &Url, content: Content) -> Result<MediaPlaylist, Error> {
    let mut parser = MediaPlaylistParser {
        content,
        ..MediaPlaylistParser::default()
    };
    for line in lines(text) {
        match line? {
            HlsLine::KnownTag(KnownTag::Hls(tag)) => parser.tag(&tag, base)?,
            HlsLine::UnknownTag(tag) if is_key(tag.name()) => return Err(Error::Encrypted),
            HlsLine::UnknownTag(tag) if is_essential(tag.name()) => {
                return Err(malformed("a tag that cannot be read"));
            }
            HlsLine::Uri(named) if !named.trim().is_empty() => parser.add_uri(&named, base)?,
            _ => {}
        }
    }
    parser.add_missing_uri()?;
    if !parser.has_end {
        // A VOD playlist never changes (RFC 8216 4.3.3.5).
        if parser.kind == Some(HlsPlaylistType::Vod) {
            return Err(malformed("it was cut: it has no end"));
        }
        if content == Content::Recording {
            return Err(Error::StillLive);
        }
    }
    if parser.segments.is_empty() {
        return Err(malformed("it names no segment"));
    }
    let mut named = parser.segments.iter().filter_map(|it| it.resource.as_ref());
    let Some(first) = named.next() else {
        return Err(malformed("none of its segments has an address"));
    };
    if parser.init.is_none() && first.is_mp4() {
        let problem = "its segments need an initialisation segment, and it names none";
        return Err(malformed(problem));
    }
    // For MPEG-TS the map holds only tables that the segments repeat.
    let is_ts = first.is_ts();
    Ok(MediaPlaylist {
        base: base.clone(),
        init: parser.init.filter(|_| !is_ts),
        init_start: if is_ts { 0 } else { parser.init_start },
        first_sequence: parser.first_number,
        target_ms: parser.target_s.saturating_mul(1000),
        is_ended: parser.has_end,
        dates: parser.dates,
        duration_ms: parser.end_us / 1000,
        is_exact: parser.is_exact,
        segments: parser.segments,
    })
}

fn is_key(name: &str) -> bool {
    name == "-X-KEY"
}

/// Returns whether a tag says which bytes belong to a segment, or how to read them.
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
            hls::Tag::Targetduration(tag) => self.target_s = tag.target_duration(),
            hls::Tag::ProgramDateTime(tag) if self.content == Content::Stream => {
                let unix_ms = unix_ms(&tag.program_date_time());
                self.dates
                    .extend(unix_ms.map(|unix_ms| (self.segments.len(), unix_ms)));
            }
            hls::Tag::PlaylistType(tag) => {
                self.kind = Some(tag.playlist_type());
            }
            hls::Tag::Byterange(tag) => self.range = Some((tag.length(), tag.offset())),
            hls::Tag::Discontinuity(_) => {
                self.discontinuities = self.discontinuities.saturating_add(1);
            }
            hls::Tag::MediaSequence(tag) if self.segments.is_empty() => {
                self.first_number = tag.media_sequence();
            }
            hls::Tag::DiscontinuitySequence(tag) if self.segments.is_empty() => {
                self.discontinuities = tag.discontinuity_sequence();
            }
            hls::Tag::Key(tag) if tag.method() != EnumeratedString::Known(Method::None) => {
                return Err(Error::Encrypted);
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
        if is_another && self.content == Content::Stream {
            self.init_start = self.segments.len();
        } else if is_another || (self.init.is_none() && !self.segments.is_empty()) {
            let problem = "a rendition that is set up anew in its middle";
            return Err(Error::Unsupported(problem.to_owned()));
        }
        self.init = Some(init);
        Ok(())
    }

    /// Adds a segment with its URI.
    fn add_uri(&mut self, named: &str, base: &Url) -> Result<(), Error> {
        resource_url(base, named)?;
        let named = named.trim();
        let range = self.take_range(named)?;
        let resource = MediaResource {
            uri: named.into(),
            range,
        };
        self.add_segment(Some(resource))
    }

    /// Adds a segment whose length is stated but whose URI is missing, so that later segments keep
    /// their times.
    fn add_missing_uri(&mut self) -> Result<(), Error> {
        if self.length_s.is_none() {
            return Ok(());
        }
        self.range = None;
        self.range_end = None;
        self.add_segment(None)
    }

    fn add_segment(&mut self, resource: Option<MediaResource>) -> Result<(), Error> {
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
        // Cannot overflow: both the count and the length of segments are limited.
        self.end_us += length_us;
        self.is_exact |= !length_us.is_multiple_of(1_000_000);
        self.segments.push(PlaylistSegment {
            number,
            start_ms,
            duration_ms: self.end_us / 1000 - start_ms,
            length_us: u32::try_from(length_us).unwrap_or(u32::MAX),
            resource: resource.filter(|_| !is_gap),
        });
        Ok(())
    }

    /// Returns the byte range of the next segment. A range without a start continues the last one of
    /// the same URI (RFC 8216 4.3.2.2).
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

/// Converts a date to milliseconds since 1970; `None` if it is none.
fn unix_ms(date: &DateTime) -> Option<i64> {
    let time: jiff::Timestamp = date.to_string().parse().ok()?;
    Some(time.as_millisecond())
}
