//! Recorded conversations: a report that is replayed leads to the same plan or the same error, and
//! each file in `tests/fixtures/sessions` still leads to what its summary says.
//!
//! To make a test of a report, put it into that folder and run `cargo xtask bless`.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use engine::{Engine, Failure, NewJob, Overrides, Patience, Report};
use fake_ustream::{FakeUstream, Fault, LoggedRequest, Rule, SharedAssets, World};
use har::Har;
use serde_json::{Value, json};
use tokio::task::JoinSet;
use ustream::{Access, Choice, Client, Endpoint, SegmentPlan, Target};

use crate::mock_service::{MockService, job, wait_for_end, wait_until};
use crate::movies::{assert_same, packets};
use crate::workspace;

/// How fast conversations are replayed.
const PACE: f64 = 0.02;

fn anywhere() -> SocketAddr {
    SocketAddr::from(([127, 0, 0, 1], 0))
}

fn endpoint(service: &FakeUstream) -> Endpoint {
    Endpoint::mock(service.address(), service.ca_pem().as_bytes()).unwrap()
}

async fn replay(assets: &SharedAssets, har: &Har) -> FakeUstream {
    let served = assets.replay(anywhere(), har.clone(), PACE).await;
    served.unwrap()
}

/// Looks up a link and returns its plan, or the code of the error.
async fn outcome(service: &FakeUstream, link: &str, access: &Access) -> Result<Resolved, Value> {
    let client = Client::new(&endpoint(service)).unwrap();
    let target: Target = link.parse().unwrap();
    let access = access.for_target(&target);
    let looked_up = async {
        let found = client.find_recording(&target, &access).await?;
        let recording = client.recording(found, &access).await?;
        let plan = recording.plan(&Choice::default())?;
        Ok(Resolved {
            title: recording.title.clone(),
            renditions: recording.renditions.len(),
            plan,
        })
    };
    let looked_up: Result<_, ustream::Error> = looked_up.await;
    looked_up.map_err(|error| {
        let failure = Failure::from(&engine::Error::from(error));
        serde_json::to_value(failure.code).unwrap()
    })
}

#[derive(Debug, PartialEq)]
struct Resolved {
    title: Option<String>,
    renditions: usize,
    plan: SegmentPlan,
}

/// What a conversation leads to, as it is committed beside it.
fn summary(link: &str, outcome: &Result<Resolved, Value>) -> Value {
    match outcome {
        Ok(resolved) => {
            let plan = &resolved.plan;
            let track = |index: usize| {
                let segments = plan.segments.iter();
                segments
                    .filter(|segment| usize::from(segment.id.track) == index)
                    .count()
            };
            json!({
                "link": link,
                "title": resolved.title,
                "renditions": resolved.renditions,
                "container": plan.container,
                "segments": (0..plan.tracks.len()).map(track).collect::<Vec<_>>(),
                "length_ms": plan.segments.iter().map(|it| it.start_ms + it.duration_ms).max(),
            })
        }
        Err(code) => json!({ "link": link, "error": code }),
    }
}

async fn report(service: &FakeUstream, link: &str, access: &Access) -> Report {
    let config = engine::Config {
        endpoint: endpoint(service),
        patience: Patience {
            down: Duration::ZERO,
            ..Patience::default()
        },
        ..engine::Config::default()
    };
    let engine = Engine::open(config).unwrap();
    let report = engine.report(link, access, false).await;
    engine.shutdown().await;
    report
}

#[tokio::test(flavor = "multi_thread")]
async fn a_report_of_any_recording_leads_to_the_same_plan_or_error_when_it_is_replayed() {
    let assets = SharedAssets::new().unwrap();
    let service = Arc::new(assets.start(World::demo()).await.unwrap());
    let links: Vec<String> = service
        .world()
        .links()
        .into_iter()
        .map(|(link, _)| link)
        .collect();
    let mut lookups = JoinSet::new();
    for link in &links {
        for access in [Access::default(), keys()] {
            let (assets, service, link) = (assets.clone(), Arc::clone(&service), link.clone());
            lookups.spawn(async move {
                let expected = outcome(&service, &link, &access).await;
                let report = report(&service, &link, &access).await;
                let har = Har::read(report.to_json().as_bytes()).unwrap();
                let replayed = outcome(&replay(&assets, &har).await, &link, &access).await;
                (link, expected, replayed)
            });
        }
    }
    let (mut plans, mut differences) = (0, Vec::new());
    while let Some(ended) = lookups.join_next().await {
        let (link, expected, replayed) = ended.unwrap();
        plans += usize::from(replayed.is_ok());
        if replayed != expected {
            let (now, then) = (summary(&link, &replayed), summary(&link, &expected));
            differences.push(format!("{now}\n  not {then}"));
        }
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(
        plans > links.len(),
        "{plans} plans of {} links",
        links.len()
    );
}

/// What opens the locked recordings.
fn keys() -> Access {
    Access {
        password: Some("open sesame".to_owned()),
        form_defaults: true,
        ..Access::default()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_recorded_session_still_leads_to_what_its_summary_says() {
    let folder = workspace().join("tests/fixtures/sessions");
    let mut sessions: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|it| it == "har"))
        .collect();
    sessions.sort();
    assert!(!sessions.is_empty());
    let assets = SharedAssets::new().unwrap();
    for path in sessions {
        let har = Har::read(fs::File::open(&path).unwrap()).unwrap();
        let link = link_of(&path, &har);
        let service = replay(&assets, &har).await;
        let access = Access {
            form_defaults: true,
            ..Access::default()
        };
        let now = summary(&link, &outcome(&service, &link, &access).await);
        let expected = path.with_extension("json");
        if std::env::var_os("BLESS").is_some() {
            let text = serde_json::to_string_pretty(&now).unwrap() + "\n";
            fs::write(&expected, text).unwrap();
        }
        let then = fs::read_to_string(&expected).unwrap_or_default();
        let then: Value = serde_json::from_str(&then).unwrap_or_default();
        assert_eq!(now, then, "{}", path.display());
    }
}

/// The link that a conversation is about: a report names it, a browser opened its page first.
fn link_of(path: &Path, har: &Har) -> String {
    if let Some(report) = &har.log.report {
        return report.link.clone();
    }
    let first = har.log.entries.first();
    let first = first.unwrap_or_else(|| panic!("{} is empty", path.display()));
    first.request.url.clone()
}

/// Returns the file of a conversation in which the recording was open.
async fn session_file(service: &FakeUstream, folder: &Path, link: &str) -> String {
    let report = report(service, link, &keys()).await;
    let path = folder.join("session.har");
    fs::write(&path, report.to_json()).unwrap();
    path.to_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_in_which_a_video_was_open_leads_to_it_without_its_key() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    for link in [
        "https://video.ibm.com/recorded/134300001",
        "https://video.ibm.com/recorded/112470632",
        // Segments by long polling, playlists of both kinds, and a file.
        "https://video.ibm.com/recorded/134300024",
        "https://video.ibm.com/recorded/134300025",
        "https://video.ibm.com/recorded/134300026",
        "https://video.ibm.com/recorded/134300027",
    ] {
        let expected = outcome(&mock.service, link, &keys()).await.unwrap();
        let file = session_file(&mock.service, folder.path(), link).await;
        let requests = mock.service.requests().len();
        let found = outcome(&mock.service, &file, &Access::default()).await;
        let found = found.unwrap_or_else(|code| panic!("{link}: {code}"));
        assert_eq!(found.title, expected.title, "{link}");
        assert_eq!(found.plan.segments, expected.plan.segments, "{link}");
        let asked = mock.service.requests().split_off(requests);
        let is_control = |it: &LoggedRequest| it.method == "CONNECT";
        assert!(!asked.iter().any(is_control), "{link}: {asked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_video_is_saved_from_a_session_and_goes_on_after_a_restart() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let link = "https://video.ibm.com/recorded/134300001";
    let file = session_file(&mock.service, folder.path(), link).await;
    let with_key = NewJob {
        overrides: Overrides {
            access: keys(),
            ..Overrides::default()
        },
        ..job(134_300_001, &folder.path().join("key"))
    };
    let (expected, _) = mock.save(with_key).await.unwrap();
    let from_file = NewJob {
        link: file,
        ..job(134_300_001, &folder.path().join("session"))
    };
    let data = folder.path().join("data");
    let stall = Rule::new(Fault::Stall(10)).path("*chunk_5_*").times(1);
    mock.service.faults().add(stall);
    let engine = mock.engine_with_data(&data);
    let id = engine.download(from_file).await.unwrap();
    wait_until(&engine, &id, |job| {
        job.progress.as_ref().is_some_and(|it| it.done_bytes > 0)
    })
    .await;
    engine.shutdown().await;
    let engine = mock.engine_with_data(&data);
    engine.resume(&id, Overrides::default()).await.unwrap();
    wait_for_end(&engine, &id).await.unwrap();
    let saved = engine.path(&id).await.unwrap();
    for stream in ["v:0", "a:0"] {
        assert_same(&packets(&saved, stream), &packets(&expected, stream), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_does_not_help_says_why() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let link = "https://video.ibm.com/recorded/112470631";
    let file = session_file(&mock.service, folder.path(), link).await;
    mock.service.expire(112_470_631);
    let code = async |file: &str| {
        let failed = outcome(&mock.service, file, &Access::default()).await;
        failed.unwrap_err()
    };
    assert_eq!(code(&file).await, "session_expired");
    let path = folder.path().join("other.har");
    let other = path.to_str().unwrap();
    for text in ["", "<html>", "{\"log\":{\"entries\":[]}}"] {
        fs::write(&path, text).unwrap();
        assert_eq!(code(other).await, "session_unreadable", "{text}");
    }
    fs::remove_file(&path).unwrap();
    assert_eq!(code(other).await, "session_unreadable");
    let sessions = workspace().join("tests/fixtures/sessions");
    let of_firefox = sessions.join("firefox.har");
    let engine = mock.engine();
    let access = Access::default();
    let failed = engine.resolve(of_firefox.to_str().unwrap(), &access);
    let failure = Failure::from(&failed.await.unwrap_err());
    assert!(failure.detail.contains("use Chrome or Edge"), "{failure:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_chromium_has_exported_is_saved_packet_for_packet() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let sessions = workspace().join("tests/fixtures/sessions");
    for (name, recording) in [
        ("chromium.har", 112_470_631),
        ("chromium-password.har", 134_300_001),
    ] {
        let with_key = NewJob {
            overrides: Overrides {
                access: keys(),
                ..Overrides::default()
            },
            ..job(recording, &folder.path().join("link"))
        };
        let (expected, _) = mock.save(with_key).await.unwrap();
        let requests = mock.service.requests().len();
        let from_file = NewJob {
            link: sessions.join(name).to_str().unwrap().to_owned(),
            ..job(recording, &folder.path().join("session"))
        };
        let (saved, finished) = mock.save(from_file).await.unwrap();
        assert!(
            finished.gaps.is_empty() && finished.missing.is_empty(),
            "{finished:?}"
        );
        for stream in ["v:0", "a:0"] {
            assert_same(&packets(&saved, stream), &packets(&expected, stream), 0);
        }
        let asked = mock.service.requests().split_off(requests);
        assert!(!asked.iter().any(|it| it.method == "CONNECT"), "{name}");
    }
}
