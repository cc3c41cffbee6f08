//! Whatever way a recording is offered by, a person gets the same film and notices nothing.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::{Choice, Code, NewJob, Quality};
use fake_ustream::{
    AccessLock, Delivery, Fault, FileContainer, PlaylistLayout, Recording, Rule, TransportBehavior,
    World,
};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, is_unfinished, job, original};
use crate::movies::{assert_plays, assert_same, assert_whole, fixture, packets};

/// FLV and transport streams tell time in milliseconds here.
const ROUNDING_US: i64 = 1_000;

/// The main recording, offered by those ways.
pub(crate) async fn mock_service_with(ways: Delivery) -> MockService {
    let recording = Recording {
        delivery: ways,
        ..Recording::new(MAIN, "offered by other ways")
    };
    MockService::with(World::empty().recording(recording)).await
}

async fn saved(practice: &MockService) -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = practice.save(job(MAIN, folder.path())).await.unwrap();
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
async fn where_the_websocket_is_refused_long_polling_tells_the_same() {
    let practice = mock_service_with(Delivery::polling()).await;
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    practice.assert_all_requested_once(MAIN, "2.m4v");
    practice.assert_all_requested_once(MAIN, "1.m4a");
}

#[tokio::test(flavor = "multi_thread")]
async fn where_no_format_is_known_playlists_are_read_however_they_list_the_pieces() {
    for (listing, rows) in [
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
        let practice = mock_service_with(Delivery::playlists(listing)).await;
        let (_folder, path) = saved(&practice).await;
        assert_movie(&path);
        for row in rows {
            practice.assert_all_requested_once(MAIN, row);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_that_are_ranges_of_one_file_are_fetched_as_such() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Ranges)).await;
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    let ranges = practice.service.coverage(MAIN);
    assert_eq!(ranges.chunks["improved/2/1.all"].len(), 100);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_quality_and_the_sound_of_playlists_can_be_chosen() {
    for (quality, row) in [
        (Quality::Smallest, "improved/4.ts"),
        (Quality::Audio, "improved/1.ts"),
    ] {
        let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
        let folder = tempfile::tempdir().unwrap();
        let choice = Choice {
            quality,
            ..Choice::default()
        };
        let order = NewJob {
            choice,
            ..job(MAIN, folder.path())
        };
        let (path, _) = practice.save(order).await.unwrap();
        assert_eq!(practice.service.missing_segments(MAIN, row), Some(vec![]));
        let sound = packets(&path, "a:0");
        assert_same(&sound, &packets(&fixture("film.flv"), "a:0"), ROUNDING_US);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_that_have_expired_are_asked_for_anew() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Separate)).await;
    let expired = Rule::new(Fault::Status(StatusCode::FORBIDDEN)).path("*/1/playlist.m3u8*");
    let expired = practice.service.faults().add(expired.times(1));
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    assert_eq!(practice.service.faults().times_applied(expired), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_playlist_that_is_cut_on_its_way_is_not_taken_for_the_whole_film() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Muxed)).await;
    let cut = Rule::new(Fault::ShortBody(900)).path("*/1/playlist.m3u8*");
    let cut = practice.service.faults().add(cut.times(1));
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    assert_eq!(practice.service.faults().times_applied(cut), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn pieces_that_are_encrypted_are_said_to_be_unsupported() {
    let practice = mock_service_with(Delivery::playlists(PlaylistLayout::Encrypted)).await;
    let folder = tempfile::tempdir().unwrap();
    let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::Unsupported, "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_is_one_file_comes_as_mp4_and_as_it_is() {
    let practice = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    let stretches = practice.service.coverage(MAIN);
    assert!(stretches.chunks[".flv"].len() > 3, "{stretches:?}");

    let folder = tempfile::tempdir().unwrap();
    let (path, _) = practice.save(original(MAIN, folder.path())).await.unwrap();
    assert_eq!(path.extension().unwrap(), "flv");
    assert_whole(&path, "film.flv", "film.flv", 0);

    let practice = mock_service_with(Delivery::file(FileContainer::Mp4)).await;
    for order in [job, original] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = practice.save(order(MAIN, folder.path())).await.unwrap();
        assert_eq!(path.extension().unwrap(), "mp4");
        let picture = packets(&fixture("video.mp4"), "v:0");
        assert_same(&packets(&path, "v:0"), &picture, 0);
    }
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_which_no_mp4_can_be_made_is_kept_and_the_next_run_fails_as_well() {
    use std::os::unix::fs::PermissionsExt as _;

    let practice = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let (folder, tools) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let program = tools.path().join("ffmpeg");
    let script = "#!/bin/sh\n[ \"$1\" = -version ] && exec ffmpeg -version\nexit 1\n";
    fs::write(&program, script).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    let codes: Vec<_> = (0..2)
        .map(|_| {
            let run = CliCommand::new(&practice).save(MAIN);
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
async fn a_server_that_knows_no_parts_of_a_small_file_is_borne() {
    let ways = Delivery {
        ignores_ranges: true,
        ..Delivery::file(FileContainer::Flv)
    };
    let practice = mock_service_with(ways).await;
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_outlives_trouble_and_new_addresses() {
    let practice = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    let faults = practice.service.faults();
    let at = |fault, skip| faults.add(Rule::new(fault).path("/video/*").skip(skip).times(1));
    let rules = [
        at(Fault::Reset, 2),
        at(Fault::Truncate(500), 3),
        at(Fault::ShortBody(700), 4),
        at(Fault::Html, 5),
        at(Fault::StatusWithoutRetryAfter(StatusCode::BAD_GATEWAY), 5),
        at(Fault::ExpireAddresses, 6),
    ];
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    for rule in rules {
        assert_eq!(faults.times_applied(rule), 1, "{rule:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_lacks_a_stretch_is_not_saved_and_goes_on_later() {
    let practice = mock_service_with(Delivery::file(FileContainer::Flv)).await;
    // The first look, and two stretches.
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("/video/*");
    practice.service.faults().add(gone.skip(3));
    let folder = tempfile::tempdir().unwrap();
    let order = || NewJob {
        overrides: engine::Overrides {
            gaps: true,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    practice.save(order()).await.unwrap_err();
    assert!(is_unfinished(folder.path()), "what came is kept");
    practice.service.faults().clear();
    let (path, _) = practice.save(order()).await.unwrap();
    assert_movie(&path);
    let stretches = practice.service.coverage(MAIN);
    let twice = stretches.chunks[".flv"]
        .values()
        .filter(|times| **times > 1);
    // The first and the last are compared with what is here.
    assert!(twice.count() <= 2, "{stretches:?}");
}

/// Of the demo world: playlists of picture and sound apart, and one file.
/// Few runs come to their end in the time beside each.
const OTHER_DELIVERIES: [(u64, u64); 2] = [(134_300_025, 2_500), (134_300_027, 900)];

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_at_random_moments_loses_nothing_by_any_way() {
    let practice = MockService::demo().await;
    let faults = practice.service.faults();
    for pattern in ["*chunk_*", "/video/*"] {
        faults.add(Rule::new(Fault::Delay(Duration::from_millis(100))).path(pattern));
    }
    for (recording, longest_ms) in OTHER_DELIVERIES {
        for _ in 0..4 {
            let folder = tempfile::tempdir().unwrap();
            let run = || {
                CliCommand::new(&practice)
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
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{said}");
            let path = String::from_utf8(output.stdout).unwrap();
            assert_movie(Path::new(path.trim_end()));
            // A run that came to its end before it was killed has saved a film, too.
            let parts = file_names(folder.path());
            let paths = parts.iter().map(|name| folder.path().join(name));
            let left = paths.filter(|path| path.is_dir() && !file_names(path).is_empty());
            assert_eq!(left.count(), 0, "nothing unfinished is left");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_begun_from_playlists_goes_on_from_them_though_the_websocket_is_back() {
    let practice = mock_service_with(Delivery::default()).await;
    let faults = practice.service.faults();
    let shut = ["*-ws-*", "*-wss-*"].map(|host| faults.add(Rule::new(Fault::HostDown).host(host)));
    let pieces = faults.add(Rule::new(Fault::Status(StatusCode::FORBIDDEN)).path("*appId=3&*"));
    let gone = Rule::new(Fault::Status(StatusCode::NOT_FOUND)).path("*chunk_50_*");
    let gone = faults.add(gone);
    let folder = tempfile::tempdir().unwrap();
    let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::PiecesMissing);
    for rule in shut.into_iter().chain([pieces, gone]) {
        assert!(
            faults.times_applied(rule) > 0 || rule == shut[1],
            "{rule:?}"
        );
        faults.remove(rule);
    }
    let (path, _) = practice.save(job(MAIN, folder.path())).await.unwrap();
    assert_movie(&path);
    // The first and the last are compared with what is here.
    practice.assert_all_requested(MAIN, "improved/2/1.ts", 2);
    assert_eq!(file_names(folder.path()).len(), 1, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_silent_websocket_costs_half_a_minute_and_no_question() {
    let ways = Delivery {
        websocket: TransportBehavior::Silent,
        polling: TransportBehavior::Silent,
        ..Delivery::default()
    };
    let practice = mock_service_with(ways).await;
    let start = Instant::now();
    let (_folder, path) = saved(&practice).await;
    assert_movie(&path);
    assert!(
        start.elapsed() < Duration::from_secs(45),
        "{:?}",
        start.elapsed()
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn long_polling_is_opened_again_where_it_breaks_off() {
    for answers in 0..3 {
        let practice = mock_service_with(Delivery::polling()).await;
        let closed = Rule::new(Fault::CloseSocket(answers)).host("*-lp-*");
        practice.service.faults().add(closed.times(1));
        let (_folder, path) = saved(&practice).await;
        assert_movie(&path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_goes_over_tls_only_by_whatever_way() {
    let recording = Recording {
        delivery: Delivery::polling(),
        lock: Some(AccessLock::Password("open sesame".into())),
        ..Recording::new(MAIN, "a password, over long polling")
    };
    let practice = MockService::with(World::empty().recording(recording)).await;
    let folder = tempfile::tempdir().unwrap();
    let locked = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(locked.code, Code::NeedsPassword);
    let access = engine::Access {
        password: Some("open sesame".into()),
        ..engine::Access::default()
    };
    let order = NewJob {
        overrides: engine::Overrides {
            access,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    let (path, _) = practice.save(order).await.unwrap();
    assert_movie(&path);
    let asked = practice.service.requests();
    let secret = |asked: &&fake_ustream::LoggedRequest| {
        let said = asked
            .connect
            .as_ref()
            .is_some_and(|it| it.get("password").is_some());
        said || asked.path.contains("sesame")
    };
    assert!(asked.iter().any(|it| secret(&it)));
    assert!(asked.iter().filter(secret).all(|asked| asked.tls));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_in_no_way_there_is_told_as_the_first_way_told_it() {
    let ways = Delivery {
        file: None,
        ..Delivery::file(FileContainer::Flv)
    };
    let practice = mock_service_with(ways).await;
    let folder = tempfile::tempdir().unwrap();
    let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::NotRecorded, "{failure:?}");
}
