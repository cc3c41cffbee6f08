//! A transport stream: packets up to where no frame is open.

use std::io::{Read, Seek};

use super::{FilledSegment, input::InputFile};
use crate::{Error, SegmentKind, ts};

/// Some seconds of a movie.
const SEGMENT_BYTES: usize = 4 << 20;

/// Where the cutting of a transport stream is.
#[derive(Debug, Default)]
pub(super) struct TsSplitter {
    position: u64,
    number: u64,
    /// Packets of frames that go on behind the segment before.
    open_frames: Vec<u8>,
}

impl TsSplitter {
    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.open_frames.len() as u64)
    }

    /// Leaves whole frames in the buffer. The stream tells its own time: the plan's stays 0.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        buffer.clear();
        buffer.append(&mut self.open_frames);
        // What is open is at most as long as the rest, so each segment takes in as much anew.
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
