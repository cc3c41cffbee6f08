//! Output for scripts: one JSON object per line, with the version of the format.

use std::io;

use engine::Failure;
use engine::view::{
    EntryView, Finished, JobView, MovieCheckView, Preview, ProgressView, ReportView,
};
use serde::Serialize;

use crate::stream_changes::StreamChange;
use crate::terminal;

/// Increased when a field changes its meaning or is removed; new fields may be added any time.
const VERSION: u32 = 1;

#[derive(Debug, Serialize)]
struct JsonLine<'a> {
    v: u32,
    /// The job that the event is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    job: Option<&'a str>,
    #[serde(flatten)]
    event: &'a JsonEvent<'a>,
}

/// The event of one line.
#[derive(Debug, Serialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub(crate) enum JsonEvent<'a> {
    /// The recording that a link leads to.
    Resolved(&'a Preview),
    /// One of several recordings that a link leads to.
    Listed {
        number: u32,
        #[serde(flatten)]
        entry: &'a EntryView,
        /// Whether it is in the folder that was named; absent if none was.
        #[serde(skip_serializing_if = "Option::is_none")]
        saved: Option<bool>,
    },
    /// A kept channel.
    Kept {
        number: usize,
        link: &'a str,
        title: Option<&'a str>,
        folder: String,
        /// Whether new recordings are saved; if not, they are only told of.
        saves: bool,
        added_unix_s: i64,
        looked_unix_s: Option<i64>,
        /// How many recordings were found and are not saved yet.
        pending: usize,
    },
    /// A new recording of a kept channel that is only told of.
    New {
        channel: &'a str,
        link: &'a str,
        title: Option<&'a str>,
    },
    /// The recording that is being saved.
    Found {
        title: &'a str,
        link: &'a str,
        newest_of_channel: bool,
    },
    /// Something has happened to a stream that is recorded or waited for.
    Stream(StreamChange),
    Progress(&'a ProgressView),
    /// The file has been saved.
    Saved {
        path: String,
        #[serde(flatten)]
        finished: &'a Finished,
    },
    /// A file has been checked.
    Checked {
        path: String,
        whole: bool,
        #[serde(flatten)]
        checked: &'a MovieCheckView,
    },
    /// A file could not be checked.
    Unchecked {
        path: String,
        #[serde(flatten)]
        failure: &'a Failure,
    },
    /// A report has been saved.
    Reported {
        path: String,
        #[serde(flatten)]
        report: &'a ReportView,
    },
    Failed {
        /// The link, if there are several.
        #[serde(skip_serializing_if = "Option::is_none")]
        link: Option<&'a str>,
        #[serde(flatten)]
        failure: &'a Failure,
        exit: u8,
    },
    /// The result for several links.
    Summary {
        saved: usize,
        failed: usize,
        /// Saved by an earlier run.
        known: usize,
    },
}

impl<'a> From<&'a JobView> for JsonEvent<'a> {
    fn from(job: &'a JobView) -> Self {
        let JobView {
            title,
            link,
            newest_of_channel,
            ..
        } = job;
        Self::Found {
            title,
            link,
            newest_of_channel: *newest_of_channel,
        }
    }
}

/// Prints one line on stdout.
pub(crate) fn print(job: Option<&str>, event: &JsonEvent<'_>) -> io::Result<()> {
    let line = JsonLine {
        v: VERSION,
        job,
        event,
    };
    let mut text = serde_json::to_string(&line)?;
    text.push('\n');
    terminal::print_json(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_names_its_version_and_its_event() {
        let event = JsonEvent::Found {
            title: "Launch",
            link: "l",
            newest_of_channel: true,
        };
        let line = serde_json::to_value(JsonLine {
            v: VERSION,
            job: Some("7"),
            event: &event,
        })
        .unwrap();
        let expected = serde_json::json!({
            "v": 1, "job": "7", "event": "found", "title": "Launch", "link": "l", "newest_of_channel": true
        });
        assert_eq!(line, expected);
    }
}
