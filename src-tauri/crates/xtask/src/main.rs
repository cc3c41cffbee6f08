//! `cargo xtask …`: every task of working on this repository, on every platform.
//!
//! - [`mod@test`]: `check`, `fix`, `bless`, `doc` and `test`, the developer's loop.
//! - [`demo`]: saves a recording of the mock service; `--window` does it in the app.
//! - [`app`]: builds and opens the app.
//! - [`bundle`]: packages that people install.
//! - [`package`]: installs such a package and inspects it.
//! - [`cross`]: Windows and macOS, from Debian.
//! - [`mod@bench`]: measurements, as ratios within one run.
//! - [`peers`]: programs of other makers save from the mock service, and so do we.
//! - [`mock_service`]: runs the mock service (people read "practice service").
//!
//! Each task installs what it needs ([`setup`]) and calls the tools that people call ([`run`]).

mod app;
mod bench;
mod bundle;
mod cross;
mod demo;
mod mock_service;
mod package;
mod peers;
mod run;
mod setup;
mod test;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::bench::BenchOptions;
use crate::cross::CrossTask;

/// How to run the fast checks while working, and everything before a pull request.
const LOOP: &str = "\
While you work:
  cargo xtask check    after each change
  cargo xtask fix      if it complains about formatting, or about a lint that can correct itself
  cargo xtask bless    after changing a type that the page uses
Before a pull request:
  cargo xtask test     everything, as in CI";

/// Checks, demonstrates, builds and measures what is in this repository.
///
/// On Debian and Ubuntu each task installs the system packages that it needs.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", after_help = LOOP)]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Run the fast checks: format, lints, types, unit tests
    Check,
    /// Format everything and let the lints correct what they can
    Fix,
    /// Rewrite the generated files that the tests compare
    Bless,
    /// Build the documentation with warnings as errors, and run its examples
    Doc,
    /// Set up and run every check
    Test,
    /// Save the practice service's recording and say where the file is
    Demo {
        /// Use the app's window instead of the command line
        #[arg(long)]
        window: bool,
    },
    /// Build and open the app
    App {
        /// A link to fill in
        link: Option<String>,
    },
    /// Build packages to install, with the command line in them: target/release/bundle
    Bundle {
        /// Which: deb, rpm, appimage, flatpak, nsis, dmg [default: the usual ones of this system]
        kinds: Vec<String>,
    },
    /// Build and test for Windows (with Wine) and check for macOS, on Debian and as root
    Cross {
        task: CrossTask,
        /// Names of tests that `windows-test` is limited to
        tests: Vec<String>,
    },
    /// Let streamlink, yt-dlp and the script of 2017 save from the practice service, and compare
    Peers,
    /// Measure the whole job against other downloaders
    Bench {
        /// What to measure instead of the whole job
        #[command(subcommand)]
        benchmark: Option<Benchmark>,
        /// Size of the recording
        #[arg(long, global = true, value_name = "MB", default_value_t = 200)]
        size: u64,
        /// Segments of each of its tracks [default: as many as its length needs]
        #[arg(long, global = true, value_name = "N")]
        chunks: Option<u64>,
        /// Runs of each, interleaved
        #[arg(long, global = true, default_value_t = 7)]
        runs: usize,
        /// Where movies are read and written: a folder in memory keeps the disk out of the figures
        #[arg(long, global = true, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Benchmark {
    /// Use of a network link of 50 ms and 20 Mbit/s for each connection
    Line,
    /// Speed under a limit of 20 Mbit/s, as read and as the connections carry it
    Limit,
    /// Cost of one segment in fifty that stalls for 20 s
    Stall,
    /// Cost of reading the progress 1000 times a second
    Looks,
    /// Time from a link to its recording over a line of 50 ms, against streamlink
    Ready,
    /// Memory for ten hours against ten minutes
    Hours,
    /// CPU time of recording a running stream, and its memory and last steps after ten hours
    Live,
    /// Making an MP4 of a file on disk, against ffmpeg and a plain copy
    Remux,
    /// Start and memory of the window, against an empty window
    Window,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Check => test::check(),
        Task::Fix => test::fix(),
        Task::Bless => test::bless(),
        Task::Doc => test::doc(),
        Task::Test => test::all(),
        Task::Demo { window: false } => demo::command_line(),
        Task::Demo { window: true } => demo::window(),
        Task::App { link } => app::open(link.as_deref()),
        Task::Bundle { kinds } => bundle::build(&kinds),
        Task::Cross { task, tests } => cross::run(task, &tests),
        Task::Peers => peers::run(),
        Task::Bench {
            benchmark,
            size,
            chunks,
            runs,
            folder,
        } => {
            let options = BenchOptions {
                megabytes: size,
                chunks,
                runs,
                folder: folder.unwrap_or_else(run::target),
            };
            match benchmark {
                None => bench::all(&options),
                Some(Benchmark::Line) => bench::line::link_share(&options),
                Some(Benchmark::Limit) => bench::limit::all(&options.folder),
                Some(Benchmark::Stall) => bench::line::stall(&options),
                Some(Benchmark::Looks) => bench::looks::all(&options),
                Some(Benchmark::Ready) => bench::ready::all(&options),
                Some(Benchmark::Hours) => bench::hours::all(&options),
                Some(Benchmark::Live) => bench::live::all(&options),
                Some(Benchmark::Remux) => bench::remux::all(&options),
                Some(Benchmark::Window) => bench::window::all(options.runs),
            }
        }
    }
}
