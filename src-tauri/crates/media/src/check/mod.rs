//! Reads a finished file back.
//!
//! Written apart from the muxers on purpose: a mistake of theirs must not be one here too.

mod flv;
mod groups;
mod header;
mod media_ranges;
mod metadata;
mod mp4;
mod reader;
mod sample_descriptions;
mod samples;
mod track;

pub(crate) use sample_descriptions::check_sample_entries;

use std::io::{BufReader, Read, Seek, SeekFrom};

use crate::{Error, Summary};

/// Enough for the headers of many tags; larger bodies are passed by seeking.
const BUFFER: usize = 64 * 1024;

/// Reads a finished MP4 or FLV back and says what it holds.
///
/// Fails with [`Error::Malformed`] where the structure is broken: tables that disagree, samples
/// outside the file, decode times that fall, an end that is cut. What a damaged index tells without
/// contradicting itself has another [`TrackSummary::digest`](crate::TrackSummary::digest) than the
/// muxer said. It takes the same memory for a file of any size.
pub fn check<R: Read + Seek>(mut file: R) -> Result<Summary, Error> {
    let length = file.seek(SeekFrom::End(0))?;
    file.rewind()?;
    let mut magic = [0; 3];
    if length < 16 {
        return Err(Error::Malformed {
            format: "file",
            problem: format!("{length} bytes are no film"),
            offset: 0,
        });
    }
    file.read_exact(&mut magic)?;
    file.rewind()?;
    if magic == *crate::flv::tag::SIGNATURE {
        flv::check(BufReader::with_capacity(BUFFER, file), length)
    } else {
        mp4::check(file, length)
    }
}
