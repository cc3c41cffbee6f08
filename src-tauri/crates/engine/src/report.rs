//! A report: the conversation with the service about one link, without secrets, as an HTTP Archive.

mod segments;

use std::collections::BTreeMap;
use std::path::Path;

use har::{Creator, Har, Hidden, Redactor, ReportDetails};
use url::Url;
use ustream::{Access, TrafficRecorder};

pub(crate) use self::segments::sample;
use crate::code::Code;
use crate::view::{HostCount, ReportView};

/// What a report is about.
#[derive(Clone, Debug)]
pub(crate) struct ReportSubject {
    /// The link that was looked up.
    pub(crate) link: String,
    /// The code and the text of the error at the end.
    pub(crate) failure: Option<(Code, String)>,
    /// What was chosen, in words.
    pub(crate) settings: Vec<String>,
    /// Folders of the user, whose names are hidden.
    pub(crate) folders: Vec<String>,
}

/// A conversation with the service in which nothing is secret.
#[derive(Clone, Debug)]
pub struct Report {
    har: Har,
    hidden: Hidden,
}

impl Report {
    /// Takes down what `recorder` has heard so far.
    pub(crate) fn of(
        recorder: &TrafficRecorder,
        subject: ReportSubject,
        hides_titles: bool,
    ) -> Self {
        let (mut log, notes, secrets) = recorder.take_down();
        let (code, error) = subject.failure.unzip();
        // A code is written as a text.
        let error_code = serde_json::to_value(code).unwrap_or_default();
        let error_code = error_code.as_str().map(str::to_owned);
        log.creator = Creator {
            name: "ustream-dl".to_owned(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        log.report = Some(ReportDetails {
            link: subject.link,
            system: format!("{} {}", std::env::consts::OS, std::env::consts::ARCH),
            error_code,
            error,
            settings: subject.settings,
            notes,
        });
        let mut redactor = Redactor::new(hides_titles);
        let home = std::env::home_dir();
        let home = home.as_deref().map(Path::to_string_lossy);
        let folders = subject.folders.iter().map(String::as_str);
        // Not a root folder, whose name is in every path.
        let folders = folders.chain(home.as_deref()).filter(|it| it.len() > 3);
        for secret in secrets.iter().map(String::as_str).chain(folders) {
            redactor.add_secret(secret);
        }
        let mut har = Har::new(log);
        let hidden = redactor.redact(&mut har);
        Self { har, hidden }
    }

    /// Returns the text of the file.
    pub fn to_json(&self) -> String {
        self.har.to_json()
    }

    /// Returns what is in it, for the user.
    pub fn view(&self) -> ReportView {
        let log = &self.har.log;
        let mut hosts: BTreeMap<String, u32> = BTreeMap::new();
        for entry in &log.entries {
            let url = Url::parse(&entry.request.url).ok();
            let host = url.as_ref().and_then(Url::host_str).unwrap_or_default();
            *hosts.entry(host.to_owned()).or_default() += 1;
        }
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        ReportView {
            id: 0,
            requests: count(log.entries.len()),
            hosts: hosts
                .into_iter()
                .map(|(host, requests)| HostCount { host, requests })
                .collect(),
            size_bytes: self.to_json().len() as u64,
            hidden_secrets: count(self.hidden.secrets),
            hidden_addresses: count(self.hidden.emails + self.hidden.addresses),
            hidden_titles: count(self.hidden.titles),
            error: log.report.as_ref().and_then(|report| report.error.clone()),
        }
    }
}

/// Tells `recorder` what may be sent and must not be shown.
pub(crate) fn add_secrets(recorder: &TrafficRecorder, access: &Access) {
    for secret in access.password.iter().chain(access.form.values()) {
        recorder.add_secret(secret);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_the_error_but_neither_folders_nor_answers() {
        let recorder = TrafficRecorder::default();
        let mut access = Access {
            password: Some("open sesame".to_owned()),
            ..Access::default()
        };
        access
            .form
            .insert("name".to_owned(), "Ada Lovelace".to_owned());
        add_secrets(&recorder, &access);
        recorder.note("Ada Lovelace was refused");
        let home = std::env::home_dir().unwrap_or_default();
        let subject = ReportSubject {
            link: "https://video.ibm.com/recorded/7".to_owned(),
            failure: Some((
                Code::BadAnswer,
                format!("{}/x: no; /mnt/adas-disk/y: no", home.display()),
            )),
            settings: vec!["quality best".to_owned()],
            folders: vec!["/mnt/adas-disk".to_owned()],
        };
        let report = Report::of(&recorder, subject, false);
        let text = report.to_json();
        for secret in ["Lovelace", "sesame", "adas-disk"] {
            assert!(!text.contains(secret), "{text}");
        }
        if home.as_os_str().len() > 3 {
            assert!(!text.contains(&*home.to_string_lossy()), "{text}");
        }
        assert!(text.contains("\"errorCode\": \"bad_answer\"") && text.contains("quality best"));
        assert!(report.view().error.unwrap().contains("/y: no"));
    }
}
