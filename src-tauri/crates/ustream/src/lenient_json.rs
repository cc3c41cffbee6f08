//! Reads JSON leniently, as the service writes it: numbers as text, lists as maps, missing members.

mod reader;
mod repair;

use serde_json::Value;

pub(crate) use self::reader::{read, read_start, with_text};

/// Returns a member that is present and not `null`.
pub(crate) fn member<'a>(value: &'a Value, name: &str) -> Option<&'a Value> {
    value.get(name).filter(|member| !member.is_null())
}

/// Returns trimmed text that is not empty. A number counts as its digits, `12.0` as `12`.
pub(crate) fn text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) if !text.trim().is_empty() => Some(text.trim().to_owned()),
        Value::Number(number) => {
            let digits = number.to_string();
            let whole = digits.strip_suffix(".0").map(str::to_owned);
            Some(whole.unwrap_or(digits))
        }
        _ => None,
    }
}

/// Returns the text of a member.
pub(crate) fn text_of(value: &Value, name: &str) -> Option<String> {
    text(member(value, name)?)
}

/// Returns a non-negative integer: 12 for `12`, `12.0`, `"12"` and `"12.7"`.
pub(crate) fn unsigned(value: &Value) -> Option<u64> {
    match value {
        Value::Number(number) => number
            .as_u64()
            .or_else(|| number.as_f64().and_then(unsigned_of_float)),
        Value::String(text) => {
            let text = text.trim();
            text.parse()
                .ok()
                .or_else(|| text.parse().ok().and_then(unsigned_of_float))
        }
        _ => None,
    }
}

/// Returns the non-negative integer of a member.
pub(crate) fn unsigned_of(value: &Value, name: &str) -> Option<u64> {
    unsigned(member(value, name)?)
}

/// Returns the non-negative integer of a member if it fits into 32 bits.
pub(crate) fn u32_of(value: &Value, name: &str) -> Option<u32> {
    u32::try_from(unsigned_of(value, name)?).ok()
}

/// Returns a number times 1000, rounded down: `"12.5"` seconds are 12500 milliseconds.
pub(crate) fn thousandths(value: &Value) -> Option<u64> {
    let number = match value {
        Value::Number(number) => number.as_f64()?,
        Value::String(text) => text.trim().parse().ok()?,
        _ => return None,
    };
    unsigned_of_float(number * 1000.0)
}

/// Returns the items of a list, or of a map that stands for one (`{"0": …, "1": …}`, other keys
/// ignored). An object without numeric keys counts as a list of one.
pub(crate) fn items(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(items) => items.iter().collect(),
        Value::Object(map) => {
            let mut numbered: Vec<(u64, &Value)> = map
                .iter()
                .filter_map(|(key, item)| Some((key.parse().ok()?, item)))
                .collect();
            if numbered.is_empty() && !map.is_empty() {
                return vec![value];
            }
            numbered.sort_by_key(|(number, _)| *number);
            numbered.into_iter().map(|(_, item)| item).collect()
        }
        _ => Vec::new(),
    }
}

/// Returns the items of a member.
pub(crate) fn items_of<'a>(value: &'a Value, name: &str) -> Vec<&'a Value> {
    member(value, name).map(items).unwrap_or_default()
}

/// Returns whether a flag is set: anything but `null`, `false`, `0`, `""`, `"0"` and `"false"`.
pub(crate) fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Number(number) => number.as_f64() != Some(0.0),
        Value::String(text) => !text.is_empty() && text != "0" && text != "false",
        Value::Array(_) | Value::Object(_) => true,
    }
}

/// Returns whether the path of a URL has this extension, in any case.
pub(crate) fn has_extension(url: &str, extension: &str) -> bool {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let found = path.rsplit_once('.').map(|(_, found)| found);
    found.is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// Returns foreign text in a form that is safe to print: one line, no control characters, at most
/// 300 characters.
pub(crate) fn clean_text(text: &str) -> String {
    const MAX_CHARS: usize = 300;
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    line.chars()
        .filter(|c| !c.is_control())
        .take(MAX_CHARS)
        .collect()
}

/// Returns the integer part of a non-negative number; `None` above 2^53, where it is not exact.
fn unsigned_of_float(number: f64) -> Option<u64> {
    const EXACT: f64 = 9_007_199_254_740_992.0;
    if !(0.0..=EXACT).contains(&number) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the range is checked above, and the fraction is meant to go"
    )]
    Some(number as u64)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_number_is_read_in_every_notation() {
        for number in [json!(5000), json!(5000.0), json!("5000"), json!(" 5000.0 ")] {
            assert_eq!(unsigned(&number), Some(5000), "{number}");
        }
        for other in [
            json!(-1),
            json!("x"),
            json!(null),
            json!([]),
            json!(1e300),
            json!("NaN"),
        ] {
            assert_eq!(unsigned(&other), None, "{other}");
        }
        assert_eq!(thousandths(&json!("12345.123456")), Some(12_345_123));
        assert_eq!(text(&json!(1_870_599_898.0)).unwrap(), "1870599898");
    }

    #[test]
    fn a_map_with_numeric_keys_is_a_list_sorted_by_number() {
        let map = json!({"10": "b", "2": "a"});
        assert_eq!(items(&map), [&json!("a"), &json!("b")]);
        let counted = json!({"length": 1, "0": "a"});
        assert_eq!(items(&counted), [&json!("a")]);
        let object = json!({"code": 1});
        assert_eq!(items(&object), [&object]);
        assert!(items(&json!("text")).is_empty());
    }
}
