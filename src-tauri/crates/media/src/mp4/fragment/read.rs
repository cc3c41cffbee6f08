//! Decodes the sample tables of a segment.

use super::{
    ASSUMED_CONFIG, CHUNK, CONFIG, EDGE, EdgeRecord, GROUPS, INIT, LANGUAGE, OTHER_TRACK, ROLL,
    SAME_DELTA, SAME_OFFSET, SAMPLE, SYNC, track_kind,
};
use crate::{
    Error, TrackKind,
    clock::Span,
    cursor::{Cursor, put_varint},
    flv::Codec,
    fmp4::{Init, SampleGroups},
};

const FORMAT: &str = "journal";

/// The previous sample of a track, from which the next is decoded.
#[derive(Clone, Copy, Debug, Default)]
struct PreviousSample {
    last_dts: i64,
    delta: i64,
    composition_offset: i32,
    groups: SampleGroups,
}

/// The decoded tables of a segment.
#[derive(Clone, Debug)]
pub(crate) struct SegmentTables<'a> {
    pub(crate) base: OutputBase,
    pub(crate) spans: Vec<Span>,
    pub(crate) entries: TableEntries<'a>,
}

/// Positions in the output that the tables of a segment depend on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OutputBase {
    /// Where the header of `mdat` starts; 0 if it is not written yet. Each segment records it, so
    /// that the loss of any one does no harm.
    pub(crate) mdat: u64,
    /// Where the media of the segment starts.
    pub(crate) position: u64,
}

/// One entry of the tables.
#[derive(Debug)]
pub(crate) enum TableEntry<'a> {
    /// Codec configuration of the samples of this track that follow.
    Config {
        kind: TrackKind,
        codec: Codec,
        data: &'a [u8],
    },
    /// AAC configuration of a movie that states none anywhere.
    AssumedConfig(&'a [u8]),
    /// The init segment of a fragmented MP4.
    Init(Box<Init>),
    /// Bytes at the edges of the segment that belong to split frames; before all other entries.
    Edge(EdgeRecord),
    /// The language of a track: a packed code (ISO/IEC 14496-12 8.4.2.3).
    Language {
        kind: TrackKind,
        code: u16,
    },
    /// The tables of a further audio track of the segment, which has this number from 1.
    OtherTrack {
        number: u8,
        tables: &'a [u8],
    },
    Sample(IndexedSample),
}

/// A sample as the index needs it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct IndexedSample {
    pub(crate) kind: TrackKind,
    pub(crate) dts: i64,
    pub(crate) composition_offset: i32,
    pub(crate) sync: bool,
    pub(crate) size: u32,
    pub(crate) position: u64,
    pub(crate) description: u32,
    /// Does not directly follow the previous sample of its track in the file.
    pub(crate) opens_chunk: bool,
    pub(crate) groups: SampleGroups,
}

impl<'a> SegmentTables<'a> {
    /// Encodes the tables of a segment written at `base`.
    pub(crate) fn at(base: OutputBase, body: &[u8]) -> Vec<u8> {
        let mut tables = Vec::with_capacity(body.len() + 20);
        put_varint(&mut tables, base.mdat);
        put_varint(&mut tables, base.position);
        tables.extend_from_slice(body);
        tables.shrink_to_fit();
        tables
    }

    pub(crate) fn read(tables: &'a [u8]) -> Result<Self, Error> {
        let mut cursor = Cursor::new(FORMAT, tables);
        let base = OutputBase {
            mdat: cursor.varint()?,
            position: cursor.varint()?,
        };
        let mut spans = Vec::new();
        for _ in 0..cursor.varint()?.min(2) {
            spans.push(Span::read(&mut cursor)?);
        }
        let entries = TableEntries {
            cursor,
            tracks: [PreviousSample::default(); 2],
            kind: TrackKind::Video,
            description: 0,
            next_position: base.position,
            opens_chunk: true,
        };
        Ok(Self {
            base,
            spans,
            entries,
        })
    }
}

/// Decodes the entries of a segment, in the order of its bytes.
#[derive(Clone, Debug)]
pub(crate) struct TableEntries<'a> {
    cursor: Cursor<'a>,
    tracks: [PreviousSample; 2],
    kind: TrackKind,
    description: u32,
    next_position: u64,
    opens_chunk: bool,
}

impl<'a> TableEntries<'a> {
    fn entry(&mut self) -> Result<TableEntry<'a>, Error> {
        loop {
            match self.cursor.u8()? {
                CONFIG => {
                    let kind = track_kind(self.cursor.u8()?);
                    let codec = match self.cursor.u8()? {
                        0 => Codec::Avc,
                        1 => Codec::Aac,
                        _ => Codec::Mp3,
                    };
                    return Ok(TableEntry::Config {
                        kind,
                        codec,
                        data: self.cursor.length_prefixed()?,
                    });
                }
                INIT => {
                    let bytes = self.cursor.length_prefixed()?;
                    let init = Init::read(&mut Cursor::new(FORMAT, bytes))?;
                    return Ok(TableEntry::Init(Box::new(init)));
                }
                ASSUMED_CONFIG => {
                    return Ok(TableEntry::AssumedConfig(self.cursor.length_prefixed()?));
                }
                EDGE => return EdgeRecord::read(&mut self.cursor).map(TableEntry::Edge),
                LANGUAGE => {
                    let kind = track_kind(self.cursor.u8()?);
                    let code = self.cursor.u16()?;
                    return Ok(TableEntry::Language { kind, code });
                }
                OTHER_TRACK => {
                    return Ok(TableEntry::OtherTrack {
                        number: self.cursor.u8()?,
                        tables: self.cursor.length_prefixed()?,
                    });
                }
                CHUNK => {
                    self.kind = track_kind(self.cursor.u8()?);
                    self.description = u32::try_from(self.cursor.varint()?).unwrap_or(u32::MAX);
                    let distance = self.cursor.signed()?.cast_unsigned();
                    self.next_position = self.next_position.wrapping_add(distance);
                    self.opens_chunk = true;
                }
                ROLL => self.roll()?,
                GROUPS => self.groups()?,
                mark if mark & SAMPLE != 0 => return self.sample(mark).map(TableEntry::Sample),
                _ => return Err(self.cursor.malformed("an unknown entry")),
            }
        }
    }

    fn roll(&mut self) -> Result<(), Error> {
        let cursor = &mut self.cursor;
        let kind = track_kind(cursor.u8()?);
        let is_some = cursor.u8()? != 0;
        let distance = cursor.signed()?;
        let distance = i16::try_from(distance).map_err(|_| cursor.malformed("a roll distance"))?;
        let [roll, ..] = &mut track_mut(&mut self.tracks, kind).groups.0;
        *roll = is_some.then_some(distance.cast_unsigned());
        Ok(())
    }

    fn groups(&mut self) -> Result<(), Error> {
        let cursor = &mut self.cursor;
        let kind = track_kind(cursor.u8()?);
        let present = cursor.u8()?;
        let mut groups = SampleGroups::default();
        for (number, slot) in groups.0.iter_mut().enumerate() {
            if present & (1 << number) != 0 {
                *slot = Some(cursor.u16()?);
            }
        }
        track_mut(&mut self.tracks, kind).groups = groups;
        Ok(())
    }

    fn sample(&mut self, mark: u8) -> Result<IndexedSample, Error> {
        let cursor = &mut self.cursor;
        let size = cursor.varint()?;
        let size = u32::try_from(size).map_err(|_| cursor.malformed("a sample over 4 GiB"))?;
        let track = track_mut(&mut self.tracks, self.kind);
        if mark & SAME_DELTA == 0 {
            track.delta = cursor.signed()?;
        }
        if mark & SAME_OFFSET == 0 {
            let offset = cursor.signed()?;
            track.composition_offset =
                i32::try_from(offset).map_err(|_| cursor.malformed("a composition offset"))?;
        }
        track.last_dts = track.last_dts.wrapping_add(track.delta);
        let sample = IndexedSample {
            kind: self.kind,
            dts: track.last_dts,
            composition_offset: track.composition_offset,
            sync: mark & SYNC != 0,
            size,
            position: self.next_position,
            description: self.description,
            opens_chunk: self.opens_chunk,
            groups: track.groups,
        };
        self.opens_chunk = false;
        self.next_position = self.next_position.wrapping_add(u64::from(size));
        Ok(sample)
    }
}

fn track_mut(tracks: &mut [PreviousSample; 2], kind: TrackKind) -> &mut PreviousSample {
    let [video, audio] = tracks;
    match kind {
        TrackKind::Video => video,
        TrackKind::Audio => audio,
    }
}

impl<'a> Iterator for TableEntries<'a> {
    type Item = Result<TableEntry<'a>, Error>;

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
