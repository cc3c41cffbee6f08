//! Captions as tracks of timed text, `tx3g` (3GPP TS 26.245 5).
//!
//! They are small and known whole, so their samples are appended when the movie is finished; an
//! attempt that ends there is cut back to what its journal vouches for, as ever.

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

/// More languages than a person looks through.
const MAX_TRACKS: usize = 32;
/// Captions count in milliseconds.
const TIMESCALE: u32 = 1000;
/// The longest that a movie can be between two changes of its words, and so its captions.
const MAX_DURATION_MS: u64 = i32::MAX as u64;
/// Bytes of text that are shown at once; a page of words.
const MAX_TEXT_BYTES: usize = 4096;
/// Bytes of text in a track, as many as may come.
const MAX_TRACK_BYTES: u64 = 8 << 20;
/// Index bytes of a sample: its size and, where no other lasts as long, its duration.
const INDEX_BYTES_PER_SAMPLE: u64 = 12;
/// Index bytes of a track around its tables.
const INDEX_BYTES_PER_TRACK: u64 = 1024;
/// All captions are in one group: at most one of them is shown.
const ALTERNATE_GROUP: u16 = 2;
/// A font of which every player has one (3GPP TS 26.245 5.16).
const FONT: &[u8] = b"Sans-Serif";
/// Height of the letters where there is no picture to measure by, in pixels.
const FONT_SIZE: u8 = 18;

/// Appends the samples of captions to the output and answers with their tracks, none of them
/// shown without being chosen. `movie` are the tracks of picture and sound.
pub(super) fn tracks<O>(
    captions: &[Captions],
    movie: &[Mp4Track],
    output: &mut SegmentWriter<O>,
) -> Result<Vec<Mp4Track>, Error>
where
    O: Read + Write + Seek,
{
    let movie_ms = MovieTiming::of(movie).duration_ms().min(MAX_DURATION_MS);
    let pictures = movie.iter().find(|track| track.handler == Handler::Video);
    let size = pictures.and_then(moov::size).unwrap_or_default();
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

/// A track and the bytes of its samples, which will lie at `position`.
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
    for shown in captions.timeline(movie_ms) {
        let before = bytes.len() as u64;
        if before >= MAX_TRACK_BYTES {
            break;
        }
        put_sample(&mut bytes, &shown);
        end_ms = shown.end_ms;
        track.push(StoredSample {
            dts: shown.start_ms.cast_signed(),
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

/// The length of the text in 16 bits, then the text (5.17); a pause has none.
fn put_sample(out: &mut Vec<u8>, shown: &CaptionSample) {
    let end = shown.text.floor_char_boundary(MAX_TEXT_BYTES);
    let text = shown.text.get(..end).unwrap_or_default();
    // Within 16 bits, as the longest is.
    put16(out, u16::try_from(text.len()).unwrap_or(0));
    out.extend_from_slice(text.as_bytes());
}

/// The sample entry (5.16): white letters, centred at the bottom of the picture.
fn sample_entry((width, height): (u32, u32)) -> Vec<u8> {
    let mut bytes = Vec::new();
    // A twentieth of the picture.
    let letters = match u8::try_from(height / 20) {
        Ok(0) => FONT_SIZE,
        Ok(letters) => letters,
        Err(_) => u8::MAX,
    };
    boxed(&mut bytes, *b"tx3g", |out| {
        // Reserved, then the number of the data reference.
        out.extend_from_slice(&[0, 0, 0, 0, 0, 0, 0, 1]);
        // No scrolling and the like.
        put32(out, 0);
        // Centred, at the bottom, on nothing.
        out.extend_from_slice(&[1, 0xff]);
        put32(out, 0);
        // The place of the text: top, left, bottom, right.
        put32(out, 0);
        for length in [height, width] {
            put16(out, u16::try_from(length).unwrap_or(0));
        }
        // The style of no character in particular: font 1, upright, white.
        put32(out, 0);
        put16(out, 1);
        out.extend_from_slice(&[0, letters]);
        put32(out, u32::MAX);
        boxed(out, *b"ftab", |out| {
            // One font, its number, its name behind its length.
            out.extend_from_slice(&[0, 1, 0, 1]);
            out.extend(u8::try_from(FONT.len()));
            out.extend_from_slice(FONT);
        });
    });
    bytes
}

/// Bytes of the index that captions take at most.
pub(super) fn max_index_bytes(captions: &[Captions]) -> u64 {
    let tracks = captions.iter().take(MAX_TRACKS).map(|captions| {
        let samples = captions.timeline(MAX_DURATION_MS).count() as u64;
        samples
            .saturating_mul(INDEX_BYTES_PER_SAMPLE)
            .saturating_add(INDEX_BYTES_PER_TRACK)
    });
    tracks.fold(0, u64::saturating_add)
}
