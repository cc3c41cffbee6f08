//! MPEG audio layer III: the header of a frame (ISO/IEC 11172-3 2.4.1.3, 13818-3).

/// Bit rates of layer III by their index from 1, in 1000 a second: MPEG-1, then MPEG-2 and 2.5.
const MPEG1_BIT_RATES: [u32; 14] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320,
];
const MPEG2_BIT_RATES: [u32; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];

/// What every frame of a stream agrees on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Mp3Header {
    /// Samples a second.
    pub(crate) sample_rate: u32,
    /// One or two.
    pub(crate) channels: u16,
    /// Samples in a frame.
    pub(crate) frame_samples: u32,
}

impl Mp3Header {
    /// Reads a frame's header; answers its four bytes too.
    pub(crate) fn read(frame: &[u8]) -> Option<(Self, &[u8])> {
        let (bytes, _) = frame.split_first_chunk::<4>()?;
        let [sync, version, rate, mode] = *bytes;
        // Eleven bits of sync, then the version, then layer III.
        if sync != 0xff || version & 0xe6 != 0xe2 {
            return None;
        }
        let base = [44_100, 48_000, 32_000].get(usize::from((rate >> 2) & 3))?;
        let (rate, frame) = match (version >> 3) & 3 {
            3 => (*base, 1152),
            2 => (base / 2, 576),
            0 => (base / 4, 576),
            _ => return None,
        };
        let channels = if mode >> 6 == 3 { 1 } else { 2 };
        Some((
            Self {
                sample_rate: rate,
                channels,
                frame_samples: frame,
            },
            bytes,
        ))
    }

    /// Bytes of a frame with this header; `None` where the bit rate is free or reserved.
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

    /// The object type that `esds` names it by (ISO/IEC 14496-1 table 5).
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
    fn headers_of_both_generations_are_read() {
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
    fn the_length_of_a_frame_follows_from_its_bit_rate() {
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
    fn other_layers_are_none() {
        assert_eq!(Mp3Header::read(&[0xff, 0xfd, 0x90, 0x64]), None);
        assert_eq!(Mp3Header::read(&[0xff, 0xfb]), None);
    }
}
