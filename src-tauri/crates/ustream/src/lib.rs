//! Finds a recording of the Ustream / IBM Video Streaming service and plans its segments.
//!
//! In the order of the data:
//!
//! 1. [`Target`]: what a pasted address, or any pasted text, points at.
//! 2. [`Client`]: the one door to the service; over an [`Endpoint`], with a person's [`Access`].
//! 3. [`page`], [`api`], [`gate`]: what the website, the JSON API and the sign-up form give away.
//! 4. [`ums`]: the control connection: [`ums::message`] reads it, [`ums::session`] decides,
//!    [`ums::socket`] and [`ums::polling`] move the bytes.
//! 5. [`hls`]: the playlists that a recording without segmented formats has.
//! 6. [`Recording`]: what it is and where its pieces lie today.
//! 7. [`SegmentPlan`]: what its pieces are, for ever.

pub mod access;
pub mod api;
pub mod client;
pub mod endpoint;
mod error;
pub mod gate;
pub mod hls;
pub mod hosts;
mod http;
mod lenient_json;
pub mod page;
pub mod plan;
pub mod recording;
pub mod target;
mod trust;
pub mod ums;

pub use access::{Access, FormField, Lock};
pub use api::{Caption, Chapter};
pub use client::{Catalog, CatalogEntry, Client, RecordingRef, ResolvedLink};
pub use endpoint::{Endpoint, EndpointError};
pub use error::Error;
pub use plan::{
    AudioChoice, ByteRange, Choice, ContainerChoice, HashListing, PlanChange, Presence, Quality,
    Segment, SegmentId, SegmentKind, SegmentLocation, SegmentPlan,
};
pub use recording::{
    Container, FileKind, LengthSource, LostRendition, Promises, Recording, Rendition, RenditionId,
    RenditionTrack, StatedLength, TrackKind,
};
pub use target::{ChannelId, RecordingId, Target, TargetError};
pub use trust::refused_certificate;
