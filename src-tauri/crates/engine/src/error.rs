//! Errors, and the code that each has for the user.

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use ustream::{
    CertificateProblem, FormField, Lock, ProxyFailure, RefusedCertificate, SessionError,
    TargetError, causes,
};

use crate::code::Code;
use crate::file_ending::FileEnding;
use crate::platform;
use crate::saved;
use crate::shortfall::Shortfall;
use crate::view;

/// Why a job cannot go on.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The recording cannot be found or opened.
    #[error(transparent)]
    Service(#[from] ustream::Error),
    /// A segment cannot be fetched, and requests for the others would fail too.
    #[error(transparent)]
    Fetch(#[from] FetchError),
    /// Some of the recording could not be downloaded; the rest is kept.
    #[error("{}{}", .shortfall.description(), because(.reason.as_deref()))]
    Incomplete {
        /// What is missing.
        shortfall: Box<Shortfall>,
        /// Why the last of the missing segments could not be downloaded.
        reason: Option<String>,
        /// Its server sends nothing, or next to nothing.
        is_stalled: bool,
    },
    /// The service lists other segments than those fetched so far.
    #[error("the recording has changed since the download began; what is here is kept in {}", .0.display())]
    Changed(PathBuf),
    /// The segments are not valid in their container, or the file is damaged.
    #[error(transparent)]
    Media(#[from] media::Error),
    /// A file on this computer cannot be read or remuxed.
    #[error("{}: {problem}", .path.display())]
    InputFile {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        problem: media::Error,
    },
    /// The file cannot have the extension that the user asked for.
    #[error("it cannot be saved as .{}, only as .{}", .asked.as_str(), .usual.as_str())]
    Ending {
        /// What the user asked for.
        asked: FileEnding,
        /// What it can have.
        usual: FileEnding,
    },
    /// The part of the recording that was asked for cannot be saved.
    #[error(transparent)]
    NoRange(#[from] RangeProblem),
    /// The finished file did not pass the check.
    #[error("the file did not pass the check: {0}")]
    Check(String),
    /// ffmpeg should make the MP4 or MP3 but cannot be started, or has no encoder for MP3.
    #[error("ffmpeg cannot be used: {0}")]
    NoFfmpeg(String),
    /// ffmpeg failed; the original is kept.
    #[error("ffmpeg: {problem}; the original is kept in {}", .original.display())]
    Convert {
        /// What ffmpeg said.
        problem: String,
        /// The complete original; of an MP3 the M4A.
        original: PathBuf,
    },
    /// The folder of the jobs cannot be used.
    #[error("{}: {source}", .folder.display())]
    OwnFolder {
        /// Which.
        folder: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A file or folder could not be read or written.
    #[error("{}: {source}", .path.display())]
    Disk {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file system does not take the name of a new file or folder.
    #[error("{}: {source}", .path.display())]
    NameRefused {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The movie is larger than a file may be in the folder.
    #[error(
        "a file in {} can have {}, and this video has about {}",
        .folder.display(), megabytes(*.limit_bytes), megabytes(*.needed_bytes)
    )]
    FileTooLarge {
        /// Where it was to be saved.
        folder: PathBuf,
        /// About how large the movie is.
        needed_bytes: u64,
        /// Size of the largest file.
        limit_bytes: u64,
        /// The size of the movie is an estimate that may be too high.
        may_fit: bool,
    },
    /// There is too little free disk space for the movie.
    #[error(
        "{} has {} free, and about {} is needed",
        .folder.display(), megabytes(*.free_bytes), megabytes(*.needed_bytes)
    )]
    LowSpace {
        /// Where it was to be saved.
        folder: PathBuf,
        /// About how much is still to be written.
        needed_bytes: u64,
        /// How much is free.
        free_bytes: u64,
        /// There is too little space even for an empty movie.
        is_full: bool,
        /// The needed size is an estimate that may be too high.
        may_fit: bool,
    },
    /// Another process is saving the same file.
    #[error("another copy of the program is saving {}", .0.display())]
    InUse(PathBuf),
    /// There is no job of that id.
    #[error("there is no such job")]
    NoSuchJob,
    /// The engine has been shut down.
    #[error("the program is closing")]
    Closed,
    /// A task panicked, or an invariant of this program does not hold.
    #[error("a task broke: {0}")]
    Internal(String),
}

/// Why a part of a recording cannot be saved alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RangeProblem {
    /// It starts where the recording has ended.
    #[error("the video is only {} long", clock(*.length_ms))]
    BeyondEnd {
        /// Length of the recording.
        length_ms: u64,
    },
    /// No media of it is there, and the length of the recording is not known.
    #[error("the video has nothing at these times")]
    Nothing,
    /// The service has it as one file, or ffmpeg makes an MP4 of an MP4: neither is cut.
    #[error("only a file that this program itself makes of pieces can be cut")]
    NotCut,
}

/// Returns a length as a player shows it.
fn clock(length_ms: u64) -> String {
    let seconds = length_ms / 1000;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}", seconds % 60)
}

/// Why a segment could not be fetched.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// No connection, or it broke off.
    #[error("{host} could not be reached: {}", innermost_cause(.source))]
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
    /// The host asks for a pause: 429 or 503 with `Retry-After`.
    #[error("{host} asks us to slow down")]
    Busy {
        /// Who.
        host: String,
        /// How long, if it says so.
        retry_after: Option<Duration>,
    },
    /// The response is not a segment.
    #[error("{host} sent something that is not a piece of the film: {problem}")]
    NotMedia {
        /// Who.
        host: String,
        /// What is wrong with it.
        problem: String,
    },
    /// The segment is valid and holds no media.
    #[error("{host} sent a segment without any media")]
    NoMedia {
        /// Who.
        host: String,
    },
    /// The file that is being fetched was replaced by another.
    #[error("{host} has another file there now")]
    Replaced {
        /// Who.
        host: String,
    },
    /// The host cannot be reached although the service can: unknown host name, or no route.
    #[error("{host} could not be reached: {problem}")]
    Unreachable {
        /// Who.
        host: String,
        /// What the connection said.
        problem: String,
    },
    /// The host sends nothing, or so slowly that the segment would take hours.
    #[error("{host} sends nothing, or next to nothing")]
    Stalled {
        /// Who.
        host: String,
    },
    /// This computer is offline, or the network asks to log in.
    #[error("{host} could not be reached: {problem}")]
    Offline {
        /// Who was asked.
        host: String,
        /// What the connection said.
        problem: String,
        /// What the person is told.
        code: Code,
    },
    /// All hosts of the segments have been failing for too long.
    #[error("every server of the segments fails: {problem}")]
    AllHostsFailed {
        /// The first of them.
        host: String,
        /// How it fails.
        cause: HostFailure,
        /// Text for *Details*; if its certificate is not trusted, the issuer.
        problem: String,
    },
    /// The request limit was reached, which no valid recording does.
    #[error("too many requests were made in vain")]
    TooManyRequests,
    /// The service lists no address of this segment.
    #[error("the service names no address for this piece")]
    NoAddress,
}

/// How a host fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HostFailure {
    /// It cannot be reached, or the connection breaks.
    Unreachable,
    /// It refuses connections.
    Refused,
    /// Its certificate is not trusted.
    Untrusted(CertificateProblem),
    /// The proxy fails.
    Proxy(ProxyFailure),
    /// It asks for a pause.
    Busy,
    /// It sends nothing, or next to nothing.
    Stalled,
    /// It returns HTTP errors.
    Status,
    /// It returns something other than segments.
    NotMedia,
}

impl FetchError {
    /// Returns whether the host refuses this segment: not found, not allowed, or replaced.
    pub(crate) fn is_refusal(&self) -> bool {
        matches!(
            self,
            Self::Status {
                status: 401 | 403 | 404 | 410,
                ..
            } | Self::Replaced { .. }
        )
    }

    /// Returns whether this host denies access, which says nothing about the segment: other hosts
    /// may have it.
    pub(crate) fn is_denial(&self) -> bool {
        let Self::Status { status, .. } = self else {
            return false;
        };
        matches!(status, 401 | 403)
    }

    /// Returns whether the host answers, and it is the segment that is missing or damaged.
    pub(crate) fn is_of_segment(&self) -> bool {
        self.is_refusal() || matches!(self, Self::NotMedia { .. } | Self::NoMedia { .. })
    }

    /// Returns whether the host is overloaded.
    pub(crate) fn is_overload(&self) -> bool {
        matches!(self, Self::Busy { .. } | Self::Status { status: 503, .. })
    }

    /// Returns whether a retry of the same request cannot help.
    pub(crate) fn is_final(&self) -> bool {
        match self {
            Self::Status { status, .. } => !matches!(status, 401 | 403 | 404 | 408 | 410 | 500..),
            Self::NoMedia { .. }
            | Self::AllHostsFailed { .. }
            | Self::TooManyRequests
            | Self::NoAddress => true,
            _ => false,
        }
    }

    /// Returns whether `other` is the better reason to report: what one host returned says more
    /// than that another is down, and any answer more than that a host was not asked.
    pub(crate) fn is_less_specific_than(&self, other: &Self) -> bool {
        let is_silent = match self {
            Self::TooManyRequests => return true,
            Self::Network { source, .. } => source.is_connect(),
            Self::Unreachable { .. } => true,
            _ => false,
        };
        is_silent && !matches!(other, Self::NoMedia { .. })
    }

    /// Returns whether a log-in page of the network may have answered in place of the host.
    pub(crate) fn may_be_login_page(&self) -> bool {
        match self {
            Self::NotMedia { .. } | Self::Status { status: 511, .. } => true,
            Self::Network { source, .. } => {
                source.is_redirect()
                    || ustream::refused_certificate(source)
                        .is_some_and(|certificate| certificate.problem.is_of_login_page())
            }
            _ => false,
        }
    }

    /// Classifies the failure of the host.
    pub(crate) fn host_failure(&self) -> HostFailure {
        match self {
            Self::Network { source, .. } => match network_failure(source) {
                NetworkFailure::Untrusted(certificate) => {
                    HostFailure::Untrusted(certificate.problem)
                }
                NetworkFailure::Proxy(failure) => HostFailure::Proxy(failure),
                NetworkFailure::Refused => HostFailure::Refused,
                _ if source.is_redirect() => HostFailure::Status,
                _ => HostFailure::Unreachable,
            },
            Self::Unreachable { .. } | Self::Offline { .. } => HostFailure::Unreachable,
            Self::Stalled { .. } => HostFailure::Stalled,
            Self::Busy { .. } => HostFailure::Busy,
            Self::NotMedia { .. } | Self::NoMedia { .. } | Self::Replaced { .. } => {
                HostFailure::NotMedia
            }
            Self::AllHostsFailed { cause, .. } => *cause,
            Self::Status { .. } | Self::TooManyRequests | Self::NoAddress => HostFailure::Status,
        }
    }
}

impl Error {
    pub(crate) fn disk(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Disk { path, source }
    }

    /// For an error of reading or writing in the folder of the jobs.
    pub(crate) fn own_folder(folder: &Path) -> impl FnOnce(io::Error) -> Self {
        let folder = folder.to_owned();
        move |source| match disk_code(&source) {
            Code::DiskFull | Code::QuotaFull | Code::FileHeld => Self::Disk {
                path: folder,
                source,
            },
            _ => Self::OwnFolder { folder, source },
        }
    }

    /// For an error of making the new file or folder `path`.
    pub(crate) fn new_name(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| {
            if platform::may_mean_bad_name(&source, &path) {
                Self::NameRefused { path, source }
            } else {
                Self::Disk { path, source }
            }
        }
    }

    /// Returns the code that the user sees.
    pub fn code(&self) -> Code {
        match self {
            Self::Service(error) => service_code(error),
            Self::Fetch(error) => fetch_code(error),
            Self::Incomplete {
                is_stalled: true, ..
            } => Code::Stalled,
            Self::Incomplete { .. } => Code::SegmentsMissing,
            Self::OwnFolder { .. } => Code::OwnFolder,
            Self::Changed(_) => Code::Changed,
            Self::Media(error) => media_code(error),
            Self::InputFile { problem, .. } => match problem {
                media::Error::Io(source) => disk_code(source),
                media::Error::Unsupported(_) => Code::Unsupported,
                media::Error::Encrypted => Code::Encrypted,
                _ => Code::BadMovie,
            },
            Self::Ending { .. } => Code::OtherEnding,
            Self::NoRange(_) => Code::NoPart,
            Self::Check(_) => Code::CheckFailed,
            Self::NoFfmpeg(_) => Code::FfmpegMissing,
            Self::Convert { .. } => Code::ConvertFailed,
            Self::Disk { source, .. } => disk_code(source),
            Self::NameRefused { .. } => Code::BadName,
            Self::FileTooLarge { .. } => Code::FileTooLarge,
            Self::LowSpace { is_full: true, .. } => Code::DiskFull,
            Self::LowSpace { .. } => Code::LowSpace,
            Self::InUse(_) => Code::InUse,
            Self::NoSuchJob | Self::Closed | Self::Internal(_) => Code::Internal,
        }
    }
}

impl From<&Error> for saved::Failure {
    fn from(error: &Error) -> Self {
        let fields = match error {
            Error::Service(ustream::Error::Locked(
                Lock::Form { fields } | Lock::FormRefused { fields, .. },
            )) => fields.iter().map(form_field).collect(),
            _ => Vec::new(),
        };
        let shortfall = match error {
            Error::Incomplete { shortfall, .. } => (**shortfall).clone(),
            _ => Shortfall::default(),
        };
        let gaps = shortfall.spans();
        let Shortfall {
            missing,
            shorter_than_stated_ms,
            whole_ms,
            ..
        } = shortfall;
        Self {
            code: error.code(),
            detail: detail(error),
            fields,
            gaps,
            missing,
            shorter_than_stated_ms,
            whole_ms,
            room: match error {
                Error::LowSpace {
                    needed_bytes,
                    free_bytes,
                    ..
                } => Some(saved::Room {
                    needed_bytes: *needed_bytes,
                    there_bytes: *free_bytes,
                }),
                Error::FileTooLarge {
                    needed_bytes,
                    limit_bytes,
                    ..
                } => Some(saved::Room {
                    needed_bytes: *needed_bytes,
                    there_bytes: *limit_bytes,
                }),
                _ => None,
            },
            may_fit: matches!(
                error,
                Error::LowSpace { may_fit: true, .. } | Error::FileTooLarge { may_fit: true, .. }
            ),
            ffmpeg_may: matches!(
                error,
                Error::InputFile { problem, .. } if media::ffmpeg_may_remux(problem)
            ),
        }
    }
}

impl From<Error> for view::Failure {
    fn from(error: Error) -> Self {
        Self::from(&error)
    }
}

impl From<&Error> for view::Failure {
    fn from(error: &Error) -> Self {
        saved::Failure::from(error).into()
    }
}

/// Returns the cause as the screen shows it; the message itself is in the catalogue.
fn detail(error: &Error) -> String {
    match error {
        Error::Service(ustream::Error::Target(TargetError::OtherSite { host })) => host.clone(),
        Error::Service(ustream::Error::Locked(Lock::FormRefused { message, .. })) => {
            crate::names::clean_text(message)
        }
        Error::Service(ustream::Error::Locked(Lock::Other(key))) => crate::names::clean_text(key),
        Error::Service(ustream::Error::NoAudio { there, .. }) => there.join(", "),
        Error::Ending { usual, .. } => format!(".{}", usual.as_str()),
        Error::OwnFolder { folder, .. } => folder.display().to_string(),
        Error::Service(ustream::Error::ProxyScript(script)) => script.clone(),
        Error::Service(ustream::Error::Network(source)) => innermost_cause(source),
        Error::Service(ustream::Error::Untrusted { certificate, .. })
            if certificate_code(certificate.problem) == Code::Untrusted =>
        {
            certificate.issuer()
        }
        Error::Fetch(FetchError::AllHostsFailed {
            cause: HostFailure::Untrusted(_),
            problem,
            ..
        }) => problem.clone(),
        Error::Service(ustream::Error::Page { host, source }) => match &**source {
            ustream::Error::Network(source) => format!("{host}: {}", innermost_cause(source)),
            other => other.to_string(),
        },
        other => other.to_string(),
    }
}

fn form_field(field: &FormField) -> saved::FormField {
    saved::FormField {
        name: field.name.clone(),
        label: crate::names::clean_text(&field.label),
        required: field.required,
    }
}

fn service_code(error: &ustream::Error) -> Code {
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
        Find::StillLive | Find::Session(SessionError::OfChannel) => Code::StillLive,
        Find::NotRecorded | Find::OffAir => Code::NotRecorded,
        Find::Network(source) => network_code(source),
        Find::Proxy(failure) => proxy_code(*failure),
        Find::Untrusted { certificate, .. } => certificate_code(certificate.problem),
        Find::ProxyScript(_) => Code::ProxyScript,
        Find::LoginPage => Code::WifiLogin,
        Find::WrongClock => Code::WrongClock,
        Find::Tls(_) => Code::NoCertificates,
        Find::Page { source, .. } => page_code(source),
        Find::Busy { .. } => Code::Busy,
        Find::Malformed { .. } | Find::TooLarge { .. } | Find::Misdirected(_) => Code::BadAnswer,
        Find::NoAudio { .. } => Code::NoAudio,
        Find::Session(SessionError::Expired) => Code::SessionExpired,
        Find::Session(_) => Code::SessionUnreadable,
        Find::Encrypted => Code::Encrypted,
        Find::NoRendition | Find::Unsupported(_) => Code::Unsupported,
        // Timeouts, HTTP errors, and later variants.
        _ => Code::SiteDown,
    }
}

/// A page's host name may be misspelt: a failed lookup does not mean that this computer is offline.
fn page_code(error: &ustream::Error) -> Code {
    match error {
        ustream::Error::Network(source) if is_network_unreachable(source) => Code::Offline,
        ustream::Error::Proxy(failure) => proxy_code(*failure),
        _ => Code::PageDown,
    }
}

fn fetch_code(error: &FetchError) -> Code {
    match error {
        FetchError::Network { source, .. } => network_code(source),
        FetchError::Offline { code, .. } => *code,
        FetchError::AllHostsFailed { cause, .. } => match cause {
            HostFailure::Unreachable | HostFailure::Status => Code::SiteDown,
            HostFailure::Refused => Code::ConnectionRefused,
            HostFailure::Untrusted(problem) => certificate_code(*problem),
            HostFailure::Proxy(failure) => proxy_code(*failure),
            HostFailure::Busy => Code::Busy,
            HostFailure::Stalled => Code::Stalled,
            HostFailure::NotMedia => Code::BadAnswer,
        },
        FetchError::Status { .. }
        | FetchError::Unreachable { .. }
        | FetchError::TooManyRequests => Code::SiteDown,
        FetchError::Stalled { .. } => Code::Stalled,
        FetchError::Busy { .. } => Code::Busy,
        FetchError::NotMedia { .. } | FetchError::NoMedia { .. } | FetchError::NoAddress => {
            Code::BadAnswer
        }
        FetchError::Replaced { .. } => Code::Changed,
    }
}

fn media_code(error: &media::Error) -> Code {
    match error {
        media::Error::Io(source) => disk_code(source),
        media::Error::Unsupported(_) => Code::Unsupported,
        media::Error::Encrypted => Code::Encrypted,
        _ => Code::CheckFailed,
    }
}

fn disk_code(error: &io::Error) -> Code {
    match error.kind() {
        io::ErrorKind::StorageFull => Code::DiskFull,
        io::ErrorKind::QuotaExceeded => Code::QuotaFull,
        io::ErrorKind::FileTooLarge => Code::FileTooLarge,
        io::ErrorKind::ReadOnlyFilesystem => Code::ReadOnly,
        io::ErrorKind::TooManyLinks => Code::FolderFull,
        io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Code::DriveGone,
        _ if platform::is_drive_gone(error) => Code::DriveGone,
        _ if platform::is_held(error) => Code::FileHeld,
        _ if platform::means_bad_name(error) => Code::BadName,
        _ => Code::NoWrite,
    }
}

/// How a connection failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum NetworkFailure {
    /// There is no route to any network, or no host name can be looked up.
    Offline,
    /// The host refuses connections.
    Refused,
    /// The host does not answer.
    Down,
    /// The proxy fails.
    Proxy(ProxyFailure),
    /// The certificate is not trusted.
    Untrusted(RefusedCertificate),
    /// The connection was established and broke.
    Interrupted,
    /// A retry cannot help: no TLS, redirect loop.
    Permanent,
}

/// Distinguishes "this computer is offline" from "that site is down" by the causes of the error.
pub(crate) fn network_failure(error: &reqwest::Error) -> NetworkFailure {
    use io::ErrorKind as Kind;
    if error.is_builder() || error.is_redirect() {
        return NetworkFailure::Permanent;
    }
    if let Some(certificate) = ustream::refused_certificate(error) {
        return NetworkFailure::Untrusted(certificate);
    }
    if let Some(failure) = ustream::proxy_failure(error) {
        return NetworkFailure::Proxy(failure);
    }
    if !error.is_connect() {
        return NetworkFailure::Interrupted;
    }
    let system_errors = || causes(error).filter_map(|cause| cause.downcast_ref::<io::Error>());
    // A TLS error is not a connectivity problem; retrying does not help.
    if system_errors().any(|cause| cause.kind() == Kind::InvalidData) {
        return NetworkFailure::Permanent;
    }
    let offline = system_errors().any(|cause| match cause.kind() {
        Kind::InvalidInput | Kind::TimedOut | Kind::UnexpectedEof => false,
        _ => platform::is_lookup_failure(cause),
    });
    let offline = offline || is_network_unreachable(error);
    if offline {
        NetworkFailure::Offline
    } else if system_errors().any(|cause| cause.kind() == Kind::ConnectionRefused) {
        NetworkFailure::Refused
    } else {
        NetworkFailure::Down
    }
}

/// Returns whether this computer has no route to any network.
fn is_network_unreachable(error: &reqwest::Error) -> bool {
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
    match network_failure(error) {
        NetworkFailure::Offline => offline_code(error),
        NetworkFailure::Refused => Code::ConnectionRefused,
        NetworkFailure::Proxy(failure) => proxy_code(failure),
        NetworkFailure::Untrusted(certificate) => certificate_code(certificate.problem),
        NetworkFailure::Down | NetworkFailure::Interrupted | NetworkFailure::Permanent => {
            Code::SiteDown
        }
    }
}

/// Returns the code of a failed lookup, or of a missing route. If there is a route, the network is
/// there and only its name server fails.
pub(crate) fn offline_code(error: &reqwest::Error) -> Code {
    if !is_network_unreachable(error) && platform::has_route() {
        Code::DnsFailing
    } else {
        Code::Offline
    }
}

/// A certificate that is only out of date, or revoked, shows a mistake of the service; the others
/// come from somebody else.
fn certificate_code(problem: CertificateProblem) -> Code {
    match problem {
        CertificateProblem::OtherHost | CertificateProblem::UnknownIssuer => Code::Untrusted,
        CertificateProblem::OutOfDate | CertificateProblem::Other => Code::BadAnswer,
    }
}

fn proxy_code(failure: ProxyFailure) -> Code {
    match failure {
        ProxyFailure::Login => Code::ProxyLogin,
        ProxyFailure::Refused => Code::ProxyRefused,
        ProxyFailure::Down if platform::has_route() => Code::ProxyDown,
        ProxyFailure::Down => Code::Offline,
    }
}

/// Returns the text of the innermost cause, without the address that reqwest puts before it.
pub(crate) fn innermost_cause(error: &reqwest::Error) -> String {
    if let Some(certificate) = ustream::refused_certificate(error) {
        return certificate.to_string();
    }
    causes(error)
        .last()
        .map(ToString::to_string)
        .unwrap_or_default()
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes.div_ceil(1_000_000))
}

fn because(reason: Option<&str>) -> String {
    reason
        .map(|reason| format!(" ({reason})"))
        .unwrap_or_default()
}
