//! Parts of the index (`moov`): bytes in memory, or a table whose rows are made while it is written.
//!
//! The index of a recording of many hours takes tens of megabytes, so it is never held in memory:
//! the number of rows gives the size of each table in advance.

use std::io::{self, Write};

use crate::boxes::write::{boxed_before, put32};

/// Some bytes of the index, followed by the rows of a table.
pub(crate) struct IndexPart<'t> {
    bytes: Vec<u8>,
    /// The rows of the table, field by field.
    fields: Box<dyn Iterator<Item = u32> + 't>,
    /// Size of the fields.
    row_bytes: u64,
}

/// The start of a table, before its rows.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct TableHeader<'h> {
    pub(crate) kind: [u8; 4],
    pub(crate) version: u8,
    /// Bytes between the flags and the number of rows.
    pub(crate) prefix: &'h [u8],
    /// Number of rows.
    pub(crate) rows: u32,
}

impl<'t> IndexPart<'t> {
    /// Creates a part without a table.
    pub(crate) fn plain(bytes: Vec<u8>) -> Self {
        Self {
            bytes,
            fields: Box::new(std::iter::empty()),
            row_bytes: 0,
        }
    }

    /// Creates a full box that ends in rows of `N` big-endian fields. `rows` must yield exactly
    /// `head.rows` of them.
    pub(crate) fn table<const N: usize>(
        head: TableHeader<'_>,
        rows: impl Iterator<Item = [u32; N]> + 't,
    ) -> Self {
        let row_bytes = u64::from(head.rows) * 4 * N as u64;
        let mut bytes = Vec::new();
        boxed_before(&mut bytes, head.kind, row_bytes, |out| {
            put32(out, u32::from(head.version) << 24);
            out.extend_from_slice(head.prefix);
            put32(out, head.rows);
        });
        Self {
            bytes,
            fields: Box::new(rows.flatten()),
            row_bytes,
        }
    }

    /// Size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.bytes.len() as u64 + self.row_bytes
    }

    pub(crate) fn write(self, out: &mut impl Write) -> io::Result<()> {
        out.write_all(&self.bytes)?;
        for field in self.fields {
            out.write_all(&field.to_be_bytes())?;
        }
        Ok(())
    }
}
