//! Faults while a link is looked up: whatever a segment survives, each request before the first
//! segment survives too.

use std::time::Duration;

use axum::http::StatusCode;
use fake_ustream::{
    Channel, Delivery, Fault, FixtureMovie, LoggedRequest, PlaylistLayout, Recording, Rule, World,
};
use tokio::task::JoinSet;

use crate::mock_service::{MockService, job};

const CHANNEL: u64 = 7_000_000;
const RECORDING: u64 = 200_000_000;

/// Jobs that run at a time: most of them wait.
const AT_A_TIME: usize = 12;

/// A service with a recording of one second, whose segments only playlists name: all ways of finding
/// segments are tried until one of them has it.
async fn mock_service() -> MockService {
    let recording = Recording {
        title: "Short".to_owned(),
        channel: Some(CHANNEL),
        movie: FixtureMovie::looped(1),
        delivery: Delivery::playlists(PlaylistLayout::Separate),
        ..Recording::new(RECORDING, "one second")
    };
    let channel = Channel::new(CHANNEL, "shorts", "one recording");
    MockService::with(World::empty().channel(channel).recording(recording)).await
}

/// Faults of any answer, which pass by themselves.
fn faults() -> Vec<Fault> {
    vec![
        Fault::Status(StatusCode::TOO_MANY_REQUESTS),
        Fault::Status(StatusCode::SERVICE_UNAVAILABLE),
        Fault::StatusWithoutRetryAfter(StatusCode::SERVICE_UNAVAILABLE),
        Fault::StatusWithoutRetryAfter(StatusCode::INTERNAL_SERVER_ERROR),
        Fault::Reset,
        Fault::Delay(Duration::from_mins(10)),
        Fault::Html,
        Fault::RedirectToSelf,
    ]
}

/// Faults of the body of an answer. One that is too large is no such fault: what floods this program
/// is not asked again.
fn body_faults() -> Vec<Fault> {
    vec![
        Fault::Truncate(10),
        Fault::Stall(10),
        Fault::Throttle(1),
        Fault::Empty,
        Fault::ZeroMiddle(20),
        Fault::ShortBody(20),
    ]
}

/// A request that the program makes before the first segment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Step {
    host: String,
    path: String,
}

impl Step {
    /// Returns the step of a request, without what differs in each run.
    fn of(request: &LoggedRequest) -> Self {
        let mut transports = ["-ws-", "-lp-"].iter();
        let start = transports.find_map(|name| request.host.find(name));
        let path = request.path.split('?').next().unwrap_or_default();
        Self {
            host: match start {
                Some(start) => format!("*{}", &request.host[start..]),
                None => request.host.clone(),
            },
            path: format!("{path}*"),
        }
    }

    fn faults(&self) -> Vec<Fault> {
        let mut all = faults();
        // The answer that opens a websocket has no body.
        if !self.host.contains("-ws-") {
            all.extend(body_faults());
        }
        all
    }
}

/// Returns the requests of an undisturbed run before the first segment.
async fn steps() -> Vec<Step> {
    let mock = mock_service().await;
    let folder = tempfile::tempdir().unwrap();
    mock.save(job(RECORDING, folder.path())).await.unwrap();
    let requests = mock.service.requests();
    let is_segment = |request: &&LoggedRequest| request.path.contains("chunk_");
    let before = requests.iter().take_while(|it| !is_segment(it));
    let mut steps: Vec<Step> = Vec::new();
    for step in before.map(Step::of) {
        if !steps.contains(&step) {
            steps.push(step);
        }
    }
    steps
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_of_any_kind_at_any_request_before_the_first_segment_only_delays() {
    let steps = steps().await;
    let is_there = |part: &str| {
        let named = |step: &Step| step.host.contains(part) || step.path.contains(part);
        steps.iter().any(named)
    };
    for part in [
        "api.",
        "-ws-live",
        "-ws-omega",
        "-lp-live",
        "-lp-omega",
        ".m3u8",
    ] {
        assert!(is_there(part), "{part}: {steps:?}");
    }
    let cases = steps.iter().flat_map(|step| {
        let faults = step.faults().into_iter();
        faults.map(move |fault| (step.clone(), fault))
    });
    let (mut runs, mut failures) = (JoinSet::new(), Vec::new());
    for (step, fault) in cases {
        if runs.len() == AT_A_TIME {
            failures.extend(runs.join_next().await.unwrap().unwrap());
        }
        runs.spawn(save_with(step, fault));
    }
    failures.extend(runs.join_all().await.into_iter().flatten());
    assert!(failures.is_empty(), "{failures:#?}");
}

/// Saves the recording while the fault applies once; returns what went wrong.
async fn save_with(step: Step, fault: Fault) -> Option<String> {
    let mock = mock_service().await;
    let rule = Rule::new(fault.clone()).host(&step.host).path(&step.path);
    let rule = mock.service.faults().add(rule.times(1));
    let folder = tempfile::tempdir().unwrap();
    let saved = mock.save(job(RECORDING, folder.path())).await;
    let problem = match saved {
        Err(failure) => format!("{failure:?}"),
        Ok(_) if mock.service.faults().times_applied(rule) != 1 => "not applied".to_owned(),
        Ok((path, _)) if path.file_stem().unwrap() != "Short" => {
            format!("saved as {}", path.display())
        }
        Ok((_, finished)) if !finished.gaps.is_empty() => format!("{:?}", finished.gaps),
        Ok(_) => return None,
    };
    Some(format!("{fault:?} at {step:?}: {problem}"))
}
