//! Writes segments to the output and the journal while others are being fetched.
//!
//! The order of durability: output bytes, sync, then the journal records of the segments in them.
//! A second thread syncs, so that segments can be appended meanwhile.
//!
//! The journal holds a checksum of each segment's bytes. When the output is opened, what an earlier
//! attempt wrote is read and compared; from then on no other process may change the length of the
//! output. So each byte of a finished movie was written or verified by the attempt that finished it.

mod flusher;
mod recover;
mod reorder;
mod spool;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use media::{
    Content, MovieSpec, Muxer, MuxerConfig, OutputFormat, RangeChecksum, SegmentFingerprint,
    SegmentFormat, SegmentOrder, Summary, TableFragment, journal,
};
use ustream::{Segment, SegmentId, SegmentKind};

use self::flusher::Flusher;
use self::recover::{Recovered, recover, rewrite};
use self::reorder::{BufferedBody, BufferedSegment, GapPolicy, ReorderBuffer, ReorderStep};
use crate::disk::guarded::{self, OpenMode};
use crate::error::Error;
use crate::part;
use crate::raw_writer::RawWriter;
use crate::timing::SegmentTiming;

/// Bytes of early segments that are kept in memory; further ones are spooled to the part folder.
const MAX_REORDER_BYTES: usize = 16 << 20;

/// What to assemble.
#[derive(Debug)]
pub(crate) struct AssemblySpec {
    pub(crate) output_kind: OutputKind,
    pub(crate) movie: MovieSpec,
    /// All segments of the movie, in order.
    pub(crate) segments: Vec<Segment>,
}

/// The kind of output that the segments become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OutputKind {
    /// A movie that our muxer writes.
    Movie(SegmentFormat, OutputFormat),
    /// The file that the segments are byte ranges of.
    SingleFile,
}

impl OutputKind {
    /// The format of each segment; `None` if a segment alone is not valid media.
    pub(crate) fn format(self) -> Option<SegmentFormat> {
        match self {
            Self::Movie(source, _) => Some(source),
            Self::SingleFile => None,
        }
    }

    /// The order in which the output takes the segments.
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
                let config = MuxerConfig {
                    segment_format: source,
                    output_format: format,
                    movie: self.movie.clone(),
                    journal: Some(journal),
                };
                media::muxer(config, output)?
            }
        })
    }
}

/// A segment that need not be fetched again.
#[derive(Clone, Debug)]
pub(crate) struct HeldSegment {
    pub(crate) id: SegmentId,
    /// Its start time according to the plan.
    pub(crate) start_ms: u64,
    pub(crate) content: Content,
    /// Fingerprint of the bytes that were fetched.
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
    /// Segments that were dropped because they carried the content of another position.
    misplaced: HashSet<SegmentId>,
    /// The format of the segments; `None` if a segment alone is not valid media.
    format: Option<SegmentFormat>,
    flusher: Flusher,
}

impl Assembler {
    /// Opens the output of a part folder and recovers the segments that its journal records.
    pub(crate) fn open(folder: &Path, spec: AssemblySpec) -> Result<Self, Error> {
        let output_path = part::output(folder);
        let disk = || Error::disk(&output_path);
        let output = guarded::open(&output_path, OpenMode::Write).map_err(disk())?;
        let journal_path = part::journal(folder);
        let Recovered {
            mut journal,
            mut fragments,
        } = recover(&journal_path, &output, spec.output_kind.order())?;
        let muxer = match spec.muxer(&output, &fragments) {
            // The records are intact but not valid: fetch everything again.
            Err(Error::Media(error @ media::Error::Malformed { .. })) if !fragments.is_empty() => {
                tracing::warn!(%error, "the saved records are not valid; everything is fetched again");
                fragments.clear();
                drop(journal);
                journal = rewrite(&journal_path, &fragments).map_err(Error::disk(&journal_path))?;
                output.set_len(0).map_err(disk())?;
                spec.muxer(&output, &fragments)?
            }
            muxer => muxer?,
        };
        let flusher = Flusher::start(
            output.try_clone().map_err(disk())?,
            journal,
            folder.to_owned(),
        );
        let mut assembler = Self {
            folder: folder.to_owned(),
            segments: spec.segments,
            output,
            muxer,
            fragments,
            reorder: ReorderBuffer::default(),
            misplaced: HashSet::new(),
            format: spec.output_kind.format(),
            flusher,
        };
        assembler.load_spooled()?;
        Ok(assembler)
    }

    /// Returns the segments that need not be fetched again, and the length of the output in bytes.
    pub(crate) fn stored(&self) -> (HashSet<SegmentId>, u64) {
        let appended = self.fragments.iter().map(segment_id);
        let buffered = self
            .reorder
            .segments
            .keys()
            .filter_map(|index| self.segments.get(*index));
        (
            appended.chain(buffered.map(|segment| segment.id)).collect(),
            journal::output_end(&self.fragments),
        )
    }

    /// Returns the segments that are in the output or in the reorder buffer.
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

    /// Drops the buffered segments that carry the content of another position, so that they are
    /// fetched again.
    pub(crate) fn discard_misplaced(&mut self) {
        for (index, body) in self.reorder.remove_misplaced(self.segments.len()) {
            self.discard(index, &body);
        }
    }

    /// Returns the segments that were fetched and dropped, because of content of another position.
    pub(crate) fn misplaced(&self) -> impl Iterator<Item = SegmentId> {
        let (stored, _) = self.stored();
        let is_missing = move |id: &SegmentId| !stored.contains(id);
        self.misplaced.iter().copied().filter(is_missing)
    }

    /// Durably removes these segments, so that they are fetched again. Their bytes stay in the
    /// output unused.
    ///
    /// Returns false and changes nothing if the output is in presentation order: nothing can be
    /// removed from that.
    pub(crate) fn forget(&mut self, segments: &[SegmentId]) -> Result<bool, Error> {
        if self.muxer.order() != SegmentOrder::Arrival {
            return Ok(false);
        }
        let before = self.fragments.len();
        let dropped: HashSet<&SegmentId> = segments.iter().collect();
        self.fragments
            .retain(|fragment| !dropped.contains(&segment_id(fragment)));
        if self.fragments.len() == before {
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

    /// Adds the body of the segment at `index` of the spec.
    pub(crate) fn push(&mut self, index: usize, body: Vec<u8>) -> Result<(), Error> {
        match self.muxer.order() {
            SegmentOrder::Arrival => self.append(index, &body)?,
            // The output is already past this segment, so it stays missing.
            SegmentOrder::Presentation if index < self.reorder.next_index => {}
            SegmentOrder::Presentation => {
                let inspected = self.inspect(index, &body);
                self.buffer(index, BufferedBody::Memory(body), inspected);
                self.write_ready(GapPolicy::Stop)?;
                self.spool(MAX_REORDER_BYTES)?;
            }
        }
        self.flusher.check().map_err(Error::disk(&self.folder))
    }

    /// Adds segments behind those that are known, for a stream that goes on.
    pub(crate) fn extend(&mut self, segments: impl IntoIterator<Item = Segment>) {
        self.segments.extend(segments);
    }

    /// Says that a segment will not come: an output in presentation order does not wait for it.
    pub(crate) fn give_up(&mut self, index: usize) -> Result<(), Error> {
        if self.muxer.order() == SegmentOrder::Presentation {
            self.reorder.give_up(index);
            self.write_ready(GapPolicy::Stop)?;
        }
        Ok(())
    }

    /// Lets the movie start with the first segment that is here: those before it were never to be had.
    /// Only for an output in arrival order.
    pub(crate) fn start_with_first(&mut self) {
        let media = self
            .fragments
            .iter()
            .filter(|it| it.kind != media::SegmentKind::Init);
        let first_ms = media.map(|it| it.start_ms).min().unwrap_or(0);
        if self.muxer.order() == SegmentOrder::Arrival {
            for fragment in &mut self.fragments {
                fragment.start_ms = fragment.start_ms.saturating_sub(first_ms);
            }
        }
    }

    /// Returns the segments that are neither in the output nor in the reorder buffer.
    pub(crate) fn outstanding(&self) -> Vec<Segment> {
        let (stored, _) = self.stored();
        self.segments
            .iter()
            .filter(|segment| !stored.contains(&segment.id))
            .copied()
            .collect()
    }

    /// Ends the attempt and makes everything fetched so far durable.
    pub(crate) fn suspend(mut self) -> Result<(), Error> {
        self.spool(0)?;
        self.flusher.close().map_err(Error::disk(&self.folder))
    }

    /// Finishes the movie with the segments that have been fetched. Missing ones stay gaps. Returns
    /// the checksum of the media too, if the output has no unused bytes between.
    pub(crate) fn finish(mut self) -> Result<(Summary, Option<RangeChecksum>), Error> {
        self.write_ready(GapPolicy::Skip)?;
        self.flusher.close().map_err(Error::disk(&self.folder))?;
        let media = RangeChecksum::of_media(&self.fragments);
        Ok((self.muxer.finish(self.fragments)?, media))
    }

    fn append(&mut self, index: usize, body: &[u8]) -> Result<(), Error> {
        let Some(segment) = self.segments.get(index) else {
            return Err(Error::Internal(format!(
                "segment {index} is not in the plan"
            )));
        };
        let segment_data = media::SegmentData {
            track: segment.id.track,
            kind: media_kind(segment.id.kind),
            start_ms: segment.start_ms,
            data: body,
        };
        let fragment = self.muxer.push(segment_data)?;
        self.flusher.add(&fragment);
        self.fragments.push(fragment);
        Ok(())
    }

    /// Probes the content of a segment and computes its fingerprint.
    fn inspect(&self, index: usize, body: &[u8]) -> (Content, SegmentFingerprint) {
        let kind = self.segments.get(index).map(|it| media_kind(it.id.kind));
        let content = kind
            .zip(self.format)
            .and_then(|(kind, source)| media::probe(source, kind, body).ok());
        (content.unwrap_or_default(), SegmentFingerprint::of(body))
    }

    /// Puts a segment into the reorder buffer.
    fn buffer(
        &mut self,
        index: usize,
        body: BufferedBody,
        (content, source): (Content, SegmentFingerprint),
    ) {
        let start_ms = self.segments.get(index).map_or(0, |it| it.start_ms);
        let waiting = BufferedSegment {
            body,
            timing: SegmentTiming::of(&content, start_ms),
            content,
            source,
        };
        self.reorder.insert(index, waiting);
    }

    /// Appends all segments that are next in order.
    fn write_ready(&mut self, gaps: GapPolicy) -> Result<(), Error> {
        loop {
            match self.reorder.next_step(gaps, self.segments.len()) {
                ReorderStep::Take(index, BufferedBody::Memory(body)) => {
                    self.append(index, &body)?;
                }
                ReorderStep::Take(index, BufferedBody::Disk) => {
                    let path = self.spool_path(index);
                    let body = spool::read(&path).map_err(Error::disk(&path))?;
                    // It was valid when it was written, or when the output was opened.
                    let body = body.ok_or(media::Error::Changed)?;
                    self.append(index, &body)?;
                    self.flusher.delete_after_flush(path);
                }
                ReorderStep::Drop(index, body) => self.discard(index, &body),
                ReorderStep::Wait => return Ok(()),
            }
        }
    }

    fn discard(&mut self, index: usize, body: &BufferedBody) {
        tracing::warn!(index, "a segment carries the content of another place");
        self.misplaced.insert(self.segments[index].id);
        if matches!(body, BufferedBody::Disk) {
            self.flusher.delete_after_flush(self.spool_path(index));
        }
    }

    fn spool_path(&self, index: usize) -> PathBuf {
        part::spooled(&self.folder, self.segments[index].id)
    }

    /// Moves early segments from memory to the part folder until at most `keep_bytes` are left.
    fn spool(&mut self, keep_bytes: usize) -> Result<(), Error> {
        // Start with those that are needed last.
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

    /// Fills the reorder buffer from the journal and the part folder.
    fn load_spooled(&mut self) -> Result<(), Error> {
        if self.muxer.order() != SegmentOrder::Presentation {
            return Ok(());
        }
        let appended: HashSet<SegmentId> = self.fragments.iter().map(segment_id).collect();
        // Nothing can be inserted before the last appended segment.
        let is_appended = |segment: &Segment| appended.contains(&segment.id);
        self.reorder.next_index = self
            .segments
            .iter()
            .rposition(is_appended)
            .map_or(0, |it| it + 1);
        let mut timings = self.fragments.iter().rev();
        self.reorder.last_timing =
            timings.find_map(|it| SegmentTiming::of(&it.content, it.start_ms));
        for index in self.reorder.next_index..self.segments.len() {
            let path = self.spool_path(index);
            if let Some(body) = spool::read(&path).map_err(Error::disk(&path))? {
                let inspected = self.inspect(index, &body);
                self.buffer(index, BufferedBody::Disk, inspected);
            }
        }
        self.write_ready(GapPolicy::Stop)
    }
}

/// Converts the kind of a segment to the type of the `media` crate.
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
