//! Verifies a finished file.
//!
//! Strict, and written independently of the muxers on purpose, so that it finds their bugs. The
//! lenient readers for files from elsewhere are in [`split`](crate::split) and `tags`.

mod flv;
mod groups;
mod header;
mod media_ranges;
mod metadata;
pub(crate) mod mp3;
mod mp4;
mod reader;
mod sample_descriptions;
mod samples;
mod track;

pub(crate) use sample_descriptions::{audio_object_type, check_sample_entries, codec_kind};
pub(crate) use samples::INSPECTED_SAMPLES;

use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
};

use crate::{Error, Summary};

/// Holds the headers of many FLV tags; larger bodies are skipped by seeking.
const BUFFER: usize = 64 * 1024;

/// Verifies a finished MP4, FLV or MP3 and returns what it holds.
///
/// Fails with [`Error::Malformed`] if the structure is broken: tables that disagree, samples outside
/// the file, decode times that decrease, a truncated end, anything but frames in an MP3. Damage that leaves the index consistent
/// changes the [`TrackSummary::digest`](crate::TrackSummary::digest), which the caller compares with
/// the muxer's. Memory use does not depend on the size of the file.
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
    if let Some(start) = mp3::find_start(&mut file)? {
        let walked = mp3::walk(file, start, |_| ControlFlow::Continue(()))?;
        return walked.ok_or(Error::Empty);
    }
    file.rewind()?;
    file.read_exact(&mut magic)?;
    file.rewind()?;
    if magic == *crate::flv::tag::SIGNATURE {
        flv::check(BufReader::with_capacity(BUFFER, file), length)
    } else {
        mp4::check(file, length)
    }
}
