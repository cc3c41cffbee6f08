//! By which way a recording is had: over the websocket, by long polling, from playlists, as a
//! file. Each is tried in its turn; a person hears of it only where all have failed.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Client;
use crate::recording::{Playlists, SourceKind};
use crate::ums::session::{SessionQuery, StreamInfo, Transport};
use crate::ums::{ApiLength, SessionOutcome, polling, socket};
use crate::{Container, Error, Recording, RecordingId, SegmentPlan};

/// How much later than the playlists the pieces in a format of their own may be told of: they
/// come in more qualities, and by routes that are better trodden.
const SEGMENTS_GRACE: Duration = Duration::from_secs(5);

/// What the control connection told.
pub(super) enum StrategyOutcome {
    /// Pieces in a format of their own.
    Segments(Box<StreamInfo>),
    /// Playlists, already fetched.
    Playlists(Box<StreamInfo>, Playlists),
    /// Only where files are, unchecked.
    Files(Box<StreamInfo>),
    /// The answer of the sign-up form is missing, or was not accepted.
    NeedsHash,
}

/// By which way the pieces of a plan can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Strategy {
    Segments,
    Playlists,
    File,
}

impl Strategy {
    pub(super) fn of_plan(plan: &SegmentPlan) -> Self {
        match plan.container {
            Container::File => Self::File,
            _ if plan.has_templates() => Self::Segments,
            _ => Self::Playlists,
        }
    }
}

impl StrategyOutcome {
    /// Why the video cannot be had by this way, where there is some and only the audio can.
    fn lost_video(&self, id: RecordingId) -> Option<Error> {
        let recording = match self {
            Self::Segments(stream) => Recording::new(id, StreamInfo::clone(stream), None),
            Self::Playlists(stream, playlists) => {
                let playlists = SourceKind::Playlists(playlists.clone());
                Recording::from_source(id, StreamInfo::clone(stream), playlists, None)
            }
            Self::Files(_) | Self::NeedsHash => return None,
        };
        recording.ok()?.lost_video()
    }
}

/// A way that did not lead to all that is wanted.
struct StrategyFailure {
    error: Error,
    /// Audio without the video that belongs to it: for whoever wants only that.
    audio_only: Option<StrategyOutcome>,
}

impl StrategyFailure {
    fn is_final(&self) -> bool {
        self.error.is_final() && self.audio_only.is_none()
    }

    /// What is known after another way has failed too.
    fn combined_with(self, later: Self) -> Self {
        Self {
            error: more_specific(self.error, later.error),
            audio_only: self.audio_only.or(later.audio_only),
        }
    }

    fn into_result(self) -> Result<StrategyOutcome, Error> {
        self.audio_only.ok_or(self.error)
    }
}

fn require_video(
    id: RecordingId,
    told: Result<StrategyOutcome, Error>,
) -> Result<StrategyOutcome, StrategyFailure> {
    let told = told.map_err(|error| StrategyFailure {
        error,
        audio_only: None,
    })?;
    match told.lost_video(id) {
        Some(error) => Err(StrategyFailure {
            error,
            audio_only: Some(told),
        }),
        None => Ok(told),
    }
}

impl Client {
    /// Asks by one way after the other, or by that of `route` only.
    pub(super) async fn ask_by_strategies(
        &self,
        question: SessionQuery,
        route: Option<Strategy>,
        length: ApiLength,
    ) -> Result<StrategyOutcome, Error> {
        let id = question.recording;
        if let Some(Strategy::Playlists | Strategy::File) = route {
            return Box::pin(self.playlists(question)).await;
        }
        let first = self.ask_segments(question.clone(), Transport::Socket, length.clone());
        let first = first.await;
        if route.is_some() {
            // What was begun goes on with what there is of it.
            return match first {
                Err(error) if !error.is_final() => {
                    let polled = self
                        .ask_segments(question, Transport::Polling, length)
                        .await;
                    polled.map_err(|later| more_specific(error, later))
                }
                told => told,
            };
        }
        let shortfall = match require_video(id, first) {
            Err(shortfall) if !shortfall.is_final() => shortfall,
            Err(shortfall) => return shortfall.into_result(),
            Ok(told) => return Ok(told),
        };
        let error = &shortfall.error;
        tracing::info!(%error, "no segments over the websocket; trying long polling");
        // Few come here: it takes no room in what all are made of.
        match Box::pin(self.ask_by_polling(question, length)).await {
            Ok(told) => Ok(told),
            Err(later) => shortfall.combined_with(later).into_result(),
        }
    }

    /// Asks for segments and for playlists at once: where segments are not told of, a person has
    /// waited long enough already.
    async fn ask_by_polling(
        &self,
        question: SessionQuery,
        length: ApiLength,
    ) -> Result<StrategyOutcome, StrategyFailure> {
        let id = question.recording;
        let asked = question.clone();
        let pieces = async {
            require_video(
                id,
                self.ask_segments(asked, Transport::Polling, length).await,
            )
        };
        let playlists = async { require_video(id, self.playlists(question).await) };
        match select(pin!(pieces), pin!(playlists)).await {
            Either::Left((Err(shortfall), playlists)) if !shortfall.is_final() => {
                let error = &shortfall.error;
                tracing::info!(%error, "no segments by long polling; trying playlists");
                playlists
                    .await
                    .map_err(|later| shortfall.combined_with(later))
            }
            Either::Left((told, _)) => told,
            Either::Right((Ok(listed), pieces)) => {
                match tokio::time::timeout(SEGMENTS_GRACE, pieces).await {
                    Ok(Ok(told)) => Ok(told),
                    Ok(Err(shortfall)) if shortfall.is_final() => Err(shortfall),
                    _ => Ok(listed),
                }
            }
            Either::Right((Err(shortfall), _)) if shortfall.is_final() => Err(shortfall),
            Either::Right((Err(later), pieces)) => pieces
                .await
                .map_err(|shortfall| shortfall.combined_with(later)),
        }
    }

    /// Segments that cannot be used are as good as none.
    async fn ask_segments(
        &self,
        question: SessionQuery,
        way: Transport,
        length: ApiLength,
    ) -> Result<StrategyOutcome, Error> {
        let id = question.recording;
        let outcome = match way {
            Transport::Socket => socket::ask(&self.control, question, length).await?,
            Transport::Polling | Transport::Playlists => {
                let asked = polling::ask(&self.control, question, way, length);
                asked.await?.0
            }
        };
        match outcome {
            SessionOutcome::NeedsHash => Ok(StrategyOutcome::NeedsHash),
            SessionOutcome::Known(stream) => {
                Recording::new(id, StreamInfo::clone(&stream), None)?;
                Ok(StrategyOutcome::Segments(stream))
            }
        }
    }
}

/// Of the reasons of two ways: what the service said, rather than that it could not be asked.
pub(super) fn more_specific(first: Error, later: Error) -> Error {
    tracing::info!(error = %later, "no other way either");
    if later.precedence() > first.precedence() {
        later
    } else {
        first
    }
}
