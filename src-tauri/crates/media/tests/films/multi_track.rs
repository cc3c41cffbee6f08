//! Movies whose segments hold all tracks.

use kit::segment::OwnedSegment;
use media::{Error, Fact, FactKind, OutputFormat, SegmentFormat, SegmentKind, fmp4::Init};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{
        Packets, assert_same, assert_shown_as_the_movie, packets, probe_without_warnings, run,
    },
    segments::{dash, made_by_ffmpeg, movie, shuffled},
};

/// Less than a tick of any track: times are exact.
pub(crate) const EXACT: f64 = 1e-6;
/// A tick of the video: readers round edit lists to it.
pub(crate) const TICK: f64 = 1.0 / 12_800.0;

/// Returns the movie with both tracks in one file, as ffmpeg writes it with these flags.
fn whole(flags: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("film.flv");
    std::fs::write(&input, movie()).unwrap();
    made_by_ffmpeg(
        "film.mp4",
        &[
            "-i",
            input.to_str().unwrap(),
            "-map",
            "0",
            "-c",
            "copy",
            "-movflags",
            flags,
        ],
    )
}

/// Returns type and bytes of each top-level box.
fn boxes(mut file: &[u8]) -> Vec<(&[u8], &[u8])> {
    let mut boxes = Vec::new();
    while file.len() >= 8 {
        let length = u32::from_be_bytes(file[..4].try_into().unwrap()) as usize;
        let (found, rest) = file.split_at(length);
        boxes.push((&found[4..8], found));
        file = rest;
    }
    boxes
}

/// Splits a file at each `moof`. Every part is a segment of every track; the part before the first
/// `moof` is the init segment.
pub(crate) fn cut(file: &[u8]) -> Vec<OwnedSegment> {
    let mut bodies: Vec<Vec<u8>> = vec![Vec::new()];
    for (kind, bytes) in boxes(file) {
        match kind {
            b"moof" => bodies.push(bytes.to_vec()),
            b"mfra" => {}
            _ => bodies.last_mut().unwrap().extend_from_slice(bytes),
        }
    }
    let tracks = u8::try_from(Init::all(&bodies[0]).unwrap().len()).unwrap();
    let mut segments = Vec::new();
    for (number, data) in (0..).zip(bodies) {
        for track in 0..tracks {
            let part = match number {
                0 => SegmentKind::Init,
                number => SegmentKind::Media(number),
            };
            segments.push(OwnedSegment {
                track,
                kind: part,
                start_ms: 0,
                data: data.clone(),
            });
        }
    }
    segments
}

pub(crate) fn mp4_of(segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let summary = job.finish(segments).unwrap();
    let is_text = |fact: &Fact| fact.kind == FactKind::LeftOut("a track of type sbtl".into());
    assert!(summary.facts.iter().all(is_text), "{:?}", summary.facts);
    assert_eq!(job.check().unwrap(), summary.without_facts());
    job
}

fn packets_of(file: &[u8]) -> Packets {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("source.mp4");
    std::fs::write(&path, file).unwrap();
    packets(&path)
}

#[test]
fn every_shape_of_shared_fragments_keeps_its_packets_and_writes_each_once() {
    for flags in [
        "frag_keyframe+empty_moov",
        "frag_keyframe+empty_moov+default_base_moof",
        "frag_keyframe+empty_moov+omit_tfhd_offset",
        "frag_keyframe+empty_moov+separate_moof",
        "frag_keyframe+delay_moov+default_base_moof",
        "frag_keyframe+delay_moov+dash+global_sidx",
        "frag_every_frame+delay_moov+default_base_moof",
    ] {
        let file = whole(flags);
        let segments = cut(&file);
        assert_eq!(segments[1].track, 1, "{flags}: two tracks");
        let job = mp4_of(&shuffled(&segments));
        let source = packets_of(&file);
        let bytes: u64 = source.values().flatten().map(|packet| packet.size).sum();
        // With one fragment per frame, ffmpeg gives pairs of audio frames the same time, which an
        // index cannot state.
        let every_frame = flags.starts_with("frag_every_frame");
        let tolerance = if every_frame { TICK } else { EXACT };
        assert_same(packets(&job.path()), source, tolerance);
        if !every_frame {
            probe_without_warnings(&job.path());
        }
        assert_eq!(media_bytes(&job.bytes()), bytes, "{flags}: bytes of mdat");
    }
}

#[test]
fn shared_fragments_with_negative_composition_offsets_keep_frames_with_sound() {
    let flags = "frag_keyframe+delay_moov+default_base_moof+negative_cts_offsets";
    let segments = cut(&whole(flags));
    let job = mp4_of(&shuffled(&segments));
    assert_shown_as_the_movie(&job.path());
}

#[test]
fn the_segments_of_a_playlist_keep_their_packets_in_any_order() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let text = |name: &str| path(name).to_str().unwrap().to_owned();
    std::fs::write(path("film.flv"), movie()).unwrap();
    let (film, list, segment) = (text("film.flv"), text("list.m3u8"), text("%d.m4s"));
    run(
        "ffmpeg",
        &[
            "-i",
            &film,
            "-c",
            "copy",
            "-f",
            "hls",
            "-hls_time",
            "2",
            "-hls_segment_type",
            "fmp4",
            "-hls_list_size",
            "0",
            "-hls_segment_filename",
            &segment,
            &list,
        ],
    );
    let init = std::fs::read(path("init.mp4")).unwrap();
    let media = (0..).map_while(|number| std::fs::read(path(&format!("{number}.m4s"))).ok());
    let bodies: Vec<_> = std::iter::once(init).chain(media).collect();
    assert!(bodies.len() >= 6, "{} segments", bodies.len());
    let mut segments = Vec::new();
    for (number, data) in (0_u64..).zip(&bodies) {
        for track in 0..2 {
            let part = match number {
                0 => SegmentKind::Init,
                number => SegmentKind::Media(number - 1),
            };
            segments.push(OwnedSegment {
                track,
                kind: part,
                start_ms: number.saturating_sub(1) * 2000,
                data: data.clone(),
            });
        }
    }
    let job = mp4_of(&shuffled(&segments));
    assert_same(packets(&job.path()), packets_of(&bodies.concat()), TICK);
    probe_without_warnings(&job.path());
}

/// Returns the size of the content of `mdat`.
fn media_bytes(file: &[u8]) -> u64 {
    let at = file
        .windows(4)
        .position(|window| window == b"mdat")
        .unwrap();
    let size: [u8; 8] = file[at + 4..at + 12].try_into().unwrap();
    u64::from_be_bytes(size) - 16
}

#[test]
fn text_and_other_tracks_are_left_out() {
    let folder = TempDir::new().unwrap();
    let text = folder.path().join("text.srt");
    std::fs::write(&text, "1\n00:00:01,000 --> 00:00:02,000\nHello\n").unwrap();
    let input = folder.path().join("film.flv");
    std::fs::write(&input, movie()).unwrap();
    let file = made_by_ffmpeg(
        "film.mp4",
        &[
            "-i",
            text.to_str().unwrap(),
            "-i",
            input.to_str().unwrap(),
            "-map",
            "0",
            "-map",
            "1",
            "-c",
            "copy",
            "-c:s",
            "mov_text",
            "-movflags",
            "frag_keyframe+empty_moov",
        ],
    );
    let segments = cut(&file);
    assert_eq!(
        segments
            .iter()
            .filter(|segment| segment.kind == SegmentKind::Init)
            .count(),
        2
    );
    let mut source = packets_of(&file);
    source.remove("subtitle").unwrap();
    let job = mp4_of(&segments);
    assert_same(packets(&job.path()), source, EXACT);
    probe_without_warnings(&job.path());
}

#[test]
fn a_movie_of_which_a_track_would_be_lost_is_refused_at_its_first_segment() {
    let mut segments = cut(&whole("frag_keyframe+empty_moov"));
    segments.retain(|segment| segment.track == 0);
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    assert!(matches!(
        job.attempt(&segments[..2]),
        Err(Error::Unsupported(_))
    ));
    let init = segments[0].data.clone();
    let mut own = segments[1].clone();
    own.data.splice(0..0, init);
    let refused = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, 1).finish(&[own]);
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}

/// Inserts boxes after the run of a segment with one fragment.
fn with_boxes(segment: &mut OwnedSegment, boxes: &[u8]) {
    let data = &mut segment.data;
    let place = |data: &[u8], kind: &[u8]| data.windows(4).position(|w| w == kind).unwrap() - 4;
    let number = |data: &[u8], at: usize| u32::from_be_bytes(data[at..at + 4].try_into().unwrap());
    let [moof, traf, trun] = [b"moof", b"traf", b"trun"].map(|kind| place(data, kind));
    let end = traf + number(data, traf) as usize;
    assert_eq!(end, moof + number(data, moof) as usize, "the last fragment");
    for at in [moof, traf, trun + 16] {
        let more = number(data, at) + u32::try_from(boxes.len()).unwrap();
        data[at..at + 4].copy_from_slice(&more.to_be_bytes());
    }
    data.splice(end..end, boxes.iter().copied());
}

#[test]
fn the_pre_roll_of_the_sound_is_kept_for_just_the_samples_that_have_it() {
    let mut segments = dash().to_vec();
    // One frame of pre-roll for 20 samples of segment 1, two for all samples of segment 2.
    let one = b"\0\0\0\x1asgpd\x01\0\0\0roll\0\0\0\x02\0\0\0\x01\xff\xff\
        \0\0\0\x1csbgp\0\0\0\0roll\0\0\0\x01\0\0\0\x14\0\x01\0\x01";
    let two = b"\0\0\0\x1esgpd\x02\0\0\0roll\0\0\0\x02\0\0\0\x01\0\0\0\x01\xff\xfe";
    let counts: Vec<u32> = [1, 2, 3]
        .map(|number| {
            let of = |segment: &&mut OwnedSegment| {
                (segment.track, segment.kind) == (1, SegmentKind::Media(number))
            };
            let segment = segments.iter_mut().find(of).unwrap();
            match number {
                1 => with_boxes(segment, one),
                2 => with_boxes(segment, two),
                _ => {}
            }
            let at = segment.data.windows(4).position(|w| w == b"trun").unwrap();
            u32::from_be_bytes(segment.data[at + 8..at + 12].try_into().unwrap())
        })
        .into();
    let job = mp4_of(&shuffled(&segments));
    probe_without_warnings(&job.path());
    let file = job.bytes();
    let body = |kind: &[u8]| {
        let at = file.windows(4).position(|window| window == kind).unwrap();
        let length = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
        file[at + 4..at - 4 + length].to_vec()
    };
    let sgpd = b"\x01\0\0\0roll\0\0\0\x02\0\0\0\x02\xff\xfe\xff\xff";
    assert_eq!(body(b"sgpd"), sgpd);
    let sbgp = body(b"sbgp");
    let numbers: Vec<_> = sbgp[8..]
        .chunks(4)
        .map(|bytes| u32::from_be_bytes(bytes.try_into().unwrap()))
        .collect();
    let first = numbers[1];
    let all = u32::try_from(packets(&job.path())["audio"].len()).unwrap();
    let rest = all - first - counts[0] - counts[1];
    let expected = [5, first, 0, 20, 2, counts[0] - 20, 0, counts[1], 1, rest, 0];
    assert_eq!(numbers, expected);
}

#[test]
fn sample_entries_of_any_codec_go_over_untouched() {
    let coded = |arguments: &[&str]| {
        let inputs = ["-f", "lavfi", "-i"];
        let flags = ["-strict", "-2", "-movflags", "frag_keyframe+delay_moov"];
        made_by_ffmpeg("film.mp4", &[&inputs[..], arguments, &flags[..]].concat())
    };
    let picture = "testsrc2=size=96x54:duration=2";
    let sound = "sine=sample_rate=48000:duration=2";
    for (arguments, name) in [
        (vec![picture, "-c:v", "libx264"], "avc1"),
        (
            vec![
                picture,
                "-c:v",
                "libx265",
                "-tag:v",
                "hvc1",
                "-x265-params",
                "log-level=0",
            ],
            "hvc1",
        ),
        (
            vec![
                picture,
                "-c:v",
                "libx265",
                "-tag:v",
                "hev1",
                "-x265-params",
                "log-level=0",
            ],
            "hev1",
        ),
        (vec![sound, "-c:a", "aac"], "mp4a"),
        (vec![sound, "-c:a", "libopus"], "Opus"),
        (vec![sound, "-c:a", "ac3"], "ac-3"),
    ] {
        let file = coded(&arguments);
        let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, 2);
        job.finish(&cut(&file)).unwrap();
        assert_eq!(job.check().unwrap().tracks[0].codec, name);
        let entries = |file: &[u8]| {
            let at = file
                .windows(4)
                .position(|window| window == b"stsd")
                .unwrap();
            let length = u32::from_be_bytes(file[at - 4..at].try_into().unwrap()) as usize;
            file[at..at - 4 + length].to_vec()
        };
        assert_eq!(entries(&job.bytes()), entries(&file), "{name}");
        assert_same(packets(&job.path()), packets_of(&file), EXACT);
    }
}
