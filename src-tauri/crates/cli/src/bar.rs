//! Progress for people: one line on the terminal's stderr, redrawn; where that is no terminal, only
//! what is being saved.

use std::io::{self, Write as _};
use std::time::Duration;

use engine::view::{JobView, ProgressView, Stage};
use indicatif::{DecimalBytes, ProgressBar, ProgressDrawTarget, ProgressStyle};

/// The bar counts thousandths, since sizes are estimates and a share is not.
const WHOLE: u64 = 1000;

/// A line that is redrawn.
pub(crate) struct Bar {
    line: ProgressBar,
    quiet: bool,
    announced: bool,
}

impl Bar {
    pub(crate) fn new(quiet: bool) -> Self {
        let target = if quiet {
            ProgressDrawTarget::hidden()
        } else {
            ProgressDrawTarget::stderr()
        };
        let line = ProgressBar::with_draw_target(Some(WHOLE), target);
        line.enable_steady_tick(Duration::from_millis(200));
        Self {
            line,
            quiet,
            announced: false,
        }
    }

    pub(crate) fn show(&mut self, job: &JobView) {
        let Some(progress) = &job.progress else {
            return;
        };
        if progress.stage != Stage::Resolving && !self.announced {
            self.announced = true;
            if job.newest_of_channel {
                self.say("This link is a channel: taking its newest recording.");
            }
            self.say(&format!("{} – {}", job.title, job.link));
        }
        match progress.fraction {
            Some(fraction) => {
                self.line
                    .set_style(style("{prefix} {percent:>3} % {bar:30} {msg}"));
                self.line.set_position(thousandths(fraction));
            }
            None => self.line.set_style(style("{prefix} {spinner} {msg}")),
        }
        self.line.set_prefix(stage(progress.stage));
        self.line.set_message(message(progress));
    }

    /// Prints a line above the bar, and where there is no bar too.
    fn say(&self, text: &str) {
        if !self.quiet {
            // Nobody is left to be told where stderr is closed.
            self.line.suspend(|| drop(writeln!(io::stderr(), "{text}")));
        }
    }

    pub(crate) fn clear(&self) {
        self.line.finish_and_clear();
    }
}

fn style(template: &str) -> ProgressStyle {
    // The templates above are well-formed; the plain style is a bar too.
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

fn stage(stage: Stage) -> &'static str {
    match stage {
        Stage::Resolving => "Looking for the video",
        Stage::Fetching => "Downloading",
        Stage::Finishing => "Finishing",
        Stage::Converting => "Making the MP4",
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a share from 0 to 1, as thousandths"
)]
fn thousandths(fraction: f64) -> u64 {
    (fraction.clamp(0.0, 1.0) * 1000.0) as u64
}

fn message(progress: &ProgressView) -> String {
    // ffmpeg tells its share only.
    let counts = progress.stage == Stage::Fetching
        || progress.stage == Stage::Converting && progress.bytes_per_second.is_some();
    if !counts {
        return String::new();
    }
    let mut words = vec![match progress.total_bytes {
        Some(total) => {
            format!(
                "{} of about {}",
                DecimalBytes(progress.done_bytes),
                DecimalBytes(total)
            )
        }
        None => DecimalBytes(progress.done_bytes).to_string(),
    }];
    if progress.waiting {
        words.push("waiting for the network".to_owned());
    } else if let Some(speed) = progress.bytes_per_second {
        words.push(format!("{}/s", DecimalBytes(speed)));
    }
    if let Some(seconds) = progress.seconds_left {
        words.push(format!("{} left", time(seconds)));
    }
    words.join(", ")
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
    fn the_message_says_bytes_speed_and_time_left() {
        let mut progress = ProgressView {
            stage: Stage::Fetching,
            fraction: Some(0.42),
            done_bytes: 560_000_000,
            total_bytes: Some(1_300_000_000),
            bytes_per_second: Some(8_200_000),
            seconds_left: Some(90),
            waiting: false,
        };
        let words = message(&progress);
        assert_eq!(
            words,
            "560.00 MB of about 1.30 GB, 8.20 MB/s, 1 min 30 s left"
        );
        progress.waiting = true;
        assert!(message(&progress).contains("waiting for the network"));
    }
}
