//! The index: `moov` (ISO/IEC 14496-12 8.2 to 8.7).

use std::io::{self, Write};

use super::{
    boxes::{boxed, boxed_before, full_box, put_count, put_versioned, put16, put32, put64},
    tables::{self, Part},
    tags,
    track::{Times, Track},
};
use crate::{
    Error, Summary, Tags, TrackKind, TrackSummary,
    clock::{nanoseconds, ticks},
    digest::Whole,
    fmp4::boxes::name,
};

/// The index, ready to be written.
pub(crate) struct Movie<'t> {
    parts: Vec<Part<'t>>,
    /// Bytes that it takes in the file.
    pub(crate) size: u64,
    /// The film as the index tells it; the size of the file is not known here and 0.
    pub(crate) summary: Summary,
}

impl Movie<'_> {
    pub(crate) fn write(self, out: &mut impl Write) -> io::Result<()> {
        self.parts.into_iter().try_for_each(|part| part.write(out))
    }
}

/// When a track is shown, in ticks of the movie.
#[derive(Clone, Copy, Debug)]
struct Shown {
    /// Nothing is shown before.
    empty: u64,
    duration: u64,
    /// From where in the track, in its own ticks from its first decode time.
    media_time: u64,
    /// It is shown to an end that the source set, before that of its media.
    cut: bool,
}

/// Lays the index out over tracks that are closed.
pub(crate) fn movie<'t>(tracks: &'t [Track], tags: &Tags) -> Result<Movie<'t>, Error> {
    // The finest of the tracks: the distance between them survives the rounding of an edit.
    let timescale = tracks
        .iter()
        .map(|track| track.timescale)
        .max()
        .unwrap_or(1000);
    let starts: Vec<_> = tracks.iter().map(start).collect();
    let lead = tracks.iter().map(|track| track.lead).max().unwrap_or(0);
    let origin = starts.iter().min().copied().unwrap_or(0);
    let origin = origin.saturating_sub(lead);
    let shown: Vec<_> = tracks
        .iter()
        .zip(&starts)
        .map(|(track, start)| shown(track, start.saturating_sub(origin), timescale))
        .collect();
    let durations = shown
        .iter()
        .map(|shown| shown.empty.saturating_add(shown.duration));
    let duration = durations.max().unwrap_or(0);
    let mut parts = Vec::new();
    for (number, (track, shown)) in (1..).zip(tracks.iter().zip(&shown)) {
        track_parts(&mut parts, number, track, *shown);
    }
    let mut text = Vec::new();
    tags::write(&mut text, tags);
    parts.push(Part::plain(text));
    let behind = parts.iter().map(Part::size).sum();
    let mut head = Vec::new();
    boxed_before(&mut head, *b"moov", behind, |out| {
        movie_header(out, timescale, duration, tracks.len());
    });
    parts.insert(0, Part::plain(head));
    let size = parts.iter().map(Part::size).sum();
    if u32::try_from(size).is_err() {
        return Err(Error::Unsupported("an index over 4 GiB".into()));
    }
    let summary = Summary {
        duration_ms: milliseconds(duration, timescale),
        size_bytes: 0,
        tracks: tracks
            .iter()
            .zip(&shown)
            .map(|(track, shown)| summary(track, *shown, timescale))
            .collect(),
    };
    Ok(Movie {
        parts,
        size,
        summary,
    })
}

/// Where the first shown part of a track lies in composition time, in its ticks.
///
/// An edit of the source says where that is: behind the priming of an encoder. It is not before
/// the first decode time, from where an edit counts.
fn begin(track: &Track, times: Times) -> i64 {
    let moved = |time: i64| time.saturating_add(track.moved);
    let edited = track.edit.media_time.map_or(times.first_pts, moved);
    let first = times.first_pts.max(times.first_dts);
    edited.clamp(first, times.last_pts.max(first))
}

/// When a track starts to be shown, in nanoseconds on the film's clock.
fn start(track: &Track) -> i64 {
    let Some(times) = track.times else { return 0 };
    let edit = track.edit;
    let shift = edit.media_time.unwrap_or(0);
    let time = nanoseconds(begin(track, times).saturating_sub(shift), track.timescale);
    time.unwrap_or(0).saturating_add(edit.wait())
}

fn shown(track: &Track, wait: i64, timescale: u32) -> Shown {
    let Some(times) = track.times else {
        return Shown {
            empty: 0,
            duration: 0,
            media_time: 0,
            cut: false,
        };
    };
    let begin = begin(track, times);
    let tail = times.end.saturating_sub(times.last_dts);
    let end = times.last_pts.saturating_add(tail);
    let left = end.saturating_sub(begin).max(0).unsigned_abs();
    let length = nanoseconds(left.cast_signed(), track.timescale).unwrap_or(0);
    let longest = track.edit.longest();
    let count = |time: i64| ticks(time, timescale).max(0).unsigned_abs();
    Shown {
        empty: count(wait),
        duration: if longest < length {
            count(longest)
        } else {
            // Rounded once: readers come to the same number.
            rescaled(left, track.timescale, timescale)
        },
        media_time: begin.saturating_sub(times.first_dts).max(0).unsigned_abs(),
        cut: longest < length,
    }
}

/// Ticks of one timescale in the nearest ones of another.
fn rescaled(ticks: u64, from: u32, to: u32) -> u64 {
    let scaled = u128::from(ticks) * u128::from(to) + u128::from(from) / 2;
    u64::try_from(scaled / u128::from(from.max(1))).unwrap_or(u64::MAX)
}

fn version_of(values: &[u64]) -> u8 {
    u8::from(values.iter().any(|value| u32::try_from(*value).is_err()))
}

fn movie_header(out: &mut Vec<u8>, timescale: u32, duration: u64, tracks: usize) {
    let version = version_of(&[duration]);
    full_box(out, *b"mvhd", version, 0, |out| {
        // Made and changed: left out, so that the same pieces make the same file.
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, timescale);
        put_versioned(out, version, duration);
        // Normal speed and volume.
        put32(out, 0x1_0000);
        put16(out, 0x100);
        out.extend_from_slice(&[0; 10]);
        // The same upright matrix as in the header of a track.
        out.extend(super::track::display((0, 0)).into_iter().take(36));
        out.extend_from_slice(&[0; 24]);
        put_count(out, tracks + 1);
    });
}

/// Appends `trak`: its boxes down to the tables, then the tables, which are the end of it.
fn track_parts<'t>(parts: &mut Vec<Part<'t>>, number: u32, track: &'t Track, shown: Shown) {
    let tables = tables::parts(track);
    let behind = tables.iter().map(Part::size).sum();
    let mut head = Vec::new();
    boxed_before(&mut head, *b"trak", behind, |out| {
        track_header(out, number, track, shown);
        edits(out, shown);
        boxed_before(out, *b"mdia", behind, |out| {
            media_header(out, track);
            handler(out, track.kind);
            boxed_before(out, *b"minf", behind, |out| {
                media_information(out, track.kind);
                boxed_before(out, *b"stbl", behind, |_| {});
            });
        });
    });
    parts.push(Part::plain(head));
    parts.extend(tables);
}

fn track_header(out: &mut Vec<u8>, number: u32, track: &Track, shown: Shown) {
    let duration = shown.empty.saturating_add(shown.duration);
    let version = version_of(&[duration]);
    // Enabled, and part of the presentation.
    full_box(out, *b"tkhd", version, 3, |out| {
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, number);
        put32(out, 0);
        put_versioned(out, version, duration);
        out.extend_from_slice(&[0; 12]);
        put16(
            out,
            if track.kind == TrackKind::Audio {
                0x100
            } else {
                0
            },
        );
        put16(out, 0);
        out.extend_from_slice(&track.display);
    });
}

fn media_information(out: &mut Vec<u8>, kind: TrackKind) {
    match kind {
        TrackKind::Video => full_box(out, *b"vmhd", 0, 1, |out| put64(out, 0)),
        TrackKind::Audio => full_box(out, *b"smhd", 0, 0, |out| put32(out, 0)),
    }
    boxed(out, *b"dinf", |out| {
        full_box(out, *b"dref", 0, 0, |out| {
            put32(out, 1);
            // The media is in this file.
            full_box(out, *b"url ", 0, 1, |_| {});
        });
    });
}

/// `edts/elst` (8.6.6), where there is anything to say.
fn edits(out: &mut Vec<u8>, shown: Shown) {
    if shown.empty == 0 && shown.media_time == 0 && !shown.cut {
        return;
    }
    let wide = [
        shown.empty,
        shown.duration,
        shown.media_time.saturating_mul(2),
    ];
    let version = version_of(&wide);
    boxed(out, *b"edts", |out| {
        full_box(out, *b"elst", version, 0, |out| {
            put32(out, 1 + u32::from(shown.empty > 0));
            if shown.empty > 0 {
                put_versioned(out, version, shown.empty);
                // A media time of -1 shows nothing.
                out.extend(std::iter::repeat_n(0xff, if version == 0 { 4 } else { 8 }));
                put32(out, 0x1_0000);
            }
            put_versioned(out, version, shown.duration);
            put_versioned(out, version, shown.media_time);
            put32(out, 0x1_0000);
        });
    });
}

fn media_header(out: &mut Vec<u8>, track: &Track) {
    let length = |times: Times| times.end.saturating_sub(times.first_dts).max(0);
    let duration = track.times.map_or(0, length).unsigned_abs();
    let version = version_of(&[duration]);
    full_box(out, *b"mdhd", version, 0, |out| {
        put_versioned(out, version, 0);
        put_versioned(out, version, 0);
        put32(out, track.timescale);
        put_versioned(out, version, duration);
        put16(out, track.language);
        put16(out, 0);
    });
}

fn handler(out: &mut Vec<u8>, kind: TrackKind) {
    full_box(out, *b"hdlr", 0, 0, |out| {
        put32(out, 0);
        out.extend_from_slice(if kind == TrackKind::Video {
            b"vide"
        } else {
            b"soun"
        });
        out.extend_from_slice(&[0; 12]);
        let name: &[u8] = if kind == TrackKind::Video {
            b"Video\0"
        } else {
            b"Audio\0"
        };
        out.extend_from_slice(name);
    });
}

fn milliseconds(ticks: u64, timescale: u32) -> u64 {
    ticks.saturating_mul(1000) / u64::from(timescale)
}

fn summary(track: &Track, shown: Shown, timescale: u32) -> TrackSummary {
    let mut set_up = crc32fast::Hasher::new();
    track
        .entries
        .all
        .iter()
        .for_each(|entry| set_up.update(entry));
    let whole = Whole {
        movie_timescale: timescale,
        timescale: track.timescale,
        empty: shown.empty,
        end: shown.empty.saturating_add(shown.duration),
        media_time: shown.media_time,
        set_up: set_up.finalize(),
    };
    let entry = track
        .entries
        .all
        .first()
        .map(Vec::as_slice)
        .unwrap_or_default();
    let code = entry.get(4..).and_then(<[u8]>::first_chunk);
    let [.., w0, w1, _, _, h0, h1, _, _] = track.display;
    let size = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
    TrackSummary {
        kind: track.kind,
        codec: code.copied().map(name).unwrap_or_default(),
        samples: u64::from(track.samples),
        duration_ms: milliseconds(shown.duration, timescale),
        size: (track.kind == TrackKind::Video && size != (0, 0))
            .then(|| (u32::from(size.0), u32::from(size.1))),
        digest: track.digest.of_track(whole).value(),
    }
}

#[cfg(test)]
mod tests {
    use mp4_atom::{Atom as _, Moov, ReadAtom as _, ReadFrom as _};

    use super::*;
    use crate::mp4::track::Entry;

    fn track(dts: &[i64], position: u64) -> Track {
        let mut track = Track::new(TrackKind::Video, 90_000);
        track.entries.number(b"\0\0\0\x08test").expect("small");
        for dts in dts {
            track
                .push(Entry {
                    dts: *dts,
                    composition_offset: -10,
                    sync: false,
                    size: 7,
                    position,
                    description: 1,
                    opens_chunk: true,
                })
                .expect("within what an MP4 can tell");
        }
        track.end_at(dts.last().copied().unwrap_or(0) + 3000);
        track.closed()
    }

    fn decoded(tracks: &[Track]) -> Moov {
        let movie = movie(tracks, &Tags::default()).expect("small");
        let size = movie.size;
        let mut bytes = Vec::new();
        movie.write(&mut bytes).expect("in memory");
        assert_eq!(bytes.len() as u64, size);
        let mut bytes = bytes.as_slice();
        let header = mp4_atom::Header::read_from(&mut bytes).expect("a header");
        assert_eq!(header.kind, Moov::KIND);
        Moov::read_atom(&header, &mut bytes).expect("decodable")
    }

    #[test]
    fn a_film_of_a_day_is_told_in_64_bits() {
        let hour = 3600 * 90_000;
        let dts: Vec<_> = (0..=24).map(|number| number * hour).collect();
        let moov = decoded(&[track(&dts, 1 << 33)]);
        let [trak] = moov.trak.as_slice() else {
            panic!("one track")
        };
        let expected = 24 * hour.unsigned_abs() + 3000;
        assert_eq!(trak.mdia.mdhd.duration, expected);
        // All is shown 10 ticks earlier than it is decoded, but for what would be before the start.
        assert_eq!(trak.tkhd.duration, expected - 10);
        assert_eq!(moov.mvhd.duration, expected - 10);
        let co64 = trak
            .mdia
            .minf
            .stbl
            .co64
            .as_ref()
            .expect("positions of 64 bits");
        assert_eq!(co64.entries, [1 << 33; 25]);
    }

    #[test]
    fn lengths_are_rounded_once() {
        // By way of nanoseconds this would be three ticks short.
        assert_eq!(rescaled(8_668_346_882, 3, 3), 8_668_346_882);
        assert_eq!(rescaled(1 << 33, 3, 90_000), (1 << 33) * 30_000);
        assert_eq!(rescaled(2, 3, 1), 1);
    }

    #[test]
    fn a_track_without_keyframes_has_an_empty_table_of_them() {
        let moov = decoded(&[track(&[0, 3000], 100)]);
        let stbl = &moov.trak.first().expect("one track").mdia.minf.stbl;
        assert_eq!(stbl.stss.as_ref().map(|stss| stss.entries.len()), Some(0));
        assert_eq!(stbl.stco.as_ref().map(|stco| stco.entries.len()), Some(2));
    }

    #[test]
    fn times_that_fall_are_moved_and_shown_when_they_were() {
        let moov = decoded(&[track(&[0, 3000, 2000, 6000], 100)]);
        let stbl = &moov.trak.first().expect("one track").mdia.minf.stbl;
        let offsets = stbl.ctts.as_ref().expect("offsets");
        let offsets: Vec<_> = offsets
            .entries
            .iter()
            .map(|entry| entry.sample_offset)
            .collect();
        assert_eq!(offsets, [-10, -1011, -10]);
    }
}
