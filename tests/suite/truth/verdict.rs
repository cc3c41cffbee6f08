//! Compares the saved movie and its report with what was available.

use std::collections::BTreeSet;

use engine::Code;
use engine::view::{GapView, MissingView};

use super::expected::{ExpectedOutcome, ExpectedSegment, Requirement, TrackSet};
use super::reader::{MoviePacket, MoviePackets};
use super::report::ReportedPlaces;

/// No more than this may be missing unless the user allows it.
pub(super) const TOLERATED_GAP_MS: u64 = 1000;
/// Lengths are rounded, and the last audio frame does not end exactly at the stated length.
pub(super) const ROUNDING_MS: u64 = 300;

/// How a job ended.
#[derive(Clone, Debug)]
pub(super) enum JobEnding {
    Done(MoviePackets),
    Failed(Code, String),
}

/// What a job reported.
#[derive(Clone, Debug, Default)]
pub(super) struct Reported {
    pub(super) gaps: Vec<GapView>,
    pub(super) missing: Vec<MissingView>,
    pub(super) shorter_ms: Option<u64>,
}

/// A mistake in an outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// A few words that are the same for the same mistake.
    pub(super) kind: &'static str,
    pub(super) detail: String,
}

pub(super) fn mismatch<T>(kind: &'static str, detail: impl Into<String>) -> Result<T, Mismatch> {
    let detail = detail.into();
    Err(Mismatch { kind, detail })
}

/// Judges one outcome.
pub(super) fn judge(
    expected: &ExpectedOutcome,
    ending: &JobEnding,
    reported: &Reported,
) -> Result<(), Mismatch> {
    match ending {
        JobEnding::Failed(code, detail) => judge_failure(expected, *code, detail, reported),
        JobEnding::Done(movie) => {
            let mut first = None;
            for track_set in &expected.track_sets {
                match judge_movie(expected, track_set, movie, reported) {
                    Ok(()) => return Ok(()),
                    Err(problem) => first = first.or(Some(problem)),
                }
            }
            match first {
                Some(problem) => Err(problem),
                None => mismatch("saved although no rendition with video is available", ""),
            }
        }
    }
}

/// The expected segments of each track that are in the movie.
pub(super) struct MatchedSegments {
    /// By track and position.
    pub(super) present: Vec<Vec<bool>>,
    /// Positions with the media of another segment.
    foreign: BTreeSet<u64>,
    /// How long the media of other segments plays, in milliseconds.
    pub(super) foreign_ms: u64,
    /// Those of them whose media occurs nowhere else.
    lone: BTreeSet<u64>,
    /// Difference to the expected time of each packet of a segment that is in the movie.
    times: Vec<(i64, i64)>,
    video_offset: Option<i64>,
}

impl MatchedSegments {
    /// Returns whether nothing after it reveals that it is another segment's media.
    fn is_undetectable(&self, place: u64) -> bool {
        let tracks = self.present.iter();
        let last = tracks.filter_map(|track| track.iter().rposition(|it| *it));
        let is_last = last.max().is_none_or(|last| (last as u64) < place);
        self.lone.contains(&place) && is_last && self.foreign.last() == Some(&place)
    }
}

fn judge_movie(
    expected: &ExpectedOutcome,
    track_set: &TrackSet,
    movie: &MoviePackets,
    reported: &Reported,
) -> Result<(), Mismatch> {
    // Media of a later segment may be in its own position or in another segment's, and a gap
    // reported at the start may be what the list lacks.
    let mut first = None;
    for foreign in [ForeignMedia::Unlikely, ForeignMedia::Likely] {
        for may_lack_beginning in [true, false] {
            let report = ReportedPlaces::of(expected, reported, may_lack_beginning);
            let judged = find(track_set, movie, foreign).and_then(|found| {
                check_times(expected, &found)?;
                judge_report(expected, (track_set, movie), (reported, &report), &found)
            });
            match judged {
                Ok(()) => return Ok(()),
                Err(wrong) => first = first.or(Some(wrong)),
            }
        }
    }
    first.map_or(Ok(()), Err)
}

/// How to interpret media of a later segment that may be in another segment's position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ForeignMedia {
    Unlikely,
    Likely,
}

fn judge_report(
    expected: &ExpectedOutcome,
    (track_set, movie): (&TrackSet, &MoviePackets),
    (reported, report): (&Reported, &ReportedPlaces),
    found: &MatchedSegments,
) -> Result<(), Mismatch> {
    let slots = track_set.tracks.iter().map(Vec::len).max().unwrap_or(0) as u64;
    let lacking: BTreeSet<u64> = (0..slots)
        .filter(|place| has_hole(track_set, found, *place))
        .collect();
    report.check_only_missing(expected, &lacking, &found.foreign)?;
    let end_ms = end_ms(expected, found);
    let is_short = report.is_short(expected, found, end_ms)?;
    let must: Vec<u64> = lacking
        .iter()
        .copied()
        .filter(|place| is_gap_visible(expected, track_set, found, *place))
        .collect();
    let past_the_end = |place: u64| place * expected.segment_ms >= end_ms;
    let flawed = |place: u64, is: fn(&ExpectedSegment) -> bool| {
        let mut slots = track_set
            .tracks
            .iter()
            .filter_map(|track| track.get(usize::try_from(place).ok()?));
        slots.any(is)
    };
    for place in &must {
        let is_reported = report.places.contains(place)
            || (past_the_end(*place) && (reported.shorter_ms.is_some() || report.is_from_zero))
            || (flawed(*place, |slot| slot.is_empty) && report.empty > 0)
            || (flawed(*place, |slot| slot.foreign.is_some()) && report.misplaced > 0)
            || found.is_undetectable(*place);
        if !is_reported {
            return mismatch(
                "an unreported gap",
                format!("segment {place}; {reported:?}"),
            );
        }
    }
    for place in &found.foreign {
        let is_reported = report.misplaced > 0 || report.places.contains(place);
        if !is_reported && !found.is_undetectable(*place) {
            return mismatch(
                "another segment's media without a report",
                format!("{place}"),
            );
        }
    }
    let lacks_kind = movie.video.is_empty() || movie.audio.is_empty();
    check_renditions(expected, (track_set, lacks_kind), reported)?;
    let lacks =
        lacking_ms(expected, &must, found) > TOLERATED_GAP_MS || is_short || track_set.lacks_audio;
    if lacks && !expected.allows_gaps {
        return mismatch(
            "saved with gaps that were not allowed",
            format!("{must:?} {reported:?}"),
        );
    }
    Ok(())
}

/// Returns how many milliseconds are missing in all, without what lies behind the stated length.
fn lacking_ms(expected: &ExpectedOutcome, must: &[u64], found: &MatchedSegments) -> u64 {
    let foreign = found.foreign.iter().filter(|place| !must.contains(place));
    let places = must
        .iter()
        .chain(foreign)
        .filter(|place| !found.is_undetectable(**place));
    let stated = expected.stated_ms.unwrap_or(u64::MAX);
    let lengths = places.map(|place| {
        let start = place * expected.segment_ms;
        (start + expected.segment_ms)
            .min(stated)
            .saturating_sub(start)
    });
    lengths.sum()
}

fn check_renditions(
    expected: &ExpectedOutcome,
    (track_set, lacks_kind): (&TrackSet, bool),
    reported: &Reported,
) -> Result<(), Mismatch> {
    let reports = |is: fn(&MissingView) -> bool| reported.missing.iter().any(is);
    let rendition = reports(|it| matches!(it, MissingView::Rendition { .. }));
    let track = reports(|it| matches!(it, MissingView::Track { .. }));
    if (expected.must_tell_rendition || track_set.is_substitute) && !rendition {
        return mismatch(
            "another rendition without a report",
            format!("{reported:?}"),
        );
    }
    if rendition && !expected.may_tell_rendition {
        return mismatch(
            "the preferred rendition is reported as another",
            format!("{reported:?}"),
        );
    }
    if track_set.lacks_audio && !track && !rendition {
        return mismatch(
            "a track is missing without a report",
            format!("{reported:?}"),
        );
    }
    if track && !track_set.lacks_audio && !lacks_kind {
        return mismatch(
            "a present track is reported as missing",
            format!("{reported:?}"),
        );
    }
    Ok(())
}

fn has_hole(track_set: &TrackSet, found: &MatchedSegments, place: u64) -> bool {
    let at = usize::try_from(place).unwrap_or(usize::MAX);
    (0..track_set.tracks.len()).any(|track| found.present[track].get(at) == Some(&false))
}

/// Returns whether a gap there can be noticed: from a later segment, another track, the list, or
/// the stated length.
fn is_gap_visible(
    expected: &ExpectedOutcome,
    track_set: &TrackSet,
    found: &MatchedSegments,
    place: u64,
) -> bool {
    let at = usize::try_from(place).unwrap_or(usize::MAX);
    let mut tracks = track_set.tracks.iter().zip(&found.present);
    let stated = expected.stated_ms.unwrap_or(0);
    let is_stated = stated > place * expected.segment_ms + TOLERATED_GAP_MS + ROUNDING_MS;
    let other_track = found
        .present
        .iter()
        .any(|track| track.get(at) == Some(&true));
    tracks.any(|(slots, present)| {
        let later = present.iter().skip(at + 1).any(|it| *it);
        let is_listed = slots.get(at).is_some_and(|slot| slot.is_listed);
        present.get(at) == Some(&false) && (later || is_listed || is_stated || other_track)
    })
}

/// Returns the end of the movie, by its last segment.
fn end_ms(expected: &ExpectedOutcome, found: &MatchedSegments) -> u64 {
    let last = found
        .present
        .iter()
        .filter_map(|track| track.iter().rposition(|it| *it));
    let last = last.map(|last| last as u64);
    let last = last.chain(found.foreign.last().copied());
    let end = last
        .max()
        .map_or(0, |last| (last + 1) * expected.segment_ms);
    end.min(expected.length_ms)
}

fn find(
    track_set: &TrackSet,
    movie: &MoviePackets,
    foreign: ForeignMedia,
) -> Result<MatchedSegments, Mismatch> {
    let mut found = MatchedSegments {
        present: Vec::new(),
        foreign: BTreeSet::new(),
        foreign_ms: 0,
        lone: BTreeSet::new(),
        times: Vec::new(),
        video_offset: None,
    };
    let (mut video, mut audio) = (&movie.video[..], &movie.audio[..]);
    for slots in &track_set.tracks {
        let mut present = Vec::new();
        for (place, slot) in slots.iter().enumerate() {
            let is_whole = starts(video, &slot.video) && starts(audio, &slot.audio);
            let is_there = is_whole && slot.requirement != Requirement::Not;
            if is_there {
                take(&mut video, &slot.video, &mut found, true);
                take(&mut audio, &slot.audio, &mut found, false);
            } else if slot.requirement == Requirement::Must {
                let kind = if has_some(video, &slot.video) || has_some(audio, &slot.audio) {
                    "a segment is only in part in the movie"
                } else {
                    "an available segment is not in the movie"
                };
                return mismatch(kind, format!("segment {place}"));
            } else if let Some((other_video, other_audio)) = &slot.foreign
                && starts(video, other_video)
                && starts(audio, other_audio)
                && (foreign == ForeignMedia::Likely
                    || !is_a_later_one(slots, place, (video, audio)))
            {
                video = &video[other_video.len()..];
                audio = &audio[other_audio.len()..];
                if found.foreign.insert(place as u64) {
                    found.foreign_ms += span_ms(other_video).max(span_ms(other_audio));
                }
                let all = &movie.video[..];
                let times = (0..all.len()).filter(|at| starts(&all[*at..], other_video));
                if !other_video.is_empty() && times.count() == 1 {
                    found.lone.insert(place as u64);
                }
            } else if slot.is_cut {
                // The rest of a truncated segment may be in the movie.
                video = &video[common_prefix(video, &slot.video)..];
                audio = &audio[common_prefix(audio, &slot.audio)..];
            }
            present.push(is_there);
        }
        found.present.push(present);
    }
    if !video.is_empty() || !audio.is_empty() {
        let left = (video.len(), audio.len());
        return mismatch(
            "packets of no expected segment",
            format!("{left:?} video and audio packets"),
        );
    }
    Ok(found)
}

/// Returns whether the foreign media at a position is a later segment's own content in its own
/// place, because all segments between them may be missing, and does not occur a second time.
fn is_a_later_one(
    slots: &[ExpectedSegment],
    place: usize,
    (video, audio): (&[MoviePacket], &[MoviePacket]),
) -> bool {
    let Some((other_video, other_audio)) = &slots[place].foreign else {
        return false;
    };
    let is_same = |slot: &ExpectedSegment| {
        let pairs = [(&slot.video, other_video), (&slot.audio, other_audio)];
        pairs
            .iter()
            .all(|(one, other)| one.len() == other.len() && starts(one, other))
    };
    let mut between = Vec::new();
    let mut later = slots[place + 1..].iter();
    let slot = loop {
        match later.next() {
            Some(slot) if is_same(slot) => break slot,
            Some(slot) if slot.requirement != Requirement::Must => between.push(slot),
            _ => return false,
        }
    };
    // An earlier segment follows: this media is not in its own position.
    let (video_behind, audio_behind) = (behind(video, other_video), behind(audio, other_audio));
    let comes_next = |slot: &&ExpectedSegment| {
        let has_media = !slot.video.is_empty() || !slot.audio.is_empty();
        has_media && starts(video_behind, &slot.video) && starts(audio_behind, &slot.audio)
    };
    if between.iter().any(comes_next) {
        return false;
    }
    !(starts(video_behind, &slot.video) && starts(audio_behind, &slot.audio))
}

/// Returns how many packets are equal from the start.
fn common_prefix(packets: &[MoviePacket], wanted: &[MoviePacket]) -> usize {
    let mut pairs = packets.iter().zip(wanted);
    let differ = pairs.position(|(packet, wanted)| packet.hash != wanted.hash);
    differ.unwrap_or(packets.len().min(wanted.len()))
}

/// Returns the time from the first packet to the last, in milliseconds.
fn span_ms(packets: &[MoviePacket]) -> u64 {
    let times = packets.iter().map(|packet| packet.dts_us);
    let (first, last) = (times.clone().min(), times.max());
    let span_us = first.zip(last).map_or(0, |(first, last)| last - first);
    span_us.unsigned_abs() / 1000
}

fn behind<'p>(packets: &'p [MoviePacket], first: &[MoviePacket]) -> &'p [MoviePacket] {
    packets.get(first.len()..).unwrap_or_default()
}

fn starts(packets: &[MoviePacket], wanted: &[MoviePacket]) -> bool {
    packets.len() >= wanted.len()
        && packets
            .iter()
            .zip(wanted)
            .all(|(packet, wanted)| packet.hash == wanted.hash)
}

fn has_some(packets: &[MoviePacket], wanted: &[MoviePacket]) -> bool {
    let first = packets.first().map(|packet| packet.hash);
    first.is_some() && wanted.iter().any(|packet| Some(packet.hash) == first)
}

fn take(
    packets: &mut &[MoviePacket],
    wanted: &[MoviePacket],
    found: &mut MatchedSegments,
    is_video: bool,
) {
    let (own, rest) = packets.split_at(wanted.len());
    for (packet, wanted) in own.iter().zip(wanted) {
        let off = (packet.dts_us - wanted.dts_us, packet.pts_us - wanted.pts_us);
        if is_video {
            found.video_offset.get_or_insert(off.1);
        }
        found.times.push(off);
    }
    *packets = rest;
}

/// Verifies that all packets have the expected distance from a common start.
fn check_times(expected: &ExpectedOutcome, found: &MatchedSegments) -> Result<(), Mismatch> {
    let first = found.times.first().map(|(_, presented)| *presented);
    let Some(start) = found.video_offset.or(first) else {
        return Ok(());
    };
    for (at, (decoded, presented)) in found.times.iter().enumerate() {
        let off = (decoded - start).abs().max((presented - start).abs());
        if off > expected.tolerance_us {
            return mismatch(
                "a packet at a wrong time",
                format!("packet {at} is {off} µs off"),
            );
        }
    }
    Ok(())
}

fn judge_failure(
    expected: &ExpectedOutcome,
    code: Code,
    detail: &str,
    reported: &Reported,
) -> Result<(), Mismatch> {
    let all = || {
        expected
            .track_sets
            .iter()
            .flat_map(|track_set| track_set.tracks.iter().flatten())
    };
    let lacks = all().any(|slot| slot.requirement != Requirement::Must);
    let stated = expected.stated_ms.unwrap_or(0);
    let is_short = stated > expected.length_ms + TOLERATED_GAP_MS - ROUNDING_MS;
    let may_fail = expected.is_hopeless || expected.is_unsupported;
    let lacks_track = expected
        .track_sets
        .iter()
        .any(|track_set| track_set.lacks_audio);
    let is_right = match code {
        Code::SegmentsMissing | Code::Stalled => lacks || is_short || may_fail || lacks_track,
        Code::Changed => expected.is_replaced,
        Code::CheckFailed => expected.is_damaged,
        Code::Unsupported | Code::Encrypted => may_fail || expected.track_sets.is_empty(),
        Code::SiteDown
        | Code::ConnectionRefused
        | Code::Untrusted
        | Code::Busy
        | Code::BadAnswer
        | Code::Offline => may_fail,
        _ => false,
    };
    if !is_right {
        return mismatch("a failure of the wrong kind", format!("{code:?}: {detail}"));
    }
    if code != Code::SegmentsMissing || may_fail || expected.is_replaced {
        return Ok(());
    }
    if expected.allows_gaps
        && !expected.is_file
        && all().any(|slot| slot.requirement == Requirement::Must)
    {
        return mismatch("a failure although gaps are allowed", detail);
    }
    failure_names(expected, reported)
}

/// Verifies that a failure reports what is missing as a saved movie does.
fn failure_names(expected: &ExpectedOutcome, reported: &Reported) -> Result<(), Mismatch> {
    let Some(track_set) = expected.track_sets.first() else {
        return Ok(());
    };
    // A gap reported at the start may be what the list lacks.
    let named =
        |may_lack_beginning| failure_names_gaps(expected, track_set, reported, may_lack_beginning);
    named(true).or_else(|wrong| named(false).map_err(|_| wrong))
}

fn failure_names_gaps(
    expected: &ExpectedOutcome,
    track_set: &TrackSet,
    reported: &Reported,
    may_lack_beginning: bool,
) -> Result<(), Mismatch> {
    let report = ReportedPlaces::of(expected, reported, may_lack_beginning);
    let slots = |place: u64| {
        let at = usize::try_from(place).unwrap_or(usize::MAX);
        track_set
            .tracks
            .iter()
            .filter_map(move |track| track.get(at))
    };
    let places = track_set.tracks.iter().map(Vec::len).max().unwrap_or(0) as u64;
    let lacking: BTreeSet<u64> = (0..places)
        .filter(|place| slots(*place).any(|slot| slot.requirement != Requirement::Must))
        .collect();
    report.check_only_missing(expected, &lacking, &BTreeSet::new())?;
    for place in lacking {
        let must = slots(place).any(|slot| slot.requirement == Requirement::Not && slot.is_listed);
        let is_reported = report.places.contains(&place)
            || report.shorter_ms.is_some()
            || (slots(place).any(|slot| slot.is_empty) && report.empty > 0);
        if must && !is_reported && !expected.is_file {
            return mismatch(
                "a failure does not name a gap",
                format!("segment {place}; {reported:?}"),
            );
        }
    }
    Ok(())
}
