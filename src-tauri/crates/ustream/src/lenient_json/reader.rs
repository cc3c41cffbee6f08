//! Reads JSON of the network into a tree that is small whatever was sent.
//!
//! Of 4 MiB of JSON the usual tree takes up to 900 MB: an object with one member takes 640 bytes.
//! So the tree is counted while it grows. What is under a name that nobody asks for has little room
//! of its own, and is cut off where that is used up; where all the rest is larger than any honest
//! answer, the answer is refused.

use std::borrow::Cow;
use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::repair::repair;
use crate::Error;

/// Room for what is asked for. A list of hashes of 100 000 entries fits.
const BUDGET: usize = 24 << 20;

/// Room for all that nobody asks for, together.
const UNREQUESTED_BUDGET: usize = 256 << 10;

/// What allocations take, by estimate: the allocator's own, the first node of a map, one more
/// member (its nodes may be half empty), the first item of a list and one more (a list grows to
/// twice its size).
const ALLOCATION: usize = 16;
const FIRST_MEMBER: usize = 640;
const MEMBER: usize = 105;
const FIRST_ITEM: usize = 144;
const ITEM: usize = 64;

/// Names of lists and objects that are asked for somewhere. A name that is missing here costs
/// nothing as long as what it holds is small.
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

/// Reads an answer. `what` is its name in errors.
///
/// Text that is not quite JSON is mended first: letters that no encoding has, raw control
/// characters, halves of an emoji, a mark of byte order in front, zeros at the end.
pub(crate) fn read(body: &[u8], what: &'static str) -> Result<Value, Error> {
    with_text(body, what, |text| {
        let room = MemoryBudget::default();
        let mut reader = serde_json::Deserializer::from_str(text);
        let read = BoundedValue::new(&room).deserialize(&mut reader);
        room.check(read.and_then(|value| reader.end().map(|()| value)))
    })
}

/// Reads the JSON at the start of a text, whatever follows it.
pub(crate) fn read_start(text: &str) -> Option<Value> {
    let room = MemoryBudget::default();
    let mut reader = serde_json::Deserializer::from_str(text);
    BoundedValue::new(&room).deserialize(&mut reader).ok()
}

/// Hands the text of an answer to `read`, and where that cannot read it, the mended text.
pub(crate) fn with_text<T>(
    body: &[u8],
    what: &'static str,
    read: impl Fn(&str) -> Result<T, JsonError>,
) -> Result<T, Error> {
    let text = String::from_utf8_lossy(body);
    let text = text.strip_prefix('\u{feff}').unwrap_or(&text);
    let text = text.trim_end_matches(['\0', ' ', '\r', '\n', '\t']);
    let trouble = match read(text) {
        Ok(value) => return Ok(value),
        Err(JsonError::Json(error)) => match repair(text) {
            Cow::Owned(mended) => match read(&mended) {
                Ok(value) => return Ok(value),
                Err(trouble) => trouble,
            },
            Cow::Borrowed(_) => JsonError::Json(error),
        },
        Err(trouble) => trouble,
    };
    Err(match trouble {
        JsonError::TooLarge => Error::TooLarge {
            what,
            limit_bytes: BUDGET,
        },
        JsonError::Json(error) => Error::Malformed {
            what,
            problem: format!("not JSON: {error}"),
        },
    })
}

/// Why an answer cannot be read.
#[derive(Debug)]
pub(crate) enum JsonError {
    /// It takes too much memory.
    TooLarge,
    /// It is no JSON.
    Json(serde_json::Error),
}

impl From<serde_json::Error> for JsonError {
    fn from(error: serde_json::Error) -> Self {
        Self::Json(error)
    }
}

/// How much room is left.
struct MemoryBudget {
    requested: Cell<usize>,
    unrequested: Cell<usize>,
    is_spent: Cell<bool>,
}

impl Default for MemoryBudget {
    fn default() -> Self {
        Self {
            requested: Cell::new(BUDGET),
            unrequested: Cell::new(UNREQUESTED_BUDGET),
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

/// Takes bytes from a room, if there are so many.
fn spend(room: &Cell<usize>, bytes: usize) -> bool {
    let left = room.get().checked_sub(bytes);
    // What did not fit is the end: nothing smaller behind it is taken in its place.
    room.set(left.unwrap_or(0));
    left.is_some()
}

/// One value of the tree.
#[derive(Clone, Copy)]
struct BoundedValue<'a> {
    budget: &'a MemoryBudget,
    /// It is in a list or an object that nobody asks for.
    is_unrequested: bool,
    /// It is under a name that is asked for where it is a list or an object.
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

    /// Returns what is under `name`.
    fn for_member(self, name: &str) -> Self {
        let is_number = !name.is_empty() && name.bytes().all(|it| it.is_ascii_digit());
        Self {
            is_requested_name: is_number || REQUESTED_NAMES.contains(&name),
            ..self
        }
    }

    /// Returns what is in it, where it is a list or an object.
    fn for_children(self) -> Self {
        Self {
            is_unrequested: self.is_unrequested || !self.is_requested_name,
            is_requested_name: true,
            ..self
        }
    }

    /// Returns whether there is room; fails where there is none and what has no room is missed.
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
        // What was there and has no room still counts as said.
        let has_room = self.spend(text.len() + ALLOCATION)?;
        Ok(if has_room {
            Value::String(text.to_owned())
        } else {
            Value::Array(Vec::new())
        })
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Value, A::Error> {
        let inside = self.for_children();
        let mut items = Vec::new();
        loop {
            let cost = if items.is_empty() { FIRST_ITEM } else { ITEM };
            if inside.is_unrequested && self.budget.unrequested.get() < cost {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok(Value::Array(items));
            }
            let Some(item) = list.next_element_seed(inside)? else {
                return Ok(Value::Array(items));
            };
            if inside.spend(cost)? {
                items.push(item);
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inside = self.for_children();
        let mut members = Map::new();
        while let Some(name) = map.next_key::<String>()? {
            let first = if members.is_empty() { FIRST_MEMBER } else { 0 };
            let cost = first + MEMBER + name.len() + ALLOCATION;
            if !inside.spend(cost)? {
                map.next_value::<IgnoredAny>()?;
                continue;
            }
            let value = map.next_value_seed(inside.for_member(&name))?;
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
    fn honest_answers_are_read_as_they_are() {
        let honest = json!({"cmd": "reject", "args": [{"aLock": [], "x": {"y": [1, -2, 1.5, null]}}],
            "title": "\u{1f3ac} \"quoted\"", "flag": true, "hashes": {"0": "1", "10": "2"}});
        assert_eq!(value(&honest.to_string()), honest);
        assert_eq!(value(" [ ] \n\0\0"), json!([]));
        assert_eq!(value("\u{feff}{\"a\":1}"), json!({"a": 1}));
    }

    #[test]
    fn what_nobody_asks_for_is_cut_off_and_the_rest_is_read() {
        let junk = r#"{"":0},"#.repeat(500_000);
        let answer = format!(r#"{{"video":{{"x":[{junk}0],"id":"7","y":{{"a":1}}}}}}"#);
        let read = value(&answer);
        assert_eq!(read["video"]["id"], "7");
        assert!(read["video"]["x"].as_array().unwrap().len() < 1000);
        assert_eq!(read["video"]["y"], json!({}), "its room is used up");
        let answer = format!(r#"{{"x":"{}","title":"t"}}"#, "a".repeat(1 << 20));
        assert_eq!(value(&answer)["title"], "t");
    }

    #[test]
    fn what_is_asked_for_and_larger_than_anything_honest_is_refused() {
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
    fn odd_letters_cost_themselves_and_nothing_else() {
        let title = |body: &[u8]| read(body, "x").unwrap()["title"].clone();
        assert_eq!(title(br#"{"title":"Party \ud83d"}"#), "Party \u{fffd}");
        assert_eq!(title(b"{\"title\":\"caf\xe9\"}"), "caf\u{fffd}");
        assert_eq!(title(b"{\"title\":\"a\tb\nc\"}"), "a\tb\nc");
        assert_eq!(title(b"\xef\xbb\xbf{\"title\":\"a\"}\0\0"), "a");
    }

    #[test]
    fn what_is_no_json_is_malformed_even_when_mended() {
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
