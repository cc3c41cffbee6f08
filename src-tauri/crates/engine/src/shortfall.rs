//! What a movie lacks, compared with what the service states of the recording.

use std::fmt::Write as _;

use crate::saved::{Fact, Gap, Missing, TrackKind};
use crate::view;

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
    /// Time spans of frames that are damaged or missing in what came, of the track that lacks most.
    pub lost: Vec<Gap>,
    /// How long the whole recording is, in milliseconds, if that is known.
    pub whole_ms: Option<u64>,
}

impl Shortfall {
    /// Returns the missing time in milliseconds.
    pub(crate) fn missing_ms(&self) -> u64 {
        let is_in_gap = |lost: &&Gap| {
            let mut gaps = self.gaps.iter();
            gaps.any(|gap| {
                let end_ms = gap.start_ms.saturating_add(gap.duration_ms);
                (gap.start_ms..end_ms).contains(&lost.start_ms)
            })
        };
        let lost = self.lost.iter().filter(|lost| !is_in_gap(lost));
        let missing_ms = total_ms(self.gaps.iter().chain(lost));
        missing_ms.max(self.shorter_than_stated_ms.unwrap_or(0))
    }

    /// Adds the frames that were lost according to these facts.
    pub(crate) fn add_lost(&mut self, facts: &[Fact]) {
        let spans = |track: Option<TrackKind>| -> Vec<Gap> {
            let of_track = facts.iter().filter(|fact| fact.track == track);
            let lost = of_track.filter(|fact| fact.kind.is_damage());
            lost.map(|fact| Gap {
                start_ms: fact.at_ms,
                duration_ms: fact.duration_ms,
            })
            .collect()
        };
        let tracks = [None, Some(TrackKind::Video), Some(TrackKind::Audio)];
        let longest = tracks.map(spans).into_iter();
        self.lost = longest
            .max_by_key(|spans| total_ms(spans))
            .unwrap_or_default();
    }

    /// Returns the gaps and the spans of lost frames, in order.
    pub(crate) fn spans(&self) -> Vec<Gap> {
        let mut spans = [self.gaps.as_slice(), &self.lost].concat();
        spans.sort_by_key(|span| span.start_ms);
        spans
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
        let lost_ms = total_ms(&self.lost);
        if lost_ms > 0 {
            let (seconds, times) = (lost_ms.div_ceil(1000), describe_times(&self.lost));
            parts.push(format!(
                "{seconds} s of frames are damaged or missing in what came, at {times}"
            ));
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

fn total_ms<'g>(spans: impl IntoIterator<Item = &'g Gap>) -> u64 {
    let durations = spans.into_iter().map(|span| span.duration_ms);
    durations.fold(0, u64::saturating_add)
}

impl view::Finished {
    /// Returns whether a file made of files on this computer has all of them, up to a second: frames
    /// of each track, and every track. What could not be read as media counts by its share of the
    /// bytes.
    pub fn is_complete(&self) -> bool {
        let lost_ms = |track: Option<view::TrackKindView>| {
            let of_track = self.facts.iter().filter(|fact| fact.track == track);
            let lost = of_track.filter(|fact| fact.kind.is_damage());
            let durations = lost.map(|fact| fact.duration_ms);
            durations.fold(0, u64::saturating_add)
        };
        let tracks = [
            None,
            Some(view::TrackKindView::Video),
            Some(view::TrackKindView::Audio),
        ];
        let frames_ms = tracks.map(lost_ms).into_iter().max().unwrap_or(0);
        let lost_bytes = self.lost.as_ref().map_or(0, |lost| lost.bytes);
        let unread_ms = u128::from(lost_bytes) * u128::from(self.duration_ms)
            / u128::from(self.size_bytes.max(1));
        let lacks_track =
            |missing: &view::MissingView| matches!(missing, view::MissingView::Track { .. });
        frames_ms <= ACCEPTABLE_LOSS_MS
            && unread_ms <= u128::from(ACCEPTABLE_LOSS_MS)
            // The duration is that of what is left.
            && lost_bytes <= self.size_bytes
            && !self.missing.iter().any(lacks_track)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::saved::FactKind;

    #[test]
    fn media_and_files_and_views_agree_on_what_damage_is() {
        use media::FactKind as Kind;
        for kind in [
            Kind::SamplesLost,
            Kind::Damaged,
            Kind::LeftOut("MP2 audio".into()),
            Kind::GapShortened,
            Kind::Moved,
            Kind::Repeated,
            Kind::ConfigurationMissing,
        ] {
            let is_damage = kind.is_damage();
            let fact = Fact::from(&media::Fact {
                kind,
                track: None,
                samples: 1,
                at_ms: 0,
                duration_ms: 40,
            });
            assert_eq!(fact.kind.is_damage(), is_damage, "{fact:?}");
            let shown = view::FactView::from(fact);
            assert_eq!(shown.kind.is_damage(), is_damage, "{shown:?}");
        }
    }

    fn fact(kind: FactKind, track: TrackKind, at_ms: u64, duration_ms: u64) -> Fact {
        Fact {
            kind,
            track: Some(track),
            samples: 1,
            at_ms,
            duration_ms,
        }
    }

    #[test]
    fn lost_frames_of_one_track_count_as_gaps_do() {
        use TrackKind::{Audio, Video};
        let lacks = |facts: &[Fact], gaps: &[(u64, u64)]| {
            let gap = |(start_ms, duration_ms): &(u64, u64)| Gap {
                start_ms: *start_ms,
                duration_ms: *duration_ms,
            };
            let mut shortfall = Shortfall {
                gaps: gaps.iter().map(gap).collect(),
                ..Shortfall::default()
            };
            shortfall.add_lost(facts);
            shortfall
        };
        let video = [
            fact(FactKind::SamplesLost, Video, 5000, 600),
            fact(FactKind::Damaged, Video, 9000, 300),
        ];
        let audio = fact(FactKind::SamplesLost, Audio, 5000, 600);
        let both = [&video[..], std::slice::from_ref(&audio)].concat();
        assert_eq!(lacks(&both, &[]).missing_ms(), 900);
        assert!(lacks(&both, &[]).is_acceptable());
        assert!(!lacks(&both, &[(20_000, 200)]).is_acceptable());
        // In a gap they are not counted twice.
        assert_eq!(lacks(&both, &[(4800, 700)]).missing_ms(), 1000);
        let moved = fact(FactKind::Moved, Video, 0, 60_000);
        let left_out = fact(FactKind::LeftOut { name: "x".into() }, Audio, 0, 60_000);
        assert_eq!(lacks(&[moved, left_out], &[]), Shortfall::default());
        let many = [&video[..], &video[..]].concat();
        let lost = lacks(&many, &[]);
        assert!(!lost.is_acceptable());
        assert_eq!(
            lost.description(),
            "2 s of frames are damaged or missing in what came, at 0:00:05, 0:00:09, 0:00:05, 0:00:09"
        );
    }

    #[test]
    fn a_remuxed_file_is_complete_up_to_a_second() {
        let finished = |facts: &[Fact], bytes| {
            let lost = crate::saved::Loss {
                bytes,
                left_out: Vec::new(),
            };
            view::Finished::from(crate::saved::Finished {
                size_bytes: 60_000,
                duration_ms: 60_000,
                facts: facts.to_vec(),
                lost: Some(lost),
                ..crate::saved::Finished::default()
            })
        };
        let lost = fact(FactKind::SamplesLost, TrackKind::Audio, 5000, 600);
        let damaged = fact(FactKind::Damaged, TrackKind::Audio, 5000, 1600);
        assert!(!finished(&[damaged], 0).is_complete());
        assert!(finished(&[], 0).is_complete());
        assert!(finished(std::slice::from_ref(&lost), 1000).is_complete());
        assert!(!finished(&[lost.clone(), lost], 0).is_complete());
        assert!(!finished(&[], 1001).is_complete());
        let silent = view::Finished {
            missing: vec![view::MissingView::Track {
                kind: view::TrackKindView::Audio,
                language: None,
            }],
            ..finished(&[], 0)
        };
        assert!(!silent.is_complete());
        let short = view::Finished {
            duration_ms: 20,
            ..finished(&[], 60_001)
        };
        assert!(!short.is_complete(), "most of it is lost");
    }
}
