//! Films from FLV pieces.

use std::fs;

use kit::segment::OwnedSegment;
use media::{Error, OutputFormat, SegmentFormat, SegmentKind, TrackKind};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{Packets, assert_same, from_origin, packets, probe_without_warnings},
    segments::{cut_flv, flv_movie, made_by_ffmpeg, movie, set_time, shuffled, tags, uneven_movie},
};

/// Times in an FLV are whole milliseconds; the MP4 puts sound back between them.
const MILLISECOND: f64 = 0.001_001;

fn packets_of(file: &[u8]) -> Packets {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("source.flv");
    fs::write(&path, file).unwrap();
    packets(&path)
}

fn mp4_of(pieces: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, pieces.len());
    let summary = job.finish(pieces).unwrap();
    assert_eq!(job.check().unwrap(), summary);
    job
}

fn flv_of(pieces: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, pieces.len());
    let summary = job.finish(pieces).unwrap();
    let checked = job.check().unwrap();
    let samples = |summary: &media::Summary| -> Vec<_> {
        summary
            .tracks
            .iter()
            .map(|track| (track.codec.clone(), track.samples))
            .collect()
    };
    assert_eq!(samples(&checked), samples(&summary));
    assert_eq!(checked.size_bytes, summary.size_bytes);
    assert!(checked.duration_ms.abs_diff(summary.duration_ms) <= 2);
    job
}

#[test]
fn pieces_in_order_make_an_mp4_with_the_packets_of_the_film() {
    for film in [movie(), uneven_movie()] {
        let job = mp4_of(&cut_flv(film, 2000, false));
        assert_same(packets(&job.path()), packets_of(film), MILLISECOND);
        let words = probe_without_warnings(&job.path());
        for expected in [
            "TAG:title=Füße über Ærø",
            "TAG:artist=A channel",
            "TAG:date=2017-05-26",
        ] {
            assert!(words.contains(expected), "{expected} in {words}");
        }
    }
}

#[test]
fn the_index_stands_in_front() {
    let bytes = mp4_of(&cut_flv(movie(), 2000, false)).bytes();
    let place = |name: &[u8]| bytes.windows(4).position(|window| window == name).unwrap();
    assert!(place(b"moov") < place(b"mdat"));
}

#[test]
fn an_index_without_room_in_front_goes_to_the_end() {
    // A plan of one piece keeps room for one; sixty films need more.
    let mut pieces = Vec::new();
    for _ in 0..60 {
        for mut piece in cut_flv(movie(), 2000, true) {
            let number = pieces.len() as u64;
            piece.kind = SegmentKind::Media(number);
            piece.start_ms = number * 2000;
            pieces.push(piece);
        }
    }
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1);
    let summary = job.finish(&pieces).unwrap();
    assert_eq!(job.check().unwrap(), summary);
    let bytes = job.bytes();
    let place = |name: &[u8]| bytes.windows(4).rposition(|window| window == name).unwrap();
    assert!(place(b"moov") > place(b"mdat"));
    let made = packets(&job.path());
    assert_eq!(made["video"].len(), 60 * 300);
    assert_eq!(made["audio"].len(), 60 * 518);
}

#[test]
fn pieces_in_any_order_make_the_same_film() {
    let job = mp4_of(&shuffled(&cut_flv(movie(), 2000, false)));
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn a_film_goes_on_after_a_crash() {
    let pieces = shuffled(&cut_flv(movie(), 2000, false));
    for done in 0..pieces.len() {
        let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, pieces.len());
        job.attempt(&pieces[..done]).unwrap();
        job.tear();
        let summary = job.finish(&pieces[done..]).unwrap();
        assert_eq!(job.check().unwrap(), summary);
        assert!(
            job.bytes() == mp4_of(&pieces).bytes(),
            "after {done} pieces"
        );
    }
}

#[test]
fn a_crash_while_the_index_was_written_loses_nothing() {
    let pieces = cut_flv(movie(), 2000, false);
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, pieces.len());
    job.finish(&pieces[..4]).unwrap();
    job.finish(&pieces[4..]).unwrap();
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn a_film_of_more_than_four_gigabytes_is_found_beyond_them() {
    let pieces = cut_flv(movie(), 2000, false);
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, pieces.len());
    job.attempt(&pieces[..3]).unwrap();
    job.extend_to(5 << 30);
    let summary = job.finish(&pieces[3..]).unwrap();
    assert!(summary.size_bytes > 5 << 30);
    assert_eq!(job.check().unwrap(), summary);
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
}

#[test]
fn a_picture_that_changes_its_size_gets_another_set_up() {
    let larger = flv_movie("25", "44100", "640x360");
    let mut pieces = cut_flv(movie(), 2000, false);
    pieces.truncate(2);
    for mut piece in cut_flv(&larger, 2000, false).into_iter().skip(2) {
        // A server need not repeat the set-up in every piece.
        if piece.kind != SegmentKind::Media(2) {
            let first = tags(&piece.data)
                .iter()
                .take(3)
                .map(|tag| tag.bytes.len())
                .sum::<usize>();
            piece.data.drain(13..13 + first);
        }
        pieces.push(piece);
    }
    let job = mp4_of(&shuffled(&pieces));
    let (made, whole) = (packets(&job.path()), packets_of(&larger));
    assert_eq!(made["video"].len(), whole["video"].len());
    assert_eq!(made["video"][100..].len(), 200);
    for (made, source) in made["video"].iter().zip(&whole["video"]).skip(100) {
        assert_eq!((made.size, &made.hash), (source.size, &source.hash));
    }
    probe_without_warnings(&job.path());
    let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, pieces.len());
    job.finish(&pieces).unwrap();
    job.check().unwrap();
    assert_eq!(packets(&job.path())["video"].len(), whole["video"].len());
}

#[test]
fn clocks_that_begin_again_in_each_piece_are_joined() {
    for film in [movie(), uneven_movie()] {
        let pieces = shuffled(&cut_flv(film, 2000, true));
        let made = packets(&mp4_of(&pieces).path());
        // Sound that lies before the first picture of its piece comes as a negative time.
        assert_same(made, packets_of(film), 2.0 * MILLISECOND);
    }
}

#[test]
fn a_missing_piece_stays_a_gap() {
    for restart in [false, true] {
        let mut pieces = cut_flv(movie(), 2000, restart);
        let whole = from_origin(packets_of(movie()));
        pieces.remove(2);
        let job = mp4_of(&pieces);
        let made = from_origin(packets(&job.path()));
        let last = |packets: &Packets| packets["video"].last().unwrap().pts;
        assert!(
            (last(&made) - last(&whole)).abs() < 0.003,
            "restart {restart}"
        );
        assert!(made["video"].len() == whole["video"].len() - 50);
    }
}

#[test]
fn gaps_do_not_make_the_last_frame_of_an_flv_longer() {
    let whole = cut_flv(movie(), 1000, false);
    let last = whole.len() - 1;
    let ends: Vec<OwnedSegment> = whole
        .iter()
        .take(1)
        .chain(&whole[last..])
        .cloned()
        .collect();
    let length = |job: &MuxerJob| job.check().unwrap().duration_ms;
    assert_eq!(length(&flv_of(&ends)), length(&flv_of(&whole)));
}

#[test]
fn a_wrap_of_24_bits_is_no_restart() {
    let mut pieces = cut_flv(movie(), 2000, false);
    for piece in &mut pieces {
        let places: Vec<_> = {
            let base = piece.data.as_ptr() as usize;
            tags(&piece.data)
                .iter()
                .map(|tag| (tag.bytes.as_ptr() as usize - base, tag.time))
                .collect()
        };
        for (at, time) in places {
            set_time(
                &mut piece.data[at..],
                (time + (1 << 24) - 5500) & 0x00ff_ffff,
            );
        }
    }
    let job = mp4_of(&shuffled(&pieces));
    assert_same(packets(&job.path()), packets_of(movie()), MILLISECOND);
    let job = flv_of(&pieces);
    assert_same(packets(&job.path()), packets_of(movie()), 1e-6);
}

/// Pieces of which the third begins with the end of the second, after a change of each tag.
fn with_repeated_tail(change: impl Fn(&mut [u8])) -> Vec<OwnedSegment> {
    let mut pieces = cut_flv(movie(), 2000, false);
    // The last tag is the end of the sequence.
    let tags = tags(&pieces[1].data);
    let tail: Vec<u8> = tags[tags.len() - 11..tags.len() - 1]
        .iter()
        .flat_map(|tag| {
            let mut bytes = tag.bytes.to_vec();
            change(&mut bytes);
            bytes
        })
        .collect();
    pieces[2].data.splice(13..13, tail);
    pieces
}

#[test]
fn a_tail_of_the_same_times_and_sizes_is_no_repetition_where_its_bytes_differ() {
    let usual = with_repeated_tail(|_| {});
    let pieces = with_repeated_tail(|tag| {
        // The last byte before the size that stands behind the tag.
        let last = tag.len() - 5;
        tag[last] ^= 1;
    });
    for format in [OutputFormat::Mp4, OutputFormat::Flv] {
        let samples = |pieces: &[OwnedSegment]| -> u64 {
            let mut job = muxer_job(SegmentFormat::Flv, format, pieces.len());
            let made = job.finish(pieces).unwrap();
            assert_eq!(job.check().unwrap().tracks, made.tracks);
            made.tracks.iter().map(|track| track.samples).sum()
        };
        assert_eq!(samples(&pieces), samples(&usual) + 10, "{format:?}");
    }
}

#[test]
fn a_repeated_tail_comes_once() {
    let pieces = with_repeated_tail(|_| {});
    assert_same(
        packets(&mp4_of(&pieces).path()),
        packets_of(movie()),
        MILLISECOND,
    );
    assert_same(packets(&flv_of(&pieces).path()), packets_of(movie()), 1e-6);
}

#[test]
fn sound_alone_and_pictures_alone_make_films() {
    for (option, kind) in [("-vn", TrackKind::Audio), ("-an", TrackKind::Video)] {
        let folder = TempDir::new().unwrap();
        let input = folder.path().join("film.flv");
        fs::write(&input, movie()).unwrap();
        let input = input.to_str().unwrap();
        let alone = made_by_ffmpeg("alone.flv", &["-i", input, "-c", "copy", option]);
        let piece = OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(0),
            start_ms: 0,
            data: alone.clone(),
        };
        let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1);
        let summary = job.finish(&[piece]).unwrap();
        assert_eq!(
            summary
                .tracks
                .iter()
                .map(|track| track.kind)
                .collect::<Vec<_>>(),
            [kind]
        );
        assert_same(packets(&job.path()), packets_of(&alone), MILLISECOND);
        probe_without_warnings(&job.path());
    }
}

#[test]
fn mp3_goes_into_an_mp4() {
    let data = made_by_ffmpeg(
        "sound.flv",
        &[
            "-f",
            "lavfi",
            "-i",
            "sine=sample_rate=44100:duration=3",
            "-c:a",
            "libmp3lame",
        ],
    );
    let piece = OwnedSegment {
        track: 0,
        kind: SegmentKind::Media(0),
        start_ms: 0,
        data: data.clone(),
    };
    let job = mp4_of(&[piece]);
    assert_same(packets(&job.path()), packets_of(&data), MILLISECOND);
    probe_without_warnings(&job.path());
}

#[test]
fn old_codecs_stay_in_flv() {
    let data = made_by_ffmpeg(
        "old.flv",
        &[
            "-f",
            "lavfi",
            "-i",
            "testsrc2=size=160x90:rate=25:duration=4",
            "-c:v",
            "flv1",
            "-g",
            "25",
        ],
    );
    let pieces: Vec<_> = (0..1)
        .map(|number| OwnedSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: 0,
            data: data.clone(),
        })
        .collect();
    let refused = muxer_job(SegmentFormat::Flv, OutputFormat::Mp4, 1).finish(&pieces);
    assert!(matches!(refused, Err(Error::Unsupported(name)) if name == "Sorenson H.263"));
    let job = flv_of(&pieces);
    assert_same(packets(&job.path()), packets_of(&data), 1e-6);
}

#[test]
fn an_flv_of_pieces_has_the_packets_of_the_film() {
    for film in [movie(), uneven_movie()] {
        let job = flv_of(&cut_flv(film, 2000, false));
        assert_same(packets(&job.path()), packets_of(film), 1e-6);
        let words = probe_without_warnings(&job.path());
        assert!(words.contains("TAG:title=Füße über Ærø"), "{words}");
        let joined = flv_of(&cut_flv(film, 2000, true));
        assert_same(packets(&joined.path()), packets_of(film), 2.0 * MILLISECOND);
    }
}

#[test]
fn an_flv_goes_on_after_a_crash_with_the_same_bytes() {
    for restart in [false, true] {
        let pieces = cut_flv(movie(), 2000, restart);
        let whole = flv_of(&pieces).bytes();
        for done in 0..pieces.len() {
            let mut job = muxer_job(SegmentFormat::Flv, OutputFormat::Flv, pieces.len());
            job.attempt(&pieces[..done]).unwrap();
            job.tear();
            job.finish(&pieces[done..]).unwrap();
            assert!(job.bytes() == whole, "after {done} pieces");
        }
    }
}

#[test]
fn the_keyframe_index_of_an_flv_points_at_keyframes() {
    let bytes = flv_of(&cut_flv(movie(), 2000, false)).bytes();
    let name = b"\x00\x0dfilepositions\x0a";
    let at = bytes
        .windows(name.len())
        .position(|window| window == name)
        .unwrap()
        + name.len();
    let count = u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize;
    assert_eq!(count, 12);
    for entry in bytes[at + 4..].chunks(9).take(count) {
        let position = f64::from_be_bytes(entry[1..].try_into().unwrap());
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place"
        )]
        let tag = &bytes[position as usize..];
        assert_eq!((tag[0], tag[11]), (9, 0x17));
    }
}
