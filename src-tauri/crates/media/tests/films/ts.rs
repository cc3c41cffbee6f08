//! Films from the pieces of HLS: MPEG-TS and packed audio.

use std::fs;

use kit::{segment::OwnedSegment, ts::PACKET_BYTES};
use media::{Error, OutputFormat, SegmentFormat, Summary, TrackKind, ts};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{assert_same, from_origin, packets, probe_without_warnings},
    segments::{made_by_ffmpeg, shuffled},
    ts_movies::{MovieRecipe, PLAIN, SegmentCut, TsMovie, chopped, numbered, reference},
};

/// Times are rounded to 90 kHz and to samples; ffmpeg and the grid do not begin to count alike.
const TICK: f64 = 0.000_1;

fn finished(pieces: &[OwnedSegment]) -> Result<(MuxerJob, Summary), Error> {
    let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, pieces.len());
    let summary = job.finish(pieces)?;
    Ok((job, summary))
}

fn mp4_of(pieces: &[OwnedSegment]) -> MuxerJob {
    let (job, summary) = finished(pieces).unwrap();
    assert_eq!(job.check().unwrap(), summary);
    job
}

/// The pieces in any order make what ffmpeg makes of the whole stream.
fn compare(recipe: MovieRecipe) {
    let film = TsMovie::new(recipe);
    let pieces = film.segments(recipe.cut);
    assert!(pieces.len() >= 5, "{} pieces", pieces.len());
    let job = mp4_of(&shuffled(&pieces));
    assert_same(packets(&job.path()), film.reference(), TICK);
    probe_without_warnings(&job.path());
}

fn coded(coded: &'static [&'static str]) -> MovieRecipe {
    MovieRecipe {
        encoder_options: coded,
        ..PLAIN
    }
}

fn segments(segmenter: &'static [&'static str], writer: &'static str) -> MovieRecipe {
    MovieRecipe {
        cut: SegmentCut::Segments(segmenter, writer),
        ..PLAIN
    }
}

#[test]
fn films_without_and_with_b_frames_come_out_as_ffmpeg_has_them() {
    for b_frames in ["0", "2", "3"] {
        compare(MovieRecipe { b_frames, ..PLAIN });
    }
}

#[test]
fn uneven_rates_come_out_as_ffmpeg_has_them() {
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
fn one_track_alone_makes_a_film() {
    compare(coded(&["-an"]));
    compare(coded(&["-vn"]));
}

#[test]
fn tracks_that_start_at_different_times_keep_their_distance() {
    compare(coded(&["-af", "asetpts=PTS+0.7/TB"]));
    compare(coded(&["-vf", "setpts=PTS+0.9/TB"]));
}

#[test]
fn pictures_of_several_slices_and_filler_come_out_as_ffmpeg_has_them() {
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
fn segments_with_long_and_short_packets_come_out_as_ffmpeg_has_them() {
    compare(segments(&[], ""));
    compare(segments(&[], "pes_payload_size=0"));
    compare(segments(&[], "pes_payload_size=2930"));
}

#[test]
fn tables_may_come_again_or_once() {
    compare(segments(&[], "mpegts_flags=resend_headers"));
    compare(segments(&[], "pat_period=100:sdt_period=100"));
}

#[test]
fn pieces_need_not_start_with_a_keyframe() {
    compare(segments(
        &["-break_non_keyframes", "1", "-segment_time", "0.7"],
        "",
    ));
}

#[test]
fn clocks_that_begin_again_are_joined() {
    compare(segments(&["-reset_timestamps", "1"], ""));
}

#[test]
fn a_wrap_of_33_bits_is_no_restart() {
    let film = TsMovie::new(PLAIN);
    let reference = film.reference();
    // 2^33 ticks are 95443.718 seconds: inside a piece, and near the first one's start.
    for offset in ["95439", "95442.3"] {
        let bytes = film.shifted(offset);
        for packets_a_piece in [401, 1400] {
            let pieces = chopped(&bytes, packets_a_piece * PACKET_BYTES);
            let job = mp4_of(&shuffled(&pieces));
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
            let pieces = chopped(&film.bytes(), packets_a_piece * PACKET_BYTES);
            let job = mp4_of(&shuffled(&pieces));
            assert_same(packets(&job.path()), reference.clone(), TICK);
            probe_without_warnings(&job.path());
        }
    }
}

#[test]
fn a_picture_may_lie_in_many_pieces() {
    // Tables in front of each, or there would be nothing to tell the streams by.
    let film = TsMovie::new(coded(&["-an"]));
    let bytes = film.bytes();
    let tables = &bytes[PACKET_BYTES..3 * PACKET_BYTES];
    assert_eq!((tables[0], tables[PACKET_BYTES]), (0x47, 0x47));
    let pieces: Vec<_> = bytes
        .chunks(6 * PACKET_BYTES)
        .map(|chunk| [tables, chunk].concat())
        .collect();
    let job = mp4_of(&shuffled(&numbered(pieces.into_iter())));
    assert_same(packets(&job.path()), film.reference(), TICK);
    probe_without_warnings(&job.path());
}

#[test]
fn a_film_goes_on_after_a_crash() {
    let film = TsMovie::new(PLAIN);
    let pieces = shuffled(&chopped(&film.bytes(), 401 * PACKET_BYTES));
    let whole = mp4_of(&pieces).bytes();
    for done in [0, 1, pieces.len() / 2, pieces.len() - 1] {
        let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, pieces.len());
        job.attempt(&pieces[..done]).unwrap();
        job.tear();
        let summary = job.finish(&pieces[done..]).unwrap();
        assert_eq!(job.check().unwrap(), summary);
        assert!(job.bytes() == whole, "after {done} pieces");
    }
    let mut job = muxer_job(SegmentFormat::Ts, OutputFormat::Mp4, pieces.len());
    job.finish(&pieces[..4]).unwrap();
    job.finish(&pieces[4..]).unwrap();
    assert_same(packets(&job.path()), film.reference(), TICK);
}

#[test]
fn a_file_is_cut_so_that_each_frame_lies_in_one_piece() {
    let film = TsMovie::new(PLAIN);
    let bytes = film.bytes();
    let mut pieces = Vec::new();
    let mut data = Vec::new();
    for chunk in bytes.chunks(50_000) {
        data.extend_from_slice(chunk);
        let rest = ts::take_incomplete(&mut data);
        pieces.push(std::mem::replace(&mut data, rest));
    }
    pieces.push(data);
    assert_eq!(pieces.iter().map(Vec::len).sum::<usize>(), bytes.len());
    let pieces = numbered(pieces.into_iter());
    let made = from_origin(packets(&mp4_of(&pieces).path()));
    assert_same(made.clone(), film.reference(), TICK);
    // Every frame is there without its neighbours.
    let mut frames = 0;
    let mut demuxer = ts::TsDemuxer::default();
    for piece in &pieces {
        let media = demuxer.demux(&piece.data).unwrap();
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
        let mut pieces = film.segments(SegmentCut::Hls);
        for piece in &mut pieces {
            let packets = piece.data.chunks(PACKET_BYTES);
            piece.data = packets
                .flat_map(|packet| [&vec![0x3c; before], packet, &vec![0x47; after]].concat())
                .collect();
        }
        assert!(mp4_of(&pieces).bytes() == plain, "{before} {after}");
    }
}

#[test]
fn a_lost_packet_costs_the_frame_it_was_in_and_no_other() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    for (pid, kind) in [(0x100, "video"), (0x101, "audio")] {
        let mut pieces = film.segments(SegmentCut::Hls);
        let data = &mut pieces[2].data;
        let of = |packet: &&[u8]| u16::from_be_bytes([packet[1] & 0x1f, packet[2]]) == pid;
        let middle: Vec<_> = (0..)
            .zip(data.chunks(PACKET_BYTES))
            .filter(|(_, packet)| of(packet) && packet[1] & 0x40 == 0)
            .map(|(number, _)| number)
            .collect();
        let at = middle[middle.len() / 2] * PACKET_BYTES;
        data.drain(at..at + PACKET_BYTES);
        let made = from_origin(packets(&mp4_of(&shuffled(&pieces)).path()));
        for (found, whole) in &whole {
            let lost: Vec<_> = whole
                .iter()
                .filter(|packet| !made[found].iter().any(|made| made.hash == packet.hash))
                .collect();
            let most = if found == kind { 8 } else { 0 };
            assert!(lost.len() <= most, "{} of {found} lost", lost.len());
            assert!((found == kind) != lost.is_empty());
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
fn a_missing_piece_takes_no_part_of_its_neighbours_into_wrong_frames() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    let mut pieces = chopped(&film.bytes(), 401 * PACKET_BYTES);
    pieces.remove(3);
    let made = packets(&mp4_of(&shuffled(&pieces)).path());
    let strange = |kind: &str| {
        let known = |hash| whole[kind].iter().any(|packet| packet.hash == hash);
        made[kind]
            .iter()
            .filter(|made| !known(made.hash.clone()))
            .count()
    };
    // A picture whose length was left open may have ended where the piece did.
    assert!(strange("video") <= 1);
    assert_eq!(strange("audio"), 0);
    // A piece is about a second: what lies in the others is there.
    for (kind, piece) in [("video", 50), ("audio", 90)] {
        let (made, whole) = (made[kind].len(), whole[kind].len());
        assert!(made + piece > whole, "{made} of {whole} {kind}");
    }
}

#[test]
fn a_missing_piece_stays_a_gap() {
    let film = TsMovie::new(PLAIN);
    let whole = from_origin(film.reference());
    for cut in [
        SegmentCut::Hls,
        SegmentCut::Segments(&["-reset_timestamps", "1"], ""),
    ] {
        let mut pieces = film.segments(cut);
        pieces.remove(2);
        let made = from_origin(packets(&mp4_of(&shuffled(&pieces)).path()));
        let last = |packets: &crate::packets::Packets| packets["video"].last().unwrap().pts;
        assert!((last(&made) - last(&whole)).abs() < 0.1, "{cut:?}");
        assert_eq!(made["video"].len(), whole["video"].len() - 50);
    }
}

#[test]
fn a_picture_that_changes_its_size_gets_another_set_up() {
    let small = TsMovie::new(PLAIN);
    let large = TsMovie::new(coded(&["-s", "640x360"]));
    let mut pieces = small.segments(SegmentCut::Hls);
    pieces.truncate(2);
    pieces.extend(large.segments(SegmentCut::Hls).into_iter().skip(2));
    let job = mp4_of(&shuffled(&pieces));
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
        (&["-c:a", "mp2"], "MPEG audio of layer I or II"),
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
fn an_flv_is_not_made_of_it() {
    let refused = muxer_job(SegmentFormat::Ts, OutputFormat::Flv, 1).finish(&[]);
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}

/// An ID3 tag with the timestamp of a piece of packed audio.
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
                // The pieces lie across the wrap of the clock.
                let time = (1 << 33) - 200_000 + first * frame * 90_000 / 44_100;
                bodies.push([id3(time & ((1 << 33) - 1)), bytes[start..*end].to_vec()].concat());
                start = *end;
            }
        }
        let pieces = numbered(bodies.into_iter());
        let job = mp4_of(&shuffled(&pieces));
        assert_same(packets(&job.path()), source.clone(), TICK);
        probe_without_warnings(&job.path());
        // Without timestamps one piece follows the other.
        let bare: Vec<_> = pieces
            .iter()
            .map(|piece| piece.data[73..].to_vec())
            .collect();
        let job = mp4_of(&shuffled(&numbered(bare.into_iter())));
        assert_same(packets(&job.path()), source, 0.001_1);
    }
}

#[test]
fn the_tracks_are_told_in_the_summary() {
    let film = TsMovie::new(PLAIN);
    let (_, summary) = finished(&film.segments(SegmentCut::Hls)).unwrap();
    let kinds: Vec<_> = summary.tracks.iter().map(|track| track.kind).collect();
    assert_eq!(kinds, [TrackKind::Video, TrackKind::Audio]);
    assert_eq!(summary.tracks[0].size, Some((320, 180)));
    assert!(summary.duration_ms.abs_diff(10_000) < 100);
    assert_eq!(summary.tracks[0].samples, 250);
}
