//! H.264: the decoder configuration record and the picture size in it.

use super::bits::Bits;
use crate::{Error, cursor::Cursor};

/// Profiles whose sequence parameter set tells the chroma format (H.264 7.3.2.1.1).
const CHROMA_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// What an `avcC` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Avc {
    /// Picture size in pixels, where a parameter set could be read.
    pub(crate) size: Option<(u32, u32)>,
}

impl Avc {
    /// Reads an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 5.3.3.1).
    pub(crate) fn read(mut record: Cursor<'_>) -> Result<Self, Error> {
        let [version, _, _, _, _, sets] = record.array()?;
        if version != 1 {
            return Err(record.fail(format!("avcC of version {version}")));
        }
        let mut size = None;
        for _ in 0..sets & 0x1f {
            let length = usize::from(record.u16()?);
            let set = record.take(length)?;
            size = size.or_else(|| picture_size(set));
        }
        for _ in 0..record.u8()? {
            let length = usize::from(record.u16()?);
            record.skip(length)?;
        }
        Ok(Self { size })
    }
}

/// Width and height after cropping, from a sequence parameter set with its unit header.
fn picture_size(unit: &[u8]) -> Option<(u32, u32)> {
    let plain = without_emulation(unit.get(1..)?);
    let mut bits = Bits::new(&plain);
    let profile = bits.bits(8)?;
    bits.bits(16)?;
    bits.golomb()?;
    let chroma = if CHROMA_PROFILES.contains(&profile) {
        chroma_format(&mut bits)?
    } else {
        1
    };
    bits.golomb()?;
    skip_picture_order(&mut bits)?;
    bits.golomb()?;
    bits.bit()?;
    let columns = bits.golomb()?.checked_add(1)?;
    let map_rows = bits.golomb()?.checked_add(1)?;
    let frames_only = bits.bit()?;
    if frames_only == 0 {
        bits.bit()?;
    }
    bits.bit()?;
    let mut crop = [0; 4];
    if bits.bit()? == 1 {
        for side in &mut crop {
            *side = bits.golomb()?;
        }
    }
    let [left, right, top, bottom] = crop;
    let unit_x = if matches!(chroma, 1 | 2) { 2 } else { 1 };
    let unit_y = (2 - frames_only) * if chroma == 1 { 2 } else { 1 };
    let cropped = |length: u32, one: u32, other: u32, unit: u32| {
        length.checked_sub(one.checked_add(other)?.checked_mul(unit)?)
    };
    let width = cropped(columns.checked_mul(16)?, left, right, unit_x)?;
    let rows = map_rows.checked_mul(2 - frames_only)?;
    let height = cropped(rows.checked_mul(16)?, top, bottom, unit_y)?;
    Some((width, height))
}

/// `chroma_format_idc`, past the scaling lists.
fn chroma_format(bits: &mut Bits<'_>) -> Option<u32> {
    let chroma = bits.golomb()?;
    if chroma == 3 {
        bits.bit()?;
    }
    bits.golomb()?;
    bits.golomb()?;
    bits.bit()?;
    if bits.bit()? == 1 {
        for list in 0..if chroma == 3 { 12 } else { 8 } {
            if bits.bit()? == 1 {
                skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(chroma)
}

fn skip_scaling_list(bits: &mut Bits<'_>, length: u32) -> Option<()> {
    let mut last = 8_i32;
    let mut next = 8_i32;
    for _ in 0..length {
        if next != 0 {
            next = last.wrapping_add(bits.signed_golomb()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

fn skip_picture_order(bits: &mut Bits<'_>) -> Option<()> {
    match bits.golomb()? {
        0 => bits.golomb().map(drop),
        1 => {
            bits.bit()?;
            bits.signed_golomb()?;
            bits.signed_golomb()?;
            // The standard allows at most 255 of them.
            for _ in 0..bits.golomb()?.min(255) {
                bits.signed_golomb()?;
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// Drops the 3 of each 0 0 3, which only keeps start codes out of the data.
fn without_emulation(data: &[u8]) -> Vec<u8> {
    let mut plain = Vec::with_capacity(data.len());
    let mut zeros = 0;
    for &byte in data {
        if zeros >= 2 && byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if byte == 0 { zeros + 1 } else { 0 };
        plain.push(byte);
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    /// From an x264 stream of 1280×720, High profile.
    const SET_720: [u8; 25] = [
        0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02,
        0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07,
    ];

    #[test]
    fn the_picture_size_is_read_past_emulation_bytes() {
        assert_eq!(picture_size(&SET_720), Some((1280, 720)));
    }

    #[test]
    fn a_record_without_parameter_sets_has_no_size() {
        let record = [1, 66, 0, 30, 0xff, 0xe0, 0];
        let avc = Avc::read(Cursor::new("avcC", &record)).expect("whole");
        assert_eq!(avc.size, None);
    }

    #[test]
    fn a_cut_record_is_malformed() {
        let mut record = vec![1, 100, 0, 31, 0xff, 0xe1, 0, 25];
        record.extend(SET_720);
        record.push(0);
        assert!(Avc::read(Cursor::new("avcC", &record)).is_ok());
        for length in 0..record.len() {
            assert!(
                Avc::read(Cursor::new("avcC", &record[..length])).is_err(),
                "{length}"
            );
        }
    }
}
