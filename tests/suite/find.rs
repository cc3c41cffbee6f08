//! From a link to a recording and its download plan.

use engine::{Access, Code};
use ustream::{Choice, ContainerChoice, Presence, Target};

use crate::mock_service::{MAIN, MockService, link};

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_shows_its_title_length_and_qualities() {
    let mock = MockService::demo().await;
    let preview = mock
        .engine()
        .resolve(&link(MAIN), &Access::default())
        .await
        .unwrap();
    let recording = mock.service.world().find_recording(MAIN).unwrap();
    assert_eq!(preview.title.as_deref(), Some(recording.title.as_str()));
    assert_eq!(preview.duration_ms, Some(200_000));
    assert_eq!(preview.link, link(MAIN));
    let heights: Vec<_> = preview.renditions.iter().map(|one| one.height).collect();
    assert!(
        heights.contains(&Some(54)) && heights.contains(&Some(36)),
        "{heights:?}"
    );
    assert!(preview.has_flv && !preview.newest_of_channel);
    assert!(
        preview.renditions.iter().all(|one| one.segments >= 100),
        "{preview:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_leads_to_its_newest_recording_and_reports_that() {
    let mock = MockService::demo().await;
    for address in [
        "https://video.ibm.com/channel/practice",
        "ustream.tv/channel/id/6540154",
    ] {
        let preview = mock
            .engine()
            .resolve(address, &Access::default())
            .await
            .unwrap();
        assert_eq!(
            (preview.recording, preview.newest_of_channel),
            (MAIN.to_string(), true)
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_short_link_is_followed() {
    let mock = MockService::demo().await;
    let preview = mock
        .engine()
        .resolve("ustre.am/main", &Access::default())
        .await
        .unwrap();
    assert_eq!(preview.recording, MAIN.to_string());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_behind_a_form_is_resolved_through_every_step() {
    let mock = MockService::demo().await;
    let engine = mock.engine();
    let address = "https://www.ustream.tv/channel/curJSsZFUUu";
    let locked = engine
        .resolve(address, &Access::default())
        .await
        .unwrap_err();
    let failure = engine::Failure::from(locked);
    assert_eq!(failure.code, Code::NeedsForm);
    let required: Vec<_> = failure
        .fields
        .iter()
        .filter(|one| one.required)
        .map(|one| one.name.as_str())
        .collect();
    assert_eq!(required, ["name", "email"]);

    let form = [("name", "Ada"), ("email", "ada@example.com")];
    let form = form.map(|(field, answer)| (field.to_owned(), answer.to_owned()));
    let access = Access {
        form: form.into(),
        ..Access::default()
    };
    let preview = engine.resolve(address, &access).await.unwrap();
    assert_eq!(preview.recording, "112470632");
    let requests = mock.service.requests();
    let connects: Vec<_> = requests
        .iter()
        .filter_map(|request| request.connect.as_ref())
        .collect();
    assert!(
        connects.len() >= 2,
        "the cluster redirects once: {connects:?}"
    );
    assert!(
        connects.iter().all(|connect| connect["hash"].is_string()),
        "{connects:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_form_opens_with_default_answers_if_requested() {
    let mock = MockService::demo().await;
    let access = Access {
        form_defaults: true,
        ..Access::default()
    };
    let address = "https://www.ustream.tv/channel/curJSsZFUUu";
    let preview = mock.engine().resolve(address, &access).await.unwrap();
    assert_eq!(preview.recording, "112470632");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_behind_a_form_opens_by_its_own_link_too() {
    let mock = MockService::demo().await;
    let access = Access {
        form_defaults: true,
        ..Access::default()
    };
    let preview = mock
        .engine()
        .resolve(&link(112_470_632), &access)
        .await
        .unwrap();
    assert_eq!(preview.recording, "112470632");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_owners_page_opens_a_referrer_lock() {
    let mock = MockService::demo().await;
    let preview = mock
        .engine()
        .resolve(&link(134_300_004), &Access::default())
        .await
        .unwrap();
    assert_eq!(preview.recording, "134300004");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_plan_covers_all_chunks_and_marks_only_those_that_may_be_past_the_end() {
    let mock = MockService::demo().await;
    let client = mock.client();
    for id in [MAIN, 134_300_011, 134_300_012, 134_300_013, 134_300_014] {
        let target: Target = link(id).parse().unwrap();
        let found = client
            .find_recording(&target, &Access::default())
            .await
            .unwrap();
        let recording = client.recording(found, &Access::default()).await.unwrap();
        let known = mock.service.world().find_recording(id).unwrap();
        let last_key = *known.key_list().last().unwrap();
        for keep in [ContainerChoice::Mp4, ContainerChoice::Original] {
            let plan = recording
                .plan(&Choice {
                    keep,
                    ..Choice::default()
                })
                .unwrap();
            for track in 0..u8::try_from(plan.tracks.len()).unwrap() {
                let media: Vec<_> = plan
                    .segments
                    .iter()
                    .filter(|segment| segment.id.track == track)
                    .filter_map(|segment| match segment.id.kind {
                        ustream::SegmentKind::Media(number) => Some((number, segment.presence)),
                        ustream::SegmentKind::Init => None,
                    })
                    .collect();
                let numbers = media.iter().map(|(number, _)| *number);
                let end = known.first_chunk + known.chunk_count();
                assert!(numbers.clone().is_sorted(), "{id}");
                assert_eq!(numbers.clone().next(), Some(known.first_chunk), "{id}");
                assert!(
                    numbers.clone().filter(|number| *number < end).count() as u64
                        == known.chunk_count()
                );
                for (number, presence) in media {
                    let sure = presence == Presence::Sure;
                    let start_ms = (number - known.first_chunk) * known.chunk_time_ms;
                    let is_within = recording.stated_ms() > Some(start_ms + 1000);
                    assert_eq!(
                        sure,
                        number <= last_key || is_within,
                        "{id}: chunk {number}"
                    );
                }
            }
            for segment in &plan.segments {
                let urls = recording.locate(&plan, segment.id).urls;
                assert!(urls[0].scheme() == "https" && urls.len() >= 2, "{urls:?}");
            }
            assert_eq!(plan.compare(&plan), ustream::PlanChange::Same);
        }
    }
}
