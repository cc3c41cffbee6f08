//! Progress bars on stderr, one line for each job. If stderr is not a terminal, only the titles are
//! printed.

use std::collections::{HashMap, HashSet};
use std::time::Duration;

use engine::view::{JobStage, JobView, ProgressView, WaitReason};
use indicatif::{DecimalBytes, MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::terminal;

/// The bar counts thousandths of the fraction done, because sizes in bytes are estimates.
const BAR_LENGTH: u64 = 1000;

/// Shown while nothing comes of a job.
const STALLED: &str = "no progress for a while, still trying";

/// One progress bar for each running job.
pub(crate) struct ProgressBars {
    all: MultiProgress,
    lines: HashMap<String, ProgressBar>,
    announced: HashSet<String>,
    quiet: bool,
}

impl ProgressBars {
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        Self {
            all: MultiProgress::with_draw_target(target),
            lines: HashMap::new(),
            announced: HashSet::new(),
            quiet,
        }
    }

    pub(crate) fn show(&mut self, job: &JobView) {
        let Some(progress) = &job.progress else {
            return;
        };
        if !matches!(progress.stage, JobStage::Resolving | JobStage::Moving)
            && self.announced.insert(job.id.clone())
        {
            if job.newest_of_channel {
                self.announce("This link is a channel: taking its newest recording.");
            }
            self.announce(&terminal::one_line(&format!(
                "{} – {}",
                job.title, job.link
            )));
        }
        let line = self.lines.entry(job.id.clone()).or_insert_with(|| {
            let line = self.all.add(ProgressBar::new(BAR_LENGTH));
            line.enable_steady_tick(Duration::from_millis(200));
            line
        });
        match progress.fraction {
            Some(fraction) => {
                line.set_style(style("{prefix} {percent:>3} % {bar:30} {msg}"));
                line.set_position(thousandths(fraction));
            }
            None => line.set_style(style("{prefix} {spinner} {msg}")),
        }
        line.set_prefix(stage(progress.stage));
        line.set_message(message(progress));
    }

    /// Prints a line above the bars, also if there are none.
    fn announce(&self, text: &str) {
        if !self.quiet {
            self.suspended(|| terminal::print_stderr(text));
        }
    }

    /// Hides the bars while `print` prints something else.
    pub(crate) fn suspended<T>(&self, print: impl FnOnce() -> T) -> T {
        self.all.suspend(print)
    }

    /// Removes the bar of a job that has ended.
    pub(crate) fn end(&mut self, job: &str) {
        if let Some(line) = self.lines.remove(job) {
            line.finish_and_clear();
            self.all.remove(&line);
        }
    }

    pub(crate) fn clear(&mut self) {
        for (_, line) in self.lines.drain() {
            line.finish_and_clear();
        }
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates are valid, so the fallback is never used.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn stage(stage: JobStage) -> &'static str {
    match stage {
        JobStage::Resolving => "Looking for the video",
        JobStage::Fetching => "Downloading",
        JobStage::Recording => "Recording",
        JobStage::Finishing => "Finishing",
        JobStage::Converting => "Making the MP4",
        JobStage::Encoding => "Making the MP3",
        JobStage::Moving => "Moving to the other folder",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a fraction from 0 to 1, as thousandths"
)]
fn thousandths(fraction: f64) -> u64 {
    (fraction.clamp(0.0, 1.0) * 1000.0) as u64
}

fn message(progress: &ProgressView) -> String {
    let mut parts: Vec<String> = sizes(progress).into_iter().collect();
    if let Some(reason) = progress.waiting_for {
        let what = match reason {
            WaitReason::Network => "waiting for the network",
            WaitReason::LoginPage => "sign in to the network in a browser",
            WaitReason::Service => "waiting for the video site",
            WaitReason::Mirror => "waiting for the servers that send the video",
            WaitReason::Segments => "asking again for what is missing",
            WaitReason::Stream => "the stream has paused, waiting for it",
            WaitReason::StreamStart => "waiting for the stream to start",
        };
        parts.push(what.to_owned());
    } else if let Some(seconds) = progress.silent_seconds {
        parts.push(format!("no data for {seconds} s, still trying"));
    } else if progress.stalled {
        parts.push(STALLED.to_owned());
    } else if let Some(speed) = progress.bytes_per_second {
        parts.push(format!("{}/s", DecimalBytes(speed)));
    }
    if let Some(seconds) = progress.seconds_left {
        parts.push(format!("{} left", time(seconds)));
    }
    parts.join(", ")
}

/// Returns how much is here of how much, in a stage that counts bytes.
fn sizes(progress: &ProgressView) -> Option<String> {
    let counts_bytes = match progress.stage {
        JobStage::Resolving | JobStage::Finishing => false,
        // ffmpeg reports no bytes, only a fraction.
        JobStage::Converting | JobStage::Encoding => progress.total_bytes.is_some(),
        JobStage::Fetching | JobStage::Recording | JobStage::Moving => true,
    };
    let done = DecimalBytes(progress.done_bytes);
    if let Some(live) = progress.live {
        return Some(format!("{}, {done}", time(live.recorded_ms / 1000)));
    }
    let about = if progress.total_is_exact {
        ""
    } else {
        "about "
    };
    counts_bytes.then(|| match progress.total_bytes {
        Some(total) => format!("{done} of {about}{}", DecimalBytes(total)),
        None => done.to_string(),
    })
}

fn time(seconds: u64) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min {:02} s", seconds / 60, seconds % 60),
        _ => format!("{} h {:02} min", seconds / 3600, seconds / 60 % 60),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_shows_bytes_speed_and_time_left() {
        let mut progress = ProgressView {
            live: None,
            stage: JobStage::Fetching,
            fraction: Some(0.42),
            done_bytes: 560_000_000,
            total_bytes: Some(1_300_000_000),
            total_is_exact: false,
            bytes_per_second: Some(8_200_000),
            seconds_left: Some(90),
            waiting: false,
            waiting_for: None,
            stalled: false,
            silent_seconds: None,
        };
        let text = message(&progress);
        assert_eq!(
            text,
            "560.00 MB of about 1.30 GB, 8.20 MB/s, 1 min 30 s left"
        );
        progress.total_is_exact = true;
        assert!(message(&progress).starts_with("560.00 MB of 1.30 GB, "));
        progress.seconds_left = None;
        progress.silent_seconds = Some(8);
        assert!(message(&progress).ends_with(", no data for 8 s, still trying"));
        progress.silent_seconds = None;
        progress.stalled = true;
        assert!(message(&progress).contains(STALLED));
        progress.stage = JobStage::Finishing;
        assert_eq!(message(&progress), STALLED);
        progress.stage = JobStage::Fetching;
        for (reason, words) in [
            (WaitReason::Network, "waiting for the network"),
            (WaitReason::LoginPage, "in a browser"),
            (WaitReason::Service, "waiting for the video site"),
            (WaitReason::Mirror, "waiting for the servers"),
            (WaitReason::Segments, "what is missing"),
        ] {
            progress.waiting_for = Some(reason);
            assert!(message(&progress).contains(words));
        }
    }
}
