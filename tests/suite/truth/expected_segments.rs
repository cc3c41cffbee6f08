//! The segments of one track: content and availability.

use fake_ustream::{FakeUstream, FixtureFrame, MockRepresentation, Substitute, UNIT_MS};

use super::build::RECORDING;
use super::case::{Case, Flaw};
use super::reader::{MoviePacket, hash};

/// Whether a segment has to be in the movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Requirement {
    /// It is available.
    Must,
    /// It is not available.
    Not,
    /// By the protocol, it may or may not be found.
    May,
}

/// One segment of one track.
#[derive(Clone, Debug)]
pub(super) struct ExpectedSegment {
    pub(super) video: Vec<MoviePacket>,
    pub(super) audio: Vec<MoviePacket>,
    /// Content of another segment that is served in its place and differs by its timestamps only.
    pub(super) foreign: Option<(Vec<MoviePacket>, Vec<MoviePacket>)>,
    pub(super) requirement: Requirement,
    /// The service lists it, so its absence can be detected.
    pub(super) is_listed: bool,
    /// It is served without media.
    pub(super) is_empty: bool,
    /// It is served without its end.
    pub(super) is_cut: bool,
}

/// Returns the segments of the representation at this position.
pub(super) fn track_segments(
    case: &Case,
    service: &FakeUstream,
    (at, representation): (usize, MockRepresentation),
    stated: &[u64],
) -> Vec<ExpectedSegment> {
    let best = case.representations();
    let representations = best.len();
    // Flaws apply to the preferred representations.
    let is_meant = |flaw: &&Flaw| {
        flaw.representation
            .is_none_or(|it| best[at] == representation && it % representations == at)
    };
    let list = StatedList::of(case, stated);
    let has = |number: u64| {
        let frames = service.fixture_frames(RECORDING, representation, number);
        packets(&frames.unwrap_or_default())
    };
    let mut slots: Vec<ExpectedSegment> = Vec::new();
    let mut after_a_hole = false;
    for index in 0..case.segments {
        let mut flaws = case.flaws.iter().filter(is_meant);
        let flaw = flaws.find(|flaw| flaw.index == Some(index));
        let (video, audio) = has(case.first + index);
        let substitute = flaw.map(|flaw| flaw.substitute);
        let flaw = flaw.filter(|flaw| !keeps_frames(representation, flaw));
        let mut slot = ExpectedSegment {
            video,
            audio,
            foreign: match substitute {
                Some(Substitute::OtherSegment(number)) => Some(has(number)),
                _ => None,
            },
            requirement: list.requirement(index, flaw, after_a_hole),
            is_listed: list.is_listed(index),
            is_empty: substitute == Some(Substitute::NoMedia),
            is_cut: matches!(substitute, Some(Substitute::Truncated(_))),
        };
        after_a_hole |= list.is_past_list(index) && slot.requirement != Requirement::Must;
        if case.is_hopeless() && slot.requirement == Requirement::Must {
            slot.requirement = Requirement::May;
        }
        cut(case, index, &mut slot);
        slots.push(slot);
    }
    slots
}

/// Returns whether a flaw leaves all frames of a segment: a transport stream whose first packet is
/// destroyed has lost its list of programmes only.
fn keeps_frames(representation: MockRepresentation, flaw: &Flaw) -> bool {
    flaw.substitute == Substitute::ZeroedStart
        && matches!(representation, MockRepresentation::Ts(..))
}

/// What the service states about the segments.
struct StatedList<'c> {
    case: &'c Case,
    stated: &'c [u64],
    /// Either every segment is listed or none.
    is_templated: bool,
    /// Number of segments that the hash list names.
    listed: u64,
    /// All segments up to the first number must be found; those up to the second may be.
    reach: (u64, u64),
    /// Messages that list more segments than this need not be waited for.
    early: Option<u64>,
}

impl<'c> StatedList<'c> {
    fn of(case: &'c Case, stated: &'c [u64]) -> Self {
        Self {
            case,
            stated,
            is_templated: !case.format.has_playlists() && !case.format.is_file(),
            listed: case.keys[case.listed - 1] + 1 - case.first,
            reach: listed_reach(case),
            early: first_message_covers(case, stated),
        }
    }

    /// Returns whether the absence of this segment can be detected.
    fn is_listed(&self, index: u64) -> bool {
        let is_early = self.early.is_none_or(|covers| index < covers);
        // The length of a single file is unknown unless a length is stated.
        let is_listed = self.is_templated && index < self.listed && is_early;
        self.case.format.has_playlists() || is_listed
    }

    /// Returns whether it is after the last listed segment.
    fn is_past_list(&self, index: u64) -> bool {
        !self.case.format.has_playlists() && (!self.is_templated || index >= self.listed)
    }

    /// Returns whether a stated length covers it: after a stated length, "not found" may be the
    /// end.
    fn is_stated(&self, index: u64) -> bool {
        let start_ms = index * self.case.segment_ms();
        self.stated.iter().any(|ms| *ms > start_ms + 1000)
    }

    fn requirement(&self, index: u64, flaw: Option<&Flaw>, after_a_hole: bool) -> Requirement {
        let playlists = &self.case.playlists;
        let has_no_address =
            self.case.format.has_playlists() && playlists.no_address.contains(&index);
        let (must, may) = self.reach;
        if has_no_address || (self.is_templated && index >= may) {
            return Requirement::Not;
        }
        let is_doubtful = self.is_past_list(index) && !self.is_stated(index);
        let requirement = match flaw.map(|flaw| (flaw.times, flaw.substitute)) {
            Some(
                (None, Substitute::OtherSegment(_))
                | (Some(_), Substitute::NoMedia | Substitute::OtherSegment(_)),
            ) => Requirement::May,
            Some((None, _)) => Requirement::Not,
            // The first "not found" after the listed and stated end is believed.
            Some((Some(_), Substitute::Status(status)))
                if is_doubtful && status.is_client_error() =>
            {
                Requirement::May
            }
            None | Some((Some(_), _)) => Requirement::Must,
        };
        let is_optional = self.is_templated
            && (index >= must
                || self.early.is_some_and(|covers| index >= covers)
                || (is_doubtful && after_a_hole));
        if is_optional && requirement == Requirement::Must {
            return Requirement::May;
        }
        requirement
    }
}

/// Returns the segments that the hash list covers: those that must be found, and those that may be.
pub(super) fn listed_reach(case: &Case) -> (u64, u64) {
    let listed = &case.keys[..case.listed];
    let (first, last) = (listed[0], listed[listed.len() - 1]);
    let mut distances: Vec<u64> = listed.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_unstable();
    let times = |distance: &u64| distances.iter().filter(|it| *it == distance).count();
    let most = distances.iter().map(times).max();
    let common: Vec<u64> = match most {
        None => vec![10],
        Some(most) => distances
            .iter()
            .copied()
            .filter(|it| times(it) == most)
            .collect(),
    };
    let narrow = common.iter().min().copied().unwrap_or(10);
    let wide = common.iter().max().copied().unwrap_or(10);
    // Segments of the next hash have a name that no message contains.
    let known = case.keys.get(case.listed).copied().unwrap_or(u64::MAX);
    let sure = if listed.len() == 1 {
        (last / 10 + 1) * 10
    } else {
        last + narrow
    };
    (
        sure.min(known) - first,
        (last + wide.max(10)).min(known).max(sure.min(known)) - first,
    )
}

/// Cuts off what is after the end of a file that ends early.
fn cut(case: &Case, index: u64, slot: &mut ExpectedSegment) {
    let Some(all) = case.file_units.filter(|_| case.format.is_file()) else {
        return;
    };
    let before = index * case.units;
    let left = all.saturating_sub(before).min(case.units);
    if left == 0 {
        slot.requirement = Requirement::Not;
    } else if left < case.units.min(case.all_units - before) {
        let end_us = (before + left).cast_signed() * UNIT_MS.cast_signed() * 1000;
        slot.video.retain(|packet| packet.dts_us < end_us);
        slot.audio.retain(|packet| packet.dts_us < end_us);
    }
}

/// Returns where the messages after the first need not be waited for: the reach of a list that
/// covers a stated length.
fn first_message_covers(case: &Case, stated: &[u64]) -> Option<u64> {
    let mut listed = 0;
    for part in case.parts.split_last()?.1 {
        listed = listed.max(part.keys.end);
        let reaches = case.keys[listed - 1] + 1 - case.first;
        let widest = reaches + 20;
        if stated.iter().any(|ms| *ms <= widest * case.segment_ms()) {
            return Some(reaches);
        }
    }
    None
}

fn packets(frames: &[FixtureFrame]) -> (Vec<MoviePacket>, Vec<MoviePacket>) {
    let packet = |frame: &FixtureFrame| MoviePacket {
        dts_us: frame.dts_us,
        pts_us: frame.pts_us,
        hash: hash(&frame.data),
    };
    let of = |is_video| {
        let frames = frames.iter().filter(|frame| frame.is_video == is_video);
        frames.map(packet).collect()
    };
    (of(true), of(false))
}
