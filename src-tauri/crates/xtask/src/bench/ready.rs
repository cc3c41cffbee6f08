//! Measures the time from a link to what is known of its recording, over a line of 50 ms, and how many
//! round trips of it the network takes: the same run without a line is the work of the program itself.

use std::path::{Path, PathBuf};
use std::process::Command;

use super::candidate::Candidate;
use super::fetchers::FetchCommand;
use super::{BenchOptions, build};
use crate::mock_service::{LINK, MockServiceConfig, MockServiceProcess};
use crate::run::{built, command, exists, output, print, say, target};

/// Round trip in ms, and Mbit/s for each connection: fast enough that only the round trips count.
const LINE: &str = "50,1000";
const ROUND_TRIP_S: f64 = 0.05;
/// A cluster that is not the usual one, so that a first start must be told of it.
const OTHER_CLUSTER: &str = "beta";

/// Leads every connection of a Python program to the service, and makes it trust its authority.
const PYTHON_STARTUP: &str = "\
import os, socket
address, port = os.environ['PRACTICE_ADDRESS'].rsplit(':', 1)
socket.getaddrinfo = lambda *_, **__: [
    (socket.AF_INET, socket.SOCK_STREAM, 6, '', (address, int(port)))]
try:
    import certifi
    certifi.where = lambda: os.environ['PRACTICE_CA']
except ImportError:
    pass
";

/// One program: its runs without and with the line.
struct Comparison<'a> {
    name: &'static str,
    runs: [(Candidate, FetchCommand<'a>); 2],
}

impl<'a> Comparison<'a> {
    /// Makes the command for each of two services, without and with the line.
    fn new(
        name: &'static str,
        services: &'a [MockServiceProcess; 2],
        resolve: impl Fn(&'a MockServiceProcess) -> FetchCommand<'a>,
    ) -> Self {
        let runs = services
            .each_ref()
            .map(|service| (Candidate::new(name), resolve(service)));
        Self { name, runs }
    }

    fn run(&mut self, scratch: &Path) -> anyhow::Result<()> {
        for (candidate, resolve) in &mut self.runs {
            candidate.run(scratch, resolve)?;
        }
        Ok(())
    }

    fn report(&self) {
        let [without, over] = self.runs.each_ref().map(|(candidate, _)| candidate.wall());
        let Some((without, over)) = without.zip(over) else {
            return;
        };
        let round_trips = |over: f64, without: f64| (over - without) / ROUND_TRIP_S;
        print(&format!(
            "{:<36} best {:.3} s, median {:.3} s; round trips: best {:.1}, median {:.1}",
            self.name,
            over.best,
            over.median,
            round_trips(over.best, without.best),
            round_trips(over.median, without.median),
        ));
    }
}

/// Compares first starts, a start with what was learnt, and streamlink.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let usual = services(None)?;
    let other = services(Some(OTHER_CLUSTER))?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let first_start = |service| -> FetchCommand<'_> {
        Box::new(move |folder| ustream_dl(service, &folder.join("cache")))
    };
    let learnt = scratch.path().join("cache");
    for service in &other {
        output(&mut ustream_dl(service, &learnt))?;
    }
    let mut comparisons = vec![
        Comparison::new("ustream-dl, first start", &usual, first_start),
        Comparison::new("ustream-dl, first, other cluster", &other, first_start),
        Comparison::new("ustream-dl, other cluster learnt", &other, |service| {
            let learnt = learnt.clone();
            Box::new(move |_| ustream_dl(service, &learnt))
        }),
    ];
    match streamlink() {
        None => say("streamlink is neither in the PATH nor in target/peers, so it is left out"),
        Some(program) => {
            let startup = scratch.path().join("python");
            std::fs::create_dir(&startup)?;
            std::fs::write(startup.join("sitecustomize.py"), PYTHON_STARTUP)?;
            comparisons.push(Comparison::new("streamlink", &usual, |service| {
                let (program, startup) = (program.clone(), startup.clone());
                Box::new(move |_| ask_streamlink(service, &program, &startup))
            }));
        }
    }
    say(&format!(
        "From a link to its recording, over a line of {LINE} (ms, Mbit/s a connection): {} runs of each",
        options.runs
    ));
    for _ in 0..options.runs {
        for comparison in &mut comparisons {
            comparison.run(scratch.path())?;
        }
    }
    for comparison in &comparisons {
        comparison.report();
    }
    Ok(())
}

/// Starts a service without and one with the line.
fn services(cluster: Option<&'static str>) -> anyhow::Result<[MockServiceProcess; 2]> {
    let start = |link| {
        MockServiceProcess::start(&MockServiceConfig {
            link,
            cluster,
            ..MockServiceConfig::default()
        })
    };
    Ok([start(None)?, start(Some(LINE))?])
}

fn ustream_dl(service: &MockServiceProcess, cache: &Path) -> Command {
    let mut resolve = command(built("release", "ustream-dl"));
    resolve.args(["resolve", "--json"]);
    service
        .add_service_args(&mut resolve)
        .arg("--cache-folder")
        .arg(cache)
        .arg(LINK);
    resolve
}

/// Returns the program that is installed, or the one that is compared elsewhere.
fn streamlink() -> Option<PathBuf> {
    let compared = target().join("peers/venv/bin/streamlink");
    if exists("streamlink", "--version") {
        return Some(PathBuf::from("streamlink"));
    }
    compared.exists().then_some(compared)
}

fn ask_streamlink(service: &MockServiceProcess, program: &Path, startup: &Path) -> Command {
    let mut ask = command(program);
    ask.args(["--no-config", "--no-plugin-sideloading", "--json", LINK])
        .env("PYTHONPATH", startup)
        .env("PRACTICE_ADDRESS", service.address())
        .env("PRACTICE_CA", service.ca())
        .env("REQUESTS_CA_BUNDLE", service.ca());
    ask
}
