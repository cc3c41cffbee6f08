//! Causes, and the consequence of each.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ustream::{FormField, Lock, TargetError};

use crate::view::{Code, Failure, FormFieldView, GapView};

/// Why a job cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The recording cannot be found or opened.
    #[error(transparent)]
    Find(#[from] ustream::Error),
    /// A piece cannot be fetched, and the others would not come either.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Pieces that must exist could not be had; the others are kept.
    #[error(
        "{holes} of {total} pieces could not be downloaded, at {}{}",
        spans(.gaps),
        .reason.as_ref().map(|reason| format!(" ({reason})")).unwrap_or_default()
    )]
    PiecesMissing {
        /// How many.
        holes: usize,
        /// Out of how many.
        total: usize,
        /// When in the film.
        gaps: Vec<GapView>,
        /// Why the last of them did not come.
        reason: Option<String>,
    },
    /// The service lists other pieces than those fetched so far.
    #[error("the recording has changed since the download began; what is here is kept in {}", .0.display())]
    Changed(PathBuf),
    /// The pieces are not what their container promises, or the file did not come out right.
    #[error(transparent)]
    Media(#[from] media::Error),
    /// A film on this computer cannot be read, or not be made an MP4.
    #[error("{}: {problem}", .path.display())]
    Film {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: media::Error,
    },
    /// The finished file did not pass the check.
    #[error("the file did not pass the check: {0}")]
    Check(String),
    /// ffmpeg was to make the MP4 and cannot be started.
    #[error("ffmpeg could not be started: {0}")]
    NoFfmpeg(String),
    /// ffmpeg failed; the original is kept.
    #[error("ffmpeg: {problem}; the original is kept in {}", .original.display())]
    Convert {
        /// What ffmpeg said.
        problem: String,
        /// The complete original.
        original: PathBuf,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", .path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// There is too little room for the film.
    #[error(
        "{} has {} free, and about {} is needed",
        .folder.display(), megabytes(*.free_bytes), megabytes(*.needed_bytes)
    )]
    NoRoom {
        /// Where it was to go.
        folder: PathBuf,
        /// About how much is still to come.
        needed_bytes: u64,
        /// How much there is.
        free_bytes: u64,
    },
    /// Another process is saving this very file.
    #[error("another copy of the program is saving {}", .0.display())]
    InUse(PathBuf),
    /// There is no job of that name.
    #[error("there is no such job")]
    NoSuchJob,
    /// The engine has been shut down.
    #[error("the program is closing")]
    Closed,
    /// A task of our own broke.
    #[error("a task broke: {0}")]
    Broken(String),
}

/// Why a piece could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, or it broke off.
    #[error("{host} could not be reached: {}", root(.source))]
    Network {
        /// Who.
        host: String,
        /// What the connection said.
        source: reqwest::Error,
    },
    /// The host answered with an error.
    #[error("{host} answered {status}")]
    Status {
        /// Who.
        host: String,
        /// HTTP status code.
        status: u16,
    },
    /// The host asks to be left alone for a while.
    #[error("{host} asks us to slow down")]
    Busy {
        /// Who.
        host: String,
        /// How long, where it says so.
        retry_after: Option<Duration>,
    },
    /// The answer is not a piece of the film.
    #[error("{host} sent something that is not a piece of the film: {problem}")]
    NotMedia {
        /// Who.
        host: String,
        /// What is wrong with it.
        problem: String,
    },
    /// Another file lies where the one was that is being fetched.
    #[error("{host} has another file there now")]
    Replaced {
        /// Who.
        host: String,
    },
    /// No address of this piece is known (any more).
    #[error("the service names no address for this piece")]
    NoAddress,
}

impl FetchError {
    /// Whether it says that there is no such piece, or none for us (any more).
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: 401 | 403 | 404 | 410,
                ..
            } | Self::Replaced { .. }
        )
    }

    /// Whether the host says that it is asked too often.
    pub(crate) fn is_too_much(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Status { status: 503, .. })
    }

    /// Whether nobody answered at all.
    pub(crate) fn is_unreachable(&self) -> bool {
        matches!(self, Self::Network { source, .. } if source.is_connect())
    }
}

impl Error {
    pub(crate) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }

    /// What a person can do about it.
    pub fn code(&self) -> Code {
        match self {
            Self::Find(error) => find_code(error),
            Self::Fetch(error) => fetch_code(error),
            Self::PiecesMissing { .. } => Code::PiecesMissing,
            Self::Changed(_) => Code::Changed,
            Self::Media(error) => media_code(error),
            Self::Film { problem, .. } => match problem {
                media::Error::Io(source) => disk_code(source),
                media::Error::Unsupported(_) | media::Error::Encrypted => Code::Unsupported,
                _ => Code::BadFilm,
            },
            Self::Check(_) => Code::CheckFailed,
            Self::NoFfmpeg(_) => Code::FfmpegMissing,
            Self::Convert { .. } => Code::ConvertFailed,
            Self::Disk { source, .. } => disk_code(source),
            Self::NoRoom { .. } => Code::LowSpace,
            Self::InUse(_) => Code::InUse,
            Self::NoSuchJob | Self::Closed | Self::Broken(_) => Code::Internal,
        }
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for Failure {
    fn from(error: &Error) -> Self {
        let fields = match error {
            Error::Find(ustream::Error::Locked(
                Lock::Form { fields } | Lock::FormRefused { fields, .. },
            )) => fields.iter().map(field_view).collect(),
            _ => Vec::new(),
        };
        Self {
            code: error.code(),
            detail: detail(error),
            fields,
        }
    }
}

/// The one thing a screen shows of the cause; whole sentences stay in its catalogue.
fn detail(error: &Error) -> String {
    match error {
        Error::Find(ustream::Error::Target(TargetError::OtherSite { host })) => host.clone(),
        Error::Find(ustream::Error::Locked(Lock::FormRefused { message, .. })) => {
            crate::names::clean_text(message)
        }
        Error::Find(ustream::Error::Locked(Lock::Other(key))) => crate::names::clean_text(key),
        Error::Find(ustream::Error::NoSound { there, .. }) => there.join(", "),
        Error::Find(ustream::Error::Network(source)) => root(source),
        Error::Find(ustream::Error::Page { host, source }) => match &**source {
            ustream::Error::Network(source) => format!("{host}: {}", root(source)),
            other => other.to_string(),
        },
        other => other.to_string(),
    }
}

fn field_view(field: &FormField) -> FormFieldView {
    FormFieldView {
        name: field.name.clone(),
        label: crate::names::clean_text(&field.label),
        required: field.required,
    }
}

fn find_code(error: &ustream::Error) -> Code {
    use ustream::Error as Find;
    match error {
        Find::Target(TargetError::NoLink) => Code::NotALink,
        Find::Target(TargetError::OtherSite { .. }) => Code::OtherSite,
        Find::Locked(lock) => match lock {
            Lock::Form { .. } => Code::NeedsForm,
            Lock::FormRefused { .. } => Code::FormRefused,
            Lock::Password { wrong: false } => Code::NeedsPassword,
            Lock::Password { wrong: true } => Code::WrongPassword,
            Lock::Embed => Code::EmbedOnly,
            Lock::Login => Code::MembersOnly,
            Lock::Region => Code::Region,
            _ => Code::Locked,
        },
        Find::NotFound(_) => Code::NotFound,
        Find::StillLive => Code::StillLive,
        Find::NotRecorded => Code::NotRecorded,
        Find::Network(source) => network_code(source),
        Find::Page { source, .. } => page_code(source),
        Find::Busy { .. } => Code::Busy,
        Find::Malformed { .. } | Find::TooLarge { .. } | Find::Astray(_) => Code::BadAnswer,
        Find::NoSound { .. } => Code::NoSound,
        Find::NoRendition | Find::Unsupported(_) => Code::Unsupported,
        // The detail names the host and what is wrong with its certificate.
        Find::Untrusted { .. } => Code::SiteDown,
        // Silence and HTTP errors, and whatever the crate learns to say later.
        _ => Code::SiteDown,
    }
}

/// The name of a page may be mistaken: that it cannot be looked up says nothing about the line.
fn page_code(error: &ustream::Error) -> Code {
    match error {
        ustream::Error::Network(source) if is_cut_off(source) => Code::Offline,
        _ => Code::PageDown,
    }
}

fn fetch_code(error: &FetchError) -> Code {
    match error {
        FetchError::Network { source, .. } => network_code(source),
        FetchError::Status { .. } => Code::SiteDown,
        FetchError::Busy { .. } => Code::Busy,
        FetchError::NotMedia { .. } | FetchError::NoAddress => Code::BadAnswer,
        FetchError::Replaced { .. } => Code::Changed,
    }
}

fn media_code(error: &media::Error) -> Code {
    match error {
        media::Error::Io(source) => disk_code(source),
        media::Error::Unsupported(_) | media::Error::Encrypted => Code::Unsupported,
        _ => Code::CheckFailed,
    }
}

fn disk_code(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Code::DiskFull,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Code::DriveGone,
        _ => Code::NoWrite,
    }
}

/// How a connection failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// This computer is not connected.
    Offline,
    /// Nobody answers there.
    Down,
    /// It was there and broke.
    Broken,
    /// It will not be otherwise next time: its certificate is not trusted, it leads in circles.
    Never,
}

/// Tells "this computer is offline" from "that site is down": the cause hides below two layers.
pub(crate) fn reach(error: &reqwest::Error) -> Reach {
    use io::ErrorKind as Kind;
    if error.is_builder() || error.is_redirect() {
        return Reach::Never;
    }
    if !error.is_connect() {
        return Reach::Broken;
    }
    let kinds = || {
        causes(error)
            .filter_map(|cause| cause.downcast_ref::<io::Error>())
            .map(|cause| (cause.kind(), cause.raw_os_error()))
    };
    // What TLS says is no matter of the line.
    if kinds().any(|(kind, _)| kind == Kind::InvalidData) {
        return Reach::Never;
    }
    let offline = kinds().any(|(kind, system)| match kind {
        Kind::InvalidInput | Kind::Other | Kind::TimedOut | Kind::UnexpectedEof => false,
        // A name that cannot be looked up comes without the system's number.
        _ => system.is_none(),
    });
    let offline = offline || is_cut_off(error);
    if offline { Reach::Offline } else { Reach::Down }
}

/// No way leads out of this computer.
fn is_cut_off(error: &reqwest::Error) -> bool {
    use io::ErrorKind as Kind;
    let mut kinds = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind);
    kinds.any(|kind| {
        matches!(
            kind,
            Kind::NetworkUnreachable | Kind::NetworkDown | Kind::HostUnreachable
        )
    })
}

fn network_code(error: &reqwest::Error) -> Code {
    match reach(error) {
        Reach::Offline => Code::Offline,
        Reach::Down | Reach::Broken | Reach::Never => Code::SiteDown,
    }
}

fn causes<'a>(
    error: &'a (dyn std::error::Error + 'static),
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(Some(error), |cause| cause.source())
}

/// The innermost cause in words, without the address that reqwest puts before it.
fn root(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

fn spans(gaps: &[GapView]) -> String {
    let shown = gaps.iter().take(5).map(|gap| {
        let second = gap.start_ms / 1000;
        format!(
            "{}:{:02}:{:02}",
            second / 3600,
            second / 60 % 60,
            second % 60
        )
    });
    let mut text = shown.collect::<Vec<_>>().join(", ");
    if gaps.len() > 5 {
        text.push_str(", …");
    }
    text
}
