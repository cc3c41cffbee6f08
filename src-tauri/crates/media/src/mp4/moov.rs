//! Builds the index of the movie: `moov` (ISO/IEC 14496-12 8.2 to 8.7).

use std::io::{self, Write};

use super::{
    index_part::IndexPart,
    track::{Mp4Track, TrackTimes},
    trak::{self, EditList},
};
use crate::{
    CaptionsSummary, Error, Summary, Tags, TrackKind, TrackSummary,
    boxes::{
        read::name,
        write::{boxed_before, full_box, put_count, put_versioned, put16, put32, version_of},
    },
    clock::{nanoseconds, ticks},
    digest::{TrackLabel, TrackRecord},
    handler::Handler,
    tags,
};

/// The index, ready to be written.
pub(crate) struct MovieBox<'t> {
    parts: Vec<IndexPart<'t>>,
    /// Size in bytes.
    pub(crate) size: u64,
    /// What the index contains; `size_bytes` is not known here and 0.
    pub(crate) summary: Summary,
}

impl MovieBox<'_> {
    pub(crate) fn write(self, out: &mut impl Write) -> io::Result<()> {
        self.parts.into_iter().try_for_each(|part| part.write(out))
    }
}

/// The timescale of the movie, and the edit list of each of its tracks.
#[derive(Debug)]
pub(crate) struct MovieTiming {
    timescale: u32,
    edit_lists: Vec<EditList>,
    /// End of the longest track.
    duration: u64,
}

impl MovieTiming {
    pub(crate) fn of(tracks: &[Mp4Track]) -> Self {
        // Captions have no timing of their own: their times count from the start of the movie.
        let media = || tracks.iter().filter(|track| track.handler != Handler::Text);
        // Use the finest timescale, so that rounding an edit does not shift the tracks.
        let timescale = media().map(|track| track.timescale).max().unwrap_or(1000);
        let origin = origin(tracks);
        let edit_lists: Vec<_> = tracks
            .iter()
            .map(|track| {
                let delay = match (track.handler, track.cut) {
                    (Handler::Text, _) => 0,
                    (Handler::Video | Handler::Audio, Some(cut)) => cut.delay,
                    (Handler::Video | Handler::Audio, None) => {
                        presentation_start(track).saturating_sub(origin)
                    }
                };
                edit_list(track, delay, timescale)
            })
            .collect();
        let ends = edit_lists
            .iter()
            .map(|edits| edits.empty.saturating_add(edits.duration));
        Self {
            timescale,
            duration: ends.max().unwrap_or(0),
            edit_lists,
        }
    }

    /// Duration of the movie.
    pub(crate) fn duration_ms(&self) -> u64 {
        milliseconds(self.duration, self.timescale)
    }
}

/// Builds the index of tracks that are [`closed`](Mp4Track::closed).
pub(crate) fn movie<'t>(tracks: &'t [Mp4Track], tags: &Tags) -> Result<MovieBox<'t>, Error> {
    if !tracks.iter().all(Mp4Track::is_in_range) {
        return Err(Error::Unsupported("a movie of more than 146 years".into()));
    }
    let timing = MovieTiming::of(tracks);
    let mut parts = Vec::new();
    for (number, (track, edits)) in (1..).zip(tracks.iter().zip(&timing.edit_lists)) {
        trak::parts(&mut parts, number, track, *edits);
    }
    let mut udta = Vec::new();
    tags::mp4::write(&mut udta, tags);
    parts.push(IndexPart::plain(udta));
    let behind = parts.iter().map(IndexPart::size).sum();
    let mut head = Vec::new();
    boxed_before(&mut head, *b"moov", behind, |out| {
        movie_header(out, &timing, tags.created.unwrap_or(0));
    });
    parts.insert(0, IndexPart::plain(head));
    let size = parts.iter().map(IndexPart::size).sum();
    if u32::try_from(size).is_err() {
        return Err(Error::Unsupported("an index over 4 GiB".into()));
    }
    Ok(MovieBox {
        parts,
        size,
        summary: summary(tracks, &timing),
    })
}

/// Returns when the movie starts, in nanoseconds on the movie's clock.
pub(super) fn origin(tracks: &[Mp4Track]) -> i64 {
    let media = || tracks.iter().filter(|track| track.handler != Handler::Text);
    let start_offset = media().map(|track| track.start_offset).max().unwrap_or(0);
    let first = media().map(presentation_start).min().unwrap_or(0);
    first.saturating_sub(start_offset)
}

/// Returns the composition time at which presentation of a track starts, in its ticks.
///
/// An edit list of the source tells it, to skip encoder priming. It is at least the first decode
/// time, which is 0 in the edit list that we write.
pub(super) fn media_start(track: &Mp4Track, times: TrackTimes) -> i64 {
    let shifted = |time: i64| time.saturating_add(track.timeline_shift);
    let edited = track.edit.media_time.map_or(times.first_pts, shifted);
    let first = times.first_pts.max(times.first_dts);
    edited.clamp(first, times.last_pts.max(first))
}

/// Returns when presentation of a track starts, in nanoseconds on the movie's clock.
fn presentation_start(track: &Mp4Track) -> i64 {
    let Some(times) = track.times else { return 0 };
    let edit = track.edit;
    let shift = edit.media_time.unwrap_or(0);
    let time = nanoseconds(
        media_start(track, times).saturating_sub(shift),
        track.timescale,
    );
    time.unwrap_or(0).saturating_add(edit.initial_delay())
}

fn edit_list(track: &Mp4Track, delay: i64, timescale: u32) -> EditList {
    let Some(times) = track.times else {
        return EditList {
            empty: 0,
            duration: 0,
            media_time: 0,
            ends_early: false,
        };
    };
    let begin = track
        .cut
        .map_or_else(|| media_start(track, times), |cut| cut.begin);
    let left = times
        .presentation_end()
        .saturating_sub(begin)
        .max(0)
        .unsigned_abs();
    let length = nanoseconds(left.cast_signed(), track.timescale).unwrap_or(0);
    let presentation_end = track.cut.map(|cut| cut.end).or(track.presentation_end);
    let max_length = match presentation_end {
        Some(end) => nanoseconds(end.saturating_sub(begin), track.timescale).unwrap_or(i64::MAX),
        None => track.edit.max_duration(),
    };
    let movie_ticks = |time: i64| ticks(time, timescale).max(0).unsigned_abs();
    EditList {
        empty: movie_ticks(delay),
        duration: if max_length < length {
            movie_ticks(max_length)
        } else {
            // Convert directly, not by way of nanoseconds: players compute the same number.
            rescaled(left, track.timescale, timescale)
        },
        media_time: begin.saturating_sub(times.first_dts).max(0).unsigned_abs(),
        ends_early: max_length < length,
    }
}

/// Converts ticks between timescales, rounded to the nearest.
fn rescaled(ticks: u64, from: u32, to: u32) -> u64 {
    let scaled = u128::from(ticks) * u128::from(to) + u128::from(from) / 2;
    u64::try_from(scaled / u128::from(from.max(1))).unwrap_or(u64::MAX)
}

/// Appends `mvhd`; `created` is 0 if it is not known, so that the same segments make the same file.
fn movie_header(out: &mut Vec<u8>, timing: &MovieTiming, created: u64) {
    let version = version_of(&[timing.duration, created]);
    full_box(out, *b"mvhd", version, 0, |out| {
        // Creation and modification time.
        put_versioned(out, version, created);
        put_versioned(out, version, created);
        put32(out, timing.timescale);
        put_versioned(out, version, timing.duration);
        // Rate and volume: normal.
        put32(out, 0x1_0000);
        put16(out, 0x100);
        out.extend_from_slice(&[0; 10]);
        // The unity matrix, as in `tkhd`.
        out.extend(super::track::display((0, 0)).into_iter().take(36));
        out.extend_from_slice(&[0; 24]);
        put_count(out, timing.edit_lists.len() + 1);
    });
}

fn milliseconds(ticks: u64, timescale: u32) -> u64 {
    ticks.saturating_mul(1000) / u64::from(timescale)
}

fn summary(tracks: &[Mp4Track], timing: &MovieTiming) -> Summary {
    let mut summary = Summary {
        duration_ms: timing.duration_ms(),
        ..Summary::default()
    };
    for (track, edits) in tracks.iter().zip(&timing.edit_lists) {
        let digest = digest(track, *edits, timing.timescale);
        let samples = u64::from(track.samples);
        match track.handler.kind() {
            Some(kind) => summary.tracks.push(TrackSummary {
                kind,
                codec: codec(track),
                samples,
                duration_ms: milliseconds(edits.duration, timing.timescale),
                size: size(track).filter(|_| kind == TrackKind::Video),
                digest,
            }),
            None => summary.captions.push(CaptionsSummary {
                language: track.language.letters(),
                samples,
                digest,
            }),
        }
    }
    summary
}

/// Returns the four-character code of the first sample entry.
fn codec(track: &Mp4Track) -> String {
    let entry = track.sample_entries.all.first().map(Vec::as_slice);
    let code = entry
        .unwrap_or_default()
        .get(4..)
        .and_then(<[u8]>::first_chunk);
    code.copied().map(name).unwrap_or_default()
}

/// Returns the presented width and height.
pub(crate) fn size(track: &Mp4Track) -> Option<(u32, u32)> {
    let [.., w0, w1, _, _, h0, h1, _, _] = track.display;
    let size = (u16::from_be_bytes([w0, w1]), u16::from_be_bytes([h0, h1]));
    (size != (0, 0)).then(|| (u32::from(size.0), u32::from(size.1)))
}

fn digest(track: &Mp4Track, edits: EditList, timescale: u32) -> u64 {
    let mut crc = crc32fast::Hasher::new();
    let entries = track.sample_entries.all.iter();
    entries.for_each(|entry| crc.update(entry));
    let tag = track.language.tag.as_deref();
    let record = TrackRecord {
        movie_timescale: timescale,
        timescale: track.timescale,
        empty: edits.empty,
        end: edits.empty.saturating_add(edits.duration),
        media_time: edits.media_time,
        sample_entries_crc: crc.finalize(),
        label: TrackLabel {
            language: track.language.code,
            tag: tag.map_or(0, |tag| crc32fast::hash(tag.as_bytes())),
            enabled: track.enabled,
            group: track.alternate_group,
        },
    };
    track.digest.with_track(record).value()
}

#[cfg(test)]
mod tests {
    use mp4_atom::{Atom as _, Moov, ReadAtom as _, ReadFrom as _};

    use super::*;
    use crate::mp4::track::StoredSample;

    fn track(dts: &[i64], position: u64) -> Mp4Track {
        let mut track = Mp4Track::new(TrackKind::Video, 90_000);
        track
            .sample_entries
            .number(b"\0\0\0\x08test")
            .expect("small");
        for dts in dts {
            track
                .push(StoredSample {
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

    fn decoded(tracks: &[Mp4Track]) -> Moov {
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
    fn a_movie_of_a_day_uses_64_bit_fields() {
        let hour = 3600 * 90_000;
        let dts: Vec<_> = (0..=24).map(|number| number * hour).collect();
        let moov = decoded(&[track(&dts, 1 << 33)]);
        let [trak] = moov.trak.as_slice() else {
            panic!("one track")
        };
        let expected = 24 * hour.unsigned_abs() + 3000;
        assert_eq!(trak.mdia.mdhd.duration, expected);
        // Each sample is presented 10 ticks before it is decoded; the first 10 ticks are cut off.
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
        // Converted by way of nanoseconds this would be three ticks short.
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
    fn falling_decode_times_are_raised_and_presentation_times_kept() {
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
