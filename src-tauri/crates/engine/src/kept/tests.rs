use std::fs;
use std::time::Duration;

use super::*;

const NOW: i64 = 1_800_000_000;

fn entry(recording: u64) -> EntryView {
    EntryView {
        link: String::new(),
        recording: Some(recording.to_string()),
        title: Some(format!("Part {recording}")),
        date_unix_s: None,
        duration_ms: None,
        about_bytes: None,
        thumbnail: None,
    }
}

fn new(channel: u64, listed: Option<&[u64]>) -> NewKeptChannel {
    NewKeptChannel {
        found: FoundChannel {
            channel: ChannelId(channel),
            link: format!("https://video.ibm.com/channel/{channel}"),
            title: Some("Daily".to_owned()),
            page: None,
            listed: listed.unwrap_or(&[]).iter().copied().map(entry).collect(),
            is_on_air: false,
        },
        wants_all: listed.is_none(),
        saves: true,
        options: SaveOptions {
            folder: "/films".into(),
            choice: Choice::default(),
            remux: Remuxer::default(),
            template: Template::default(),
            extras: Extras::default(),
            ending: None,
        },
    }
}

fn list_with(channels: Vec<NewKeptChannel>) -> (tempfile::TempDir, KeptChannels) {
    let folder = tempfile::tempdir().unwrap();
    let list = KeptChannels::in_folder(&folder.path().join("data"));
    for channel in channels {
        list.add(channel, NOW).unwrap();
    }
    (folder, list)
}

fn only(list: &KeptChannels) -> KeptChannel {
    let [only] = list.list().unwrap().try_into().unwrap();
    only
}

/// Looks at channel 1, whose list is this, newest first. Returns the numbers to save or to tell of.
fn look(list: &KeptChannels, listed: &[u64]) -> Vec<u64> {
    let found = listed.iter().copied().map(entry);
    let found = found.filter_map(PendingRecording::of).collect();
    let noted = list.change_one(ChannelId(1), |kept| kept.note_found(found, NOW + 9));
    let noted = noted.unwrap().unwrap_or_default();
    noted.iter().map(|found| found.recording.0).collect()
}

fn end(list: &KeptChannels, recording: u64, end: SaveEnd) {
    list.note_end(RecordingId(recording), end).unwrap();
}

#[test]
fn only_what_is_new_since_the_channel_was_added_is_saved_and_once() {
    let (_folder, list) = list_with(vec![new(1, Some(&[3, 2, 1]))]);
    assert_eq!(only(&list).looked_unix_s, Some(NOW));
    assert_eq!(look(&list, &[5, 4, 3, 2, 1]), [4, 5], "oldest first");
    assert_eq!(only(&list).looked_unix_s, Some(NOW + 9));
    end(&list, 4, SaveEnd::Saved);
    end(&list, 5, SaveEnd::Removed);
    assert!(
        look(&list, &[5, 4, 3]).is_empty(),
        "whatever became of them"
    );
    assert_eq!(look(&list, &[6]), [6]);
}

#[test]
fn all_of_a_channel_are_new_if_none_are_known() {
    let (_folder, list) = list_with(vec![new(1, None)]);
    assert_eq!(only(&list).looked_unix_s, None);
    assert_eq!(look(&list, &[2, 1]), [1, 2]);
}

#[test]
fn what_fails_is_tried_again_and_given_up_after_five_times() {
    let (_folder, list) = list_with(vec![new(1, Some(&[]))]);
    look(&list, &[2, 1]);
    for _ in 0..20 {
        end(&list, 1, SaveEnd::Failed(Code::Offline));
    }
    for failures in 1..MAX_FAILURES {
        end(&list, 1, SaveEnd::Failed(Code::Unsupported));
        assert_eq!(look(&list, &[]), [1, 2], "after {failures}");
    }
    end(&list, 1, SaveEnd::Failed(Code::Unsupported));
    assert_eq!(look(&list, &[2, 1]), [2]);
}

#[test]
fn a_channel_that_only_tells_has_nothing_to_save() {
    let (_folder, list) = list_with(vec![new(1, Some(&[]))]);
    look(&list, &[1]);
    assert!(list.set_saves(ChannelId(1), false).unwrap());
    assert!(only(&list).pending().is_empty());
    assert_eq!(look(&list, &[3, 2, 1]), [2, 3]);
    assert!(look(&list, &[3, 2, 1]).is_empty(), "it is told once");
    assert!(list.set_saves(ChannelId(1), true).unwrap());
    assert!(
        look(&list, &[3, 2, 1]).is_empty(),
        "what was told is not saved"
    );
    assert!(!list.set_saves(ChannelId(2), true).unwrap());
}

#[test]
fn adding_a_channel_again_changes_its_options_alone() {
    let (_folder, list) = list_with(vec![new(1, Some(&[1])), new(2, None)]);
    look(&list, &[2, 1]);
    let again = new(1, None);
    let options = SaveOptions {
        folder: "/elsewhere".into(),
        ..again.options
    };
    list.add(NewKeptChannel { options, ..again }, NOW + 60)
        .unwrap();
    let [first, second] = list.list().unwrap().try_into().unwrap();
    assert_eq!(first.options.folder, Path::new("/elsewhere"));
    assert_eq!(first.added_unix_s, NOW);
    assert_eq!(first.pending().len(), 1);
    assert_eq!(look(&list, &[2, 1]), [2], "the deleted one stays known");
    assert_eq!(second.channel, ChannelId(2));
    assert!(list.remove(ChannelId(1)).unwrap() && !list.remove(ChannelId(1)).unwrap());
    assert_eq!(only(&list), second);
    assert!(
        look(&list, &[9]).is_empty(),
        "it was removed during the look"
    );
}

#[test]
fn a_channel_is_due_when_its_time_has_passed() {
    let (_folder, list) = list_with(vec![new(1, Some(&[]))]);
    let kept = only(&list);
    let hour = Duration::from_hours(1);
    assert!(!kept.is_due(NOW, hour) && !kept.is_due(NOW + 3599, hour));
    assert!(kept.is_due(NOW + 3600, hour));
    assert!(kept.is_due(NOW - 1, hour), "the clock was set back");
    let never = KeptChannel {
        looked_unix_s: None,
        ..kept
    };
    assert!(never.is_due(NOW, hour) && never.is_due(i64::MIN, hour));
}

#[test]
fn intervals_differ_by_a_tenth_at_most() {
    let drawn: Vec<_> = (0..100).map(|_| look_interval()).collect();
    let (shortest, longest) = (LOOK_INTERVAL.mul_f64(0.9), LOOK_INTERVAL.mul_f64(1.1));
    assert!(
        drawn
            .iter()
            .all(|drawn| (shortest..=longest).contains(drawn))
    );
    assert!(drawn.iter().any(|other| *other != drawn[0]));
}

#[test]
fn a_file_that_makes_no_sense_is_set_aside_and_the_list_begins_anew() {
    for text in ["", "{", "[]", r#"{"schema":2,"channels":[]}"#] {
        let (folder, list) = list_with(vec![new(1, None)]);
        let file = folder.path().join("data/kept-channels.json");
        fs::write(&file, text).unwrap();
        assert!(!list.was_unreadable());
        assert!(list.list().unwrap().is_empty(), "{text}");
        assert!(list.was_unreadable(), "{text}");
        let aside = fs::read_to_string(file.with_extension("bad")).unwrap();
        assert_eq!(aside, text);
        list.add(new(2, None), NOW).unwrap();
        assert_eq!(only(&list).channel, ChannelId(2));
    }
}

#[test]
fn a_folder_that_cannot_be_used_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    fs::write(&data, "a file in its place").unwrap();
    let error = KeptChannels::in_folder(&data).list().unwrap_err();
    assert_eq!(crate::view::Failure::from(error).code, Code::OwnFolder);
}

#[test]
fn one_run_at_a_time() {
    let (_folder, list) = list_with(Vec::new());
    let run = list.start_run().unwrap();
    assert!(run.is_some());
    assert!(list.start_run().unwrap().is_none());
    list.add(new(1, None), NOW).unwrap();
    drop(run);
    assert!(list.start_run().unwrap().is_some());
}
