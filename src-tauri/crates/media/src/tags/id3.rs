//! Reads the tags of an MP3: text frames, comment and attached picture of ID3v2.

use std::io::{Read, Seek};

use super::{Cover, MAX_COVER_BYTES, MAX_TEXT_BYTES, Tags, clean_text};
use crate::Error;
use crate::id3::{Id3Frame, Id3Tag, texts};

/// Bytes of an `APIC` frame beside the picture: encoding, MIME type, kind and description.
const PICTURE_HEADER_BYTES: usize = 256;
/// Description of the comment in a `TXXX` frame, as ffmpeg writes it.
const COMMENT: &str = "comment";

pub(super) fn read<R: Read + Seek>(file: &mut R) -> Result<Tags, Error> {
    let tag = Id3Tag::read(file)?;
    let mut tags = Tags::default();
    // Version 2.3 has no frame with the whole date: the year, and day and month as `DDMM`.
    let (mut year, mut day) = (None, None);
    for frame in &tag.frames {
        match &frame.id {
            b"TIT2" => keep_first(&mut tags.title, text(frame, file)?),
            b"TPE1" => keep_first(&mut tags.artist, text(frame, file)?),
            b"TDRC" => keep_first(&mut tags.date, text(frame, file)?),
            b"TYER" => keep_first(&mut year, text(frame, file)?),
            b"TDAT" => keep_first(&mut day, text(frame, file)?),
            b"APIC" if tags.cover.is_none() => tags.cover = picture(frame, file)?,
            _ => {}
        }
    }
    if let Some(year) = year {
        let date = day.as_deref().and_then(|day| day.split_at_checked(2));
        let date = date.map_or_else(
            || year.clone(),
            |(day, month)| format!("{year}-{month}-{day}"),
        );
        keep_first(&mut tags.date, Some(date));
    }
    let comment = tag.user_text(file, COMMENT, MAX_TEXT_BYTES)?;
    tags.comment = comment.and_then(|text| clean_text(text.as_bytes()));
    Ok(tags)
}

fn keep_first(slot: &mut Option<String>, found: Option<String>) {
    *slot = slot.take().or(found);
}

/// Reads the first text of a frame; `None` if it is empty or too long.
fn text<R: Read + Seek>(frame: &Id3Frame, file: &mut R) -> Result<Option<String>, Error> {
    let body = frame.read(file, MAX_TEXT_BYTES)?;
    let text = body.and_then(|body| texts(&body).into_iter().next());
    Ok(text.and_then(|text| clean_text(text.as_bytes())))
}

/// Reads an attached picture (ID3v2.3.0 4.15): encoding, MIME type, kind, description, picture.
fn picture<R: Read + Seek>(frame: &Id3Frame, file: &mut R) -> Result<Option<Cover>, Error> {
    let Some(body) = frame.read(file, MAX_COVER_BYTES + PICTURE_HEADER_BYTES)? else {
        return Ok(None);
    };
    Ok(picture_in(&body).and_then(Cover::new))
}

fn picture_in(body: &[u8]) -> Option<&[u8]> {
    let (encoding, rest) = body.split_first()?;
    let mime_end = rest.iter().position(|byte| *byte == 0)?;
    // Behind the MIME type, its zero and the kind of the picture.
    let rest = rest.get(mime_end + 2..)?;
    let is_wide = matches!(encoding, 1 | 2);
    let end = if is_wide {
        let (pairs, _) = rest.as_chunks::<2>();
        pairs.iter().position(|pair| *pair == [0, 0])? * 2 + 2
    } else {
        rest.iter().position(|byte| *byte == 0)? + 1
    };
    rest.get(end..)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id3::build::tag;

    #[test]
    fn the_tags_that_ffmpeg_writes_are_read() {
        let picture = b"\0image/jpeg\0\x03\0\xff\xd8\xff\xe0 and so on";
        let file = tag(
            &[
                (b"TXXX", b"\0comment\0https://a.example/1"),
                (b"TYER", b"\x002016"),
                (b"TDAT", b"\x001205"),
                (b"TIT2", b"\x01\xff\xfeT\0\xef\0\0\0"),
                (b"TPE1", b"\0Acme"),
                (b"APIC", picture),
            ],
            16,
        );
        let tags = Tags::read(std::io::Cursor::new(file)).expect("readable");
        assert_eq!(tags.title.as_deref(), Some("Tï"));
        assert_eq!(tags.artist.as_deref(), Some("Acme"));
        assert_eq!(tags.date.as_deref(), Some("2016-05-12"));
        assert_eq!(tags.comment.as_deref(), Some("https://a.example/1"));
        let cover = tags.cover.expect("a picture");
        assert_eq!(cover.data(), b"\xff\xd8\xff\xe0 and so on");
    }

    #[test]
    fn a_description_of_two_bytes_a_letter_is_passed() {
        let body = b"\x01image/png\0\x03\xff\xfea\0\0\0\x89PNG";
        assert_eq!(picture_in(body), Some(&b"\x89PNG"[..]));
        assert_eq!(picture_in(b"\0image/png"), None);
        assert_eq!(picture_in(b""), None);
    }
}
