//! File names that are valid on every operating system.

mod limit;
mod pattern;
mod stem_source;
mod template;

pub(crate) use limit::NameLimit;
pub(crate) use pattern::NamePattern;
pub(crate) use stem_source::StemSource;
pub(crate) use template::{RelativeName, TemplateValues};
pub use template::{Template, TemplateError};

/// Names that Windows reserves for devices, with any extension.
const DEVICES: [&str; 6] = ["CON", "PRN", "AUX", "NUL", "CONIN$", "CONOUT$"];

/// Turns any text into a file name without extension that is no longer than `limit`, or `None` if
/// no usable character is left.
pub(crate) fn stem(text: &str, limit: NameLimit) -> Option<String> {
    let clean = clean_name(text);
    let cut = limit.cut(&clean).trim_end_matches(['.', ' ']);
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

/// Returns what is appended to the name that was typed for a recording of several files.
pub(crate) fn part_suffix(part: u32) -> String {
    if part > 1 {
        format!(" (part {part})")
    } else {
        String::new()
    }
}

/// Returns the name that a file gets of what the user typed, without its extension: without
/// characters that some disk refuses, and without `ending` (such as `mp4`) if that was typed too.
/// Returns `None` if no usable character is left.
pub fn typed_name(text: &str, ending: &str) -> Option<String> {
    let name = RelativeName::typed(without_ending(text, ending), NameLimit::default())?;
    let parts = name.folders.iter().chain([&name.stem]);
    Some(parts.map(String::as_str).collect::<Vec<_>>().join("/"))
}

/// Removes an extension that the file gets anyway.
pub(crate) fn without_ending<'t>(text: &'t str, ending: &str) -> &'t str {
    let text = text.trim_end();
    match text.rsplit_once('.') {
        Some((stem, typed)) if typed.eq_ignore_ascii_case(ending) && !stem.is_empty() => stem,
        _ => text,
    }
}

/// Cleans the value of a field as [`stem`] does, without a limit: the name is cut as a whole.
fn clean_field(text: &str) -> Option<String> {
    stem(text, NameLimit::Bytes(usize::MAX))
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

    #[test]
    fn a_typed_ending_is_not_repeated_and_what_a_disk_refuses_is_replaced() {
        for (typed, name) in [
            ("movie.mp4", Some("movie")),
            ("movie.MP4 ", Some("movie")),
            ("movie.mp4.mp4", Some("movie.mp4")),
            ("movie.flv", Some("movie.flv")),
            ("Part 1.5", Some("Part 1.5")),
            (".mp4", Some("mp4")),
            ("CON: a?b…", Some("CON a b…")),
            ("films/day: one.mp4", Some("films/day one")),
            (" ?: ", None),
        ] {
            assert_eq!(typed_name(typed, "mp4").as_deref(), name, "{typed:?}");
        }
    }
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
    fn a_name_is_cut_between_characters_as_a_person_counts_them() {
        for character in ["👩‍👩‍👧‍👦", "🇩🇪", "각", "é", "ä"] {
            let name = stem(&character.repeat(200)).unwrap();
            let whole = name.len() / character.len();
            assert_eq!(name, character.repeat(whole), "{character}");
            assert!(name.len() + character.len() > 180, "{character}");
        }
        let accents = format!("a{}", "\u{301}".repeat(500));
        assert!(stem(&accents).is_some_and(|name| name.starts_with("a\u{301}")));
    }

    proptest! {
        #[test]
        fn any_text_gives_a_safe_name_or_none(text in any::<String>()) {
            if let Some(name) = stem(&text) {
                prop_assert!(!name.is_empty() && name.len() <= 181);
                prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|', '\0']));
                prop_assert!(!name.starts_with('.') && !name.ends_with(['.', ' ']));
                prop_assert!(!name.chars().any(char::is_control));
                prop_assert_eq!(stem(&name), Some(name.clone()));
            }
        }
    }
}
