//! Playlists of pieces (RFC 8216 4.3.2, 4.3.3).

use std::ops::Range;

use quick_m3u8::HlsLine;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{self, EnumeratedString, Method};
use url::Url;

use super::{address, lines, malformed};
use crate::{Error, loose};

/// Three days of six seconds.
const MOST_PIECES: usize = 50_000;

/// Pieces are seconds long, never hours.
const LONGEST_PIECE_S: f64 = 3600.0;

/// What a media playlist names.
#[derive(Clone, Debug, PartialEq)]
pub struct Media {
    /// Where it was found: addresses are told from there.
    pub base: Url,
    /// Its pieces, in the order of time.
    pub pieces: Vec<Piece>,
    /// The initialisation piece: of an MP4 only.
    pub init: Option<Bytes>,
    /// From the start of its first to the end of its last piece.
    pub duration_ms: u64,
    /// The lengths of its segments are not all whole seconds: their sum is the recording's length.
    pub is_exact: bool,
}

/// One piece.
#[derive(Clone, Debug, PartialEq)]
pub struct Piece {
    /// Its media sequence number and how many discontinuities lie before it, in one: pieces with
    /// a discontinuity between them are no neighbours, and nothing that was cut is joined there.
    pub number: u64,
    /// Where it starts, from the start of the playlist.
    pub start_ms: u64,
    /// How long it lasts.
    pub duration_ms: u64,
    /// Where it lies.
    pub bytes: Bytes,
}

/// Some bytes, or all, of what lies at an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bytes {
    /// As the playlist names it, checked.
    pub named: String,
    /// Which bytes; all where there is none.
    pub range: Option<Range<u64>>,
}

impl Bytes {
    fn is_stream(&self) -> bool {
        loose::ends_with(&self.named, "ts")
    }
}

impl Media {
    /// The address of some bytes.
    pub(crate) fn address(&self, bytes: &Bytes) -> Option<Url> {
        // It was checked when the playlist was read.
        address(&self.base, &bytes.named).ok()
    }

    /// The piece of that number.
    pub(crate) fn piece(&self, number: u64) -> Option<&Piece> {
        let index = self
            .pieces
            .binary_search_by_key(&number, |piece| piece.number)
            .ok()?;
        self.pieces.get(index)
    }
}

/// What the tags in front of an address say of it.
#[derive(Default)]
struct Reading {
    pieces: Vec<Piece>,
    init: Option<Bytes>,
    first: u64,
    discontinuities: u64,
    /// Of the piece to come.
    length_s: Option<f64>,
    range: Option<(u64, Option<u64>)>,
    /// Where the last range ended, and in what: the next may go on there.
    range_end: Option<(String, u64)>,
    time_us: u64,
    has_end: bool,
    is_exact: bool,
}

pub(super) fn read(text: &str, base: &Url) -> Result<Media, Error> {
    let mut reading = Reading::default();
    for line in lines(text) {
        match line? {
            HlsLine::KnownTag(KnownTag::Hls(tag)) => reading.tag(&tag, base)?,
            HlsLine::UnknownTag(tag) if matters(tag.name()) => {
                return Err(malformed("a tag that cannot be read"));
            }
            HlsLine::Uri(named) if !named.trim().is_empty() => reading.piece(&named, base)?,
            _ => {}
        }
    }
    if !reading.has_end {
        return Err(malformed("it has no end: it was cut, or it still grows"));
    }
    let Some(first) = reading.pieces.first() else {
        return Err(malformed("it names no piece"));
    };
    // A transport stream may have its tables there, and says enough without them.
    let is_stream = first.bytes.is_stream();
    Ok(Media {
        base: base.clone(),
        init: reading.init.filter(|_| !is_stream),
        duration_ms: reading.time_us / 1000,
        is_exact: reading.is_exact,
        pieces: reading.pieces,
    })
}

/// Tags that say which bytes are meant, and how to read them.
fn matters(name: &str) -> bool {
    let name = name.strip_prefix("-X-").unwrap_or(name);
    matches!(
        name,
        "INF"
            | "BYTERANGE"
            | "KEY"
            | "MAP"
            | "MEDIA-SEQUENCE"
            | "DISCONTINUITY-SEQUENCE"
            | "SKIP"
            | "DEFINE"
    )
}

impl Reading {
    fn tag(&mut self, tag: &hls::Tag<'_>, base: &Url) -> Result<(), Error> {
        match tag {
            hls::Tag::Inf(tag) => self.length_s = Some(tag.duration()),
            hls::Tag::Byterange(tag) => self.range = Some((tag.length(), tag.offset())),
            hls::Tag::Discontinuity(_) => self.discontinuities += 1,
            hls::Tag::MediaSequence(tag) if self.pieces.is_empty() => {
                self.first = tag.media_sequence();
            }
            hls::Tag::DiscontinuitySequence(tag) if self.pieces.is_empty() => {
                self.discontinuities = tag.discontinuity_sequence();
            }
            hls::Tag::Key(tag) if tag.method() != EnumeratedString::Known(Method::None) => {
                return Err(Error::Unsupported("pieces that are encrypted".to_owned()));
            }
            hls::Tag::Map(tag) => self.init(tag, base)?,
            hls::Tag::IFramesOnly(_) => {
                return Err(Error::Unsupported("a playlist of stills".to_owned()));
            }
            hls::Tag::Skip(_) => {
                return Err(malformed("it is only a part of itself"));
            }
            hls::Tag::Endlist(_) => self.has_end = true,
            _ => {}
        }
        Ok(())
    }

    fn init(&mut self, tag: &hls::Map<'_>, base: &Url) -> Result<(), Error> {
        address(base, tag.uri())?;
        let range = tag
            .byterange()
            .map(|range| stretch(range.offset, range.length))
            .transpose()?;
        let init = Bytes {
            named: tag.uri().trim().to_owned(),
            range,
        };
        let is_another = self.init.as_ref().is_some_and(|known| *known != init);
        if is_another || (self.init.is_none() && !self.pieces.is_empty()) {
            let problem = "a rendition that is set up anew in its middle";
            return Err(Error::Unsupported(problem.to_owned()));
        }
        self.init = Some(init);
        Ok(())
    }

    fn piece(&mut self, named: &str, base: &Url) -> Result<(), Error> {
        if self.has_end || self.pieces.len() >= MOST_PIECES {
            return Err(malformed("it is endless"));
        }
        address(base, named)?;
        let named = named.trim().to_owned();
        let seconds = self
            .length_s
            .take()
            .filter(|length| (0.0..=LONGEST_PIECE_S).contains(length))
            .ok_or_else(|| malformed("the length of a piece is missing or absurd"))?;
        let range = self.range_of(&named)?;
        let index = u64::try_from(self.pieces.len()).unwrap_or(u64::MAX);
        let number = self
            .first
            .checked_add(index)
            .and_then(|number| number.checked_add(self.discontinuities))
            .ok_or_else(|| malformed("its numbers are absurd"))?;
        let start_ms = self.time_us / 1000;
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "it is checked to be an hour at most"
        )]
        let length_us = (seconds * 1e6).round() as u64;
        // So many of so long are far from the end of the numbers.
        self.time_us += length_us;
        self.is_exact |= length_us % 1_000_000 != 0;
        self.pieces.push(Piece {
            number,
            start_ms,
            duration_ms: self.time_us / 1000 - start_ms,
            bytes: Bytes { named, range },
        });
        Ok(())
    }

    /// A range that does not say where it starts goes on where the one before ended
    /// (RFC 8216 4.3.2.2).
    fn range_of(&mut self, named: &str) -> Result<Option<Range<u64>>, Error> {
        let Some((length, offset)) = self.range.take() else {
            self.range_end = None;
            return Ok(None);
        };
        let before = self.range_end.take().filter(|(name, _)| name == named);
        let start = offset
            .or(before.map(|(_, end)| end))
            .ok_or_else(|| malformed("a range without a start"))?;
        let range = stretch(start, length)?;
        self.range_end = Some((named.to_owned(), range.end));
        Ok(Some(range))
    }
}

fn stretch(start: u64, length: u64) -> Result<Range<u64>, Error> {
    let end = start.checked_add(length).filter(|_| length > 0);
    end.map(|end| start..end)
        .ok_or_else(|| malformed("an absurd range"))
}
