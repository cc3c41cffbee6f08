//! Tests of the health of the segment hosts.

use super::*;

fn urls(texts: &[&str]) -> Vec<Url> {
    texts.iter().map(|text| Url::parse(text).unwrap()).collect()
}

fn status(status: u16) -> FetchError {
    FetchError::Status {
        host: "a".to_owned(),
        status,
    }
}

/// The index of the URL that is asked next, if any.
fn picks(hosts: &Hosts, urls: &[Url], now: Instant) -> Option<usize> {
    match hosts.next(urls, &TriedUrls::default(), now) {
        NextHost::Ask(permit) => urls.iter().position(|url| url == permit.url()),
        _ => None,
    }
}

fn fail(hosts: &Hosts, url: &Url, times: u32, now: Instant) {
    for _ in 0..times {
        hosts.same_host(url, now).failed(&status(500), now);
    }
}

#[tokio::test(start_paused = true)]
async fn a_failing_host_is_replaced_by_another_and_probed_by_a_few_requests_at_a_time() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let mut now = Instant::now();
    assert_eq!(picks(&hosts, &urls, now), Some(0));
    fail(&hosts, &urls[0], FAILURES_BEFORE_COOLDOWN, now);
    assert_eq!(
        picks(&hosts, &urls, now),
        Some(1),
        "the other one is healthy"
    );
    fail(&hosts, &urls[1], FAILURES_BEFORE_COOLDOWN, now);
    let tried = TriedUrls::default();
    assert!(matches!(hosts.next(&urls, &tried, now), NextHost::Wait(_)));
    now += INITIAL_COOLDOWN;
    let mut probes: Vec<_> = (0..PROBES)
        .map(|_| hosts.next(&urls[..1], &tried, now))
        .collect();
    let is_probe =
        |next: &NextHost<'_, '_>| matches!(next, NextHost::Ask(permit) if permit.is_probe());
    assert!(probes.iter().all(is_probe));
    let further = hosts.next(&urls[..1], &tried, now);
    assert!(
        matches!(further, NextHost::Wait(_)),
        "a few probes at a time"
    );
    probes.pop();
    let NextHost::Ask(permit) = hosts.next(&urls[..1], &tried, now) else {
        panic!("a dropped probe does not count");
    };
    permit.delivered();
    assert_eq!(picks(&hosts, &urls, now), Some(0), "it works again");
}

#[tokio::test(start_paused = true)]
async fn hosts_that_have_all_failed_for_long_are_dead_whatever_the_error() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let start = Instant::now();
    for step in 0..=4 {
        let now = start + DEAD_AFTER * step / 4;
        for url in &urls {
            fail(&hosts, url, 1, now);
        }
    }
    let end = start + DEAD_AFTER;
    let dead = hosts.next(&urls, &TriedUrls::default(), end);
    assert!(matches!(
        dead,
        NextHost::Dead(FetchError::AllHostsFailed {
            cause: HostFailure::Status,
            ..
        })
    ));
    hosts.same_host(&urls[1], end).delivered();
    assert_eq!(picks(&hosts, &urls, end), Some(1));
    // Old failures say nothing about later ones.
    let later = end + SAME_OUTAGE * 2;
    fail(&hosts, &urls[0], 1, later);
    fail(&hosts, &urls[1], 1, later);
    assert!(picks(&hosts, &urls, later).is_some());
}

#[tokio::test(start_paused = true)]
async fn requests_that_stall_one_after_the_other_are_one_outage() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1"]);
    let mut now = Instant::now();
    let stall = SAME_OUTAGE + Duration::from_secs(1);
    for _ in 0..3 {
        let permit = hosts.same_host(&urls[0], now);
        now += stall;
        permit.failed(&status(500), now);
    }
    assert!(matches!(
        hosts.next(&urls, &TriedUrls::default(), now),
        NextHost::Dead(_)
    ));
}

#[tokio::test(start_paused = true)]
async fn a_host_with_a_rejected_certificate_is_asked_neither_with_nor_without_tls() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "http://a/1"]);
    let now = Instant::now();
    assert_eq!(
        picks(&hosts, &urls[1..], now),
        Some(0),
        "there is no other URL"
    );
    hosts
        .same_host(&urls[0], now)
        .settle(|health| health.is_untrusted = true);
    assert!(matches!(
        hosts.next(&urls, &TriedUrls::default(), now),
        NextHost::Dead(_)
    ));
}

#[tokio::test(start_paused = true)]
async fn plain_http_is_only_used_if_tls_has_failed_without_any_answer() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "http://a/1"]);
    let now = Instant::now();
    let tried = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: false,
    };
    assert!(matches!(
        hosts.next(&urls, &tried, now),
        NextHost::Exhausted
    ));
    let unreachable = FetchError::TooManyRequests;
    hosts.same_host(&urls[0], now).settle(|health| {
        health.fail(HostFailure::Unreachable, &unreachable, now, now);
    });
    assert!(matches!(hosts.next(&urls, &tried, now), NextHost::Ask(_)));
    fail(&hosts, &urls[0], 1, now);
    assert!(
        matches!(hosts.next(&urls, &tried, now), NextHost::Exhausted),
        "it has answered over TLS"
    );
}

#[tokio::test(start_paused = true)]
async fn hosts_without_the_recording_are_asked_only_while_the_others_are_in_cooldown() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[0], now)
            .refused(&status(404), false, now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    fail(&hosts, &urls[1], FAILURES_BEFORE_COOLDOWN, now);
    assert_eq!(picks(&hosts, &urls, now), None, "both are in cooldown");
    // It may only have been asked for missing segments.
    let soon = now + INITIAL_COOLDOWN;
    let tried = TriedUrls::default();
    let permits: Vec<_> = (0..=PROBES)
        .map(|_| hosts.next(&urls, &tried, soon))
        .collect();
    let is_first = |permit: &NextHost<'_, '_>| matches!(permit, NextHost::Ask(permit) if permit.url() == &urls[0]);
    assert!(permits.iter().any(is_first), "{permits:?}");
    drop(permits);
    hosts.same_host(&urls[1], now).delivered();
    assert_eq!(picks(&hosts, &urls, soon), Some(1));
    assert!(hosts.is_authoritative(&urls[1], &urls) && !hosts.is_authoritative(&urls[0], &urls));
    // If all hosts lack it, the first in the list is believed.
    assert_eq!(picks(&hosts, &urls[..1], now), Some(0));
}

#[tokio::test(start_paused = true)]
async fn if_all_hosts_lack_the_recording_another_is_asked_when_the_first_fails() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    for url in urls.iter().chain(&urls).chain(&urls) {
        hosts.same_host(url, now).refused(&status(404), false, now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(0));
    let failed = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: false,
    };
    let next = hosts.next(&urls, &failed, now);
    assert!(matches!(next, NextHost::Ask(permit) if permit.url() == &urls[1]));
    let refused = TriedUrls {
        is_refused: true,
        ..failed
    };
    assert!(matches!(
        hosts.next(&urls, &refused, now),
        NextHost::Exhausted
    ));
}

#[tokio::test(start_paused = true)]
async fn a_slow_host_is_asked_last_for_a_while() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    hosts.mark_slow(&urls[0], now);
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    assert_eq!(picks(&hosts, &urls, now + SLOW_HOST_PENALTY), Some(0));
}

#[tokio::test(start_paused = true)]
async fn retry_after_is_honoured() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1"]);
    let now = Instant::now();
    let busy = FetchError::Busy {
        host: "a".to_owned(),
        retry_after: Some(Duration::from_secs(5)),
    };
    hosts.same_host(&urls[0], now).failed(&busy, now);
    let NextHost::Wait(pause) = hosts.next(&urls, &TriedUrls::default(), now) else {
        panic!("it is in cooldown");
    };
    assert_eq!(pause, Duration::from_secs(5));
    assert_eq!(picks(&hosts, &urls, now + pause), Some(0));
}

#[tokio::test(start_paused = true)]
async fn in_the_last_pass_hosts_that_refuse_or_are_out_of_reach_are_asked_last() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1", "https://c/1"]);
    let now = Instant::now();
    let order = || -> Vec<usize> {
        let mut tried = TriedUrls::default();
        std::iter::from_fn(|| {
            let permit = hosts.any_host(&urls, &tried, now)?;
            tried.urls.push(permit.url());
            urls.iter().position(|url| url == permit.url())
        })
        .collect()
    };
    hosts.same_host(&urls[0], now).delivered();
    fail(&hosts, &urls[1], FAILURES_BEFORE_COOLDOWN, now);
    assert_eq!(
        order(),
        [0, 2, 1],
        "one that fails comes after those that do not"
    );
    for _ in 0..10 * REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[0], now)
            .refused(&status(404), false, now);
    }
    assert_eq!(
        order(),
        [2, 1, 0],
        "it sent a segment once, and has none since"
    );
    for _ in 0..10 * REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[1], now)
            .refused(&status(404), true, now);
    }
    assert_eq!(
        order(),
        [1, 2, 0],
        "it was only asked for segments behind the end"
    );
    // One that has sent segments may have lost the rest, whatever the stated length says.
    hosts.same_host(&urls[1], now).delivered();
    assert_eq!(order(), [1, 2, 0]);
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[1], now)
            .refused(&status(404), true, now);
    }
    assert_eq!(order(), [2, 0, 1]);
    hosts.same_host(&urls[1], now).delivered();
    let unreachable = FetchError::Unreachable {
        host: "c".to_owned(),
        problem: String::new(),
    };
    hosts.same_host(&urls[2], now).failed(&unreachable, now);
    assert_eq!(order(), [1, 0, 2]);
}

#[tokio::test(start_paused = true)]
async fn a_host_that_forbids_everything_is_not_asked_to_confirm_a_refusal() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    let mut tried = TriedUrls {
        urls: vec![&urls[1]],
        is_refused: true,
    };
    let is_asked = |tried: &TriedUrls<'_>| hosts.any_host(&urls, tried, now).is_some();
    for _ in 0..REFUSALS_BEFORE_LACKING {
        assert!(is_asked(&tried));
        hosts
            .same_host(&urls[0], now)
            .refused(&status(403), false, now);
    }
    assert!(!is_asked(&tried));
    tried.is_refused = false;
    assert!(is_asked(&tried), "it may be the only one that works by now");
    tried.is_refused = true;
    hosts
        .same_host(&urls[0], now)
        .refused(&status(404), false, now);
    assert!(is_asked(&tried), "it knows what it has");
}

#[tokio::test(start_paused = true)]
async fn while_no_host_delivers_one_that_forbids_everything_is_neither_asked_first_nor_believed() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    assert!(hosts.is_authoritative(&urls[0], &urls));
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[0], now)
            .refused(&status(403), false, now);
        hosts
            .same_host(&urls[1], now)
            .refused(&status(410), false, now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    assert!(hosts.is_authoritative(&urls[1], &urls) && !hosts.is_authoritative(&urls[0], &urls));
    // Alone it is all that there is.
    assert_eq!(picks(&hosts, &urls[..1], now), Some(0));
    assert!(hosts.is_authoritative(&urls[0], &urls[..1]));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_begins_to_forbid_everything_is_asked_last_until_it_delivers() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    hosts.same_host(&urls[0], now).delivered();
    for _ in 0..REFUSALS_BEFORE_LACKING {
        assert_eq!(picks(&hosts, &urls, now), Some(0));
        hosts
            .same_host(&urls[0], now)
            .refused(&status(403), false, now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    // The other one refuses too, but knows what it has.
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[1], now)
            .refused(&status(410), false, now);
    }
    let permit = hosts.any_host(&urls, &TriedUrls::default(), now).unwrap();
    assert_eq!(permit.url(), &urls[1]);
    hosts.same_host(&urls[0], now).delivered();
    assert_eq!(picks(&hosts, &urls, now), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_forbids_only_what_another_does_not_have_either_takes_over_when_that_one_fails()
{
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    hosts.same_host(&urls[0], now).delivered();
    let after_a_refusal = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: true,
    };
    for _ in 0..REFUSALS_BEFORE_LACKING {
        let permit = hosts.any_host(&urls, &after_a_refusal, now).unwrap();
        assert_eq!(permit.url(), &urls[1]);
        permit.refused(&status(403), false, now);
        hosts.same_host(&urls[0], now).delivered();
    }
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts
            .same_host(&urls[0], now)
            .refused(&status(403), false, now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    assert!(hosts.any_host(&urls, &after_a_refusal, now).is_some());
}
