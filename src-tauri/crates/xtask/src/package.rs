//! Installs a Debian package, inspects it, and removes it again.
//!
//! Only CI installs it with the package manager. Elsewhere it is unpacked into a temporary folder,
//! so that a check changes nothing on a person's machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, ensure};
use tempfile::TempDir;

use crate::app;
use crate::bundle::{PROGRAM, TEXTS};
use crate::run::{command, output, say, succeed, target};
use crate::setup::apt;

const DESKTOP_ENTRY: &str = "/usr/share/applications/Ustream Downloader.desktop";
const METAINFO: &str = "/usr/share/metainfo/io.github.ustream_dl.metainfo.xml";

/// An installed package. It is removed when this is dropped.
pub(crate) struct Installed {
    location: InstallLocation,
}

enum InstallLocation {
    /// Installed by the package manager; the name of the package.
    System(String),
    /// Unpacked into a folder in place of the root of the file system.
    Folder(TempDir),
}

impl Drop for Installed {
    fn drop(&mut self) {
        if let InstallLocation::System(name) = &self.location {
            // [`Self::remove`] checks the result.
            let _ = apt(&["remove"], [name]);
        }
    }
}

impl Installed {
    /// Installs the package, or unpacks it.
    pub(crate) fn install(package: &Path) -> anyhow::Result<Self> {
        let location = if std::env::var_os("CI").is_some_and(|value| value == "true") {
            say("The package, installed");
            let name = output(
                command("dpkg-deb")
                    .arg("--field")
                    .arg(package)
                    .arg("Package"),
            )?;
            // An earlier run may have left the same or a newer version installed.
            let replace = ["--reinstall", "--allow-downgrades"];
            apt(
                &[&["install", "--no-install-recommends"][..], &replace].concat(),
                [package],
            )?;
            InstallLocation::System(name)
        } else {
            say("The package, unpacked");
            let folder = tempfile::tempdir_in(target())?;
            succeed(
                command("dpkg-deb")
                    .arg("--extract")
                    .args([package, folder.path()]),
            )?;
            InstallLocation::Folder(folder)
        };
        Ok(Self { location })
    }

    /// Returns the path of the installed app.
    pub(crate) fn window(&self) -> PathBuf {
        self.program(app::PROGRAM)
    }

    /// Checks programs, manual page, completions, desktop entry and metadata.
    pub(crate) fn inspect(&self) -> anyhow::Result<()> {
        say("The package: programs, manual page, completions");
        for program in [PROGRAM, app::PROGRAM] {
            let version = output(self.command(program).arg("--version"))?;
            let wanted = concat!(" ", env!("CARGO_PKG_VERSION"));
            ensure!(version.ends_with(wanted), "{program} is {version}");
        }
        for text in &TEXTS {
            let file = self.file(text.installed);
            let installed =
                fs::read_to_string(&file).with_context(|| format!("reading {}", file.display()))?;
            let wanted = output(self.command(PROGRAM).args(text.arguments))?;
            ensure!(
                installed.trim() == wanted,
                "{} differs from what the program prints",
                file.display()
            );
        }
        say("The package: desktop entry, description");
        let entry = self.file(DESKTOP_ENTRY);
        succeed(command("desktop-file-validate").arg(&entry))?;
        let exec = format!("Exec={} %u", app::PROGRAM);
        let entry = fs::read_to_string(&entry)?;
        ensure!(entry.lines().any(|line| line == exec), "{entry}");
        let metainfo = self.file(METAINFO);
        succeed(
            command("appstreamcli")
                .args(["validate", "--no-net"])
                .arg(&metainfo),
        )?;
        let metainfo = fs::read_to_string(metainfo)?;
        let (_, name) = DESKTOP_ENTRY.rsplit_once('/').context("it has a name")?;
        ensure!(metainfo.contains(&format!(">{name}</launchable>")));
        let version = format!("<release version=\"{}\"", env!("CARGO_PKG_VERSION"));
        ensure!(metainfo.contains(&version), "{METAINFO} lacks {version}");
        Ok(())
    }

    /// Removes the package and checks that its programs are gone.
    pub(crate) fn remove(self) -> anyhow::Result<()> {
        let programs = [PROGRAM, app::PROGRAM].map(|name| self.program(name));
        drop(self);
        for program in programs {
            ensure!(!program.exists(), "{} is left over", program.display());
        }
        Ok(())
    }

    fn program(&self, name: &str) -> PathBuf {
        self.file("/usr/bin").join(name)
    }

    fn command(&self, name: &str) -> Command {
        command(self.program(name))
    }

    /// Returns the path of an installed file.
    fn file(&self, path: &str) -> PathBuf {
        match &self.location {
            InstallLocation::System(_) => path.into(),
            InstallLocation::Folder(folder) => folder.path().join(path.trim_start_matches('/')),
        }
    }
}
