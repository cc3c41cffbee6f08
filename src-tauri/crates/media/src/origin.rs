//! A note at the end of a finished file that says what it was made of, so that the file is known
//! again under any name.
//!
//! An MP4 gets a `uuid` box (ISO/IEC 14496-12 11.1), an FLV a script tag (FLV E.4.4) and its new
//! `filesize`. Players skip both. A file that was cut off has lost its note.

use std::io::{Read, Seek, SeekFrom, Write};

use crate::{
    Error,
    boxes::{
        read,
        write::{boxed, put32},
    },
    cursor::Cursor,
    flv::tag::{PREVIOUS_TAG_SIZE, SCRIPT, SIGNATURE, TAG_HEADER, tag_header, tag_size},
};

/// Type of the box, a random UUID.
const BOX_TYPE: [u8; 16] = [
    0x5d, 0x0c, 0x6b, 0x1f, 0x8e, 0x43, 0x4a, 0x6e, 0x9b, 0x7d, 0x21, 0xc4, 0x3a, 0xf5, 0x60, 0x92,
];
/// Name of the script tag, as an AMF string with its type byte and length.
const SCRIPT_NAME: &[u8] = b"\x02\0\x08onOrigin";
/// Name of the property of `onMetaData` that holds the size of the file, with the type of its value.
const FILE_SIZE_NAME: &[u8] = b"\0\x08filesize\0";
/// `filesize` is searched in this many bytes at the start of an FLV.
const METADATA_START_BYTES: u64 = 256;
/// Longest note; a longer one is neither written nor read.
const MAX_NOTE_BYTES: usize = 4096;
/// Most boxes at the top level that are passed on the way to the note.
const MAX_BOXES: usize = 64;

/// Appends a note to a finished MP4 or FLV and returns the new size of the file in bytes.
pub fn write<F: Read + Write + Seek>(mut file: F, note: &str) -> Result<u64, Error> {
    if note.len() > MAX_NOTE_BYTES {
        return Err(Error::Unsupported("a note of that length".into()));
    }
    let end = file.seek(SeekFrom::End(0))?;
    let bytes = if is_flv(&mut file)? {
        let tag = script_tag(last_timestamp(&mut file, end)?, note);
        set_file_size(&mut file, end + tag.len() as u64)?;
        tag
    } else {
        uuid_box(note)
    };
    file.seek(SeekFrom::Start(end))?;
    file.write_all(&bytes)?;
    file.flush()?;
    Ok(end + bytes.len() as u64)
}

/// Returns the note of a file, or `None` if it has none. Reads only a few bytes of it.
pub fn read<F: Read + Seek>(mut file: F) -> Result<Option<String>, Error> {
    let end = file.seek(SeekFrom::End(0))?;
    let note = if is_flv(&mut file)? {
        read_script_tag(&mut file, end)
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

fn is_flv<F: Read + Seek>(file: &mut F) -> Result<bool, Error> {
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

fn script_tag(timestamp: i32, note: &str) -> Vec<u8> {
    let mut body = SCRIPT_NAME.to_vec();
    // A long string (AMF0 2.14).
    body.push(12);
    let length = u32::try_from(note.len()).unwrap_or(0);
    put32(&mut body, length);
    body.extend_from_slice(note.as_bytes());
    let length = u32::try_from(body.len()).unwrap_or(0);
    let mut tag = tag_header(SCRIPT, length, timestamp).to_vec();
    tag.extend_from_slice(&body);
    put32(&mut tag, tag_size(length));
    tag
}

/// Returns header and body of the last tag, found by the size behind it.
fn last_tag<F: Read + Seek>(file: &mut F, end: u64) -> Result<Vec<u8>, Error> {
    let before = PREVIOUS_TAG_SIZE as u64;
    let behind = end.saturating_sub(before);
    let size = Cursor::new("FLV", &bytes_at(file, behind, before)?).u32()?;
    let limit = (TAG_HEADER + SCRIPT_NAME.len() + MAX_NOTE_BYTES + 5) as u64;
    let start = behind.saturating_sub(u64::from(size));
    bytes_at(file, start, u64::from(size).min(limit))
}

fn last_timestamp<F: Read + Seek>(file: &mut F, end: u64) -> Result<i32, Error> {
    let tag = last_tag(file, end)?;
    let mut cursor = Cursor::new("FLV", &tag);
    cursor.skip(4)?;
    let [low_a, low_b, low_c, high] = cursor.array()?;
    Ok(i32::from_be_bytes([high, low_a, low_b, low_c]))
}

fn read_script_tag<F: Read + Seek>(file: &mut F, end: u64) -> Result<Option<Vec<u8>>, Error> {
    let tag = last_tag(file, end)?;
    let mut cursor = Cursor::new("FLV", &tag);
    let is_script = cursor.u8()? == SCRIPT;
    cursor.skip(TAG_HEADER - 1)?;
    let Some(value) = cursor.rest().strip_prefix(SCRIPT_NAME) else {
        return Ok(None);
    };
    let mut value = Cursor::new("FLV", value);
    if !is_script || value.u8()? != 12 {
        return Ok(None);
    }
    let length = value.u32()? as usize;
    Ok(Some(value.take(length)?.to_vec()))
}

/// Writes the size of the file into `onMetaData`, if it is stated there.
#[expect(clippy::cast_precision_loss, reason = "AMF numbers are floats")]
fn set_file_size<F: Read + Write + Seek>(file: &mut F, size: u64) -> Result<(), Error> {
    let start = bytes_at(file, 0, METADATA_START_BYTES)?;
    if let Some(name) = memchr::memmem::find(&start, FILE_SIZE_NAME) {
        file.seek(SeekFrom::Start((name + FILE_SIZE_NAME.len()) as u64))?;
        file.write_all(&(size as f64).to_be_bytes())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Cursor as Memory;

    use super::*;
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
            journal: &[],
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
            assert_eq!(after.duration_ms, before.duration_ms);
            let mut split = MovieSplitter::open(Memory::new(&noted)).expect("a movie");
            while split.next_segment().expect("a segment").is_some() {}
            assert_eq!(split.lost_bytes(), 0, "{format:?}");
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
