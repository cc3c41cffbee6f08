//! Wrong content in place of segments, permanently or for a number of requests.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use axum::body::Body;
use axum::http::{Response, header};
use axum::response::IntoResponse;
use bytes::Bytes;

use crate::media::MockRepresentation;
use crate::service::{Service, html_response};
use crate::world::{Recording, Substitute};

/// Bytes at the beginning of a segment that identify its container.
const START: usize = 64;

/// How often each substitute of each recording was served, by representation.
#[derive(Debug, Default)]
pub(crate) struct SubstituteCounts(Mutex<BTreeMap<(u64, usize, String), u32>>);

impl SubstituteCounts {
    /// Counts one more, unless the limit is reached.
    fn count_if_below(&self, key: (u64, usize, String), times: Option<u32>) -> bool {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(key).or_default();
        let applies = times.is_none_or(|times| *count < times);
        *count += u32::from(applies);
        applies
    }
}

/// Returns what is served in place of a segment, or of the init segment if there is no number;
/// `None` if the segment itself is served.
pub(crate) fn substitute_response(
    service: &Service,
    recording: &Recording,
    (representation, chunk): (MockRepresentation, Option<u64>),
) -> Option<Response<Body>> {
    let name = format!("{}.{}", representation.name(), representation.extension());
    let applies = |(at, fault): &(usize, &crate::world::SegmentFault)| {
        fault.chunk == chunk
            && fault
                .representation
                .as_ref()
                .is_none_or(|representation| *representation == name)
            && service
                .substitute_counts
                .count_if_below((recording.id, *at, name.clone()), fault.times)
    };
    let (_, fault) = recording
        .oddities
        .segment_faults
        .iter()
        .enumerate()
        .find(applies)?;
    let itself = || match chunk {
        Some(chunk) => Some(service.chunk(recording, representation, chunk)?.concat()),
        None => Some(service.library.init_segment(representation)?.to_vec()),
    };
    let bytes = match fault.substitute {
        Substitute::Status(status) => return Some(status.into_response()),
        Substitute::Html => return Some(html_response()),
        Substitute::EmptyBody => Vec::new(),
        Substitute::Truncated(permille) => truncate_segment(itself()?, permille, representation),
        Substitute::ZeroedStart => zeroed(itself()?),
        Substitute::Noise => noise(itself()?.len()),
        Substitute::NoMedia => service
            .chunk_without_media(recording, representation, chunk?)?
            .concat(),
        Substitute::OtherSegment(other) => {
            service.chunk(recording, representation, other)?.concat()
        }
    };
    let kind = [(header::CONTENT_TYPE, "application/octet-stream")];
    Some((kind, Bytes::from(bytes)).into_response())
}

/// Returns the beginning of a segment, cut where a reader can detect it.
fn truncate_segment(
    mut bytes: Vec<u8>,
    permille: u16,
    representation: MockRepresentation,
) -> Vec<u8> {
    let mut left = bytes.len() * usize::from(permille.min(999)) / 1000;
    match representation {
        // In the middle of a tag's body: a file that ends between two tags looks complete.
        MockRepresentation::Flv(..) => left = range_middle(tags(&bytes), left),
        // In the middle of a box, for the same reason.
        MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_) => {
            left = range_middle(boxes(&bytes), left);
        }
        MockRepresentation::Ts(..) | MockRepresentation::PackedAudio(_) => {
            left -= usize::from(left.is_multiple_of(188));
        }
    }
    bytes.truncate(left);
    bytes
}

/// Returns the middle of the range that `at` lies in.
fn range_middle(ranges: Vec<Range<usize>>, at: usize) -> usize {
    let range = ranges.into_iter().find(|range| at < range.end);
    range.map_or(at, |range| usize::midpoint(range.start, range.end))
}

/// Returns the ranges of the tags of an FLV (Adobe FLV 10.1 E.4).
fn tags(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut at = 13;
    let mut tags = Vec::new();
    while let Some(&[_, a, b, c]) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let size = u32::from_be_bytes([0, a, b, c]);
        let end = at + 15 + usize::try_from(size).unwrap_or(0);
        tags.push(at..end);
        at = end;
    }
    tags
}

/// Returns the ranges of the boxes of an MP4.
fn boxes(bytes: &[u8]) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut boxes = Vec::new();
    while let Some(head) = bytes.get(at..).and_then(<[u8]>::first_chunk) {
        let size = usize::try_from(u32::from_be_bytes(*head))
            .unwrap_or(0)
            .max(8);
        boxes.push(at..at + size);
        at += size;
    }
    boxes
}

fn zeroed(mut bytes: Vec<u8>) -> Vec<u8> {
    bytes.iter_mut().take(START).for_each(|byte| *byte = 0);
    bytes
}

/// Returns bytes that no container begins with.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x9E37_79B9_u32;
    let byte = |_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let [high, ..] = state.to_be_bytes();
        high | 0x80
    };
    (0..length).map(byte).collect()
}
