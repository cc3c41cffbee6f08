//! FLV tags as servers send them: unusual headers, times and bodies.

use kit::segment::OwnedSegment;
use media::{Error, OutputFormat, SegmentFormat, Summary, TrackKind};

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{assert_same, from_origin, packets, probe_without_warnings},
    segments::{cut_flv, flv_movie, flv_tag, made_by_ffmpeg, movie, set_time, shuffled, tags},
};

const MILLISECOND: f64 = 0.001_001;

fn flv_segments() -> Vec<OwnedSegment> {
    cut_flv(movie(), 2000, false)
}

/// Asserts that an MP4 and an FLV of the segments hold the packets of the movie.
fn assert_makes_the_movie(segments: &[OwnedSegment]) {
    let mut whole = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, 1);
    whole.finish(&flv_segments()).unwrap();
    let whole = packets(&whole.path());
    for (format, segments) in [
        (OutputFormat::Mp4, shuffled(segments)),
        (OutputFormat::Flv, segments.to_vec()),
    ] {
        let job = made(format, &segments);
        assert_same(packets(&job.path()), whole.clone(), MILLISECOND);
    }
}

fn made(format: OutputFormat, segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
    let summary = job.finish(segments).unwrap();
    let checked = job.check().unwrap();
    assert_eq!(checked.size_bytes, summary.size_bytes);
    job
}

fn refusal(segments: &[OwnedSegment]) -> [Error; 2] {
    outcome(segments).map(Result::unwrap_err)
}

/// Assembles the segments as an MP4 and as an FLV.
fn outcome(segments: &[OwnedSegment]) -> [Result<Summary, Error>; 2] {
    [OutputFormat::Mp4, OutputFormat::Flv].map(|format| {
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        job.finish(segments)
    })
}

/// Replaces each tag of a segment by any number of tags.
fn rewritten(segment: &OwnedSegment, mut change: impl FnMut(&[u8]) -> Vec<u8>) -> OwnedSegment {
    let mut data = segment.data[..13].to_vec();
    for tag in tags(&segment.data) {
        data.extend(change(tag.bytes));
    }
    OwnedSegment {
        data,
        ..segment.clone()
    }
}

fn all_rewritten(change: impl Fn(&[u8]) -> Vec<u8>) -> Vec<OwnedSegment> {
    let segments = flv_segments();
    let segments = segments.iter().map(|segment| rewritten(segment, &change));
    segments.collect()
}

fn time_of(tag: &[u8]) -> u32 {
    u32::from_be_bytes([tag[7], tag[4], tag[5], tag[6]])
}

#[test]
fn timestamps_that_wrap_go_on() {
    // Negative times first, a change of sign in the third segment, and all 32 bits.
    for start in [-5500_i32, i32::MAX - 5500, -1] {
        let segments = all_rewritten(|bytes| {
            let mut tag = bytes.to_vec();
            let time = time_of(bytes).wrapping_add_signed(start);
            set_time(&mut tag, time);
            tag
        });
        assert_makes_the_movie(&segments);
    }
}

#[test]
fn a_longer_file_header_is_skipped() {
    let mut segments = flv_segments();
    for segment in &mut segments {
        segment.data[8] = 64;
        segment.data.splice(9..9, [0xab; 55]);
    }
    assert_makes_the_movie(&segments);
}

#[test]
fn sizes_behind_tags_are_ignored() {
    for wrong in [0_u32, 1, u32::MAX] {
        let segments = all_rewritten(|bytes| {
            let mut tag = bytes.to_vec();
            let behind = tag.len() - 4;
            tag[behind..].copy_from_slice(&wrong.to_be_bytes());
            tag
        });
        assert_makes_the_movie(&segments);
    }
}

#[test]
fn segments_without_a_file_header_are_accepted() {
    let mut segments = flv_segments();
    for segment in &mut segments {
        segment.data.drain(..13);
    }
    assert_makes_the_movie(&segments);
}

#[test]
fn tags_that_hold_no_media_change_nothing() {
    let segments = all_rewritten(|bytes| {
        let time = time_of(bytes);
        [
            // Empty tags.
            flv_tag(8, time, b""),
            flv_tag(9, time, b""),
            flv_tag(18, time, b""),
            // A command to the player, an end of sequence, video and audio without data.
            flv_tag(9, time, &[0x57, 0]),
            flv_tag(9, time, &[0x17, 2, 0, 0, 0]),
            flv_tag(9, time, &[0x27, 1, 0, 0, 0]),
            flv_tag(8, time, &[0xaf, 1]),
            // Unknown tag types, one of them with times of its own.
            flv_tag(15, time.wrapping_add(1 << 30), b"unknown"),
            flv_tag(31, 0, b"unknown"),
            bytes.to_vec(),
        ]
        .concat()
    });
    assert_makes_the_movie(&segments);
}

#[test]
fn repeated_configs_count_once() {
    let first = &flv_segments()[0];
    let configs: Vec<u8> = tags(&first.data)
        .iter()
        .filter(|tag| tag.kind != 18 && tag.bytes[12] == 0)
        .flat_map(|tag| tag.bytes.to_vec())
        .collect();
    assert!(!configs.is_empty());
    let mut number = 0;
    let segments: Vec<_> = flv_segments()
        .iter()
        .map(|segment| {
            rewritten(segment, |bytes| {
                number += 1;
                let again: &[u8] = if number % 7 == 0 { &configs } else { &[] };
                [again, bytes].concat()
            })
        })
        .collect();
    assert_makes_the_movie(&segments);
    let entries = |job: &MuxerJob| {
        let bytes = job.bytes();
        bytes.windows(4).filter(|name| *name == b"avcC").count()
    };
    assert_eq!(entries(&made(OutputFormat::Mp4, &segments)), 1);
}

#[test]
fn audio_that_changes_its_rate_gets_another_config() {
    let other = flv_movie("25", "22050", "320x180");
    let mut changed = flv_segments();
    changed.truncate(3);
    changed.extend(cut_flv(&other, 2000, false).into_iter().skip(3));
    for (format, segments) in [
        (OutputFormat::Mp4, shuffled(&changed)),
        (OutputFormat::Flv, changed.clone()),
    ] {
        let job = made(format, &segments);
        let found = from_origin(packets(&job.path()));
        let last = found["audio"].last().unwrap();
        assert!((11.9..12.2).contains(&last.pts), "{format:?} {last:?}");
        // With half the sample rate, a frame lasts twice as long.
        let distance = |at: usize| found["audio"][at + 40].pts - found["audio"][at].pts;
        assert!((distance(10) - 40.0 * 1024.0 / 44_100.0).abs() < 0.002);
        let late = found["audio"].len() - 50;
        assert!((distance(late) - 40.0 * 1024.0 / 22_050.0).abs() < 0.002);
        let whole = from_origin(packets(&made(OutputFormat::Mp4, &flv_segments()).path()));
        assert_eq!(found["video"].len(), whole["video"].len());
    }
}

#[test]
fn explicit_sbr_in_a_config_changes_no_time() {
    // HE-AAC: object 5, core 44100, stereo, extension 88200, object 2.
    let config = [0xaf, 0, 0x2a, 0x10, 0x88, 0x00];
    let segments = all_rewritten(|bytes| {
        if (bytes[0], bytes[12]) == (8, 0) {
            flv_tag(8, time_of(bytes), &config)
        } else {
            bytes.to_vec()
        }
    });
    assert_makes_the_movie(&segments);
    let bytes = made(OutputFormat::Mp4, &segments).bytes();
    assert!(bytes.windows(4).any(|window| *window == config[2..]));
}

#[test]
fn encrypted_tags_are_refused() {
    for kind in [0x28, 0x29, 0x32] {
        let mut segments = flv_segments();
        segments[1].data.extend(flv_tag(kind, 4000, b"secret"));
        for refused in refusal(&segments) {
            assert!(matches!(refused, Error::Encrypted), "{refused}");
        }
    }
}

#[test]
fn invalid_configs_are_refused_with_their_segment() {
    for body in [
        &[0x17, 0, 0, 0, 0, 2, 100, 0, 31, 0xff, 0xe0, 0][..],
        &[0x17, 0, 0, 0, 0, 1, 100],
    ] {
        let mut segments = flv_segments();
        segments[1].data.extend(flv_tag(9, 3900, body));
        for refused in refusal(&segments) {
            assert!(matches!(refused, Error::Malformed { .. }), "{refused}");
        }
    }
}

#[test]
fn configs_without_frames_make_no_movie() {
    let segments = all_rewritten(|bytes| match (bytes[0], bytes[12]) {
        (8 | 9, 1) => Vec::new(),
        _ => bytes.to_vec(),
    });
    for refused in refusal(&segments) {
        assert!(matches!(refused, Error::Empty), "{refused}");
    }
}

#[test]
fn a_track_that_changes_its_codec_is_no_flv() {
    let mut segments = flv_segments();
    // A frame of MP3 among AAC: an FLV has one audio codec.
    let frame = [0x2f, 0xff, 0xfb, 0x90, 0x64, 0, 0, 0, 0];
    segments[1].data.extend(flv_tag(8, 3900, &frame));
    let [_, refused] = outcome(&segments);
    assert!(
        matches!(&refused, Err(Error::Unsupported(told)) if told == "MP3 among AAC"),
        "{refused:?}"
    );
}

#[test]
fn junk_between_tags_is_refused() {
    for junk in [&[0xff; 64][..], b"<html>not found</html>"] {
        let mut segments = flv_segments();
        let at = 13
            + tags(&segments[1].data)[..20]
                .iter()
                .map(|tag| tag.bytes.len())
                .sum::<usize>();
        segments[1].data.splice(at..at, junk.iter().copied());
        for refused in refusal(&segments) {
            assert!(matches!(refused, Error::Malformed { .. }), "{refused}");
        }
    }
}

#[test]
fn a_segment_cut_at_any_byte_is_refused_or_whole_tags() {
    let segment = &flv_segments()[1];
    let ends: Vec<_> = tags(&segment.data)
        .iter()
        .map(|tag| tag.bytes.as_ptr_range().end as usize - segment.data.as_ptr() as usize)
        .collect();
    let steps = (0..segment.data.len()).step_by(131);
    for length in (0..700).chain(steps) {
        let cut = OwnedSegment {
            data: segment.data[..length].to_vec(),
            ..segment.clone()
        };
        // The size after the last tag may be missing, and so may all tags after a header.
        let is_whole =
            ends.contains(&length) || ends.contains(&(length + 4)) || matches!(length, 0 | 9 | 13);
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let mut job = muxer_job(SegmentFormat::Flv, format, 1);
            let taken = job.attempt(std::slice::from_ref(&cut));
            assert_eq!(taken.is_ok(), is_whole, "{format:?} cut to {length}");
        }
    }
}

#[test]
fn a_movie_goes_on_after_a_refused_segment() {
    let segments = flv_segments();
    let mut cut = segments[2].clone();
    cut.data.truncate(cut.data.len() / 2);
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let mut job = muxer_job(SegmentFormat::Flv, format, segments.len());
        job.attempt(&segments[..2]).unwrap();
        job.attempt(&[cut.clone()]).unwrap_err();
        job.finish(&segments[2..]).unwrap();
        assert!(job.bytes() == made(format, &segments).bytes(), "{format:?}");
    }
}

/// Returns the last `count` tags of media of a segment.
fn tail(segment: &OwnedSegment, count: usize) -> Vec<Vec<u8>> {
    let tags = tags(&segment.data);
    let media: Vec<_> = tags
        .iter()
        .filter(|tag| tag.kind != 18 && tag.bytes[12] == 1)
        .collect();
    let from = media.len() - count;
    media[from..].iter().map(|tag| tag.bytes.to_vec()).collect()
}

/// Inserts tags after the sequence headers of a segment.
fn insert_behind_configs(segment: &mut OwnedSegment, media: &[u8]) {
    let at = 13
        + tags(&segment.data)
            .iter()
            .take_while(|tag| tag.kind == 18 || tag.bytes[12] == 0)
            .map(|tag| tag.bytes.len())
            .sum::<usize>();
    segment.data.splice(at..at, media.iter().copied());
}

#[test]
fn a_single_wrong_timestamp_moves_nothing_else() {
    let mut segments = flv_segments();
    for (kind, number, wrong) in [(9, 7, 0), (9, 11, 3_600_000), (8, 9, 3_600_000), (8, 14, 0)] {
        let data = &mut segments[1].data;
        let frames = tags(data);
        let mut frames = frames
            .iter()
            .filter(|tag| tag.kind == kind && tag.bytes[12] == 1);
        let frame = frames.nth(number).unwrap();
        let at = frame.bytes.as_ptr() as usize - data.as_ptr() as usize;
        set_time(&mut data[at..], wrong);
    }
    assert_makes_the_movie(&segments);
}

#[test]
fn a_repeated_tail_behind_the_configs_comes_once() {
    let mut repeated = flv_segments();
    for (segment, before) in repeated[1..].iter_mut().zip(flv_segments()) {
        insert_behind_configs(segment, &tail(&before, 30).concat());
    }
    assert_makes_the_movie(&repeated);
}

#[test]
fn frames_of_the_same_time_and_size_are_not_taken_for_repetitions_in_an_flv() {
    let mut segments = flv_segments();
    let mut tail = tail(&segments[1], 6);
    for tag in &mut tail {
        let last = tag.len() - 5;
        tag[last] ^= 0xff;
    }
    insert_behind_configs(&mut segments[2], &tail.concat());
    let count = |job: &MuxerJob| packets(&job.path()).values().map(Vec::len).sum::<usize>();
    let found = count(&made(OutputFormat::Flv, &segments));
    assert_eq!(found, count(&made(OutputFormat::Flv, &flv_segments())) + 6);
}

#[test]
fn segments_that_overlap_lose_nothing_and_never_go_back() {
    // Every segment from the third on has timestamps that are 300 ms earlier.
    let mut segments = flv_segments();
    for segment in &mut segments[2..] {
        *segment = rewritten(segment, |bytes| {
            let mut tag = bytes.to_vec();
            if bytes[0] != 18 && bytes[12] == 1 {
                set_time(&mut tag, time_of(bytes) - 300);
            }
            tag
        });
    }
    let whole = packets(&made(OutputFormat::Mp4, &flv_segments()).path());
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let found = packets(&made(format, &segments).path());
        for kind in ["video", "audio"] {
            assert_eq!(found[kind].len(), whole[kind].len(), "{format:?} {kind}");
            let falls = |pair: &[crate::packets::Packet]| pair[1].dts < pair[0].dts;
            assert!(!found[kind].windows(2).any(falls), "{format:?} {kind}");
            for (found, whole) in found[kind].iter().zip(&whole[kind]) {
                assert_eq!(found.hash, whole.hash);
            }
        }
    }
}

#[test]
fn a_tag_of_sixteen_megabytes_is_carried() {
    let mut segments = flv_segments();
    segments.truncate(1);
    // A frame of filler data: one NAL unit of nearly the largest size of a tag.
    let mut body = vec![0x27, 1, 0, 0, 0];
    let unit = (1_u32 << 24) - 1 - 9;
    body.extend_from_slice(&unit.to_be_bytes());
    body.push(0x0c);
    body.resize(9 + unit as usize, 0xff);
    assert_eq!(body.len(), (1 << 24) - 1);
    segments[0].data.extend(flv_tag(9, 2040, &body));
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let job = made(format, &segments);
        let found = packets(&job.path());
        assert_eq!(found["video"].last().unwrap().size, body.len() as u64 - 5);
    }
}

#[test]
fn old_codecs_are_refused_by_name_in_an_mp4_and_kept_in_an_flv() {
    let sound = [
        "-f",
        "lavfi",
        "-i",
        "sine=sample_rate=22050:duration=2",
        "-ac",
        "1",
    ];
    let speex = ["-ar", "16000", "-c:a", "libspeex"];
    let nelly = ["-c:a", "nellymoser"];
    let picture = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=64x48:rate=10:duration=2",
    ];
    let screen = ["-c:v", "flashsv"];
    let screen2 = ["-c:v", "flashsv2"];
    let pcm = ["-c:a", "pcm_s16le"];
    for (source, codec, name) in [
        (&sound[..], &speex[..], "Speex"),
        (&sound, &nelly, "Nellymoser"),
        (&sound, &pcm, "PCM"),
        (&picture, &screen, "Screen Video"),
        (&picture, &screen2, "Screen Video 2"),
    ] {
        let data = made_by_ffmpeg("old.flv", &[source, codec].concat());
        let segment = OwnedSegment {
            data: data.clone(),
            ..flv_segments()[0].clone()
        };
        let refused = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1)
            .finish(std::slice::from_ref(&segment));
        assert!(
            matches!(&refused, Err(Error::Unsupported(told)) if told == name),
            "{name}: {refused:?}"
        );
        let job = made(OutputFormat::Flv, &[segment]);
        let checked = job.check().unwrap();
        assert_eq!(checked.tracks[0].codec, name);
        assert!(checked.tracks[0].samples > 10, "{name}: {checked:?}");
    }
}

#[test]
fn audio_before_its_config_gets_it() {
    // The first segment of a live recording: audio, and only then its sequence header.
    let mut segments = flv_segments();
    let tags = tags(&segments[0].data);
    let mut early = segments[0].data[..13].to_vec();
    let sounds: Vec<_> = tags.iter().filter(|tag| tag.kind == 8).collect();
    for tag in &sounds[1..6] {
        early.extend_from_slice(tag.bytes);
    }
    for tag in &tags {
        let is_early = sounds[1..6]
            .iter()
            .any(|early| early.bytes.as_ptr() == tag.bytes.as_ptr());
        if !is_early {
            early.extend_from_slice(tag.bytes);
        }
    }
    segments[0].data = early;
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let job = made(format, &segments);
        let checked = job.check().unwrap();
        let sound = &checked.tracks[1];
        assert_eq!(sound.kind, TrackKind::Audio);
        let whole = packets(&made(OutputFormat::Mp4, &flv_segments()).path());
        assert_eq!(sound.samples, whole["audio"].len() as u64);
        probe_without_warnings(&job.path());
    }
}
