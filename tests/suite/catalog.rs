//! From a link to several recordings: channels, and pages of other sites with players.

use engine::view::EntryView;
use engine::{Access, Catalog, Code, Failure, ResolvedLink};
use fake_ustream::{AccessLock, Channel, FixtureMovie, ListingSources, Recording, World};

use crate::mock_service::{MAIN, MockService, link};

const CHANNEL: u64 = 7_000_000;
const FIRST: u64 = 200_000_000;

/// A channel with this many short recordings.
fn channel_of(recordings: u64, lists: ListingSources) -> World {
    let channel = Channel {
        listing_sources: lists,
        ..Channel::new(CHANNEL, "long-runner", "many recordings")
    };
    let all = (0..recordings).map(|number| Recording {
        title: format!("Part {number}"),
        channel: Some(CHANNEL),
        created_unix_s: 1_500_000_000 + i64::try_from(number).unwrap() * 86_400,
        movie: FixtureMovie::looped(1),
        ..Recording::new(FIRST + number, "one of many")
    });
    all.fold(World::empty().channel(channel), World::recording)
}

const EVERYWHERE: ListingSources = ListingSources {
    api: true,
    website: true,
    off_air: true,
};

async fn look(mock: &MockService, link: &str) -> Result<Catalog, Failure> {
    let resolved = mock.engine().resolve_link(link, &Access::default()).await?;
    match resolved {
        ResolvedLink::Collection(catalog) => Ok(*catalog),
        ResolvedLink::Recording(preview) => panic!("one recording only: {preview:?}"),
    }
}

async fn all(catalog: &mut Catalog) -> Vec<EntryView> {
    let mut entries = Vec::new();
    while let Some(page) = catalog.next().await.unwrap() {
        entries.extend(page);
    }
    entries
}

fn numbers(entries: &[EntryView]) -> Vec<u64> {
    let numbers = entries.iter().map(|entry| entry.recording.as_deref());
    numbers
        .map(|number| number.unwrap().parse().unwrap())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_of_523_recordings_is_listed_newest_first_in_at_most_12_requests() {
    let mock = MockService::with(channel_of(523, EVERYWHERE)).await;
    for (link, to_the_first_page) in [
        (format!("https://video.ibm.com/channel/id/{CHANNEL}"), 1),
        ("https://video.ibm.com/channel/long-runner".to_owned(), 2),
    ] {
        let before = mock.service.requests().len();
        let requests = || mock.service.requests().len() - before;
        let mut catalog = look(&mock, &link).await.unwrap();
        assert!(catalog.channel().is_some() && catalog.total() == Some(523));
        let first = catalog.next().await.unwrap().unwrap();
        assert_eq!((first.len(), requests()), (50, to_the_first_page), "{link}");
        let rest = all(&mut catalog).await;
        assert!(requests() <= 12, "{} requests for {link}", requests());
        let numbers = numbers(&[first, rest].concat());
        assert!(
            numbers.iter().copied().eq((FIRST..FIRST + 523).rev()),
            "{numbers:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_entry_has_the_fields_to_choose_by() {
    let mock = MockService::with(channel_of(2, EVERYWHERE)).await;
    let mut catalog = look(&mock, "ustream.tv/long-runner").await.unwrap();
    let entries = all(&mut catalog).await;
    let newest = &entries[0];
    assert_eq!(newest.title.as_deref(), Some("Part 1"));
    assert_eq!(newest.date_unix_s, Some(1_500_086_400));
    assert_eq!(
        newest.duration_ms,
        Some(FixtureMovie::looped(1).duration_ms())
    );
    assert_eq!(newest.link, link(FIRST + 1));
    assert!(newest.thumbnail.as_deref().unwrap().starts_with("https://"));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_website_list_replaces_the_api_list_and_the_page_replaces_both() {
    for website in [true, false] {
        let lists = ListingSources {
            api: false,
            website,
            off_air: true,
        };
        let mock = MockService::with(channel_of(30, lists)).await;
        let mut catalog = look(&mock, "ustream.tv/long-runner").await.unwrap();
        let entries = all(&mut catalog).await;
        assert!(
            numbers(&entries).into_iter().eq((FIRST..FIRST + 30).rev()),
            "{entries:?}"
        );
        let has_lengths = entries.iter().all(|entry| entry.duration_ms.is_some());
        assert_eq!(has_lengths, website);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_without_any_list_has_no_recording() {
    let nowhere = ListingSources {
        api: true,
        website: false,
        off_air: false,
    };
    let mock = MockService::with(channel_of(0, nowhere)).await;
    let failure = look(&mock, "ustream.tv/long-runner").await.unwrap_err();
    assert_eq!(failure.code, Code::NotRecorded, "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_link_is_not_a_list() {
    let mock = MockService::demo().await;
    let resolved = mock
        .engine()
        .resolve_link(&link(MAIN), &Access::default())
        .await
        .unwrap();
    assert!(
        matches!(resolved, ResolvedLink::Recording(preview) if preview.recording == MAIN.to_string())
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_player_on_another_site_is_found_and_its_page_is_the_referrer() {
    const PAGE: &str = "https://www.example.org/live";
    let locked = Recording {
        lock: Some(AccessLock::Referrer(vec![PAGE.to_owned()])),
        ..Recording::new(FIRST, "plays on one page only")
    };
    let html =
        format!("<iframe data-src='//www.ustream.tv/embed/recorded/{FIRST}?v=3&amp;wmode=direct'>");
    let world = World::empty()
        .recording(locked)
        .page("www.example.org/live", &html);
    let mock = MockService::with(world).await;
    let preview = mock
        .engine()
        .resolve(PAGE, &Access::default())
        .await
        .unwrap();
    assert_eq!(preview.recording, FIRST.to_string());
    let requests = mock.service.requests();
    let connects: Vec<_> = requests
        .iter()
        .filter_map(|request| request.connect.as_ref())
        .collect();
    assert!(!connects.is_empty());
    assert!(
        connects.iter().all(|connect| connect["referrer"] == PAGE),
        "{connects:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn several_players_on_a_page_are_listed_to_choose_from() {
    let html = format!(
        "<iframe src='https://video.ibm.com/embed/recorded/{MAIN}'></iframe>
         <embed src='http://www.ustream.tv/flash/viewer.swf?cid=6540154'>"
    );
    let mock = MockService::with(World::demo().page("www.example.org/", &html)).await;
    let mut catalog = look(&mock, "www.example.org").await.unwrap();
    assert_eq!(catalog.page(), Some("https://www.example.org/"));
    assert!(catalog.channel().is_none());
    let entries = all(&mut catalog).await;
    let shown: Vec<_> = entries
        .iter()
        .map(|entry| (entry.link.as_str(), entry.title.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            (link(MAIN).as_str(), Some("The practice film")),
            (
                "https://video.ibm.com/channel/id/6540154",
                Some("Practice channel practice")
            ),
        ]
    );
}
