//! Mends JSON whose texts are in a broken encoding, so that they cost their letters only.

use std::borrow::Cow;

/// What stands for a letter that cannot be read (Unicode 23.8).
const UNREADABLE: &str = "\\ufffd";

/// Escapes raw control characters in strings and replaces escapes that mean nothing: halves of a
/// surrogate pair (RFC 8259 8.2), and letters that cannot be escaped. Borrowed where there are none.
pub(super) fn repair(text: &str) -> Cow<'_, str> {
    let mut mended = String::new();
    let mut is_string = false;
    let mut rest = text;
    // Everything before has been copied.
    let mut copied = text;
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
            let (before, _) = copied.split_at(copied.len() - found.len());
            mended.push_str(before);
            mended.push_str(instead);
            copied = behind;
        }
        rest = behind;
    }
    if mended.is_empty() && copied.len() == text.len() {
        return Cow::Borrowed(text);
    }
    mended.push_str(copied);
    Cow::Owned(mended)
}

/// Returns what stands for a control character; most mean nothing in a text.
fn visible(control: u8) -> &'static str {
    match control {
        b'\t' => "\\t",
        b'\n' => "\\n",
        b'\r' => "\\r",
        _ => " ",
    }
}

/// Returns how long the escape at the start of `text` is, and what should stand there instead.
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

/// Returns the number in `\uXXXX` at the start of `text`.
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
    fn sound_json_is_left_alone() {
        for sound in [
            r#"{"a": "\ud83c\udfac \\ \" \/ \u00e9"}"#,
            "{\n\t\"a\": 1\r\n}",
            "",
        ] {
            assert!(matches!(repair(sound), Cow::Borrowed(_)), "{sound}");
        }
    }

    #[test]
    fn each_fault_is_mended_where_it_stands() {
        for (broken, mended) in [
            (r#"["\ud83d"]"#, r#"["\ufffd"]"#),
            (r#"["\udfac\ud83c x"]"#, r#"["\ufffd\ufffd x"]"#),
            (r#"["\ud83d\ud83c\udfac"]"#, r#"["\ufffd\ud83c\udfac"]"#),
            (r#"["\ud83d","b"]"#, r#"["\ufffd","b"]"#),
            ("[\"a\tb\u{1}\"]\n", "[\"a\\tb \"]\n"),
            (r#"["C:\Users \u12"]"#, r#"["C:\\Users \\u12"]"#),
            ("[1\0,2]\0", "[1,2]"),
            ("\"\\", "\"\\\\"),
        ] {
            assert_eq!(repair(broken), mended);
        }
    }

    proptest! {
        #[test]
        fn any_text_is_mended_once_and_for_all(text in r#"["\\u\[\],a-f0-9\t\x00é]{0,40}"#) {
            let once = repair(&text).into_owned();
            prop_assert!(matches!(repair(&once), Cow::Borrowed(_)), "{once:?}");
        }

        #[test]
        fn sound_values_stay_what_they_are(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(repair(&json), json.as_str());
        }
    }
}
