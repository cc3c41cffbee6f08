//! Output to the terminal. Titles, links and error texts come from the network, so control
//! characters in them are escaped.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::path::Path;

/// Longest incomplete UTF-8 character at the end of a write, in bytes.
const MAX_PARTIAL_CHAR: usize = 3;

/// Returns whether a character is a control character, or changes the writing direction.
fn is_control(c: char) -> bool {
    let changes_direction =
        matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    changes_direction || c.is_control()
}

/// Returns whether text contains control characters other than line breaks and tabs.
pub(crate) fn has_controls(text: &str) -> bool {
    text.contains(|c| is_control(c) && !matches!(c, '\n' | '\t'))
}

/// Escapes control characters other than line breaks and tabs, as in `\u{1b}`.
fn clean(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_control(c) && !matches!(c, '\n' | '\t'))
}

/// Escapes all control characters; for a title, a link or a path within a line.
pub(crate) fn one_line(text: &str) -> Cow<'_, str> {
    escaped(text, is_control)
}

fn escaped(text: &str, is_escaped: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_escaped) {
        return text.into();
    }
    let mut clean = String::with_capacity(text.len());
    for c in text.chars() {
        if is_escaped(c) {
            clean.extend(c.escape_unicode());
        } else {
            clean.push(c);
        }
    }
    clean.into()
}

/// Escapes, as in `\u001b`, the control characters that JSON allows in strings.
fn escape_json(json: &str) -> Cow<'_, str> {
    // Outside strings, JSON contains no control characters but line breaks.
    let is_escaped = |c| is_control(c) && c != '\n';
    if !json.contains(is_escaped) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_escaped(c) {
            // All of them are in the Basic Multilingual Plane, so no surrogates are needed. Writing
            // to a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}

/// Writes a line, or several, to stderr.
pub(crate) fn print_stderr(text: &str) {
    // If stderr is closed, the error cannot be reported.
    let _ = writeln!(io::stderr().lock(), "{}", clean(text));
}

/// Writes text for people to stdout.
pub(crate) fn print(text: &str) -> io::Result<()> {
    crate::print(clean(text).as_bytes())
}

/// Writes JSON to stdout.
pub(crate) fn print_json(json: &str) -> io::Result<()> {
    crate::print(escape_json(json).as_bytes())
}

/// Writes a path to stdout: exact for a script, escaped for a terminal.
pub(crate) fn print_path(path: &Path) -> io::Result<()> {
    let mut line = if io::stdout().is_terminal() {
        one_line(&path.to_string_lossy()).into_owned().into_bytes()
    } else {
        path.as_os_str().as_encoded_bytes().to_vec()
    };
    line.push(b'\n');
    crate::print(&line)
}

/// Prints panics with control characters escaped.
pub(crate) fn guard_panics() {
    panic::set_hook(Box::new(|panic| {
        let trace = Backtrace::capture();
        print_stderr(&match trace.status() {
            BacktraceStatus::Captured => format!("{panic}\n{trace}"),
            _ => panic.to_string(),
        });
    }));
}

/// Returns stderr for log lines, with control characters escaped.
pub(crate) fn log() -> EscapingWriter<io::Stderr> {
    EscapingWriter::new(io::stderr())
}

/// A writer that escapes control characters.
#[derive(Debug)]
pub(crate) struct EscapingWriter<W> {
    inner: W,
    /// The start of a UTF-8 character whose rest has not been written yet.
    partial: Vec<u8>,
}

impl<W: Write> EscapingWriter<W> {
    pub(crate) fn new(inner: W) -> Self {
        Self {
            inner,
            partial: Vec::new(),
        }
    }
}

impl<W: Write> Write for EscapingWriter<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.partial.extend_from_slice(bytes);
        let all = std::mem::take(&mut self.partial);
        let mut text = String::with_capacity(all.len());
        let mut chunks = all.utf8_chunks().peekable();
        while let Some(chunk) = chunks.next() {
            text.push_str(chunk.valid());
            let invalid = chunk.invalid();
            let is_cut = chunks.peek().is_none() && is_partial_char(invalid);
            if is_cut {
                self.partial = invalid.to_vec();
            } else if !invalid.is_empty() {
                text.push(char::REPLACEMENT_CHARACTER);
            }
        }
        self.inner.write_all(clean(&text).as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// Returns whether bytes are the start of a UTF-8 character.
fn is_partial_char(bytes: &[u8]) -> bool {
    let cut = std::str::from_utf8(bytes).err();
    bytes.len() <= MAX_PARTIAL_CHAR && cut.is_some_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clears the screen, sets the title, reverses the line, and has a control byte of Latin-1.
    const HOSTILE: &str = "a\u{1b}[2J\u{1b}]0;x\u{7}b\u{202e}c\u{2066}d\u{9b}31me\rf\u{7f}";

    fn is_harmless(text: &str) -> bool {
        !text.contains(|c: char| c != '\n' && is_control(c))
    }

    #[test]
    fn a_terminal_sees_no_controls_and_a_reader_sees_where_they_were() {
        let shown = clean(HOSTILE);
        assert!(is_harmless(&shown), "{shown:?}");
        assert!(shown.starts_with("a\\u{1b}[2J"), "{shown}");
        assert_eq!(clean("two\nlines, — 日本語\t€"), "two\nlines, — 日本語\t€");
        assert_eq!(one_line("one\nerror: two"), "one\\u{a}error: two");
    }

    #[test]
    fn escaped_json_parses_to_the_same_value() {
        let json = serde_json::to_string(HOSTILE).unwrap();
        let escaped = escape_json(&json);
        assert!(is_harmless(&escaped), "{escaped:?}");
        assert_eq!(serde_json::from_str::<String>(&escaped).unwrap(), HOSTILE);
    }

    #[test]
    fn log_lines_are_cleaned_however_they_are_cut() {
        let bytes = format!("title={HOSTILE} — 日本\n").into_bytes();
        let mut whole = EscapingWriter::new(Vec::new());
        whole.write_all(&bytes).unwrap();
        let expected = String::from_utf8(whole.inner).unwrap();
        assert!(is_harmless(&expected) && expected.ends_with(" — 日本\n"));
        for size in 1..5 {
            let mut cut = EscapingWriter::new(Vec::new());
            for part in bytes.chunks(size) {
                cut.write_all(part).unwrap();
            }
            assert_eq!(String::from_utf8(cut.inner).unwrap(), expected, "{size}");
        }
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced() {
        let mut writer = EscapingWriter::new(Vec::new());
        // CSI as a single byte, which old terminals accept.
        writer.write_all(b"a\x9b2Jb\xff\n").unwrap();
        let shown = String::from_utf8(writer.inner).unwrap();
        assert_eq!(shown, "a\u{fffd}2Jb\u{fffd}\n");
    }
}
