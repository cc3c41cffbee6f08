//! Packages that people install: the window, with the command line in them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::Context;
use serde_json::json;

use crate::run::{self, built, cargo, command, exists, npm, output, root, say, succeed, target};
use crate::setup;

/// Where what is packed beside the window lies, below `src-tauri`. Git ignores it.
const BESIDE: &str = "gen/beside";

/// The command line.
const PROGRAM: &str = "ustream-dl";

/// Builds the packages of these kinds; the system's own where none is named.
pub(crate) fn build(kinds: &[String]) -> anyhow::Result<()> {
    setup::window()?;
    setup::page()?;
    command_line()?;
    say("The window, and its packages");
    let config = config().to_string();
    let mut tauri = npm(&["run", "tauri", "--", "build", "--config", &config]);
    if !kinds.is_empty() {
        tauri.args(["--bundles", &kinds.join(",")]);
    }
    succeed(&mut tauri)?;
    // On a system without the packer of Debian there is no such package either.
    if exists("dpkg-deb", "--version") {
        for package in packages("deb") {
            press(&package)?;
        }
    }
    Ok(())
}

/// The built packages of a kind.
pub(crate) fn packages(kind: &str) -> Vec<PathBuf> {
    // A kind that was not built has no folder.
    let entries = fs::read_dir(target().join("release/bundle").join(kind));
    let paths = entries.into_iter().flatten().filter_map(Result::ok);
    let paths = paths.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|ending| ending == kind))
        .collect()
}

/// Packs a package again as tightly as Debian does: the window and the command line are made of
/// much the same code, which only a compressor that looks back far enough notices.
fn press(package: &Path) -> anyhow::Result<()> {
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

/// Builds the command line with its manual page and its completions, and lays them out.
fn command_line() -> anyhow::Result<()> {
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    let (program, beside) = (
        built("release", PROGRAM),
        root().join("src-tauri").join(BESIDE),
    );
    fs::create_dir_all(&beside)?;
    let about = output(command("rustc").arg("-vV"))?;
    let host = about.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it builds for")?;
    // The bundler takes the program for the system it builds for, by its name.
    let name = format!("{PROGRAM}-{host}{}", std::env::consts::EXE_SUFFIX);
    fs::copy(&program, beside.join(name))?;
    for (file, question) in [
        ("ustream-dl.1", &["man"][..]),
        ("ustream-dl.bash", &["completions", "bash"]),
        ("_ustream-dl", &["completions", "zsh"]),
        ("ustream-dl.fish", &["completions", "fish"]),
    ] {
        let text = output(run::command(&program).args(question))?;
        fs::write(beside.join(file), text + "\n")?;
    }
    Ok(())
}

/// What is added to `tauri.conf.json`: only a bundle needs the command line to be built.
fn config() -> serde_json::Value {
    let beside = |file: &str| Path::new(BESIDE).join(file);
    let files = json!({
        "/usr/share/man/man1/ustream-dl.1": beside("ustream-dl.1"),
        "/usr/share/bash-completion/completions/ustream-dl": beside("ustream-dl.bash"),
        "/usr/share/zsh/vendor-completions/_ustream-dl": beside("_ustream-dl"),
        "/usr/share/fish/vendor_completions.d/ustream-dl.fish": beside("ustream-dl.fish"),
    });
    json!({
        "bundle": {
            "externalBin": [beside(PROGRAM)],
            "linux": { "deb": { "files": files }, "rpm": { "files": files } },
        },
    })
}
