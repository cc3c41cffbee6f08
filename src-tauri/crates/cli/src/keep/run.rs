//! `ustream-dl keep run`: looks at the kept channels, saves what is new and records what is on air.

use std::collections::{HashMap, HashSet};
use std::path::PathBuf;
use std::time::Duration;

use engine::view::{Finished, LiveChannelView};
use engine::{
    Access, Engine, Error, Failure, JobStream, KeptChannel, KeptChannels, MIN_LOOK_INTERVAL,
    Overrides, PendingRecording, RecordingId, SaveEnd, StreamEnd, Target, now_unix_s,
    pause_between_channels, read_link,
};

use crate::args::keep::KeepRunArgs;
use crate::batch_result::BatchResult;
use crate::download::saved_path;
use crate::exit::{Exit, ExitContext, STOPPED_AT_ONCE};
use crate::job_watcher::{JobEnd, JobWatcher, ProgressOutput};
use crate::json::{self, JsonEvent};
use crate::password::Prompt;
use crate::stop::StopSignal;
use crate::terminal::{self, print_stderr};

/// Looks at the channels that are due, one after the other, then saves what is new in the same way. Streams
/// are recorded meanwhile, to their end.
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
        streams: Vec::new(),
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
    /// The streams that are to be recorded.
    streams: Vec<(KeptChannel, LiveChannelView)>,
    seen: HashSet<RecordingId>,
}

impl ChannelRun<'_> {
    /// Looks at the lists of the channels that are due and at the streams of all. A channel that cannot be
    /// read does not stop the others.
    async fn look(&mut self) -> Result<(), Exit> {
        let interval = if self.args.now {
            Duration::ZERO
        } else {
            MIN_LOOK_INTERVAL
        };
        let now = now_unix_s();
        let mut is_first = true;
        for kept in self.channels.list()? {
            let is_due = kept.is_due(now, interval);
            if !is_due && self.args.no_live {
                continue;
            }
            if !std::mem::take(&mut is_first) {
                tokio::time::sleep(pause_between_channels()).await;
            }
            let looked = if is_due {
                self.look_at(&kept).await
            } else {
                Ok(())
            };
            let looked = match looked {
                Ok(()) if !self.args.no_live => self.look_for_stream(&kept).await,
                looked => looked,
            };
            if let Err(exit) = looked {
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

    async fn look_for_stream(&mut self, kept: &KeptChannel) -> Result<(), Exit> {
        let found = self.channels.look_for_stream(self.engine, kept).await?;
        let Some(stream) = found else {
            return Ok(());
        };
        if kept.saves {
            self.streams.push((kept.clone(), stream));
            return Ok(());
        }
        self.print_new(kept, "On air", (&stream.link, stream.title.as_deref()))
    }

    fn tell(&self, kept: &KeptChannel, new: &PendingRecording) -> Result<(), Exit> {
        self.print_new(kept, "New", (&new.link(), new.title.as_deref()))
    }

    fn print_new(
        &self,
        kept: &KeptChannel,
        what: &str,
        (link, title): (&str, Option<&str>),
    ) -> Result<(), Exit> {
        if self.args.json {
            let event = JsonEvent::New {
                channel: &kept.link,
                link,
                title,
            };
            return Ok(json::print(None, &event)?);
        }
        let title = title.unwrap_or("–");
        Ok(terminal::print(&format!("{what}: {title}  {link}\n"))?)
    }

    /// Saves what was found.
    async fn save(
        mut self,
        updates: JobStream,
        (quiet, stop): (bool, &StopSignal),
    ) -> Result<(), Exit> {
        let (mut jobs, mut folders) = (HashMap::new(), HashMap::new());
        let streams = std::mem::take(&mut self.streams);
        if !streams.is_empty() && !quiet && !self.args.json {
            print_stderr("A stream is running now, and is recorded. Ctrl-C stops and saves it.");
        }
        let access = &self.access;
        let streams = streams.into_iter().map(|(kept, stream)| {
            let overrides = overrides(&kept, access);
            (kept.stream_job(stream, overrides.clone()), overrides)
        });
        let recordings = std::mem::take(&mut self.found).into_iter();
        let recordings = recordings.map(|(kept, found)| {
            let overrides = overrides(&kept, access);
            (kept.job(&found, overrides.clone()), overrides)
        });
        for (job, overrides) in streams.chain(recordings) {
            let folder = job.output.folder.clone();
            let id = self.engine.download(job).await?.to_string();
            jobs.insert(id.clone(), overrides);
            folders.insert(id, folder);
        }
        let (engine, silent) = (self.engine, quiet || self.args.json);
        let watcher = JobWatcher {
            jobs,
            screen: ProgressOutput::new(self.args.json, quiet),
            prompt: Prompt::new(stop, silent),
            stop,
            stop_message: STOPPED_AT_ONCE,
            ended: |end| self.end(end, &mut folders),
        };
        watcher.wait(engine, updates).await?;
        self.result.sum_up(true)
    }

    fn end(&mut self, end: JobEnd, folders: &mut HashMap<String, PathBuf>) -> Result<(), Exit> {
        let JobEnd { job, result } = end;
        self.note_end(&job.link, &result)?;
        match result {
            Ok(finished) => {
                let folder = folders.get(&job.id).cloned().unwrap_or_default();
                if let Some(next) = &finished.continued_by {
                    folders.insert(next.clone(), folder.clone());
                }
                let path = saved_path(&folder, &finished);
                self.result.add(&path, (&job.id, &finished))?;
            }
            Err(failure) => {
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
    /// Notes in the list how the job with this link has ended.
    fn note_end(&self, link: &str, result: &Result<Finished, Failure>) -> Result<(), Error> {
        match (read_link(link), result) {
            (Ok(Target::Recording(recording)), Ok(_)) => {
                self.channels.note_end(recording, SaveEnd::Saved)
            }
            (Ok(Target::Recording(recording)), Err(failure)) => self
                .channels
                .note_end(recording, SaveEnd::Failed(failure.code)),
            (Ok(Target::Channel(channel)), Ok(finished)) => StreamEnd::of(finished)
                .map_or(Ok(()), |end| self.channels.note_stream_end(channel, end)),
            (Ok(Target::Channel(channel)), Err(failure)) => self
                .channels
                .note_stream_end(channel, StreamEnd::Failed(failure.code)),
            _ => Ok(()),
        }
    }
}

fn overrides(kept: &KeptChannel, access: &Access) -> Overrides {
    Overrides {
        access: kept.access(access),
        ..Overrides::default()
    }
}
