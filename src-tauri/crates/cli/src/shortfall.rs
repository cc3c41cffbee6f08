//! Describes what a saved movie lacks compared with what was expected. Failures have their own
//! texts.

use engine::view::{
    FactKindView, FactView, Finished, GapView, MissingView, TrackKindView, UnconvertedView,
};

use crate::resolve::length;

/// Most facts that are told in a line each.
const MAX_FACTS: usize = 20;

/// Returns one line for each thing that a saved movie lacks or in which it differs from its source.
pub(crate) fn describe_movie(finished: &Finished) -> Vec<String> {
    let mut lines: Vec<_> = finished.missing.iter().map(describe_missing).collect();
    lines.extend(finished.gaps.iter().map(describe_gap));
    lines.extend(finished.shorter_than_stated_ms.map(describe_shorter));
    lines.extend(finished.unconverted.iter().map(describe_unconverted));
    lines.extend(finished.facts.iter().take(MAX_FACTS).map(describe_fact));
    let more = finished.facts.len().saturating_sub(MAX_FACTS);
    if more > 0 {
        lines.push(format!("and {more} more like these; --json lists all"));
    }
    lines
}

/// Describes what was lost, left out or changed: `lost: 12 frames of audio, 0.3 s, at 1:02:03`.
pub(crate) fn describe_fact(fact: &FactView) -> String {
    let of = match fact.track {
        Some(TrackKindView::Video) => " of video",
        Some(TrackKindView::Audio) => " of audio",
        None => "",
    };
    let amount = match (fact.samples, fact.duration_ms) {
        (0, 0) => format!("some{of}"),
        (0, duration_ms) => format!("{}{of}", seconds(duration_ms)),
        (samples, 0) => format!("{}{of}", frames(samples)),
        (samples, duration_ms) => {
            format!("{}{of}, {},", frames(samples), seconds(duration_ms))
        }
    };
    let at = length(fact.at_ms);
    match &fact.kind {
        FactKindView::SamplesLost => format!("lost: {amount} at {at}"),
        FactKindView::LeftOut { name } => format!("left out: {name}"),
        FactKindView::GapShortened => {
            let pause = seconds(fact.duration_ms);
            format!("changed: a pause at {at} was too long for a file; {pause} were taken out")
        }
        FactKindView::Moved => {
            format!("changed: the clock{of} starts again or jumps at {at}; what follows was moved")
        }
        FactKindView::Repeated => format!("repeated: {amount} at {at}; kept once"),
        FactKindView::Damaged => format!("damaged: {amount} at {at}"),
        FactKindView::ConfigurationMissing => {
            format!("lost: {amount} at {at}: it is not said how they are coded")
        }
    }
}

fn frames(samples: u64) -> String {
    match samples {
        1 => "1 frame".to_owned(),
        samples => format!("{samples} frames"),
    }
}

fn describe_unconverted(captions: &UnconvertedView) -> String {
    let UnconvertedView { file, left_out } = captions;
    let cues = match left_out {
        0 => return format!("captions: not converted, but kept as the service has them: {file}"),
        1 => "1 cue".to_owned(),
        count => format!("{count} cues"),
    };
    format!("captions: {cues} could not be converted; all are kept as the service has them: {file}")
}

fn describe_gap(gap: &GapView) -> String {
    let end = gap.start_ms.saturating_add(gap.duration_ms);
    // Rounded up, so that a gap shorter than a second has an end after its start.
    let end = length(end.div_ceil(1000).saturating_mul(1000));
    format!("missing: {} to {end}", length(gap.start_ms))
}

fn describe_missing(missing: &MissingView) -> String {
    match missing {
        MissingView::Segments { count, total } => {
            format!(
                "missing: {count} of {} could not be downloaded",
                segments(*total)
            )
        }
        MissingView::EmptySegments { count } => {
            format!("missing: {} without any video or audio", segments(*count))
        }
        MissingView::MisplacedSegments { count } => {
            format!(
                "missing: {} with the content of another time",
                segments(*count)
            )
        }
        MissingView::Track { kind, language } => {
            let kind = match kind {
                TrackKindView::Video => "video",
                TrackKindView::Audio => "audio",
            };
            let language = language.as_ref().map(|language| format!(" ({language})"));
            format!("missing: the {kind}{}", language.unwrap_or_default())
        }
        MissingView::Rendition { wished, reason } => {
            format!("another quality was saved, as {wished} could not be had: {reason}")
        }
    }
}

fn segments(count: usize) -> String {
    match count {
        1 => "1 segment".to_owned(),
        count => format!("{count} segments"),
    }
}

fn describe_shorter(by_ms: u64) -> String {
    format!("shorter than the service says by {}", seconds(by_ms))
}

/// Formats a duration: with tenths of seconds below a minute, else hours, minutes and seconds.
pub(crate) fn seconds(duration_ms: u64) -> String {
    match duration_ms {
        0..60_000 => {
            let tenths = duration_ms.div_ceil(100);
            match (tenths / 10, tenths % 10) {
                (seconds, 0) => format!("{seconds} s"),
                (seconds, tenths) => format!("{seconds}.{tenths} s"),
            }
        }
        _ => length(duration_ms),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn everything() -> Vec<MissingView> {
        vec![
            MissingView::Segments {
                count: 1,
                total: 30,
            },
            MissingView::EmptySegments { count: 2 },
            MissingView::MisplacedSegments { count: 1 },
            MissingView::Track {
                kind: TrackKindView::Audio,
                language: Some("fr".into()),
            },
            MissingView::Track {
                kind: TrackKindView::Video,
                language: None,
            },
            MissingView::Rendition {
                wished: "1080p".into(),
                reason: "its host answered 503".into(),
            },
        ]
    }

    #[test]
    fn facts_are_told_with_numbers_and_times() {
        let fact = |kind, track, samples, duration_ms| FactView {
            kind,
            track,
            samples,
            at_ms: 3_723_000,
            duration_ms,
        };
        let (video, audio) = (Some(TrackKindView::Video), Some(TrackKindView::Audio));
        let left_out = FactKindView::LeftOut {
            name: "MP2 audio".into(),
        };
        let finished = Finished {
            facts: vec![
                fact(FactKindView::SamplesLost, audio, 12, 260),
                fact(FactKindView::SamplesLost, video, 1, 0),
                fact(FactKindView::SamplesLost, None, 0, 0),
                fact(left_out, audio, 9, 200),
                fact(FactKindView::GapShortened, None, 0, 72_000_000),
                fact(FactKindView::Moved, video, 0, 2_000),
                fact(FactKindView::Repeated, video, 50, 2_000),
                fact(FactKindView::ConfigurationMissing, audio, 43, 1_000),
                fact(FactKindView::Damaged, video, 2, 80),
            ],
            ..Finished::default()
        };
        assert_eq!(
            describe_movie(&finished),
            [
                "lost: 12 frames of audio, 0.3 s, at 1:02:03",
                "lost: 1 frame of video at 1:02:03",
                "lost: some at 1:02:03",
                "left out: MP2 audio",
                "changed: a pause at 1:02:03 was too long for a file; 20:00:00 were taken out",
                "changed: the clock of video starts again or jumps at 1:02:03; what follows was moved",
                "repeated: 50 frames of video, 2 s, at 1:02:03; kept once",
                "lost: 43 frames of audio, 1 s, at 1:02:03: it is not said how they are coded",
                "damaged: 2 frames of video, 0.1 s, at 1:02:03",
            ]
        );
        let many = Finished {
            facts: vec![fact(FactKindView::Moved, None, 0, 0); 120],
            ..Finished::default()
        };
        let lines = describe_movie(&many);
        assert_eq!(lines.len(), 21);
        assert_eq!(lines[20], "and 100 more like these; --json lists all");
    }

    #[test]
    fn captions_that_are_kept_as_they_came_are_told() {
        let kept = |left_out| UnconvertedView {
            file: "a.en.ttml".to_owned(),
            left_out,
        };
        let finished = Finished {
            unconverted: [0, 1, 2].map(kept).into(),
            ..Finished::default()
        };
        assert_eq!(
            describe_movie(&finished),
            [
                "captions: not converted, but kept as the service has them: a.en.ttml",
                "captions: 1 cue could not be converted; all are kept as the service has them: a.en.ttml",
                "captions: 2 cues could not be converted; all are kept as the service has them: a.en.ttml",
            ]
        );
    }

    #[test]
    fn everything_that_a_movie_lacks_is_listed() {
        let finished = Finished {
            gaps: vec![GapView {
                start_ms: 63_400,
                duration_ms: 500,
            }],
            missing: everything(),
            shorter_than_stated_ms: Some(12_000),
            ..Finished::default()
        };
        let expected = [
            "missing: 1 of 30 segments could not be downloaded",
            "missing: 2 segments without any video or audio",
            "missing: 1 segment with the content of another time",
            "missing: the audio (fr)",
            "missing: the video",
            "another quality was saved, as 1080p could not be had: its host answered 503",
            "missing: 0:01:03 to 0:01:04",
            "shorter than the service says by 12 s",
        ];
        assert_eq!(describe_movie(&finished), expected);
        assert!(describe_movie(&Finished::default()).is_empty());
    }

    #[test]
    fn a_short_time_has_tenths_of_seconds() {
        assert_eq!(
            [40, 400, 1_000, 59_950].map(seconds),
            ["0.1 s", "0.4 s", "1 s", "60 s"]
        );
    }
}
