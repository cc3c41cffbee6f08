//! A random case: one recording with its oddities, the job's options, and the faults during the
//! run.

use std::fmt;
use std::ops::Range;
use std::time::Duration;

use axum::http::StatusCode;
use fake_ustream::{FlvClock, LengthField, PathStyle, Substitute, UNIT_MS};

/// Format in which a recording is offered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OfferedFormat {
    Mp4,
    Flv,
    Both,
    TsMuxed,
    TsSeparate,
    Packed,
    HlsFmp4,
    Ranges,
    FileFlv,
    FileMp4,
}

impl OfferedFormat {
    pub(super) const ALL: [Self; 10] = [
        Self::Mp4,
        Self::Flv,
        Self::Both,
        Self::TsMuxed,
        Self::TsSeparate,
        Self::Packed,
        Self::HlsFmp4,
        Self::Ranges,
        Self::FileFlv,
        Self::FileMp4,
    ];

    pub(super) fn has_playlists(self) -> bool {
        matches!(
            self,
            Self::TsMuxed | Self::TsSeparate | Self::Packed | Self::HlsFmp4 | Self::Ranges
        )
    }

    pub(super) fn is_file(self) -> bool {
        matches!(self, Self::FileFlv | Self::FileMp4)
    }
}

/// Behaviour of a failing segment server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ServerFault {
    Fine,
    /// Refuses connections.
    Down,
    Untrusted,
    /// Returns this status for each segment.
    Status(StatusCode),
    Html,
    /// Sends so slowly that no segment arrives within a minute.
    Trickle,
    /// Stops sending in the middle of each body.
    Stall,
}

/// One server, and after how many successful responses it fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Mirror {
    pub(super) fault: ServerFault,
    pub(super) after: u32,
}

/// A segment whose content is wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Flaw {
    /// Index among the expected representations; `None` means all.
    pub(super) representation: Option<usize>,
    /// Segment index, from 0; `None` means the init segment.
    pub(super) index: Option<u64>,
    pub(super) substitute: Substitute,
    /// `None` means permanently.
    pub(super) times: Option<u32>,
}

/// A representation that cannot be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnusableRepresentation {
    NoAddress,
    ParentFolder,
    NoPlaceholder,
    /// Subtitles.
    Text,
}

/// Flaws of playlists; media playlists are numbered from 1.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct PlaylistFlaws {
    pub(super) no_address: Vec<u64>,
    pub(super) encrypted: Vec<usize>,
    pub(super) no_map: Option<usize>,
    /// Playlist that returns 503, and how often.
    pub(super) refused: Option<(usize, Option<u32>)>,
}

/// What happened to the recording while the job was paused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChangeWhilePaused {
    Nothing,
    /// The addresses of the same recording were renewed.
    Renewed,
    /// Another recording replaced it, at other addresses made from the same templates.
    Replaced,
    /// Another recording replaced it, under other hashes of the same path.
    Rehashed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interruption {
    /// Number of segments before the interruption.
    pub(super) after: u64,
    pub(super) change: ChangeWhilePaused,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct HashListPart {
    pub(super) keys: Range<usize>,
    pub(super) after: Duration,
    pub(super) path: PathStyle,
    pub(super) scheme: &'static str,
}

/// One random world.
#[derive(Clone, Debug, PartialEq)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent oddities, freely combined"
)]
pub(super) struct Case {
    pub(super) seed: u64,
    pub(super) format: OfferedFormat,
    /// Number of segments per representation.
    pub(super) segments: u64,
    /// Two-second units per segment.
    pub(super) units: u64,
    /// Units of the whole recording.
    pub(super) all_units: u64,
    pub(super) first: u64,
    pub(super) keys: Vec<u64>,
    /// Number of keys that are listed.
    pub(super) listed: usize,
    /// Messages with the hash list; empty means one message with all keys.
    pub(super) parts: Vec<HashListPart>,
    pub(super) api_length: Option<String>,
    pub(super) frame_length: Option<(LengthField, u64)>,
    pub(super) clock: FlvClock,
    pub(super) redirected: bool,
    pub(super) flaws: Vec<Flaw>,
    pub(super) odd_representation: Option<(UnusableRepresentation, &'static str, bool)>,
    pub(super) mirrors: Vec<Mirror>,
    pub(super) playlists: PlaylistFlaws,
    pub(super) file_units: Option<u64>,
    pub(super) original: bool,
    /// The user allows gaps.
    pub(super) gaps: bool,
    pub(super) interruption: Option<Interruption>,
    /// Saves the cover: one more request, to another server.
    pub(super) cover: bool,
    /// Maximum number of parallel requests.
    pub(super) parallel: u8,
}

impl fmt::Display for Case {
    /// Writes everything that differs from the defaults, on one line.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ms = self.segment_ms();
        write!(
            f,
            "{:?}, {} segments of {ms} ms",
            self.format, self.segments
        )?;
        write!(f, ", {} ms in all", self.length_ms())?;
        write!(f, ", keys {:?}[..{}]", self.keys, self.listed)?;
        if !self.parts.is_empty() {
            let parts = self.parts.iter().map(|part| &part.keys);
            write!(f, " in {:?}", parts.collect::<Vec<_>>())?;
        }
        write!(f, ", stated {:?} {:?}", self.api_length, self.frame_length)?;
        for (first, flaw) in self.flaws.iter().take(4).enumerate() {
            let (representation, index, times) = (flaw.representation, flaw.index, flaw.times);
            let start = if first == 0 { ", flaws" } else { "" };
            write!(
                f,
                "{start} {representation:?}/{index:?}:{:?}×{times:?}",
                flaw.substitute
            )?;
        }
        if self.flaws.len() > 4 {
            write!(f, " … {} in all", self.flaws.len())?;
        }
        if self.mirrors != [FINE, FINE] {
            let mirrors = self.mirrors.iter();
            let mirrors = mirrors.map(|mirror| (mirror.fault, mirror.after));
            write!(f, ", servers {:?}", mirrors.collect::<Vec<_>>())?;
        }
        if self.playlists != PlaylistFlaws::default() {
            write!(f, ", {:?}", self.playlists)?;
        }
        let (representation, units) = (self.odd_representation, self.file_units);
        if let Some((representation, format, first)) = representation {
            write!(
                f,
                ", representation {representation:?} in {format} first {first}"
            )?;
        }
        if let Some(units) = units {
            write!(f, ", file of {units} units")?;
        }
        if let Some(it) = self.interruption {
            write!(f, ", interrupted after {}, then {:?}", it.after, it.change)?;
        }
        let (original, gaps) = (self.original, self.gaps);
        write!(f, ", original {original}, gaps allowed {gaps}")?;
        write!(f, ", {:?}, {} at once", self.clock, self.parallel)
    }
}

const FINE: Mirror = Mirror {
    fault: ServerFault::Fine,
    after: 0,
};

impl Case {
    /// Returns a world without oddities.
    pub(super) fn plain(format: OfferedFormat, segments: u64) -> Self {
        let keys: Vec<u64> = (0..segments).step_by(10).collect();
        Self {
            seed: 0,
            format,
            segments,
            units: 1,
            all_units: segments,
            first: 0,
            listed: keys.len(),
            keys,
            parts: Vec::new(),
            api_length: Some(seconds(segments * UNIT_MS)),
            frame_length: Some((LengthField::Format, segments * UNIT_MS)),
            clock: FlvClock::Continues,
            redirected: false,
            flaws: Vec::new(),
            odd_representation: None,
            mirrors: vec![FINE, FINE],
            playlists: PlaylistFlaws::default(),
            file_units: None,
            original: false,
            gaps: false,
            interruption: None,
            cover: true,
            parallel: 16,
        }
    }

    pub(super) fn length_ms(&self) -> u64 {
        self.all_units * UNIT_MS
    }

    pub(super) fn segment_ms(&self) -> u64 {
        self.units * UNIT_MS
    }
}

/// Formats a length as the API does.
pub(super) fn seconds(ms: u64) -> String {
    format!("{}.{:03}000", ms / 1000, ms % 1000)
}
