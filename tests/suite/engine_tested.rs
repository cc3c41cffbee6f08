//! An engine that persists its jobs, as the window's does, in a process that tests can kill: it
//! saves one recording and exits.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::bail;
use clap::Parser;
use engine::{
    Choice, Config, Endpoint, Engine, Extras, JobState, JobStream, NewJob, OutputLocation, Remuxer,
    Template,
};

#[derive(Debug, Parser)]
struct Args {
    link: String,
    /// Folder of the persisted jobs
    #[arg(long)]
    data: PathBuf,
    /// Folder of the movie
    #[arg(short)]
    output: PathBuf,
    /// Progress readings per second by an additional reader
    #[arg(long, default_value_t = 0)]
    looks: u32,
    #[arg(long)]
    practice: SocketAddr,
    #[arg(long)]
    practice_ca: PathBuf,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let authority = std::fs::read(&args.practice_ca)?;
    let engine = Engine::open(Config {
        endpoint: Endpoint::mock(args.practice, &authority)?,
        data_dir: Some(args.data),
        ..Config::default()
    })?;
    let job_stream = engine.job_stream();
    let new_job = NewJob {
        link: args.link,
        choice: Choice::default(),
        remux: Remuxer::default(),
        output: OutputLocation {
            folder: args.output,
            stem: None,
        },
        template: Template::default(),
        extras: Extras::default(),
        ending: None,
        again: false,
        range: None,
        live: None,
        title: None,
        thumbnail: None,
        overrides: engine::Overrides::default(),
    };
    engine.download(new_job).await?;
    let ended = tokio::select! {
        ended = wait_for_end(job_stream) => ended,
        never = read_progress(&engine, args.looks), if args.looks > 0 => match never {},
    };
    engine.shutdown().await;
    ended
}

/// Reads the whole progress this many times a second, each time as a new reader, which gets every
/// job.
async fn read_progress(engine: &Engine, times: u32) -> Infallible {
    let mut due = tokio::time::interval(Duration::from_secs(1) / times);
    loop {
        due.tick().await;
        engine.job_stream().next().await;
    }
}

async fn wait_for_end(mut job_stream: JobStream) -> anyhow::Result<()> {
    while let Some(update) = job_stream.next().await {
        for job in update.changed {
            match job.state {
                JobState::Done { .. } => return Ok(()),
                JobState::Failed { failure } => bail!("{failure:?}"),
                JobState::Queued | JobState::Running | JobState::Paused => {}
            }
        }
    }
    bail!("the engine is gone")
}
