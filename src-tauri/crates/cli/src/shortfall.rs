//! Describes what a saved movie lacks compared with what was expected. Failures have their own
//! texts.

use engine::view::{Finished, GapView, MissingView, TrackKindView};

use crate::resolve::length;

/// Returns one line for each thing that a saved movie lacks.
pub(crate) fn describe_movie(finished: &Finished) -> Vec<String> {
    let mut lines: Vec<_> = finished.missing.iter().map(describe_missing).collect();
    lines.extend(finished.gaps.iter().map(describe_gap));
    lines.extend(finished.shorter_than_stated_ms.map(describe_shorter));
    lines
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
fn seconds(duration_ms: u64) -> String {
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
