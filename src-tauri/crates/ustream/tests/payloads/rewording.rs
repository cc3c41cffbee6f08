//! Changes payloads: to another notation of the same content, or to invalid content.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Map, Value, json};

/// Another notation that the service might use for the same content.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Rewording {
    /// A number as text, digits as a number.
    Number,
    /// An integer as a float.
    Float,
    /// A list as a map with numeric keys, as PHP and AMF write it.
    Map,
    /// The only object of a list without the list.
    Alone,
    /// An additional member that is null.
    Null,
}

/// Random places in a value, and the change of each.
pub(crate) type Changes<T> = Vec<(Index, T)>;

pub(crate) fn rewordings() -> impl Strategy<Value = Changes<Rewording>> {
    let rewording = prop_oneof![
        Just(Rewording::Number),
        Just(Rewording::Float),
        Just(Rewording::Map),
        Just(Rewording::Alone),
        Just(Rewording::Null),
    ];
    prop::collection::vec((any::<Index>(), rewording), 1..12)
}

/// Returns invalid content.
pub(crate) fn oddities() -> impl Strategy<Value = Changes<Value>> {
    let nested = (1..200_usize).prop_map(|depth| {
        (0..depth).fold(json!(1), |inner, level| match level % 2 {
            0 => json!([inner]),
            _ => json!({"0": inner}),
        })
    });
    let odd = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        Just(json!(u64::MAX)),
        Just(json!(u64::MAX.to_string())),
        Just(json!(1e308)),
        Just(json!([])),
        Just(json!({})),
        any::<String>().prop_map(Value::from),
        "[0-9]{1,30}".prop_map(Value::from),
        Just(json!("%_%_%".repeat(1000))),
        Just(json!({"18446744073709551615": "a", "0": "b", "-1": "c", "1.5": [], "": {}})),
        nested,
    ];
    prop::collection::vec((any::<Index>(), odd), 1..6)
}

/// Counts all values inside a value, including itself.
fn count(value: &Value) -> usize {
    let within: usize = match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(members) => members.values().map(count).sum(),
        _ => 0,
    };
    1 + within
}

fn nth<'a>(value: &'a mut Value, index: &mut usize) -> Option<&'a mut Value> {
    if *index == 0 {
        return Some(value);
    }
    *index -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, index)),
        Value::Object(members) => members.values_mut().find_map(|member| nth(member, index)),
        _ => None,
    }
}

fn at(value: &mut Value, index: Index) -> &mut Value {
    let mut index = index.index(count(value));
    nth(value, &mut index).unwrap()
}

/// Returns the same content in another notation.
pub(crate) fn reworded(mut value: Value, changes: &Changes<Rewording>) -> Value {
    for (index, rewording) in changes {
        let place = at(&mut value, *index);
        *place = reword(*rewording, place.take());
    }
    value
}

/// Returns a value with invalid content in some places.
pub(crate) fn corrupted(mut value: Value, changes: &Changes<Value>) -> Value {
    for (index, odd) in changes {
        *at(&mut value, *index) = odd.clone();
    }
    value
}

fn reword(rewording: Rewording, value: Value) -> Value {
    match (rewording, value) {
        (Rewording::Number, Value::Number(number)) if number.is_u64() => {
            Value::String(number.to_string())
        }
        (Rewording::Number, Value::String(text)) => match text.parse::<u32>() {
            // Leading zeros are significant.
            Ok(number) if number.to_string() == text => number.into(),
            _ => Value::String(text),
        },
        (Rewording::Float, Value::Number(number)) => {
            let whole = number.as_u64().and_then(|whole| u32::try_from(whole).ok());
            whole.map_or(Value::Number(number), |whole| json!(f64::from(whole)))
        }
        (Rewording::Map, Value::Array(items)) => (0..)
            .map(|number: usize| number.to_string())
            .zip(items)
            .collect::<Map<_, _>>()
            .into(),
        (Rewording::Alone, Value::Array(mut items)) if items.len() == 1 && items[0].is_object() => {
            items.remove(0)
        }
        (Rewording::Null, Value::Object(mut members)) => {
            members.insert("odd".to_owned(), Value::Null);
            Value::Object(members)
        }
        (_, other) => other,
    }
}
