//! Writes a progressive MP4 (ISO/IEC 14496-12) from segments that arrive in any order.
//!
//! [`write`] appends the media of each segment and keeps its sample tables ([`fragment`]). At the
//! end [`assemble`] puts all of them on one clock and builds the index of each [`track`], which
//! [`moov`] writes.

pub(crate) mod assemble;
mod captions;
pub(crate) mod columns;
mod cut;
pub(crate) mod facts;
mod first_samples;
mod fragment;
mod groups;
pub(crate) mod head;
mod index_part;
pub(crate) mod interleave;
pub(crate) mod join;
pub(crate) mod moov;
mod overlap;
mod parts;
pub(crate) mod sample_entries;
mod sample_entry;
pub(crate) mod snap;
pub(crate) mod tables;
pub(crate) mod track;
pub(crate) mod trak;
pub(crate) mod write;
