use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use proptest::prelude::*;
use url::Url;

use super::super::{LivePlan, LiveUpdate};
use super::*;
use crate::hls::{self, Playlist};
use crate::ums::timeline;
use crate::{Choice, Error};

const CHANNEL: ChannelId = ChannelId(7);

const BASE: &str = "https://x.ums.ustream.tv/playlist/channel/7/playlist.m3u8?token=1";

const MUXED: &str =
    "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080\n1/playlist.m3u8\n";

const SEPARATE: &str = "#EXTM3U\n\
    #EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME=\"en\",DEFAULT=YES,URI=\"8/playlist.m3u8\"\n\
    #EXT-X-STREAM-INF:BANDWIDTH=900000,RESOLUTION=1920x1080,AUDIO=\"a\"\n1/playlist.m3u8\n";

/// What a playlist of six-second segments says.
#[derive(Clone, Debug)]
struct Window {
    numbers: Range<u64>,
    /// Part of all file names.
    broadcast: u64,
    /// In the query of all URLs.
    signature: u64,
    /// Sequence numbers behind a discontinuity.
    restarts: BTreeSet<u64>,
    /// When segments begin, in seconds since 1970.
    dates: BTreeMap<u64, u64>,
    /// Init segments, from which sequence number on.
    inits: BTreeMap<u64, &'static str>,
}

impl Window {
    fn new(numbers: Range<u64>) -> Self {
        Self {
            numbers,
            broadcast: 1,
            signature: 0,
            restarts: BTreeSet::new(),
            dates: BTreeMap::new(),
            inits: BTreeMap::new(),
        }
    }

    fn text(&self) -> String {
        let mut text = format!(
            "#EXTM3U\n#EXT-X-TARGETDURATION:6\n#EXT-X-MEDIA-SEQUENCE:{}\n",
            self.numbers.start
        );
        let ending = if self.inits.is_empty() { "ts" } else { "m4s" };
        for number in self.numbers.clone() {
            if self.restarts.contains(&number) && number > self.numbers.start {
                text.push_str("#EXT-X-DISCONTINUITY\n");
            }
            if let Some(init) = self.inits.get(&number) {
                writeln!(text, "#EXT-X-MAP:URI=\"{init}\"").unwrap();
            }
            if let Some(date) = self.dates.get(&number) {
                let date = jiff::Timestamp::from_second(i64::try_from(*date).unwrap()).unwrap();
                writeln!(text, "#EXT-X-PROGRAM-DATE-TIME:{date}").unwrap();
            }
            let (broadcast, signature) = (self.broadcast, self.signature);
            writeln!(
                text,
                "#EXTINF:6.000,\nhttps://vod-cdn.ustream.tv/l/{broadcast}_{number}.{ending}?s={signature}"
            )
            .unwrap();
        }
        text
    }
}

/// Returns an update with these playlists: that of the video, and that of the audio if there is one.
fn update(windows: &[Window]) -> LiveUpdate {
    let base = Url::parse(BASE).unwrap();
    let master = if windows.len() > 1 { SEPARATE } else { MUXED };
    let Playlist::Master(master) = hls::read(master.as_bytes(), &base).unwrap() else {
        panic!()
    };
    let playlists = Playlists::new(CHANNEL, master, |url| {
        let is_audio = url.path().ends_with("/8/playlist.m3u8");
        let text = windows[usize::from(is_audio)].text();
        match hls::read_running(text.as_bytes(), url) {
            Ok(Playlist::Media(media)) => Ok(Arc::new(media)),
            Ok(Playlist::Master(_)) => panic!(),
            Err(error) => Err(Arc::new(error)),
        }
    });
    LiveUpdate {
        playlists: Some(playlists),
        ..LiveUpdate::new(CHANNEL)
    }
}

fn one(numbers: Range<u64>) -> LiveUpdate {
    update(&[Window::new(numbers)])
}

fn plan(update: &LiveUpdate) -> LivePlan {
    LivePlan::new(update, &Choice::default()).unwrap()
}

fn number(segment: &Segment) -> u64 {
    match segment.id.kind {
        SegmentKind::Media(number) => number,
        SegmentKind::Init => panic!("{segment:?}"),
    }
}

#[track_caller]
fn appended(change: LiveChange) -> Vec<u64> {
    match change {
        LiveChange::Appended(segments) => segments.iter().map(number).collect(),
        other => panic!("{other:?}"),
    }
}

fn id(track: u8, number: u64) -> SegmentId {
    SegmentId {
        track,
        kind: SegmentKind::Media(number),
    }
}

/// Returns the first URL of a segment, from its file name on.
fn file(plan: &LivePlan, segment: SegmentId) -> Option<String> {
    let url = plan.locate(segment).urls.into_iter().next()?;
    let (_, file) = url.as_str().rsplit_once('/')?;
    Some(file.to_owned())
}

/// Returns number, start and length of the segments of a track.
fn times(plan: &LivePlan, track: u8) -> Vec<(u64, u64, u64)> {
    let segments = plan.segment_plan().segments.into_iter();
    let segments = segments.filter(|it| it.id.track == track && it.id.kind != SegmentKind::Init);
    segments
        .map(|it| (number(&it), it.start_ms, it.duration_ms))
        .collect()
}

#[test]
fn the_plan_keeps_what_has_slid_out_and_takes_the_newest_url() {
    let mut plan = plan(&one(100..105));
    assert_eq!((plan.numbers(), plan.edge()), (100..105, 104));
    assert_eq!(plan.chunk_time_ms(), 6000);
    let mut later = Window::new(103..108);
    later.signature = 9;
    assert_eq!(
        appended(plan.extend(&update(&[later.clone()]))),
        [105, 106, 107]
    );
    assert_eq!(plan.extend(&update(&[later])), LiveChange::Unchanged);
    assert_eq!(file(&plan, id(0, 100)).unwrap(), "1_100.ts?s=0");
    assert_eq!(file(&plan, id(0, 103)).unwrap(), "1_103.ts?s=9");
    assert_eq!(file(&plan, id(0, 107)).unwrap(), "1_107.ts?s=9");
    assert_eq!(file(&plan, id(0, 108)), None);
    let expected: Vec<_> = (100..108).map(|it| (it, (it - 100) * 6000, 6000)).collect();
    assert_eq!(times(&plan, 0), expected);
    assert_eq!(plan.start_ms(104), 24_000);
    assert_eq!(plan.hash(107), self::plan(&one(107..109)).hash(107));
    let other = Window {
        broadcast: 2,
        ..Window::new(107..109)
    };
    assert_ne!(plan.hash(107), self::plan(&update(&[other])).hash(107));
    assert_eq!(
        plan.due_in(107, std::time::Duration::ZERO),
        std::time::Duration::ZERO
    );
}

#[test]
fn behind_a_discontinuity_a_number_is_left_out_and_a_stated_pause_is_planned() {
    let mut first = Window::new(100..104);
    first.restarts.insert(102);
    let mut plan = plan(&update(&[first.clone()]));
    let numbers: Vec<_> = times(&plan, 0).iter().map(|it| it.0).collect();
    assert_eq!(numbers, [100, 101, 103, 104]);
    // The playlist counts on, whatever the plan leaves out, and the pause takes half a minute.
    let mut later = Window::new(102..106);
    later.restarts.extend([102, 105]);
    later.dates.extend([(102, 5000), (105, 5048)]);
    assert_eq!(appended(plan.extend(&update(&[later]))), [105, 106, 107]);
    let starts: Vec<_> = times(&plan, 0).iter().map(|it| (it.1, it.2)).collect();
    assert_eq!(
        starts[4..],
        [(24_000, 6000), (30_000, 30_000), (60_000, 6000)]
    );
    assert_eq!(file(&plan, id(0, 106)), None, "nothing was sent");
    assert_eq!(file(&plan, id(0, 107)).unwrap(), "1_105.ts?s=0");
}

#[test]
fn what_no_playlist_has_named_is_planned_without_a_url() {
    let mut plan = plan(&one(100..105));
    assert_eq!(
        appended(plan.extend(&one(110..112))),
        (105..112).collect::<Vec<_>>()
    );
    assert_eq!(file(&plan, id(0, 107)), None);
    assert_eq!(file(&plan, id(0, 111)).unwrap(), "1_111.ts?s=0");
    assert_eq!(times(&plan, 0)[10], (110, 60_000, 6000));
    // Dates are more exact than the target duration.
    let mut first = Window::new(0..2);
    first.dates.insert(0, 1000);
    let mut later = Window::new(4..6);
    later.dates.insert(4, 1020);
    let mut plan = self::plan(&update(&[first]));
    appended(plan.extend(&update(&[later])));
    let expected = [(2, 12_000, 4000), (3, 16_000, 4000), (4, 20_000, 6000)];
    assert_eq!(times(&plan, 0)[2..5], expected);
}

#[test]
fn an_older_playlist_changes_nothing_and_a_restart_ends_the_plan() {
    let first = one(100..105);
    let mut plan = plan(&first);
    assert_eq!(appended(plan.extend(&one(102..107))), [105, 106]);
    assert_eq!(plan.extend(&first), LiveChange::Unchanged);
    let before = plan.segment_plan();
    // One that makes no sense may come from a server that is behind.
    assert_eq!(plan.extend(&one(3..8)), LiveChange::Unchanged);
    assert_eq!(appended(plan.extend(&one(103..108))), [107]);
    let known = plan.segment_plan();
    for window in [
        Window::new(3..8),
        Window {
            broadcast: 2,
            ..Window::new(104..109)
        },
    ] {
        let other = update(&[window]);
        let mut plan = plan.clone();
        assert_eq!(plan.extend(&other), LiveChange::Unchanged);
        assert_eq!(plan.extend(&other), LiveChange::Restarted);
        assert_eq!(plan.segment_plan(), known);
    }
    assert_ne!(before, known);
    // Away for two days.
    let far = one(100_000..100_005);
    assert_eq!(plan.extend(&far), LiveChange::Unchanged);
    assert_eq!(plan.extend(&far), LiveChange::Restarted);
}

#[test]
fn the_audio_may_be_behind_the_video() {
    let both = |video, audio| update(&[Window::new(video), Window::new(audio)]);
    let mut plan = plan(&both(100..105, 101..104));
    assert_eq!(plan.edge(), 103);
    assert_eq!(times(&plan, 1)[0], (101, 6000, 6000));
    let change = plan.extend(&both(102..106, 102..106));
    let LiveChange::Appended(new) = change else {
        panic!("{change:?}")
    };
    let ids: Vec<_> = new.iter().map(|it| (number(it), it.id.track)).collect();
    assert_eq!(ids, [(104, 1), (105, 0), (105, 1)]);
    // A restart is told when both have restarted, or one for long.
    let half = both(3..8, 103..107);
    for _ in 0..4 {
        assert_eq!(plan.extend(&half), LiveChange::Unchanged);
    }
    let mut both_restart = plan.clone();
    assert_eq!(
        both_restart.extend(&both(3..8, 3..8)),
        LiveChange::Restarted
    );
    assert_eq!(plan.extend(&half), LiveChange::Restarted);
}

#[test]
fn another_init_segment_begins_another_plan() {
    let mut first = Window::new(100..104);
    first.inits.insert(100, "1.mp4");
    let mut plan = plan(&update(&[first]));
    let init = SegmentId {
        track: 0,
        kind: SegmentKind::Init,
    };
    assert_eq!(file(&plan, init).unwrap(), "1.mp4");
    assert_eq!(plan.segment_plan().segments[0].id, init);
    // The same under another name: nothing has restarted.
    let mut same = Window::new(102..105);
    same.inits.insert(102, "1_102.mp4");
    assert_eq!(appended(plan.extend(&update(&[same]))), [104]);
    let mut restarted = Window::new(103..108);
    restarted.inits.extend([(103, "1_103.mp4"), (106, "2.mp4")]);
    restarted.restarts.insert(106);
    let restarted = update(&[restarted]);
    assert_eq!(appended(plan.extend(&restarted)), [105]);
    assert_eq!(plan.extend(&restarted), LiveChange::Restarted);
    let again = self::plan(&restarted);
    assert_eq!(file(&again, init).unwrap(), "2.mp4");
    let numbers: Vec<_> = times(&again, 0).iter().map(|it| it.0).collect();
    assert_eq!(numbers, [107, 108]);
}

fn name_all(plan: &mut SegmentPlan, name: &str) {
    for known in plan.listing.as_mut().unwrap().hashes.values_mut() {
        name.clone_into(known);
    }
}

#[test]
fn a_saved_plan_goes_on_with_the_same_broadcast_only() {
    let both = |video, audio| update(&[Window::new(video), Window::new(audio)]);
    let mut before = plan(&both(100..105, 100..105));
    appended(before.extend(&both(102..107, 102..106)));
    let saved = before.segment_plan();
    let plan = LivePlan::continued(&saved, &both(104..109, 104..109)).unwrap();
    let expected: Vec<_> = (100..109).map(|it| (it, (it - 100) * 6000, 6000)).collect();
    assert_eq!(
        (times(&plan, 0), times(&plan, 1)),
        (expected.clone(), expected)
    );
    assert_eq!(file(&plan, id(0, 101)), None, "its URL was not saved");
    assert_eq!(file(&plan, id(0, 104)).unwrap(), "1_104.ts?s=0");
    // The window has slid on.
    let plan = LivePlan::continued(&saved, &both(120..125, 120..125)).unwrap();
    assert_eq!(times(&plan, 0)[20], (120, 120_000, 6000));
    assert_eq!(file(&plan, id(1, 110)), None);
    // Another broadcast.
    assert!(LivePlan::continued(&saved, &both(3..8, 3..8)).is_none());
    let other = Window {
        broadcast: 2,
        ..Window::new(104..109)
    };
    let other = update(&[other.clone(), other]);
    assert!(LivePlan::continued(&saved, &other).is_none());
    assert!(LivePlan::continued(&saved, &one(104..109)).is_none());
    // What was saved is no plan.
    let fresh = both(104..109, 104..109);
    for spoil in [
        |plan: &mut SegmentPlan| plan.listing = None,
        |plan: &mut SegmentPlan| plan.segments.reverse(),
        |plan: &mut SegmentPlan| plan.segments.clear(),
        |plan: &mut SegmentPlan| name_all(plan, "a:b c"),
        |plan: &mut SegmentPlan| name_all(plan, "5:00 5:00"),
    ] {
        let mut spoilt = saved.clone();
        spoil(&mut spoilt);
        assert!(LivePlan::continued(&spoilt, &fresh).is_none(), "{spoilt:?}");
    }
}

#[test]
fn a_playlist_that_cannot_be_read_makes_no_plan() {
    let base = Url::parse(BASE).unwrap();
    let Playlist::Master(master) = hls::read(MUXED.as_bytes(), &base).unwrap() else {
        panic!()
    };
    let playlists = Playlists::new(CHANNEL, master, |_| Err(Arc::new(Error::Encrypted)));
    let update = LiveUpdate {
        playlists: Some(playlists),
        ..LiveUpdate::new(CHANNEL)
    };
    let made = LivePlan::new(&update, &Choice::default());
    assert!(matches!(made, Err(Error::Encrypted)));
}

/// How far a window has slid on from the one before: mostly a little.
#[derive(Clone, Debug)]
enum Slide {
    On(u64),
    To(u64),
}

/// Returns windows as servers send them, and sometimes others.
fn any_windows() -> impl Strategy<Value = Vec<Window>> {
    let slide = prop_oneof![
        20 => (0..6_u64).prop_map(Slide::On),
        2 => (6..40_u64).prop_map(Slide::On),
        1 => (0..100_000_u64).prop_map(Slide::To),
        1 => ((u64::MAX - 20)..(u64::MAX - 10)).prop_map(Slide::To),
    ];
    let restarts = prop::collection::btree_set(0..80_u64, 0..6);
    let dates = prop::collection::btree_map(0..80_u64, 0..2000_u64, 0..6);
    let broadcast = prop_oneof![20 => Just(1_u64), 1 => Just(2)];
    let one = (slide, 1..9_u64, broadcast, 0..3_u64);
    let series = prop::collection::vec(one, 2..25);
    (series, restarts, dates).prop_map(|(series, restarts, dates)| {
        let mut start = 0_u64;
        let windows = series
            .into_iter()
            .map(|(slide, count, broadcast, signature)| {
                start = match slide {
                    Slide::On(distance) => start.saturating_add(distance).min(u64::MAX - 20),
                    Slide::To(place) => place,
                };
                Window {
                    numbers: start..start + count,
                    broadcast,
                    signature,
                    restarts: restarts.clone(),
                    dates: dates.clone(),
                    inits: BTreeMap::new(),
                }
            });
        windows.collect()
    })
}

proptest! {
    #[test]
    fn no_series_of_playlists_changes_what_is_planned(
        videos in any_windows(),
        audios in any_windows(),
        are_together in any::<bool>(),
    ) {
        let audios = if are_together { videos.clone() } else { audios };
        let series = videos.into_iter().zip(audios);
        let mut series = series.map(|(video, audio)| update(&[video, audio]));
        let mut plan = plan(&series.next().unwrap());
        let mut files: BTreeMap<SegmentId, String> = BTreeMap::new();
        for later in series {
            let before = [times(&plan, 0), times(&plan, 1)];
            let edge = plan.edge();
            let change = plan.extend(&later);
            let after = [times(&plan, 0), times(&plan, 1)];
            let mut new = 0;
            for (before, after) in before.iter().zip(&after) {
                prop_assert_eq!(&after[..before.len()], &before[..]);
                new += after.len() - before.len();
                // In order, without holes in time, and bounded.
                prop_assert!(after.windows(2).all(|pair| pair[0].0 < pair[1].0));
                prop_assert!(after.windows(2).all(|pair| pair[0].1 + pair[0].2 == pair[1].1));
                prop_assert!(after.len() as u64 <= timeline::MAX_SEGMENTS);
            }
            match &change {
                LiveChange::Appended(segments) => {
                    prop_assert!(new > 0 && segments.len() == new);
                    prop_assert!(segments.is_sorted_by_key(|it| it.start_ms));
                }
                LiveChange::Unchanged | LiveChange::Restarted => prop_assert_eq!(new, 0),
            }
            prop_assert!(plan.edge() >= edge);
            // A number always means the same file.
            for (track, segments) in (0..).zip(&after) {
                for (number, ..) in segments {
                    let Some(file) = file(&plan, id(track, *number)) else { continue };
                    let name = file.split('?').next().unwrap_or_default().to_owned();
                    let known = files.entry(id(track, *number)).or_insert_with(|| name.clone());
                    prop_assert_eq!(&*known, &name);
                }
            }
            // What is saved goes on, or is refused.
            let saved = plan.segment_plan();
            if let Some(continued) = LivePlan::continued(&saved, &later) {
                prop_assert_eq!(&times(&continued, 0)[..after[0].len()], &after[0][..]);
            }
            if change == LiveChange::Restarted {
                plan = self::plan(&later);
                files.clear();
            }
        }
    }
}
