//! Syncs the output and writes the journal on a thread of its own.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use media::{TableFragment, journal};

use crate::disk::{durable, space};
use crate::platform;

/// A crash loses at most this many bytes, or [`BATCH_TIME`] of fetching.
const BATCH_BYTES: u64 = 64 << 20;
const BATCH_TIME: Duration = Duration::from_secs(1);

/// Makes batches of segments durable on a thread of its own.
pub(super) struct Flusher {
    /// Set to `None` to end the thread.
    notes: Option<Sender<Note>>,
    /// `None` once it has been joined.
    thread: Option<JoinHandle<io::Result<()>>>,
}

/// What the thread is told.
enum Note {
    /// The bytes of a segment have been written to the output.
    Written {
        record: Vec<u8>,
        /// Where they end.
        output_end: u64,
    },
    /// The segment that was spooled to this file is in the output now.
    Unspooled(PathBuf),
}

impl Flusher {
    pub(super) fn start(output: File, journal: File, folder: PathBuf) -> Self {
        let (notes, inbox) = channel();
        let files = OpenFiles {
            output,
            journal,
            folder,
        };
        Self {
            notes: Some(notes),
            thread: Some(std::thread::spawn(move || run(files, &inbox))),
        }
    }

    pub(super) fn add(&self, fragment: &TableFragment) {
        self.send(Note::Written {
            record: journal::record(fragment),
            output_end: fragment.output_end,
        });
    }

    pub(super) fn delete_after_flush(&self, spooled: PathBuf) {
        self.send(Note::Unspooled(spooled));
    }

    fn send(&self, note: Note) {
        if let Some(notes) = &self.notes {
            // If the thread has failed, `check` or `close` returns the error.
            let _ = notes.send(note);
        }
    }

    /// Fails if the thread has failed.
    pub(super) fn check(&mut self) -> io::Result<()> {
        match &self.thread {
            Some(thread) if thread.is_finished() => self.join(),
            _ => Ok(()),
        }
    }

    /// Makes everything that was added durable, and closes the journal.
    pub(super) fn close(&mut self) -> io::Result<()> {
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        self.notes = None;
        self.thread.take().map_or(Ok(()), join_thread)
    }
}

impl Drop for Flusher {
    /// No thread may write to the journal once another attempt can open it.
    fn drop(&mut self) {
        // Callers that need the result have called `close`.
        let _ = self.join();
    }
}

fn join_thread(thread: JoinHandle<io::Result<()>>) -> io::Result<()> {
    thread
        .join()
        .unwrap_or_else(|_| Err(io::Error::other("the journal's thread panicked")))
}

/// What the thread writes.
struct OpenFiles {
    output: File,
    journal: File,
    /// The part folder.
    folder: PathBuf,
}

/// Segments that are not durable yet.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<u8>,
    /// Spool files of segments that are in the output now.
    spooled: Vec<PathBuf>,
    output_end: u64,
}

impl Batch {
    fn add(&mut self, note: Note) {
        match note {
            Note::Written { record, output_end } => {
                self.records.extend(record);
                self.output_end = output_end;
            }
            Note::Unspooled(path) => self.spooled.push(path),
        }
    }
}

/// Flushes what comes, at most [`BATCH_TIME`] after it came, also if nothing follows: a stream may pause.
fn run(mut files: OpenFiles, notes: &Receiver<Note>) -> io::Result<()> {
    let (mut flushed_at, mut flushed_end) = (Instant::now(), 0);
    loop {
        let mut batch = Batch::default();
        let Ok(first) = notes.recv() else {
            return Ok(());
        };
        batch.add(first);
        let due = flushed_at + BATCH_TIME;
        while batch.output_end.saturating_sub(flushed_end) < BATCH_BYTES {
            let left = due.saturating_duration_since(Instant::now());
            match notes.recv_timeout(left) {
                Ok(note) => batch.add(note),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => break,
            }
        }
        flushed_end = batch.output_end.max(flushed_end);
        files.flush(batch)?;
        flushed_at = Instant::now();
    }
}

impl OpenFiles {
    fn flush(&mut self, batch: Batch) -> io::Result<()> {
        platform::sync_data(&self.output)?;
        platform::before_change();
        self.journal.write_all(&batch.records)?;
        platform::sync_data(&self.journal)?;
        for path in batch.spooled {
            durable::remove_file(&path)?;
        }
        // If the folder was deleted, the open files still take everything, up to the last rename.
        self.folder.symlink_metadata()?;
        space::check_reserve(&self.folder, self.output.metadata()?.len())
    }
}
