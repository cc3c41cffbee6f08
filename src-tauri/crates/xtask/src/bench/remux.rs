//! Measures making an MP4 of a file on disk, against ffmpeg and a plain copy.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::Context;

use super::candidate::Candidate;
use super::table::report;
use super::{BenchOptions, build};
use crate::run::{built, cargo, command, say, succeed};

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
        let mut candidates = candidates(form)?;
        for _ in 0..options.runs {
            for (candidate, make) in &mut candidates {
                candidate.run(scratch.path(), |folder| {
                    make(&movie, &folder.join("movie.mp4"))
                })?;
            }
        }
        let candidates: Vec<_> = candidates.into_iter().map(|(it, _)| it).collect();
        report(&candidates);
    }
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
fn candidates(form: &str) -> anyhow::Result<Vec<(Candidate, RemuxCommand)>> {
    let ffmpeg = "-hide_banner -v error -y -i IN -map 0 -c copy";
    let mut candidates = vec![
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
        candidates.push((Candidate::new("media alone"), make));
    }
    let command_line = built("release", "ustream-dl");
    let mut help = command(&command_line);
    help.args(["remux", "--help"])
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    if help.status()?.success() {
        let remux = remux_command(command_line, "remux --quiet IN OUT");
        candidates.push((Candidate::new("ustream-dl remux"), remux));
    }
    Ok(candidates)
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
