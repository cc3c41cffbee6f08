//! Commands that download the large recording: our command line does the whole job, curl and aria2c
//! only fetch its segments.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::mock_service::{LARGE_LINK, LIVE_LINK, MockServiceProcess};
use crate::run::{built, command};

/// Returns the command that saves to a given folder.
pub(super) type FetchCommand<'a> = Box<dyn Fn(&Path) -> Command + 'a>;

/// The whole job: handshake, download, one verified and synced file. With `-v` it logs the arrival of
/// the last segment.
pub(super) fn ustream_dl<'a>(
    service: &'a MockServiceProcess,
    format: &'static str,
    parallel: u32,
) -> FetchCommand<'a> {
    Box::new(move |folder| {
        let mut save = command(built("release", "ustream-dl"));
        save.args(["--quiet", "-v", "--format", format]);
        save.args(["--parallel", &parallel.to_string()]);
        service
            .add_service_args(&mut save)
            .arg("--output")
            .arg(folder)
            .arg(LARGE_LINK);
        save
    })
}

/// Records the running stream to its end. With `-v` it logs the arrival of the last segment.
pub(super) fn record(service: &MockServiceProcess) -> FetchCommand<'_> {
    Box::new(move |folder| {
        let mut save = command(built("release", "ustream-dl"));
        save.args(["--quiet", "-v", "--patience", "10s"]);
        service
            .add_service_args(&mut save)
            .arg("--output")
            .arg(folder)
            .arg(LIVE_LINK);
        save
    })
}

/// curl with reused connections, `parallel` at once.
pub(super) fn curl<'a>(
    service: &'a MockServiceProcess,
    scratch: &Path,
    parallel: u32,
) -> anyhow::Result<FetchCommand<'a>> {
    let list = scratch.join("curl.txt");
    let segments = segments(service)?;
    let lines = segments.lines().enumerate();
    let config = lines.map(|(index, url)| format!("url = \"{url}\"\noutput = \"{index}\"\n"));
    std::fs::write(&list, config.collect::<String>())?;
    Ok(Box::new(move |folder| {
        let mut fetch = command("curl");
        fetch.args(["--silent", "--no-progress-meter", "--fail", "--http1.1"]);
        fetch.args(["--parallel", "--parallel-max", &parallel.to_string()]);
        fetch.args(["--connect-to", &format!("::{}", service.address())]);
        fetch.arg("--cacert").arg(service.ca());
        fetch.arg("--config").arg(&list).current_dir(folder);
        fetch
    }))
}

/// aria2c. It has no option to override name resolution, so the host goes into a header.
pub(super) fn aria2c<'a>(
    service: &'a MockServiceProcess,
    scratch: &Path,
    parallel: u32,
) -> anyhow::Result<FetchCommand<'a>> {
    let list = scratch.join("aria2c.txt");
    let mut list_text = String::new();
    for (index, url) in segments(service)?.lines().enumerate() {
        let (host, path) = url
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once('/'))
            .with_context(|| format!("not an address: {url}"))?;
        let address = service.address();
        write!(
            list_text,
            "https://{address}/{path}\n  header=Host: {host}\n  out={index}\n"
        )?;
    }
    std::fs::write(&list, list_text)?;
    Ok(Box::new(move |folder| {
        let mut fetch = command("aria2c");
        fetch.args(["--quiet", "--check-certificate=false"]);
        fetch.args(["--file-allocation=none", "--split=1"]);
        fetch.args(["--max-connection-per-server=1"]);
        fetch.args(["--max-concurrent-downloads", &parallel.to_string()]);
        fetch.arg("--input-file").arg(&list);
        fetch.arg("--dir").arg(folder);
        fetch
    }))
}

fn segments(service: &MockServiceProcess) -> anyhow::Result<String> {
    std::fs::read_to_string(service.segments()).context("the list of segments")
}
