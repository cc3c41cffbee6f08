//! Running streams that are offered as HLS playlists only: what is recorded of them, and how often their
//! playlists are asked for.

use std::time::Duration;

use engine::LiveOptions;
use engine::view::{JobView, LiveEnd};
use fake_ustream::{
    Delivery, EndMessage, LiveAction, LiveClock, LiveRestart, LiveStream, PlaylistLayout,
    TransportBehavior,
};
use ustream::{Access, ChannelId, Choice, Error, LiveChange, LiveEvent, LivePlan};

use crate::mock_service::{MockService, file_names, is_unfinished, wait_for_end, wait_until};
use crate::movies::{assert_plays, packets};
use crate::running_stream::{
    AUDIO, CHANNEL, FIRST, StreamRecording, TIMEOUT, VIDEO, assert_has_all, expected, live_job,
    patient, service, waits_for_stream,
};

const MUXED: &str = "improved/2/1.ts";

/// Returns a stream that a test drives, of which six segments were sent already.
fn stream(layout: PlaylistLayout) -> LiveStream {
    LiveStream {
        first_segment: FIRST,
        aired_segments: 6,
        playlist_segments: 6,
        // The other connections say at once that they have nothing.
        delivery: Delivery {
            websocket: TransportBehavior::Offline,
            polling: TransportBehavior::Offline,
            ..Delivery::playlists(layout)
        },
        ..LiveStream::new(LiveClock::manual())
    }
}

/// Asserts that these segments were asked for, each once, and no others.
fn assert_asked_once(recording: &StreamRecording, segments: std::ops::Range<u64>) {
    recording.assert_fetched_once(0, segments);
    let traffic = recording.traffic();
    let mut counts = traffic.segments.values();
    assert!(counts.all(|it| it.requests == 1), "{traffic:?}");
    assert_eq!(traffic.not_found(), 0, "{traffic:?}");
}

/// Returns whether a job has recorded to this time of the movie, with what is on its way to the disk.
fn is_recorded(until_ms: u64) -> impl Fn(&JobView) -> bool {
    move |job| {
        let recorded = job
            .progress
            .as_ref()
            .and_then(|it| it.live.map(|live| live.recorded_ms));
        recorded.is_some_and(|recorded| recorded >= until_ms)
    }
}

/// Returns how often a media playlist was asked for.
fn playlist_requests(mock: &MockService, version: u32) -> usize {
    let path = format!("/{version}/playlist.m3u8");
    let requests = mock.service.requests().into_iter();
    requests.filter(|it| it.path.contains(&path)).count()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_playlists_is_recorded_to_its_end() {
    let stream = stream(PlaylistLayout::Muxed).event(24, LiveAction::End(EndMessage::Offline));
    let recording = StreamRecording::start_playlists(stream, &[MUXED], patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(24).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Ended));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert!(finished.duration_ms.abs_diff(60_000) <= 300, "{finished:?}");
    assert_has_all(&path, 30);
    assert_asked_once(&recording, FIRST..FIRST + 30);
    let playlists = playlist_requests(&recording.mock, 1);
    assert!((6..=45).contains(&playlists), "{playlists} requests");
    let name = path.file_name().unwrap().to_str().unwrap();
    assert_eq!(file_names(recording.folder.path()), [name]);
}

#[tokio::test(flavor = "multi_thread")]
async fn separate_audio_is_recorded_too() {
    let mut stream = stream(PlaylistLayout::Separate);
    // The other connections offer formats that nobody knows.
    stream.delivery = Delivery::playlists(PlaylistLayout::Separate);
    let stream = stream.event(12, LiveAction::End(EndMessage::NotAvailable));
    let tracks = &["improved/2.ts", "improved/1.ts"];
    let recording = StreamRecording::start_playlists(stream, tracks, patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(12).await;
    let (path, finished) = recording.finished().await;
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_has_all(&path, 18);
    assert_asked_once(&recording, FIRST..FIRST + 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn fragmented_mp4_is_recorded_over_a_restart() {
    let stream = stream(PlaylistLayout::Fmp4)
        .event(
            6,
            LiveAction::Restart(LiveRestart::at_segment(FIRST + 1000)),
        )
        .event(12, LiveAction::End(EndMessage::Offline));
    let recording = StreamRecording::start_playlists(stream, &[VIDEO, AUDIO], patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(12).await;
    let (path, finished) = recording.finished().await;
    let traffic = recording.traffic();
    for track in [VIDEO, AUDIO] {
        let first: Vec<_> = (FIRST..FIRST + 12).collect();
        assert_eq!(traffic.served(0, track), first, "{track}");
        // The clock of this computer, which is slower than that of the stream, says how much of the
        // broadcast that was started again was sent behind the first one.
        let last = *traffic.served(1, track).last().unwrap();
        assert_eq!(last, FIRST + 1005, "{track}");
    }
    assert!(finished.duration_ms >= 30_000, "{finished:?}");
    assert_plays(&path);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_goes_on_in_the_same_file() {
    let stream = stream(PlaylistLayout::Muxed)
        .event(10, LiveAction::Restart(LiveRestart::at_segment(7)))
        .event(22, LiveAction::End(EndMessage::Offline));
    let recording = StreamRecording::start_playlists(stream, &[MUXED], patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(22).await;
    let (path, finished) = recording.finished().await;
    let traffic = recording.traffic();
    assert_eq!(
        traffic.served(0, MUXED),
        (FIRST..FIRST + 16).collect::<Vec<_>>()
    );
    assert_eq!(traffic.served(1, MUXED), (7..19).collect::<Vec<_>>());
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert!(finished.duration_ms.abs_diff(56_000) <= 500, "{finished:?}");
    assert_plays(&path);
    let (count, of_recording) = (packets(&path, "v:0").len(), expected("v:0", 28).len());
    assert!(count.abs_diff(of_recording) <= 4, "{count} {of_recording}");
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_that_expire_are_asked_for_anew() {
    let stream = stream(PlaylistLayout::Muxed).event(12, LiveAction::End(EndMessage::Offline));
    let recording = StreamRecording::start_playlists(stream, &[MUXED], patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(4).await;
    recording.mock.service.expire(CHANNEL);
    recording.run_to(12).await;
    let (path, finished) = recording.finished().await;
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_has_all(&path, 18);
    assert_asked_once(&recording, FIRST..FIRST + 18);
}

#[tokio::test(flavor = "multi_thread")]
async fn from_now_on_leaves_out_what_was_sent() {
    let options = LiveOptions {
        from_now: true,
        ..patient()
    };
    let recording =
        StreamRecording::start_playlists(stream(PlaylistLayout::Muxed), &[MUXED], options).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(8).await;
    recording
        .engine
        .stop_and_save(&recording.job)
        .await
        .unwrap();
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Asked));
    assert!(finished.duration_ms.abs_diff(18_000) <= 300, "{finished:?}");
    assert_plays(&path);
    assert!(packets(&path, "v:0")[0].dts_us.abs() < 300_000);
    assert_asked_once(&recording, FIRST + 5..FIRST + 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_is_waited_for_and_a_silent_end_is_noticed() {
    let stream = stream(PlaylistLayout::Muxed)
        .event(4, LiveAction::Pause)
        .event(6, LiveAction::Resume)
        .event(10, LiveAction::End(EndMessage::Nothing));
    let options = LiveOptions {
        patience_ms: 10_000,
        ..LiveOptions::default()
    };
    let recording = StreamRecording::start_playlists(stream, &[MUXED], options).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(4).await;
    wait_until(&recording.engine, &recording.job, waits_for_stream).await;
    recording.run_to(10).await;
    let (path, finished) = recording.finished().await;
    assert_eq!(finished.live_end, Some(LiveEnd::Silent));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_has_all(&path, 14);
    assert_asked_once(&recording, FIRST..FIRST + 14);
}

#[tokio::test(flavor = "multi_thread")]
async fn after_a_kill_the_recording_goes_on_with_a_gap_or_is_saved() {
    let stream = stream(PlaylistLayout::Muxed).event(30, LiveAction::End(EndMessage::Offline));
    let recording = StreamRecording::start_playlists(stream, &[MUXED], patient()).await;
    recording.wait_for(0, FIRST + 5).await;
    recording.run_to(4).await;
    wait_until(&recording.engine, &recording.job, is_recorded(20_000)).await;
    recording.engine.shutdown().await;
    let folder = recording.folder.path();
    assert!(is_unfinished(folder), "{:?}", file_names(folder));
    // It runs still: the first four of these have slid out of the window.
    recording.clock.advance(10);
    let engine = recording.mock.engine();
    let job = engine.download(live_job(folder, patient())).await.unwrap();
    recording.wait_for(0, FIRST + 19).await;
    recording.run_to(18).await;
    wait_until(&engine, &job, is_recorded(48_000)).await;
    engine.shutdown().await;
    // It is over, and what there is becomes the movie.
    recording.clock.advance(12);
    let engine = recording.mock.engine();
    let job = engine.download(live_job(folder, patient())).await.unwrap();
    let finished = wait_for_end(&engine, &job).await.unwrap();
    let path = engine.path(&job).await.unwrap();
    assert_eq!(file_names(folder).len(), 1);
    let gaps = &finished.gaps;
    assert_eq!(gaps.len(), 1, "{finished:?}");
    assert_eq!((gaps[0].start_ms, gaps[0].duration_ms), (20_000, 8_000));
    assert!(finished.duration_ms.abs_diff(48_000) <= 300, "{finished:?}");
    assert_plays(&path);
    let traffic = recording.traffic();
    let served: Vec<_> = (FIRST..FIRST + 10).chain(FIRST + 14..FIRST + 24).collect();
    assert_eq!(traffic.served(0, MUXED), served);
    for segment in served {
        let requests = traffic.of(0, MUXED, Some(segment)).requests;
        assert_eq!(requests, 1, "{segment}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_of_playlists_is_opened_and_its_plan_grows() {
    let stream = stream(PlaylistLayout::Muxed).event(9, LiveAction::End(EndMessage::NotAvailable));
    let clock = stream.clock.clone();
    let mock = service(stream).await;
    let client = mock.client();
    let mut opened = client
        .live(ChannelId(CHANNEL), &Access::default())
        .await
        .unwrap();
    let recording = opened.recording().unwrap();
    let heights: Vec<_> = recording.renditions.iter().map(|it| it.height).collect();
    assert_eq!(heights, [Some(54), Some(36)]);
    assert_eq!(recording.title.as_deref(), Some("Practice channel running"));
    assert_eq!(recording.duration_ms, None, "it is not over");
    let mut plan = LivePlan::new(opened.latest(), &Choice::default()).unwrap();
    opened.follow(plan.rendition());
    assert_eq!(plan.numbers(), FIRST..FIRST + 6);
    clock.advance(4);
    let mut numbers = plan.numbers();
    while numbers.end < FIRST + 15 {
        let event = tokio::time::timeout(TIMEOUT, opened.next()).await.unwrap();
        let LiveEvent::Updated(update) = event else {
            panic!("{event:?}")
        };
        assert_ne!(plan.extend(&update), LiveChange::Restarted);
        numbers = plan.numbers();
        if numbers.end == FIRST + 10 {
            // From here on it is over.
            clock.advance(5);
        }
    }
    let event = tokio::time::timeout(TIMEOUT, opened.next()).await.unwrap();
    assert!(matches!(event, LiveEvent::Ended), "{event:?}");
    let of_small = playlist_requests(&mock, 2);
    assert_eq!(of_small, 1, "only what is recorded is read on");
    let again = client.live(ChannelId(CHANNEL), &Access::default()).await;
    assert!(matches!(again, Err(Error::OffAir)), "{again:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_without_playlists_either_is_off_air() {
    let mut stream = stream(PlaylistLayout::Muxed);
    stream.delivery.playlists = None;
    let mock = service(stream).await;
    let client = mock.client();
    let opened = client
        .live(ChannelId(CHANNEL), &Access::default())
        .await
        .unwrap_err();
    assert!(matches!(opened, Error::OffAir), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn playlists_are_read_as_often_as_segments_come() {
    let clock = LiveClock::running(Duration::from_secs(2));
    let stream = LiveStream {
        clock,
        ..stream(PlaylistLayout::Muxed)
    };
    let mock = service(stream).await;
    let client = mock.client();
    let mut opened = client
        .live(ChannelId(CHANNEL), &Access::default())
        .await
        .unwrap();
    let mut plan = LivePlan::new(opened.latest(), &Choice::default()).unwrap();
    opened.follow(plan.rendition());
    let (first, before) = (plan.numbers().end, playlist_requests(&mock, 1));
    while plan.numbers().end < first + 8 {
        let event = tokio::time::timeout(TIMEOUT, opened.next()).await.unwrap();
        let LiveEvent::Updated(update) = event else {
            panic!("{event:?}")
        };
        plan.extend(&update);
    }
    let requests = playlist_requests(&mock, 1) - before;
    // Twice as many would be one in a second.
    assert!((4..=12).contains(&requests), "{requests} for 8 segments");
}
