//! Finds the cues of `WebVTT` (W3C `WebVTT` 4.1, 6.1).
//!
//! Comments, styles, regions and cue identifiers need no parsing: a cue is the text after a line with
//! an arrow, and only cues may contain an arrow.

use super::markup::{self, Markup};
use super::{CueList, lines, number};

/// Separates the times of a cue.
pub(super) const ARROW: &str = "-->";

/// Returns the cues in the order of the file, or `None` if the text is not `WebVTT`.
pub(super) fn cues(text: &str) -> Option<CueList> {
    let behind = text.strip_prefix("WEBVTT")?;
    if !(behind.is_empty() || behind.starts_with([' ', '\t', '\n', '\r'])) {
        return None;
    }
    let mut list = CueList::default();
    let mut open: Option<OpenCue> = None;
    for line in lines(behind) {
        let has_arrow = line.contains(ARROW);
        if line.is_empty() || has_arrow {
            if let Some(open) = open.take() {
                open.close(&mut list);
            }
            let times = times(line);
            if has_arrow && times.is_none() {
                list.skip();
            }
            open = times.map(|(start_ms, end_ms)| OpenCue {
                start_ms,
                end_ms,
                text: String::new(),
            });
        } else if let Some(open) = &mut open {
            open.text.push_str(line);
            open.text.push('\n');
        }
    }
    if let Some(open) = open {
        open.close(&mut list);
    }
    Some(list)
}

/// A cue that is being read.
struct OpenCue {
    start_ms: u64,
    end_ms: u64,
    text: String,
}

impl OpenCue {
    fn close(self, list: &mut CueList) {
        let text = markup::read(&self.text, Markup::WebVtt);
        list.push(self.start_ms, self.end_ms, text);
    }
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn read(text: &str) -> Vec<(u64, u64, String)> {
        let list = cues(text).expect("WebVTT");
        list.cues
            .iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text.plain().to_owned()))
            .collect()
    }

    #[test]
    fn cues_are_found_between_comments_styles_regions_and_identifiers() {
        let text = "WEBVTT - a talk\nKind: captions\n\n\
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
            assert_eq!(cues(&text).map(|list| list.skipped), Some(1), "{bad}");
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
            assert!(cues(other).is_none(), "{other}");
        }
        assert!(cues("WEBVTT").is_some_and(|list| list.cues.is_empty()));
    }

    proptest! {
        #[test]
        fn every_cue_has_a_text_and_a_duration(
            text in r"WEBVTT\n(\n?([0-9]{1,3}:)?[0-6][0-9]:[0-6][0-9][.,][0-9]{3} ?--> ?[0-6][0-9]:[0-9]{2}\.[0-9]{3}( \PC{0,8})?\n([^\n]{0,12}\n){0,3}){0,6}",
        ) {
            for cue in cues(&text).expect("WebVTT").cues {
                prop_assert!(cue.start_ms < cue.end_ms);
                prop_assert!(!cue.text.plain().trim().is_empty());
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
            if let Some(list) = cues(&String::from_utf8_lossy(&bytes)) {
                prop_assert!(list.cues.len() <= 2);
            }
        }
    }
}
