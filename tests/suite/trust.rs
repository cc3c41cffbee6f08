//! Nobody but the person is served: who is asked, what is told to whom, and what is not believed.

use axum::http::StatusCode;
use engine::view::Finished;
use engine::{Access, Code, Failure, NewJob};
use fake_ustream::{
    AccessLock, ClusterRedirects, Delivery, Fault, LoggedRequest, MessageStyle, Recording, Rule,
    World,
};

use crate::mock_service::{MAIN, MockService, job, link};
use crate::movies::assert_whole;

/// What nobody else may hear.
const PASSWORD: &str = "hunter2";
/// Domains of the service.
const OWN: [&str; 3] = ["ustream.tv", "video.ibm.com", "ustre.am"];
/// Another customer of the network that holds the segments.
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
async fn saved(practice: &MockService) -> Result<Finished, Failure> {
    let folder = tempfile::tempdir().unwrap();
    let access = Access {
        password: Some(PASSWORD.to_owned()),
        ..Access::default()
    };
    let order = NewJob {
        overrides: engine::Overrides {
            access,
            ..engine::Overrides::default()
        },
        ..job(MAIN, folder.path())
    };
    practice.save(order).await.map(|(_, finished)| finished)
}

fn is_own(host: &str) -> bool {
    let is_under = |domain: &&str| {
        let sub = host.strip_suffix(*domain);
        sub.is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    OWN.iter().any(is_under)
}

/// Whether something was told that is nobody else's business.
fn carries_secret(asked: &LoggedRequest, secret: &str) -> bool {
    let connect = asked.connect.as_ref().map(ToString::to_string);
    [
        connect.as_ref(),
        Some(&asked.path),
        asked.referer.as_ref(),
        asked.cookie.as_ref(),
    ]
    .into_iter()
    .flatten()
    .any(|text| text.contains(secret))
}

/// A secret is told over TLS to the control connection, and nothing says where we come from.
#[track_caller]
fn assert_secret_kept(practice: &MockService, secret: &str) {
    for asked in practice.service.requests() {
        assert_eq!(asked.referer, None, "{asked:?}");
        let is_due = asked.tls && asked.host.contains(".ums.");
        assert!(is_due || !carries_secret(&asked, secret), "{asked:?}");
    }
}

fn add(practice: &MockService, rule: Rule) {
    practice.service.faults().add(rule);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_that_only_looks_like_the_services_is_never_asked() {
    for trick in [
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
        let practice = with(Recording {
            redirects: ClusterRedirects::OtherHost(trick.to_owned()),
            ..locked()
        })
        .await;
        // The cluster's name is told as well, and leads to the recording.
        saved(&practice).await.unwrap();
        assert_secret_kept(&practice, PASSWORD);
        let asked = practice.service.requests();
        assert!(asked.iter().all(|it| it.host != "evil.example"), "{trick}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_answers_over_plain_http_leads_to_no_host_of_his_choice() {
    for trick in [
        "evil.example/apply.cgi?reboot=1&x=.ums.ustream.tv",
        "vod-cdn.ustream.tv",
        "printer.ums.ustream.tv",
    ] {
        let practice = with(Recording {
            redirects: ClusterRedirects::OtherHost(trick.to_owned()),
            delivery: Delivery::polling(),
            ..Recording::new(MAIN, "by long polling")
        })
        .await;
        add(
            &practice,
            Rule::new(Fault::HostDown).host("*.ums.services.video.ibm.com"),
        );
        let folder = tempfile::tempdir().unwrap();
        practice.save(job(MAIN, folder.path())).await.unwrap();
        let asked = practice.service.requests();
        let is_due = |it: &LoggedRequest| {
            let made = format!("-1-{MAIN}-recorded-lp-");
            it.tls || it.host.contains(&made) || it.host.contains("-lp-omega.")
        };
        let astray: Vec<_> = asked.iter().filter(|it| !is_due(it)).collect();
        assert!(astray.is_empty(), "{trick}: {astray:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_of_segments_that_only_looks_like_one_is_never_asked() {
    for trick in [
        "evil.example",
        "evil.example#.akamaihd.net",
        "evil.example/.ustream.tv",
        "user@evil.example",
        "vod-cdn.ustream.tv@evil.example",
    ] {
        let practice = with(Recording {
            cdn: vec![trick.to_owned(), "vod-cdn.ustream.tv".to_owned()],
            ..locked()
        })
        .await;
        saved(&practice).await.unwrap();
        let asked = practice.service.requests();
        assert!(asked.iter().all(|it| it.host != "evil.example"), "{trick}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_takes_a_password_along() {
    for to in [
        "http://{host}{path}".to_owned(),
        format!("https://{NEIGHBOUR}{{path}}"),
        "https://evil.example{path}".to_owned(),
        "http://evil.example/x".to_owned(),
        // Even where it stays in the family.
        "https://video.ibm.com{path}".to_owned(),
    ] {
        for ways in [Delivery::default(), Delivery::polling()] {
            let practice = with(Recording {
                delivery: ways,
                ..locked()
            })
            .await;
            let fault = Fault::Redirect(to.clone());
            add(
                &practice,
                Rule::new(fault).host("*.ums.*").path("/1/ustream*"),
            );
            let failure = saved(&practice).await.unwrap_err();
            assert!(
                matches!(failure.code, Code::BadAnswer | Code::SiteDown),
                "{failure:?}"
            );
            assert_secret_kept(&practice, PASSWORD);
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_answers_of_a_form_go_to_the_website_over_tls_and_no_further() {
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
        let practice = MockService::demo().await;
        let fault = Fault::Redirect(to.clone());
        add(
            &practice,
            Rule::new(fault).path("/ajax/viewer-registration/*"),
        );
        let address = "https://www.ustream.tv/channel/curJSsZFUUu";
        practice
            .engine()
            .resolve(address, &access)
            .await
            .unwrap_err();
        let asked = practice.service.requests();
        let posts: Vec<_> = asked.iter().filter(|it| it.method == "POST").collect();
        assert!(!posts.is_empty());
        assert!(
            posts.iter().all(|it| it.tls && is_own(&it.host)),
            "{posts:?}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_and_the_api_lead_to_no_host_of_the_cdn_and_never_back_from_tls() {
    for to in [
        format!("https://{NEIGHBOUR}/x"),
        "http://{host}{path}".to_owned(),
    ] {
        for (host, path) in [("api.*", "/*"), ("video.ibm.com", "/channel/*")] {
            let practice = MockService::demo().await;
            add(
                &practice,
                Rule::new(Fault::Redirect(to.clone())).host(host).path(path),
            );
            let address = "https://video.ibm.com/channel/practice";
            // Another way may lead to the recording.
            let _ = practice.engine().resolve(address, &Access::default()).await;
            let asked = practice.service.requests();
            assert!(
                asked.iter().all(|it| it.tls && is_own(&it.host)),
                "{asked:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_carry_no_cookie_and_no_cookie_of_theirs_is_kept() {
    for cookie in [
        "spy=1; Domain=akamaihd.net; Path=/",
        "spy=1; Domain=ustream.tv; Path=/",
        "spy=1; Path=/",
    ] {
        let practice = with(locked()).await;
        for host in ["*.akamaihd.net", "vod-cdn.ustream.tv"] {
            add(
                &practice,
                Rule::new(Fault::Cookie(cookie.to_owned())).host(host),
            );
        }
        add(
            &practice,
            Rule::new(Fault::Cookie("own=1; Domain=video.ibm.com".to_owned())).host("api.*"),
        );
        saved(&practice).await.unwrap();
        for asked in practice.service.requests() {
            let cookie = asked.cookie.as_deref().unwrap_or_default();
            assert!(!cookie.contains("spy"), "{asked:?}");
            assert!(
                cookie.is_empty() || !asked.path.contains("chunk_"),
                "{asked:?}"
            );
            assert!(
                cookie.is_empty() || !asked.host.contains(".ums."),
                "{asked:?}"
            );
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_nobody_trusts_ends_it_and_nothing_is_asked_in_the_clear() {
    for (ways, host) in [
        (Delivery::default(), "*"),
        (Delivery::default(), "*.ums.*"),
        (
            Delivery::playlists(fake_ustream::PlaylistLayout::Muxed),
            "*-lp-*",
        ),
        (Delivery::polling(), "*-lp-live.ums.services.video.ibm.com"),
    ] {
        let practice = with(Recording {
            delivery: ways,
            ..Recording::new(MAIN, "open")
        })
        .await;
        add(&practice, Rule::new(Fault::UntrustedCertificate).host(host));
        let folder = tempfile::tempdir().unwrap();
        let failure = practice.save(job(MAIN, folder.path())).await.unwrap_err();
        assert_eq!(failure.code, Code::SiteDown, "{host}");
        let detail = &failure.detail;
        assert!(
            detail.contains(".ums.") && detail.contains("certificate"),
            "{detail}"
        );
        let asked = practice.service.requests();
        assert!(asked.iter().all(|it| it.tls), "{host}: {asked:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn over_plain_http_neither_a_password_nor_a_pages_query_is_told() {
    let page = "https://user:pw@www.example.org/intranet?session=SECRET#me";
    for password in [None, Some(PASSWORD.to_owned())] {
        let is_locked = password.is_some();
        let practice = with(Recording {
            delivery: Delivery::polling(),
            lock: password.clone().map(AccessLock::Password),
            ..Recording::new(MAIN, "by long polling")
        })
        .await;
        // Only plain HTTP is left.
        add(
            &practice,
            Rule::new(Fault::HostDown).host("*.ums.services.video.ibm.com"),
        );
        let folder = tempfile::tempdir().unwrap();
        let access = Access {
            password,
            referrer: Some(page.to_owned()),
            ..Access::default()
        };
        let order = NewJob {
            overrides: engine::Overrides {
                access,
                ..engine::Overrides::default()
            },
            ..job(MAIN, folder.path())
        };
        let saved = practice.save(order).await;
        assert_eq!(saved.is_err(), is_locked);
        let asked = practice.service.requests();
        let in_the_clear: Vec<_> = asked.iter().filter(|it| !it.tls).collect();
        assert_eq!(in_the_clear.is_empty(), is_locked, "{in_the_clear:?}");
        for secret in ["SECRET", "user", "pw%40", PASSWORD] {
            let told = in_the_clear.iter().find(|it| carries_secret(it, secret));
            assert!(told.is_none(), "{secret}: {told:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_title_in_a_broken_encoding_costs_its_letters_and_not_the_film() {
    for raw in [
        "Party \\ud83d",
        "\\udfac\\ud83c",
        "a\tb\u{1}\nc",
        "C:\\Users\\x",
        "\\u12",
    ] {
        let practice = with(Recording {
            title: "The title".to_owned(),
            message_style: MessageStyle {
                raw_title: Some(raw.to_owned()),
                ..MessageStyle::default()
            },
            ..Recording::new(MAIN, "an odd title")
        })
        .await;
        // The control connection alone knows the title, and nothing else leads to the recording.
        let gone = Fault::StatusWithoutRetryAfter(StatusCode::NOT_FOUND);
        add(&practice, Rule::new(gone).host("api.*"));
        add(&practice, Rule::new(Fault::HostDown).host("*-lp-*"));
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = practice.save(job(MAIN, folder.path())).await.unwrap();
        assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_that_leads_through_several_hosts_tells_none_of_them_where_it_came_from() {
    let practice = MockService::demo().await;
    let address = "https://ustre.am/main?session=SECRET";
    let _ = practice.engine().resolve(address, &Access::default()).await;
    let asked = practice.service.requests();
    assert!(asked.len() > 1, "{asked:?}");
    for asked in &asked {
        assert_eq!(asked.referer, None, "{asked:?}");
    }
    assert!(link(MAIN).starts_with("https://"));
}
