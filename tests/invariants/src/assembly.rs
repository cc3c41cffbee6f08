//! Puts pieces together as the engine does, with a journal and with kills.

use media::{
    Error, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentFormat, Summary, TableFragment,
    journal, muxer,
};

use kit::{memory_file::MemoryFile, segment::OwnedSegment};

/// What came of some pieces.
pub(crate) struct AssemblyResult {
    pub(crate) output: MemoryFile,
    pub(crate) summary: Result<Summary, Error>,
    /// The pieces that were taken, in the order in which they came.
    pub(crate) accepted: Vec<OwnedSegment>,
}

/// A film in the making.
pub(crate) struct AssemblyJob {
    source: SegmentFormat,
    format: OutputFormat,
    segment_count: u32,
    output: MemoryFile,
    journal: Vec<u8>,
}

impl AssemblyJob {
    pub(crate) fn new(source: SegmentFormat, format: OutputFormat, pieces: usize) -> Self {
        Self {
            source,
            format,
            segment_count: u32::try_from(pieces).unwrap_or(u32::MAX),
            output: MemoryFile::default(),
            journal: Vec::new(),
        }
    }

    /// Pushes the pieces and finishes; is killed after `kill_after` of them, if there are as many.
    pub(crate) fn run(
        mut self,
        pieces: &[OwnedSegment],
        kill_after: Option<u8>,
    ) -> Result<AssemblyResult, Error> {
        let mut muxer = self.start()?;
        let mut taken = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            if kill_after.map(usize::from) == Some(number) {
                drop(muxer);
                self.crash();
                muxer = self.start()?;
            }
            match muxer.push(piece.as_segment()) {
                Ok(fragment) => {
                    assert_eq!(
                        fragment.output_end,
                        self.output.length(),
                        "what is journalled is what was written"
                    );
                    self.assert_checksum(&fragment);
                    self.journal.extend(journal::record(&fragment));
                    taken.push(piece.clone());
                }
                Err(Error::Unsupported(name)) => return Err(Error::Unsupported(name)),
                // A piece that is refused is fetched again, and the film goes on without it.
                Err(_) => {
                    drop(muxer);
                    muxer = self.start()?;
                }
            }
        }
        let summary = muxer.finish(self.fragments());
        for fragment in self.fragments() {
            self.assert_checksum(&fragment);
        }
        Ok(AssemblyResult {
            output: self.output,
            summary,
            accepted: taken,
        })
    }

    /// The bytes of a segment are those that its fragment vouches for, and stay so.
    fn assert_checksum(&self, fragment: &TableFragment) {
        let bytes = self
            .output
            .read_range(fragment.output_start, fragment.output_bytes());
        assert_eq!(fragment.checksum, crc32fast::hash(&bytes), "{fragment:?}");
    }

    fn fragments(&self) -> Vec<TableFragment> {
        let (fragments, whole) = journal::read(&self.journal);
        assert_eq!(whole, self.journal.len(), "every record is whole");
        fragments
    }

    /// Starts or goes on from the journal.
    fn start(&self) -> Result<Box<dyn Muxer>, Error> {
        let fragments = self.fragments();
        self.output.set_length(journal::output_end(&fragments));
        let making = MuxerConfig {
            segment_format: self.source,
            output_format: self.format,
            movie: MovieSpec {
                segment_count: self.segment_count,
                ..MovieSpec::default()
            },
            journal: &fragments,
        };
        muxer(making, self.output.clone())
    }

    /// What a kill leaves: bytes behind the last record, and half a record.
    fn crash(&mut self) {
        self.output.set_length(self.output.length() + 777);
        let whole = self.journal.len();
        self.journal.extend_from_slice(&[0, 0, 0, 9, 1]);
        let (_, read) = journal::read(&self.journal);
        assert_eq!(read, whole, "half a record is no record");
        self.journal.truncate(read);
    }
}
