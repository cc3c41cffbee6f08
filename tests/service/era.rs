//! The service as it was at a certain time.

use clap::ValueEnum;

/// A time at which programs of other makers are known to have worked with the service. Section 11 of
/// `src-tauri/docs/protocol.md` lists what differs, with the source of each fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Era {
    /// November 2017: the website, its sign-up form and the control connection are on `ustream.tv`
    /// alone.
    #[value(name = "2017")]
    Y2017,
    /// December 2021: `www.ustream.tv` redirects to `video.ibm.com`, and the control connection has a
    /// second domain.
    #[value(name = "2021")]
    Y2021,
    /// Today.
    #[default]
    #[value(name = "2026")]
    Y2026,
}

impl Era {
    /// Returns the address of the website, without a slash at its end.
    pub fn website(self) -> &'static str {
        match self {
            Self::Y2017 => "https://www.ustream.tv",
            Self::Y2021 | Self::Y2026 => "https://video.ibm.com",
        }
    }

    /// Returns the address of the API, as its own answers name it.
    pub(crate) fn api(self) -> &'static str {
        match self {
            Self::Y2017 => "https://api.ustream.tv",
            Self::Y2021 | Self::Y2026 => "https://api.video.ibm.com",
        }
    }

    /// Returns whether the hosts below `video.ibm.com` exist.
    pub(crate) fn has_ibm_hosts(self) -> bool {
        self > Self::Y2017
    }

    /// Returns whether the entry cluster sends long-polling clients to another cluster, as it does
    /// with websockets. If not, it has chosen one in its first answer, by the host to poll at.
    pub(crate) fn redirects_polling_clients(self) -> bool {
        self == Self::Y2026
    }

    /// Returns the domain of the playlists.
    pub(crate) fn playlist_domain(self) -> &'static str {
        match self {
            Self::Y2017 | Self::Y2021 => "ums.ustream.tv",
            Self::Y2026 => "ums.services.video.ibm.com",
        }
    }

    /// Returns the folder of the playlists of recordings.
    pub(crate) fn playlist_folder(self) -> &'static str {
        match self {
            Self::Y2017 => "/playlist/recorded",
            Self::Y2021 | Self::Y2026 => "/playlist/auditorium/recorded",
        }
    }

    /// Returns the folder of the playlists of live streams: that of recordings with the other
    /// application, since nobody shows it.
    pub(crate) fn live_playlist_folder(self) -> &'static str {
        match self {
            Self::Y2017 => "/playlist/channel",
            Self::Y2021 | Self::Y2026 => "/playlist/auditorium/channel",
        }
    }

    /// Returns whether the first long-polling answer to an HLS player has the stream, in the n-th
    /// session for a recording, counted from 0.
    pub(crate) fn first_poll_has_stream(self, session: usize) -> bool {
        match self {
            Self::Y2017 => true,
            Self::Y2021 => session % 3 == 2,
            Self::Y2026 => false,
        }
    }

    /// Returns whether `cdnConfig` is sent before `stream`.
    pub(crate) fn sends_cdn_config_first(self) -> bool {
        self == Self::Y2021
    }
}
