//! The texts for each failure: what happened, and what to do.

use std::borrow::Cow;

use engine::view::FormFieldView;
use engine::{Code, Failure};

/// Returns what happened.
pub(crate) fn summary(failure: &Failure) -> Cow<'static, str> {
    let detail = &failure.detail;
    let what = match failure.code {
        Code::OtherSite => {
            return format!(
                "nothing of Ustream or IBM Video Streaming plays on that page of {detail}"
            )
            .into();
        }
        Code::FormRefused => return format!("the site did not accept the form: {detail}").into(),
        Code::Locked => return format!("this video has a lock we don't know: {detail}").into(),
        Code::NotALink => "there is no link in that text",
        Code::Offline => "this computer is not connected to the internet",
        Code::WifiLogin => "this network asks to sign in first",
        Code::DnsFailing => "this network cannot look up the name of the video site",
        Code::ConnectionRefused => "the connection to the video site was refused",
        Code::ProxyLogin => "the proxy asks for a name and a password",
        Code::ProxyRefused => "the proxy does not allow the video site",
        Code::ProxyDown => "the proxy is not answering",
        Code::ProxyScript => {
            return format!(
                "the proxy is chosen by a script, which this program cannot run: {detail}"
            )
            .into();
        }
        Code::Untrusted => {
            return format!(
                "another server answers for the video site, with a certificate of {detail} that is not trusted"
            )
            .into();
        }
        Code::WrongClock => "the clock of this computer is wrong",
        Code::NoCertificates => "this computer has no certificates to check connections with",
        Code::SiteDown => "the video site is not answering",
        Code::PageDown => "that page is not answering",
        Code::Busy => "the site asks us to slow down",
        Code::Stalled => "the video has stopped coming; what is here is kept",
        Code::BadAnswer => "the site's answer makes no sense",
        Code::NotFound => "there is no such video (any more)",
        Code::StillLive => "this stream is still running",
        Code::NotRecorded => "there is no recording",
        Code::NeedsForm => "this video asks you to sign up first",
        Code::NeedsPassword => "this video has a password",
        Code::WrongPassword => "that password did not work",
        Code::MembersOnly => "only invited people can watch this",
        Code::Region => "this video is not available in your country",
        Code::EmbedOnly => "this video only plays on its owner's website",
        Code::Changed => "the recording has changed since the download began",
        Code::SegmentsMissing => "this video is not complete; what is here is kept",
        Code::LowSpace => return format!("not enough room: {}", failure.detail).into(),
        Code::DiskFull => "the disk is full; what is here is kept",
        Code::QuotaFull => "your share of the disk is used up; what is here is kept",
        Code::FileTooLarge => "this video is larger than a file may be on that disk",
        Code::NoWrite => "the folder or file cannot be written",
        Code::ReadOnly => "the disk can only be read",
        Code::OwnFolder => "this program cannot write to its own folder",
        Code::FolderFull => "that folder holds as many folders as its disk allows",
        Code::BadName => "the disk does not take that name",
        Code::DriveGone => "the folder is not there",
        Code::FileHeld => "another program has this file open",
        Code::InUse => "this video is being saved by another copy of the program",
        Code::FfmpegMissing => "there is no ffmpeg on this computer that can make the file",
        Code::ConvertFailed => "ffmpeg could not make the file; the original is kept",
        Code::CheckFailed => "the file did not pass our check",
        Code::SessionUnreadable => "no video can be found in this recorded session",
        Code::SessionExpired => "the addresses in this recorded session have expired",
        Code::BadMovie => "this file cannot be read as a film",
        Code::NoAudio => return format!("this video has sound in {detail} only").into(),
        Code::NoPart => return format!("this part cannot be saved: {detail}").into(),
        Code::OtherEnding => {
            return format!("this video can be saved as {detail} only").into();
        }
        Code::Encrypted => "this video is encrypted",
        Code::Unsupported => "this video is stored in a way we don't know",
        Code::Internal => "something went wrong in this program",
    };
    what.into()
}

/// Returns what the user can do.
pub(crate) fn hint(failure: &Failure) -> Cow<'static, str> {
    let hint = match failure.code {
        Code::NeedsForm | Code::FormRefused => return form_hint(&failure.fields).into(),
        Code::NotALink => "it should look like video.ibm.com/recorded/123456",
        Code::OtherSite => {
            "it must be a link of ustream.tv or video.ibm.com, or of a page that plays a video from there"
        }
        Code::Offline => "check Wi-Fi or cable, then run the same command again",
        Code::WifiLogin => "open any web page in a browser and sign in there, then run it again",
        Code::DnsFailing => "restart the router, or try from another network",
        Code::ConnectionRefused => {
            "check the firewall of this computer; if it is not that, try again later"
        }
        Code::ProxyLogin => "set HTTPS_PROXY=http://NAME:PASSWORD@HOST:PORT, then run it again",
        Code::ProxyRefused => "ask whoever looks after the network, or try from another one",
        Code::ProxyDown => "check HTTPS_PROXY, or the proxy in the network settings of the system",
        Code::ProxyScript => "set HTTPS_PROXY=http://HOST:PORT, then run it again",
        Code::Untrusted => {
            "try from another network; if its owner inspects connections, SSL_CERT_FILE can name their certificate"
        }
        Code::WrongClock => "set the date and time, then run the same command again",
        Code::NoCertificates => {
            "install them (on many systems the package is called ca-certificates), or name a file of \
             them in SSL_CERT_FILE"
        }
        Code::Stalled if !failure.gaps.is_empty() => {
            "wait a few minutes, then run the same command again, or add --keep-gaps to save what there is"
        }
        Code::SiteDown | Code::Stalled => "wait a few minutes, then run the same command again",
        Code::PageDown => "open it in a browser to check the link, then run the same command again",
        Code::Busy => "wait a few minutes, or use --parallel 2",
        Code::BadAnswer => "try again later; -v tells more",
        Code::NotFound => "open the link in a browser to check it",
        Code::StillLive => "come back when it has ended and the recording is published",
        Code::NotRecorded => "ask the owner of the channel",
        Code::NeedsPassword => {
            "run it in a terminal to be asked for it, or add --password-file FILE"
        }
        Code::WrongPassword => "check capital letters and spaces",
        Code::MembersOnly => {
            "it needs a company or event login; play it in a browser and save that session: see the README"
        }
        Code::Region => "its owner limits where it can be watched",
        Code::EmbedOnly => "add --referrer with the address of the page where you watch it",
        Code::Locked => {
            "if it plays in your browser, save that session and use the file: see the README"
        }
        Code::Changed => "move the .part folder away to begin anew",
        Code::SegmentsMissing => {
            "run the same command again to get the rest, or add --keep-gaps to save what there is"
        }
        Code::LowSpace if failure.may_fit => {
            "choose another folder with -o, or add --no-space-check: sizes are estimates"
        }
        Code::LowSpace => "free some space, or choose another folder with -o",
        Code::DiskFull => "free some space, then run the same command again",
        Code::QuotaFull => "delete files of yours there, then run the same command again",
        Code::FileTooLarge if failure.may_fit => {
            "choose another disk with -o, or add --no-space-check: sizes are estimates"
        }
        Code::FileTooLarge => {
            "choose another disk with -o; --continue-from FOLDER takes along what is here"
        }
        Code::NoWrite => "choose another folder with -o",
        Code::ReadOnly => {
            "allow writing (some cards have a switch), or choose another disk with -o"
        }
        Code::OwnFolder => "allow writing to it",
        Code::FolderFull => "remove folders from it, or choose another one with -o",
        Code::BadName => "choose a shorter or plainer name with -o",
        Code::DriveGone => "plug the drive back in, or choose another folder with -o",
        Code::FileHeld => "close the program that uses it, then run the same command again",
        Code::InUse => "wait for it, or stop it",
        Code::FfmpegMissing => {
            "only an MP3 and --remux ffmpeg need it: install it, or name it with --ffmpeg"
        }
        Code::ConvertFailed => "leave out --remux and --format; what is kept plays too",
        Code::CheckFailed => {
            "run the same command again, or add --keep-unchecked to save it as it is"
        }
        Code::NoAudio => "choose one of them with --audio, or leave it out",
        Code::SessionUnreadable | Code::SessionExpired => {
            "record a new one: open the developer tools of Chrome or Edge (F12), tab Network, reload the \
             page, play the video, and export the HAR file"
        }
        Code::NoPart => "give other times, or leave out --from and --to",
        Code::OtherEnding => "give -o a name that ends like this, or a folder",
        Code::BadMovie => "check that it is the right file, and whole",
        Code::Encrypted => {
            "only the player of its owner can open it; this program does not remove the protection"
        }
        Code::Unsupported | Code::Internal => "please report it, with the output of -vv",
    };
    hint.into()
}

/// Returns what the user can do after a failed `remux`.
pub(crate) fn remux_hint(failure: &Failure) -> Cow<'static, str> {
    let hint = match failure.code {
        Code::Unsupported if failure.ffmpeg_may => "ffmpeg may be able to: add --remux ffmpeg",
        Code::Unsupported => {
            "neither this program nor ffmpeg can put it into an MP4; the original is as it was"
        }
        Code::ConvertFailed => "an MP4 cannot hold every kind of film; the original is as it was",
        Code::NoWrite | Code::ReadOnly | Code::FolderFull | Code::DriveGone => {
            "name a new file in a folder that can be written"
        }
        Code::DiskFull | Code::QuotaFull | Code::LowSpace => {
            "free some space, or name a new file on another disk"
        }
        Code::FileTooLarge => "name a new file on another disk",
        Code::BadName => "name a new file with a shorter or plainer name",
        Code::CheckFailed => "please report it, with the output of -vv",
        _ => return hint(failure),
    };
    hint.into()
}

fn form_hint(fields: &[FormFieldView]) -> String {
    let options = |required: bool| {
        let fields = fields.iter().filter(|field| field.required == required);
        fields
            .map(|field| format!("--form {}=…", field.name))
            .collect::<Vec<_>>()
            .join(" ")
    };
    let optional = match options(false) {
        none if none.is_empty() => none,
        some => format!(" (and, if you like, {some})"),
    };
    format!("add {}{optional}, or --form-defaults", options(true))
}
