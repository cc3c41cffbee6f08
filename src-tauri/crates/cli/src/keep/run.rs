//! `ustream-dl keep run`: looks at the kept channels and saves what is new.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use engine::{
    Access, Engine, JobStream, KeptChannel, KeptChannels, MIN_LOOK_INTERVAL, Overrides,
    PendingRecording, RecordingId, SaveEnd, Target, now_unix_s, pause_between_channels, read_link,
};

use crate::args::keep::KeepRunArgs;
use crate::batch_result::BatchResult;
use crate::download::saved_path;
use crate::exit::{Exit, ExitContext, STOPPED_AT_ONCE};
use crate::job_watcher::{JobEnd, JobWatcher, ProgressOutput};
use crate::json::{self, JsonEvent};
use crate::password::Prompt;
use crate::stop::StopSignal;
use crate::terminal;

/// Looks at the channels that are due, one after the other, then saves what is new in the same way.
pub(super) async fn run(
    args: &KeepRunArgs,
    channels: &KeptChannels,
    (quiet, stop): (bool, &StopSignal),
) -> Result<(), Exit> {
    let access = args.service.access()?;
    let Some(_run) = channels.start_run()? else {
        return Err(Exit::KeepRunning);
    };
    let engine = Engine::open(args.config()?)?;
    let mut run = ChannelRun {
        args,
        channels,
        engine: &engine,
        access,
        prompt: Prompt::new(stop, quiet || args.json),
        result: BatchResult::new(args.json, quiet, args.exec.as_ref()),
        found: Vec::new(),
        seen: HashSet::new(),
    };
    run.look().await?;
    let updates = engine.job_stream();
    run.save(updates, (quiet, stop)).await
}

/// The state of one run.
struct ChannelRun<'a> {
    args: &'a KeepRunArgs,
    channels: &'a KeptChannels,
    engine: &'a Engine,
    access: Access,
    prompt: Prompt<'a>,
    result: BatchResult<'a>,
    /// What is to be saved, with its channel.
    found: Vec<(KeptChannel, PendingRecording)>,
    seen: HashSet<RecordingId>,
}

impl ChannelRun<'_> {
    /// Looks at every channel that is due. One that cannot be read does not stop the others.
    async fn look(&mut self) -> Result<(), Exit> {
        let interval = if self.args.now {
            Duration::ZERO
        } else {
            MIN_LOOK_INTERVAL
        };
        let now = now_unix_s();
        let mut is_first = true;
        for kept in self.channels.list()? {
            if !kept.is_due(now, interval) {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                tokio::time::sleep(pause_between_channels()).await;
            }
            if let Err(exit) = self.look_at(&kept).await {
                let context = ExitContext {
                    job: None,
                    link: Some(&kept.link),
                };
                let title = kept.title.as_deref().unwrap_or("–");
                self.result
                    .fail(&format!("{title} – {}", kept.link), exit, context);
            }
        }
        Ok(())
    }

    async fn look_at(&mut self, kept: &KeptChannel) -> Result<(), Exit> {
        let (channels, engine) = (self.channels, self.engine);
        let mut access = self.access.clone();
        let look = async |access: &Access| channels.look(engine, kept, access).await;
        let video = (kept.link.as_str(), &mut access);
        let found = self.prompt.unlock(engine, video, look).await?;
        if kept.saves {
            for found in found {
                if self.seen.insert(found.recording) {
                    self.found.push((kept.clone(), found));
                }
            }
            return Ok(());
        }
        for new in &found {
            self.tell(kept, new)?;
        }
        Ok(())
    }

    fn tell(&self, kept: &KeptChannel, new: &PendingRecording) -> Result<(), Exit> {
        let (link, title) = (new.link(), new.title.as_deref());
        if self.args.json {
            let event = JsonEvent::New {
                channel: &kept.link,
                link: &link,
                title,
            };
            return Ok(json::print(None, &event)?);
        }
        let title = title.unwrap_or("–");
        Ok(terminal::print(&format!("New: {title}  {link}\n"))?)
    }

    /// Saves what was found.
    async fn save(
        mut self,
        updates: JobStream,
        (quiet, stop): (bool, &StopSignal),
    ) -> Result<(), Exit> {
        let mut jobs = HashMap::new();
        let mut folders = HashMap::new();
        for (kept, found) in std::mem::take(&mut self.found) {
            let overrides = Overrides {
                access: kept.access(&self.access),
                ..Overrides::default()
            };
            let id = self
                .engine
                .download(kept.job(&found, overrides.clone()))
                .await?;
            jobs.insert(id.to_string(), overrides);
            folders.insert(id.to_string(), kept.options.folder);
        }
        let (engine, silent) = (self.engine, quiet || self.args.json);
        let watcher = JobWatcher {
            jobs,
            screen: ProgressOutput::new(self.args.json, quiet),
            prompt: Prompt::new(stop, silent),
            stop,
            stop_message: STOPPED_AT_ONCE,
            ended: |end| self.end(end, &folders),
        };
        watcher.wait(engine, updates).await?;
        self.result.sum_up(true)
    }

    fn end(&mut self, end: JobEnd, folders: &HashMap<String, PathBuf>) -> Result<(), Exit> {
        let JobEnd { job, result } = end;
        let recording = match read_link(&job.link) {
            Ok(Target::Recording(recording)) => Some(recording),
            _ => None,
        };
        let note = |end| match recording {
            Some(recording) => self.channels.note_end(recording, end),
            None => Ok(()),
        };
        match result {
            Ok(finished) => {
                note(SaveEnd::Saved)?;
                let folder = folders.get(&job.id).cloned().unwrap_or_default();
                let path = saved_path(&folder, &finished);
                self.result.add(&path, (&job.id, &finished))?;
            }
            Err(failure) => {
                note(SaveEnd::Failed(failure.code))?;
                let name = format!("{} – {}", job.title, job.link);
                let context = ExitContext {
                    job: Some(&job.id),
                    link: Some(&job.link),
                };
                self.result.fail(&name, Exit::Failed(failure), context);
            }
        }
        Ok(())
    }
}
