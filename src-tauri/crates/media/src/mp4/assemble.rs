//! From the tables of all pieces, in any order, to the index of each track.

use std::collections::BTreeMap;

use super::{
    entry::{SoundClock, describe},
    fragment::{Entry as Found, Indexed, Tables, track_key},
    grid::Grid,
    track::{Entry, Track, display},
};
use crate::{
    Error, Part, Source, TableFragment, TrackKind,
    clock::{Clock, Segment, nanoseconds, ticks},
    flv::Codec,
    fmp4::Init,
};

/// Sixteen ticks a millisecond: keeps the times of an FLV exact without guessing a frame rate.
const FLV_FINER: u32 = 16;

/// Makes the index of every track; pictures come first.
pub(crate) fn assemble(
    source: Source,
    mut fragments: Vec<TableFragment>,
) -> Result<Vec<Track>, Error> {
    fragments.sort_by_key(|fragment| (fragment.part, fragment.track));
    fragments.dedup_by_key(|fragment| (fragment.part, fragment.track));
    let mut assembly = Assembly::new(source);
    for pieces in fragments.chunk_by_mut(|one, next| one.part == next.part) {
        assembly.segment(pieces)?;
    }
    let tracks = assembly.tracks.into_values();
    Ok(tracks.filter(|track| track.times.is_some()).collect())
}

struct Assembly {
    source: Source,
    /// Ticks a second of the times of samples that are described by set-ups among them.
    times: u32,
    /// A multiple of `times`.
    video_timescale: u32,
    clock: Clock,
    inits: BTreeMap<u8, Init>,
    tracks: BTreeMap<u8, Track>,
    /// What samples of a track are coded with at this point, where set-ups lie among them.
    coded: BTreeMap<u8, Coded>,
}

/// The set-up in force for such a track.
#[derive(Clone, Copy)]
struct Coded {
    description: u32,
    sound: Option<(SoundClock, Option<Grid>)>,
}

impl Assembly {
    fn new(source: Source) -> Self {
        let times = source.counter().map_or(1000, |counter| counter.timescale);
        Self {
            source,
            times,
            video_timescale: match source {
                Source::Flv => times * FLV_FINER,
                Source::Ts | Source::Fmp4 => times,
            },
            clock: Clock::new(source.counter()),
            inits: BTreeMap::new(),
            tracks: BTreeMap::new(),
            coded: BTreeMap::new(),
        }
    }

    /// The pieces of one part, of all tracks: they are moved by the same time.
    fn segment(&mut self, pieces: &mut [TableFragment]) -> Result<(), Error> {
        // Taken out, so that they make room for the index that they become.
        let bytes: Vec<_> = pieces
            .iter_mut()
            .map(|piece| std::mem::take(&mut piece.tables))
            .collect();
        let mut spans = Vec::new();
        let mut tables = Vec::new();
        for (piece, bytes) in pieces.iter().zip(&bytes) {
            let read = Tables::read(bytes)?;
            spans.extend_from_slice(&read.spans);
            tables.push((piece.track, read));
        }
        let start_ms = pieces.iter().map(|piece| piece.start_ms).min().unwrap_or(0);
        let part = pieces.first().map_or(Part::Init, |piece| piece.part);
        let offset = self.clock.place(&Segment {
            part,
            start_ms,
            spans: &spans,
        });
        for (plan_track, read) in tables {
            match self.source {
                Source::Flv | Source::Ts => self.coded_piece(plan_track, read, offset)?,
                Source::Fmp4 => self.fmp4_piece(plan_track, part, read, offset)?,
            }
        }
        Ok(())
    }

    /// A piece whose samples are described by set-ups among them.
    fn coded_piece(&mut self, plan: u8, tables: Tables<'_>, offset: i64) -> Result<(), Error> {
        let offset_ticks = ticks(offset, self.times);
        for track in self.tracks.values_mut() {
            track.begin_piece();
        }
        for entry in tables.entries {
            match entry? {
                Found::Config { kind, codec, data } => self.configure(plan, kind, codec, data)?,
                Found::Init(_) | Found::Edge(_) => {}
                Found::Sample(sample) => self.coded_sample(plan, &sample, offset_ticks)?,
            }
        }
        for span in tables.spans {
            let (Some(track), Some(coded)) =
                (self.tracks.get_mut(&span.key), self.coded.get(&span.key))
            else {
                continue;
            };
            let mut end = ticks(span.end.saturating_add(offset), track.timescale);
            if let (Some((clock, _)), Some(times)) = (coded.sound, track.times) {
                let frame = u64::from(clock.frame) * u64::from(track.timescale)
                    / u64::from(clock.rate.max(1));
                end = times.last_dts.saturating_add_unsigned(frame);
            }
            track.end_at(end);
        }
        Ok(())
    }

    fn configure(
        &mut self,
        plan: u8,
        kind: TrackKind,
        codec: Codec,
        data: &[u8],
    ) -> Result<(), Error> {
        let made = describe(codec, data)?;
        let key = track_key(plan, kind);
        let video_timescale = self.video_timescale;
        let track = self.tracks.entry(key).or_insert_with(|| {
            let timescale = made.clock.map_or(video_timescale, |clock| clock.rate);
            let mut track = Track::new(kind, timescale);
            if let Some(size) = made.size {
                track.display = display(size);
            }
            track
        });
        let description = track.description(&made.bytes);
        let grid = self
            .coded
            .get(&key)
            .and_then(|coded| coded.sound)
            .and_then(|(_, grid)| grid);
        let sound = made.clock.map(|clock| (clock, grid));
        self.coded.insert(key, Coded { description, sound });
        Ok(())
    }

    fn coded_sample(&mut self, plan: u8, sample: &Indexed, offset: i64) -> Result<(), Error> {
        let key = track_key(plan, sample.kind);
        // What comes before the first set-up of the film cannot be decoded.
        let (Some(track), Some(coded)) = (self.tracks.get_mut(&key), self.coded.get_mut(&key))
        else {
            return Ok(());
        };
        let time = sample.dts.saturating_add(offset);
        if track.repeats(time, sample.size) {
            return Ok(());
        }
        let finer = i64::from(self.video_timescale / self.times);
        let dts = match &mut coded.sound {
            Some((clock, grid)) => grid
                .get_or_insert_with(|| Grid::new(track.timescale, self.times, time))
                .place(time, *clock),
            None => time.saturating_mul(finer),
        };
        track.push(Entry {
            dts,
            composition_offset: i64::from(sample.composition_offset) * finer,
            sync: sample.sync,
            size: sample.size,
            position: sample.position,
            description: coded.description,
            opens_chunk: sample.opens_chunk,
        })
    }

    fn fmp4_piece(
        &mut self,
        plan: u8,
        part: Part,
        tables: Tables<'_>,
        offset: i64,
    ) -> Result<(), Error> {
        let mut own = None;
        let mut begun = false;
        for entry in tables.entries {
            match entry? {
                Found::Init(init) if part == Part::Init => {
                    self.inits.insert(plan, init);
                }
                Found::Init(init) => own = Some(init),
                Found::Config { .. } | Found::Edge(_) => {}
                Found::Sample(sample) => {
                    let init = own
                        .as_ref()
                        .or_else(|| self.inits.get(&plan))
                        .ok_or(Error::InitMissing(plan))?;
                    let key = track_key(plan, init.kind);
                    let track = self.tracks.entry(key).or_insert_with(|| new_track(init));
                    if !begun {
                        track.begin_piece();
                        begun = true;
                    }
                    fmp4_sample(track, init, &sample, offset)?;
                }
            }
        }
        for span in tables.spans {
            if let Some(track) = self.tracks.get_mut(&span.key) {
                track.end_at(ticks(span.end.saturating_add(offset), track.timescale));
            }
        }
        Ok(())
    }
}

fn new_track(init: &Init) -> Track {
    let mut track = Track::new(init.kind, init.timescale);
    track.language = init.language;
    track.display = init.display;
    track.edit = init.edit;
    track
}

fn fmp4_sample(track: &mut Track, init: &Init, sample: &Indexed, offset: i64) -> Result<(), Error> {
    let timescale = track.timescale;
    let scale = |count: i64| {
        if init.timescale == timescale {
            return count;
        }
        nanoseconds(count, init.timescale).map_or(count, |time| ticks(time, timescale))
    };
    let dts = scale(sample.dts).saturating_add(ticks(offset, track.timescale));
    if track.repeats(dts, sample.size) {
        return Ok(());
    }
    let entry = usize::try_from(sample.description)
        .ok()
        .and_then(|index| init.entries.get(index))
        .ok_or_else(|| Error::Malformed {
            format: "MP4",
            problem: format!("sample entry {} is not there", sample.description),
            offset: 0,
        })?;
    let description = track.description(entry);
    track.push(Entry {
        dts,
        composition_offset: scale(i64::from(sample.composition_offset)),
        sync: sample.sync,
        size: sample.size,
        position: sample.position,
        description,
        opens_chunk: sample.opens_chunk,
    })
}
