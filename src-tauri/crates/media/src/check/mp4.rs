//! Verifies an MP4: its box structure, and that the index agrees with itself and with the file.

use std::io::{Read, Seek};

use super::{
    header::{TrackHeader, movie_header},
    media_ranges::MediaRanges,
    reader::{BoxReader, LocatedBox, malformed},
    track::{CheckedTrack, Timescale, TrackOutline},
};
use crate::{
    CaptionsSummary, Error, Summary, TrackSummary, boxes::FourCc, handler::Handler, language,
};

const MOVIE: [&FourCc; 7] = [
    b"mvhd", b"trak", b"udta", b"iods", b"meta", b"free", b"uuid",
];
/// Largest number of tracks.
const MAX_TRACKS: usize = 64;

/// Verifies a file of `length` bytes.
pub(super) fn check<R: Read + Seek>(file: R, length: u64) -> Result<Summary, Error> {
    let mut reader = BoxReader::new(file, length);
    let top = reader.children(0..length)?;
    if top.all.first().is_none_or(|first| first.kind != *b"ftyp") {
        return Err(malformed(0, "no ftyp at the start"));
    }
    let media = top.of(*b"mdat").map(|found| found.body.clone()).collect();
    movie(
        &mut reader,
        top.required(*b"moov")?,
        MediaRanges::new(media),
    )
}

fn movie<R: Read + Seek>(
    reader: &mut BoxReader<R>,
    moov: &LocatedBox,
    mut media: MediaRanges,
) -> Result<Summary, Error> {
    let start = moov.body.start;
    let boxes = reader.known(moov, &MOVIE)?;
    let (header, next_track) = movie_header(reader, boxes.required(*b"mvhd")?)?;
    if boxes.of(*b"trak").count() > MAX_TRACKS {
        return Err(malformed(start, "too many tracks"));
    }
    let mut headers: Vec<TrackHeader> = Vec::new();
    let mut tracks: Vec<CheckedTrack> = Vec::new();
    for trak in boxes.of(*b"trak") {
        let outline = TrackOutline::read(reader, trak)?;
        let TrackHeader { id, enabled, .. } = outline.header;
        let same = headers.iter().any(|other| other.id == id);
        if same || id == 0 || id >= next_track {
            let problem = format!("a track with the number {id}");
            return Err(malformed(trak.body.start, problem));
        }
        headers.push(outline.header);
        let Some(handler) = outline.handler else {
            continue;
        };
        // Captions are off by default.
        let is_first = tracks.iter().all(|other| other.handler != handler);
        if is_first && !enabled && handler != Handler::Text {
            return Err(malformed(trak.body.start, "a track that is switched off"));
        }
        tracks.push(CheckedTrack::read(reader, &outline, handler, &mut media)?);
    }
    let is_empty =
        |track: &CheckedTrack| track.handler == Handler::Text || track.totals.samples == 0;
    if tracks.iter().all(is_empty) {
        return Err(Error::Empty);
    }
    for udta in boxes.of(*b"udta") {
        check_tags(reader, udta)?;
    }
    let clock = Timescale::new(header.timescale);
    let longest = headers.iter().map(|header| header.duration).max();
    let longest = longest.unwrap_or(0);
    if !clock.agree(longest, header.duration, 0) {
        return Err(malformed(
            start,
            format!(
                "mvhd tells {} ticks, the longest track {longest}",
                header.duration
            ),
        ));
    }
    let mut summary = Summary {
        duration_ms: clock.milliseconds(header.duration),
        size_bytes: reader.length,
        ..Summary::default()
    };
    for track in &tracks {
        add_to_summary(&mut summary, track, clock)?;
    }
    Ok(summary)
}

/// Adds a track to the summary.
fn add_to_summary(
    summary: &mut Summary,
    track: &CheckedTrack,
    clock: Timescale,
) -> Result<(), Error> {
    let duration = track.shown_duration(clock)?;
    let samples = u64::from(track.totals.samples);
    let digest = track.digest(clock);
    match track.handler.kind() {
        Some(kind) => summary.tracks.push(TrackSummary {
            kind,
            codec: track.codec.clone(),
            samples,
            duration_ms: clock.milliseconds(duration),
            size: track.size,
            digest,
        }),
        None => summary.captions.push(CaptionsSummary {
            language: language::unpack(track.label.language),
            samples,
            digest,
        }),
    }
    Ok(())
}

/// Verifies the box structure of the tags, but not their values.
fn check_tags<R: Read + Seek>(reader: &mut BoxReader<R>, udta: &LocatedBox) -> Result<(), Error> {
    for meta in reader.children(udta.body.clone())?.of(*b"meta") {
        let Some(inside) = meta.body.start.checked_add(4) else {
            continue;
        };
        if inside > meta.body.end {
            return Err(malformed(meta.body.start, "meta without its flags"));
        }
        let meta = reader.children(inside..meta.body.end)?;
        for list in meta.of(*b"ilst") {
            for item in reader.children(list.body.clone())?.all {
                reader.children(item.body)?.required(*b"data")?;
            }
        }
    }
    Ok(())
}
