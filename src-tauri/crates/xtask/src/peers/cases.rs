//! The programs, the recordings and the eras, and what is expected of each combination.

use super::python::{STREAMLINK, YT_DLP};

/// The time whose service the mock service is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Era {
    Y2017,
    Y2021,
    Y2026,
}

/// All eras, oldest first.
pub(super) const ERAS: [Era; 3] = [Era::Y2017, Era::Y2021, Era::Y2026];

impl Era {
    /// Returns its name for `fake-ustream --era`.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Y2017 => "2017",
            Self::Y2021 => "2021",
            Self::Y2026 => "2026",
        }
    }

    /// Returns the address of the website.
    fn website(self) -> &'static str {
        match self {
            Self::Y2017 => "https://www.ustream.tv",
            Self::Y2021 | Self::Y2026 => "https://video.ibm.com",
        }
    }
}

/// What is saved.
pub(super) struct Case {
    pub(super) kind: Kind,
    /// How the table calls it.
    pub(super) name: &'static str,
    /// The path of its page.
    page: &'static str,
    /// Its recordings, or its channel that is live, by number.
    pub(super) recordings: &'static [u64],
    /// Its password.
    pub(super) password: Option<&'static str>,
}

/// How it is delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Mp4,
    Form,
    Hls,
    File,
    Password,
    Referrer,
    List,
    Live,
}

const fn case(
    kind: Kind,
    name: &'static str,
    page: &'static str,
    recordings: &'static [u64],
) -> Case {
    Case {
        kind,
        name,
        page,
        recordings,
        password: None,
    }
}

/// All of them: the recordings of `fake-ustream --peers`.
pub(super) const CASES: [Case; 9] = [
    case(
        Kind::Mp4,
        "mp4/segmented",
        "recorded/112470631",
        &[112_470_631],
    ),
    case(
        Kind::Form,
        "flv/segmented, sign-up form",
        "channel/curJSsZFUUu",
        &[112_470_632],
    ),
    case(Kind::Hls, "HLS", "recorded/134300026", &[134_300_026]),
    case(
        Kind::Hls,
        "HLS, audio apart",
        "recorded/134300025",
        &[134_300_025],
    ),
    case(
        Kind::File,
        "direct file",
        "recorded/134300027",
        &[134_300_027],
    ),
    Case {
        password: Some("open sesame"),
        ..case(
            Kind::Password,
            "password",
            "recorded/134300001",
            &[134_300_001],
        )
    },
    case(
        Kind::Referrer,
        "referrer lock",
        "recorded/134300004",
        &[134_300_004],
    ),
    case(
        Kind::List,
        "channel list",
        "channel/practice",
        &[112_470_611, 112_470_621],
    ),
    case(Kind::Live, "live", "channel/on-air", &[6_540_155]),
];

impl Case {
    /// Returns the name of its folder.
    pub(super) fn folder(&self) -> String {
        self.page.replace('/', "-")
    }
}

/// A program.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Client {
    UstreamDl,
    Streamlink,
    YtDlp,
    /// The steps of the script that this project grew from: `../tests/suite/client_2017.rs`.
    Script,
}

/// What is expected of a program.
#[derive(Clone, Copy, Debug)]
pub(super) enum Expected {
    /// It saves the same packets as our program does today.
    Completes,
    /// It is what the others are compared with.
    Reference,
    /// It fails in this era, for this reason, and says these words: the eras differ.
    Fails {
        reason: &'static str,
        words: &'static str,
    },
    /// It is not run, for this reason: it does not do such a thing in any era.
    NotOffered(&'static str),
    /// It is not run, for this reason: it is to do such a thing, and does not yet.
    NotYet(&'static str),
}

impl Expected {
    /// Returns whether the program is run.
    pub(super) fn is_run(self) -> bool {
        matches!(self, Self::Completes | Self::Fails { .. })
    }
}

impl Client {
    pub(super) const ALL: [Self; 4] =
        [Self::UstreamDl, Self::Streamlink, Self::YtDlp, Self::Script];

    /// Returns the name of its folder.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::UstreamDl => "ustream-dl",
            Self::Streamlink => "streamlink",
            Self::YtDlp => "yt-dlp",
            Self::Script => "script",
        }
    }

    /// Returns how the table calls it.
    pub(super) fn title(self) -> String {
        match self {
            Self::UstreamDl => "ustream-dl".to_owned(),
            Self::Streamlink => format!("streamlink {STREAMLINK}"),
            Self::YtDlp => format!("yt-dlp {YT_DLP}"),
            Self::Script => "script of 2017".to_owned(),
        }
    }

    /// Returns the link that it is given.
    pub(super) fn link(self, case: &Case, era: Era) -> String {
        let website = match (self, case.kind) {
            (Self::Script, _) | (Self::YtDlp, Kind::List) => Era::Y2017.website(),
            _ => era.website(),
        };
        format!("{website}/{}", case.page)
    }

    pub(super) fn expected(self, case: &Case, era: Era) -> Expected {
        use Expected::{Completes, Fails, NotOffered, NotYet, Reference};
        match self {
            Self::UstreamDl => match (case.kind, era) {
                (Kind::Live, _) => NotYet("it saves no live stream"),
                (_, Era::Y2026) => Reference,
                (Kind::Form | Kind::List, Era::Y2017) => Fails {
                    reason: "it asks hosts below video.ibm.com, which did not exist",
                    words: "video.ibm.com answered 421",
                },
                (Kind::File, Era::Y2017) => Fails {
                    reason: "it asks hosts below video.ibm.com, which did not exist",
                    words: "there is no recording",
                },
                _ => Completes,
            },
            Self::Streamlink => match (case.kind, era) {
                (Kind::Mp4 | Kind::Password | Kind::Referrer | Kind::Live, Era::Y2017) => Fails {
                    reason: "it knows the control connection of 2021-12 and later",
                    words: "Handshake status 421",
                },
                (Kind::Mp4 | Kind::Password | Kind::Referrer | Kind::Live, _) => Completes,
                (Kind::List, _) => NotOffered("it takes a channel for a live stream"),
                _ => NotOffered("since 2021-11 it knows mp4/segmented only"),
            },
            Self::YtDlp => match (case.kind, era) {
                (Kind::Hls, Era::Y2026) => Fails {
                    reason: "it looks for `stream` in the first long-polling answer only",
                    words: "No video formats found",
                },
                (Kind::List, Era::Y2026) => Fails {
                    reason: "the website's list answers 404",
                    words: "HTTP Error 404",
                },
                (Kind::Hls | Kind::File | Kind::List, _) => Completes,
                (Kind::Password | Kind::Referrer, _) => NotOffered("it opens no locks"),
                (Kind::Live, _) => NotOffered("it takes a channel for a list of recordings"),
                _ => NotOffered("it knows HLS and direct files only"),
            },
            Self::Script => match (case.kind, era) {
                (Kind::Form, Era::Y2017) => Completes,
                (Kind::Form, _) => Fails {
                    reason: "a redirect turns the POST of its sign-up form into a GET",
                    words: "405 Method Not Allowed",
                },
                _ => NotOffered("it saves a channel with a sign-up form"),
            },
        }
    }
}
