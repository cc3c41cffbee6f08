//! The mock service as it was at other times, and the script of 2017 as its judge. `cargo xtask
//! peers` adds the programs that are installed from elsewhere.

use std::path::Path;
use std::process::{Command, Stdio};

use engine::{Access, NewJob, Overrides};
use fake_ustream::{Era, World, start_proxy};

use crate::mock_service::{MockService, job};
use crate::movies::{assert_same, packets};

/// The recording behind the sign-up form.
const GATED: u64 = 112_470_632;

/// Lets the script save the gated channel's recording, and returns whether it did.
async fn run_client_2017(mock: &MockService, output: &Path) -> bool {
    let proxy = start_proxy(mock.service.address()).await.unwrap();
    let status = Command::new(env!("CARGO_BIN_EXE_client-2017"))
        .args(["--proxy", &proxy.to_string()])
        .arg("--ca")
        .arg(mock.ca_path())
        .arg("--output")
        .arg(output)
        .arg("https://www.ustream.tv/channel/curJSsZFUUu")
        .stderr(Stdio::null())
        .status();
    status.unwrap().success()
}

fn gated_job(folder: &Path) -> NewJob {
    let access = Access {
        form_defaults: true,
        ..Access::default()
    };
    NewJob {
        overrides: Overrides {
            access,
            ..Overrides::default()
        },
        ..job(GATED, folder)
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_2017_saves_the_whole_recording_from_the_service_of_its_time() {
    let folder = tempfile::tempdir().unwrap();
    let theirs = folder.path().join("stream.flv");
    let mock = MockService::with(World::peers(Era::Y2017)).await;
    assert!(run_client_2017(&mock, &theirs).await);
    mock.assert_all_requested_once(GATED, "2/1.flv");
    let posts = mock.service.requests().into_iter();
    let posts: Vec<_> = posts.filter(|request| request.method == "POST").collect();
    assert_eq!(posts.len(), 2);
    assert!(posts.iter().all(|post| post.host == "www.ustream.tv"));

    let today = MockService::with(World::peers(Era::Y2026)).await;
    let (ours, _) = today.save(gated_job(folder.path())).await.unwrap();
    for stream in ["v:0", "a:0"] {
        let (theirs, ours) = (packets(&theirs, stream), packets(&ours, stream));
        assert_same(&theirs, &ours, 1_000);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_script_of_2017_fails_where_the_website_redirects_its_form() {
    for era in [Era::Y2021, Era::Y2026] {
        let folder = tempfile::tempdir().unwrap();
        let mock = MockService::with(World::peers(era)).await;
        assert!(!run_client_2017(&mock, &folder.path().join("stream.flv")).await);
        let sent = mock.service.requests();
        let form = sent.iter().rfind(|request| request.path.contains("save"));
        let form = form.unwrap();
        assert_eq!((&*form.method, &*form.host), ("GET", "video.ibm.com"));
    }
}
