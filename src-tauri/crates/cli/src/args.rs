//! The arguments of the command line. The doc comments of the fields are the text of `--help`.

pub(crate) mod keep;
mod live;
mod rate;
mod save;
mod service;

use std::ffi::OsString;
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser as _};
use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{
    ArgAction, ArgMatches, Args as _, Command, CommandFactory, FromArgMatches, Parser, Subcommand,
    ValueEnum,
};
use engine::{Config, Remuxer, TimeRange};
use jiff::civil::Date;

use crate::args::keep::KeepArgs;
use crate::args::live::LiveArgs;
use crate::args::rate::rate;
use crate::args::save::SaveArgs;
use crate::args::service::{ServiceArgs, one_reader};
use crate::exec::ExecCommand;
use crate::exit::{EXIT_CODES, Exit};
use crate::filter::{EntryFilter, IndexFilter};
use crate::input;
use crate::link_list::{self, RequestedLink};
use crate::platform;

/// Written by hand, because clap's own usage would allow a link before a command.
const USAGE: &str = "ustream-dl [OPTIONS] <LINK>...\n       ustream-dl [OPTIONS] <COMMAND>";

/// Save an ended Ustream / IBM Video Streaming recording as one playable file.
///
/// The link may be of a recording, of a channel (its newest recording is taken unless others are
/// picked), of any page that plays one, or any text that holds such a link. Running the same
/// command again goes on where it stopped; what is saved already is not fetched again.
#[derive(Debug, Parser)]
#[command(name = "ustream-dl", version, after_help = EXIT_CODES)]
#[command(subcommand_negates_reqs = true, override_usage = USAGE)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) download: DownloadArgs,

    /// No progress and no hints, only the result and errors
    #[arg(short, long, global = true)]
    pub(crate) quiet: bool,

    /// Tell what is going on; twice for more
    #[arg(short, long, global = true, action = ArgAction::Count)]
    pub(crate) verbose: u8,

    /// Also write a log with times to this file, as detailed as -vv
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) log: Option<PathBuf>,

    #[command(subcommand)]
    pub(crate) action: Option<Action>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Action {
    /// Make one MP4 of a film that is already on this computer
    Remux(RemuxArgs),
    /// Say whether films that were saved are still whole
    Check(CheckArgs),
    /// Write a page that lists the films of a folder: index.html, and videos.json for programs
    Index(IndexArgs),
    /// Say what a link leads to, without saving anything
    Resolve(ResolveArgs),
    /// List the recordings of a channel, or the players of a page
    List(ListArgs),
    /// Save what is new in channels by itself: `keep add LINK`, then `keep run` from cron or a timer
    Keep(KeepArgs),
    /// Save what the service says about a link, without secrets, to report a problem
    Report(ReportArgs),
    /// Print a completion script for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

#[derive(Debug, clap::Args)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "each is a switch of its own on the command line"
)]
pub(crate) struct DownloadArgs {
    /// Link of a recording, a channel, or a page that plays one; or any text that holds one
    #[arg(value_name = "LINK", required_unless_present = "batch")]
    links: Vec<String>,

    /// Links from a file; lines that begin with # are comments; - reads stdin
    #[arg(long, value_name = "FILE")]
    batch: Option<PathBuf>,

    /// Of a channel: newest, all, or some by their numbers in `ustream-dl list`: 1,3-5
    /// [default: newest, or all with --since]
    #[arg(long, value_name = "WHICH")]
    pick: Option<IndexFilter>,

    /// Of a channel: only what was recorded on this day (in UTC) or later
    #[arg(long, value_name = "YYYY-MM-DD")]
    since: Option<Date>,

    /// Leave out what this file lists, and add what is saved to it
    #[arg(long, value_name = "FILE")]
    pub(crate) archive: Option<PathBuf>,

    /// Save also what is saved already, under the next free name
    #[arg(long)]
    pub(crate) again: bool,

    /// Save only a part, from this time on: 90, 1:30 or 1:02:00.500. Only what it needs is fetched.
    /// Of a running stream: now, to leave out what was sent before
    #[arg(long, value_name = "TIME")]
    from: Option<String>,

    /// Save only a part, up to this time
    #[arg(long, value_name = "TIME")]
    to: Option<String>,

    /// Run this with each file that was saved: a program and its arguments, with {} in the place of the
    /// path (or the path at the end). No shell reads it
    #[arg(long, value_name = "COMMAND")]
    pub(crate) exec: Option<ExecCommand>,

    #[command(flatten)]
    pub(crate) live: LiveArgs,

    #[command(flatten)]
    pub(crate) save: SaveArgs,

    /// A file, or a folder where it exists or ends in a slash [default: the Downloads folder]. A file
    /// may end in .mp4, .m4v, .m4a or .mp3 (the sound alone) or .flv (the original)
    #[arg(short, long, value_name = "PATH", value_parser = PathBufValueParser::new().try_map(output_path))]
    pub(crate) output: Option<PathBuf>,

    /// Go on with what was begun in this folder, and take it along to that of -o
    #[arg(long, value_name = "FOLDER", value_parser = PathBufValueParser::new().try_map(output_path))]
    pub(crate) continue_from: Option<PathBuf>,

    /// The ffmpeg to use [default: the one in PATH]
    #[arg(long, value_name = "PATH")]
    ffmpeg: Option<PathBuf>,

    /// The most pieces on their way at once
    #[arg(long, value_name = "N", default_value_t = 16, value_parser = clap::value_parser!(u8).range(1..=16))]
    parallel: u8,

    /// The most bytes a second, of all downloads together: 500K, 2M, 1.5M
    #[arg(long, value_name = "RATE", value_parser = rate)]
    limit_rate: Option<NonZeroU64>,

    /// Save what there is, if pieces stay missing
    #[arg(long)]
    pub(crate) keep_gaps: bool,

    /// Save the file even where it does not pass the check
    #[arg(long)]
    pub(crate) keep_unchecked: bool,

    /// Begin even where the disk seems to be too full
    #[arg(long)]
    pub(crate) no_space_check: bool,

    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct RemuxArgs {
    /// A film (FLV, MP4, MPEG-TS), or its parts in their order; then, if you like, the new file
    ///
    /// The last of several files is the new one if it ends in .mp4, .m4v or .m4a. Without one, the
    /// new file goes beside the first, under its name. Nothing is ever overwritten.
    #[arg(required = true, value_name = "FILE")]
    pub(crate) files: Vec<PathBuf>,

    /// Who makes the MP4
    #[arg(long, value_enum, default_value_t = RemuxerArg::Builtin)]
    pub(crate) remux: RemuxerArg,

    /// The ffmpeg to use [default: the one in PATH]
    #[arg(long, value_name = "PATH")]
    pub(crate) ffmpeg: Option<PathBuf>,

    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct CheckArgs {
    /// Films; folders with --recursive
    #[arg(value_name = "FILE", required = true)]
    pub(crate) files: Vec<PathBuf>,

    /// Check all films in folders and in those below them
    #[arg(short, long)]
    pub(crate) recursive: bool,

    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct IndexArgs {
    /// Folder of the films; those below it belong to it
    pub(crate) folder: PathBuf,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ListArgs {
    /// Link of a channel, or of a page that plays something
    pub(crate) link: String,

    /// Mark the recordings that are saved in this folder or below it, under whatever names
    #[arg(short, long, value_name = "FOLDER")]
    pub(crate) output: Option<PathBuf>,

    /// One JSON object a line on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ResolveArgs {
    /// Link of a recording or channel, or any text that holds one
    pub(crate) link: String,

    /// One JSON object on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

#[derive(Debug, clap::Args)]
pub(crate) struct ReportArgs {
    /// Link of a recording or channel, or any text that holds one
    pub(crate) link: String,

    /// The file, an HTTP Archive [default: ustream-dl-report.har]
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,

    /// Hide titles and descriptions, too
    #[arg(long)]
    pub(crate) hide_titles: bool,

    /// One JSON object on stdout, instead of words
    #[arg(long)]
    pub(crate) json: bool,

    #[command(flatten)]
    pub(crate) service: ServiceArgs,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum RemuxerArg {
    /// This program, in one pass
    Builtin,
    /// ffmpeg, after an original that is downloaded has been saved
    Ffmpeg,
}

impl From<RemuxerArg> for Remuxer {
    fn from(remuxer: RemuxerArg) -> Self {
        match remuxer {
            RemuxerArg::Builtin => Self::Builtin,
            RemuxerArg::Ffmpeg => Self::Ffmpeg,
        }
    }
}

impl Args {
    /// Parses the command line of the process.
    pub(crate) fn read() -> Result<Self, clap::Error> {
        Self::of(std::env::args_os())
    }

    fn of<T: Into<OsString> + Clone>(
        arguments: impl IntoIterator<Item = T>,
    ) -> Result<Self, clap::Error> {
        let matches = Self::command().try_get_matches_from(arguments)?;
        let args = Self::from_arg_matches(&matches)?;
        if args.action.is_some() {
            reject_download_args(&matches)?;
        }
        Ok(args)
    }

    /// Returns whether the result is printed as JSON.
    pub(crate) fn json(&self) -> bool {
        match &self.action {
            Some(Action::Resolve(resolve)) => resolve.json,
            Some(Action::Remux(remux)) => remux.json,
            Some(Action::Check(check)) => check.json,
            Some(Action::List(list)) => list.json,
            Some(Action::Report(report)) => report.json,
            Some(Action::Keep(keep)) => keep.json(),
            Some(_) => false,
            None => self.download.json,
        }
    }
}

/// Rejects download options before a command, where they have no meaning. clap's own rule for this
/// would also reject the global options.
fn reject_download_args(matches: &ArgMatches) -> Result<(), clap::Error> {
    let mut download = DownloadArgs::augment_args(Command::new("download"));
    download.build();
    for argument in download.get_arguments() {
        if matches.value_source(argument.get_id().as_str()) == Some(ValueSource::CommandLine) {
            let problem = format!("{argument} cannot be used with a command");
            return Err(Args::command().error(ErrorKind::ArgumentConflict, problem));
        }
    }
    Ok(())
}

impl DownloadArgs {
    /// Returns the links of the command line, then those of the batch file.
    pub(crate) fn links(&self) -> Result<Vec<RequestedLink>, Exit> {
        let is_batch = self.batch.as_deref().is_some_and(input::is_stdin);
        let batch = is_batch.then_some("--batch");
        one_reader(batch.into_iter().chain(self.service.that_read_stdin()))?;
        let batch = self.batch.as_deref().map(link_list::read).transpose()?;
        let links = self.links.iter().cloned().map(RequestedLink::from);
        Ok(links.chain(batch.unwrap_or_default()).collect())
    }

    /// Returns which recordings of a channel or page to save.
    pub(crate) fn filter(&self) -> EntryFilter {
        let default = match self.since {
            Some(_) => IndexFilter::All,
            None => IndexFilter::Newest,
        };
        EntryFilter {
            index: self.pick.clone().unwrap_or(default),
            since: self.since,
        }
    }

    /// Returns the part of each recording to save; `None` for all of it.
    pub(crate) fn range(&self) -> Result<Option<TimeRange>, Exit> {
        let from = self.from.as_deref().filter(|_| !self.begins_now());
        TimeRange::parse(from, self.to.as_deref())
            .map_err(|error| Exit::usage(format!("--from, --to: {error}")))
    }

    /// Returns whether a running stream is recorded from now on only.
    pub(crate) fn begins_now(&self) -> bool {
        self.from.as_deref() == Some("now")
    }

    pub(crate) fn config(&self) -> Result<Config, Exit> {
        let config = self.service.config()?;
        Ok(Config {
            parallel: NonZeroUsize::new(self.parallel.into()).unwrap_or(NonZeroUsize::MIN),
            rate_limit: self.limit_rate,
            ffmpeg: self.ffmpeg.clone().unwrap_or(config.ffmpeg),
            ..config
        })
    }
}

fn output_path(path: PathBuf) -> Result<PathBuf, &'static str> {
    if path.as_os_str() == "-" {
        return Err("a video can only be saved as a file");
    }
    match platform::path_problem(&path) {
        Some(problem) => Err(problem),
        None => Ok(path),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }

    #[test]
    fn a_link_is_required_unless_there_is_a_command() {
        assert!(Args::of(["ustream-dl"]).is_err());
        assert!(Args::of(["ustream-dl", "man"]).is_ok());
        assert!(Args::of(["ustream-dl", "video.ibm.com/recorded/1"]).is_ok());
        let resolve = [
            "ustream-dl",
            "resolve",
            "video.ibm.com/recorded/1",
            "--json",
        ];
        assert!(Args::of(resolve).is_ok_and(|args| args.json()));
    }

    #[test]
    fn global_options_may_stand_before_a_command() {
        for arguments in [
            ["ustream-dl", "--quiet", "remux", "a.flv"],
            ["ustream-dl", "remux", "-q", "a.flv"],
            ["ustream-dl", "remux", "a.flv", "--quiet"],
        ] {
            assert!(
                Args::of(arguments).is_ok_and(|args| args.quiet),
                "{arguments:?}"
            );
        }
        assert!(Args::of(["ustream-dl", "-vv", "man"]).is_ok_and(|args| args.verbose == 2));
    }

    #[test]
    fn download_options_may_not_stand_before_a_command() {
        for arguments in [
            &["ustream-dl", "--keep-gaps", "remux", "a.flv"][..],
            &["ustream-dl", "--remux", "ffmpeg", "remux", "a.flv"],
            &["ustream-dl", "--password", "x", "resolve", "1"],
        ] {
            let kind = Args::of(arguments).map_err(|error| error.kind());
            assert_eq!(
                kind.err(),
                Some(ErrorKind::ArgumentConflict),
                "{arguments:?}"
            );
        }
    }
}
