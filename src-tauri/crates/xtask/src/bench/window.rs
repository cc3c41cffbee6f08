//! Compares the app with an empty window, and with itself when its list is long: time until its first
//! screen can be used, and memory while idle.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use serde_json::json;

use super::candidate::Spread;
use crate::app::PROGRAM;
use crate::run::{built, cargo, command, npm, print, say, succeed};
use crate::setup;

/// Accent colour of the page in the byte order of the frame buffer: blue, green, red.
const ACCENT: [u8; 3] = [0x70, 0x65, 0x0b];
/// Pixels in the accent colour that mean a button is painted; the smallest button has more.
const BUTTON_PIXELS: usize = 2_000;

const POLL_INTERVAL: Duration = Duration::from_millis(5);
const SHOW_TIMEOUT: Duration = Duration::from_mins(1);
/// Wait before memory is measured: the page has finished its start by then.
const IDLE_AFTER: Duration = Duration::from_secs(5);

/// Jobs in the long list.
const MANY_JOBS: u32 = 2_000;
/// Where the app keeps its jobs, below the folder for data.
const JOBS: &str = "io.github.ustream-dl/jobs";

/// What is measured.
struct Candidate {
    name: &'static str,
    program: PathBuf,
    /// Saved videos in its list.
    jobs: u32,
}

/// Builds all and measures them in turn.
pub(crate) fn all(runs: usize) -> anyhow::Result<()> {
    setup::checks()?;
    setup::page()?;
    say("The page, the app and an empty window");
    succeed(&mut npm(&["run", "build"]))?;
    let build = ["build", "--release", "--package", "app", "--bins"];
    let features = ["--example", "empty", "--features", "tauri/custom-protocol"];
    succeed(cargo(&build).args(features))?;
    let candidate = |name, program, jobs| Candidate {
        name,
        program,
        jobs,
    };
    let app = built("release", PROGRAM);
    let programs = [
        candidate("an empty window", built("release/examples", "empty"), 0),
        candidate("the app", app.clone(), 0),
        candidate("with 2000 jobs", app, MANY_JOBS),
    ];
    say(&format!("The window: {runs} runs of each"));
    let mut measured = [const { (Vec::new(), Vec::new()) }; 3];
    for _ in 0..runs {
        for (candidate, (starts, memories)) in programs.iter().zip(&mut measured) {
            let (start, memory) = run(candidate)?;
            starts.push(start.as_secs_f64());
            memories.push(memory);
        }
    }
    let table = programs.iter().zip(&measured);
    let table: Option<Vec<_>> = table
        .map(|(it, (starts, memories))| Some((it.name, spread(starts)?, spread(memories)?)))
        .collect();
    let table = table.context("nothing was measured")?;
    print("                   start s      ×  median s      ×    PSS MB      ×");
    for (name, start, memory) in &table {
        let (_, empty_start, empty_memory) = &table[0];
        print(&format!(
            "{name:<17}  {:>7.3}  {:>5.2}  {:>8.3}  {:>5.2}  {:>8.1}  {:>5.2}",
            start.best,
            start.best / empty_start.best,
            start.median,
            start.median / empty_start.median,
            memory.median,
            memory.median / empty_memory.median,
        ));
    }
    let (app, many) = (&table[1].1, &table[2].1);
    print(&format!(
        "with {MANY_JOBS} jobs against none: {:.2} (best), {:.2} (median)",
        many.best / app.best,
        many.median / app.median,
    ));
    Ok(())
}

/// Writes the files of saved videos, as the app does.
fn write_jobs(data: &Path, count: u32) -> anyhow::Result<()> {
    let folder = data.join(JOBS);
    fs::create_dir_all(&folder)?;
    for number in 0..count {
        let (recording, title) = (100_000_000 + number, format!("Launch day, part {number}"));
        let file = format!("{title}.mp4");
        let job = json!({
            "schema": 1,
            "added_ms": 1_764_345_600_000_u64 + u64::from(number),
            "spec": {
                "target": { "recording": recording },
                "choice": { "quality": "best", "keep": "mp4" },
                "remux": "builtin",
                "output": { "folder": data, "stem": null },
            },
            "state": { "is": "done", "finished": {
                "file": file,
                "size_bytes": 1_000_000,
                "duration_ms": 60_000,
                "saved_unix_s": 1_764_345_600 + number,
            } },
            "discovery": {
                "found": { "recording": recording, "channel": null, "newest": false },
                "link": format!("https://video.ibm.com/recorded/{recording}"),
                "title": title,
                "part": data.join(format!("{title}.part")),
            },
            "file": data.join(file),
        });
        fs::write(folder.join(format!("{number:016x}.json")), job.to_string())?;
    }
    Ok(())
}

fn spread(all: &[f64]) -> Option<Spread> {
    Spread::of(all.iter().copied())
}

/// Returns the time until the first screen can be used, and the idle memory in megabytes.
fn run(candidate: &Candidate) -> anyhow::Result<(Duration, f64)> {
    let program = &candidate.program;
    let home = tempfile::tempdir()?;
    write_jobs(&home.path().join("DATA"), candidate.jobs)?;
    let display = VirtualDisplay::start(home.path())?;
    let mut session = command("dbus-run-session");
    session
        .arg("--")
        .arg(program)
        .env("DISPLAY", &display.name)
        .env_remove("WAYLAND_DISPLAY")
        .env("HOME", home.path())
        .env("XDG_RUNTIME_DIR", home.path())
        // Without a graphics card the CPU compiles a shader for each kind of shape at its first use,
        // which takes longer than everything else and says nothing about the app.
        .env("WEBKIT_SKIA_ENABLE_CPU_RENDERING", "1")
        .env("LIBGL_ALWAYS_SOFTWARE", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for folder in ["CONFIG", "DATA", "CACHE"] {
        session.env(format!("XDG_{folder}_HOME"), home.path().join(folder));
    }
    let start = Instant::now();
    let session = ProcessTree(session.spawn().context("starting dbus-run-session")?);
    while !display.shows_button()? {
        if start.elapsed() > SHOW_TIMEOUT {
            bail!("{} shows nothing", program.display());
        }
        sleep(POLL_INTERVAL);
    }
    let shown = start.elapsed();
    sleep(IDLE_AFTER);
    Ok((shown, memory(session.0.id())?))
}

/// A program that is killed when this is dropped, with all processes that it has started.
struct ProcessTree(Child);

impl Drop for ProcessTree {
    fn drop(&mut self) {
        let tree = process_tree(self.0.id()).unwrap_or_default();
        let ids = tree.iter().map(ToString::to_string);
        // Processes may have ended by themselves.
        let _ = command("kill")
            .arg("-KILL")
            .args(ids)
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// A virtual display with its frame buffer in a file.
struct VirtualDisplay {
    _server: ProcessTree,
    name: String,
    framebuffer: PathBuf,
}

impl VirtualDisplay {
    fn start(folder: &Path) -> anyhow::Result<Self> {
        let mut server = command("Xvfb");
        server
            .args(["-displayfd", "1", "-screen", "0", "1024x800x24", "-fbdir"])
            .arg(folder)
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null());
        let mut server = ProcessTree(server.spawn().context("starting Xvfb")?);
        let stdout = server
            .0
            .stdout
            .take()
            .context("no display number from Xvfb")?;
        let mut number = String::new();
        BufReader::new(stdout).read_line(&mut number)?;
        Ok(Self {
            _server: server,
            name: format!(":{}", number.trim()),
            framebuffer: folder.join("Xvfb_screen0"),
        })
    }

    /// Tells whether an area as large as a button is painted in the accent colour.
    fn shows_button(&self) -> anyhow::Result<bool> {
        let frame = fs::read(&self.framebuffer).context("reading the display")?;
        let pixels = frame.chunks_exact(4);
        let accents = pixels.filter(|pixel| pixel.starts_with(&ACCENT));
        Ok(accents.take(BUTTON_PIXELS).count() == BUTTON_PIXELS)
    }
}

/// Returns the memory of a process and its descendants, in megabytes. Shared pages count once.
fn memory(id: u32) -> anyhow::Result<f64> {
    let mut kibibytes = 0.0;
    for id in process_tree(id)? {
        let name = fs::read_to_string(format!("/proc/{id}/comm")).unwrap_or_default();
        if name.starts_with("dbus") {
            continue;
        }
        // A process may have ended meanwhile.
        let rollup = fs::read_to_string(format!("/proc/{id}/smaps_rollup")).unwrap_or_default();
        let share = rollup.lines().find_map(|line| line.strip_prefix("Pss:"));
        let share = share.and_then(|share| share.split_whitespace().next());
        kibibytes += share
            .and_then(|share| share.parse::<f64>().ok())
            .unwrap_or(0.0);
    }
    Ok(kibibytes * 1024.0 / 1e6)
}

/// Returns a process and all its descendants.
fn process_tree(id: u32) -> anyhow::Result<Vec<u32>> {
    let mut parents = Vec::new();
    for entry in fs::read_dir("/proc")?.filter_map(Result::ok) {
        let Some(id) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse().ok())
        else {
            continue;
        };
        // A process may have ended meanwhile. Its name, in brackets, may contain any character.
        let stat = fs::read_to_string(entry.path().join("stat")).unwrap_or_default();
        let after = stat.rsplit_once(')').map(|(_, rest)| rest);
        let parent = after.and_then(|rest| rest.split_whitespace().nth(1)?.parse().ok());
        parents.extend(parent.map(|parent: u32| (id, parent)));
    }
    let mut tree = vec![id];
    let mut index = 0;
    while let Some(&member) = tree.get(index) {
        let children = parents.iter().filter(|(_, parent)| *parent == member);
        tree.extend(children.map(|(id, _): &(u32, u32)| *id));
        index += 1;
    }
    Ok(tree)
}
