//! What is done with a case, and what must be true after it.

use std::io::Cursor;

use kit::{memory_file::MemoryFile, segment::OwnedSegment};
use media::{Error, MovieSplitter, OutputFormat, SegmentFormat, Summary, TrackKind, check};

use crate::{
    assembly::{AssemblyResult, assemble},
    flv::{self, FlvReading},
    input::FuzzInput,
    journal,
    mp4::{self, ParsedTrack},
};

/// What `check` says of a first frame that is not made of whole units.
const NAL_UNIT_PROBLEMS: [&str; 3] = [
    "a unit without its length",
    "a sample that starts with an empty unit",
    "a unit beyond its sample",
];

/// Ways into the crate that hostile bytes can take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// FLV pieces become an MP4 and an FLV.
    Flv,
    /// Fragments become an MP4.
    Fmp4,
    /// Transport streams become an MP4.
    Ts,
    /// A film on disk is cut into pieces, and becomes an MP4 again.
    Split,
    /// A file is read back.
    Check,
    /// A journal is read and followed.
    Journal,
}

impl Target {
    /// Runs one case.
    ///
    /// # Panics
    ///
    /// Where a promise is broken.
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
        }
    }
}

/// Any file is cut to its end, in pieces that make a sound film or none.
fn split(bytes: &[u8]) {
    let Ok(mut split) = MovieSplitter::open(Cursor::new(bytes)) else {
        return;
    };
    let source = split.info().segment_format;
    assert_eq!(split.info().size_bytes, bytes.len() as u64);
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Ok(Some(piece)) = split.next_segment() {
        pieces.push(OwnedSegment {
            track: piece.track,
            kind: piece.kind,
            start_ms: piece.start_ms,
            data: piece.data.to_vec(),
        });
        assert!(split.done_bytes() >= done, "it never goes back");
        done = split.done_bytes();
        // Each piece has taken some of the file, for each of its tracks.
        assert!(pieces.len() <= bytes.len(), "it comes to an end");
    }
    assert!(split.lost_bytes() <= bytes.len() as u64);
    mp4_of(source, &pieces, None);
}

/// Pieces become an MP4 that is sound, the same after a kill, and the same in any order.
fn to_mp4(source: SegmentFormat, input: &FuzzInput) {
    let shuffled = input.shuffled();
    let Some((made, tracks)) = mp4_of(source, &shuffled, None) else {
        return;
    };
    if let Some((again, _)) = mp4_of(source, &shuffled, Some(input.kill_after)) {
        assert_eq!(
            again.output.fingerprint(),
            made.output.fingerprint(),
            "the film after a kill"
        );
    } else {
        panic!("a kill makes the film impossible");
    }
    if made.accepted.len() == shuffled.len() {
        let mut ordered = shuffled.clone();
        ordered.sort_by_key(|piece| (piece.kind, piece.track));
        let (_, in_order) = mp4_of(source, &ordered, None).expect("possible in another order");
        assert_eq!(tracks, in_order, "the film in another order");
    }
    if source == SegmentFormat::Flv {
        let reading = FlvReading::of(&made.accepted);
        assert_frames(&reading, &tracks);
        reading.assert_times(&tracks);
    }
}

fn assert_frames(reading: &FlvReading, tracks: &[ParsedTrack]) {
    for kind in [TrackKind::Video, TrackKind::Audio] {
        let found: Vec<&[u8]> = tracks
            .iter()
            .filter(|track| track.kind == kind)
            .flat_map(|track| &track.samples)
            .map(|sample| sample.data.as_slice())
            .collect();
        // The index knows the frames before by their times and sizes.
        reading.assert_frames(kind, &found, |before, now| before.len() == now.len());
    }
}

/// The film and its tracks, where the pieces make one.
fn mp4_of(
    source: SegmentFormat,
    pieces: &[OwnedSegment],
    kill_after: Option<u8>,
) -> Option<(AssemblyResult, Vec<ParsedTrack>)> {
    let made = assemble(source, OutputFormat::Mp4, pieces, kill_after).ok()?;
    let summary = summary_of(&made)?;
    let checked = checked_summary(&made.output)?;
    assert_eq!(
        without_sizes(checked),
        without_sizes(summary.clone()),
        "check and the muxer agree"
    );
    let tracks = mp4::read(&made.output);
    let counted: Vec<_> = tracks.iter().map(counted).collect();
    let told = summary.tracks.iter();
    let told: Vec<_> = told.map(|track| (track.kind, track.samples)).collect();
    assert_eq!(counted, told, "the summary counts right");
    Some((made, tracks))
}

/// The header of a track and its sample entry may tell the picture's size differently.
fn without_sizes(mut summary: Summary) -> Summary {
    for track in &mut summary.tracks {
        track.size = None;
    }
    summary
}

fn counted(track: &ParsedTrack) -> (TrackKind, u64) {
    (track.kind, track.samples.len() as u64)
}

/// FLV pieces become an FLV that is sound, the same after a kill, and holds every frame.
fn to_flv(input: &FuzzInput) {
    let mut pieces = input.segments.clone();
    pieces.sort_by_key(|piece| (piece.kind, piece.track));
    let run = |kill_after| assemble(SegmentFormat::Flv, OutputFormat::Flv, &pieces, kill_after);
    let Ok(made) = run(None) else { return };
    let again = run(Some(input.kill_after)).expect("possible before");
    assert_eq!(
        again.output.fingerprint(),
        made.output.fingerprint(),
        "the film after a kill"
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
        "the summary counts right"
    );
    let reading = FlvReading::of(&made.accepted);
    let film = flv::read(&made.output);
    for kind in [TrackKind::Video, TrackKind::Audio] {
        let frames = film.frames.iter().filter(|frame| frame.kind == kind);
        let found: Vec<_> = frames.map(|frame| frame.data.as_slice()).collect();
        reading.assert_frames(kind, &found, |before, now| before == now);
    }
}

/// The summary of a film; none where there is nothing to make one of.
fn summary_of(made: &AssemblyResult) -> Option<Summary> {
    match &made.summary {
        Ok(summary) => Some(summary.clone()),
        Err(Error::Io(error)) => panic!("the output refuses: {error}"),
        Err(_) => None,
    }
}

/// What is read back; none where only the frames themselves, which muxers never look into, are
/// damaged.
fn checked_summary(output: &MemoryFile) -> Option<Summary> {
    match check(output.clone()) {
        Ok(summary) => Some(summary),
        Err(Error::Malformed { problem, .. })
            if NAL_UNIT_PROBLEMS.iter().any(|unit| problem == *unit) =>
        {
            None
        }
        Err(error) => panic!("a film that was made does not pass: {error}"),
    }
}
