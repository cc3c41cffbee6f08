//! Puts pieces together as the engine does: push, journal, finish.

use std::{
    fs::{File, OpenOptions},
    path::{Path, PathBuf},
};

use kit::segment::OwnedSegment;
use media::{
    Error, MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, Summary, TableFragment, Tags,
    journal, muxer,
};
use tempfile::TempDir;

/// One film in the making.
pub(crate) struct MuxerJob {
    pub(crate) segment_format: SegmentFormat,
    pub(crate) output_format: OutputFormat,
    pub(crate) movie: MovieSpec,
    folder: TempDir,
    journal: Vec<u8>,
}

impl MuxerJob {
    pub(crate) fn new(
        segment_format: SegmentFormat,
        output_format: OutputFormat,
        pieces: usize,
    ) -> Self {
        let tags = Tags {
            title: Some("Füße über Ærø".into()),
            artist: Some("A channel".into()),
            date: Some("2017-05-26".into()),
            comment: Some("https://example.org/recorded/1".into()),
            ..Tags::default()
        };
        let movie = MovieSpec {
            tags,
            segment_count: u32::try_from(pieces).unwrap(),
            ..MovieSpec::default()
        };
        Self {
            segment_format,
            output_format,
            movie,
            folder: TempDir::new().unwrap(),
            journal: Vec::new(),
        }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join(match self.output_format {
            OutputFormat::Mp4 => "film.mp4",
            OutputFormat::Flv => "film.flv",
        })
    }

    /// An attempt that ends without finishing, as in a crash; nothing but the journal remains.
    pub(crate) fn attempt(&mut self, pieces: &[OwnedSegment]) -> Result<(), Error> {
        self.run(pieces, |_, _| Ok(()))
    }

    /// Pretends that the film already reaches this far; the hole costs no disk.
    pub(crate) fn extend_to(&mut self, output_end: u64) {
        let (mut fragments, _) = journal::read(&self.journal);
        fragments.last_mut().unwrap().output_end = output_end;
        self.journal = fragments.iter().flat_map(journal::record).collect();
    }

    /// An attempt that comes to its end.
    pub(crate) fn finish(&mut self, pieces: &[OwnedSegment]) -> Result<Summary, Error> {
        self.run(pieces, media::Muxer::finish)
    }

    fn run<T>(
        &mut self,
        pieces: &[OwnedSegment],
        end: impl FnOnce(Box<dyn media::Muxer>, Vec<TableFragment>) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let (mut fragments, whole) = journal::read(&self.journal);
        assert_eq!(whole, self.journal.len(), "the journal is whole");
        let file = open(&self.path());
        file.set_len(journal::output_end(&fragments)).unwrap();
        let making = MuxerConfig {
            segment_format: self.segment_format,
            output_format: self.output_format,
            movie: self.movie.clone(),
            journal: &fragments,
        };
        let mut muxer = muxer(making, file)?;
        for piece in pieces {
            let fragment = muxer.push(piece.as_segment())?;
            self.journal.extend(journal::record(&fragment));
            fragments.push(fragment);
        }
        end(muxer, fragments)
    }

    pub(crate) fn check(&self) -> Result<Summary, Error> {
        media::check(File::open(self.path()).unwrap())
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.path()).unwrap()
    }

    /// Leaves unfinished bytes behind the last record, as a crash does.
    pub(crate) fn tear(&self) {
        use std::io::{Seek, SeekFrom, Write};
        let mut file = open(&self.path());
        file.seek(SeekFrom::End(0)).unwrap();
        file.write_all(&[0xaa; 10_000]).unwrap();
    }
}

fn open(path: &Path) -> File {
    OpenOptions::new()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .unwrap()
}
