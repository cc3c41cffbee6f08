//! Writes cues as `WebVTT` (W3C `WebVTT` 4.1) and as `SubRip`.

use std::fmt::Write as _;

use super::Cue;
use super::text::Style;
use super::vtt::ARROW;

/// A format in which captions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CaptionFormat {
    /// `WebVTT`: `.vtt`.
    WebVtt,
    /// `SubRip`: `.srt`.
    SubRip,
}

impl CaptionFormat {
    /// Returns the extension of its files.
    pub fn extension(self) -> &'static str {
        match self {
            Self::WebVtt => "vtt",
            Self::SubRip => "srt",
        }
    }

    /// Returns a file of these cues, in their order.
    pub(super) fn write(self, cues: &[Cue]) -> String {
        match self {
            Self::WebVtt => web_vtt(cues),
            Self::SubRip => sub_rip(cues),
        }
    }
}

fn web_vtt(cues: &[Cue]) -> String {
    let mut out = "WEBVTT\n".to_owned();
    for cue in cues {
        let (start, end) = (Time(cue.start_ms, '.'), Time(cue.end_ms, '.'));
        // Writing to a string cannot fail.
        let _ = writeln!(out, "\n{start} {ARROW} {end}");
        for (style, run) in cue.text.runs() {
            let run = run.replace('&', "&amp;").replace('<', "&lt;");
            push_styled(&mut out, style, &run.replace('>', "&gt;"));
        }
        out.push('\n');
    }
    out
}

/// Lines end as on Windows, where `SubRip` comes from.
fn sub_rip(cues: &[Cue]) -> String {
    let mut out = String::new();
    for (cue, number) in cues.iter().zip(1_u64..) {
        let (start, end) = (Time(cue.start_ms, ','), Time(cue.end_ms, ','));
        // Writing to a string cannot fail.
        let _ = write!(out, "{number}\r\n{start} {ARROW} {end}\r\n");
        for (style, run) in cue.text.runs() {
            // Nothing can be escaped; an arrow could begin the next cue.
            let run = run.replace(ARROW, "->").replace('\n', "\r\n");
            push_styled(&mut out, style, &run);
        }
        out.push_str("\r\n\r\n");
    }
    out
}

/// Appends text in the tags that both formats have.
fn push_styled(out: &mut String, style: Style, text: &str) {
    let tags = [
        (style.italic, "<i>", "</i>"),
        (style.bold, "<b>", "</b>"),
        (style.underline, "<u>", "</u>"),
    ];
    let tags = || tags.iter().filter(|(is_set, ..)| *is_set);
    out.extend(tags().map(|(_, start, _)| *start));
    out.push_str(text);
    out.extend(tags().rev().map(|(.., end)| *end));
}

/// Milliseconds as `hours:minutes:seconds.thousandths`, with this character before the thousandths.
struct Time(u64, char);

impl std::fmt::Display for Time {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(ms, point) = self;
        let (hours, minutes) = (ms / 3_600_000, ms / 60_000 % 60);
        let (seconds, thousandths) = (ms / 1000 % 60, ms % 1000);
        write!(
            out,
            "{hours:02}:{minutes:02}:{seconds:02}{point}{thousandths:03}"
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::captions::markup::{self, Markup};
    use crate::captions::{srt, vtt};

    fn cue(start_ms: u64, end_ms: u64, markup: &str) -> Cue {
        Cue {
            start_ms,
            end_ms,
            text: markup::read(markup, Markup::WebVtt),
        }
    }

    #[test]
    fn both_formats_are_written_as_documented() {
        let cues = [
            cue(1000, 2500, "a &lt; b &amp; <i>c<b>d</b></i>\n<c.red>e</c>"),
            cue(360_000_000, 360_000_001, "&lt;--&gt; <u>late</u>"),
        ];
        assert_eq!(
            CaptionFormat::WebVtt.write(&cues),
            "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\na &lt; b &amp; <i>c</i><i><b>d</b></i>\ne\n\n\
             100:00:00.000 --> 100:00:00.001\n&lt;--&gt; <u>late</u>\n"
        );
        assert_eq!(
            CaptionFormat::SubRip.write(&cues),
            "1\r\n00:00:01,000 --> 00:00:02,500\r\na < b & <i>c</i><i><b>d</b></i>\r\ne\r\n\r\n\
             2\r\n100:00:00,000 --> 100:00:00,001\r\n<-> <u>late</u>\r\n\r\n"
        );
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(
            cues in proptest::collection::vec(
                (any::<u32>(), 1_u64..100_000, r"(</?[ibu]>|[ \na-z0-9{}é]|-->|&lt;|&gt;|&amp;){0,20}"),
                0..8,
            ),
        ) {
            let cues: Vec<Cue> = cues
                .into_iter()
                .map(|(start, length, text)| cue(start.into(), u64::from(start) + length, &text))
                .filter(|cue| !cue.text.is_empty())
                .collect();
            let text = CaptionFormat::WebVtt.write(&cues);
            let read = vtt::cues(&text).expect("WebVTT");
            prop_assert_eq!((&read.cues, read.skipped), (&cues, 0));

            // What `SubRip` cannot escape is left out of its part.
            let has_escapes = |cue: &Cue| cue.text.plain().contains(['<', '&', '>']);
            let cues: Vec<Cue> = cues.into_iter().filter(|it| !has_escapes(it)).collect();
            let text = CaptionFormat::SubRip.write(&cues);
            let read = srt::cues(&text).unwrap_or_default();
            prop_assert_eq!(read.skipped, 0);
            prop_assert_eq!(read.cues, cues);
        }
    }
}
