//! Cuts a movie on disk into segments, as a service would have.
//!
//! Nothing is read but what the next segment needs, into one buffer that is used again and again;
//! a movie of any length takes as little memory as a short one (and the index of its MP4).
//!
//! - An FLV is cut between its tags.
//! - A fragmented MP4 is cut between its fragments, each given once for each of its tracks.
//! - A transport stream is cut where no frame is open.
//! - A progressive MP4 gives its samples as small fragments, made from its index.

mod flv;
mod fragments;
mod input;
mod mp4;
mod progressive;
mod sniff;
mod table;
mod ts;

use std::io::{Read, Seek};

use self::{
    flv::FlvSplitter, input::InputFile, mp4::Mp4Splitter, sniff::InputFormat, ts::TsSplitter,
};
use crate::{Error, SegmentData, SegmentFormat, SegmentKind, Tags};

/// What is known of a movie before its first segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovieInfo {
    /// What its segments are.
    pub segment_format: SegmentFormat,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Its length as it states it, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Text that it carries.
    pub tags: Tags,
    /// What it holds beside picture and sound, by its short names; none of it comes in segments.
    pub left_out: Vec<String>,
}

/// A movie on disk that comes in segments.
#[derive(Debug)]
pub struct MovieSplitter<R> {
    input: InputFile<R>,
    info: MovieInfo,
    splitter: FormatSplitter,
    buffer: Vec<u8>,
}

#[derive(Debug)]
enum FormatSplitter {
    Flv(FlvSplitter),
    Mp4(Box<Mp4Splitter>),
    Ts(TsSplitter),
}

/// What a splitter has put into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FilledSegment {
    track: u8,
    kind: SegmentKind,
    start_ms: u64,
    /// Where in the buffer the segment ends.
    length: usize,
}

impl<R: Read + Seek> MovieSplitter<R> {
    /// Looks at the start of a file, and at the index of an MP4 wherever it is.
    ///
    /// Fails with [`Error::Unsupported`] where it is no FLV, no MP4 and no transport stream; the text says what it
    /// looks like.
    pub fn open(mut file: R) -> Result<Self, Error> {
        let tags = Tags::read(&mut file).map_err(|error| match error {
            Error::Io(error) => Error::Input(error),
            other => other,
        })?;
        let mut input = InputFile::new(file)?;
        let start = input.peek::<{ sniff::SNIFF_BYTES }>(0)?;
        let mut whole = MovieInfo {
            segment_format: SegmentFormat::Flv,
            size_bytes: input.length(),
            duration_ms: None,
            tags,
            left_out: Vec::new(),
        };
        let cut = match sniff::detect(&start)? {
            InputFormat::Flv => FormatSplitter::Flv(FlvSplitter::open(&mut input, &mut whole)?),
            InputFormat::Mp4 => {
                whole.segment_format = SegmentFormat::Fmp4;
                FormatSplitter::Mp4(Box::new(Mp4Splitter::open(&mut input, &mut whole)?))
            }
            InputFormat::Ts => {
                whole.segment_format = SegmentFormat::Ts;
                FormatSplitter::Ts(TsSplitter::default())
            }
        };
        Ok(Self {
            input,
            info: whole,
            splitter: cut,
            buffer: Vec::new(),
        })
    }

    /// What is known of the movie.
    pub fn info(&self) -> &MovieInfo {
        &self.info
    }

    /// The next segment; `None` at the end. Its parts are numbered upwards from 0, with gaps.
    pub fn next_segment(&mut self) -> Result<Option<SegmentData<'_>>, Error> {
        let filled = match &mut self.splitter {
            FormatSplitter::Flv(flv) => flv.fill(&mut self.input, &mut self.buffer)?,
            FormatSplitter::Mp4(movie) => movie.fill(&mut self.input, &mut self.buffer)?,
            FormatSplitter::Ts(stream) => stream.fill(&mut self.input, &mut self.buffer)?,
        };
        Ok(filled.map(|filled| SegmentData {
            track: filled.track,
            kind: filled.kind,
            start_ms: filled.start_ms,
            data: self.buffer.get(..filled.length).unwrap_or_default(),
        }))
    }

    /// How many bytes of the file are in the segments so far, or were passed over.
    pub fn done_bytes(&self) -> u64 {
        let done = match &self.splitter {
            FormatSplitter::Flv(flv) => flv.done(),
            FormatSplitter::Mp4(movie) => movie.done(),
            FormatSplitter::Ts(stream) => stream.done(),
        };
        done.min(self.info.size_bytes)
    }

    /// How many bytes of media could not be given, so far: the file is cut or damaged there.
    pub fn lost_bytes(&self) -> u64 {
        let lost = match &self.splitter {
            FormatSplitter::Flv(flv) => flv.lost(),
            // A broken index may lose the same bytes many times.
            FormatSplitter::Mp4(movie) => movie.lost(),
            // A stream that breaks off is no rarity and not told from one that ends.
            FormatSplitter::Ts(_) => 0,
        };
        lost.min(self.info.size_bytes)
    }
}
