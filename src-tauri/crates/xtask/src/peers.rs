//! Lets programs of other makers save from the mock service, each in the eras that it belongs to, and
//! compares the packets with those that our program saves: a mock service that only our program
//! understands proves little.

mod cases;
mod packets;
mod python;

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};

use self::cases::{CASES, Case, Client, ERAS, Era, Expected, Kind};
use self::packets::{Fixture, Tracks, fixture, tracks};
use self::python::Python;
use crate::mock_service::{MockServiceConfig, MockServiceProcess};
use crate::run::{built, cargo, command, print, root, say, succeed, target};
use crate::setup;

/// A program that has not ended after this time is stopped. The slowest saves 48 s in real time.
const TIME_LIMIT: Duration = Duration::from_mins(3);

/// streamlink ends a recording when it has got nothing for this long. Segments come every two
/// seconds.
const STREAMLINK_TIMEOUT_S: &str = "8";

/// Builds what is compared, and runs all programs.
pub(crate) fn run() -> anyhow::Result<()> {
    setup::peers()?;
    if !Python::is_there() {
        bail!("please install Python 3.11 or later with venv and pip: https://www.python.org");
    }
    say("The practice service and our program");
    let build = ["build", "--package", "tests", "--package", "cli", "--bins"];
    succeed(&mut cargo(&build))?;
    compare()
}

/// Runs all programs as one of all checks, with what these have built. CI does without: it would test
/// the availability of the packages of others.
pub(crate) fn run_as_check() -> anyhow::Result<()> {
    if std::env::var_os("CI").is_some() {
        return Ok(());
    }
    if !Python::is_there() {
        say("Programs of other makers: skipped, since Python 3.11 with venv and pip is missing");
        return Ok(());
    }
    compare()
}

/// At least so much of a live stream is saved: 20 segments of two seconds, without the length of the
/// last packet.
const LIVE_S: f64 = 39.8;

/// The folder of everything that this task writes.
fn folder() -> PathBuf {
    target().join("peers")
}

/// What a program made of a recording.
enum Outcome {
    /// The packets that our program saves today.
    Same,
    /// Something else, or nothing.
    Failed {
        reason: String,
        /// What the program printed.
        printed: String,
    },
}

type Outcomes = BTreeMap<(Client, usize, Era), Outcome>;

fn compare() -> anyhow::Result<()> {
    let python = Python::install(&folder().join("venv"))?;
    let saved = folder().join("saved");
    if saved.exists() {
        std::fs::remove_dir_all(&saved)?;
    }
    let mut outcomes = Outcomes::new();
    let mut reference = Reference {
        recordings: BTreeMap::new(),
        live: fixture(&root().join("tests/fixtures/film"))?,
    };
    // Today's service first: what our program saves from it is what all others are compared with.
    for era in ERAS.into_iter().rev() {
        say(&format!("The practice service of {}", era.name()));
        let mut service = MockServiceProcess::start_built(
            "debug",
            &MockServiceConfig {
                era: Some(era.name()),
                for_peers: true,
                ..MockServiceConfig::default()
            },
        )?;
        python.trust(service.ca())?;
        let session = Session {
            service: &service,
            python: &python,
            era,
            folder: saved.join(era.name()),
        };
        if reference.recordings.is_empty() {
            reference.recordings = session.reference()?;
        }
        outcomes.extend(session.run_all(&reference)?);
        // Nothing could be said of what failed without it.
        service.ensure_running()?;
    }
    report(&outcomes)
}

/// What is to be saved.
struct Reference {
    /// What our program saves of each recording.
    recordings: BTreeMap<u64, Tracks>,
    /// The movie that live streams repeat.
    live: Fixture,
}

/// The runs of all programs in one era.
struct Session<'a> {
    service: &'a MockServiceProcess,
    python: &'a Python,
    era: Era,
    folder: PathBuf,
}

impl Session<'_> {
    /// Lets our program save every recording, and returns the tracks of each.
    fn reference(&self) -> anyhow::Result<BTreeMap<u64, Tracks>> {
        let mut reference = BTreeMap::new();
        for case in CASES.iter().filter(|case| case.kind != Kind::Live) {
            let folder = self.folder.join("reference").join(case.folder());
            self.save(Client::UstreamDl, case, &folder)
                .with_context(|| {
                    format!("saving what the others are compared with: {}", case.name)
                })?;
            for (recording, path) in movies(&folder)? {
                reference.insert(recording, tracks(&path)?);
            }
        }
        Ok(reference)
    }

    /// Runs all programs. streamlink, which waits most of the time, saves all its recordings at once;
    /// the others save one after the other meanwhile.
    fn run_all(&self, reference: &Reference) -> anyhow::Result<Outcomes> {
        let runs: Vec<(Client, usize)> = Client::ALL
            .into_iter()
            .flat_map(|client| (0..CASES.len()).map(move |case| (client, case)))
            .filter(|(client, case)| {
                let case = CASES.get(*case);
                case.is_some_and(|case| client.expected(case, self.era).is_run())
            })
            .collect();
        let (at_once, in_turn): (Vec<_>, Vec<_>) = runs
            .into_iter()
            .partition(|(client, _)| *client == Client::Streamlink);
        let run = |(client, number): (Client, usize)| {
            let case = CASES.get(number).context("there is no such case")?;
            let outcome = self.run(client, case, reference);
            Ok(((client, number, self.era), outcome))
        };
        thread::scope(|scope| {
            let waiting: Vec<_> = at_once
                .into_iter()
                .map(|one| scope.spawn(move || run(one)))
                .collect();
            let outcomes: anyhow::Result<Outcomes> = in_turn.into_iter().map(run).collect();
            let mut outcomes = outcomes?;
            for one in waiting {
                let Ok(done) = one.join() else {
                    bail!("a run panicked");
                };
                outcomes.extend([done?]);
            }
            Ok(outcomes)
        })
    }

    /// Lets one program save one case, and compares.
    fn run(&self, client: Client, case: &Case, reference: &Reference) -> Outcome {
        let folder = self.folder.join(client.name()).join(case.folder());
        let compared = self
            .save(client, case, &folder)
            .and_then(|()| same_packets(case, &folder, reference));
        match compared {
            Ok(()) => Outcome::Same,
            Err(error) => Outcome::Failed {
                reason: format!("{error:#}"),
                // A program that could not be started has printed nothing.
                printed: std::fs::read_to_string(log(&folder)).unwrap_or_default(),
            },
        }
    }

    /// Lets one program save one case into a folder. Its output goes to a file beside it.
    fn save(&self, client: Client, case: &Case, folder: &Path) -> anyhow::Result<()> {
        std::fs::create_dir_all(folder)?;
        let log = log(folder);
        let mut command = self.command(client, case, folder)?;
        // A proxy of this computer does not lead to the mock service.
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        // Nor would authorities that are named here trust it.
        for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
            command.env_remove(name);
        }
        let file = File::create(&log)?;
        command.stdout(file.try_clone()?).stderr(file);
        let mut child = command.spawn().with_context(|| client.name())?;
        let deadline = Instant::now() + TIME_LIMIT;
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if Instant::now() >= deadline {
                // It may have ended by itself.
                let _ = child.kill();
                let _ = child.wait();
                bail!("it did not end, see {}", log.display());
            }
            thread::sleep(Duration::from_millis(50));
        };
        ensure!(
            status.success(),
            "it ended with {status}, see {}",
            log.display()
        );
        Ok(())
    }

    fn command(&self, client: Client, case: &Case, folder: &Path) -> anyhow::Result<Command> {
        let proxy = self.service.proxy().context("the service has no proxy")?;
        let link = client.link(case, self.era);
        let with_proxy = format!("http://{proxy}");
        Ok(match client {
            Client::UstreamDl => {
                let mut program = command(built("debug", "ustream-dl"));
                self.service.add_service_args(&mut program);
                program
                    .arg(link)
                    // A cover is a track more.
                    .args(["--pick", "all", "--template", "{id}", "--no-cover"])
                    // The service is on this computer.
                    .args(["--wait-online", "10"])
                    .args(["--form-defaults", "--output"])
                    .arg(folder);
                if let Some(password) = case.password {
                    program.args(["--password", password]);
                }
                program
            }
            Client::Streamlink => {
                let mut program = self.python.module("streamlink");
                program
                    .args(["--no-config", "--no-plugin-sideloading"])
                    .args(["--loglevel", "debug"])
                    .args(["--http-proxy", &with_proxy])
                    .args(["--stream-timeout", STREAMLINK_TIMEOUT_S]);
                if case.kind != Kind::Live {
                    // It asks for segments behind the end: once is enough.
                    program.args(["--stream-segment-attempts", "1"]);
                }
                if let Some(password) = case.password {
                    program.args(["--ustream-password", password]);
                }
                let recording = case.recordings.first().context("no recording")?;
                let movie = folder.join(format!("{recording}.mkv"));
                program.arg("--output").arg(movie).args([&link, "best"]);
                program
            }
            Client::YtDlp => {
                let mut program = self.python.module("yt_dlp");
                program
                    .args(["--ignore-config", "--no-cache-dir", "--no-progress"])
                    .args(["--proxy", &with_proxy, "--output"])
                    .arg(folder.join("%(id)s.%(ext)s"))
                    .arg(link);
                program
            }
            Client::Script => {
                let recording = case.recordings.first().context("no recording")?;
                let mut program = command(built("debug", "client-2017"));
                program
                    .args(["--proxy", proxy, "--ca"])
                    .arg(self.service.ca())
                    .arg("--output")
                    .arg(folder.join(format!("{recording}.flv")))
                    .arg(link);
                program
            }
        })
    }
}

/// Returns the path of the file with what a program prints that saves into this folder.
fn log(folder: &Path) -> PathBuf {
    folder.with_extension("log")
}

/// Returns the movies in a folder, by the recording that is their name.
fn movies(folder: &Path) -> anyhow::Result<BTreeMap<u64, PathBuf>> {
    let mut movies = BTreeMap::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_stem().and_then(|name| name.to_str());
        let recording = name.and_then(|name| name.parse().ok());
        let recording = recording.with_context(|| format!("unexpected: {}", path.display()))?;
        movies.insert(recording, path);
    }
    Ok(movies)
}

/// Requires that a folder has exactly the recordings of a case, each with the packets of the
/// reference.
fn same_packets(case: &Case, folder: &Path, reference: &Reference) -> anyhow::Result<()> {
    let movies = movies(folder)?;
    ensure!(
        movies.keys().eq(case.recordings),
        "it saved {:?} and not {:?}",
        movies.keys(),
        case.recordings
    );
    for (recording, path) in &movies {
        let saved = tracks(path)?;
        let compared = if case.kind == Kind::Live {
            saved.are_of(&reference.live, LIVE_S)
        } else {
            let expected = reference.recordings.get(recording);
            saved.compare(expected.context("no reference")?)
        };
        compared.with_context(|| format!("{}", path.display()))?;
    }
    Ok(())
}

/// Prints the table of all programs, recordings and eras. A run that did not end as expected is an
/// error.
fn report(outcomes: &Outcomes) -> anyhow::Result<()> {
    let mut head = vec!["program".to_owned(), "recording".to_owned()];
    head.extend(ERAS.map(|era| era.name().to_owned()));
    let mut rows = vec![head];
    let mut notes: Vec<&str> = Vec::new();
    let mut wrong = Vec::new();
    for client in Client::ALL {
        for (number, case) in CASES.iter().enumerate() {
            let mut row = vec![client.title(), case.name.to_owned()];
            for era in ERAS {
                let outcome = outcomes.get(&(client, number, era));
                row.push(match judge(client.expected(case, era), outcome) {
                    Ok((word, None)) => word.to_owned(),
                    Ok((word, Some(note))) => format!("{word} ({})", note_number(&mut notes, note)),
                    Err(reason) => {
                        let (client, era) = (client.title(), era.name());
                        wrong.push(format!("{client}, {}, {era}: {reason}", case.name));
                        "WRONG".to_owned()
                    }
                });
            }
            rows.push(row);
        }
    }
    print_table(&rows);
    for (number, note) in (1..).zip(&notes) {
        print(&format!("({number}) {note}"));
    }
    ensure!(
        wrong.is_empty(),
        "not as expected:\n  {}",
        wrong.join("\n  ")
    );
    Ok(())
}

/// Returns the word and the note for the table, or what is not as expected.
fn judge(
    expected: Expected,
    outcome: Option<&Outcome>,
) -> Result<(&'static str, Option<&'static str>), String> {
    match (expected, outcome) {
        (Expected::Completes, Some(Outcome::Same)) => Ok(("same packets", None)),
        (Expected::Reference, None) => Ok(("reference", None)),
        (Expected::Fails { reason, words }, Some(Outcome::Failed { printed, .. }))
            if printed.contains(words) =>
        {
            Ok(("fails", Some(reason)))
        }
        (Expected::NotOffered(reason), None) => Ok(("not offered", Some(reason))),
        (Expected::NotYet(reason), None) => Ok(("not yet", Some(reason))),
        (_, Some(Outcome::Failed { reason, .. })) => Err(reason.clone()),
        (_, Some(Outcome::Same)) => Err("it completes, and should not".to_owned()),
        (_, None) => Err("it was not run".to_owned()),
    }
}

/// Returns the number of a note, from 1, and adds it if it is new.
fn note_number<'a>(notes: &mut Vec<&'a str>, note: &'a str) -> usize {
    let known = notes.iter().position(|known| *known == note);
    known.unwrap_or_else(|| {
        notes.push(note);
        notes.len() - 1
    }) + 1
}

/// Prints rows of the same number of cells, the first one as head.
fn print_table(rows: &[Vec<String>]) {
    let columns = rows.first().map_or(0, Vec::len);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths);
        let cells: Vec<String> = cells
            .map(|(cell, width)| format!("{cell:width$}"))
            .collect();
        format!("| {} |", cells.join(" | "))
    };
    for (number, row) in rows.iter().enumerate() {
        print(&line(row));
        if number == 0 {
            let rule: Vec<String> = widths.iter().map(|width| "-".repeat(*width)).collect();
            print(&line(&rule));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAILS: Expected = Expected::Fails {
        reason: "no such host",
        words: "status 421",
    };

    fn failed(printed: &str) -> Outcome {
        Outcome::Failed {
            reason: "it ended with 1".to_owned(),
            printed: printed.to_owned(),
        }
    }

    #[test]
    fn what_should_complete_and_does_not_is_wrong() {
        assert!(judge(Expected::Completes, Some(&Outcome::Same)).is_ok());
        assert!(judge(Expected::Completes, Some(&failed(""))).is_err());
        assert!(judge(Expected::Completes, None).is_err());
    }

    #[test]
    fn a_failure_is_expected_for_its_own_reason_only() {
        assert!(judge(FAILS, Some(&failed("status 421: no"))).is_ok());
        assert!(judge(FAILS, Some(&failed("no module of this name"))).is_err());
        assert!(judge(FAILS, Some(&Outcome::Same)).is_err());
    }
}
