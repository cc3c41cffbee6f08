//! Reads the `AudioSpecificConfig` of AAC (ISO/IEC 14496-3 1.6.2.1).

use super::bit_reader::BitReader;
use crate::{Error, cursor::Cursor};

/// Sampling rates by their index (ISO/IEC 14496-3 table 1.18).
pub(crate) const SAMPLE_RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// The fields of an `AudioSpecificConfig` that a container needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioSpecificConfig {
    /// Samples per second of the core coder, used as the timescale.
    pub(crate) sample_rate: u32,
    /// Number of channels; 0 if only the stream itself has them.
    pub(crate) channels: u16,
    /// Core samples per frame.
    pub(crate) frame_samples: u32,
}

impl AudioSpecificConfig {
    pub(crate) fn read(config: &Cursor<'_>) -> Result<Self, Error> {
        parse(config.rest())
            .ok_or_else(|| config.malformed("an AudioSpecificConfig cannot be read"))
    }
}

fn parse(config: &[u8]) -> Option<AudioSpecificConfig> {
    let mut bits = BitReader::new(config);
    let mut object = object_type(&mut bits)?;
    let sample_rate_hz = sample_rate(&mut bits)?;
    let channels = match bits.bits(4)? {
        7 => 8,
        other => u16::try_from(other).ok()?,
    };
    // Spectral band replication: the object type of the core coder follows.
    if matches!(object, 5 | 29) {
        sample_rate(&mut bits)?;
        object = object_type(&mut bits)?;
    }
    let frame_length_flag = matches!(object, 1..=4 | 6 | 7 | 17 | 19..=23) && bits.bit() == Some(1);
    Some(AudioSpecificConfig {
        sample_rate: sample_rate_hz,
        channels,
        frame_samples: if frame_length_flag { 960 } else { 1024 },
    })
}

/// Returns the audio object type that a configuration states first (ISO/IEC 14496-3 1.5.1).
pub(crate) fn stated_object_type(config: &Cursor<'_>) -> Option<u32> {
    object_type(&mut BitReader::new(config.rest()))
}

fn object_type(bits: &mut BitReader<'_>) -> Option<u32> {
    match bits.bits(5)? {
        31 => Some(32 + bits.bits(6)?),
        object => Some(object),
    }
}

fn sample_rate(bits: &mut BitReader<'_>) -> Option<u32> {
    match bits.bits(4)? {
        15 => bits.bits(24).filter(|&rate| rate > 0),
        index => SAMPLE_RATES.get(index as usize).copied(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_configs_are_read() {
        assert_eq!(
            parse(&[0x12, 0x10]),
            Some(AudioSpecificConfig {
                sample_rate: 44_100,
                channels: 2,
                frame_samples: 1024
            })
        );
        assert_eq!(
            parse(&[0x11, 0x88]),
            Some(AudioSpecificConfig {
                sample_rate: 48_000,
                channels: 1,
                frame_samples: 1024
            })
        );
        assert_eq!(
            parse(&[0x11, 0x94]),
            Some(AudioSpecificConfig {
                sample_rate: 48_000,
                channels: 2,
                frame_samples: 960
            })
        );
    }

    #[test]
    fn with_band_replication_the_core_sample_rate_is_returned() {
        // HE-AAC: object 5, core 22050, stereo, extension 44100, object 2.
        let config = [0b0010_1011, 0b1001_0010, 0b0000_1000];
        assert_eq!(
            parse(&config),
            Some(AudioSpecificConfig {
                sample_rate: 22_050,
                channels: 2,
                frame_samples: 1024
            })
        );
    }

    #[test]
    fn an_explicit_sample_rate_is_read() {
        // Object 2, index 15, 24 bits of 44100, two channels.
        let bits = 2_u64 << 35 | 15 << 31 | 44_100 << 7 | 2 << 3;
        let config = &bits.to_be_bytes()[3..];
        assert_eq!(
            parse(config),
            Some(AudioSpecificConfig {
                sample_rate: 44_100,
                channels: 2,
                frame_samples: 1024
            })
        );
    }

    #[test]
    fn reserved_rates_and_cut_configs_are_refused() {
        assert_eq!(parse(&[0x16, 0x90]), None);
        assert_eq!(parse(&[0x12]), None);
        assert_eq!(parse(&[]), None);
    }
}
