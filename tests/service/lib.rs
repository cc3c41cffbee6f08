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
//! 7. [`Faults`]: faults that are switched while it runs; `substitutes`: wrong content in place of
//!    segments ([`Oddities`]).
//! 8. [`LoggedRequest`], [`Coverage`]: the requests it got, and what it served.
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
