//! Verifies one track: that its headers, edit list and sample tables agree.

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

// Children that each box may have (ISO/IEC 14496-12 table 1).
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

/// The header and handler of a track of any kind; time codes and chapters are not read further.
#[derive(Debug)]
pub(super) struct TrackOutline {
    pub(super) header: TrackHeader,
    /// `None` for kinds other than video, audio and captions.
    pub(super) handler: Option<Handler>,
    boxes: Children,
    /// Children of `mdia`.
    media_boxes: Children,
}

/// A verified track.
#[derive(Clone, Debug)]
pub(super) struct CheckedTrack {
    pub(super) handler: Handler,
    pub(super) codec: String,
    /// Presented picture size.
    pub(super) size: Option<(u32, u32)>,
    pub(super) totals: SampleTotals,
    /// CRC-32 of its sample entries.
    sample_entries_crc: u32,
    pub(super) label: TrackLabel,
    /// Duration in `tkhd`, in ticks of the movie.
    stated_end: u64,
    media: TimeHeader,
    edits: Option<Edits>,
    offset: u64,
}

/// Our own movies have a finer timescale than this: that of their finest track.
const MAX_COARSE_TIMESCALE: u32 = 1000;

/// Timescale of the movie, or of a track in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Timescale {
    timescale: u32,
    /// The movie's timescale is coarse.
    coarse: bool,
}

impl Timescale {
    pub(super) fn new(timescale: u32) -> Self {
        Self {
            timescale,
            coarse: timescale <= MAX_COARSE_TIMESCALE,
        }
    }

    /// Returns the timescale of a track in the movie.
    fn of(self, timescale: u32) -> Self {
        Self { timescale, ..self }
    }

    /// Whether two durations are the same within `rounding` ticks.
    ///
    /// Allows a difference of one second if the movie's timescale is coarse: such writers differ in
    /// what they count.
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

    /// Converts ticks of a track to ticks of the movie, rounded to the nearest.
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
        let media_boxes = reader.known(boxes.required(*b"mdia")?, &MEDIA)?;
        let handler = handler(reader, media_boxes.required(*b"hdlr")?)?;
        Ok(Self {
            header,
            handler,
            boxes,
            media_boxes,
        })
    }
}

impl CheckedTrack {
    /// Reads a video, audio or caption track.
    pub(super) fn read<R: Read + Seek>(
        reader: &mut BoxReader<R>,
        outline: &TrackOutline,
        handler: Handler,
        media: &mut MediaRanges,
    ) -> Result<Self, Error> {
        let TrackOutline {
            header,
            boxes,
            media_boxes,
            ..
        } = outline;
        let edits = match boxes.optional(*b"edts")? {
            Some(edts) => {
                let list = reader.children(edts.body.clone())?;
                Some(edits(reader, list.required(*b"elst")?)?)
            }
            None => None,
        };
        let (time_header, language) = media_header(reader, media_boxes.required(*b"mdhd")?)?;
        let tag = match media_boxes.optional(*b"elng")? {
            Some(elng) => extended_language(reader, elng)?,
            None => 0,
        };
        let minf = reader.known(media_boxes.required(*b"minf")?, &INFORMATION)?;
        let references = information(reader, &minf, handler)?;
        let stbl = reader.known(minf.required(*b"stbl")?, &TABLES)?;
        let descriptions = descriptions(reader, stbl.required(*b"stsd")?, references)?;
        let totals = samples::count(reader, &stbl, descriptions.entries, media)?;
        groups::check(reader, &stbl, totals.samples)?;
        descriptions.check_samples(reader, &totals.first)?;
        let SampleDescriptions {
            codec, checksum, ..
        } = descriptions;
        let has_size = handler == Handler::Video && header.size != (0, 0);
        Ok(Self {
            handler,
            codec,
            size: has_size.then_some(header.size),
            totals,
            sample_entries_crc: checksum,
            label: TrackLabel {
                language,
                tag,
                enabled: header.enabled,
                group: header.alternate_group,
            },
            stated_end: header.duration,
            media: time_header,
            edits,
            offset: media_boxes.parent_start,
        })
    }

    /// Returns the digest of the samples, their codec configuration and their timing.
    pub(super) fn digest(&self, clock: Timescale) -> u64 {
        let edits = self.edits.unwrap_or_default();
        let record = TrackRecord {
            movie_timescale: clock.timescale,
            timescale: self.media.timescale,
            empty: edits.empty,
            end: self.stated_end,
            media_time: edits.media.map_or(0, |edit| edit.media_time),
            sample_entries_crc: self.sample_entries_crc,
            label: self.label,
        };
        self.totals.digest.with_track(record).value()
    }

    /// Returns the presentation duration of the track, in ticks of the movie. Fails if its headers,
    /// edit list and samples disagree.
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
        let total = match self.edits {
            Some(edits) => edits.duration,
            None => length,
        };
        if !clock.agree(self.stated_end, total, 0) {
            let problem = format!("tkhd tells {} ticks, the edits {total}", self.stated_end);
            return Err(malformed(self.offset, problem));
        }
        // The edit may end before the samples, but not after them. With several edits, the last one
        // need not be the one at the end of the track.
        let left = clock.scale(end.saturating_sub(start), timescale);
        let beyond = length > left && !clock.agree(left, length, 1);
        if start > end || !edits.has_several_parts && beyond {
            let problem = format!("an edit of {length} ticks, {left} are there");
            return Err(malformed(self.offset, problem));
        }
        Ok(total.saturating_sub(edits.empty))
    }
}

/// Verifies the media header and the data references (8.7.2). Returns the number of references.
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
    // Graphics mode or balance: default.
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
    // One data reference, to this file.
    if body.rest() != b"\0\0\0\0\0\0\0\x01\0\0\0\x0curl \0\0\0\x01" {
        return Err(body.malformed("the media is not in this file alone"));
    }
    body.skip(4)?;
    Ok(1)
}
