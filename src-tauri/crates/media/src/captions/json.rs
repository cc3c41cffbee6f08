//! Finds the cues in JSON: a list of objects, alone or as the member `captions` or `cues` of one.
//!
//! There is no standard for this. `start_sec`, `end_sec` and `caption` are the names that the
//! service's API has where it quotes captions (`caption_matches`); the others are the terms of
//! `WebVTT` and TTML with and without the unit. Numbers without a unit are seconds, as in that API.

use std::fmt;
use std::time::Duration;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::text::{CueText, CueTextBuilder, Style};
use super::{CueList, srt};

/// Returns the cues in the order of the list, or `None` if the text is something else.
pub(super) fn cues(text: &str) -> Option<CueList> {
    serde_json::from_str(text).ok()
}

impl<'de> Deserialize<'de> for CueList {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(ListVisitor)
    }
}

/// Reads the list one cue at a time: a file of 8 MiB may hold millions of empty objects.
struct ListVisitor;

impl<'de> Visitor<'de> for ListVisitor {
    type Value = CueList;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a list of cues")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<CueList, A::Error> {
        let mut list = CueList::default();
        while let Some(item) = items.next_element::<Item>()? {
            let (start_ms, end_ms) = item.times().unwrap_or_default();
            list.push(start_ms, end_ms, item.text);
        }
        Ok(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<CueList, A::Error> {
        let mut list = None;
        while let Some(name) = members.next_key::<String>()? {
            if list.is_none() && matches!(name.as_str(), "captions" | "cues") {
                list = Some(members.next_value()?);
            } else {
                members.next_value::<IgnoredAny>()?;
            }
        }
        list.ok_or_else(|| A::Error::missing_field("captions"))
    }
}

/// One object of the list.
#[derive(Default)]
struct Item {
    start_ms: Option<u64>,
    end_ms: Option<u64>,
    duration_ms: Option<u64>,
    text: CueText,
}

impl Item {
    fn times(&self) -> Option<(u64, u64)> {
        let start_ms = self.start_ms?;
        let end_ms = match (self.end_ms, self.duration_ms) {
            (Some(end_ms), _) => end_ms,
            (None, Some(duration_ms)) => start_ms.checked_add(duration_ms)?,
            (None, None) => return None,
        };
        Some((start_ms, end_ms))
    }
}

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(ItemVisitor)
    }
}

struct ItemVisitor;

impl<'de> Visitor<'de> for ItemVisitor {
    type Value = Item;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a cue")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Item, A::Error> {
        let mut item = Item::default();
        while let Some(name) = members.next_key::<String>()? {
            match name.as_str() {
                "start" | "start_time" | "start_sec" | "begin" => {
                    item.start_ms = members.next_value::<Time>()?.in_seconds();
                }
                "end" | "end_time" | "end_sec" => {
                    item.end_ms = members.next_value::<Time>()?.in_seconds();
                }
                "duration" | "dur" => item.duration_ms = members.next_value::<Time>()?.in_seconds(),
                "start_ms" => item.start_ms = members.next_value::<Time>()?.in_milliseconds(),
                "end_ms" => item.end_ms = members.next_value::<Time>()?.in_milliseconds(),
                "duration_ms" => item.duration_ms = members.next_value::<Time>()?.in_milliseconds(),
                "text" | "caption" => item.text = members.next_value::<Text>()?.0,
                _ => {
                    members.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(item)
    }
}

/// A number, a number as text, or a clock time as `SubRip` and `WebVTT` have it.
enum Time {
    Number(f64),
    ClockMs(u64),
    Unknown,
}

impl Time {
    fn in_seconds(&self) -> Option<u64> {
        self.with_unit(1000.0)
    }

    fn in_milliseconds(&self) -> Option<u64> {
        self.with_unit(1.0)
    }

    fn with_unit(&self, unit_ms: f64) -> Option<u64> {
        match self {
            Self::Number(number) => {
                // Rounded: 1.001 seconds are a little less as a binary fraction.
                let ms = (number * unit_ms).round();
                let duration = Duration::try_from_secs_f64(ms).ok()?;
                Some(duration.as_secs())
            }
            Self::ClockMs(ms) => Some(*ms),
            Self::Unknown => None,
        }
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(TimeVisitor)
    }
}

struct TimeVisitor;

#[expect(
    clippy::cast_precision_loss,
    reason = "2^53 ms are longer than any movie"
)]
impl Visitor<'_> for TimeVisitor {
    type Value = Time;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a time")
    }

    fn visit_unit<E>(self) -> Result<Time, E> {
        Ok(Time::Unknown)
    }

    fn visit_u64<E>(self, number: u64) -> Result<Time, E> {
        Ok(Time::Number(number as f64))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Time, E> {
        Ok(Time::Number(number as f64))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Time, E> {
        Ok(Time::Number(number))
    }

    fn visit_str<E>(self, text: &str) -> Result<Time, E> {
        let text = text.trim();
        let clock = srt::time(text).map(Time::ClockMs);
        let number = || text.parse().ok().map(Time::Number);
        Ok(clock.or_else(number).unwrap_or(Time::Unknown))
    }
}

/// A text, or a list of its lines.
struct Text(CueText);

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a text")
    }

    fn visit_unit<E>(self) -> Result<Text, E> {
        Ok(Text(CueText::default()))
    }

    fn visit_str<E>(self, text: &str) -> Result<Text, E> {
        Ok(Text(text.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut lines: A) -> Result<Text, A::Error> {
        let mut text = CueTextBuilder::default();
        while let Some(line) = lines.next_element::<String>()? {
            text.push_str(&line, Style::default());
            text.push('\n', Style::default());
        }
        Ok(Text(text.finish()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_cues_is_read_alone_or_as_a_member() {
        let list = r#"[
            {"start_sec": 31.01, "end_sec": 35.7, "caption": "as the API quotes them"},
            {"start": "00:00:40.001", "end": "41,5", "text": "lost"},
            {"id": 7, "start": "00:00:40,001", "end": "41.5", "text": ["two", "", "lines"], "x": [{}]},
            {"start_ms": 50000, "duration_ms": "1500", "text": "a < b"},
            {"start": 70, "end": 71, "text": null}
        ]"#;
        let expected = [
            (31_010, 35_700, "as the API quotes them"),
            (40_001, 41_500, "two\nlines"),
            (50_000, 51_500, "a < b"),
        ];
        for text in [
            list.to_owned(),
            format!(r#"{{"paging": {{"cues": 1}}, "captions": {list}}}"#),
            format!(r#"{{"cues": {list}, "language": "en"}}"#),
        ] {
            let read = cues(&text).expect("a list of cues");
            let found: Vec<_> = read
                .cues
                .iter()
                .map(|cue| (cue.start_ms, cue.end_ms, cue.text.plain()))
                .collect();
            assert_eq!(found, expected);
            assert_eq!(read.skipped, 1);
        }
    }

    #[test]
    fn other_and_hostile_json_is_refused() {
        for other in [
            "",
            "{}",
            "7",
            r#"{"error": "no captions"}"#,
            r#"["text"]"#,
            r#"[{"start": [], "end": 1, "text": "x"}]"#,
            "[{}] x",
            &"[".repeat(100_000),
            &r#"{"cues":"#.repeat(100_000),
        ] {
            assert_eq!(cues(other), None, "{other:.40}");
        }
        let bad = r#"{"start": -1, "end": 1e300, "text": "x"}, {"start": 1, "text": "x"}"#;
        assert_eq!(cues(&format!("[{bad}]")).map(|list| list.skipped), Some(2));
    }
}
