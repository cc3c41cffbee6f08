//! Reads the headers of the movie and of a track strictly (ISO/IEC 14496-12 8.2.2, 8.3.2, 8.4.2,
//! 8.4.3, 8.6.6).

use std::io::{Read, Seek};

use super::reader::{BoxReader, LocatedBox, malformed};
use crate::{
    Error,
    boxes::read::{name, version_and_flags},
    cursor::Cursor,
    handler::Handler,
};

/// Normal playback rate, in 16.16.
const NORMAL_SPEED: u32 = 0x1_0000;
/// Largest number of edits.
const MAX_EDITS: u32 = 4096;

/// Timescale and duration of `mvhd` or `mdhd`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TimeHeader {
    pub(super) timescale: u32,
    pub(super) duration: u64,
}

/// The contents of `tkhd`.
#[derive(Clone, Copy, Debug)]
pub(super) struct TrackHeader {
    pub(super) id: u32,
    pub(super) enabled: bool,
    /// Tracks of one group other than 0 are alternatives.
    pub(super) alternate_group: u16,
    /// In ticks of the movie.
    pub(super) duration: u64,
    /// Width and height, rounded down to pixels.
    pub(super) size: (u32, u32),
}

/// The contents of `elst`, in ticks of the movie.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Edits {
    /// Duration of the empty edits at the start.
    pub(super) empty: u64,
    /// Duration of all edits, including empty ones.
    pub(super) duration: u64,
    /// The last edit that is not empty.
    pub(super) media: Option<MediaEdit>,
    /// More than one edit is not empty.
    pub(super) has_several_parts: bool,
}

/// An edit that presents a part of the track.
#[derive(Clone, Copy, Debug)]
pub(super) struct MediaEdit {
    /// In ticks of the track.
    pub(super) media_time: u64,
    /// In ticks of the movie.
    pub(super) duration: u64,
}

/// Opens a full box: returns its version and a cursor at its fields.
fn open_full_box<'b>(
    bytes: &'b [u8],
    found: &LocatedBox,
    flags: impl Fn(u32) -> bool,
) -> Result<(u8, Cursor<'b>), Error> {
    let mut body = Cursor::within("MP4", bytes, found.body.start);
    let (version, found_flags) = version_and_flags(&mut body)?;
    if version > 1 || !flags(found_flags) {
        let problem = format!("{} of another version", name(found.kind));
        return Err(body.malformed(problem));
    }
    Ok((version, body))
}

fn expect_zeros(body: &mut Cursor<'_>, count: usize) -> Result<(), Error> {
    if body.take(count)?.iter().any(|byte| *byte != 0) {
        return Err(body.malformed("something where nothing may be"));
    }
    Ok(())
}

fn expect_end(body: &Cursor<'_>) -> Result<(), Error> {
    if body.is_empty() {
        Ok(())
    } else {
        Err(body.malformed("more than the box may hold"))
    }
}

fn skip_times(body: &mut Cursor<'_>, version: u8) -> Result<(), Error> {
    body.versioned(version)?;
    body.versioned(version).map(drop)
}

fn time_header(body: &mut Cursor<'_>, version: u8) -> Result<TimeHeader, Error> {
    skip_times(body, version)?;
    let timescale = body.u32()?;
    if timescale == 0 {
        return Err(body.malformed("a timescale of 0"));
    }
    let duration = body.versioned(version)?;
    Ok(TimeHeader {
        timescale,
        duration,
    })
}

/// Reads `mvhd`; returns its timing and `next_track_ID`.
pub(super) fn movie_header<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<(TimeHeader, u32), Error> {
    let bytes = reader.read_body(found)?;
    let (version, mut body) = open_full_box(&bytes, found, |flags| flags == 0)?;
    let header = time_header(&mut body, version)?;
    if body.u32()? != NORMAL_SPEED {
        return Err(body.malformed("a film at another speed"));
    }
    // Volume.
    body.skip(2)?;
    expect_zeros(&mut body, 10)?;
    // Matrix.
    body.skip(36)?;
    expect_zeros(&mut body, 24)?;
    let next_track = body.u32()?;
    expect_end(&body)?;
    Ok((header, next_track))
}

/// Reads `mdhd`; returns the timing of the track and the packed code of its language.
pub(super) fn media_header<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<(TimeHeader, u16), Error> {
    let bytes = reader.read_body(found)?;
    let (version, mut body) = open_full_box(&bytes, found, |flags| flags == 0)?;
    let header = time_header(&mut body, version)?;
    let language = body.u16()?;
    expect_zeros(&mut body, 2)?;
    expect_end(&body)?;
    Ok((header, language))
}

/// Reads `tkhd`.
pub(super) fn track_header<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<TrackHeader, Error> {
    let bytes = reader.read_body(found)?;
    let mut enabled = false;
    // Allowed flags: enabled, in movie (required), in preview, size is aspect ratio.
    let (version, mut body) =
        open_full_box(&bytes, found, |flags| flags & !0xf == 0 && flags & 2 != 0)?;
    if bytes.get(3).is_some_and(|flags| flags & 1 != 0) {
        enabled = true;
    }
    skip_times(&mut body, version)?;
    let id = body.u32()?;
    expect_zeros(&mut body, 4)?;
    let duration = body.versioned(version)?;
    expect_zeros(&mut body, 8)?;
    // Layer.
    body.skip(2)?;
    let alternate_group = body.u16()?;
    // Volume.
    body.skip(2)?;
    expect_zeros(&mut body, 2)?;
    // Matrix.
    body.skip(36)?;
    let size = (body.u32()? >> 16, body.u32()? >> 16);
    expect_end(&body)?;
    Ok(TrackHeader {
        id,
        enabled,
        alternate_group,
        duration,
        size,
    })
}

/// Reads `hdlr`; returns `None` if the track is neither video, audio nor captions. Ignores the name.
pub(super) fn handler<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<Option<Handler>, Error> {
    let bytes = reader.read_body(found)?;
    let (version, mut body) = open_full_box(&bytes, found, |flags| flags == 0)?;
    if version > 0 {
        return Err(body.malformed("hdlr of another version"));
    }
    expect_zeros(&mut body, 4)?;
    let kind = match &body.array()? {
        b"vide" => Some(Handler::Video),
        b"soun" => Some(Handler::Audio),
        b"sbtl" => Some(Handler::Text),
        _ => None,
    };
    expect_zeros(&mut body, 12)?;
    Ok(kind)
}

/// Reads `elng`; returns the CRC-32 of its language tag without the terminating zero.
pub(super) fn extended_language<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<u32, Error> {
    let bytes = reader.read_body(found)?;
    let (version, body) = open_full_box(&bytes, found, |flags| flags == 0)?;
    if version > 0 {
        return Err(body.malformed("elng of another version"));
    }
    let tag = body.rest();
    Ok(crc32fast::hash(tag.strip_suffix(b"\0").unwrap_or(tag)))
}

/// Reads `elst`.
pub(super) fn edits<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    found: &LocatedBox,
) -> Result<Edits, Error> {
    let bytes = reader.read_body(found)?;
    let (version, mut body) = open_full_box(&bytes, found, |flags| flags == 0)?;
    let count = body.u32()?;
    if count > MAX_EDITS {
        return Err(body.malformed(format!("{count} edits")));
    }
    let mut edits = Edits::default();
    for _ in 0..count {
        let duration = body.versioned(version)?;
        let media_time = if version == 0 {
            i64::from(body.i32()?)
        } else {
            body.u64()?.cast_signed()
        };
        if body.u32()? != NORMAL_SPEED {
            return Err(body.malformed("a part at another speed"));
        }
        edits.duration = edits.duration.saturating_add(duration);
        match u64::try_from(media_time) {
            Ok(media_time) => {
                edits.has_several_parts = edits.media.is_some();
                edits.media = Some(MediaEdit {
                    media_time,
                    duration,
                });
            }
            Err(_) if media_time != -1 => return Err(body.malformed("a media time below -1")),
            Err(_) if edits.media.is_none() => {
                edits.empty = edits.empty.saturating_add(duration);
            }
            Err(_) => {}
        }
    }
    expect_end(&body)?;
    if edits.media.is_none() {
        return Err(malformed(
            found.body.start,
            "an edit list that shows nothing",
        ));
    }
    Ok(edits)
}
