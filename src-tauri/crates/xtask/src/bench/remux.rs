//! Measures making an MP4 of a file on disk, against ffmpeg and a plain copy.
//!
//! Wall time is compared with that of an ffmpeg that does as much: it moves the index to the front,
//! and the movie is then synced. CPU time is compared with that of ffmpeg alone.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

use super::candidate::{Candidate, Measure};
use super::table::report;
use super::{BenchOptions, build};
use crate::run::{built, cargo, command, print, say, succeed};

/// ffmpeg arguments of the clip that the movie repeats: noisy video at 8 Mbit/s with B-frames, and
/// audio.
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
/// Input containers: file extension, and the arguments that make ffmpeg write it.
const CONTAINERS: [(&str, &[&str]); 3] = [
    ("flv", &["-f", "flv"]),
    ("ts", &["-f", "mpegts"]),
    (
        "mp4",
        &["-movflags", "frag_keyframe+empty_moov+default_base_moof"],
    ),
];
const MEGABYTE: u64 = 1_000_000;

/// Returns the command that makes an output file of an input file.
type RemuxCommand = Box<dyn Fn(&Path, &Path) -> Command>;

/// Measures a movie of this size in each container.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    build()?;
    let make = ["build", "--release", "--package", "media", "--example"];
    succeed(cargo(&make).arg("make"))?;
    let folder = options.folder.join("bench-movies");
    std::fs::create_dir_all(&folder)?;
    let clip = folder.join("clip.flv");
    if !clip.exists() {
        say("A clip");
        ffmpeg(CLIP, &clip)?;
    }
    let scratch = tempfile::tempdir_in(&folder)?;
    for (form, arguments) in CONTAINERS {
        let movie = source_movie(&clip, (form, arguments), options.megabytes)?;
        options.announce(form);
        let mut candidates = candidates();
        for round in 0..options.runs {
            let mut in_turn: Vec<_> = candidates.iter_mut().collect();
            // None always finds the memory and the disk as the same other one has left them.
            if round % 2 == 1 {
                in_turn.reverse();
            }
            for (candidate, make) in in_turn {
                candidate.run(scratch.path(), |folder| {
                    make(&movie, &folder.join("movie.mp4"))
                })?;
            }
        }
        let candidates: Vec<_> = candidates.into_iter().map(|(it, _)| it).collect();
        report(&candidates);
    }
    print(
        "\nRows with “+ sync” end when the movie is on the disk. Wall time is compared with \
         ffmpeg's in such a row, CPU time with that of ffmpeg alone.",
    );
    Ok(())
}

fn ffmpeg(arguments: &[&str], output: &Path) -> anyhow::Result<()> {
    // The output has another name until it is complete.
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

/// Returns the path of a movie that repeats the clip until it has the wanted size. Makes it if it is
/// not there yet.
fn source_movie(clip: &Path, form: (&str, &[&str]), megabytes: u64) -> anyhow::Result<PathBuf> {
    let (extension, arguments) = form;
    let movie = clip.with_file_name(format!("{megabytes}.{extension}"));
    if !movie.exists() {
        say(&format!("A movie of {megabytes} MB, {extension}"));
        let size = std::fs::metadata(clip)?.len();
        let again = (megabytes * MEGABYTE).div_ceil(size) - 1;
        let again = again.to_string();
        let clip = clip.to_str().context("the path is not valid Unicode")?;
        let mut all = vec!["-stream_loop", &again, "-i", clip, "-c", "copy"];
        all.extend(arguments);
        ffmpeg(&all, &movie)?;
    }
    Ok(movie)
}

/// Returns our command line, the library without the engine, ffmpeg, and `cp` as the lower limit.
fn candidates() -> Vec<(Candidate, RemuxCommand)> {
    const FFMPEG: &str = "-hide_banner -v error -y -i IN -map 0 -c copy";
    let in_front = format!("ffmpeg {FFMPEG} -movflags +faststart OUT");
    let synced = format!("{in_front} && sync OUT");
    vec![
        (Candidate::new("cp"), remux_command("cp", "IN OUT")),
        (
            Candidate::baseline_of("ffmpeg", &[Measure::Processor]),
            remux_command("ffmpeg", &format!("{FFMPEG} OUT")),
        ),
        (
            Candidate::new("ffmpeg, index in front"),
            shell_command(in_front),
        ),
        (
            Candidate::baseline_of("ffmpeg, index in front + sync", &[Measure::Wall]),
            shell_command(synced),
        ),
        (
            Candidate::new("media alone"),
            remux_command(built("release", "examples/make"), "IN OUT"),
        ),
        (
            Candidate::new("ustream-dl remux + sync"),
            remux_command(built("release", "ustream-dl"), "remux --quiet IN OUT"),
        ),
    ]
}

/// Returns a command line for the shell, in which `IN` and `OUT` stand for the paths.
fn shell_command(line: String) -> RemuxCommand {
    Box::new(move |movie, output| {
        let mut shell = command("sh");
        let line = line.replace("IN", "\"$1\"").replace("OUT", "\"$2\"");
        shell.args(["-c", &line, "sh"]).arg(movie).arg(output);
        shell
    })
}

/// Returns a command with these arguments, in which `IN` and `OUT` are replaced by the paths.
fn remux_command(program: impl Into<PathBuf>, arguments: &str) -> RemuxCommand {
    let (program, arguments) = (program.into(), arguments.to_owned());
    Box::new(move |movie, output| {
        let mut make = command(&program);
        for argument in arguments.split(' ') {
            match argument {
                "IN" => make.arg(movie),
                "OUT" => make.arg(output),
                other => make.arg(other),
            };
        }
        make
    })
}
