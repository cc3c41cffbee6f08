//! Pieces of a recording in, one playable file out.
//!
//! No network, no clock, no threads: bytes in, values out. In the order of the data:
//!
//! 1. [`Source`], [`Format`] and [`muxer()`]: the table of what becomes what.
//! 2. [`flv`], [`fmp4`] and [`ts`] take a piece apart into [`Sample`]s.
//! 3. A [`Muxer`] appends their data to the output and answers with a [`TableFragment`].
//! 4. [`journal`] turns fragments into records that survive a crash, and back. Each tells the
//!    checksum of the bytes that its segment has in the output, and what media it holds.
//! 5. [`Muxer::finish`] sorts the fragments and writes the index.
//! 6. [`check()`] reads the finished file back before anybody calls it saved.
//!
//! A film that is already there comes in as pieces too: [`split`] cuts a file into them, and
//! [`measure()`] tells how much media it holds.

mod boxes;
mod captions;
pub mod check;
mod clock;
mod codec;
mod content;
mod cursor;
mod digest;
mod error;
pub mod flv;
pub mod fmp4;
mod handler;
pub mod journal;
mod language;
mod measure;
mod mp4;
pub mod muxer;
pub mod sample;
mod segment_writer;
pub mod split;
mod tags;
mod timestamps;
pub mod ts;

pub use captions::Captions;
pub use check::check;
pub use content::{Content, ContentSpan, SegmentFingerprint};
pub use error::Error;
pub use measure::measure;
pub use muxer::{
    AudioSpec, CaptionsSummary, Gap, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentData,
    SegmentFormat, SegmentKind, SegmentOrder, Summary, TableFragment, TrackSummary, muxer, probe,
    sniff,
};
pub use sample::{Sample, TrackKind};
pub use split::{MovieInfo, MovieSplitter};
pub use tags::{Chapter, Cover, Tags};
