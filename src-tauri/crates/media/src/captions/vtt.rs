//! Finds the cues of `WebVTT` (W3C `WebVTT` 4.1, 6.1).
//!
//! Comments, styles, regions and cue identifiers need no parsing: a cue is the text after a line with
//! an arrow, and only cues may contain an arrow.

use super::{Cue, markup};

/// Largest text; hours of speech are some hundred kilobytes.
const MAX_BYTES: usize = 8 << 20;
/// Largest number of cues: one every two seconds for a day is less.
const MAX_CUES: usize = 50_000;
pub(super) const ARROW: &str = "-->";

/// Returns the cues in the order of the file, or `None` if the text is not `WebVTT`.
pub(super) fn cues(text: &str) -> Option<Vec<Cue>> {
    let text = text.get(..text.floor_char_boundary(MAX_BYTES))?;
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let behind = text.strip_prefix("WEBVTT")?;
    if !(behind.is_empty() || behind.starts_with([' ', '\t', '\n', '\r'])) {
        return None;
    }
    let mut cues = Vec::new();
    let mut open: Option<OpenCue<'_>> = None;
    for line in lines(behind) {
        if line.is_empty() || line.contains(ARROW) {
            cues.extend(open.take().and_then(OpenCue::close));
            if cues.len() == MAX_CUES {
                break;
            }
            open = times(line).map(|(start_ms, end_ms)| OpenCue {
                start_ms,
                end_ms,
                lines: Vec::new(),
            });
        } else if let Some(open) = &mut open {
            open.lines.push(line);
        }
    }
    cues.extend(open.and_then(OpenCue::close));
    Some(cues)
}

/// A cue that is being read.
struct OpenCue<'t> {
    start_ms: u64,
    end_ms: u64,
    lines: Vec<&'t str>,
}

impl OpenCue<'_> {
    /// Returns the cue, or `None` if it has no text or no duration.
    fn close(self) -> Option<Cue> {
        let text = markup::strip_markup(&self.lines.join("\n"));
        (self.start_ms < self.end_ms && !text.is_empty()).then_some(Cue {
            start_ms: self.start_ms,
            end_ms: self.end_ms,
            text,
        })
    }
}

/// Splits lines at a carriage return, a line feed, or both.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split('\n').flat_map(|line| {
        let line = line.strip_suffix('\r').unwrap_or(line);
        line.split('\r')
    })
}

/// Reads `00:01.500 --> 00:03.000` in milliseconds; ignores settings after it.
pub(super) fn times(line: &str) -> Option<(u64, u64)> {
    let (start, rest) = line.split_once(ARROW)?;
    let end = rest.split_whitespace().next()?;
    Some((time(start.trim())?, time(end)?))
}

/// Reads `[hours:]minutes:seconds.thousandths` in milliseconds. Also accepts the comma of `SubRip`,
/// which some converters keep.
fn time(text: &str) -> Option<u64> {
    let (clock, thousandths) = text.split_once(['.', ','])?;
    let mut fields = clock.rsplit(':');
    let seconds = number(fields.next()?, 2).filter(|seconds| *seconds < 60)?;
    let minutes = number(fields.next()?, 2).filter(|minutes| *minutes < 60)?;
    let hours = match fields.next() {
        Some(hours) => number(hours, hours.len())?,
        None => 0,
    };
    let thousandths = number(thousandths, 3)?;
    if fields.next().is_some() {
        return None;
    }
    let milliseconds = minutes * 60_000 + seconds * 1000 + thousandths;
    hours.checked_mul(3_600_000)?.checked_add(milliseconds)
}

/// Reads a number of exactly `digits` digits.
fn number(text: &str, digits: usize) -> Option<u64> {
    let is_number = text.len() == digits && text.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u64, u64, String)> {
        let cues = cues(text).expect("WebVTT");
        cues.into_iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text))
            .collect()
    }

    #[test]
    fn cues_are_found_between_comments_styles_regions_and_identifiers() {
        let text = "\u{feff}WEBVTT - a talk\nKind: captions\n\n\
            STYLE\n::cue { color: red }\n\n\
            REGION\nid:one\n\n\
            NOTE\nnot shown\n\n\
            00:01.000 --> 00:02.500 align:start line:0\nHello\nworld\n\n\
            a name\n100:00:00.000 --> 100:00:01.000\nlate\n\n\n\
            00:00:03,000-->00:00:04,000\nfrom SubRip\n\
            00:00:05.000 --> 00:00:06.000\nwithout a line between\n";
        let expected = [
            (1000, 2500, "Hello\nworld"),
            (360_000_000, 360_001_000, "late"),
            (3000, 4000, "from SubRip"),
            (5000, 6000, "without a line between"),
        ];
        let expected = expected.map(|(start, end, text)| (start, end, text.to_owned()));
        assert_eq!(read(text), expected);
        let carriage_returns = text.replace('\n', "\r");
        assert_eq!(read(&carriage_returns), expected);
        assert_eq!(read(&text.replace('\n', "\r\n")), expected);
    }

    #[test]
    fn a_malformed_cue_does_not_affect_the_others() {
        for bad in [
            "00:01.00 --> 00:02.000",
            "0:01.000 --> 00:02.000",
            "00:61.000 --> 00:62.000",
            "00:61:00.000 --> 00:62:00.000",
            "1:2:3:4.000 --> 2:2:3:4.000",
            "99999999999999999999:00:00.000 --> 99999999999999999999:00:01.000",
            "18446744073709551615:00:00.000 --> 18446744073709551615:00:01.000",
            "+0:01.000 --> 00:02.000",
            "00:02.000 --> 00:02.000",
            "00:03.000 --> 00:02.000",
            "-->",
            "00:01.000 -->",
        ] {
            let text = format!("WEBVTT\n\n{bad}\nlost\n\n00:07.000 --> 00:08.000\nkept\n");
            assert_eq!(read(&text), [(7000, 8000, "kept".to_owned())], "{bad}");
        }
    }

    #[test]
    fn text_without_the_web_vtt_signature_is_refused() {
        for other in [
            "",
            "WEBVTTX\n",
            " WEBVTT",
            "1\n00:00:01,000 --> 00:00:02,000\nx",
        ] {
            assert_eq!(cues(other), None, "{other}");
        }
        assert_eq!(cues("WEBVTT"), Some(Vec::new()));
    }

    #[test]
    fn more_cues_than_the_limit_are_left_out() {
        let cue = "00:01.000 --> 00:02.000\nx\n\n";
        let text = format!("WEBVTT\n\n{}", cue.repeat(MAX_CUES + 10));
        assert_eq!(read(&text).len(), MAX_CUES);
        let text = format!("WEBVTT\n\n{}{cue}", "ä".repeat(MAX_BYTES / 2));
        assert_eq!(read(&text), []);
    }

    proptest! {
        #[test]
        fn every_cue_has_a_text_and_a_duration(
            text in r"WEBVTT\n(\n?([0-9]{1,3}:)?[0-6][0-9]:[0-6][0-9][.,][0-9]{3} ?--> ?[0-6][0-9]:[0-9]{2}\.[0-9]{3}( \PC{0,8})?\n([^\n]{0,12}\n){0,3}){0,6}",
        ) {
            for cue in cues(&text).expect("WebVTT") {
                prop_assert!(cue.start_ms < cue.end_ms);
                prop_assert!(!cue.text.trim().is_empty());
            }
        }

        #[test]
        fn a_text_with_any_byte_changed_is_read_without_panic(
            at in 0_usize..200,
            byte in any::<u8>(),
        ) {
            let mut bytes = b"WEBVTT\n\n00:01.000 --> 00:02.500\n<v Ada>a &amp; b</v>\n\n\
                02:00:03.000 --> 02:00:04.000 line:0\n<00:00:03.500><c.x>c</c>\n".to_vec();
            let length = bytes.len();
            bytes[at % length] = byte;
            if let Some(cues) = cues(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(cues.len() <= 2);
            }
        }
    }
}
