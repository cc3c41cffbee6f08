//! Writes captions as timed text tracks, `tx3g` (3GPP TS 26.245 5).
//!
//! Captions are small and completely known, so their samples are appended when the movie is
//! finished. If that is interrupted, the output is truncated to the end of its journal as usual.

use std::io::{IoSlice, Read, Seek, Write};

use super::{
    moov::{self, MovieTiming},
    track::{Mp4Track, StoredSample, display},
};
use crate::{
    Error,
    boxes::write::{boxed, put16, put32},
    captions::Captions,
    captions::timeline::CaptionSample,
    handler::Handler,
    segment_writer::SegmentWriter,
};

/// Largest number of caption tracks.
const MAX_TRACKS: usize = 32;
/// Captions count in milliseconds.
const TIMESCALE: u32 = 1000;
/// Longest duration of captions, so that the distance of two samples fits into `stts`.
const MAX_DURATION_MS: u64 = i32::MAX as u64;
/// Largest text of a sample.
const MAX_TEXT_BYTES: usize = 4096;
/// Largest text of a track.
const MAX_TRACK_BYTES: u64 = 8 << 20;
/// Index bytes of a sample: its size and a row of `stts`.
const INDEX_BYTES_PER_SAMPLE: u64 = 12;
/// Index bytes of a track besides its tables.
const INDEX_BYTES_PER_TRACK: u64 = 1024;
/// All captions are in one group: players show at most one of them.
const ALTERNATE_GROUP: u16 = 2;
/// A generic font name (3GPP TS 26.245 5.16).
const FONT: &[u8] = b"Sans-Serif";
/// Font size in pixels if there is no video.
const FONT_SIZE: u8 = 18;

/// Appends the samples of captions to the output and returns their tracks, which are disabled by
/// default. `movie` holds the audio and video tracks.
pub(super) fn tracks<O>(
    captions: &[Captions],
    movie: &[Mp4Track],
    output: &mut SegmentWriter<O>,
) -> Result<Vec<Mp4Track>, Error>
where
    O: Read + Write + Seek,
{
    let movie_ms = MovieTiming::of(movie).duration_ms().min(MAX_DURATION_MS);
    let video = movie.iter().find(|track| track.handler == Handler::Video);
    let size = video.and_then(moov::size).unwrap_or_default();
    let mut tracks = Vec::new();
    for captions in captions.iter().take(MAX_TRACKS) {
        let (track, bytes) = track(captions, movie_ms, size, output.end())?;
        if track.samples > 0 {
            output.append(&mut [IoSlice::new(&bytes)])?;
            tracks.push(track.closed());
        }
    }
    Ok(tracks)
}

/// Returns a track and the bytes of its samples, which will be written at `position`.
fn track(
    captions: &Captions,
    movie_ms: u64,
    size: (u32, u32),
    position: u64,
) -> Result<(Mp4Track, Vec<u8>), Error> {
    let mut track = Mp4Track::new(Handler::Text, TIMESCALE);
    track.language = captions.language.clone();
    track.enabled = false;
    track.alternate_group = ALTERNATE_GROUP;
    track.display = display(size);
    let description = track.sample_entries.number(&sample_entry(size))?;
    let mut bytes = Vec::new();
    let mut end_ms = 0;
    for sample in captions.timeline(movie_ms) {
        let before = bytes.len() as u64;
        if before >= MAX_TRACK_BYTES {
            break;
        }
        put_sample(&mut bytes, &sample);
        end_ms = sample.end_ms;
        track.push(StoredSample {
            dts: sample.start_ms.cast_signed(),
            composition_offset: 0,
            sync: true,
            size: u32::try_from(bytes.len() as u64 - before).unwrap_or(u32::MAX),
            position: position.saturating_add(before),
            description,
            opens_chunk: false,
        })?;
    }
    track.end_at(end_ms.cast_signed());
    Ok((track, bytes))
}

/// Appends the length of the text in 16 bits, then the text (5.17). A pause has an empty text.
fn put_sample(out: &mut Vec<u8>, sample: &CaptionSample) {
    let end = sample.text.floor_char_boundary(MAX_TEXT_BYTES);
    let text = sample.text.get(..end).unwrap_or_default();
    put16(out, u16::try_from(text.len()).unwrap_or(0));
    out.extend_from_slice(text.as_bytes());
}

/// Returns the sample entry (5.16): white text, centred at the bottom of the picture.
fn sample_entry((width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A twentieth of the picture's height.
    let font_size = match u8::try_from(height / 20) {
        Ok(0) => FONT_SIZE,
        Ok(size) => size,
        Err(_) => u8::MAX,
    };
    boxed(&mut bytes, *b"tx3g", |out| {
        // Reserved, then the index of the data reference.
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        // Display flags: none.
        put32(out, 0);
        // Centred, at the bottom, on a transparent background.
        out.extend_from_slice(&[1, 0xff]);
        put32(out, 0);
        // Text box: top, left, bottom, right.
        put32(out, 0);
        for length in [height, width] {
            put16(out, u16::try_from(length).unwrap_or(0));
        }
        // Default style: font 1, regular, white.
        put32(out, 0);
        put16(out, 1);
        out.extend_from_slice(&[0, font_size]);
        put32(out, u32::MAX);
        boxed(out, *b"ftab", |out| {
            // One font: its number, the length of its name, its name.
            out.extend_from_slice(&[0, 1, 0, 1]);
            out.extend(u8::try_from(FONT.len()));
            out.extend_from_slice(FONT);
        });
    });
    bytes
}

/// Returns the largest number of index bytes that the captions need.
pub(super) fn max_index_bytes(captions: &[Captions]) -> u64 {
    let tracks = captions.iter().take(MAX_TRACKS).map(|captions| {
        let samples = captions.timeline(MAX_DURATION_MS).count() as u64;
        samples
            .saturating_mul(INDEX_BYTES_PER_SAMPLE)
            .saturating_add(INDEX_BYTES_PER_TRACK)
    });
    tracks.fold(0, u64::saturating_add)
}
