//! Splits a movie on disk into segments like those of a service.
//!
//! Lenient on purpose: reads what it can of damaged files. Reads only what the next segment needs,
//! into a buffer that is reused, so that memory use does not depend on the length of the movie
//! (except for the index of an MP4).
//!
//! - An FLV is split between its tags.
//! - A fragmented MP4 is split between its fragments; each is returned once for each of its tracks.
//! - A transport stream is split where no frame is incomplete.
//! - The samples of a progressive MP4 are returned as small fragments, made from its index.

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
use crate::{Error, Fact, SegmentData, SegmentFormat, SegmentKind, Tags};

/// What is known of a movie before its first segment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MovieInfo {
    /// Format of its segments.
    pub segment_format: SegmentFormat,
    /// Size of the file in bytes.
    pub size_bytes: u64,
    /// Duration stated in the file, in milliseconds.
    pub duration_ms: Option<u64>,
    /// Its tags.
    pub tags: Tags,
    /// Handler types of tracks other than video and audio, which are left out.
    pub left_out: Vec<String>,
    /// User tags that are left out.
    pub facts: Vec<Fact>,
}

/// Splits a movie on disk into segments.
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

/// The segment that a splitter has put into the buffer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct FilledSegment {
    track: u8,
    kind: SegmentKind,
    start_ms: u64,
    /// End of the segment in the buffer.
    length: usize,
}

impl<R: Read + Seek> MovieSplitter<R> {
    /// Opens a file: detects its format and reads the index of an MP4.
    ///
    /// Fails with [`Error::Unsupported`] if it is neither an FLV, an MP4 nor a transport stream; the
    /// text says what it looks like.
    pub fn open(mut file: R) -> Result<Self, Error> {
        let tags = Tags::read(&mut file).map_err(|error| match error {
            Error::Io(error) => Error::Input(error),
            other => other,
        })?;
        let mut input = InputFile::new(file)?;
        let mut start = input.peek::<{ sniff::SNIFF_BYTES }>(0)?;
        // A transport stream may be behind a long ID3 tag.
        let behind = crate::ts::id3_end(&start);
        if behind > 0 {
            let stream = input.peek::<{ sniff::SNIFF_BYTES }>(behind)?;
            if crate::ts::is_stream(&stream) {
                start = stream;
            }
        }
        let mut info = MovieInfo {
            segment_format: SegmentFormat::Flv,
            size_bytes: input.length(),
            duration_ms: None,
            tags,
            left_out: Vec::new(),
            facts: Vec::new(),
        };
        let splitter = match sniff::detect(&start)? {
            InputFormat::Flv => FormatSplitter::Flv(FlvSplitter::open(&mut input, &mut info)?),
            InputFormat::Mp4 => {
                info.segment_format = SegmentFormat::Fmp4;
                FormatSplitter::Mp4(Box::new(Mp4Splitter::open(&mut input, &mut info)?))
            }
            InputFormat::Ts => {
                info.segment_format = SegmentFormat::Ts;
                FormatSplitter::Ts(TsSplitter::default())
            }
        };
        Ok(Self {
            input,
            info,
            splitter,
            buffer: Vec::new(),
        })
    }

    /// Returns what is known of the movie.
    pub fn info(&self) -> &MovieInfo {
        &self.info
    }

    /// Continues a movie whose `earlier` file has been read to its end: the tracks of an MP4 get the
    /// numbers of those that they continue, and no init segment stands alone. To be called before the
    /// first segment.
    ///
    /// The caller raises the numbers and the planned starts of the segments.
    pub fn follow<S>(&mut self, earlier: &MovieSplitter<S>) -> Result<(), Error> {
        match (&mut self.splitter, &earlier.splitter) {
            (FormatSplitter::Mp4(mp4), FormatSplitter::Mp4(earlier)) => mp4.follow(earlier),
            _ => Ok(()),
        }
    }

    /// Returns the next segment, or `None` at the end. Segment numbers start at 0 and have gaps.
    pub fn next_segment(&mut self) -> Result<Option<SegmentData<'_>>, Error> {
        let filled = match &mut self.splitter {
            FormatSplitter::Flv(flv) => flv.fill(&mut self.input, &mut self.buffer)?,
            FormatSplitter::Mp4(mp4) => mp4.fill(&mut self.input, &mut self.buffer)?,
            FormatSplitter::Ts(ts) => ts.fill(&mut self.input, &mut self.buffer)?,
        };
        Ok(filled.map(|filled| SegmentData {
            track: filled.track,
            kind: filled.kind,
            start_ms: filled.start_ms,
            data: self.buffer.get(..filled.length).unwrap_or_default(),
        }))
    }

    /// Bytes of the file that were returned or skipped so far.
    pub fn done_bytes(&self) -> u64 {
        let done = match &self.splitter {
            FormatSplitter::Flv(flv) => flv.done(),
            FormatSplitter::Mp4(mp4) => mp4.done(),
            FormatSplitter::Ts(ts) => ts.done(),
        };
        done.min(self.info.size_bytes)
    }

    /// Bytes of media that were lost so far because the file is truncated or damaged.
    pub fn lost_bytes(&self) -> u64 {
        let lost = match &self.splitter {
            FormatSplitter::Flv(flv) => flv.lost(),
            // A broken index may count the same bytes several times.
            FormatSplitter::Mp4(mp4) => mp4.lost(),
            // A truncated stream cannot be told from a complete one.
            FormatSplitter::Ts(_) => 0,
        };
        lost.min(self.info.size_bytes)
    }

    /// Returns the samples so far that the index of an MP4 lists beyond the end of the file, with
    /// times from its start. What other formats lost has no index.
    pub fn lost_samples(&self) -> Vec<Fact> {
        match &self.splitter {
            FormatSplitter::Mp4(mp4) => mp4.lost_samples(),
            FormatSplitter::Flv(_) | FormatSplitter::Ts(_) => Vec::new(),
        }
    }
}
