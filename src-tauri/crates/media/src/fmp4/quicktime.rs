//! Converts the sound descriptions of QuickTime to sample entries of an MP4 (ISO/IEC 14496-12 12.2.3).
//!
//! QuickTime File Format, "Sound sample descriptions": version 1 has four fields more, version 2 has
//! a rate of 64 bits and up to 2³² channels. Both may have the codec configuration inside `wave`.

use crate::{
    Error,
    boxes::{
        FourCc,
        read::{ParsedBox, children, name},
        write::{boxed, put16, put32},
    },
    cursor::Cursor,
};

/// Codecs whose configuration is the same box in QuickTime and in an MP4.
const CODECS: [(FourCc, FourCc); 6] = [
    (*b"mp4a", *b"esds"),
    (*b"alac", *b"alac"),
    (*b"ac-3", *b"dac3"),
    (*b"ec-3", *b"dec3"),
    (*b"Opus", *b"dOps"),
    (*b"fLaC", *b"dfLa"),
];

/// Channels, bits of a sample and samples per second.
struct SoundFormat {
    channels: u16,
    bits: u16,
    rate: u32,
}

/// Returns an audio sample entry as an MP4 has it. `stsd_version` is that of the box around it.
///
/// Fails with [`Error::Unsupported`] if QuickTime describes a codec that an MP4 does not take.
pub(crate) fn audio_sample_entry(entry: &[u8], stsd_version: u8) -> Result<Vec<u8>, Error> {
    let bytes = Cursor::new("MP4", entry);
    let found = children(&bytes).next().transpose()?;
    let Some(ParsedBox { kind, mut body, .. }) = found else {
        return Err(bytes.malformed("an empty sample entry"));
    };
    let start: [u8; 8] = body.array()?;
    let version = body.u16()?;
    if version == 0 {
        return Ok(entry.to_vec());
    }
    body.skip(6)?;
    let mut format = SoundFormat {
        channels: body.u16()?,
        bits: body.u16()?,
        rate: 0,
    };
    body.skip(4)?;
    format.rate = body.u32()?;
    // AudioSampleEntryV1 of an MP4 has the fields of version 0.
    let is_quicktime = stsd_version == 0;
    match version {
        1 if is_quicktime => body.skip(16)?,
        2 if is_quicktime => format = second_version(&mut body)?,
        _ => {}
    }
    let boxes = if is_quicktime {
        configuration(kind, &body)?
    } else {
        body.rest().to_vec()
    };
    let mut out = Vec::new();
    boxed(&mut out, kind, |out| {
        out.extend_from_slice(&start);
        out.extend_from_slice(&[0; 8]);
        put16(out, format.channels);
        put16(out, format.bits);
        put32(out, 0);
        put32(out, format.rate);
        out.extend_from_slice(&boxes);
    });
    Ok(out)
}

/// Reads the fields that version 2 has behind those of version 0.
fn second_version(body: &mut Cursor<'_>) -> Result<SoundFormat, Error> {
    let size = body.u32()? as usize;
    let rate = f64::from_bits(body.u64()?);
    let channels = body.u32()?;
    body.skip(20)?;
    // The fields before the size have 36 bytes with the header of the box.
    body.skip(size.saturating_sub(72))?;
    Ok(SoundFormat {
        channels: u16::try_from(channels).unwrap_or(u16::MAX),
        bits: 16,
        // 16.16 cannot hold rates over 65535: decoders take the rate from the configuration.
        rate: u32::from(whole_rate(rate)) << 16,
    })
}

/// Returns a whole number of hertz, 0 if it is none or does not fit into 16 bits.
fn whole_rate(rate: f64) -> u16 {
    let mut rates = 1..=u16::MAX;
    rates
        .find(|whole| (f64::from(*whole) - rate).abs() < 0.001)
        .unwrap_or(0)
}

/// Returns the configuration of the codec, from `wave` or beside it.
fn configuration(kind: FourCc, body: &Cursor<'_>) -> Result<Vec<u8>, Error> {
    let known = CODECS.iter().find(|(codec, _)| *codec == kind);
    let Some((_, wanted)) = known else {
        return Err(Error::Unsupported(format!(
            "sound as QuickTime describes it ({})",
            name(kind)
        )));
    };
    // `wave` ends in a terminator that is no box in some files: ignore what cannot be read.
    let find = |holder: &Cursor<'_>, kind: FourCc| {
        let mut boxes = children(holder).map_while(Result::ok);
        boxes
            .find(|found| found.kind == kind)
            .map(|found| found.body.rest().to_vec())
    };
    let inside = find(body, *b"wave").and_then(|wave| find(&Cursor::new("MP4", &wave), *wanted));
    let Some(found) = find(body, *wanted).or(inside) else {
        return Err(body.malformed(format!("box {} is missing", name(*wanted))));
    };
    let mut out = Vec::new();
    boxed(&mut out, *wanted, |out| out.extend_from_slice(&found));
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(out: &mut Vec<u8>, version: u16) {
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        put16(out, version);
        out.extend_from_slice(&[0; 6]);
        put16(out, if version == 2 { 3 } else { 2 });
        put16(out, 16);
        put16(out, 0xfffe);
        put16(out, 0);
        put32(out, if version == 2 { 0x1_0000 } else { 44_100 << 16 });
    }

    fn wave(out: &mut Vec<u8>, config: FourCc) {
        boxed(out, *b"wave", |out| {
            boxed(out, *b"frma", |out| out.extend_from_slice(b"code"));
            boxed(out, *b"code", |out| put32(out, 0));
            boxed(out, config, |out| out.extend_from_slice(b"configuration"));
            // Terminator.
            out.extend_from_slice(&[0, 0, 0, 8, 0, 0, 0, 0]);
            out.extend_from_slice(&[0; 4]);
        });
        boxed(out, *b"chan", |out| out.extend_from_slice(&[0; 12]));
    }

    fn expected(kind: FourCc, config: FourCc, channels: u16, rate: u32) -> Vec<u8> {
        let mut out = Vec::new();
        boxed(&mut out, kind, |out| {
            out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
            out.extend_from_slice(&[0; 8]);
            put16(out, channels);
            put16(out, 16);
            put32(out, 0);
            put32(out, rate << 16);
            boxed(out, config, |out| out.extend_from_slice(b"configuration"));
        });
        out
    }

    #[test]
    fn the_configuration_of_version_1_is_taken_out_of_wave() {
        for (kind, config) in [(*b"mp4a", *b"esds"), (*b"alac", *b"alac")] {
            let mut entry = Vec::new();
            boxed(&mut entry, kind, |out| {
                fields(out, 1);
                out.extend_from_slice(&[7; 16]);
                wave(out, config);
            });
            let converted = audio_sample_entry(&entry, 0).expect("a codec of an MP4");
            assert_eq!(converted, expected(kind, config, 2, 44_100));
        }
    }

    #[test]
    fn version_2_states_rate_and_channels_in_other_fields() {
        for (rate, stated) in [(48_000.0_f64, 48_000), (96_000.0, 0), (f64::NAN, 0)] {
            let mut entry = Vec::new();
            boxed(&mut entry, *b"mp4a", |out| {
                fields(out, 2);
                put32(out, 72);
                out.extend_from_slice(&rate.to_bits().to_be_bytes());
                put32(out, 6);
                put32(out, 0x7f00_0000);
                out.extend_from_slice(&[0; 16]);
                boxed(out, *b"esds", |out| out.extend_from_slice(b"configuration"));
            });
            let converted = audio_sample_entry(&entry, 0).expect("a codec of an MP4");
            assert_eq!(converted, expected(*b"mp4a", *b"esds", 6, stated), "{rate}");
        }
    }

    #[test]
    fn the_first_version_of_an_mp4_keeps_its_boxes() {
        let mut entry = Vec::new();
        boxed(&mut entry, *b"mp4a", |out| {
            fields(out, 1);
            boxed(out, *b"esds", |out| out.extend_from_slice(b"configuration"));
        });
        let converted = audio_sample_entry(&entry, 1).expect("valid");
        assert_eq!(converted, expected(*b"mp4a", *b"esds", 2, 44_100));
    }

    #[test]
    fn other_codecs_and_missing_configurations_are_refused() {
        let entry = |kind: FourCc| {
            let mut entry = Vec::new();
            boxed(&mut entry, kind, |out| {
                fields(out, 1);
                out.extend_from_slice(&[0; 16]);
            });
            audio_sample_entry(&entry, 0)
        };
        assert!(matches!(entry(*b"twos"), Err(Error::Unsupported(_))));
        assert!(matches!(entry(*b"mp4a"), Err(Error::Malformed { .. })));
    }
}
