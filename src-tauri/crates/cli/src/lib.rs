//! The command line.
//!
//! 1. `args`: what a person may type.
//! 2. `download`, `remux`, `resolve` and `list`: what it does.
//! 3. `wishes`: which recordings the links mean; `pick` chooses of several, `archive` knows what
//!    was saved before. `follow` waits for the jobs.
//! 4. `bar` and `json`: how it tells of progress, to people and to scripts.
//! 5. `exit`: how it ends; `words`: what it says then.

mod archive;
mod args;
mod bar;
mod download;
mod exit;
mod follow;
mod json;
mod list;
mod pick;
mod remux;
mod resolve;
mod wishes;
mod words;

use std::io::{self, Write};
use std::process::ExitCode;

use clap::CommandFactory;
use tracing_subscriber::EnvFilter;

use crate::args::{Action, Args};
use crate::exit::Exit;

/// Reads the command line and does what it says.
pub fn main() -> ExitCode {
    let args = Args::read();
    log_to_stderr(args.verbose);
    let done = match &args.action {
        Some(Action::Completions { shell }) => completions(*shell),
        Some(Action::Man) => man(),
        Some(Action::Remux(remux)) => on_runtime(remux::remux(remux, args.quiet)),
        Some(Action::List(list)) => on_runtime(list::list(list)),
        Some(Action::Resolve(resolve)) => on_runtime(resolve::resolve(resolve)),
        None => on_runtime(download::download(&args.download, args.quiet)),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(exit) => exit.report(args.json()),
    }
}

fn on_runtime(work: impl Future<Output = Result<(), Exit>>) -> Result<(), Exit> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build();
    runtime?.block_on(work)
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
        .with_writer(io::stderr)
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
