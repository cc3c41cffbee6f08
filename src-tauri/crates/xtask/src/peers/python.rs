//! A virtual environment with the programs that are Python packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::ensure;

use crate::run::{command, output, python, say, succeed};

/// The version of streamlink that is compared: a new one may change what is expected of it.
pub(super) const STREAMLINK: &str = "8.6.3";

/// That of yt-dlp.
pub(super) const YT_DLP: &str = "2026.10.26";

const PACKAGES: [(&str, &str); 2] = [("streamlink", STREAMLINK), ("yt-dlp", YT_DLP)];

/// Prints the versions of [`PACKAGES`], one on a line.
const VERSIONS: &str = "import importlib.metadata as m, sys
for name in sys.argv[1:]: print(m.version(name))";

/// Succeeds where virtual environments and the versions of [`PACKAGES`] can be installed.
const USABLE: &str = "import ensurepip, venv, sys; sys.exit(sys.version_info < (3, 11))";

/// Prints the path of the certificate authorities that all of them trust.
const TRUSTED: &str = "import certifi; print(certifi.where())";

/// Python with the packages.
pub(super) struct Python {
    program: PathBuf,
    /// The certificate authorities that the packages trust.
    trusted: PathBuf,
    /// Those of the installation, without that of a mock service.
    original: Vec<u8>,
}

impl Python {
    /// Returns whether there is a Python that is recent enough and can make a virtual environment.
    pub(super) fn is_there() -> bool {
        let usable = command("python3").args(["-c", USABLE]).output();
        usable.is_ok_and(|output| output.status.success())
    }

    /// Makes the environment, or uses it again if it has the right versions.
    pub(super) fn install(environment: &Path) -> anyhow::Result<Self> {
        let program = python(environment);
        if !has_versions(&program) {
            say("Programs of other makers");
            let mut venv = command("python3");
            succeed(venv.args(["-m", "venv", "--clear"]).arg(environment))?;
            let mut pip = command(&program);
            pip.args(["-m", "pip", "install", "--quiet"])
                .args(["--disable-pip-version-check", "--only-binary", ":all:"])
                .args(PACKAGES.map(|(name, version)| format!("{name}=={version}")));
            succeed(&mut pip)?;
            ensure!(has_versions(&program), "other versions were installed");
        }
        let trusted = PathBuf::from(output(command(&program).args(["-c", TRUSTED]))?);
        let untouched = trusted.with_extension("original");
        if !untouched.exists() {
            std::fs::copy(&trusted, &untouched)?;
        }
        Ok(Self {
            program,
            trusted,
            original: std::fs::read(untouched)?,
        })
    }

    /// Makes the packages trust the authority of a mock service, and no more that of another one.
    /// streamlink has no option for its websocket.
    pub(super) fn trust(&self, ca: &Path) -> anyhow::Result<()> {
        let authorities = [&*self.original, b"\n", &*std::fs::read(ca)?].concat();
        std::fs::write(&self.trusted, authorities)?;
        Ok(())
    }

    /// Returns a command that runs a module.
    pub(super) fn module(&self, name: &str) -> Command {
        let mut python = command(&self.program);
        python.args(["-m", name]);
        python
    }
}

fn has_versions(program: &Path) -> bool {
    let names = PACKAGES.map(|(name, _)| name);
    let wanted = PACKAGES.map(|(_, version)| version);
    let mut python = command(program);
    let found = python.args(["-c", VERSIONS]).args(names).output();
    found.is_ok_and(|found| {
        let found = String::from_utf8_lossy(&found.stdout).into_owned();
        found.split_whitespace().eq(wanted)
    })
}
