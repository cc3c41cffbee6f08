//! Making an MP4 of a film on disk, against ffmpeg and a plain copy.
//!
//! The machine may be busy with other work and its disk is not what is measured: runs are
//! interleaved, and the best of each tells more than the middle.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use wait4::Wait4 as _;

use crate::run::{built, cargo, command, print, say, succeed};

/// What the film is made of: a noisy picture at 8 Mbit/s with B-frames, and sound.
const CLIP: &[&str] = &[
    "-f",
    "lavfi",
    "-i",
    "testsrc2=size=1280x720:rate=30:duration=20,noise=alls=30:allf=t",
    "-f",
    "lavfi",
    "-i",
    "sine=frequency=440:sample_rate=48000:duration=20",
    "-c:v",
    "libx264",
    "-preset",
    "ultrafast",
    "-bf",
    "2",
    "-b_strategy",
    "0",
    "-g",
    "60",
    "-b:v",
    "8M",
    "-maxrate",
    "8M",
    "-bufsize",
    "8M",
    "-pix_fmt",
    "yuv420p",
    "-c:a",
    "aac",
    "-b:a",
    "128k",
    "-ac",
    "2",
];
/// The forms in which services keep films, and what makes ffmpeg write each.
const FORMS: [(&str, &[&str]); 3] = [
    ("flv", &["-f", "flv"]),
    ("ts", &["-f", "mpegts"]),
    (
        "mp4",
        &["-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    ),
];
const MEGABYTE: u64 = 1_000_000;

/// One way to make a file of a film, and what its runs took.
struct Peer {
    name: &'static str,
    program: PathBuf,
    /// `IN` and `OUT` stand for the paths.
    arguments: Vec<String>,
    runs: Vec<Run>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    wall: Duration,
    processor: Duration,
    peak_memory: u64,
    /// Bytes given to the system to write, where it counts them.
    written: Option<u64>,
    output: u64,
}

/// Measures each form of a film of this size.
pub(crate) fn all(megabytes: u64, runs: usize, folder: &Path) -> anyhow::Result<()> {
    say("The programs");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    let make = ["build", "--release", "--package", "media", "--example"];
    succeed(cargo(&make).arg("make"))?;
    let films = folder.join("bench-films");
    std::fs::create_dir_all(&films)?;
    let clip = films.join("clip.flv");
    if !clip.exists() {
        say("A clip");
        ffmpeg(CLIP, &clip)?;
    }
    let scratch = tempfile::tempdir_in(&films)?;
    for (form, arguments) in FORMS {
        let film = film(&clip, (form, arguments), megabytes)?;
        say(&format!("{megabytes} MB of {form}, {runs} runs of each"));
        let mut peers = peers(form)?;
        for _ in 0..runs {
            for peer in &mut peers {
                let run = peer.run(&film, &scratch.path().join("film.mp4"))?;
                peer.runs.push(run);
            }
        }
        report(&peers);
    }
    Ok(())
}

fn ffmpeg(arguments: &[&str], output: &Path) -> anyhow::Result<()> {
    // Under another name until it is whole.
    let unfinished = output.with_extension(format!(
        "part.{}",
        output.extension().unwrap_or_default().display()
    ));
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-hide_banner", "-v", "error", "-y"]);
    succeed(ffmpeg.args(arguments).arg(&unfinished))?;
    std::fs::rename(&unfinished, output)?;
    Ok(())
}

/// The clip again and again, until the film is as large as wanted.
fn film(clip: &Path, form: (&str, &[&str]), megabytes: u64) -> anyhow::Result<PathBuf> {
    let (extension, arguments) = form;
    let film = clip.with_file_name(format!("{megabytes}.{extension}"));
    if !film.exists() {
        say(&format!("A film of {megabytes} MB, {extension}"));
        let size = std::fs::metadata(clip)?.len();
        let again = (megabytes * MEGABYTE).div_ceil(size) - 1;
        let again = again.to_string();
        let clip = clip.to_str().context("a path that is no text")?;
        let mut all = vec!["-stream_loop", &again, "-i", clip, "-c", "copy"];
        all.extend(arguments);
        ffmpeg(&all, &film)?;
    }
    Ok(film)
}

/// The command line, the library without an engine around it, ffmpeg, and the limit.
fn peers(form: &str) -> anyhow::Result<Vec<Peer>> {
    let ffmpeg = "-hide_banner -v error -y -i IN -map 0 -c copy";
    let mut peers = vec![
        Peer::new("cp", "cp", "IN OUT"),
        Peer::new("ffmpeg", "ffmpeg", &format!("{ffmpeg} OUT")),
        Peer::new(
            "ffmpeg, index in front",
            "ffmpeg",
            &format!("{ffmpeg} -movflags +faststart OUT"),
        ),
    ];
    if form != "ts" {
        peers.push(Peer::new(
            "media alone",
            built("release", "examples/make"),
            "IN OUT",
        ));
    }
    let command_line = built("release", "ustream-dl");
    let mut help = command(&command_line);
    help.args(["remux", "--help"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if help.status()?.success() {
        peers.push(Peer::new(
            "ustream-dl remux",
            command_line,
            "remux --quiet IN OUT",
        ));
    }
    Ok(peers)
}

impl Peer {
    fn new(name: &'static str, program: impl Into<PathBuf>, arguments: &str) -> Self {
        Self {
            name,
            program: program.into(),
            arguments: arguments.split(' ').map(ToOwned::to_owned).collect(),
            runs: Vec::new(),
        }
    }

    fn run(&self, film: &Path, output: &Path) -> anyhow::Result<Run> {
        if output.exists() {
            std::fs::remove_file(output)?;
        }
        let mut command = Command::new(&self.program);
        for argument in &self.arguments {
            match argument.as_str() {
                "IN" => command.arg(film),
                "OUT" => command.arg(output),
                other => command.arg(other),
            };
        }
        command.stdin(Stdio::null()).stdout(Stdio::null());
        let before = written();
        let start = Instant::now();
        let used = command.spawn().context(self.name)?.wait4()?;
        let wall = start.elapsed();
        if !used.status.success() {
            bail!("{} ended with {}", self.name, used.status);
        }
        Ok(Run {
            wall,
            processor: used.rusage.utime + used.rusage.stime,
            peak_memory: used.rusage.maxrss,
            written: written()
                .zip(before)
                .map(|(after, before)| after.saturating_sub(before)),
            output: std::fs::metadata(output)?.len(),
        })
    }

    fn best(&self, of: impl Fn(&Run) -> Duration) -> Duration {
        self.runs.iter().map(of).min().unwrap_or_default()
    }

    fn median(&self) -> Duration {
        let mut walls: Vec<_> = self.runs.iter().map(|run| run.wall).collect();
        walls.sort();
        walls.get(walls.len() / 2).copied().unwrap_or_default()
    }
}

/// What this process and the children that it waited for have written, where the system says so.
fn written() -> Option<u64> {
    let counters = std::fs::read_to_string("/proc/self/io").ok()?;
    let line = counters
        .lines()
        .find_map(|line| line.strip_prefix("wchar: "));
    line?.parse().ok()
}

/// Prints what each took, and ratios to the copy.
fn report(peers: &[Peer]) {
    let copy = peers.first();
    let ratio = |one: Duration, of: fn(&Peer) -> Duration| {
        copy.map_or(0.0, |copy| one.div_duration_f64(of(copy)))
    };
    let wall: fn(&Peer) -> Duration = |peer| peer.best(|run| run.wall);
    let processor: fn(&Peer) -> Duration = |peer| peer.best(|run| run.processor);
    print(
        "                          best s  / cp  median s  / cp   CPU s  / cp  peak MB  written / output",
    );
    for peer in peers {
        let peak = peer.runs.iter().map(|run| run.peak_memory).max();
        let last = peer.runs.last();
        let written = last.and_then(|run| Some((run.written?, run.output)));
        print(&format!(
            "{:24} {:7.3} {:5.2} {:9.3} {:5.2} {:7.3} {:5.2} {:8.1} {}",
            peer.name,
            wall(peer).as_secs_f64(),
            ratio(wall(peer), wall),
            peer.median().as_secs_f64(),
            ratio(peer.median(), Peer::median),
            processor(peer).as_secs_f64(),
            ratio(processor(peer), processor),
            megabytes(peak.unwrap_or(0)),
            written.map_or("      –".to_owned(), |(written, output)| format!(
                "{:16.3}",
                megabytes(written) / megabytes(output.max(1))
            )),
        ));
    }
}

#[expect(clippy::cast_precision_loss, reason = "it is rounded for reading")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / MEGABYTE as f64
}
