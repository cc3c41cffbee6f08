//! Downloads a recording's segments into one file, and remembers how far it came.
//!
//! In the order of the data:
//!
//! 1. [`Engine`]: the handle that the window and the command line hold.
//! 2. [`ResolvedLink`]: what a link leads to; `preview`, and [`Catalog`] for several recordings.
//! 3. `queue`: the one task that owns the jobs; `job` is what a job is.
//! 4. `run`: one attempt at a job, from the top, as often as it takes. `download_plan` decides what
//!    is made, `outcome` how an attempt ends.
//! 5. `fetch_pass`: fetching and assembling at the same time. `fetch` gets segments from the
//!    mirrors, `assemble` writes them to the output and the journal; `raw_writer` for a recording
//!    that is one file.
//!    `service` repeats requests to the service itself.
//! 6. `shortfall`: what a movie lacks. `ffmpeg`: the one other program that may make the MP4,
//!    if `remuxer` says so, and that makes every MP3.
//! 7. `part`: the folder of an unfinished movie; `names`: what a file may be called; `file_ending`: its
//!    extension; `dates`: the day of a recording; `saved_before`: which movies are saved already, by
//!    the `note` in each; `library`: all those of a folder;
//!    `folder_index`: a page that lists them. `movie_check` checks such a movie later.
//! 8. `registry`: the jobs on disk; `saved`: the form of what is written there. `disk`: how files
//!    are written; `platform`: what Linux, macOS and Windows do differently.
//!    `route_file`: what is remembered of the service's servers.
//! 9. [`Report`]: the conversation with the service, to be sent to those who mend this program.
//! 10. [`KeptChannels`]: channels whose new recordings and streams become jobs by themselves.
//! 11. [`JobStream`] and [`view`]: what leaves the engine for the page and for `--json`.

mod assemble;
mod caption_format;
mod catalog;
mod code;
mod dates;
mod disk;
mod download_plan;
mod engine;
mod error;
mod extras;
mod fetch;
mod fetch_pass;
mod ffmpeg;
mod file_ending;
mod folder_index;
mod info_file;
mod job;
mod job_stream;
mod kept;
mod library;
mod live_record;
mod movie_check;
mod names;
mod note;
mod outcome;
mod part;
mod platform;
mod preview;
mod progress;
mod queue;
mod raw_writer;
mod registry;
mod remuxer;
mod report;
mod route_file;
mod run;
mod saved;
mod saved_before;
mod service;
mod shortfall;
mod time_range;
mod timing;
pub mod view;

pub use caption_format::CaptionFormat;
pub use catalog::{Catalog, ResolvedLink};
pub use dates::utc_date;
pub use disk::{largest_file, replace_file, sync_data};
pub use engine::{Config, Engine, read_link};
pub use error::Error;
pub use extras::Extras;
pub use fetch::limits::MIN_RATE_LIMIT;
pub use ffmpeg::version as ffmpeg_version;
pub use file_ending::FileEnding;
pub use folder_index::{FolderIndex, write_index};
pub use fs4::available_space;
pub use job::{
    DownloadRequest, JobId, JobSource, JobSpec, LiveOptions, LiveRequest, MovieFiles, Mp4Extension,
    NewJob, NewRemux, OutputLocation, Overrides,
};
pub use job_stream::JobStream;
pub use kept::{
    FoundChannel, KeepRun, KeptChannel, KeptChannels, LOOK_INTERVAL, MIN_LOOK_INTERVAL,
    NewKeptChannel, PendingRecording, SaveEnd, SaveOptions, StreamEnd, look_interval, now_unix_s,
    pause_between_channels,
};
pub use movie_check::{CheckProgress, check_movie};
pub use names::{Template, TemplateError, typed_name};
pub use remuxer::Remuxer;
pub use report::Report;
pub use service::Patience;
pub use time_range::{TimeRange, TimeRangeError};
pub use view::{Code, Failure, JobState};

pub use media::ImageKind;
pub use ustream::{
    Access, AudioChoice, ChannelId, Choice, ContainerChoice, Endpoint, EndpointError, ProxyLogin,
    Quality, RecordingId, Target, install_cryptography,
};
