//! The interface of the muxers: input and output formats, the [`Muxer`] trait, and its results.

use std::io::{Read, Seek, Write};

use crate::{
    Captions, Content, Error, Fact, SegmentFingerprint, Tags, TrackKind,
    flv::{self, write::FlvMuxer},
    fmp4,
    mp4::write::Mp4Muxer,
    timestamps::{self, TimestampFormat},
    ts,
};

/// The container format of the segments of a recording.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentFormat {
    /// Small FLV files, or FLV tags without a file header; both tracks in one segment.
    Flv,
    /// Fragmented MP4: an init segment for each track, then segments of `moof` + `mdat`.
    Fmp4,
    /// MPEG transport stream with both tracks in one segment, or packed audio: AAC or MP3 after
    /// an ID3 timestamp (RFC 8216 3.2, 3.4).
    Ts,
}

impl SegmentFormat {
    /// Returns how its timestamps count, or `None` if they have too many bits to wrap.
    pub(crate) fn timestamp_format(self) -> Option<TimestampFormat> {
        match self {
            Self::Flv => Some(timestamps::FLV),
            Self::Ts => Some(timestamps::TS),
            Self::Fmp4 => None,
        }
    }
}

/// The container format of the finished file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputFormat {
    /// A progressive MP4, its `moov` before the media if the reserved bytes suffice.
    Mp4,
    /// One FLV with continuous timestamps and a keyframe index.
    Flv,
}

impl OutputFormat {
    /// Returns the order in which its muxer takes the segments.
    pub fn order(self) -> SegmentOrder {
        match self {
            Self::Mp4 => SegmentOrder::Arrival,
            Self::Flv => SegmentOrder::Presentation,
        }
    }
}

/// The order in which a muxer takes the segments of a track.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentOrder {
    /// Any order, but the init segment before the media segments of its track.
    Arrival,
    /// By presentation time.
    Presentation,
}

/// Identifies a segment of a track. Sorts in the order of presentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SegmentKind {
    /// The init segment (`ftyp` + `moov`).
    Init,
    /// The media segment with this number.
    Media(u64),
}

/// One fetched segment.
#[derive(Clone, Copy, Debug)]
pub struct SegmentData<'a> {
    /// The track of the download plan it belongs to: 0, 1, …
    ///
    /// Push a fragmented MP4 segment that holds several tracks once for each of them, the init
    /// segment first: 0 takes the first of [`crate::fmp4::Init::all`], 1 the second, ….
    pub track: u8,
    /// Which segment of that track.
    pub kind: SegmentKind,
    /// Planned start, in milliseconds from the start of the recording. Used if the timestamps
    /// restart or each track has its own clock, so that a missing segment stays a gap and shifts
    /// nothing. If the first segments are missing, the movie starts with a gap.
    pub start_ms: u64,
    /// The whole body.
    pub data: &'a [u8],
}

/// An audio track of the movie, as the download plan describes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AudioSpec {
    /// The track of the download plan whose segments hold it.
    pub track: u8,
    /// Its language as a BCP 47 tag. `None` takes the language that the segments state.
    pub language: Option<String>,
}

/// What an MP4 says of itself in `ftyp`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Mp4Brand {
    /// A movie (`isom`), the default.
    #[default]
    Movie,
    /// Audio alone (`M4A `), for files called `.m4a`.
    Audio,
}

/// A time range of a recording, in milliseconds from its start as a player of the whole movie shows
/// them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct TimeRange {
    /// Where it starts.
    pub from_ms: u64,
    /// Where it ends, behind its start; `None` for the end of the recording.
    pub to_ms: Option<u64>,
}

/// What is known about the movie before its first segment.
#[derive(Clone, Debug, Default)]
pub struct MovieSpec {
    /// Text and cover for the file.
    pub tags: Tags,
    /// Brand of an MP4. If it has video, it is [`Mp4Brand::Movie`] in any case.
    pub brand: Mp4Brand,
    /// The audio tracks that the download plan names, both those multiplexed with the video and
    /// separate ones. If it names any, other audio in MPEG-TS segments is left out. An MP4 plays
    /// the first audio track by default.
    pub audio: Vec<AudioSpec>,
    /// Captions, the preferred ones first; at most 32 of them become tracks of an MP4, all off by
    /// default. An FLV cannot hold captions; its muxer ignores them.
    pub captions: Vec<Captions>,
    /// Duration that the service states in milliseconds, to reserve bytes for the index.
    pub duration_ms: Option<u64>,
    /// Number of segments in the download plan, over all tracks.
    pub segment_count: u32,
    /// The time range of the recording that the movie presents; `None` for all of it. Push the
    /// segments that hold it, and the first of each track too: without that, the planned start of
    /// the others tells when the recording starts, less exactly.
    ///
    /// An MP4 presents the range to the millisecond, by its edit lists. An FLV starts when it starts
    /// and presents all that is pushed: push only segments that begin in the range.
    pub range: Option<TimeRange>,
}

/// The input of [`muxer()`].
#[derive(Clone, Debug)]
pub struct MuxerConfig<'a> {
    /// Format of the segments.
    pub segment_format: SegmentFormat,
    /// Format of the finished file.
    pub output_format: OutputFormat,
    /// What is known about the movie.
    pub movie: MovieSpec,
    /// Fragments of an earlier attempt, in the order in which they were appended; empty at first.
    /// `None` if no journal is kept, since an interrupted movie is made again from its start:
    /// fragments then have no fingerprints.
    ///
    /// If the order is [`SegmentOrder::Arrival`], any of them may be left out: their bytes in the
    /// output stay unused. Truncate the output to
    /// [`journal::output_end`](crate::journal::output_end) before.
    pub journal: Option<&'a [TableFragment]>,
}

/// What the index needs from one segment, and checksums of its bytes, but not the bytes.
///
/// It is the unit of the journal: a segment is saved if and only if its fragment is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableFragment {
    /// The track of the download plan.
    pub track: u8,
    /// Which segment of that track.
    pub kind: SegmentKind,
    /// Planned start, in milliseconds from the start of the recording.
    pub start_ms: u64,
    /// Start of the output byte range that this segment added: after the range of the fragment
    /// before, or after the file header, which is rewritten when the file is finished.
    pub output_start: u64,
    /// End of that byte range: the length of the output after this segment.
    pub output_end: u64,
    /// CRC-32 of the output from `output_start` to `output_end`.
    pub checksum: u32,
    /// The version of the segment that was fetched; the default without a journal.
    pub fingerprint: SegmentFingerprint,
    /// What media the segment holds.
    pub content: Content,
    /// What of this segment was lost, left out or changed, as far as it shows without the others.
    pub facts: Vec<Fact>,
    /// The sample tables of the segment, in the muxer's own layout.
    pub(crate) tables: Vec<u8>,
}

impl TableFragment {
    /// Returns the fragment of a byte range of a file that is copied unchanged and needs no index:
    /// `data` was written to the output at `output_start`.
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
            facts: Vec::new(),
        }
    }

    /// Returns the number of bytes that this segment added to the output.
    pub fn output_bytes(&self) -> u64 {
        self.output_end.saturating_sub(self.output_start)
    }
}

/// One track of a finished file.
#[derive(Clone, Debug, PartialEq)]
pub struct TrackSummary {
    /// Video or audio.
    pub kind: TrackKind,
    /// Four-character code of the MP4 sample entry (`avc1`, `mp4a`, …), or the name of the FLV
    /// codec.
    pub codec: String,
    /// Number of samples.
    pub samples: u64,
    /// Time from the start of its first sample to the end of its last, in milliseconds.
    pub duration_ms: u64,
    /// Width and height of the video in pixels, if known.
    pub size: Option<(u32, u32)>,
    /// Digest of position, size, times and sync flag of every sample, and in an MP4 of its codec
    /// configuration, edit list, language and default flags. The muxer and
    /// [`check()`](crate::check()) return the same value only if all of these are equal.
    pub digest: u64,
}

/// One track of captions of a finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaptionsSummary {
    /// Its language as an ISO 639-2/T code: `deu`, or `und` if unknown.
    pub language: String,
    /// Number of samples, pauses included.
    pub samples: u64,
    /// As [`TrackSummary::digest`].
    pub digest: u64,
}

/// What a finished file holds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Duration of the movie in milliseconds.
    pub duration_ms: u64,
    /// Size of the file.
    pub size_bytes: u64,
    /// Its video and audio tracks.
    pub tracks: Vec<TrackSummary>,
    /// Its tracks of captions.
    pub captions: Vec<CaptionsSummary>,
    /// What was lost, left out or changed between the segments and the file, by time; at most about
    /// a thousand, the last of a kind sums the rest. Only the muxer knows them:
    /// [`check()`](crate::check()) returns none.
    pub facts: Vec<Fact>,
}

impl Summary {
    /// Returns the summary without its facts, as [`check()`](crate::check()) returns it for the
    /// same file.
    #[must_use]
    pub fn without_facts(self) -> Self {
        Self {
            facts: Vec::new(),
            ..self
        }
    }
}

/// Takes segments, appends their media to the output, and writes the index at the end.
pub trait Muxer: Send {
    /// Returns the order in which it takes the segments of a track.
    fn order(&self) -> SegmentOrder;

    /// Says that the next segment is the first of another file. That its clock starts again is
    /// expected and no [`Fact`].
    fn begin_part(&mut self) {}

    /// Appends one segment. When it returns, every byte has been written to the output.
    ///
    /// After an error the output may hold the beginning of the segment; truncate it to the end of
    /// the last fragment and make a new muxer.
    ///
    /// Fails with [`Error::Changed`] if another program has made the output longer or shorter,
    /// with [`Error::InitMissing`] if a media segment comes before its init segment, and with
    /// [`Error::Malformed`], [`Error::Unsupported`] or [`Error::Encrypted`] if the segment cannot
    /// be demuxed.
    fn push(&mut self, segment: SegmentData<'_>) -> Result<TableFragment, Error>;

    /// Forgets an init segment that will be pushed again; do not pass its fragment to
    /// [`Self::finish`]. Only for [`SegmentOrder::Arrival`].
    fn forget(&mut self, _track: u8, _kind: SegmentKind) {}

    /// Returns what is wrong with the segments that were pushed, if the movie made of them cannot
    /// pass [`check()`](crate::check()) for that reason. Ask before [`Self::finish`].
    fn input_problem(&self) -> Option<Error> {
        None
    }

    /// Writes the index over `fragments`: those of all segments, in any order.
    ///
    /// Fails with [`Error::Empty`] if no segment held media.
    fn finish(self: Box<Self>, fragments: Vec<TableFragment>) -> Result<Summary, Error>;
}

/// Returns the muxer for a pair of formats.
///
/// `output` is empty at first; to resume, truncate it to
/// [`journal::output_end`](crate::journal::output_end) of `config.journal`.
/// Fails with [`Error::Unsupported`] if the pair of formats is not supported.
pub fn muxer<O>(config: MuxerConfig<'_>, output: O) -> Result<Box<dyn Muxer>, Error>
where
    O: Read + Write + Seek + Send + 'static,
{
    match (config.segment_format, config.output_format) {
        (_, OutputFormat::Mp4) => Ok(Box::new(Mp4Muxer::new(config, output)?)),
        (SegmentFormat::Flv, OutputFormat::Flv) => Ok(Box::new(FlvMuxer::new(config, output)?)),
        (SegmentFormat::Fmp4, OutputFormat::Flv) => {
            Err(Error::Unsupported("an FLV made of fragmented MP4".into()))
        }
        (SegmentFormat::Ts, OutputFormat::Flv) => {
            Err(Error::Unsupported("an FLV made of MPEG-TS".into()))
        }
    }
}

/// Returns whether a body starts like a segment of this format, and not like an error page.
pub fn sniff(format: SegmentFormat, kind: SegmentKind, data: &[u8]) -> bool {
    match format {
        SegmentFormat::Flv => flv::tag::sniff(data),
        SegmentFormat::Fmp4 => fmp4::sniff(data, kind == SegmentKind::Init),
        SegmentFormat::Ts => ts::sniff(data),
    }
}

/// Demuxes a body as far as that is possible without the segments before it, to find damage.
///
/// Returns what media it holds: a media segment with `samples == 0` that is not `partial` holds
/// none, whatever its headers say. Fails as [`Muxer::push`] does if it cannot be demuxed.
pub fn probe(format: SegmentFormat, kind: SegmentKind, data: &[u8]) -> Result<Content, Error> {
    match format {
        SegmentFormat::Flv => flv::probe(data),
        SegmentFormat::Fmp4 => fmp4::probe(data, kind == SegmentKind::Init),
        SegmentFormat::Ts => ts::probe(data),
    }
}
