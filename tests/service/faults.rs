//! Faults that can be switched on and off while the service runs.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use axum::http::StatusCode;

use crate::codings::BodyCoding;

/// One kind of fault.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// Answer with this status and nothing else; 429 and 503 carry `Retry-After: 1`.
    Status(StatusCode),
    /// Answer with this status without `Retry-After`.
    StatusWithoutRetryAfter(StatusCode),
    /// Send the request back to the same address.
    RedirectToSelf,
    /// Redirect with 307, which keeps method and body. `{host}` and `{path}` are replaced by those
    /// of the request.
    Redirect(String),
    /// Add this cookie to the response.
    Cookie(String),
    /// Answer after this delay.
    Delay(Duration),
    /// Stop sending in the middle of the body, after this many bytes.
    Stall(usize),
    /// Announce the whole body and close after this many bytes.
    Truncate(usize),
    /// Answer 200 with only the first bytes, this many, as a complete body.
    ShortBody(usize),
    /// Answer 200 with this many bytes in the middle set to zero.
    ZeroMiddle(usize),
    /// Answer 200 with an empty body.
    Empty,
    /// Answer 200 with the beginning of the body, followed by zeros without end.
    Endless,
    /// Answer 206 with the whole body, as a part of a file that has this many bytes more.
    Partial(u64),
    /// Encode the body, whatever the status.
    Encoded(BodyCoding),
    /// Answer 200 with a small body that decodes to a gigabyte.
    Bomb,
    /// Answer 200 with a web page.
    Html,
    /// Reset the connection instead of answering.
    Reset,
    /// Send this many bytes of the body per second.
    Throttle(u64),
    /// Change hashes and paths of the recording, as if its addresses had expired, then refuse.
    ExpireAddresses,
    /// Close connections to the host before any data. Matches hosts only.
    HostDown,
    /// Present an untrusted certificate. Matches hosts only.
    UntrustedCertificate,
    /// Present a certificate that is out of date. Matches hosts only.
    ExpiredCertificate,
    /// Present the certificate of a log-in page. Matches hosts only.
    CertificateOfLoginPage,
    /// Close the control connection after this many frames. Matches hosts only.
    CloseSocket(usize),
    /// Accept the control connection and send nothing. Matches hosts only.
    SilentSocket,
}

/// The stage at which a fault applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FaultStage {
    /// When a connection names its host.
    Accept,
    /// When a request is answered.
    Request,
    /// When a control connection is accepted.
    Socket,
}

impl Fault {
    fn stage(&self) -> FaultStage {
        match self {
            Self::HostDown
            | Self::UntrustedCertificate
            | Self::ExpiredCertificate
            | Self::CertificateOfLoginPage => FaultStage::Accept,
            Self::CloseSocket(_) | Self::SilentSocket => FaultStage::Socket,
            _ => FaultStage::Request,
        }
    }
}

/// A fault and the conditions under which it applies.
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
    /// Creates a rule that applies to every request.
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

    /// Limits it to hosts of this pattern; `*` matches any text.
    #[must_use]
    pub fn host(self, pattern: &str) -> Self {
        Self {
            host: pattern.to_ascii_lowercase(),
            ..self
        }
    }

    /// Limits it to paths (with their query) of this pattern; `*` matches any text.
    #[must_use]
    pub fn path(self, pattern: &str) -> Self {
        Self {
            path: pattern.to_owned(),
            ..self
        }
    }

    /// Limits it to addresses with the number of this recording: page, API, control connection and
    /// chunks all have it.
    #[must_use]
    pub fn recording(self, id: u64) -> Self {
        Self {
            recording: Some(id),
            ..self
        }
    }

    /// Lets this many matches pass first.
    #[must_use]
    pub fn skip(self, matches: u32) -> Self {
        Self {
            skip: matches,
            ..self
        }
    }

    /// Limits how often it applies.
    #[must_use]
    pub fn times(self, count: u32) -> Self {
        Self {
            times: Some(count),
            ..self
        }
    }

    fn matches(&self, stage: FaultStage, host: &str, path: &str) -> bool {
        let number = self.recording.map(|id| id.to_string());
        self.fault.stage() == stage
            && glob_matches(&self.host, host)
            && glob_matches(&self.path, path)
            && number.is_none_or(|number| host.contains(&number) || path.contains(&number))
    }
}

/// Returns whether `text` matches a pattern in which `*` stands for any text.
fn glob_matches(pattern: &str, text: &str) -> bool {
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

/// Identifies an added rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RuleId(usize);

#[derive(Debug)]
struct ArmedRule {
    rule: Rule,
    matched: u32,
    applied: u32,
    enabled: bool,
}

/// The active rules.
#[derive(Debug, Default)]
pub struct Faults {
    rules: Mutex<Vec<ArmedRule>>,
}

impl Faults {
    /// Adds a rule. If several match, the one added first applies.
    pub fn add(&self, rule: Rule) -> RuleId {
        let mut armed = self.rules();
        armed.push(ArmedRule {
            rule,
            matched: 0,
            applied: 0,
            enabled: true,
        });
        RuleId(armed.len() - 1)
    }

    /// Switches a rule off.
    pub fn remove(&self, RuleId(at): RuleId) {
        if let Some(armed) = self.rules().get_mut(at) {
            armed.enabled = false;
        }
    }

    /// Switches all rules off.
    pub fn clear(&self) {
        self.rules()
            .iter_mut()
            .for_each(|armed| armed.enabled = false);
    }

    /// Returns how often a rule has applied.
    pub fn times_applied(&self, RuleId(at): RuleId) -> u32 {
        self.rules().get(at).map_or(0, |armed| armed.applied)
    }

    /// Returns the fault that applies now, if any.
    pub(crate) fn next_fault(&self, stage: FaultStage, host: &str, path: &str) -> Option<Fault> {
        for armed in self.rules().iter_mut() {
            let spent = armed.rule.times.is_some_and(|times| armed.applied >= times);
            if !armed.enabled || spent || !armed.rule.matches(stage, host, path) {
                continue;
            }
            armed.matched = armed.matched.saturating_add(1);
            if armed.matched > armed.rule.skip {
                armed.applied = armed.applied.saturating_add(1);
                return Some(armed.rule.fault.clone());
            }
        }
        None
    }

    fn rules(&self) -> MutexGuard<'_, Vec<ArmedRule>> {
        self.rules.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_matches_with_text_for_each_star() {
        assert!(glob_matches("*", ""));
        assert!(glob_matches(
            "*.ums.*",
            "r1-1-5-recorded-ws-live.ums.ustream.tv"
        ));
        assert!(glob_matches("/a/*/chunk_7_*", "/a/2/1/chunk_7_99.flv"));
        assert!(!glob_matches("/a/*/chunk_7_*.m4v", "/a/2/1/chunk_7_99.flv"));
        assert!(!glob_matches("video.ibm.com", "api.video.ibm.com"));
    }

    #[test]
    fn a_rule_skips_matches_then_applies_a_limited_number_of_times() {
        let faults = Faults::default();
        let rule = faults.add(Rule::new(Fault::Reset).path("*.flv").skip(1).times(2));
        let applied: Vec<bool> = (0..5)
            .map(|_| {
                faults
                    .next_fault(FaultStage::Request, "cdn", "/x.flv")
                    .is_some()
            })
            .collect();
        assert_eq!(applied, [false, true, true, false, false]);
        assert_eq!(faults.times_applied(rule), 2);
    }

    #[test]
    fn a_rule_for_a_recording_matches_its_number_in_host_or_path() {
        let faults = Faults::default();
        faults.add(Rule::new(Fault::Empty).recording(55));
        assert!(
            faults
                .next_fault(
                    FaultStage::Request,
                    "r1-1-55-recorded-ws-live",
                    "/1/ustream"
                )
                .is_some()
        );
        assert!(
            faults
                .next_fault(FaultStage::Request, "video.ibm.com", "/recorded/55")
                .is_some()
        );
        assert!(
            faults
                .next_fault(FaultStage::Request, "video.ibm.com", "/recorded/56")
                .is_none()
        );
        assert!(
            faults
                .next_fault(FaultStage::Accept, "video.ibm.com", "/recorded/55")
                .is_none()
        );
    }
}
