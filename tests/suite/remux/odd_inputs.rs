//! Inputs that are refused, damaged or joined: the words and exit codes of the command line.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use super::{CliOutput, EXACT_US, copied, copied_with, flv, remux, remux_with};
use crate::mock_service::file_names;
use crate::movies::{assert_plays, assert_same, fixture, packets};

/// The last JSON event.
fn last_event(output: &CliOutput) -> Value {
    serde_json::from_str(output.out.lines().last().unwrap()).unwrap()
}

/// Asserts that a film is refused with these words and without those, and that nothing remains.
fn assert_refused(movie: &Path, words: &[&str], never: &[&str]) {
    let output = remux(&[movie]);
    assert_eq!(output.code, 8, "{}", output.err);
    for word in words {
        assert!(output.err.contains(word), "{word} is not in {}", output.err);
    }
    for word in never {
        assert!(!output.err.contains(word), "{word} is in {}", output.err);
    }
    let folder = movie.parent().unwrap();
    let name = movie.file_name().unwrap().to_str().unwrap();
    assert_eq!(file_names(folder), [name]);
}

fn position(bytes: &[u8], name: &[u8]) -> usize {
    let mut windows = bytes.windows(name.len());
    windows.position(|window| window == name).unwrap()
}

/// Returns the range of the body of the first box of a type in a file.
fn body(bytes: &[u8], kind: [u8; 4]) -> std::ops::Range<usize> {
    let at = position(bytes, &kind);
    let size = u32::from_be_bytes(bytes[at - 4..at].try_into().unwrap());
    at + 4..at - 4 + size as usize
}

/// Inserts a box at the end of the one whose type is at `entry`; all boxes around that grow.
fn insert(bytes: &mut Vec<u8>, entry: usize, added: &[u8]) {
    let size = |bytes: &[u8], at: usize| -> usize {
        u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap()) as usize
    };
    let end = entry - 4 + size(bytes, entry - 4);
    for kind in [
        b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd", b"avc1",
    ] {
        let at = (0..=entry - 4).rev().find(|at| {
            bytes[at + 4..at + 8] == *kind && (at + 8..=at + size(bytes, *at)).contains(&end)
        });
        let at = at.unwrap();
        let grown = u32::try_from(size(bytes, at) + added.len()).unwrap();
        bytes[at..at + 4].copy_from_slice(&grown.to_be_bytes());
    }
    bytes.splice(end..end, added.iter().copied());
}

/// Returns what is said of the movie.
fn told(output: &CliOutput) -> Vec<&str> {
    let words = ["lost:", "left out:", "changed:", "repeated:", "missing:"];
    let lines = output.err.lines();
    lines
        .filter(|line| words.iter().any(|word| line.starts_with(word)))
        .collect()
}

#[test]
fn an_encrypted_film_is_called_encrypted() {
    for flags in ["+faststart", "frag_keyframe+empty_moov+default_base_moof"] {
        let folder = tempfile::tempdir().unwrap();
        let movie = copied(folder.path(), "film.mp4", &["-movflags", flags]);
        let mut bytes = fs::read(&movie).unwrap();
        // Protected video (ISO/IEC 14496-12 8.12): `encv`, with `sinf` behind its other boxes.
        let entry = position(&bytes, b"avc1\0\0\0\0\0\0");
        insert(&mut bytes, entry, b"\0\0\0\x14sinf\0\0\0\x0cfrmaavc1");
        bytes[entry..entry + 4].copy_from_slice(b"encv");
        fs::write(&movie, &bytes).unwrap();
        assert_refused(
            &movie,
            &[
                "error: this video is encrypted",
                "this program does not remove the protection",
            ],
            &["--remux ffmpeg", "report it"],
        );
        let failed = last_event(&remux_with(&["--json"], &[&movie]));
        assert_eq!(failed["code"], "encrypted", "{failed}");
    }
}

#[test]
fn a_damaged_film_is_the_fault_of_the_film() {
    for flags in ["+faststart", "frag_keyframe+empty_moov+default_base_moof"] {
        let folder = tempfile::tempdir().unwrap();
        let movie = copied(folder.path(), "film.mp4", &["-movflags", flags]);
        let mut bytes = fs::read(&movie).unwrap();
        let media = body(&bytes, *b"mdat");
        bytes[media].fill(0);
        fs::write(&movie, &bytes).unwrap();
        assert_refused(
            &movie,
            &[
                "error: this file cannot be read as a film",
                "the samples are not where the index says, or are damaged",
                "check that it is the right file, and whole",
            ],
            &["report it", "--remux ffmpeg", "did not pass"],
        );
        let failed = last_event(&remux_with(&["--json"], &[&movie]));
        assert_eq!(failed["code"], "bad_film", "{failed}");
    }
}

/// Returns kind and end of the first packet in a file.
fn first_packet(movie: &Path) -> (String, u64) {
    let entries = [
        "-show_entries",
        "packet=codec_type,size,pos",
        "-of",
        "csv=p=0",
    ];
    let mut probe = Command::new("ffprobe");
    let output = probe
        .args(["-v", "error"])
        .args(entries)
        .arg(movie)
        .output();
    let output = output.expect("ffprobe is needed for this test");
    let text = String::from_utf8(output.stdout).unwrap();
    let packets = text.lines().map(|line| {
        let fields: Vec<&str> = line.split(',').collect();
        let number = |field: &str| -> u64 { field.parse().unwrap() };
        (number(fields[2]), number(fields[1]), fields[0].to_owned())
    });
    let (position, size, kind) = packets.min().unwrap();
    (kind, position + size)
}

#[test]
fn a_film_of_which_a_whole_track_was_cut_off_is_not_just_saved() {
    let folder = tempfile::tempdir().unwrap();
    let movie = copied(folder.path(), "film.mp4", &["-movflags", "+faststart"]);
    let (kept, end) = first_packet(&movie);
    let missing = if kept == "video" { "audio" } else { "video" };
    let bytes = fs::read(&movie).unwrap();
    fs::write(&movie, &bytes[..usize::try_from(end).unwrap()]).unwrap();
    let new = folder.path().join("new.mp4");
    let output = remux(&[&movie, &new]);
    assert_eq!(output.code, 6, "{}", output.err);
    for words in [
        format!("missing: the {missing}"),
        format!(" frames of {missing}, "),
        format!(" frames of {kept}, "),
    ] {
        assert!(output.err.contains(&words), "{words}: {}", output.err);
    }
    assert!(new.exists(), "what is left is saved");
}

/// An FLV of key frames of one codec.
fn flv_of(folder: &Path, codec: u8) -> PathBuf {
    let mut bytes = b"FLV\x01\x01\0\0\0\x09\0\0\0\0".to_vec();
    for frame in 0..10_u8 {
        let body = [0x10 | codec, 0, 1, 2, 3, 4, 5, 6];
        bytes.extend([9, 0, 0, 8, 0, 0, frame * 20, 0, 0, 0, 0]);
        bytes.extend(body);
        bytes.extend([0, 0, 0, 19]);
    }
    let path = folder.join("old.flv");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn ffmpeg_is_named_where_it_can_help_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let movie = folder.path().join("film.ts");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-t", "2", "-i"])
        .arg(fixture("film.flv"))
        .args(["-c:v", "mpeg2video", "-c:a", "copy"])
        .arg(&movie)
        .status();
    assert!(done.expect("ffmpeg is needed for this test").success());
    let can = ["MPEG-2 video in MPEG-TS", "add --remux ffmpeg"];
    assert_refused(&movie, &can, &["report it"]);
    // It keeps its word.
    let made = remux_with(&["--remux", "ffmpeg"], &[&movie]);
    assert!(!packets(made.path(), "v:0").is_empty());

    // VP6, Sorenson H.263, Screen Video.
    for codec in [4, 2, 3] {
        let folder = tempfile::tempdir().unwrap();
        let movie = flv_of(folder.path(), codec);
        let cannot = ["neither this program nor ffmpeg can put it into an MP4"];
        assert_refused(&movie, &cannot, &["--remux ffmpeg", "report it"]);
    }
}

#[test]
fn a_short_stream_of_mp2_is_refused_by_its_name() {
    let folder = tempfile::tempdir().unwrap();
    let movie = folder.path().join("film.ts");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-f", "lavfi", "-i", "sine=duration=0.2"])
        .args(["-c:a", "mp2", "-b:a", "64k"])
        .arg(&movie)
        .status();
    assert!(done.expect("ffmpeg is needed for this test").success());
    assert!(fs::metadata(&movie).unwrap().len() < 8000);
    let words = ["MP2 audio in MPEG-TS", "add --remux ffmpeg"];
    assert_refused(&movie, &words, &["report it"]);
}

/// Cuts the fixture movie into three MP4s, of which each begins at time 0.
fn mp4_parts(folder: &Path) -> [PathBuf; 3] {
    let arguments = [
        &["-f", "segment", "-segment_time", "70"][..],
        &["-reset_timestamps", "1", "-segment_format", "mp4"],
    ]
    .concat();
    copied(folder, "part%d.mp4", &arguments);
    [0, 1, 2].map(|number| folder.join(format!("part{number}.mp4")))
}

#[test]
fn mp4_parts_of_one_film_become_that_film_and_restarts_are_no_news() {
    let folder = tempfile::tempdir().unwrap();
    let parts = mp4_parts(folder.path());
    let new = folder.path().join("whole.mp4");
    let output = remux(&[&parts[0], &parts[1], &parts[2], &new]);
    assert_eq!(output.path(), new);
    let expected = packets(&fixture("film.flv"), "v:0");
    assert_same(&packets(&new, "v:0"), &expected, 1_000);
    assert_plays(&new);
    // That each part starts at 0 is no news.
    assert_eq!(told(&output), ["left out: sound outside of its edit list"]);
}

#[test]
fn mp4s_that_were_encoded_differently_get_a_sample_entry_each() {
    let folder = tempfile::tempdir().unwrap();
    let [first, ..] = mp4_parts(folder.path());
    let second = fixture("small.mp4");
    let new = folder.path().join("whole.mp4");
    let output = remux(&[&first, &second, &new]);
    assert_eq!(output.path(), new);
    let (one, other) = (packets(&first, "v:0"), packets(&second, "v:0"));
    let made = packets(&new, "v:0");
    assert_eq!(made.len(), one.len() + other.len());
    assert_same(&made[..one.len()], &one, EXACT_US);
    assert_same(&made[one.len()..], &other, 1_000);
    let bytes = fs::read(&new).unwrap();
    let entries = bytes.windows(4).filter(|window| *window == b"avcC");
    assert_eq!(entries.count(), 2);
}

#[test]
fn what_the_second_part_repeats_of_the_first_is_kept_once_and_said() {
    let folder = tempfile::tempdir().unwrap();
    let first = copied(folder.path(), "first.mp4", &["-t", "80"]);
    let second = folder.path().join("second.mp4");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-ss", "76", "-i"])
        .arg(fixture("film.flv"))
        .args(["-codec", "copy"])
        .arg(&second)
        .status();
    assert!(done.unwrap().success());
    let new = folder.path().join("whole.mp4");
    let output = remux(&[&first, &second, &new]);
    assert_eq!(output.path(), new);
    let expected = packets(&fixture("film.flv"), "v:0");
    assert_same(&packets(&new, "v:0"), &expected, 2_000);
    for kind in ["video", "audio"] {
        let told = output.err.lines();
        let told = told.filter(|line| line.starts_with("repeated: ") && line.contains(kind));
        assert_eq!(told.count(), 1, "{}", output.err);
    }
}

/// The fixture movie as a transport stream, of which this many packets in the middle are lost.
fn torn(folder: &Path, packets: usize) -> PathBuf {
    let movie = copied(folder, "film.ts", &["-f", "mpegts"]);
    let mut bytes = fs::read(&movie).unwrap();
    let middle = bytes.len() / 188 / 2 * 188;
    bytes.drain(middle..middle + packets * 188);
    fs::write(&movie, &bytes).unwrap();
    movie
}

#[test]
fn a_film_that_lacks_more_than_a_second_is_written_and_the_exit_code_says_so() {
    let folder = tempfile::tempdir().unwrap();
    let size = fs::metadata(copied(folder.path(), "size.ts", &["-f", "mpegts"])).unwrap();
    let packets = usize::try_from(size.len() / 188).unwrap();
    // Four of two hundred seconds, and a tenth of one.
    for (lost, code) in [(packets / 50, 6), (packets / 2000, 0)] {
        let folder = tempfile::tempdir().unwrap();
        let movie = torn(folder.path(), lost);
        let output = remux(&[&movie]);
        assert_eq!(output.code, code, "{}", output.err);
        assert!(output.err.contains("lost: "), "{}", output.err);
        assert_eq!(output.err.contains("not complete"), code == 6);
        let made = Path::new(output.out.trim_end());
        assert_eq!(made, folder.path().join("film.mp4"));
        assert!(made.exists());
        let json = remux_with(&["--json"], &[&movie]);
        assert_eq!(json.code, code);
        let saved = last_event(&json);
        assert_eq!(saved["event"], "saved", "{saved}");
        assert_eq!(saved["facts"][0]["what"], "samples_lost", "{saved}");
    }
}

#[test]
fn names_of_tracks_stay_and_tags_that_do_not_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let movie = copied_with(
        folder.path(),
        "film.mp4",
        &["-metadata:s:a", "handler_name=The hall"],
        &["-metadata", "album=An album", "-metadata", "title=A title"],
    );
    let output = remux(&[&movie]);
    assert_eq!(told(&output), ["left out: user tag ©alb"]);
    let bytes = fs::read(output.path()).unwrap();
    for kept in ["The hall", "A title"] {
        position(&bytes, kept.as_bytes());
    }
    let saved = last_event(&remux_with(&["--json"], &[&movie]));
    let names = saved["facts"].as_array().unwrap();
    assert_eq!(names.len(), 1, "{saved}");
    assert_eq!(names[0]["name"], "user tag ©alb", "{saved}");
}

#[test]
fn an_flv_has_no_such_tags() {
    let folder = tempfile::tempdir().unwrap();
    let output = remux(&[&flv(folder.path(), "film.flv")]);
    assert_eq!((output.code, told(&output)), (0, Vec::new()));
}
