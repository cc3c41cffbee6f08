//! Reads frame headers of MPEG audio layer III (ISO/IEC 11172-3 2.4.1.3, 13818-3).

/// Bit rates of MPEG-1 layer III in kbit/s, by `bitrate_index` from 1.
const MPEG1_BIT_RATES: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
/// Bit rates of MPEG-2 and MPEG-2.5 layer III in kbit/s.
const MPEG2_BIT_RATES: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// The fields that are the same in every frame of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mp3Header {
    /// Samples per second.
    pub(crate) sample_rate: u32,
    /// 1 or 2.
    pub(crate) channels: u16,
    /// Samples per frame: 1152 in MPEG-1, 576 in MPEG-2 and MPEG-2.5.
    pub(crate) frame_samples: u32,
}

impl Mp3Header {
    /// Reads a frame header; returns its four bytes too.
    pub(crate) fn read(frame: &[u8]) -> Option<(Self, &[u8])> {
        let (bytes, _) = frame.split_first_chunk::<4>()?;
        let [sync, version, rate, mode] = *bytes;
        // Eleven bits of sync, two of the version, two of layer III.
        if sync != 0xff || version & 0xe6 != 0xe2 {
            return None;
        }
        let base = [44_100, 48_000, 32_000].get(usize::from((rate >> 2) & 3))?;
        let (sample_rate, frame_samples) = match (version >> 3) & 3 {
            3 => (*base, 1152),
            2 => (base / 2, 576),
            0 => (base / 4, 576),
            _ => return None,
        };
        let channels = if mode >> 6 == 3 { 1 } else { 2 };
        Some((
            Self {
                sample_rate,
                channels,
                frame_samples,
            },
            bytes,
        ))
    }

    /// Returns the bytes of a frame with this header; `None` if the bit rate is free or reserved.
    pub(crate) fn frame_length(frame: &[u8]) -> Option<usize> {
        let (header, bytes) = Self::read(frame)?;
        let &[_, _, third, _] = bytes else {
            return None;
        };
        let rates = if header.frame_samples == 1152 {
            MPEG1_BIT_RATES
        } else {
            MPEG2_BIT_RATES
        };
        let kilobits = *rates.get(usize::from(third >> 4).checked_sub(1)?)?;
        let bytes = header.frame_samples / 8 * kilobits * 1000 / header.sample_rate;
        usize::try_from(bytes + u32::from(third >> 1 & 1)).ok()
    }

    /// Returns its `objectTypeIndication` for `esds` (ISO/IEC 14496-1 table 5).
    pub(crate) fn object_type(self) -> u8 {
        if self.frame_samples == 1152 {
            0x6b
        } else {
            0x69
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_of_mpeg_1_and_mpeg_2_are_read() {
        let (first, _) = Mp3Header::read(&[0xff, 0xfb, 0x90, 0x64, 1]).expect("MPEG-1");
        assert_eq!(
            first,
            Mp3Header {
                sample_rate: 44_100,
                channels: 2,
                frame_samples: 1152
            }
        );
        let (second, bytes) = Mp3Header::read(&[0xff, 0xf3, 0x40, 0xc4, 1]).expect("MPEG-2");
        assert_eq!(
            second,
            Mp3Header {
                sample_rate: 22_050,
                channels: 1,
                frame_samples: 576
            }
        );
        assert_eq!((bytes.len(), second.object_type()), (4, 0x69));
    }

    #[test]
    fn the_frame_length_is_computed_from_the_bit_rate() {
        assert_eq!(
            Mp3Header::frame_length(&[0xff, 0xfb, 0x90, 0x64]),
            Some(417)
        );
        assert_eq!(
            Mp3Header::frame_length(&[0xff, 0xfb, 0x92, 0x64]),
            Some(418)
        );
        assert_eq!(
            Mp3Header::frame_length(&[0xff, 0xf3, 0x40, 0xc4]),
            Some(104)
        );
        for free_or_reserved in [0x00, 0xf0] {
            assert_eq!(
                Mp3Header::frame_length(&[0xff, 0xfb, free_or_reserved, 0x64]),
                None
            );
        }
    }

    #[test]
    fn other_layers_and_cut_headers_are_refused() {
        assert_eq!(Mp3Header::read(&[0xff, 0xfd, 0x90, 0x64]), None);
        assert_eq!(Mp3Header::read(&[0xff, 0xfb]), None);
    }
}
