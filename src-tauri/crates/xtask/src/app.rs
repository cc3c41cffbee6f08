//! The app: page and shell.

use std::process::Command;

use crate::run::{self, built, cargo, npm, say, succeed};
use crate::setup;

/// Name of the shell's program.
pub(crate) const PROGRAM: &str = "ustream-downloader";

/// Sets up what is missing and builds the app.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::window()?;
    setup::page()?;
    say("The page");
    succeed(&mut npm(&["run", "build"]))?;
    say("The shell");
    let features = ["--features", "tauri/custom-protocol"];
    succeed(cargo(&["build", "--release", "--package", "app"]).args(features))
}

/// The built app.
pub(crate) fn command() -> Command {
    run::command(built("release", PROGRAM))
}

/// Builds the app and opens it in earnest.
pub(crate) fn open(link: Option<&str>) -> anyhow::Result<()> {
    build()?;
    succeed(command().args(link))
}
