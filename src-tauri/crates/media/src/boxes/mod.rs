//! Reads and writes ISO base media boxes in memory (ISO/IEC 14496-12 4.2).
//!
//! The three modules that walk boxes of a file on disk differ in strictness on purpose: `check`
//! rejects everything that is out of order, `split` keeps what it can of a damaged file, `tags`
//! ignores broken metadata. They share only [`read::header`].

pub(crate) mod read;
pub(crate) mod write;

/// A four-character code.
pub(crate) type FourCc = [u8; 4];
