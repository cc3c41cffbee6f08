//! H.264: the parameter sets of a stream that carries them among its pictures.

use std::collections::BTreeMap;

use super::{
    avc::{ChromaFormat, SequenceParameterSet, has_chroma, without_emulation},
    bit_reader::BitReader,
};

/// So many bytes of a slice or of a picture parameter set hold all that is read of it here.
const MAX_READ_BYTES: usize = 32;
/// Numbers that a set may have (H.264 7.4.2.1, 7.4.2.2); `avcC` counts no more sequences.
const MAX_SPS_ID: u32 = 31;
const MAX_PPS_ID: u32 = 255;

/// The sets in force.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParameterSets {
    sps: BTreeMap<u32, (Vec<u8>, Option<SequenceParameterSet>)>,
    pps: BTreeMap<u32, Vec<u8>>,
    sps_extensions: BTreeMap<u32, Vec<u8>>,
    changed: bool,
}

/// A picture that is a single field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureField {
    frame_number: u32,
    bottom: bool,
}

impl ParameterSets {
    /// Takes a sequence parameter set with its unit header.
    pub(crate) fn add_sps(&mut self, unit: &[u8]) {
        let read = SequenceParameterSet::read(unit);
        let id = read.map_or(0, |sequence| sequence.id);
        let known = self.sps.get(&id);
        if id <= MAX_SPS_ID && fits(unit) && known.is_none_or(|(known, _)| known != unit) {
            self.sps.insert(id, (unit.to_vec(), read));
            self.changed = true;
        }
    }

    /// Takes a picture parameter set with its unit header.
    pub(crate) fn add_pps(&mut self, unit: &[u8]) {
        let id = read_exp_golombs(unit, 1).map_or(0, |[id]| id);
        if id <= MAX_PPS_ID {
            self.changed |= replace(&mut self.pps, id, unit);
        }
    }

    /// Takes an extension of a sequence parameter set with its unit header.
    pub(crate) fn add_sps_extension(&mut self, unit: &[u8]) {
        let id = read_exp_golombs(unit, 1).map_or(0, |[id]| id);
        if id <= MAX_SPS_ID {
            self.changed |= replace(&mut self.sps_extensions, id, unit);
        }
    }

    /// The record for the pictures that follow, where it is another than before.
    pub(crate) fn changed_record(&mut self) -> Option<Vec<u8>> {
        if !self.changed || self.pps.is_empty() {
            return None;
        }
        let record = self.record()?;
        self.changed = false;
        Some(record)
    }

    /// The `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 5.3.3.1).
    fn record(&self) -> Option<Vec<u8>> {
        let (first, read) = self.sps.values().next()?;
        let &[_, profile, compatibility, level, ..] = first.as_slice() else {
            return None;
        };
        // Lengths in front of the units take four bytes; other bits are reserved and set.
        let mut record = vec![1, profile, compatibility, level, 0xff];
        let sequences = self.sps.values().map(|(unit, _)| unit);
        put_sets(&mut record, 0xe0, sequences);
        put_sets(&mut record, 0, self.pps.values());
        if has_chroma(u32::from(profile)) {
            let chroma = read.map_or(ChromaFormat::DEFAULT, |sequence| sequence.chroma);
            let [luma, colour] = chroma
                .bit_depths_minus8
                .map(|bits| bits.min(7).to_le_bytes()[0]);
            let format = chroma.format.min(3).to_le_bytes()[0];
            record.extend([0xfc | format, 0xf8 | luma, 0xf8 | colour]);
            put_sets(&mut record, 0, self.sps_extensions.values());
        }
        Some(record)
    }

    /// Which field a slice with its unit header belongs to, where it is not of a whole frame
    /// (H.264 7.3.3).
    pub(crate) fn field(&self, slice: &[u8]) -> Option<PictureField> {
        if self.sps.values().all(|(_, read)| frames_only(*read)) {
            return None;
        }
        let plain = without_emulation(
            slice
                .get(1..)?
                .get(..MAX_READ_BYTES)
                .unwrap_or(slice.get(1..)?),
        );
        let mut bits = BitReader::new(&plain);
        bits.exp_golomb()?;
        bits.exp_golomb()?;
        let [_, sequence] = read_exp_golombs(self.pps.get(&bits.exp_golomb()?)?, 1)?;
        let (_, read) = self.sps.get(&sequence)?;
        let sequence = (*read).filter(|sequence| !sequence.frames_only)?;
        if sequence.chroma.separate_planes {
            bits.bits(2)?;
        }
        let frame_number = bits.bits(sequence.frame_number_bits.min(16))?;
        let single = bits.bit()? == 1;
        let bottom = single && bits.bit()? == 1;
        single.then_some(PictureField {
            frame_number,
            bottom,
        })
    }
}

impl PictureField {
    /// Whether both are the halves of one frame.
    pub(crate) fn pairs_with(self, first: Self) -> bool {
        self.frame_number == first.frame_number && self.bottom != first.bottom
    }
}

fn frames_only(read: Option<SequenceParameterSet>) -> bool {
    read.is_none_or(|sequence| sequence.frames_only)
}

/// The record counts the bytes of a set in 16 bits.
fn fits(unit: &[u8]) -> bool {
    u16::try_from(unit.len()).is_ok()
}

fn replace(sets: &mut BTreeMap<u32, Vec<u8>>, id: u32, unit: &[u8]) -> bool {
    let new = fits(unit) && sets.get(&id).is_none_or(|known| known != unit);
    if new {
        sets.insert(id, unit.to_vec());
    }
    new
}

/// The first numbers behind the header of a unit.
fn read_exp_golombs<const N: usize>(unit: &[u8], header: usize) -> Option<[u32; N]> {
    let body = unit.get(header..)?;
    let plain = without_emulation(body.get(..MAX_READ_BYTES).unwrap_or(body));
    let mut bits = BitReader::new(&plain);
    let mut numbers = [0; N];
    for number in &mut numbers {
        *number = bits.exp_golomb()?;
    }
    Some(numbers)
}

/// Appends how many sets there are, and each behind its length.
fn put_sets<'u>(record: &mut Vec<u8>, marks: u8, sets: impl ExactSizeIterator<Item = &'u Vec<u8>>) {
    let most = if marks == 0 { 255 } else { 31 };
    let count = u8::try_from(sets.len().min(most)).unwrap_or(u8::MAX);
    record.push(marks | count);
    for set in sets.take(usize::from(count)) {
        let length = u16::try_from(set.len()).unwrap_or(u16::MAX);
        record.extend(length.to_be_bytes());
        record.extend_from_slice(set);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codec::avc::AvcConfig, cursor::Cursor};

    /// From an x264 stream of 1280×720, High profile.
    const SET_720: [u8; 25] = [
        0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02,
        0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07,
    ];
    const PICTURE: [u8; 6] = [0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

    #[test]
    fn a_record_is_made_once_both_kinds_of_sets_are_there() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&SET_720);
        assert_eq!(sets.changed_record(), None);
        sets.add_pps(&PICTURE);
        let record = sets.changed_record().expect("a record");
        assert_eq!(record[..8], [1, 0x64, 0, 0x1f, 0xff, 0xe1, 0, 25]);
        assert_eq!(
            record[33..],
            [
                1, 0, 6, 0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0, 0xfd, 0xf8, 0xf8, 0
            ]
        );
        let avc = AvcConfig::read(Cursor::new("avcC", &record)).expect("readable");
        assert_eq!(avc.size, Some((1280, 720)));
    }

    #[test]
    fn repeated_sets_change_nothing_and_another_does() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&SET_720);
        sets.add_pps(&PICTURE);
        assert!(sets.changed_record().is_some());
        sets.add_sps(&SET_720);
        sets.add_pps(&PICTURE);
        assert_eq!(sets.changed_record(), None);
        // Number 1 instead of 0.
        sets.add_pps(&[0x68, 0b0101_1011, 0xe3]);
        assert_eq!(sets.changed_record().expect("a record")[33], 2);
    }

    #[test]
    fn sets_that_cannot_be_read_are_carried_all_the_same() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&[0x67, 0x42, 0, 0x1e]);
        sets.add_pps(&[0x68]);
        let record = sets.changed_record().expect("a record");
        assert_eq!(
            record,
            [
                1, 0x42, 0, 0x1e, 0xff, 0xe1, 0, 4, 0x67, 0x42, 0, 0x1e, 1, 0, 1, 0x68
            ]
        );
    }

    /// Baseline, number 0, four bits of frame number, 2×2 macroblocks in fields.
    const FIELDS: [u8; 6] = [0x67, 0x42, 0x00, 0x1e, 0b1101_1101, 0b1000_0000];

    #[test]
    fn two_fields_of_a_frame_are_known_by_their_number() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&FIELDS);
        sets.add_pps(&[0x68, 0b1100_0000]);
        // First macroblock 0, type 0, set 0, frame number 5, field, top or bottom.
        let slice =
            |number: u8, marks: u8| [0x41, 0b111 << 5 | number << 1 | marks >> 1, marks << 7];
        let field = |number, marks| sets.field(&slice(number, marks));
        let top = field(5, 0b10).expect("a field");
        assert!(field(5, 0b11).expect("a field").pairs_with(top));
        assert!(!field(5, 0b10).expect("a field").pairs_with(top));
        assert!(!field(6, 0b11).expect("a field").pairs_with(top));
        assert_eq!(field(5, 0b00), None);
    }
}
