//! Closes falls and jumps of the clock inside a segment, of both tracks or of one.
//!
//! Writers interleave the tracks by time. So where the time of one track falls, or jumps away from
//! the time of the tags around it, its clock has changed and nothing is missing: the track is moved
//! alone, to the end of its frames so far. If the other track does the same within a second, both
//! are moved by the same time, so that they keep their distance. A jump ahead of both is a gap,
//! unless it is longer than any.

use super::{
    disorder::{MAX_DISORDER_FRAMES, are_presentation_times},
    state::TRACK_COUNT,
    times::FrameTime,
};
use crate::{Fact, FactKind, TrackKind, fact::FactList};

/// A larger fall is always one of the clock, and a smaller jump always a gap. Also how far apart
/// the tracks may be interleaved.
const MAX_DISORDER_MS: i64 = 1000;
/// Of a longer jump, an MP4 of sound at 96 kHz could not store the distance.
const MAX_GAP_MS: i64 = 6 * 3600 * 1000;
/// If frames at the start are farther than this from those behind, they have the wrong time: a
/// server sends the first frame with time 0 to who joins later.
const MAX_FIRST_GAP_MS: i64 = 10 * 60 * 1000;
/// Falls of both tracks that differ by less are one.
const SAME_FALL_MS: u64 = 100;
/// Frames in which a change of the other track is looked for.
const LOOK_AHEAD: usize = 256;

/// A change of the clock of a track that was closed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ClockChange {
    /// Index of the track.
    pub(crate) track: usize,
    /// Time of the last frame before it, in milliseconds.
    pub(crate) at_ms: i64,
    /// By how much the frames from here on were moved, in milliseconds.
    pub(crate) moved_ms: i64,
    /// Whether the time between the frames was too long for a gap.
    pub(crate) is_long_gap: bool,
}

/// Moves the frames behind each change of a clock. Returns the changes, and what is added to the
/// timestamps of each track at the end, in milliseconds.
pub(super) fn close(frames: &mut [FrameTime]) -> (Vec<ClockChange>, [i64; TRACK_COUNT]) {
    let mut tracks: [TrackClock; TRACK_COUNT] = Default::default();
    for (index, track) in tracks.iter_mut().enumerate() {
        track.has_presentation_times = are_presentation_times(frames, index);
    }
    let mut closer = ClockCloser {
        frames,
        tracks,
        lead: 0,
        changes: Vec::new(),
    };
    for index in 0..closer.frames.len() {
        closer.step(index);
    }
    let ClockCloser {
        lead,
        mut changes,
        tracks,
        ..
    } = closer;
    let end_shifts = tracks.map(|clock| clock.shift.saturating_sub(lead));
    if lead != 0 {
        for change in &mut changes {
            change.at_ms = change.at_ms.saturating_sub(lead);
        }
        // The frames at the start had the wrong time, and not all others.
        for frame in frames {
            frame.time = frame.time.saturating_sub(lead);
        }
    }
    (changes, end_shifts)
}

/// Returns what the changes mean for the movie; those of both tracks are one.
pub(super) fn facts(changes: &[ClockChange]) -> Vec<Fact> {
    let mut facts = FactList::default();
    let mut changes = changes.iter().peekable();
    while let Some(change) = changes.next() {
        let is_same = |next: &&ClockChange| {
            next.track != change.track
                && next.is_long_gap == change.is_long_gap
                && next.at_ms.abs_diff(change.at_ms) <= MAX_DISORDER_MS.unsigned_abs()
                && next.moved_ms.abs_diff(change.moved_ms) <= MAX_DISORDER_MS.unsigned_abs()
        };
        let both = changes.next_if(is_same).is_some() || change.is_long_gap;
        let kinds = [TrackKind::Video, TrackKind::Audio];
        facts.add(Fact {
            kind: if change.is_long_gap {
                FactKind::GapShortened
            } else {
                FactKind::Moved
            },
            track: kinds.get(change.track).copied().filter(|_| !both),
            samples: 0,
            at_ms: change.at_ms.max(0).unsigned_abs(),
            duration_ms: change.moved_ms.unsigned_abs(),
        });
    }
    facts.into_vec()
}

/// The clock of one track so far.
#[derive(Clone, Copy, Debug, Default)]
struct TrackClock {
    has_presentation_times: bool,
    /// What is added to its timestamps.
    shift: i64,
    /// Time of its first and of its last frame.
    first: Option<i64>,
    last: Option<i64>,
    /// Distance of its last two frames.
    frame: i64,
    /// How far its frames were ahead of the other track, at least and at most.
    leads: Option<(i64, i64)>,
    /// The frame at which its clock changes together with the other one, and its shift from there.
    pending: Option<(usize, i64)>,
    pending_is_long_gap: bool,
    /// The frame of the other track that jumps as this one has jumped.
    waits_for: Option<usize>,
}

/// The frames on one side of a fall, as far as they are looked at.
#[derive(Clone, Copy, Debug, Default)]
struct FallSide {
    frames: usize,
    /// Frames next to the fall whose times overlap those of the other side.
    overlapping: usize,
}

impl FallSide {
    fn add(&mut self, overlaps: bool) {
        if overlaps && self.overlapping == self.frames {
            self.overlapping += 1;
        }
        self.frames += 1;
    }

    /// Whether more frames overlap than disorder explains. Near the end of the segment there may be
    /// too few frames to tell.
    fn is_deep(self, fall_ms: i64) -> bool {
        let ends = self.frames < MAX_DISORDER_FRAMES && fall_ms.unsigned_abs() > SAME_FALL_MS;
        self.overlapping == self.frames && (ends || self.frames == MAX_DISORDER_FRAMES)
    }
}

/// Why frames are moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reason {
    /// The clock has changed.
    Clock,
    /// A gap is longer than any.
    LongGap,
    /// The frames at the start have the wrong time.
    Start,
}

/// A change of the clock at a frame.
#[derive(Clone, Copy, Debug)]
struct Change {
    index: usize,
    track: usize,
    /// The timestamp of the frame.
    timestamp: i64,
    /// Time of the frame of the track before it.
    last: i64,
    /// Where the frame would be without a change.
    expected: i64,
}

impl Change {
    /// The shift that puts the frame where it is expected.
    fn shift(&self) -> i64 {
        self.expected.saturating_sub(self.timestamp)
    }
}

struct ClockCloser<'f> {
    /// Those before the current one have their final time.
    frames: &'f mut [FrameTime],
    tracks: [TrackClock; TRACK_COUNT],
    /// What was added to all frames behind those at the start.
    lead: i64,
    changes: Vec<ClockChange>,
}

impl ClockCloser<'_> {
    fn step(&mut self, index: usize) {
        let Some(&FrameTime { track, time, .. }) = self.frames.get(index) else {
            return;
        };
        let Some(&clock) = self.tracks.get(track) else {
            return;
        };
        if let Some((at, shift)) = clock.pending
            && at == index
        {
            self.set_shift(track, shift, clock.pending_is_long_gap);
        } else if let Some(last) = clock.last {
            let moved = time.saturating_add(clock.shift);
            let distance = moved.saturating_sub(last);
            if clock.pending.is_some() {
                // Until then it stays on the clock that it had.
            } else if self.is_fall(index, &clock, moved) {
                self.restart(index, Reason::Clock);
            } else if distance > MAX_DISORDER_MS {
                self.jump(index, distance);
            }
        }
        self.accept(index);
    }

    /// Gives the current frame its time.
    fn accept(&mut self, index: usize) {
        let other = self.frames.get(index).map_or(0, |frame| 1 - frame.track);
        let near = self.tracks.get(other).and_then(|other| other.last);
        let Some(frame) = self.frames.get_mut(index) else {
            return;
        };
        let Some(clock) = self.tracks.get_mut(frame.track) else {
            return;
        };
        frame.time = frame.time.saturating_add(clock.shift);
        let time = frame.time;
        if let Some(last) = clock.last {
            let distance = time.saturating_sub(last);
            if (1..=MAX_DISORDER_MS).contains(&distance) {
                clock.frame = distance;
            }
        }
        if let Some(near) = near
            && clock.waits_for.is_none()
        {
            let lead = time.saturating_sub(near);
            let (least, most) = clock.leads.unwrap_or((lead, lead));
            clock.leads = Some((least.min(lead), most.max(lead)));
        }
        clock.first.get_or_insert(time);
        clock.last = Some(time);
        if let Some(other) = self.tracks.get_mut(other) {
            other.waits_for.take_if(|waits_for| *waits_for <= index);
        }
    }

    /// Returns whether the clock falls at this frame, and the frames are not only out of order.
    fn is_fall(&self, index: usize, clock: &TrackClock, time: i64) -> bool {
        let Some(last) = clock.last.filter(|last| time < *last) else {
            return false;
        };
        if last.saturating_sub(time) > MAX_DISORDER_MS || self.is_deep(index, last) {
            return true;
        }
        // What is disorder of one track alone may be a fall of both.
        let Some(frame) = self.frames.get(index) else {
            return false;
        };
        let change = self.change(index, frame.track, frame.time);
        self.joined_change(&change, 1 - frame.track)
            .is_some_and(|(found, _)| self.is_deep(found.index, found.last))
    }

    /// Returns whether the times of several frames on both sides of a fall overlap; `last` is the
    /// time of the frame before it.
    fn is_deep(&self, index: usize, last: i64) -> bool {
        let Some(&FrameTime { track, time, .. }) = self.frames.get(index) else {
            return false;
        };
        let Some(clock) = self.tracks.get(track) else {
            return false;
        };
        if clock.has_presentation_times {
            return false;
        }
        let of_track = |frame: &&FrameTime| frame.track == track;
        let behind = self.frames.get(index..).unwrap_or_default().iter();
        let behind = behind
            .take(LOOK_AHEAD)
            .filter(of_track)
            .map(|frame| frame.time.saturating_add(clock.shift))
            .take(MAX_DISORDER_FRAMES);
        let mut sides = [FallSide::default(); 2];
        let [lower, upper] = &mut sides;
        let mut lowest = time.saturating_add(clock.shift);
        let fall = last.saturating_sub(lowest);
        for time in behind {
            lower.add(time <= last);
            lowest = lowest.min(time);
        }
        // Those before may still have the timestamps of this clock, or times that are later.
        let before = self.frames.get(..index).unwrap_or_default().iter().rev();
        let before = before.take(LOOK_AHEAD).filter(of_track);
        for frame in before.take(MAX_DISORDER_FRAMES) {
            let time = frame.time.max(frame.time.saturating_add(clock.shift));
            upper.add(time >= lowest);
        }
        sides.iter().all(|side| side.is_deep(fall))
    }

    /// Decides whether a jump ahead is a gap.
    fn jump(&mut self, index: usize, distance: i64) {
        let Some(frame) = self.frames.get(index).copied() else {
            return;
        };
        let [clock, other] = [frame.track, 1 - frame.track]
            .map(|track| self.tracks.get(track).copied().unwrap_or_default());
        let time = frame.time.saturating_add(clock.shift);
        let starts = |clock: &TrackClock| match (clock.first, clock.last) {
            (Some(first), Some(last)) => last.saturating_sub(first) <= MAX_DISORDER_MS,
            _ => true,
        };
        let is_start = distance > MAX_FIRST_GAP_MS && starts(&clock) && starts(&other);
        let too_long = if is_start {
            Some(Reason::Start)
        } else {
            (distance > MAX_GAP_MS).then_some(Reason::LongGap)
        };
        let (_, most) = clock.leads.unwrap_or_default();
        let is_near = |near: i64| time.saturating_sub(near) <= most.saturating_add(MAX_DISORDER_MS);
        let is_same_time = |near: i64| time.abs_diff(near) <= MAX_DISORDER_MS.unsigned_abs();
        let is_wrong_start = distance > MAX_FIRST_GAP_MS
            && starts(&clock)
            && other.first > clock.last.map(|last| last.saturating_add(MAX_FIRST_GAP_MS));
        match other.last {
            Some(near) if is_wrong_start && is_same_time(near) => self.lift_start(index, time),
            Some(near) if is_near(near) => {}
            Some(_) => {
                let ends = self.ahead(index, 1 - frame.track).next().is_none();
                let is_joined = |found: &Change| {
                    let found = found.timestamp.saturating_add(other.shift);
                    found.abs_diff(time) <= MAX_DISORDER_MS.unsigned_abs()
                };
                let found = self.changes_ahead(index, 1 - frame.track).next();
                let jump = found.filter(is_joined).map(|found| found.index);
                if let Some(reason) = too_long
                    && (ends || jump.is_some())
                {
                    self.restart(index, reason);
                } else if let Some(at) = jump {
                    if let Some(clock) = self.tracks.get_mut(frame.track) {
                        clock.waits_for = Some(at);
                    }
                } else if !ends {
                    self.restart(index, Reason::Clock);
                }
            }
            None => {
                if let Some(reason) = too_long {
                    self.restart(index, reason);
                }
            }
        }
    }

    /// Moves the frames of a track at the start, which alone have a wrong time, up to the next one.
    fn lift_start(&mut self, index: usize, time: i64) {
        let Some(&FrameTime {
            track,
            time: timestamp,
            ..
        }) = self.frames.get(index)
        else {
            return;
        };
        let change = self.change(index, track, timestamp);
        let moved_ms = time.saturating_sub(change.expected);
        let before = self.frames.get_mut(..index).unwrap_or_default();
        for frame in before.iter_mut().filter(|frame| frame.track == track) {
            frame.time = frame.time.saturating_add(moved_ms);
        }
        let Some(clock) = self.tracks.get_mut(track) else {
            return;
        };
        for known in [&mut clock.first, &mut clock.last].into_iter().flatten() {
            *known = known.saturating_add(moved_ms);
        }
        clock.leads = None;
        self.changes.push(ClockChange {
            track,
            at_ms: clock.last.unwrap_or(0),
            moved_ms,
            is_long_gap: true,
        });
    }

    /// Moves the track of a frame, and the other one too if its clock changes with it.
    fn restart(&mut self, index: usize, reason: Reason) {
        let Some(frame) = self.frames.get(index).copied() else {
            return;
        };
        let other = 1 - frame.track;
        let change = self.change(index, frame.track, frame.time);
        let [before, before_other] =
            [frame.track, other].map(|track| self.tracks.get(track).map_or(0, |clock| clock.shift));
        let mut shift = change.shift();
        let joined = self.joined_change(&change, other);
        if let Some((together, shifts)) = joined {
            shift = shifts[0];
            if let Some(clock) = self.tracks.get_mut(other) {
                clock.pending = Some((together.index, shifts[1]));
                clock.pending_is_long_gap = reason != Reason::Clock;
            }
        } else if self
            .tracks
            .get(other)
            .is_some_and(|clock| clock.last.is_none())
        {
            // Nothing of the other track was there yet: it is on the new clock.
            if let Some(clock) = self.tracks.get_mut(other) {
                clock.shift = shift;
            }
        } else if (change.expected..=change.expected.saturating_add(MAX_DISORDER_MS))
            .contains(&frame.time.saturating_add(before_other))
        {
            // Back on the clock of the other track.
            shift = before_other;
        }
        if reason == Reason::Start {
            self.lead = self.lead.saturating_add(shift.saturating_sub(before));
        }
        self.set_shift(frame.track, shift, reason != Reason::Clock);
    }

    fn set_shift(&mut self, track: usize, shift: i64, is_long_gap: bool) {
        let Some(clock) = self.tracks.get_mut(track) else {
            return;
        };
        let moved_ms = shift.saturating_sub(clock.shift);
        if moved_ms != 0 {
            self.changes.push(ClockChange {
                track,
                at_ms: clock.last.unwrap_or(0),
                moved_ms,
                is_long_gap,
            });
        }
        clock.shift = shift;
        clock.pending = None;
        clock.waits_for = None;
    }

    /// Returns the change of the clock at a frame.
    fn change(&self, index: usize, track: usize, timestamp: i64) -> Change {
        let [clock, other] =
            [track, 1 - track].map(|track| self.tracks.get(track).copied().unwrap_or_default());
        let next = self.ahead(index, track).next();
        let next = next.map(|(_, next)| next.saturating_sub(timestamp));
        let next = next.filter(|next| (1..=MAX_DISORDER_MS).contains(next));
        let frame = if clock.frame > 0 {
            clock.frame
        } else {
            next.unwrap_or(1)
        };
        let last = clock.last.unwrap_or(0);
        let ended = last.saturating_add(frame);
        // A track that was missing for a while goes on where the other one is.
        let near = other.last.unwrap_or(ended);
        let (lowest, _) = clock.leads.unwrap_or_default();
        let is_late = ended.saturating_sub(near) < lowest.min(0).saturating_sub(MAX_DISORDER_MS);
        Change {
            index,
            track,
            timestamp,
            last,
            expected: if is_late { near } else { ended },
        }
    }

    /// Returns the change of the other track that belongs to this one, and the new shift of both.
    fn joined_change(&self, change: &Change, other: usize) -> Option<(Change, [i64; 2])> {
        let clock = self.tracks.get(other)?;
        let own = self.tracks.get(change.track)?;
        for found in self.changes_ahead(change.index, other) {
            let moved = [
                change.shift().saturating_sub(own.shift),
                found.shift().saturating_sub(clock.shift),
            ];
            let is_small = moved.iter().all(|moved| moved.abs() <= MAX_DISORDER_MS);
            let tolerance = if is_small {
                SAME_FALL_MS
            } else {
                MAX_DISORDER_MS.unsigned_abs()
            };
            let [one, two] = moved;
            let apart = change.shift().abs_diff(found.shift());
            if apart <= tolerance.min(one.abs_diff(two)) {
                // One clock for both.
                let shift = change.shift().max(found.shift());
                return Some((found, [shift; 2]));
            }
            if one.abs_diff(two) <= tolerance {
                let moved = one.max(two);
                let shifts = [own.shift, clock.shift].map(|shift| shift.saturating_add(moved));
                return Some((found, shifts));
            }
            if !is_small {
                break;
            }
        }
        None
    }

    /// Returns the frames within the next second of a track where its time falls or jumps.
    fn changes_ahead(&self, index: usize, track: usize) -> impl Iterator<Item = Change> {
        let clock = self.tracks.get(track).copied().unwrap_or_default();
        let (mut last, mut passed) = (clock.last, 0);
        let mut frames = self.ahead(index, track);
        std::iter::from_fn(move || {
            for (index, timestamp) in frames.by_ref() {
                let time = timestamp.saturating_add(clock.shift);
                let before = last.replace(time).unwrap_or(time);
                let distance = time.saturating_sub(before);
                if !(0..=MAX_DISORDER_MS).contains(&distance) {
                    return Some(Change {
                        index,
                        track,
                        timestamp,
                        last: before,
                        expected: before.saturating_add(clock.frame.max(1)),
                    });
                }
                passed += distance;
                if passed > MAX_DISORDER_MS {
                    return None;
                }
            }
            None
        })
    }

    /// Returns the next frames of a track behind one, with their timestamps.
    fn ahead(&self, index: usize, track: usize) -> impl Iterator<Item = (usize, i64)> {
        let frames = self.frames.iter().enumerate().skip(index + 1);
        frames
            .take(LOOK_AHEAD)
            .filter(move |(_, frame)| frame.track == track)
            .map(|(at, frame)| (at, frame.time))
    }
}
