//! Finds samples whose bytes can't be what their codec says, for example where a disk or a line put
//! zeros.

use crate::{
    Fact, FactKind, Sample, TrackKind, boxes::read::children, codec::avc, cursor::Cursor,
    fact::FactList,
};

/// Bytes of a sample entry of video before its boxes (ISO/IEC 14496-12 12.1.3).
const VIDEO_ENTRY_BYTES: usize = 86;
/// A sample of so many zeros is none: each codec starts with other bits within these.
const MIN_ZEROS: usize = 16;
/// Most runs of damaged samples of a segment; later ones are added to the last.
const MAX_RUNS: usize = 1000;

/// What the bytes of a sample can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum SampleCoding {
    /// NAL units with lengths of so many bytes before them (ISO/IEC 14496-15 5.3.3.1, 8.3.3.1).
    NalUnits(u8),
    /// Frames that are never zeros alone.
    Frames,
    /// Anything: silence of uncompressed audio is zeros.
    Any,
}

impl SampleCoding {
    /// Returns what the samples of a sample entry are.
    pub(super) fn of(entry: &[u8]) -> Self {
        let kind = entry.get(4..8).and_then(<[u8]>::as_array::<4>);
        let record = match kind {
            Some(b"avc1" | b"avc3") => nal_length_size(entry, *b"avcC", 4),
            Some(b"hvc1" | b"hev1") => nal_length_size(entry, *b"hvcC", 21),
            Some(b"mp4a" | b"Opus" | b"ac-3" | b"ec-3" | b"fLaC" | b"av01" | b"vp09") => {
                return Self::Frames;
            }
            _ => None,
        };
        record.map_or(Self::Any, Self::NalUnits)
    }

    /// Returns what the samples of an `avcC` are.
    pub(super) fn of_avc_config(config: &[u8]) -> Self {
        config
            .get(4)
            .map_or(Self::Any, |byte| Self::NalUnits((byte & 3) + 1))
    }

    /// Returns whether a sample can be one.
    pub(super) fn fits(self, data: &[u8]) -> bool {
        match self {
            Self::NalUnits(size) => avc::is_sample(data, size),
            Self::Frames => data.len() < MIN_ZEROS || data.iter().any(|byte| *byte != 0),
            Self::Any => true,
        }
    }
}

/// Reads the size of the NAL unit lengths at a position of a configuration record.
fn nal_length_size(entry: &[u8], record: [u8; 4], position: usize) -> Option<u8> {
    let boxes = Cursor::new("MP4", entry.get(VIDEO_ENTRY_BYTES..)?);
    let record = children(&boxes).find(record).ok()??;
    record.rest().get(position).map(|sizes| (sizes & 3) + 1)
}

/// Damaged samples of a track that follow each other.
#[derive(Clone, Copy, Debug)]
struct DamagedRun {
    kind: TrackKind,
    /// Number of the first of them in its track, and how many there are.
    first: usize,
    samples: usize,
    /// Decode times in ticks: of the first, and of the sample behind the last or, at the end of the
    /// segment, of the last.
    start: i64,
    end: i64,
}

/// The damaged samples of a segment.
#[derive(Debug, Default)]
pub(super) struct Damage {
    runs: Vec<DamagedRun>,
}

impl Damage {
    /// Adds a sample with its number in its track; to be called for each in order.
    pub(super) fn add(&mut self, sample: &Sample<'_>, number: usize, fits: bool) {
        let is_full = self.runs.len() >= MAX_RUNS;
        let mut runs = self.runs.iter_mut().rev();
        let last = runs.find(|run| run.kind == sample.kind);
        match last {
            Some(run) if number == run.first.saturating_add(run.samples) => {
                run.end = sample.dts;
                run.samples += usize::from(!fits);
            }
            Some(run) if is_full && !fits => run.samples += 1,
            _ if is_full || fits => {}
            _ => self.runs.push(DamagedRun {
                kind: sample.kind,
                first: number,
                samples: 1,
                start: sample.dts,
                end: sample.dts,
            }),
        }
    }

    /// Returns one fact for each run; the segment starts at `earliest`, in ticks of `timescale`.
    pub(super) fn facts(&self, earliest: i64, timescale: u32) -> Vec<Fact> {
        let ms = |ticks: i64| {
            let ticks = u128::from(ticks.max(0).unsigned_abs());
            u64::try_from(ticks * 1000 / u128::from(timescale.max(1))).unwrap_or(u64::MAX)
        };
        let mut facts = FactList::default();
        for run in &self.runs {
            facts.add(Fact {
                kind: FactKind::Damaged,
                track: Some(run.kind),
                samples: run.samples as u64,
                at_ms: ms(run.start.saturating_sub(earliest)),
                duration_ms: ms(run.end.saturating_sub(run.start)),
            });
        }
        facts.into_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(kind: TrackKind, dts: i64, data: &[u8]) -> Sample<'_> {
        Sample {
            kind,
            dts,
            composition_offset: 0,
            sync: true,
            data,
        }
    }

    #[test]
    fn zeros_and_units_that_do_not_fill_a_sample_do_not_fit() {
        let video = SampleCoding::of_avc_config(&[1, 66, 0, 30, 0xff]);
        assert_eq!(video, SampleCoding::NalUnits(4));
        assert!(video.fits(&[0, 0, 0, 2, 0x65, 1, 0, 0, 0, 1, 6]));
        assert!(!video.fits(&[0, 0, 0, 3, 0x65, 1]));
        assert!(!video.fits(&[0; 40]));
        let audio = SampleCoding::of(b"\0\0\0\x24mp4a");
        assert!(audio.fits(&[0; 6]) && audio.fits(&[0x21; 40]));
        assert!(!audio.fits(&[0; 40]));
        let uncompressed = SampleCoding::of(b"\0\0\0\x24sowt");
        assert!(uncompressed.fits(&[0; 40]), "silence");
    }

    #[test]
    fn damaged_samples_that_follow_each_other_are_one_fact_of_their_track() {
        let mut damage = Damage::default();
        for number in 0_usize..100 {
            let dts = 1000 + 40 * i64::try_from(number).expect("small");
            for kind in [TrackKind::Video, TrackKind::Audio] {
                let range = if kind == TrackKind::Video {
                    10..20
                } else {
                    50..51
                };
                damage.add(&sample(kind, dts, &[]), number, !range.contains(&number));
            }
        }
        let facts = damage.facts(1000, 1000);
        let fact = |track, samples, at_ms| Fact {
            kind: FactKind::Damaged,
            track: Some(track),
            samples,
            at_ms,
            duration_ms: samples * 40,
        };
        let expected = [
            fact(TrackKind::Video, 10, 400),
            fact(TrackKind::Audio, 1, 2000),
        ];
        assert_eq!(facts, expected);
    }

    #[test]
    fn beyond_a_thousand_runs_the_samples_are_still_counted() {
        let mut damage = Damage::default();
        for number in 0_usize..6000 {
            let dts = 10_000 * i64::try_from(number).expect("small");
            damage.add(&sample(TrackKind::Video, dts, &[]), number, number % 2 == 0);
        }
        let facts = damage.facts(0, 1000);
        assert!(facts.len() <= MAX_RUNS);
        assert_eq!(facts.iter().map(|fact| fact.samples).sum::<u64>(), 3000);
    }
}
