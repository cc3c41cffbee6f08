//! An MP4: boxes to the end, and an index whose tables agree with each other and with the file.

use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    ops::Range,
};

use super::samples::{self, Counted};
use crate::{
    Error, Summary, TrackKind, TrackSummary,
    codec::{aac::Aac, avc::Avc},
    cursor::Cursor,
    fmp4::{
        boxes::{self, BoxIn, children, name, version_and_flags},
        edit,
    },
};

/// The index of a film of four days; a larger one is damage.
const LONGEST_INDEX: u64 = 512 << 20;

/// Reads the boxes of a file of `length` bytes, and its index whole.
pub(super) fn check<R: Read + Seek>(mut file: BufReader<R>, length: u64) -> Result<Summary, Error> {
    let mut position = 0;
    let mut media = Vec::new();
    let mut index = None;
    while position < length {
        let mut bytes = [0; 16];
        let wanted = usize::try_from(length - position).map_or(16, |left| left.min(16));
        file.seek(SeekFrom::Start(position))?;
        let head = bytes.get_mut(..wanted).unwrap_or_default();
        file.read_exact(head)?;
        let mut cursor = Cursor::within("MP4", head, position);
        let fail = cursor.clone();
        let header = boxes::header(&mut cursor)?;
        let start = position + header.before;
        let body = header.body.unwrap_or_else(|| length.saturating_sub(start));
        let end = start.saturating_add(body);
        if end > length {
            let missing = end - length;
            let name = name(header.kind);
            return Err(fail.fail(format!("box {name} lacks {missing} bytes")));
        }
        if position == 0 && header.kind != *b"ftyp" {
            return Err(fail.fail("no ftyp at the start"));
        }
        match &header.kind {
            b"mdat" => media.push(start..end),
            b"moov" if index.is_some() => return Err(fail.fail("a second moov")),
            b"moov" if body > LONGEST_INDEX => return Err(fail.fail("a moov too large")),
            b"moov" => {
                file.seek(SeekFrom::Start(start))?;
                let mut bytes = Vec::new();
                (&mut file).take(body).read_to_end(&mut bytes)?;
                index = Some((start, bytes));
            }
            _ => {}
        }
        position = end;
    }
    let Some((start, bytes)) = index else {
        return Err(Cursor::within("MP4", &[], length).fail("the index, moov, is missing"));
    };
    let moov = Cursor::within("MP4", &bytes, start);
    movie(&moov, &media, length)
}

fn movie(moov: &Cursor<'_>, media: &[Range<u64>], length: u64) -> Result<Summary, Error> {
    let (timescale, duration) = timed_header(children(moov).need(*b"mvhd")?)?;
    let in_ms = |ticks: u64, timescale: u32| ticks.saturating_mul(1000) / u64::from(timescale);
    let mut tracks = Vec::new();
    for child in children(moov) {
        let child = child?;
        if child.kind == *b"trak" {
            let (summary, end) = track(&child.body, media)?;
            if end > duration {
                return Err(child.body.fail("a track is longer than the film"));
            }
            let shown = end.saturating_sub(edit(&child.body)?.empty);
            tracks.push(TrackSummary {
                duration_ms: in_ms(shown, timescale),
                ..summary
            });
        }
    }
    if tracks.iter().all(|track| track.samples == 0) {
        return Err(Error::Empty);
    }
    Ok(Summary {
        duration_ms: in_ms(duration, timescale),
        size_bytes: length,
        tracks,
    })
}

/// What a track holds, and where it ends, in ticks of the film.
fn track(trak: &Cursor<'_>, media: &[Range<u64>]) -> Result<(TrackSummary, u64), Error> {
    let media_box = children(trak).need(*b"mdia")?;
    let mut hdlr = children(&media_box).need(*b"hdlr")?;
    hdlr.skip(8)?;
    let kind = match &hdlr.array()? {
        b"vide" => TrackKind::Video,
        b"soun" => TrackKind::Audio,
        other => return Err(hdlr.fail(format!("a track of type {}", name(*other)))),
    };
    let stbl = children(&children(&media_box).need(*b"minf")?).need(*b"stbl")?;
    let (codec, size) = descriptions(children(&stbl).need(*b"stsd")?)?;
    let Counted { samples, duration } = samples::count(&stbl, media)?;
    let mdhd = children(&media_box).need(*b"mdhd")?;
    let place = mdhd.clone();
    let (_, stated) = timed_header(mdhd)?;
    if stated != duration {
        return Err(place.fail(format!("mdhd tells {stated} ticks, stts {duration}")));
    }
    let mut tkhd = children(trak).need(*b"tkhd")?;
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    tkhd.skip(8)?;
    let end = tkhd.versioned(version)?;
    let summary = TrackSummary {
        kind,
        codec,
        samples,
        duration_ms: 0,
        size,
    };
    Ok((summary, end))
}

/// Timescale and duration of `mvhd` or `mdhd`.
fn timed_header(mut header: Cursor<'_>) -> Result<(u32, u64), Error> {
    let (version, _) = version_and_flags(&mut header)?;
    header.versioned(version)?;
    header.versioned(version)?;
    let timescale = header.u32()?;
    if timescale == 0 {
        return Err(header.fail("a timescale of 0"));
    }
    Ok((timescale, header.versioned(version)?))
}

/// Reads every sample entry; answers the name and the picture size of the first.
pub(crate) fn descriptions(mut stsd: Cursor<'_>) -> Result<(String, Option<(u32, u32)>), Error> {
    version_and_flags(&mut stsd)?;
    let count = stsd.u32()?;
    let mut first = None;
    let mut entries = 0;
    for entry in children(&stsd) {
        let BoxIn { kind, mut body, .. } = entry?;
        entries += 1;
        let size = match &kind {
            b"avc1" | b"avc3" => {
                body.skip(24)?;
                let size = (u32::from(body.u16()?), u32::from(body.u16()?));
                body.skip(50)?;
                Avc::read(children(&body).need(*b"avcC")?)?;
                Some(size).filter(|size| *size != (0, 0))
            }
            b"mp4a" => {
                body.skip(28)?;
                elementary_stream(children(&body).need(*b"esds")?)?;
                None
            }
            _ => None,
        };
        first.get_or_insert_with(|| (name(kind), size));
    }
    if entries != count {
        return Err(stsd.fail(format!(
            "{count} sample entries are announced, {entries} are there"
        )));
    }
    first.ok_or_else(|| stsd.fail("a track without a sample entry"))
}

/// Reads the decoder configuration in `esds` (ISO/IEC 14496-1 7.2.6.5).
fn elementary_stream(mut esds: Cursor<'_>) -> Result<(), Error> {
    version_and_flags(&mut esds)?;
    let mut stream = descriptor(&mut esds, 3)?;
    stream.skip(2)?;
    let flags = stream.u8()?;
    if flags & 0x80 != 0 {
        stream.skip(2)?;
    }
    if flags & 0x40 != 0 {
        let length = usize::from(stream.u8()?);
        stream.skip(length)?;
    }
    if flags & 0x20 != 0 {
        stream.skip(2)?;
    }
    let mut config = descriptor(&mut stream, 4)?;
    let object_type = config.u8()?;
    config.skip(12)?;
    // MPEG-4 audio has its set-up here; MP3 carries it in its frames.
    if object_type == 0x40 {
        Aac::read(&descriptor(&mut config, 5)?)?;
    }
    Ok(())
}

/// The descriptor that must come next.
fn descriptor<'a>(cursor: &mut Cursor<'a>, wanted: u8) -> Result<Cursor<'a>, Error> {
    let tag = cursor.u8()?;
    if tag != wanted {
        return Err(cursor.fail(format!("descriptor {tag} where {wanted} must be")));
    }
    let mut length = 0;
    for _ in 0..4 {
        let byte = cursor.u8()?;
        length = (length << 7) | usize::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    cursor.part(length)
}
