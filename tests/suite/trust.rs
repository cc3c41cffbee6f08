//! Security and privacy: which hosts get requests, which data they get, and which responses are
//! rejected.

use axum::http::StatusCode;
use engine::view::Finished;
use engine::{Access, Code, Failure, NewJob};
use fake_ustream::{
    AccessLock, ClusterRedirects, Delivery, Fault, LoggedRequest, MessageStyle, Recording, Rule,
    World,
};

use crate::mock_service::{MAIN, MockService, job, link};
use crate::movies::assert_whole;

/// Must not reach any host except the service's.
const PASSWORD: &str = "hunter2";
/// Domains of the service.
const OWN: [&str; 3] = ["ustream.tv", "video.ibm.com", "ustre.am"];
/// A host of another customer of the same CDN.
const NEIGHBOUR: &str = "somebody-else.akamaihd.net";

async fn with(recording: Recording) -> MockService {
    MockService::with(World::empty().recording(recording)).await
}

fn locked() -> Recording {
    Recording {
        lock: Some(AccessLock::Password(PASSWORD.to_owned())),
        ..Recording::new(MAIN, "behind a password")
    }
}

/// Saves the recording with the password.
async fn saved(mock: &MockService) -> Result<Finished, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let access = Access {
        password: Some(PASSWORD.to_owned()),
        ..Access::default()
    };
    let new_job = NewJob {
        overrides: engine::Overrides {
            access,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    mock.save(new_job).await.map(|(_, finished)| finished)
}

fn is_own(host: &str) -> bool {
    let is_under = |domain: &&str| {
        let sub = host.strip_suffix(*domain);
        sub.is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    OWN.iter().any(is_under)
}

/// Returns whether a request carries the secret.
fn carries_secret(request: &LoggedRequest, secret: &str) -> bool {
    let connect = request.connect.as_ref().map(ToString::to_string);
    [
        connect.as_ref(),
        Some(&request.path),
        request.referer.as_ref(),
        request.cookie.as_ref(),
    ]
    .into_iter()
    .flatten()
    .any(|text| text.contains(secret))
}

/// Asserts that a secret is sent over TLS and to the control connection only, and that no request
/// has a referrer.
#[track_caller]
fn assert_secret_kept(mock: &MockService, secret: &str) {
    for request in mock.service.requests() {
        assert_eq!(request.referer, None, "{request:?}");
        let is_due = request.tls && request.host.contains(".ums.");
        assert!(is_due || !carries_secret(&request, secret), "{request:?}");
    }
}

fn add(mock: &MockService, rule: Rule) {
    mock.service.faults().add(rule);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_with_a_similar_name_gets_no_request() {
    for host in [
        "evil.example",
        "evil.example#.ums.ustream.tv",
        "evil.example/.ums.ustream.tv",
        "evil.example?x=.ums.services.video.ibm.com",
        "evil.example:443#.ums.ustream.tv",
        "user@evil.example/.ums.ustream.tv",
        "evil.example\\.ums.ustream.tv",
        "evil.example%2f.ums.ustream.tv",
        "x.ums.ustream.tv@evil.example",
        "evil.example\t.ums.ustream.tv",
    ] {
        let mock = with(Recording {
            redirects: ClusterRedirects::OtherHost(host.to_owned()),
            ..locked()
        })
        .await;
        // The message also names a cluster, which leads to the recording.
        saved(&mock).await.unwrap();
        assert_secret_kept(&mock, PASSWORD);
        let requests = mock.service.requests();
        assert!(
            requests.iter().all(|it| it.host != "evil.example"),
            "{host}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_http_response_cannot_redirect_to_a_foreign_host() {
    for host in [
        "evil.example/apply.cgi?reboot=1&x=.ums.ustream.tv",
        "vod-cdn.ustream.tv",
        "printer.ums.ustream.tv",
    ] {
        let mock = with(Recording {
            redirects: ClusterRedirects::OtherHost(host.to_owned()),
            delivery: Delivery::polling(),
            ..Recording::new(MAIN, "by long polling")
        })
        .await;
        add(
            &mock,
            Rule::new(Fault::HostDown).host("*.ums.services.video.ibm.com"),
        );
        let folder = tempfile::tempdir().unwrap();
        mock.save(job(MAIN, folder.path())).await.unwrap();
        let requests = mock.service.requests();
        let is_due = |it: &LoggedRequest| {
            let made = format!("-1-{MAIN}-recorded-lp-");
            it.tls || it.host.contains(&made) || it.host.contains("-lp-omega.")
        };
        let unexpected: Vec<_> = requests.iter().filter(|it| !is_due(it)).collect();
        assert!(unexpected.is_empty(), "{host}: {unexpected:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_segment_server_with_a_similar_name_gets_no_request() {
    for host in [
        "evil.example",
        "evil.example#.akamaihd.net",
        "evil.example/.ustream.tv",
        "user@evil.example",
        "vod-cdn.ustream.tv@evil.example",
    ] {
        let mock = with(Recording {
            cdn: vec![host.to_owned(), "vod-cdn.ustream.tv".to_owned()],
            ..locked()
        })
        .await;
        saved(&mock).await.unwrap();
        let requests = mock.service.requests();
        assert!(
            requests.iter().all(|it| it.host != "evil.example"),
            "{host}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_redirect_does_not_carry_the_password() {
    for to in [
        "http://{host}{path}".to_owned(),
        format!("https://{NEIGHBOUR}{{path}}"),
        "https://evil.example{path}".to_owned(),
        "http://evil.example/x".to_owned(),
        // Even within the service's own domains.
        "https://video.ibm.com{path}".to_owned(),
    ] {
        for delivery in [Delivery::default(), Delivery::polling()] {
            let mock = with(Recording {
                delivery,
                ..locked()
            })
            .await;
            let fault = Fault::Redirect(to.clone());
            add(&mock, Rule::new(fault).host("*.ums.*").path("/1/ustream*"));
            let failure = saved(&mock).await.unwrap_err();
            assert!(
                matches!(failure.code, Code::BadAnswer | Code::SiteDown),
                "{failure:?}"
            );
            assert_secret_kept(&mock, PASSWORD);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn form_answers_are_sent_to_the_website_over_tls_only() {
    let answers = [("name", "Ada"), ("email", "ada@example.com")];
    let access = Access {
        form: answers
            .map(|(field, answer)| (field.to_owned(), answer.to_owned()))
            .into(),
        ..Access::default()
    };
    for to in [
        format!("https://{NEIGHBOUR}{{path}}"),
        "http://{host}{path}".to_owned(),
        "https://evil.example/".to_owned(),
    ] {
        let mock = MockService::demo().await;
        let fault = Fault::Redirect(to.clone());
        add(&mock, Rule::new(fault).path("/ajax/viewer-registration/*"));
        let address = "https://www.ustream.tv/channel/curJSsZFUUu";
        mock.engine().resolve(address, &access).await.unwrap_err();
        let requests = mock.service.requests();
        let posts: Vec<_> = requests.iter().filter(|it| it.method == "POST").collect();
        assert!(!posts.is_empty());
        assert!(
            posts.iter().all(|it| it.tls && is_own(&it.host)),
            "{posts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_the_api_cannot_redirect_to_the_cdn_or_to_plain_http() {
    for to in [
        format!("https://{NEIGHBOUR}/x"),
        "http://{host}{path}".to_owned(),
    ] {
        for (host, path) in [("api.*", "/*"), ("video.ibm.com", "/channel/*")] {
            let mock = MockService::demo().await;
            add(
                &mock,
                Rule::new(Fault::Redirect(to.clone())).host(host).path(path),
            );
            let address = "https://video.ibm.com/channel/practice";
            // Another transport may lead to the recording.
            let _ = mock.engine().resolve(address, &Access::default()).await;
            let requests = mock.service.requests();
            assert!(
                requests.iter().all(|it| it.tls && is_own(&it.host)),
                "{requests:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segment_requests_send_and_store_no_cookies() {
    for cookie in [
        "spy=1; Domain=akamaihd.net; Path=/",
        "spy=1; Domain=ustream.tv; Path=/",
        "spy=1; Path=/",
    ] {
        let mock = with(locked()).await;
        for host in ["*.akamaihd.net", "vod-cdn.ustream.tv"] {
            add(
                &mock,
                Rule::new(Fault::Cookie(cookie.to_owned())).host(host),
            );
        }
        add(
            &mock,
            Rule::new(Fault::Cookie("own=1; Domain=video.ibm.com".to_owned())).host("api.*"),
        );
        saved(&mock).await.unwrap();
        for request in mock.service.requests() {
            let cookie = request.cookie.as_deref().unwrap_or_default();
            assert!(!cookie.contains("spy"), "{request:?}");
            assert!(
                cookie.is_empty() || !request.path.contains("chunk_"),
                "{request:?}"
            );
            assert!(
                cookie.is_empty() || !request.host.contains(".ums."),
                "{request:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_untrusted_certificate_fails_the_job_without_plain_http_requests() {
    for (delivery, host) in [
        (Delivery::default(), "*"),
        (Delivery::default(), "*.ums.*"),
        (
            Delivery::playlists(fake_ustream::PlaylistLayout::Muxed),
            "*-lp-*",
        ),
        (Delivery::polling(), "*-lp-live.ums.services.video.ibm.com"),
    ] {
        let mock = with(Recording {
            delivery,
            ..Recording::new(MAIN, "open")
        })
        .await;
        add(&mock, Rule::new(Fault::UntrustedCertificate).host(host));
        let folder = tempfile::tempdir().unwrap();
        let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
        assert_eq!(failure.code, Code::Untrusted, "{host}");
        assert_eq!(failure.detail, "Ustream practice authority");
        let requests = mock.service.requests();
        assert!(requests.iter().all(|it| it.tls), "{host}: {requests:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn plain_http_requests_carry_neither_a_password_nor_a_page_query() {
    let page = "https://user:pw@www.example.org/intranet?session=SECRET#me";
    for password in [None, Some(PASSWORD.to_owned())] {
        let is_locked = password.is_some();
        let mock = with(Recording {
            delivery: Delivery::polling(),
            lock: password.clone().map(AccessLock::Password),
            ..Recording::new(MAIN, "by long polling")
        })
        .await;
        // Only plain HTTP works.
        add(
            &mock,
            Rule::new(Fault::HostDown).host("*.ums.services.video.ibm.com"),
        );
        let folder = tempfile::tempdir().unwrap();
        let access = Access {
            password,
            referrer: Some(page.to_owned()),
            ..Access::default()
        };
        let new_job = NewJob {
            overrides: engine::Overrides {
                access,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let saved = mock.save(new_job).await;
        assert_eq!(saved.is_err(), is_locked);
        let requests = mock.service.requests();
        let in_the_clear: Vec<_> = requests.iter().filter(|it| !it.tls).collect();
        assert_eq!(in_the_clear.is_empty(), is_locked, "{in_the_clear:?}");
        for secret in ["SECRET", "user", "pw%40", PASSWORD] {
            let leak = in_the_clear.iter().find(|it| carries_secret(it, secret));
            assert!(leak.is_none(), "{secret}: {leak:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_in_a_broken_encoding_loses_letters_and_not_the_movie() {
    for raw in [
        "Party \\ud83d",
        "\\udfac\\ud83c",
        "a\tb\u{1}\nc",
        "C:\\Users\\x",
        "\\u12",
    ] {
        let mock = with(Recording {
            title: "The title".to_owned(),
            message_style: MessageStyle {
                raw_title: Some(raw.to_owned()),
                ..MessageStyle::default()
            },
            ..Recording::new(MAIN, "an odd title")
        })
        .await;
        // The control connection alone has the title, and no other transport leads to the
        // recording.
        let gone = Fault::StatusWithoutRetryAfter(StatusCode::NOT_FOUND);
        add(&mock, Rule::new(gone).host("api.*"));
        add(&mock, Rule::new(Fault::HostDown).host("*-lp-*"));
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
        assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_through_several_hosts_sends_no_referrer() {
    let mock = MockService::demo().await;
    let address = "https://ustre.am/main?session=SECRET";
    let _ = mock.engine().resolve(address, &Access::default()).await;
    let requests = mock.service.requests();
    assert!(requests.len() > 1, "{requests:?}");
    for request in &requests {
        assert_eq!(request.referer, None, "{request:?}");
    }
    assert!(link(MAIN).starts_with("https://"));
}
