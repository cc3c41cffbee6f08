//! Facts about a finished file: what was lost, left out or changed on the way, with numbers.

use crate::{
    Error, TrackKind,
    cursor::{Cursor, put_length_prefixed, put_varint},
};

/// Facts that are kept singly; later ones are added to the last of their kind.
const MAX_FACTS: usize = 1000;
/// Above [`MAX_FACTS`], with one fact of each kind and track behind it.
const MAX_STORED_FACTS: u64 = 1100;
/// Facts of one kind that are at most this far apart become one.
const NEIGHBOUR_MS: u64 = 1000;
/// The clocks of two tracks that change within this time, by the same time to within as much, are
/// one clock.
const SAME_MOVE_MS: u64 = 1000;
/// Changes of the clock of a track that are told singly: some recorders start it again with every
/// segment.
const MAX_MOVES: usize = 20;
/// Longest name of a part that was left out, in bytes; a file may state names of any length.
const MAX_NAME_BYTES: usize = 64;

/// Something that was lost, left out or changed between the input and the finished file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// What happened.
    pub kind: FactKind,
    /// The track that it happened to; `None` if it concerns all tracks or none of them.
    pub track: Option<TrackKind>,
    /// Number of samples concerned; 0 if it is not known.
    pub samples: u64,
    /// When it happened. In [`TableFragment::facts`](crate::TableFragment::facts): milliseconds
    /// from the earliest sample of the segment, by decode time. In
    /// [`Summary::facts`](crate::Summary::facts): milliseconds from the start of the movie, up to
    /// the distance between decode and presentation time.
    pub at_ms: u64,
    /// How much media is concerned, in milliseconds; 0 if it is not known. What it measures is
    /// said at each [`FactKind`].
    pub duration_ms: u64,
}

/// What happened to the samples of a [`Fact`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FactKind {
    /// Samples are damaged or missing in the input, and are not in the movie. The duration is
    /// what they would have lasted.
    SamplesLost,
    /// Samples that are damaged in the input, and are in the movie as they are. The duration is
    /// how long they last.
    Damaged,
    /// A track or another part of the input that the movie does not take, by its name, for
    /// example `MP2 audio`. The duration is that of the part.
    LeftOut(String),
    /// A pause was shortened because no file can tell one that long. The duration is what was
    /// taken out.
    GapShortened,
    /// The clock of a track (or of all) restarted or jumped, and what follows was moved behind
    /// what was there before. The duration is the distance.
    Moved,
    /// Samples that came twice and are in the movie once. The duration is what was left out.
    Repeated,
    /// Samples that could not be kept because their codec configuration is missing or came only
    /// after them. The duration is what they would have lasted.
    ConfigurationMissing,
}

impl FactKind {
    /// Returns whether samples are damaged or missing, unlike what tells how a movie was recorded.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        match self {
            Self::SamplesLost | Self::Damaged | Self::ConfigurationMissing => true,
            Self::LeftOut(_) | Self::GapShortened | Self::Moved | Self::Repeated => false,
        }
    }

    /// Returns whether two facts of this kind that follow each other are one thing.
    fn is_summed(&self) -> bool {
        !matches!(self, Self::GapShortened | Self::Moved)
    }

    /// Returns the number of the kind in the journal.
    fn code(&self) -> u8 {
        match self {
            Self::SamplesLost => 0,
            Self::LeftOut(_) => 1,
            Self::GapShortened => 2,
            Self::Moved => 3,
            Self::Repeated => 4,
            Self::ConfigurationMissing => 5,
            Self::Damaged => 6,
        }
    }
}

impl Fact {
    /// Returns that a part of the file as a whole is left out, which belongs to no time.
    pub(crate) fn left_out(name: String) -> Self {
        Self {
            kind: FactKind::LeftOut(name),
            track: None,
            samples: 0,
            at_ms: 0,
            duration_ms: 0,
        }
    }

    /// Returns whether it is of the file as a whole: a user tag, a track of another kind.
    fn is_timeless(&self) -> bool {
        matches!(self.kind, FactKind::LeftOut(_)) && self.track.is_none()
    }

    /// Appends the fact in the layout of the journal.
    fn write(&self, out: &mut Vec<u8>) {
        out.push(self.kind.code());
        if let FactKind::LeftOut(name) = &self.kind {
            put_length_prefixed(out, name.as_bytes());
        }
        out.push(match self.track {
            None => 0,
            Some(TrackKind::Video) => 1,
            Some(TrackKind::Audio) => 2,
        });
        for number in [self.samples, self.at_ms, self.duration_ms] {
            put_varint(out, number);
        }
    }

    /// Reads what [`Self::write`] appended.
    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let kind = match cursor.u8()? {
            0 => FactKind::SamplesLost,
            1 => {
                let name = String::from_utf8_lossy(cursor.length_prefixed()?);
                FactKind::LeftOut(name.into_owned())
            }
            2 => FactKind::GapShortened,
            3 => FactKind::Moved,
            4 => FactKind::Repeated,
            5 => FactKind::ConfigurationMissing,
            6 => FactKind::Damaged,
            other => return Err(cursor.malformed(format!("a fact of kind {other}"))),
        };
        let track = match cursor.u8()? {
            0 => None,
            1 => Some(TrackKind::Video),
            2 => Some(TrackKind::Audio),
            other => return Err(cursor.malformed(format!("a fact of track {other}"))),
        };
        Ok(Self {
            kind,
            track,
            samples: cursor.varint()?,
            at_ms: cursor.varint()?,
            duration_ms: cursor.varint()?,
        })
    }
}

/// Appends the facts of a segment in the layout of the journal.
pub(crate) fn write(facts: &[Fact], out: &mut Vec<u8>) {
    put_varint(out, facts.len() as u64);
    for fact in facts {
        fact.write(out);
    }
}

/// Reads what [`write`] appended.
pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Vec<Fact>, Error> {
    let count = cursor.varint()?;
    if count > MAX_STORED_FACTS {
        return Err(cursor.malformed(format!("{count} facts of one segment")));
    }
    (0..count).map(|_| Fact::read(cursor)).collect()
}

/// Returns the facts of both lists about one segment, sorted by time.
pub(crate) fn joined(facts: Vec<Fact>, more: &[Fact]) -> Vec<Fact> {
    if more.is_empty() {
        return facts;
    }
    let mut list = FactList::default();
    list.add_segment(&facts, 0);
    list.add_segment(more, 0);
    list.into_vec()
}

/// Collects facts in the order of time: sums neighbours of one kind, and bounds their number.
#[derive(Clone, Debug, Default)]
pub(crate) struct FactList {
    facts: Vec<Fact>,
    /// Where the media of each fact ends, in milliseconds on the clock of the list.
    ends_ms: Vec<u64>,
}

impl FactList {
    /// Adds a fact with a time on the clock of this list.
    ///
    /// Facts of one kind and track at most a second apart become one, with the time of the first. If
    /// the clocks of both tracks are moved together, that is one fact, of no track.
    /// What is left out becomes one for each name. Beyond a thousand facts, a fact is added to the
    /// last of its kind and track.
    pub(crate) fn add(&mut self, mut fact: Fact) {
        if let FactKind::LeftOut(name) = &mut fact.kind {
            let end = name.floor_char_boundary(MAX_NAME_BYTES);
            name.truncate(end);
        }
        let end_ms = fact.at_ms.saturating_add(fact.duration_ms);
        if let Some(both) = self.moved_with(&fact) {
            both.track = None;
            return;
        }
        let Some(index) = self.same(&fact) else {
            self.facts.push(fact);
            self.ends_ms.push(end_ms);
            return;
        };
        if let (Some(same), Some(end)) = (self.facts.get_mut(index), self.ends_ms.get_mut(index)) {
            same.at_ms = same.at_ms.min(fact.at_ms);
            same.samples = same.samples.saturating_add(fact.samples);
            same.duration_ms = same.duration_ms.saturating_add(fact.duration_ms);
            *end = end_ms.max(*end);
        }
    }

    /// Adds the facts of a segment that starts at `start_ms` on the clock of this list.
    pub(crate) fn add_segment(&mut self, facts: &[Fact], start_ms: u64) {
        for fact in facts {
            self.add(Fact {
                at_ms: fact.at_ms.saturating_add(start_ms),
                ..fact.clone()
            });
        }
    }

    /// Returns the facts, sorted by time; behind them what is left out and belongs to no time.
    pub(crate) fn into_vec(mut self) -> Vec<Fact> {
        self.facts
            .sort_by_key(|fact| (fact.is_timeless(), fact.at_ms));
        // All segments of a recording are kept in memory.
        self.facts.shrink_to_fit();
        self.facts
    }

    /// Returns the move of the other track that this one belongs to.
    fn moved_with(&mut self, fact: &Fact) -> Option<&mut Fact> {
        let track = fact.track.filter(|_| fact.kind == FactKind::Moved)?;
        self.facts.iter_mut().rev().find(|other| {
            other.kind == FactKind::Moved
                && other.track.is_some_and(|other| other != track)
                && other.at_ms.abs_diff(fact.at_ms) <= SAME_MOVE_MS
                && other.duration_ms.abs_diff(fact.duration_ms) <= SAME_MOVE_MS
        })
    }

    /// Returns the fact that another is added to, or `None` if it is one of its own.
    fn same(&self, fact: &Fact) -> Option<usize> {
        let is_like = |other: &Fact| other.kind == fact.kind && other.track == fact.track;
        let last = self.facts.iter().rposition(is_like);
        if matches!(fact.kind, FactKind::LeftOut(_)) {
            let same_code = |other: &Fact| other.kind.code() == fact.kind.code();
            let is_full = self.facts.len() >= MAX_FACTS;
            let any = || self.facts.iter().rposition(same_code);
            return last.or_else(|| any().filter(|_| is_full));
        }
        let index = last?;
        let is_neighbour = fact.kind.is_summed()
            && fact.at_ms <= self.ends_ms.get(index)?.saturating_add(NEIGHBOUR_MS);
        let is_crowded = self.facts.len() >= MAX_FACTS
            || fact.kind == FactKind::Moved
                && self.facts.iter().filter(|other| is_like(other)).count() >= MAX_MOVES;
        (is_neighbour || is_crowded).then_some(index)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lost(track: TrackKind, at_ms: u64, samples: u64) -> Fact {
        Fact {
            kind: FactKind::SamplesLost,
            track: Some(track),
            samples,
            at_ms,
            duration_ms: samples * 40,
        }
    }

    fn left_out(name: &str, at_ms: u64) -> Fact {
        Fact {
            kind: FactKind::LeftOut(name.into()),
            ..lost(TrackKind::Audio, at_ms, 10)
        }
    }

    fn listed(facts: &[Fact]) -> Vec<Fact> {
        let mut list = FactList::default();
        list.add_segment(facts, 0);
        list.into_vec()
    }

    #[test]
    fn neighbours_of_one_kind_and_track_become_one() {
        let facts = [
            lost(TrackKind::Video, 1000, 5),
            lost(TrackKind::Audio, 1000, 3),
            lost(TrackKind::Video, 2200, 5),
            lost(TrackKind::Video, 9000, 1),
            Fact {
                kind: FactKind::Repeated,
                ..lost(TrackKind::Video, 9040, 1)
            },
        ];
        let expected = [
            lost(TrackKind::Video, 1000, 10),
            facts[1].clone(),
            facts[3].clone(),
            facts[4].clone(),
        ];
        assert_eq!(listed(&facts), expected);
    }

    #[test]
    fn what_is_left_out_is_summed_by_name_however_far_apart() {
        let facts = [
            left_out("MP2 audio", 0),
            left_out("subtitles", 20),
            left_out("MP2 audio", 1_000_000),
        ];
        let both = Fact {
            samples: 20,
            duration_ms: 800,
            ..left_out("MP2 audio", 0)
        };
        assert_eq!(listed(&facts), [both, facts[1].clone()]);
    }

    #[test]
    fn the_first_moves_are_told_singly() {
        let moved = |at_ms| Fact {
            kind: FactKind::Moved,
            ..lost(TrackKind::Video, at_ms, 0)
        };
        let facts = [moved(0), moved(10)];
        assert_eq!(listed(&facts), facts);
        let many: Vec<_> = (0..5000).map(moved).collect();
        assert_eq!(listed(&many).len(), MAX_MOVES);
    }

    #[test]
    fn the_clocks_of_both_tracks_that_move_together_are_one_fact() {
        let moved = |track, at_ms| Fact {
            kind: FactKind::Moved,
            duration_ms: 6000,
            ..lost(track, at_ms, 0)
        };
        let facts = [
            moved(TrackKind::Video, 1000),
            moved(TrackKind::Audio, 1500),
            moved(TrackKind::Audio, 1600),
            moved(TrackKind::Video, 9000),
            Fact {
                duration_ms: 9000,
                ..moved(TrackKind::Audio, 9000)
            },
        ];
        let both = Fact {
            track: None,
            ..facts[0].clone()
        };
        let expected = [both, facts[2].clone(), facts[3].clone(), facts[4].clone()];
        assert_eq!(listed(&facts), expected);
    }

    #[test]
    fn beyond_a_thousand_the_rest_is_summed_and_nothing_is_dropped() {
        let far_apart = (0..5000).map(|number| lost(TrackKind::Video, number * 10_000, 1));
        let mut facts: Vec<_> = far_apart.collect();
        let names = (0..2000).map(|number| left_out(&number.to_string(), number));
        facts.extend(names);
        let listed = listed(&facts);
        assert!(listed.len() <= MAX_FACTS + 2, "{}", listed.len());
        let samples = |facts: &[Fact]| facts.iter().map(|fact| fact.samples).sum::<u64>();
        assert_eq!(samples(&listed), samples(&facts));
    }

    #[test]
    fn a_long_name_is_cut_between_characters() {
        let long = "ä".repeat(MAX_NAME_BYTES);
        let facts = listed(&[left_out(&format!("x{long}"), 0)]);
        let FactKind::LeftOut(name) = &facts[0].kind else {
            panic!("{facts:?}");
        };
        assert!(name.len() < MAX_NAME_BYTES && name.ends_with('ä'), "{name}");
    }

    #[test]
    fn facts_are_read_as_they_were_written() {
        let kinds = [
            FactKind::SamplesLost,
            FactKind::LeftOut("MP2 audio".into()),
            FactKind::GapShortened,
            FactKind::Moved,
            FactKind::Repeated,
            FactKind::ConfigurationMissing,
            FactKind::Damaged,
        ];
        let tracks = [None, Some(TrackKind::Video), Some(TrackKind::Audio)];
        let facts: Vec<_> = kinds
            .into_iter()
            .zip(tracks.into_iter().cycle())
            .map(|(kind, track)| Fact {
                kind,
                track,
                ..lost(TrackKind::Video, 1 << 40, 300)
            })
            .collect();
        let mut bytes = Vec::new();
        write(&facts, &mut bytes);
        let mut cursor = Cursor::new("journal", &bytes);
        assert_eq!(read(&mut cursor).expect("whole"), facts);
        assert!(cursor.is_empty());
        for length in 0..bytes.len() {
            let cut = bytes.get(..length).expect("shorter");
            assert!(read(&mut Cursor::new("journal", cut)).is_err(), "{length}");
        }
    }
}
