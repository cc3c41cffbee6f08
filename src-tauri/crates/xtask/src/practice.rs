//! The practice service as a child process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::run::{built, cargo, command, say, succeed};

/// Its recording of the main case.
pub(crate) const LINK: &str = "https://video.ibm.com/recorded/112470631";
/// Its recording of the size that was asked for.
pub(crate) const LARGE_LINK: &str = "https://video.ibm.com/recorded/134300020";

/// A running practice service; it ends when this is dropped.
pub(crate) struct Practice {
    child: Child,
    address: String,
    ca: PathBuf,
    segments: PathBuf,
    /// Its files live as long as it does.
    _folder: tempfile::TempDir,
}

impl Practice {
    /// Builds and starts it, with a recording of about `large` megabytes if that is asked for.
    pub(crate) fn start(large: Option<u64>) -> anyhow::Result<Self> {
        say("The practice service");
        succeed(&mut cargo(&[
            "build",
            "--release",
            "--package",
            "tests",
            "--bin",
            "fake-ustream",
        ]))?;
        let folder = tempfile::tempdir()?;
        let file = |name| folder.path().join(name);
        let (ca, ready, segments) = (file("ca.pem"), file("ready.json"), file("segments.txt"));
        let mut service = command(built("release", "fake-ustream"));
        service
            .arg("--ca")
            .arg(&ca)
            .arg("--ready")
            .arg(&ready)
            .stdout(Stdio::null());
        if let Some(megabytes) = large {
            service
                .args(["--large", &megabytes.to_string()])
                .arg("--segments")
                .arg(&segments);
        }
        let mut child = service.spawn().context("starting the practice service")?;
        let address = match listening(&mut child, &ready) {
            Ok(address) => address,
            Err(error) => {
                // It may have ended by itself.
                let _ = child.kill();
                return Err(error);
            }
        };
        Ok(Self {
            child,
            address,
            ca,
            segments,
            _folder: folder,
        })
    }

    /// Where it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Whom to trust.
    pub(crate) fn ca(&self) -> &Path {
        &self.ca
    }

    /// A file with the addresses of the large recording's segments, one a line.
    pub(crate) fn segments(&self) -> &Path {
        &self.segments
    }

    /// Makes a command of ours use it. Proxies are out of the way then.
    pub(crate) fn lead<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .args(["--practice", &self.address])
            .arg("--practice-ca")
            .arg(&self.ca)
    }
}

impl Drop for Practice {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listening(child: &mut Child, ready: &Path) -> anyhow::Result<String> {
    let patience = Instant::now() + Duration::from_mins(1);
    while Instant::now() < patience {
        if let Ok(text) = std::fs::read(ready) {
            let said: serde_json::Value = serde_json::from_slice(&text)?;
            return Ok(said["address"].as_str().context("no address")?.to_owned());
        }
        if let Some(status) = child.try_wait()? {
            bail!("the practice service ended with {status}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("the practice service does not start")
}
