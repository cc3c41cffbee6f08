//! What tells one version of a recording from another, and how two plans of it compare.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Presence, SegmentId, SegmentPlan};
use crate::Container;

/// Stated lengths are rounded to whole seconds by some sources.
const ROUNDING_MS: u64 = 1000;

/// Where the service keeps the segments of this version of the recording, and under which hashes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashListing {
    /// Folders of the segments below a server, without slashes at their ends. Empty for
    /// playlists, which name each segment with its folder.
    pub paths: Vec<String>,
    /// Hash of each segment, under the number of the first segment that has it. For playlists: a
    /// digest of the names of the segments of that number.
    #[serde(with = "pairs")]
    pub hashes: BTreeMap<u64, String>,
}

/// How a plan compares with an older one of the same rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// Same segments in the same place. There may be more at the end.
    Same,
    /// Same structure, but folders, hashes of segments that both list, or the stated length
    /// differ: the bytes must be compared before old and new segments are mixed.
    Unverified,
    /// Another recording, rendition or structure: segments of the older plan are of no use.
    Different,
}

/// A map with numbers for keys as a list of pairs: where a plan is part of something tagged, serde
/// does not read text as a number.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serializer};

    pub(super) fn serialize<S: Serializer>(
        map: &BTreeMap<u64, String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<u64, String>, D::Error> {
        Ok(Vec::deserialize(deserializer)?.into_iter().collect())
    }
}

impl HashListing {
    fn hash(&self, number: u64) -> Option<&str> {
        let (_, hash) = self.hashes.range(..=number).next_back()?;
        Some(hash)
    }

    /// Whether all folders of this listing are in the older one, and all hashes that both have
    /// are equal.
    fn agrees_with(&self, older: &Self) -> bool {
        let first_of = |listing: &Self| listing.hashes.keys().next().copied();
        let last_of = |listing: &Self| listing.hashes.keys().next_back().copied();
        let starts = first_of(self).max(first_of(older));
        let ends = last_of(self).min(last_of(older));
        let is_in_both = |number: &&u64| Some(**number) >= starts && Some(**number) <= ends;
        self.paths.iter().all(|path| older.paths.contains(path))
            && self
                .hashes
                .keys()
                .chain(older.hashes.keys())
                .filter(is_in_both)
                .all(|number| self.hash(*number) == older.hash(*number))
    }

    fn has_grown_from(&self, older: &Self) -> bool {
        self.hashes.keys().next_back() > older.hashes.keys().next_back()
    }
}

impl SegmentPlan {
    /// Compares with the plan of an earlier look at the service.
    ///
    /// A plan of an earlier version of this program has no [`SegmentPlan::listing`]: only its
    /// structure is compared.
    pub fn compare(&self, older: &Self) -> PlanChange {
        if !self.has_structure_of(older) {
            return PlanChange::Different;
        }
        let (is_listed_alike, has_grown) = match (&self.listing, &older.listing) {
            (Some(mine), Some(theirs)) => (mine.agrees_with(theirs), mine.has_grown_from(theirs)),
            _ => (true, false),
        };
        let has_grown = has_grown || self.segments.len() > older.segments.len();
        let is_as_long = match (self.stated_ms, older.stated_ms) {
            (Some(mine), Some(theirs)) => has_grown || mine.abs_diff(theirs) <= ROUNDING_MS,
            _ => true,
        };
        if is_listed_alike && is_as_long {
            PlanChange::Same
        } else {
            PlanChange::Unverified
        }
    }

    /// Whether this plan has the same tracks and every sure segment of the older one at the same
    /// place in time.
    fn has_structure_of(&self, older: &Self) -> bool {
        let is_same_rendition = self.recording == older.recording
            && self.rendition == older.rendition
            && self.container == older.container
            && self.tracks.len() == older.tracks.len()
            && self.tracks.iter().zip(&older.tracks).all(|(mine, theirs)| {
                mine.kind == theirs.kind
                    && mine.template == theirs.template
                    && mine.init_template == theirs.init_template
            });
        if !is_same_rendition {
            return false;
        }
        let mine: HashMap<SegmentId, (u64, u64)> = self
            .segments
            .iter()
            .map(|segment| (segment.id, (segment.start_ms, segment.duration_ms)))
            .collect();
        older
            .segments
            .iter()
            .filter(|segment| segment.presence == Presence::Sure)
            .all(|segment| {
                let place = mine.get(&segment.id);
                // Byte ranges of a file lie where their numbers say; times are only estimated.
                let is_file = self.container == Container::File && place.is_some();
                is_file || place == Some(&(segment.start_ms, segment.duration_ms))
            })
    }
}
