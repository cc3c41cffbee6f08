//! The control connection of a stream that is running: it is opened, followed through all that happens
//! to it, and its plan grows.

use std::time::Duration;

use fake_ustream::{
    Channel, Delivery, EndMessage, GateField, LiveAction, LiveClock, LiveRestart, LiveStream, World,
};
use ustream::{
    Access, ChannelId, Choice, Client, Error, LiveChange, LiveEvent, LivePlan, LiveUpdate, Lock,
    Segment, SegmentId, SegmentKind, Target,
};

use crate::mock_service::MockService;

const ID: u64 = 9_652_368;
const CHANNEL: ChannelId = ChannelId(ID);

/// The newest segment when the clock starts: the last but one of its hash.
const EDGE: u64 = 1_000_008;

/// Longer than any event takes; it only ends a hang.
const PATIENCE: Duration = Duration::from_mins(1);

/// Returns a stream that a test drives, with nine segments so far.
fn stream() -> LiveStream {
    LiveStream {
        first_segment: 1_000_000,
        aired_segments: 9,
        ..LiveStream::new(LiveClock::manual())
    }
}

fn channel(stream: LiveStream) -> Channel {
    Channel {
        live: Some(stream),
        ..Channel::new(ID, "running", "a live stream")
    }
}

async fn start(stream: LiveStream) -> (MockService, LiveClock) {
    let clock = stream.clock.clone();
    let world = World::empty().channel(channel(stream));
    (MockService::with(world).await, clock)
}

/// Opens the stream, and plans its best rendition.
async fn open(client: &Client) -> (ustream::LiveStream, LivePlan) {
    let opened = client.live(CHANNEL, &Access::default()).await.unwrap();
    let plan = LivePlan::new(opened.latest(), &Choice::default()).unwrap();
    (opened, plan)
}

async fn is_on_air(client: &Client) -> Option<bool> {
    let found = client.live_channel(&Target::Channel(CHANNEL)).await;
    found.unwrap().unwrap().is_on_air
}

async fn next(stream: &mut ustream::LiveStream) -> LiveEvent {
    let event = tokio::time::timeout(PATIENCE, stream.next()).await;
    event.expect("nothing happens")
}

async fn next_update(stream: &mut ustream::LiveStream) -> LiveUpdate {
    match next(stream).await {
        LiveEvent::Updated(update) => *update,
        other => panic!("{other:?}"),
    }
}

/// Takes updates until segments are appended, and returns their numbers.
async fn appended(stream: &mut ustream::LiveStream, plan: &mut LivePlan) -> Vec<u64> {
    loop {
        match plan.extend(&next_update(stream).await) {
            LiveChange::Unchanged => {}
            LiveChange::Appended(segments) => return numbers(&segments),
            LiveChange::Restarted => panic!("restarted"),
        }
    }
}

/// Returns the numbers of the segments of the first track.
fn numbers(segments: &[Segment]) -> Vec<u64> {
    let of_track = segments.iter().filter(|segment| segment.id.track == 0);
    let numbers = of_track.filter_map(|segment| match segment.id.kind {
        SegmentKind::Media(number) => Some(number),
        SegmentKind::Init => None,
    });
    numbers.collect()
}

fn media(number: u64) -> SegmentId {
    SegmentId {
        track: 0,
        kind: SegmentKind::Media(number),
    }
}

/// Asks for a segment at its first address, and returns the status.
async fn status(client: &Client, plan: &LivePlan, segment: SegmentId) -> u16 {
    let url = plan.locate(segment).urls.into_iter().next();
    let url = url.unwrap_or_else(|| panic!("{segment:?} has no address"));
    let request = client.http().get(url);
    let response = client.http().send(request).await.unwrap();
    response.status().as_u16()
}

/// Returns the hosts that were sent a `connect`.
fn connected_hosts(mock: &MockService) -> Vec<String> {
    let requests = mock.service.requests().into_iter();
    let connects = requests.filter(|request| request.method == "CONNECT");
    connects.map(|request| request.host).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_stream_is_described_and_its_segments_are_there() {
    let (mock, _) = start(stream()).await;
    let client = mock.client();
    let (opened, plan) = open(&client).await;
    let recording = opened.recording().unwrap();
    let expected = channel(stream());
    assert_eq!(recording.title.as_deref(), Some(expected.title.as_str()));
    assert_eq!(recording.owner.as_deref(), Some(expected.owner.as_str()));
    assert_eq!(
        recording.link(),
        format!("https://video.ibm.com/channel/id/{ID}")
    );
    assert!(recording.thumbnail.is_some());
    let heights: Vec<_> = recording.renditions.iter().map(|it| it.height).collect();
    assert!(
        heights.contains(&Some(54)) && heights.contains(&Some(36)),
        "{heights:?}"
    );
    assert_eq!(plan.rendition().height, Some(54));
    assert_eq!(plan.edge(), EDGE);
    assert_eq!(plan.numbers(), 1_000_000..1_000_020);
    for track in 0..2 {
        let init = SegmentId {
            track,
            kind: SegmentKind::Init,
        };
        assert_eq!(status(&client, &plan, init).await, 200);
    }
    assert_eq!(status(&client, &plan, media(EDGE)).await, 200);
    assert_eq!(status(&client, &plan, media(EDGE + 1)).await, 404);
    let hosts = connected_hosts(&mock);
    assert_eq!(hosts.len(), 2, "the entry and the cluster: {hosts:?}");
    assert!(
        hosts
            .iter()
            .all(|host| host.contains(&format!("-{ID}-channel-ws-"))),
        "{hosts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_update_extends_the_plan() {
    let (mock, clock) = start(stream()).await;
    let client = mock.client();
    let (mut opened, mut plan) = open(&client).await;
    clock.advance(2);
    let added = appended(&mut opened, &mut plan).await;
    assert_eq!(added, (1_000_020..1_000_030).collect::<Vec<_>>());
    assert_eq!(plan.edge(), 1_000_010);
    // What happens while nobody waits is kept.
    clock.advance(20);
    assert_eq!(appended(&mut opened, &mut plan).await[0], 1_000_030);
    assert_eq!(appended(&mut opened, &mut plan).await[0], 1_000_040);
    assert_eq!(plan.numbers(), 1_000_000..1_000_050);
    for number in [1_000_009, 1_000_019, 1_000_020, 1_000_029, 1_000_030] {
        assert_eq!(status(&client, &plan, media(number)).await, 200, "{number}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn waiting_for_an_event_may_be_given_up_at_any_time() {
    let (mock, clock) = start(stream()).await;
    let client = mock.client();
    let (mut opened, mut plan) = open(&client).await;
    clock.advance(12);
    let mut added = Vec::new();
    while added.last() != Some(&1_000_039) {
        let waited = tokio::time::timeout(Duration::from_micros(200), opened.next()).await;
        if let Ok(LiveEvent::Updated(update)) = waited
            && let LiveChange::Appended(segments) = plan.extend(&update)
        {
            added.extend(numbers(&segments));
        }
    }
    assert_eq!(added, (1_000_020..1_000_040).collect::<Vec<_>>());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_is_due_when_it_is_there() {
    let stream = stream();
    let clock = LiveClock::running(Duration::from_millis(stream.segment_time_ms));
    let (mock, _) = start(LiveStream { clock, ..stream }).await;
    let client = mock.client();
    let (_opened, plan) = open(&client).await;
    for number in [EDGE, EDGE + 1, EDGE + 2] {
        tokio::time::sleep(plan.due_in(number, client.clock())).await;
        assert_eq!(status(&client, &plan, media(number)).await, 200, "{number}");
        let next = plan.due_in(number + 1, client.clock());
        assert!(next <= Duration::from_secs(2), "{next:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_drops_is_made_again_and_nothing_is_lost() {
    for delivery in [Delivery::default(), Delivery::polling()] {
        let mut stream = stream().event(1, LiveAction::DropConnections);
        stream.delivery = delivery;
        let (mock, clock) = start(stream).await;
        let client = mock.client();
        let (mut opened, mut plan) = open(&client).await;
        let connects = connected_hosts(&mock).len();
        clock.advance(1);
        let event = next(&mut opened).await;
        assert!(matches!(event, LiveEvent::Reconnecting(_)), "{event:?}");
        let event = next(&mut opened).await;
        assert!(matches!(event, LiveEvent::Reconnected), "{event:?}");
        let hosts = connected_hosts(&mock).split_off(connects);
        assert_eq!(hosts.len(), 1, "straight to the same cluster: {hosts:?}");
        clock.advance(1);
        let added = appended(&mut opened, &mut plan).await;
        assert_eq!(added, (1_000_020..1_000_030).collect::<Vec<_>>());
        assert_eq!(status(&client, &plan, media(EDGE + 2)).await, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_is_followed_without_a_word() {
    for delivery in [Delivery::default(), Delivery::polling()] {
        let mut stream = stream().event(1, LiveAction::Redirect("beta".to_owned()));
        stream.delivery = delivery;
        let (mock, clock) = start(stream).await;
        let (mut opened, mut plan) = open(&mock.client()).await;
        clock.advance(1);
        let update = next_update(&mut opened).await;
        assert_eq!(plan.extend(&update), LiveChange::Unchanged);
        let hosts = connected_hosts(&mock);
        assert!(hosts.last().unwrap().contains("-beta."), "{hosts:?}");
        clock.advance(1);
        assert_eq!(appended(&mut opened, &mut plan).await[0], 1_000_020);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_broadcast_that_is_started_again_needs_another_plan() {
    let restart = LiveRestart::at_segment(2_000_005);
    let (mock, clock) = start(stream().event(1, LiveAction::Restart(restart))).await;
    let client = mock.client();
    let (mut opened, mut plan) = open(&client).await;
    clock.advance(2);
    let update = next_update(&mut opened).await;
    assert_eq!(plan.extend(&update), LiveChange::Restarted);
    assert_eq!(plan.numbers(), 1_000_000..1_000_020);
    let second = LivePlan::new(&update, &Choice::default()).unwrap();
    assert_eq!(second.numbers(), 2_000_000..2_000_020);
    assert_eq!(second.edge(), 2_000_005);
    assert_eq!(status(&client, &second, media(2_000_005)).await, 200);
    assert_eq!(
        status(&client, &plan, media(EDGE + 1)).await,
        200,
        "the old one stays"
    );
    let init = SegmentId {
        track: 0,
        kind: SegmentKind::Init,
    };
    assert_eq!(status(&client, &second, init).await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_is_told_and_so_is_a_new_start() {
    for message in [EndMessage::NotAvailable, EndMessage::Offline] {
        let restart = LiveRestart::at_segment(2_000_000);
        let stream = stream()
            .event(1, LiveAction::End(message))
            .event(5, LiveAction::Restart(restart));
        let (mock, clock) = start(stream).await;
        let client = mock.client();
        let (mut opened, mut plan) = open(&client).await;
        assert_eq!(is_on_air(&client).await, Some(true));
        clock.advance(1);
        let event = next(&mut opened).await;
        assert!(matches!(event, LiveEvent::Ended), "{event:?}");
        assert_eq!(is_on_air(&client).await, Some(false));
        let refused = client.live(CHANNEL, &Access::default()).await;
        assert!(matches!(refused, Err(Error::OffAir)), "{refused:?}");
        clock.advance(5);
        let update = next_update(&mut opened).await;
        assert_eq!(plan.extend(&update), LiveChange::Restarted);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn long_polling_is_used_where_no_websocket_can_be_opened() {
    let mut stream = stream();
    stream.delivery = Delivery::polling();
    let (mock, clock) = start(stream).await;
    let client = mock.client();
    let (mut opened, mut plan) = open(&client).await;
    clock.advance(2);
    assert_eq!(appended(&mut opened, &mut plan).await[0], 1_000_020);
    clock.advance(10);
    assert_eq!(appended(&mut opened, &mut plan).await[0], 1_000_030);
    assert_eq!(status(&client, &plan, media(EDGE + 12)).await, 200);
    let hosts = connected_hosts(&mock);
    assert!(
        hosts.iter().any(|host| host.contains("-channel-lp-")),
        "{hosts:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_that_does_not_exist_or_does_not_broadcast_is_an_error() {
    let world = World::empty().channel(Channel::new(ID, "quiet", "off air"));
    let mock = MockService::with(world).await;
    let client = mock.client();
    let opened = client.live(CHANNEL, &Access::default()).await;
    assert!(matches!(opened, Err(Error::OffAir)), "{opened:?}");
    let opened = client.live(ChannelId(1), &Access::default()).await;
    assert!(matches!(opened, Err(Error::NotFound(_))), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_behind_a_form_opens_once_it_is_filled_in() {
    let gated = Channel {
        gate: Some(vec![
            GateField::new("name", "Name", true),
            GateField::new("email", "E-mail", true),
        ]),
        ..channel(stream())
    };
    let mock = MockService::with(World::empty().channel(gated)).await;
    let client = mock.client();
    let refused = client.live(CHANNEL, &Access::default()).await;
    assert!(
        matches!(refused, Err(Error::Locked(Lock::Form { .. }))),
        "{refused:?}"
    );
    let access = Access {
        form_defaults: true,
        ..Access::default()
    };
    client.live(CHANNEL, &access).await.unwrap();
    // The hash is known now.
    client.live(CHANNEL, &Access::default()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_connects_again_for_a_stream_that_was_dropped() {
    let (mock, clock) = start(stream().event(1, LiveAction::DropConnections)).await;
    let client = mock.client();
    let (opened, _) = open(&client).await;
    let connects = connected_hosts(&mock).len();
    drop(opened);
    clock.advance(20);
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(
        connected_hosts(&mock).len(),
        connects,
        "nobody connects again"
    );
}
