//! The saved movie is the same by every transport: websocket, long polling, playlists or a single
//! file.

use std::path::Path;
use std::time::Duration;

use axum::http::StatusCode;
use engine::{Choice, Code, NewJob, Quality};
use fake_ustream::{
    AccessLock, Delivery, Fault, FileContainer, PlaylistLayout, Recording, Rule, TransportBehavior,
    World,
};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, is_unfinished, job, original};
use crate::movies::{assert_plays, assert_same, assert_whole, fixture, packets};

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;

/// Starts a service with the main recording, offered by these transports.
pub(crate) async fn mock_service_with(delivery: Delivery) -> MockService {
    let recording = Recording {
        delivery,
        ..Recording::new(MAIN, "offered by other ways")
    };
    MockService::with(World::empty().recording(recording)).await
}

async fn saved(mock: &MockService) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = mock.save(job(MAIN, folder.path())).await.unwrap();
    assert!(
        finished.gaps.is_empty() && finished.lost.is_none(),
        "{finished:?}"
    );
    (folder, path)
}

fn assert_movie(path: &Path) {
    assert_eq!(path.extension().unwrap(), "mp4");
    assert_whole(path, "film.flv", "film.flv", ROUNDING_US);
    assert_plays(path);
}

#[tokio::test(flavor = "multi_thread")]
async fn long_polling_replaces_a_refused_websocket() {
    let mock = mock_service_with(Delivery::polling()).await;
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    mock.assert_all_requested_once(MAIN, "2.m4v");
    mock.assert_all_requested_once(MAIN, "1.m4a");
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_of_every_layout_are_read_if_no_other_format_is_known() {
    for (listing, representations) in [
        (
            PlaylistLayout::Muxed,
            ["improved/2/1.ts", "improved/2/1.ts"],
        ),
        (PlaylistLayout::Separate, ["improved/2.ts", "improved/1.ts"]),
        (
            PlaylistLayout::AlternateAudio,
            ["improved/2/3.ts", "improved/1.ts"],
        ),
        (
            PlaylistLayout::PackedAudio,
            ["improved/2.ts", "improved/1.aac"],
        ),
        (PlaylistLayout::Fmp4, ["2.m4v", "1.m4a"]),
    ] {
        let mock = mock_service_with(Delivery::playlists(listing)).await;
        let (_folder, path) = saved(&mock).await;
        assert_movie(&path);
        for representation in representations {
            mock.assert_all_requested_once(MAIN, representation);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_that_are_byte_ranges_of_one_file_are_fetched_as_ranges() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Ranges)).await;
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    let ranges = mock.service.coverage(MAIN);
    assert_eq!(ranges.chunks["improved/2/1.all"].len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn quality_and_audio_of_playlists_can_be_chosen() {
    for (quality, representation) in [
        (Quality::Smallest, "improved/4.ts"),
        (Quality::Audio, "improved/1.ts"),
    ] {
        let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
        let folder = tempfile::tempdir().unwrap();
        let choice = Choice {
            quality,
            ..Choice::default()
        };
        let new_job = NewJob {
            choice,
            ..job(MAIN, folder.path())
        };
        let (path, _) = mock.save(new_job).await.unwrap();
        assert_eq!(
            mock.service.missing_segments(MAIN, representation),
            Some(vec![])
        );
        let audio = packets(&path, "a:0");
        assert_same(&audio, &packets(&fixture("film.flv"), "a:0"), ROUNDING_US);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn expired_playlists_are_requested_again() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let expired = Rule::new(Fault::Status(StatusCode::FORBIDDEN)).path("*/1/playlist.m3u8*");
    let expired = mock.service.faults().add(expired.times(1));
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    assert_eq!(mock.service.faults().times_applied(expired), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_playlist_is_not_taken_for_the_whole_recording() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Muxed)).await;
    let cut = Rule::new(Fault::ShortBody(900)).path("*/1/playlist.m3u8*");
    let cut = mock.service.faults().add(cut.times(1));
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    assert_eq!(mock.service.faults().times_applied(cut), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn encrypted_segments_are_called_encrypted() {
    let mock = mock_service_with(Delivery::playlists(PlaylistLayout::Encrypted)).await;
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::Encrypted, "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_is_saved_as_mp4_and_as_the_original() {
    let mock = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    let ranges = mock.service.coverage(MAIN);
    assert!(ranges.chunks[".flv"].len() > 3, "{ranges:?}");

    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(original(MAIN, folder.path())).await.unwrap();
    assert_eq!(path.extension().unwrap(), "flv");
    assert_whole(&path, "film.flv", "film.flv", 0);

    let mock = mock_service_with(Delivery::file(FileContainer::Mp4)).await;
    for new_job in [job, original] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(new_job(MAIN, folder.path())).await.unwrap();
        assert_eq!(path.extension().unwrap(), "mp4");
        let video = packets(&fixture("video.mp4"), "v:0");
        assert_same(&packets(&path, "v:0"), &video, 0);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_cannot_be_remuxed_is_kept_and_the_next_run_fails_too() {
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    let mock = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = tools.path().join("ffmpeg");
    let script = "#!/bin/sh\n[ \"$1\" = -version ] && exec ffmpeg -version\nexit 1\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let codes: Vec<_> = (0..2)
        .map(|_| {
            let run = CliCommand::new(&mock).save(MAIN);
            let run = run.args(["--remux", "ffmpeg", "--ffmpeg"]).arg(&program);
            let output = run.arg("-o").arg(folder.path()).output();
            assert!(output.stdout.is_empty(), "{output:?}");
            output.status.code()
        })
        .collect();
    assert!(codes[0] != Some(0) && codes[0] == codes[1], "{codes:?}");
    let names = file_names(folder.path());
    let is_flv = |name: &String| Path::new(name).extension() == Some("flv".as_ref());
    assert!(names.iter().all(is_flv), "{names:?}");
    assert_eq!(names.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_ignores_ranges_is_accepted_for_a_small_file() {
    let delivery = Delivery {
        ignores_ranges: true,
        ..Delivery::file(FileContainer::Flv)
    };
    let mock = mock_service_with(delivery).await;
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_survives_faults_and_expired_addresses() {
    let mock = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let faults = mock.service.faults();
    let at = |fault, skip| faults.add(Rule::new(fault).path("/video/*").skip(skip).times(1));
    let rules = [
        at(Fault::Reset, 2),
        at(Fault::Truncate(500), 3),
        at(Fault::ShortBody(700), 4),
        at(Fault::Html, 5),
        at(Fault::StatusWithoutRetryAfter(StatusCode::BAD_GATEWAY), 5),
        at(Fault::ExpireAddresses, 6),
    ];
    let (_folder, path) = saved(&mock).await;
    assert_movie(&path);
    for rule in rules {
        assert_eq!(faults.times_applied(rule), 1, "{rule:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_single_file_with_a_missing_range_is_not_saved_and_resumes_later() {
    let mock = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    // Let the probe and two byte ranges pass.
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("/video/*");
    mock.service.faults().add(gone.skip(3));
    let folder = tempfile::tempdir().unwrap();
    let new_job = || NewJob {
        overrides: engine::Overrides {
            gaps: true,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    mock.save(new_job()).await.unwrap_err();
    assert!(
        is_unfinished(folder.path()),
        "the fetched segments are kept"
    );
    mock.service.faults().clear();
    let (path, _) = mock.save(new_job()).await.unwrap();
    assert_movie(&path);
    let ranges = mock.service.coverage(MAIN);
    let twice = ranges.chunks[".flv"].values().filter(|times| **times > 1);
    // A resumed run fetches the first and the last saved range again to compare them.
    assert!(twice.count() <= 2, "{ranges:?}");
}

/// Recordings of the demo world: playlists with separate video and audio, and a single file. Few
/// runs finish within the milliseconds beside each.
const OTHER_DELIVERIES: [(u64, u64); 2] = [(134_300_025, 2_500), (134_300_027, 900)];

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_random_moments_loses_nothing_by_any_transport() {
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    for pattern in ["*chunk_*", "/video/*"] {
        faults.add(Rule::new(Fault::Delay(Duration::from_millis(100))).path(pattern));
    }
    for (recording, longest_ms) in OTHER_DELIVERIES {
        for _ in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            let run = || {
                CliCommand::new(&mock)
                    .save(recording)
                    .arg("-o")
                    .arg(folder.path())
            };
            for _ in 0..2 {
                let moment = Duration::from_millis(fastrand::u64(250..longest_ms));
                let mut child = run().args(["--parallel", "2"]).spawn();
                std::thread::sleep(moment);
                child.kill().unwrap();
                child.wait().unwrap();
            }
            let output = run().output();
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{stderr}");
            let path = String::from_utf8(output.stdout).unwrap();
            assert_movie(Path::new(path.trim_end()));
            // A run that finished before it was killed has saved a movie as well.
            let parts = file_names(folder.path());
            let paths = parts.iter().map(|name| folder.path().join(name));
            let left = paths.filter(|path| path.is_dir() && !file_names(path).is_empty());
            assert_eq!(left.count(), 0, "nothing unfinished is left");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_download_started_from_playlists_resumes_from_them_after_the_websocket_is_back() {
    let mock = mock_service_with(Delivery::default()).await;
    let faults = mock.service.faults();
    let refused =
        ["*-ws-*", "*-wss-*"].map(|host| faults.add(Rule::new(Fault::HostDown).host(host)));
    let segments = faults.add(Rule::new(Fault::Status(StatusCode::FORBIDDEN)).path("*appId=3&*"));
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_50_*");
    let gone = faults.add(gone);
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::SegmentsMissing);
    for rule in refused.into_iter().chain([segments, gone]) {
        assert!(
            faults.times_applied(rule) > 0 || rule == refused[1],
            "{rule:?}"
        );
        faults.remove(rule);
    }
    let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    assert_movie(&path);
    // A resumed run fetches the first and the last saved segment again to compare them.
    mock.assert_all_requested(MAIN, "improved/2/1.ts", 2);
    assert_eq!(file_names(folder.path()).len(), 1, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_websocket_only_delays_the_start() {
    let delivery = Delivery {
        websocket: TransportBehavior::Silent,
        polling: TransportBehavior::Silent,
        ..Delivery::default()
    };
    let mock = mock_service_with(delivery).await;
    let saved = tokio::time::timeout(Duration::from_mins(5), saved(&mock)).await;
    let (_folder, path) = saved.expect("the wait has an end");
    assert_movie(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broken_long_polling_session_is_reopened() {
    for answers in 0..3 {
        let mock = mock_service_with(Delivery::polling()).await;
        let closed = Rule::new(Fault::CloseSocket(answers)).host("*-lp-*");
        mock.service.faults().add(closed.times(1));
        let (_folder, path) = saved(&mock).await;
        assert_movie(&path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_is_sent_over_tls_only_by_long_polling_too() {
    let recording = Recording {
        delivery: Delivery::polling(),
        lock: Some(AccessLock::Password("open sesame".into())),
        ..Recording::new(MAIN, "a password, over long polling")
    };
    let mock = MockService::with(World::empty().recording(recording)).await;
    let folder = tempfile::tempdir().unwrap();
    let locked = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(locked.code, Code::NeedsPassword);
    let access = engine::Access {
        password: Some("open sesame".into()),
        ..engine::Access::default()
    };
    let new_job = NewJob {
        overrides: engine::Overrides {
            access,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    let (path, _) = mock.save(new_job).await.unwrap();
    assert_movie(&path);
    let requests = mock.service.requests();
    let secret = |request: &&fake_ustream::LoggedRequest| {
        let has_password = request
            .connect
            .as_ref()
            .is_some_and(|it| it.get("password").is_some());
        has_password || request.path.contains("sesame")
    };
    assert!(requests.iter().any(|it| secret(&it)));
    assert!(requests.iter().filter(secret).all(|request| request.tls));
}

#[tokio::test(flavor = "multi_thread")]
async fn if_no_transport_has_the_recording_the_first_reason_is_reported() {
    let delivery = Delivery {
        file: None,
        ..Delivery::file(FileContainer::Flv)
    };
    let mock = mock_service_with(delivery).await;
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::NotRecorded, "{failure:?}");
}
