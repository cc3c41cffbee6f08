//! What a session does differently for a running stream: it hands each message on, never completes,
//! and connects again when the connection is lost.

use std::collections::VecDeque;
use std::time::Duration;

use super::{ATTEMPT_TIMEOUT, Session, SessionAction};
use crate::Error;
use crate::hosts::Host;
use crate::ums::message::{ModuleInfo, WHAT};
use crate::ums::stream::StreamState;

/// A connection on which nothing has come for so long is taken as lost. The service sends counters
/// every few seconds and new hashes every 50 to 95 s (observed).
const MAX_SILENCE: Duration = Duration::from_mins(2);

/// A connection that has lasted so long counts as a success: the pauses before the next ones start
/// from the shortest again.
const STABLE: Duration = Duration::from_secs(10);

/// Pause after the first loss; doubled after each further one. A random part of up to a half is taken
/// off, so that not all viewers come back at the same moment.
const FIRST_PAUSE: Duration = Duration::from_millis(500);

/// Longest pause between two connections.
const MAX_PAUSE: Duration = Duration::from_secs(30);

/// Longest pause that is kept if the service asks for one.
const MAX_STATED_PAUSE: Duration = Duration::from_mins(5);

/// What a session learns about a running stream.
#[derive(Debug)]
pub enum LiveNews {
    /// The service has sent this. It may hold any part of the description. Messages with counters
    /// only are left out.
    Update(Box<ModuleInfo>),
    /// The channel is off air. The session goes on, and tells if the channel is on air again.
    OffAir,
    /// The connection was lost, or the attempt to connect again has failed. The session tries again
    /// after a pause, without end.
    Lost(Error),
    /// The connection is back.
    Back,
}

/// The state of a session that follows a running stream.
#[derive(Default)]
pub(super) struct Following {
    /// Whether the stream was described: from then on, no loss of the connection ends the session.
    is_open: bool,
    is_off_air: bool,
    /// Whether the last news about the connection was that it is lost.
    is_lost: bool,
    /// Since when the service talks on the current connection; `None` while it is being made.
    connected_since: Option<Duration>,
    last_frame: Duration,
    /// Lost connections in a row.
    losses: u32,
    /// The host that talked last.
    home: Option<Host>,
    /// Actions that wait for [`super::SessionEvent::Taken`].
    queue: VecDeque<SessionAction>,
}

impl Following {
    fn tell(&mut self, news: LiveNews) {
        self.queue.push_back(SessionAction::News(news));
    }

    fn is_stable(&self, now: Duration) -> bool {
        let since = self.connected_since;
        since.is_some_and(|since| now.saturating_sub(since) >= STABLE)
    }
}

impl Session {
    /// Returns whether it follows a stream that was described already.
    pub(super) fn is_following(&self) -> bool {
        self.following.as_ref().is_some_and(|it| it.is_open)
    }

    /// Returns `action`, or what must come before it.
    pub(super) fn in_turn(&mut self, action: SessionAction) -> SessionAction {
        let Some(following) = &mut self.following else {
            return action;
        };
        if !matches!(action, SessionAction::Wait) {
            following.queue.push_back(action);
        }
        let next = following.queue.pop_front();
        next.unwrap_or(SessionAction::Wait)
    }

    /// Returns until when something must come over the connection; `None` if that is for the rules
    /// of an attempt to say.
    pub(super) fn silence_deadline(&self) -> Option<Duration> {
        let following = self.following.as_ref().filter(|it| it.is_open)?;
        Some(match following.connected_since {
            Some(_) => following.last_frame + MAX_SILENCE,
            None => self.attempt_started + ATTEMPT_TIMEOUT,
        })
    }

    /// Notes that a frame came.
    pub(super) fn note_frame(&mut self, now: Duration) {
        if let Some(following) = &mut self.following {
            following.last_frame = now;
        }
    }

    /// Replaces the failure of one server by another connection: another server may do better.
    pub(super) fn or_reconnect(&mut self, action: SessionAction, now: Duration) -> SessionAction {
        match action {
            SessionAction::Fail(error @ Error::Misdirected(_)) if self.is_following() => {
                self.reconnect(error, now)
            }
            action => action,
        }
    }

    /// Prepares for a connection to another host that the service names.
    pub(super) fn note_redirect(&mut self, now: Duration) {
        let Some(following) = self.following.as_mut().filter(|it| it.is_open) else {
            return;
        };
        if following.is_stable(now) {
            self.redirects = 0;
            self.referrers = 0;
            self.visited.clear();
        }
        following.connected_since = None;
        self.attempt_started = now;
    }

    /// Hands a message on. Before the stream is described, an off-air channel is an error.
    pub(super) fn follow(&mut self, info: ModuleInfo, now: Duration) -> SessionAction {
        let is_off_air = info.stream == Some(StreamState::Offline);
        if !self.is_following() {
            if is_off_air {
                return SessionAction::Fail(Error::OffAir);
            }
            self.info.add(info.clone(), now);
        }
        let is_described = self.info.is_usable();
        let Some(following) = &mut self.following else {
            return SessionAction::Wait;
        };
        if is_described && !following.is_open {
            following.is_open = true;
            // What is known from here on is for the caller to keep.
            self.info.take();
        }
        if following.connected_since.is_none() {
            following.connected_since = Some(now);
            following.home.clone_from(&self.host);
        }
        if std::mem::take(&mut following.is_lost) {
            following.tell(LiveNews::Back);
        }
        if is_off_air && !following.is_off_air {
            following.tell(LiveNews::OffAir);
        }
        following.is_off_air = match &info.stream {
            Some(StreamState::Offline) => true,
            Some(StreamState::Stored(_)) => false,
            Some(StreamState::Pending) | None => following.is_off_air,
        };
        if !is_off_air && info != ModuleInfo::default() {
            following.tell(LiveNews::Update(Box::new(info)));
        }
        SessionAction::Wait
    }

    /// Tells that the connection is lost, and connects again: first to the same host, then to the
    /// entry.
    pub(super) fn reconnect(&mut self, error: Error, now: Duration) -> SessionAction {
        let Some(following) = &mut self.following else {
            return SessionAction::Fail(error);
        };
        if following.is_stable(now) {
            following.losses = 0;
        }
        let pause = pause_after(following.losses, &error, &mut self.random);
        following.losses = following.losses.saturating_add(1);
        following.connected_since = None;
        following.is_lost = true;
        following.tell(LiveNews::Lost(error));
        let home = following.home.clone().filter(|_| following.losses == 1);
        self.last_error = None;
        self.fallback_host = None;
        self.redirects = 0;
        self.referrers = 0;
        self.visited.clear();
        self.attempt_started = now + pause;
        let host = home.unwrap_or_else(|| {
            self.host_number = self.random_host_number();
            self.entry_host()
        });
        self.go_to(host).after(pause)
    }

    /// Returns the last error, or that nothing came, as the reason of a loss.
    pub(super) fn take_error(&mut self) -> Error {
        self.last_error.take().unwrap_or(Error::Timeout(WHAT))
    }
}

/// Returns the pause before the next connection, after so many losses before this one.
fn pause_after(losses: u32, error: &Error, random: &mut fastrand::Rng) -> Duration {
    // More doublings than this exceed the longest pause anyway.
    let doublings = losses.min(10);
    let longest = FIRST_PAUSE.saturating_mul(1 << doublings).min(MAX_PAUSE);
    let pause = longest.mul_f64(0.5 + random.f64() / 2.0);
    match error {
        Error::Busy {
            retry_after: Some(stated),
        } => pause.max((*stated).min(MAX_STATED_PAUSE)),
        _ => pause,
    }
}

#[cfg(test)]
mod tests;
