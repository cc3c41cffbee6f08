//! The stream of a kept channel: it is recorded, or told of, once when it starts.

use serde::{Deserialize, Serialize};
use ustream::{ChannelId, Target};

use super::{KeptChannel, KeptChannels, is_of_recording, now_unix_s};
use crate::code::Code;
use crate::disk::durable::blocking;
use crate::engine::Engine;
use crate::error::Error;
use crate::job::{LiveOptions, NewJob, OutputLocation, Overrides};
use crate::live_record::LiveEnd;
use crate::view::{Finished, LiveChannelView};

/// The API may say for so long that a stream runs when it is over, in seconds.
const API_DELAY_S: u64 = 120;

/// What is known of the stream of a kept channel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum StreamState {
    /// It did not run when the channel was looked at last.
    #[default]
    OffAir,
    /// It is to be recorded, or is recorded already.
    Pending,
    /// It runs and is not new any more: it was told of, was stopped, or is not wanted.
    Known,
    /// It was recorded to its end, at this time in seconds since 1970.
    Over(i64),
}

/// How the attempt to record the stream of a kept channel has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StreamEnd {
    /// It is saved, up to its end.
    Over,
    /// It may run still, and the rest is not wanted: the user has stopped it, or it sends nothing.
    Unwanted,
    /// It was not saved, and is tried again at the next look unless that is in vain.
    Failed(Code),
}

impl StreamEnd {
    /// Returns how a job has ended that is done; `None` if it goes on in a further file.
    pub fn of(finished: &Finished) -> Option<Self> {
        if finished.continued_by.is_some() {
            return None;
        }
        Some(match finished.live_end {
            Some(LiveEnd::Ended) => Self::Over,
            _ => Self::Unwanted,
        })
    }
}

impl StreamState {
    /// The state of a channel that is kept from now on: what runs already is not recorded.
    pub(super) fn at_start(is_on_air: bool) -> Self {
        if is_on_air { Self::Known } else { Self::OffAir }
    }

    /// Notes whether the channel is on air. Returns whether the stream is to be recorded, or the user is
    /// to be told of it if the channel does not save.
    ///
    /// `has_rest`: an earlier attempt has left a part of it that is not saved yet.
    fn note(&mut self, (is_on_air, has_rest): (bool, bool), saves: bool, now_unix_s: i64) -> bool {
        let is_wanted = match *self {
            Self::OffAir => is_on_air,
            Self::Pending => is_on_air || has_rest,
            Self::Known => false,
            Self::Over(end) => is_on_air && now_unix_s.abs_diff(end) >= API_DELAY_S,
        };
        *self = match *self {
            _ if is_wanted && saves => Self::Pending,
            _ if is_wanted => Self::Known,
            _ if !is_on_air => Self::OffAir,
            unchanged => unchanged,
        };
        is_wanted
    }

    /// A stream that is to be recorded is not wanted any more.
    pub(super) fn forget(&mut self) {
        if *self == Self::Pending {
            *self = Self::Known;
        }
    }

    fn note_end(&mut self, end: StreamEnd, now_unix_s: i64) {
        *self = match end {
            StreamEnd::Over => Self::Over(now_unix_s),
            StreamEnd::Failed(code) if !is_of_recording(code) => return,
            StreamEnd::Failed(_) | StreamEnd::Unwanted => Self::Known,
        };
    }
}

impl KeptChannel {
    /// Returns the job that records its stream.
    pub fn stream_job(&self, stream: LiveChannelView, overrides: Overrides) -> NewJob {
        NewJob {
            link: stream.link,
            live: Some(LiveOptions::default()),
            title: stream.title,
            thumbnail: stream.thumbnail,
            ..self.new_job(overrides)
        }
    }
}

impl KeptChannels {
    /// Asks whether a channel is on air, once. Returns its stream if it is to be recorded, or the user is
    /// to be told of it. The list is changed before this returns, so a stream is told of once; one that is
    /// to be recorded is returned until [its end](Self::note_stream_end) is noted or it is over.
    pub async fn look_for_stream(
        &self,
        engine: &Engine,
        kept: &KeptChannel,
    ) -> Result<Option<LiveChannelView>, Error> {
        let link = Target::Channel(kept.channel).link();
        // The API has not answered in time.
        let Some(stream) = engine.live_channel(&link).await? else {
            return Ok(None);
        };
        let is_on_air = stream.is_on_air;
        let output = OutputLocation {
            folder: kept.options.folder.clone(),
            stem: None,
        };
        let has_rest = kept.stream == StreamState::Pending
            && engine
                .has_unfinished_stream(&link, &output, &kept.options.template)
                .await?;
        let (list, channel) = (self.clone(), kept.channel);
        let noted = blocking(move || {
            list.change_one(channel, |kept| {
                kept.stream
                    .note((is_on_air, has_rest), kept.saves, now_unix_s())
            })
        });
        // Removed in the meantime.
        let is_wanted = noted.await?.unwrap_or(false);
        Ok(is_wanted.then_some(stream))
    }

    /// Notes how the attempt to record a stream has ended.
    pub fn note_stream_end(&self, channel: ChannelId, end: StreamEnd) -> Result<(), Error> {
        self.change_one(channel, |kept| kept.stream.note_end(end, now_unix_s()))
            .map(drop)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_800_000_000;
    const OFF: (bool, bool) = (false, false);
    const ON: (bool, bool) = (true, false);

    /// Notes what each look finds, 300 seconds apart. Returns which of them have found something.
    fn looks(state: &mut StreamState, saves: bool, found: &[(bool, bool)]) -> Vec<bool> {
        let times = (0..).map(|number| NOW + 300 * number);
        let looks = found.iter().zip(times);
        looks
            .map(|(found, now)| state.note(*found, saves, now))
            .collect()
    }

    #[test]
    fn a_stream_that_starts_is_found_and_one_that_ran_before_is_not() {
        let mut state = StreamState::at_start(true);
        assert_eq!(
            looks(&mut state, true, &[ON, OFF, ON]),
            [false, false, true]
        );
        let mut state = StreamState::at_start(false);
        assert_eq!(looks(&mut state, true, &[OFF, ON]), [false, true]);
    }

    #[test]
    fn a_stream_is_told_of_once() {
        let mut state = StreamState::OffAir;
        let found = looks(&mut state, false, &[ON, ON, OFF, ON]);
        assert_eq!(found, [true, false, false, true]);
    }

    #[test]
    fn a_stream_is_tried_until_it_is_recorded_or_over() {
        let mut state = StreamState::OffAir;
        assert_eq!(looks(&mut state, true, &[ON, ON]), [true, true]);
        state.note_end(StreamEnd::Failed(Code::Offline), NOW);
        assert!(state.note(ON, true, NOW), "the network is back");
        // It is over, and a part of it is there.
        assert!(state.note((false, true), true, NOW));
        assert!(!state.note(OFF, true, NOW));
        assert_eq!(state, StreamState::OffAir);
    }

    #[test]
    fn what_is_stopped_or_fails_for_a_reason_of_its_own_is_not_recorded_again() {
        for end in [StreamEnd::Unwanted, StreamEnd::Failed(Code::Unsupported)] {
            let mut state = StreamState::Pending;
            state.note_end(end, NOW);
            let found = looks(&mut state, true, &[ON, ON, OFF, ON]);
            assert_eq!(found, [false, false, false, true], "{end:?}");
        }
    }

    #[test]
    fn after_its_end_the_next_stream_is_recorded_when_the_api_knows_of_the_end() {
        let mut state = StreamState::Pending;
        state.note_end(StreamEnd::Over, NOW);
        assert!(!state.note(ON, true, NOW + 119), "that is the old one");
        assert!(state.note(ON, true, NOW + 120));
    }

    #[test]
    fn a_file_that_goes_on_in_another_is_no_end() {
        let ended = Finished {
            live_end: Some(LiveEnd::Ended),
            ..Finished::default()
        };
        assert_eq!(StreamEnd::of(&ended), Some(StreamEnd::Over));
        let full = Finished {
            live_end: Some(LiveEnd::FileFull),
            continued_by: Some("2".to_owned()),
            ..Finished::default()
        };
        assert_eq!(StreamEnd::of(&full), None);
        let stopped = Finished {
            live_end: Some(LiveEnd::Asked),
            ..Finished::default()
        };
        assert_eq!(StreamEnd::of(&stopped), Some(StreamEnd::Unwanted));
    }
}
