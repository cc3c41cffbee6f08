//! Assembles segments as the engine does: push, record in the journal, crash, go on, finish.

use std::{
    fs::{File, OpenOptions},
    io::{Read, Seek, SeekFrom, Write},
    path::PathBuf,
};

use media::{
    Error, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentFingerprint, SegmentFormat, Summary,
    TableFragment, journal, muxer,
};
use tempfile::TempDir;

use crate::{memory_file::MemoryFile, segment::OwnedSegment};

/// What a crash leaves behind the last segment in the journal.
const TORN_BYTES: [u8; 10_000] = [0xaa; 10_000];

/// Where a movie is written to.
pub trait Output {
    /// Gives access to the bytes.
    type Handle: Read + Write + Seek + Send + 'static;

    /// Opens it at the start; creates it if it is missing.
    fn handle(&self) -> Self::Handle;

    /// Truncates or extends it with zeros.
    fn set_length(&self, length: u64);
}

impl Output for MemoryFile {
    type Handle = Self;

    fn handle(&self) -> Self {
        self.clone()
    }

    fn set_length(&self, length: u64) {
        self.set_length(length);
    }
}

/// A file on disk.
#[derive(Debug)]
pub struct OutputFile {
    path: PathBuf,
    /// Deletes the file when it is dropped.
    _folder: Option<TempDir>,
}

impl OutputFile {
    /// Writes to this path.
    pub fn new(path: PathBuf) -> Self {
        Self {
            path,
            _folder: None,
        }
    }

    /// Writes to a file of this name in a temporary folder.
    pub fn temporary(name: &str) -> Self {
        let folder = TempDir::new().expect("a temporary folder");
        Self {
            path: folder.path().join(name),
            _folder: Some(folder),
        }
    }
}

impl Output for OutputFile {
    type Handle = File;

    fn handle(&self) -> File {
        OpenOptions::new()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&self.path)
            .expect("an output")
    }

    fn set_length(&self, length: u64) {
        self.handle().set_len(length).expect("an output");
    }
}

/// What happens after the muxer has refused a segment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnRefusal {
    /// The attempt ends with the error.
    Stop,
    /// A new muxer goes on with the next segment, except after [`Error::Unsupported`].
    Skip,
}

/// The assembly of one movie. All attempts share its output and its journal.
#[derive(Debug)]
pub struct Assembly<O> {
    /// What is known of the movie before its first segment.
    pub movie: MovieSpec,
    /// What happens after the muxer has refused a segment; [`OnRefusal::Stop`] by default.
    pub on_refusal: OnRefusal,
    segment_format: SegmentFormat,
    output_format: OutputFormat,
    output: O,
    journal: Vec<u8>,
    /// What the muxer returned for each segment that it took.
    pushed: Vec<TableFragment>,
}

impl<O: Output> Assembly<O> {
    /// Starts with an empty journal.
    pub fn new(
        segment_format: SegmentFormat,
        output_format: OutputFormat,
        movie: MovieSpec,
        output: O,
    ) -> Self {
        Self {
            movie,
            on_refusal: OnRefusal::Stop,
            segment_format,
            output_format,
            output,
            journal: Vec::new(),
            pushed: Vec::new(),
        }
    }

    /// Pushes the segments and ends as in a crash: nothing but output and journal remains.
    pub fn attempt(&mut self, segments: &[OwnedSegment]) -> Result<(), Error> {
        self.run(segments, |_, _| ())
    }

    /// Pushes the segments and finishes the movie.
    pub fn finish(&mut self, segments: &[OwnedSegment]) -> Result<Summary, Error> {
        self.run(segments, Muxer::finish)?
    }

    /// Goes on from the journal, pushes the segments, and hands the muxer and all fragments of the
    /// journal to `end`. Fails if a segment is refused, or if there is no muxer for the formats.
    ///
    /// Checks that the fragments describe what was written, at once and after `end`.
    pub fn run<T>(
        &mut self,
        segments: &[OwnedSegment],
        end: impl FnOnce(Box<dyn Muxer>, Vec<TableFragment>) -> T,
    ) -> Result<T, Error> {
        let mut muxer = self.start()?;
        for segment in segments {
            match muxer.push(segment.as_segment()) {
                Ok(fragment) => {
                    assert_eq!(fragment.output_end, self.length(), "{fragment:?}");
                    self.assert_checksum(&fragment);
                    self.journal.extend(journal::record(&fragment));
                    self.pushed.push(fragment);
                }
                Err(error @ Error::Unsupported(_)) => return Err(error),
                Err(error) if self.on_refusal == OnRefusal::Stop => return Err(error),
                Err(_) => {
                    drop(muxer);
                    muxer = self.start()?;
                }
            }
        }
        let ended = end(muxer, self.fragments());
        for fragment in &self.pushed {
            self.assert_checksum(fragment);
        }
        Ok(ended)
    }

    fn start(&self) -> Result<Box<dyn Muxer>, Error> {
        let fragments = self.fragments();
        self.output.set_length(journal::output_end(&fragments));
        let config = MuxerConfig {
            segment_format: self.segment_format,
            output_format: self.output_format,
            movie: self.movie.clone(),
            journal: Some(&fragments),
        };
        muxer(config, self.output.handle())
    }

    fn assert_checksum(&self, fragment: &TableFragment) {
        let bytes = self.read_range(fragment.output_start, fragment.output_bytes());
        assert_eq!(fragment.checksum, crc32fast::hash(&bytes), "{fragment:?}");
    }

    /// Leaves what a crash leaves: bytes behind the last segment in the journal. Checks that half
    /// a record in the journal is not read.
    pub fn tear(&self) {
        let mut output = self.output.handle();
        output.seek(SeekFrom::End(0)).expect("an output");
        output.write_all(&TORN_BYTES).expect("an output");
        let torn = [&self.journal[..], &[0, 0, 0, 9, 1]].concat();
        assert_eq!(journal::read(&torn).1, self.journal.len(), "half a record");
    }

    /// Changes the journal so that the output seems to reach this far; the hole needs no disk.
    pub fn extend_to(&mut self, output_end: u64) {
        let mut fragments = self.fragments();
        fragments.last_mut().expect("a fragment").output_end = output_end;
        self.journal = fragments.iter().flat_map(journal::record).collect();
    }

    /// Reads the journal.
    pub fn fragments(&self) -> Vec<TableFragment> {
        let (fragments, length) = journal::read(&self.journal);
        assert_eq!(length, self.journal.len(), "every record is complete");
        fragments
    }

    /// Whether the muxer took this segment.
    pub fn has(&self, segment: &OwnedSegment) -> bool {
        let fingerprint = SegmentFingerprint::of(&segment.data);
        self.pushed.iter().any(|fragment| {
            (fragment.track, fragment.kind) == (segment.track, segment.kind)
                && fragment.fingerprint == fingerprint
        })
    }

    /// Verifies the finished movie.
    pub fn check(&self) -> Result<Summary, Error> {
        media::check(self.output.handle())
    }

    /// Returns the output.
    pub fn output(&self) -> &O {
        &self.output
    }

    /// Reads the whole output.
    pub fn bytes(&self) -> Vec<u8> {
        self.read_range(0, self.length())
    }

    fn length(&self) -> u64 {
        let end = self.output.handle().seek(SeekFrom::End(0));
        end.expect("an output")
    }

    fn read_range(&self, start: u64, length: u64) -> Vec<u8> {
        let mut bytes = vec![0; usize::try_from(length).expect("fits in memory")];
        let mut output = self.output.handle();
        output.seek(SeekFrom::Start(start)).expect("an output");
        output.read_exact(&mut bytes).expect("within the output");
        bytes
    }
}

impl Assembly<OutputFile> {
    /// Returns the path of the output.
    pub fn path(&self) -> PathBuf {
        self.output.path.clone()
    }
}
