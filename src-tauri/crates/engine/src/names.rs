//! File names that are valid on every operating system.

mod pattern;
mod template;

pub(crate) use pattern::NamePattern;
pub(crate) use template::{RelativeName, TemplateValues};
pub use template::{Template, TemplateError};
use unicode_segmentation::UnicodeSegmentation as _;

/// What is kept free behind a stem within the longest name of a file system: ` (999)` and the ending
/// of a sidecar file, `.` and a language of 16 letters and `.vtt`.
const BEHIND_STEM: usize = 6 + 21;
/// Longest stem on any file system: longer ones are hard to read, and paths have limits too.
const MAX_STEM: usize = 180;

/// How long a stem may be, in the unit in which the file system counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NameLimit {
    stem: usize,
    unit: NameUnit,
}

/// In what a file system counts the length of a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameUnit {
    /// Bytes of UTF-8 (Linux).
    Bytes,
    /// UTF-16 code units (Windows, macOS).
    #[cfg_attr(not(test), expect(dead_code, reason = "until file systems are asked"))]
    Utf16,
}

impl NameLimit {
    /// Returns the limit of a file system whose longest name has this many units.
    pub(crate) fn of_longest_name(longest: usize, unit: NameUnit) -> Self {
        let stem = longest.saturating_sub(BEHIND_STEM).clamp(1, MAX_STEM);
        Self { stem, unit }
    }

    /// Returns the length of a text in the unit of the limit.
    fn length(self, text: &str) -> usize {
        match self.unit {
            NameUnit::Bytes => text.len(),
            NameUnit::Utf16 => text.encode_utf16().count(),
        }
    }

    /// Cuts a text to at most `units`, between two characters as a person counts them.
    fn cut(self, text: &str, units: usize) -> &str {
        if self.length(text) <= units {
            return text;
        }
        let fitting = |pieces: &mut dyn Iterator<Item = (usize, &str)>| {
            let mut length = 0;
            let fits = |(start, piece): (usize, &str)| {
                length += self.length(piece);
                (length <= units).then_some(start + piece.len())
            };
            pieces.map_while(fits).last().unwrap_or(0)
        };
        let end = match fitting(&mut text.grapheme_indices(true)) {
            // A letter with more accents than fit: cut between them.
            0 => fitting(&mut text.split_inclusive(|_| true).scan(0, |start, piece| {
                let at = *start;
                *start += piece.len();
                Some((at, piece))
            })),
            end => end,
        };
        text.get(..end).unwrap_or_default()
    }
}

impl Default for NameLimit {
    /// 255 bytes, which nearly every file system allows, in either unit.
    fn default() -> Self {
        Self::of_longest_name(255, NameUnit::Bytes)
    }
}

/// Names that Windows reserves for devices, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Turns any text into a file name without extension, or `None` if no usable character is left.
pub(crate) fn stem(text: &str, limit: NameLimit) -> Option<String> {
    let clean = clean_name(text);
    let cut = limit.cut(&clean, limit.stem).trim_end_matches(['.', ' ']);
    if cut.is_empty() {
        return None;
    }
    let (first, rest) = cut.split_at(cut.find('.').unwrap_or(cut.len()));
    Some(if is_device(first) {
        format!("{}_{rest}", first.trim_end())
    } else {
        cut.to_owned()
    })
}

/// Cleans the value of a field as [`stem`] does, without a limit: the name is cut as a whole.
fn clean_field(text: &str) -> Option<String> {
    let unlimited = NameLimit {
        stem: usize::MAX,
        unit: NameUnit::Bytes,
    };
    stem(text, unlimited)
}

/// Removes what no file name may hold, and dots and spaces at both ends.
fn clean_name(text: &str) -> String {
    let spaced: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(replace_reserved)
        .collect();
    let words = spaced.split_whitespace().collect::<Vec<_>>().join(" ");
    // A leading dot hides a file; Windows drops a trailing one.
    words.trim_matches(['.', ' ']).to_owned()
}

/// Removes control characters and bidirectional marks from text that is shown to the user.
pub(crate) fn clean_text(text: &str) -> String {
    let visible: String = text
        .chars()
        .filter(|c| !is_invisible(*c))
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    visible.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The same for optional text; `None` if nothing visible is left.
pub(crate) fn display_text(text: Option<&str>) -> Option<String> {
    text.map(clean_text).filter(|text| !text.is_empty())
}

/// Returns the name of the `n`-th file with that stem: `stem`, `stem (2)`, …
pub(crate) fn numbered(stem: &str, n: u32) -> String {
    if n == 1 {
        stem.to_owned()
    } else {
        format!("{stem} ({n})")
    }
}

fn replace_reserved(c: char) -> char {
    match c {
        '<' | '>' | ':' | '"' | '/' | '\\' | '|' | '?' | '*' => ' ',
        c if c.is_control() => ' ',
        c => c,
    }
}

/// Zero-width and bidirectional control characters, which can make a name look like another.
fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn is_device(first: &str) -> bool {
    let first = first.trim_end();
    let numbered_device = |name: &str| {
        first
            .get(..3)
            .is_some_and(|start| start.eq_ignore_ascii_case(name))
            && matches!(first.get(3..), Some(rest) if rest.chars().count() == 1
                && rest.chars().all(|c| c.is_ascii_digit() || matches!(c, '¹' | '²' | '³')))
    };
    DEVICES.iter().any(|name| first.eq_ignore_ascii_case(name))
        || numbered_device("COM")
        || numbered_device("LPT")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn stem(text: &str) -> Option<String> {
        super::stem(text, NameLimit::default())
    }

    #[test]
    fn a_title_cannot_leave_its_folder() {
        assert_eq!(stem("../../x").as_deref(), Some("x"));
        assert_eq!(stem("..\\..\\Windows\\x").as_deref(), Some("Windows x"));
        assert_eq!(stem(".."), None);
    }

    #[test]
    fn device_names_of_windows_are_avoided() {
        assert_eq!(stem("CON").as_deref(), Some("CON_"));
        assert_eq!(stem("com7").as_deref(), Some("com7_"));
        assert_eq!(stem("nul.txt").as_deref(), Some("nul_.txt"));
        assert_eq!(stem("Con. 2019").as_deref(), Some("Con_. 2019"));
        assert_eq!(stem("Console").as_deref(), Some("Console"));
        assert_eq!(stem("LPT10").as_deref(), Some("LPT10"));
    }

    #[test]
    fn ordinary_titles_stay_as_they_are() {
        for title in [
            "Launch day – full stream",
            "Año Nuevo 🎆",
            "مرحبا",
            "第1回 会議",
        ] {
            assert_eq!(stem(title).as_deref(), Some(title));
        }
        assert_eq!(stem("Q&A: part 1/2?").as_deref(), Some("Q&A part 1 2"));
    }

    #[test]
    fn marks_that_disguise_an_extension_are_removed() {
        assert_eq!(
            stem("photo\u{202e}4pm.exe").as_deref(),
            Some("photo4pm.exe")
        );
    }

    #[test]
    fn the_limit_is_that_of_the_file_system_in_its_own_unit() {
        let limit = |longest, unit| NameLimit::of_longest_name(longest, unit);
        let long = "é".repeat(200);
        let count = |limit| super::stem(&long, limit).unwrap().chars().count();
        assert_eq!(count(limit(255, NameUnit::Bytes)), 90);
        assert_eq!(count(limit(143, NameUnit::Bytes)), 58);
        assert_eq!(count(limit(255, NameUnit::Utf16)), 180);
        assert_eq!(count(limit(143, NameUnit::Utf16)), 116);
    }

    #[test]
    fn a_name_is_cut_between_characters_as_a_person_counts_them() {
        for character in ["👩‍👩‍👧‍👦", "🇩🇪", "각", "é", "ä"] {
            let name = stem(&character.repeat(200)).unwrap();
            let whole = name.len() / character.len();
            assert_eq!(name, character.repeat(whole), "{character}");
            assert!(name.len() + character.len() > MAX_STEM, "{character}");
        }
        let accents = format!("a{}", "\u{301}".repeat(500));
        assert!(stem(&accents).is_some_and(|name| name.starts_with("a\u{301}")));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_safe_name_or_none(text in any::<String>()) {
            if let Some(name) = stem(&text) {
                prop_assert!(!name.is_empty() && name.len() <= MAX_STEM + 1);
                prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0']));
                prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert_eq!(stem(&name), Some(name.clone()));
            }
        }
    }
}
