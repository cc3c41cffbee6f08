//! The code of a failure: the same in job files, on the command line and on the page.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a person can do about a failure; each has its words in the page's catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Code {
    /// There is no link in the text.
    NotALink,
    /// The link is of another site; the detail is its host.
    OtherSite,
    /// This computer is not connected.
    Offline,
    /// The site cannot be reached, answers with errors, or does not answer in time.
    SiteDown,
    /// The page of another site cannot be reached, answers with errors, or not in time.
    PageDown,
    /// The site asks to be left alone for a while.
    Busy,
    /// The site's answer makes no sense.
    BadAnswer,
    /// The recording is not there (any more).
    NotFound,
    /// It is still being broadcast.
    StillLive,
    /// The owner kept no recording.
    NotRecorded,
    /// A form must be filled in; `fields` names it.
    NeedsForm,
    /// The form was refused; the detail is what the site said.
    FormRefused,
    /// A password is wanted.
    NeedsPassword,
    /// The password was wrong.
    WrongPassword,
    /// Only invited people can watch it.
    MembersOnly,
    /// Not available in this country.
    Region,
    /// It only plays on the owner's page, whose address is wanted.
    EmbedOnly,
    /// Another lock; the detail is the site's own name for it.
    Locked,
    /// The service now lists other pieces than those fetched so far.
    Changed,
    /// Some pieces could not be had; the detail names them.
    PiecesMissing,
    /// The disk has too little room for it; the detail says how much is needed and free.
    LowSpace,
    /// The disk is full.
    DiskFull,
    /// The folder cannot be written to.
    NoWrite,
    /// The drive is gone.
    DriveGone,
    /// Another copy of the app is saving this very file.
    InUse,
    /// ffmpeg was to make the MP4 and is not there; nothing was fetched.
    FfmpegMissing,
    /// ffmpeg could not make the MP4; the original is kept.
    ConvertFailed,
    /// The finished file did not pass the check.
    CheckFailed,
    /// A film on this computer cannot be read as one: it is damaged, or it is none.
    BadFilm,
    /// It has no sound in the language that is wanted; the detail names those that it has.
    NoSound,
    /// The recording is stored in a way that is not known here.
    Unsupported,
    /// A mistake in this program.
    Internal,
}
