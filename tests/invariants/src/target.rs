//! Runs `media` on an input and checks the result.

use std::{io::Cursor, ops::ControlFlow};

use kit::{memory_file::MemoryFile, segment::OwnedSegment};
use media::{
    Error, Fact, MovieSplitter, OutputFormat, SegmentFormat, Summary, TrackKind, check, examine,
};

use crate::{
    assembly::{AssemblyResult, assemble},
    captions,
    flv::{self, FlvReading},
    input::FuzzInput,
    journal,
    mp4::{self, ParsedTrack},
};

/// Problems that `check` finds in a first frame whose NAL units are damaged.
const NAL_UNIT_PROBLEMS: [&str; 3] = [
    "a unit without its length",
    "a sample that starts with an empty unit",
    "a unit beyond its sample",
];

/// Entry points of `media` for bytes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Assembles FLV segments as MP4 and as FLV.
    Flv,
    /// Assembles fragmented MP4 as MP4.
    Fmp4,
    /// Assembles transport streams as MP4.
    Ts,
    /// Splits a movie file into segments, and assembles those as MP4.
    Split,
    /// Verifies a finished file.
    Check,
    /// Reads a journal and resumes from it.
    Journal,
    /// Reads a file of captions and writes it in each format.
    Captions,
}

impl Target {
    /// Runs one input.
    ///
    /// # Panics
    ///
    /// Panics if a property is violated.
    pub fn run(self, bytes: &[u8]) {
        match self {
            Self::Flv => {
                let input = FuzzInput::read(bytes).into_single_track();
                to_mp4(SegmentFormat::Flv, &input);
                to_flv(&input);
            }
            Self::Fmp4 => to_mp4(SegmentFormat::Fmp4, &FuzzInput::read(bytes)),
            Self::Ts => to_mp4(
                SegmentFormat::Ts,
                &FuzzInput::read(bytes).into_single_track(),
            ),
            Self::Split => split(bytes),
            Self::Check => {
                if let Ok(summary) = check(Cursor::new(bytes)) {
                    assert_eq!(summary.size_bytes, bytes.len() as u64);
                    assert!(summary.tracks.iter().any(|track| track.samples > 0));
                }
            }
            Self::Journal => {
                journal::assert_round_trip(bytes);
                journal::resume_with_checksums(bytes);
            }
            Self::Captions => captions::convert(bytes),
        }
    }
}

/// Splits any file to its end. The segments make a valid movie or none.
fn split(bytes: &[u8]) {
    let Ok(mut split) = MovieSplitter::open(Cursor::new(bytes)) else {
        return;
    };
    let source = split.info().segment_format;
    assert_eq!(split.info().size_bytes, bytes.len() as u64);
    let mut segments = Vec::new();
    let mut done = 0;
    while let Ok(Some(segment)) = split.next_segment() {
        segments.push(OwnedSegment {
            track: segment.track,
            kind: segment.kind,
            start_ms: segment.start_ms,
            data: segment.data.to_vec(),
        });
        assert!(split.done_bytes() >= done, "progress never falls");
        done = split.done_bytes();
        // Each segment consumes at least one byte of the file.
        assert!(segments.len() <= bytes.len(), "splitting ends");
    }
    assert!(split.lost_bytes() <= bytes.len() as u64);
    mp4_of(source, &segments, None);
}

/// Assembles a valid MP4, which is the same after a crash and in any order of the segments.
fn to_mp4(source: SegmentFormat, input: &FuzzInput) {
    let shuffled = input.shuffled();
    let Some((made, tracks)) = mp4_of(source, &shuffled, None) else {
        return;
    };
    if let Some((again, _)) = mp4_of(source, &shuffled, Some(input.kill_after)) {
        assert_eq!(
            again.output.fingerprint(),
            made.output.fingerprint(),
            "the movie after a crash"
        );
    } else {
        panic!("no movie after a crash");
    }
    if made.accepted.len() == shuffled.len() {
        let mut ordered = shuffled.clone();
        ordered.sort_by_key(|segment| (segment.kind, segment.track));
        let (_, in_order) = mp4_of(source, &ordered, None).expect("possible in another order");
        assert_eq!(tracks, in_order, "the movie in another order");
    }
    if source == SegmentFormat::Flv {
        let reading = FlvReading::of(&made.accepted);
        let facts = made
            .summary
            .map_or_else(|_| Vec::new(), |summary| summary.facts);
        assert_frames(&reading, &tracks, &facts);
        reading.assert_times(&tracks);
    }
}

fn assert_frames(reading: &FlvReading, tracks: &[ParsedTrack], facts: &[Fact]) {
    for kind in [TrackKind::Video, TrackKind::Audio] {
        let found: Vec<&[u8]> = tracks
            .iter()
            .filter(|track| track.kind == kind)
            .flat_map(|track| &track.samples)
            .map(|sample| sample.data.as_slice())
            .collect();
        // An MP4 identifies repeated frames by their times and sizes.
        reading.assert_frames(kind, &found, facts, |before, now| before.len() == now.len());
    }
}

/// Assembles and reads an MP4; `None` if the segments make none.
fn mp4_of(
    source: SegmentFormat,
    segments: &[OwnedSegment],
    kill_after: Option<u8>,
) -> Option<(AssemblyResult, Vec<ParsedTrack>)> {
    let made = assemble(source, OutputFormat::Mp4, segments, kill_after).ok()?;
    let summary = summary_of(&made)?;
    let checked = checked_summary(&made.output)?;
    assert_eq!(
        comparable(checked),
        comparable(summary.clone()),
        "check and the muxer agree"
    );
    let tracks = mp4::read(&made.output);
    assert_not_cut(&made.output, &tracks);
    let counted: Vec<_> = tracks.iter().map(counted).collect();
    let stated = summary.tracks.iter();
    let stated: Vec<_> = stated.map(|track| (track.kind, track.samples)).collect();
    assert_eq!(counted, stated, "the summary counts the samples");
    Some((made, tracks))
}

/// Nothing of a finished movie counts as missing when it is examined later. One whose samples have
/// no bytes is taken for none.
fn assert_not_cut(output: &MemoryFile, tracks: &[ParsedTrack]) {
    let examined = examine(output.clone(), |_| ControlFlow::Continue(()));
    let mut samples = tracks.iter().flat_map(|track| &track.samples);
    if samples.all(|sample| sample.data.is_empty()) {
        assert!(matches!(examined, Err(Error::Empty)), "{examined:?}");
        return;
    }
    let lost = examined.map(|examined| examined.map(|it| it.lost_bytes));
    assert!(matches!(lost, Ok(Some(0))), "a finished movie: {lost:?}");
}

/// Leaves out the facts, which only the muxer knows, and the frame size, of which `tkhd` and the
/// sample entry may state different ones.
fn comparable(summary: Summary) -> Summary {
    let mut summary = summary.without_facts();
    for track in &mut summary.tracks {
        track.size = None;
    }
    summary
}

fn counted(track: &ParsedTrack) -> (TrackKind, u64) {
    (track.kind, track.samples.len() as u64)
}

/// Assembles a valid FLV, which is the same after a crash and holds every frame.
fn to_flv(input: &FuzzInput) {
    let mut segments = input.segments.clone();
    segments.sort_by_key(|segment| (segment.kind, segment.track));
    let run = |kill_after| assemble(SegmentFormat::Flv, OutputFormat::Flv, &segments, kill_after);
    let Ok(made) = run(None) else { return };
    let again = run(Some(input.kill_after)).expect("possible before");
    assert_eq!(
        again.output.fingerprint(),
        made.output.fingerprint(),
        "the movie after a crash"
    );
    let Some(summary) = summary_of(&made) else {
        return;
    };
    let Some(checked) = checked_summary(&made.output) else {
        return;
    };
    assert_eq!(checked.size_bytes, summary.size_bytes);
    let counts = |summary: &Summary| -> Vec<_> {
        let tracks = summary.tracks.iter();
        tracks.map(|track| (track.kind, track.samples)).collect()
    };
    assert_eq!(
        counts(&checked),
        counts(&summary),
        "the summary counts the samples"
    );
    let reading = FlvReading::of(&made.accepted);
    let movie = flv::read(&made.output);
    for kind in [TrackKind::Video, TrackKind::Audio] {
        let frames = movie.frames.iter().filter(|frame| frame.kind == kind);
        let found: Vec<_> = frames.map(|frame| frame.data.as_slice()).collect();
        reading.assert_frames(kind, &found, &summary.facts, |before, now| before == now);
    }
}

/// Returns the summary; `None` if the segments make no movie.
fn summary_of(made: &AssemblyResult) -> Option<Summary> {
    match &made.summary {
        Ok(summary) => Some(summary.clone()),
        Err(Error::Io(error)) => panic!("the output fails: {error}"),
        Err(_) => None,
    }
}

/// Verifies the movie; `None` if NAL units are damaged, which muxers do not look into.
fn checked_summary(output: &MemoryFile) -> Option<Summary> {
    match check(output.clone()) {
        Ok(summary) => Some(summary),
        Err(Error::Malformed { problem, .. })
            if NAL_UNIT_PROBLEMS.iter().any(|unit| problem == *unit) =>
        {
            None
        }
        Err(error) => panic!("a finished movie does not pass: {error}"),
    }
}
