//! The connection that is opened before the service names its host: used if it is named, else closed
//! without a word, and never a loss.

use std::time::{Duration, Instant};

use engine::{Config, Engine};
use fake_ustream::{Fault, LoggedRequest, NetworkLink, Rule, World};
use ustream::{Access, Client, ClusterRoute, RecordingId, RecordingRef};

use crate::mock_service::{MAIN, MockService, link};

/// Long enough that the work of a busy machine between two messages is short against it.
const ROUND_TRIP: Duration = Duration::from_millis(200);

/// Round trips to the entry: TCP, TLS, the upgrade to a websocket, and `connect`.
const TO_ENTRY: u32 = 4;

fn omega() -> ClusterRoute {
    "ws-omega.ums.services.video.ibm.com".parse().unwrap()
}

fn beta() -> ClusterRoute {
    "ws-beta.ums.services.video.ibm.com".parse().unwrap()
}

async fn resolve(client: &Client, access: &Access) {
    let found = RecordingRef {
        recording: RecordingId(MAIN),
        channel: None,
        newest: false,
    };
    client.recording(found, access).await.unwrap();
}

/// Returns method, cluster and connection of each request to the control connection.
fn control_requests(requests: &[LoggedRequest]) -> Vec<(String, String, u64)> {
    let control = requests
        .iter()
        .filter(|request| request.host.contains(".ums."));
    control
        .map(|request| {
            let label = request.host.split('.').next().unwrap();
            let cluster = label.rsplit('-').next().unwrap();
            (
                request.method.clone(),
                cluster.to_owned(),
                request.connection,
            )
        })
        .collect()
}

fn requests_to(mock: &MockService, wanted: (&str, &str)) -> Vec<u64> {
    let all = control_requests(&mock.service.requests()).into_iter();
    let same = all.filter(|(method, cluster, _)| (method.as_str(), cluster.as_str()) == wanted);
    same.map(|(.., connection)| connection).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_named_again_costs_one_round_trip() {
    let line = NetworkLink {
        round_trip: ROUND_TRIP,
        bytes_per_second: 10_000_000,
    };
    let mock = MockService::with_link(World::demo(), Some(line)).await;
    let client = mock.client();
    let mut times = Vec::new();
    for _ in 0..2 {
        let start = Instant::now();
        resolve(&client, &Access::default()).await;
        times.push(start.elapsed());
    }
    let in_round_trips = times.iter().map(|time| time.div_duration_f64(ROUND_TRIP));
    let in_round_trips: Vec<f64> = in_round_trips.collect();
    let [cold, warm] = in_round_trips[..] else {
        panic!("{in_round_trips:?}")
    };
    assert!(cold >= f64::from(2 * TO_ENTRY), "{cold}");
    assert!(warm >= f64::from(TO_ENTRY + 1), "{warm}");
    // How long they take at most is measured by `cargo xtask bench ready`.
    assert!(warm < cold, "{warm}, {cold}");
    let opened = requests_to(&mock, ("GET", "omega"));
    assert_eq!(opened.len(), 2, "no connection more than before");
    assert_eq!(opened, requests_to(&mock, ("CONNECT", "omega")));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_is_not_named_hears_nothing() {
    let mock = MockService::demo().await;
    let client = mock.client();
    client.set_control_route(Some(beta()));
    let access = Access {
        password: Some("secret".to_owned()),
        referrer: Some("https://example.org/private".to_owned()),
        ..Access::default()
    };
    resolve(&client, &access).await;
    assert_eq!(client.control_route(), Some(omega()), "it has learnt");
    let asked = requests_to(&mock, ("GET", "beta"));
    assert_eq!(asked.len(), 1);
    while requests_to(&mock, ("CLOSE", "beta")).is_empty() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!(requests_to(&mock, ("CLOSE", "beta")), asked);
    assert_eq!(requests_to(&mock, ("CONNECT", "beta")), [0_u64; 0]);
    for request in mock.service.requests() {
        if request.host.contains("-beta.") && request.method == "GET" {
            assert_eq!(request.path, "/1/ustream");
            assert_eq!((request.cookie, request.referer), (None, None));
            assert!(request.tls);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_learnt_host_that_is_dead_does_not_hurt() {
    let faults = [
        Fault::HostDown,
        Fault::UntrustedCertificate,
        Fault::Reset,
        Fault::Html,
        Fault::Delay(Duration::from_mins(10)),
        Fault::Status(axum::http::StatusCode::TOO_MANY_REQUESTS),
        Fault::CloseSocket(0),
        Fault::SilentSocket,
    ];
    for fault in faults {
        // Another host is named, or that one, which works the second time.
        for (learnt, host, times) in [(beta(), "*-beta.*", u64::MAX), (omega(), "*-omega.*", 1)] {
            if times == 1 && fault == Fault::SilentSocket {
                // A server that is silent after `connect` is so for everybody.
                continue;
            }
            let mock = MockService::demo().await;
            let rule = Rule::new(fault.clone()).host(host);
            let rule = if times == 1 { rule.times(1) } else { rule };
            let rule = mock.service.faults().add(rule);
            let client = mock.client();
            client.set_control_route(Some(learnt));
            // Less than the delay; a session without the connection takes no second.
            let access = Access::default();
            let resolved = resolve(&client, &access);
            let resolved = tokio::time::timeout(Duration::from_mins(1), resolved).await;
            assert!(resolved.is_ok(), "{fault:?} {host}");
            let entered = requests_to(&mock, ("CONNECT", "live"));
            assert_eq!(entered.len(), 1, "{fault:?} {host}: one attempt");
            assert_eq!(client.control_route(), Some(omega()), "{fault:?} {host}");
            let applied = mock.service.faults().times_applied(rule);
            // A host that is not named may be left before the fault.
            assert!(
                applied == 1 || applied == 0 && times > 1,
                "{fault:?} {host}: {applied}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_learnt_holds_for_the_next_start() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("control-route");
    std::fs::write(&file, "ws-beta.ums.services.video.ibm.com\n").unwrap();
    for opened_ahead in ["beta", "omega"] {
        let engine = Engine::open(Config {
            endpoint: mock.endpoint(),
            cache_dir: Some(folder.path().to_owned()),
            ..Config::default()
        })
        .unwrap();
        let before = mock.service.requests().len();
        engine
            .resolve(&link(MAIN), &Access::default())
            .await
            .unwrap();
        engine.shutdown().await;
        let requests = control_requests(&mock.service.requests()[before..]);
        let opened: Vec<&str> = requests
            .iter()
            .filter(|(method, ..)| method == "GET")
            .map(|(_, cluster, _)| cluster.as_str())
            .collect();
        assert!(opened.contains(&opened_ahead), "{requests:?}");
        assert_eq!(
            opened.iter().filter(|cluster| **cluster == "omega").count(),
            1,
            "{requests:?}"
        );
        let known = std::fs::read_to_string(&file).unwrap();
        assert_eq!(known, "ws-omega.ums.services.video.ibm.com");
    }
}
