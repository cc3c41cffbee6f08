//! Reads sample groups of type `roll`, `sgpd` and `sbgp` (ISO/IEC 14496-12 8.9, 10.1): how many
//! samples before or after a sample must be decoded to start there. AAC encoders write the number of
//! pre-roll frames.
//!
//! They are hints: broken groups are ignored.

use std::sync::Arc;

use crate::{
    Error,
    boxes::read::{children, version_and_flags},
    cursor::{Cursor, put_signed, put_varint},
};

const ROLL: [u8; 4] = *b"roll";
/// Largest number of descriptions of a track; encoders write one.
const MAX_DISTANCES: usize = 256;
/// Description indexes above this refer to the fragment's own descriptions (8.9.4).
const OWN_DESCRIPTIONS: u32 = 0x1_0000;

/// The roll groups in `stbl`, which apply to fragments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MovieRolls {
    /// Roll distance of each description: samples before (negative) or after.
    distances: Vec<i16>,
    /// Roll distance of samples in fragments without groups.
    default_distance: Option<i16>,
}

/// The roll distances of the samples of one track fragment, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct FragmentRolls {
    runs: Arc<[(u32, Option<i16>)]>,
    run: usize,
    taken: u32,
    default_distance: Option<i16>,
}

/// The descriptions in an `sgpd`.
#[derive(Clone, Debug, Default)]
struct RollDescriptions {
    distances: Vec<i16>,
    /// Description of samples in no `sbgp`, counted from 1; 0 for none.
    default_description: u32,
}

impl MovieRolls {
    /// Reads the groups in `stbl`.
    pub(crate) fn read(stbl: &Cursor<'_>) -> Self {
        let RollDescriptions {
            distances,
            default_description,
        } = descriptions(stbl);
        let mut default_distance = distance(&distances, default_description);
        // One group over all samples of the movie also applies to fragments cut from it.
        if let [(_, index)] = groups(stbl).unwrap_or_default().as_slice() {
            default_distance = distance(&distances, *index);
        }
        Self {
            distances,
            default_distance,
        }
    }

    /// Appends the groups in the journal's encoding.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.distances.len() as u64);
        for distance in &self.distances {
            put_signed(out, i64::from(*distance));
        }
        out.push(u8::from(self.default_distance.is_some()));
        put_signed(out, i64::from(self.default_distance.unwrap_or(0)));
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn restore(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let mut distances = Vec::new();
        for _ in 0..cursor.varint()?.min(MAX_DISTANCES as u64) {
            distances.push(read_i16(cursor)?);
        }
        let has_default = cursor.u8()? != 0;
        let default_distance = Some(read_i16(cursor)?).filter(|_| has_default);
        Ok(Self {
            distances,
            default_distance,
        })
    }
}

fn read_i16(cursor: &mut Cursor<'_>) -> Result<i16, Error> {
    let value = cursor.signed()?;
    i16::try_from(value).map_err(|_| cursor.malformed("a distance over 16 bits"))
}

impl FragmentRolls {
    /// Reads the groups in `traf`.
    pub(crate) fn read(traf: &Cursor<'_>, movie: &MovieRolls) -> Self {
        let own = descriptions(traf);
        let of = |index: u32| match index.checked_sub(OWN_DESCRIPTIONS) {
            Some(index) => distance(&own.distances, index),
            None => distance(&movie.distances, index),
        };
        let (runs, default_distance) = match groups(traf) {
            Some(groups) => {
                let resolved = groups.iter().map(|(count, index)| (*count, of(*index)));
                (
                    resolved.collect(),
                    distance(&own.distances, own.default_description),
                )
            }
            None if own.default_description > 0 => (
                Arc::default(),
                distance(&own.distances, own.default_description),
            ),
            None => (Arc::default(), movie.default_distance),
        };
        Self {
            runs,
            run: 0,
            taken: 0,
            default_distance,
        }
    }

    /// Returns the roll distance of the next sample.
    pub(crate) fn next(&mut self) -> Option<i16> {
        while let Some((count, distance)) = self.runs.get(self.run) {
            if self.taken < *count {
                self.taken += 1;
                return *distance;
            }
            self.run += 1;
            self.taken = 0;
        }
        self.default_distance
    }

    /// Skips samples.
    pub(crate) fn skip(&mut self, mut samples: u32) {
        while let Some((count, _)) = self.runs.get(self.run) {
            let left = count.saturating_sub(self.taken);
            if samples < left {
                self.taken += samples;
                return;
            }
            samples -= left;
            self.run += 1;
            self.taken = 0;
        }
    }
}

fn distance(distances: &[i16], index: u32) -> Option<i16> {
    let index = usize::try_from(index).ok()?.checked_sub(1)?;
    distances.get(index).copied()
}

/// Finds the box of a kind with grouping type `roll`. Returns its version and the fields after the
/// grouping type.
fn roll_box<'a>(holder: &Cursor<'a>, kind: [u8; 4]) -> Option<(u8, Cursor<'a>)> {
    children(holder).find_map(|found| {
        let mut found = found.ok().filter(|found| found.kind == kind)?;
        let (version, _) = version_and_flags(&mut found.body).ok()?;
        (found.body.array().ok()? == ROLL).then_some((version, found.body))
    })
}

fn descriptions(holder: &Cursor<'_>) -> RollDescriptions {
    roll_box(holder, *b"sgpd")
        .and_then(|(version, body)| {
            // Editions of the standard disagree whether version 2 has a length before the default
            // description.
            let layouts = match version {
                0 => [(false, false)].as_slice(),
                1 => &[(true, false)],
                _ => &[(true, true), (false, true)],
            };
            layouts
                .iter()
                .find_map(|(length, default)| entries(body.clone(), *length, *default))
        })
        .unwrap_or_default()
}

/// Reads the entries of an `sgpd` with this layout. Returns `None` if they do not fill the box.
fn entries(mut body: Cursor<'_>, has_length: bool, has_default: bool) -> Option<RollDescriptions> {
    let length = if has_length { body.u32().ok()? } else { 2 };
    let default_description = if has_default { body.u32().ok()? } else { 0 };
    let count = usize::try_from(body.u32().ok()?).ok()?;
    if count > MAX_DISTANCES {
        return None;
    }
    let mut distances = Vec::with_capacity(count);
    for _ in 0..count {
        let length = if length == 0 {
            body.u32().ok()?
        } else {
            length
        };
        let mut entry = body.sub_cursor(usize::try_from(length).ok()?).ok()?;
        distances.push(entry.u16().ok()?.cast_signed());
    }
    body.is_empty().then_some(RollDescriptions {
        distances,
        default_description,
    })
}

/// Reads the runs of `sbgp`: number of samples and index of their description.
fn groups(holder: &Cursor<'_>) -> Option<Vec<(u32, u32)>> {
    let (version, mut body) = roll_box(holder, *b"sbgp")?;
    if version > 0 {
        // `grouping_type_parameter`.
        body.skip(4).ok()?;
    }
    let count = body.u32().ok()?;
    let mut runs = Vec::new();
    for _ in 0..count {
        runs.push((body.u32().ok()?, body.u32().ok()?));
    }
    Some(runs)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::write::{full_box, put32};

    fn sgpd(out: &mut Vec<u8>, version: u8, fields: &[u32], distances: &[i16]) {
        full_box(out, *b"sgpd", version, 0, |out| {
            out.extend_from_slice(b"roll");
            for field in fields {
                put32(out, *field);
            }
            put32(out, u32::try_from(distances.len()).expect("few"));
            for distance in distances {
                out.extend_from_slice(&distance.to_be_bytes());
            }
        });
    }

    fn sbgp(out: &mut Vec<u8>, runs: &[(u32, u32)]) {
        full_box(out, *b"sbgp", 0, 0, |out| {
            out.extend_from_slice(b"roll");
            put32(out, u32::try_from(runs.len()).expect("few"));
            for (count, index) in runs {
                put32(out, *count);
                put32(out, *index);
            }
        });
    }

    fn movie(fill: impl FnOnce(&mut Vec<u8>)) -> MovieRolls {
        let mut stbl = Vec::new();
        fill(&mut stbl);
        let rolls = MovieRolls::read(&Cursor::new("MP4", &stbl));
        let mut kept = Vec::new();
        rolls.write(&mut kept);
        let restored = MovieRolls::restore(&mut Cursor::new("journal", &kept));
        assert_eq!(restored.expect("valid"), rolls);
        rolls
    }

    fn first(
        count: usize,
        movie: &MovieRolls,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Vec<Option<i16>> {
        let mut traf = Vec::new();
        fill(&mut traf);
        let mut rolls = FragmentRolls::read(&Cursor::new("MP4", &traf), movie);
        (0..count).map(|_| rolls.next()).collect()
    }

    #[test]
    fn a_group_over_the_movie_is_the_default_of_its_fragments() {
        let rolls = movie(|out| {
            sgpd(out, 1, &[2], &[-1]);
            sbgp(out, &[(189, 1)]);
        });
        assert_eq!(first(2, &rolls, |_| {}), [Some(-1); 2]);
        let described = movie(|out| sgpd(out, 1, &[2], &[-1]));
        assert_eq!(first(2, &described, |_| {}), [None; 2]);
    }

    #[test]
    fn samples_are_mapped_run_by_run_to_the_descriptions_of_movie_and_fragment() {
        let rolls = movie(|out| sgpd(out, 1, &[2], &[-1, -2]));
        let found = first(6, &rolls, |out| {
            sgpd(out, 0, &[], &[7]);
            sbgp(out, &[(1, 2), (0, 1), (2, 0), (1, 0x1_0001), (1, 9)]);
        });
        assert_eq!(found, [Some(-2), None, None, Some(7), None, None]);
    }

    #[test]
    fn both_layouts_of_the_second_version_are_read() {
        for fields in [&[2, 1][..], &[1]] {
            let rolls = movie(|out| sgpd(out, 2, fields, &[-3, 4]));
            assert_eq!(first(1, &rolls, |_| {}), [Some(-3)], "{fields:?}");
        }
    }

    #[test]
    fn skipping_samples_is_the_same_as_reading_them() {
        let rolls = movie(|out| sgpd(out, 1, &[2], &[-1, -2]));
        let mut traf = Vec::new();
        sbgp(&mut traf, &[(3, 1), (2, 2), (4, 0), (1, 2)]);
        let whole = FragmentRolls::read(&Cursor::new("MP4", &traf), &rolls);
        for skipped in 0..12 {
            let (mut read, mut skipping) = (whole.clone(), whole.clone());
            for _ in 0..skipped {
                read.next();
            }
            skipping.skip(skipped);
            let rest = |mut rolls: FragmentRolls| std::array::from_fn::<_, 4, _>(|_| rolls.next());
            assert_eq!(rest(read), rest(skipping), "{skipped}");
        }
    }

    #[test]
    fn broken_groups_are_ignored() {
        let rolls = movie(|out| sgpd(out, 1, &[1], &[-1]));
        assert_eq!(rolls, MovieRolls::default());
        let cut = movie(|out| {
            sgpd(out, 1, &[2], &[-1]);
            full_box(out, *b"sbgp", 0, 0, |out| {
                out.extend_from_slice(b"roll\xff\xff\xff\xff\0\0\0\x01");
            });
        });
        assert_eq!(first(1, &cut, |_| {}), [None]);
    }
}
