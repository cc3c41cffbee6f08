//! `onMetaData` in a room of fixed size (FLV 10.1, E.4.4.4 and E.5).

use crate::Tags;

/// Some readers refuse longer AMF strings.
const MAX_STRING_LENGTH: usize = 1000;
/// A keyframe in the index: two numbers with their type bytes.
pub(crate) const KEYFRAME_BYTES: usize = 18;
/// The smallest padding property: its name, its type, its length.
const MIN_PADDING: usize = 8;

/// What the metadata tells.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlvMetadata<'a> {
    pub(crate) duration_ms: u64,
    /// 0 until the file is finished, by which an unfinished one is known.
    pub(crate) file_size: u64,
    /// The codec's number in the first byte of its tags.
    pub(crate) video_codec: Option<u8>,
    pub(crate) audio_codec: Option<u8>,
    pub(crate) size: Option<(u32, u32)>,
    /// Milliseconds and the place of the tag.
    pub(crate) keyframes: &'a [(u64, u64)],
}

/// The body of the tag, `room` bytes long.
///
/// Where the room does not hold every keyframe it holds every second, third, … of them.
pub(crate) fn metadata(room: usize, facts: &FlvMetadata<'_>, tags: &Tags) -> Vec<u8> {
    let mut body = Vec::with_capacity(room);
    string(&mut body, "onMetaData");
    // An ECMA array; its count is a hint that readers do not rely on.
    body.extend_from_slice(&[8, 0, 0, 0, 0]);
    number_fields(&mut body, facts);
    text_fields(&mut body, tags);
    // Names and marks of the keyframe object, the end of the array, and room to pad.
    let around = 64 + MIN_PADDING;
    let fits = room.saturating_sub(body.len() + around) / KEYFRAME_BYTES;
    // Of one keyframe there is nothing to choose from, and some readers complain of it.
    if fits > 1 && facts.keyframes.len() > 1 {
        let step = facts.keyframes.len().div_ceil(fits);
        keyframes(&mut body, facts.keyframes.iter().step_by(step));
    }
    pad(&mut body, room);
    body
}

fn number_fields(body: &mut Vec<u8>, facts: &FlvMetadata<'_>) {
    number_field(body, "duration", seconds(facts.duration_ms));
    number_field(body, "filesize", float(facts.file_size));
    let fields = [
        ("videocodecid", facts.video_codec.map(u32::from)),
        ("audiocodecid", facts.audio_codec.map(u32::from)),
        ("width", facts.size.map(|(width, _)| width)),
        ("height", facts.size.map(|(_, height)| height)),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            number_field(body, field, f64::from(value));
        }
    }
    name(body, "hasKeyframes");
    body.extend_from_slice(&[1, u8::from(facts.keyframes.len() > 1)]);
}

fn text_fields(body: &mut Vec<u8>, tags: &Tags) {
    let fields = [
        ("title", &tags.title),
        ("artist", &tags.artist),
        ("date", &tags.date),
        ("comment", &tags.comment),
    ];
    for (field, text) in fields {
        if let Some(text) = text {
            name(body, field);
            string(body, text);
        }
    }
}

fn keyframes<'k>(body: &mut Vec<u8>, entries: impl Iterator<Item = &'k (u64, u64)> + Clone) {
    name(body, "keyframes");
    body.push(3);
    name(body, "filepositions");
    strict_array(body, entries.clone().map(|(_, position)| float(*position)));
    name(body, "times");
    strict_array(body, entries.map(|(time, _)| seconds(*time)));
    body.extend_from_slice(&[0, 0, 9]);
}

fn strict_array(body: &mut Vec<u8>, values: impl Iterator<Item = f64> + Clone) {
    body.push(10);
    let count = u32::try_from(values.clone().count()).unwrap_or(0);
    body.extend_from_slice(&count.to_be_bytes());
    for value in values {
        number(body, value);
    }
}

/// Fills the room with short strings, then ends the array.
fn pad(body: &mut Vec<u8>, room: usize) {
    let mut left = room.saturating_sub(body.len() + 3);
    while left >= MIN_PADDING {
        let mut length = left.min(MAX_STRING_LENGTH);
        // The rest must hold another padding, or nothing.
        if (1..MIN_PADDING).contains(&(left - length)) {
            length -= MIN_PADDING;
        }
        name(body, "pad");
        let text = length - MIN_PADDING;
        body.push(2);
        body.extend_from_slice(&u16::try_from(text).unwrap_or(0).to_be_bytes());
        body.extend(std::iter::repeat_n(b' ', text));
        left -= length;
    }
    body.extend_from_slice(&[0, 0, 9]);
}

fn name(body: &mut Vec<u8>, name: &str) {
    body.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_be_bytes());
    body.extend_from_slice(name.as_bytes());
}

fn string(body: &mut Vec<u8>, text: &str) {
    // In bounds: the boundary is found in this very text.
    let text = &text[..text.floor_char_boundary(MAX_STRING_LENGTH)];
    body.push(2);
    name(body, text);
}

fn number_field(body: &mut Vec<u8>, field: &str, value: f64) {
    name(body, field);
    number(body, value);
}

fn number(body: &mut Vec<u8>, value: f64) {
    body.push(0);
    body.extend_from_slice(&value.to_be_bytes());
}

#[expect(
    clippy::cast_precision_loss,
    reason = "AMF has no other numbers; exact up to 2^53"
)]
fn float(value: u64) -> f64 {
    value as f64
}

fn seconds(milliseconds: u64) -> f64 {
    float(milliseconds) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_room_is_filled_to_the_byte() {
        let keyframes: Vec<_> = (0..400)
            .map(|number| (number * 2000, number * 90_000))
            .collect();
        let tags = Tags {
            title: Some("é".repeat(900)),
            ..Tags::default()
        };
        let facts = FlvMetadata {
            keyframes: &keyframes,
            ..FlvMetadata::default()
        };
        for room in 4000..9100 {
            assert_eq!(metadata(room, &facts, &tags).len(), room);
        }
    }

    #[test]
    fn keyframes_beyond_the_room_are_thinned_evenly() {
        let keyframes: Vec<_> = (0..5000).map(|number| (number, number)).collect();
        let facts = FlvMetadata {
            keyframes: &keyframes,
            ..FlvMetadata::default()
        };
        let body = metadata(64 * 1024, &facts, &Tags::default());
        let count = body
            .windows(14)
            .position(|window| window == b"\0\x0dfilepositions"[..14].as_ref())
            .and_then(|at| body.get(at + 16..at + 20))
            .and_then(|bytes| bytes.first_chunk::<4>())
            .map(|bytes| u32::from_be_bytes(*bytes));
        assert_eq!(count, Some(2500));
    }
}
