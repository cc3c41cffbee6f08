//! Which file names a template gives, whatever the title of the recording is.

use super::{NameLimit, stem};

/// A file name without extension in which some parts may be anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NamePattern {
    /// The fixed texts in their order.
    texts: Vec<String>,
    /// Anything may stand before the first text.
    starts_open: bool,
    /// Anything may stand behind the last text.
    ends_open: bool,
}

impl NamePattern {
    /// Returns the pattern of this very name.
    pub(crate) fn exact(name: &str) -> Self {
        Self::new([Some(name)].into_iter())
    }

    /// Makes a pattern of fixed texts and of parts that may be anything (`None`).
    pub(super) fn new<'a>(parts: impl Iterator<Item = Option<&'a str>>) -> Self {
        let mut pattern = Self {
            texts: Vec::new(),
            starts_open: false,
            ends_open: false,
        };
        let mut joins = false;
        for part in parts {
            match part {
                None => {
                    pattern.starts_open |= pattern.texts.is_empty();
                    pattern.ends_open = true;
                    joins = false;
                }
                Some(text) if joins => {
                    if let Some(last) = pattern.texts.last_mut() {
                        last.push_str(text);
                    }
                }
                Some(text) => {
                    pattern.texts.push(text.to_owned());
                    pattern.ends_open = false;
                    joins = true;
                }
            }
        }
        // Names have no space at their ends, and a space beside an unknown field is not kept.
        for text in &mut pattern.texts {
            *text = text.trim().to_owned();
        }
        pattern
    }

    /// Returns whether a file name without extension is one of these, with a number or without.
    pub(crate) fn matches(&self, name: &str) -> bool {
        self.matches_exactly(name)
            || without_number(name).is_some_and(|name| self.matches_exactly(name))
    }

    fn matches_exactly(&self, name: &str) -> bool {
        let mut rest = name;
        for (index, text) in self.texts.iter().enumerate() {
            let is_fixed = index == 0 && !self.starts_open;
            let found = if is_fixed {
                rest.strip_prefix(text.as_str())
            } else {
                let is_last = index + 1 == self.texts.len();
                if is_last && !self.ends_open {
                    return rest.ends_with(text.as_str());
                }
                rest.split_once(text.as_str()).map(|(_, behind)| behind)
            };
            match found {
                Some(behind) => rest = behind,
                None => return false,
            }
        }
        self.ends_open || rest.is_empty()
    }
}

/// Removes the number that a second file of the same name gets.
fn without_number(name: &str) -> Option<&str> {
    let (stem, number) = name.strip_suffix(')')?.rsplit_once(" (")?;
    let is_number = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some(stem)
}

/// Returns a field's value as it is in a file name.
pub(super) fn field_text(value: &str) -> Option<String> {
    stem(value, NameLimit::default())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(parts: &[Option<&str>]) -> NamePattern {
        NamePattern::new(parts.iter().copied())
    }

    #[test]
    fn fixed_parts_must_be_there_and_open_ones_may_be_anything() {
        let id_behind = pattern(&[None, Some(" ["), Some("7"), Some("]")]);
        for (name, fits) in [
            ("Any title [7]", true),
            ("Another (2020) [7] (2)", true),
            ("Any title (7)", false),
            ("7 Any title", false),
            ("Any title [17]", false),
        ] {
            assert_eq!(id_behind.matches(name), fits, "{name}");
        }
        let between = pattern(&[Some("2020-01-01 "), None, Some(" 720p")]);
        assert!(between.matches("2020-01-01 News 720p") && between.matches("2020-01-01 720p"));
        assert!(!between.matches("2020-01-02 News 720p") && !between.matches("2020-01-01 News"));
        assert!(pattern(&[None]).matches("Whatever"));
        let two = pattern(&[None, Some(" - "), None, Some(" ("), Some("7"), Some(")")]);
        assert!(two.matches("Acme - Launch (7)") && !two.matches("Launch [7]"));
    }

    #[test]
    fn an_exact_name_may_have_a_number() {
        let exact = NamePattern::exact("talk");
        for (name, fits) in [
            ("talk", true),
            ("talk (2)", true),
            ("talk (two)", false),
            ("talk ()", false),
            ("talks", false),
            ("a talk", false),
        ] {
            assert_eq!(exact.matches(name), fits, "{name}");
        }
        assert!(NamePattern::exact("talk (2)").matches("talk (2)"));
    }
}
