//! By which way a recording is had: over the websocket, by long polling, from playlists, as a
//! file. Each is tried in its turn; a person hears of it only where all have failed.

use std::pin::pin;
use std::time::Duration;

use futures_util::future::{Either, select};

use super::Client;
use crate::recording::Playlists;
use crate::ums::session::{Question, StreamInfo, Way};
use crate::ums::{Outcome, polling, socket};
use crate::{Container, Error, Recording, SegmentPlan};

/// How much later than the playlists the pieces in a format of their own may be told of: they
/// come in more qualities, and by routes that are better trodden.
const PIECES_AFTER: Duration = Duration::from_secs(5);

/// What the control connection told.
pub(super) enum Told {
    /// Pieces in a format of their own.
    Pieces(Box<StreamInfo>),
    /// Playlists, already fetched.
    Playlists(Box<StreamInfo>, Playlists),
    /// Only where files are, unchecked.
    Files(Box<StreamInfo>),
    /// The answer of the sign-up form is missing, or was not accepted.
    NeedsHash,
}

/// By which way the pieces of a plan can be found again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Route {
    Pieces,
    Playlists,
    File,
}

impl Route {
    pub(super) fn of(plan: &SegmentPlan) -> Self {
        match plan.container {
            Container::File => Self::File,
            _ if plan.has_templates() => Self::Pieces,
            _ => Self::Playlists,
        }
    }
}

impl Client {
    /// Asks by one way after the other, or by that of `route` only.
    pub(super) async fn ask_ways(
        &self,
        question: Question,
        route: Option<Route>,
    ) -> Result<Told, Error> {
        if let Some(Route::Playlists | Route::File) = route {
            return Box::pin(self.playlists(question)).await;
        }
        let error = match self.pieces(question.clone(), Way::Socket).await {
            Err(error) if !is_final(&error) => error,
            told => return told,
        };
        tracing::info!(%error, "no pieces over the websocket; trying long polling");
        let polled = if route.is_some() {
            self.pieces(question, Way::Polling).await
        } else {
            // Few come here: it takes no room in what all are made of.
            Box::pin(self.ask_by_polling(question)).await
        };
        polled.map_err(|later| more_telling(error, later))
    }

    /// Asks for pieces and for playlists at once: where pieces are not told of, a person has
    /// waited long enough already.
    async fn ask_by_polling(&self, question: Question) -> Result<Told, Error> {
        let pieces = pin!(self.pieces(question.clone(), Way::Polling));
        let playlists = pin!(self.playlists(question));
        match select(pieces, playlists).await {
            Either::Left((Err(error), playlists)) if !is_final(&error) => {
                tracing::info!(%error, "no pieces by long polling; trying playlists");
                let listed = playlists.await;
                listed.map_err(|later| more_telling(error, later))
            }
            Either::Left((told, _)) => told,
            Either::Right((Ok(listed), pieces)) => {
                match tokio::time::timeout(PIECES_AFTER, pieces).await {
                    Ok(Ok(told)) => Ok(told),
                    Ok(Err(error)) if is_final(&error) => Err(error),
                    _ => Ok(listed),
                }
            }
            Either::Right((Err(error), _)) if is_final(&error) => Err(error),
            Either::Right((Err(later), pieces)) => {
                let told = pieces.await;
                told.map_err(|error| more_telling(error, later))
            }
        }
    }

    /// Pieces that cannot be used are as good as none.
    async fn pieces(&self, question: Question, way: Way) -> Result<Told, Error> {
        let id = question.recording;
        let outcome = match way {
            Way::Socket => socket::ask(&self.control, question).await?,
            Way::Polling | Way::Playlists => polling::ask(&self.control, question, way).await?.0,
        };
        match outcome {
            Outcome::NeedsHash => Ok(Told::NeedsHash),
            Outcome::Known(stream) => {
                Recording::new(id, StreamInfo::clone(&stream), None)?;
                Ok(Told::Pieces(stream))
            }
        }
    }
}

/// Whether another way would be answered the same, or must not be tried: where a certificate was
/// refused, a way without TLS would be answered by whoever showed it.
pub(super) fn is_final(error: &Error) -> bool {
    matches!(
        error,
        Error::Locked(_)
            | Error::NotFound(_)
            | Error::Busy { .. }
            | Error::TooLarge { .. }
            | Error::Untrusted { .. }
    )
}

/// Of the reasons of two ways: what the service said, rather than that it could not be asked.
pub(super) fn more_telling(first: Error, later: Error) -> Error {
    let says_much = |error: &Error| {
        is_final(error)
            || matches!(
                error,
                Error::NotRecorded | Error::NoRendition | Error::Unsupported(_)
            )
    };
    tracing::info!(error = %later, "no other way either");
    let is_refused = matches!(later, Error::Untrusted { .. });
    if is_refused || (says_much(&later) && !says_much(&first)) {
        later
    } else {
        first
    }
}
