use ustream::{
    Container, HashListing, Presence, RecordingId, RenditionId, RenditionTrack, Segment,
    SegmentPlan, TrackKind,
};

use std::sync::Arc;

use tokio_util::sync::CancellationToken;

use super::*;
use crate::progress::Meter;

fn plan(recording: u64) -> MovieSource {
    let id = SegmentId {
        track: 0,
        kind: SegmentKind::Media(0),
    };
    MovieSource::Plan(SegmentPlan {
        media: RecordingId(recording).into(),
        rendition: RenditionId("2/1/chunk_%_%.flv".into()),
        container: Container::Flv,
        tracks: vec![RenditionTrack {
            kind: TrackKind::Both,
            template: "2/1/chunk_%_%.flv".into(),
            init_template: None,
            language: None,
        }],
        segments: vec![Segment {
            id,
            start_ms: 0,
            duration_ms: 6000,
            presence: Presence::Sure,
        }],
        listing: Some(HashListing {
            paths: vec!["vod/plain/rfc".into()],
            hashes: [(0, "1870599898".into()), (10, "f68e3bc267".into())].into(),
        }),
        stated_ms: Some(60_000),
    })
}

fn film() -> NamePattern {
    NamePattern::exact("film")
}

fn endings(written: &str) -> Extensions {
    Extensions {
        written: written.into(),
        finished: "mp4".into(),
    }
}

fn open(folder: &Path, recording: u64) -> Result<PartFolder, Error> {
    let place = Destination {
        folder,
        stem: &StemSource::Texts(vec!["film".into()]),
        extensions: &endings("mp4"),
        earlier: None,
    };
    match PartFolder::open(place, &plan(recording))? {
        Opened::Folder(part) => Ok(part),
        Opened::Finished(saved) => panic!("finished: {saved:?}"),
    }
}

fn finished(size_bytes: u64) -> Finished {
    Finished {
        file: String::new(),
        size_bytes,
        duration_ms: 1,
        ..Finished::default()
    }
}

#[test]
fn the_same_film_goes_on_in_its_own_folder_and_another_takes_the_next_name() {
    let folder = tempfile::tempdir().unwrap();
    let path = open(folder.path(), 1).unwrap().path().to_owned();
    assert_eq!(open(folder.path(), 1).unwrap().path(), path);
    let other = open(folder.path(), 2).unwrap();
    assert_eq!(other.path(), folder.path().join("film (2).part"));
    assert_eq!(other.target, folder.path().join("film (2).mp4"));
}

#[test]
fn films_of_one_name_that_begin_at_once_get_a_name_each() {
    let folder = tempfile::tempdir().unwrap();
    let begin = std::sync::Barrier::new(8);
    let mut parts: Vec<PartFolder> = std::thread::scope(|scope| {
        let films = (0..8).map(|film| {
            let (begin, folder) = (&begin, folder.path());
            scope.spawn(move || {
                begin.wait();
                open(folder, film).unwrap()
            })
        });
        let films: Vec<_> = films.collect();
        films.into_iter().map(|film| film.join().unwrap()).collect()
    });
    parts.sort_by_key(|part| part.path().to_owned());
    parts.dedup_by_key(|part| part.path().to_owned());
    assert_eq!(parts.len(), 8);
}

#[test]
fn an_original_for_ffmpeg_and_an_mp4_of_our_own_do_not_mix() {
    let folder = tempfile::tempdir().unwrap();
    drop(open(folder.path(), 1).unwrap());
    let place = Destination {
        folder: folder.path(),
        stem: &StemSource::Texts(vec!["film".into()]),
        extensions: &endings("flv"),
        earlier: None,
    };
    match PartFolder::open(place, &plan(1)).unwrap() {
        Opened::Folder(part) => assert_eq!(part.path(), folder.path().join("film (2).part")),
        Opened::Finished(saved) => panic!("finished: {saved:?}"),
    }
    let found = earlier_stem(folder.path(), &plan(1), &endings("flv"), &film());
    assert_eq!(found.as_deref(), Some("film (2)"));
}

#[test]
fn two_programs_cannot_save_the_same_film_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let _part = open(folder.path(), 1).unwrap();
    assert!(matches!(open(folder.path(), 1), Err(Error::InUse(_))));
}

#[test]
fn only_a_folder_of_ours_that_nobody_uses_is_discarded() {
    let folder = tempfile::tempdir().unwrap();
    let part = open(folder.path(), 1).unwrap();
    let path = part.path().to_owned();
    assert!(matches!(discard(&path), Err(Error::InUse(_))));
    drop(part);
    discard(&path).unwrap();
    assert!(!path.exists());
    fs::create_dir(&path).unwrap();
    fs::write(path.join("diary.txt"), "dear").unwrap();
    discard(&path).unwrap();
    assert!(path.join("diary.txt").exists());
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("film.part")).unwrap();
    fs::write(folder.path().join("film.part/diary.txt"), "dear").unwrap();
    let part = open(folder.path(), 1).unwrap();
    assert_eq!(part.target, folder.path().join("film (2).mp4"));
    assert!(folder.path().join("film.part/diary.txt").exists());
}

#[test]
fn a_name_that_is_taken_meanwhile_is_never_overwritten() {
    let folder = tempfile::tempdir().unwrap();
    let part = open(folder.path(), 1).unwrap();
    fs::write(output(part.path()), "new").unwrap();
    fs::write(&part.target, "old").unwrap();
    let film = output(part.path());
    let saved = part.finish(&film, finished(3)).unwrap();
    assert_eq!(saved.path, folder.path().join("film (2).mp4"));
    assert_eq!(saved.finished.file, "film (2).mp4");
    assert_eq!(
        fs::read_to_string(folder.path().join("film.mp4")).unwrap(),
        "old"
    );
    assert!(
        folder.path().join("film.part").exists(),
        "it stays until the finish is known elsewhere"
    );
    saved.remove_part_folder();
    assert!(!folder.path().join("film.part").exists());
}

/// Makes a movie that was renamed before a crash, so that its job file does not say that it is
/// done.
fn crashed(folder: &Path) -> (PathBuf, Finished) {
    let part = open(folder, 1).unwrap();
    let path = part.path().to_owned();
    fs::write(output(&path), "new").unwrap();
    let saved = part.finish(&output(&path), finished(3)).unwrap();
    (path, saved.finished)
}

#[test]
fn a_crash_between_the_rename_and_the_cleaning_up_is_a_finish() {
    let folder = tempfile::tempdir().unwrap();
    let (_, done) = crashed(folder.path());
    let place = Destination {
        folder: folder.path(),
        stem: &StemSource::Texts(vec!["film".into()]),
        extensions: &endings("mp4"),
        earlier: None,
    };
    match PartFolder::open(place, &plan(1)).unwrap() {
        Opened::Finished(saved) => {
            assert_eq!(saved.path, folder.path().join("film.mp4"));
            assert_eq!(saved.finished, done);
        }
        Opened::Folder(part) => panic!("not finished: {part:?}"),
    }
}

#[test]
fn a_film_that_has_its_name_is_found_by_its_part_folder_and_no_other_is() {
    let folder = tempfile::tempdir().unwrap();
    let (part, done) = crashed(folder.path());
    assert_eq!(SavedMovie::find(&part).unwrap().unwrap().finished, done);
    // Another movie took the name meanwhile.
    fs::write(folder.path().join("film.mp4"), "longer").unwrap();
    assert!(SavedMovie::find(&part).unwrap().is_none());
    let unfinished = open(folder.path(), 2).unwrap().path().to_owned();
    assert!(SavedMovie::find(&unfinished).unwrap().is_none());
    let nowhere = folder.path().join("nowhere.part");
    assert!(SavedMovie::find(&nowhere).unwrap().is_none());
    assert!(!nowhere.exists(), "looking leaves nothing behind");
}

/// Makes a part folder as a stopped attempt leaves it.
#[cfg(unix)]
fn begun_once(folder: &Path) -> PathBuf {
    let part = open(folder, 1).unwrap();
    let path = part.path().to_owned();
    fs::write(output(&path), "bytes").unwrap();
    fs::write(journal(&path), "").unwrap();
    path
}

#[cfg(unix)]
#[test]
fn a_part_folder_with_a_planted_link_is_left_alone_whatever_the_link_stands_for() {
    use std::os::unix::fs::symlink;

    let names = [
        "film",
        "journal",
        "lock",
        "plan.json",
        "converted.mp4",
        "early-0-7",
        ".new-abc123",
    ];
    for name in names {
        let folder = tempfile::tempdir().unwrap();
        let victim = folder.path().join("victim");
        fs::write(&victim, "precious").unwrap();
        let path = begun_once(folder.path());
        let _ = fs::remove_file(path.join(name));
        symlink(&victim, path.join(name)).unwrap();
        let part = open(folder.path(), 1).unwrap();
        assert_eq!(part.path(), folder.path().join("film (2).part"), "{name}");
        discard(&path).unwrap();
        assert!(path.join(name).is_symlink(), "{name}");
        assert_eq!(fs::read(&victim).unwrap(), b"precious", "{name}");
        drop(part);
        assert_eq!(
            earlier_stem(folder.path(), &plan(1), &endings("mp4"), &film()).as_deref(),
            Some("film (2)")
        );
    }
}

#[cfg(unix)]
#[test]
fn a_part_folder_that_is_a_link_is_left_alone_with_all_behind_it() {
    let folder = tempfile::tempdir().unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let link = folder.path().join("film.part");
    for behind in [begun_once(elsewhere.path()), elsewhere.path().join("new")] {
        let _ = fs::create_dir(&behind);
        std::os::unix::fs::symlink(&behind, &link).unwrap();
        let before = fs::read_dir(&behind).unwrap().count();
        let part = open(folder.path(), 1).unwrap();
        assert_eq!(part.path(), folder.path().join("film (2).part"));
        discard(&link).unwrap();
        delete_folder(&link).unwrap_err();
        assert_eq!(fs::read_dir(&behind).unwrap().count(), before);
        fs::remove_file(&link).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_pipe_in_the_way_is_not_waited_for() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    for name in ["film", "journal", "lock", "plan.json"] {
        let folder = tempfile::tempdir().unwrap();
        let path = begun_once(folder.path());
        let _ = fs::remove_file(path.join(name));
        mknodat(CWD, path.join(name), FileType::Fifo, Mode::RWXU, 0).unwrap();
        let part = open(folder.path(), 1).unwrap();
        assert_eq!(part.path(), folder.path().join("film (2).part"), "{name}");
    }
}

#[cfg(unix)]
#[test]
fn nobody_else_may_look_into_a_part_folder() {
    use std::os::unix::fs::PermissionsExt as _;

    let folder = tempfile::tempdir().unwrap();
    let part = open(folder.path(), 1).unwrap();
    let mode = fs::metadata(part.path()).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
}

#[test]
fn an_intent_that_names_anything_but_its_own_film_is_a_damaged_plan() {
    for file in [
        "",
        "..",
        "/etc/hostname",
        "../hostname",
        "film/../../hostname.mp4",
        "a\\film.mp4",
        "other.mp4",
        "film.txt",
        "film",
    ] {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("other.mp4"), "new").unwrap();
        fs::write(folder.path().join("film.txt"), "new").unwrap();
        let path = open(folder.path(), 1).unwrap().path().to_owned();
        let plan_path = path.join("plan.json");
        let mut plan: serde_json::Value =
            serde_json::from_slice(&fs::read(&plan_path).unwrap()).unwrap();
        plan["intent"] = serde_json::json!({
            "film": "film",
            "finished": Finished { file: file.into(), ..finished(3) },
        });
        fs::write(&plan_path, plan.to_string()).unwrap();
        assert!(SavedMovie::find(&path).unwrap().is_none(), "{file:?}");
        let part = open(folder.path(), 1).unwrap();
        assert_eq!(part.path(), folder.path().join("film (2).part"), "{file:?}");
        assert_eq!(fs::read(&plan_path).unwrap(), plan.to_string().as_bytes());
    }
}

#[test]
fn a_part_folder_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = open(folder.path(), 1).unwrap().path().to_owned();
    let plan_path = path.join("plan.json");
    let mut plan: serde_json::Value =
        serde_json::from_slice(&fs::read(&plan_path).unwrap()).unwrap();
    plan["schema"] = serde_json::json!(2);
    fs::write(&plan_path, plan.to_string()).unwrap();
    let part = open(folder.path(), 1).unwrap();
    assert_eq!(part.path(), folder.path().join("film (2).part"));
    discard(&path).unwrap();
    assert_eq!(fs::read(&plan_path).unwrap(), plan.to_string().as_bytes());
}

#[test]
fn a_film_that_was_changed_after_its_check_gets_no_name() {
    let folder = tempfile::tempdir().unwrap();
    let part = open(folder.path(), 1).unwrap();
    let film = output(part.path());
    fs::write(&film, "shorter").unwrap();
    let refused = part.finish(&film, finished(8)).unwrap_err();
    assert!(matches!(refused, Error::Media(media::Error::Changed)));
    assert!(!folder.path().join("film.mp4").exists());
}

/// What was begun in `folder`.
fn earlier(folder: &Path, is_shared: bool) -> EarlierAttempt {
    EarlierAttempt {
        depth: 0,
        folder: folder.to_owned(),
        is_shared,
        meter: Arc::new(Meter::new(None)),
        cancel: CancellationToken::new(),
    }
}

fn open_from(folder: &Path, earlier: &EarlierAttempt) -> Result<PartFolder, Error> {
    let place = Destination {
        folder,
        stem: &StemSource::Texts(vec!["film".into()]),
        extensions: &endings("mp4"),
        earlier: Some(earlier),
    };
    match PartFolder::open(place, &plan(1))? {
        Opened::Folder(part) => Ok(part),
        Opened::Finished(saved) => panic!("finished: {saved:?}"),
    }
}

/// Begins a movie in `folder` and returns its part folder.
fn begin(folder: &Path) -> PathBuf {
    let part = open(folder, 1).unwrap().path().to_owned();
    fs::write(output(&part), "media").unwrap();
    fs::write(journal(&part), "records").unwrap();
    fs::write(part.join("early-0-3"), "segment").unwrap();
    fs::write(converted(&part), "made again").unwrap();
    part
}

fn names_in(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let names = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut names: Vec<_> = names.collect();
    names.sort();
    names
}

fn assert_moved(part: &PartFolder) {
    assert_eq!(fs::read_to_string(output(part.path())).unwrap(), "media");
    assert_eq!(fs::read_to_string(journal(part.path())).unwrap(), "records");
    let spooled = fs::read_to_string(part.path().join("early-0-3"));
    assert_eq!(spooled.unwrap(), "segment");
    assert_eq!(part.change(), PlanChange::Same);
}

#[test]
fn an_unfinished_movie_moves_to_another_folder() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    begin(old.path());
    // Another movie has the name.
    fs::write(new.path().join("film.mp4"), "another").unwrap();
    let part = open_from(new.path(), &earlier(old.path(), false)).unwrap();
    assert_eq!(part.path(), new.path().join("film (2).part"));
    assert_moved(&part);
    assert_eq!(names_in(old.path()), [""; 0]);
}

#[test]
fn a_part_folder_that_another_job_uses_is_copied() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = begin(old.path());
    let part = open_from(new.path(), &earlier(old.path(), true)).unwrap();
    assert_moved(&part);
    assert!(!converted(part.path()).exists());
    assert_eq!(fs::read_to_string(journal(&before)).unwrap(), "records");
}

#[test]
fn a_folder_whose_files_are_still_listed_is_deleted_a_little_later() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("film.part");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(JOURNAL), "").unwrap();
    // The file is there again, as one that another program has open on Windows.
    let mut attempts = 0;
    let remove_dir = || {
        attempts += 1;
        if attempts < 3 {
            fs::write(folder.join(JOURNAL), "").unwrap();
        }
        fs::remove_dir(&folder)
    };
    delete_with(&folder, remove_dir).unwrap();
    assert!(!folder.exists());
    fs::create_dir(&folder).unwrap();
    let remove_dir = || {
        fs::write(folder.join(JOURNAL), "").unwrap();
        fs::remove_dir(&folder)
    };
    let refused = delete_with(&folder, remove_dir).unwrap_err();
    assert!(folder.exists(), "{refused}");
}

#[test]
fn a_file_that_is_not_ours_stays_where_it_is() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let before = begin(old.path());
    fs::write(before.join("early-draft.txt"), "dear").unwrap();
    let part = open_from(new.path(), &earlier(old.path(), false)).unwrap();
    assert_moved(&part);
    assert_eq!(names_in(&before), ["early-draft.txt"]);
    fs::write(part.path().join("diary.txt"), "dear").unwrap();
    let path = part.path().to_owned();
    part.remove().unwrap();
    assert_eq!(names_in(&path), ["diary.txt"]);
}

#[test]
fn a_copy_that_was_interrupted_is_made_again() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    begin(old.path());
    let copy = open(new.path(), 1).unwrap().path().to_owned();
    fs::write(output(&copy), "med").unwrap();
    let part = open_from(new.path(), &earlier(old.path(), false)).unwrap();
    assert_moved(&part);
    drop(part);
    // One that was complete is kept, and only the old folder was not deleted yet.
    let before = begin(old.path());
    fs::write(output(&before), "older").unwrap();
    assert_moved(&open_from(new.path(), &earlier(old.path(), false)).unwrap());
    assert_eq!(names_in(old.path()), [""; 0]);
}

#[test]
fn moving_to_the_same_folder_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    begin(folder.path());
    let detour = folder.path().join("film.part/..");
    let part = open_from(&detour, &earlier(folder.path(), false)).unwrap();
    assert_moved(&part);
}

#[test]
fn a_copy_that_is_stopped_leaves_the_old_folder_whole() {
    let (old, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    begin(old.path());
    let stopped = earlier(old.path(), true);
    stopped.cancel.cancel();
    open_from(new.path(), &stopped).unwrap_err();
    assert_eq!(names_in(new.path()), [""; 0]);
    assert_moved(&open_from(new.path(), &earlier(old.path(), true)).unwrap());
}

#[test]
fn a_refused_name_is_made_shorter_and_then_plainer() {
    let refused = |kind: io::Error| Error::NameRefused {
        path: "film.part".into(),
        source: kind,
    };
    let too_long = || refused(io::Error::from_raw_os_error(TOO_LONG));
    let long = StemSource::Texts(vec!["é".repeat(90)]);
    let mut limit = NameLimit::Bytes(180);
    let mut stem = long.stem(limit);
    let mut lengths = vec![stem.len()];
    while let Some(next) = next_stem(&stem, &long, &mut limit, &too_long()) {
        lengths.push(next.len());
        stem = next;
    }
    assert_eq!(lengths, [180, 110, 68, 68]);
    assert_eq!(stem, "e".repeat(68));
    // Another name would be refused too.
    let plain = StemSource::Texts(vec!["film".into()]);
    let other = refused(io::ErrorKind::InvalidInput.into());
    assert_eq!(next_stem("film", &plain, &mut limit, &other), None);
}

/// The error of a name that is too long: `ENAMETOOLONG`, `ERROR_FILENAME_EXCED_RANGE`.
#[cfg(target_os = "linux")]
const TOO_LONG: i32 = 36;
#[cfg(target_os = "macos")]
const TOO_LONG: i32 = 63;
#[cfg(windows)]
const TOO_LONG: i32 = 206;
