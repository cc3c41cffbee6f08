//! Finds a recording of the Ustream / IBM Video Streaming service and plans its segments; and follows
//! the running stream of a channel.
//!
//! The protocol is not documented. What a module knows of it comes from observed traffic, published
//! clients and, for the JSON API, the service's own documentation; the module says which.
//!
//! The modules in the order of the data:
//!
//! 1. [`Target`]: what a pasted URL, or any pasted text, points at.
//! 2. [`Client`]: asks the service, through an [`Endpoint`] with its [`ProxySettings`], and with the
//!    user's [`Access`].
//!    What every request goes through: `http` (bounds, redirects of the website), `content_coding`
//!    and `content_range` (bodies as proxies and servers send them), `media_redirects` (where a
//!    segment may be redirected to), `trust` (certificates), `proxy` and `proxy_failure`.
//!    `redacted` hides secrets in what is logged of it; `http_client` and `traffic` record it for a
//!    report.
//! 3. [`page`], [`api`], [`gate`]: read the website, the JSON API and the sign-up form.
//! 4. [`ums`]: the control connection. [`ums::message`] and [`ums::stream`] parse it,
//!    [`ums::session`] decides what to do; two drivers run it over a websocket or long polling.
//! 5. [`hls`]: reads the playlists of recordings and streams that have no segmented formats.
//! 6. [`Recording`]: the renditions, and the URLs of their segments as they are now.
//! 7. [`SegmentPlan`]: the segments of one rendition without URLs, so that it can be saved.
//!
//! A stream that is running comes by [`Client::live`] as a [`LiveStream`]. Its [`LivePlan`] grows with
//! each [`LiveUpdate`], and is a [`SegmentPlan`] at any time.
//!
//! ```no_run
//! use ustream::{Access, Choice, Client, Endpoint, Target};
//!
//! # async fn example() -> Result<(), Box<dyn std::error::Error>> {
//! let client = Client::new(&Endpoint::default())?;
//! let access = Access::default();
//! let target: Target = "see https://video.ibm.com/recorded/112470631".parse()?;
//! let found = client.find_recording(&target, &access).await?;
//! let recording = client.recording(found, &access).await?;
//! let plan = recording.plan(&Choice::default())?;
//! for segment in &plan.segments {
//!     // The same bytes at each URL, the preferred one first. URLs expire: `Client::refresh`.
//!     let location = recording.locate(&plan, segment.id);
//!     println!("{} ms: {:?}", segment.start_ms, location.urls.first());
//! }
//! # Ok(())
//! # }
//! ```
//!
//! Finding out what a text points at needs no network:
//!
//! ```
//! use ustream::{RecordingId, Target};
//!
//! let target: Target = "<iframe src=\"//www.ustream.tv/embed/recorded/7\">".parse()?;
//! assert_eq!(target, Target::Recording(RecordingId(7)));
//! # Ok::<(), ustream::TargetError>(())
//! ```

mod access;
pub mod api;
mod causes;
mod client;
mod content_coding;
mod content_range;
mod endpoint;
mod error;
pub mod gate;
pub mod hls;
pub mod hosts;
mod http;
mod http_client;
mod lenient_json;
mod media_redirects;
pub mod page;
mod plan;
mod proxy;
mod proxy_failure;
pub mod recording;
mod redacted;
mod target;
mod traffic;
mod trust;
pub mod ums;

pub use access::{Access, FormField, Lock};
pub use api::Chapter;
pub use causes::causes;
pub use client::LiveChannel;
pub use client::Reach;
pub use client::{
    Catalog, CatalogEntry, Client, LiveEvent, LiveStream, RecordingRef, ResolvedLink,
};
pub use content_coding::{ContentCoding, MAX_WINDOW_BYTES};
pub use content_range::ContentRange;
pub use endpoint::{Endpoint, EndpointError};
pub use error::{Error, SessionError};
pub use http::retry_after;
pub use http_client::{HttpClient, OpenResponse};
pub use plan::{
    AudioChoice, ByteRange, Choice, ContainerChoice, HashListing, PlanChange, Presence, Quality,
    Segment, SegmentId, SegmentKind, SegmentLocation, SegmentPlan,
};
pub use proxy::{ProxyLogin, ProxySettings};
pub use proxy_failure::{ProxyFailure, proxy_failure};
pub use recording::{
    Container, FileKind, LiveChange, LivePlan, LiveUpdate, Recording, Rendition, RenditionId,
    RenditionTrack, TrackKind,
};
pub(crate) use recording::{LostRendition, Promises};
pub use redacted::RedactedUrl;
pub use target::{ChannelId, MediaId, RecordingId, Target, TargetError};
pub use traffic::{Exchange, TrafficRecorder};
pub use trust::{
    CertificateProblem, RefusedCertificate, install_cryptography, refused_certificate,
};
pub use ums::route::ClusterRoute;
