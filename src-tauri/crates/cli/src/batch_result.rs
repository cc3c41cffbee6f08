//! How the recordings of a command end: saved, saved before, or failed.

use std::io;
use std::path::Path;

use engine::view::Finished;

use crate::exec::{ExecCommand, Executions};
use crate::exit::{Exit, ExitContext};
use crate::job_watcher::report;
use crate::json;
use crate::terminal::{one_line, print_stderr};

/// The results of a command so far.
#[derive(Debug)]
pub(crate) struct BatchResult<'a> {
    json: bool,
    quiet: bool,
    executions: Executions<'a>,
    saved: usize,
    pub(crate) already_saved: usize,
    failed: Vec<Exit>,
}

impl<'a> BatchResult<'a> {
    pub(crate) fn new(json: bool, quiet: bool, command: Option<&'a ExecCommand>) -> Self {
        Self {
            json,
            quiet,
            executions: Executions::of(command),
            saved: 0,
            already_saved: 0,
            failed: Vec::new(),
        }
    }

    /// Reports a file that is saved, and starts the command of `--exec` with it if it is new.
    pub(crate) fn add(&mut self, path: &Path, end: (&str, &Finished)) -> io::Result<()> {
        let is_new = !end.1.saved_before;
        self.saved += usize::from(is_new);
        self.already_saved += usize::from(!is_new);
        report(self.json, path, end)?;
        if is_new {
            self.executions.start(path);
        }
        Ok(())
    }

    /// Reports what could not be saved, under this name.
    pub(crate) fn fail(&mut self, name: &str, exit: Exit, context: ExitContext<'_>) {
        if !self.json {
            print_stderr(&one_line(name));
        }
        exit.print(self.json, context);
        self.failed.push(exit);
    }

    /// Waits for the commands of `--exec`, and returns how the whole command ends.
    pub(crate) fn sum_up(self, prints_summary: bool) -> Result<(), Exit> {
        let (saved, known, failed) = (self.saved, self.already_saved, self.failed.len());
        if prints_summary {
            if self.json {
                let summary = json::JsonEvent::Summary {
                    saved,
                    failed,
                    known,
                };
                json::print(None, &summary)?;
            } else if !self.quiet {
                print_stderr(&summary(saved, known));
            }
        }
        let failed_commands = self.executions.wait();
        match self.failed.into_iter().next() {
            Some(first) => Err(Exit::SomeFailed {
                first: Box::new(first),
                failed,
            }),
            None if failed_commands > 0 => Err(Exit::ExecFailed),
            None => Ok(()),
        }
    }
}

fn summary(saved: usize, known: usize) -> String {
    let videos = |count: usize| match count {
        1 => "1 video".to_owned(),
        count => format!("{count} videos"),
    };
    match (saved, known) {
        (saved, 0) => format!("Saved {}.", videos(saved)),
        (saved, known) => format!("Saved {}; {} saved before.", videos(saved), videos(known)),
    }
}
