//! Detects the format of a file from its first bytes, never from its name.

use crate::{Error, boxes::read, cursor::Cursor, flv::tag, refused, ts};

/// Number of bytes inspected.
pub(super) const SNIFF_BYTES: usize = ts::SEARCHED_BYTES;

/// A supported format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum InputFormat {
    Flv,
    Mp4,
    Ts,
}

/// Returns the format of a file, or an error that says what it is instead.
pub(super) fn detect(start: &[u8]) -> Result<InputFormat, Error> {
    if start.is_empty() {
        return Err(Error::Empty);
    }
    if start.starts_with(tag::SIGNATURE) || is_bare_tag(start) {
        return Ok(InputFormat::Flv);
    }
    if is_mp4(start) {
        return Ok(InputFormat::Mp4);
    }
    if ts::is_stream(start) {
        return Ok(InputFormat::Ts);
    }
    Err(Error::Unsupported(describe_unsupported(start).into()))
}

/// Whether the first box is one of an MP4 or QuickTime movie; old ones have no `ftyp`.
fn is_mp4(start: &[u8]) -> bool {
    let kinds = [
        b"ftyp", b"moov", b"moof", b"styp", b"sidx", b"free", b"skip", b"wide", b"mdat", b"pnot",
        b"uuid",
    ];
    let header = read::header(&mut Cursor::new("MP4", start));
    header.is_ok_and(|header| kinds.contains(&&header.kind))
}

/// Whether there is an FLV tag without a file header, as in a stream that was recorded raw.
fn is_bare_tag(start: &[u8]) -> bool {
    start
        .first_chunk::<{ tag::TAG_HEADER }>()
        .is_some_and(|[kind, .., a, b, c]| {
            matches!(*kind, tag::AUDIO | tag::VIDEO | tag::SCRIPT) && [*a, *b, *c] == [0; 3]
        })
}

/// Describes an unsupported file for the error message.
fn describe_unsupported(start: &[u8]) -> &'static str {
    let at = |position: usize, magic: &[u8]| {
        start
            .get(position..)
            .is_some_and(|rest| rest.starts_with(magic))
    };
    let text = start.trim_ascii_start();
    let begins = |tag: &[u8]| {
        text.get(..tag.len())
            .is_some_and(|first| first.eq_ignore_ascii_case(tag))
    };
    match () {
        () if at(0, b"\x1a\x45\xdf\xa3") => refused::MATROSKA,
        () if at(0, b"RIFF") && at(8, b"AVI ") => refused::AVI,
        () if at(0, b"RIFF") && at(8, b"WAVE") => "a WAV file",
        () if at(0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11") => refused::WINDOWS_MEDIA,
        () if at(0, b"OggS") => refused::OGG,
        () if at(0, b"\0\0\x01\xba") => refused::PROGRAM_STREAM,
        () if at(0, b"#EXTM3U") => "a playlist, not the film itself",
        () if begins(b"<!doctype html") || begins(b"<html") => "a web page",
        () if begins(b"<?xml") || begins(b"<mpd") => "an XML file",
        () if at(0, b"ID3") || at(0, b"\xff\xfb") || at(0, b"\xff\xf1") || at(0, b"\xff\xf9") => {
            refused::SOUND_ALONE
        }
        () if at(0, b"\x7fELF") || at(0, b"MZ") => "a program",
        () if at(0, b"PK\x03\x04") || at(0, b"\x1f\x8b") => "an archive",
        () if at(0, b"\xff\xd8\xff") || at(0, b"\x89PNG") || at(0, b"GIF8") => "a picture",
        () if start.iter().all(|byte| *byte == 0) => "a file of zeros",
        () => refused::OTHER_FILE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(start: &[u8]) -> String {
        detect(start).expect_err("no film").to_string()
    }

    #[test]
    fn movies_are_recognised_by_their_content() {
        assert_eq!(
            detect(b"FLV\x01\x05\0\0\0\x09\0\0\0\0").ok(),
            Some(InputFormat::Flv)
        );
        let tag = tag::tag_header(tag::VIDEO, 5, 40);
        assert_eq!(detect(&tag).ok(), Some(InputFormat::Flv));
        for first in ["ftyp", "moov", "mdat", "wide"] {
            let start = [b"\0\0\0\x18", first.as_bytes(), b"isomisom"].concat();
            assert_eq!(detect(&start).ok(), Some(InputFormat::Mp4), "{first}");
        }
        let mut stream = vec![0; 400];
        (stream[0], stream[188], stream[376]) = (0x47, 0x47, 0x47);
        assert_eq!(detect(&stream).ok(), Some(InputFormat::Ts));
        let packets: Vec<_> = (0..9)
            .flat_map(|number| {
                let mut packet = vec![0x47, 1, 0, 0x10 | number];
                packet.resize(188, 0x55);
                packet
            })
            .collect();
        for cut in [1, 100, 187] {
            let start = packets.get(cut..).unwrap_or_default();
            assert_eq!(detect(start).ok(), Some(InputFormat::Ts), "from {cut}");
        }
        let tagged = [&b"ID3\x04\0\0\0\0\0\x02xx"[..], &packets].concat();
        assert_eq!(detect(&tagged).ok(), Some(InputFormat::Ts));
    }

    #[test]
    fn what_is_not_a_movie_is_named() {
        assert!(refusal(b"\x1a\x45\xdf\xa3xx").contains("Matroska"));
        assert!(refusal(b"RIFF1234AVI LIST").contains("AVI"));
        assert!(refusal(b"\n <!DOCTYPE html><html>").contains("web page"));
        assert!(refusal(&[0; 500]).contains("zeros"));
        assert!(refusal(b"hello").contains("no FLV"));
        assert!(refusal(b"Glad to see").contains("no FLV"));
        assert!(matches!(detect(b""), Err(Error::Empty)));
        for text in ["G G ", "G110", "G12 "] {
            let text = format!("x{}", text.repeat(3000));
            assert!(
                refusal(text.as_bytes()).contains("no FLV"),
                "{}",
                &text[..5]
            );
        }
    }
}
