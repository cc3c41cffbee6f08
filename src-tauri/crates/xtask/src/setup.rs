//! What this repository needs from the system, and how to get it.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::bail;

use crate::run::{command, exists, npm, say, succeed};

/// A system package by what it gives.
struct AptPackage {
    debian: &'static str,
    /// For people on other systems.
    purpose: &'static str,
}

const fn package(debian: &'static str, purpose: &'static str) -> AptPackage {
    AptPackage { debian, purpose }
}

/// To build the command line: TLS brings C code.
const COMPILER: [AptPackage; 1] = [package("gcc", "a C compiler")];
/// To build and open the window.
const WINDOW: [AptPackage; 3] = [
    package("libwebkit2gtk-4.1-dev", "WebKitGTK 4.1 with headers"),
    package("librsvg2-dev", "librsvg with headers"),
    package("pkg-config", "pkg-config"),
];
/// To make packages. Some take `xdg-open` along.
const BUNDLES: [AptPackage; 2] = [package("file", "file"), package("xdg-utils", "xdg-open")];
/// To test: real films are made and read back, the page is walked through, the window is driven.
const CHECKS: [AptPackage; 11] = [
    package("ffmpeg", "ffmpeg and ffprobe"),
    package("mediainfo", "mediainfo"),
    package("chromium", "Chromium"),
    package("strace", "strace"),
    package("faketime", "faketime"),
    package("webkit2gtk-driver", "WebKitWebDriver"),
    package("xvfb", "Xvfb"),
    package("dbus", "dbus-run-session"),
    package("xdg-utils", "xdg-open"),
    package("desktop-file-utils", "desktop-file-validate"),
    package("appstream", "appstreamcli"),
];

/// What the command line is built with.
pub(crate) fn compiler() -> anyhow::Result<()> {
    install(COMPILER.iter())
}

/// What the window is built with.
pub(crate) fn window() -> anyhow::Result<()> {
    install(COMPILER.iter().chain(&WINDOW))
}

/// What packages are made with.
pub(crate) fn bundles() -> anyhow::Result<()> {
    install(COMPILER.iter().chain(&WINDOW).chain(&BUNDLES))
}

/// What all checks need.
pub(crate) fn checks() -> anyhow::Result<()> {
    // Where the page's tests are told which browser to take, it need not be a package of Debian's:
    // Ubuntu has none.
    let is_named = std::env::var_os("CHROMIUM").is_some();
    let checks = CHECKS
        .iter()
        .filter(|package| !(is_named && package.debian == "chromium"));
    install(COMPILER.iter().chain(&WINDOW).chain(checks))
}

/// The page's packages, exactly as they are locked.
pub(crate) fn page() -> anyhow::Result<()> {
    if !exists("node", "--version") {
        bail!("Node.js 20 or later is missing: https://nodejs.org");
    }
    say("The page's packages");
    succeed(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

fn install<'a>(packages: impl Iterator<Item = &'a AptPackage>) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        // Windows and macOS bring their own web view; the compiler comes with Rust's set-up there.
        return Ok(());
    }
    let missing: Vec<&AptPackage> = packages.filter(|package| !is_installed(package)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if !Path::new("/usr/bin/apt-get").exists() {
        let purposes: Vec<_> = missing.iter().map(|package| package.purpose).collect();
        bail!("please install: {}", purposes.join(", "));
    }
    let names: Vec<_> = missing.iter().map(|package| package.debian).collect();
    say(&format!("System packages: {}", names.join(" ")));
    succeed(as_root().args(["apt-get", "update", "--quiet"]))?;
    apt(&["install", "--no-install-recommends"], names)
}

/// Lets Debian's package manager do something, without asking.
pub(crate) fn apt<T: AsRef<OsStr>>(
    task: &[&str],
    packages: impl IntoIterator<Item = T>,
) -> anyhow::Result<()> {
    let mut apt = as_root();
    apt.args(["apt-get", "--quiet", "--yes"]);
    succeed(apt.args(task).args(packages))
}

fn is_installed(package: &AptPackage) -> bool {
    // On other systems nothing is known of packages: what is missing will say so itself.
    let query = ["--show", "--showformat=${db:Status-Abbrev}", package.debian];
    command("dpkg-query")
        .args(query)
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"ii"))
}

/// `env` or `sudo`, before a command that needs root.
fn as_root() -> std::process::Command {
    let user = command("id").arg("-u").output();
    let root = user.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = command(if root { "env" } else { "sudo" });
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
