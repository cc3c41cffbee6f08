//! What this repository needs from the system, and how to get it.

use std::ffi::OsStr;
use std::path::Path;

use anyhow::bail;

use crate::run::{command, exists, npm, root, say, succeed};

/// A system package.
struct AptPackage {
    /// Its name on Debian and Ubuntu.
    debian: &'static str,
    /// What it provides, for people on other systems.
    purpose: &'static str,
}

const fn package(debian: &'static str, purpose: &'static str) -> AptPackage {
    AptPackage { debian, purpose }
}

/// Needed to build the command line: the TLS library contains C code.
const COMPILER: [AptPackage; 1] = [package("gcc", "a C compiler")];
/// Needed to build and open the window.
const WINDOW: [AptPackage; 3] = [
    package("libwebkit2gtk-4.1-dev", "WebKitGTK 4.1 with headers"),
    package("librsvg2-dev", "librsvg with headers"),
    package("pkg-config", "pkg-config"),
];
/// Needed to build packages. An `AppImage` includes `xdg-open`.
const BUNDLES: [AptPackage; 2] = [package("file", "file"), package("xdg-utils", "xdg-open")];
/// Needed to build a Flatpak.
const FLATPAK: [AptPackage; 2] = [
    package("flatpak", "Flatpak"),
    package("flatpak-builder", "flatpak-builder"),
];
/// Needed to compare movies.
const FFMPEG: AptPackage = package("ffmpeg", "ffmpeg and ffprobe");
/// Needed by the tests: they encode and inspect movies, and drive the page and the window.
const CHECKS: [AptPackage; 14] = [
    FFMPEG,
    package("mediainfo", "mediainfo"),
    package("chromium", "Chromium"),
    package("strace", "strace"),
    package("faketime", "faketime"),
    package("webkit2gtk-driver", "WebKitWebDriver"),
    package("xvfb", "Xvfb"),
    package("dbus", "dbus-run-session"),
    package("at-spi2-core", "the accessibility bus"),
    package("gsettings-desktop-schemas", "the settings of GNOME"),
    package("xdg-utils", "xdg-open"),
    package("desktop-file-utils", "desktop-file-validate"),
    package("appstream", "appstreamcli"),
    package("python3-pip", "pip for Python 3"),
];

/// Installs what the command line is built with.
pub(crate) fn compiler() -> anyhow::Result<()> {
    install(COMPILER.iter())
}

/// Installs what the window is built with.
pub(crate) fn window() -> anyhow::Result<()> {
    install(COMPILER.iter().chain(&WINDOW))
}

/// Installs what a Flatpak is built with.
pub(crate) fn flatpak() -> anyhow::Result<()> {
    install(FLATPAK.iter())
}

/// Installs what the programs of other makers are compared with.
pub(crate) fn peers() -> anyhow::Result<()> {
    install(COMPILER.iter().chain([&FFMPEG]))
}

/// Installs what packages are built with.
pub(crate) fn bundles() -> anyhow::Result<()> {
    install(COMPILER.iter().chain(&WINDOW).chain(&BUNDLES))
}

/// Installs what all checks need.
pub(crate) fn checks() -> anyhow::Result<()> {
    // With `CHROMIUM` set the page's tests use that browser. Ubuntu has no package of it.
    let is_named = std::env::var_os("CHROMIUM").is_some();
    let checks = CHECKS
        .iter()
        .filter(|package| !(is_named && package.debian == "chromium"));
    install(COMPILER.iter().chain(&WINDOW).chain(checks))
}

/// Installs the page's packages at the versions of the lock file, from scratch.
pub(crate) fn page() -> anyhow::Result<()> {
    if !exists("node", "--version") {
        bail!("Node.js 20 or later is missing: https://nodejs.org");
    }
    say("The page's packages");
    succeed(&mut npm(&["ci", "--no-audit", "--no-fund"]))
}

/// Installs the page's packages only if the lock file has changed since they were installed.
pub(crate) fn page_if_changed() -> anyhow::Result<()> {
    let changed_at = |file: &str| root().join("ui").join(file).metadata()?.modified();
    let installed = changed_at("node_modules/.package-lock.json").ok();
    if installed >= Some(changed_at("package-lock.json")?) {
        return Ok(());
    }
    page()
}

fn install<'a>(packages: impl Iterator<Item = &'a AptPackage>) -> anyhow::Result<()> {
    if !cfg!(target_os = "linux") {
        // Windows and macOS include a web view, and installing Rust there brings a compiler.
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

/// Runs `apt-get` as root, without questions.
pub(crate) fn apt<T: AsRef<OsStr>>(
    task: &[&str],
    packages: impl IntoIterator<Item = T>,
) -> anyhow::Result<()> {
    let mut apt = as_root();
    apt.args(["apt-get", "--quiet", "--yes"]);
    succeed(apt.args(task).args(packages))
}

fn is_installed(package: &AptPackage) -> bool {
    // Without dpkg nothing counts as installed.
    let query = ["--show", "--showformat=${db:Status-Abbrev}", package.debian];
    command("dpkg-query")
        .args(query)
        .output()
        .is_ok_and(|output| output.stdout.starts_with(b"ii"))
}

/// Returns `env` if we are root, otherwise `sudo`, for the command that follows.
fn as_root() -> std::process::Command {
    let user = command("id").arg("-u").output();
    let root = user.is_ok_and(|output| output.stdout.trim_ascii() == b"0");
    let mut command = command(if root { "env" } else { "sudo" });
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
