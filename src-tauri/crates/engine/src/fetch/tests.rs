//! Tests of where the second request for a late segment goes.

use ustream::{Endpoint, TrafficRecorder};

use super::limits::{FAILURES_BEFORE_COOLDOWN, INITIAL_COOLDOWN};
use super::*;

fn request(sampler: &SegmentSampler) -> SegmentRequest<'_> {
    SegmentRequest {
        id: SegmentId {
            track: 0,
            kind: ustream::SegmentKind::Media(0),
        },
        urls: &[],
        byte_range: None,
        format: None,
        kind: SegmentKind::Media(0),
        duration_ms: 2_000,
        not_found_confirmations: 2,
        is_tentative: false,
        is_end_probe: false,
        is_comparison: false,
        sampler,
    }
}

/// Where the second request goes while the first one waits for `a`, and `b` has just failed: the
/// host's name, under this policy, so long after the failures.
async fn second_host(rest_policy: RestPolicy, after: Duration) -> String {
    let client = Client::new(&Endpoint::default()).unwrap();
    let online = Arc::new(OnlineCheck::new(client.clone()));
    let fetcher = Fetcher::new(&client, online, (NonZeroUsize::MIN, None), None);
    let urls = ["https://a/1", "https://b/1"].map(|url| Url::parse(url).unwrap());
    let now = Instant::now();
    for _ in 0..FAILURES_BEFORE_COOLDOWN {
        let error = FetchError::Status {
            host: "b".to_owned(),
            status: 500,
        };
        fetcher.hosts.same_host(&urls[1], now).failed(&error, now);
    }
    tokio::time::advance(after).await;
    let (budget, meter) = (RequestBudget::default(), Meter::new(None));
    let sampler = SegmentSampler::new(TrafficRecorder::default());
    let context = RequestContext {
        request: SegmentRequest {
            urls: &urls,
            ..request(&sampler)
        },
        budget: &budget,
        meter: &meter,
        rest_policy,
        has_broken: &AtomicBool::new(false),
    };
    let mut tried = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: false,
    };
    let permit = fetcher.hedge_host(&urls[0], context, &mut tried).unwrap();
    permit.url().host_str().unwrap().to_owned()
}

#[tokio::test(start_paused = true)]
async fn a_late_segment_is_requested_again_of_another_host_whose_pause_is_over() {
    for policy in [RestPolicy::Wait, RestPolicy::Skip] {
        let during = second_host(policy, Duration::ZERO).await;
        assert_eq!(during, "a", "{policy:?}: the other one has its pause");
        let after = second_host(policy, INITIAL_COOLDOWN).await;
        assert_eq!(after, "b", "{policy:?}: its pause is over");
    }
    // All other segments are there, so there is nothing else to find out by.
    assert_eq!(second_host(RestPolicy::Ignore, Duration::ZERO).await, "b");
}

#[tokio::test(start_paused = true)]
async fn a_request_that_waits_for_the_limit_of_the_speed_is_not_late() {
    let client = Client::new(&Endpoint::default()).unwrap();
    let online = Arc::new(OnlineCheck::new(client.clone()));
    let limits = (NonZeroUsize::MIN, NonZeroU64::new(1_000));
    let fetcher = Fetcher::new(&client, online, limits, None);
    let url = Url::parse("https://a/1").unwrap();
    let gauge = fetcher.speeds.start(WORTH_A_WAIT);
    let second = async {
        tokio::select! {
            () = fetcher.wait_until_hedge(&url, &gauge) => {}
            () = gauge.until_slow() => {}
        }
    };
    tokio::pin!(second);
    let hour = Duration::from_hours(1);
    let wait = gauge.wait_for_limit();
    assert!(tokio::time::timeout(hour, &mut second).await.is_err());
    drop(wait);
    let silence = Instant::now();
    assert!(tokio::time::timeout(hour, second).await.is_ok());
    assert!(silence.elapsed() <= Duration::from_secs(6));
}
