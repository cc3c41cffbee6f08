//! Tests of the demuxer with fragments of every layout, built by [`build`].

mod build;

use build::{OffsetBase, Traf, Trun, TrunSample, init, mdat, media_segment, moof};

use super::{Init, demux};
use crate::Error;

/// A sample with its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
struct DemuxedSample {
    dts: i64,
    duration: u32,
    composition_offset: i32,
    sync: bool,
    data: Vec<u8>,
}

/// Demuxes a segment; verifies that each sample is at its offset in the output.
fn read(segment: &[u8], init: &Init) -> Result<Vec<DemuxedSample>, Error> {
    let media = demux(segment, init)?;
    let output: Vec<u8> = media.data.slices(segment).flatten().copied().collect();
    let mut read = Vec::new();
    for run in media.runs {
        for timed in run {
            let timed = timed?;
            let sample = timed.sample;
            let offset = media
                .data
                .output_offset(timed.position, sample.data.len())?;
            let offset = usize::try_from(offset).expect("small");
            assert_eq!(&output[offset..offset + sample.data.len()], sample.data);
            read.push(DemuxedSample {
                dts: sample.dts,
                duration: timed.duration,
                composition_offset: sample.composition_offset,
                sync: sample.sync,
                data: sample.data.to_vec(),
            });
        }
    }
    Ok(read)
}

fn samples(count: u32) -> Vec<TrunSample> {
    let sample = |number: u32| TrunSample {
        duration: 100 + number,
        size: 20 + number,
        flags: if number.is_multiple_of(2) {
            0x1_0000
        } else {
            0
        },
        composition_offset: 50 - 40 * number.cast_signed(),
    };
    (0..count).map(sample).collect()
}

/// A run with all fields for each sample.
fn full(samples: Vec<TrunSample>) -> Trun {
    Trun {
        version: 1,
        flags: 0xf01,
        first_flags: 0,
        samples,
    }
}

#[test]
fn every_combination_of_run_flags_is_read() {
    for bits in 0..64_u32 {
        let flag = |bit: u32, flag: u32| if bits & (1 << bit) != 0 { flag } else { 0 };
        let flags = flag(0, 0x1)
            | flag(1, 0x4)
            | flag(2, 0x100)
            | flag(3, 0x200)
            | flag(4, 0x400)
            | flag(5, 0x800);
        let mut samples = samples(4);
        for (number, sample) in samples.iter_mut().enumerate() {
            if flags & 0x100 == 0 {
                sample.duration = 1000;
            }
            if flags & 0x200 == 0 {
                sample.size = 10;
            }
            if flags & 0x400 == 0 {
                sample.flags = if number == 0 && flags & 0x4 != 0 {
                    0
                } else {
                    0x1_0000
                };
            }
            if flags & 0x800 == 0 {
                sample.composition_offset = 0;
            }
        }
        let run = Trun {
            version: u8::from(bits % 3 == 0),
            flags,
            first_flags: 0,
            samples: samples.clone(),
        };
        let mut traf = Traf::of(1, vec![run]);
        if flags & 0x1 == 0 {
            // A run without an offset starts at the base of its fragment.
            traf.base = OffsetBase::Explicit(0);
            let data = moof(0, 8, std::slice::from_ref(&traf)).len() + 8;
            traf.base = OffsetBase::Explicit(data as u64);
        }
        let segment = media_segment(&[traf]);
        let found = read(&segment, &init(1, &[])).expect("valid");
        let (mut dts, mut at) = (0, 0);
        assert_eq!(found.len(), samples.len(), "{flags:x}");
        for (found, sample) in found.iter().zip(&samples) {
            let bytes = (at..at + sample.size).map(|at| (at % 251).to_le_bytes()[0]);
            let expected = DemuxedSample {
                dts,
                duration: sample.duration,
                composition_offset: sample.composition_offset,
                sync: sample.flags == 0,
                data: bytes.collect(),
            };
            assert_eq!(found, &expected, "{flags:x}");
            dts += i64::from(sample.duration);
            at += sample.size;
        }
    }
}

#[test]
fn the_defaults_of_a_fragment_override_those_of_the_movie() {
    let run = Trun {
        flags: 0x1,
        samples: vec![
            TrunSample {
                size: 9,
                ..TrunSample::default()
            };
            3
        ],
        ..Trun::default()
    };
    for explicit in 0..16_u32 {
        let of = |bit: u32, value: u32| (explicit & (1 << bit) != 0).then_some(value);
        let mut traf = Traf::of(1, vec![run.clone()]);
        traf.defaults = [of(0, 2), of(1, 77), of(2, 9), of(3, 0)];
        let segment = media_segment(&[traf]);
        let mut init = init(1, &[]);
        init.defaults.size = if explicit & 4 == 0 { 9 } else { 1000 };
        let found = demux(&segment, &init).expect("valid");
        let mut run = found.runs[0].clone();
        assert_eq!(run.description, explicit & 1, "{explicit}");
        let sample = run.next().expect("one").expect("valid");
        assert_eq!(sample.duration, if explicit & 2 == 0 { 1000 } else { 77 });
        assert_eq!(sample.sample.data.len(), 9);
        assert_eq!(sample.sample.sync, explicit & 8 != 0);
    }
}

/// Two tracks in one fragment with two runs each, one track's data after the other's.
fn two_tracks(bases: [OffsetBase; 2]) -> [Traf; 2] {
    let mut trafs = [1, 2].map(|id| {
        let runs = vec![full(samples(3)), full(samples(id + 1))];
        Traf::of(id, runs)
    });
    for (traf, base) in trafs.iter_mut().zip(bases) {
        traf.base = base;
    }
    trafs[1].tfdt = Some((1, 1 << 33));
    trafs
}

#[test]
fn a_track_is_extracted_from_a_fragment_with_several_for_every_base() {
    let alone = |id: u32| {
        let [one, two] = two_tracks([OffsetBase::Moof; 2]);
        let traf = if id == 1 { one } else { two };
        read(&media_segment(&[traf]), &init(id, &[])).expect("valid")
    };
    for bases in [
        [OffsetBase::Moof; 2],
        [OffsetBase::Explicit(0); 2],
        [OffsetBase::Implied; 2],
        [OffsetBase::Explicit(0), OffsetBase::Implied],
        [OffsetBase::Moof, OffsetBase::Implied],
    ] {
        let segment = media_segment(&two_tracks(bases));
        let [one, two] = [(1, 2), (2, 1)].map(|(id, other)| init(id, &[other]));
        let mut bytes = 0;
        for (init, id) in [(one, 1), (two, 2)] {
            let found = read(&segment, &init).expect("valid");
            let expected = alone(id);
            let times = |read: &[DemuxedSample]| -> Vec<_> {
                read.iter()
                    .map(|read| (read.dts, read.data.len()))
                    .collect()
            };
            assert_eq!(times(&found), times(&expected), "{bases:?}");
            let written: usize = demux(&segment, &init)
                .expect("valid")
                .data
                .slices(&segment)
                .map(<[u8]>::len)
                .sum();
            let own: usize = found.iter().map(|read| read.data.len()).sum();
            assert_eq!(written, own, "{bases:?}");
            bytes += written;
        }
        let media: u32 = [3, 2, 3, 3]
            .into_iter()
            .flat_map(samples)
            .map(|sample| sample.size)
            .sum();
        assert_eq!(bytes, media as usize, "{bases:?}");
    }
}

#[test]
fn implied_positions_use_the_defaults_of_the_other_track() {
    // Samples of 7 bytes, the default in its `trex`, followed by ours without an offset.
    let other = Trun {
        flags: 0x1,
        samples: vec![
            TrunSample {
                size: 7,
                ..TrunSample::default()
            };
            5
        ],
        ..Trun::default()
    };
    let mut ours = full(samples(2));
    ours.flags = 0xf00;
    let mut trafs = [Traf::of(2, vec![other]), Traf::of(1, vec![ours])];
    for traf in &mut trafs {
        traf.base = OffsetBase::Implied;
    }
    let found = read(&media_segment(&trafs), &init(1, &[2])).expect("valid");
    assert_eq!(found[0].data[0], 35);
    assert_eq!(found[1].data[0], 55);
}

#[test]
fn a_fragment_of_only_another_track_gives_nothing() {
    let segment = media_segment(&[Traf::of(2, vec![full(samples(3))])]);
    let media = demux(&segment, &init(1, &[2])).expect("valid");
    assert!(media.runs.is_empty());
    assert_eq!(media.data.slices(&segment).count(), 0);
    // The only track of an init segment is ours, whatever its ID.
    assert_eq!(read(&segment, &init(1, &[])).expect("valid").len(), 3);
    let mut beside_text = init(1, &[2]);
    beside_text.track_count = 1;
    assert_eq!(read(&segment, &beside_text).expect("valid").len(), 0);
}

#[test]
fn a_segment_cut_from_a_file_still_finds_its_data() {
    for before in [1, 600, 1 << 20, 1 << 40] {
        let trafs = two_tracks([OffsetBase::Explicit(before); 2]);
        let mut segment = media_segment(&trafs);
        let again = moof(segment.len(), 8, &trafs);
        segment.extend(again);
        segment.extend(mdat(trafs.len() * 200));
        let mut whole = build::media_segment(&two_tracks([OffsetBase::Moof; 2]));
        let again = moof(whole.len(), 8, &two_tracks([OffsetBase::Moof; 2]));
        whole.extend(again);
        whole.extend(mdat(trafs.len() * 200));
        for (id, other) in [(1, 2), (2, 1)] {
            let init = init(id, &[other]);
            assert_eq!(
                read(&segment, &init).expect("valid"),
                read(&whole, &init).expect("valid"),
                "{before}"
            );
        }
    }
}

#[test]
fn fragments_without_a_time_follow_the_previous_one() {
    let traf = |tfdt| Traf {
        tfdt,
        ..Traf::of(1, vec![full(samples(2))])
    };
    let far = 1 << 34;
    let mut segment = Vec::new();
    for tfdt in [Some((1, far)), None, Some((1, far + 500)), None] {
        let moof = moof(segment.len(), 8, &[traf(tfdt)]);
        segment.extend(moof);
        segment.extend(mdat(41));
        // Boxes that are ignored.
        for kind in [b"styp", b"sidx", b"emsg", b"prft", b"free", b"zzzz"] {
            crate::boxes::write::boxed(&mut segment, *kind, |out| out.extend_from_slice(&[7; 20]));
        }
    }
    let found = read(&segment, &init(1, &[])).expect("valid");
    let times: Vec<_> = found.iter().map(|read| read.dts).collect();
    let expected = [0, 100, 201, 301, 500, 600, 701, 801];
    assert_eq!(times, expected.map(|time| far.cast_signed() + time));
}

#[test]
fn data_may_be_in_a_box_with_a_64_bit_size_or_to_the_end() {
    let trafs = [Traf::of(1, vec![full(samples(3))])];
    let expected = read(&media_segment(&trafs), &init(1, &[])).expect("valid");
    let body = mdat(63).split_off(8);
    let mut open = moof(0, 8, &trafs);
    open.extend_from_slice(b"\0\0\0\0mdat");
    open.extend_from_slice(&body);
    let mut wide = moof(0, 16, &trafs);
    wide.extend_from_slice(b"\0\0\0\x01mdat\0\0\0\0\0\0\0\x4f");
    wide.extend_from_slice(&body);
    for segment in [open, wide] {
        assert_eq!(read(&segment, &init(1, &[])).expect("valid"), expected);
    }
}

#[test]
fn samples_outside_the_data_are_refused() {
    let trafs = two_tracks([OffsetBase::Moof; 2]);
    let whole = media_segment(&trafs);
    for init in [init(1, &[2]), init(2, &[1])] {
        let mut cut = moof(0, 8, &trafs);
        cut.extend(mdat(20));
        assert!(read(&cut, &init).is_err());
        let mut other_box = whole.clone();
        let at = whole.windows(4).position(|window| window == b"mdat");
        let at = at.expect("it is there");
        other_box[at..at + 4].copy_from_slice(b"free");
        assert!(read(&other_box, &init).is_err());
    }
}

#[test]
fn a_run_of_endless_samples_without_bytes_is_refused() {
    let mut run = full(samples(1));
    run.flags = 0x1;
    let mut segment = media_segment(&[Traf::of(1, vec![run])]);
    let at = segment.windows(4).position(|window| window == b"trun");
    let at = at.expect("it is there") + 8;
    segment[at..at + 4].copy_from_slice(&u32::MAX.to_be_bytes());
    let refused = demux(&segment, &init(1, &[]));
    assert!(matches!(refused, Err(Error::Malformed { .. })));
}
