//! Builds fragments of every layout that ISO/IEC 14496-12 8.8 allows.

use crate::{
    TrackKind,
    boxes::write::{boxed, full_box, put_count, put32, put64},
    fmp4::{
        Init,
        init::{OtherTrack, SampleDefaults},
    },
};

/// The fields of a sample in `trun`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct TrunSample {
    pub(super) duration: u32,
    pub(super) size: u32,
    pub(super) flags: u32,
    pub(super) composition_offset: i32,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Trun {
    pub(super) version: u8,
    pub(super) flags: u32,
    pub(super) first_flags: u32,
    pub(super) samples: Vec<TrunSample>,
}

/// The base from which the data offsets of a fragment count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OffsetBase {
    /// The start of a file in which the segment has this position.
    Explicit(u64),
    /// The start of `moof`.
    Moof,
    /// The end of the previous fragment's data.
    Implied,
}

#[derive(Clone, Debug)]
pub(super) struct Traf {
    pub(super) track_id: u32,
    pub(super) base: OffsetBase,
    /// Flags and values of the defaults in `tfhd`.
    pub(super) defaults: [Option<u32>; 4],
    /// Version and time.
    pub(super) tfdt: Option<(u8, u64)>,
    pub(super) runs: Vec<Trun>,
    /// Boxes after the runs.
    pub(super) more: Vec<u8>,
}

impl Traf {
    pub(super) fn of(track_id: u32, runs: Vec<Trun>) -> Self {
        Self {
            track_id,
            base: OffsetBase::Moof,
            defaults: [None; 4],
            tfdt: Some((0, 0)),
            runs,
            more: Vec::new(),
        }
    }

    fn data(&self) -> usize {
        let samples = self.runs.iter().flat_map(|run| &run.samples);
        samples.map(|sample| sample.size as usize).sum()
    }
}

/// Builds a `moof` at position `start` of the segment; its data starts `header` bytes after it.
pub(super) fn moof(start: usize, header: usize, trafs: &[Traf]) -> Vec<u8> {
    let length = moof_with_data_at(start, 0, trafs).len();
    moof_with_data_at(start, start + length + header, trafs)
}

fn moof_with_data_at(start: usize, mut data: usize, trafs: &[Traf]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut implied = start;
    boxed(&mut out, *b"moof", |out| {
        full_box(out, *b"mfhd", 0, 0, |out| put32(out, 1));
        for traf in trafs {
            let base = match traf.base {
                OffsetBase::Implied => implied,
                _ => start,
            };
            boxed(out, *b"traf", |out| {
                tfhd(out, traf, start);
                if let Some((version, time)) = traf.tfdt {
                    full_box(out, *b"tfdt", version, 0, |out| match version {
                        0 => put32(out, u32::try_from(time).expect("32 bits")),
                        _ => put64(out, time),
                    });
                }
                let mut position = data;
                for run in &traf.runs {
                    trun(out, run, position.wrapping_sub(base));
                    position += run.samples.iter().map(|s| s.size as usize).sum::<usize>();
                }
                out.extend_from_slice(&traf.more);
            });
            data += traf.data();
            implied = data;
        }
    });
    out
}

fn tfhd(out: &mut Vec<u8>, traf: &Traf, start: usize) {
    let mut flags = match traf.base {
        OffsetBase::Explicit(_) => 1,
        OffsetBase::Moof => 0x2_0000,
        OffsetBase::Implied => 0,
    };
    for (flag, value) in [0x2, 0x8, 0x10, 0x20].into_iter().zip(traf.defaults) {
        flags |= value.map_or(0, |_| flag);
    }
    full_box(out, *b"tfhd", 0, flags, |out| {
        put32(out, traf.track_id);
        if let OffsetBase::Explicit(before) = traf.base {
            put64(out, before + start as u64);
        }
        for value in traf.defaults.into_iter().flatten() {
            put32(out, value);
        }
    });
}

fn trun(out: &mut Vec<u8>, run: &Trun, offset: usize) {
    full_box(out, *b"trun", run.version, run.flags, |out| {
        put_count(out, run.samples.len());
        if run.flags & 0x1 != 0 {
            let offset = i32::try_from(offset.cast_signed()).unwrap_or(0);
            put32(out, offset.cast_unsigned());
        }
        if run.flags & 0x4 != 0 {
            put32(out, run.first_flags);
        }
        for sample in &run.samples {
            for (flag, value) in [
                (0x100, sample.duration),
                (0x200, sample.size),
                (0x400, sample.flags),
                (0x800, sample.composition_offset.cast_unsigned()),
            ] {
                if run.flags & flag != 0 {
                    put32(out, value);
                }
            }
        }
    });
}

/// Builds an `mdat` whose bytes count upwards.
pub(super) fn mdat(length: usize) -> Vec<u8> {
    let mut out = Vec::new();
    boxed(&mut out, *b"mdat", |out| {
        out.extend((0..length).map(|at| (at % 251).to_le_bytes()[0]));
    });
    out
}

/// Builds a segment of `moof` and `mdat`.
pub(super) fn media_segment(trafs: &[Traf]) -> Vec<u8> {
    let mut segment = moof(0, 8, trafs);
    segment.extend(mdat(trafs.iter().map(Traf::data).sum()));
    segment
}

/// Builds the init segment of a track with others beside it.
pub(super) fn init(track_id: u32, others: &[u32]) -> Init {
    let defaults = SampleDefaults {
        description: 1,
        duration: 1000,
        size: 10,
        flags: 0x1_0000,
    };
    Init {
        kind: TrackKind::Video,
        track_id,
        timescale: 90_000,
        language: 0,
        defaults,
        edit: crate::fmp4::SourceEdit::default(),
        display: [0; 44],
        sample_entries: vec![b"\0\0\0\x08test".to_vec()],
        groups: crate::fmp4::groups::MovieGroups::default(),
        has_sync_flags: true,
        names: crate::fmp4::TrackNames::default(),
        track_count: u8::try_from(1 + others.len()).expect("few"),
        other_tracks: others
            .iter()
            .map(|track_id| OtherTrack {
                track_id: *track_id,
                timescale: 90_000,
                defaults: SampleDefaults {
                    size: 7,
                    ..defaults
                },
            })
            .collect(),
    }
}
