//! What a movie lacks, compared with what the service states of the recording.

use std::fmt::Write as _;

use crate::saved::{Gap, Missing, TrackKind};

/// Most missing time, in milliseconds, with which a movie is saved without asking the user.
pub(crate) const ACCEPTABLE_LOSS_MS: u64 = 1_000;

/// What a movie lacks.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shortfall {
    /// Time spans without media, in order, in milliseconds from the start of the recording.
    pub gaps: Vec<Gap>,
    /// What else is missing, and the cause of the gaps.
    pub missing: Vec<Missing>,
    /// How much shorter the movie is than the service states, if more than rounding explains.
    pub shorter_than_stated_ms: Option<u64>,
}

impl Shortfall {
    /// Returns the missing time in milliseconds.
    pub(crate) fn missing_ms(&self) -> u64 {
        let gaps = self.gaps.iter().map(|gap| gap.duration_ms);
        let gaps = gaps.fold(0, u64::saturating_add);
        gaps.max(self.shorter_than_stated_ms.unwrap_or(0))
    }

    /// Adds that a whole track is missing, unless that is known.
    pub(crate) fn add_missing_track(&mut self, kind: TrackKind) {
        let is_known = |missing: &Missing| matches!(missing, Missing::Track { kind: known, .. } if *known == kind);
        if !self.missing.iter().any(is_known) {
            self.missing.push(Missing::Track {
                kind,
                language: None,
            });
        }
    }

    /// Returns whether so little is missing that the movie is saved without asking the user.
    pub(crate) fn is_acceptable(&self) -> bool {
        let lacks_track = |missing: &Missing| matches!(missing, Missing::Track { .. });
        self.missing_ms() <= ACCEPTABLE_LOSS_MS && !self.missing.iter().any(lacks_track)
    }

    /// Describes it in one line of English, for *Details*.
    pub(crate) fn description(&self) -> String {
        let mut parts: Vec<String> = self.missing.iter().map(describe_missing).collect();
        if !self.gaps.is_empty() {
            parts.push(format!("missing at {}", describe_times(&self.gaps)));
        }
        if let Some(shorter_ms) = self.shorter_than_stated_ms {
            let seconds = shorter_ms.div_ceil(1000);
            parts.push(format!("{seconds} s shorter than the service states"));
        }
        if parts.is_empty() {
            return "nothing is missing".to_owned();
        }
        parts.join("; ")
    }
}

fn describe_missing(missing: &Missing) -> String {
    match missing {
        Missing::Segments { count, total } => {
            format!("{count} of {total} segments could not be downloaded")
        }
        Missing::EmptySegments { count } => format!("{count} segments hold no media"),
        Missing::MisplacedSegments { count } => {
            format!("{count} segments carry the content of another place")
        }
        Missing::Track { kind, .. } => match kind {
            TrackKind::Video => "there is no video".to_owned(),
            TrackKind::Audio => "there is no audio".to_owned(),
        },
        Missing::Rendition { wished, reason } => format!("{wished} could not be had: {reason}"),
    }
}

/// Lists the start times of the first gaps as hours, minutes and seconds.
fn describe_times(gaps: &[Gap]) -> String {
    const SHOWN: usize = 5;
    let shown = gaps.iter().take(SHOWN).map(|gap| {
        let second = gap.start_ms / 1000;
        let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
        format!("{hours}:{minutes:02}:{seconds:02}")
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if gaps.len() > SHOWN {
        // Writing to a string cannot fail.
        let _ = write!(text, ", and {} more", gaps.len() - SHOWN);
    }
    text
}
