//! Collects the H.264 parameter sets of a byte stream, and makes an `avcC` from them.

use std::collections::BTreeMap;

use super::{
    avc::{ChromaFormat, SequenceParameterSet, has_chroma, without_emulation},
    bit_reader::BitReader,
};

/// Enough bytes of a slice header or picture parameter set for all fields that are read here.
const MAX_READ_BYTES: usize = 32;
/// Largest `seq_parameter_set_id` (H.264 7.4.2.1); `avcC` cannot hold more of them either.
const MAX_SPS_ID: u32 = 31;
/// Largest `pic_parameter_set_id` (H.264 7.4.2.2).
const MAX_PPS_ID: u32 = 255;

/// The last parameter set of each id.
#[derive(Clone, Debug, Default)]
pub(crate) struct ParameterSets {
    sps: BTreeMap<u32, (Vec<u8>, Option<SequenceParameterSet>)>,
    pps: BTreeMap<u32, Vec<u8>>,
    sps_extensions: BTreeMap<u32, Vec<u8>>,
    /// Whether a set has changed since the last record.
    changed: bool,
}

/// A picture that is a single field of an interlaced frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PictureField {
    frame_number: u32,
    bottom: bool,
}

impl ParameterSets {
    /// Takes a sequence parameter set with its NAL unit header.
    pub(crate) fn add_sps(&mut self, unit: &[u8]) {
        let sps = SequenceParameterSet::read(unit);
        let id = sps.map_or(0, |sps| sps.id);
        let known = self.sps.get(&id);
        if id <= MAX_SPS_ID && fits(unit) && known.is_none_or(|(known, _)| known != unit) {
            self.sps.insert(id, (unit.to_vec(), sps));
            self.changed = true;
        }
    }

    /// Takes a picture parameter set with its NAL unit header.
    pub(crate) fn add_pps(&mut self, unit: &[u8]) {
        let id = read_exp_golombs(unit, 1).map_or(0, |[id]| id);
        if id <= MAX_PPS_ID {
            self.changed |= replace(&mut self.pps, id, unit);
        }
    }

    /// Takes a sequence parameter set extension with its NAL unit header.
    pub(crate) fn add_sps_extension(&mut self, unit: &[u8]) {
        let id = read_exp_golombs(unit, 1).map_or(0, |[id]| id);
        if id <= MAX_SPS_ID {
            self.changed |= replace(&mut self.sps_extensions, id, unit);
        }
    }

    /// Returns the `avcC` for the pictures that follow; `None` if it is the same as before, or if
    /// a kind of parameter set is still missing.
    pub(crate) fn changed_record(&mut self) -> Option<Vec<u8>> {
        if !self.changed || self.pps.is_empty() {
            return None;
        }
        let record = self.record()?;
        self.changed = false;
        Some(record)
    }

    /// Returns the `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 5.3.3.1).
    fn record(&self) -> Option<Vec<u8>> {
        let (first, sps) = self.sps.values().next()?;
        let &[_, profile, compatibility, level, ..] = first.as_slice() else {
            return None;
        };
        // `lengthSizeMinusOne` is 3; the other bits are reserved and 1.
        let mut record = vec![1, profile, compatibility, level, 0xff];
        let sps_units = self.sps.values().map(|(unit, _)| unit);
        put_sets(&mut record, 0xe0, sps_units);
        put_sets(&mut record, 0, self.pps.values());
        if has_chroma(u32::from(profile)) {
            let chroma = sps.map_or(ChromaFormat::DEFAULT, |sps| sps.chroma);
            let [luma_bits, chroma_bits] = chroma
                .bit_depths_minus8
                .map(|bits| bits.min(7).to_le_bytes()[0]);
            let format = chroma.format.min(3).to_le_bytes()[0];
            record.extend([0xfc | format, 0xf8 | luma_bits, 0xf8 | chroma_bits]);
            put_sets(&mut record, 0, self.sps_extensions.values());
        }
        Some(record)
    }

    /// Returns the field that a slice (with its NAL unit header) belongs to; `None` if its picture
    /// is a whole frame (H.264 7.3.3).
    pub(crate) fn field(&self, slice: &[u8]) -> Option<PictureField> {
        if self.sps.values().all(|(_, sps)| frames_only(*sps)) {
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
        let [_, sps_id] = read_exp_golombs(self.pps.get(&bits.exp_golomb()?)?, 1)?;
        let (_, sps) = self.sps.get(&sps_id)?;
        let sps = (*sps).filter(|sps| !sps.frames_only)?;
        if sps.chroma.separate_planes {
            bits.bits(2)?;
        }
        let frame_number = bits.bits(sps.frame_number_bits.min(16))?;
        let is_field = bits.bit()? == 1;
        let bottom = is_field && bits.bit()? == 1;
        is_field.then_some(PictureField {
            frame_number,
            bottom,
        })
    }
}

impl PictureField {
    /// Returns whether both are the fields of one frame.
    pub(crate) fn pairs_with(self, first: Self) -> bool {
        self.frame_number == first.frame_number && self.bottom != first.bottom
    }
}

fn frames_only(sps: Option<SequenceParameterSet>) -> bool {
    sps.is_none_or(|sps| sps.frames_only)
}

/// Returns whether `avcC` can hold a set: its length has 16 bits there.
fn fits(unit: &[u8]) -> bool {
    u16::try_from(unit.len()).is_ok()
}

/// Sets the unit of an id; returns whether it has changed.
fn replace(sets: &mut BTreeMap<u32, Vec<u8>>, id: u32, unit: &[u8]) -> bool {
    let new = fits(unit) && sets.get(&id).is_none_or(|known| known != unit);
    if new {
        sets.insert(id, unit.to_vec());
    }
    new
}

/// Reads the first `N` Exp-Golomb numbers after `header` bytes of a NAL unit.
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

/// Appends the number of sets with the `reserved` bits set, then each set after its length.
fn put_sets<'u>(
    record: &mut Vec<u8>,
    reserved: u8,
    sets: impl ExactSizeIterator<Item = &'u Vec<u8>>,
) {
    let max_count = if reserved == 0 { 255 } else { 31 };
    let count = u8::try_from(sets.len().min(max_count)).unwrap_or(u8::MAX);
    record.push(reserved | count);
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
    const SPS_720: [u8; 25] = [
        0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02,
        0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07,
    ];
    const PPS: [u8; 6] = [0x68, 0xeb, 0xe3, 0xcb, 0x22, 0xc0];

    #[test]
    fn a_record_is_returned_once_both_kinds_of_sets_are_present() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&SPS_720);
        assert_eq!(sets.changed_record(), None);
        sets.add_pps(&PPS);
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
    fn only_a_new_set_changes_the_record() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&SPS_720);
        sets.add_pps(&PPS);
        assert!(sets.changed_record().is_some());
        sets.add_sps(&SPS_720);
        sets.add_pps(&PPS);
        assert_eq!(sets.changed_record(), None);
        // Id 1 instead of 0.
        sets.add_pps(&[0x68, 0b0101_1011, 0xe3]);
        assert_eq!(sets.changed_record().expect("a record")[33], 2);
    }

    #[test]
    fn unreadable_sets_are_kept_in_the_record() {
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

    /// Baseline, id 0, four bits of `frame_num`, 2×2 macroblocks, fields allowed.
    const FIELDS: [u8; 6] = [0x67, 0x42, 0x00, 0x1e, 0b1101_1101, 0b1000_0000];

    #[test]
    fn the_two_fields_of_a_frame_have_the_same_frame_number() {
        let mut sets = ParameterSets::default();
        sets.add_sps(&FIELDS);
        sets.add_pps(&[0x68, 0b1100_0000]);
        // `first_mb_in_slice` 0, slice type 0, parameter set 0, `frame_num`, field flag, bottom.
        let slice =
            |number: u8, flags: u8| [0x41, 0b111 << 5 | number << 1 | flags >> 1, flags << 7];
        let field = |number, flags| sets.field(&slice(number, flags));
        let top = field(5, 0b10).expect("a field");
        assert!(field(5, 0b11).expect("a field").pairs_with(top));
        assert!(!field(5, 0b10).expect("a field").pairs_with(top));
        assert!(!field(6, 0b11).expect("a field").pairs_with(top));
        assert_eq!(field(5, 0b00), None);
    }
}
