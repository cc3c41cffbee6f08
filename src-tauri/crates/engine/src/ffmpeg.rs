//! The one other program that may make the MP4, where a person asks for it.

use std::ffi::OsString;
use std::io;
use std::path::Path;
use std::process::Stdio;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio_util::sync::CancellationToken;

use crate::progress::Meter;

/// More of its complaints than this helps nobody.
const MAX_COMPLAINT_BYTES: u64 = 4096;

/// What ffmpeg shall do.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Work<'a> {
    pub(crate) program: &'a Path,
    pub(crate) input: &'a Path,
    pub(crate) output: &'a Path,
    pub(crate) duration_ms: u64,
}

/// Makes sure that it can be started; an error says why not.
pub(crate) async fn find(program: &Path) -> Result<(), String> {
    let mut command = Command::new(program);
    command
        .arg("-version")
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    match command.kill_on_drop(true).status().await {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("{} ended with {status}", program.display())),
        Err(error) => Err(unfit(program, &error)),
    }
}

/// Copies the packets of the input into an MP4. `None` is a stop; an error is ffmpeg's own words.
pub(crate) async fn remux(
    work: Work<'_>,
    meter: &Meter,
    cancel: &CancellationToken,
) -> Result<Option<()>, String> {
    let mut child = start(work).map_err(|error| unfit(work.program, &error))?;
    match cancel
        .run_until_cancelled(watch(&mut child, work.duration_ms, meter))
        .await
    {
        // Dropping the child ends it.
        None => Ok(None),
        Some(ended) => ended.map(Some),
    }
}

fn unfit(program: &Path, error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => format!("{} was not found", program.display()),
        _ => error.to_string(),
    }
}

fn start(work: Work<'_>) -> io::Result<Child> {
    Command::new(work.program)
        .args([
            "-nostdin",
            "-hide_banner",
            "-loglevel",
            "error",
            "-xerror",
            "-y",
            "-i",
        ])
        .arg(as_file(work.input))
        .args([
            "-map",
            "0:v?",
            "-map",
            "0:a?",
            "-codec",
            "copy",
            "-movflags",
            "+faststart",
        ])
        .args(["-progress", "pipe:1", "-f", "mp4"])
        .arg(as_file(work.output))
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
}

/// A path that ffmpeg takes for a file, whatever its name looks like.
fn as_file(path: &Path) -> OsString {
    let mut text = OsString::from("file:");
    text.push(path);
    text
}

async fn watch(child: &mut Child, duration_ms: u64, meter: &Meter) -> Result<(), String> {
    let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
    let progress = async {
        let Some(stdout) = stdout else { return };
        let mut lines = BufReader::new(stdout).lines();
        while let Ok(Some(line)) = lines.next_line().await {
            if let Some(fraction) = fraction(&line, duration_ms) {
                meter.fraction(fraction);
            }
        }
    };
    let complaint = async {
        let mut text = Vec::new();
        if let Some(mut stderr) = stderr {
            // What cannot be read is not missed: the exit code tells of failure.
            let _ = (&mut stderr)
                .take(MAX_COMPLAINT_BYTES)
                .read_to_end(&mut text)
                .await;
            // It must not block on a full pipe.
            let _ = tokio::io::copy(&mut stderr, &mut tokio::io::sink()).await;
        }
        String::from_utf8_lossy(&text).trim().to_owned()
    };
    let ((), complaint) = tokio::join!(progress, complaint);
    let status = child.wait().await.map_err(|error| error.to_string())?;
    if status.success() {
        Ok(())
    } else if complaint.is_empty() {
        Err(format!("it ended with {status}"))
    } else {
        Err(complaint)
    }
}

/// Reads `out_time_us=…` of `-progress`.
#[expect(clippy::cast_precision_loss, reason = "a share for people")]
fn fraction(line: &str, duration_ms: u64) -> Option<f64> {
    let done_us: u64 = line.strip_prefix("out_time_us=")?.trim().parse().ok()?;
    (duration_ms > 0).then(|| done_us as f64 / (duration_ms as f64 * 1000.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_read_from_its_own_lines_only() {
        assert_eq!(fraction("out_time_us=1500000", 3000), Some(0.5));
        assert_eq!(fraction("out_time_us=N/A", 3000), None);
        assert_eq!(fraction("frame=12", 3000), None);
        assert_eq!(fraction("out_time_us=1", 0), None);
    }

    #[tokio::test]
    async fn a_program_that_is_not_there_is_named() {
        let found = find(Path::new("no-such-ffmpeg")).await;
        assert_eq!(found, Err("no-such-ffmpeg was not found".to_owned()));
        let work = Work {
            program: Path::new("no-such-ffmpeg"),
            input: Path::new("in"),
            output: Path::new("out"),
            duration_ms: 1,
        };
        let problem = remux(work, &Meter::new(), &CancellationToken::new())
            .await
            .unwrap_err();
        assert_eq!(problem, "no-such-ffmpeg was not found");
    }
}
