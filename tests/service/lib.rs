//! A mock service: everything of Ustream / IBM Video Streaming that a client uses, on one loopback
//! port.
//!
//! In the order in which a client uses them:
//!
//! 1. [`World`]: which recordings and channels exist, and the oddities of each.
//! 2. [`Era`]: the time whose service it is.
//! 3. [`FakeUstream`]: starts it; all hosts of the service lead to [`FakeUstream::address`],
//!    trusted through [`FakeUstream::ca_pem`].
//! 4. `page`, `gate`, `api`: the website, the sign-up form and the JSON API.
//! 5. `ums`: the control connection, over a websocket and by long polling; `hls`: playlists.
//! 6. `cdn`, `files`: the segments, and single files, cut from the one [`FixtureMovie`] by `media`.
//! 7. [`LiveStream`]: what a channel broadcasts, driven by a [`LiveClock`]; `live` computes from both
//!    what there is at a time.
//! 8. [`Faults`]: faults that are switched while it runs; `substitutes`: wrong content in place of
//!    segments ([`Oddities`]).
//! 9. [`LoggedRequest`], [`Coverage`], [`LiveTraffic`]: the requests it got, and what it served.
//!
//! # Live streams
//!
//! Everything about a live stream is a function of its clock, which counts segments. A clock that was
//! made with [`LiveClock::manual`] stands still until the test moves it:
//!
//! ```
//! # use fake_ustream::*;
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> anyhow::Result<()> {
//! let clock = LiveClock::manual();
//! let stream = LiveStream {
//!     missing_segments: [1_548_448_535].into(),
//!     ..LiveStream::new(clock.clone())
//! }
//! .event(7, LiveAction::DropConnections)
//! .event(12, LiveAction::Restart(LiveRestart::at_segment(1_548_452_000)))
//! .event(30, LiveAction::End(EndMessage::NotAvailable));
//! let channel = Channel { live: Some(stream), ..Channel::new(5, "race", "a live stream") };
//! let service = FakeUstream::start(World::empty().channel(channel)).await?;
//! assert_eq!(service.live_edge(5), Some((0, 1_548_448_530)));
//! // What happens on the way is sent in order, however far the clock jumps.
//! clock.advance(20);
//! assert_eq!(service.live_edge(5), Some((1, 1_548_452_007)));
//! assert_eq!(service.live_traffic(5).not_found(), 0);
//! # Ok(())
//! # }
//! ```
//!
//! What falls out of [`LiveStream::kept_segments`] is gone: a test that wants every segment advances
//! only when the client has got the ones before, which [`FakeUstream::live_traffic`] tells.
//! [`FakeUstream::live_fixture_frames`] are the frames to compare with. A clock made with
//! [`LiveClock::running`] runs by itself from the first client on. The live stream of the program
//! `fake-ustream` (`--live-speed`, `--live-segments`) is of that kind; streamlink, which waits for the
//! stated length of each segment, records it at speed 1 only (`cargo xtask peers`).
//!
//! `replay` serves a recorded conversation instead ([`SharedAssets::replay`]).
//!
//! Below: `wire` tells TLS from plain HTTP, `tls` makes the certificates, `service` dispatches by
//! host, and `forward_proxy` leads clients of other makers here.

mod api;
mod cdn;
mod codings;
mod era;
mod fake;
mod faults;
mod files;
mod forward_proxy;
mod gate;
mod hls;
mod link;
mod live;
mod live_clock;
mod log;
mod media;
mod page;
mod ranges;
mod replay;
mod service;
mod substitutes;
mod tls;
mod ums;
mod wire;
mod world;

pub use codings::BodyCoding;
pub use era::Era;
pub use fake::{FakeUstream, SharedAssets};
pub use faults::{Fault, Faults, Rule, RuleId};
pub use forward_proxy::start_proxy;
pub use link::NetworkLink;
pub use live::{LiveSegment, LiveTraffic, SegmentTraffic};
pub use live_clock::LiveClock;
pub use log::{Coverage, LoggedRequest};
pub use media::{
    AudioStream, FixtureFrame, FixtureMovie, FlvClock, MockRepresentation, UNIT_MS, VideoStream,
};
pub use world::{
    AccessLock, Channel, ClusterRedirects, Delivery, EndMessage, ExtraRepresentation,
    FileContainer, FlvRepresentation, GateField, HashKeys, HashListMessage, HashStyle, LARGE,
    LengthField, LengthSources, ListingSources, LiveAction, LiveEvent, LiveRestart, LiveStream,
    LongRecording, MessageStyle, Oddities, PathStyle, PlaylistLayout, PlaylistOddities,
    PlaylistOddity, Recording, RepresentationOddity, ResponseMode, SegmentFault, Substitute,
    TransportBehavior, World,
};

#[cfg(test)]
mod tests;
