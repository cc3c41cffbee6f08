//! Audio alone as MP3, which ffmpeg makes of the M4A.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use fake_ustream::Coverage;

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names};
use crate::movies::{assert_plays, tags};

/// A recording with one segment that is permanently unavailable.
const HOLED: u64 = 134_300_016;
/// Most that an MP3 may be longer or shorter than the M4A, in milliseconds: two frames.
const MAX_APART_MS: u64 = 60;

/// Saves a recording and returns exit code, stdout and stderr.
fn run(mock: &MockService, recording: u64, output: &Path, more: &[&str]) -> (i32, String, String) {
    let run = CliCommand::new(mock).save(recording);
    let run = run.args(more.iter().copied()).arg("-o").arg(output);
    run.finish()
}

fn save(mock: &MockService, recording: u64, output: &Path, more: &[&str]) -> PathBuf {
    let (code, out, err) = run(mock, recording, output, more);
    assert_eq!(code, 0, "{more:?}: {err}");
    PathBuf::from(out.trim_end_matches('\n'))
}

/// Returns how long the decoded audio is, in milliseconds.
fn decoded_ms(path: &Path) -> u64 {
    const RATE: u64 = 48_000;
    let output = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(path)
        .args(["-map", "0:a:0", "-af", "aresample=async=1:first_pts=0"])
        .args(["-ar", "48000", "-ac", "1", "-f", "s16le", "-"])
        .output()
        .expect("ffmpeg is needed for this test");
    assert!(output.status.success());
    output.stdout.len() as u64 / 2 * 1000 / RATE
}

/// Returns the start and title of each chapter, and the kinds of all tracks.
fn chapters_and_tracks(path: &Path) -> (Vec<(String, String)>, Vec<String>) {
    let output = Command::new("ffprobe")
        .args([
            "-v",
            "error",
            "-of",
            "json",
            "-show_chapters",
            "-show_streams",
        ])
        .arg(path)
        .output()
        .expect("ffprobe is needed for this test");
    let found: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let chapters = found["chapters"].as_array().unwrap().iter();
    let tracks = found["streams"].as_array().unwrap().iter();
    (
        chapters
            .map(|it| (text(&it["start_time"]), text(&it["tags"]["title"])))
            .collect(),
        tracks.map(|it| text(&it["codec_type"])).collect(),
    )
}

fn media_requests(coverage: &Coverage) -> u32 {
    let chunks = coverage.chunks.values();
    chunks.flat_map(|chunks| chunks.values()).sum()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mp3_has_all_of_the_m4a_and_is_known_again() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let m4a = save(&mock, MAIN, folder.path(), &["--quality", "audio"]);
    let mp3 = save(&mock, MAIN, folder.path(), &["--format", "mp3"]);
    assert_eq!(mp3, m4a.with_extension("mp3"));
    assert_eq!(file_names(folder.path()).len(), 2);
    assert_plays(&mp3);

    let apart_ms = decoded_ms(&mp3).abs_diff(decoded_ms(&m4a));
    assert!(apart_ms <= MAX_APART_MS, "{apart_ms} ms");
    let summary = media::check(fs::File::open(&mp3).unwrap()).unwrap();
    let apart_ms = summary.duration_ms.abs_diff(decoded_ms(&mp3));
    assert!(apart_ms <= MAX_APART_MS, "{apart_ms} ms");

    let (chapters, tracks) = chapters_and_tracks(&mp3);
    assert_eq!(
        (&chapters, &tracks),
        (&chapters_and_tracks(&m4a).0, &tracks)
    );
    assert_eq!(chapters.len(), 3, "{chapters:?}");
    assert_eq!(tracks, ["audio", "video"], "the cover is a picture");
    let of_m4a = media::Tags::read(fs::File::open(&m4a).unwrap()).unwrap();
    let of_mp3 = media::Tags::read(fs::File::open(&mp3).unwrap()).unwrap();
    assert!(of_mp3.cover.is_some() && of_mp3.cover == of_m4a.cover);
    assert_eq!(of_mp3.title, of_m4a.title);
    assert_eq!(of_mp3.artist, of_m4a.artist);
    assert_eq!(of_mp3.date, of_m4a.date);
    assert_eq!(of_mp3.comment, of_m4a.comment);
    assert!(!tags(&mp3).contains("major_brand"));

    let before = media_requests(&mock.service.coverage(MAIN));
    let (code, out, err) = run(&mock, MAIN, folder.path(), &["--format", "mp3"]);
    assert_eq!(
        (code, Path::new(out.trim_end())),
        (0, mp3.as_path()),
        "{err}"
    );
    assert!(err.contains("Saved already"), "{err}");
    // An MP3 does not take the place of the M4A.
    fs::remove_file(&m4a).unwrap();
    assert_eq!(
        save(&mock, MAIN, folder.path(), &["--quality", "audio"]),
        m4a
    );
    assert!(media_requests(&mock.service.coverage(MAIN)) > before);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_recording_makes_the_same_mp3() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let one = save(&mock, MAIN, &at("one.mp3"), &[]);
    let two = save(&mock, MAIN, &at("two.mp3"), &["--remux", "ffmpeg"]);
    assert!(fs::read(one).unwrap() == fs::read(two).unwrap());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_mp3_is_checked_and_every_changed_bit_of_its_audio_is_found() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let mp3 = save(&mock, MAIN, &folder.path().join("talk.mp3"), &[]);
    let check = || {
        CliCommand::without_service()
            .arg("check")
            .arg(&mp3)
            .finish()
    };
    let (code, out, err) = check();
    assert_eq!(code, 0, "{out}{err}");
    assert!(out.contains("every byte is as it was saved"), "{out}");
    let bytes = fs::read(&mp3).unwrap();
    let mut changed = bytes.clone();
    let middle = changed.len() / 2;
    changed[middle] ^= 0x10;
    fs::write(&mp3, changed).unwrap();
    let (code, out, _) = check();
    assert!(code == 6 && out.contains("changed"), "{out}");
    fs::write(&mp3, &bytes[..bytes.len() - 700]).unwrap();
    let (code, out, _) = check();
    assert!(code == 6 && out.contains("unreadable"), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_gap_and_a_part_keep_their_length_in_an_mp3() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    for (recording, name, more) in [
        (HOLED, "holed", &["--keep-gaps"][..]),
        (MAIN, "part", &["--from", "31", "--to", "1:02"]),
    ] {
        let m4a = save(&mock, recording, &at(&format!("{name}.m4a")), more);
        let mp3 = save(&mock, recording, &at(&format!("{name}.mp3")), more);
        let (m4a, mp3) = [m4a, mp3]
            .map(|path| media::check(fs::File::open(path).unwrap()).unwrap())
            .map(|summary| summary.duration_ms)
            .into();
        assert!(mp3.abs_diff(m4a) <= 2 * MAX_APART_MS, "{mp3} ms, not {m4a}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_an_ffmpeg_that_encodes_mp3_nothing_is_fetched() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let more = ["--format", "mp3", "--ffmpeg", "/no/such/ffmpeg"];
    let (code, out, err) = run(&mock, MAIN, folder.path(), &more);
    assert_eq!((code, out.as_str()), (8, ""), "{err}");
    assert!(err.contains("/no/such/ffmpeg was not found"), "{err}");
    assert_eq!(file_names(folder.path()), [] as [&str; 0]);
    assert_eq!(media_requests(&mock.service.coverage(MAIN)), 0);
}

#[cfg(unix)]
mod with_a_stand_in {
    use std::os::unix::fs::PermissionsExt as _;
    use std::time::{Duration, Instant};

    use super::*;

    /// Writes a program that replaces ffmpeg. It lists the encoders, then does this.
    fn stand_in(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("ffmpeg");
        let script = format!("#!/bin/sh\n[ \"$2\" = -encoders ] && exec ffmpeg \"$@\"\n{script}\n");
        fs::write(&path, script).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    fn options(program: &Path) -> [&str; 4] {
        ["--format", "mp3", "--ffmpeg", program.to_str().unwrap()]
    }

    /// Encodes only the first seconds, and says that all went well.
    const SHORT: &str = "for last; do :; done\n\
        exec ffmpeg -v error -y -f lavfi -i sine -t 5 -c:a libmp3lame -f mp3 \"$last\"";

    #[tokio::test(flavor = "multi_thread")]
    async fn what_is_not_a_whole_mp3_is_refused_and_the_m4a_is_kept() {
        let mock = MockService::demo().await;
        for (script, why) in [
            (SHORT, "not the whole film"),
            ("echo no room >&2; exit 1", "no room"),
        ] {
            let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
            let program = stand_in(tools.path(), script);
            let (code, out, err) = run(&mock, MAIN, folder.path(), &options(&program));
            assert_eq!((code, out.as_str()), (8, ""), "{err}");
            assert!(err.contains(why), "{err}");
            let names = file_names(folder.path());
            let [name] = names.as_slice() else {
                panic!("{names:?}");
            };
            let kept = folder.path().join(name);
            assert_eq!(kept.extension(), Some("m4a".as_ref()));
            assert_plays(&kept);
            // It is a whole M4A, and known as one.
            let (code, _, err) = run(&mock, MAIN, folder.path(), &["--quality", "audio"]);
            assert!(code == 0 && err.contains("Saved already"), "{err}");
        }
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn an_ffmpeg_without_the_encoder_is_refused_before_anything_is_fetched() {
        let mock = MockService::demo().await;
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let program = tools.path().join("ffmpeg");
        fs::write(&program, "#!/bin/sh\necho ' A....D aac  AAC'\n").unwrap();
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
        let (code, _, err) = run(&mock, MAIN, folder.path(), &options(&program));
        assert_eq!(code, 8, "{err}");
        assert!(err.contains("has no libmp3lame"), "{err}");
        assert_eq!(file_names(folder.path()), [] as [&str; 0]);
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_conversion_that_was_killed_starts_again_without_fetching_the_media_again() {
        let mock = MockService::demo().await;
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let slow = "exec ffmpeg -readrate 20 \"$@\"";
        let program = stand_in(tools.path(), slow);
        let target = folder.path().join("talk.mp3");
        let mut child = CliCommand::new(&mock)
            .save(MAIN)
            .args(options(&program))
            .arg("-o")
            .arg(&target)
            .spawn();
        let converted = folder.path().join("talk.part/converted.mp3");
        let deadline = Instant::now() + Duration::from_mins(2);
        while fs::metadata(&converted).map_or(0, |file| file.len()) < 10_000 {
            assert!(Instant::now() < deadline, "ffmpeg has not begun");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(
            file_names(folder.path()),
            ["talk.part"],
            "nothing has its name yet"
        );
        let before = media_requests(&mock.service.coverage(MAIN));

        let mp3 = save(&mock, MAIN, &target, &[]);
        assert_eq!(mp3, target);
        assert_plays(&mp3);
        assert_eq!(file_names(folder.path()), ["talk.mp3"]);
        // Some segments are fetched again to compare them.
        let again = media_requests(&mock.service.coverage(MAIN)) - before;
        assert!(again <= 2, "{again} segments were fetched again");
    }
}
