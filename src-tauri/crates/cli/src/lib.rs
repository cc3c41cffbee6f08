//! The command line.
//!
//! 1. `args`: what a person may type.
//! 2. `download`, `remux`, `resolve` and `list`: what it does.
//! 3. `wishes`: which recordings the links mean; `pick` chooses of several, `archive` knows what
//!    was saved before. `follow` waits for the jobs.
//!    `password` finds the password of a locked one, or asks for it.
//! 4. `bar` and `json`: how it tells of progress, to people and to scripts.
//! 5. `exit`: how it ends; `words` and `shortfall`: what it says then; `stop`: Ctrl-C.
//! 6. `terminal`: the way of all words to the terminal, which nothing from outside can drive.

mod archive;
mod args;
mod bar;
mod download;
mod exit;
mod filter;
mod job_watcher;
mod json;
mod list;
mod messages;
mod password;
mod remux;
mod resolve;
mod selection;
mod shortfall;
mod stop;
mod terminal;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use tracing_subscriber::EnvFilter;

use crate::args::{Action, Args};
use crate::exit::Exit;
use crate::stop::StopSignal;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    terminal::guard_panics();
    let args = match Args::read() {
        Ok(args) => args,
        Err(refusal) => return refused(&refusal),
    };
    log_to_stderr(args.verbose);
    let quiet = args.quiet;
    let done = match &args.action {
        Some(Action::Completions { shell }) => completions(*shell),
        Some(Action::Man) => man(),
        Some(Action::Remux(args)) => on_runtime(async |stop| remux::remux(args, quiet, stop).await),
        Some(Action::List(args)) => on_runtime(async |stop| list::list(args, quiet, stop).await),
        Some(Action::Resolve(args)) => {
            on_runtime(async |stop| resolve::resolve(args, quiet, stop).await)
        }
        None => on_runtime(async |stop| download::download(&args.download, quiet, stop).await),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(args.json()),
    }
}

fn on_runtime(work: impl AsyncFnOnce(&StopSignal) -> Result<(), Exit>) -> Result<(), Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let stop = StopSignal::listen();
    let done = runtime.block_on(work(&stop));
    // What must be safe is: a thread that still waits for a name server or for a line of the
    // terminal holds nothing that is needed.
    runtime.shutdown_background();
    done
}

/// Says what is wrong with the command line, or prints the help that was asked for.
fn refused(refusal: &clap::Error) -> ExitCode {
    let plain = refusal.to_string();
    let done = if refusal.use_stderr() && terminal::has_controls(&plain) {
        // Without its colours, since its words may hold what was typed.
        terminal::print_stderr(plain.trim_end());
        Ok(())
    } else {
        refusal.print()
    };
    match done {
        // Nobody is left to be told that stdout or stderr is closed.
        Ok(()) | Err(_) => ExitCode::from(u8::try_from(refusal.exit_code()).unwrap_or(2)),
    }
}

/// Log lines go to stderr: stdout is for the result alone.
fn log_to_stderr(verbose: u8) {
    let level = match verbose {
        // A warning is for the person: the film may be shorter than it ought to be.
        0 => "ustream=warn,engine=warn,media=warn,error",
        1 => "ustream=info,engine=info,media=info,warn",
        _ => "ustream=debug,engine=debug,media=debug,info",
    };
    tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(level))
        .with_ansi(false)
        .with_writer(terminal::log)
        .without_time()
        .init();
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

/// Writes a result to stdout. A reader that has gone away wanted no more of it.
fn print(bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    match stdout.write_all(bytes).and_then(|()| stdout.flush()) {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        done => done,
    }
}
