//! Packages that people install: the window, with the command line in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde_json::json;

use crate::run::{built, cargo, command, exists, npm, output, root, say, succeed, target};
use crate::setup;

/// Where what is packed beside the window lies, below `src-tauri`. Git ignores it.
const BUNDLED_FILES: &str = "gen/beside";

/// What tells the bundler of it. As a file: a shell of Windows would have its own idea of quotes.
const CONFIG: &str = "tauri.json";

/// The command line.
pub(crate) const PROGRAM: &str = "ustream-dl";

/// A text that comes with the command line.
pub(crate) struct BundledText {
    /// Where it lies when it is installed.
    pub(crate) installed: &'static str,
    /// Its name among what is packed.
    file: &'static str,
    /// What the command line is asked for it.
    pub(crate) arguments: &'static [&'static str],
}

/// The manual page and the completions.
pub(crate) const TEXTS: [BundledText; 4] = [
    BundledText {
        installed: "/usr/share/man/man1/ustream-dl.1",
        file: "ustream-dl.1",
        arguments: &["man"],
    },
    BundledText {
        installed: "/usr/share/bash-completion/completions/ustream-dl",
        file: "ustream-dl.bash",
        arguments: &["completions", "bash"],
    },
    BundledText {
        installed: "/usr/share/zsh/vendor-completions/_ustream-dl",
        file: "_ustream-dl",
        arguments: &["completions", "zsh"],
    },
    BundledText {
        installed: "/usr/share/fish/vendor_completions.d/ustream-dl.fish",
        file: "ustream-dl.fish",
        arguments: &["completions", "fish"],
    },
];

/// Builds the packages of these kinds; the system's own where none is named.
pub(crate) fn build(kinds: &[String]) -> anyhow::Result<()> {
    setup::bundles()?;
    setup::page()?;
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    stage_files("release")?;
    say("The window, and its packages");
    let mut tauri = tauri("build");
    if !kinds.is_empty() {
        tauri.args(["--bundles", &kinds.join(",")]);
    }
    succeed(&mut tauri)?;
    // On a system without the packer of Debian there is no such package either.
    if exists("dpkg-deb", "--version") {
        for package in debian_packages("release") {
            recompress(&package)?;
        }
    }
    Ok(())
}

/// Makes the Debian package of the programs that are already built for the checks: laid out like
/// the one that people install, only larger.
pub(crate) fn debug() -> anyhow::Result<PathBuf> {
    stage_files("debug")?;
    say("The package");
    // One of an earlier version would lie there still.
    for old in debian_packages("debug") {
        fs::remove_file(old)?;
    }
    let options = ["--debug", "--bundles", "deb", "--no-sign", "--ci"];
    // What kind of package a program comes from matters to updates only.
    succeed(tauri("bundle").args(options).arg("--no-binary-patching"))?;
    let package = debian_packages("debug").pop();
    package.context("no package was made")
}

/// The bundler, told what is packed beside the window.
fn tauri(task: &str) -> Command {
    let mut tauri = npm(&["run", "tauri", "--", task, "--config"]);
    tauri.arg(bundled_files().join(CONFIG));
    tauri
}

fn bundled_files() -> PathBuf {
    root().join("src-tauri").join(BUNDLED_FILES)
}

/// The built packages for Debian and its kin.
fn debian_packages(profile: &str) -> Vec<PathBuf> {
    // Where none was built there is no folder.
    let entries = fs::read_dir(target().join(profile).join("bundle/deb"));
    let paths = entries.into_iter().flatten().filter_map(Result::ok);
    let paths = paths.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == "deb"))
        .collect()
}

/// Packs a package again as tightly as Debian does: the window and the command line are made of
/// much the same code, which only a compressor that looks back far enough notices.
fn recompress(package: &Path) -> anyhow::Result<()> {
    say("The package, packed tightly");
    let scratch = tempfile::tempdir_in(target())?;
    let content = scratch.path().join("content");
    let unpack = ["--raw-extract".as_ref(), package, content.as_path()];
    succeed(command("dpkg-deb").args(unpack))?;
    succeed(
        command("dpkg-deb")
            .args(["--root-owner-group", "-Zxz", "-z9", "--build"])
            .args([content.as_path(), package]),
    )
}

/// Lays out the built command line, its manual page and its completions, and what tells of them.
fn stage_files(profile: &str) -> anyhow::Result<()> {
    let (program, beside) = (built(profile, PROGRAM), bundled_files());
    fs::create_dir_all(&beside)?;
    fs::write(beside.join(CONFIG), config().to_string())?;
    let about = output(command("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it builds for")?;
    // The bundler takes the program for the system it builds for, by its name.
    let name = format!("{PROGRAM}-{host}{}", std::env::consts::EXE_SUFFIX);
    fs::copy(&program, beside.join(name))?;
    for BundledText {
        file,
        arguments: question,
        ..
    } in &TEXTS
    {
        let text = output(command(&program).args(*question))?;
        fs::write(beside.join(file), text + "\n")?;
    }
    Ok(())
}

/// What is added to `tauri.conf.json`: only a bundle needs the command line to be built.
fn config() -> serde_json::Value {
    let beside = |file: &str| Path::new(BUNDLED_FILES).join(file);
    let files: BTreeMap<_, _> = TEXTS
        .iter()
        .map(|text| (text.installed, beside(text.file)))
        .collect();
    json!({
        "bundle": {
            "externalBin": [beside(PROGRAM)],
            "linux": { "deb": { "files": files }, "rpm": { "files": files } },
        },
    })
}
