//! Recognises audio that a transport stream calls MPEG audio or AAC and that is of another codec.

use crate::{Error, refused};

/// Longest ADTS frame (13 bits); more bytes without a frame are of another codec.
const MAX_FRAME_BYTES: usize = 1 << 13;

/// Bit rates in kbit/s by `bitrate_index` from 1 (ISO/IEC 11172-3 2.4.2.3, 13818-3 2.4.2.3).
const LAYER_2_RATES: [usize; 14] = [
    32, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384,
];
const LAYER_1_RATES: [usize; 14] = [
    32, 64, 96, 128, 160, 192, 224, 256, 288, 320, 352, 384, 416, 448,
];
/// The same in MPEG-2.
const LOW_LAYER_2_RATES: [usize; 14] = [8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160];
const LOW_LAYER_1_RATES: [usize; 14] = [
    32, 48, 56, 64, 80, 96, 112, 128, 144, 160, 176, 192, 224, 256,
];
/// Bit rates of AC-3 in kbit/s by `frmsizecod` / 2 (ETSI TS 102 366 table 4.13).
const AC3_RATES: [usize; 19] = [
    32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640,
];

/// The header of a frame of another codec.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ForeignFrame {
    name: &'static str,
    /// Bytes from its start to the next one, if the header tells it.
    length: Option<usize>,
}

/// Fails if these bytes, in which no frame of AAC or MP3 was found, are of a codec that is recognised
/// but not supported.
///
/// Few bytes may be the rest of a frame that began before them, so two frames in a row must start
/// there, or one must fill them.
pub(super) fn reject(bytes: &[u8]) -> Result<(), Error> {
    let Some(frame) = ForeignFrame::read(bytes) else {
        return Ok(());
    };
    let follows = |length: usize| {
        let behind = bytes.get(length..);
        behind.is_some_and(|behind| {
            let next = ForeignFrame::read(behind);
            behind.is_empty() || next.is_some_and(|next| next.name == frame.name)
        })
    };
    if bytes.len() > MAX_FRAME_BYTES || frame.length.is_some_and(follows) {
        return Err(Error::Unsupported(frame.name.into()));
    }
    Ok(())
}

impl ForeignFrame {
    fn read(bytes: &[u8]) -> Option<Self> {
        let (name, length) = match *bytes {
            // `audioMuxLengthBytes` counts what follows it (ISO/IEC 14496-3 1.7.2).
            [0x56, second, third, ..] if second & 0xe0 == 0xe0 => {
                let length = usize::from(second & 0x1f) << 8 | usize::from(third);
                ("AAC in LATM", Some(length + 3))
            }
            [0x0b, 0x77, _, _, code, ..] => (refused::TS_AC3, ac3_length(code)),
            // Eleven bits of sync, layer II or I, a valid bit rate and sample rate.
            [0xff, second, third, ..]
                if second & 0xe4 == 0xe4
                    && !matches!(third >> 4, 0 | 15)
                    && third & 0x0c != 0x0c =>
            {
                let name = if second & 0x02 == 0 {
                    refused::TS_MP2
                } else {
                    "MP1 audio in MPEG-TS"
                };
                (name, mpeg_length(second, third))
            }
            _ => return None,
        };
        Some(Self { name, length })
    }
}

/// Returns the length of a frame of layer I or II by the second and third byte of its header.
fn mpeg_length(second: u8, third: u8) -> Option<usize> {
    let base = [44_100, 48_000, 32_000].get(usize::from(third >> 2 & 3))?;
    let (rate, is_low) = match second >> 3 & 3 {
        3 => (*base, false),
        2 => (base / 2, true),
        0 => (base / 4, true),
        _ => return None,
    };
    let is_layer_2 = second & 0x02 == 0;
    let rates = match (is_layer_2, is_low) {
        (true, false) => LAYER_2_RATES,
        (true, true) => LOW_LAYER_2_RATES,
        (false, false) => LAYER_1_RATES,
        (false, true) => LOW_LAYER_1_RATES,
    };
    let bits = rates.get(usize::from(third >> 4).checked_sub(1)?)? * 1000;
    let padding = usize::from(third >> 1 & 1);
    Some(if is_layer_2 {
        144 * bits / rate + padding
    } else {
        (12 * bits / rate + padding) * 4
    })
}

/// Returns the length of a frame of AC-3 by its sample rate and `frmsizecod`.
fn ac3_length(code: u8) -> Option<usize> {
    let size = usize::from(code & 0x3f);
    let rate = AC3_RATES.get(size / 2)?;
    Some(match code >> 6 {
        0 => rate * 4,
        1 => (rate * 96_000 / 44_100 + size % 2) * 2,
        2 => rate * 6,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused_as(bytes: &[u8]) -> Option<String> {
        match reject(bytes) {
            Ok(()) => None,
            Err(Error::Unsupported(name)) => Some(name),
            Err(error) => panic!("{error}"),
        }
    }

    fn frames(header: &[u8], length: usize) -> Vec<u8> {
        let mut frame = header.to_vec();
        frame.resize(length, 0);
        frame.repeat(2)
    }

    #[test]
    fn two_frames_are_enough_to_name_a_codec_and_a_cut_one_is_not() {
        for (header, length, name) in [
            // 192 kbit/s at 48 kHz, and 64 kbit/s at 22.05 kHz with padding.
            (&[0xff, 0xfd, 0xa4, 0x04][..], 576, refused::TS_MP2),
            (&[0xff, 0xf5, 0x82, 0xc4], 418, refused::TS_MP2),
            (&[0xff, 0xff, 0x84, 0x04], 256, "MP1 audio in MPEG-TS"),
            (&[0x56, 0xe1, 0x10], 0x113, "AAC in LATM"),
            // 192 kbit/s at 48 kHz; 128 kbit/s at 44.1 kHz.
            (&[0x0b, 0x77, 0, 0, 0x14], 768, refused::TS_AC3),
            (&[0x0b, 0x77, 0, 0, 0x51], 558, refused::TS_AC3),
        ] {
            let two = frames(header, length);
            assert_eq!(refused_as(&two).as_deref(), Some(name));
            assert_eq!(refused_as(&two[..length]).as_deref(), Some(name));
            assert_eq!(refused_as(&two[..length + 8]).as_deref(), Some(name));
            assert_eq!(refused_as(&two[..length - 1]), None, "{name}");
            let other = [&two[..length], &[7; 300]].concat();
            assert_eq!(refused_as(&other), None, "{name}");
            let long = [header, &[7; MAX_FRAME_BYTES]].concat();
            assert_eq!(refused_as(&long).as_deref(), Some(name));
        }
        assert_eq!(refused_as(&[]), None);
        assert_eq!(refused_as(&[0xff; 9000]), None);
    }
}
