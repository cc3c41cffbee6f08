//! Moves segments from the service into one file, and remembers how far it came.
//!
//! In the order of the data:
//!
//! 1. [`Engine`]: the handle that a window or a command line holds.
//! 2. [`Lead`]: what a link leads to, `preview`, and [`Catalog`] where that is several recordings.
//! 3. `queue`: the one task that owns the jobs; [`JobState`] is what one of them can be.
//! 4. `run`: one attempt at a job, from the top, as often as it takes; `make` decides what it
//!    makes.
//! 5. `gather`: fetching and assembling at the same time. `fetch` gets pieces from the mirrors,
//!    `assemble` puts them into the output and the journal.
//! 6. `whole`: a recording that is one finished file, which `copy` puts together of its stretches.
//!    `remux`: films that are already on this computer; `ffmpeg`: the one other program that may
//!    make the MP4.
//! 7. `part`: the folder of an unfinished film; `names`: what a file may be called; `room`: whether
//!    the disk takes it.
//! 8. `registry`: the jobs on disk; `durable`: how a file is written for good.
//! 9. [`JobStream`] and [`view`]: what leaves the engine for a page: small, whole snapshots.

mod assemble;
mod catalog;
mod disk_space;
mod download_plan;
mod durable;
mod engine;
mod error;
mod extras;
mod fetch;
mod fetch_pass;
mod ffmpeg;
mod job;
mod job_stream;
mod names;
mod outcome;
mod part;
mod preview;
mod progress;
mod queue;
mod raw_writer;
mod registry;
mod run;
mod shortfall;
mod timing;
pub mod view;

pub use catalog::{Catalog, ResolvedLink};
pub use engine::{Config, Engine, read_link};
pub use error::Error;
pub use extras::Extras;
pub use ffmpeg::version as ffmpeg_version;
pub use fs4::available_space;
pub use job::{
    DownloadRequest, JobId, JobSource, JobSpec, MovieFiles, Mp4Extension, NewJob, NewRemux,
    OutputLocation, Overrides, Remuxer,
};
pub use job_stream::JobStream;
pub use names::{Template, TemplateError};
pub use view::{Code, Failure, JobState};

pub use ustream::{
    Access, AudioChoice, Choice, ContainerChoice, Endpoint, EndpointError, Quality, Target,
};
