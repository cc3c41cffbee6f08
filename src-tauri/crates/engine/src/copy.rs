//! A finished file, put together of its stretches one behind the other.

use std::fs::File;
use std::io::{Seek as _, SeekFrom, Write as _};

use media::{Error, Muxer, Order, Piece, Summary, TableFragment};

/// Writes stretches as they are.
#[derive(Debug)]
pub(crate) struct Copy {
    output: File,
    end: u64,
}

impl Copy {
    /// Goes on where the journal ends.
    pub(crate) fn new(output: File, journal: &[TableFragment]) -> Self {
        Self {
            output,
            end: journal.last().map_or(0, |last| last.output_end),
        }
    }
}

impl Muxer for Copy {
    fn order(&self) -> Order {
        Order::Presentation
    }

    fn push(&mut self, piece: Piece<'_>) -> Result<TableFragment, Error> {
        self.output.seek(SeekFrom::Start(self.end))?;
        self.output.write_all(piece.data)?;
        self.end = self.end.saturating_add(piece.data.len() as u64);
        Ok(TableFragment::bare(piece.part, piece.start_ms, self.end))
    }

    /// What the file holds is told by reading it.
    fn finish(self: Box<Self>, _: Vec<TableFragment>) -> Result<Summary, Error> {
        Ok(Summary {
            size_bytes: self.end,
            ..Summary::default()
        })
    }
}
