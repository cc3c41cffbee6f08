//! Reads the H.264 decoder configuration record (`avcC`) and its sequence parameter sets.

use super::bit_reader::BitReader;
use crate::{Error, cursor::Cursor};

/// Profiles whose sequence parameter set has the chroma format (H.264 7.3.2.1.1).
const CHROMA_PROFILES: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];

/// The fields of an `avcC` that a container needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AvcConfig {
    /// Width and height in pixels; `None` if no parameter set could be read.
    pub(crate) size: Option<(u32, u32)>,
}

impl AvcConfig {
    /// Reads an `AVCDecoderConfigurationRecord` (ISO/IEC 14496-15 5.3.3.1).
    pub(crate) fn read(mut record: Cursor<'_>) -> Result<Self, Error> {
        let [version, _, _, _, _, sets] = record.array()?;
        if version != 1 {
            return Err(record.malformed(format!("avcC of version {version}")));
        }
        let mut size = None;
        for _ in 0..sets & 0x1f {
            let length = usize::from(record.u16()?);
            let set = record.take(length)?;
            size = size.or_else(|| SequenceParameterSet::read(set).map(|sps| sps.size));
        }
        for _ in 0..record.u8()? {
            let length = usize::from(record.u16()?);
            record.skip(length)?;
        }
        Ok(Self { size })
    }
}

/// Fails if the NAL units of a sample do not fill it exactly; each has its length before it, in
/// `length_size` bytes.
pub(crate) fn check_nal_units(mut sample: Cursor<'_>, length_size: u8) -> Result<(), Error> {
    while !sample.is_empty() {
        let length = sample.take(usize::from(length_size))?;
        let length = length
            .iter()
            .fold(0, |all, byte| (all << 8) | usize::from(*byte));
        sample.skip(length)?;
    }
    Ok(())
}

/// Returns whether a sample looks like one: its NAL units fill it, and it does not start with an
/// empty one (whose length is probably the upper half of a longer field).
pub(crate) fn is_sample(data: &[u8], length_size: u8) -> bool {
    let first = data.get(..usize::from(length_size));
    let is_empty_unit = first.is_none_or(|length| length.iter().all(|byte| *byte == 0));
    data.is_empty()
        || !is_empty_unit && check_nal_units(Cursor::new("H.264", data), length_size).is_ok()
}

/// The fields of a sequence parameter set that are needed here (H.264 7.3.2.1.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SequenceParameterSet {
    /// `seq_parameter_set_id`, by which picture parameter sets refer to it.
    pub(crate) id: u32,
    pub(crate) chroma: ChromaFormat,
    /// Bits of `frame_num`.
    pub(crate) frame_number_bits: u32,
    /// `frame_mbs_only_flag`: no picture is a single field.
    pub(crate) frames_only: bool,
    /// Width and height in pixels after cropping.
    pub(crate) size: (u32, u32),
}

/// How colour is sampled; only the High profiles state it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ChromaFormat {
    /// `chroma_format_idc`.
    pub(crate) format: u32,
    /// `separate_colour_plane_flag`: each slice has a plane id.
    pub(crate) separate_planes: bool,
    /// `bit_depth_luma_minus8` and `bit_depth_chroma_minus8`.
    pub(crate) bit_depths_minus8: [u32; 2],
}

impl ChromaFormat {
    /// 4:2:0 with 8 bits, the value in all other profiles.
    pub(crate) const DEFAULT: Self = Self {
        format: 1,
        separate_planes: false,
        bit_depths_minus8: [0; 2],
    };
}

impl SequenceParameterSet {
    /// Reads a sequence parameter set with its NAL unit header, up to the cropping.
    pub(crate) fn read(unit: &[u8]) -> Option<Self> {
        let plain = without_emulation(unit.get(1..)?);
        let mut bits = BitReader::new(&plain);
        let profile = bits.bits(8)?;
        bits.bits(16)?;
        let id = bits.exp_golomb()?;
        let chroma = if has_chroma(profile) {
            chroma(&mut bits)?
        } else {
            ChromaFormat::DEFAULT
        };
        let frame_number_bits = bits.exp_golomb()?.checked_add(4)?;
        skip_picture_order(&mut bits)?;
        let mut sps = Self {
            id,
            chroma,
            frame_number_bits,
            frames_only: true,
            size: (0, 0),
        };
        sps.size = sps.picture_size(&mut bits)?;
        Some(sps)
    }

    /// Reads `frames_only` and returns the size in pixels.
    fn picture_size(&mut self, bits: &mut BitReader<'_>) -> Option<(u32, u32)> {
        bits.exp_golomb()?;
        bits.bit()?;
        let columns = bits.exp_golomb()?.checked_add(1)?;
        let map_rows = bits.exp_golomb()?.checked_add(1)?;
        let frames_only = bits.bit()?;
        self.frames_only = frames_only == 1;
        if frames_only == 0 {
            bits.bit()?;
        }
        bits.bit()?;
        let mut crop = [0; 4];
        if bits.bit()? == 1 {
            for side in &mut crop {
                *side = bits.exp_golomb()?;
            }
        }
        let [left, right, top, bottom] = crop;
        let chroma = self.chroma.format;
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
}

/// Returns whether the sequence parameter sets of this profile have the chroma format.
pub(crate) fn has_chroma(profile: u32) -> bool {
    CHROMA_PROFILES.contains(&profile)
}

/// Reads the chroma format and skips the scaling lists.
fn chroma(bits: &mut BitReader<'_>) -> Option<ChromaFormat> {
    let format = bits.exp_golomb()?;
    let separate_planes = format == 3 && bits.bit()? == 1;
    let bit_depths_minus8 = [bits.exp_golomb()?, bits.exp_golomb()?];
    bits.bit()?;
    if bits.bit()? == 1 {
        for list in 0..if format == 3 { 12 } else { 8 } {
            if bits.bit()? == 1 {
                skip_scaling_list(bits, if list < 6 { 16 } else { 64 })?;
            }
        }
    }
    Some(ChromaFormat {
        format,
        separate_planes,
        bit_depths_minus8,
    })
}

fn skip_scaling_list(bits: &mut BitReader<'_>, length: u32) -> Option<()> {
    let mut last = 8_i32;
    let mut next = 8_i32;
    for _ in 0..length {
        if next != 0 {
            next = last.wrapping_add(bits.signed_exp_golomb()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

fn skip_picture_order(bits: &mut BitReader<'_>) -> Option<()> {
    match bits.exp_golomb()? {
        0 => bits.exp_golomb().map(drop),
        1 => {
            bits.bit()?;
            bits.signed_exp_golomb()?;
            bits.signed_exp_golomb()?;
            // `num_ref_frames_in_pic_order_cnt_cycle` is at most 255 (7.4.2.1.1).
            for _ in 0..bits.exp_golomb()?.min(255) {
                bits.signed_exp_golomb()?;
            }
            Some(())
        }
        _ => Some(()),
    }
}

/// Removes the emulation prevention bytes: the 3 of each 0 0 3 (H.264 7.4.1).
pub(crate) fn without_emulation(data: &[u8]) -> Vec<u8> {
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
    const SPS_720: [u8; 25] = [
        0x67, 0x64, 0x00, 0x1f, 0xac, 0xd9, 0x40, 0x50, 0x05, 0xbb, 0x01, 0x6a, 0x02, 0x02, 0x02,
        0x80, 0x00, 0x00, 0x03, 0x00, 0x80, 0x00, 0x00, 0x19, 0x07,
    ];

    #[test]
    fn the_size_is_read_past_emulation_prevention_bytes() {
        let sps = SequenceParameterSet::read(&SPS_720).expect("whole");
        assert_eq!(sps.size, (1280, 720));
        assert!(sps.frames_only);
    }

    #[test]
    fn a_record_without_parameter_sets_has_no_size() {
        let record = [1, 66, 0, 30, 0xff, 0xe0, 0];
        let avc = AvcConfig::read(Cursor::new("avcC", &record)).expect("whole");
        assert_eq!(avc.size, None);
    }

    #[test]
    fn a_cut_record_is_malformed() {
        let mut record = vec![1, 100, 0, 31, 0xff, 0xe1, 0, 25];
        record.extend(SPS_720);
        record.push(0);
        assert!(AvcConfig::read(Cursor::new("avcC", &record)).is_ok());
        for length in 0..record.len() {
            assert!(
                AvcConfig::read(Cursor::new("avcC", &record[..length])).is_err(),
                "{length}"
            );
        }
    }
}
