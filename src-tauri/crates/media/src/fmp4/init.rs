//! The initialisation piece: `ftyp` + `moov` of one track.

use super::boxes::{Boxes, children, name, top_level, version_and_flags};
use crate::{
    Error, TrackKind,
    check::descriptions,
    cursor::{Cursor, put_counted, put_signed, put_varint},
};

/// No initialisation piece needs more sample entries than this.
const MOST_ENTRIES: u32 = 64;

/// What the pieces of a track leave to its initialisation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    pub(crate) kind: TrackKind,
    pub(crate) track_id: u32,
    pub(crate) timescale: u32,
    /// Packed ISO 639-2 code, as `mdhd` has it.
    pub(crate) language: u16,
    pub(crate) defaults: Defaults,
    pub(crate) edit: Edit,
    /// Turn and size of the picture: the tail of `tkhd`, from the matrix on.
    pub(crate) display: [u8; 44],
    /// The sample entries as they came: taking them apart would lose boxes unknown here.
    pub(crate) entries: Vec<Vec<u8>>,
}

/// What `trex` says of samples that say nothing (ISO/IEC 14496-12 8.8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Defaults {
    pub(crate) description: u32,
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

/// Where a track starts in the film (ISO/IEC 14496-12 8.6.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Edit {
    /// Composition time of the first sample part that is shown: after the priming.
    pub(crate) media_time: Option<i64>,
    /// How long nothing is shown before, in ticks of `movie_timescale`.
    pub(crate) empty: u64,
    pub(crate) movie_timescale: u32,
}

impl Init {
    /// Reads an initialisation piece, or the `moov` that a media piece carries.
    ///
    /// Answers `None` where the piece holds no `moov`.
    pub fn parse(piece: &[u8]) -> Result<Option<Self>, Error> {
        match top_level(piece).find(*b"moov")? {
            Some(moov) => Self::moov(&moov).map(Some),
            None => Ok(None),
        }
    }

    fn moov(moov: &Cursor<'_>) -> Result<Self, Error> {
        let mut tracks = 0;
        for child in children(moov) {
            tracks += u32::from(child?.kind == *b"trak");
        }
        if tracks > 1 {
            return Err(Error::Unsupported(format!(
                "one piece with {tracks} tracks"
            )));
        }
        let movie_timescale = match children(moov).find(*b"mvhd")? {
            Some(mvhd) => header_timescale(mvhd)?,
            None => 0,
        };
        let trak = children(moov).need(*b"trak")?;
        let mdia = children(&trak).need(*b"mdia")?;
        let (track_id, display) = track_header(children(&trak).need(*b"tkhd")?)?;
        let (timescale, language) = media_header(children(&mdia).need(*b"mdhd")?)?;
        let kind = handler(children(&mdia).need(*b"hdlr")?)?;
        let stbl = children(&children(&mdia).need(*b"minf")?).need(*b"stbl")?;
        let stsd = children(&stbl).need(*b"stsd")?;
        let entries = sample_entries(stsd.clone())?;
        // They go into the film as they are: what would not pass there fails with its piece.
        descriptions(stsd)?;
        let edit = Edit {
            movie_timescale,
            ..edit(&trak)?
        };
        let defaults = match children(moov).find(*b"mvex")? {
            Some(mvex) => defaults(children(&mvex), track_id)?,
            None => Defaults::default(),
        };
        Ok(Self {
            kind,
            track_id,
            timescale,
            language,
            defaults,
            edit,
            display,
            entries,
        })
    }

    /// Appends itself in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.kind == TrackKind::Audio));
        let Defaults {
            description,
            duration,
            size,
            flags,
        } = self.defaults;
        for field in [
            self.track_id,
            self.timescale,
            description,
            duration,
            size,
            flags,
        ] {
            put_varint(out, u64::from(field));
        }
        put_varint(out, u64::from(self.language));
        put_varint(out, u64::from(self.edit.media_time.is_some()));
        put_signed(out, self.edit.media_time.unwrap_or(0));
        put_varint(out, self.edit.empty);
        put_varint(out, u64::from(self.edit.movie_timescale));
        out.extend_from_slice(&self.display);
        put_varint(out, self.entries.len() as u64);
        for entry in &self.entries {
            put_counted(out, entry);
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let kind = if cursor.u8()? == 0 {
            TrackKind::Video
        } else {
            TrackKind::Audio
        };
        let mut fields = [0; 7];
        for field in &mut fields {
            let value = cursor.varint()?;
            *field = u32::try_from(value).map_err(|_| cursor.fail("a field over 32 bits"))?;
        }
        let [
            track_id,
            timescale,
            description,
            duration,
            size,
            flags,
            language,
        ] = fields;
        let language = u16::try_from(language).map_err(|_| cursor.fail("a language code"))?;
        let has_media_time = cursor.varint()? != 0;
        let media_time = Some(cursor.signed()?).filter(|_| has_media_time);
        let empty = cursor.varint()?;
        let movie_timescale = u32::try_from(cursor.varint()?).unwrap_or(0);
        let display = cursor.array()?;
        let mut entries = Vec::new();
        for _ in 0..cursor.varint()?.min(u64::from(MOST_ENTRIES)) {
            entries.push(cursor.counted()?.to_vec());
        }
        Ok(Self {
            kind,
            track_id,
            timescale: timescale.max(1),
            language,
            defaults: Defaults {
                description,
                duration,
                size,
                flags,
            },
            edit: Edit {
                media_time,
                empty,
                movie_timescale,
            },
            display,
            entries,
        })
    }
}

/// The timescale in `mvhd` or `mdhd`; both start alike (ISO/IEC 14496-12 8.2.2, 8.4.2).
fn header_timescale(mut header: Cursor<'_>) -> Result<u32, Error> {
    let (version, _) = version_and_flags(&mut header)?;
    header.versioned(version)?;
    header.versioned(version)?;
    header.u32()
}

fn media_header(mut mdhd: Cursor<'_>) -> Result<(u32, u16), Error> {
    let timescale = header_timescale(mdhd.clone())?;
    if timescale == 0 {
        return Err(mdhd.fail("a timescale of 0"));
    }
    let (version, _) = version_and_flags(&mut mdhd)?;
    mdhd.skip(if version == 0 { 16 } else { 28 })?;
    Ok((timescale, mdhd.u16()?))
}

fn track_header(mut tkhd: Cursor<'_>) -> Result<(u32, [u8; 44]), Error> {
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    let track_id = tkhd.u32()?;
    tkhd.skip(4)?;
    tkhd.versioned(version)?;
    // Reserved, layer, alternate group, volume.
    tkhd.skip(16)?;
    Ok((track_id, tkhd.array()?))
}

fn handler(mut hdlr: Cursor<'_>) -> Result<TrackKind, Error> {
    hdlr.skip(8)?;
    match hdlr.array()? {
        kind if kind == *b"vide" => Ok(TrackKind::Video),
        kind if kind == *b"soun" => Ok(TrackKind::Audio),
        kind => Err(Error::Unsupported(format!(
            "a track of type {}",
            name(kind)
        ))),
    }
}

fn sample_entries(mut stsd: Cursor<'_>) -> Result<Vec<Vec<u8>>, Error> {
    version_and_flags(&mut stsd)?;
    let count = stsd.u32()?;
    if count == 0 || count > MOST_ENTRIES {
        return Err(stsd.fail(format!("{count} sample entries")));
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        let size = stsd.clone().u32()? as usize;
        let entry = stsd.take(size)?;
        match entry.get(4..8) {
            Some(b"encv" | b"enca") => return Err(Error::Encrypted),
            Some(_) => entries.push(entry.to_vec()),
            None => return Err(stsd.fail("a sample entry without a name")),
        }
    }
    Ok(entries)
}

/// The start of a track by its edit list: empty edits, then the first with media.
pub(crate) fn edit(trak: &Cursor<'_>) -> Result<Edit, Error> {
    let mut edit = Edit::default();
    let Some(edts) = children(trak).find(*b"edts")? else {
        return Ok(edit);
    };
    let Some(mut elst) = children(&edts).find(*b"elst")? else {
        return Ok(edit);
    };
    let (version, _) = version_and_flags(&mut elst)?;
    for _ in 0..elst.u32()? {
        let duration = elst.versioned(version)?;
        let media_time = if version == 0 {
            i64::from(elst.i32()?)
        } else {
            elst.u64()?.cast_signed()
        };
        elst.skip(4)?;
        if media_time >= 0 {
            edit.media_time = Some(media_time);
            break;
        }
        edit.empty = edit.empty.saturating_add(duration);
    }
    Ok(edit)
}

fn defaults(mvex: Boxes<'_>, track_id: u32) -> Result<Defaults, Error> {
    for child in mvex {
        let mut child = child?;
        if child.kind != *b"trex" {
            continue;
        }
        version_and_flags(&mut child.body)?;
        let id = child.body.u32()?;
        let mut fields = [0; 4];
        for field in &mut fields {
            *field = child.body.u32()?;
        }
        if id == track_id {
            let [description, duration, size, flags] = fields;
            return Ok(Defaults {
                description,
                duration,
                size,
                flags,
            });
        }
    }
    Ok(Defaults::default())
}
