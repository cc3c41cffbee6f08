//! An MP4 or a QuickTime movie: its index, found at either end of the file.

use std::io::{Read, Seek};

use super::{
    FilledSegment, MovieInfo,
    fragments::FragmentReader,
    input::InputFile,
    progressive::{ProgressiveReader, TrackSegment},
    table::SampleTable,
};
use crate::{
    Error, SegmentKind,
    boxes::{
        FourCc,
        read::{self, BoxHeader, children, name, version_and_flags},
        write::boxed,
    },
    cursor::Cursor,
};

/// The index of a movie of four days; a larger one is damage.
const MAX_INDEX_BYTES: u64 = 512 << 20;
/// A file of more boxes before its index is no movie.
const MAX_BOXES: u32 = 1 << 20;
/// More tracks of picture and sound than this no player offers.
const MAX_TRACKS: usize = 64;
/// Sample groups that are larger than this are not those that matter here.
const MAX_SAMPLE_GROUP_BYTES: usize = 64 << 10;

/// A track that comes in segments.
#[derive(Debug)]
pub(super) struct SplitTrack {
    pub(super) id: u32,
    pub(super) timescale: u32,
    /// Its init segment, made of what the index says of it.
    init: Vec<u8>,
    pub(super) table: SampleTable,
}

/// Where a movie of boxes is cut next: initialisations, samples of the index, fragments.
#[derive(Debug)]
pub(super) struct Mp4Splitter {
    moov: Vec<u8>,
    tracks: Vec<SplitTrack>,
    inits_given: usize,
    progressive: ProgressiveReader,
    fragments: Option<FragmentReader>,
    number: u64,
    /// Tracks that have a segment of this number.
    tracks_of_number: Vec<usize>,
}

impl Mp4Splitter {
    /// Finds the index and reads what it tells of the tracks.
    pub(super) fn open<R: Read + Seek>(
        input: &mut InputFile<R>,
        whole: &mut MovieInfo,
    ) -> Result<Self, Error> {
        let mut bytes = Vec::new();
        let at = find_index(input, &mut bytes)?;
        let moov = Cursor::within("MP4", &bytes, at);
        if children(&moov).find(*b"cmov")?.is_some() {
            return Err(Error::Unsupported("a compressed index".into()));
        }
        let mvex = children(&moov).find(*b"mvex")?;
        let mut tracks = Vec::new();
        for child in children(&moov) {
            let child = child?;
            if child.kind == *b"trak" {
                match track(&moov, &child.body)? {
                    Ok(track) => tracks.push(track),
                    Err(other) => whole.left_out.push(name(other).trim().to_owned()),
                }
            }
            if tracks.len() > MAX_TRACKS {
                return Err(moov.malformed("more tracks than any film has"));
            }
        }
        if tracks.is_empty() {
            return Err(Error::Empty);
        }
        whole.duration_ms = duration(&moov, mvex.as_ref())?;
        let fragmented = mvex.is_some();
        let alone = tracks.len() == 1 && whole.left_out.is_empty();
        Ok(Self {
            progressive: ProgressiveReader::new(input.length()),
            fragments: fragmented.then(|| FragmentReader::new(tracks.len(), alone)),
            moov: bytes,
            tracks,
            inits_given: 0,
            number: 0,
            tracks_of_number: Vec::new(),
        })
    }

    pub(super) fn done(&self) -> u64 {
        let fragments = self.fragments.as_ref().map_or(0, FragmentReader::done);
        self.progressive.done().max(fragments)
    }

    pub(super) fn lost(&self) -> u64 {
        let fragments = self.fragments.as_ref().map_or(0, FragmentReader::lost);
        self.progressive.lost().saturating_add(fragments)
    }

    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        if let Some(track) = self.tracks.get(self.inits_given) {
            buffer.clear();
            buffer.extend_from_slice(&track.init);
            let number = self.inits_given;
            self.inits_given += 1;
            return Ok(Some(FilledSegment {
                track: u8::try_from(number).unwrap_or(u8::MAX),
                kind: SegmentKind::Init,
                start_ms: 0,
                length: buffer.len(),
            }));
        }
        let mut given = self
            .progressive
            .fill(input, &self.moov, &mut self.tracks, buffer)?;
        if given.is_none()
            && let Some(fragments) = &mut self.fragments
        {
            given = fragments.fill(input, &self.tracks, buffer)?;
        }
        Ok(given.map(|given| self.numbered(given, buffer.len())))
    }

    /// Segments of several tracks that come one after the other have one number: they are shown at
    /// the same time. Between two numbers there is one that nobody has: so the start that is told
    /// counts, and a long pause within the movie is no other clock.
    fn numbered(&mut self, given: TrackSegment, length: usize) -> FilledSegment {
        if self.tracks_of_number.contains(&given.track) {
            self.tracks_of_number.clear();
            self.number += 2;
        }
        self.tracks_of_number.push(given.track);
        FilledSegment {
            track: u8::try_from(given.track).unwrap_or(u8::MAX),
            kind: SegmentKind::Media(self.number),
            start_ms: given.start_ms,
            length,
        }
    }
}

/// Reads the body of the first `moov`; answers where in the file it starts.
fn find_index<R: Read + Seek>(input: &mut InputFile<R>, bytes: &mut Vec<u8>) -> Result<u64, Error> {
    let mut position = 0;
    for _ in 0..MAX_BOXES {
        let Some(header) = header_at(input, position)? else {
            break;
        };
        let start = position + header.header_length;
        let left = input.length().saturating_sub(start);
        let body = header.body_length.unwrap_or(left);
        if header.kind == *b"moov" {
            let fail = |problem: &str| Cursor::within("MP4", &[], position).malformed(problem);
            if body > left {
                return Err(fail("the file ends within its index, moov"));
            }
            if body > MAX_INDEX_BYTES {
                return Err(fail("a moov too large"));
            }
            input.read_all(start, usize::try_from(body).unwrap_or(usize::MAX), bytes)?;
            return Ok(start);
        }
        position = match start.checked_add(body) {
            Some(next) if next < input.length() => next,
            _ => break,
        };
    }
    Err(Cursor::within("MP4", &[], input.length())
        .malformed("the index, moov, is missing: the file is cut, or its recording never ended"))
}

/// The header of the box at `position`; `None` where the file has no room for one.
pub(super) fn header_at<R: Read + Seek>(
    input: &mut InputFile<R>,
    position: u64,
) -> Result<Option<BoxHeader>, Error> {
    let bytes = input.peek::<16>(position)?;
    if bytes.len() < 8 {
        return Ok(None);
    }
    read::header(&mut Cursor::within("MP4", &bytes, position)).map(Some)
}

/// Reads a track; answers the type of its handler where it is neither picture nor sound.
fn track(moov: &Cursor<'_>, trak: &Cursor<'_>) -> Result<Result<SplitTrack, FourCc>, Error> {
    let mdia = children(trak).require(*b"mdia")?;
    let mut hdlr = children(&mdia).require(*b"hdlr")?;
    hdlr.skip(8)?;
    let handler = hdlr.array()?;
    if !matches!(&handler, b"vide" | b"soun") {
        return Ok(Err(handler));
    }
    let mut tkhd = children(trak).require(*b"tkhd")?;
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    let id = tkhd.u32()?;
    let (timescale, _) = timed_header(children(&mdia).require(*b"mdhd")?)?;
    let minf = children(&mdia).require(*b"minf")?;
    let stbl = children(&minf).require(*b"stbl")?;
    check_self_contained(&minf)?;
    if handler == *b"soun" {
        check_audio_entry_version(children(&stbl).require(*b"stsd")?)?;
    }
    Ok(Ok(SplitTrack {
        id,
        timescale,
        init: init(moov, trak, id)?,
        table: SampleTable::read(moov, &stbl)?,
    }))
}

/// Timescale and duration of `mvhd` or `mdhd` (ISO/IEC 14496-12 8.2.2, 8.4.2).
fn timed_header(mut header: Cursor<'_>) -> Result<(u32, u64), Error> {
    let (version, _) = version_and_flags(&mut header)?;
    header.versioned(version)?;
    header.versioned(version)?;
    let timescale = header.u32()?;
    if timescale == 0 {
        return Err(header.malformed("a timescale of 0"));
    }
    Ok((timescale, header.versioned(version)?))
}

/// Length of the movie: of fragmented ones `mehd` tells it (ISO/IEC 14496-12 8.8.2).
fn duration(moov: &Cursor<'_>, mvex: Option<&Cursor<'_>>) -> Result<Option<u64>, Error> {
    let Some(mvhd) = children(moov).find(*b"mvhd")? else {
        return Ok(None);
    };
    let (timescale, mut ticks) = timed_header(mvhd)?;
    if let Some(mvex) = mvex
        && let Some(mut mehd) = children(mvex).find(*b"mehd")?
    {
        let (version, _) = version_and_flags(&mut mehd)?;
        ticks = ticks.max(mehd.versioned(version)?);
    }
    let unknown = ticks == 0 || ticks == u64::from(u32::MAX) || ticks == u64::MAX;
    let milliseconds = u128::from(ticks) * 1000 / u128::from(timescale);
    Ok(u64::try_from(milliseconds).ok().filter(|_| !unknown))
}

/// Old movies may point to media in other files (ISO/IEC 14496-12 8.7.2).
fn check_self_contained(minf: &Cursor<'_>) -> Result<(), Error> {
    let Some(dinf) = children(minf).find(*b"dinf")? else {
        return Ok(());
    };
    let Some(mut dref) = children(&dinf).find(*b"dref")? else {
        return Ok(());
    };
    version_and_flags(&mut dref)?;
    dref.u32()?;
    for entry in children(&dref) {
        let (_, flags) = version_and_flags(&mut entry?.body)?;
        if flags & 1 == 0 {
            return Err(Error::Unsupported("media in another file".into()));
        }
    }
    Ok(())
}

/// QuickTime's longer descriptions of sound mean something else in an MP4.
fn check_audio_entry_version(mut stsd: Cursor<'_>) -> Result<(), Error> {
    version_and_flags(&mut stsd)?;
    stsd.u32()?;
    for entry in children(&stsd) {
        let mut entry = entry?;
        // Reserved bytes and the data reference come first.
        entry.body.skip(8)?;
        if entry.body.u16()? != 0 {
            let name = name(entry.kind);
            return Err(Error::Unsupported(format!(
                "sound as QuickTime describes it ({name})"
            )));
        }
    }
    Ok(())
}

/// A `moov` of this track alone, without the places of its samples.
fn init(moov: &Cursor<'_>, trak: &Cursor<'_>, id: u32) -> Result<Vec<u8>, Error> {
    let mvhd = children(moov).find(*b"mvhd")?;
    let mvex = children(moov).find(*b"mvex")?;
    let trex = match &mvex {
        Some(mvex) => defaults(mvex, id)?,
        None => None,
    };
    let mut reduced = Vec::new();
    reduce(&mut reduced, trak, *b"trak")?;
    let mut out = Vec::new();
    boxed(&mut out, *b"moov", |out| {
        if let Some(mvhd) = mvhd {
            boxed(out, *b"mvhd", |out| out.extend_from_slice(mvhd.rest()));
        }
        out.extend_from_slice(&reduced);
        if let Some(trex) = trex {
            boxed(out, *b"mvex", |out| {
                boxed(out, *b"trex", |out| out.extend_from_slice(trex.rest()));
            });
        }
    });
    Ok(out)
}

fn defaults<'a>(mvex: &Cursor<'a>, id: u32) -> Result<Option<Cursor<'a>>, Error> {
    for child in children(mvex) {
        let child = child?;
        let mut body = child.body.clone();
        if child.kind == *b"trex" {
            version_and_flags(&mut body)?;
            if body.u32()? == id {
                return Ok(Some(child.body));
            }
        }
    }
    Ok(None)
}

/// Appends a box of a track with only the children that an initialisation needs.
fn reduce(out: &mut Vec<u8>, body: &Cursor<'_>, kind: FourCc) -> Result<(), Error> {
    let mut inner = Vec::new();
    for child in children(body) {
        let child = child?;
        match (&kind, &child.kind) {
            (b"trak", b"mdia") | (b"mdia", b"minf") | (b"minf", b"stbl") => {
                reduce(&mut inner, &child.body, child.kind)?;
            }
            (b"stbl", b"sgpd" | b"sbgp") if child.body.rest().len() > MAX_SAMPLE_GROUP_BYTES => {}
            (b"trak", b"tkhd" | b"edts")
            | (b"mdia", b"mdhd" | b"hdlr")
            | (b"stbl", b"stsd" | b"sgpd" | b"sbgp") => {
                boxed(&mut inner, child.kind, |out| {
                    out.extend_from_slice(child.body.rest());
                });
            }
            _ => {}
        }
    }
    boxed(out, kind, |out| out.extend_from_slice(&inner));
    Ok(())
}
