//! Runs other programs, and prints progress and results.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use anyhow::{Context, bail};

/// Returns the root of the repository.
pub(crate) fn root() -> PathBuf {
    // This package is three folders below it.
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(3)
        .unwrap_or(Path::new("."))
        .to_owned()
}

/// Returns the folder where cargo puts its output.
pub(crate) fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Returns the path of a program that cargo has built.
pub(crate) fn built(profile: &str, name: &str) -> PathBuf {
    target()
        .join(profile)
        .join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
}

/// Returns the path of Python in a virtual environment.
pub(crate) fn python(environment: &Path) -> PathBuf {
    environment.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

/// Prints what is done next. On stderr: stdout is for results.
#[expect(
    clippy::print_stderr,
    reason = "this program's output is for people at a terminal"
)]
pub(crate) fn say(what: &str) {
    eprintln!("\n── {what}");
}

/// Prints a result to stdout.
#[expect(
    clippy::print_stdout,
    reason = "this program's output is for people at a terminal"
)]
pub(crate) fn print(line: &str) {
    println!("{line}");
}

/// Returns a command that runs in the root of the repository, without stdin.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root()).stdin(Stdio::null());
    command
}

/// Returns a command for the cargo that runs this program.
pub(crate) fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments);
    cargo
}

/// Returns a command for npm in the folder of the page.
pub(crate) fn npm(arguments: &[&str]) -> Command {
    // On Windows npm is a script that only a shell finds.
    let mut npm = if cfg!(windows) {
        let mut shell = command("cmd");
        shell.args(["/C", "npm"]);
        shell
    } else {
        command("npm")
    };
    npm.args(["--prefix", "ui"]).args(arguments);
    npm
}

/// Runs a command to its end. Its failure is an error.
pub(crate) fn succeed(command: &mut Command) -> anyhow::Result<()> {
    let words = words(command);
    let status = command
        .status()
        .with_context(|| format!("starting {words}"))?;
    if !status.success() {
        bail!("{words} ended with {status}");
    }
    Ok(())
}

/// Runs a command to its end and returns its stdout, trimmed.
pub(crate) fn output(command: &mut Command) -> anyhow::Result<String> {
    let words = words(command);
    let output = command
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("starting {words}"))?;
    if !output.status.success() {
        bail!("{words} ended with {}", output.status);
    }
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Tells whether a program can be started, with an argument such as `--version`.
pub(crate) fn exists(program: &str, argument: &str) -> bool {
    let mut command = Command::new(program);
    let quiet = command
        .arg(argument)
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    quiet
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

fn words(command: &Command) -> String {
    let parts = std::iter::once(command.get_program()).chain(command.get_args());
    parts
        .map(OsStr::to_string_lossy)
        .collect::<Vec<_>>()
        .join(" ")
}
