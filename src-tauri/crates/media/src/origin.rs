//! A note in a finished file that says what it was made of, so that the file is known again under any
//! name.
//!
//! An MP4 gets a `uuid` box (ISO/IEC 14496-12 11.1) at its end, an MP3 a text of the user (`TXXX`) in the
//! padding of its ID3v2 tag. The metadata of an FLV keeps bytes free
//! for it, because players take a script tag at the end for a stream of its own. A file that was cut
//! off has no note: in an MP4 the box is gone, and an FLV is shorter than its `filesize` says.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::{
    Error,
    boxes::{read, write::boxed},
    cursor::Cursor,
    flv::{meta::NOTE_BYTES, tag::SIGNATURE},
    id3::{Id3Tag, is_tagged},
};

/// Type of the box, a random UUID.
const BOX_TYPE: [u8; 16] = [
    0x5d, 0x0c, 0x6b, 0x1f, 0x8e, 0x43, 0x4a, 0x6e, 0x9b, 0x7d, 0x21, 0xc4, 0x3a, 0xf5, 0x60, 0x92,
];
/// The free bytes in `onMetaData`: a property called `pad`, with the type of a text.
const FREE_NAME: &[u8] = b"\0\x03pad\x02";
/// The same property once it holds a note.
const NOTE_NAME: &[u8] = b"\0\x06origin\x02";
/// Name of the property with the size of the file, with the type of a number.
const FILE_SIZE_NAME: &[u8] = b"\0\x08filesize\0";
/// Both properties are searched in this many bytes at the start of an FLV.
const METADATA_START_BYTES: u64 = 1024;
/// Description of the text in an MP3.
const USER_TEXT: &str = "ustream-dl";
/// Longest `TXXX` frame that is read: a note in two bytes a letter, and its description.
const MAX_USER_TEXT_BYTES: usize = 2 * (MAX_NOTE_BYTES + USER_TEXT.len()) + 8;
/// Longest note; a longer one is neither written nor read.
const MAX_NOTE_BYTES: usize = NOTE_BYTES - (NOTE_NAME.len() - FREE_NAME.len());
/// Most boxes at the top level that are passed on the way to the note.
const MAX_BOXES: usize = 64;

/// Writes a note into a finished MP4, FLV or MP3 and returns the new size of the file in bytes. Leaves
/// the file as it is if the note is too long, or if an FLV or an MP3 has no room for it.
pub fn write<F: Read + Write + Seek>(mut file: F, note: &str) -> Result<u64, Error> {
    let end = file.seek(SeekFrom::End(0))?;
    if note.len() > MAX_NOTE_BYTES {
        return Ok(end);
    }
    if is_flv(&mut file)? {
        if let Some(start) = find(&bytes_at(&mut file, 0, METADATA_START_BYTES)?, FREE_NAME) {
            file.seek(SeekFrom::Start(start as u64))?;
            file.write_all(&property(note))?;
        }
        file.flush()?;
        return Ok(end);
    }
    if has_id3_tag(&mut file)? {
        let tag = Id3Tag::read(&mut file)?;
        tag.write_user_text(&mut file, USER_TEXT, note)?;
        file.flush()?;
        return Ok(end);
    }
    let bytes = uuid_box(note);
    file.seek(SeekFrom::Start(end))?;
    file.write_all(&bytes)?;
    file.flush()?;
    Ok(end + bytes.len() as u64)
}

/// Returns the note of a file, or `None` if it has none. Reads only a few bytes of it.
pub fn read<F: Read + Seek>(mut file: F) -> Result<Option<String>, Error> {
    let end = file.seek(SeekFrom::End(0))?;
    if has_id3_tag(&mut file)? {
        let tag = Id3Tag::read(&mut file)?;
        return Ok(tag.user_text(&mut file, USER_TEXT, MAX_USER_TEXT_BYTES)?);
    }
    let note = if is_flv(&mut file)? {
        read_property(&mut file, end)
    } else {
        read_uuid_box(&mut file, end)
    };
    match note {
        Err(Error::Io(error)) => Err(error.into()),
        // Damaged, or of another kind.
        Err(_) => Ok(None),
        Ok(bytes) => Ok(bytes.and_then(|bytes| String::from_utf8(bytes).ok())),
    }
}

fn has_id3_tag<F: Read + Seek>(file: &mut F) -> Result<bool, Error> {
    Ok(is_tagged(&bytes_at(file, 0, 3)?))
}

pub(crate) fn is_flv<F: Read + Seek>(file: &mut F) -> Result<bool, Error> {
    Ok(bytes_at(file, 0, SIGNATURE.len() as u64)? == SIGNATURE)
}

/// Reads at most `length` bytes.
fn bytes_at<F: Read + Seek>(file: &mut F, start: u64, length: u64) -> Result<Vec<u8>, Error> {
    file.seek(SeekFrom::Start(start))?;
    let mut bytes = Vec::new();
    file.take(length).read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn uuid_box(note: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    boxed(&mut bytes, *b"uuid", |out| {
        out.extend_from_slice(&BOX_TYPE);
        out.extend_from_slice(note.as_bytes());
    });
    bytes
}

/// Walks over the boxes at the top level; the note is the last one and ends with the file.
fn read_uuid_box<F: Read + Seek>(file: &mut F, end: u64) -> Result<Option<Vec<u8>>, Error> {
    let mut start = 0;
    for _ in 0..MAX_BOXES {
        let head = bytes_at(file, start, 16)?;
        let header = read::header(&mut Cursor::within("MP4", &head, start))?;
        let Some(length) = header.body_length else {
            return Ok(None);
        };
        let body = start.saturating_add(header.header_length);
        let next = body.saturating_add(length);
        if next < end {
            start = next;
            continue;
        }
        let is_note = next == end
            && header.kind == *b"uuid"
            && length <= (BOX_TYPE.len() + MAX_NOTE_BYTES) as u64;
        if !is_note {
            return Ok(None);
        }
        let bytes = bytes_at(file, body, length)?;
        return Ok(bytes.strip_prefix(&BOX_TYPE).map(<[u8]>::to_vec));
    }
    Ok(None)
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    memchr::memmem::find(bytes, wanted)
}

/// Returns the property with the note, as many bytes as the free one has. Spaces fill it up.
fn property(note: &str) -> Vec<u8> {
    let mut bytes = NOTE_NAME.to_vec();
    let length = u16::try_from(MAX_NOTE_BYTES).unwrap_or(u16::MAX);
    bytes.extend_from_slice(&length.to_be_bytes());
    bytes.extend_from_slice(note.as_bytes());
    bytes.resize(FREE_NAME.len() + 2 + NOTE_BYTES, b' ');
    bytes
}

fn read_property<F: Read + Seek>(file: &mut F, end: u64) -> Result<Option<Vec<u8>>, Error> {
    let start = bytes_at(file, 0, METADATA_START_BYTES)?;
    let value = |name: &[u8]| {
        let found = find(&start, name)?;
        Some(Cursor::new("FLV", start.get(found + name.len()..)?))
    };
    let (Some(mut note), Some(mut size)) = (value(NOTE_NAME), value(FILE_SIZE_NAME)) else {
        return Ok(None);
    };
    if f64::from_be_bytes(size.array()?).to_bits() != crate::flv::meta::float(end).to_bits() {
        return Ok(None);
    }
    let length = usize::from(note.u16()?);
    let text = note.take(length)?.trim_ascii_end();
    Ok((!text.is_empty()).then(|| text.to_vec()))
}

#[cfg(test)]
mod tests {
    use std::io::Cursor as Memory;

    use super::*;
    use crate::id3::build::mp3;
    use crate::{
        MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, SegmentData, SegmentFormat,
        SegmentKind, check, muxer,
    };

    const NOTE: &str = r#"{"recording":7}"#;

    fn made(format: OutputFormat) -> Vec<u8> {
        let segment = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/film/film.flv"
        );
        let mut output = tempfile::tempfile().expect("a temporary file");
        let config = MuxerConfig {
            segment_format: SegmentFormat::Flv,
            output_format: format,
            movie: MovieSpec::default(),
            journal: None,
        };
        let mut muxer = muxer(config, output.try_clone().expect("a handle")).expect("a muxer");
        let data = std::fs::read(segment).expect("the fixture");
        let fragment = muxer.push(SegmentData {
            track: 0,
            kind: SegmentKind::Media(0),
            start_ms: 0,
            data: &data,
        });
        let fragments = vec![fragment.expect("media")];
        muxer.finish(fragments).expect("a movie");
        output.rewind().expect("a file");
        let mut bytes = Vec::new();
        output.read_to_end(&mut bytes).expect("a file");
        bytes
    }

    #[test]
    fn an_mp3_has_its_note_in_the_padding_of_its_tag() {
        let plain = mp3(1024);
        for note in [NOTE, r#"{"quality":"größte"}"#] {
            assert_eq!(read(Memory::new(&plain)).expect("readable"), None);
            let mut noted = plain.clone();
            let size = write(Memory::new(&mut noted), note).expect("written");
            assert_eq!(size, plain.len() as u64);
            let found = read(Memory::new(&noted)).expect("readable");
            assert_eq!(found.as_deref(), Some(note));
            let before = check(Memory::new(&plain)).expect("an MP3");
            assert_eq!(check(Memory::new(&noted)).expect("an MP3"), before);
        }
        let mut full = mp3(20);
        write(Memory::new(&mut full), NOTE).expect("no failure");
        assert_eq!(full, mp3(20), "there is no room");
    }

    #[test]
    fn a_note_is_read_again_and_the_movie_stays_the_same() {
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let plain = made(format);
            assert_eq!(read(Memory::new(&plain)).expect("readable"), None);
            let mut noted = plain.clone();
            let size = write(Memory::new(&mut noted), NOTE).expect("written");
            assert_eq!(size, noted.len() as u64);
            assert_eq!(
                read(Memory::new(&noted)).expect("readable").as_deref(),
                Some(NOTE)
            );
            let before = check(Memory::new(&plain)).expect("a movie");
            let after = check(Memory::new(&noted)).expect("still a movie");
            assert_eq!(after.tracks, before.tracks, "{format:?}");
            let is_longer = format == OutputFormat::Mp4;
            assert_eq!(noted.len() > plain.len(), is_longer, "{format:?}");
            assert_eq!(after.duration_ms, before.duration_ms);
            let mut split = MovieSplitter::open(Memory::new(&noted)).expect("a movie");
            while split.next_segment().expect("a segment").is_some() {}
            assert_eq!(split.lost_bytes(), 0, "{format:?}");
        }
    }

    #[test]
    fn a_note_that_is_too_long_is_not_written() {
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let plain = made(format);
            let mut noted = plain.clone();
            let long = "x".repeat(MAX_NOTE_BYTES + 1);
            write(Memory::new(&mut noted), &long).expect("left as it is");
            assert!(noted == plain, "{format:?}");
            write(Memory::new(&mut noted), &long[1..]).expect("written");
            let read = read(Memory::new(&noted)).expect("readable");
            assert_eq!(read.as_deref(), Some(&long[1..]), "{format:?}");
            check(Memory::new(&noted)).expect("still a movie");
        }
    }

    #[test]
    fn a_file_that_was_cut_off_or_is_of_another_kind_has_no_note() {
        for format in [OutputFormat::Mp4, OutputFormat::Flv] {
            let mut noted = made(format);
            write(Memory::new(&mut noted), NOTE).expect("written");
            for end in [noted.len() - 1, noted.len() / 2, 20, 4, 3, 0] {
                let cut = noted.get(..end).expect("shorter");
                assert_eq!(read(Memory::new(cut)).expect("readable"), None, "{end}");
            }
        }
        for other in [&b"text that is no movie at all"[..], &[0; 64], &[0xff; 64]] {
            assert_eq!(read(Memory::new(other)).expect("readable"), None);
        }
    }
}
