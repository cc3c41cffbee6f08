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

/// What a practice service is like, beyond its demo world.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MockServiceConfig {
    /// A recording as large as is asked for.
    pub(crate) large_recording: Option<LargeRecording>,
    /// Round trip in milliseconds, Mbit/s for each connection: `50,20`.
    pub(crate) link: Option<&'static str>,
    /// One in so many chunks of that recording falls silent for a while.
    pub(crate) stall_every: Option<u64>,
}

/// A film as large as is asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LargeRecording {
    pub(crate) megabytes: u64,
    /// Chunks of each track, where there are not to be as many as such a film has.
    pub(crate) chunks: Option<u64>,
    /// Seconds of each chunk, where it is not to be two.
    pub(crate) chunk_time: Option<u64>,
}

/// A running practice service; it ends when this is dropped.
pub(crate) struct MockServiceProcess {
    child: Child,
    address: String,
    ca: PathBuf,
    segments: PathBuf,
    /// Its files live as long as it does.
    _folder: tempfile::TempDir,
}

impl MockServiceProcess {
    /// Builds and starts it.
    pub(crate) fn start(setting: &MockServiceConfig) -> anyhow::Result<Self> {
        say("The practice service");
        let build = ["build", "--release", "--package", "tests", "--bin"];
        succeed(cargo(&build).arg("fake-ustream"))?;
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
        if let Some(film) = &setting.large_recording {
            service.args(["--large", &film.megabytes.to_string()]);
            service.arg("--segments").arg(&segments);
            if let Some(chunks) = film.chunks {
                service.args(["--chunks", &chunks.to_string()]);
            }
            if let Some(seconds) = film.chunk_time {
                service.args(["--chunk-time", &seconds.to_string()]);
            }
        }
        if let Some(line) = setting.link {
            service.args(["--line", line]);
        }
        if let Some(every) = setting.stall_every {
            service.args(["--stall-every", &every.to_string()]);
        }
        let mut child = service.spawn().context("starting the practice service")?;
        let address = match wait_until_ready(&mut child, &ready) {
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
    pub(crate) fn add_service_args<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .args(["--practice", &self.address])
            .arg("--practice-ca")
            .arg(&self.ca)
    }
}

impl Drop for MockServiceProcess {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn wait_until_ready(child: &mut Child, ready: &Path) -> anyhow::Result<String> {
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
