//! Syncs the output and writes the journal on a thread of its own.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
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
    batches: Option<SyncSender<Batch>>,
    /// `None` once it has been joined.
    thread: Option<JoinHandle<io::Result<()>>>,
    next: Batch,
    output_end: u64,
    flushed_end: u64,
    flushed_at: Instant,
}

/// Records of segments whose bytes have been written to the output.
#[derive(Debug, Default)]
struct Batch {
    records: Vec<u8>,
    /// Spool files of segments that are in the output now.
    spooled: Vec<PathBuf>,
}

impl Flusher {
    pub(super) fn start(output: File, mut journal: File, folder: PathBuf) -> Self {
        // One batch may wait while another is being synced; further ones grow into the next.
        let (batches, receiver) = sync_channel::<Batch>(1);
        let thread = std::thread::spawn(move || {
            for batch in receiver {
                platform::sync_data(&output)?;
                platform::before_change();
                journal.write_all(&batch.records)?;
                platform::sync_data(&journal)?;
                for path in batch.spooled {
                    durable::remove_file(&path)?;
                }
                // If the folder was deleted, the open files still take everything, up to the last
                // rename.
                folder.symlink_metadata()?;
                space::check_reserve(&folder, output.metadata()?.len())?;
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

    pub(super) fn add(&mut self, fragment: &TableFragment) {
        self.next.records.extend(journal::record(fragment));
        self.output_end = fragment.output_end;
    }

    pub(super) fn delete_after_flush(&mut self, spooled: PathBuf) {
        self.next.spooled.push(spooled);
    }

    pub(super) fn flush_if_due(&mut self) -> io::Result<()> {
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
            // The thread has failed: joining it returns the error.
            Err(TrySendError::Disconnected(_)) => self.join(),
        }
    }

    /// Makes everything that was added durable, and closes the journal.
    pub(super) fn close(&mut self) -> io::Result<()> {
        if let Some(batches) = &self.batches {
            // If the thread has failed, joining it returns the error.
            let _ = batches.send(std::mem::take(&mut self.next));
        }
        self.join()
    }

    fn join(&mut self) -> io::Result<()> {
        self.batches = None;
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
