//! A transport stream: packets up to where no frame is open.

use std::io::{Read, Seek};

use super::{Filled, input::Input};
use crate::{Error, Part, ts};

/// Some seconds of a film.
const PIECE: usize = 4 << 20;

/// Where the cutting of a transport stream is.
#[derive(Debug, Default)]
pub(super) struct TsSplit {
    position: u64,
    number: u64,
    /// Packets of frames that go on behind the piece before.
    open: Vec<u8>,
}

impl TsSplit {
    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.open.len() as u64)
    }

    /// Leaves whole frames in the buffer. The stream tells its own time: the plan's stays 0.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut Input<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<Filled>, Error> {
        buffer.clear();
        buffer.append(&mut self.open);
        // What is open is at most as long as the rest, so each piece takes in as much anew.
        let read = input.read(self.position, PIECE, buffer)?;
        self.position = self.position.saturating_add(read as u64);
        if buffer.is_empty() {
            return Ok(None);
        }
        if read == PIECE && self.position < input.length() {
            self.open = ts::cut(buffer);
        }
        let number = self.number;
        self.number += 1;
        Ok(Some(Filled {
            track: 0,
            part: Part::Media(number),
            start_ms: 0,
            length: buffer.len(),
        }))
    }
}
