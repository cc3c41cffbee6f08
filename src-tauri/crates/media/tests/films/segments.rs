//! Movies encoded by ffmpeg, and segments as the service would cut them.

use std::{fs, path::Path, sync::OnceLock};

use kit::segment::{OwnedSegment, dash_track};
use media::SegmentKind;
use tempfile::TempDir;

use crate::packets::run;

/// Twelve seconds of H.264 with B-frames, a keyframe each second, and AAC.
pub(crate) fn movie() -> &'static [u8] {
    static MOVIE: OnceLock<Vec<u8>> = OnceLock::new();
    MOVIE.get_or_init(|| flv_movie("25", "44100", "320x180"))
}

/// Like [`movie`], at 30000/1001 frames per second and with audio of 48 kHz.
pub(crate) fn uneven_movie() -> &'static [u8] {
    static MOVIE: OnceLock<Vec<u8>> = OnceLock::new();
    MOVIE.get_or_init(|| flv_movie("30000/1001", "48000", "320x180"))
}

pub(crate) fn flv_movie(rate: &str, sound: &str, size: &str) -> Vec<u8> {
    let picture = format!("testsrc2=size={size}:rate={rate}:duration=12");
    let tone = format!("sine=frequency=440:sample_rate={sound}:duration=12");
    made_by_ffmpeg(
        "film.flv",
        &[
            "-f",
            "lavfi",
            "-i",
            &picture,
            "-f",
            "lavfi",
            "-i",
            &tone,
            "-c:v",
            "libx264",
            "-preset",
            "veryfast",
            "-bf",
            "2",
            "-g",
            "25",
            "-sc_threshold",
            "0",
            "-pix_fmt",
            "yuv420p",
            "-c:a",
            "aac",
            "-ac",
            "2",
            "-shortest",
        ],
    )
}

/// Runs ffmpeg, which writes a file of this name, and reads the file.
pub(crate) fn made_by_ffmpeg(name: &str, arguments: &[&str]) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    let mut all = arguments.to_vec();
    all.push(path.to_str().unwrap());
    run("ffmpeg", &all);
    fs::read(path).unwrap()
}

/// A tag of an FLV: type, time, and all its bytes with the size that follows it.
pub(crate) struct FlvTag<'a> {
    pub(crate) kind: u8,
    pub(crate) time: u32,
    pub(crate) bytes: &'a [u8],
}

impl FlvTag<'_> {
    fn is_config(&self) -> bool {
        matches!(
            (self.kind, self.bytes[11], self.bytes[12]),
            (9, 0x17, 0) | (8, _, 0)
        )
    }

    fn is_keyframe(&self) -> bool {
        (self.kind, self.bytes[11], self.bytes[12]) == (9, 0x17, 1)
    }
}

pub(crate) fn tags(file: &[u8]) -> Vec<FlvTag<'_>> {
    let mut rest = &file[13..];
    let mut tags = Vec::new();
    while !rest.is_empty() {
        let size = u32::from_be_bytes([0, rest[1], rest[2], rest[3]]) as usize;
        let time = u32::from_be_bytes([rest[7], rest[4], rest[5], rest[6]]);
        let (bytes, behind) = rest.split_at(11 + size + 4);
        tags.push(FlvTag {
            kind: rest[0],
            time,
            bytes,
        });
        rest = behind;
    }
    tags
}

/// Splits an FLV at keyframes, `length_ms` apart; each segment is a small FLV with its own metadata
/// and sequence headers. With `restart`, the timestamps of each segment start at 0.
pub(crate) fn cut_flv(file: &[u8], length_ms: u32, restart: bool) -> Vec<OwnedSegment> {
    let tags = tags(file);
    let mut head = file[..13].to_vec();
    for tag in tags.iter().filter(|tag| tag.kind == 18 || tag.is_config()) {
        head.extend_from_slice(tag.bytes);
    }
    let mut segments: Vec<OwnedSegment> = Vec::new();
    let mut start = 0;
    for tag in tags.iter().filter(|tag| tag.kind != 18 && !tag.is_config()) {
        let number = segments.len() as u64;
        if segments.is_empty() || tag.is_keyframe() && tag.time >= start + length_ms {
            start = tag.time;
            segments.push(OwnedSegment {
                track: 0,
                kind: SegmentKind::Media(number),
                start_ms: u64::from(start),
                data: head.clone(),
            });
        }
        let data = &mut segments.last_mut().unwrap().data;
        let at = data.len();
        data.extend_from_slice(tag.bytes);
        if restart {
            set_time(&mut data[at..], tag.time.wrapping_sub(start));
        }
    }
    // An end of sequence at the end of every segment, as some servers send it.
    for segment in &mut segments {
        let mut end = vec![
            9, 0, 0, 5, 0, 0, 0, 0, 0, 0, 0, 0x17, 2, 0, 0, 0, 0, 0, 0, 16,
        ];
        set_time(&mut end, tags.last().unwrap().time);
        segment.data.extend(end);
    }
    segments
}

/// Writes the time of a tag.
pub(crate) fn set_time(tag: &mut [u8], time: u32) {
    let [high, a, b, c] = time.to_be_bytes();
    tag[4..8].copy_from_slice(&[a, b, c, high]);
}

/// Builds a tag, followed by its size.
pub(crate) fn flv_tag(kind: u8, time: u32, body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len()).unwrap();
    let mut tag = vec![kind];
    tag.extend_from_slice(&size.to_be_bytes()[1..]);
    tag.extend_from_slice(&[0; 7]);
    set_time(&mut tag, time);
    tag.extend_from_slice(body);
    tag.extend_from_slice(&(size + 11).to_be_bytes());
    tag
}

/// The movie as fragmented MP4: an init segment and segments of 2 s for each of two tracks.
pub(crate) fn dash() -> &'static [OwnedSegment] {
    static SEGMENTS: OnceLock<Vec<OwnedSegment>> = OnceLock::new();
    SEGMENTS.get_or_init(|| {
        let folder = TempDir::new().unwrap();
        let input = folder.path().join("film.flv");
        fs::write(&input, movie()).unwrap();
        let list = folder.path().join("list.mpd");
        run(
            "ffmpeg",
            &[
                "-i",
                input.to_str().unwrap(),
                "-map",
                "0",
                "-c",
                "copy",
                "-f",
                "dash",
                "-seg_duration",
                "2",
                "-init_seg_name",
                "$RepresentationID$.init",
                "-media_seg_name",
                "$RepresentationID$.$Number$.segment",
                "-adaptation_sets",
                "id=0,streams=v id=1,streams=a",
                list.to_str().unwrap(),
            ],
        );
        let mut segments = Vec::new();
        for track in 0..2 {
            segments.extend(dash_track(folder.path(), track, 2000));
        }
        segments
    })
}

/// Concatenates the segments of one track to a file, for ffmpeg to read.
pub(crate) fn joined(segments: &[OwnedSegment], track: u8, folder: &Path) -> std::path::PathBuf {
    let path = folder.join(format!("track-{track}.mp4"));
    let mut segments: Vec<_> = segments
        .iter()
        .filter(|segment| segment.track == track)
        .collect();
    segments.sort_by_key(|segment| segment.kind);
    let bytes: Vec<u8> = segments
        .iter()
        .flat_map(|segment| segment.data.clone())
        .collect();
    fs::write(&path, bytes).unwrap();
    path
}

/// Shuffles the segments, init segments first.
pub(crate) fn shuffled(segments: &[OwnedSegment]) -> Vec<OwnedSegment> {
    kit::segment::shuffled(segments, 7)
}
