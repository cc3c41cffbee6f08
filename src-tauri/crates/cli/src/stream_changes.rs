//! What happens to the streams of a command, for scripts.

use std::collections::HashMap;

use engine::JobState;
use engine::view::{JobView, LiveEnd, LiveProgressView, WaitReason};
use serde::Serialize;

/// Something that has happened to a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub(crate) enum StreamChange {
    /// The channel is off air; its stream is waited for.
    Waiting,
    /// It is recorded; the movie begins with what was sent at this time.
    Live { since_unix_s: i64 },
    /// It sends nothing, and is waited for.
    Paused { recorded_ms: u64 },
    /// It goes on.
    Resumed { recorded_ms: u64 },
    /// The broadcaster has started it again.
    Restarted { recorded_ms: u64 },
    /// So much more of it is not in the movie.
    Gap { recorded_ms: u64, missing_ms: u64 },
    /// Its recording has ended, for this reason.
    Ended { reason: LiveEnd },
}

/// What was seen of each job's stream.
#[derive(Debug, Default)]
pub(crate) struct StreamChanges {
    seen: HashMap<String, Seen>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Seen {
    live: Option<LiveProgressView>,
    waits: Option<WaitReason>,
}

impl StreamChanges {
    /// Returns what has happened to the stream of a job since it was asked last.
    pub(crate) fn of(&mut self, job: &JobView) -> Vec<StreamChange> {
        let Some(progress) = &job.progress else {
            return Vec::new();
        };
        let of_stream =
            |reason: &WaitReason| matches!(reason, WaitReason::Stream | WaitReason::StreamStart);
        let now = Seen {
            live: progress.live,
            waits: progress.waiting_for.filter(of_stream),
        };
        if now.live.is_none() && now.waits.is_none() {
            return Vec::new();
        }
        let before = self.seen.insert(job.id.clone(), now).unwrap_or_default();
        let mut changes = Vec::new();
        if now.waits == Some(WaitReason::StreamStart) && before.waits != now.waits {
            changes.push(StreamChange::Waiting);
        }
        let Some(live) = now.live else {
            return changes;
        };
        let LiveProgressView {
            recorded_ms,
            since_unix_s,
            ..
        } = live;
        if before.live.is_none() {
            changes.push(StreamChange::Live { since_unix_s });
        }
        let known = before.live.unwrap_or_default();
        if live.restarts > known.restarts {
            changes.push(StreamChange::Restarted { recorded_ms });
        }
        if let Some(missing_ms) = live.missing_ms.checked_sub(known.missing_ms)
            && missing_ms > 0
        {
            changes.push(StreamChange::Gap {
                recorded_ms,
                missing_ms,
            });
        }
        match (before.waits, now.waits) {
            (Some(WaitReason::Stream), Some(WaitReason::Stream)) => {}
            (_, Some(WaitReason::Stream)) => changes.push(StreamChange::Paused { recorded_ms }),
            (Some(WaitReason::Stream), _) => changes.push(StreamChange::Resumed { recorded_ms }),
            _ => {}
        }
        changes
    }

    /// Returns why the recording of a stream has ended, if the job was one.
    pub(crate) fn end_of(&mut self, job: &JobView) -> Option<StreamChange> {
        self.seen.remove(&job.id);
        match &job.state {
            JobState::Done { finished } => {
                let reason = finished.live_end?;
                Some(StreamChange::Ended { reason })
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use engine::view::{Finished, JobStage, ProgressView};

    use super::*;

    fn job(live: Option<LiveProgressView>, waiting_for: Option<WaitReason>) -> JobView {
        let progress = ProgressView {
            stage: JobStage::Recording,
            fraction: None,
            done_bytes: 0,
            live,
            total_bytes: None,
            total_is_exact: false,
            bytes_per_second: None,
            seconds_left: None,
            waiting: waiting_for.is_some(),
            waiting_for,
            stalled: false,
            silent_seconds: None,
        };
        JobView {
            id: "a".into(),
            link: String::new(),
            title: String::new(),
            thumbnail: None,
            newest_of_channel: false,
            folder: String::new(),
            state: JobState::Running,
            progress: Some(progress),
        }
    }

    #[test]
    fn each_change_of_a_stream_is_told_once() {
        let mut streams = StreamChanges::default();
        let mut live = LiveProgressView {
            since_unix_s: 9,
            ..LiveProgressView::default()
        };
        let waiting = job(None, Some(WaitReason::StreamStart));
        assert_eq!(streams.of(&waiting), [StreamChange::Waiting]);
        assert_eq!(streams.of(&waiting), []);
        let started = StreamChange::Live { since_unix_s: 9 };
        assert_eq!(streams.of(&job(Some(live), None)), [started]);
        live.recorded_ms = 5000;
        assert_eq!(streams.of(&job(Some(live), None)), []);
        let paused = job(Some(live), Some(WaitReason::Stream));
        let recorded_ms = 5000;
        assert_eq!(streams.of(&paused), [StreamChange::Paused { recorded_ms }]);
        assert_eq!(streams.of(&paused), []);
        (live.restarts, live.missing_ms) = (1, 700);
        let gap = StreamChange::Gap {
            recorded_ms,
            missing_ms: 700,
        };
        let restarted = StreamChange::Restarted { recorded_ms };
        let resumed = StreamChange::Resumed { recorded_ms };
        let again = job(Some(live), Some(WaitReason::Network));
        assert_eq!(streams.of(&again), [restarted, gap, resumed]);
        let finished = Finished {
            live_end: Some(LiveEnd::Silent),
            ..Finished::default()
        };
        let ended = JobView {
            state: JobState::Done { finished },
            ..job(None, None)
        };
        let reason = LiveEnd::Silent;
        assert_eq!(streams.end_of(&ended), Some(StreamChange::Ended { reason }));
    }

    #[test]
    fn a_download_has_no_stream() {
        let mut streams = StreamChanges::default();
        let waiting = job(None, Some(WaitReason::Network));
        assert_eq!(streams.of(&waiting), []);
        assert_eq!(streams.end_of(&waiting), None);
    }
}
