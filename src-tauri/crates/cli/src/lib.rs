//! The command line program.
//!
//! 1. `args`: the arguments.
//! 2. `download`, `remux`, `check`, `index`, `resolve`, `list`, `keep` and `report`: the commands.
//! 3. `input`: files that are read; `link_list`: the links of one; `selection`: which recordings the links mean; `filter` picks
//!    some of a list, `archive` knows which were saved before; `password` finds or asks for the
//!    password of a locked one; `job_watcher` waits for the jobs,
//!    `batch_result` counts how they end.
//! 4. `bar` and `json`: progress and results, for people and for scripts.
//! 5. `exec`: the command that is run with each file; `exit`: exit codes; `messages` and `shortfall`: the texts at the end; `stop`: Ctrl-C.
//! 6. `terminal`: all output to the terminal, with control characters escaped. `platform`: what Linux,
//!    macOS and Windows do differently.

mod archive;
mod args;
mod bar;
mod batch_result;
mod check;
mod download;
mod exec;
mod exit;
mod filter;
mod index;
mod input;
mod job_watcher;
mod json;
mod keep;
mod link_list;
mod list;
mod messages;
mod password;
mod platform;
mod remux;
mod report;
mod resolve;
mod selection;
mod shortfall;
mod stop;
mod stream_changes;
mod terminal;

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use clap::CommandFactory;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::{Layer as _, SubscriberExt as _};
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::args::{Action, Args};
use crate::exit::Exit;
use crate::stop::StopSignal;

/// Reads the command line and runs the command.
pub fn main() -> ExitCode {
    terminal::guard_panics();
    let args = match Args::read() {
        Ok(args) => args,
        Err(error) => return print_clap_error(&error),
    };
    if let Err(exit) = start_log(args.verbose, args.log.as_deref()) {
        return exit.report(args.json());
    }
    let quiet = args.quiet;
    let result = match &args.action {
        Some(Action::Completions { shell }) => completions(*shell),
        Some(Action::Man) => man(),
        Some(Action::Remux(args)) => on_runtime(async |stop| remux::remux(args, quiet, stop).await),
        Some(Action::Check(args)) => check::check(args, quiet),
        Some(Action::Index(args)) => index::index(args, quiet),
        Some(Action::List(args)) => on_runtime(async |stop| list::list(args, quiet, stop).await),
        Some(Action::Resolve(args)) => {
            on_runtime(async |stop| resolve::resolve(args, quiet, stop).await)
        }
        Some(Action::Keep(args)) => on_runtime(async |stop| keep::keep(args, quiet, stop).await),
        Some(Action::Report(args)) => on_runtime(async |_| report::report(args, quiet).await),
        None => on_runtime(async |stop| download::download(&args.download, quiet, stop).await),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(args.json()),
    }
}

fn on_runtime(work: impl AsyncFnOnce(&StopSignal) -> Result<(), Exit>) -> Result<(), Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let stop = StopSignal::listen();
    let result = runtime.block_on(work(&stop));
    // Everything has been saved. A thread may still wait for a name server or for terminal input;
    // do not wait for it.
    runtime.shutdown_background();
    result
}

/// Prints what is wrong with the command line, or the help that was asked for.
fn print_clap_error(error: &clap::Error) -> ExitCode {
    let message = error.to_string();
    let result = if error.use_stderr() && terminal::has_controls(&message) {
        // Without colours, because the message may contain control characters that were typed.
        terminal::print_stderr(message.trim_end());
        Ok(())
    } else {
        error.print()
    };
    match result {
        // If stdout or stderr is closed, the error cannot be reported.
        Ok(()) | Err(_) => ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)),
    }
}

/// Begins to log to stderr, since stdout is for the result alone, and in detail to a file. Fails if the
/// file cannot be written.
fn start_log(verbose: u8, file: Option<&Path>) -> Result<(), Exit> {
    let (ours, others) = match verbose {
        // Warnings are for the user: the movie may be shorter than it should be.
        0 => (LevelFilter::WARN, LevelFilter::ERROR),
        1 => (LevelFilter::INFO, LevelFilter::WARN),
        _ => (LevelFilter::DEBUG, LevelFilter::INFO),
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(false)
        .with_target(false)
        .with_writer(terminal::log)
        .without_time()
        .with_filter(levels(ours, others));
    let create = |path: &Path| {
        File::create(path).map_err(|source| engine::Error::Disk {
            path: path.to_owned(),
            source,
        })
    };
    let file = file.map(create).transpose()?.map(|file| {
        tracing_subscriber::fmt::layer()
            .with_ansi(false)
            .with_writer(Mutex::new(terminal::EscapingWriter::new(file)))
            .with_filter(levels(LevelFilter::DEBUG, LevelFilter::INFO))
    });
    tracing_subscriber::registry().with(lines).with(file).init();
    Ok(())
}

/// Returns the level of log lines of our crates, and that of all others.
fn levels(ours: LevelFilter, others: LevelFilter) -> Targets {
    let crates = ["ustream", "engine", "media"].map(|name| (name, ours));
    Targets::new().with_targets(crates).with_default(others)
}

fn completions(shell: clap_complete::Shell) -> Result<(), Exit> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "ustream-dl", &mut script);
    Ok(print(&script)?)
}

fn man() -> Result<(), Exit> {
    let mut page = Vec::new();
    clap_mangen::Man::new(Args::command()).render(&mut page)?;
    Ok(print(&page)?)
}

/// Writes a result to stdout. A closed pipe is not an error: the reader wanted no more.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        result => result,
    }
}
