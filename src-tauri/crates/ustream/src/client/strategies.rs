//! The strategies to reach a recording: segments over the websocket, segments by long polling, HLS
//! playlists, single file. They are tried in this order; only the failure of all is an error.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Client;
use crate::recording::{Playlists, SourceKind};
use crate::ums::session::{SessionQuery, StreamInfo, Transport};
use crate::ums::{ApiLength, SessionOutcome, polling, socket};
use crate::{Container, Error, MediaId, Recording, SegmentPlan};

/// How long segments by long polling may come later than playlists and still be preferred: they
/// come in more qualities.
const SEGMENTS_GRACE: Duration = Duration::from_secs(5);

/// What a strategy learnt from the control connection.
pub(super) enum StrategyOutcome {
    /// Segmented formats.
    Segments(Box<StreamInfo>),
    /// Playlists, already fetched.
    Playlists(Box<StreamInfo>, Playlists),
    /// Only URLs of files, not checked.
    Files(Box<StreamInfo>),
    /// The hash of the sign-up form is missing, or was not accepted.
    NeedsHash,
}

/// The strategy that finds the segments of a plan again.
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
    /// Returns why the video is lost, if there is some and only the audio can be fetched.
    fn lost_video(&self, id: MediaId) -> Option<Error> {
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

/// A strategy that did not find everything.
struct StrategyFailure {
    error: Error,
    /// The audio without its video, in case no other strategy finds more.
    audio_only: Option<StrategyOutcome>,
}

impl StrategyFailure {
    fn is_final(&self) -> bool {
        self.error.is_final() && self.audio_only.is_none()
    }

    /// Combines two failed strategies.
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

/// Turns an outcome whose video is lost into a failure.
fn require_video(
    id: MediaId,
    outcome: Result<StrategyOutcome, Error>,
) -> Result<StrategyOutcome, StrategyFailure> {
    let outcome = outcome.map_err(|error| StrategyFailure {
        error,
        audio_only: None,
    })?;
    match outcome.lost_video(id) {
        Some(error) => Err(StrategyFailure {
            error,
            audio_only: Some(outcome),
        }),
        None => Ok(outcome),
    }
}

impl Client {
    /// Tries one strategy after the other, or only `strategy`.
    pub(super) async fn ask_by_strategies(
        &self,
        query: SessionQuery,
        strategy: Option<Strategy>,
        length: ApiLength,
    ) -> Result<StrategyOutcome, Error> {
        let id = query.media;
        if let Some(Strategy::Playlists | Strategy::File) = strategy {
            return Box::pin(self.playlists(query)).await;
        }
        let first = self.ask_segments(query.clone(), Transport::Socket, length.clone());
        let first = first.await;
        if strategy.is_some() {
            // A job that continues takes what there is of its segments.
            return match first {
                Err(error) if !error.is_final() => {
                    let polled = self.ask_segments(query, Transport::Polling, length).await;
                    polled.map_err(|later| more_specific(error, later))
                }
                outcome => outcome,
            };
        }
        let failure = match require_video(id, first) {
            Err(failure) if !failure.is_final() => failure,
            Err(failure) => return failure.into_result(),
            Ok(outcome) => return Ok(outcome),
        };
        let error = &failure.error;
        tracing::info!(%error, "no segments over the websocket; trying long polling");
        self.note(format_args!(
            "no segments over the websocket ({error}); trying long polling"
        ));
        // Boxed to keep the future small: few calls come here.
        match Box::pin(self.ask_by_polling(query, length)).await {
            Ok(outcome) => Ok(outcome),
            Err(later) => failure.combined_with(later).into_result(),
        }
    }

    /// Asks for segments and for playlists concurrently: after the websocket failed, the user has
    /// waited long enough.
    async fn ask_by_polling(
        &self,
        query: SessionQuery,
        length: ApiLength,
    ) -> Result<StrategyOutcome, StrategyFailure> {
        let id = query.media;
        let asked = query.clone();
        let segments = async {
            require_video(
                id,
                self.ask_segments(asked, Transport::Polling, length).await,
            )
        };
        let playlists = async { require_video(id, self.playlists(query).await) };
        match select(pin!(segments), pin!(playlists)).await {
            Either::Left((Err(failure), playlists)) if !failure.is_final() => {
                let error = &failure.error;
                tracing::info!(%error, "no segments by long polling; trying playlists");
                self.note(format_args!(
                    "no segments by long polling ({error}); trying playlists"
                ));
                playlists
                    .await
                    .map_err(|later| failure.combined_with(later))
            }
            Either::Left((outcome, _)) => outcome,
            Either::Right((Ok(listed), segments)) => {
                match tokio::time::timeout(SEGMENTS_GRACE, segments).await {
                    Ok(Ok(outcome)) => Ok(outcome),
                    Ok(Err(failure)) if failure.is_final() => Err(failure),
                    _ => Ok(listed),
                }
            }
            Either::Right((Err(failure), _)) if failure.is_final() => Err(failure),
            Either::Right((Err(later), segments)) => segments
                .await
                .map_err(|failure| failure.combined_with(later)),
        }
    }

    /// Asks for segments over `transport`; fails if they cannot be used.
    async fn ask_segments(
        &self,
        query: SessionQuery,
        transport: Transport,
        length: ApiLength,
    ) -> Result<StrategyOutcome, Error> {
        let id = query.media;
        let outcome = match transport {
            Transport::Socket => {
                // Boxed, or each future around it would hold its state.
                Box::pin(socket::ask(
                    &self.control,
                    query,
                    length,
                    &self.memory.routes,
                ))
                .await?
            }
            Transport::Polling | Transport::Playlists => {
                let asked = polling::ask(&self.control, query, transport, length);
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

/// Returns the more specific of two errors, the first in case of a tie. What the service said beats
/// that it could not be reached, except for [`Error::NoRendition`]: the transport that failed may
/// offer a known format.
pub(super) fn more_specific(first: Error, later: Error) -> Error {
    tracing::info!(error = %later, "no other transport either");
    let hides =
        |error: &Error, other: &Error| matches!(error, Error::NoRendition) && other.is_transient();
    if hides(&later, &first) {
        first
    } else if hides(&first, &later) || later.precedence() > first.precedence() {
        later
    } else {
        first
    }
}
