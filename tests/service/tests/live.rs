//! Live streams: the edge moves with the clock, over each transport, and each event is visible.

use std::time::Duration;

use serde_json::{Value, json};

use super::test_client::{ChunkUrls, ControlSocket, TestClient};
use crate::{
    AudioStream, Channel, Delivery, EndMessage, LiveAction, LiveClock, LiveRestart, LiveStream,
    MockRepresentation, PlaylistLayout, Recording, TransportBehavior, VideoStream, World,
};

const ID: u64 = 9_652_368;
const BEST_VIDEO: MockRepresentation = MockRepresentation::Mp4Video(VideoStream::Best);
const MAIN_AUDIO: MockRepresentation = MockRepresentation::Mp4Audio(AudioStream::Main);

/// The newest segment when the clock starts: the last but one of its hash.
const EDGE: u64 = 1_000_008;

/// How long a test waits for what should not come.
const QUIET: Duration = Duration::from_millis(200);

/// Returns a stream that a test drives, with nine segments so far.
fn stream() -> LiveStream {
    LiveStream {
        first_segment: 1_000_000,
        aired_segments: 9,
        ..LiveStream::new(LiveClock::manual())
    }
}

async fn start(stream: LiveStream) -> (TestClient, LiveClock) {
    let clock = stream.clock.clone();
    let channel = Channel {
        live: Some(stream),
        ..Channel::new(ID, "running", "a live stream")
    };
    let client = TestClient::connect(World::empty().channel(channel)).await;
    (client, clock)
}

async fn open(client: &TestClient, cluster: &str) -> ControlSocket {
    let host = format!("r7-1-{ID}-channel-ws-{cluster}.ums.services.video.ibm.com");
    let connect = json!({ "media": ID.to_string(), "application": "channel" });
    client.open_control(&host, connect).await
}

/// Returns the next frame with this key.
async fn next_with(socket: &mut ControlSocket, key: &str) -> Value {
    loop {
        let frame = socket.next().await.expect("the connection is open");
        if frame["args"][0].get(key).is_some() {
            return frame;
        }
    }
}

async fn is_quiet(socket: &mut ControlSocket) -> bool {
    tokio::time::timeout(QUIET, socket.next()).await.is_err()
}

/// Returns the announced segment of a format, and the first segments of its hashes.
fn announced(frame: &Value, format: &str) -> (u64, Vec<u64>) {
    let format = &frame["args"][0]["stream"]["streamFormats"][format];
    let hashes = format["hashes"].as_object().unwrap();
    let mut keys: Vec<u64> = hashes.keys().map(|key| key.parse().unwrap()).collect();
    keys.sort_unstable();
    (format["chunkId"].as_u64().unwrap(), keys)
}

/// Returns the addresses of the best video that a frame describes.
fn video(frame: &Value) -> ChunkUrls {
    ChunkUrls::of(std::slice::from_ref(frame), "mp4/segmented", 0)
}

/// Returns the addresses of the best video and the first audio in one.
fn flv(frame: &Value) -> ChunkUrls {
    ChunkUrls::of(std::slice::from_ref(frame), "flv/segmented", 0)
}

async fn bytes(client: &TestClient, url: &str) -> Vec<u8> {
    let response = client.get(url).await.unwrap();
    assert_eq!(response.status(), 200, "{url}");
    response.bytes().await.unwrap().to_vec()
}

#[tokio::test]
async fn updates_come_every_so_many_segments_and_name_two_hashes() {
    let (client, clock) = start(stream()).await;
    let mut socket = open(&client, "omega").await;
    let first = socket.next().await.unwrap();
    let arg = first["args"][0].as_object().unwrap();
    assert!(arg.contains_key("stream") && arg["meta"]["isReplay"] == false);
    let cdn = socket.next().await.unwrap();
    assert!(cdn["args"][0].get("cdnConfig").is_some());
    for format in ["flv/segmented", "mp4/segmented"] {
        let expected = (EDGE, vec![1_000_000, 1_000_010]);
        assert_eq!(announced(&first, format), expected);
    }
    // One segment: counters only. One more, with a number that is a multiple of ten: an update.
    clock.advance(1);
    let frame = socket.next().await.unwrap();
    assert!(frame["args"][0].get("allViewers").is_some());
    clock.advance(1);
    let frame = socket.next().await.unwrap();
    let expected = (1_000_010, vec![1_000_010, 1_000_020]);
    assert_eq!(announced(&frame, "mp4/segmented"), expected);
    assert!(frame["args"][0].get("meta").is_none());
    // A clock that jumps loses none of them.
    clock.advance(20);
    let frames = [
        next_with(&mut socket, "stream").await,
        next_with(&mut socket, "stream").await,
    ];
    let numbers = frames.map(|frame| announced(&frame, "flv/segmented").0);
    assert_eq!(numbers, [1_000_020, 1_000_030]);
    assert_eq!(client.service.live_edge(ID), Some((0, 1_000_030)));
}

#[tokio::test]
async fn a_stream_may_name_earlier_hashes_and_an_older_segment() {
    let stream = LiveStream {
        earlier_hashes: 2,
        announced_lag: 3,
        aired_segments: 42,
        ..stream()
    };
    let (client, _) = start(stream).await;
    let mut socket = open(&client, "omega").await;
    let first = socket.next().await.unwrap();
    let keys = [10, 20, 30, 40].map(|key| 1_000_000 + key);
    assert_eq!(
        announced(&first, "mp4/segmented"),
        (1_000_038, keys.to_vec())
    );
}

#[tokio::test]
async fn segments_are_there_from_the_edge_back_to_the_end_of_the_window() {
    let stream = LiveStream {
        kept_segments: 4,
        missing_segments: [EDGE - 1].into(),
        late_segments: [(EDGE + 1, 2)].into(),
        ..stream()
    };
    let (client, clock) = start(stream).await;
    let frame = open(&client, "omega").await.next().await.unwrap();
    let video = video(&frame);
    let status = async |segment| client.status(&video.url(segment)).await;
    assert_eq!(status(EDGE + 1).await, 404, "ahead of the edge");
    assert_eq!(status(EDGE).await, 200);
    assert_eq!(status(EDGE - 1).await, 404, "missing");
    assert_eq!(status(EDGE - 3).await, 200);
    assert_eq!(status(EDGE - 4).await, 404, "expired");
    assert_eq!(
        client.status(&video.url_with_key(EDGE, 1_000_010)).await,
        404,
        "another hash"
    );
    // The next one is two segments late.
    clock.advance(2);
    assert_eq!(status(EDGE + 2).await, 200);
    assert_eq!(status(EDGE + 1).await, 404);
    clock.advance(1);
    assert_eq!(status(EDGE + 1).await, 200);
    assert_eq!(status(EDGE - 1).await, 404);
    assert_eq!(status(EDGE).await, 200);
    clock.advance(1);
    assert_eq!(status(EDGE).await, 404);
}

#[tokio::test]
async fn requests_are_counted_for_each_segment() {
    let (client, clock) = start(stream()).await;
    let frame = open(&client, "omega").await.next().await.unwrap();
    let video = video(&frame);
    for _ in 0..2 {
        assert_eq!(client.status(&video.url(EDGE + 1)).await, 404);
    }
    clock.advance(1);
    bytes(&client, &video.url(EDGE + 1)).await;
    bytes(&client, &video.url(EDGE).replace(".m4v", ".m4vh")).await;
    assert_eq!(
        client.status(&video.url(EDGE).replace("/2/", "/9/")).await,
        404
    );
    let traffic = client.service.live_traffic(ID);
    let next = traffic.of(0, "2.m4v", Some(EDGE + 1));
    assert_eq!((next.requests, next.served, next.not_found), (3, 1, 2));
    assert_eq!(traffic.of(0, "2.m4v", None).served, 1);
    assert_eq!((traffic.unknown, traffic.not_found()), (1, 3));
    assert_eq!(traffic.served(0, "2.m4v"), [EDGE + 1]);
}

#[tokio::test]
async fn segments_have_the_frames_of_the_fixture_and_their_time_goes_on() {
    let (client, clock) = start(stream()).await;
    let mut socket = open(&client, "omega").await;
    let frame = socket.next().await.unwrap();
    let video = video(&frame);
    clock.advance(1);
    for segment in [EDGE, EDGE + 1] {
        let frames = client
            .service
            .live_fixture_frames(ID, 0, BEST_VIDEO, segment)
            .unwrap();
        let start_us = i64::try_from(segment - 1_000_000).unwrap() * 2_000_000;
        assert_eq!(frames[0].dts_us, start_us);
        let media: Vec<u8> = frames
            .iter()
            .flat_map(|frame| frame.data.to_vec())
            .collect();
        let served = bytes(&client, &video.url(segment)).await;
        assert!(served.ends_with(&media), "{segment}");
        let whole = bytes(&client, &flv(&frame).url(segment)).await;
        assert!(whole.starts_with(b"FLV\x01\x05"));
        let first = &frames[0].data;
        assert!(whole.windows(first.len()).any(|window| window == first));
    }
    let init = bytes(&client, &video.url(EDGE).replace(".m4v", ".m4vh")).await;
    assert!(init.windows(4).any(|word| word == b"moov"));
    let audio = client.service.live_fixture_frames(ID, 0, MAIN_AUDIO, EDGE);
    assert!(!audio.unwrap().is_empty());
}

#[tokio::test]
async fn a_segment_may_be_longer_than_a_unit_of_the_fixture() {
    let stream = LiveStream {
        segment_time_ms: 6000,
        ..stream()
    };
    let (client, _) = start(stream).await;
    let frame = open(&client, "omega").await.next().await.unwrap();
    let format = &frame["args"][0]["stream"]["streamFormats"]["mp4/segmented"];
    assert_eq!(format["chunkTime"], 6000);
    let served = bytes(&client, &video(&frame).url(EDGE)).await;
    let fragments = served.windows(4).filter(|word| *word == b"moof").count();
    assert_eq!(fragments, 3);
    let service = &client.service;
    let frames = service.live_fixture_frames(ID, 0, BEST_VIDEO, EDGE);
    assert_eq!(frames.unwrap()[0].dts_us, 8 * 6_000_000);
}

#[tokio::test]
async fn connections_are_dropped_or_fall_silent_and_new_ones_work() {
    let stream = stream()
        .event(1, LiveAction::DropConnections)
        .event(2, LiveAction::SilenceConnections);
    let (client, clock) = start(stream).await;
    let mut socket = open(&client, "omega").await;
    next_with(&mut socket, "cdnConfig").await;
    clock.advance(1);
    while socket.next().await.is_some() {}
    let mut socket = open(&client, "omega").await;
    next_with(&mut socket, "cdnConfig").await;
    clock.advance(1);
    assert!(is_quiet(&mut socket).await);
    clock.advance(20);
    assert!(is_quiet(&mut socket).await);
    let frame = open(&client, "omega").await.next().await.unwrap();
    assert_eq!(announced(&frame, "mp4/segmented").0, EDGE + 22);
}

#[tokio::test]
async fn a_redirect_sends_connected_and_new_clients_to_the_other_cluster() {
    let stream = stream().event(1, LiveAction::Redirect("beta".to_owned()));
    let (client, clock) = start(stream).await;
    let entry = open(&client, "live").await.next().await.unwrap();
    assert_eq!(entry["args"][0]["cluster"]["name"], "omega");
    let mut socket = open(&client, "omega").await;
    next_with(&mut socket, "cdnConfig").await;
    clock.advance(1);
    let rejection = socket.next().await.unwrap();
    assert_eq!(rejection["cmd"], "reject");
    let host = rejection["args"][0]["cluster"]["host"].as_str().unwrap();
    assert!(host.contains("-channel-ws-beta."), "{host}");
    assert_eq!(socket.next().await, None);
    for left in ["live", "omega"] {
        let frame = open(&client, left).await.next().await.unwrap();
        assert_eq!(frame["args"][0]["cluster"]["name"], "beta");
    }
    let frame = open(&client, "beta").await.next().await.unwrap();
    assert!(frame["args"][0].get("stream").is_some());
}

#[tokio::test]
async fn a_restart_has_a_new_path_new_numbers_and_a_clock_from_zero() {
    let restart = LiveRestart {
        videos: vec![VideoStream::Small],
        ..LiveRestart::at_segment(2_000_005)
    };
    let (client, clock) = start(stream().event(1, LiveAction::Restart(restart))).await;
    let mut socket = open(&client, "omega").await;
    let before = next_with(&mut socket, "stream").await;
    clock.advance(1);
    // Between the two, there is nothing to play.
    let between = open(&client, "omega").await.next().await.unwrap();
    assert_eq!(between["args"][0]["stream"]["streamFormats"], json!({}));
    assert_eq!(client.service.live_edge(ID), None);
    clock.advance(1);
    let after = next_with(&mut socket, "stream").await;
    let expected = (2_000_005, vec![2_000_000, 2_000_010]);
    assert_eq!(announced(&after, "mp4/segmented"), expected);
    assert_eq!(client.service.live_edge(ID), Some((1, 2_000_005)));
    let streams = &after["args"][0]["stream"]["streamFormats"]["mp4/segmented"]["streams"];
    let heights: Vec<&Value> = streams
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["height"])
        .collect();
    assert_eq!(heights, [&json!(36), &Value::Null, &Value::Null]);
    let path = |frame: &Value| {
        let format = &frame["args"][0]["stream"]["streamFormats"]["mp4/segmented"];
        format["contentAccess"]["accessList"][0]["data"]["path"].clone()
    };
    assert_ne!(path(&before), path(&after));
    // The last segments of the old broadcast stay for a while.
    assert_eq!(client.status(&video(&before).url(EDGE + 1)).await, 200);
    assert_eq!(client.status(&video(&before).url(EDGE + 2)).await, 404);
    assert_eq!(client.status(&video(&after).url(2_000_005)).await, 200);
    let small = MockRepresentation::Mp4Video(VideoStream::Small);
    let frames = |broadcast, segment| {
        let service = &client.service;
        service
            .live_fixture_frames(ID, broadcast, small, segment)
            .unwrap()
    };
    assert_eq!(frames(1, 2_000_005)[0].dts_us, 0);
    assert_ne!(frames(1, 2_000_005)[0].data, frames(0, 1_000_000)[0].data);
}

#[tokio::test]
async fn a_pause_has_no_new_segments_but_messages() {
    let stream = stream()
        .event(1, LiveAction::Pause)
        .event(15, LiveAction::Resume);
    let (client, clock) = start(stream).await;
    let mut socket = open(&client, "omega").await;
    let first = next_with(&mut socket, "stream").await;
    next_with(&mut socket, "cdnConfig").await;
    clock.advance(15);
    for _ in 0..15 {
        let frame = socket.next().await.unwrap();
        assert!(frame["args"][0].get("allViewers").is_some(), "{frame}");
    }
    assert_eq!(client.service.live_edge(ID), Some((0, EDGE + 1)));
    clock.advance(1);
    let update = socket.next().await.unwrap();
    assert_eq!(announced(&update, "flv/segmented").0, EDGE + 2);
    assert_eq!(client.status(&video(&first).url(EDGE + 2)).await, 200);
}

#[tokio::test]
async fn an_end_is_told_in_each_way_to_old_and_new_clients() {
    for message in [
        EndMessage::NotAvailable,
        EndMessage::Offline,
        EndMessage::Nothing,
    ] {
        let (client, clock) = start(stream().event(1, LiveAction::End(message))).await;
        let api = format!("https://api.video.ibm.com/channels/{ID}.json");
        assert_eq!(client.json(&api).await["channel"]["status"], "live");
        let mut socket = open(&client, "omega").await;
        next_with(&mut socket, "cdnConfig").await;
        clock.advance(5);
        assert_eq!(client.json(&api).await["channel"]["status"], "offair");
        assert_eq!(client.service.live_edge(ID), Some((0, EDGE + 1)));
        for mut socket in [socket, open(&client, "omega").await] {
            let expected = match message {
                EndMessage::NotAvailable => {
                    let stream = &socket.next().await.unwrap()["args"][0]["stream"];
                    stream["contentAvailable"] == false
                }
                EndMessage::Offline => {
                    socket.next().await.unwrap()["args"][0]["stream"] == "offline"
                }
                EndMessage::Nothing => true,
            };
            assert!(expected && is_quiet(&mut socket).await, "{message:?}");
        }
    }
}

#[tokio::test]
async fn the_recording_appears_after_the_end() {
    let clock = LiveClock::manual();
    let live = LiveStream::new(clock.clone()).event(2, LiveAction::End(EndMessage::NotAvailable));
    let channel = Channel {
        live: Some(live),
        ..Channel::new(ID, "running", "a live stream")
    };
    let recording = |id, published_at| Recording {
        channel: Some(ID),
        published_at,
        ..Recording::new(id, "a recording of the live stream")
    };
    let world = World::empty()
        .channel(channel)
        .recording(recording(55, None))
        .recording(recording(77, Some(4)));
    let client = TestClient::connect(world).await;
    let listed = async || {
        let list = format!("https://api.video.ibm.com/channels/{ID}/videos.json");
        let videos = client.json(&list).await["videos"]
            .as_array()
            .unwrap()
            .clone();
        let page = client.status("https://video.ibm.com/recorded/77").await;
        let video = client
            .status("https://api.video.ibm.com/videos/77.json")
            .await;
        (videos.len(), page, video)
    };
    assert_eq!(listed().await, (1, 404, 404));
    clock.advance(3);
    assert_eq!(listed().await, (1, 404, 404));
    clock.advance(1);
    assert_eq!(listed().await, (2, 200, 200));
    let frames = client.control_frames(77, "omega", json!({})).await;
    assert!(frames[0]["args"][0].get("stream").is_some());
}

/// A client that polls.
struct Poller<'a> {
    client: &'a TestClient,
    url: String,
}

impl<'a> Poller<'a> {
    async fn connect(client: &'a TestClient, app: u32) -> Self {
        let url = format!(
            "https://r7-1-{ID}-channel-lp-omega.ums.ustream.tv/1/ustream?media={ID}&application=channel&appId={app}&appVersion=2"
        );
        let tracking = client.json(&url).await[0]["args"][0].clone();
        let host = tracking["host"].as_str().unwrap();
        let id = tracking["connectionId"].as_str().unwrap();
        let url = format!("https://{host}/1/ustream?connectionId={id}");
        Self { client, url }
    }

    async fn poll(&self) -> Vec<Value> {
        self.client
            .json(&self.url)
            .await
            .as_array()
            .unwrap()
            .clone()
    }

    /// Returns the first command with this key.
    async fn until(&self, key: &str) -> Value {
        loop {
            let commands = self.poll().await;
            let mut with_key = commands
                .into_iter()
                .filter(|it| it["args"][0].get(key).is_some());
            if let Some(command) = with_key.next() {
                return command;
            }
        }
    }
}

#[tokio::test]
async fn a_polling_client_gets_the_same_updates_and_events() {
    let stream = LiveStream {
        delivery: Delivery::polling(),
        ..stream()
    }
    .event(3, LiveAction::Redirect("beta".to_owned()));
    let (client, clock) = start(stream).await;
    let poller = Poller::connect(&client, 3).await;
    let first = poller.until("stream").await;
    assert_eq!(announced(&first, "mp4/segmented").0, EDGE);
    clock.advance(2);
    let update = poller.until("stream").await;
    let expected = (1_000_010, vec![1_000_010, 1_000_020]);
    assert_eq!(announced(&update, "mp4/segmented"), expected);
    clock.advance(1);
    let rejection = poller.until("cluster").await;
    assert_eq!(rejection["args"][0]["cluster"]["name"], "beta");
    assert_eq!(
        client.status(&poller.url).await,
        404,
        "the session has ended"
    );
}

#[tokio::test]
async fn a_transport_may_be_refused() {
    let mut stream = stream();
    stream.delivery.polling = TransportBehavior::Refused;
    let (client, _) = start(stream).await;
    let url = format!(
        "https://r7-1-{ID}-channel-lp-omega.ums.ustream.tv/1/ustream?media={ID}&application=channel&appId=3&appVersion=2"
    );
    assert_eq!(client.status(&url).await, 403);
}

#[tokio::test]
async fn a_channel_without_a_live_stream_is_offline_for_every_player() {
    let world = World::empty().channel(Channel::new(ID, "quiet", "off air"));
    let client = TestClient::connect(world).await;
    let api = format!("https://api.video.ibm.com/channels/{ID}.json");
    assert_eq!(client.json(&api).await["channel"]["status"], "offair");
    let frame = open(&client, "omega").await.next().await.unwrap();
    assert_eq!(frame["args"][0]["stream"]["contentAvailable"], false);
    for app in [3, 11] {
        let frame = Poller::connect(&client, app).await.until("stream").await;
        assert_eq!(frame["args"][0]["stream"]["contentAvailable"], false);
    }
}

/// Returns the lines of a playlist.
async fn lines(client: &TestClient, url: &str) -> Vec<String> {
    let text = String::from_utf8(bytes(client, url).await).unwrap();
    text.lines().map(str::to_owned).collect()
}

/// Returns the address of the first media playlist.
async fn media_playlist(client: &TestClient) -> String {
    let stream = Poller::connect(client, 11).await.until("stream").await;
    let master = stream["args"][0]["stream"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let all = lines(client, &master).await;
    let variant = all.iter().find(|line| !line.starts_with('#')).unwrap();
    let (folder, _) = master.split_once("playlist.m3u8").unwrap();
    format!("{folder}{variant}")
}

#[tokio::test]
async fn a_playlist_slides_with_the_edge_and_ends_with_the_stream() {
    let mut stream = stream()
        .event(2, LiveAction::Restart(LiveRestart::at_segment(2_000_000)))
        .event(9, LiveAction::End(EndMessage::Nothing))
        .event(10, LiveAction::End(EndMessage::Offline));
    stream.playlist_segments = 4;
    let (client, clock) = start(stream).await;
    let url = media_playlist(&client).await;
    let head = |all: &[String]| all[3..5].to_vec();
    let addresses = |all: &[String]| {
        let all = all.iter().filter(|line| line.starts_with("https:"));
        all.cloned().collect::<Vec<_>>()
    };
    let all = lines(&client, &url).await;
    let expected = [
        "#EXT-X-MEDIA-SEQUENCE:1000005",
        "#EXT-X-DISCONTINUITY-SEQUENCE:0",
    ];
    assert_eq!(head(&all), expected);
    assert_eq!(addresses(&all).len(), 4);
    let last = addresses(&all).pop().unwrap();
    assert!(
        last.contains(&format!("/improved/2/1/chunk_{EDGE}_")),
        "{last}"
    );
    assert_eq!(bytes(&client, &last).await[0], 0x47);
    // Two more, and two of the next broadcast.
    clock.advance(4);
    let all = lines(&client, &url).await;
    assert_eq!(head(&all)[0], "#EXT-X-MEDIA-SEQUENCE:1000009");
    let at = all
        .iter()
        .position(|line| line == "#EXT-X-DISCONTINUITY")
        .unwrap();
    assert_eq!((at, all.len()), (9, 14), "{all:?}");
    clock.advance(3);
    let all = lines(&client, &url).await;
    let expected = [
        "#EXT-X-MEDIA-SEQUENCE:1000012",
        "#EXT-X-DISCONTINUITY-SEQUENCE:1",
    ];
    assert_eq!(head(&all), expected);
    for address in addresses(&all) {
        bytes(&client, &address).await;
    }
    clock.advance(2);
    assert!(
        !lines(&client, &url)
            .await
            .contains(&"#EXT-X-ENDLIST".to_owned())
    );
    clock.advance(1);
    let all = lines(&client, &url).await;
    assert_eq!(all.last().unwrap(), "#EXT-X-ENDLIST");
    let offline = Poller::connect(&client, 11).await.until("stream").await;
    assert_eq!(offline["args"][0]["stream"], "offline");
}

#[tokio::test]
async fn a_playlist_of_mp4_segments_names_the_init_segment_of_each_broadcast() {
    let mut stream = stream().event(1, LiveAction::Restart(LiveRestart::at_segment(2_000_000)));
    stream.delivery.playlists = Some(PlaylistLayout::Fmp4);
    let (client, clock) = start(stream).await;
    let url = media_playlist(&client).await;
    clock.advance(3);
    let all = lines(&client, &url).await;
    let maps: Vec<&str> = all
        .iter()
        .filter_map(|line| line.strip_prefix("#EXT-X-MAP:URI=\"")?.strip_suffix('"'))
        .collect();
    assert_eq!(maps.len(), 2);
    for init in maps {
        let init = bytes(&client, init).await;
        assert!(init.windows(4).any(|word| word == b"moov"));
    }
}

#[tokio::test]
async fn a_clock_that_runs_by_itself_starts_with_the_first_client() {
    let stream = LiveStream {
        clock: LiveClock::running(Duration::from_millis(20)),
        ..stream()
    };
    let (client, clock) = start(stream).await;
    tokio::time::sleep(QUIET).await;
    assert_eq!(clock.now(), 0);
    let mut socket = open(&client, "omega").await;
    let numbers = [
        next_with(&mut socket, "stream").await,
        next_with(&mut socket, "stream").await,
    ]
    .map(|frame| announced(&frame, "mp4/segmented").0);
    assert_eq!(numbers, [EDGE, 1_000_010]);
}
