//! Finds the NAL units in an H.264 byte stream with start codes (H.264 annex B).

use memchr::memmem;

use super::{avc::without_emulation, bit_reader::BitReader};

/// The bytes before each unit.
const START_CODE: [u8; 3] = [0, 0, 1];

/// `nal_unit_type` of a slice of an IDR picture (H.264 table 7-1), as are the following.
pub(crate) const IDR_SLICE: u8 = 5;
pub(crate) const SEI: u8 = 6;
pub(crate) const SPS: u8 = 7;
pub(crate) const PPS: u8 = 8;
pub(crate) const ACCESS_UNIT_DELIMITER: u8 = 9;
pub(crate) const SPS_EXTENSION: u8 = 13;

/// `payloadType` of a recovery point (H.264 D.1.8).
const RECOVERY_POINT: usize = 6;
/// A recovery point is searched for in this many bytes of an SEI unit.
const MAX_SEI_BYTES: usize = 4096;

/// One NAL unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NalUnit<'a> {
    /// Position of its start code, without the zeros that may precede it.
    pub(crate) start_code: usize,
    /// Header and body, without trailing zeros.
    pub(crate) bytes: &'a [u8],
}

/// Where in an access unit a NAL unit can be (H.264 7.4.1.2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NalPosition {
    /// Only before the slices of a picture.
    BeforeSlices,
    /// A slice; `first` if it begins with macroblock 0.
    Slice { first: bool },
    /// Anything else.
    Other,
}

impl NalUnit<'_> {
    /// Returns the position after its last byte.
    pub(crate) fn end(&self) -> usize {
        self.start_code + START_CODE.len() + self.bytes.len()
    }

    /// Returns its `nal_unit_type`.
    pub(crate) fn kind(&self) -> u8 {
        self.bytes.first().map_or(0, |header| header & 0x1f)
    }

    /// Returns `recovery_frame_cnt` if this is supplemental information (SEI) with a recovery
    /// point: so many frames after this picture, decoding that starts here is correct (H.264
    /// D.2.8).
    pub(crate) fn recovery_frames(&self) -> Option<u16> {
        let unit = self.bytes.get(..MAX_SEI_BYTES).unwrap_or(self.bytes);
        let (header, body) = unit.split_first()?;
        if header & 0x1f != SEI {
            return None;
        }
        let plain = without_emulation(body);
        let mut rest = plain.as_slice();
        loop {
            let (kind, after) = sei_number(rest)?;
            let (length, after) = sei_number(after)?;
            let (payload, after) = after.split_at_checked(length)?;
            if kind == RECOVERY_POINT {
                let frames = BitReader::new(payload).exp_golomb()?;
                return u16::try_from(frames).ok();
            }
            rest = after;
        }
    }

    pub(crate) fn position(&self) -> NalPosition {
        match self.kind() {
            6..=9 | 14..=18 => NalPosition::BeforeSlices,
            // `first_mb_in_slice` is 0 if and only if its Exp-Golomb code starts with a 1.
            1 | 2 | IDR_SLICE => NalPosition::Slice {
                first: self.bytes.get(1).is_some_and(|byte| byte & 0x80 != 0),
            },
            3 | 4 => NalPosition::Slice { first: false },
            _ => NalPosition::Other,
        }
    }

    /// Returns whether it belongs into the samples of an MP4: parameter sets are stored in `avcC`,
    /// and delimiters, ends and filler must be left out (ISO/IEC 14496-15 5.3.2).
    pub(crate) fn belongs_in_sample(&self) -> bool {
        !self.bytes.is_empty() && !matches!(self.kind(), 7..=13)
    }
}

/// Reads the type or the size of an SEI payload: bytes of 255 and the rest (7.3.2.3.1).
fn sei_number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let full = bytes.iter().take_while(|byte| **byte == 0xff).count();
    let (last, rest) = bytes.get(full..)?.split_first()?;
    Some((full * 255 + usize::from(*last), rest))
}

/// Iterates over the NAL units of some bytes; the last one extends to their end.
pub(crate) fn nal_units(bytes: &[u8]) -> impl Iterator<Item = NalUnit<'_>> {
    let mut codes = memmem::find_iter(bytes, &START_CODE).peekable();
    std::iter::from_fn(move || {
        let code = codes.next()?;
        let end = codes.peek().copied().unwrap_or(bytes.len());
        let unit = bytes.get(code + START_CODE.len()..end)?;
        // A unit ends with a stop bit, so its last byte is never 0 (7.4.1).
        let length = unit
            .iter()
            .rposition(|byte| *byte != 0)
            .map_or(0, |last| last + 1);
        let bytes = unit.get(..length)?;
        Some(NalUnit {
            start_code: code,
            bytes,
        })
    })
}

/// Returns whether an access unit begins with these bytes.
pub(crate) fn starts_picture(bytes: &[u8]) -> bool {
    let zeros = bytes.iter().take_while(|byte| **byte == 0).count();
    let (Some(1), true) = (bytes.get(zeros), zeros >= 2) else {
        return false;
    };
    let unit = NalUnit {
        start_code: 0,
        bytes: bytes.get(zeros + 1..).unwrap_or_default(),
    };
    matches!(
        unit.position(),
        NalPosition::BeforeSlices | NalPosition::Slice { first: true }
    )
}

/// Returns whether the bytes are NAL units of H.264 and not of another codec with the same start
/// codes.
pub(crate) fn is_plausible_h264(bytes: &[u8]) -> bool {
    let mut units = nal_units(bytes)
        .filter(|unit| !unit.bytes.is_empty())
        .peekable();
    units.peek().is_some()
        && units.all(|unit| {
            let header = unit.bytes.first().copied().unwrap_or(0x80);
            let reference = header & 0x60 != 0;
            match unit.kind() {
                // `nal_ref_idc` of these types is 0 (7.4.1).
                6 | 9..=12 => header & 0xe0 == 0,
                5 | 7 | 8 | 13 => header & 0x80 == 0 && reference,
                1..=4 | 14..=21 => header & 0x80 == 0,
                _ => false,
            }
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(bytes: &[u8]) -> Vec<(usize, &[u8])> {
        nal_units(bytes)
            .map(|unit| (unit.start_code, unit.bytes))
            .collect()
    }

    #[test]
    fn units_after_start_codes_of_three_and_four_bytes_are_found() {
        let bytes = [
            7, 0, 0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65, 0x88, 0, 0, 0, 0, 0, 1,
        ];
        let expected: [(usize, &[u8]); 3] = [(2, &[9, 0xf0]), (7, &[0x65, 0x88]), (15, &[])];
        assert_eq!(found(&bytes), expected);
    }

    #[test]
    fn access_units_start_with_delimiters_parameter_sets_or_first_slices() {
        for start in [
            &[0, 0, 0, 1, 9, 0xf0][..],
            &[0, 0, 1, 0x67],
            &[0, 0, 1, 0x41, 0x9a],
        ] {
            assert!(starts_picture(start), "{start:?}");
        }
        for inside in [
            &[0, 0, 1, 0x41, 0x5a][..],
            &[0, 1, 9],
            &[9],
            &[],
            &[0, 0, 1, 12],
            &[0, 0],
        ] {
            assert!(!starts_picture(inside), "{inside:?}");
        }
    }

    #[test]
    fn a_recovery_point_is_found_behind_other_information() {
        let recovery = |bytes: &[u8]| {
            let unit = NalUnit {
                start_code: 0,
                bytes,
            };
            unit.recovery_frames()
        };
        // `recovery_frame_cnt` 0 and 3, alone and behind a payload of type 5.
        assert_eq!(recovery(&[6, 6, 1, 0xc4, 0x80]), Some(0));
        assert_eq!(recovery(&[6, 6, 1, 0b0010_0100, 0x80]), Some(3));
        assert_eq!(recovery(&[6, 5, 2, 7, 7, 6, 1, 0xc4, 0x80]), Some(0));
        let long = [&[6, 5, 255, 5][..], &[1; 260], &[6, 1, 0xc4, 0x80]].concat();
        assert_eq!(recovery(&long), Some(0));
        for other in [
            &[6, 5, 1, 0xc4, 0x80][..],
            &[6, 6, 9, 1],
            &[6],
            &[5, 6, 1, 0xc4],
            &[],
        ] {
            assert_eq!(recovery(other), None, "{other:?}");
        }
    }

    #[test]
    fn other_codecs_with_start_codes_are_not_plausible_h264() {
        let h264 = [
            0, 0, 0, 1, 9, 0xf0, 0, 0, 0, 1, 0x67, 0x42, 0, 0, 1, 0x68, 1,
        ];
        let hevc = [0, 0, 0, 1, 0x46, 1, 0x50, 0, 0, 0, 1, 0x40, 1, 0x0c];
        let mpeg_2 = [0, 0, 1, 0xb3, 0x14, 0, 0xf0, 0, 0, 1, 0xb8, 1];
        assert!(is_plausible_h264(&h264));
        for other in [&hevc[..], &mpeg_2, &[1, 2, 3], &[]] {
            assert!(!is_plausible_h264(other), "{other:?}");
        }
    }
}
