//! Reads a movie file from anywhere to its end, and says what of it is damaged.
//!
//! Lenient, as [`split`](crate::split) is: what [`check()`](crate::check()) demands of files that
//! this crate wrote is too much for those of others. An MP3 has no index that could differ from its
//! frames, so it is read as that does.

use std::{
    io::{self, Read, Seek, SeekFrom, Write},
    ops::ControlFlow,
};

use crate::{
    Error, Fact, MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, TrackSummary, check::mp3,
    fact, muxer,
};

/// What a movie file holds, and what of it is damaged.
#[derive(Clone, Debug, PartialEq)]
pub struct Examination {
    /// Duration of the movie in milliseconds.
    pub duration_ms: u64,
    /// Its video and audio tracks that an MP4 can hold. Their digests are those of that MP4.
    pub tracks: Vec<TrackSummary>,
    /// Samples that are damaged or lost, by time.
    pub damage: Vec<Fact>,
    /// Bytes of media that the file should have and that are not there, or that can't be read as
    /// media.
    pub lost_bytes: u64,
}

/// Reads a whole movie file. `on_read` gets the number of bytes that are done, and may stop it.
///
/// Returns `None` if it was stopped. Fails with [`Error::Unsupported`] if the file is no movie that
/// this crate can read, with [`Error::Encrypted`], with [`Error::Malformed`] if nothing of it can be
/// read, with [`Error::Empty`] if it holds no media, and with [`Error::Input`] if reading fails.
pub fn examine<R: Read + Seek>(
    mut file: R,
    mut on_read: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Examination>, Error> {
    if let Some(start) = mp3::find_start(&mut file)? {
        let summary = mp3::walk(file, start, on_read)?;
        return Ok(summary.map(|summary| Examination {
            duration_ms: summary.duration_ms,
            tracks: summary.tracks,
            damage: Vec::new(),
            lost_bytes: 0,
        }));
    }
    file.rewind()?;
    let mut movie = MovieSplitter::open(file)?;
    let config = MuxerConfig {
        segment_format: movie.info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: None,
    };
    let mut muxer = muxer(config, NullOutput::default())?;
    let mut fragments = Vec::new();
    while let Some(segment) = movie.next_segment()? {
        fragments.push(muxer.push(segment)?);
        if on_read(movie.done_bytes()).is_break() {
            return Ok(None);
        }
    }
    if let Some(problem) = muxer.input_problem() {
        return Err(problem);
    }
    let summary = muxer.finish(fragments)?;
    let facts = fact::joined(summary.facts, &movie.lost_samples());
    let damage = facts.into_iter().filter(|fact| fact.kind.is_damage());
    Ok(Some(Examination {
        duration_ms: summary.duration_ms,
        tracks: summary.tracks,
        damage: damage.collect(),
        lost_bytes: movie.lost_bytes(),
    }))
}

/// Takes the place of an output whose bytes nobody needs. Zeros are read from it.
#[derive(Clone, Copy, Debug, Default)]
struct NullOutput {
    position: u64,
    length: u64,
}

impl Write for NullOutput {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.position = self.position.saturating_add(bytes.len() as u64);
        self.length = self.length.max(self.position);
        Ok(bytes.len())
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        let bytes = slices.iter().map(|slice| slice.len()).sum();
        self.position = self.position.saturating_add(bytes as u64);
        self.length = self.length.max(self.position);
        Ok(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for NullOutput {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let left = self.length.saturating_sub(self.position);
        let count = usize::try_from(left).map_or(bytes.len(), |left| left.min(bytes.len()));
        if let Some(zeros) = bytes.get_mut(..count) {
            zeros.fill(0);
        }
        self.position += count as u64;
        Ok(count)
    }
}

impl Seek for NullOutput {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(distance) => self.length.checked_add_signed(distance),
            SeekFrom::Current(distance) => self.position.checked_add_signed(distance),
        };
        self.position = position.ok_or(io::ErrorKind::InvalidInput)?;
        Ok(self.position)
    }
}
