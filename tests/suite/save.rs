//! From a recording to one playable file.

use std::fs;

use engine::{Choice, NewJob, OutputLocation, Quality, Remuxer};

use crate::mock_service::{MAIN, MockService, file_names, job, original};
use crate::movies::{
    assert_first, assert_plays, assert_same, assert_whole, fixture, packets, tags,
};

/// FLV stores timestamps in milliseconds.
const FLV_ROUNDING_US: i64 = 1_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_of_a_hundred_mp4_chunks_is_saved_completely() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, finished) = mock.save(job(MAIN, folder.path())).await.unwrap();
    assert_whole(&path, "video.mp4", "audio.mp4", FLV_ROUNDING_US);
    assert_plays(&path);
    mock.assert_all_requested_once(MAIN, "2.m4v");
    mock.assert_all_requested_once(MAIN, "1.m4a");
    assert_eq!(finished.size_bytes, fs::metadata(&path).unwrap().len());
    assert!(
        finished.gaps.is_empty() && finished.duration_ms.abs_diff(200_000) < 500,
        "{finished:?}"
    );
    assert_eq!(
        file_names(folder.path()),
        [finished.file],
        "nothing else is left"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn flv_chunks_without_a_stated_length_are_saved_completely() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let id = 134_300_013;
    let (path, _) = mock.save(job(id, folder.path())).await.unwrap();
    assert_eq!(path.extension().unwrap(), "mp4");
    assert_first(&path, "film.flv", "film.flv", 97, FLV_ROUNDING_US);
    assert_plays(&path);
    mock.assert_all_requested_once(id, "2/1.flv");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_flv_original_is_saved_completely() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(original(MAIN, folder.path())).await.unwrap();
    assert_eq!(path.extension().unwrap(), "flv");
    assert_whole(&path, "film.flv", "film.flv", 0);
    assert_plays(&path);
    mock.assert_all_requested_once(MAIN, "2/1.flv");
    let representations = mock.service.coverage(MAIN);
    assert_eq!(
        representations
            .representations()
            .into_iter()
            .collect::<Vec<_>>(),
        ["2/1.flv"],
        "one quality only"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_hash_keys_and_odd_frames_lose_nothing() {
    let mock = MockService::demo().await;
    for (id, chunks) in [(134_300_011, 100), (134_300_012, 7), (134_300_014, 100)] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(job(id, folder.path())).await.unwrap();
        assert_first(&path, "video.mp4", "audio.mp4", chunks, FLV_ROUNDING_US);
        for representation in ["2.m4v", "1.m4a"] {
            assert_eq!(
                mock.service.missing_segments(id, representation),
                Some(vec![]),
                "{id}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timestamps_that_restart_in_each_chunk_are_joined() {
    let mock = MockService::demo().await;
    for new_job in [job, original] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock
            .save(new_job(134_300_015, folder.path()))
            .await
            .unwrap();
        let video = packets(&path, "v:0");
        assert_same(
            &video,
            &packets(&fixture("film.flv"), "v:0"),
            FLV_ROUNDING_US,
        );
        // A chunk of audio ends where a packet ends: a restarting clock hides less than one packet.
        let audio = packets(&path, "a:0");
        assert_same(&audio, &packets(&fixture("film.flv"), "a:0"), 64_000);
        assert_plays(&path);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn audio_is_saved_without_video() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(job(134_300_017, folder.path())).await.unwrap();
    assert_same(
        &packets(&path, "a:0"),
        &packets(&fixture("audio.mp4"), "a:0"),
        FLV_ROUNDING_US,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chosen_quality_is_the_one_that_is_fetched() {
    for (quality, representation) in [
        (Quality::Smallest, "4.m4v"),
        (Quality::Height(40), "4.m4v"),
        (Quality::Height(20), "4.m4v"),
        (Quality::Height(2160), "2.m4v"),
        (Quality::Audio, "1.m4a"),
    ] {
        let mock = MockService::demo().await;
        let folder = tempfile::tempdir().unwrap();
        let choice = Choice {
            quality,
            ..Choice::default()
        };
        let new_job = NewJob {
            choice,
            ..job(MAIN, folder.path())
        };
        mock.save(new_job).await.unwrap();
        assert_eq!(
            mock.service.missing_segments(MAIN, representation),
            Some(vec![]),
            "{quality:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_file_has_title_owner_date_and_link() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
    let recording = mock.service.world().find_recording(MAIN).unwrap();
    let tags = tags(&path);
    for wanted in [
        format!("TAG:title={}", recording.title),
        format!("TAG:artist={}", recording.owner),
        "TAG:date=2018-01-01".to_owned(),
        format!("TAG:comment=https://video.ibm.com/recorded/{MAIN}"),
    ] {
        assert!(tags.contains(&wanted), "{wanted} is not in\n{tags}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_the_same_name_is_never_overwritten() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("film.mp4"), "mine").unwrap();
    let output = OutputLocation {
        folder: folder.path().to_owned(),
        stem: Some("film".into()),
    };
    let (path, _) = mock
        .save(NewJob {
            output,
            ..job(MAIN, folder.path())
        })
        .await
        .unwrap();
    assert_eq!(path, folder.path().join("film (2).mp4"));
    assert_eq!(
        fs::read_to_string(folder.path().join("film.mp4")).unwrap(),
        "mine"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn titles_become_file_names_that_are_valid_on_every_system() {
    let mock = MockService::demo().await;
    for (id, name) in [(134_300_008, "x.mp4"), (134_300_009, "CON_.mp4")] {
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(job(id, folder.path())).await.unwrap();
        assert_eq!(path, folder.path().join(name));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn ffmpeg_makes_the_mp4_if_requested() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let new_job = NewJob {
        remux: Remuxer::Ffmpeg,
        ..job(MAIN, folder.path())
    };
    let (path, finished) = mock.save(new_job).await.unwrap();
    assert_eq!(
        file_names(folder.path()),
        [finished.file],
        "the original is not left beside it"
    );
    assert_same(
        &packets(&path, "v:0"),
        &packets(&fixture("film.flv"), "v:0"),
        FLV_ROUNDING_US,
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_with_a_path_of_300_characters_can_be_saved_to() {
    let mock = MockService::demo().await;
    let home = tempfile::tempdir().unwrap();
    // No name in it is longer than any file system allows.
    let folder = home.path().join("d".repeat(150)).join("e".repeat(150));
    for new_job in [job(134_300_012, &folder), original(134_300_012, &folder)] {
        let (path, finished) = mock.save(new_job).await.unwrap();
        assert_eq!(fs::metadata(&path).unwrap().len(), finished.size_bytes);
    }
    assert_eq!(file_names(&folder).len(), 2, "nothing else is left");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_that_is_no_file_name_on_some_system_becomes_one() {
    let mock = MockService::demo().await;
    for (title, name) in [
        ("CON", "CON_.mp4"),
        ("CON: a?b… ", "CON a b….mp4"),
        ("aux.", "aux_.mp4"),
        ("COM¹ live.", "COM¹ live.mp4"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let mut new_job = job(134_300_012, folder.path());
        new_job.output.stem = Some(title.to_owned());
        let (path, _) = mock.save(new_job).await.unwrap();
        assert_eq!(path.file_name().unwrap(), name);
        assert_eq!(file_names(folder.path()), [name]);
    }
}
