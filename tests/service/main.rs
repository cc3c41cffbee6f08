//! `fake-ustream`: the mock service as a program, for demos and measurements.

use std::io::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use fake_ustream::{
    AudioStream, EndMessage, Era, FakeUstream, Fault, FixtureMovie, LARGE, LiveAction, LiveClock,
    LiveStream, LongRecording, MockRepresentation, NetworkLink, Recording, Rule, SharedAssets,
    UNIT_MS, VideoStream, World, start_proxy,
};
use har::Har;
use rcgen::KeyPair;

/// A practice copy of the Ustream / IBM Video Streaming service on a loopback port.
#[derive(Debug, Parser)]
#[command(version)]
struct Args {
    /// Port to listen on; 0 picks a free one.
    #[arg(long, default_value_t = 0)]
    port: u16,
    /// Where to write the certificate authority to trust [default: in the temporary folder]. Its key
    /// is kept in FILE.key, so that a service that is started again is trusted as before.
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// Be the service as it was then.
    #[arg(long, value_enum, default_value_t)]
    era: Era,
    /// Have the short recordings that `cargo xtask peers` saves, in place of the usual ones.
    #[arg(long)]
    peers: bool,
    /// Speed of the live stream of channel `on-air`, which starts with the first client; 1 is real
    /// time.
    #[arg(long, value_name = "FACTOR", conflicts_with = "peers")]
    live_speed: Option<f64>,
    /// End that live stream after so many segments of two seconds.
    #[arg(long, value_name = "N", requires = "live_speed")]
    live_segments: Option<u64>,
    /// Add recording 134300020 of about so many megabytes.
    #[arg(long, value_name = "MB")]
    large: Option<u64>,
    /// Cut that recording into so many chunks, whatever its size.
    #[arg(long, value_name = "N", requires = "large")]
    chunks: Option<u64>,
    /// Length of each of its chunks: an even number of seconds.
    #[arg(long, value_name = "SECONDS", requires = "chunks", default_value_t = 2)]
    chunk_time: u64,
    /// Write the addresses of the best segments of that recording to this file, one a line.
    #[arg(long, value_name = "FILE", requires = "large")]
    segments: Option<PathBuf>,
    /// Give the answers of this recorded conversation (an HTTP Archive), and nothing else.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["large", "line"])]
    replay: Option<PathBuf>,
    /// Multiply the waits of that conversation by this; 0 for none.
    #[arg(
        long,
        value_name = "FACTOR",
        requires = "replay",
        default_value_t = 1.0
    )]
    pace: f64,
    /// Lie at the end of a line: round trip in milliseconds, Mbit/s for each connection.
    #[arg(long, value_name = "MS,MBIT")]
    line: Option<NetworkLink>,
    /// Let one in so many of that recording's chunks stall for 20 s, the first time it is asked for.
    #[arg(long, value_name = "N", requires = "large")]
    stall_every: Option<u64>,
    /// Redirect all recordings to this cluster of the control connection.
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// Also be an HTTP proxy that leads every host here, on another port.
    #[arg(long)]
    proxy: bool,
    /// Write address, authority and proxy to this file, as JSON, once it listens.
    #[arg(long, value_name = "FILE")]
    ready: Option<PathBuf>,
}

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let args = Args::parse();
    let world = world(&args)?;
    let assets = match &args.ca {
        Some(ca) => SharedAssets::with_authority_key(authority_key(ca)?)?,
        None => SharedAssets::new()?,
    };
    let address = SocketAddr::from(([127, 0, 0, 1], args.port));
    let service = match &args.replay {
        Some(path) => {
            let file = std::fs::File::open(path);
            let file = file.with_context(|| format!("opening {}", path.display()))?;
            let har = Har::read(file).with_context(|| format!("reading {}", path.display()))?;
            assets.replay(address, har, args.pace).await?
        }
        None => assets.start_at(address, world, args.line).await?,
    };
    if let Some(every) = args.stall_every {
        add_stalls(&service, every);
    }
    let ca = match args.ca {
        Some(path) => path,
        None => std::env::temp_dir().join(format!("fake-ustream-{}.pem", service.address().port())),
    };
    write_atomically(&ca, service.ca_pem())?;
    print_links(&service, &ca)?;
    if let Some(segments) = args.segments {
        let best = [
            MockRepresentation::Mp4Video(VideoStream::Best),
            MockRepresentation::Mp4Audio(AudioStream::Main),
        ];
        write_atomically(
            &segments,
            &service.segment_addresses(LARGE, &best).join("\n"),
        )?;
    }
    if let Some(ready) = args.ready {
        let proxy = if args.proxy {
            Some(start_proxy(service.address()).await?.to_string())
        } else {
            None
        };
        let address = service.address().to_string();
        let listening = serde_json::json!({ "address": address, "ca": ca, "proxy": proxy });
        write_atomically(&ready, &listening.to_string())?;
    }
    wait_for_signal().await?;
    service.stop().await;
    Ok(())
}

/// Returns the recordings and channels that were asked for.
fn world(args: &Args) -> anyhow::Result<World> {
    let world = if args.peers {
        World::peers(args.era)
    } else {
        World::demo().at(args.era)
    };
    let world = match args.live_speed {
        Some(speed) => world.with_live_stream(live_stream(speed, args.live_segments)?),
        None => world,
    };
    let world = match (args.large, args.chunks) {
        (Some(megabytes), Some(chunks)) => {
            let is_whole = args.chunk_time > 0 && args.chunk_time.is_multiple_of(2);
            anyhow::ensure!(is_whole, "a chunk has an even number of seconds");
            let long = LongRecording {
                chunks,
                chunk_time_ms: args.chunk_time * 1000,
                megabytes,
            };
            world.with_long_recording(&long)
        }
        (Some(megabytes), None) => world.with_large_recording(FixtureMovie::large(megabytes)),
        (None, _) => world,
    };
    Ok(match &args.cluster {
        Some(cluster) => world.with_cluster(cluster),
        None => world,
    })
}

/// Returns a live stream of this speed that ends after so many segments.
fn live_stream(speed: f64, segments: Option<u64>) -> anyhow::Result<LiveStream> {
    let segment_time =
        Duration::try_from_secs_f64(Duration::from_millis(UNIT_MS).as_secs_f64() / speed);
    let segment_time = segment_time.context("the speed of a live stream is above 0")?;
    let stream = LiveStream::new(LiveClock::running(segment_time));
    // A server keeps a minute, however fast the stream is.
    let minute = Duration::from_mins(1).as_nanos() / segment_time.as_nanos().max(1);
    let kept_segments = stream
        .kept_segments
        .max(minute.try_into().unwrap_or(u64::MAX));
    let stream = LiveStream {
        kept_segments,
        ..stream
    };
    Ok(match segments {
        Some(segments) => stream.event(segments, LiveAction::End(EndMessage::NotAvailable)),
        None => stream,
    })
}

/// Returns the key of the authority that was written to `ca` before, or else a new one.
fn authority_key(ca: &Path) -> anyhow::Result<KeyPair> {
    let mut file = ca.as_os_str().to_owned();
    file.push(".key");
    let file = Path::new(&file);
    if let Ok(known) = std::fs::read_to_string(file) {
        return KeyPair::from_pem(&known).with_context(|| format!("reading {}", file.display()));
    }
    let key = KeyPair::generate()?;
    // A temporary file can be read by its owner alone, and stays so under its final name.
    write_atomically(file, &key.serialize_pem())?;
    Ok(key)
}

fn add_stalls(service: &FakeUstream, every: u64) {
    const STALL: Duration = Duration::from_secs(20);
    let chunks = service
        .world()
        .find_recording(LARGE)
        .map_or(0, Recording::chunk_count);
    for chunk in (0..chunks).filter(|chunk| chunk % every == every / 2) {
        let segment = Rule::new(Fault::Delay(STALL)).path(&format!("*chunk_{chunk}_*.m4v"));
        service.faults().add(segment.recording(LARGE).times(1));
    }
}

fn print_links(service: &FakeUstream, ca: &Path) -> anyhow::Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "address {}", service.address())?;
    writeln!(out, "ca      {}", ca.display())?;
    for (link, shows) in service.world().links() {
        writeln!(out, "{link}  {shows}")?;
    }
    out.flush()?;
    Ok(())
}

/// Writes a file atomically.
fn write_atomically(path: &Path, text: &str) -> anyhow::Result<()> {
    let folder = path
        .parent()
        .filter(|folder| !folder.as_os_str().is_empty());
    let mut file = tempfile::NamedTempFile::new_in(folder.unwrap_or(Path::new(".")))
        .with_context(|| format!("writing beside {}", path.display()))?;
    file.write_all(text.as_bytes())?;
    file.persist(path)
        .with_context(|| format!("writing {}", path.display()))?;
    Ok(())
}

/// Waits for Ctrl-C or a request to terminate.
async fn wait_for_signal() -> anyhow::Result<()> {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        let mut terminate = signal(SignalKind::terminate())?;
        tokio::select! {
            pressed = tokio::signal::ctrl_c() => pressed?,
            _ = terminate.recv() => {}
        }
    }
    #[cfg(not(unix))]
    tokio::signal::ctrl_c().await?;
    Ok(())
}
