//! `cargo xtask …`: everything that a person does with this repository, on every platform.
//!
//! - [`demo`]: saves the practice service's recording; `--window` does it in the app.
//! - [`app`]: opens the app in earnest.
//! - [`bundle`]: packages that people install.
//! - [`package`]: one of those as a person has it, installed.
//! - [`test`]: sets up and runs every check.
//! - [`bench`]: the whole job against other downloaders, as ratios in one run.
//!
//! Each installs what it misses ([`setup`]) and calls the tools that people call ([`run`]).

mod app;
mod bench;
mod bundle;
mod demo;
mod mock_service;
mod package;
mod run;
mod setup;
mod test;

use std::path::PathBuf;

use clap::{Parser, Subcommand};

use crate::bench::BenchOptions;

/// Everything that a person does with this repository.
#[derive(Debug, Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Args {
    #[command(subcommand)]
    task: Task,
}

#[derive(Debug, Subcommand)]
enum Task {
    /// Save the practice service's recording and say where the file is
    Demo {
        /// In the app's window instead of the command line
        #[arg(long)]
        window: bool,
    },
    /// Build and open the app
    App {
        /// A link to begin with
        link: Option<String>,
    },
    /// Build packages to install, the command line in them: target/release/bundle
    Bundle {
        /// Which: deb, rpm, appimage, nsis, dmg [default: the usual ones of this system]
        kinds: Vec<String>,
    },
    /// Set up and run every check
    Test,
    /// Measure the whole job against other downloaders
    Bench {
        /// What to measure instead of the whole job
        #[command(subcommand)]
        benchmark: Option<Benchmark>,
        /// Size of the recording
        #[arg(long, global = true, value_name = "MB", default_value_t = 200)]
        size: u64,
        /// Chunks of each of its tracks [default: as many as such a film has]
        #[arg(long, global = true, value_name = "N")]
        chunks: Option<u64>,
        /// Runs of each, interleaved
        #[arg(long, global = true, default_value_t = 7)]
        runs: usize,
        /// Where films are read and written: one in memory takes the disk out of the figures
        #[arg(long, global = true, value_name = "FOLDER")]
        folder: Option<PathBuf>,
    },
}

#[derive(Clone, Copy, Debug, Subcommand)]
enum Benchmark {
    /// A line of 50 ms and 20 Mbit/s a connection: how much of it is used
    Line,
    /// One piece in fifty stalls for 20 s
    Stall,
    /// Somebody looks at the progress 1000 times a second
    Looks,
    /// Ten hours against ten minutes: what memory they take
    Hours,
    /// Making an MP4 of a film on disk, against ffmpeg and a plain copy
    Remux,
    /// The window's start and its memory, against an empty window
    Window,
}

fn main() -> anyhow::Result<()> {
    match Args::parse().task {
        Task::Demo { window: false } => demo::command_line(),
        Task::Demo { window: true } => demo::window(),
        Task::App { link } => app::open(link.as_deref()),
        Task::Bundle { kinds } => bundle::build(&kinds),
        Task::Test => test::all(),
        Task::Bench {
            benchmark: part,
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
            match part {
                None => bench::all(&options),
                Some(Benchmark::Line) => bench::line::link_share(&options),
                Some(Benchmark::Stall) => bench::line::stall(&options),
                Some(Benchmark::Looks) => bench::looks::all(&options),
                Some(Benchmark::Hours) => bench::hours::all(&options),
                Some(Benchmark::Remux) => bench::remux::all(&options),
                Some(Benchmark::Window) => bench::window::all(options.runs),
            }
        }
    }
}
