//! Repairs JSON whose strings are broken, so that only the affected characters are lost.

use std::borrow::Cow;

/// Replaces a character that cannot be read (Unicode 23.8).
const UNREADABLE: &str = "\\ufffd";

/// Escapes raw control characters in strings, and replaces invalid escapes: unpaired surrogates
/// (RFC 8259 8.2), and letters that cannot be escaped. Returns the text itself if it has none.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    let mut repaired = String::new();
    let mut is_string = false;
    let mut rest = text;
    // The part that has not been uncopied yet.
    let mut uncopied = text;
    while let Some(at) = rest.find(|c: char| c == '"' || c == '\\' || c < ' ') {
        let (_, found) = rest.split_at(at);
        let (length, instead) = match found.as_bytes() {
            [b'"', ..] => {
                is_string = !is_string;
                (1, None)
            }
            [b'\\', ..] if is_string => escape(found),
            [b'\0', ..] if !is_string => (1, Some("")),
            [control, ..] if is_string && *control < b' ' => (1, Some(visible(*control))),
            _ => (1, None),
        };
        let (_, behind) = found.split_at(length);
        if let Some(instead) = instead {
            let (before, _) = uncopied.split_at(uncopied.len() - found.len());
            repaired.push_str(before);
            repaired.push_str(instead);
            uncopied = behind;
        }
        rest = behind;
    }
    if repaired.is_empty() && uncopied.len() == text.len() {
        return Cow::Borrowed(text);
    }
    repaired.push_str(uncopied);
    Cow::Owned(repaired)
}

/// Returns the replacement of a control character.
fn visible(control: u8) -> &'static str {
    match control {
        b'\t' => "\\t",
        b'\n' => "\\n",
        b'\r' => "\\r",
        _ => " ",
    }
}

/// Returns the length of the escape at the start of `text`, and its replacement if it is invalid.
fn escape(text: &str) -> (usize, Option<&'static str>) {
    const LONG: usize = 6;
    match text.as_bytes() {
        [
            _,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => (2, None),
        [_, b'u', ..] => match (unit(text), text.get(LONG..).and_then(unit)) {
            (Some(0xd800..=0xdbff), Some(0xdc00..=0xdfff)) => (2 * LONG, None),
            (Some(0xd800..=0xdfff), _) => (LONG, Some(UNREADABLE)),
            (Some(_), _) => (LONG, None),
            (None, _) => (1, Some("\\\\")),
        },
        _ => (1, Some("\\\\")),
    }
}

/// Returns the UTF-16 code unit of `\uXXXX` at the start of `text`.
fn unit(text: &str) -> Option<u16> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_hex
        .then(|| u16::from_str_radix(digits, 16).ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn valid_json_is_unchanged() {
        for valid in [
            r#"{"a": "\ud83c\udfac \\ \" \/ \u00e9"}"#,
            "{\n\t\"a\": 1\r\n}",
            "",
        ] {
            assert!(matches!(repair(valid), Cow::Borrowed(_)), "{valid}");
        }
    }

    #[test]
    fn each_fault_is_repaired_in_place() {
        for (broken, repaired) in [
            (r#"["\ud83d"]"#, r#"["\ufffd"]"#),
            (r#"["\udfac\ud83c x"]"#, r#"["\ufffd\ufffd x"]"#),
            (r#"["\ud83d\ud83c\udfac"]"#, r#"["\ufffd\ud83c\udfac"]"#),
            (r#"["\ud83d","b"]"#, r#"["\ufffd","b"]"#),
            ("[\"a\tb\u{1}\"]\n", "[\"a\\tb \"]\n"),
            (r#"["C:\Users \u12"]"#, r#"["C:\\Users \\u12"]"#),
            ("[1\0,2]\0", "[1,2]"),
            ("\"\\", "\"\\\\"),
        ] {
            assert_eq!(repair(broken), repaired);
        }
    }

    proptest! {
        #[test]
        fn repairing_twice_changes_nothing(text in r#"["\\u\[\],a-f0-9\t\x00é]{0,40}"#) {
            let once = repair(&text).into_owned();
            prop_assert!(matches!(repair(&once), Cow::Borrowed(_)), "{once:?}");
        }

        #[test]
        fn valid_strings_are_unchanged(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(repair(&json), json.as_str());
        }
    }
}
