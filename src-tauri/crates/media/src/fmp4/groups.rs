//! Reads sample groups (ISO/IEC 14496-12 8.9) of the types that the MP4 keeps: where decoding can
//! start besides sync samples, and how many samples must be decoded before. AAC encoders write the
//! number of pre-roll frames; Opus needs it.
//!
//! They are hints: broken groups are ignored.

use std::sync::Arc;

use crate::{
    Error,
    boxes::{
        FourCc,
        read::{children, version_and_flags},
    },
    cursor::{Cursor, put_signed, put_varint},
};

/// The types that are kept: roll recovery, audio pre-roll, random access points (10.1, 10.4), and
/// sync samples of several layers (ISO/IEC 14496-15 9.6). Their descriptions have a byte or two.
pub(crate) const GROUPINGS: [Grouping; 4] = [
    Grouping::new(*b"roll", 2),
    Grouping::new(*b"prol", 2),
    Grouping::new(*b"rap ", 1),
    Grouping::new(*b"sync", 1),
];
/// Largest number of descriptions of a track; encoders write one.
const MAX_DESCRIPTIONS: usize = 256;
/// Largest number of runs in a table.
const MAX_RUNS: usize = 1 << 20;
/// Description indexes above this refer to the fragment's own descriptions (8.9.4).
const OWN_DESCRIPTIONS: u32 = 0x1_0000;

/// A type of sample groups.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Grouping {
    pub(crate) kind: FourCc,
    /// Bytes of a description: 1 or 2.
    pub(crate) description_bytes: u8,
}

impl Grouping {
    const fn new(kind: FourCc, description_bytes: u8) -> Self {
        Self {
            kind,
            description_bytes,
        }
    }
}

/// The description of the group that a sample is in, for each of `GROUPINGS`. A roll distance is
/// its two bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SampleGroups(pub(crate) [Option<u16>; GROUPINGS.len()]);

impl SampleGroups {
    /// Returns the groups of a picture at which decoding can start although it is no sync sample:
    /// a random access point, or one after which so many frames must be decoded (10.1, 10.4).
    pub(crate) fn recovery_point(frames: Option<u16>) -> Self {
        let mut groups = Self::default();
        let [roll, _, random_access, _] = &mut groups.0;
        match frames {
            None => {}
            // The number of leading samples is not known; a roll distance of 0 is not allowed.
            Some(0) => *random_access = Some(0),
            Some(frames) => *roll = i16::try_from(frames).ok().map(i16::cast_unsigned),
        }
        groups
    }
}

/// The groups in `stbl`, which apply to fragments.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct MovieGroups([MovieGrouping; GROUPINGS.len()]);

/// The groups of one type in `stbl`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct MovieGrouping {
    descriptions: Vec<u16>,
    /// Description of samples in fragments without groups.
    default: Option<u16>,
}

/// The groups of the samples of one track fragment, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct FragmentGroups([FragmentGrouping; GROUPINGS.len()]);

#[derive(Clone, Debug, Default)]
struct FragmentGrouping {
    runs: Arc<[(u32, Option<u16>)]>,
    run: usize,
    taken: u32,
    default: Option<u16>,
}

/// The descriptions in an `sgpd`.
#[derive(Clone, Debug, Default)]
struct Descriptions {
    all: Vec<u16>,
    /// Description of samples in no group, counted from 1; 0 for none.
    default: u32,
}

impl MovieGroups {
    /// Reads the groups in `stbl`.
    pub(crate) fn read(stbl: &Cursor<'_>) -> Self {
        Self(GROUPINGS.map(|grouping| {
            let Descriptions { all, default } = descriptions(stbl, grouping);
            let mut default = description(&all, default);
            // One group over all samples of the movie also applies to fragments cut from it.
            if let [(_, index)] = runs(stbl, grouping.kind).unwrap_or_default().as_slice() {
                default = description(&all, *index);
            }
            MovieGrouping {
                descriptions: all,
                default,
            }
        }))
    }

    /// Appends the groups of type `roll` in the journal's encoding.
    pub(crate) fn write_rolls(&self, out: &mut Vec<u8>) {
        let [roll, ..] = &self.0;
        roll.write(out);
    }

    /// Appends the groups of the other types.
    pub(crate) fn write_others(&self, out: &mut Vec<u8>) {
        let [_, others @ ..] = &self.0;
        for grouping in others {
            grouping.write(out);
        }
    }

    /// Reads what [`Self::write_rolls`] appended.
    pub(crate) fn restore_rolls(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        let [roll, ..] = &mut self.0;
        *roll = MovieGrouping::restore(cursor)?;
        Ok(())
    }

    /// Reads what [`Self::write_others`] appended.
    pub(crate) fn restore_others(&mut self, cursor: &mut Cursor<'_>) -> Result<(), Error> {
        let [_, others @ ..] = &mut self.0;
        for grouping in others {
            *grouping = MovieGrouping::restore(cursor)?;
        }
        Ok(())
    }
}

impl MovieGrouping {
    fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.descriptions.len() as u64);
        for description in &self.descriptions {
            put_signed(out, i64::from(description.cast_signed()));
        }
        out.push(u8::from(self.default.is_some()));
        put_signed(out, i64::from(self.default.unwrap_or(0).cast_signed()));
    }

    fn restore(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let mut descriptions = Vec::new();
        for _ in 0..cursor.varint()?.min(MAX_DESCRIPTIONS as u64) {
            descriptions.push(read_16(cursor)?);
        }
        let has_default = cursor.u8()? != 0;
        let default = has_default.then_some(read_16(cursor)?);
        Ok(Self {
            descriptions,
            default,
        })
    }
}

fn read_16(cursor: &mut Cursor<'_>) -> Result<u16, Error> {
    let value = cursor.signed()?;
    let value = i16::try_from(value).map_err(|_| cursor.malformed("a group over 16 bits"))?;
    Ok(value.cast_unsigned())
}

impl FragmentGroups {
    /// Reads the groups in `traf`.
    pub(crate) fn read(traf: &Cursor<'_>, movie: &MovieGroups) -> Self {
        let mut groups = Self::default();
        let types = GROUPINGS.into_iter().zip(&movie.0);
        for (slot, (grouping, movie)) in groups.0.iter_mut().zip(types) {
            *slot = FragmentGrouping::read(traf, grouping, movie);
        }
        groups
    }

    /// Returns the groups of the next sample.
    pub(crate) fn next(&mut self) -> SampleGroups {
        let mut groups = SampleGroups::default();
        for (slot, grouping) in groups.0.iter_mut().zip(&mut self.0) {
            *slot = grouping.next();
        }
        groups
    }

    /// Skips samples.
    pub(crate) fn skip(&mut self, samples: u32) {
        for grouping in &mut self.0 {
            grouping.skip(samples);
        }
    }
}

impl FragmentGrouping {
    fn read(traf: &Cursor<'_>, grouping: Grouping, movie: &MovieGrouping) -> Self {
        let own = descriptions(traf, grouping);
        let of = |index: u32| match index.checked_sub(OWN_DESCRIPTIONS) {
            Some(index) => description(&own.all, index),
            None => description(&movie.descriptions, index),
        };
        let own_default = || description(&own.all, own.default);
        let (runs, default) = match runs(traf, grouping.kind) {
            Some(runs) => {
                let resolved = runs.iter().map(|(count, index)| (*count, of(*index)));
                (resolved.collect(), own_default())
            }
            None if own.default > 0 => (Arc::default(), own_default()),
            None => (Arc::default(), movie.default),
        };
        Self {
            runs,
            run: 0,
            taken: 0,
            default,
        }
    }

    fn next(&mut self) -> Option<u16> {
        while let Some((count, description)) = self.runs.get(self.run) {
            if self.taken < *count {
                self.taken += 1;
                return *description;
            }
            self.run += 1;
            self.taken = 0;
        }
        self.default
    }

    fn skip(&mut self, mut samples: u32) {
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

fn description(descriptions: &[u16], index: u32) -> Option<u16> {
    let index = usize::try_from(index).ok()?.checked_sub(1)?;
    descriptions.get(index).copied()
}

/// Finds the box of a kind with this grouping type. Returns its version, its flags and the fields
/// after the grouping type.
fn group_box<'a>(
    holder: &Cursor<'a>,
    kind: FourCc,
    grouping: FourCc,
) -> Option<(u8, u32, Cursor<'a>)> {
    children(holder).find_map(|found| {
        let mut found = found.ok().filter(|found| found.kind == kind)?;
        let (version, flags) = version_and_flags(&mut found.body).ok()?;
        let is_wanted = found.body.array().ok()? == grouping;
        is_wanted.then_some((version, flags, found.body))
    })
}

fn descriptions(holder: &Cursor<'_>, grouping: Grouping) -> Descriptions {
    group_box(holder, *b"sgpd", grouping.kind)
        .and_then(|(version, _, body)| {
            // Editions of the standard disagree whether version 2 has a length before the default
            // description.
            let layouts = match version {
                0 => [(false, false)].as_slice(),
                1 => &[(true, false)],
                _ => &[(true, true), (false, true)],
            };
            let width = grouping.description_bytes;
            layouts
                .iter()
                .find_map(|layout| entries(body.clone(), width, *layout))
        })
        .unwrap_or_default()
}

/// Reads the entries of an `sgpd` with this layout. Returns `None` if they do not fill the box.
fn entries(
    mut body: Cursor<'_>,
    width: u8,
    (has_length, has_default): (bool, bool),
) -> Option<Descriptions> {
    let length = if has_length {
        body.u32().ok()?
    } else {
        u32::from(width)
    };
    let default = if has_default { body.u32().ok()? } else { 0 };
    let count = usize::try_from(body.u32().ok()?).ok()?;
    if count > MAX_DESCRIPTIONS {
        return None;
    }
    let mut all = Vec::with_capacity(count);
    for _ in 0..count {
        let length = if length == 0 {
            body.u32().ok()?
        } else {
            length
        };
        let mut entry = body.sub_cursor(usize::try_from(length).ok()?).ok()?;
        all.push(match width {
            1 => u16::from(entry.u8().ok()?),
            _ => entry.u16().ok()?,
        });
    }
    body.is_empty().then_some(Descriptions { all, default })
}

/// Reads the runs of `sbgp` or `csgp`: number of samples and index of their description.
pub(crate) fn runs(holder: &Cursor<'_>, grouping: FourCc) -> Option<Vec<(u32, u32)>> {
    let Some((version, _, mut body)) = group_box(holder, *b"sbgp", grouping) else {
        let (_, flags, body) = group_box(holder, *b"csgp", grouping)?;
        return compact_runs(flags, body);
    };
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

/// Reads the patterns of `csgp` (8.9.5).
fn compact_runs(flags: u32, mut body: Cursor<'_>) -> Option<Vec<(u32, u32)>> {
    let width = |shift: u32| 4 << ((flags >> shift) & 3);
    let (pattern_bits, count_bits, index_bits) = (width(4), width(2), width(0));
    if flags & 0x40 != 0 {
        body.skip(4).ok()?;
    }
    let count = body.u32().ok()?;
    let mut bits = NibbleReader {
        bytes: body.rest(),
        at: 0,
    };
    let mut patterns = Vec::new();
    for _ in 0..count {
        let length = bits.read(pattern_bits)?;
        patterns.push((length, bits.read(count_bits)?));
    }
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for (length, samples) in patterns {
        let mut pattern = Vec::new();
        for _ in 0..length {
            pattern.push(bits.read(index_bits)?);
        }
        // The highest bit of an index may mark the fragment's own descriptions.
        let local = 1_u32
            .checked_shl(index_bits - 1)
            .filter(|_| flags & 0x80 != 0);
        let repeated = pattern.iter().copied().cycle();
        for index in repeated.take(usize::try_from(samples).ok()?) {
            let index = match local {
                Some(mark) if index & mark != 0 => (index & !mark) | OWN_DESCRIPTIONS,
                _ => index,
            };
            if runs.len() > MAX_RUNS {
                return None;
            }
            match runs.last_mut() {
                Some((count, last)) if *last == index => *count += 1,
                _ => runs.push((1, index)),
            }
        }
    }
    Some(runs)
}

/// Reads numbers of 4, 8, 16 or 32 bits.
struct NibbleReader<'a> {
    bytes: &'a [u8],
    /// Number of the next group of four bits.
    at: usize,
}

impl NibbleReader<'_> {
    fn read(&mut self, bits: u32) -> Option<u32> {
        let mut value = 0;
        for _ in 0..bits / 4 {
            let byte = self.bytes.get(self.at / 2)?;
            let nibble = if self.at.is_multiple_of(2) {
                byte >> 4
            } else {
                byte & 0xf
            };
            value = (value << 4) | u32::from(nibble);
            self.at += 1;
        }
        Some(value)
    }
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

    fn movie(fill: impl FnOnce(&mut Vec<u8>)) -> MovieGroups {
        let mut stbl = Vec::new();
        fill(&mut stbl);
        let rolls = MovieGroups::read(&Cursor::new("MP4", &stbl));
        let mut kept = Vec::new();
        rolls.write_rolls(&mut kept);
        rolls.write_others(&mut kept);
        let mut cursor = Cursor::new("journal", &kept);
        let mut restored = MovieGroups::default();
        restored.restore_rolls(&mut cursor).expect("valid");
        restored.restore_others(&mut cursor).expect("valid");
        assert_eq!(restored, rolls);
        rolls
    }

    fn distance(groups: SampleGroups) -> Option<i16> {
        groups.0[0].map(u16::cast_signed)
    }

    fn first(
        count: usize,
        movie: &MovieGroups,
        fill: impl FnOnce(&mut Vec<u8>),
    ) -> Vec<Option<i16>> {
        let mut traf = Vec::new();
        fill(&mut traf);
        let mut rolls = FragmentGroups::read(&Cursor::new("MP4", &traf), movie);
        (0..count).map(|_| distance(rolls.next())).collect()
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
        let whole = FragmentGroups::read(&Cursor::new("MP4", &traf), &rolls);
        for skipped in 0..12 {
            let (mut read, mut skipping) = (whole.clone(), whole.clone());
            for _ in 0..skipped {
                read.next();
            }
            skipping.skip(skipped);
            let rest = |mut rolls: FragmentGroups| {
                std::array::from_fn::<_, 4, _>(|_| distance(rolls.next()))
            };
            assert_eq!(rest(read), rest(skipping), "{skipped}");
        }
    }

    #[test]
    fn broken_groups_are_ignored() {
        let rolls = movie(|out| sgpd(out, 1, &[1], &[-1]));
        assert_eq!(rolls, MovieGroups::default());
        let cut = movie(|out| {
            sgpd(out, 1, &[2], &[-1]);
            full_box(out, *b"sbgp", 0, 0, |out| {
                out.extend_from_slice(b"roll\xff\xff\xff\xff\0\0\0\x01");
            });
        });
        assert_eq!(first(1, &cut, |_| {}), [None]);
    }

    #[test]
    fn every_type_has_its_own_groups() {
        let mut traf = Vec::new();
        for (kind, description) in [(b"rap ", &[0x85][..]), (b"sync", &[20]), (b"prol", &[0, 3])] {
            full_box(&mut traf, *b"sgpd", 1, 0, |out| {
                out.extend_from_slice(kind);
                put32(out, u32::try_from(description.len()).expect("short"));
                put32(out, 1);
                out.extend_from_slice(description);
            });
            full_box(&mut traf, *b"sbgp", 0, 0, |out| {
                out.extend_from_slice(kind);
                for number in [2, 1, 0, 1, 0x1_0001] {
                    put32(out, number);
                }
            });
        }
        let movie = MovieGroups::default();
        let mut groups = FragmentGroups::read(&Cursor::new("MP4", &traf), &movie);
        assert_eq!(groups.next(), SampleGroups::default());
        let expected = SampleGroups([None, Some(3), Some(0x85), Some(20)]);
        assert_eq!(groups.next(), expected);
        assert_eq!(groups.next(), SampleGroups::default());
    }

    #[test]
    fn compact_groups_repeat_their_patterns() {
        let mut stbl = Vec::new();
        // Lengths and counts of 8 bits, indexes of 4: twice 1 0 0, then 2.
        full_box(&mut stbl, *b"csgp", 0, 0x14, |out| {
            out.extend_from_slice(b"prol");
            put32(out, 2);
            out.extend_from_slice(&[3, 6, 1, 1, 0x10, 0x02]);
        });
        let found = runs(&Cursor::new("MP4", &stbl), *b"prol");
        let expected = [(1, 1), (2, 0), (1, 1), (2, 0), (1, 2)];
        assert_eq!(found.as_deref(), Some(&expected[..]));
        let cut = stbl.len() - 1;
        assert_eq!(runs(&Cursor::new("MP4", &stbl[..cut]), *b"prol"), None);
    }
}
