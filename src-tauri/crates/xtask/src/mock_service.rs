//! Builds and runs the mock service as a child process.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::run::{built, cargo, command, say, succeed};

/// Link of its default recording.
pub(crate) const LINK: &str = "https://video.ibm.com/recorded/112470631";
/// Link of its [`LargeRecording`].
pub(crate) const LARGE_LINK: &str = "https://video.ibm.com/recorded/134300020";

/// Link of the channel that sends a [`LiveBroadcast`].
pub(crate) const LIVE_LINK: &str = "https://video.ibm.com/channel/on-air";

/// Options of a mock service.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct MockServiceConfig {
    /// An additional recording of a given size.
    pub(crate) large_recording: Option<LargeRecording>,
    /// A stream that is running.
    pub(crate) live: Option<LiveBroadcast>,
    /// Round trip in ms and Mbit/s for each connection, such as `50,20`.
    pub(crate) link: Option<&'static str>,
    /// The time whose service it is, such as `2017`; `None`: today.
    pub(crate) era: Option<&'static str>,
    /// Has the short recordings that programs of other makers save, and a proxy that leads them to it.
    pub(crate) for_peers: bool,
    /// Every n-th video segment of that recording stalls at the first request for it.
    pub(crate) stall_every: Option<u64>,
    /// Cluster to which all recordings are redirected.
    pub(crate) cluster: Option<&'static str>,
}

/// A recording of a given size.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LargeRecording {
    pub(crate) megabytes: u64,
    /// Segments of each track; `None`: as many as the size needs.
    pub(crate) chunks: Option<u64>,
    /// Seconds of each segment; `None`: two.
    pub(crate) chunk_time: Option<u64>,
}

/// A stream that starts with its first client.
#[derive(Clone, Copy, Debug)]
pub(crate) struct LiveBroadcast {
    /// How many times faster than real time.
    pub(crate) speed: u32,
    /// Segments of two seconds until it ends.
    pub(crate) segments: u64,
}

/// A running mock service. It ends when this is dropped.
pub(crate) struct MockServiceProcess {
    child: Child,
    address: String,
    proxy: Option<String>,
    ca: PathBuf,
    segments: PathBuf,
    /// Holds the files above.
    _folder: tempfile::TempDir,
}

impl MockServiceProcess {
    /// Builds and starts it, and waits until it is ready.
    pub(crate) fn start(config: &MockServiceConfig) -> anyhow::Result<Self> {
        say("The practice service");
        let build = ["build", "--release", "--package", "tests", "--bin"];
        succeed(cargo(&build).arg("fake-ustream"))?;
        Self::start_built("release", config)
    }

    /// Starts one that was built with this profile, and waits until it is ready.
    pub(crate) fn start_built(profile: &str, config: &MockServiceConfig) -> anyhow::Result<Self> {
        let folder = tempfile::tempdir()?;
        let file = |name| folder.path().join(name);
        let (ca, ready, segments) = (file("ca.pem"), file("ready.json"), file("segments.txt"));
        let mut service = command(built(profile, "fake-ustream"));
        service
            .arg("--ca")
            .arg(&ca)
            .arg("--ready")
            .arg(&ready)
            .stdout(Stdio::null());
        if let Some(recording) = &config.large_recording {
            service.args(["--large", &recording.megabytes.to_string()]);
            service.arg("--segments").arg(&segments);
            if let Some(chunks) = recording.chunks {
                service.args(["--chunks", &chunks.to_string()]);
            }
            if let Some(seconds) = recording.chunk_time {
                service.args(["--chunk-time", &seconds.to_string()]);
            }
        }
        if let Some(live) = config.live {
            service.args(["--live-speed", &live.speed.to_string()]);
            service.args(["--live-segments", &live.segments.to_string()]);
        }
        if let Some(era) = config.era {
            service.args(["--era", era]);
        }
        if config.for_peers {
            service.args(["--peers", "--proxy"]);
        }
        if let Some(link) = config.link {
            service.args(["--line", link]);
        }
        if let Some(cluster) = config.cluster {
            service.args(["--cluster", cluster]);
        }
        if let Some(every) = config.stall_every {
            service.args(["--stall-every", &every.to_string()]);
        }
        let mut child = service.spawn().context("starting the practice service")?;
        let status = match wait_until_ready(&mut child, &ready) {
            Ok(status) => status,
            Err(error) => {
                // It may have ended by itself.
                let _ = child.kill();
                return Err(error);
            }
        };
        let text = |name: &str| status[name].as_str().map(str::to_owned);
        Ok(Self {
            child,
            address: text("address").context("no address")?,
            proxy: text("proxy"),
            ca,
            segments,
            _folder: folder,
        })
    }

    /// Returns the address on which it listens.
    pub(crate) fn address(&self) -> &str {
        &self.address
    }

    /// Requires that it still runs.
    pub(crate) fn ensure_running(&mut self) -> anyhow::Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(exit) => bail!("the practice service ended with {exit}"),
        }
    }

    /// Returns the address of its proxy, if it has one.
    pub(crate) fn proxy(&self) -> Option<&str> {
        self.proxy.as_deref()
    }

    /// Returns the path of its certificate authority.
    pub(crate) fn ca(&self) -> &Path {
        &self.ca
    }

    /// Returns the path of a list of the large recording's segment addresses, one per line.
    pub(crate) fn segments(&self) -> &Path {
        &self.segments
    }

    /// Makes one of our programs use this service, without any proxy.
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

fn wait_until_ready(child: &mut Child, ready: &Path) -> anyhow::Result<serde_json::Value> {
    let deadline = Instant::now() + Duration::from_mins(1);
    while Instant::now() < deadline {
        if let Ok(text) = std::fs::read(ready) {
            return Ok(serde_json::from_slice(&text)?);
        }
        if let Some(exit) = child.try_wait()? {
            bail!("the practice service ended with {exit}");
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    bail!("the practice service does not start")
}
