//! Media segments of a recording in, one playable MP4 or FLV file out.
//!
//! The crate uses no network, no system clock and no threads. In the order of the data:
//!
//! 1. [`SegmentFormat`], [`OutputFormat`] and [`muxer()`] say what can be converted to what.
//! 2. [`flv`], [`fmp4`] and [`ts`] demux a segment into [`Sample`]s.
//! 3. A [`Muxer`] appends the sample data to the output and returns a [`TableFragment`].
//! 4. [`journal`] turns fragments into records that survive a crash, and back. Each has the
//!    checksum of the bytes that its segment has in the output, and what media it holds.
//! 5. [`Muxer::finish`] sorts the fragments and writes the index.
//! 6. [`check()`] verifies the finished file before anybody calls it saved.
//!
//! What was lost, left out or changed on the way is a list of [`Fact`]s: of a segment in its
//! fragment, of the movie in its [`Summary`].
//!
//! [`origin`] writes into the finished file what it was made of, and reads that again;
//! [`RangeChecksum`] is the checksum of a file, by which damage is found later.
//! [`MovieSplitter`] cuts a movie file into segments, so that it takes the same way;
//! [`measure()`] returns how much media such a file holds, and [`examine()`] what of it is damaged.
//!
//! # Example
//!
//! Converts an FLV file to MP4, and verifies the result:
//!
//! ```
//! use std::fs::File;
//!
//! use media::{MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, check, muxer};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let input = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/film/film.flv");
//! let mut movie = MovieSplitter::open(File::open(input)?)?;
//! let output = tempfile::tempfile()?;
//! let config = MuxerConfig {
//!     segment_format: movie.info().segment_format,
//!     output_format: OutputFormat::Mp4,
//!     movie: MovieSpec::default(),
//!     journal: None,
//! };
//! let mut muxer = muxer(config, output.try_clone()?)?;
//! let mut fragments = Vec::new();
//! while let Some(segment) = movie.next_segment()? {
//!     fragments.push(muxer.push(segment)?);
//! }
//! let summary = muxer.finish(fragments)?;
//! assert_eq!(summary.tracks.len(), 2);
//! assert_eq!(check(output)?, summary);
//! # Ok(())
//! # }
//! ```

mod boxes;
mod captions;
mod check;
mod checksum;
mod clock;
mod codec;
mod content;
mod cursor;
mod digest;
mod error;
mod examine;
mod fact;
mod ffmpeg;
pub mod flv;
pub mod fmp4;
mod handler;
mod id3;
mod image_kind;
pub mod journal;
mod language;
mod measure;
mod mp4;
mod muxer;
pub mod origin;
mod outline;
mod refused;
mod sample;
mod segment_writer;
mod split;
mod tags;
mod timestamps;
pub mod ts;

pub use captions::{CaptionFile, CaptionFormat, Captions};
pub use check::check;
pub use checksum::RangeChecksum;
pub use content::{Content, ContentSpan, SegmentFingerprint};
pub use error::Error;
pub use examine::{Examination, examine};
pub use fact::{Fact, FactKind};
pub use ffmpeg::ffmpeg_may_remux;
pub use image_kind::ImageKind;
pub use measure::measure;
pub use muxer::{
    AudioSpec, CaptionsSummary, MovieSpec, Mp4Brand, Muxer, MuxerConfig, OutputFormat, SegmentData,
    SegmentFormat, SegmentKind, SegmentOrder, Summary, TableFragment, TimeRange, TrackSummary,
    muxer, probe, sniff,
};
pub use outline::outline;
pub use sample::{Sample, TrackKind};
pub use split::{MovieInfo, MovieSplitter};
pub use tags::{Chapter, Cover, Tags};
