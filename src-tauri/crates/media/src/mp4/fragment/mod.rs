//! The sample tables of one segment, a few bytes for each sample.
//!
//! A recording of ten hours has about three million samples, which stay in memory until the index
//! is written. So each sample is encoded by its difference from the one before.

mod damage;
mod edge;
mod other_tracks;
mod read;
mod record;

pub(crate) use edge::{EdgeBytes, EdgeRecord};
pub(crate) use other_tracks::{main_number, other_number, separate_tracks};
pub(crate) use read::{IndexedSample, OutputBase, SegmentTables, TableEntry};
pub(crate) use record::{INSPECTED_SAMPLES, Recorder, SampleLocation};

use crate::TrackKind;

const CONFIG: u8 = 1;
const INIT: u8 = 2;
const CHUNK: u8 = 3;
const ROLL: u8 = 4;
const EDGE: u8 = 5;
const GROUPS: u8 = 6;
const ASSUMED_CONFIG: u8 = 7;
const LANGUAGE: u8 = 8;
const OTHER_TRACK: u8 = 9;
/// Marks a sample; the low bits tell whether it is a sync sample and which fields are omitted
/// because they are the same as those of the sample before.
const SAMPLE: u8 = 0x80;
const SYNC: u8 = 1;
const SAME_DELTA: u8 = 2;
const SAME_OFFSET: u8 = 4;

/// Returns the key of a track in the finished movie; video sorts first.
pub(crate) fn track_key(track_number: u8, kind: TrackKind) -> u8 {
    (track_code(kind) << 7) | (track_number & 0x7f)
}

/// Returns the kind of the track with this key.
pub(crate) fn track_of(key: u8) -> TrackKind {
    track_kind(key >> 7)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Sample, flv::Codec};

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
            let location = SampleLocation {
                position: *position,
                description: 0,
                duration: 0,
            };
            recorder.sample(sample, location);
        }
        let spans = recorder.spans(0, 1000).expect("in time");
        let bytes = SegmentTables::at(OutputBase::default(), &recorder.finish(&spans));
        let tables = SegmentTables::read(&bytes).expect("valid");
        assert_eq!(tables.spans.len(), 2);
        let read: Vec<_> = tables
            .entries
            .filter_map(|entry| match entry.expect("valid") {
                TableEntry::Sample(found) => Some(found),
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
    fn a_regular_track_takes_few_bytes_per_sample() {
        let mut recorder = Recorder::default();
        for number in 0..1000 {
            let location = SampleLocation {
                position: 900 * number,
                description: 0,
                duration: 1024,
            };
            let dts = 1024 * number.cast_signed();
            recorder.sample(&sample(TrackKind::Audio, dts, 0, &[0; 900]), location);
        }
        let spans = recorder.spans(0, 48_000).expect("in time");
        let bytes = recorder.finish(&spans);
        assert!(bytes.len() < 3100, "{} bytes", bytes.len());
    }
}
