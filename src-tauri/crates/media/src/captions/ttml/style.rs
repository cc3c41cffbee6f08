//! Styles of TTML (W3C TTML2 10.2), as far as all formats of captions have them.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::captions::text::Style;

/// Most named styles of a document; real ones have some tens.
const MAX_STYLES: usize = 1000;
/// Longest name of a style.
const MAX_NAME_BYTES: usize = 128;

/// The named styles of a document.
#[derive(Default)]
pub(super) struct Styles(HashMap<String, Changes>);

/// What a style sets, and to what.
#[derive(Clone, Copy, Default)]
struct Changes {
    italic: Option<bool>,
    bold: Option<bool>,
    underline: Option<bool>,
}

impl Changes {
    /// Adds what `other` sets.
    fn add(&mut self, other: Self) {
        self.italic = other.italic.or(self.italic);
        self.bold = other.bold.or(self.bold);
        self.underline = other.underline.or(self.underline);
    }
}

impl Styles {
    /// Reads a `style` element by its attributes. One without a name styles no text.
    pub(super) fn define<'e>(&mut self, attribute: impl Fn(&str) -> Option<Cow<'e, str>>) {
        let name = attribute("id").filter(|name| name.len() <= MAX_NAME_BYTES);
        if let Some(name) = name.filter(|_| self.0.len() < MAX_STYLES) {
            let changes = self.changes(attribute);
            self.0.insert(name.into_owned(), changes);
        }
    }

    /// Returns the style of an element with these attributes, in one of this style.
    pub(super) fn apply<'e>(
        &self,
        style: Style,
        attribute: impl Fn(&str) -> Option<Cow<'e, str>>,
    ) -> Style {
        let changes = self.changes(attribute);
        Style {
            italic: changes.italic.unwrap_or(style.italic),
            bold: changes.bold.unwrap_or(style.bold),
            underline: changes.underline.unwrap_or(style.underline),
        }
    }

    /// Reads the styles that the attributes name, then those that they set.
    fn changes<'e>(&self, attribute: impl Fn(&str) -> Option<Cow<'e, str>>) -> Changes {
        let mut changes = Changes::default();
        let names = attribute("style").unwrap_or_default();
        for named in names.split_ascii_whitespace() {
            changes.add(self.0.get(named).copied().unwrap_or_default());
        }
        changes.add(Changes {
            italic: attribute("fontStyle").and_then(|value| match &*value {
                "italic" | "oblique" | "reverseOblique" => Some(true),
                "normal" => Some(false),
                _ => None,
            }),
            bold: attribute("fontWeight").and_then(|value| match &*value {
                "bold" => Some(true),
                "normal" => Some(false),
                _ => None,
            }),
            underline: attribute("textDecoration").and_then(|value| {
                let mut values = value.split_ascii_whitespace();
                values.find_map(|value| match value {
                    "underline" => Some(true),
                    "none" | "noUnderline" => Some(false),
                    _ => None,
                })
            }),
        });
        changes
    }
}
