//! AAC: the `AudioSpecificConfig` (ISO/IEC 14496-3 1.6.2.1).

use super::bit_reader::BitReader;
use crate::{Error, cursor::Cursor};

/// Sampling rates by their index (ISO/IEC 14496-3 table 1.18).
pub(super) const SAMPLE_RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000,
    7_350,
];

/// What an `AudioSpecificConfig` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioSpecificConfig {
    /// Samples a second of the core coder: the timescale.
    pub(crate) sample_rate: u32,
    /// Channels; 0 where only the stream itself tells.
    pub(crate) channels: u16,
    /// Core samples in a frame.
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
    let rate = sample_rate(&mut bits)?;
    let channels = match bits.bits(4)? {
        7 => 8,
        other => u16::try_from(other).ok()?,
    };
    // Spectral band replication: the object in it, which has the frames, is told after it.
    if matches!(object, 5 | 29) {
        sample_rate(&mut bits)?;
        object = object_type(&mut bits)?;
    }
    let short = matches!(object, 1..=4 | 6 | 7 | 17 | 19..=23) && bits.bit() == Some(1);
    Some(AudioSpecificConfig {
        sample_rate: rate,
        channels,
        frame_samples: if short { 960 } else { 1024 },
    })
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
    fn usual_configs_are_read() {
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
    fn band_replication_counts_time_in_samples_of_the_core() {
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
    fn a_rate_may_be_written_out() {
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
