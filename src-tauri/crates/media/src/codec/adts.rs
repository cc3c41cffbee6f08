//! Reads ADTS headers of AAC frames (ISO/IEC 14496-3 1.A.3.2).

use super::aac::SAMPLE_RATES;

/// Bytes of a header without its optional checksum.
pub(crate) const HEADER_SIZE: usize = 7;
/// Bytes of the checksum.
const CHECKSUM_SIZE: usize = 2;

/// One ADTS header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdtsHeader {
    pub(crate) config: AdtsConfig,
    /// Bytes of the frame, header included.
    pub(crate) frame_length: usize,
    /// Bytes before the AAC frame.
    pub(crate) header_size: usize,
    /// Number of AAC frames (raw data blocks) in this ADTS frame.
    pub(crate) raw_blocks: u8,
}

/// The fields that are the same in all headers of a stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AdtsConfig {
    /// Audio object type: AAC Main, LC, SSR or LTP, 1 to 4.
    object: u8,
    /// Index into [`SAMPLE_RATES`].
    rate_index: u8,
    /// Channel configuration; 0 if only the stream itself has it.
    pub(crate) channels: u8,
}

impl AdtsHeader {
    /// Reads a header; `None` if the bytes do not start with one.
    pub(crate) fn read(bytes: &[u8]) -> Option<Self> {
        let (&[sync, layer, profile, one, two, three, blocks], _) =
            bytes.split_first_chunk::<HEADER_SIZE>()?;
        // Twelve bits of sync, then layer 0.
        if sync != 0xff || layer & 0xf6 != 0xf0 {
            return None;
        }
        let config = AdtsConfig {
            object: (profile >> 6) + 1,
            rate_index: profile >> 2 & 0x0f,
            channels: (profile & 1) << 2 | one >> 6,
        };
        SAMPLE_RATES.get(usize::from(config.rate_index))?;
        let length = u32::from_be_bytes([0, one & 3, two, three]) >> 5;
        let header = Self {
            config,
            frame_length: usize::try_from(length).ok()?,
            header_size: HEADER_SIZE + if layer & 1 == 0 { CHECKSUM_SIZE } else { 0 },
            raw_blocks: (blocks & 3) + 1,
        };
        (header.frame_length > header.header_size).then_some(header)
    }
}

/// Number of different configurations: objects, rates and channels.
pub(crate) const CONFIG_COUNT: usize = 4 << 7;

impl AdtsConfig {
    /// Returns the configuration of AAC LC with one of [`SAMPLE_RATES`].
    pub(crate) fn low_complexity(rate_index: u8, channels: u8) -> Self {
        Self {
            object: 2,
            rate_index,
            channels,
        }
    }

    /// Returns the configuration with this [`Self::number`].
    #[expect(
        clippy::cast_possible_truncation,
        reason = "`try_from` is not for constants; each field has a few bits"
    )]
    pub(crate) const fn numbered(number: usize) -> Self {
        Self {
            object: (number >> 7 & 3) as u8 + 1,
            rate_index: (number >> 3 & 0x0f) as u8,
            channels: (number & 7) as u8,
        }
    }

    /// Returns its number, below [`CONFIG_COUNT`].
    pub(crate) fn number(self) -> usize {
        usize::from(self.object.saturating_sub(1) & 3) << 7
            | usize::from(self.rate_index & 0x0f) << 3
            | usize::from(self.channels & 7)
    }

    /// Returns the samples per second of the core coder.
    pub(crate) fn sample_rate(self) -> u32 {
        let rate = SAMPLE_RATES.get(usize::from(self.rate_index));
        rate.copied().unwrap_or(44_100)
    }

    /// Returns the `AudioSpecificConfig` with these fields. Spectral band replication is signalled
    /// implicitly, as in ADTS.
    pub(crate) const fn audio_specific_config(self) -> [u8; 2] {
        let bits = (self.object as u16) << 11
            | (self.rate_index as u16) << 7
            | (self.channels as u16) << 3;
        bits.to_be_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{codec::aac::AudioSpecificConfig, cursor::Cursor};

    /// LC, 44.1 kHz, stereo, a frame of 371 bytes.
    const PLAIN: [u8; 7] = [0xff, 0xf1, 0x50, 0x80, 0x2e, 0x7f, 0xfc];

    #[test]
    fn a_header_becomes_a_configuration() {
        let header = AdtsHeader::read(&PLAIN).expect("a header");
        assert_eq!(
            (header.frame_length, header.header_size, header.raw_blocks),
            (371, 7, 1)
        );
        let aac =
            AudioSpecificConfig::read(&Cursor::new("AAC", &header.config.audio_specific_config()))
                .expect("readable");
        assert_eq!(
            (aac.sample_rate, aac.channels, aac.frame_samples),
            (44_100, 2, 1024)
        );
        assert_eq!(header.config.sample_rate(), 44_100);
    }

    #[test]
    fn a_checksum_adds_to_the_header_size() {
        let mut bytes = PLAIN;
        bytes[1] = 0xf0;
        assert_eq!(
            AdtsHeader::read(&bytes).map(|header| header.header_size),
            Some(9)
        );
    }

    #[test]
    fn bytes_of_other_streams_are_not_a_header() {
        for (at, value) in [(0, 0xfe), (1, 0xfb), (2, 0x74), (4, 0)] {
            let mut bytes = PLAIN;
            bytes[at] = value;
            if at == 4 {
                bytes[5] = 0;
            }
            assert_eq!(AdtsHeader::read(&bytes), None, "byte {at}");
        }
        assert_eq!(AdtsHeader::read(&PLAIN[..6]), None);
    }
}
