//! Builds and opens the app: the page and the shell around it.

use std::process::Command;

use crate::run::{self, built, cargo, npm, say, succeed};
use crate::setup;

/// File name of the app.
pub(crate) const PROGRAM: &str = "ustream-downloader";

/// Installs what is missing and builds the app.
pub(crate) fn build() -> anyhow::Result<()> {
    setup::window()?;
    setup::page()?;
    say("The page");
    succeed(&mut npm(&["run", "build"]))?;
    say("The shell");
    let features = ["--features", "tauri/custom-protocol"];
    succeed(cargo(&["build", "--release", "--package", "app"]).args(features))
}

/// Returns a command that runs the built app.
pub(crate) fn command() -> Command {
    run::command(built("release", PROGRAM))
}

/// Builds and opens the app, which then uses the real service.
pub(crate) fn open(link: Option<&str>) -> anyhow::Result<()> {
    build()?;
    succeed(command().args(link))
}
