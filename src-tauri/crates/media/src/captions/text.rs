//! The text of a cue, with the styles that all formats of captions have in common.

/// How a part of a text is set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Style {
    pub(super) italic: bool,
    pub(super) bold: bool,
    pub(super) underline: bool,
}

impl Style {
    /// Returns what both have.
    fn common(self, other: Self) -> Self {
        Self {
            italic: self.italic && other.italic,
            bold: self.bold && other.bold,
            underline: self.underline && other.underline,
        }
    }
}

/// Lines of text, none of which is empty, without control characters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct CueText {
    plain: String,
    /// Byte offsets at which the style changes; nothing for text without styles.
    changes: Vec<(usize, Style)>,
}

impl CueText {
    /// Returns the lines without styles.
    pub(crate) fn plain(&self) -> &str {
        &self.plain
    }

    pub(super) fn is_empty(&self) -> bool {
        self.plain.is_empty()
    }

    /// Returns the parts of the text that are set alike, in order.
    pub(super) fn runs(&self) -> impl Iterator<Item = (Style, &str)> {
        let starts = [(0, Style::default())];
        let starts = starts.into_iter().chain(self.changes.iter().copied());
        let next = self.changes.iter().map(|(start, _)| *start);
        let ends = next.chain([self.plain.len()]);
        let runs = starts.zip(ends).filter_map(|((start, style), end)| {
            let run = self.plain.get(start..end)?;
            Some((style, run))
        });
        runs.filter(|(_, run)| !run.is_empty())
    }

    fn append(&mut self, character: char, style: Style) {
        let current = self.changes.last().map_or(Style::default(), |(_, it)| *it);
        if current != style {
            self.changes.push((self.plain.len(), style));
        }
        self.plain.push(character);
    }
}

impl From<&str> for CueText {
    fn from(text: &str) -> Self {
        let mut builder = CueTextBuilder::default();
        builder.push_str(text, Style::default());
        builder.finish()
    }
}

/// Collects the characters of a cue; trims lines and leaves out empty ones and control characters.
#[derive(Debug, Default)]
pub(super) struct CueTextBuilder {
    text: CueText,
    /// Style of the last character of `text`.
    last: Style,
    /// White space after `text`, which counts only between two words of a line.
    spaces: String,
    is_new_line: bool,
}

impl CueTextBuilder {
    pub(super) fn push(&mut self, character: char, style: Style) {
        match character {
            '\n' => {
                self.is_new_line = true;
                self.spaces.clear();
            }
            '\t' => self.push_space(' '),
            space if space.is_whitespace() && !space.is_control() => self.push_space(space),
            control if control.is_control() => {}
            character => {
                // Tags do not begin or end in white space: players of SubRip differ in that.
                let between = self.last.common(style);
                if self.is_new_line && !self.text.is_empty() {
                    self.text.append('\n', between);
                }
                self.is_new_line = false;
                for space in self.spaces.drain(..) {
                    self.text.append(space, between);
                }
                self.text.append(character, style);
                self.last = style;
            }
        }
    }

    pub(super) fn push_str(&mut self, text: &str, style: Style) {
        for character in text.chars() {
            self.push(character, style);
        }
    }

    fn push_space(&mut self, space: char) {
        if !self.is_new_line && !self.text.is_empty() {
            self.spaces.push(space);
        }
    }

    pub(super) fn finish(self) -> CueText {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn styles_extend_over_words_and_not_over_the_space_around_them() {
        let italic = Style {
            italic: true,
            ..Style::default()
        };
        let mut builder = CueTextBuilder::default();
        builder.push_str(" a", Style::default());
        builder.push_str(" b \n\n c\u{7}", italic);
        builder.push_str("\t\nd ", Style::default());
        let text = builder.finish();
        assert_eq!(text.plain(), "a b\nc\nd");
        let runs: Vec<_> = text.runs().collect();
        let plain = Style::default();
        assert_eq!(runs, [(plain, "a "), (italic, "b\nc"), (plain, "\nd")]);
    }
}
