//! What is done with a case, and what must be true after it.

use std::io::Cursor;

use media::{Error, Format, Source, Split, Summary, TrackKind, check};

use crate::{
    flv::{self, Reading},
    input::{Input, OwnPiece},
    journal,
    making::{Job, Made},
    mp4::{self, Track},
    output::Output,
};

/// What `check` says of a first frame that is not made of whole units.
const UNITS: [&str; 3] = [
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
                let input = Input::read(bytes).of_one_track();
                to_mp4(Source::Flv, &input);
                to_flv(&input);
            }
            Self::Fmp4 => to_mp4(Source::Fmp4, &Input::read(bytes)),
            Self::Ts => to_mp4(Source::Ts, &Input::read(bytes).of_one_track()),
            Self::Split => split(bytes),
            Self::Check => {
                if let Ok(summary) = check(Cursor::new(bytes)) {
                    assert_eq!(summary.size_bytes, bytes.len() as u64);
                    assert!(summary.tracks.iter().any(|track| track.samples > 0));
                }
            }
            Self::Journal => {
                journal::any(bytes);
                journal::sealed(bytes);
            }
        }
    }
}

/// Any file is cut to its end, in pieces that make a sound film or none.
fn split(bytes: &[u8]) {
    let Ok(mut split) = Split::open(Cursor::new(bytes)) else {
        return;
    };
    let source = split.info().segment_format;
    assert_eq!(split.info().size_bytes, bytes.len() as u64);
    let mut pieces = Vec::new();
    let mut done = 0;
    while let Ok(Some(piece)) = split.next_segment() {
        pieces.push(OwnPiece {
            track: piece.track,
            part: piece.kind,
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
fn to_mp4(source: Source, input: &Input) {
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
    if made.taken.len() == shuffled.len() {
        let mut ordered = shuffled.clone();
        ordered.sort_by_key(|piece| (piece.part, piece.track));
        let (_, in_order) = mp4_of(source, &ordered, None).expect("possible in another order");
        assert_eq!(tracks, in_order, "the film in another order");
    }
    if source == Source::Flv {
        let reading = Reading::of(&made.taken);
        assert_frames(&reading, &tracks);
        reading.assert_times(&tracks);
    }
}

fn assert_frames(reading: &Reading, tracks: &[Track]) {
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
    source: Source,
    pieces: &[OwnPiece],
    kill_after: Option<u8>,
) -> Option<(Made, Vec<Track>)> {
    let job = Job::new(source, Format::Mp4, pieces.len());
    let made = job.run(pieces, kill_after).ok()?;
    let summary = finished(&made)?;
    let checked = checked(&made.output)?;
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

fn counted(track: &Track) -> (TrackKind, u64) {
    (track.kind, track.samples.len() as u64)
}

/// FLV pieces become an FLV that is sound, the same after a kill, and holds every frame.
fn to_flv(input: &Input) {
    let mut pieces = input.pieces.clone();
    pieces.sort_by_key(|piece| (piece.part, piece.track));
    let run =
        |kill_after| Job::new(Source::Flv, Format::Flv, pieces.len()).run(&pieces, kill_after);
    let Ok(made) = run(None) else { return };
    let again = run(Some(input.kill_after)).expect("possible before");
    assert_eq!(
        again.output.fingerprint(),
        made.output.fingerprint(),
        "the film after a kill"
    );
    let Some(summary) = finished(&made) else {
        return;
    };
    let Some(checked) = checked(&made.output) else {
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
    let reading = Reading::of(&made.taken);
    let film = flv::read(&made.output);
    for kind in [TrackKind::Video, TrackKind::Audio] {
        let frames = film.frames.iter().filter(|frame| frame.kind == kind);
        let found: Vec<_> = frames.map(|frame| frame.data.as_slice()).collect();
        reading.assert_frames(kind, &found, |before, now| before == now);
    }
}

/// The summary of a film; none where there is nothing to make one of.
fn finished(made: &Made) -> Option<Summary> {
    match &made.summary {
        Ok(summary) => Some(summary.clone()),
        Err(Error::Io(error)) => panic!("the output refuses: {error}"),
        Err(_) => None,
    }
}

/// What is read back; none where only the frames themselves, which muxers never look into, are
/// damaged.
fn checked(output: &Output) -> Option<Summary> {
    match check(output.clone()) {
        Ok(summary) => Some(summary),
        Err(Error::Malformed { problem, .. }) if UNITS.iter().any(|unit| problem == *unit) => None,
        Err(error) => panic!("a film that was made does not pass: {error}"),
    }
}
