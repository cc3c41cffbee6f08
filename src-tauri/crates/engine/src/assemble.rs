//! Pieces into the output and the journal, beside the fetch.
//!
//! The order of durability: output bytes, sync, then the records of the pieces in them. A second
//! thread does the syncing, so that pieces go on being appended meanwhile.
//!
//! The journal tells the checksum of each segment's bytes. What an earlier attempt wrote is read
//! and compared before it counts, when the output is opened; from then on nobody else may change
//! the length of the output. So every byte of a finished movie was written by the attempt that
//! finished it, or read by it.

mod early;
mod flusher;
mod line;
mod recover;

use std::collections::HashSet;
use std::fs::File;
use std::path::{Path, PathBuf};

use media::{
    Content, Film, Format, Making, Muxer, Order, Source, SourceMark, Summary, TableFragment,
    journal,
};
use ustream::{Segment, SegmentId, SegmentKind};

use self::flusher::Flusher;
use self::line::{Early, Holes, Line, Step, Waiting};
use self::recover::{Recovered, recover, rewrite};
use crate::copy::Copy;
use crate::error::Error;
use crate::part;
use crate::part::files::{self, Access};
use crate::timing::Timing;

/// Pieces before their turn that are kept in memory; more of them wait in the part folder.
const EARLY_BYTES: usize = 16 << 20;

/// What is to be made.
#[derive(Debug)]
pub(crate) struct Sheet {
    pub(crate) becomes: Becomes,
    pub(crate) film: Film,
    /// All segments of the film, in order.
    pub(crate) segments: Vec<Segment>,
}

/// What pieces become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Becomes {
    /// A film that our own muxer makes.
    Film(Source, Format),
    /// The file that they are stretches of.
    Copy,
}

impl Becomes {
    /// What each of the pieces is.
    pub(crate) fn source(self) -> Option<Source> {
        match self {
            Self::Film(source, _) => Some(source),
            Self::Copy => None,
        }
    }

    /// In which order the output takes them.
    fn order(self) -> Order {
        match self {
            Self::Film(_, format) => format.order(),
            Self::Copy => Order::Presentation,
        }
    }
}

impl Sheet {
    fn muxer(&self, output: &File, journal: &[TableFragment]) -> Result<Box<dyn Muxer>, Error> {
        let output = output.try_clone().map_err(media::Error::Io)?;
        Ok(match self.becomes {
            Becomes::Copy => Box::new(Copy::new(output, journal)),
            Becomes::Film(source, format) => {
                let making = Making {
                    source,
                    format,
                    film: self.film.clone(),
                    journal,
                };
                media::muxer(making, output)?
            }
        })
    }
}

/// What is known of a segment that is here.
#[derive(Clone, Debug)]
pub(crate) struct Held {
    pub(crate) id: SegmentId,
    /// By the plan.
    pub(crate) start_ms: u64,
    pub(crate) content: Content,
    /// Which version of it was fetched.
    pub(crate) source: SourceMark,
}

/// An output in progress with its journal.
pub(crate) struct Assembly {
    folder: PathBuf,
    segments: Vec<Segment>,
    output: File,
    muxer: Box<dyn Muxer>,
    fragments: Vec<TableFragment>,
    line: Line,
    /// Segments that are not here since they carried the content of another place.
    misplaced: HashSet<SegmentId>,
    /// What the segments are; nothing where they only make sense together.
    source: Option<Source>,
    flusher: Flusher,
}

impl Assembly {
    /// Opens the output of a part folder and recovers what its journal vouches for.
    pub(crate) fn open(folder: &Path, sheet: Sheet) -> Result<Self, Error> {
        let output_path = part::output(folder);
        let disk = || Error::disk(&output_path);
        let output = files::open(&output_path, Access::Write).map_err(disk())?;
        let journal_path = part::journal(folder);
        let Recovered {
            mut journal,
            mut fragments,
        } = recover(&journal_path, &output, sheet.becomes.order())?;
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
            line: Line::default(),
            misplaced: HashSet::new(),
            source: sheet.becomes.source(),
            flusher,
        };
        assembly.find_early()?;
        Ok(assembly)
    }

    /// Segments that need not be fetched again, and how many bytes they are.
    pub(crate) fn have(&self) -> (HashSet<SegmentId>, u64) {
        let appended = self.fragments.iter().map(segment_id);
        let early = self
            .line
            .waiting
            .keys()
            .filter_map(|index| self.segments.get(*index));
        (
            appended.chain(early.map(|segment| segment.id)).collect(),
            journal::end(&self.fragments),
        )
    }

    /// What is known of the segments that are here, in the output or waiting for their turn.
    pub(crate) fn held(&self) -> Vec<Held> {
        let appended = self.fragments.iter().map(|fragment| Held {
            id: segment_id(fragment),
            start_ms: fragment.start_ms,
            content: fragment.content.clone(),
            source: fragment.source,
        });
        let waiting = self.line.waiting.iter().filter_map(|(index, it)| {
            let segment = self.segments.get(*index)?;
            Some(Held {
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
    pub(crate) fn drop_misplaced(&mut self) {
        for (index, early) in self.line.drop_misplaced(self.segments.len()) {
            self.leave_out(index, &early);
        }
    }

    /// Segments that came and were not taken, since they carry the content of another place.
    pub(crate) fn misplaced(&self) -> impl Iterator<Item = SegmentId> {
        let (have, _) = self.have();
        let lacks = move |id: &SegmentId| !have.contains(id);
        self.misplaced.iter().copied().filter(lacks)
    }

    /// Drops what is here of these segments, for good, so that they are lacking again. Their bytes
    /// stay in the output unused.
    ///
    /// Returns whether that can be done: from an output in the order of presentation nothing can
    /// be taken away, and nothing is.
    pub(crate) fn forget(&mut self, segments: &[SegmentId]) -> Result<bool, Error> {
        if self.muxer.order() != Order::Arrival {
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
            self.muxer.forget(segment.track, part_of(segment.kind));
        }
        let path = part::journal(&self.folder);
        self.flusher.close().map_err(Error::disk(&self.folder))?;
        let journal = rewrite(&path, &self.fragments).map_err(Error::disk(&path))?;
        let output = self.output.try_clone().map_err(Error::disk(&path))?;
        self.flusher = Flusher::start(output, journal, self.folder.clone());
        Ok(true)
    }

    /// Takes in the body of the segment at `index` of the sheet.
    pub(crate) fn accept(&mut self, index: usize, body: Vec<u8>) -> Result<(), Error> {
        match self.muxer.order() {
            Order::Arrival => self.append(index, &body)?,
            // What has been passed cannot be put back: it stays missing.
            Order::Presentation if index < self.line.next => {}
            Order::Presentation => {
                let found = self.look_at(index, &body);
                self.put(index, Early::Memory(body), found);
                self.advance(Holes::Stop)?;
                self.spill(EARLY_BYTES)?;
            }
        }
        self.flusher
            .flush_if_due()
            .map_err(Error::disk(&self.folder))
    }

    /// Segments of the sheet that are neither in the output nor waiting for their turn.
    pub(crate) fn lacking(&self) -> Vec<Segment> {
        let (have, _) = self.have();
        self.segments
            .iter()
            .filter(|segment| !have.contains(&segment.id))
            .copied()
            .collect()
    }

    /// Stops politely: everything fetched so far is made safe.
    pub(crate) fn rest(mut self) -> Result<(), Error> {
        self.spill(0)?;
        self.flusher.close().map_err(Error::disk(&self.folder))
    }

    /// Writes the index over all that is here. What is missing stays a gap.
    pub(crate) fn finish(mut self) -> Result<Summary, Error> {
        self.advance(Holes::Skip)?;
        self.flusher.close().map_err(Error::disk(&self.folder))?;
        Ok(self.muxer.finish(self.fragments)?)
    }

    fn append(&mut self, index: usize, body: &[u8]) -> Result<(), Error> {
        let Some(segment) = self.segments.get(index) else {
            return Err(Error::Broken(format!("segment {index} is not in the plan")));
        };
        let piece = media::Piece {
            track: segment.id.track,
            part: part_of(segment.id.kind),
            start_ms: segment.start_ms,
            data: body,
        };
        let fragment = self.muxer.push(piece)?;
        self.flusher.add(&fragment);
        self.fragments.push(fragment);
        Ok(())
    }

    /// What a segment holds, as far as its bytes tell, and which version of it they are.
    fn look_at(&self, index: usize, body: &[u8]) -> (Content, SourceMark) {
        let part = self.segments.get(index).map(|it| part_of(it.id.kind));
        let content = part
            .zip(self.source)
            .and_then(|(part, source)| media::probe(source, part, body).ok());
        (content.unwrap_or_default(), SourceMark::of(body))
    }

    /// Puts a segment into the line.
    fn put(&mut self, index: usize, early: Early, (content, source): (Content, SourceMark)) {
        let start_ms = self.segments.get(index).map_or(0, |it| it.start_ms);
        let waiting = Waiting {
            early,
            timing: Timing::of(&content, start_ms),
            content,
            source,
        };
        self.line.put(index, waiting);
    }

    /// Appends all pieces whose turn has come.
    fn advance(&mut self, holes: Holes) -> Result<(), Error> {
        loop {
            match self.line.step(holes, self.segments.len()) {
                Step::Take(index, Early::Memory(body)) => self.append(index, &body)?,
                Step::Take(index, Early::Disk) => {
                    let path = self.early_path(index);
                    let body = early::read(&path).map_err(Error::disk(&path))?;
                    // It was right when it was written, or when the output was opened.
                    let body = body.ok_or(media::Error::Changed)?;
                    self.append(index, &body)?;
                    self.flusher.spend(path);
                }
                Step::Drop(index, early) => self.leave_out(index, &early),
                Step::Wait => return Ok(()),
            }
        }
    }

    fn leave_out(&mut self, index: usize, early: &Early) {
        tracing::warn!(index, "a segment carries the content of another place");
        self.misplaced.insert(self.segments[index].id);
        if matches!(early, Early::Disk) {
            self.flusher.spend(self.early_path(index));
        }
    }

    fn early_path(&self, index: usize) -> PathBuf {
        part::early(&self.folder, self.segments[index].id)
    }

    /// Moves early pieces from memory to the part folder until at most `keep_bytes` are left.
    fn spill(&mut self, keep_bytes: usize) -> Result<(), Error> {
        // Those whose turn comes last go first.
        for (index, waiting) in self.line.waiting.iter_mut().rev() {
            if self.line.early_bytes <= keep_bytes {
                break;
            }
            let Early::Memory(body) = &waiting.early else {
                continue;
            };
            let path = part::early(&self.folder, self.segments[*index].id);
            early::write(&path, body).map_err(Error::disk(&path))?;
            self.line.early_bytes -= body.len();
            waiting.early = Early::Disk;
        }
        Ok(())
    }

    /// Puts what the journal and the part folder hold in its place in the line.
    fn find_early(&mut self) -> Result<(), Error> {
        if self.muxer.order() != Order::Presentation {
            return Ok(());
        }
        let appended: HashSet<SegmentId> = self.fragments.iter().map(segment_id).collect();
        // Nothing can be put before what has been appended.
        let last = |segment: &Segment| appended.contains(&segment.id);
        self.line.next = self.segments.iter().rposition(last).map_or(0, |it| it + 1);
        let mut timings = self.fragments.iter().rev();
        self.line.last = timings.find_map(|it| Timing::of(&it.content, it.start_ms));
        for index in self.line.next..self.segments.len() {
            let path = self.early_path(index);
            if let Some(body) = early::read(&path).map_err(Error::disk(&path))? {
                let found = self.look_at(index, &body);
                self.put(index, Early::Disk, found);
            }
        }
        self.advance(Holes::Stop)
    }
}

/// The name that containers have for a segment.
pub(crate) fn part_of(kind: SegmentKind) -> media::Part {
    match kind {
        SegmentKind::Init => media::Part::Init,
        SegmentKind::Media(number) => media::Part::Media(number),
    }
}

fn segment_id(fragment: &TableFragment) -> SegmentId {
    let kind = match fragment.part {
        media::Part::Init => SegmentKind::Init,
        media::Part::Media(number) => SegmentKind::Media(number),
    };
    SegmentId {
        track: fragment.track,
        kind,
    }
}

#[cfg(test)]
mod tests;
