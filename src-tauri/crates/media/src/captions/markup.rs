//! Removes the markup from the text of a cue (W3C `WebVTT` 4.2, 6.4).

/// Longest name of a character reference.
const MAX_NAME_BYTES: usize = 8;

/// Removes tags from the text of a cue and replaces character references.
///
/// Also removes empty lines and control characters.
pub(super) fn strip_markup(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(['<', '&']) {
        let (before, mark) = rest.split_at(at);
        out.push_str(before);
        rest = if mark.starts_with('<') {
            // A tag without `>` extends to the end of the cue.
            mark.split_once('>').map_or("", |(_, behind)| behind)
        } else if let Some((character, behind)) = character_reference(mark) {
            out.push(character);
            behind
        } else {
            out.push('&');
            mark.get(1..).unwrap_or_default()
        };
    }
    out.push_str(rest);
    let out = out.replace('\t', " ");
    let is_text = |character: &char| !character.is_control() || *character == '\n';
    let out: String = out.chars().filter(is_text).collect();
    let lines = out.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.collect::<Vec<_>>().join("\n")
}

/// Decodes a character reference, `&name;`; returns the character and the text after it.
fn character_reference(text: &str) -> Option<(char, &str)> {
    let end = text
        .bytes()
        .take(MAX_NAME_BYTES + 2)
        .position(|byte| byte == b';')?;
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
            assert_eq!(strip_markup(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_accepted_and_none_grows(text in r"(\PC|[<>&;#\n]|&#x?[0-9a-f]{1,6};){0,40}") {
            let stripped = strip_markup(&text);
            prop_assert!(stripped.len() <= text.len());
            prop_assert!(stripped.lines().all(|line| !line.trim().is_empty()));
        }
    }
}
