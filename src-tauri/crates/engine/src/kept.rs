//! Kept channels: their new recordings are saved by themselves and their streams are recorded, or the
//! user is only told of them.
//!
//! 1. [`KeptChannels`]: the list, which the window and the command line share; `file` reads and
//!    writes it.
//! 2. [`FoundChannel`]: a channel that is going to be kept.
//! 3. [`KeptChannels::look`]: what is new in a channel since it was looked at last.
//! 4. [`KeptChannels::look_for_stream`]: whether its stream has started.
//! 5. `schedule`: when a channel is looked at again.

mod file;
mod found;
mod schedule;
mod stream;

use std::collections::BTreeSet;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use serde::{Deserialize, Serialize};
use ustream::{Access, ChannelId, Choice, RecordingId, Target};

pub use self::found::FoundChannel;
use self::found::is_without_recordings;
pub use self::schedule::{
    LOOK_INTERVAL, MIN_LOOK_INTERVAL, look_interval, now_unix_s, pause_between_channels,
};
pub use self::stream::StreamEnd;
use self::stream::StreamState;
use crate::catalog::{Catalog, ResolvedLink};
use crate::code::Code;
use crate::disk::durable::blocking;
use crate::engine::Engine;
use crate::error::Error;
use crate::extras::Extras;
use crate::file_ending::FileEnding;
use crate::job::{NewJob, OutputLocation, Overrides};
use crate::names::Template;
use crate::remuxer::Remuxer;
use crate::view::EntryView;

/// How often a recording may fail for a reason of its own before it is given up.
const MAX_FAILURES: u32 = 5;

/// How the recordings of a channel are saved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SaveOptions {
    /// Where.
    pub folder: PathBuf,
    /// Which rendition and container.
    pub choice: Choice,
    /// Who makes the MP4.
    pub remux: Remuxer,
    /// Makes the file names.
    pub template: Template,
    /// What to save besides video and audio.
    pub extras: Extras,
    /// Extension of the files; `None` for the usual one of what is saved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<FileEnding>,
}

/// A channel whose new recordings and streams are saved or told of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptChannel {
    /// Its number.
    pub channel: ChannelId,
    /// The link by which the user has found it.
    pub link: String,
    /// Its title, if the service states it.
    pub title: Option<String>,
    /// The page of another site that embeds it, which is sent as the referrer.
    pub page: Option<String>,
    /// Whether new recordings and streams are saved; if not, the user is only told of them.
    pub saves: bool,
    /// How they are saved.
    #[serde(flatten)]
    pub options: SaveOptions,
    /// When it was added, in seconds since 1970.
    pub added_unix_s: i64,
    /// When its list was read last, in seconds since 1970; `None` if never.
    pub looked_unix_s: Option<i64>,
    /// The recordings that are not new any more, whether they are saved, deleted or never wanted.
    known: BTreeSet<RecordingId>,
    /// Those of `known` that are still to be saved, oldest first.
    pending: Vec<PendingRecording>,
    /// Whether its stream is new. Lists of earlier versions do not say.
    #[serde(default)]
    stream: StreamState,
}

/// A recording that was found in a kept channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PendingRecording {
    /// Its number.
    pub recording: RecordingId,
    /// Its title in the list.
    pub title: Option<String>,
    /// How often it could not be saved for a reason of its own.
    #[serde(default)]
    failures: u32,
}

impl PendingRecording {
    /// Returns the public URL.
    pub fn link(&self) -> String {
        Target::Recording(self.recording).link()
    }

    /// `None` for an entry that names no recording.
    fn of(entry: EntryView) -> Option<Self> {
        Some(Self {
            recording: RecordingId(entry.recording?.parse().ok()?),
            title: entry.title,
            failures: 0,
        })
    }
}

impl KeptChannel {
    /// Returns the recordings that are still to be saved, oldest first.
    pub fn pending(&self) -> &[PendingRecording] {
        &self.pending
    }

    /// Returns the access to its list and its recordings: that of the user, with the page of the
    /// channel as the referrer if there is no other.
    pub fn access(&self, access: &Access) -> Access {
        Access {
            referrer: access.referrer.clone().or_else(|| self.page.clone()),
            ..access.clone()
        }
    }

    /// Returns the job that saves one of its recordings.
    pub fn job(&self, recording: &PendingRecording, overrides: Overrides) -> NewJob {
        NewJob {
            link: recording.link(),
            title: recording.title.clone(),
            ..self.new_job(overrides)
        }
    }

    /// Returns a job with its options that saves nothing yet.
    fn new_job(&self, overrides: Overrides) -> NewJob {
        NewJob {
            link: String::new(),
            choice: self.options.choice.clone(),
            remux: self.options.remux,
            output: OutputLocation {
                folder: self.options.folder.clone(),
                stem: None,
            },
            template: self.options.template.clone(),
            extras: self.options.extras,
            ending: self.options.ending,
            again: false,
            range: None,
            live: None,
            title: None,
            thumbnail: None,
            overrides,
        }
    }

    /// Notes what a look has found. Returns what is to be saved, or what the user is to be told of.
    fn note_found(
        &mut self,
        found: Vec<PendingRecording>,
        now_unix_s: i64,
    ) -> Vec<PendingRecording> {
        let known = &mut self.known;
        let mut new: Vec<_> = found
            .into_iter()
            .filter(|found| known.insert(found.recording))
            .collect();
        // Channels list the newest first.
        new.reverse();
        self.looked_unix_s = Some(now_unix_s);
        if !self.saves {
            return new;
        }
        self.pending.extend(new);
        self.pending.clone()
    }

    /// Notes how the attempt at a recording has ended.
    fn note_end(&mut self, recording: RecordingId, end: SaveEnd) {
        let is_over = |pending: &mut PendingRecording| match end {
            SaveEnd::Saved | SaveEnd::Removed => true,
            SaveEnd::Failed(code) => {
                pending.failures += u32::from(is_of_recording(code));
                pending.failures >= MAX_FAILURES
            }
        };
        let is_kept =
            |pending: &mut PendingRecording| pending.recording != recording || !is_over(pending);
        self.pending.retain_mut(is_kept);
    }
}

/// How the attempt at a pending recording has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SaveEnd {
    /// It is saved.
    Saved,
    /// It was not saved, and is tried again at the next run unless that has been in vain too often.
    Failed(Code),
    /// The user has removed it from the list of jobs, and does not want it.
    Removed,
}

/// Returns whether a failure is one of the recording, so that more attempts may never help. Those of
/// the network, the service and the disk pass.
fn is_of_recording(code: Code) -> bool {
    !matches!(
        code,
        Code::Offline
            | Code::WifiLogin
            | Code::DnsFailing
            | Code::ConnectionRefused
            | Code::ProxyLogin
            | Code::ProxyRefused
            | Code::ProxyDown
            | Code::ProxyScript
            | Code::Untrusted
            | Code::WrongClock
            | Code::NoCertificates
            | Code::SiteDown
            | Code::PageDown
            | Code::Busy
            | Code::LowSpace
            | Code::DiskFull
            | Code::QuotaFull
            | Code::NoWrite
            | Code::ReadOnly
            | Code::OwnFolder
            | Code::DriveGone
            | Code::FileHeld
            | Code::InUse
    )
}

/// A channel to keep.
#[derive(Clone, Debug)]
pub struct NewKeptChannel {
    /// What it has now.
    pub found: FoundChannel,
    /// Whether that is wanted too.
    pub wants_all: bool,
    /// Whether recordings and streams are saved.
    pub saves: bool,
    /// How.
    pub options: SaveOptions,
}

/// The list of kept channels in the app's data folder. A clone is another handle to the same list.
///
/// Its methods block on the disk.
#[derive(Clone, Debug)]
pub struct KeptChannels {
    folder: PathBuf,
    was_unreadable: Arc<AtomicBool>,
}

/// As long as this exists, no other process looks at the channels.
#[derive(Debug)]
pub struct KeepRun {
    _lock: File,
}

impl KeptChannels {
    /// The list in this folder, which is created when a channel is added.
    pub fn in_folder(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            was_unreadable: Arc::default(),
        }
    }

    /// Returns whether the file could not be read since the program was started; it is kept under
    /// another name.
    pub fn was_unreadable(&self) -> bool {
        self.was_unreadable.load(Ordering::Relaxed)
    }

    /// Returns all kept channels, in the order in which they were added.
    pub fn list(&self) -> Result<Vec<KeptChannel>, Error> {
        self.change(|channels| channels.clone())
    }

    /// Keeps a channel. If it is kept already, only its options change, and what is known of its
    /// recordings stays.
    pub fn add(&self, new: NewKeptChannel, now_unix_s: i64) -> Result<(), Error> {
        let NewKeptChannel {
            found,
            wants_all,
            saves,
            options,
        } = new;
        let (known, looked_unix_s) = if wants_all {
            (BTreeSet::new(), None)
        } else {
            let recordings = found.listed.into_iter().filter_map(PendingRecording::of);
            (
                recordings.map(|found| found.recording).collect(),
                Some(now_unix_s),
            )
        };
        let added = KeptChannel {
            channel: found.channel,
            link: found.link,
            title: found.title,
            page: found.page,
            saves,
            options,
            added_unix_s: now_unix_s,
            looked_unix_s,
            known,
            pending: Vec::new(),
            stream: StreamState::at_start(found.is_on_air && !wants_all),
        };
        self.change(|channels| {
            match channels
                .iter_mut()
                .find(|kept| kept.channel == added.channel)
            {
                Some(kept) => {
                    let pending = std::mem::take(&mut kept.pending);
                    *kept = KeptChannel {
                        added_unix_s: kept.added_unix_s,
                        looked_unix_s: kept.looked_unix_s,
                        known: std::mem::take(&mut kept.known),
                        stream: kept.stream,
                        pending: if added.saves { pending } else { Vec::new() },
                        ..added
                    };
                }
                None => channels.push(added),
            }
        })
    }

    /// Chooses whether the new recordings and streams of a channel are saved. Returns whether it is kept.
    pub fn set_saves(&self, channel: ChannelId, saves: bool) -> Result<bool, Error> {
        self.change_one(channel, |kept| {
            kept.saves = saves;
            if !saves {
                kept.pending.clear();
                kept.stream.forget();
            }
        })
        .map(|kept| kept.is_some())
    }

    /// Does not keep a channel any more. Returns whether it was kept. What is saved stays.
    pub fn remove(&self, channel: ChannelId) -> Result<bool, Error> {
        self.change(|channels| {
            let before = channels.len();
            channels.retain(|kept| kept.channel != channel);
            channels.len() < before
        })
    }

    /// Begins to look at channels; `None` if another process does.
    pub fn start_run(&self) -> Result<Option<KeepRun>, Error> {
        Ok(file::lock_run(&self.folder)?.map(|lock| KeepRun { _lock: lock }))
    }

    /// Reads the list of a channel as far as it is new. Returns the recordings to save, oldest first,
    /// also those of earlier looks; for a channel that does not save, those that are new. The list is
    /// changed before this returns, so each recording is told of once.
    pub async fn look(
        &self,
        engine: &Engine,
        kept: &KeptChannel,
        access: &Access,
    ) -> Result<Vec<PendingRecording>, Error> {
        // The name in its link may have changed.
        let link = Target::Channel(kept.channel).link();
        let found = match engine.resolve_link(&link, &kept.access(access)).await {
            Ok(ResolvedLink::Collection(catalog)) => new_entries(*catalog, &kept.known).await?,
            Ok(ResolvedLink::Recording(_)) => Vec::new(),
            Err(error) if is_without_recordings(&error) => Vec::new(),
            Err(error) => return Err(error),
        };
        let found = found.into_iter().filter_map(PendingRecording::of).collect();
        let (list, channel) = (self.clone(), kept.channel);
        let noted =
            blocking(move || list.change_one(channel, |kept| kept.note_found(found, now_unix_s())));
        // Removed in the meantime.
        Ok(noted.await?.unwrap_or_default())
    }

    /// Notes how the attempt at a pending recording has ended.
    pub fn note_end(&self, recording: RecordingId, end: SaveEnd) -> Result<(), Error> {
        self.change(|channels| {
            for kept in channels {
                kept.note_end(recording, end);
            }
        })
    }

    fn change_one<T>(
        &self,
        channel: ChannelId,
        change: impl FnOnce(&mut KeptChannel) -> T,
    ) -> Result<Option<T>, Error> {
        self.change(|channels| {
            let kept = channels.iter_mut().find(|kept| kept.channel == channel);
            kept.map(change)
        })
    }

    /// Changes the list while no other process does, and writes it if it has changed.
    fn change<T>(&self, change: impl FnOnce(&mut Vec<KeptChannel>) -> T) -> Result<T, Error> {
        let (result, was_unreadable) = file::change(&self.folder, change)?;
        if was_unreadable {
            self.was_unreadable.store(true, Ordering::Relaxed);
        }
        Ok(result)
    }
}

/// Returns the entries of a channel up to the first page that holds nothing new.
async fn new_entries(
    mut catalog: Catalog,
    known: &BTreeSet<RecordingId>,
) -> Result<Vec<EntryView>, Error> {
    let is_known = |entry: &EntryView| {
        let id = entry.recording.as_deref().and_then(|id| id.parse().ok());
        id.is_some_and(|id| known.contains(&RecordingId(id)))
    };
    let mut new = Vec::new();
    while let Some(mut page) = catalog.next().await? {
        page.retain(|entry| !is_known(entry));
        if page.is_empty() {
            break;
        }
        new.extend(page);
    }
    Ok(new)
}

#[cfg(test)]
mod tests;
