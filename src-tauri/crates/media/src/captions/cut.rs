//! Cuts `WebVTT` to a time range.

use std::fmt::Write as _;

use super::lines;
use super::vtt::{ARROW, times};
use crate::TimeRange;

impl TimeRange {
    /// Returns the `WebVTT` text of the range: its cues with their times from its start, and everything
    /// else that is not a cue. Lines end with a line feed.
    pub(super) fn cut_web_vtt(&self, text: &str) -> String {
        let mut cut = String::with_capacity(text.len());
        let mut is_kept = true;
        for line in lines(text) {
            if line.is_empty() {
                is_kept = true;
            } else if let Some(behind) = line.contains(ARROW).then(|| settings(line)) {
                let moved = times(line).and_then(|span| self.moved(span));
                is_kept = moved.is_some();
                if let Some((start, end)) = moved {
                    let (start, end) = (timestamp(start), timestamp(end));
                    // Writing to a String cannot fail.
                    let _ = writeln!(cut, "{start} {ARROW} {end}{behind}");
                }
                continue;
            }
            if is_kept {
                cut.push_str(line);
                cut.push('\n');
            }
        }
        cut
    }

    /// Returns what of a time span is in the range, from its start.
    pub(super) fn moved(&self, (start_ms, end_ms): (u64, u64)) -> Option<(u64, u64)> {
        let end_ms = self.to_ms.map_or(end_ms, |to_ms| end_ms.min(to_ms));
        let start_ms = start_ms.max(self.from_ms);
        (start_ms < end_ms).then(|| (start_ms - self.from_ms, end_ms - self.from_ms))
    }
}

/// Returns what is behind the times of a cue, with the space before it.
fn settings(line: &str) -> &str {
    let (_, behind) = line.split_once(ARROW).unwrap_or_default();
    let behind = behind.trim_start();
    behind.find([' ', '\t']).map_or("", |at| &behind[at..])
}

fn timestamp(time_ms: u64) -> String {
    let (seconds, milliseconds) = (time_ms / 1000, time_ms % 1000);
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{hours:02}:{minutes:02}:{seconds:02}.{milliseconds:03}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::CaptionFile;

    #[test]
    fn cues_of_the_range_are_kept_with_times_from_its_start() {
        let range = TimeRange {
            from_ms: 60_000,
            to_ms: Some(3_600_500),
        };
        let text = "WEBVTT - a talk\r\n\r\nSTYLE\r\n::cue { color: red }\r\n\r\n\
            one\r\n00:10.000 --> 00:20.000\r\nbefore\r\nit\r\n\r\n\
            two\r\n00:50.000 --> 01:05.250 line:0\r\nover the start\r\n\r\n\
            01:00:00.000 --> 01:00:02.000\r\nover the end\r\n\r\n\
            01:00:01.000 --> 01:00:02.000\r\nbehind it\r\n\r\nNOTE the end\r\n";
        let expected = "WEBVTT - a talk\n\nSTYLE\n::cue { color: red }\n\none\n\n\
            two\n00:00:00.000 --> 00:00:05.250 line:0\nover the start\n\n\
            00:59:00.000 --> 00:59:00.500\nover the end\n\n\nNOTE the end\n\n";
        assert_eq!(range.cut_web_vtt(text), expected);
        let cut = CaptionFile::read(expected.as_bytes().to_vec());
        assert!(cut.captions("en").is_some());
    }

    #[test]
    fn what_is_no_caption_stays_none() {
        let range = TimeRange {
            from_ms: 0,
            to_ms: None,
        };
        assert_eq!(range.cut_web_vtt(""), "\n");
        assert_eq!(range.cut_web_vtt("a --> b c\nx"), "");
    }
}
