//! What is written for people to read on a terminal: titles, links and causes come from the network
//! and must not be able to drive it.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, IsTerminal as _, Write};
use std::panic;
use std::path::Path;

/// Most bytes of a character that may be cut off at the end of a write.
const MAX_PARTIAL_CHAR: usize = 3;

/// Whether a terminal acts on it, or writes what follows in another direction.
fn is_control(c: char) -> bool {
    let turns =
        matches!(c, '\u{2028}' | '\u{2029}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    turns || c.is_control()
}

/// Whether text holds anything that a terminal would act on, but for line breaks and tabs.
pub(crate) fn has_controls(text: &str) -> bool {
    text.contains(|c| is_control(c) && !matches!(c, '\n' | '\t'))
}

/// Writes out as `\u{1b}` what a terminal would act on, but for line breaks and tabs.
fn clean(text: &str) -> Cow<'_, str> {
    escaped(text, |c| is_control(c) && !matches!(c, '\n' | '\t'))
}

/// The same for a title, a link or a path within a line.
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

/// Writes out as `\u001b` what JSON itself leaves as it is in its strings.
fn escape_json(json: &str) -> Cow<'_, str> {
    // Between its strings JSON holds none of them but line breaks.
    let is_escaped = |c| is_control(c) && c != '\n';
    if !json.contains(is_escaped) {
        return json.into();
    }
    let mut escaped = String::with_capacity(json.len());
    for c in json.chars() {
        if is_escaped(c) {
            // None of them is beyond the first plane, where JSON would want two halves. Writing to
            // a string cannot fail.
            let _ = write!(escaped, "\\u{:04x}", u32::from(c));
        } else {
            escaped.push(c);
        }
    }
    escaped.into()
}

/// Writes a line, or several, to stderr.
pub(crate) fn print_stderr(text: &str) {
    // Nobody is left to be told that stderr is closed.
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

/// Writes a path to stdout: exactly as it is for a script, harmless for a terminal.
pub(crate) fn print_path(path: &Path) -> io::Result<()> {
    let mut line = if io::stdout().is_terminal() {
        one_line(&path.to_string_lossy()).into_owned().into_bytes()
    } else {
        path.as_os_str().as_encoded_bytes().to_vec()
    };
    line.push(b'\n');
    crate::print(&line)
}

/// Tells of a panic without letting its words drive the terminal.
pub(crate) fn guard_panics() {
    panic::set_hook(Box::new(|panic| {
        let trace = Backtrace::capture();
        print_stderr(&match trace.status() {
            BacktraceStatus::Captured => format!("{panic}\n{trace}"),
            _ => panic.to_string(),
        });
    }));
}

/// Stderr for log lines, whose fields come from anywhere.
pub(crate) fn log() -> EscapingWriter<io::Stderr> {
    EscapingWriter::new(io::stderr())
}

/// Passes on what is written to it, without what a terminal would act on.
#[derive(Debug)]
pub(crate) struct EscapingWriter<W> {
    inner: W,
    /// Beginning of a character whose rest has not been written yet.
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
            let wrong = chunk.invalid();
            let is_cut = chunks.peek().is_none() && is_partial_char(wrong);
            if is_cut {
                self.partial = wrong.to_vec();
            } else if !wrong.is_empty() {
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

/// Whether bytes that are no text would be, with more after them.
fn is_partial_char(bytes: &[u8]) -> bool {
    let cut = std::str::from_utf8(bytes).err();
    bytes.len() <= MAX_PARTIAL_CHAR && cut.is_some_and(|error| error.error_len().is_none())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clears the screen, sets the title, turns the line around, and as one byte of Latin-1.
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
    fn json_stays_the_same_for_whoever_reads_it() {
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
    fn bytes_that_are_no_text_do_not_pass() {
        let mut guard = EscapingWriter::new(Vec::new());
        // CSI as a single byte, as terminals of old read it.
        guard.write_all(b"a\x9b2Jb\xff\n").unwrap();
        let shown = String::from_utf8(guard.inner).unwrap();
        assert_eq!(shown, "a\u{fffd}2Jb\u{fffd}\n");
    }
}
