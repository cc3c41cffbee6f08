//! Lists of links, as people write and export them.

use std::fmt;
use std::path::Path;

use engine::read_link;

use crate::exit::Exit;
use crate::input;

/// Largest file that is read.
const MAX_BYTES: u64 = 16 << 20;

/// Characters around a link that do not belong to it.
const AROUND: &[char] = &['"', '\'', '“', '”', '„', '«', '»', '<', '>', ',', ';'];

/// A link that was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestedLink {
    pub(crate) text: String,
    /// Number of its line in the file, counted from 1; `None` for one of the command line.
    pub(crate) line: Option<usize>,
}

impl From<String> for RequestedLink {
    fn from(text: String) -> Self {
        Self { text, line: None }
    }
}

impl fmt::Display for RequestedLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            Some(line) => write!(f, "line {line}: {}", self.text),
            None => f.write_str(&self.text),
        }
    }
}

/// Reads the links of a file; `-` reads stdin. Lines that begin with `#` or `;` are comments. A line
/// without a link is returned as it is, so that it is reported.
pub(crate) fn read(path: &Path) -> Result<Vec<RequestedLink>, Exit> {
    let bytes = input::read(path, MAX_BYTES)
        .map_err(|error| Exit::usage(format!("{}: {error}", path.display())))?;
    Ok(links(&input::decode(&bytes)))
}

fn links(text: &str) -> Vec<RequestedLink> {
    let text = text.replace("\r\n", "\n");
    let lines = text.split(['\n', '\r']).map(str::trim);
    let is_meant = |line: &str| !line.is_empty() && !line.starts_with(['#', ';']);
    (1..)
        .zip(lines)
        .filter(|(_, line)| is_meant(line))
        .flat_map(|(number, line)| {
            let mut texts = links_in(line);
            if texts.is_empty() {
                texts.push(line.trim_matches(AROUND));
            }
            texts.into_iter().map(move |text| RequestedLink {
                text: text.to_owned(),
                line: Some(number),
            })
        })
        .collect()
}

/// Returns the links of a line that has several words.
fn links_in(line: &str) -> Vec<&str> {
    let words = line.split([' ', '\t', '"', '<', '>', '\u{a0}']);
    let words = words.flat_map(|word| split_before_scheme(word));
    let mut found = Vec::new();
    for word in words {
        if word.starts_with('#') && !found.is_empty() {
            break;
        }
        let word = word.trim_matches(AROUND);
        let is_web_address = word.starts_with("http://") || word.starts_with("https://");
        let target = read_link(word).ok();
        let is_service = target.is_some_and(|target| target.embedding_page().is_none());
        if is_service || is_web_address {
            found.push(word);
        }
    }
    found
}

/// Splits `https://a,https://b`, as a spreadsheet exports it.
fn split_before_scheme(word: &str) -> Vec<&str> {
    let starts = word.match_indices([',', ';', '|']);
    let starts = starts.filter(|(at, _)| word[at + 1..].starts_with("http"));
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, _) in starts {
        parts.push(&word[begin..at]);
        begin = at + 1;
    }
    parts.push(&word[begin..]);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "https://video.ibm.com/recorded/1";
    const TWO: &str = "https://video.ibm.com/recorded/2";

    fn found(bytes: &[u8]) -> Vec<(usize, String)> {
        let links = links(&input::decode(bytes)).into_iter();
        links.map(|link| (link.line.unwrap(), link.text)).collect()
    }

    fn assert_found(bytes: &[u8], expected: &[(usize, &str)]) {
        let expected: Vec<_> = expected
            .iter()
            .map(|(line, text)| (*line, (*text).to_owned()))
            .collect();
        assert_eq!(found(bytes), expected, "{:?}", input::decode(bytes));
    }

    #[test]
    fn a_list_has_one_link_per_line_and_comments() {
        let text = "\u{feff}video.ibm.com/recorded/1\r\n\n# old ones\n ; and\n  ustream.tv/x  \n";
        let expected = [(1, "video.ibm.com/recorded/1"), (5, "ustream.tv/x")];
        assert_found(text.as_bytes(), &expected);
    }

    #[test]
    fn a_list_is_read_in_every_encoding_that_editors_write() {
        let text = format!("# Übersicht\n{ONE}\n{TWO}\n");
        let utf16 = |unit: fn(u16) -> [u8; 2]| -> Vec<u8> {
            let marked = format!("\u{feff}{text}");
            marked.encode_utf16().flat_map(unit).collect()
        };
        let mut latin1: Vec<u8> = Vec::new();
        latin1.extend(
            text.chars()
                .map(|letter| u8::try_from(u32::from(letter)).unwrap()),
        );
        for bytes in [
            text.clone().into_bytes(),
            format!("\u{feff}{text}").into_bytes(),
            utf16(u16::to_le_bytes),
            utf16(u16::to_be_bytes),
            latin1,
        ] {
            assert_found(&bytes, &[(2, ONE), (3, TWO)]);
        }
    }

    #[test]
    fn lines_end_as_on_any_system() {
        for end in ["\n", "\r\n", "\r"] {
            let text = [ONE, "", TWO].join(end);
            assert_found(text.as_bytes(), &[(1, ONE), (3, TWO)]);
        }
    }

    #[test]
    fn quotes_commas_words_and_several_links_in_a_line_are_understood() {
        for line in [
            format!("{ONE} {TWO}"),
            format!("{ONE}\t{TWO}"),
            format!("\"{ONE}\",\"{TWO}\""),
            format!("{ONE},{TWO}"),
            format!("{ONE};{TWO};"),
            format!("Mr.Smith speaks, part 1: {ONE}, part 2: <{TWO}>"),
            format!("1) {ONE}, 2) '{TWO}'  # both {ONE}"),
        ] {
            assert_found(line.as_bytes(), &[(1, ONE), (1, TWO)]);
        }
        let page = "https://www.example.org/a,b;c?x=1#part";
        assert_found(page.as_bytes(), &[(1, page)]);
    }

    #[test]
    fn a_line_without_a_link_is_kept_to_be_reported() {
        let text = format!("hello world\n\n{ONE}\n");
        assert_found(text.as_bytes(), &[(1, "hello world"), (3, ONE)]);
        let link = links(&text).remove(0);
        assert_eq!(link.to_string(), "line 1: hello world");
    }

    #[test]
    fn a_missing_list_is_a_usage_error() {
        let missing = read(Path::new("no such file"));
        assert!(matches!(missing, Err(Exit::Usage(message)) if message.contains("no such file")));
    }
}
