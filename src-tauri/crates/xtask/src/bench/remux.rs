//! Making an MP4 of a film on disk, against ffmpeg and a plain copy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use super::candidate::Candidate;
use super::table::report;
use super::{BenchOptions, build};
use crate::run::{built, cargo, command, say, succeed};

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
const CONTAINERS: [(&str, &[&str]); 3] = [
    ("flv", &["-f", "flv"]),
    ("ts", &["-f", "mpegts"]),
    (
        "mp4",
        &["-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    ),
];
const MEGABYTE: u64 = 1_000_000;

/// Makes the command that makes one file of another.
type RemuxCommand = Box<dyn Fn(&Path, &Path) -> Command>;

/// Measures each form of a film of this size.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let make = ["build", "--release", "--package", "media", "--example"];
    succeed(cargo(&make).arg("make"))?;
    let films = options.folder.join("bench-films");
    std::fs::create_dir_all(&films)?;
    let clip = films.join("clip.flv");
    if !clip.exists() {
        say("A clip");
        ffmpeg(CLIP, &clip)?;
    }
    let scratch = tempfile::tempdir_in(&films)?;
    for (form, arguments) in CONTAINERS {
        let film = source_movie(&clip, (form, arguments), options.megabytes)?;
        options.announce(form);
        let mut peers = candidates(form)?;
        for _ in 0..options.runs {
            for (peer, make) in &mut peers {
                peer.run(scratch.path(), |folder| {
                    make(&film, &folder.join("film.mp4"))
                })?;
            }
        }
        report(&peers.into_iter().map(|(peer, _)| peer).collect::<Vec<_>>());
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
fn source_movie(clip: &Path, form: (&str, &[&str]), megabytes: u64) -> anyhow::Result<PathBuf> {
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
fn candidates(form: &str) -> anyhow::Result<Vec<(Candidate, RemuxCommand)>> {
    let ffmpeg = "-hide_banner -v error -y -i IN -map 0 -c copy";
    let mut peers = vec![
        (Candidate::baseline("cp"), remux_command("cp", "IN OUT")),
        (
            Candidate::new("ffmpeg"),
            remux_command("ffmpeg", &format!("{ffmpeg} OUT")),
        ),
        (
            Candidate::new("ffmpeg, index in front"),
            remux_command("ffmpeg", &format!("{ffmpeg} -movflags +faststart OUT")),
        ),
    ];
    if form != "ts" {
        let make = remux_command(built("release", "examples/make"), "IN OUT");
        peers.push((Candidate::new("media alone"), make));
    }
    let command_line = built("release", "ustream-dl");
    let mut help = command(&command_line);
    help.args(["remux", "--help"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if help.status()?.success() {
        let remux = remux_command(command_line, "remux --quiet IN OUT");
        peers.push((Candidate::new("ustream-dl remux"), remux));
    }
    Ok(peers)
}

/// A program with its arguments, in which `IN` and `OUT` stand for the paths.
fn remux_command(program: impl Into<PathBuf>, arguments: &str) -> RemuxCommand {
    let (program, arguments) = (program.into(), arguments.to_owned());
    Box::new(move |film, output| {
        let mut make = command(&program);
        for argument in arguments.split(' ') {
            match argument {
                "IN" => make.arg(film),
                "OUT" => make.arg(output),
                other => make.arg(other),
            };
        }
        make
    })
}
