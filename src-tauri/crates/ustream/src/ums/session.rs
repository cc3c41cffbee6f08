//! Decides what to do on the control connection: events in, requests out. No I/O, no clock.

mod gathered;

use std::time::Duration;

use fastrand::Rng;
use serde_json::json;

use self::gathered::Gathered;
pub use self::gathered::StreamInfo;
use super::message::{self, Command, ModuleInfo, Reject, WHAT};
use super::stream::StreamState;
use crate::{Error, Lock, RecordingId, hosts};

/// One attempt may take this long; an answer usually takes one second.
const ATTEMPT: Duration = Duration::from_secs(15);

/// Attempts in all, each from an entry host on.
const MOST_ATTEMPTS: usize = 3;

/// A host that has just failed is given this long, times the attempts so far.
const PAUSE: Duration = Duration::from_millis(500);

/// Hosts in a row that send us on; one is usual.
const MOST_REDIRECTS: usize = 5;

/// Pages that may be asked for in a row; two have been seen.
const MOST_REFERRERS: usize = 2;

/// How long the servers of the pieces may be named later than the pieces.
const SERVERS_AFTER: Duration = Duration::from_secs(5);

/// How long a list of hashes that ends too early may be continued in a later message.
const HASHES_AFTER: Duration = Duration::from_secs(3);

/// What is asked of the service.
#[derive(Clone)]
pub struct Question {
    /// The recording.
    pub recording: RecordingId,
    /// Its password.
    pub password: Option<String>,
    /// The answer of the sign-up form, as the JSON text it came in.
    pub hash: Option<String>,
    /// Address of the page that embeds it.
    pub referrer: Option<String>,
}

/// What happened on the connection.
#[derive(Debug)]
pub enum Event<'a> {
    /// It is open.
    Opened,
    /// It could not be opened.
    Failed(Error),
    /// The service said something.
    Frame(&'a str),
    /// The service said something too large.
    Flooded(Error),
    /// It was closed from the other side.
    Closed,
    /// [`Session::deadline`] has come.
    TimedOut,
}

/// What to do next.
#[derive(Debug)]
pub enum Request {
    /// Drop the connection and open one to `wss://{host}{path}`, after a pause.
    Connect {
        /// Where to.
        host: String,
        /// Which path there.
        path: &'static str,
        /// How long to wait before.
        pause: Duration,
    },
    /// Say this, then wait.
    Send(String),
    /// Wait for the next event, at most until [`Session::deadline`].
    Wait,
    /// The recording is known.
    Done(Box<StreamInfo>),
    /// The answer of the sign-up form is missing, or was not accepted.
    NeedsHash,
    /// It cannot be had.
    Fail(Error),
}

/// One conversation about one recording.
pub struct Session {
    question: Question,
    referrer: String,
    random: Rng,
    viewer: u64,
    attempt: usize,
    attempt_started: Duration,
    /// Number at the front of made-up host names, one for each attempt: it defeats caches.
    front: u32,
    redirects: usize,
    referrers: usize,
    visited: Vec<(String, String)>,
    host: String,
    /// Where to go when the host that the service named cannot be reached.
    instead: Option<String>,
    gathered: Gathered,
    last_error: Option<Error>,
}

impl Session {
    /// A conversation whose random numbers follow from `seed`.
    pub fn new(question: Question, seed: u64) -> Self {
        let mut random = Rng::with_seed(seed);
        let referrer = question
            .referrer
            .clone()
            .unwrap_or_else(|| format!("https://video.ibm.com/recorded/{}", question.recording));
        Self {
            question,
            referrer,
            viewer: random.u64(1..10_000_000_000),
            random,
            attempt: 0,
            attempt_started: Duration::ZERO,
            front: 0,
            redirects: 0,
            referrers: 0,
            visited: Vec::new(),
            host: String::new(),
            instead: None,
            gathered: Gathered::default(),
            last_error: None,
        }
    }

    /// The first thing to do.
    pub fn start(&mut self, now: Duration) -> Request {
        self.attempt = 1;
        self.enter(now)
    }

    /// When to report [`Event::TimedOut`].
    pub fn deadline(&self) -> Duration {
        let attempt = self.attempt_started + ATTEMPT;
        self.gathered
            .settles_at(HASHES_AFTER, SERVERS_AFTER)
            .map_or(attempt, |at| at.min(attempt))
    }

    /// Goes on after `event`. `now` counts from any moment, but never back.
    pub fn on(&mut self, event: Event<'_>, now: Duration) -> Request {
        match event {
            Event::Opened => Request::Send(self.connect_command()),
            Event::Frame(frame) => self.on_frame(frame, now),
            Event::Flooded(error) | Event::Failed(error @ Error::Busy { .. }) => {
                Request::Fail(error)
            }
            Event::Failed(error) => {
                self.last_error = Some(error);
                match self.instead.take() {
                    Some(host) => self.go_to(host),
                    None => self.again_or_settle(now),
                }
            }
            Event::Closed => self.again_or_settle(now),
            Event::TimedOut if now < self.deadline() => Request::Wait,
            Event::TimedOut => {
                self.last_error = Some(Error::Silent(WHAT));
                self.again_or_settle(now)
            }
        }
    }

    fn on_frame(&mut self, frame: &str, now: Duration) -> Request {
        let commands = match message::parse(frame) {
            Ok(commands) => commands,
            Err(error) => {
                tracing::debug!(%error, "a frame makes no sense");
                self.last_error = Some(error);
                return Request::Wait;
            }
        };
        for command in commands {
            let request = match command {
                Command::ModuleInfo(info) => self.on_module_info(*info, now),
                Command::Reject(reasons) => self.on_reject(reasons),
                Command::Other(name) => {
                    tracing::debug!(name, "a command without meaning here");
                    Request::Wait
                }
            };
            if !matches!(request, Request::Wait) {
                return request;
            }
        }
        Request::Wait
    }

    fn on_module_info(&mut self, info: ModuleInfo, now: Duration) -> Request {
        if info.stream == Some(StreamState::Offline) {
            return Request::Fail(Error::NotRecorded);
        }
        self.gathered.add(info, now);
        if self.gathered.is_whole() {
            return Request::Done(Box::new(self.gathered.take()));
        }
        Request::Wait
    }

    fn on_reject(&mut self, reasons: Vec<Reject>) -> Request {
        let Some(reason) = reasons.into_iter().next() else {
            return Request::Wait;
        };
        let lock = match reason {
            Reject::Cluster { name, host } => return self.on_cluster(name, host),
            Reject::Referrer { redirect_url } => return self.on_referrer(redirect_url),
            Reject::Hash => return Request::NeedsHash,
            Reject::Nonexistent => {
                return Request::Fail(Error::NotFound(self.question.recording.to_string()));
            }
            Reject::Region => Lock::Region,
            Reject::Password => Lock::Password {
                wrong: self.question.password.is_some(),
            },
            Reject::Login => Lock::Login,
            Reject::Other(key) => Lock::Other(key),
        };
        Request::Fail(Error::Locked(lock))
    }

    /// The host that is named comes first, where it is the service's own; else, or where it
    /// cannot be reached, the one whose name is made of the cluster's.
    fn on_cluster(&mut self, name: Option<String>, host: Option<String>) -> Request {
        self.redirects += 1;
        if self.redirects > MOST_REDIRECTS {
            return astray("it was sent on too often");
        }
        let made = name
            .filter(|name| is_cluster_name(name))
            .map(|name| self.made_host(&name));
        let host = host.map(|host| {
            host.split(':')
                .next()
                .unwrap_or_default()
                .to_ascii_lowercase()
        });
        let (own, foreign): (Option<String>, Option<String>) = match host {
            Some(host) if hosts::is_control(&host) => (Some(host), None),
            other => (None, other),
        };
        match (own, made) {
            (Some(own), made) => {
                self.instead = made.filter(|made| *made != own);
                self.go_to(own)
            }
            (None, Some(made)) => self.go_to(made),
            (None, None) => astray(&format!(
                "it was sent on to {}",
                crate::loose::words(foreign.as_deref().unwrap_or("nowhere"))
            )),
        }
    }

    /// The page is only named, never fetched.
    fn on_referrer(&mut self, redirect_url: Option<String>) -> Request {
        const LONGEST: usize = 2048;
        self.referrers += 1;
        let page = redirect_url.filter(|page| {
            page.len() <= LONGEST && (page.starts_with("http://") || page.starts_with("https://"))
        });
        match page {
            Some(page) if self.referrers <= MOST_REFERRERS && page != self.referrer => {
                self.referrer = page;
                self.go_to(self.host.clone())
            }
            _ => Request::Fail(Error::Locked(Lock::Embed)),
        }
    }

    /// Begins an attempt at the entry host of its turn: today's first, then the one of 2017.
    fn enter(&mut self, now: Duration) -> Request {
        let earlier = u32::try_from(self.attempt.saturating_sub(1)).unwrap_or(u32::MAX);
        let pause = PAUSE.saturating_mul(earlier);
        self.attempt_started = now + pause;
        self.front = self.random.u32(10_000_000..100_000_000);
        self.redirects = 0;
        self.instead = None;
        self.visited.clear();
        self.gathered.forget_time();
        let host = if self.attempt % 2 == 1 {
            self.made_host("live")
        } else {
            let Self {
                front, question, ..
            } = self;
            format!(
                "r{front}-1-{}-recorded-wss-live.ums.ustream.tv",
                question.recording
            )
        };
        match self.go_to(host) {
            Request::Connect { host, path, .. } => Request::Connect { host, path, pause },
            other => other,
        }
    }

    fn made_host(&self, cluster: &str) -> String {
        let Self {
            front, question, ..
        } = self;
        let id = question.recording;
        format!("r{front}-1-{id}-recorded-ws-{cluster}.ums.services.video.ibm.com")
    }

    fn go_to(&mut self, host: String) -> Request {
        let visit = (host.clone(), self.referrer.clone());
        if self.visited.contains(&visit) {
            return astray("it was sent in a circle");
        }
        self.visited.push(visit);
        self.host.clone_from(&host);
        Request::Connect {
            host,
            path: "/1/ustream",
            pause: Duration::ZERO,
        }
    }

    /// The connection is of no more use: what is known may do, else another attempt may help.
    fn again_or_settle(&mut self, now: Duration) -> Request {
        // A list that ends too early is asked for once more, then taken as it is.
        let is_enough = self.gathered.is_complete() || self.attempt > 1;
        if self.gathered.is_usable() && is_enough {
            if !self.gathered.is_complete() {
                tracing::warn!("the service lists fewer pieces than the recording is long");
            }
            return Request::Done(Box::new(self.gathered.take()));
        }
        if self.attempt >= MOST_ATTEMPTS {
            return Request::Fail(
                self.gathered
                    .refusal()
                    .unwrap_or_else(|| self.last_error.take().unwrap_or(Error::Silent(WHAT))),
            );
        }
        self.attempt += 1;
        self.enter(now)
    }

    fn connect_command(&mut self) -> String {
        let connection_id = self.random.u64(1..10_000_000_000);
        let page_id = self.random.u64(1..1_000_000_000_000_000);
        let mut arguments = json!({
            "type": "viewer",
            "appId": 3,
            "appVersion": 2,
            "rsid": format!("{:x}:{connection_id:x}", self.viewer),
            "rpin": format!("_rpin.{page_id}"),
            "referrer": self.referrer,
            "clusterHost":
                "r%rnd%-1-%mediaId%-%mediaType%-%protocolPrefix%-%cluster%.ums.ustream.tv",
            "media": self.question.recording.to_string(),
            "application": "recorded",
        });
        if let Some(password) = &self.question.password {
            arguments["password"] = json!(password);
        }
        if let Some(hash) = &self.question.hash {
            arguments["hash"] = json!(hash);
            // With a hash, the player of a channel that is off air is what has been seen to work.
            arguments["isOffairRecorded"] = json!(true);
        }
        json!({"cmd": "connect", "args": [arguments]}).to_string()
    }
}

/// What fits into one label of a host name beside the rest.
fn is_cluster_name(name: &str) -> bool {
    const LONGEST: usize = 20;
    (1..=LONGEST).contains(&name.len())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

fn astray(problem: &str) -> Request {
    Request::Fail(Error::Astray(problem.to_owned()))
}

#[cfg(test)]
mod tests;
