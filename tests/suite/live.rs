//! Running streams: what is recorded of them, what happens to it when they pause, restart or end, and
//! how politely they are asked.

use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::time::Duration;

use engine::view::{JobView, LiveEnd, WaitReason};
use engine::{Choice, ContainerChoice, JobId, LiveOptions, NewJob, OutputLocation, Patience};
use fake_ustream::{EndMessage, LiveAction, LiveClock, LiveRestart, LiveStream};
use serde_json::Value;

use crate::command_line::CliCommand;
use crate::mock_service::{file_names, is_unfinished, wait_for_end, wait_until};
use crate::movies::{assert_plays, packets};
use crate::running_stream::{
    CHANNEL, FIRST, LINK, StreamRecording, VIDEO, assert_has_all, assert_polite,
    assert_same_packets, expected, live_job, patient, service, wait_until_so, waits_for_stream,
};

/// Returns a stream that a test drives, of which twelve segments were sent already.
fn stream() -> LiveStream {
    LiveStream {
        first_segment: FIRST,
        aired_segments: 12,
        // The earliest one is named.
        earlier_hashes: 1,
        update_every: 5,
        ..LiveStream::new(LiveClock::manual())
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_recorded_from_the_earliest_segment_to_its_end() {
    let stream = stream().event(48, LiveAction::End(EndMessage::NotAvailable));
    let recording = StreamRecording::start(stream, patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(48).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Ended));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert!(
        finished.duration_ms.abs_diff(120_000) <= 300,
        "{finished:?}"
    );
    assert_has_all(&path, 60);
    let traffic = recording.traffic();
    assert_polite(&traffic);
    recording.assert_fetched_once(0, FIRST..FIRST + 60);
    let name = path.file_name().unwrap().to_str().unwrap();
    assert!(name.starts_with("Practice channel running (20"), "{name}");
    assert_eq!(file_names(recording.folder.path()), [name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_stopped_is_saved() {
    let recording = StreamRecording::start(stream(), patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(10).await;
    recording
        .engine
        .stop_and_save(&recording.job)
        .await
        .unwrap();
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Asked));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_has_all(&path, usize::try_from(finished.duration_ms / 2000).unwrap());
    assert!(finished.duration_ms > 38_000, "{finished:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_from_now_on_leaves_out_what_was_sent() {
    let stream = stream().event(10, LiveAction::End(EndMessage::Offline));
    let from_now = LiveOptions {
        from_now: true,
        ..patient()
    };
    let recording = StreamRecording::start(stream, from_now).await;
    recording.wait_for(0, FIRST + 11).await;
    recording.run_to(10).await;
    let (path, finished) = recording.finished().await;
    let served = recording.traffic().served(0, VIDEO);
    assert_eq!(served, (FIRST + 11..FIRST + 22).collect::<Vec<_>>());
    assert!(finished.duration_ms.abs_diff(22_000) <= 300, "{finished:?}");
    assert_plays(&path);
    assert!(packets(&path, "v:0")[0].dts_us.abs() < 300_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_started_again_goes_on_in_the_same_file() {
    let restart = LiveAction::Restart(LiveRestart::at_segment(2_000_000));
    let stream = stream()
        .event(10, LiveAction::DropConnections)
        // The segment before was announced.
        .event(19, restart)
        .event(40, LiveAction::End(EndMessage::NotAvailable));
    let recording = StreamRecording::start(stream, patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(15).await;
    // The connection comes back after half a second; until then nothing is announced.
    tokio::time::sleep(Duration::from_millis(1500)).await;
    recording.clock.advance(4);
    recording.wait_for(0, FIRST + 30).await;
    recording.run_to(40).await;
    let (path, finished) = recording.finished().await;
    let traffic = recording.traffic();
    let first: Vec<_> = traffic.served(0, VIDEO);
    assert_eq!(first, (FIRST..FIRST + 31).collect::<Vec<_>>());
    assert_eq!(
        traffic.served(1, VIDEO),
        (2_000_000..2_000_021).collect::<Vec<_>>()
    );
    // The clock of this computer tells how long the pause was: far less than a segment here.
    assert!(
        finished.gaps.iter().map(|gap| gap.duration_ms).sum::<u64>() <= 4_000,
        "{finished:?}"
    );
    assert!(
        finished.duration_ms.abs_diff(104_000) <= 4_500,
        "{finished:?}"
    );
    assert_plays(&path);
    let count = packets(&path, "v:0").len();
    let of_recording = expected("v:0", 52).len();
    assert!(count.abs_diff(of_recording) <= 4, "{count} {of_recording}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_segment_is_a_gap_and_does_not_hold_the_others_up() {
    let mut stream = stream().event(38, LiveAction::End(EndMessage::NotAvailable));
    stream.missing_segments.insert(FIRST + 14);
    let recording = StreamRecording::start(stream, patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(38).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.gaps.len(), 1, "{finished:?}");
    let gap = finished.gaps[0];
    assert_eq!((gap.start_ms, gap.duration_ms), (28_000, 2_000));
    assert_plays(&path);
    let traffic = recording.traffic();
    assert!(
        traffic.of(0, VIDEO, Some(FIRST + 14)).not_found <= 6,
        "{traffic:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_recording_goes_on_or_is_saved() {
    let stream = stream().event(30, LiveAction::End(EndMessage::NotAvailable));
    let recording = StreamRecording::start(stream, patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(10).await;
    recording.engine.shutdown().await;
    let folder = recording.folder.path();
    assert!(is_unfinished(folder), "{:?}", file_names(folder));
    // It runs still, and goes on.
    let engine = recording.mock.engine();
    engine.download(live_job(folder, patient())).await.unwrap();
    recording.wait_for(0, FIRST + 20).await;
    recording.clock.advance(5);
    recording.wait_for(0, FIRST + 25).await;
    engine.shutdown().await;
    // It is over, and what there is becomes the movie.
    recording.clock.advance(15);
    let engine = recording.mock.engine();
    let job = engine.download(live_job(folder, patient())).await.unwrap();
    let finished = wait_for_end(&engine, &job).await.unwrap();
    let path = engine.path(&job).await.unwrap();
    assert_eq!(file_names(folder).len(), 1);
    assert!(finished.duration_ms >= 50_000, "{finished:?}");
    assert_plays(&path);
    let traffic = recording.traffic();
    for segment in FIRST..FIRST + 10 {
        assert_eq!(traffic.of(0, VIDEO, Some(segment)).served, 1, "{segment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_command_line_records_a_stream_that_is_running_and_says_so() {
    let mut stream = stream();
    // It ends by itself.
    stream.clock = LiveClock::running(Duration::from_millis(100));
    let stream = stream.event(20, LiveAction::End(EndMessage::NotAvailable));
    let mock = service(stream).await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .arg(LINK)
        .arg("-o")
        .arg(folder.path());
    let (code, out, err) = tokio::task::spawn_blocking(move || run.finish())
        .await
        .unwrap();
    assert_eq!(code, 0, "{err}");
    assert!(err.contains("This stream is running now"), "{err}");
    assert!(err.contains("The stream has ended."), "{err}");
    let path = PathBuf::from(out.trim_end());
    assert_plays(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_waited_for_and_leaves_no_gap() {
    let stream = stream()
        .event(10, LiveAction::Pause)
        .event(13, LiveAction::Resume)
        .event(33, LiveAction::End(EndMessage::NotAvailable));
    let recording = StreamRecording::start(stream, patient()).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(10).await;
    wait_until(&recording.engine, &recording.job, waits_for_stream).await;
    recording.run_to(33).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Ended));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_has_all(&path, 42);
    assert_polite(&recording.traffic());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_ends_without_a_word_is_saved_when_patience_ends() {
    let stream = stream().event(10, LiveAction::End(EndMessage::Nothing));
    let impatient = LiveOptions {
        patience_ms: 4_000,
        ..LiveOptions::default()
    };
    let recording = StreamRecording::start(stream, impatient).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(10).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Silent));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert!(finished.duration_ms >= 40_000, "{finished:?}");
    assert_plays(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_flv_segments_becomes_an_mp4_or_stays_an_flv() {
    for keep in [ContainerChoice::Mp4, ContainerChoice::Original] {
        let mut stream = stream().event(18, LiveAction::End(EndMessage::NotAvailable));
        stream.mp4.clear();
        stream.missing_segments.insert(FIRST + 14);
        let recording = StreamRecording::start_job(stream, |folder| NewJob {
            choice: Choice {
                keep,
                ..Choice::default()
            },
            ..live_job(folder, patient())
        })
        .await;
        let is_served = |segment| {
            let traffic = recording.traffic();
            let mut segments = traffic.segments.iter();
            segments.any(|(it, count)| count.served > 0 && it.segment == Some(segment))
        };
        wait_until_so("what was sent before", || is_served(FIRST + 11)).await;
        recording.clock.advance(18);
        wait_until_so("the last segment", || is_served(FIRST + 29)).await;
        let (path, finished) = recording.finished().await;
        let ending = if keep == ContainerChoice::Original {
            "flv"
        } else {
            "mp4"
        };
        assert_eq!(path.extension().unwrap(), ending);
        assert_eq!(finished.gaps.len(), 1, "{finished:?}");
        assert!(finished.duration_ms.abs_diff(60_000) <= 500, "{finished:?}");
        assert_plays(&path);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn ctrl_c_stops_a_recording_and_saves_it() {
    let mock = service(stream()).await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .arg(LINK)
        .arg("-o")
        .arg(folder.path());
    let child = run.spawn();
    wait_until_so("what was sent before", || {
        mock.service.live_traffic(CHANNEL).served(0, VIDEO).len() >= 12
    })
    .await;
    let id = child.id().to_string();
    let stopped = std::process::Command::new("kill")
        .args(["-INT", &id])
        .status();
    assert!(stopped.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(0), "{message}");
    assert!(message.contains("The recording was stopped."), "{message}");
    let out = String::from_utf8(output.stdout).unwrap();
    assert_has_all(Path::new(out.trim_end()), 12);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_wants_no_stream_gets_none() {
    let mock = service(stream()).await;
    let run = CliCommand::new(&mock).arg(LINK).arg("--no-live");
    let (code, _, err) = tokio::task::spawn_blocking(move || run.finish())
        .await
        .unwrap();
    assert_ne!(code, 0);
    assert!(err.contains("running"), "{err}");
    assert!(mock.service.live_traffic(CHANNEL).segments.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_goes_on_in_a_further_file_when_one_is_full() {
    let stream = stream().event(30, LiveAction::End(EndMessage::NotAvailable));
    let split = LiveOptions {
        max_file_bytes: Some(60_000),
        ..patient()
    };
    let recording = StreamRecording::start(stream, split).await;
    recording.wait_for(0, FIRST + 10).await;
    recording.run_to(30).await;
    let files = recording.all_finished().await;
    let ends: Vec<_> = files.iter().map(|(_, file)| file.live_end).collect();
    let (last, full) = ends.split_last().unwrap();
    assert_eq!(*last, Some(LiveEnd::Ended));
    assert!(!full.is_empty(), "{ends:?}");
    assert!(
        full.iter().all(|end| *end == Some(LiveEnd::FileFull)),
        "{ends:?}"
    );
    recording.assert_fetched_once(0, FIRST..FIRST + 42);
    // No packet is in two files or in none.
    for stream in ["v:0", "a:0"] {
        let found = files.iter().flat_map(|(path, _)| packets(path, stream));
        assert_same_packets(stream, &found.collect::<Vec<_>>(), 42);
    }
    for (number, (path, file)) in files.iter().enumerate() {
        assert_plays(path);
        assert!(file.gaps.is_empty(), "{file:?}");
        let name = path.file_name().unwrap().to_str().unwrap();
        let part = format!(", part {}", number + 1);
        assert_eq!(name.contains(&part), number > 0, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_one_file_cannot_hold_goes_on_in_another() {
    let sound = LiveRestart {
        videos: Vec::new(),
        ..LiveRestart::at_segment(2_000_000)
    };
    let stream = stream()
        .event(10, LiveAction::Restart(sound))
        .event(30, LiveAction::End(EndMessage::NotAvailable));
    let recording = StreamRecording::start_job(stream, |folder| NewJob {
        output: OutputLocation {
            folder: folder.to_owned(),
            stem: Some("evening".to_owned()),
        },
        ..live_job(folder, patient())
    })
    .await;
    recording.wait_for(0, FIRST + 10).await;
    recording.clock.advance(11);
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Restarted), "{finished:?}");
    assert_eq!(path.file_name().unwrap(), "evening.mp4");
    assert_has_all(&path, 22);
    recording.clock.advance(19);
    let next: JobId = finished.continued_by.unwrap().parse().unwrap();
    let (path, finished) = recording.end_of(&next).await;
    // It is sound alone.
    assert_eq!(path.file_name().unwrap(), "evening (part 2).m4a");
    assert_eq!(finished.live_end, Some(LiveEnd::Ended));
    assert!(finished.duration_ms.abs_diff(40_000) <= 300, "{finished:?}");
    assert_plays(&path);
    assert_eq!(file_names(recording.folder.path()).len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_is_waited_for_until_it_starts_and_takes_no_place_of_a_download() {
    let stream = stream()
        .event(1, LiveAction::End(EndMessage::NotAvailable))
        .event(6, LiveAction::Restart(LiveRestart::at_segment(2_000_000)))
        .event(30, LiveAction::End(EndMessage::NotAvailable));
    let clock = stream.clock.clone();
    let mock = service(stream).await;
    clock.advance(1);
    let engine = mock.engine_with_patience(Patience {
        start_interval: Duration::from_millis(100),
        ..Patience::default()
    });
    engine.run_at_once(NonZeroUsize::MIN).await.unwrap();
    let folders = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let mut jobs = Vec::new();
    for folder in &folders {
        let waiting = LiveOptions {
            waits: true,
            ..LiveOptions::default()
        };
        let job = live_job(folder.path(), waiting);
        jobs.push(engine.download(job).await.unwrap());
    }
    let waits = |job: &JobView| {
        let progress = job.progress.as_ref();
        progress.is_some_and(|it| it.waiting_for == Some(WaitReason::StreamStart))
    };
    for job in &jobs {
        wait_until(&engine, job, waits).await;
    }
    // Nothing is described of it at first, and it is waited for all the same.
    clock.advance(8);
    for job in &jobs {
        let records = |job: &JobView| job.progress.as_ref().is_some_and(|it| it.live.is_some());
        wait_until(&engine, job, records).await;
    }
    clock.advance(21);
    for job in &jobs {
        let finished = wait_for_end(&engine, job).await.unwrap();
        assert_eq!(finished.live_end, Some(LiveEnd::Ended));
        assert!(
            finished.duration_ms.abs_diff(50_000) <= 2_300,
            "{finished:?}"
        );
        assert_plays(&engine.path(job).await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_is_told_what_happens_to_a_stream() {
    let mut stream = stream();
    stream.clock = LiveClock::running(Duration::from_millis(150));
    stream.missing_segments.insert(FIRST + 16);
    let stream = stream
        .event(14, LiveAction::Restart(LiveRestart::at_segment(2_000_000)))
        .event(34, LiveAction::End(EndMessage::NotAvailable));
    let mock = service(stream).await;
    let folder = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock)
        .args([LINK, "--json", "--wait", "-o"])
        .arg(folder.path());
    let (code, out, err) = tokio::task::spawn_blocking(move || run.finish())
        .await
        .unwrap();
    assert_eq!(code, 0, "{err}");
    let lines = out.lines().map(|line| serde_json::from_str(line).unwrap());
    let changes = lines.filter(|line: &Value| line["event"] == "stream");
    let changes: Vec<Value> = changes.collect();
    let named = |name: &str| changes.iter().find(|it| it["change"] == name);
    assert!(named("live").unwrap()["since_unix_s"].is_i64());
    assert!(
        named("gap").unwrap()["missing_ms"].as_u64() >= Some(2000),
        "{changes:?}"
    );
    assert!(named("restarted").is_some(), "{changes:?}");
    assert_eq!(changes.last().unwrap()["change"], "ended");
    assert_eq!(changes.last().unwrap()["reason"], "ended");
}
