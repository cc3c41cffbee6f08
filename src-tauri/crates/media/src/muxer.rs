//! What becomes what, and the contract between the engine and a container writer.

use std::io::{Read, Seek, Write};

use crate::{
    Captions, Content, Error, SegmentFingerprint, Tags, TrackKind,
    flv::{self, write::FlvMuxer},
    fmp4,
    mp4::write::Mp4Muxer,
    timestamps::{self, TimestampFormat},
    ts,
};

/// What the pieces of a recording are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentFormat {
    /// Small FLV files, or bare FLV tags; both tracks in one piece.
    Flv,
    /// Fragmented MP4: an initialisation piece for each track, then `moof` + `mdat` pieces.
    Fmp4,
    /// MPEG transport stream, or bare AAC or MP3 behind an ID3 timestamp, as HLS has them; both
    /// tracks in one piece.
    Ts,
}

impl SegmentFormat {
    /// How its timestamps count, where they have so few bits that they wrap.
    pub(crate) fn timestamp_format(self) -> Option<TimestampFormat> {
        match self {
            Self::Flv => Some(timestamps::FLV),
            Self::Ts => Some(timestamps::TS),
            Self::Fmp4 => None,
        }
    }
}

/// What the finished file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// A progressive MP4 with its index in front where it fits.
    Mp4,
    /// One FLV with continuous timestamps and a keyframe index.
    Flv,
}

impl OutputFormat {
    /// In which order its muxer takes the pieces.
    pub fn order(self) -> SegmentOrder {
        match self {
            Self::Mp4 => SegmentOrder::Arrival,
            Self::Flv => SegmentOrder::Presentation,
        }
    }
}

/// In which order a muxer takes the pieces of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentOrder {
    /// As they come, an initialisation piece before the others of its track.
    Arrival,
    /// As they are shown.
    Presentation,
}

/// Which piece of a track. Sorts in the order of presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentKind {
    /// The initialisation piece (`ftyp` + `moov`).
    Init,
    /// The media piece of this number.
    Media(u64),
}

/// One fetched piece.
#[derive(Clone, Copy, Debug)]
pub struct SegmentData<'a> {
    /// The track of the plan it belongs to: 0, 1, …
    ///
    /// A fragmented MP4 with several tracks in its pieces is pushed once for each of them, its
    /// initialisation first: 0 takes the first of [`crate::fmp4::Init::all`], 1 the second, ….
    pub track: u8,
    /// Which piece of that track.
    pub kind: SegmentKind,
    /// Where the plan says it starts, from the start of the recording. Used where the clock of
    /// the pieces starts again or each track has its own, so that a missing piece stays a gap and
    /// shifts nothing. A film whose first pieces are missing starts with that gap.
    pub start_ms: u64,
    /// The whole body.
    pub data: &'a [u8],
}

/// A sound of the film, by what the plan says of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioSpec {
    /// The track of the plan in whose pieces it comes.
    pub track: u8,
    /// Its language, as a tag of BCP 47; what the pieces say of it where there is none.
    pub language: Option<String>,
}

/// What is known of the film before its first piece.
#[derive(Clone, Debug, Default)]
pub struct MovieSpec {
    /// Text and cover for the file.
    pub tags: Tags,
    /// The sounds that it shall have, where the plan says so: those with the pictures and beside
    /// them, of which an MP4 plays the first track unasked. What else the pieces hold is left out.
    pub audio: Vec<AudioSpec>,
    /// Captions, the preferred ones first; at most 32 of them become tracks of an MP4, each to be
    /// chosen by the person. An FLV has no place for them.
    pub captions: Vec<Captions>,
    /// Length that the service states, for the room that is kept for the index.
    pub duration_ms: Option<u64>,
    /// How many pieces the plan holds, over all tracks.
    pub segment_count: u32,
}

/// All that a muxer starts from.
#[derive(Clone, Debug)]
pub struct MuxerConfig<'a> {
    /// What the pieces are.
    pub segment_format: SegmentFormat,
    /// What the file shall be.
    pub output_format: OutputFormat,
    /// What is known of the film.
    pub movie: MovieSpec,
    /// Fragments of an earlier attempt, in the order in which they were appended; empty at first.
    /// Where the order is [`Order::Arrival`], any of them may be left out: the bytes that they had
    /// stay unused. The output must have been cut to [`journal::end`](crate::journal::end).
    pub journal: &'a [TableFragment],
}

/// What the index must know of one piece, and what vouches for its bytes; small and without them.
///
/// It is the unit of the journal: a piece is there exactly when its fragment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFragment {
    /// The track of the plan.
    pub track: u8,
    /// Which piece of that track.
    pub kind: SegmentKind,
    /// Where the plan says the piece starts, in milliseconds.
    pub start_ms: u64,
    /// Where the bytes that this segment added to the output start: behind those of the fragment
    /// before, or behind the head of the file, which is written again when the file is finished.
    pub output_start: u64,
    /// Length of the output after this piece, in bytes.
    pub output_end: u64,
    /// CRC-32 of the output from `output_start` to `output_end`.
    pub checksum: u32,
    /// Which version of the segment it was made of.
    pub fingerprint: SegmentFingerprint,
    /// What media the segment holds.
    pub content: Content,
    /// The tables of the piece, in the muxer's own layout.
    pub(crate) tables: Vec<u8>,
}

impl TableFragment {
    /// A byte range of a file that is put together as it is, and needs no index: `data` was
    /// written to the output from `output_start` on.
    pub fn for_byte_range(
        kind: SegmentKind,
        start_ms: u64,
        output_start: u64,
        data: &[u8],
    ) -> Self {
        let fingerprint = SegmentFingerprint::of(data);
        Self {
            track: 0,
            kind,
            start_ms,
            output_start,
            output_end: output_start.saturating_add(fingerprint.size_bytes),
            checksum: fingerprint.checksum,
            fingerprint,
            content: Content {
                partial: true,
                ..Content::default()
            },
            tables: Vec::new(),
        }
    }

    /// How many bytes of the output are this segment's.
    pub fn output_bytes(&self) -> u64 {
        self.output_end.saturating_sub(self.output_start)
    }
}

/// A stretch of time without media.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gap {
    /// Where it starts, from the start of the film.
    pub start_ms: u64,
    /// How long it lasts.
    pub duration_ms: u64,
}

/// One track of a finished file.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackSummary {
    /// Picture or sound.
    pub kind: TrackKind,
    /// Four-character code of the sample entry, or the FLV codec's name: `avc1`, `mp4a`, …
    pub codec: String,
    /// How many samples (packets) it has.
    pub samples: u64,
    /// From its first sample to the end of its last.
    pub duration_ms: u64,
    /// Picture size in pixels, where it is known.
    pub size: Option<(u32, u32)>,
    /// A sum over place, size, times and kind of every sample, and in an MP4 over its set-up and
    /// over when the track is shown and how it is offered: the muxer and [`check()`](crate::check()) agree on it only
    /// where all of them are the same.
    pub digest: u64,
}

/// One track of captions of a finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptionsSummary {
    /// Its language in three letters (ISO 639-2/T): `deu`, or `und` where nobody says which.
    pub language: String,
    /// How many samples it has, pauses included.
    pub samples: u64,
    /// As [`TrackSummary::digest`].
    pub digest: u64,
}

/// What a finished file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Length of the film.
    pub duration_ms: u64,
    /// Size of the file.
    pub size_bytes: u64,
    /// Its tracks of picture and sound.
    pub tracks: Vec<TrackSummary>,
    /// Its tracks of captions.
    pub captions: Vec<CaptionsSummary>,
}

/// Takes pieces, appends their media to the output, and makes the index at the end.
pub trait Muxer: Send {
    /// In which order it takes the pieces of a track.
    fn order(&self) -> SegmentOrder;

    /// Appends one piece. When it answers, every byte has been handed to the output.
    ///
    /// After an error the output may hold the beginning of the piece; cut it to where the last
    /// good piece ends and make a new muxer.
    ///
    /// Fails with [`Error::Changed`] if somebody else has made the output longer or shorter.
    fn push(&mut self, piece: SegmentData<'_>) -> Result<TableFragment, Error>;

    /// Forgets what it knows of an init segment that will be pushed again. Its fragment is not
    /// given to [`Self::finish`]. Only for [`Order::Arrival`].
    fn forget(&mut self, _track: u8, _part: SegmentKind) {}

    /// Writes the index over `fragments`: all that were ever answered, in any order.
    fn finish(self: Box<Self>, fragments: Vec<TableFragment>) -> Result<Summary, Error>;
}

/// The table of what becomes what.
///
/// `output` is empty at first; to go on, it is cut to where the journal ends.
/// Fails with [`Error::Unsupported`] where a pair is not in the table.
pub fn muxer<O>(making: MuxerConfig<'_>, output: O) -> Result<Box<dyn Muxer>, Error>
where
    O: Read + Write + Seek + Send + 'static,
{
    match (making.segment_format, making.output_format) {
        (_, OutputFormat::Mp4) => Ok(Box::new(Mp4Muxer::new(making, output)?)),
        (SegmentFormat::Flv, OutputFormat::Flv) => Ok(Box::new(FlvMuxer::new(making, output)?)),
        (SegmentFormat::Fmp4, OutputFormat::Flv) => {
            Err(Error::Unsupported("an FLV made of fragmented MP4".into()))
        }
        (SegmentFormat::Ts, OutputFormat::Flv) => {
            Err(Error::Unsupported("an FLV made of MPEG-TS".into()))
        }
    }
}

/// Whether a body starts as such a piece does: tells media from a web page that says "not found".
pub fn sniff(source: SegmentFormat, part: SegmentKind, data: &[u8]) -> bool {
    match source {
        SegmentFormat::Flv => flv::tag::sniff(data),
        SegmentFormat::Fmp4 => fmp4::sniff(data, part == SegmentKind::Init),
        SegmentFormat::Ts => ts::sniff(data),
    }
}

/// Reads a body to its end, as far as that can be done without the pieces before it: a piece that
/// arrived damaged is known before it counts.
///
/// Returns what media it holds. A media segment with `samples == 0` that is not `partial` holds
/// none, whatever its headers promise.
pub fn probe(source: SegmentFormat, part: SegmentKind, data: &[u8]) -> Result<Content, Error> {
    match source {
        SegmentFormat::Flv => flv::probe(data),
        SegmentFormat::Fmp4 => fmp4::probe(data, part == SegmentKind::Init),
        SegmentFormat::Ts => ts::probe(data),
    }
}
