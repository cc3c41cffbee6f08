//! Movies of HLS segments: MPEG-TS and packed audio.

use std::fs;

use kit::{segment::OwnedSegment, ts::PACKET_BYTES};
use media::{Error, FactKind, OutputFormat, SegmentFormat, Summary, TrackKind, ts};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{assert_same, from_origin, packets, probe_without_warnings, run},
    segments::{made_by_ffmpeg, shuffled},
    ts_movies::{MovieRecipe, PLAIN, SegmentCut, TsMovie, chopped, numbered, reference},
};

/// Times are rounded to 90 kHz and to samples; ffmpeg and our timestamp snapping start differently.
const TICK: f64 = 0.000_1;

fn finished(segments: &[OwnedSegment]) -> Result<(MuxerJob, Summary), Error> {
    let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, segments.len());
    let summary = job.finish(segments)?;
    Ok((job, summary))
}

fn mp4_of(segments: &[OwnedSegment]) -> MuxerJob {
    let (job, summary) = finished(segments).unwrap();
    assert_eq!(job.check().unwrap(), summary.without_facts());
    job
}

/// Asserts that the segments in any order give what ffmpeg makes of the whole stream.
fn compare(recipe: MovieRecipe) {
    let film = TsMovie::new(recipe);
    let segments = film.segments(recipe.cut);
    assert!(segments.len() >= 5, "{} segments", segments.len());
    let job = mp4_of(&shuffled(&segments));
    assert_same(packets(&job.path()), film.reference(), TICK);
    probe_without_warnings(&job.path());
}

fn coded(coded: &'static [&'static str]) -> MovieRecipe {
    MovieRecipe {
        encoder_options: coded,
        ..PLAIN
    }
}

fn by_segmenter(segmenter: &'static [&'static str], writer: &'static str) -> MovieRecipe {
    MovieRecipe {
        cut: SegmentCut::Segments(segmenter, writer),
        ..PLAIN
    }
}

#[test]
fn movies_with_and_without_b_frames_match_ffmpeg() {
    for b_frames in ["0", "2", "3"] {
        compare(MovieRecipe { b_frames, ..PLAIN });
    }
}

#[test]
fn uneven_rates_match_ffmpeg() {
    for rate in ["24000/1001", "30000/1001"] {
        let sound = "48000";
        compare(MovieRecipe {
            rate,
            audio_rate: sound,
            ..PLAIN
        });
    }
    compare(coded(&[
        "-vf",
        "select='mod(n,7)*mod(n,11)'",
        "-fps_mode",
        "vfr",
    ]));
}

#[test]
fn one_track_alone_makes_a_movie() {
    compare(coded(&["-an"]));
    compare(coded(&["-vn"]));
}

#[test]
fn tracks_that_start_at_different_times_keep_their_distance() {
    compare(coded(&["-af", "asetpts=PTS+0.7/TB"]));
    compare(coded(&["-vf", "setpts=PTS+0.9/TB"]));
}

#[test]
fn frames_of_several_slices_and_filler_match_ffmpeg() {
    compare(coded(&[
        "-x264-params",
        "slices=4:nal-hrd=cbr:filler=1",
        "-b:v",
        "400k",
        "-maxrate",
        "400k",
        "-bufsize",
        "400k",
    ]));
}

#[test]
fn segments_with_long_and_short_packets_match_ffmpeg() {
    compare(by_segmenter(&[], ""));
    compare(by_segmenter(&[], "pes_payload_size=0"));
    compare(by_segmenter(&[], "pes_payload_size=2930"));
}

#[test]
fn tables_may_come_again_or_once() {
    compare(by_segmenter(&[], "mpegts_flags=resend_headers"));
    compare(by_segmenter(&[], "pat_period=100:sdt_period=100"));
}

#[test]
fn segments_need_not_start_with_a_keyframe() {
    compare(by_segmenter(
        &["-break_non_keyframes", "1", "-segment_time", "0.7"],
        "",
    ));
}

#[test]
fn clocks_that_begin_again_are_joined() {
    compare(by_segmenter(&["-reset_timestamps", "1"], ""));
}

#[test]
fn a_wrap_of_33_bits_is_no_restart() {
    let film = TsMovie::new(PLAIN);
    let reference = film.reference();
    // 2^33 ticks are 95443.718 seconds: inside a segment, and near the start of the first one.
    for offset in ["95439", "95442.3"] {
        let bytes = film.shifted(offset);
        for packets_a_piece in [401, 1400] {
            let segments = chopped(&bytes, packets_a_piece * PACKET_BYTES);
            let job = mp4_of(&shuffled(&segments));
            assert_same(packets(&job.path()), reference.clone(), TICK);
        }
    }
}

#[test]
fn a_stream_that_is_cut_anywhere_loses_no_frame() {
    let slices: &[&str] = &["-x264-params", "slices=3"];
    for (coded, whole) in [
        (&[][..], &["-pes_payload_size", "2930"][..]),
        (slices, &["-pes_payload_size", "0"]),
    ] {
        let film = TsMovie::new(MovieRecipe {
            encoder_options: coded,
            whole,
            ..PLAIN
        });
        let reference = film.reference();
        for packets_a_piece in [170, 401] {
            let segments = chopped(&film.bytes(), packets_a_piece * PACKET_BYTES);
            let job = mp4_of(&shuffled(&segments));
            assert_same(packets(&job.path()), reference.clone(), TICK);
            probe_without_warnings(&job.path());
        }
    }
}

#[test]
fn a_frame_may_lie_in_many_segments() {
    // Each segment starts with the tables: without them its streams are unknown.
    let film = TsMovie::new(coded(&["-an"]));
    let bytes = film.bytes();
    let tables = &bytes[PACKET_BYTES..3 * PACKET_BYTES];
    assert_eq!((tables[0], tables[PACKET_BYTES]), (0x47, 0x47));
    let segments: Vec<_> = bytes
        .chunks(6 * PACKET_BYTES)
        .map(|chunk| [tables, chunk].concat())
        .collect();
    let job = mp4_of(&shuffled(&numbered(segments.into_iter())));
    assert_same(packets(&job.path()), film.reference(), TICK);
    probe_without_warnings(&job.path());
}

#[test]
fn a_movie_goes_on_after_a_crash() {
    let film = TsMovie::new(PLAIN);
    let segments = shuffled(&chopped(&film.bytes(), 401 * PACKET_BYTES));
    let whole = mp4_of(&segments).bytes();
    for done in [0, 1, segments.len() / 2, segments.len() - 1] {
        let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, segments.len());
        job.attempt(&segments[..done]).unwrap();
        job.tear();
        let summary = job.finish(&segments[done..]).unwrap();
        assert_eq!(job.check().unwrap(), summary);
        assert!(job.bytes() == whole, "after {done} segments");
    }
    let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, segments.len());
    job.finish(&segments[..4]).unwrap();
    job.finish(&segments[4..]).unwrap();
    assert_same(packets(&job.path()), film.reference(), TICK);
}

#[test]
fn a_file_is_cut_so_that_each_frame_lies_in_one_segment() {
    let film = TsMovie::new(PLAIN);
    let bytes = film.bytes();
    let mut segments = Vec::new();
    let mut data = Vec::new();
    for chunk in bytes.chunks(50_000) {
        data.extend_from_slice(chunk);
        let rest = ts::take_incomplete(&mut data);
        segments.push(std::mem::replace(&mut data, rest));
    }
    segments.push(data);
    assert_eq!(segments.iter().map(Vec::len).sum::<usize>(), bytes.len());
    let segments = numbered(segments.into_iter());
    let made = from_origin(packets(&mp4_of(&segments).path()));
    assert_same(made.clone(), film.reference(), TICK);
    // Every frame can be demuxed without the segments around it.
    let mut frames = 0;
    let mut demuxer = ts::TsDemuxer::default();
    for segment in &segments {
        let media = demuxer.demux(&segment.data).unwrap();
        let samples = media
            .events()
            .filter(|event| matches!(event, media::flv::DemuxEvent::Sample(_)));
        frames += samples.count();
    }
    assert_eq!(frames, made["video"].len() + made["audio"].len());
}

#[test]
fn packets_may_have_a_time_in_front_or_parity_behind() {
    let film = TsMovie::new(PLAIN);
    let plain = mp4_of(&film.segments(SegmentCut::Hls)).bytes();
    for (before, after) in [(4, 0), (0, 16)] {
        let mut segments = film.segments(SegmentCut::Hls);
        for segment in &mut segments {
            let packets = segment.data.chunks(PACKET_BYTES);
            segment.data = packets
                .flat_map(|packet| [&vec![0x3c; before], packet, &vec![0x47; after]].concat())
                .collect();
        }
        assert!(mp4_of(&segments).bytes() == plain, "{before} {after}");
    }
}

#[test]
fn a_lost_packet_costs_the_frame_it_was_in_and_no_other() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    for (pid, kind) in [(0x100, "video"), (0x101, "audio")] {
        let mut segments = film.segments(SegmentCut::Hls);
        let data = &mut segments[2].data;
        let of = |packet: &&[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]) == pid;
        let middle: Vec<_> = (0..)
            .zip(data.chunks(PACKET_BYTES))
            .filter(|(_, packet)| of(packet) && packet[1] & 0x40 == 0)
            .map(|(number, _)| number)
            .collect();
        let at = middle[middle.len() / 2] * PACKET_BYTES;
        data.drain(at..at + PACKET_BYTES);
        let made = from_origin(packets(&mp4_of(&shuffled(&segments)).path()));
        for (found, whole) in &whole {
            let lost: Vec<_> = whole
                .iter()
                .filter(|packet| !made[found].iter().any(|made| made.hash == packet.hash))
                .collect();
            let most = if found == kind { 8 } else { 0 };
            assert!(lost.len() <= most, "{} of {found} lost", lost.len());
            assert_eq!(lost.is_empty(), found != kind);
            assert_eq!(made[found].len() + lost.len(), whole.len());
            for made in &made[found] {
                let source = whole
                    .iter()
                    .find(|source| source.hash == made.hash)
                    .unwrap();
                assert!(
                    (made.pts - source.pts).abs() < 0.0015,
                    "{made:?} of {source:?}"
                );
            }
        }
    }
}

#[test]
fn a_missing_segment_takes_no_part_of_its_neighbours_into_wrong_frames() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    let mut segments = chopped(&film.bytes(), 401 * PACKET_BYTES);
    segments.remove(3);
    let made = packets(&mp4_of(&shuffled(&segments)).path());
    let strange = |kind: &str| {
        let known = |hash| whole[kind].iter().any(|packet| packet.hash == hash);
        made[kind]
            .iter()
            .filter(|made| !known(made.hash.clone()))
            .count()
    };
    // A frame without a stated length may have ended with the segment.
    assert!(strange("video") <= 1);
    assert_eq!(strange("audio"), 0);
    // A segment is about a second; the frames of all others are kept.
    for (kind, segment) in [("video", 50), ("audio", 90)] {
        let (made, whole) = (made[kind].len(), whole[kind].len());
        assert!(made + segment > whole, "{made} of {whole} {kind}");
    }
}

#[test]
fn a_missing_segment_stays_a_gap() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    for cut in [
        SegmentCut::Hls,
        SegmentCut::Segments(&["-reset_timestamps", "1"], ""),
    ] {
        let mut segments = film.segments(cut);
        segments.remove(2);
        let made = from_origin(packets(&mp4_of(&shuffled(&segments)).path()));
        let last = |packets: &crate::packets::Packets| packets["video"].last().unwrap().pts;
        assert!((last(&made) - last(&whole)).abs() < 0.1, "{cut:?}");
        assert_eq!(made["video"].len(), whole["video"].len() - 50);
    }
}

#[test]
fn video_that_changes_its_size_gets_another_config() {
    let small = TsMovie::new(PLAIN);
    let large = TsMovie::new(coded(&["-s", "640x360"]));
    let mut segments = small.segments(SegmentCut::Hls);
    segments.truncate(2);
    segments.extend(large.segments(SegmentCut::Hls).into_iter().skip(2));
    let job = mp4_of(&shuffled(&segments));
    let (made, whole) = (packets(&job.path()), large.reference());
    assert_eq!(made["video"].len(), 250);
    for (made, source) in made["video"].iter().zip(&whole["video"]).skip(100) {
        assert_eq!((made.size, &made.hash), (source.size, &source.hash));
    }
    probe_without_warnings(&job.path());
}

#[test]
fn mp3_goes_into_an_mp4() {
    for sound in ["44100", "22050"] {
        compare(MovieRecipe {
            audio_rate: sound,
            encoder_options: &["-c:a", "libmp3lame", "-b:a", "64k"],
            ..PLAIN
        });
    }
}

#[test]
fn codecs_that_are_not_taken_are_named() {
    for (coded, name) in [
        (&["-c:v", "mpeg2video"][..], "MPEG-2 video in MPEG-TS"),
        (&["-c:a", "ac3"], "AC-3 in MPEG-TS"),
        (&["-c:a", "mp2"], "MP2 audio in MPEG-TS"),
    ] {
        let film = TsMovie::new(MovieRecipe {
            encoder_options: coded,
            ..PLAIN
        });
        let refused = finished(&chopped(&film.bytes(), usize::MAX));
        let Err(Error::Unsupported(found)) = refused else {
            panic!("{name} was taken");
        };
        assert_eq!(found, name);
    }
}

#[test]
fn an_flv_of_ts_segments_is_refused() {
    let refused = muxer_job(SegmentFormat::Ts, OutputFormat::Flv, 1).finish(&[]);
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}

/// Builds the ID3 tag with the timestamp of a segment of packed audio.
fn id3(timestamp: u64) -> Vec<u8> {
    let owner = b"com.apple.streaming.transportStreamTimestamp\0";
    let mut tag = b"ID3\x04\0\0\0\0\0\x3fPRIV\0\0\0\x35\0\0".to_vec();
    tag.extend_from_slice(owner);
    tag.extend(timestamp.to_be_bytes());
    tag
}

#[test]
fn packed_audio_is_placed_by_its_timestamps() {
    let tone = "sine=frequency=440:sample_rate=44100:duration=10";
    let tone = ["-f", "lavfi", "-i", tone, "-ac", "2", "-c:a"];
    for (codec, name, frame) in [
        ("aac", "sound.aac", 1024),
        ("libmp3lame", "sound.mp3", 1152),
    ] {
        let more = [codec, "-write_xing", "0", "-id3v2_version", "0"];
        let more = if codec == "aac" { &more[..1] } else { &more };
        let bytes = made_by_ffmpeg(name, &[&tone[..], more].concat());
        let folder = TempDir::new().unwrap();
        let path = folder.path().join(name);
        fs::write(&path, &bytes).unwrap();
        let source = reference(&path);
        let ends: Vec<_> = source["audio"]
            .iter()
            .scan(0, |end, packet| {
                let header = if codec == "aac" { 7 } else { 0 };
                *end += usize::try_from(packet.size).unwrap() + header;
                Some(*end)
            })
            .collect();
        let mut bodies = Vec::new();
        let mut start = 0;
        for (number, end) in (1_u64..).zip(&ends) {
            if number % 80 == 0 || *end == *ends.last().unwrap() {
                let first = (number - 1) / 80 * 80;
                let first = if number % 80 == 0 { number - 80 } else { first };
                // The timestamps wrap within these segments.
                let time = (1 << 33) - 200_000 + first * frame * 90_000 / 44_100;
                bodies.push([id3(time & ((1 << 33) - 1)), bytes[start..*end].to_vec()].concat());
                start = *end;
            }
        }
        let segments = numbered(bodies.into_iter());
        let job = mp4_of(&shuffled(&segments));
        assert_same(packets(&job.path()), source.clone(), TICK);
        probe_without_warnings(&job.path());
        // Without timestamps, each segment starts where the one before ends.
        let bare: Vec<_> = segments
            .iter()
            .map(|segment| segment.data[73..].to_vec())
            .collect();
        let job = mp4_of(&shuffled(&numbered(bare.into_iter())));
        assert_same(packets(&job.path()), source, 0.001_1);
    }
}

#[test]
fn the_summary_lists_the_tracks() {
    let film = TsMovie::new(PLAIN);
    let (_, summary) = finished(&film.segments(SegmentCut::Hls)).unwrap();
    let kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
    assert_eq!(kinds, [TrackKind::Video, TrackKind::Audio]);
    assert_eq!(summary.tracks[0].size, Some((320, 180)));
    assert!(summary.duration_ms.abs_diff(10_000) < 100);
    assert_eq!(summary.tracks[0].samples, 250);
}

/// Encodes a stream of three seconds with two sounds, and a third one of another codec if asked for.
fn with_sounds(folder: &TempDir, third: Option<&str>) -> Vec<u8> {
    let path = folder.path().join("sounds.ts");
    let mut arguments = vec!["-y"];
    for source in [
        "testsrc2=size=160x90:rate=25:duration=3",
        "sine=frequency=440:sample_rate=48000:duration=3",
        "sine=frequency=880:sample_rate=48000:duration=3",
        "sine=frequency=220:sample_rate=48000:duration=3",
    ] {
        arguments.extend(["-f", "lavfi", "-i", source]);
    }
    arguments.extend(["-map", "0", "-map", "1", "-map", "2"]);
    arguments.extend(["-c:v", "libx264", "-g", "25", "-c:a", "aac"]);
    if let Some(codec) = third {
        arguments.extend(["-map", "3", "-c:a:2", codec]);
    }
    for language in ["0:language=eng", "1:language=ger"] {
        let (number, language) = language.split_once(':').unwrap();
        let option = if number == "0" {
            "-metadata:s:a:0"
        } else {
            "-metadata:s:a:1"
        };
        arguments.extend([option, language]);
    }
    arguments.push(path.to_str().unwrap());
    run("ffmpeg", &arguments);
    fs::read(path).unwrap()
}

/// Returns the checksum of each packet of a sound.
fn sound(file: &std::path::Path, number: usize) -> Vec<String> {
    let list = file.with_extension("md5");
    let map = format!("0:a:{number}");
    let mut arguments = vec![
        "-y",
        "-i",
        file.to_str().unwrap(),
        "-map",
        &map,
        "-c",
        "copy",
    ];
    if file.extension().is_some_and(|extension| extension == "ts") {
        arguments.extend(["-bsf:a", "aac_adtstoasc"]);
    }
    arguments.extend(["-f", "framemd5", list.to_str().unwrap()]);
    run("ffmpeg", &arguments);
    let lines = fs::read_to_string(list).unwrap();
    let lines = lines.lines().filter(|line| !line.starts_with('#'));
    lines
        .filter_map(|line| line.split(',').nth(5).map(|hash| hash.trim().to_owned()))
        .collect()
}

/// Splits a stream into segments of so many packets, each with the tables: without them, nothing
/// tells which of two sounds is which.
fn with_tables(bytes: &[u8], packets: usize) -> Vec<OwnedSegment> {
    let tables = &bytes[PACKET_BYTES..3 * PACKET_BYTES];
    let parts = bytes.chunks(packets * PACKET_BYTES);
    numbered(parts.map(|part| [tables, part].concat()))
}

#[test]
fn every_sound_becomes_a_track_with_its_language() {
    let folder = TempDir::new().unwrap();
    let bytes = with_sounds(&folder, None);
    let source = folder.path().join("sounds.ts");
    for packets_a_piece in [usize::MAX / PACKET_BYTES, 401, 97] {
        let segments = with_tables(&bytes, packets_a_piece);
        let job = mp4_of(&shuffled(&segments));
        let made = job.path();
        for number in [0, 1] {
            assert_eq!(sound(&made, number), sound(&source, number), "{number}");
        }
        assert_ne!(sound(&made, 0), sound(&made, 1));
        let entries = "stream_tags=language:stream_disposition=default";
        let text = run(
            "ffprobe",
            &[
                "-v",
                "error",
                "-show_entries",
                entries,
                made.to_str().unwrap(),
            ],
        );
        let text = String::from_utf8(text.stdout).unwrap();
        let languages: Vec<_> = ["und", "eng", "deu"]
            .into_iter()
            .filter(|language| text.contains(&format!("TAG:language={language}")))
            .collect();
        assert_eq!(languages, ["und", "eng", "deu"]);
        probe_without_warnings(&made);
    }
    // The sounds come back from a journal too.
    let segments = with_tables(&bytes, 97);
    let whole = mp4_of(&segments).bytes();
    let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, segments.len());
    job.attempt(&segments[..3]).unwrap();
    job.tear();
    job.finish(&segments[3..]).unwrap();
    assert!(job.bytes() == whole);
}

#[test]
fn a_sound_that_is_not_taken_among_others_is_told_by_its_name() {
    for (codec, name) in [("mp2", "MP2 audio"), ("ac3", "AC-3")] {
        let folder = TempDir::new().unwrap();
        let bytes = with_sounds(&folder, Some(codec));
        let (_, summary) = finished(&chopped(&bytes, usize::MAX)).unwrap();
        assert_eq!(summary.tracks.len(), 3);
        let [fact] = summary.facts.as_slice() else {
            panic!("{:?}", summary.facts)
        };
        assert_eq!(fact.kind, FactKind::LeftOut(name.into()));
        assert!(fact.duration_ms.abs_diff(3000) < 100, "{fact:?}");
    }
}

#[test]
fn losses_at_the_ends_of_segments_are_told_in_movie_time() {
    let film = TsMovie::new(PLAIN);
    let segments = film.segments(SegmentCut::Hls);
    let packet_count = segments[2].data.len() / PACKET_BYTES;
    let is_video = |packet: &[u8]| packet[1] & 0x1f == 1 && packet[2] == 0;
    let last_video = segments[2]
        .data
        .chunks(PACKET_BYTES)
        .rposition(is_video)
        .unwrap();
    let first_video = segments[2]
        .data
        .chunks(PACKET_BYTES)
        .position(is_video)
        .unwrap();
    assert!(last_video < packet_count);
    // A damaged packet at either end of the third segment, which starts at four seconds.
    for (at, lost_ms) in [(first_video, 4000), (last_video, 5960)] {
        let mut segments = segments.clone();
        segments[2].data[at * PACKET_BYTES + 1] |= 0x80;
        let (job, summary) = finished(&shuffled(&segments)).unwrap();
        assert_eq!(summary.tracks[0].samples, 249);
        let [fact] = summary.facts.as_slice() else {
            panic!("{:?}", summary.facts)
        };
        assert_eq!((&fact.kind, fact.samples), (&FactKind::SamplesLost, 1));
        assert_eq!(fact.track, Some(TrackKind::Video));
        assert!(fact.at_ms.abs_diff(lost_ms) <= 100, "{fact:?}");
        probe_without_warnings(&job.path());
    }
}

/// Returns the body of the first box of a type, wherever it is.
fn first_box(file: &[u8], kind: [u8; 4]) -> Option<&[u8]> {
    let at = file.windows(4).position(|bytes| *bytes == kind)?;
    let length = u32::from_be_bytes(*file.get(at - 4..at)?.first_chunk()?);
    file.get(at + 4..at - 4 + usize::try_from(length).unwrap())
}

#[test]
fn decoding_can_start_at_the_recovery_points_of_an_open_gop() {
    for (options, kind, size) in [
        ("open-gop=1:keyint=25:min-keyint=25", b"rap ", 1),
        ("intra-refresh=1:keyint=25:bframes=0", b"roll", 2),
    ] {
        let encoder = ["-x264-params", options];
        let encoder: &'static [&'static str] = Box::leak(Box::new(encoder));
        let film = TsMovie::new(coded(encoder));
        for packets_a_piece in [usize::MAX / PACKET_BYTES, 97] {
            let segments = chopped(&film.bytes(), packets_a_piece * PACKET_BYTES);
            let job = mp4_of(&shuffled(&segments));
            let bytes = job.bytes();
            let descriptions = first_box(&bytes, *b"sgpd").expect("descriptions");
            assert_eq!(&descriptions[4..8], kind);
            // A random access point of unknown leading pictures, or pictures until all is refreshed.
            assert_eq!(descriptions[8..12], [0, 0, 0, size]);
            let value = descriptions.last().unwrap();
            assert_eq!(*value > 0, size == 2, "{options}: {value}");
            // Version, type and number of runs, then the length and the group of each run.
            let runs = first_box(&bytes, *b"sbgp").expect("groups");
            assert_eq!(&runs[4..8], kind);
            let points = runs[12..].chunks(8).filter(|run| run[7] == 1);
            assert!((8..=10).contains(&points.count()), "{options}");
            assert_same(packets(&job.path()), film.reference(), TICK);
            probe_without_warnings(&job.path());
        }
    }
}
