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

/// The index of the address that is asked next, where one is.
fn picks(hosts: &Hosts, urls: &[Url], now: Instant) -> Option<usize> {
    match hosts.next(urls, &TriedUrls::default(), now) {
        NextHost::Ask(turn) => urls.iter().position(|url| url == turn.url()),
        _ => None,
    }
}

fn fail(hosts: &Hosts, url: &Url, times: u32, now: Instant) {
    for _ in 0..times {
        hosts.same_host(url).failed(&status(500), now);
    }
}

#[tokio::test(start_paused = true)]
async fn a_host_that_fails_is_left_for_another_and_probed_by_a_few_requests_at_a_time() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let mut now = Instant::now();
    assert_eq!(picks(&hosts, &urls, now), Some(0));
    fail(&hosts, &urls[0], FAILURES_BEFORE_COOLDOWN, now);
    assert_eq!(picks(&hosts, &urls, now), Some(1), "the other one is well");
    fail(&hosts, &urls[1], FAILURES_BEFORE_COOLDOWN, now);
    let asked = TriedUrls::default();
    assert!(matches!(hosts.next(&urls, &asked, now), NextHost::Wait(_)));
    now += INITIAL_COOLDOWN;
    let mut probes: Vec<_> = (0..PROBES)
        .map(|_| hosts.next(&urls[..1], &asked, now))
        .collect();
    let is_probe = |next: &NextHost<'_, '_>| matches!(next, NextHost::Ask(turn) if turn.is_probe());
    assert!(probes.iter().all(is_probe));
    let further = hosts.next(&urls[..1], &asked, now);
    assert!(
        matches!(further, NextHost::Wait(_)),
        "a few probes at a time"
    );
    probes.pop();
    let NextHost::Ask(turn) = hosts.next(&urls[..1], &asked, now) else {
        panic!("a probe that was dropped counts for nothing");
    };
    turn.delivered();
    assert_eq!(picks(&hosts, &urls, now), Some(0), "it is well again");
}

#[tokio::test(start_paused = true)]
async fn hosts_that_have_all_failed_for_long_are_dead_whatever_they_answer() {
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
    hosts.same_host(&urls[1]).delivered();
    assert_eq!(picks(&hosts, &urls, end), Some(1));
    // Failures of another hour say nothing of today.
    let later = end + SAME_OUTAGE * 2;
    fail(&hosts, &urls[0], 1, later);
    fail(&hosts, &urls[1], 1, later);
    assert!(picks(&hosts, &urls, later).is_some());
}

#[tokio::test(start_paused = true)]
async fn a_host_whose_certificate_was_refused_is_asked_neither_with_nor_without_tls() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "http://a/1"]);
    let now = Instant::now();
    assert_eq!(
        picks(&hosts, &urls[1..], now),
        Some(0),
        "nothing else is known"
    );
    hosts
        .same_host(&urls[0])
        .settle(|health| health.is_untrusted = true);
    assert!(matches!(
        hosts.next(&urls, &TriedUrls::default(), now),
        NextHost::Dead(_)
    ));
}

#[tokio::test(start_paused = true)]
async fn plain_http_is_only_asked_where_tls_has_failed_without_any_answer() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "http://a/1"]);
    let now = Instant::now();
    let asked = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: false,
    };
    assert!(matches!(
        hosts.next(&urls, &asked, now),
        NextHost::Exhausted
    ));
    let unreachable = FetchError::TooManyRequests;
    hosts.same_host(&urls[0]).settle(|health| {
        health.fail(HostFailure::Unreachable, &unreachable, now);
    });
    assert!(matches!(hosts.next(&urls, &asked, now), NextHost::Ask(_)));
    fail(&hosts, &urls[0], 1, now);
    assert!(
        matches!(hosts.next(&urls, &asked, now), NextHost::Exhausted),
        "it has answered over TLS"
    );
}

#[tokio::test(start_paused = true)]
async fn hosts_without_the_recording_are_asked_only_while_the_others_rest() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    for _ in 0..REFUSALS_BEFORE_LACKING {
        hosts.same_host(&urls[0]).refused(now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    fail(&hosts, &urls[1], FAILURES_BEFORE_COOLDOWN, now);
    assert_eq!(picks(&hosts, &urls, now), None, "both rest");
    // It may have been asked for nothing but what nobody has.
    let soon = now + INITIAL_COOLDOWN;
    let asked = TriedUrls::default();
    let turns: Vec<_> = (0..=PROBES)
        .map(|_| hosts.next(&urls, &asked, soon))
        .collect();
    let is_first =
        |turn: &NextHost<'_, '_>| matches!(turn, NextHost::Ask(turn) if turn.url() == &urls[0]);
    assert!(turns.iter().any(is_first), "{turns:?}");
    drop(turns);
    hosts.same_host(&urls[1]).delivered();
    assert_eq!(picks(&hosts, &urls, soon), Some(1));
    assert!(hosts.is_authoritative(&urls[1], &urls) && !hosts.is_authoritative(&urls[0], &urls));
    // Of hosts that all lack it the first that is named is believed.
    assert_eq!(picks(&hosts, &urls[..1], now), Some(0));
}

#[tokio::test(start_paused = true)]
async fn of_hosts_that_all_lack_the_recording_another_is_asked_where_the_first_fails() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    for url in urls.iter().chain(&urls).chain(&urls) {
        hosts.same_host(url).refused(now);
    }
    assert_eq!(picks(&hosts, &urls, now), Some(0));
    let failed = TriedUrls {
        urls: vec![&urls[0]],
        is_refused: false,
    };
    let next = hosts.next(&urls, &failed, now);
    assert!(matches!(next, NextHost::Ask(turn) if turn.url() == &urls[1]));
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
async fn a_host_that_was_overtaken_comes_last_for_a_while() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1", "https://b/1"]);
    let now = Instant::now();
    hosts.mark_slow(&urls[0], now);
    assert_eq!(picks(&hosts, &urls, now), Some(1));
    assert_eq!(picks(&hosts, &urls, now + SLOW_HOST_PENALTY), Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_host_that_asks_for_time_is_given_it() {
    let hosts = Hosts::default();
    let urls = urls(&["https://a/1"]);
    let now = Instant::now();
    let busy = FetchError::Busy {
        host: "a".to_owned(),
        retry_after: Some(Duration::from_secs(5)),
    };
    hosts.same_host(&urls[0]).failed(&busy, now);
    let NextHost::Wait(pause) = hosts.next(&urls, &TriedUrls::default(), now) else {
        panic!("it rests");
    };
    assert_eq!(pause, Duration::from_secs(5));
    assert_eq!(picks(&hosts, &urls, now + pause), Some(0));
}
