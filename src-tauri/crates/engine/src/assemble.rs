//! Pieces into the output and the journal, beside the fetch.
//!
//! The order of durability: output bytes, sync, then the records of the pieces in them. A second
//! thread does the syncing, so that pieces go on being appended meanwhile.

use std::collections::{BTreeMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::{Film, Format, Making, Muxer, Order, Source, Summary, TableFragment, journal};
use ustream::{Segment, SegmentId, SegmentKind};

use crate::copy::Copy;
use crate::durable;
use crate::error::Error;
use crate::{part, room};

/// A crash forgets at most this much, or [`BATCH_TIME`] of it.
const BATCH_BYTES: u64 = 64 << 20;
const BATCH_TIME: Duration = Duration::from_secs(1);
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
}

/// An output in progress with its journal.
pub(crate) struct Assembly {
    folder: PathBuf,
    segments: Vec<Segment>,
    muxer: Box<dyn Muxer>,
    fragments: Vec<TableFragment>,
    line: Line,
    flusher: Flusher,
}

impl Assembly {
    /// Opens the output of a part folder and recovers what its journal vouches for.
    pub(crate) fn open(folder: &Path, sheet: Sheet) -> Result<Self, Error> {
        let output_path = part::output(folder);
        let output = File::options()
            .create(true)
            .truncate(false)
            .read(true)
            .write(true)
            .open(&output_path)
            .map_err(Error::disk(&output_path))?;
        let (journal, fragments) = recover(&part::journal(folder), &output)?;
        let flusher = Flusher::start(
            output.try_clone().map_err(Error::disk(&output_path))?,
            journal,
            folder.to_owned(),
        );
        let Sheet {
            becomes,
            film,
            segments,
        } = sheet;
        let muxer = match becomes {
            Becomes::Copy => Box::new(Copy::new(output, &fragments)),
            Becomes::Film(source, format) => {
                let making = Making {
                    source,
                    format,
                    film,
                    journal: &fragments,
                };
                media::muxer(making, output)?
            }
        };
        let mut assembly = Self {
            folder: folder.to_owned(),
            segments,
            muxer,
            fragments,
            line: Line::default(),
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
        let bytes = self
            .fragments
            .last()
            .map_or(0, |fragment| fragment.output_end);
        (
            appended.chain(early.map(|segment| segment.id)).collect(),
            bytes,
        )
    }

    /// What is known of the segments in the output.
    pub(crate) fn fragments(&self) -> &[TableFragment] {
        &self.fragments
    }

    /// Forgets segments.
    pub(crate) fn forget(&mut self, _: &[SegmentId]) -> Result<bool, Error> {
        Ok(false)
    }

    /// Takes in the body of the segment at `index` of the sheet.
    pub(crate) fn accept(&mut self, index: usize, body: Vec<u8>) -> Result<(), Error> {
        match self.muxer.order() {
            Order::Arrival => self.append(index, &body)?,
            // What has been passed cannot be put back: it stays missing.
            Order::Presentation if index < self.line.next => {}
            Order::Presentation => {
                self.line.early_bytes += body.len();
                self.line.waiting.insert(index, Early::Memory(body));
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

    /// Appends all pieces whose turn has come.
    fn advance(&mut self, holes: Holes) -> Result<(), Error> {
        while let Some((index, early)) = self.line.step(holes, self.segments.len()) {
            match early {
                Early::Memory(body) => self.append(index, &body)?,
                Early::Disk => {
                    let path = part::early(&self.folder, self.segments[index].id);
                    let body = fs::read(&path).map_err(Error::disk(&path))?;
                    self.append(index, &body)?;
                    self.flusher.spend(path);
                }
            }
        }
        Ok(())
    }

    /// Moves early pieces from memory to the part folder until at most `keep_bytes` are left.
    fn spill(&mut self, keep_bytes: usize) -> Result<(), Error> {
        // Those whose turn comes last go first.
        for (index, waiting) in self.line.waiting.iter_mut().rev() {
            if self.line.early_bytes <= keep_bytes {
                break;
            }
            let Early::Memory(body) = waiting else {
                continue;
            };
            let path = part::early(&self.folder, self.segments[*index].id);
            durable::write_bytes(&path, body).map_err(Error::disk(&path))?;
            self.line.early_bytes -= body.len();
            *waiting = Early::Disk;
        }
        Ok(())
    }

    /// Puts what the journal and the part folder hold in its place in the line.
    fn find_early(&mut self) -> Result<(), Error> {
        if self.muxer.order() != Order::Presentation {
            return Ok(());
        }
        let appended: HashSet<SegmentId> = self.fragments.iter().map(segment_id).collect();
        for (index, segment) in self.segments.iter().enumerate() {
            let early = part::early(&self.folder, segment.id);
            if appended.contains(&segment.id) {
                // Nothing can be put before what has been appended.
                self.line.next = index + 1;
            } else if early.exists() {
                self.line.waiting.insert(index, Early::Disk);
            }
        }
        let next = self.line.next;
        self.line.waiting.retain(|index, _| *index >= next);
        self.advance(Holes::Stop)
    }
}

/// Pieces before their turn, for an output that takes them in order.
#[derive(Debug, Default)]
struct Line {
    /// Index of the segment whose turn it is.
    next: usize,
    waiting: BTreeMap<usize, Early>,
    /// Of those in memory.
    early_bytes: usize,
}

#[derive(Debug)]
enum Early {
    Memory(Vec<u8>),
    /// In the part folder, under its final name.
    Disk,
}

/// What to do where the next piece is not here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Holes {
    Stop,
    Skip,
}

impl Line {
    /// Takes the next piece out of the line.
    fn step(&mut self, holes: Holes, end: usize) -> Option<(usize, Early)> {
        if holes == Holes::Skip {
            self.next = self
                .waiting
                .keys()
                .next()
                .map_or(end, |first| self.next.max(*first));
        }
        let early = self.waiting.remove(&self.next)?;
        if let Early::Memory(body) = &early {
            self.early_bytes -= body.len();
        }
        self.next += 1;
        Some((self.next - 1, early))
    }
}

/// Makes batches of pieces durable on a thread of its own.
struct Flusher {
    /// Closed to end the thread.
    batches: Option<SyncSender<Batch>>,
    /// Taken when it is joined.
    thread: Option<JoinHandle<io::Result<()>>>,
    next: Batch,
    output_end: u64,
    flushed_end: u64,
    flushed_at: Instant,
}

/// Records of pieces whose bytes have been handed to the output.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<u8>,
    /// Early pieces that are in the output now.
    spent: Vec<PathBuf>,
}

impl Flusher {
    fn start(output: File, mut journal: File, folder: PathBuf) -> Self {
        // One batch may wait while another is being synced; further ones grow into the next.
        let (batches, receiver) = sync_channel::<Batch>(1);
        let thread = std::thread::spawn(move || {
            for batch in receiver {
                output.sync_data()?;
                journal.write_all(&batch.records)?;
                journal.sync_data()?;
                for path in batch.spent {
                    fs::remove_file(path)?;
                }
                room::watch(&folder, output.metadata()?.len())?;
            }
            Ok(())
        });
        Self {
            batches: Some(batches),
            thread: Some(thread),
            next: Batch::default(),
            output_end: 0,
            flushed_end: 0,
            flushed_at: Instant::now(),
        }
    }

    fn add(&mut self, fragment: &TableFragment) {
        self.next.records.extend(journal::record(fragment));
        self.output_end = fragment.output_end;
    }

    fn spend(&mut self, early: PathBuf) {
        self.next.spent.push(early);
    }

    fn flush_if_due(&mut self) -> io::Result<()> {
        let grown = self.output_end.saturating_sub(self.flushed_end) >= BATCH_BYTES;
        if self.next.records.is_empty() || !(grown || self.flushed_at.elapsed() >= BATCH_TIME) {
            return Ok(());
        }
        let Some(batches) = &self.batches else {
            return Ok(());
        };
        match batches.try_send(std::mem::take(&mut self.next)) {
            Ok(()) => {
                (self.flushed_end, self.flushed_at) = (self.output_end, Instant::now());
                Ok(())
            }
            Err(TrySendError::Full(batch)) => {
                self.next = batch;
                Ok(())
            }
            // The thread has ended early: joining it tells why.
            Err(TrySendError::Disconnected(_)) => self.end(),
        }
    }

    /// Makes all that was added durable.
    fn close(mut self) -> io::Result<()> {
        if let Some(batches) = &self.batches {
            // Where the thread has ended early, joining it tells why.
            let _ = batches.send(std::mem::take(&mut self.next));
        }
        self.end()
    }

    fn end(&mut self) -> io::Result<()> {
        self.batches = None;
        self.thread.take().map_or(Ok(()), joined)
    }
}

impl Drop for Flusher {
    /// No thread may write to the journal once another attempt can open it.
    fn drop(&mut self) {
        // Who wants to know how it ended has closed it.
        let _ = self.end();
    }
}

fn joined(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    thread
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the journal's thread broke")))
}

/// Reads the journal to its last whole record and cuts output and journal to what it vouches for.
fn recover(path: &Path, output: &File) -> Result<(File, Vec<TableFragment>), Error> {
    let disk = |error| Error::disk(path)(error);
    let mut journal = File::options()
        .create(true)
        .truncate(false)
        .read(true)
        .write(true)
        .open(path)
        .map_err(disk)?;
    let bytes = fs::read(path).map_err(disk)?;
    let (mut fragments, mut whole) = journal::read(&bytes);
    let length = output.metadata().map_err(disk)?.len();
    let vouched = fragments
        .iter()
        .take_while(|fragment| fragment.output_end <= length)
        .count();
    if vouched < fragments.len() {
        // Somebody cut the output: what lies behind the cut must be fetched again.
        fragments.truncate(vouched);
        whole = fragments
            .iter()
            .map(|fragment| journal::record(fragment).len())
            .sum();
    }
    let whole = u64::try_from(whole).unwrap_or(u64::MAX);
    journal.set_len(whole).map_err(disk)?;
    journal.seek(SeekFrom::Start(whole)).map_err(disk)?;
    output
        .set_len(fragments.last().map_or(0, |last| last.output_end))
        .map_err(disk)?;
    Ok((journal, fragments))
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
