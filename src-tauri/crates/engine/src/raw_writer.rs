//! Writes a single file: its byte ranges in their order, unchanged.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use media::{Error, Muxer, SegmentData, SegmentOrder, Summary, TableFragment, journal};

/// Writes byte ranges as they are.
#[derive(Debug)]
pub(crate) struct RawWriter {
    output: File,
    end: u64,
}

impl RawWriter {
    /// Goes on where the journal ends.
    pub(crate) fn new(output: File, fragments: &[TableFragment]) -> Self {
        Self {
            output,
            end: journal::output_end(fragments),
        }
    }
}

impl RawWriter {
    fn ensure_unchanged(&self) -> Result<(), Error> {
        if self.output.metadata()?.len() == self.end {
            Ok(())
        } else {
            Err(Error::Changed)
        }
    }
}

impl Muxer for RawWriter {
    fn order(&self) -> SegmentOrder {
        SegmentOrder::Presentation
    }

    fn push(&mut self, segment: SegmentData<'_>) -> Result<TableFragment, Error> {
        self.ensure_unchanged()?;
        self.output.seek(SeekFrom::Start(self.end))?;
        self.output.write_all(segment.data)?;
        let fragment =
            TableFragment::for_byte_range(segment.kind, segment.start_ms, self.end, segment.data);
        self.end = fragment.output_end;
        Ok(fragment)
    }

    /// Returns the size only: what the file holds is found out by reading it afterwards.
    fn finish(self: Box<Self>, _: Vec<TableFragment>) -> Result<Summary, Error> {
        self.ensure_unchanged()?;
        Ok(Summary {
            size_bytes: self.end,
            ..Summary::default()
        })
    }
}
