//! Writes the `onMetaData` script tag in a fixed number of bytes (FLV 10.1, E.4.4.4 and E.5).

use crate::Tags;

/// Some readers refuse longer AMF strings.
const MAX_STRING_BYTES: usize = 1000;
/// Bytes of a keyframe in the index: two AMF numbers with their type bytes.
pub(crate) const KEYFRAME_BYTES: usize = 18;
/// Bytes of the smallest padding property: its name, its type, its length.
const MIN_PADDING_BYTES: usize = 8;

/// Bytes of text that are kept free near the start for [`crate::origin`].
pub(crate) const NOTE_BYTES: usize = 512;

/// The fields of `onMetaData` other than the text tags.
#[derive(Clone, Debug, Default)]
pub(crate) struct FlvMetadata<'a> {
    pub(crate) duration_ms: u64,
    /// Bytes of the file; 0 marks an unfinished file.
    pub(crate) file_size: u64,
    /// `CodecID` (E.4.3.1).
    pub(crate) video_codec: Option<u8>,
    /// `SoundFormat` (E.4.2.1).
    pub(crate) audio_codec: Option<u8>,
    /// Width and height in pixels.
    pub(crate) size: Option<(u32, u32)>,
    /// Time in milliseconds and byte position of the tag of each keyframe.
    pub(crate) keyframes: &'a [(u64, u64)],
}

/// Returns the body of the tag, padded to `reserved` bytes.
///
/// If not every keyframe fits, the index has every second, third, … of them.
pub(crate) fn metadata(reserved: usize, fields: &FlvMetadata<'_>, tags: &Tags) -> Vec<u8> {
    let mut body = Vec::with_capacity(reserved);
    string(&mut body, "onMetaData");
    // An ECMA array; its count is a hint that readers do not rely on.
    body.extend_from_slice(&[8, 0, 0, 0, 0]);
    number_fields(&mut body, fields);
    padding(&mut body, NOTE_BYTES);
    text_fields(&mut body, tags);
    // Property names and type bytes of the keyframe object, the end of the array, and padding.
    let overhead = 64 + MIN_PADDING_BYTES;
    let fits = reserved.saturating_sub(body.len() + overhead) / KEYFRAME_BYTES;
    // An index of one keyframe is useless, and some readers complain about it.
    if fits > 1 && fields.keyframes.len() > 1 {
        let step = fields.keyframes.len().div_ceil(fits);
        keyframes(&mut body, fields.keyframes.iter().step_by(step));
    }
    pad(&mut body, reserved);
    body
}

fn number_fields(body: &mut Vec<u8>, fields: &FlvMetadata<'_>) {
    number_field(body, "duration", seconds(fields.duration_ms));
    number_field(body, "filesize", float(fields.file_size));
    let numbers = [
        ("videocodecid", fields.video_codec.map(u32::from)),
        ("audiocodecid", fields.audio_codec.map(u32::from)),
        ("width", fields.size.map(|(width, _)| width)),
        ("height", fields.size.map(|(_, height)| height)),
    ];
    for (field, value) in numbers {
        if let Some(value) = value {
            number_field(body, field, f64::from(value));
        }
    }
    name(body, "hasKeyframes");
    body.extend_from_slice(&[1, u8::from(fields.keyframes.len() > 1)]);
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

/// Appends a property with this many bytes of text that say nothing.
fn padding(body: &mut Vec<u8>, text: usize) {
    name(body, "pad");
    body.push(2);
    body.extend_from_slice(&u16::try_from(text).unwrap_or(0).to_be_bytes());
    body.extend(std::iter::repeat_n(b' ', text));
}

/// Fills the reserved bytes with short strings, then ends the array.
fn pad(body: &mut Vec<u8>, reserved: usize) {
    let mut left = reserved.saturating_sub(body.len() + 3);
    while left >= MIN_PADDING_BYTES {
        let mut length = left.min(MAX_STRING_BYTES);
        // What is left must be 0 or hold another padding property.
        if (1..MIN_PADDING_BYTES).contains(&(left - length)) {
            length -= MIN_PADDING_BYTES;
        }
        padding(body, length - MIN_PADDING_BYTES);
        left -= length;
    }
    body.extend_from_slice(&[0, 0, 9]);
}

fn name(body: &mut Vec<u8>, name: &str) {
    body.extend_from_slice(&u16::try_from(name.len()).unwrap_or(0).to_be_bytes());
    body.extend_from_slice(name.as_bytes());
}

fn string(body: &mut Vec<u8>, text: &str) {
    // In bounds: `floor_char_boundary` returns a boundary of this text.
    let text = &text[..text.floor_char_boundary(MAX_STRING_BYTES)];
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
pub(crate) fn float(value: u64) -> f64 {
    value as f64
}

fn seconds(milliseconds: u64) -> f64 {
    float(milliseconds) / 1000.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn metadata_has_exactly_the_reserved_size() {
        let keyframes: Vec<_> = (0..400)
            .map(|number| (number * 2000, number * 90_000))
            .collect();
        let tags = Tags {
            title: Some("é".repeat(900)),
            ..Tags::default()
        };
        let fields = FlvMetadata {
            keyframes: &keyframes,
            ..FlvMetadata::default()
        };
        for reserved in 4000..9100 {
            assert_eq!(metadata(reserved, &fields, &tags).len(), reserved);
        }
    }

    #[test]
    fn keyframes_that_do_not_fit_are_thinned_evenly() {
        let keyframes: Vec<_> = (0..5000).map(|number| (number, number)).collect();
        let fields = FlvMetadata {
            keyframes: &keyframes,
            ..FlvMetadata::default()
        };
        let body = metadata(64 * 1024, &fields, &Tags::default());
        let count = body
            .windows(14)
            .position(|window| window == b"\0\x0dfilepositions"[..14].as_ref())
            .and_then(|at| body.get(at + 16..at + 20))
            .and_then(|bytes| bytes.first_chunk::<4>())
            .map(|bytes| u32::from_be_bytes(*bytes));
        assert_eq!(count, Some(2500));
    }
}
