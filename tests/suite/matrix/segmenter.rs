//! Segments a movie with the segmenters of ffmpeg.

use std::{fs, path::Path};

use kit::segment::{OwnedSegment, dash_track};
use media::{SegmentFormat, SegmentKind};

use super::{
    packets::{self, ProbedPackets},
    readers::ffmpeg,
    test_movie::TestMovie,
};

/// A segmenter of ffmpeg.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Segmenter {
    /// Small FLV files with continuous timestamps.
    Flv,
    /// Small FLV files, each with timestamps that start at 0.
    FlvRestarted,
    /// Fragmented MP4 with separate tracks.
    Dash,
    /// MPEG-TS.
    Ts,
}

/// A movie in segments.
pub(super) struct SegmentedMovie {
    pub(super) segmenter: Segmenter,
    pub(super) source: SegmentFormat,
    pub(super) segments: Vec<OwnedSegment>,
    /// The packets that ffmpeg reads in the whole movie in this container.
    pub(super) whole: ProbedPackets,
}

impl Segmenter {
    pub(super) const ALL: [Self; 4] = [Self::Flv, Self::FlvRestarted, Self::Dash, Self::Ts];

    /// Returns whether the container supports the codecs of the movie.
    pub(super) fn supports(self, film: &TestMovie) -> bool {
        self == Self::Dash || !film.fmp4_only
    }

    pub(super) fn segment(self, film: &TestMovie, whole: &Path, folder: &Path) -> SegmentedMovie {
        match self {
            Self::Flv => flv(self, whole, folder, "0"),
            Self::FlvRestarted => flv(self, whole, folder, "1"),
            Self::Dash => dash(film, whole, folder),
            Self::Ts => ts(film, whole, folder),
        }
    }
}

fn flv(cut: Segmenter, film: &Path, folder: &Path, restart: &str) -> SegmentedMovie {
    let whole = folder.join("whole.flv");
    let film = film.to_str().unwrap();
    let copy = ["-i", film, "-map", "0", "-c", "copy"];
    ffmpeg(&[&copy[..], &[whole.to_str().unwrap()]].concat());
    let list = folder.join(format!("list-{restart}.csv"));
    let pieces = folder.join(format!("piece-{restart}-%d.flv"));
    let segment = [
        "-f",
        "segment",
        "-segment_format",
        "flv",
        "-segment_time",
        "1",
        "-reset_timestamps",
        restart,
        "-segment_list_type",
        "csv",
        "-segment_list",
        list.to_str().unwrap(),
        pieces.to_str().unwrap(),
    ];
    ffmpeg(&[&copy[..], &segment].concat());
    let list = fs::read_to_string(list).unwrap();
    let pieces = (0..).zip(list.lines()).map(|(number, line)| {
        let [name, start, _] = line.split(',').collect::<Vec<_>>().try_into().unwrap();
        OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: milliseconds(start),
            data: fs::read(folder.join(name)).unwrap(),
        }
    });
    SegmentedMovie {
        segmenter: cut,
        source: SegmentFormat::Flv,
        segments: pieces.collect(),
        whole: packets::read(&whole, &[]),
    }
}

/// Parses seconds with at least three decimals.
fn milliseconds(seconds: &str) -> u64 {
    let (whole, part) = seconds.split_once('.').unwrap();
    whole.parse::<u64>().unwrap_or(0) * 1000 + part[..3].parse::<u64>().unwrap()
}

/// Segments the movie as MPEG-TS. The reference is what ffmpeg remuxes to MP4, without the NAL
/// units that belong in a stream only.
fn ts(film: &TestMovie, whole: &Path, folder: &Path) -> SegmentedMovie {
    let list = folder.join("list.m3u8");
    ffmpeg(&[
        "-i",
        whole.to_str().unwrap(),
        "-map",
        "0",
        "-c",
        "copy",
        "-f",
        "hls",
        "-hls_time",
        "1",
        "-hls_playlist_type",
        "vod",
        "-hls_segment_filename",
        folder.join("piece-%d.ts").to_str().unwrap(),
        list.to_str().unwrap(),
    ]);
    let list = fs::read_to_string(list).unwrap();
    let mut start_ms = 0;
    let mut pieces = Vec::new();
    let lengths = list
        .lines()
        .filter_map(|line| line.strip_prefix("#EXTINF:"));
    for (number, length) in (0..).zip(lengths) {
        pieces.push(OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms,
            data: fs::read(folder.join(format!("piece-{number}.ts"))).unwrap(),
        });
        start_ms += milliseconds(length.trim_end_matches(','));
    }
    let joined: Vec<u8> = pieces.iter().flat_map(|piece| piece.data.clone()).collect();
    let stream = folder.join("whole.ts");
    fs::write(&stream, joined).unwrap();
    let whole = folder.join("whole.mp4");
    let copy = ["-i", stream.to_str().unwrap(), "-map", "0", "-c", "copy"];
    let filter: &[&str] = match film.video {
        Some(_) => &["-bsf:v", "filter_units=remove_types=7-9"],
        None => &[],
    };
    let exact = ["-movie_timescale", "90000", whole.to_str().unwrap()];
    ffmpeg(&[&copy[..], filter, &exact].concat());
    SegmentedMovie {
        segmenter: Segmenter::Ts,
        source: SegmentFormat::Ts,
        segments: pieces,
        whole: packets::read(&whole, &[]),
    }
}

fn dash(film: &TestMovie, whole: &Path, folder: &Path) -> SegmentedMovie {
    let sets = match (&film.video, &film.audio) {
        (Some(_), Some(_)) => "id=0,streams=v id=1,streams=a",
        (Some(_), None) => "id=0,streams=v",
        _ => "id=0,streams=a",
    };
    ffmpeg(&[
        "-i",
        whole.to_str().unwrap(),
        "-map",
        "0",
        "-c",
        "copy",
        "-tag:v",
        "avc1",
        "-tag:a",
        film.audio_sample_entry(),
        "-f",
        "dash",
        "-dash_segment_type",
        "mp4",
        "-seg_duration",
        "1",
        "-init_seg_name",
        "$RepresentationID$.init",
        "-media_seg_name",
        "$RepresentationID$.$Number$.segment",
        "-adaptation_sets",
        sets,
        folder.join("list.mpd").to_str().unwrap(),
    ]);
    let mut pieces = Vec::new();
    let mut whole = ProbedPackets::new();
    for track in 0..2_u8 {
        let of_track = dash_track(folder, track, 1000);
        if of_track.is_empty() {
            continue;
        }
        let joined: Vec<u8> = of_track
            .iter()
            .flat_map(|piece| piece.data.clone())
            .collect();
        let path = folder.join(format!("track-{track}.mp4"));
        fs::write(&path, joined).unwrap();
        whole.extend(packets::read(&path, &[]));
        pieces.extend(of_track);
    }
    SegmentedMovie {
        segmenter: Segmenter::Dash,
        source: SegmentFormat::Fmp4,
        segments: pieces,
        whole,
    }
}
