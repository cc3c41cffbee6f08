//! A control connection that is refused, closed or silent at each of its steps.

use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::Code;
use fake_ustream::{Fault, Rule, RuleId};
use tokio::task::JoinSet;

use crate::mock_service::{MAIN, MockService, file_names, job, original};
use crate::movies::assert_whole;

/// Hosts of the control connection.
const CONTROL: &str = "*.ums.*";
/// Path of the control connection.
const PATH: &str = "/1/ustream*";

/// Faults of a control connection at every step, from before it opens until this many frames were
/// sent.
fn control_faults(frames: usize) -> Vec<Rule> {
    let before = [
        Rule::new(Fault::HostDown),
        Rule::new(Fault::UntrustedCertificate),
        Rule::new(Fault::Reset).path(PATH),
        Rule::new(Fault::Html).path(PATH),
        Rule::new(Fault::StatusWithoutRetryAfter(StatusCode::BAD_GATEWAY)).path(PATH),
    ];
    let after = (0..=frames).map(|frames| Rule::new(Fault::CloseSocket(frames)));
    let silent = Rule::new(Fault::SilentSocket);
    let all = before.into_iter().chain(after).chain([silent]);
    all.map(|rule| rule.host(CONTROL)).collect()
}

/// Runs one test for each rule, all at the same time: they mostly wait.
async fn run_each<T>(rules: Vec<Rule>, run: impl FnMut(Rule) -> T)
where
    T: Future<Output = ()> + Send + 'static,
{
    let mut runs: JoinSet<()> = rules.into_iter().map(run).collect();
    while let Some(result) = runs.join_next().await {
        result.unwrap();
    }
}

fn add(mock: &MockService, rule: &Rule) -> RuleId {
    mock.service.faults().add(rule.clone())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_at_any_step_is_answered_with_another_connection() {
    // Once at the first connection, once at the one to the host that the service redirects to.
    let passed = |rule: Rule| [0, 1].map(|passed| rule.clone().skip(passed).times(1));
    let rules = control_faults(1).into_iter().flat_map(passed).collect();
    run_each(rules, |fault: Rule| async move {
        let mock = MockService::demo().await;
        let rule = add(&mock, &fault);
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
        assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
        assert_eq!(mock.service.faults().times_applied(rule), 1, "{fault:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permanent_fault_fails_soon_and_leaves_no_files() {
    // One frame is enough to know the segments.
    run_each(control_faults(0), |fault: Rule| async move {
        let mock = MockService::demo().await;
        add(&mock, &fault);
        let folder = tempfile::tempdir().unwrap();
        let start = Instant::now();
        let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
        assert!(
            matches!(
                failure.code,
                Code::SiteDown | Code::BadAnswer | Code::Untrusted
            ),
            "{fault:?}: {failure:?}"
        );
        assert!(start.elapsed() < Duration::from_secs(70), "{fault:?}");
        assert!(file_names(folder.path()).is_empty(), "{fault:?}");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_fault_while_addresses_expire_only_delays() {
    // The first two connections are those of the start.
    let later = |rule: Rule| rule.skip(2).times(1);
    let rules = control_faults(1).into_iter().map(later).collect();
    run_each(rules, |fault: Rule| async move {
        let mock = MockService::demo().await;
        let expire = Rule::new(Fault::ExpireAddresses)
            .path("*chunk_30_*")
            .times(1);
        let rules = [expire, fault.clone()].map(|rule| add(&mock, &rule));
        let folder = tempfile::tempdir().unwrap();
        let new_job = original(MAIN, folder.path());
        let (path, finished) = mock.save(new_job).await.unwrap();
        assert!(finished.gaps.is_empty(), "{fault:?}");
        assert_whole(&path, "film.flv", "film.flv", 0);
        for rule in rules {
            assert_eq!(mock.service.faults().times_applied(rule), 1, "{fault:?}");
        }
    })
    .await;
}
