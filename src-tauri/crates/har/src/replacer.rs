//! Replaces many texts in one pass. A library for this (Aho-Corasick) would make each program larger by
//! more than all the rest of this crate.

use std::collections::HashMap;

/// Texts are found by this many bytes at their beginning; shorter ones are not replaced.
const PREFIX_BYTES: usize = 3;

/// The texts to replace, each with its replacement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Replacer {
    /// By their first bytes; of several the longest comes first.
    texts: HashMap<[u8; PREFIX_BYTES], Vec<(String, String)>>,
}

impl Replacer {
    /// Adds a text.
    pub(crate) fn add(&mut self, text: String, replacement: String) {
        let Some(prefix) = text.as_bytes().first_chunk() else {
            return;
        };
        let alike = self.texts.entry(*prefix).or_default();
        let place = alike.partition_point(|(other, _)| other.len() >= text.len());
        alike.insert(place, (text, replacement));
    }

    /// Returns the text with all replacements, at each place that of the longest text; `None` if it has
    /// none of them.
    pub(crate) fn replace(&self, text: &str) -> Option<String> {
        let mut out = String::new();
        let (mut copied, mut at) = (0, 0);
        while let Some(prefix) = text.as_bytes()[at..].first_chunk::<PREFIX_BYTES>() {
            let alike = self.texts.get(prefix).into_iter().flatten();
            // A text that begins in the middle of a character is none of ours.
            let rest = text.get(at..).unwrap_or_default();
            match alike
                .into_iter()
                .find(|(other, _)| rest.starts_with(other.as_str()))
            {
                Some((found, replacement)) => {
                    out.push_str(&text[copied..at]);
                    out.push_str(replacement);
                    at += found.len();
                    copied = at;
                }
                None => at += 1,
            }
        }
        if copied == 0 {
            return None;
        }
        out.push_str(&text[copied..]);
        Some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn replaced(text: &str) -> Option<String> {
        let mut replacer = Replacer::default();
        for (text, replacement) in [("abc", "1"), ("abcdef", "2"), ("éa", "3"), ("ab", "4")] {
            replacer.add(text.to_owned(), replacement.to_owned());
        }
        replacer.replace(text)
    }

    #[test]
    fn the_longest_text_is_replaced_at_each_place() {
        assert_eq!(replaced("xabcdefabcdx").as_deref(), Some("x21dx"));
        assert_eq!(replaced("abc").as_deref(), Some("1"));
        assert_eq!(replaced("ééaé").as_deref(), Some("é3é"));
    }

    #[test]
    fn other_texts_stay() {
        for text in ["", "a", "ab", "xabx", "é", "xyz"] {
            assert_eq!(replaced(text), None, "{text}");
        }
    }
}
