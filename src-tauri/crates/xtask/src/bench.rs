//! The whole job against downloaders that assemble nothing, as ratios in one run.

pub(crate) mod remux;

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::practice::{LARGE_LINK, Practice};
use crate::run::{built, cargo, command, exists, print, say, succeed};

/// As many requests at once as the command line's default.
const PARALLEL: &str = "8";

/// One downloader and its times.
struct Peer<'a> {
    name: &'static str,
    command: Box<dyn Fn(&Path) -> Command + 'a>,
    times: Vec<Duration>,
}

/// Measures runs of each downloader, interleaved, since the machine may be busy with other work.
pub(crate) fn all(megabytes: u64, runs: usize, folder: &Path) -> anyhow::Result<()> {
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    let practice = Practice::start(Some(megabytes))?;
    let scratch = tempfile::tempdir_in(folder)?;
    let segments = std::fs::read_to_string(practice.segments()).context("the list of segments")?;
    let mut peers = peers(&practice, &segments, scratch.path())?;
    say(&format!("{megabytes} MB, {runs} runs of each"));
    for _ in 0..runs {
        for peer in &mut peers {
            let folder = tempfile::tempdir_in(scratch.path())?;
            let start = Instant::now();
            succeed(&mut (peer.command)(folder.path()))?;
            peer.times.push(start.elapsed());
        }
    }
    report(&mut peers);
    Ok(())
}

fn peers<'a>(
    practice: &'a Practice,
    segments: &str,
    scratch: &Path,
) -> anyhow::Result<Vec<Peer<'a>>> {
    let mut peers = vec![Peer::new("ustream-dl, MP4", ours(practice, "mp4"))];
    peers.push(Peer::new(
        "ustream-dl, FLV original",
        ours(practice, "original"),
    ));
    if exists("curl", "--version") {
        peers.push(Peer::new(
            "curl, segments only",
            curl(practice, segments, scratch)?,
        ));
    }
    if exists("aria2c", "--version") {
        peers.push(Peer::new(
            "aria2c, segments only",
            aria2c(practice, segments, scratch)?,
        ));
    }
    Ok(peers)
}

/// The whole job: handshake, download, one checked and synced file.
fn ours(practice: &Practice, format: &'static str) -> impl Fn(&Path) -> Command {
    move |folder| {
        let mut save = command(built("release", "ustream-dl"));
        save.args(["--quiet", "--parallel", PARALLEL, "--format", format]);
        practice
            .lead(&mut save)
            .arg("--output")
            .arg(folder)
            .arg(LARGE_LINK);
        save.stdout(std::process::Stdio::null());
        save
    }
}

fn curl(
    practice: &Practice,
    segments: &str,
    scratch: &Path,
) -> anyhow::Result<impl Fn(&Path) -> Command + use<>> {
    let list = scratch.join("curl.txt");
    let lines = segments.lines().enumerate();
    let config = lines.map(|(index, url)| format!("url = \"{url}\"\noutput = \"{index}\"\n"));
    std::fs::write(&list, config.collect::<String>())?;
    let (lead, ca) = (
        format!("::{}", practice.address()),
        practice.ca().to_owned(),
    );
    Ok(move |folder: &Path| {
        let mut fetch = command("curl");
        fetch.args([
            "--silent",
            "--no-progress-meter",
            "--fail",
            "--http1.1",
            "--parallel",
            "--parallel-max",
            PARALLEL,
        ]);
        fetch.args(["--connect-to", &lead]).arg("--cacert").arg(&ca);
        fetch.arg("--config").arg(&list).current_dir(folder);
        fetch
    })
}

/// It cannot be told where names lead, so it names the host in a header.
fn aria2c(
    practice: &Practice,
    segments: &str,
    scratch: &Path,
) -> anyhow::Result<impl Fn(&Path) -> Command + use<>> {
    let list = scratch.join("aria2c.txt");
    let mut lines = String::new();
    for (index, url) in segments.lines().enumerate() {
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
    Ok(move |folder: &Path| {
        let mut fetch = command("aria2c");
        fetch.args([
            "--quiet",
            "--check-certificate=false",
            "--file-allocation=none",
        ]);
        fetch.args(["--max-connection-per-server=1", "--split=1"]);
        fetch.args(["--max-concurrent-downloads", PARALLEL]);
        fetch
            .arg("--input-file")
            .arg(&list)
            .arg("--dir")
            .arg(folder);
        fetch
    })
}

impl<'a> Peer<'a> {
    fn new(name: &'static str, command: impl Fn(&Path) -> Command + 'a) -> Self {
        Self {
            name,
            command: Box::new(command),
            times: Vec::new(),
        }
    }

    fn median(&self) -> Duration {
        self.times
            .get(self.times.len() / 2)
            .copied()
            .unwrap_or_default()
    }

    fn best(&self) -> Duration {
        self.times.first().copied().unwrap_or_default()
    }
}

/// Prints each downloader's times, and ours as ratios of the fastest other's.
fn report(peers: &mut [Peer<'_>]) {
    for peer in &mut *peers {
        peer.times.sort();
    }
    let others = || {
        peers
            .iter()
            .filter(|peer| !peer.name.starts_with("ustream-dl"))
    };
    let median = others().map(Peer::median).min();
    let best = others().map(Peer::best).min();
    let (Some(median), Some(best)) = (median, best) else {
        print("neither curl nor aria2c is here to compare with");
        return;
    };
    print("                            best s  median s  ratio of bests  ratio of medians");
    for peer in &*peers {
        print(&format!(
            "{:26} {:7.3} {:9.3} {:15.2} {:17.2}",
            peer.name,
            peer.best().as_secs_f64(),
            peer.median().as_secs_f64(),
            peer.best().div_duration_f64(best),
            peer.median().div_duration_f64(median),
        ));
    }
}
