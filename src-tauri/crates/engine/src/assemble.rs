//! Pieces into the output and the journal, beside the fetch.
//!
//! The order of durability: output bytes, sync, then the records of the pieces in them. A second
//! thread does the syncing, so that pieces go on being appended meanwhile.
//!
//! The journal tells the checksum of each segment's bytes. What an earlier attempt wrote is read
//! and compared before it counts, when the output is opened; from then on nobody else may change
//! the length of the output. So every byte of a finished movie was written by the attempt that
//! finished it, or read by it.

mod flusher;
mod recover;
mod reorder;
mod spool;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use media::{
    Content, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentFingerprint, SegmentFormat,
    SegmentOrder, Summary, TableFragment, journal,
};
use ustream::{Segment, SegmentId, SegmentKind};

use self::flusher::Flusher;
use self::recover::{Recovered, recover, rewrite};
use self::reorder::{BufferedBody, BufferedSegment, GapPolicy, ReorderBuffer, ReorderStep};
use crate::error::Error;
use crate::part;
use crate::part::files::{self, OpenMode};
use crate::raw_writer::RawWriter;
use crate::timing::SegmentTiming;

/// Pieces before their turn that are kept in memory; more of them wait in the part folder.
const MAX_REORDER_BYTES: usize = 16 << 20;

/// What is to be made.
#[derive(Debug)]
pub(crate) struct AssemblySpec {
    pub(crate) output_kind: OutputKind,
    pub(crate) movie: MovieSpec,
    /// All segments of the film, in order.
    pub(crate) segments: Vec<Segment>,
}

/// What pieces become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// A film that our own muxer makes.
    Movie(SegmentFormat, OutputFormat),
    /// The file that they are stretches of.
    SingleFile,
}

impl OutputKind {
    /// What each of the pieces is.
    pub(crate) fn format(self) -> Option<SegmentFormat> {
        match self {
            Self::Movie(source, _) => Some(source),
            Self::SingleFile => None,
        }
    }

    /// In which order the output takes them.
    fn order(self) -> SegmentOrder {
        match self {
            Self::Movie(_, format) => format.order(),
            Self::SingleFile => SegmentOrder::Presentation,
        }
    }
}

impl AssemblySpec {
    fn muxer(&self, output: &File, journal: &[TableFragment]) -> Result<Box<dyn Muxer>, Error> {
        let output = output.try_clone().map_err(media::Error::Io)?;
        Ok(match self.output_kind {
            OutputKind::SingleFile => Box::new(RawWriter::new(output, journal)),
            OutputKind::Movie(source, format) => {
                let making = MuxerConfig {
                    segment_format: source,
                    output_format: format,
                    movie: self.movie.clone(),
                    journal,
                };
                media::muxer(making, output)?
            }
        })
    }
}

/// What is known of a segment that is here.
#[derive(Clone, Debug)]
pub(crate) struct HeldSegment {
    pub(crate) id: SegmentId,
    /// By the plan.
    pub(crate) start_ms: u64,
    pub(crate) content: Content,
    /// Which version of it was fetched.
    pub(crate) source: SegmentFingerprint,
}

/// An output in progress with its journal.
pub(crate) struct Assembler {
    folder: PathBuf,
    segments: Vec<Segment>,
    output: File,
    muxer: Box<dyn Muxer>,
    fragments: Vec<TableFragment>,
    reorder: ReorderBuffer,
    /// Segments that are not here since they carried the content of another place.
    misplaced: HashSet<SegmentId>,
    /// What the segments are; nothing where they only make sense together.
    format: Option<SegmentFormat>,
    flusher: Flusher,
}

impl Assembler {
    /// Opens the output of a part folder and recovers what its journal vouches for.
    pub(crate) fn open(folder: &Path, sheet: AssemblySpec) -> Result<Self, Error> {
        let output_path = part::output(folder);
        let disk = || Error::disk(&output_path);
        let output = files::open(&output_path, OpenMode::Write).map_err(disk())?;
        let journal_path = part::journal(folder);
        let Recovered {
            mut journal,
            mut fragments,
        } = recover(&journal_path, &output, sheet.output_kind.order())?;
        let muxer = match sheet.muxer(&output, &fragments) {
            // Records that are whole and make no sense: better all again than never.
            Err(Error::Media(error @ media::Error::Malformed { .. })) if !fragments.is_empty() => {
                tracing::warn!(%error, "what is here makes no sense; all is fetched again");
                fragments.clear();
                drop(journal);
                journal = rewrite(&journal_path, &fragments).map_err(Error::disk(&journal_path))?;
                output.set_len(0).map_err(disk())?;
                sheet.muxer(&output, &fragments)?
            }
            muxer => muxer?,
        };
        let flusher = Flusher::start(
            output.try_clone().map_err(disk())?,
            journal,
            folder.to_owned(),
        );
        let mut assembly = Self {
            folder: folder.to_owned(),
            segments: sheet.segments,
            output,
            muxer,
            fragments,
            reorder: ReorderBuffer::default(),
            misplaced: HashSet::new(),
            format: sheet.output_kind.format(),
            flusher,
        };
        assembly.load_spooled()?;
        Ok(assembly)
    }

    /// Segments that need not be fetched again, and how many bytes they are.
    pub(crate) fn stored(&self) -> (HashSet<SegmentId>, u64) {
        let appended = self.fragments.iter().map(segment_id);
        let early = self
            .reorder
            .segments
            .keys()
            .filter_map(|index| self.segments.get(*index));
        (
            appended.chain(early.map(|segment| segment.id)).collect(),
            journal::output_end(&self.fragments),
        )
    }

    /// What is known of the segments that are here, in the output or waiting for their turn.
    pub(crate) fn held_segments(&self) -> Vec<HeldSegment> {
        let appended = self.fragments.iter().map(|fragment| HeldSegment {
            id: segment_id(fragment),
            start_ms: fragment.start_ms,
            content: fragment.content.clone(),
            source: fragment.fingerprint,
        });
        let waiting = self.reorder.segments.iter().filter_map(|(index, it)| {
            let segment = self.segments.get(*index)?;
            Some(HeldSegment {
                id: segment.id,
                start_ms: segment.start_ms,
                content: it.content.clone(),
                source: it.source,
            })
        });
        appended.chain(waiting).collect()
    }

    #[cfg(test)]
    pub(crate) fn fragments(&self) -> &[TableFragment] {
        &self.fragments
    }

    /// Drops the segments that carry the content of another place, as far as that can be told
    /// before they are in the output; they are lacking again.
    pub(crate) fn discard_misplaced(&mut self) {
        for (index, early) in self.reorder.remove_misplaced(self.segments.len()) {
            self.discard(index, &early);
        }
    }

    /// Segments that came and were not taken, since they carry the content of another place.
    pub(crate) fn misplaced(&self) -> impl Iterator<Item = SegmentId> {
        let (have, _) = self.stored();
        let lacks = move |id: &SegmentId| !have.contains(id);
        self.misplaced.iter().copied().filter(lacks)
    }

    /// Drops what is here of these segments, for good, so that they are lacking again. Their bytes
    /// stay in the output unused.
    ///
    /// Returns whether that can be done: from an output in the order of presentation nothing can
    /// be taken away, and nothing is.
    pub(crate) fn forget(&mut self, segments: &[SegmentId]) -> Result<bool, Error> {
        if self.muxer.order() != SegmentOrder::Arrival {
            return Ok(false);
        }
        let here = self.fragments.len();
        let dropped: HashSet<&SegmentId> = segments.iter().collect();
        self.fragments
            .retain(|fragment| !dropped.contains(&segment_id(fragment)));
        if self.fragments.len() == here {
            return Ok(true);
        }
        for segment in segments {
            self.muxer.forget(segment.track, media_kind(segment.kind));
        }
        let path = part::journal(&self.folder);
        self.flusher.close().map_err(Error::disk(&self.folder))?;
        let journal = rewrite(&path, &self.fragments).map_err(Error::disk(&path))?;
        let output = self.output.try_clone().map_err(Error::disk(&path))?;
        self.flusher = Flusher::start(output, journal, self.folder.clone());
        Ok(true)
    }

    /// Takes in the body of the segment at `index` of the sheet.
    pub(crate) fn push(&mut self, index: usize, body: Vec<u8>) -> Result<(), Error> {
        match self.muxer.order() {
            SegmentOrder::Arrival => self.append(index, &body)?,
            // What has been passed cannot be put back: it stays missing.
            SegmentOrder::Presentation if index < self.reorder.next_index => {}
            SegmentOrder::Presentation => {
                let found = self.inspect(index, &body);
                self.buffer(index, BufferedBody::Memory(body), found);
                self.write_ready(GapPolicy::Stop)?;
                self.spool(MAX_REORDER_BYTES)?;
            }
        }
        self.flusher
            .flush_if_due()
            .map_err(Error::disk(&self.folder))
    }

    /// Segments of the sheet that are neither in the output nor waiting for their turn.
    pub(crate) fn outstanding(&self) -> Vec<Segment> {
        let (have, _) = self.stored();
        self.segments
            .iter()
            .filter(|segment| !have.contains(&segment.id))
            .copied()
            .collect()
    }

    /// Stops politely: everything fetched so far is made safe.
    pub(crate) fn suspend(mut self) -> Result<(), Error> {
        self.spool(0)?;
        self.flusher.close().map_err(Error::disk(&self.folder))
    }

    /// Writes the index over all that is here. What is missing stays a gap.
    pub(crate) fn finish(mut self) -> Result<Summary, Error> {
        self.write_ready(GapPolicy::Skip)?;
        self.flusher.close().map_err(Error::disk(&self.folder))?;
        Ok(self.muxer.finish(self.fragments)?)
    }

    fn append(&mut self, index: usize, body: &[u8]) -> Result<(), Error> {
        let Some(segment) = self.segments.get(index) else {
            return Err(Error::Internal(format!(
                "segment {index} is not in the plan"
            )));
        };
        let piece = media::SegmentData {
            track: segment.id.track,
            kind: media_kind(segment.id.kind),
            start_ms: segment.start_ms,
            data: body,
        };
        let fragment = self.muxer.push(piece)?;
        self.flusher.add(&fragment);
        self.fragments.push(fragment);
        Ok(())
    }

    /// What a segment holds, as far as its bytes tell, and which version of it they are.
    fn inspect(&self, index: usize, body: &[u8]) -> (Content, SegmentFingerprint) {
        let part = self.segments.get(index).map(|it| media_kind(it.id.kind));
        let content = part
            .zip(self.format)
            .and_then(|(part, source)| media::probe(source, part, body).ok());
        (content.unwrap_or_default(), SegmentFingerprint::of(body))
    }

    /// Puts a segment into the line.
    fn buffer(
        &mut self,
        index: usize,
        early: BufferedBody,
        (content, source): (Content, SegmentFingerprint),
    ) {
        let start_ms = self.segments.get(index).map_or(0, |it| it.start_ms);
        let waiting = BufferedSegment {
            body: early,
            timing: SegmentTiming::of(&content, start_ms),
            content,
            source,
        };
        self.reorder.insert(index, waiting);
    }

    /// Appends all pieces whose turn has come.
    fn write_ready(&mut self, holes: GapPolicy) -> Result<(), Error> {
        loop {
            match self.reorder.next_step(holes, self.segments.len()) {
                ReorderStep::Take(index, BufferedBody::Memory(body)) => {
                    self.append(index, &body)?
                }
                ReorderStep::Take(index, BufferedBody::Disk) => {
                    let path = self.spool_path(index);
                    let body = spool::read(&path).map_err(Error::disk(&path))?;
                    // It was right when it was written, or when the output was opened.
                    let body = body.ok_or(media::Error::Changed)?;
                    self.append(index, &body)?;
                    self.flusher.delete_after_flush(path);
                }
                ReorderStep::Drop(index, early) => self.discard(index, &early),
                ReorderStep::Wait => return Ok(()),
            }
        }
    }

    fn discard(&mut self, index: usize, early: &BufferedBody) {
        tracing::warn!(index, "a segment carries the content of another place");
        self.misplaced.insert(self.segments[index].id);
        if matches!(early, BufferedBody::Disk) {
            self.flusher.delete_after_flush(self.spool_path(index));
        }
    }

    fn spool_path(&self, index: usize) -> PathBuf {
        part::spooled(&self.folder, self.segments[index].id)
    }

    /// Moves early pieces from memory to the part folder until at most `keep_bytes` are left.
    fn spool(&mut self, keep_bytes: usize) -> Result<(), Error> {
        // Those whose turn comes last go first.
        for (index, waiting) in self.reorder.segments.iter_mut().rev() {
            if self.reorder.buffered_bytes <= keep_bytes {
                break;
            }
            let BufferedBody::Memory(body) = &waiting.body else {
                continue;
            };
            let path = part::spooled(&self.folder, self.segments[*index].id);
            spool::write(&path, body).map_err(Error::disk(&path))?;
            self.reorder.buffered_bytes -= body.len();
            waiting.body = BufferedBody::Disk;
        }
        Ok(())
    }

    /// Puts what the journal and the part folder hold in its place in the line.
    fn load_spooled(&mut self) -> Result<(), Error> {
        if self.muxer.order() != SegmentOrder::Presentation {
            return Ok(());
        }
        let appended: HashSet<SegmentId> = self.fragments.iter().map(segment_id).collect();
        // Nothing can be put before what has been appended.
        let last = |segment: &Segment| appended.contains(&segment.id);
        self.reorder.next_index = self.segments.iter().rposition(last).map_or(0, |it| it + 1);
        let mut timings = self.fragments.iter().rev();
        self.reorder.last_timing =
            timings.find_map(|it| SegmentTiming::of(&it.content, it.start_ms));
        for index in self.reorder.next_index..self.segments.len() {
            let path = self.spool_path(index);
            if let Some(body) = spool::read(&path).map_err(Error::disk(&path))? {
                let found = self.inspect(index, &body);
                self.buffer(index, BufferedBody::Disk, found);
            }
        }
        self.write_ready(GapPolicy::Stop)
    }
}

/// The name that containers have for a segment.
pub(crate) fn media_kind(kind: SegmentKind) -> media::SegmentKind {
    match kind {
        SegmentKind::Init => media::SegmentKind::Init,
        SegmentKind::Media(number) => media::SegmentKind::Media(number),
    }
}

fn segment_id(fragment: &TableFragment) -> SegmentId {
    let kind = match fragment.kind {
        media::SegmentKind::Init => SegmentKind::Init,
        media::SegmentKind::Media(number) => SegmentKind::Media(number),
    };
    SegmentId {
        track: fragment.track,
        kind,
    }
}

#[cfg(test)]
mod tests;
