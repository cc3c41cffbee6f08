//! Reads the markup in the text of a cue (W3C `WebVTT` 4.2, 6.4; the tags of `SubRip`).

use super::text::{CueText, CueTextBuilder, Style};

/// Longest name of a character reference.
const MAX_NAME_BYTES: usize = 8;
/// Longest tag of `SubRip`; real ones have a font and a colour. Without a bound, text full of `<a`
/// would take time that grows with the square of its length.
const MAX_TAG_BYTES: usize = 256;

/// Format whose markup is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    WebVtt,
    /// What is no tag is text here, since `<` cannot be escaped: `<3`. Also has the positions of
    /// Advanced `SubStation` Alpha: `{\an8}`.
    SubRip,
}

/// Reads the text of a cue: italics, bold and underlined text, and character references.
///
/// Leaves out all other tags, empty lines and control characters.
pub(super) fn read(text: &str, markup: Markup) -> CueText {
    let mut out = CueTextBuilder::default();
    let mut open = OpenTags::default();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&', '{']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before, open.style());
        rest = if let Some((tag, behind)) = tag(mark, markup) {
            open.apply(tag);
            behind
        } else if let Some((character, behind)) = character_reference(mark) {
            out.push(character, open.style());
            behind
        } else {
            // Each of the three is one byte.
            out.push_str(mark.get(..1).unwrap_or_default(), open.style());
            mark.get(1..).unwrap_or_default()
        };
    }
    out.push_str(rest, open.style());
    out.finish()
}

/// Splits a tag without its brackets from the text after it.
fn tag(text: &str, markup: Markup) -> Option<(&str, &str)> {
    match markup {
        // A tag without `>` extends to the end of the cue.
        Markup::WebVtt => {
            let tag = text.strip_prefix('<')?;
            Some(tag.split_once('>').unwrap_or((tag, "")))
        }
        Markup::SubRip => {
            if text.starts_with("{\\") {
                return enclosed(text, b'}');
            }
            let tag = text.strip_prefix('<')?;
            let name = tag.strip_prefix('/').unwrap_or(tag);
            let is_tag = name.starts_with(|first: char| first.is_ascii_alphabetic());
            is_tag.then(|| enclosed(text, b'>'))?
        }
    }
}

/// Splits what is between the first character and the bracket that closes it from the text after it.
fn enclosed(text: &str, bracket: u8) -> Option<(&str, &str)> {
    let start = text.as_bytes().get(..MAX_TAG_BYTES);
    let end = memchr::memchr(bracket, start.unwrap_or(text.as_bytes()))?;
    Some((text.get(1..end)?, text.get(end + 1..)?))
}

/// How many tags of each style are open.
#[derive(Debug, Default)]
struct OpenTags {
    italic: usize,
    bold: usize,
    underline: usize,
}

impl OpenTags {
    /// Opens or closes a style; ignores other tags.
    fn apply(&mut self, tag: &str) {
        let (name, is_end) = match tag.strip_prefix('/') {
            Some(name) => (name, true),
            None => (tag, false),
        };
        let name = name.split(['.', ' ', '\t', '\n']).next().unwrap_or(name);
        let count = match name {
            "i" | "I" => &mut self.italic,
            "b" | "B" => &mut self.bold,
            "u" | "U" => &mut self.underline,
            _ => return,
        };
        *count = if is_end {
            count.saturating_sub(1)
        } else {
            count.saturating_add(1)
        };
    }

    fn style(&self) -> Style {
        Style {
            italic: self.italic > 0,
            bold: self.bold > 0,
            underline: self.underline > 0,
        }
    }
}

/// Decodes a character reference, `&name;`; returns the character and the text after it.
fn character_reference(text: &str) -> Option<(char, &str)> {
    let end = text
        .strip_prefix('&')?
        .bytes()
        .take(MAX_NAME_BYTES + 1)
        .position(|byte| byte == b';')?
        + 1;
    let name = text.get(1..end)?;
    let character = match name {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        "nbsp" => '\u{a0}',
        "lrm" => '\u{200e}',
        "rlm" => '\u{200f}',
        _ => {
            let number = name.strip_prefix('#')?;
            let code = match number.strip_prefix(['x', 'X']) {
                Some(digits) => u32::from_str_radix(digits, 16),
                None => number.parse(),
            };
            char::from_u32(code.ok()?)?
        }
    };
    Some((character, text.get(end + 1..)?))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn tags_and_references_are_replaced_by_text() {
        for (text, expected) in [
            ("plain", "plain"),
            (
                "<b>bold</b> and <c.red.small>coloured</c>",
                "bold and coloured",
            ),
            ("<v Ada Lovelace>Hello", "Hello"),
            ("<00:00:01.000>one <00:00:02.000>two", "one two"),
            (
                "a &amp; b &lt;c&gt; &#228;&#xE4;&nbsp;d",
                "a & b <c> ää\u{a0}d",
            ),
            ("&lt;b&gt;", "<b>"),
            ("&amp;lt;", "&lt;"),
            ("R&D; &unknown; &#1114112; &", "R&D; &unknown; &#1114112; &"),
            ("&ääääää;", "&ääääää;"),
            ("open <b", "open"),
            ("  two \n\n lines\t\n<i>\n</i>", "two\nlines"),
            ("a\0b\u{1b}[31m\tc", "ab[31m c"),
            ("<b></b>", ""),
        ] {
            assert_eq!(read(text, Markup::WebVtt).plain(), expected, "{text}");
        }
    }

    #[test]
    fn styles_are_read_from_nested_and_unclosed_tags() {
        let italic = Style {
            italic: true,
            ..Style::default()
        };
        let both = Style {
            bold: true,
            ..italic
        };
        let text = read("<i.loud>a<B><b>b</b>c</B></i>d</i>", Markup::WebVtt);
        let runs: Vec<_> = text.runs().collect();
        assert_eq!(runs, [(italic, "a"), (both, "bc"), (Style::default(), "d")]);
        let text = read("<u>open", Markup::SubRip);
        assert!(text.runs().all(|(style, _)| style.underline));
    }

    #[test]
    fn subrip_has_text_that_looks_like_a_tag() {
        for (text, expected) in [
            ("I <3 you", "I <3 you"),
            ("a < b and b > c", "a < b and b > c"),
            ("<font color=\"red\">red</font>", "red"),
            ("{\\an8}above", "above"),
            ("{sic}", "{sic}"),
            ("{\\open", "{\\open"),
            ("<b", "<b"),
            ("a &amp; b", "a & b"),
        ] {
            assert_eq!(read(text, Markup::SubRip).plain(), expected, "{text}");
        }
    }

    #[test]
    fn brackets_that_are_never_closed_take_little_time() {
        for text in ["<a", "{\\"] {
            let text = text.repeat(1 << 19);
            assert_eq!(read(&text, Markup::SubRip).plain(), text);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_and_none_grows(text in r"(\PC|[<>&;#/ibu{}\\\n]|&#x?[0-9a-f]{1,6};){0,40}") {
            for markup in [Markup::WebVtt, Markup::SubRip] {
                let read = read(&text, markup);
                prop_assert!(read.plain().len() <= text.len());
                prop_assert!(read.plain().lines().all(|line| !line.trim().is_empty()));
                let runs: String = read.runs().map(|(_, run)| run).collect();
                prop_assert_eq!(runs, read.plain());
            }
        }
    }
}
