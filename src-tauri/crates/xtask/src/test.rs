//! Every check: what a person runs is what CI runs.

use std::path::PathBuf;

use crate::package::Installed;
use crate::run::{built, cargo, exists, npm, print, say, succeed, target};
use crate::{app, bundle, setup};

/// Names the folder for pictures of the window and of every state of its page.
const SHOTS: &str = "USTREAM_SHOTS";

fn shots() -> PathBuf {
    std::env::var_os(SHOTS).map_or_else(|| target().join("shots"), PathBuf::from)
}

/// The lock of cargo-deny's version keeps a new release from changing what passes. Without its
/// optimisations it is built in half the time, and runs for seconds either way.
const DENY: [&str; 6] = [
    "install",
    "--locked",
    "--debug",
    "cargo-deny",
    "--version",
    "0.20.2",
];

/// Sets up and runs every check.
pub(crate) fn all() -> anyhow::Result<()> {
    setup::checks()?;
    setup::page()?;
    page()?;
    rust()?;
    licences()?;
    print("every check passed");
    Ok(())
}

fn page() -> anyhow::Result<()> {
    for (what, script) in [
        ("The page: formatting", "format:check"),
        ("The page: lints", "lint"),
        ("The page: types", "check"),
        ("The page: tests", "test"),
        ("The page: every state, in a browser", "e2e"),
        ("The page: build", "build"),
    ] {
        say(what);
        succeed(npm(&["run", script]).env(SHOTS, shots()))?;
    }
    Ok(())
}

/// One set of features for all, so that nothing is built twice.
fn rust() -> anyhow::Result<()> {
    let all = [
        "--workspace",
        "--features",
        "tauri/custom-protocol,tests/desktop",
    ];
    say("Rust: formatting");
    succeed(&mut cargo(&["fmt", "--all", "--check"]))?;
    say("Rust: lints");
    let warnings = ["--", "--deny", "warnings"];
    succeed(cargo(&["clippy", "--all-targets"]).args(all).args(warnings))?;
    say("Rust: the shell, for its end-to-end run");
    succeed(cargo(&["build", "--bins"]).args(all))?;
    let package = package()?;
    say("Rust: tests");
    let window = package
        .as_ref()
        .map_or_else(|| built("debug", app::PROGRAM), Installed::window);
    // nextest runs tests in parallel as processes; plain cargo does too, only slower.
    let nextest = exists("cargo-nextest", "--version");
    let run: &[&str] = if nextest {
        &["nextest", "run"]
    } else {
        &["test", "--lib", "--bins", "--tests"]
    };
    let mut tests = cargo(run);
    tests.args(all).env("USTREAM_APP", window);
    succeed(tests.env(SHOTS, shots()))?;
    package.map_or(Ok(()), Installed::remove)
}

/// Makes a package of what was built and installs it: what people get is what the window's stories
/// are told of. Nothing on a system that has no such packages.
fn package() -> anyhow::Result<Option<Installed>> {
    if !exists("dpkg-deb", "--version") {
        return Ok(None);
    }
    let package = Installed::install(&bundle::debug()?)?;
    package.inspect()?;
    Ok(Some(package))
}

fn licences() -> anyhow::Result<()> {
    say("Licences and sources of what we build on");
    if !exists("cargo-deny", "--version") {
        succeed(&mut cargo(&DENY))?;
    }
    // It reads the crates of all systems, and a build has fetched only those of this one.
    succeed(&mut cargo(&["fetch", "--locked"]))?;
    // Advisories are fetched from elsewhere, so they are not a part of this.
    let checks = ["--offline", "check", "bans", "licenses", "sources"];
    succeed(cargo(&["deny", "--workspace"]).args(checks))
}
