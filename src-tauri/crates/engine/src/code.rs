//! The code of a failure: the same in job files, on the command line and on the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// Why a job failed, as one of the cases that the user is told about. The page's catalogues hold a
/// text for each.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no link in the text.
    NotALink,
    /// The link is of another site; the detail is its host.
    OtherSite,
    /// This computer is offline.
    Offline,
    /// The network shows its log-in page in place of every site.
    WifiLogin,
    /// The network knows no host names.
    DnsFailing,
    /// The service's hosts refuse the connection, or a firewall in their place.
    ConnectionRefused,
    /// The proxy asks for a name and a password.
    ProxyLogin,
    /// The proxy refuses to connect to the service.
    ProxyRefused,
    /// The proxy cannot be reached.
    ProxyDown,
    /// The system names a script that chooses the proxy, which this program cannot run.
    ProxyScript,
    /// Another server answers with a certificate that is not trusted; the detail is its issuer.
    Untrusted,
    /// The service's certificate is not valid at the time that this computer's clock shows.
    WrongClock,
    /// This computer has no certificates of authorities to trust.
    NoCertificates,
    /// The site cannot be reached, answers with errors, or does not answer in time.
    SiteDown,
    /// The page of another site cannot be reached, answers with errors, or not in time.
    PageDown,
    /// The site answers that it gets too many requests.
    Busy,
    /// The servers of the segments send nothing, or next to nothing.
    Stalled,
    /// The site's response is malformed.
    BadAnswer,
    /// The recording does not exist, or no longer.
    NotFound,
    /// It is still being broadcast.
    StillLive,
    /// The owner kept no recording.
    NotRecorded,
    /// A form must be filled in; `fields` lists its fields.
    NeedsForm,
    /// The form was refused; the detail is what the site said.
    FormRefused,
    /// A password is required.
    NeedsPassword,
    /// The password was wrong.
    WrongPassword,
    /// A file is no recorded conversation with the service, or plays no recording.
    SessionUnreadable,
    /// The addresses in a recorded conversation have expired.
    SessionExpired,
    /// Only invited people can watch it.
    MembersOnly,
    /// Not available in this country.
    Region,
    /// It only plays on the owner's page, whose address is required.
    EmbedOnly,
    /// Another lock; the detail is the site's own name for it.
    Locked,
    /// The service now lists other segments than those fetched so far.
    Changed,
    /// Some segments could not be fetched; the detail names them.
    #[serde(rename = "pieces_missing")]
    SegmentsMissing,
    /// The disk has too little free space; the detail says how much is needed and how much is free.
    LowSpace,
    /// The disk is full.
    DiskFull,
    /// The user's share of the disk is used up.
    QuotaFull,
    /// The file system takes no file as large as the movie.
    FileTooLarge,
    /// The folder cannot be written to.
    NoWrite,
    /// The disk can only be read.
    ReadOnly,
    /// The folder holds as many folders as its file system allows.
    FolderFull,
    /// The app cannot write to its own folder, where it keeps its jobs or its settings; the detail is
    /// that folder.
    OwnFolder,
    /// The file system does not take the name of the file.
    BadName,
    /// The drive has been removed.
    DriveGone,
    /// Another program holds a file of the job, so that it cannot be read, renamed or deleted.
    FileHeld,
    /// Another copy of the app is saving this very file.
    InUse,
    /// ffmpeg is to make the MP4 or MP3 and was not found, or cannot encode MP3; nothing was fetched.
    FfmpegMissing,
    /// ffmpeg could not make the MP4 or MP3; the original is kept, which is an M4A for an MP3.
    ConvertFailed,
    /// The finished file did not pass the check.
    CheckFailed,
    /// A local file cannot be read as a movie: it is damaged, or of another kind.
    #[serde(rename = "bad_film")]
    BadMovie,
    /// It has no audio in the chosen language; the detail names the languages that it has.
    #[serde(rename = "no_sound")]
    NoAudio,
    /// The part that was asked for cannot be saved; the detail says why.
    NoPart,
    /// The file cannot have the extension that was asked for; the detail names the possible one.
    OtherEnding,
    /// The media is encrypted.
    Encrypted,
    /// The recording is stored in a format that is not supported.
    Unsupported,
    /// A bug in this program.
    Internal,
}
