//! Reads untrusted JSON into a tree of bounded size.
//!
//! The tree of 4 MiB of JSON can take 900 MB: an object with one member takes 640 bytes. So the tree
//! is measured while it grows. Values under names that no reader requests have a small budget of
//! their own and are cut off beyond it. A response that exceeds the main budget is refused.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::repair::repair;
use crate::Error;

/// Budget in bytes for requested values; a list of 100 000 hashes fits.
const BUDGET_BYTES: usize = 24 << 20;

/// Budget in bytes for all values that no reader requests.
const UNREQUESTED_BUDGET_BYTES: usize = 256 << 10;

/// Estimated sizes in bytes: the overhead of an allocation, the first node of a map, one more member
/// (nodes may be half empty), the first item of a list and one more (a list grows to twice its
/// size).
const ALLOCATION_BYTES: usize = 16;
const FIRST_MEMBER_BYTES: usize = 640;
const MEMBER_BYTES: usize = 105;
const FIRST_ITEM_BYTES: usize = 144;
const ITEM_BYTES: usize = 64;

/// Names of lists and objects that some reader requests. A name missing here is harmless as long as
/// its value is small.
const REQUESTED_NAMES: [&str; 37] = [
    "accessList",
    "args",
    "audioCodec",
    "captions",
    "cdnConfig",
    "channel",
    "chapters",
    "cluster",
    "contentAccess",
    "data",
    "error",
    "errors",
    "exposedVariables",
    "flv/segmented",
    "hash",
    "hashes",
    "links",
    "locks",
    "media_urls",
    "meta",
    "mp4/segmented",
    "owner",
    "paging",
    "password",
    "providers",
    "referrerLock",
    "refererLock",
    "sites",
    "stream",
    "streamFormats",
    "streamName",
    "streams",
    "thumbnail",
    "video",
    "videoCodec",
    "videos",
    "videosData",
];

/// Reads a response; `what` is its name in errors.
///
/// Broken text is repaired: invalid UTF-8, raw control characters, unpaired surrogates, a byte order
/// mark at the start, zeros at the end. Fails with [`Error::TooLarge`] above the budget and with
/// [`Error::Malformed`] if the text is not JSON.
pub(crate) fn read(body: &[u8], what: &'static str) -> Result<Value, Error> {
    with_text(body, what, |text| {
        let budget = MemoryBudget::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = BoundedValue::new(&budget).deserialize(&mut reader);
        budget.check(read.and_then(|value| reader.end().map(|()| value)))
    })
}

/// Reads the JSON value at the start of a text and ignores what follows it.
pub(crate) fn read_start(text: &str) -> Option<Value> {
    let budget = MemoryBudget::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    BoundedValue::new(&budget).deserialize(&mut reader).ok()
}

/// Passes the text of a response to `read`, and the repaired text if that fails.
pub(crate) fn with_text<T>(
    body: &[u8],
    what: &'static str,
    read: impl Fn(&str) -> Result<T, JsonError>,
) -> Result<T, Error> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.trim_end_matches(['\0', ' ', '\r', '\n', '\t']);
    let error = match read(text) {
        Ok(value) => return Ok(value),
        Err(JsonError::Json(cause)) => match repair(text) {
            Cow::Owned(repaired) => match read(&repaired) {
                Ok(value) => return Ok(value),
                Err(error) => error,
            },
            Cow::Borrowed(_) => JsonError::Json(cause),
        },
        Err(error) => error,
    };
    Err(match error {
        JsonError::TooLarge => Error::TooLarge {
            what,
            limit_bytes: BUDGET_BYTES,
        },
        JsonError::Json(cause) => Error::Malformed {
            what,
            problem: format!("not JSON: {cause}"),
        },
    })
}

/// Why a response cannot be read.
#[derive(Debug)]
pub(crate) enum JsonError {
    /// It exceeds the budget.
    TooLarge,
    /// It is not JSON.
    Json(serde_json::Error),
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// The bytes that are left.
struct MemoryBudget {
    requested: Cell<usize>,
    unrequested: Cell<usize>,
    is_spent: Cell<bool>,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self {
            requested: Cell::new(BUDGET_BYTES),
            unrequested: Cell::new(UNREQUESTED_BUDGET_BYTES),
            is_spent: Cell::new(false),
        }
    }
}

impl MemoryBudget {
    fn check(&self, read: serde_json::Result<Value>) -> Result<Value, JsonError> {
        read.map_err(|error| {
            if self.is_spent.get() {
                JsonError::TooLarge
            } else {
                JsonError::Json(error)
            }
        })
    }
}

/// Subtracts `bytes` from a budget; returns whether they were left.
fn spend(budget: &Cell<usize>, bytes: usize) -> bool {
    let left = budget.get().checked_sub(bytes);
    // Exhausted from now on, so that smaller values behind do not slip through.
    budget.set(left.unwrap_or(0));
    left.is_some()
}

/// One value of the tree.
#[derive(Clone, Copy)]
struct BoundedValue<'a> {
    budget: &'a MemoryBudget,
    /// Whether it is inside a list or an object that no reader requests.
    is_unrequested: bool,
    /// Whether its name is one of a list or an object that a reader requests.
    is_requested_name: bool,
}

impl<'a> BoundedValue<'a> {
    fn new(budget: &'a MemoryBudget) -> Self {
        Self {
            budget,
            is_unrequested: false,
            is_requested_name: true,
        }
    }

    /// Returns the context of the member `name`.
    fn for_member(self, name: &str) -> Self {
        let is_number = !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit());
        Self {
            is_requested_name: is_number || REQUESTED_NAMES.contains(&name),
            ..self
        }
    }

    /// Returns the context of the children of a list or an object.
    fn for_children(self) -> Self {
        Self {
            is_unrequested: self.is_unrequested || !self.is_requested_name,
            is_requested_name: true,
            ..self
        }
    }

    /// Subtracts `bytes`; returns `false` if an unrequested value must be left out. Fails if the
    /// main budget is exceeded.
    fn spend<E: serde::de::Error>(self, bytes: usize) -> Result<bool, E> {
        if self.is_unrequested {
            return Ok(spend(&self.budget.unrequested, bytes));
        }
        if spend(&self.budget.requested, bytes) {
            return Ok(true);
        }
        self.budget.is_spent.set(true);
        Err(E::custom("it is too large"))
    }
}

impl<'de> DeserializeSeed<'de> for BoundedValue<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for BoundedValue<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON")
    }

    fn visit_bool<E>(self, flag: bool) -> Result<Value, E> {
        Ok(flag.into())
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(number.into())
    }

    fn visit_f64<E>(self, number: f64) -> Result<Value, E> {
        Ok(Number::from_f64(number).map_or(Value::Null, Value::Number))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Value, E> {
        // A text that does not fit becomes an empty list: the member is still present.
        let has_room = self.spend(text.len() + ALLOCATION_BYTES)?;
        Ok(if has_room {
            Value::String(text.to_owned())
        } else {
            Value::Array(Vec::new())
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let children = self.for_children();
        let mut items = Vec::new();
        loop {
            let cost = if items.is_empty() {
                FIRST_ITEM_BYTES
            } else {
                ITEM_BYTES
            };
            if children.is_unrequested && self.budget.unrequested.get() < cost {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Value::Array(items));
            }
            let Some(item) = list.next_element_seed(children)? else {
                return Ok(Value::Array(items));
            };
            if children.spend(cost)? {
                items.push(item);
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let children = self.for_children();
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let first = if members.is_empty() {
                FIRST_MEMBER_BYTES
            } else {
                0
            };
            let cost = first + MEMBER_BYTES + name.len() + ALLOCATION_BYTES;
            if !children.spend(cost)? {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(children.for_member(&name))?;
            members.insert(name, value);
        }
        Ok(Value::Object(members))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn value(text: &str) -> Value {
        read(text.as_bytes(), "x").unwrap()
    }

    #[test]
    fn a_plain_response_is_read_completely() {
        let expected = json!({"cmd": "reject", "args": [{"aLock": [], "x": {"y": [1, -2, 1.5, null]}}],
            "title": "\u{1f3ac} \"quoted\"", "flag": true, "hashes": {"0": "1", "10": "2"}});
        assert_eq!(value(&expected.to_string()), expected);
        assert_eq!(value(" [ ] \n\0\0"), json!([]));
        assert_eq!(value("\u{feff}{\"a\":1}"), json!({"a": 1}));
    }

    #[test]
    fn unrequested_values_are_cut_off_and_the_rest_is_read() {
        let junk = r#"{"":0},"#.repeat(500_000);
        let answer = format!(r#"{{"video":{{"x":[{junk}0],"id":"7","y":{{"a":1}}}}}}"#);
        let read = value(&answer);
        assert_eq!(read["video"]["id"], "7");
        assert!(read["video"]["x"].as_array().unwrap().len() < 1000);
        assert_eq!(read["video"]["y"], json!({}), "its budget is used up");
        let answer = format!(r#"{{"x":"{}","title":"t"}}"#, "a".repeat(1 << 20));
        assert_eq!(value(&answer)["title"], "t");
    }

    #[test]
    fn requested_values_beyond_the_budget_are_refused() {
        for unit in [r#"{"":0},"#, "[0],", r#"{"":{"":{"":0}}},"#, r#""","#] {
            let answer = format!("[{}0]", unit.repeat((4 << 20) / unit.len()));
            assert!(
                matches!(read(answer.as_bytes(), "x"), Err(Error::TooLarge { .. })),
                "{unit}"
            );
        }
        let hashes: Vec<String> = (0..100_000)
            .map(|it| format!("\"{it}\":\"18705\""))
            .collect();
        let answer = value(&format!("{{\"hashes\":{{{}}}}}", hashes.join(",")));
        assert_eq!(answer["hashes"].as_object().unwrap().len(), 100_000);
    }

    #[test]
    fn invalid_characters_are_replaced_and_the_rest_is_read() {
        let title = |body: &[u8]| read(body, "x").unwrap()["title"].clone();
        assert_eq!(title(br#"{"title":"Party \ud83d"}"#), "Party \u{fffd}");
        assert_eq!(title(b"{\"title\":\"caf\xe9\"}"), "caf\u{fffd}");
        assert_eq!(title(b"{\"title\":\"a\tb\nc\"}"), "a\tb\nc");
        assert_eq!(title(b"\xef\xbb\xbf{\"title\":\"a\"}\0\0"), "a");
    }

    #[test]
    fn text_that_is_not_json_is_malformed_even_after_repair() {
        for bad in ["", "<html>", "{", "[1,]", "{\"a\"\t\"b\"}", "\"a", "1 2"] {
            assert!(
                matches!(read(bad.as_bytes(), "x"), Err(Error::Malformed { .. })),
                "{bad}"
            );
        }
        let deep = "[".repeat(100_000);
        assert!(matches!(
            read(deep.as_bytes(), "x"),
            Err(Error::Malformed { .. })
        ));
    }
}
