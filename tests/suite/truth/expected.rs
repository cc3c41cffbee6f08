//! What the service has of a recording and what of it can be fetched, computed from the case and
//! the service's own media.

use std::ops::Range;

use fake_ustream::{
    AudioStream, FakeUstream, MockRepresentation, Substitute, UNIT_MS, VideoStream,
};

use super::case::{Case, OfferedFormat, ServerFault, UnusableRepresentation};
use super::expected_segments::{self, listed_reach};
pub(super) use super::expected_segments::{ExpectedSegment, Requirement};

/// Length of the fixture movie that the mock service cuts into segments and repeats.
const FIXTURE_MS: u64 = 200_000;

/// A set of tracks that a movie can be made of.
#[derive(Clone, Debug)]
pub(super) struct TrackSet {
    pub(super) tracks: Vec<Vec<ExpectedSegment>>,
    /// It is not the preferred set.
    pub(super) is_substitute: bool,
    /// It lacks a kind of track that the recording has.
    pub(super) lacks_audio: bool,
}

/// Whether a media playlist can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PlaylistUse {
    Good,
    /// Usable after some refused requests.
    Late,
    Never,
}

/// Everything that is expected of a world.
#[derive(Clone, Debug)]
#[expect(
    clippy::struct_excessive_bools,
    reason = "independent facts of a world"
)]
pub(super) struct ExpectedOutcome {
    pub(super) segment_ms: u64,
    pub(super) first: u64,
    /// The longest stated length in a known unit.
    pub(super) stated_ms: Option<u64>,
    /// All stated lengths.
    pub(super) all_stated_ms: Vec<u64>,
    pub(super) length_ms: u64,
    /// Number of segments that the list may cover.
    pub(super) reach: u64,
    /// By the stated length, segments before the first listed one may be missing.
    pub(super) may_lack_beginning: bool,
    /// Acceptable track sets, best first.
    pub(super) track_sets: Vec<TrackSet>,
    /// A better rendition than any available one is listed; the report must say so.
    pub(super) must_tell_rendition: bool,
    /// The report may say that another rendition was preferred.
    pub(super) may_tell_rendition: bool,
    /// Nothing is guaranteed: all servers fail, or something essential does.
    pub(super) is_hopeless: bool,
    /// Bytes are damaged permanently.
    pub(super) is_damaged: bool,
    /// Another recording may be there from the beginning.
    pub(super) is_replaced: bool,
    /// The recording is a single file.
    pub(super) is_file: bool,
    /// What must be reported as unsupported.
    pub(super) is_unsupported: bool,
    pub(super) tolerance_us: i64,
    pub(super) allows_gaps: bool,
    pub(super) planned: u64,
}

/// Parses a length as the API formats it, in milliseconds.
fn api_ms(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    Some(whole * 1000 + part).filter(|ms| *ms > 0)
}

impl Case {
    /// Returns every stated length.
    fn stated(&self) -> Vec<u64> {
        let api = self.api_length.as_deref().and_then(api_ms);
        let listed = self.format.has_playlists().then_some(self.length_ms());
        let frame = self.frame_length.map(|(_, ms)| ms);
        let frame = frame.filter(|_| !self.format.has_playlists() && !self.format.is_file());
        api.into_iter().chain(listed).chain(frame).collect()
    }

    pub(super) fn is_hopeless(&self) -> bool {
        let fails = |server: ServerFault| server != ServerFault::Fine;
        // Playlists name only one server.
        let named = if self.format.has_playlists() {
            1
        } else {
            self.mirrors.len()
        };
        let all_fail = self.mirrors[..named]
            .iter()
            .all(|mirror| fails(mirror.fault));
        let has_init = |representation: &MockRepresentation| {
            matches!(
                representation,
                MockRepresentation::Mp4Video(_) | MockRepresentation::Mp4Audio(_)
            )
        };
        let init = self.flaws.iter().any(|flaw| flaw.index.is_none());
        let init = init && self.representations().iter().any(has_init);
        all_fail && !self.format.is_file() || init
    }

    /// Returns whether a recording of the stated length would end where the list ends, as far as it
    /// may have been read, if it were numbered from 0.
    fn may_lack_beginning(&self, stated: &[u64]) -> bool {
        let Some(stated) = stated.iter().max() else {
            return false;
        };
        let wanted = stated.div_ceil(self.segment_ms());
        let ends_there = |listed: usize| {
            // What a later message would list is not known then.
            let read = Self {
                listed,
                keys: self.keys[..listed].to_vec(),
                ..self.clone()
            };
            let (sure, may) = listed_reach(&read);
            let last = self.keys[listed - 1];
            wanted > sure && (last..=self.first + may).contains(&wanted)
        };
        let mut read = 0;
        let mut reads = self.parts.iter().map(|part| {
            read = part.keys.end.max(read);
            read
        });
        self.first > 0 && (ends_there(self.listed) || reads.any(ends_there))
    }

    /// Returns whether a media playlist can be used.
    fn playlist(&self, number: usize) -> PlaylistUse {
        let playlists = &self.playlists;
        if playlists.encrypted.contains(&number) || playlists.no_map == Some(number) {
            return PlaylistUse::Never;
        }
        match playlists.refused.filter(|(it, _)| *it == number) {
            None => PlaylistUse::Good,
            Some((_, Some(_))) => PlaylistUse::Late,
            Some((_, None)) => PlaylistUse::Never,
        }
    }
}

impl ExpectedOutcome {
    pub(super) fn of(case: &Case, service: &FakeUstream, is_replaced: bool) -> Self {
        let stated = case.stated();
        let track_sets = track_sets(case, service, &stated);
        let odd = case
            .odd_representation
            .filter(|(odd, ..)| *odd != UnusableRepresentation::Text);
        let chosen = if case.format == OfferedFormat::Flv
            || (case.format == OfferedFormat::Both && case.original)
        {
            "flv/segmented"
        } else {
            "mp4/segmented"
        };
        let (_, may) = listed_reach(case);
        let tracks = case.representations().len() as u64;
        Self {
            segment_ms: case.segment_ms(),
            first: case.first,
            stated_ms: stated.iter().max().copied(),
            reach: may,
            all_stated_ms: stated.clone(),
            length_ms: if case.format.is_file() {
                case.file_units
                    .map_or(case.length_ms(), |units| units * UNIT_MS)
            } else {
                case.length_ms()
            },
            may_lack_beginning: case.may_lack_beginning(&stated),
            must_tell_rendition: odd.is_some_and(|(_, format, _)| format == chosen),
            may_tell_rendition: case.odd_representation.is_some() || case.format.has_playlists(),
            is_hopeless: case.is_hopeless() || has_no_media(&track_sets),
            is_damaged: case.flaws.iter().any(|flaw| {
                matches!(
                    flaw.substitute,
                    Substitute::Truncated(_) | Substitute::ZeroedStart | Substitute::Noise
                ) && flaw.times.is_none()
            }),
            is_replaced,
            is_file: case.format.is_file(),
            is_unsupported: (1..=4).any(|number| case.playlist(number) != PlaylistUse::Good),
            // Where the mock service's movie repeats, two frames of its second audio track overlap
            // by half.
            tolerance_us: if case.clock == fake_ustream::FlvClock::Restarts
                || (case.format.has_playlists() && case.length_ms() > FIXTURE_MS)
            {
                70_000
            } else {
                2_000
            },
            allows_gaps: case.gaps,
            planned: if case.format.is_file() {
                8
            } else if case.format.has_playlists() {
                (case.segments + 1) * tracks
            } else {
                (may + 1) * tracks
            },
            track_sets,
        }
    }
}

/// Returns whether no segment of any track can be fetched.
fn has_no_media(track_sets: &[TrackSet]) -> bool {
    let mut all = track_sets
        .iter()
        .flat_map(|track_set| track_set.tracks.iter().flatten());
    all.all(|slot| slot.requirement == Requirement::Not || slot.is_empty)
}

fn track_sets(case: &Case, service: &FakeUstream, stated: &[u64]) -> Vec<TrackSet> {
    let of = |video, audio, is_substitute| {
        let representations = case.representations_with(video, audio);
        let tracks = (0..).zip(&representations).map(|(at, representation)| {
            expected_segments::track_segments(case, service, (at, *representation), stated)
        });
        TrackSet {
            tracks: tracks.collect(),
            is_substitute,
            lacks_audio: false,
        }
    };
    let best = of(VideoStream::Best, AudioStream::Main, false);
    if !case.format.has_playlists() {
        return vec![best];
    }
    let is_muxed = matches!(case.format, OfferedFormat::TsMuxed | OfferedFormat::Ranges);
    let list = |number| case.playlist(number);
    let video = match (list(1), list(2)) {
        (PlaylistUse::Good, _) | (PlaylistUse::Late, PlaylistUse::Never) => {
            vec![(VideoStream::Best, false)]
        }
        (PlaylistUse::Late, _) => vec![(VideoStream::Best, false), (VideoStream::Small, true)],
        (PlaylistUse::Never, PlaylistUse::Never) => vec![],
        (PlaylistUse::Never, _) => vec![(VideoStream::Small, true)],
    };
    let main = Some((AudioStream::Main, false));
    let second = Some((AudioStream::Second, true));
    let audio = match (is_muxed, list(3), list(4)) {
        (true, ..) | (_, PlaylistUse::Good, _) => vec![main],
        (_, PlaylistUse::Late, _) => vec![main, second, None],
        (_, PlaylistUse::Never, PlaylistUse::Never) => vec![None],
        (_, PlaylistUse::Never, _) => vec![second, None],
    };
    let mut offers = Vec::new();
    for (video, other_video) in video {
        for audio in &audio {
            let mut track_set = match audio {
                Some((audio, other)) => of(video, *audio, other_video || *other),
                None => of(video, AudioStream::Main, other_video),
            };
            if audio.is_none() {
                track_set.tracks.truncate(1);
                track_set.lacks_audio = true;
            }
            offers.push(track_set);
        }
    }
    offers
}

impl ExpectedOutcome {
    /// Returns the positions of segments that a time span mostly covers; the last one may be short.
    pub(super) fn covered(&self, span: &Range<u64>) -> Range<u64> {
        let is_covered = |place: &u64| {
            let start = place * self.segment_ms;
            let full = start + self.segment_ms;
            let end = if start < self.length_ms {
                full.min(self.length_ms)
            } else {
                full
            };
            let inside = span.end.min(end).saturating_sub(span.start.max(start));
            inside * 2 >= end - start
        };
        let near = span.start / self.segment_ms..span.end.div_ceil(self.segment_ms);
        let (first, last) = (near.start, near.end.saturating_sub(1));
        let start = if is_covered(&first) { first } else { first + 1 };
        let end = if is_covered(&last) { last + 1 } else { last };
        start..end.max(start)
    }
}
