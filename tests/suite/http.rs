//! Answers as servers and proxies send them: 206 for a whole body, encoded bodies, redirects to other
//! servers of a CDN.

use std::path::Path;

use engine::{Access, Code, Extras, NewJob};
use fake_ustream::{
    BodyCoding, Delivery, Fault, FileContainer, LoggedRequest, PlaylistLayout, Rule,
};

use crate::deliveries::mock_service_with;
use crate::mock_service::{MAIN, MockService, file_names, job, original};
use crate::movies::assert_whole;

/// FLV and transport streams store timestamps in milliseconds here.
const ROUNDING_US: i64 = 1_000;
const FIRST_HOST: &str = "vod-cdn.ustream.tv";

fn deliveries() -> [Delivery; 6] {
    [
        Delivery::default(),
        Delivery::polling(),
        Delivery::playlists(PlaylistLayout::Separate),
        Delivery::playlists(PlaylistLayout::Ranges),
        Delivery::file(FileContainer::Flv),
        Delivery {
            ignores_ranges: true,
            ..Delivery::file(FileContainer::Flv)
        },
    ]
}

/// Saves the recording by this transport while a fault applies to every answer.
async fn assert_saved(fault: &Fault, delivery: Delivery) {
    let mock = mock_service_with(delivery.clone()).await;
    let rule = mock.service.faults().add(Rule::new(fault.clone()));
    let folder = tempfile::tempdir().unwrap();
    let saved = mock.save(job(MAIN, folder.path())).await;
    let (path, finished) = saved.unwrap_or_else(|it| panic!("{fault:?}, {delivery:?}: {it:?}"));
    assert!(finished.gaps.is_empty(), "{finished:?}");
    assert_whole(&path, "film.flv", "film.flv", ROUNDING_US);
    assert!(
        mock.service.faults().times_applied(rule) > 3,
        "{delivery:?}"
    );
}

/// Saves the demo recording with everything that belongs to it while a fault applies.
async fn assert_saved_with_extras(fault: &Fault) {
    let mock = MockService::demo().await;
    mock.service.faults().add(Rule::new(fault.clone()));
    let (engine, access) = (mock.engine(), Access::default());
    engine
        .resolve("ustream.tv/practice", &access)
        .await
        .unwrap();
    let folder = tempfile::tempdir().unwrap();
    let extras = Extras {
        cover: true,
        captions: true,
        info: true,
        ..Extras::default()
    };
    let new_job = NewJob {
        extras,
        ..job(MAIN, folder.path())
    };
    let (path, _) = mock.save(new_job).await.unwrap();
    let tags = media::Tags::read(std::fs::File::open(&path).unwrap()).unwrap();
    assert!(tags.cover.is_some() && !tags.chapters.is_empty());
    let names = file_names(folder.path());
    assert!(names.iter().any(|name| name.contains(".vtt")), "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_whole_body_with_status_206_is_whole() {
    let fault = Fault::Partial(0);
    for delivery in deliveries() {
        assert_saved(&fault, delivery).await;
    }
    assert_saved_with_extras(&fault).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_part_is_not_taken_for_a_whole_body() {
    let mock = MockService::demo().await;
    let part = || Rule::new(Fault::Partial(1));
    mock.service.faults().add(part().path("*chunk_12_*"));
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::SegmentsMissing, "{failure:?}");
    assert!(failure.detail.contains("it is a part"), "{failure:?}");

    let mock = MockService::demo().await;
    mock.service.faults().add(part().path("/channel/*"));
    let address = "https://video.ibm.com/channel/practice";
    let failure = mock.engine().resolve(address, &Access::default()).await;
    assert_eq!(failure.unwrap_err().code(), Code::BadAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn encoded_answers_are_decoded_whatever_they_hold() {
    // Each transport with one of the codings, and each coding with one or two of the transports.
    for (delivery, coding) in deliveries().into_iter().zip(BodyCoding::ALL.iter().cycle()) {
        assert_saved(&Fault::Encoded(*coding), delivery).await;
    }
    for coding in [BodyCoding::Gzip, BodyCoding::Zstd] {
        assert_saved_with_extras(&Fault::Encoded(coding)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_that_decodes_to_a_gigabyte_is_refused() {
    let mock = MockService::demo().await;
    let bomb = || Rule::new(Fault::Bomb);
    mock.service.faults().add(bomb().path("*chunk_12_*"));
    let folder = tempfile::tempdir().unwrap();
    let failure = mock.save(job(MAIN, folder.path())).await.unwrap_err();
    assert_eq!(failure.code, Code::SegmentsMissing, "{failure:?}");
    assert!(failure.detail.contains("too large"), "{failure:?}");

    let mock = MockService::demo().await;
    mock.service.faults().add(bomb().path("/channel/*"));
    let address = "https://video.ibm.com/channel/practice";
    let failure = mock.engine().resolve(address, &Access::default()).await;
    assert_eq!(failure.unwrap_err().code(), Code::BadAnswer);
}

#[tokio::test(flavor = "multi_thread")]
async fn media_is_asked_for_as_it_is_stored() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    mock.save(original(MAIN, folder.path())).await.unwrap();
    for request in requests_for_chunks(&mock) {
        assert_eq!(request.accept_encoding.as_deref(), Some("identity"));
    }
}

fn requests_for_chunks(mock: &MockService) -> Vec<LoggedRequest> {
    let mut requests = mock.service.requests();
    requests.retain(|request| request.path.contains("chunk_"));
    requests
}

/// Saves the original while the first host of the segments redirects like this; returns the hosts
/// that were asked for segments.
async fn save_redirected(rules: &[(&str, &str)], folder: &Path) -> Vec<LoggedRequest> {
    let mock = MockService::demo().await;
    for (host, to) in rules {
        let rule = Rule::new(Fault::Redirect((*to).to_owned())).host(host);
        mock.service.faults().add(rule.path("*chunk_*"));
    }
    let (path, _) = mock.save(original(MAIN, folder)).await.unwrap();
    assert_whole(&path, "film.flv", "film.flv", 0);
    requests_for_chunks(&mock)
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_are_redirected_to_other_servers_of_a_cdn() {
    let folder = tempfile::tempdir().unwrap();
    let chain = [
        (FIRST_HOST, "https://edge-1.cdn.example.net{path}"),
        (
            "edge-1.cdn.example.net",
            "https://edge-2.cdn.example.net{path}",
        ),
        (
            "edge-2.cdn.example.net",
            "https://edge-3.cdn.example.net{path}",
        ),
        (
            "edge-3.cdn.example.net",
            "https://edge-4.cdn.example.net{path}",
        ),
        (
            "edge-4.cdn.example.net",
            "https://edge-5.cdn.example.net{path}",
        ),
    ];
    let requests = save_redirected(&chain, folder.path()).await;
    let from_edge = |request: &&LoggedRequest| request.host == "edge-5.cdn.example.net";
    assert!(requests.iter().filter(from_edge).count() >= 100);
    for request in &requests {
        assert!(request.tls || request.host == FIRST_HOST, "{request:?}");
        assert!(request.cookie.is_none() && request.referer.is_none());
    }
    // The sixth redirect of a request is one too many: another host sends the segments.
    let sixth = (
        "edge-5.cdn.example.net",
        "https://edge-6.cdn.example.net{path}",
    );
    let longer: Vec<_> = chain.into_iter().chain([sixth]).collect();
    let folder = tempfile::tempdir().unwrap();
    let requests = save_redirected(&longer, folder.path()).await;
    assert!(
        requests
            .iter()
            .all(|it| it.host != "edge-6.cdn.example.net")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn segments_are_not_redirected_into_the_local_network_or_out_of_tls() {
    for to in [
        "https://127.0.0.1{path}",
        "https://localhost{path}",
        "https://user@edge-1.cdn.example.net{path}",
        "https://edge-1.cdn.example.net:8443{path}",
        "http://edge-1.cdn.example.net{path}",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let requests = save_redirected(&[(FIRST_HOST, to)], folder.path()).await;
        for request in requests {
            assert!(request.host.ends_with("ustream.tv") || request.host.ends_with("akamaihd.net"));
        }
    }
}
