//! Transport streams that ffmpeg encodes and segments.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kit::segment::OwnedSegment;
use media::SegmentKind;
use tempfile::TempDir;

use crate::packets::{Packets, packets, run};

/// Options of a movie and of its segments.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MovieRecipe {
    pub(crate) rate: &'static str,
    pub(crate) audio_rate: &'static str,
    pub(crate) b_frames: &'static str,
    /// More options for the encoders.
    pub(crate) encoder_options: &'static [&'static str],
    /// More options for the whole stream.
    pub(crate) whole: &'static [&'static str],
    pub(crate) cut: SegmentCut,
}

/// How a movie is segmented.
#[derive(Clone, Copy, Debug)]
pub(crate) enum SegmentCut {
    /// As HLS, at keyframes.
    Hls,
    /// By ffmpeg's segment muxer, with options for it and for the muxer of each segment.
    Segments(&'static [&'static str], &'static str),
}

/// 25 frames a second with two B-frames in a row, audio of 44.1 kHz, a keyframe each second.
pub(crate) const PLAIN: MovieRecipe = MovieRecipe {
    rate: "25",
    audio_rate: "44100",
    b_frames: "2",
    encoder_options: &[],
    whole: &[],
    cut: SegmentCut::Hls,
};

/// A folder with the movie as one transport stream.
pub(crate) struct TsMovie {
    pub(crate) folder: TempDir,
    pub(crate) whole: PathBuf,
}

impl TsMovie {
    /// Encodes a movie of ten seconds.
    pub(crate) fn new(recipe: MovieRecipe) -> Self {
        let folder = TempDir::new().unwrap();
        let whole = folder.path().join("whole.ts");
        let picture = format!("testsrc2=size=320x180:rate={}:duration=10", recipe.rate);
        let tone = format!(
            "sine=frequency=440:sample_rate={}:duration=10",
            recipe.audio_rate
        );
        let mut arguments = vec!["-f", "lavfi", "-i", &picture, "-f", "lavfi", "-i", &tone];
        arguments.extend([
            "-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p",
        ]);
        arguments.extend(["-g", "25", "-sc_threshold", "0", "-bf", recipe.b_frames]);
        arguments.extend(["-c:a", "aac", "-ac", "2"]);
        arguments.extend(recipe.encoder_options);
        arguments.extend(recipe.whole);
        arguments.extend(["-f", "mpegts", whole.to_str().unwrap()]);
        run("ffmpeg", &arguments);
        Self { folder, whole }
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        fs::read(&self.whole).unwrap()
    }

    /// Returns the stream with timestamps that are `seconds` later.
    pub(crate) fn shifted(&self, seconds: &str) -> Vec<u8> {
        let path = self.folder.path().join("moved.ts");
        let (whole, moved) = (self.whole.to_str().unwrap(), path.to_str().unwrap());
        let copy = ["-y", "-copyts", "-i", whole, "-map", "0", "-c", "copy"];
        let moved = ["-output_ts_offset", seconds, "-f", "mpegts", moved];
        run("ffmpeg", &[&copy[..], &moved].concat());
        fs::read(path).unwrap()
    }

    /// Returns the segments as ffmpeg cuts them.
    pub(crate) fn segments(&self, cut: SegmentCut) -> Vec<OwnedSegment> {
        let folder = self.folder.path();
        let names = folder.join("piece%03d.ts");
        let names = names.to_str().unwrap();
        let list = folder.join("list.m3u8");
        let mut arguments = vec!["-copyts", "-i", self.whole.to_str().unwrap()];
        arguments.extend(["-map", "0", "-c", "copy"]);
        match cut {
            SegmentCut::Hls => {
                arguments.extend(["-f", "hls", "-hls_time", "2", "-hls_list_size", "0"]);
                arguments.extend(["-hls_segment_filename", names, list.to_str().unwrap()]);
            }
            SegmentCut::Segments(segmenter, writer) => {
                arguments.extend(["-f", "segment", "-segment_time", "2"]);
                arguments.extend(["-segment_format", "mpegts"]);
                arguments.extend(segmenter);
                arguments.extend(["-segment_format_options", writer, names]);
            }
        }
        run("ffmpeg", &arguments);
        let read = |number| fs::read(folder.join(format!("piece{number:03}.ts"))).ok();
        numbered((0..).map_while(read))
    }

    /// Reads what ffmpeg makes of the whole stream, without NAL units that do not belong in
    /// samples.
    pub(crate) fn reference(&self) -> Packets {
        reference(&self.whole)
    }
}

pub(crate) fn reference(whole: &Path) -> Packets {
    let path = whole.with_extension("mp4");
    let mut arguments = vec!["-y", "-copyts", "-i", whole.to_str().unwrap(), "-c", "copy"];
    if packets(whole).contains_key("video") {
        arguments.extend(["-bsf:v", "filter_units=remove_types=7-9|12"]);
    }
    // The default timescale of 1000 rounds the distance between the tracks.
    arguments.extend(["-movie_timescale", "90000", path.to_str().unwrap()]);
    run("ffmpeg", &arguments);
    packets(&path)
}

/// Numbers segments of about two seconds.
pub(crate) fn numbered(bodies: impl Iterator<Item = Vec<u8>>) -> Vec<OwnedSegment> {
    let segment = |(number, data)| OwnedSegment {
        track: 0,
        kind: SegmentKind::Media(number),
        start_ms: number * 2000,
        data,
    };
    (0..).zip(bodies).map(segment).collect()
}

/// Splits bytes into segments of this length, regardless of their content.
pub(crate) fn chopped(bytes: &[u8], length: usize) -> Vec<OwnedSegment> {
    numbered(bytes.chunks(length).map(<[u8]>::to_vec))
}
