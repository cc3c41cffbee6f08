//! What goes wrong, switched on and off while the service runs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

/// One kind of trouble.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answer with this status and nothing else; 429 and 503 carry `Retry-After: 1`.
    Status(StatusCode),
    /// The same without any word of when to come again.
    Bare(StatusCode),
    /// Send the request back to the same address.
    Circle,
    /// Send the request, with all that is in it, elsewhere: 307. `{host}` and `{path}` stand for
    /// those that were asked.
    Redirect(String),
    /// Set this cookie beside the answer.
    Cookie(String),
    /// Answer only after this long.
    Delay(Duration),
    /// Fall silent in the middle of the body, after so many bytes.
    Stall(usize),
    /// Promise the whole body and close after so many bytes.
    Truncate(usize),
    /// Answer 200 with the first so many bytes, and say that this is all.
    Cut(usize),
    /// Answer 200 with so many bytes in the middle set to zero.
    Damage(usize),
    /// Answer 200 with nothing in it.
    Empty,
    /// Answer 200 with the beginning of the body, and zeros behind it without end.
    Endless,
    /// Answer 200 with a web page.
    Html,
    /// Reset the connection instead of answering.
    Reset,
    /// Send so many bytes of the body a second.
    Slow(u64),
    /// Change hashes and paths of the recording, as if its addresses had expired, then refuse.
    Expire,
    /// Close connections to the host before anything is said. Matches hosts only.
    HostDown,
    /// Show a certificate that nobody trusts. Matches hosts only.
    Untrusted,
    /// Close the control connection after so many frames. Matches hosts only.
    CloseSocket(usize),
    /// Take the control connection and say nothing. Matches hosts only.
    SilentSocket,
}

/// When a fault strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    /// As a connection names its host.
    Accept,
    /// As a request is answered.
    Request,
    /// As a control connection is taken.
    Socket,
}

impl Fault {
    fn stage(&self) -> Stage {
        match self {
            Self::HostDown | Self::Untrusted => Stage::Accept,
            Self::CloseSocket(_) | Self::SilentSocket => Stage::Socket,
            _ => Stage::Request,
        }
    }
}

/// A fault and when it strikes.
#[derive(Clone, Debug)]
pub struct Rule {
    fault: Fault,
    host: String,
    path: String,
    recording: Option<u64>,
    skip: u32,
    times: Option<u32>,
}

impl Rule {
    /// Strikes every time, everywhere.
    pub fn new(fault: Fault) -> Self {
        let all = || "*".to_owned();
        Self {
            fault,
            host: all(),
            path: all(),
            recording: None,
            skip: 0,
            times: None,
        }
    }

    /// Only at hosts of that pattern; `*` stands for any text.
    #[must_use]
    pub fn host(self, pattern: &str) -> Self {
        Self {
            host: pattern.to_ascii_lowercase(),
            ..self
        }
    }

    /// Only for paths (with their query) of that pattern; `*` stands for any text.
    #[must_use]
    pub fn path(self, pattern: &str) -> Self {
        Self {
            path: pattern.to_owned(),
            ..self
        }
    }

    /// Only where the address holds the number of that recording: page, API, control connection
    /// and chunks all do.
    #[must_use]
    pub fn recording(self, id: u64) -> Self {
        Self {
            recording: Some(id),
            ..self
        }
    }

    /// Lets so many matches pass first.
    #[must_use]
    pub fn skip(self, matches: u32) -> Self {
        Self {
            skip: matches,
            ..self
        }
    }

    /// Strikes so often and then never again.
    #[must_use]
    pub fn times(self, strikes: u32) -> Self {
        Self {
            times: Some(strikes),
            ..self
        }
    }

    fn matches(&self, stage: Stage, host: &str, path: &str) -> bool {
        let number = self.recording.map(|id| id.to_string());
        self.fault.stage() == stage
            && fits(&self.host, host)
            && fits(&self.path, path)
            && number.is_none_or(|number| host.contains(&number) || path.contains(&number))
    }
}

/// Whether `text` fits a pattern in which `*` stands for any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == text;
    };
    let Some(mut text) = text.strip_prefix(head) else {
        return false;
    };
    let mut parts: Vec<&str> = rest.split('*').collect();
    let tail = parts.pop().unwrap_or_default();
    for part in parts {
        let Some(at) = text.find(part) else {
            return false;
        };
        text = text.get(at + part.len()..).unwrap_or_default();
    }
    text.ends_with(tail)
}

/// Name of a rule that was added.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleId(usize);

#[derive(Debug)]
struct ArmedRule {
    rule: Rule,
    seen: u32,
    struck: u32,
    on: bool,
}

/// The switchboard.
#[derive(Debug, Default)]
pub struct Faults {
    armed: Mutex<Vec<ArmedRule>>,
}

impl Faults {
    /// Adds a rule. Of several that match, the first added strikes.
    pub fn add(&self, rule: Rule) -> RuleId {
        let mut armed = self.armed();
        armed.push(ArmedRule {
            rule,
            seen: 0,
            struck: 0,
            on: true,
        });
        RuleId(armed.len() - 1)
    }

    /// Switches a rule off.
    pub fn remove(&self, RuleId(at): RuleId) {
        if let Some(armed) = self.armed().get_mut(at) {
            armed.on = false;
        }
    }

    /// Switches all rules off.
    pub fn clear(&self) {
        self.armed().iter_mut().for_each(|armed| armed.on = false);
    }

    /// How often a rule has struck.
    pub fn struck(&self, RuleId(at): RuleId) -> u32 {
        self.armed().get(at).map_or(0, |armed| armed.struck)
    }

    /// The fault that strikes now, if any.
    pub(crate) fn strike(&self, stage: Stage, host: &str, path: &str) -> Option<Fault> {
        for armed in self.armed().iter_mut() {
            let spent = armed.rule.times.is_some_and(|times| armed.struck >= times);
            if !armed.on || spent || !armed.rule.matches(stage, host, path) {
                continue;
            }
            armed.seen = armed.seen.saturating_add(1);
            if armed.seen > armed.rule.skip {
                armed.struck = armed.struck.saturating_add(1);
                return Some(armed.rule.fault.clone());
            }
        }
        None
    }

    fn armed(&self) -> MutexGuard<'_, Vec<ArmedRule>> {
        self.armed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_with_text_for_each_star() {
        assert!(fits("*", ""));
        assert!(fits("*.ums.*", "r1-1-5-recorded-ws-live.ums.ustream.tv"));
        assert!(fits("/a/*/chunk_7_*", "/a/2/1/chunk_7_99.flv"));
        assert!(!fits("/a/*/chunk_7_*.m4v", "/a/2/1/chunk_7_99.flv"));
        assert!(!fits("video.ibm.com", "api.video.ibm.com"));
    }

    #[test]
    fn a_rule_lets_some_pass_then_strikes_so_often() {
        let faults = Faults::default();
        let rule = faults.add(Rule::new(Fault::Reset).path("*.flv").skip(1).times(2));
        let strikes: Vec<bool> = (0..5)
            .map(|_| faults.strike(Stage::Request, "cdn", "/x.flv").is_some())
            .collect();
        assert_eq!(strikes, [false, true, true, false, false]);
        assert_eq!(faults.struck(rule), 2);
    }

    #[test]
    fn a_rule_for_a_recording_finds_it_in_host_or_path() {
        let faults = Faults::default();
        faults.add(Rule::new(Fault::Empty).recording(55));
        assert!(
            faults
                .strike(Stage::Request, "r1-1-55-recorded-ws-live", "/1/ustream")
                .is_some()
        );
        assert!(
            faults
                .strike(Stage::Request, "video.ibm.com", "/recorded/55")
                .is_some()
        );
        assert!(
            faults
                .strike(Stage::Request, "video.ibm.com", "/recorded/56")
                .is_none()
        );
        assert!(
            faults
                .strike(Stage::Accept, "video.ibm.com", "/recorded/55")
                .is_none()
        );
    }
}
