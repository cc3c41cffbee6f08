//! Splits a transport stream before incomplete frames.

use std::io::{Read, Seek};

use super::{FilledSegment, input::InputFile};
use crate::{Error, SegmentKind, ts};

/// Size of a segment: some seconds.
const SEGMENT_BYTES: usize = 4 << 20;

/// State of a transport stream that is being split.
#[derive(Debug, Default)]
pub(super) struct TsSplitter {
    position: u64,
    number: u64,
    /// Packets of frames that were incomplete at the end of the previous segment.
    open_frames: Vec<u8>,
}

impl TsSplitter {
    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.open_frames.len() as u64)
    }

    /// Fills the buffer with complete frames. The stream has its own clock, so `start_ms` stays 0.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        buffer.clear();
        buffer.append(&mut self.open_frames);
        // The open frames are at most half of a segment, so the buffer does not grow without bound.
        let read = input.read(self.position, SEGMENT_BYTES, buffer)?;
        self.position = self.position.saturating_add(read as u64);
        if buffer.is_empty() {
            return Ok(None);
        }
        if read == SEGMENT_BYTES && self.position < input.length() {
            self.open_frames = ts::take_incomplete(buffer);
        }
        let number = self.number;
        self.number += 1;
        Ok(Some(FilledSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: 0,
            length: buffer.len(),
        }))
    }
}
