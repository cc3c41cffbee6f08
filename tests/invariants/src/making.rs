//! Puts pieces together as the engine does, with a journal and with kills.

use media::{
    Error, Film, Format, Muxer, MuxerConfig, Source, Summary, TableFragment, journal, muxer,
};

use crate::{input::OwnPiece, output::Output};

/// What came of some pieces.
pub(crate) struct Made {
    pub(crate) output: Output,
    pub(crate) summary: Result<Summary, Error>,
    /// The pieces that were taken, in the order in which they came.
    pub(crate) taken: Vec<OwnPiece>,
}

/// A film in the making.
pub(crate) struct Job {
    source: Source,
    format: Format,
    pieces: u32,
    output: Output,
    journal: Vec<u8>,
}

impl Job {
    pub(crate) fn new(source: Source, format: Format, pieces: usize) -> Self {
        Self {
            source,
            format,
            pieces: u32::try_from(pieces).unwrap_or(u32::MAX),
            output: Output::default(),
            journal: Vec::new(),
        }
    }

    /// Pushes the pieces and finishes; is killed after `kill_after` of them, if there are as many.
    pub(crate) fn run(
        mut self,
        pieces: &[OwnPiece],
        kill_after: Option<u8>,
    ) -> Result<Made, Error> {
        let mut muxer = self.start()?;
        let mut taken = Vec::new();
        for (number, piece) in pieces.iter().enumerate() {
            if kill_after.map(usize::from) == Some(number) {
                drop(muxer);
                self.tear();
                muxer = self.start()?;
            }
            match muxer.push(piece.borrow()) {
                Ok(fragment) => {
                    assert_eq!(
                        fragment.output_end,
                        self.output.length(),
                        "what is journalled is what was written"
                    );
                    self.vouch(&fragment);
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
            self.vouch(&fragment);
        }
        Ok(Made {
            output: self.output,
            summary,
            taken,
        })
    }

    /// The bytes of a segment are those that its fragment vouches for, and stay so.
    fn vouch(&self, fragment: &TableFragment) {
        let bytes = self
            .output
            .stretch(fragment.output_start, fragment.output_bytes());
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
            movie: Film {
                segment_count: self.pieces,
                ..Film::default()
            },
            journal: &fragments,
        };
        muxer(making, self.output.clone())
    }

    /// What a kill leaves: bytes behind the last record, and half a record.
    fn tear(&mut self) {
        self.output.set_length(self.output.length() + 777);
        let whole = self.journal.len();
        self.journal.extend_from_slice(&[0, 0, 0, 9, 1]);
        let (_, read) = journal::read(&self.journal);
        assert_eq!(read, whole, "half a record is no record");
        self.journal.truncate(read);
    }
}
