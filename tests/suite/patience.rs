//! Troubles of the service and of the network that pass by themselves: they delay a video, and cost
//! none.

use std::fs;
use std::time::{Duration, Instant};

use axum::http::StatusCode;
use engine::{Access, Code, Extras, NewJob, Patience, ResolvedLink};
use fake_ustream::{Channel, Fault, FixtureMovie, Recording, Rule, World};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService, file_names, job, link, wait_for_end};
use crate::movies::assert_whole;

const CHANNEL: u64 = 7_000_000;
const FIRST: u64 = 200_000_000;

/// A channel with this many recordings of one second.
fn channel_of(recordings: u64) -> World {
    let channel = Channel::new(CHANNEL, "long-runner", "many recordings");
    let all = (0..recordings).map(|number| Recording {
        title: format!("Part {number}"),
        channel: Some(CHANNEL),
        movie: FixtureMovie::looped(1),
        ..Recording::new(FIRST + number, "one of many")
    });
    all.fold(World::empty().channel(channel), World::recording)
}

fn busy() -> Rule {
    Rule::new(Fault::Status(StatusCode::TOO_MANY_REQUESTS))
}

fn unavailable() -> Rule {
    Rule::new(Fault::Status(StatusCode::SERVICE_UNAVAILABLE))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_that_the_service_asks_for_is_kept_at_every_step_before_the_first_segment() {
    for rule in [
        busy().host("api.*"),
        unavailable().host("api.*"),
        busy().host("*.ums.*"),
        unavailable().host("*.ums.*"),
        busy().host("*.ums.*").skip(1),
    ] {
        let mock = MockService::demo().await;
        let rule = mock.service.faults().add(rule.times(2));
        let folder = tempfile::tempdir().unwrap();
        let (path, _) = mock.save(job(MAIN, folder.path())).await.unwrap();
        assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
        assert_eq!(mock.service.faults().times_applied(rule), 2);
        // The API told the title after its pause.
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(!name.contains("112470631"), "{name}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_pause_costs_neither_the_cover_nor_the_captions() {
    let mock = MockService::demo().await;
    let faults = mock.service.faults();
    let cover = faults.add(busy().host("ustvstaticcdn1-a.akamaihd.net").times(1));
    let captions = faults.add(unavailable().path("*caption*").times(2));
    let folder = tempfile::tempdir().unwrap();
    let new_job = NewJob {
        extras: Extras {
            cover: true,
            captions: true,
            info: true,
            ..Extras::default()
        },
        ..job(MAIN, folder.path())
    };
    let (path, _) = mock.save(new_job).await.unwrap();
    assert_eq!(faults.times_applied(cover), 1);
    assert_eq!(faults.times_applied(captions), 2);
    let tags = media::Tags::read(fs::File::open(&path).unwrap()).unwrap();
    assert!(tags.cover.is_some());
    let names = file_names(folder.path());
    let subtitles = names.iter().filter(|name| name.contains(".vtt")).count();
    assert!(subtitles > 0, "{names:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_channel_whose_second_page_asks_for_a_pause_is_listed_to_its_end() {
    let mock = MockService::with(channel_of(600)).await;
    for rule in [busy(), unavailable()] {
        let rule = rule.path("*page=2*").times(2);
        let rule = mock.service.faults().add(rule);
        let patience = Patience {
            for_lookups: true,
            ..Patience::default()
        };
        let engine = mock.engine_with_patience(patience);
        let access = Access::default();
        let resolved = engine.resolve_link("ustream.tv/long-runner", &access);
        let ResolvedLink::Collection(mut catalog) = resolved.await.unwrap() else {
            panic!("a channel");
        };
        let mut listed = 0;
        while let Some(page) = catalog.next().await.unwrap() {
            listed += page.len();
        }
        assert_eq!(listed, 600);
        assert_eq!(mock.service.faults().times_applied(rule), 2);
        engine.shutdown().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_links_survives_a_service_that_goes_away_is_busy_shows_a_log_in_page_and_comes_back()
 {
    const LINKS: u64 = 40;
    let mock = MockService::with(channel_of(LINKS)).await;
    let faults = mock.service.faults();
    let folder = tempfile::tempdir().unwrap();
    let list = folder.path().join("links.txt");
    let links: Vec<String> = (0..LINKS).map(|number| link(FIRST + number)).collect();
    fs::write(&list, links.join("\n")).unwrap();
    let down = faults.add(Rule::new(Fault::HostDown));
    let saved = tempfile::tempdir().unwrap();
    let run = CliCommand::new(&mock).args(["-q", "--batch"]).arg(&list);
    let run = run.arg("-o").arg(saved.path());
    let running = tokio::task::spawn_blocking(move || run.finish());
    let count = || file_names(saved.path()).len() as u64;
    let at_least = async |number: u64| {
        let start = Instant::now();
        while count() < number && start.elapsed() < Duration::from_mins(1) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::sleep(Duration::from_secs(4)).await;
    faults.remove(down);
    for (troubles, number) in [
        (vec![busy().host("api.*"), busy().host("*.ums.*")], 5),
        (vec![Rule::new(Fault::HostDown)], 12),
        (
            vec![Rule::new(Fault::Redirect(
                "http://login.hotel.example/".to_owned(),
            ))],
            18,
        ),
        (vec![Rule::new(Fault::CertificateOfLoginPage)], 22),
        (vec![unavailable().host("*.ums.*")], 25),
        (
            vec![
                Rule::new(Fault::StatusWithoutRetryAfter(StatusCode::BAD_GATEWAY)).host("*.ums.*"),
            ],
            30,
        ),
    ] {
        at_least(number).await;
        let rules: Vec<_> = troubles.into_iter().map(|rule| faults.add(rule)).collect();
        tokio::time::sleep(Duration::from_secs(3)).await;
        for rule in rules {
            faults.remove(rule);
        }
    }
    let (code, _, stderr) = running.await.unwrap();
    assert_eq!(code, 0, "{stderr}");
    assert_eq!(count(), LINKS, "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_stays_down_ends_all_jobs_after_one_wait() {
    let mock = MockService::with(channel_of(3)).await;
    mock.service.faults().add(Rule::new(Fault::HostDown));
    let engine = mock.engine_with_patience(Patience {
        down: Duration::from_secs(5),
        ..Patience::default()
    });
    let folder = tempfile::tempdir().unwrap();
    let start = Instant::now();
    for number in 0..3 {
        let id = engine.download(job(FIRST + number, folder.path())).await;
        let failure = wait_for_end(&engine, &id.unwrap()).await.unwrap_err();
        assert_eq!(failure.code, Code::SiteDown, "{failure:?}");
        assert!(start.elapsed() >= Duration::from_secs(5));
    }
    engine.shutdown().await;
}
