//! Who fetches: our command line does the whole job, the others fetch the same pieces and make
//! nothing of them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use anyhow::Context;

use crate::mock_service::{LARGE_LINK, MockServiceProcess};
use crate::run::{built, command};

/// Makes the command that saves to a folder.
pub(super) type FetchCommand<'a> = Box<dyn Fn(&Path) -> Command + 'a>;

/// The whole job: handshake, download, one checked and synced file. Tells of the last piece.
pub(super) fn ustream_dl<'a>(
    practice: &'a MockServiceProcess,
    format: &'static str,
    parallel: u32,
) -> FetchCommand<'a> {
    Box::new(move |folder| {
        let mut save = command(built("release", "ustream-dl"));
        save.args(["--quiet", "-v", "--format", format]);
        save.args(["--parallel", &parallel.to_string()]);
        practice
            .add_service_args(&mut save)
            .arg("--output")
            .arg(folder)
            .arg(LARGE_LINK);
        save
    })
}

/// curl, so many at once, over connections that it reuses.
pub(super) fn curl<'a>(
    practice: &'a MockServiceProcess,
    scratch: &Path,
    parallel: u32,
) -> anyhow::Result<FetchCommand<'a>> {
    let list = scratch.join("curl.txt");
    let segments = segments(practice)?;
    let lines = segments.lines().enumerate();
    let config = lines.map(|(index, url)| format!("url = \"{url}\"\noutput = \"{index}\"\n"));
    std::fs::write(&list, config.collect::<String>())?;
    Ok(Box::new(move |folder| {
        let mut fetch = command("curl");
        fetch.args(["--silent", "--no-progress-meter", "--fail", "--http1.1"]);
        fetch.args(["--parallel", "--parallel-max", &parallel.to_string()]);
        fetch.args(["--connect-to", &format!("::{}", practice.address())]);
        fetch.arg("--cacert").arg(practice.ca());
        fetch.arg("--config").arg(&list).current_dir(folder);
        fetch
    }))
}

/// aria2c cannot be told where names lead, so it names the host in a header.
pub(super) fn aria2c<'a>(
    practice: &'a MockServiceProcess,
    scratch: &Path,
    parallel: u32,
) -> anyhow::Result<FetchCommand<'a>> {
    let list = scratch.join("aria2c.txt");
    let mut lines = String::new();
    for (index, url) in segments(practice)?.lines().enumerate() {
        let (host, path) = url
            .strip_prefix("https://")
            .and_then(|rest| rest.split_once('/'))
            .with_context(|| format!("not an address: {url}"))?;
        let address = practice.address();
        write!(
            lines,
            "https://{address}/{path}\n  header=Host: {host}\n  out={index}\n"
        )?;
    }
    std::fs::write(&list, lines)?;
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

fn segments(practice: &MockServiceProcess) -> anyhow::Result<String> {
    std::fs::read_to_string(practice.segments()).context("the list of segments")
}
