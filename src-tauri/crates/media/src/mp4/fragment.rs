//! The tables of one piece, a few bytes for each sample.
//!
//! A ten-hour recording has some three million samples, all of which stay in memory until the
//! index is written; so they are kept as differences and repetitions.

use crate::{
    Error, Sample, TrackKind,
    clock::Span,
    cursor::{Cursor, put_counted, put_signed, put_varint},
    flv::Codec,
    fmp4::Init,
};

const FORMAT: &str = "journal";
const CONFIG: u8 = 1;
const INIT: u8 = 2;
const CHUNK: u8 = 3;
/// Marks a sample; the low bits say what it shares with the one before.
const SAMPLE: u8 = 0x80;
const SYNC: u8 = 1;
const SAME_DELTA: u8 = 2;
const SAME_OFFSET: u8 = 4;

/// Collects the tables of one piece.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    entries: Vec<u8>,
    tracks: [Track; 2],
    chunk: Option<(TrackKind, u32)>,
    next_position: u64,
    samples: u64,
}

/// What is known of a track so far.
#[derive(Clone, Copy, Debug, Default)]
struct Track {
    samples: u64,
    first: i64,
    last: i64,
    delta: i64,
    composition_offset: i32,
    /// Length of the last sample, where the container tells it.
    tail: u32,
}

/// Where the data of a sample lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    /// Place of its first byte in the media of the piece.
    pub(crate) position: u64,
    /// Which sample entry of its set-up it needs, counted from 0.
    pub(crate) description: u32,
    /// Length, where the container tells it, else 0.
    pub(crate) duration: u32,
}

impl Recorder {
    pub(crate) fn samples(&self) -> u64 {
        self.samples
    }

    pub(crate) fn config(&mut self, kind: TrackKind, codec: Codec, data: &[u8]) {
        self.entries.push(CONFIG);
        self.entries.push(track_code(kind));
        self.entries.push(match codec {
            Codec::Avc => 0,
            Codec::Aac => 1,
            Codec::Mp3 | Codec::Other(_) => 2,
        });
        put_counted(&mut self.entries, data);
    }

    pub(crate) fn init(&mut self, init: &Init) {
        let mut bytes = Vec::new();
        init.write(&mut bytes);
        self.entries.push(INIT);
        put_counted(&mut self.entries, &bytes);
    }

    pub(crate) fn sample(&mut self, sample: &Sample<'_>, place: Place) {
        if self.chunk != Some((sample.kind, place.description))
            || self.next_position != place.position
        {
            self.entries.push(CHUNK);
            self.entries.push(track_code(sample.kind));
            put_varint(&mut self.entries, u64::from(place.description));
            put_signed(
                &mut self.entries,
                place
                    .position
                    .wrapping_sub(self.next_position)
                    .cast_signed(),
            );
            self.chunk = Some((sample.kind, place.description));
        }
        let track = self.tracks.get_mut(usize::from(track_code(sample.kind)));
        let Some(track) = track else { return };
        if track.samples == 0 {
            track.first = sample.dts;
        }
        let delta = sample.dts.wrapping_sub(track.last);
        let mut mark = SAMPLE;
        if sample.sync {
            mark |= SYNC;
        }
        if delta == track.delta {
            mark |= SAME_DELTA;
        }
        if sample.composition_offset == track.composition_offset {
            mark |= SAME_OFFSET;
        }
        self.entries.push(mark);
        put_varint(&mut self.entries, sample.data.len() as u64);
        if mark & SAME_DELTA == 0 {
            put_signed(&mut self.entries, delta);
        }
        if mark & SAME_OFFSET == 0 {
            put_signed(&mut self.entries, i64::from(sample.composition_offset));
        }
        track.samples += 1;
        track.last = sample.dts;
        track.delta = delta;
        track.composition_offset = sample.composition_offset;
        track.tail = place.duration;
        self.samples += 1;
        self.next_position = place.position.wrapping_add(sample.data.len() as u64);
    }

    /// The body of the tables: the stretches of time of the tracks, then the entries.
    ///
    /// `timescale` is that of the samples' times; `plan_track` tells the pieces of one
    /// presentation apart.
    pub(crate) fn finish(self, plan_track: u8, timescale: u32) -> Result<Vec<u8>, Error> {
        let mut tables = Vec::with_capacity(self.entries.len() + 64);
        let spans = self.tracks.iter().filter(|track| track.samples > 0).count();
        put_varint(&mut tables, spans as u64);
        for (kind, track) in [TrackKind::Video, TrackKind::Audio]
            .into_iter()
            .zip(self.tracks)
        {
            if track.samples == 0 {
                continue;
            }
            let key = track_key(plan_track, kind);
            let ends = [track.first, track.last];
            let samples = usize::try_from(track.samples).unwrap_or(usize::MAX);
            Span::new(key, ends, samples, track.tail, timescale)?.write(&mut tables);
        }
        tables.extend_from_slice(&self.entries);
        Ok(tables)
    }
}

/// The key of a track in the finished film; pictures come first.
pub(crate) fn track_key(plan_track: u8, kind: TrackKind) -> u8 {
    (track_code(kind) << 7) | (plan_track & 0x7f)
}

fn track_code(kind: TrackKind) -> u8 {
    u8::from(kind == TrackKind::Audio)
}

fn track_kind(code: u8) -> TrackKind {
    if code == 0 {
        TrackKind::Video
    } else {
        TrackKind::Audio
    }
}

/// Reads the tables of a piece back.
#[derive(Clone, Debug)]
pub(crate) struct Tables<'a> {
    pub(crate) spans: Vec<Span>,
    pub(crate) entries: Entries<'a>,
}

/// One thing a piece holds.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// The samples of this track that follow are coded so.
    Config {
        kind: TrackKind,
        codec: Codec,
        data: &'a [u8],
    },
    /// The same, as a fragmented MP4 says it.
    Init(Init),
    Sample(Indexed),
}

/// What the index needs of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Indexed {
    pub(crate) kind: TrackKind,
    pub(crate) dts: i64,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    pub(crate) size: u32,
    pub(crate) position: u64,
    pub(crate) description: u32,
    /// It does not lie behind the one before of its track.
    pub(crate) opens_chunk: bool,
}

impl<'a> Tables<'a> {
    /// The tables of a piece whose media starts at this place of the output.
    pub(crate) fn at(position: u64, body: &[u8]) -> Vec<u8> {
        let mut tables = Vec::with_capacity(body.len() + 10);
        put_varint(&mut tables, position);
        tables.extend_from_slice(body);
        tables.shrink_to_fit();
        tables
    }

    pub(crate) fn read(tables: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(FORMAT, tables);
        let position = cursor.varint()?;
        let mut spans = Vec::new();
        for _ in 0..cursor.varint()?.min(2) {
            spans.push(Span::read(&mut cursor)?);
        }
        let entries = Entries {
            cursor,
            tracks: [Track::default(); 2],
            kind: TrackKind::Video,
            description: 0,
            next_position: position,
            opens_chunk: true,
        };
        Ok(Self { spans, entries })
    }
}

/// The entries of a piece, in the order of its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Entries<'a> {
    cursor: Cursor<'a>,
    tracks: [Track; 2],
    kind: TrackKind,
    description: u32,
    next_position: u64,
    opens_chunk: bool,
}

impl<'a> Entries<'a> {
    fn entry(&mut self) -> Result<Entry<'a>, Error> {
        loop {
            match self.cursor.u8()? {
                CONFIG => {
                    let kind = track_kind(self.cursor.u8()?);
                    let codec = match self.cursor.u8()? {
                        0 => Codec::Avc,
                        1 => Codec::Aac,
                        _ => Codec::Mp3,
                    };
                    return Ok(Entry::Config {
                        kind,
                        codec,
                        data: self.cursor.counted()?,
                    });
                }
                INIT => {
                    let bytes = self.cursor.counted()?;
                    return Init::read(&mut Cursor::new(FORMAT, bytes)).map(Entry::Init);
                }
                CHUNK => {
                    self.kind = track_kind(self.cursor.u8()?);
                    self.description = u32::try_from(self.cursor.varint()?).unwrap_or(u32::MAX);
                    let distance = self.cursor.signed()?.cast_unsigned();
                    self.next_position = self.next_position.wrapping_add(distance);
                    self.opens_chunk = true;
                }
                mark if mark & SAMPLE != 0 => return self.sample(mark).map(Entry::Sample),
                _ => return Err(self.cursor.fail("an unknown entry")),
            }
        }
    }

    fn sample(&mut self, mark: u8) -> Result<Indexed, Error> {
        let cursor = &mut self.cursor;
        let size = cursor.varint()?;
        let size = u32::try_from(size).map_err(|_| cursor.fail("a sample over 4 GiB"))?;
        let [video, audio] = &mut self.tracks;
        let track = if self.kind == TrackKind::Video {
            video
        } else {
            audio
        };
        if mark & SAME_DELTA == 0 {
            track.delta = cursor.signed()?;
        }
        if mark & SAME_OFFSET == 0 {
            let offset = cursor.signed()?;
            track.composition_offset =
                i32::try_from(offset).map_err(|_| cursor.fail("a composition offset"))?;
        }
        track.last = track.last.wrapping_add(track.delta);
        let sample = Indexed {
            kind: self.kind,
            dts: track.last,
            composition_offset: track.composition_offset,
            sync: mark & SYNC != 0,
            size,
            position: self.next_position,
            description: self.description,
            opens_chunk: self.opens_chunk,
        };
        self.opens_chunk = false;
        self.next_position = self.next_position.wrapping_add(u64::from(size));
        Ok(sample)
    }
}

impl<'a> Iterator for Entries<'a> {
    type Item = Result<Entry<'a>, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.cursor.is_empty() {
            return None;
        }
        let entry = self.entry();
        if entry.is_err() {
            self.cursor = Cursor::new(FORMAT, &[]);
        }
        Some(entry)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: TrackKind, dts: i64, composition_offset: i32, data: &[u8]) -> Sample<'_> {
        Sample {
            kind,
            dts,
            composition_offset,
            sync: dts % 80 == 0,
            data,
        }
    }

    #[test]
    fn samples_come_back_as_they_were_recorded() {
        let mut recorder = Recorder::default();
        let samples = [
            (sample(TrackKind::Video, 80, 80, b"abc"), 1000),
            (sample(TrackKind::Video, 120, -40, b"de"), 1003),
            (sample(TrackKind::Audio, 85, 0, b"f"), 1005),
            (sample(TrackKind::Video, 160, -40, b""), 1006),
            (sample(TrackKind::Video, 200, 0, b"g"), 900),
        ];
        recorder.config(TrackKind::Video, Codec::Avc, b"set-up");
        for (sample, position) in &samples {
            let place = Place {
                position: *position,
                description: 0,
                duration: 0,
            };
            recorder.sample(sample, place);
        }
        let bytes = Tables::at(0, &recorder.finish(0, 1000).expect("in time"));
        let tables = Tables::read(&bytes).expect("whole");
        assert_eq!(tables.spans.len(), 2);
        let read: Vec<_> = tables
            .entries
            .filter_map(|entry| match entry.expect("whole") {
                Entry::Sample(found) => Some(found),
                _ => None,
            })
            .collect();
        assert_eq!(read.len(), samples.len());
        for (found, (sample, position)) in read.iter().zip(&samples) {
            assert_eq!(
                (
                    found.kind,
                    found.dts,
                    found.composition_offset,
                    found.sync,
                    found.position
                ),
                (
                    sample.kind,
                    sample.dts,
                    sample.composition_offset,
                    sample.sync,
                    *position
                )
            );
            assert_eq!(found.size as usize, sample.data.len());
        }
        let chunks: Vec<_> = read.iter().map(|found| found.opens_chunk).collect();
        assert_eq!(chunks, [true, false, true, true, true]);
    }

    #[test]
    fn a_regular_track_takes_few_bytes_a_sample() {
        let mut recorder = Recorder::default();
        for number in 0..1000 {
            let place = Place {
                position: 900 * number,
                description: 0,
                duration: 1024,
            };
            let dts = 1024 * number.cast_signed();
            recorder.sample(&sample(TrackKind::Audio, dts, 0, &[0; 900]), place);
        }
        let bytes = recorder.finish(0, 48_000).expect("in time");
        assert!(bytes.len() < 3100, "{} bytes", bytes.len());
    }
}
