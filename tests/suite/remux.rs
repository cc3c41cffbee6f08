//! Movies on this computer that the command line, as its own process, remuxes into one MP4.

mod jobs;
mod odd_inputs;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
#[cfg(unix)]
use std::time::Duration;
use std::time::Instant;

use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::file_names;
use crate::movies::{assert_plays, assert_same, assert_whole, fixture, packets};

/// FLV stores timestamps in milliseconds.
const FLV_ROUNDING_US: i64 = 1_000;
/// Timestamps of an MP4 are kept exactly; the reader rounds to microseconds.
const EXACT_US: i64 = 1;

/// Output of one run.
struct CliOutput {
    code: i32,
    out: String,
    err: String,
}

impl CliOutput {
    /// Returns the path of the finished movie.
    fn path(&self) -> &Path {
        assert_eq!(self.code, 0, "{}", self.err);
        Path::new(self.out.trim_end())
    }
}

fn remux(arguments: &[&Path]) -> CliOutput {
    remux_with(&[], arguments)
}

fn remux_with(options: &[&str], arguments: &[&Path]) -> CliOutput {
    let mut run = CliCommand::without_service()
        .arg("remux")
        .args(options.iter().copied());
    for argument in arguments {
        run = run.arg(argument);
    }
    let (code, out, err) = run.finish();
    CliOutput { code, out, err }
}

/// Writes the fixture movie with ffmpeg to a file of this name.
fn copied(folder: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    copied_with(folder, name, &[], arguments)
}

fn copied_with(folder: &Path, name: &str, inputs: &[&str], arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-i"])
        .arg(fixture("film.flv"))
        .args(inputs)
        .args(["-codec", "copy"])
        .args(arguments)
        .arg(&path)
        .status();
    assert!(done.expect("ffmpeg is needed for this test").success());
    path
}

/// Cuts the fixture movie into three FLVs, of which each begins at time 0.
fn flv_parts(folder: &Path, cuts: &[&str]) -> [PathBuf; 3] {
    let format = ["-reset_timestamps", "1", "-segment_format", "flv"];
    let arguments = [&["-f", "segment"], cuts, &format].concat();
    copied(folder, "part%d.flv", &arguments);
    [0, 1, 2].map(|number| folder.join(format!("part{number}.flv")))
}

/// Copies the fixture movie to another name.
fn flv(folder: &Path, name: &str) -> PathBuf {
    let path = folder.join(name);
    fs::copy(fixture("film.flv"), &path).unwrap();
    path
}

#[cfg(target_os = "linux")]
#[test]
fn no_certificates_are_read_for_local_files() {
    let folder = tempfile::tempdir().unwrap();
    let output = folder.path().join("out.mp4");
    // Without any, every command that needs the network fails.
    let run = CliCommand::without_service()
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", folder.path().join("nowhere"))
        .arg("remux")
        .arg(fixture("film.flv"))
        .arg(&output);
    let (code, _, err) = run.finish();
    assert_eq!(code, 0, "{err}");
    assert!(output.is_file());
}

#[test]
fn an_flv_becomes_an_mp4_beside_it_and_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let movie = flv(folder.path(), "talk.flv");
    let output = remux(&[&movie]);
    assert_eq!(output.path(), folder.path().join("talk.mp4"));
    assert_whole(output.path(), "film.flv", "film.flv", FLV_ROUNDING_US);
    assert_plays(output.path());
    assert_eq!(file_names(folder.path()), ["talk.flv", "talk.mp4"]);
    assert!(fs::read(&movie).unwrap() == fs::read(fixture("film.flv")).unwrap());
}

#[test]
fn flv_parts_whose_timestamps_restart_become_one_movie() {
    let folder = tempfile::tempdir().unwrap();
    let parts = flv_parts(folder.path(), &["-segment_time", "70"]);
    let new = folder.path().join("whole.m4v");
    let output = remux(&[&parts[0], &parts[1], &parts[2], &new]);
    assert_eq!(output.path(), new);
    for (stream, tolerance) in [("v:0", FLV_ROUNDING_US), ("a:0", 64_000)] {
        let expected = packets(&fixture("film.flv"), stream);
        assert_same(&packets(&new, stream), &expected, tolerance);
    }
    assert_plays(&new);
}

/// Returns a copy without parameter sets among its frames: a transport stream repeats them there,
/// an MP4 stores them in its codec configuration.
fn without_parameter_sets(movie: &Path) -> PathBuf {
    let path = movie.with_extension("expected.mp4");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-copyts", "-i"])
        .arg(movie)
        .args(["-codec", "copy", "-bsf:v", "filter_units=remove_types=7-9"])
        .arg(&path)
        .status();
    assert!(done.expect("ffmpeg is needed for this test").success());
    path
}

#[test]
fn a_transport_stream_becomes_an_mp4_packet_by_packet() {
    let folder = tempfile::tempdir().unwrap();
    let movie = copied(folder.path(), "film.ts", &["-f", "mpegts"]);
    let expected = without_parameter_sets(&movie);
    let output = remux(&[&movie]);
    assert_eq!(output.path(), folder.path().join("film.mp4"));
    for stream in ["v:0", "a:0"] {
        let expected = packets(&expected, stream);
        assert_same(&packets(output.path(), stream), &expected, FLV_ROUNDING_US);
    }
    assert_plays(output.path());
}

#[test]
fn transport_stream_parts_become_one_movie() {
    let folder = tempfile::tempdir().unwrap();
    let whole = copied(folder.path(), "whole.ts", &["-f", "mpegts"]);
    let expected = without_parameter_sets(&whole);
    let segments = [
        "-f",
        "segment",
        "-segment_time",
        "70",
        "-segment_format",
        "mpegts",
    ];
    copied(folder.path(), "part%d.ts", &segments);
    let parts = [0, 1, 2].map(|number| folder.path().join(format!("part{number}.ts")));
    let new = folder.path().join("new.mp4");
    let output = remux(&[&parts[0], &parts[1], &parts[2], &new]);
    assert_eq!(output.path(), new);
    for stream in ["v:0", "a:0"] {
        let expected = packets(&expected, stream);
        assert_same(&packets(&new, stream), &expected, FLV_ROUNDING_US);
    }
    assert_plays(&new);
}

#[test]
fn every_mp4_layout_keeps_its_packets_and_timestamps() {
    for arguments in [
        &[][..],
        &["-movflags", "+faststart"],
        &["-movflags", "frag_keyframe+empty_moov+default_base_moof"],
        &["-movflags", "frag_keyframe+empty_moov"],
        &["-movflags", "frag_keyframe"],
    ] {
        let folder = tempfile::tempdir().unwrap();
        let movie = copied(folder.path(), "film.mp4", arguments);
        let output = remux(&[&movie]);
        assert_eq!(output.path(), folder.path().join("film (2).mp4"));
        for stream in ["v:0", "a:0"] {
            let expected = packets(&movie, stream);
            assert_same(&packets(output.path(), stream), &expected, EXACT_US);
        }
        assert_plays(output.path());
    }
}

#[test]
fn a_truncated_movie_is_saved_up_to_the_cut_and_the_loss_is_reported() {
    let folder = tempfile::tempdir().unwrap();
    let movie = folder.path().join("cut.flv");
    let bytes = fs::read(fixture("film.flv")).unwrap();
    fs::write(&movie, &bytes[..bytes.len() * 2 / 3]).unwrap();
    let output = remux(&[&movie]);
    let found = packets(output.path(), "v:0");
    let whole = packets(&fixture("film.flv"), "v:0");
    assert!(
        found.len() > whole.len() / 2,
        "{} of {}",
        found.len(),
        whole.len()
    );
    assert_same(&found, &whole[..found.len()], FLV_ROUNDING_US);
    assert!(output.err.contains("lost:"), "{}", output.err);
    let json = remux_with(&["--json"], &[&movie]);
    let saved: Value = serde_json::from_str(json.out.lines().last().unwrap()).unwrap();
    assert!(saved["lost"]["bytes"].as_u64() > Some(0), "{saved}");
}

#[test]
fn quiet_prints_only_the_path_at_any_position_of_the_option() {
    for options in [&["--quiet", "remux"][..], &["remux", "--quiet"]] {
        let folder = tempfile::tempdir().unwrap();
        let movie = flv(folder.path(), "film.flv");
        let run = CliCommand::without_service()
            .args(options.iter().copied())
            .arg(&movie);
        let (code, out, err) = run.finish();
        assert_eq!((code, err.as_str()), (0, ""), "{options:?}");
        assert_eq!(Path::new(out.trim_end()), folder.path().join("film.mp4"));
    }
}

#[test]
fn a_file_that_is_not_a_movie_is_named_and_nothing_remains() {
    for (content, word) in [
        (
            &b"<!DOCTYPE html><html><title>Not found</title>"[..],
            "web page",
        ),
        (b"\x1a\x45\xdf\xa3\x01\0\0\0", "Matroska"),
        (b"", "no media"),
        (b"\0\0\0\x18ftypisom\0\0\0\0isomisom", "moov"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let movie = folder.path().join("film.mp4");
        fs::write(&movie, content).unwrap();
        let output = remux(&[&movie]);
        assert_eq!(output.code, 8, "{}", output.err);
        assert!(output.err.contains(word), "{word} is not in {}", output.err);
        assert_eq!(file_names(folder.path()), ["film.mp4"]);
        assert_eq!(fs::read(&movie).unwrap(), content);
    }
}

#[test]
fn a_missing_input_and_an_output_equal_to_the_input_are_usage_errors() {
    let folder = tempfile::tempdir().unwrap();
    let movie = flv(folder.path(), "a.mp4");
    let missing = folder.path().join("no.flv");
    for arguments in [&[missing.as_path()][..], &[&movie, &movie]] {
        let output = remux(arguments);
        assert_eq!(output.code, 2, "{}", output.err);
    }
    assert_eq!(file_names(folder.path()), ["a.mp4"]);
}

#[test]
fn audio_alone_becomes_an_m4a_and_a_movie_with_video_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("talk.m4a");
    let saved = remux(&[&fixture("audio.mp4"), &out]);
    let bytes = fs::read(saved.path()).unwrap();
    assert_eq!(&bytes[4..12], b"ftypM4A ");
    let other = folder.path().join("film.m4a");
    let refused = remux(&[&fixture("film.flv"), &other]);
    assert_eq!(refused.code, 2, "{}", refused.err);
    assert!(refused.err.contains(".mp4"), "{}", refused.err);
    assert_eq!(file_names(folder.path()), ["talk.m4a"]);
}

#[test]
fn an_existing_file_is_not_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let movie = flv(folder.path(), "a.flv");
    let new = folder.path().join("new.mp4");
    fs::write(&new, "mine").unwrap();
    let output = remux(&[&movie, &new]);
    assert_eq!(output.path(), folder.path().join("new (2).mp4"));
    assert_eq!(fs::read_to_string(&new).unwrap(), "mine");
}

#[test]
fn after_a_killed_run_the_next_one_makes_the_movie() {
    let reference = tempfile::tempdir().unwrap();
    // Half an hour, so that most of a run is the remuxing.
    let long = reference.path().join("long.flv");
    let done = Command::new("ffmpeg")
        .args(["-v", "error", "-stream_loop", "9", "-i"])
        .arg(fixture("film.flv"))
        .args(["-codec", "copy"])
        .arg(&long)
        .status();
    assert!(done.unwrap().success());
    let movie = reference.path().join("film.flv");
    fs::copy(&long, &movie).unwrap();
    let start = Instant::now();
    let whole = fs::read(remux(&[&movie]).path()).unwrap();
    let longest = start.elapsed();
    let source = fs::read(&movie).unwrap();
    let mut half_way = 0;
    for moment in 0..20_u32 {
        let folder = tempfile::tempdir().unwrap();
        let movie = folder.path().join("film.flv");
        fs::copy(&long, &movie).unwrap();
        let mut run = CliCommand::without_service()
            .arg("remux")
            .arg(&movie)
            .spawn();
        std::thread::sleep(longest.mul_f64((f64::from(moment) + fastrand::f64()) / 20.0));
        run.kill().unwrap();
        run.wait().unwrap();
        assert!(fs::read(&movie).unwrap() == source, "the input was changed");
        let finished = folder.path().join("film.mp4");
        if finished.exists() {
            assert!(
                fs::read(&finished).unwrap() == whole,
                "an incomplete movie has the final name"
            );
        }
        half_way += u32::from(folder.path().join("film.part").exists());
        let output = remux(&[&movie]);
        assert!(fs::read(output.path()).unwrap() == whole, "after {moment}");
        let left = file_names(folder.path());
        let unfinished = |name: &String| Path::new(name).extension() == Some("part".as_ref());
        assert!(!left.iter().any(unfinished), "{left:?}");
    }
    assert!(half_way >= 5, "only {half_way} of 20 were killed half-way");
}

#[cfg(unix)]
mod ffmpeg {
    use std::os::unix::fs::PermissionsExt;

    use engine::{
        Config, Engine, JobState, MovieFiles, Mp4Extension, NewRemux, OutputLocation, Overrides,
        Remuxer, view::JobStage, view::JobView,
    };

    use super::*;
    use crate::mock_service::{wait_for_end, wait_until};

    /// Writes a program that replaces ffmpeg.
    fn program(folder: &Path, script: &str) -> PathBuf {
        let path = folder.join("my ffmpeg");
        fs::write(&path, format!("#!/bin/sh\n{script}\n")).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).unwrap();
        path
    }

    /// Returns an ffmpeg limited to forty times real time: five seconds for the fixture.
    fn slow(folder: &Path) -> PathBuf {
        let pid = folder.join("pid");
        let script = format!(
            "[ \"$1\" = -version ] && exec ffmpeg -version\necho $$ > '{}'\nexec ffmpeg -readrate 40 \"$@\"",
            pid.display()
        );
        program(folder, &script)
    }

    fn options(program: &Path) -> [&str; 4] {
        ["--remux", "ffmpeg", "--ffmpeg", program.to_str().unwrap()]
    }

    /// Returns whether the process that a slow ffmpeg recorded is still running.
    fn is_running(folder: &Path) -> bool {
        let pid = fs::read_to_string(folder.join("pid")).unwrap();
        Command::new("kill")
            .args(["-0", pid.trim()])
            .stderr(std::process::Stdio::null())
            .status()
            .unwrap()
            .success()
    }

    #[test]
    fn it_accepts_names_that_look_like_options_or_protocols() {
        for name in ["-i.flv", "100%d.flv", "a:b.flv", "concat:x|y.flv"] {
            let folder = tempfile::tempdir().unwrap();
            let movie = flv(folder.path(), name);
            let output = remux_with(&["--remux", "ffmpeg"], &[&movie]);
            let expected = packets(&fixture("film.flv"), "v:0");
            assert_same(&packets(output.path(), "v:0"), &expected, FLV_ROUNDING_US);
            assert_eq!(file_names(folder.path()).len(), 2, "{name}");
        }
    }

    #[test]
    fn it_accepts_flv_parts_with_a_single_video_and_a_single_audio_frame() {
        let folder = tempfile::tempdir().unwrap();
        let cuts = ["-segment_times", "70.3,70.35", "-break_non_keyframes", "1"];
        let parts = flv_parts(folder.path(), &cuts);
        assert_eq!(packets(&parts[1], "a:0").len(), 1);
        let new = folder.path().join("whole.mp4");
        let output = remux_with(
            &["--remux", "ffmpeg"],
            &[&parts[0], &parts[1], &parts[2], &new],
        );
        assert_eq!(output.path(), new);
        for stream in ["v:0", "a:0"] {
            let expected = packets(&fixture("film.flv"), stream);
            assert_same(&packets(&new, stream), &expected, 64_000);
        }
    }

    #[test]
    fn what_was_changed_is_told_whoever_makes_the_mp4() {
        let folder = tempfile::tempdir().unwrap();
        let [first, second, third] = flv_parts(folder.path(), &["-segment_time", "70"]);
        // Without its file header, so that only the clock tells where the second part begins.
        let both = folder.path().join("both.flv");
        let second = fs::read(second).unwrap();
        fs::write(&both, [&fs::read(first).unwrap(), &second[13..]].concat()).unwrap();
        for (options, name) in [
            (&[][..], "ours.mp4"),
            (&["--remux", "ffmpeg"], "theirs.mp4"),
        ] {
            let new = folder.path().join(name);
            let output = remux_with(options, &[&both, &third, &new]);
            assert_eq!(output.path(), new);
            let told = "changed: the clock starts again or jumps at 0:01:09";
            assert!(output.err.contains(told), "{name}: {}", output.err);
        }
    }

    #[test]
    fn a_warning_is_not_a_failure() {
        let folder = tempfile::tempdir().unwrap();
        let movie = flv(folder.path(), "film.flv");
        let mut bytes = fs::read(&movie).unwrap();
        stand_still(&mut bytes);
        fs::write(&movie, &bytes).unwrap();
        let output = remux_with(&["--remux", "ffmpeg"], &[&movie]);
        let expected = packets(&fixture("film.flv"), "v:0");
        assert_same(&packets(output.path(), "v:0"), &expected, FLV_ROUNDING_US);
    }

    /// Gives one audio frame in the middle of an FLV the timestamp of the one before.
    fn stand_still(movie: &mut [u8]) {
        let (mut at, mut audio_tracks) = (13, Vec::new());
        while let Some([kind, a, b, c]) = movie.get(at..).and_then(|rest| rest.first_chunk()) {
            audio_tracks.extend((*kind == 8).then_some(at));
            at += u32::from_be_bytes([0, *a, *b, *c]) as usize + 15;
        }
        let middle = audio_tracks.len() / 2;
        let (before, here) = (audio_tracks[middle - 1] + 4, audio_tracks[middle] + 4);
        movie.copy_within(before..before + 4, here);
    }

    #[test]
    fn chapters_and_time_codes_in_its_output_are_accepted() {
        let folder = tempfile::tempdir().unwrap();
        let chapters = folder.path().join("chapters.txt");
        let text = ";FFMETADATA1\ntimecode=01:00:00:00\n\
            [CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=One\n";
        fs::write(&chapters, text).unwrap();
        let chapters = ["-i", chapters.to_str().unwrap(), "-map_metadata", "1"];
        let movie = copied_with(folder.path(), "film.mov", &chapters, &["-map", "0"]);
        let output = remux_with(&["--remux", "ffmpeg"], &[&movie]);
        for stream in ["v:0", "a:0"] {
            let expected = packets(&movie, stream);
            assert_same(&packets(output.path(), stream), &expected, EXACT_US);
        }
        let bytes = fs::read(output.path()).unwrap();
        for kind in [b"text", b"tmcd"] {
            assert!(bytes.windows(4).any(|bytes| bytes == kind), "{kind:?}");
        }
    }

    #[test]
    fn its_messages_are_reported_if_it_exits_successfully_with_half_a_movie() {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let movie = flv(folder.path(), "film.flv");
        let script = "[ \"$1\" = -version ] && exit 0\nfor last; do :; done\n\
            echo half > \"${last#file:}\"\necho 'the moon is wrong' >&2";
        let program = program(tools.path(), script);
        let output = remux_with(&options(&program), &[&movie]);
        assert_eq!(output.code, 8, "{}", output.err);
        assert!(output.err.contains("the moon is wrong"), "{}", output.err);
        assert_eq!(file_names(folder.path()), ["film.flv"]);
    }

    #[test]
    fn the_named_program_is_used_and_its_progress_rises() {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let movie = flv(folder.path(), "film.flv");
        let program = slow(tools.path());
        let mut all = options(&program).to_vec();
        all.push("--json");
        let output = remux_with(&all, &[&movie]);
        assert_eq!(output.code, 0, "{}", output.err);
        assert!(tools.path().join("pid").exists(), "another one was used");
        let lines = output
            .out
            .lines()
            .map(|line| serde_json::from_str::<Value>(line).unwrap());
        let shares: Vec<f64> = lines
            .filter(|line| line["stage"] == "converting")
            .filter_map(|line| line["fraction"].as_f64())
            .collect();
        assert!(shares.is_sorted(), "{shares:?}");
        assert!(
            shares.iter().any(|share| *share > 0.1 && *share < 0.9),
            "{shares:?}"
        );
    }

    #[test]
    fn its_errors_are_reported_and_the_original_stays() {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let movie = flv(folder.path(), "film.flv");
        let script = "[ \"$1\" = -version ] && exit 0\necho 'the moon is wrong' >&2\nexit 1";
        let program = program(tools.path(), script);
        let output = remux_with(&options(&program), &[&movie]);
        assert_eq!(output.code, 8, "{}", output.err);
        assert!(output.err.contains("the moon is wrong"), "{}", output.err);
        assert!(
            output.err.contains(movie.to_str().unwrap()),
            "{}",
            output.err
        );
        assert_eq!(file_names(folder.path()), ["film.flv"]);
        assert!(fs::read(&movie).unwrap() == fs::read(fixture("film.flv")).unwrap());
    }

    #[test]
    fn a_missing_program_is_reported_before_anything_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let movie = flv(folder.path(), "film.flv");
        let output = remux_with(&options(Path::new("/no/such/ffmpeg")), &[&movie]);
        assert_eq!(output.code, 8, "{}", output.err);
        assert!(
            output.err.contains("/no/such/ffmpeg was not found"),
            "{}",
            output.err
        );
        assert_eq!(file_names(folder.path()), ["film.flv"]);
    }

    #[test]
    fn stopping_ends_it_and_leaves_no_files() {
        let (tools, folder) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let movie = flv(folder.path(), "film.flv");
        let mut run = CliCommand::without_service().arg("remux");
        for option in options(&slow(tools.path())) {
            run = run.arg(option);
        }
        let run = run.arg(&movie).spawn();
        let start = Instant::now();
        while !tools.path().join("pid").exists() {
            assert!(start.elapsed() < Duration::from_mins(1), "it did not start");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        let interrupted = Command::new("kill")
            .args(["-INT", &run.id().to_string()])
            .status();
        assert!(interrupted.unwrap().success());
        let output = run.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(130), "{output:?}");
        assert_eq!(file_names(folder.path()), ["film.flv"]);
        assert!(!is_running(tools.path()), "ffmpeg goes on");
    }

    fn engine(data: &Path, ffmpeg: PathBuf) -> Engine {
        Engine::open(Config {
            data_dir: Some(data.to_owned()),
            ffmpeg,
            ..Config::default()
        })
        .unwrap()
    }

    fn new_job(movie: &Path) -> NewRemux {
        NewRemux {
            films: MovieFiles {
                films: vec![movie.to_owned()],
                ending: Mp4Extension::Mp4,
            },
            remux: Remuxer::Ffmpeg,
            output: OutputLocation {
                folder: movie.parent().unwrap().to_owned(),
                stem: None,
            },
        }
    }

    fn is_converting(job: &JobView) -> bool {
        job.progress.as_ref().is_some_and(|progress| {
            progress.stage == JobStage::Converting && progress.fraction > Some(0.05)
        })
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn its_job_is_paused_after_a_restart_and_resumes() {
        let (tools, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let movie = flv(folder.path(), "film.flv");
        let before = engine(data.path(), slow(tools.path()));
        let id = before.remux(new_job(&movie)).await.unwrap();
        wait_until(&before, &id, is_converting).await;
        before.shutdown().await;
        assert_eq!(file_names(folder.path()), ["film.flv"]);

        let after = engine(data.path(), "ffmpeg".into());
        wait_until(&after, &id, |job| job.state == JobState::Paused).await;
        after.resume(&id, Overrides::default()).await.unwrap();
        let finished = wait_for_end(&after, &id).await.unwrap();
        assert_eq!(finished.file, "film.mp4");
        assert_whole(
            &after.path(&id).await.unwrap(),
            "film.flv",
            "film.flv",
            FLV_ROUNDING_US,
        );
        after.shutdown().await;
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn its_job_can_be_paused_and_removed_without_leaving_files() {
        let (tools, data) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let folder = tempfile::tempdir().unwrap();
        let movie = flv(folder.path(), "film.flv");
        let engine = engine(data.path(), slow(tools.path()));
        let id = engine.remux(new_job(&movie)).await.unwrap();
        wait_until(&engine, &id, is_converting).await;
        engine.pause(&id).await.unwrap();
        wait_until(&engine, &id, |job| job.state == JobState::Paused).await;
        engine.resume(&id, Overrides::default()).await.unwrap();
        wait_until(&engine, &id, is_converting).await;
        engine.remove(&id, false).await.unwrap();
        assert_eq!(file_names(folder.path()), ["film.flv"]);
        assert!(!is_running(tools.path()), "ffmpeg goes on");
        engine.shutdown().await;
    }
}
