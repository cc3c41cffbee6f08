//! Finds the cues of `SubRip`, which has no specification; what follows is what players accept.
//!
//! A cue is a number, a line with its times, and its text up to the next such number.

use super::markup::{self, Markup};
use super::vtt::ARROW;
use super::{CueList, lines, number};

/// Returns the cues in the order of the file, or `None` if the text has none.
pub(super) fn cues(text: &str) -> Option<CueList> {
    let mut list = CueList::default();
    let mut open: Option<OpenCue> = None;
    let mut has_times = false;
    for line in lines(text) {
        let times = times(line);
        has_times |= times.is_some();
        // An arrow elsewhere is text.
        let is_start = times.is_some()
            || line.contains(ARROW) && open.as_ref().is_none_or(OpenCue::ends_in_number);
        if is_start {
            if let Some(open) = open.take() {
                open.close(&mut list);
            }
            open = Some(OpenCue {
                times,
                text: String::new(),
                last_line: 0,
            });
        } else if let Some(open) = &mut open {
            open.push(line);
        }
    }
    if let Some(mut open) = open {
        // Nothing follows: a number at the end is text.
        open.last_line = open.text.len();
        open.close(&mut list);
    }
    has_times.then_some(list)
}

/// A cue that is being read.
struct OpenCue {
    /// `None` if they could not be read.
    times: Option<(u64, u64)>,
    /// Its lines, each with its end.
    text: String,
    /// Where the last line starts.
    last_line: usize,
}

impl OpenCue {
    fn push(&mut self, line: &str) {
        self.last_line = self.text.len();
        self.text.push_str(line);
        self.text.push('\n');
    }

    fn ends_in_number(&self) -> bool {
        self.text.get(self.last_line..).is_some_and(is_number)
    }

    fn close(mut self, list: &mut CueList) {
        if self.ends_in_number() {
            // It is that of the next cue.
            self.text.truncate(self.last_line);
        }
        let text = markup::read(&self.text, Markup::SubRip);
        // A cue without duration is counted as one that could not be read.
        let (start_ms, end_ms) = self.times.unwrap_or_default();
        list.push(start_ms, end_ms, text);
    }
}

fn is_number(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && line.bytes().all(|byte| byte.is_ascii_digit())
}

/// Reads `00:00:01,500 --> 00:00:03,000` in milliseconds; ignores positions after it.
fn times(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    Some((time(start.trim())?, time(end)?))
}

/// Reads `hours:minutes:seconds,thousandths` in milliseconds. The hours may have any number of
/// digits, and some programs write a point for the comma.
pub(super) fn time(text: &str) -> Option<u64> {
    let mut fields = text.split(':');
    let hours = fields.next()?;
    let hours = number(hours, hours.len())?;
    let minutes = number(fields.next()?, 2).filter(|minutes| *minutes < 60)?;
    let (seconds, thousandths) = fields.next()?.split_once([',', '.'])?;
    let seconds = number(seconds, 2).filter(|seconds| *seconds < 60)?;
    let thousandths = number(thousandths, 3)?;
    if fields.next().is_some() {
        return None;
    }
    let milliseconds = minutes * 60_000 + seconds * 1000 + thousandths;
    hours.checked_mul(3_600_000)?.checked_add(milliseconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Vec<(u64, u64, String)> {
        let list = cues(text).expect("SubRip");
        list.cues
            .iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text.plain().to_owned()))
            .collect()
    }

    #[test]
    fn cues_are_found_with_and_without_empty_lines_and_numbers() {
        let text = "\n1\n00:00:01,000 --> 00:00:02,500 X1:1 X2:2\nHello\n<i>world</i>\n\n\
            2\n0:00:03.000-->0:00:04.000\nsecond\n\nafter an empty line\n\
            3\n100:00:00,000 --> 100:00:01,000\n2001\n\n\
            00:00:05,000 --> 00:00:06,000\na --> b\n7\n";
        let expected = [
            (1000, 2500, "Hello\nworld"),
            (3000, 4000, "second\nafter an empty line"),
            (360_000_000, 360_001_000, "2001"),
            (5000, 6000, "a --> b\n7"),
        ];
        let expected = expected.map(|(start, end, text)| (start, end, text.to_owned()));
        assert_eq!(read(text), expected);
        assert_eq!(read(&text.replace('\n', "\r\n")), expected);
        assert_eq!(read(&text.replace('\n', "\r")), expected);
    }

    #[test]
    fn a_malformed_cue_is_counted_and_does_not_affect_the_others() {
        for bad in [
            "00:00:01,00 --> 00:00:02,000",
            "00:61:00,000 --> 00:62:00,000",
            "00:01,000 --> 00:02,000",
            "18446744073709551615:00:00,000 --> 18446744073709551615:00:01,000",
            "00:00:02,000 --> 00:00:02,000",
            "00:00:03,000 --> 00:00:02,000",
            "-->",
        ] {
            let text = format!(
                "1\n{bad}\nlost\n\n2\n00:00:07,000 --> 00:00:08,000\nkept\n\n3\n{bad}\nlost\n"
            );
            assert_eq!(read(&text), [(7000, 8000, "kept".to_owned())], "{bad}");
            assert_eq!(cues(&text).map(|list| list.skipped), Some(2), "{bad}");
        }
    }

    #[test]
    fn text_without_times_is_not_subrip() {
        for other in ["", "1\n2\n", "a --> b", "0:00:01.000,0:00:02.000\nx"] {
            assert_eq!(cues(other), None, "{other}");
        }
    }
}
