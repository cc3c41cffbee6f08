//! Builds the packages that people install: the app, with the command line in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;
use serde_json::json;

use crate::run::{built, cargo, command, exists, npm, output, print, root, say, succeed, target};
use crate::setup;

/// Folder below `src-tauri` with the files that are packed besides the app. Git ignores it.
const BUNDLED_FILES: &str = "gen/beside";

/// Configuration that tells the bundler about these files. It is passed as a file because a Windows
/// shell would change the quotes of an argument.
const CONFIG: &str = "tauri.json";

/// Kind of package that is made without the bundler: an installer for Windows.
const INSTALLER: &str = "nsis";

/// Package kind that is built from the Debian package.
const FLATPAK: &str = "flatpak";

/// Where Flatpak gets the libraries of GNOME.
const FLATHUB: &str = "https://dl.flathub.org/repo/flathub.flatpakrepo";

/// Whether the installer is one of the usual kinds of this system.
const HAS_INSTALLER: bool = cfg!(windows);

/// Extensions of the files that people download.
const PACKAGE_EXTENSIONS: [&str; 7] = ["deb", "rpm", "AppImage", "flatpak", "exe", "dmg", "zip"];

/// File name of the command line.
pub(crate) const PROGRAM: &str = "ustream-dl";

/// A text file that is packed with the command line.
pub(crate) struct BundledText {
    /// Path after installation.
    pub(crate) installed: &'static str,
    /// File name in [`BUNDLED_FILES`].
    file: &'static str,
    /// Arguments with which the command line prints it.
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

/// Builds packages of these kinds, or the system's default kinds if there are none.
pub(crate) fn build(kinds: &[String]) -> anyhow::Result<()> {
    let is_asked_for = |kind: &str| kinds.iter().any(|it| it == kind);
    let makes_installer = is_asked_for(INSTALLER) || kinds.is_empty() && HAS_INSTALLER;
    let makes_flatpak = is_asked_for(FLATPAK);
    setup::bundles()?;
    if makes_flatpak {
        setup::flatpak()?;
    }
    setup::page()?;
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    stage_files("release")?;
    say("The app and its packages");
    let mut tauri = tauri("build");
    let mut kinds: Vec<&str> = kinds
        .iter()
        .map(String::as_str)
        .filter(|kind| *kind != INSTALLER && *kind != FLATPAK)
        .collect();
    if makes_flatpak && !kinds.contains(&"deb") {
        kinds.push("deb");
    }
    // One of an earlier version would be packed again, and its size printed.
    for old in debian_packages("release") {
        fs::remove_file(old)?;
    }
    match (kinds.as_slice(), makes_installer) {
        ([], true) => tauri.arg("--no-bundle"),
        ([], false) => &mut tauri,
        (kinds, _) => tauri.args(["--bundles", &kinds.join(",")]),
    };
    succeed(&mut tauri)?;
    if makes_installer {
        build_installer()?;
    }
    // Without dpkg-deb there is no Debian package either.
    if exists("dpkg-deb", "--version") {
        for package in debian_packages("release") {
            recompress(&package)?;
        }
    }
    if makes_flatpak {
        build_flatpak()?;
    }
    print_sizes()
}

/// Packs the built app and command line with the installer's own script.
///
/// The bundler's would be the same for the user, but it can only be made with a plugin that the
/// bundler downloads, and so not without the internet and not under Wine.
fn build_installer() -> anyhow::Result<()> {
    say("The installer");
    let version = env!("CARGO_PKG_VERSION");
    // The file's properties hold numbers only.
    let numeric = version
        .split_once('-')
        .map_or(version, |(numeric, _)| numeric);
    let programs = target().join("release");
    for program in ["ustream-downloader.exe", "ustream-dl.exe"] {
        sign(&programs.join(program))?;
    }
    let folder = programs.join("bundle/nsis");
    fs::create_dir_all(&folder)?;
    let installer = folder.join(format!("Ustream-Downloader_{version}_x64-setup.exe"));
    let define = |name: &str, value: &Path| format!("-D{name}={}", value.display());
    let mut makensis = command("makensis");
    makensis
        .args(["-V2", "-WX"])
        .arg(format!("-DVERSION={version}"))
        .arg(format!("-DNUMERIC_VERSION={numeric}"))
        .arg(define("PROGRAMS", &programs))
        .arg(define("OUTPUT", &installer));
    if let Some(words) = sign_command() {
        makensis.arg(format!("-DSIGN={words}"));
    }
    succeed(makensis.arg(root().join("src-tauri/bundle/windows/installer.nsi")))?;
    sign(&installer)
}

/// Packs the Debian package for Flatpak. Downloads the libraries of GNOME.
fn build_flatpak() -> anyhow::Result<()> {
    say("The Flatpak");
    let package = debian_packages("release").pop();
    let package = package.context("no Debian package was made")?;
    let folder = target().join("release/bundle/flatpak");
    fs::create_dir_all(&folder)?;
    let copy = folder.join("package.deb");
    fs::copy(&package, &copy)?;
    let manifest = folder.join("manifest.json");
    fs::copy(root().join("src-tauri/bundle/flatpak.json"), &manifest)?;
    let remote = [
        "remote-add",
        "--user",
        "--if-not-exists",
        "flathub",
        FLATHUB,
    ];
    succeed(command("flatpak").args(remote))?;
    let (scratch, repository) = (folder.join("scratch"), folder.join("repository"));
    succeed(
        command("flatpak-builder")
            .args(["--user", "--force-clean", "--disable-rofiles-fuse"])
            .arg("--install-deps-from=flathub")
            .arg(format!("--repo={}", repository.display()))
            .args([&scratch, &manifest])
            .current_dir(&folder),
    )?;
    fs::remove_file(copy)?;
    let name = format!("ustream-downloader_{}.flatpak", env!("CARGO_PKG_VERSION"));
    succeed(
        command("flatpak")
            .args(["build-bundle", "--runtime-repo", FLATHUB])
            .args([&repository, &folder.join(name)])
            .arg("io.github.ustream_dl"),
    )
}

/// Returns the command that signs a program for Windows, if there is one. Words are separated by
/// spaces, and `%1` is the path.
fn sign_command() -> Option<String> {
    let words = std::env::var("WINDOWS_SIGN_COMMAND").ok()?;
    Some(words).filter(|words| !words.trim().is_empty())
}

/// Signs a program for Windows, if there is a command that can.
fn sign(program: &Path) -> anyhow::Result<()> {
    let Some(line) = sign_command() else {
        return Ok(());
    };
    let mut words = line.split_whitespace().map(|word| match word {
        "%1" => program.as_os_str().to_owned(),
        word => word.into(),
    });
    let signer = words.next().context("the command to sign with is empty")?;
    succeed(command(signer).args(words))
}

/// Prints the size of each package that people download.
fn print_sizes() -> anyhow::Result<()> {
    for kind in fs::read_dir(target().join("release/bundle"))? {
        let kind = kind?.path();
        if !kind.is_dir() {
            continue;
        }
        for entry in fs::read_dir(kind)? {
            let (path, metadata) = entry.map(|entry| (entry.path(), entry.metadata()))?;
            let extension = path.extension().and_then(|extension| extension.to_str());
            if extension.is_some_and(|extension| PACKAGE_EXTENSIONS.contains(&extension)) {
                let kilobytes = metadata?.len() / 1000;
                print(&format!("{kilobytes:>7} kB  {}", path.display()));
            }
        }
    }
    Ok(())
}

/// Packs the debug build, which must be there, as a Debian package: laid out like the one that
/// people install, only larger. Returns its path.
pub(crate) fn debug() -> anyhow::Result<PathBuf> {
    stage_files("debug")?;
    say("The package");
    // Packages of earlier versions may still be there.
    for old in debian_packages("debug") {
        fs::remove_file(old)?;
    }
    let options = ["--debug", "--bundles", "deb", "--no-sign", "--ci"];
    // The bundler marks a program with its package kind for the updater, which we do not have.
    succeed(tauri("bundle").args(options).arg("--no-binary-patching"))?;
    let package = debian_packages("debug").pop();
    package.context("no package was made")
}

/// Returns a command for the bundler, with [`CONFIG`].
fn tauri(task: &str) -> Command {
    let mut tauri = npm(&["run", "tauri", "--", task, "--config"]);
    tauri.arg(bundled_files().join(CONFIG));
    tauri
}

fn bundled_files() -> PathBuf {
    root().join("src-tauri").join(BUNDLED_FILES)
}

/// Returns the paths of the built Debian packages.
fn debian_packages(profile: &str) -> Vec<PathBuf> {
    // If none was built, the folder does not exist.
    let entries = fs::read_dir(target().join(profile).join("bundle/deb"));
    let paths = entries.into_iter().flatten().filter_map(Result::ok);
    let paths = paths.map(|entry| entry.path());
    paths
        .filter(|path| path.extension().is_some_and(|extension| extension == "deb"))
        .collect()
}

/// Compresses a package again with xz: the app and the command line share much code, and only a
/// compressor with a large window finds the repetition.
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

/// Writes the built command line, its manual page, its completions and [`CONFIG`] to
/// [`BUNDLED_FILES`].
fn stage_files(profile: &str) -> anyhow::Result<()> {
    let (program, folder) = (built(profile, PROGRAM), bundled_files());
    fs::create_dir_all(&folder)?;
    fs::write(folder.join(CONFIG), config().to_string())?;
    let version = output(command("rustc").arg("-vV"))?;
    let host = version.lines().find_map(|line| line.strip_prefix("host: "));
    let host = host.context("rustc does not say what it builds for")?;
    // The bundler finds the program by the target triple in its file name.
    let name = format!("{PROGRAM}-{host}{}", std::env::consts::EXE_SUFFIX);
    fs::copy(&program, folder.join(name))?;
    for text in &TEXTS {
        let content = output(command(&program).args(text.arguments))?;
        fs::write(folder.join(text.file), content + "\n")?;
    }
    Ok(())
}

/// Returns what is added to `tauri.conf.json`. It is separate because only a bundle needs the built
/// command line.
fn config() -> serde_json::Value {
    let bundled = |file: &str| Path::new(BUNDLED_FILES).join(file);
    let files: BTreeMap<_, _> = TEXTS
        .iter()
        .map(|text| (text.installed, bundled(text.file)))
        .collect();
    json!({
        "bundle": {
            "externalBin": [bundled(PROGRAM)],
            "linux": { "deb": { "files": files }, "rpm": { "files": files } },
        },
    })
}
