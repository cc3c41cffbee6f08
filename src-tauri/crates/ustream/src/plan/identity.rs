//! Compares plans, to tell whether the recording has changed since the segments were fetched.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use super::{Presence, SegmentId, SegmentPlan};
use crate::Container;

/// Tolerance for stated lengths: some sources round to whole seconds.
const ROUNDING_MS: u64 = 1000;

/// The folders and hashes of the segments of one version of a recording.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct HashListing {
    /// Folders below a server, without leading and trailing slashes. Empty for playlists, whose
    /// segment names include the folder.
    pub paths: Vec<String>,
    /// The hash of each segment, under the number of the first segment that has it. For playlists:
    /// FNV-1a of the names of all segments of that number.
    #[serde(with = "pairs")]
    pub hashes: BTreeMap<u64, String>,
}

/// The result of comparing a plan with an older one of the same rendition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PlanChange {
    /// Same segments at the same place; there may be more at the end.
    Same,
    /// Same structure, but folders, hashes of common segments or the stated length differ: bytes
    /// must be compared before old and new segments are mixed.
    Unverified,
    /// Another recording, rendition or structure: segments of the older plan cannot be used.
    Different,
}

/// Serializes a map with numeric keys as a list of pairs: inside a tagged enum, serde cannot read
/// text keys as numbers.
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

    /// Returns whether the older listing has all folders of this one, and all common hashes are
    /// equal.
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
    /// Compares with an older plan.
    ///
    /// Plans without a [`SegmentPlan::listing`] are compared by structure and length only.
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

    /// Returns whether this plan has the same tracks, and every segment of the older one that must
    /// exist at the same time.
    fn has_structure_of(&self, older: &Self) -> bool {
        let is_same_rendition = self.media == older.media
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
                let time = mine.get(&segment.id);
                // Times of a file's byte ranges are estimated; their numbers identify them.
                let is_file = self.container == Container::File && time.is_some();
                is_file || time == Some(&(segment.start_ms, segment.duration_ms))
            })
    }
}
