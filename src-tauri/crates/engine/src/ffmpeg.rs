//! Runs ffmpeg, which makes the MP4 if the user asks for it, and every MP3.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::outcome::{Outcome, Stopped, unless_cancelled};
use crate::platform;
use crate::progress::Meter;

/// What ffmpeg wrote to stderr although it succeeded.
#[derive(Debug)]
pub(crate) struct FfmpegWarnings(String);

impl FfmpegWarnings {
    /// Returns ffmpeg's own warnings, or `problem` if there were none.
    pub(crate) fn explain(self, problem: String) -> String {
        if self.0.is_empty() { problem } else { self.0 }
    }
}

/// Longest part of ffmpeg's stderr that is kept for the error text.
const MAX_STDERR_BYTES: u64 = 4096;

/// One run of ffmpeg.
#[derive(Clone, Copy, Debug)]
pub(crate) struct FfmpegTask<'a> {
    pub(crate) program: &'a Path,
    pub(crate) input: &'a Path,
    pub(crate) output: &'a Path,
    pub(crate) format: FfmpegFormat,
    /// Duration of the movie; if `None`, progress is measured by bytes.
    pub(crate) duration_ms: Option<u64>,
}

/// What ffmpeg makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FfmpegFormat {
    /// An MP4 with the packets of the input.
    Mp4,
    /// The same with the brand of a file for audio alone.
    M4a,
    /// An MP3 of the first audio track, which is encoded again, with tags, cover and chapters.
    Mp3,
}

/// The encoder of MP3.
const MP3_ENCODER: &str = "libmp3lame";
/// Bytes that are kept free in the ID3v2 tag of an MP3 for the note (`media::origin`).
const MP3_PADDING_BYTES: &str = "2048";

impl FfmpegFormat {
    /// Returns the options of the output.
    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Mp4 => &MP4_OPTIONS,
            Self::M4a => &M4A_OPTIONS,
            Self::Mp3 => &MP3_OPTIONS,
        }
    }
}

const MP4_OPTIONS: [&str; 10] = [
    "-map",
    "0:v?",
    "-map",
    "0:a?",
    "-codec",
    "copy",
    "-movflags",
    "+faststart",
    "-f",
    "mp4",
];
const M4A_OPTIONS: [&str; 12] = [
    "-map",
    "0:v?",
    "-map",
    "0:a?",
    "-codec",
    "copy",
    "-movflags",
    "+faststart",
    "-f",
    "mp4",
    "-brand",
    "M4A ",
];
const MP3_OPTIONS: [&str; 32] = [
    "-map",
    "0:a:0",
    // The cover, which an MP4 holds as a video track.
    "-map",
    "0:v?",
    "-codec:v",
    "copy",
    "-codec:a",
    MP3_ENCODER,
    "-q:a",
    "2",
    // An MP3 has no times: where audio is missing, silence keeps what follows in its place.
    "-filter:a",
    "aresample=async=1:first_pts=0",
    // No version and no time of encoding, so that the same audio makes the same file.
    "-fflags",
    "+bitexact",
    "-flags:a",
    "+bitexact",
    "-map_metadata",
    "0",
    // What says that the input was an MP4 is not true any more.
    "-metadata",
    "major_brand=",
    "-metadata",
    "minor_version=",
    "-metadata",
    "compatible_brands=",
    "-map_chapters",
    "0",
    // Version 2.3 of the tag, which the most players know.
    "-id3v2_version",
    "3",
    "-metadata_header_padding",
    MP3_PADDING_BYTES,
    "-f",
    "mp3",
];

/// Returns the version as ffmpeg prints it, such as `ffmpeg version 7.1`. Fails with the reason if
/// ffmpeg cannot be started.
pub async fn version(program: &Path) -> Result<String, String> {
    /// Words of the first line that are kept; the rest of it is the copyright notice.
    const WORDS: usize = 3;
    let said = ask(program, &["-version"]).await?;
    let words = said.split_whitespace().take(WORDS).collect::<Vec<_>>();
    Ok(words.join(" "))
}

/// Fails with the reason if ffmpeg cannot be started or cannot make an MP3: some are built without
/// the encoder.
pub(crate) async fn find_mp3_encoder(program: &Path) -> Result<(), String> {
    let said = ask(program, &["-hide_banner", "-encoders"]).await?;
    if said.split_whitespace().any(|word| word == MP3_ENCODER) {
        Ok(())
    } else {
        Err(format!("{} has no {MP3_ENCODER}", program.display()))
    }
}

/// Returns what ffmpeg prints to stdout.
async fn ask(program: &Path, arguments: &[&str]) -> Result<String, String> {
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stderr(Stdio::null());
    platform::hide_console(&mut command);
    match command.kill_on_drop(true).output().await {
        Ok(output) if output.status.success() => {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        }
        Ok(output) => Err(format!(
            "{} ended with {}",
            program.display(),
            output.status
        )),
        Err(error) => Err(start_error(program, &error)),
    }
}

/// Makes a file of the input. Fails with what ffmpeg wrote to stderr.
///
/// The caller must verify the file: ffmpeg may stop early and still report success.
pub(crate) async fn convert(
    work: FfmpegTask<'_>,
    meter: &Meter,
    cancel: &CancellationToken,
) -> Outcome<FfmpegWarnings, String> {
    let mut child =
        start(work).map_err(|error| Stopped::Failed(start_error(work.program, &error)))?;
    let whole = match work.duration_ms {
        Some(duration_ms) if duration_ms > 0 => ProgressTotal::Time(duration_ms),
        _ => ProgressTotal::Size(std::fs::metadata(work.input).map_or(0, |input| input.len())),
    };
    let followed = follow_progress(&mut child, whole, meter);
    match unless_cancelled(cancel, followed).await {
        Ok(ended) => ended.map_err(Stopped::Failed),
        Err(stopped) => {
            // Wait for the exit, so that ffmpeg no longer writes when its folder is deleted.
            if let Err(error) = child.kill().await {
                tracing::debug!(%error, "ffmpeg cannot be ended");
            }
            Err(stopped)
        }
    }
}

fn start_error(program: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{} was not found", program.display()),
        _ => error.to_string(),
    }
}

fn start(work: FfmpegTask<'_>) -> io::Result<Child> {
    let mut command = Command::new(work.program);
    platform::hide_console(&mut command);
    command
        .args([
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-y",
            // If the input is a playlist, ffmpeg must not open addresses in it.
            "-protocol_whitelist",
            "file",
            "-i",
        ])
        .arg(as_file(work.input))
        .args(["-progress", "pipe:1"])
        .args(work.format.options())
        .arg(as_file(work.output))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// Prefixes the path with `file:`, so that ffmpeg does not read it as an option or an address.
fn as_file(path: &Path) -> OsString {
    let mut text = OsString::from("file:");
    text.push(path);
    text
}

/// The total that progress is measured against.
#[derive(Clone, Copy, Debug)]
enum ProgressTotal {
    /// Duration of the movie in milliseconds.
    Time(u64),
    /// Size of the input in bytes; the output is about as large.
    Size(u64),
}

async fn follow_progress(
    child: &mut Child,
    whole: ProgressTotal,
    meter: &Meter,
) -> Result<FfmpegWarnings, String> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let progress = async {
        let Some(stdout) = stdout else { return };
        let mut lines = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(fraction) = fraction(&line, whole) {
                meter.set_fraction(fraction);
            }
        }
    };
    let complaint = async {
        let mut text = Vec::new();
        if let Some(mut stderr) = stderr {
            // An error is ignored: the exit code says whether ffmpeg failed.
            let _ = (&mut stderr)
                .take(MAX_STDERR_BYTES)
                .read_to_end(&mut text)
                .await;
            // Read the rest too, or ffmpeg blocks on a full pipe.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    };
    let ((), complaint) = tokio::join!(progress, complaint);
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() {
        Ok(FfmpegWarnings(complaint))
    } else if complaint.is_empty() {
        Err(format!("it ended with {status}"))
    } else {
        Err(complaint)
    }
}

/// Parses `out_time_us=…` or `total_size=…`, as `-progress` prints them.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn fraction(line: &str, whole: ProgressTotal) -> Option<f64> {
    let (name, total) = match whole {
        ProgressTotal::Time(duration_ms) => ("out_time_us=", duration_ms as f64 * 1000.0),
        ProgressTotal::Size(bytes) => ("total_size=", bytes as f64),
    };
    let done: u64 = line.strip_prefix(name)?.trim().parse().ok()?;
    (total > 0.0).then(|| done as f64 / total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_its_own_lines_only() {
        let time = ProgressTotal::Time(3000);
        assert_eq!(fraction("out_time_us=1500000", time), Some(0.5));
        assert_eq!(fraction("out_time_us=N/A", time), None);
        assert_eq!(fraction("frame=12", time), None);
        assert_eq!(
            fraction("total_size=750", ProgressTotal::Size(1000)),
            Some(0.75)
        );
        assert_eq!(fraction("total_size=750", ProgressTotal::Size(0)), None);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let found = version(Path::new("no-such-ffmpeg")).await;
        assert_eq!(found, Err("no-such-ffmpeg was not found".to_owned()));
        let work = FfmpegTask {
            program: Path::new("no-such-ffmpeg"),
            input: Path::new("in"),
            output: Path::new("out"),
            format: FfmpegFormat::Mp4,
            duration_ms: Some(1),
        };
        let done = convert(work, &Meter::new(None), &CancellationToken::new()).await;
        let Err(Stopped::Failed(problem)) = done else {
            panic!("{done:?}");
        };
        assert_eq!(problem, "no-such-ffmpeg was not found");
    }
}
