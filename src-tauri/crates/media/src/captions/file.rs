//! Tells the format of a file of captions by its content.

use std::sync::Arc;

use super::write::CaptionFormat;
use super::{Captions, Cue, CueList, json, srt, ttml, vtt};
use crate::TimeRange;
use crate::language::Language;

/// Largest text; hours of speech are some hundred kilobytes.
const MAX_BYTES: usize = 8 << 20;
/// How much of a file is looked at to tell what it is, if it cannot be read.
const HEAD_BYTES: usize = 1024;

/// Captions as a server sends them.
#[derive(Clone, Debug)]
pub struct CaptionFile {
    format: SourceFormat,
    bytes: Vec<u8>,
    /// Sorted by start.
    cues: Arc<[Cue]>,
    /// Cues that could not be read.
    skipped: usize,
    /// The cues are those of a time range, unlike the bytes.
    is_cut: bool,
}

/// A format in which captions come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum SourceFormat {
    WebVtt,
    SubRip,
    Ttml,
    Json,
    /// No cues could be read; the extension of such files.
    Other(&'static str),
}

impl CaptionFile {
    /// Reads captions in UTF-8 or UTF-16: `WebVTT`, `SubRip`, TTML, or a list of cues in JSON.
    ///
    /// Ignores positions, malformed cues, and everything after 8 MiB or 50000 cues. Never fails:
    /// what is something else has no cues.
    pub fn read(bytes: Vec<u8>) -> Self {
        let read = decode(&bytes).and_then(|text| recognise(&text));
        let (format, mut list) = read.unwrap_or_else(|| {
            let format = SourceFormat::Other(extension_of(&bytes));
            (format, CueList::default())
        });
        list.cues.sort_by_key(|cue| cue.start_ms);
        Self {
            format,
            bytes,
            cues: list.cues.into(),
            skipped: list.skipped,
            is_cut: false,
        }
    }

    /// Returns the captions of a time range, with times from its start. The bytes stay those of the
    /// whole, except for `WebVTT`, which keeps its notes and positions.
    #[must_use]
    pub fn cut(self, range: TimeRange) -> Self {
        if self.format == SourceFormat::WebVtt
            && let Some(text) = decode(&self.bytes)
        {
            return Self::read(range.cut_web_vtt(&text).into_bytes());
        }
        let cues = self.cues.iter().filter_map(|cue| {
            let (start_ms, end_ms) = range.moved((cue.start_ms, cue.end_ms))?;
            Some(Cue {
                start_ms,
                end_ms,
                ..cue.clone()
            })
        });
        Self {
            cues: cues.collect(),
            is_cut: true,
            ..self
        }
    }

    /// Returns the file as it came.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Returns the extension of such files: that of the format, or else what the content looks like.
    pub fn extension(&self) -> &'static str {
        match self.format {
            SourceFormat::WebVtt => CaptionFormat::WebVtt.extension(),
            SourceFormat::SubRip => CaptionFormat::SubRip.extension(),
            SourceFormat::Ttml => "ttml",
            SourceFormat::Json => "json",
            SourceFormat::Other(extension) => extension,
        }
    }

    /// Returns the cues as a track of a movie, or `None` if there are none.
    ///
    /// `language` is a BCP 47 tag (`de`, `de-DE`); an invalid one means undetermined.
    pub fn captions(&self, language: &str) -> Option<Captions> {
        (!self.cues.is_empty()).then(|| Captions {
            language: Language::from_tag(language),
            cues: Arc::clone(&self.cues),
        })
    }

    /// Returns a file in this format, in UTF-8; `None` if there are no cues to convert. Text that is
    /// in this format already is returned unchanged.
    pub fn to_format(&self, format: CaptionFormat) -> Option<String> {
        if self.is_in(format) {
            return decode(&self.bytes);
        }
        (!self.cues.is_empty()).then(|| format.write(&self.cues))
    }

    /// Returns how many cues [`Self::to_format`] leaves out because they could not be read. The rest
    /// of a file that is cut counts as one.
    pub fn left_out(&self, format: CaptionFormat) -> usize {
        if self.is_in(format) { 0 } else { self.skipped }
    }

    fn is_in(&self, format: CaptionFormat) -> bool {
        let is_same = matches!(
            (self.format, format),
            (SourceFormat::WebVtt, CaptionFormat::WebVtt)
                | (SourceFormat::SubRip, CaptionFormat::SubRip)
        );
        is_same && !self.is_cut
    }
}

/// Reads the text as the format that it begins like.
fn recognise(text: &str) -> Option<(SourceFormat, CueList)> {
    let whole = text.strip_prefix('\u{feff}').unwrap_or(text);
    let text = whole.get(..whole.floor_char_boundary(MAX_BYTES))?;
    let (format, mut list) = if let Some(list) = vtt::cues(text) {
        (SourceFormat::WebVtt, list)
    } else {
        let (format, list) = match text.trim_start().bytes().next()? {
            b'<' => (SourceFormat::Ttml, ttml::cues(text)),
            b'{' | b'[' => (SourceFormat::Json, json::cues(text)),
            _ => (SourceFormat::SubRip, srt::cues(text)),
        };
        (format, list.filter(|list| !list.cues.is_empty())?)
    };
    if text.len() < whole.len() {
        list.skip();
    }
    Some((format, list))
}

/// Decodes UTF-8, or UTF-16 with or without a byte order mark. Text without a mark is taken for
/// UTF-16 if one byte of its first character is 0, which no text has.
fn decode(bytes: &[u8]) -> Option<String> {
    let (bytes, is_big_endian) = match bytes {
        [0xff, 0xfe, text @ ..] => (text, false),
        [0xfe, 0xff, text @ ..] => (text, true),
        [0, 1..=255, ..] => (bytes, true),
        [1..=255, 0, ..] => (bytes, false),
        _ => return String::from_utf8(bytes.to_vec()).ok(),
    };
    let (units, rest) = bytes.as_chunks::<2>();
    let unit = |unit: &[u8; 2]| {
        if is_big_endian {
            u16::from_be_bytes(*unit)
        } else {
            u16::from_le_bytes(*unit)
        }
    };
    let text = char::decode_utf16(units.iter().map(unit)).collect::<Result<_, _>>();
    text.ok().filter(|_| rest.is_empty())
}

/// Returns the extension of a file whose cues cannot be read.
fn extension_of(bytes: &[u8]) -> &'static str {
    // EBU Tech 3264 4.1: the disk format code in the head of a binary file.
    if bytes.get(3..).is_some_and(|code| code.starts_with(b"STL")) {
        return "stl";
    }
    let head = match decode(bytes) {
        Some(text) => text,
        // Text in another encoding has the same letters, digits and signs.
        None => String::from_utf8_lossy(bytes.get(..HEAD_BYTES).unwrap_or(bytes)).into_owned(),
    };
    let head = head.get(..head.floor_char_boundary(HEAD_BYTES));
    let head = head.unwrap_or_default().trim_start_matches('\u{feff}');
    let head = head.trim_start().to_ascii_lowercase();
    let is_text = |character: char| !character.is_control() || character.is_ascii_whitespace();
    let starts = |with: &str| head.starts_with(with);
    let inner = head.get(1..).unwrap_or_default().trim_start();
    if !head.chars().all(is_text) {
        "bin"
    } else if starts("<!doctype html") || starts("<html") {
        "html"
    } else if starts("<sami") {
        "smi"
    } else if starts("<") {
        let is_ttml = ["<tt ", "<tt>", ":tt "]
            .iter()
            .any(|root| head.contains(root));
        if is_ttml { "ttml" } else { "xml" }
    } else if starts("[script info]") {
        "ass"
    } else if starts("{") && inner.starts_with(['"', '}'])
        || starts("[") && inner.starts_with(['"', '{', '[', ']'])
    {
        "json"
    } else if starts("scenarist_scc") {
        "scc"
    } else if starts("webvtt") {
        "vtt"
    } else if head.contains("-->") {
        "srt"
    } else {
        "txt"
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captions::MAX_CUES;

    const FORMATS: [CaptionFormat; 2] = [CaptionFormat::WebVtt, CaptionFormat::SubRip];

    #[test]
    fn captions_of_any_format_are_cut_to_a_time_range() {
        let srt =
            "1\n00:00:01,000 --> 00:00:02,000\none\n\n2\n00:00:05,000 --> 00:00:07,000\ntwo\n";
        let vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\none\n\n00:05.000 --> 00:07.000\ntwo\n";
        let range = TimeRange {
            from_ms: 4000,
            to_ms: Some(6000),
        };
        for text in [srt, vtt] {
            let file = CaptionFile::read(text.as_bytes().to_vec()).cut(range);
            for format in FORMATS {
                let written = file.to_format(format).unwrap();
                let read = CaptionFile::read(written.clone().into_bytes());
                let cues: Vec<_> = read
                    .cues
                    .iter()
                    .map(|it| (it.start_ms, it.end_ms))
                    .collect();
                assert_eq!(cues, [(1000, 2000)], "{written}");
            }
        }
    }

    /// The same two cues in each format.
    const SOURCES: [(&str, &str); 4] = [
        (
            "vtt",
            "WEBVTT\n\nNOTE x\n\n00:01.000 --> 00:02.500 line:0\nHallo <i>Welt</i>\n\n\
             01:00:03.000 --> 01:00:04.000\nzwei\nZeilen\n",
        ),
        (
            "srt",
            "1\n00:00:01,000 --> 00:00:02,500\nHallo <i>Welt</i>\n\n\
             2\n01:00:03,000 --> 01:00:04,000\nzwei\nZeilen\n",
        ),
        (
            "ttml",
            "<?xml version='1.0'?><tt><body><div><p begin='1s' end='2.5s'>Hallo \
             <span fontStyle='italic'>Welt</span></p>\
             <p begin='01:00:03' dur='1s'>zwei<br/>Zeilen</p></div></body></tt>",
        ),
        (
            "json",
            r#"{"captions":[{"start_ms":3603000,"end_ms":3604000,"text":"zwei\nZeilen"},
                {"start_ms":1000,"end_ms":2500,"text":"Hallo Welt"}]}"#,
        ),
    ];

    fn utf_16(text: &str, unit: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(unit).collect()
    }

    #[test]
    fn the_format_is_told_by_the_content_in_any_encoding() {
        for (extension, text) in SOURCES {
            let marked = format!("\u{feff}{text}");
            for bytes in [
                text.as_bytes().to_vec(),
                marked.as_bytes().to_vec(),
                utf_16(text, u16::to_le_bytes),
                utf_16(text, u16::to_be_bytes),
                utf_16(&marked, u16::to_le_bytes),
                utf_16(&marked, u16::to_be_bytes),
            ] {
                let file = CaptionFile::read(bytes);
                assert_eq!(file.extension(), extension);
                let times: Vec<_> = file
                    .cues
                    .iter()
                    .map(|cue| (cue.start_ms, cue.end_ms))
                    .collect();
                assert_eq!(times, [(1000, 2500), (3_603_000, 3_604_000)], "{text}");
                let texts: Vec<_> = file.cues.iter().map(|cue| cue.text.plain()).collect();
                assert_eq!(texts, ["Hallo Welt", "zwei\nZeilen"], "{text}");
            }
        }
    }

    #[test]
    fn what_is_in_the_wanted_format_is_kept_and_the_rest_converted() {
        for (extension, text) in SOURCES {
            let file = CaptionFile::read(text.into());
            for format in FORMATS {
                let written = file.to_format(format).unwrap();
                if extension == format.extension() {
                    assert_eq!(written, text);
                }
                let again = CaptionFile::read(written.into());
                assert_eq!(again.extension(), format.extension());
                assert_eq!(again.cues, file.cues, "{text}");
                assert_eq!(file.left_out(format), 0);
            }
        }
    }

    #[test]
    fn what_cannot_be_read_has_an_extension_and_no_cues() {
        for (bytes, extension) in [
            (&b""[..], "txt"),
            (b"WEBVTT\n\n00:01.000 --> 00:02.000\n\xe4\n", "vtt"),
            (b"1\n00:00:01,000 --> 00:00:02,000\n\xe4\n", "srt"),
            (b"850STL25.011\0\0", "stl"),
            (b"[Script Info]\nTitle: x\n", "ass"),
            (b"<SAMI><BODY>", "smi"),
            (b"<!DOCTYPE html><html>", "html"),
            (
                b"<?xml version='1.0'?><tt xml:lang='en'><body/></tt>",
                "ttml",
            ),
            (b"<?xml version='1.0'?><transcript/>", "xml"),
            (b"{\"error\": 1}", "json"),
            (b"{0}{25}Hello", "txt"),
            (b"Scenarist_SCC V1.0\n", "scc"),
            (b"\x7fELF\x02", "bin"),
            (b"\xff\xfe\0\xd8", "bin"),
        ] {
            let file = CaptionFile::read(bytes.to_vec());
            assert_eq!(file.extension(), extension, "{bytes:?}");
            assert_eq!(file.bytes(), bytes);
            assert_eq!(file.captions("en"), None);
            for format in FORMATS {
                assert_eq!(file.to_format(format), None, "{bytes:?}");
            }
        }
    }

    #[test]
    fn what_is_beyond_the_bounds_is_counted() {
        let cue = "00:01.000 --> 00:02.000\nx\n\n";
        let text = format!("WEBVTT\n\n{}", cue.repeat(MAX_CUES + 10));
        let file = CaptionFile::read(text.into());
        assert_eq!(file.cues.len(), MAX_CUES);
        assert_eq!(file.left_out(CaptionFormat::SubRip), 10);
        assert_eq!(file.left_out(CaptionFormat::WebVtt), 0);
    }
}
