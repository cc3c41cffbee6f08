//! Arguments of `keep`: channels whose new recordings and streams are saved by themselves.

use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::Subcommand;
use clap::builder::{PathBufValueParser, TypedValueParser as _};
use engine::{Config, KeptChannels};

use super::output_path;
use super::rate::rate;
use super::save::SaveArgs;
use super::service::ServiceArgs;
use crate::exec::ExecCommand;
use crate::exit::Exit;

/// Folder of both programs among the data of the system's programs.
const DATA_FOLDER: &str = "io.github.ustream-dl";

#[derive(Debug, clap::Args)]
pub(crate) struct KeepArgs {
    #[command(subcommand)]
    pub(crate) action: KeepAction,

    /// Where the list of channels is [default: with the jobs of the window]
    #[arg(long, value_name = "FOLDER", hide = true, global = true)]
    data_folder: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum KeepAction {
    /// Keep a channel: from now on `keep run` saves what is new in it
    Add(Box<KeepAddArgs>),
    /// List the kept channels
    List(KeepListArgs),
    /// Do not keep a channel any more; what is saved stays
    Remove(KeepRemoveArgs),
    /// Look for new recordings and running streams of the kept channels and save them; for cron and timers
    Run(Box<KeepRunArgs>),
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeepAddArgs {
    /// Link of a channel
    pub(crate) link: String,

    /// Folder for its recordings [default: the Downloads folder]
    #[arg(short, long, value_name = "FOLDER", value_parser = PathBufValueParser::new().try_map(output_path))]
    pub(crate) output: Option<PathBuf>,

    /// Save also the recordings that it has now, and the stream that runs now
    #[arg(long)]
    pub(crate) all: bool,

    /// Only tell what is new, and save nothing
    #[arg(long)]
    pub(crate) only_tell: bool,

    #[command(flatten)]
    pub(crate) save: SaveArgs,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeepListArgs {
    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeepRemoveArgs {
    /// Link of the channel, or its number in `keep list`
    #[arg(value_name = "LINK|NUMBER")]
    pub(crate) channel: String,
}

#[derive(Debug, clap::Args)]
pub(crate) struct KeepRunArgs {
    /// Look also at channels that were looked at in the last half hour
    #[arg(long)]
    pub(crate) now: bool,

    /// Look for no streams, and record none
    #[arg(long)]
    pub(crate) no_live: bool,

    /// Run this with each file that was saved, as without `keep`
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<ExecCommand>,

    /// The most bytes a second: 500K, 2M, 1.5M
    #[arg(long, value_name = "RATE", value_parser = rate)]
    limit_rate: Option<NonZeroU64>,

    /// The ffmpeg to use [default: the one in PATH]
    #[arg(long, value_name = "PATH")]
    ffmpeg: Option<PathBuf>,

    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

impl KeepArgs {
    pub(crate) fn json(&self) -> bool {
        match &self.action {
            KeepAction::List(list) => list.json,
            KeepAction::Run(run) => run.json,
            KeepAction::Add(_) | KeepAction::Remove(_) => false,
        }
    }

    /// Returns the list of kept channels, which the window uses too.
    pub(crate) fn channels(&self) -> Result<KeptChannels, Exit> {
        let usual = || Some(dirs::data_dir()?.join(DATA_FOLDER));
        let folder = self.data_folder.clone().or_else(usual);
        let folder = folder.ok_or_else(|| {
            Exit::usage("this system has no folder for the data of programs".to_owned())
        })?;
        Ok(KeptChannels::in_folder(&folder))
    }
}

impl KeepRunArgs {
    /// Returns the configuration of an engine that saves one recording after the other.
    pub(crate) fn config(&self) -> Result<Config, Exit> {
        let config = self.service.config()?;
        Ok(Config {
            rate_limit: self.limit_rate,
            jobs_at_once: NonZeroUsize::MIN,
            ffmpeg: self.ffmpeg.clone().unwrap_or(config.ffmpeg),
            ..config
        })
    }
}
