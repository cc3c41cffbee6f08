//! One track: its headers, its tables, and that they tell the same.

use std::io::{Read, Seek};

use super::{
    groups,
    header::{
        Edits, TimeHeader, TrackHeader, edits, extended_language, handler, media_header,
        track_header,
    },
    media_ranges::MediaRanges,
    reader::{BoxReader, Children, LocatedBox, malformed},
    sample_descriptions::{SampleDescriptions, descriptions},
    samples::{self, SampleTotals},
};
use crate::{
    Error,
    boxes::FourCc,
    cursor::Cursor,
    digest::{TrackLabel, TrackRecord},
    handler::Handler,
};

// What each box may hold (ISO/IEC 14496-12 table 1).
const TRACK: [&FourCc; 9] = [
    b"tkhd", b"edts", b"mdia", b"tref", b"udta", b"meta", b"trgr", b"free", b"uuid",
];
const MEDIA: [&FourCc; 5] = [b"mdhd", b"hdlr", b"minf", b"elng", b"free"];
const INFORMATION: [&FourCc; 7] = [
    b"vmhd", b"smhd", b"nmhd", b"dinf", b"stbl", b"hdlr", b"free",
];
const TABLES: [&FourCc; 16] = [
    b"stsd", b"stts", b"ctts", b"cslg", b"stss", b"stsc", b"stsz", b"stco", b"co64", b"sgpd",
    b"sbgp", b"sdtp", b"subs", b"saiz", b"saio", b"free",
];

/// What a track of any kind tells: of time codes and chapters no more is read.
#[derive(Debug)]
pub(super) struct TrackOutline {
    pub(super) header: TrackHeader,
    /// Picture, sound, captions, or something else.
    pub(super) handler: Option<Handler>,
    boxes: Children,
    /// What is in its `mdia`.
    media_boxes: Children,
}

/// What a track tells.
#[derive(Clone, Debug)]
pub(super) struct CheckedTrack {
    pub(super) handler: Handler,
    pub(super) codec: String,
    /// Picture size as it is shown.
    pub(super) size: Option<(u32, u32)>,
    pub(super) totals: SampleTotals,
    /// CRC-32 of its sample entries.
    sample_entries_crc: u32,
    pub(super) label: TrackLabel,
    /// Where it ends by its header, in ticks of the movie.
    stated_end: u64,
    media: TimeHeader,
    edits: Option<Edits>,
    offset: u64,
}

/// Films that are made here count finer than this: as their finest track does.
const MAX_COARSE_TIMESCALE: u32 = 1000;

/// The clock of the movie, or of a track in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timescale {
    timescale: u32,
    /// The movie's is.
    coarse: bool,
}

impl Timescale {
    pub(super) fn new(timescale: u32) -> Self {
        Self {
            timescale,
            coarse: timescale <= MAX_COARSE_TIMESCALE,
        }
    }

    /// That of a track.
    fn of(self, timescale: u32) -> Self {
        Self { timescale, ..self }
    }

    /// Whether two statements mean the same; `rounding` is by how much one must be off.
    ///
    /// Writers whose clock is coarse differ in what they count, and may be off by a second.
    pub(super) fn agree(self, one: u64, other: u64, rounding: u64) -> bool {
        let slack = if self.coarse {
            u64::from(self.timescale)
        } else {
            rounding
        };
        one.abs_diff(other) <= slack
    }

    pub(super) fn milliseconds(self, ticks: u64) -> u64 {
        ticks.saturating_mul(1000) / u64::from(self.timescale)
    }

    /// Ticks of a track in ticks of the movie.
    fn scale(self, ticks: u64, timescale: u32) -> u64 {
        let scaled = u128::from(ticks) * u128::from(self.timescale);
        let rounded = (scaled + u128::from(timescale) / 2) / u128::from(timescale);
        u64::try_from(rounded).unwrap_or(u64::MAX)
    }
}

impl TrackOutline {
    pub(super) fn read<R: Read + Seek>(
        reader: &mut BoxReader<R>,
        trak: &LocatedBox,
    ) -> Result<Self, Error> {
        let boxes = reader.known(trak, &TRACK)?;
        let header = track_header(reader, boxes.required(*b"tkhd")?)?;
        let parts = reader.known(boxes.required(*b"mdia")?, &MEDIA)?;
        let handler = handler(reader, parts.required(*b"hdlr")?)?;
        Ok(Self {
            header,
            handler,
            boxes,
            media_boxes: parts,
        })
    }
}

impl CheckedTrack {
    /// Reads a track of picture, sound or captions.
    pub(super) fn read<R: Read + Seek>(
        reader: &mut BoxReader<R>,
        heading: &TrackOutline,
        handler: Handler,
        media: &mut MediaRanges,
    ) -> Result<Self, Error> {
        let TrackOutline {
            header,
            boxes,
            media_boxes: parts,
            ..
        } = heading;
        let edits = match boxes.optional(*b"edts")? {
            Some(edts) => {
                let list = reader.children(edts.body.clone())?;
                Some(edits(reader, list.required(*b"elst")?)?)
            }
            None => None,
        };
        let (header_of_media, language) = media_header(reader, parts.required(*b"mdhd")?)?;
        let tag = match parts.optional(*b"elng")? {
            Some(elng) => extended_language(reader, elng)?,
            None => 0,
        };
        let minf = reader.known(parts.required(*b"minf")?, &INFORMATION)?;
        let references = information(reader, &minf, handler)?;
        let stbl = reader.known(minf.required(*b"stbl")?, &TABLES)?;
        let setup = descriptions(reader, stbl.required(*b"stsd")?, references)?;
        let counted = samples::count(reader, &stbl, setup.entries, media)?;
        groups::check(reader, &stbl, counted.samples)?;
        setup.check_samples(reader, &counted.first)?;
        let SampleDescriptions {
            codec, checksum, ..
        } = setup;
        let shown = handler == Handler::Video && header.size != (0, 0);
        Ok(Self {
            handler,
            codec,
            size: Some(header.size).filter(|_| shown),
            totals: counted,
            sample_entries_crc: checksum,
            label: TrackLabel {
                language,
                tag,
                enabled: header.enabled,
                group: header.alternate_group,
            },
            stated_end: header.duration,
            media: header_of_media,
            edits,
            offset: parts.parent_start,
        })
    }

    /// The sum over its samples, their coding and their timing.
    pub(super) fn digest(&self, clock: Timescale) -> u64 {
        let edits = self.edits.unwrap_or_default();
        let whole = TrackRecord {
            movie_timescale: clock.timescale,
            timescale: self.media.timescale,
            empty: edits.empty,
            end: self.stated_end,
            media_time: edits.media.map_or(0, |edit| edit.media_time),
            sample_entries_crc: self.sample_entries_crc,
            label: self.label,
        };
        self.totals.digest.with_track(whole).value()
    }

    /// How long the track is shown, in ticks of the movie: as its header, its edits and its
    /// samples tell.
    pub(super) fn shown_duration(&self, clock: Timescale) -> Result<u64, Error> {
        let TimeHeader {
            timescale,
            duration,
        } = self.media;
        let counted = self.totals.duration;
        if !clock.of(timescale).agree(duration, counted, 0) {
            let problem = format!("mdhd tells {duration} ticks, stts {counted}");
            return Err(malformed(self.offset, problem));
        }
        let end = self.totals.end.max(0).unsigned_abs();
        let edits = self.edits.unwrap_or_default();
        let (start, length) = match edits.media {
            Some(edit) => (edit.media_time, edit.duration),
            None => (0, clock.scale(end, timescale)),
        };
        let told = match self.edits {
            Some(edits) => edits.duration,
            None => length,
        };
        if !clock.agree(self.stated_end, told, 0) {
            let problem = format!("tkhd tells {} ticks, the edits {told}", self.stated_end);
            return Err(malformed(self.offset, problem));
        }
        // An edit may end before the samples do, but never behind them. Only one that shows a track
        // in several parts says nothing of its end.
        let left = clock.scale(end.saturating_sub(start), timescale);
        let beyond = length > left && !clock.agree(left, length, 1);
        if start > end || !edits.has_several_parts && beyond {
            let problem = format!("an edit of {length} ticks, {left} are there");
            return Err(malformed(self.offset, problem));
        }
        Ok(told.saturating_sub(edits.empty))
    }
}

/// The header of the kind of media, and how many places its data may lie in (8.7.2).
fn information<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    minf: &Children,
    handler: Handler,
) -> Result<u16, Error> {
    let (header, flags, length) = match handler {
        Handler::Video => (*b"vmhd", 1, 8),
        Handler::Audio => (*b"smhd", 0, 4),
        Handler::Text => (*b"nmhd", 0, 0),
    };
    let header = minf.required(header)?;
    let start = header.body.start;
    let bytes = reader.read_body(header)?;
    // How pictures are laid over each other, or left and right are balanced: as they are.
    let [first, rest @ ..] = bytes.as_chunks::<4>().0 else {
        return Err(malformed(start, "an empty header"));
    };
    if u32::from_be_bytes(*first) != flags || rest.as_flattened() != &[0_u8; 8][..length] {
        return Err(malformed(start, "an unusual header of the media"));
    }
    let dinf = reader.children(minf.required(*b"dinf")?.body.clone())?;
    let dref = dinf.required(*b"dref")?;
    let bytes = reader.read_body(dref)?;
    let mut body = Cursor::within("MP4", &bytes, dref.body.start);
    // One place, and that is this file.
    if body.rest() != b"\0\0\0\0\0\0\0\x01\0\0\0\x0curl \0\0\0\x01" {
        return Err(body.malformed("the media is not in this file alone"));
    }
    body.skip(4)?;
    Ok(1)
}
