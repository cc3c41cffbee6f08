//! Movies of fragmented MP4.

use std::fs::File;

use kit::segment::OwnedSegment;
use media::{Error, OutputFormat, SegmentFormat, SegmentKind};
use tempfile::TempDir;

use crate::{
    muxing::{MuxerJob, muxer_job},
    packets::{Packets, assert_same, assert_shown_as_the_movie, packets, probe_without_warnings},
    segments::{dash, joined, made_by_ffmpeg, movie, shuffled},
};

/// Less than a tick of any track: times are exact.
const EXACT: f64 = 1e-6;

fn mp4_of(segments: &[OwnedSegment]) -> MuxerJob {
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let summary = job.finish(segments).unwrap();
    assert_eq!(job.check().unwrap(), summary.without_facts());
    job
}

/// Reads the tracks with ffmpeg, the segments of each joined in order.
fn source_packets(segments: &[OwnedSegment]) -> Packets {
    let folder = TempDir::new().unwrap();
    let tracks = (0..2).map(|track| packets(&joined(segments, track, folder.path())));
    tracks.flatten().collect()
}

#[test]
fn the_tracks_come_together_with_their_packets_and_exact_times() {
    assert!(dash().len() >= 14, "{} segments", dash().len());
    let job = mp4_of(dash());
    assert_same(packets(&job.path()), source_packets(dash()), EXACT);
    probe_without_warnings(&job.path());
}

#[test]
fn segments_in_any_order_make_the_same_movie() {
    let job = mp4_of(&shuffled(dash()));
    assert_same(packets(&job.path()), source_packets(dash()), EXACT);
    probe_without_warnings(&job.path());
}

#[test]
fn a_movie_goes_on_after_a_crash() {
    let segments = shuffled(dash());
    let whole = mp4_of(&segments).bytes();
    for done in 0..segments.len() {
        let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
        job.attempt(&segments[..done]).unwrap();
        job.tear();
        job.finish(&segments[done..]).unwrap();
        assert!(job.bytes() == whole, "after {done} segments");
    }
}

#[test]
fn a_missing_segment_shifts_nothing() {
    let segments: Vec<_> = dash()
        .iter()
        .filter(|segment| (segment.track, segment.kind) != (0, SegmentKind::Media(2)))
        .cloned()
        .collect();
    let made = packets(&mp4_of(&segments).path());
    let source = source_packets(dash());
    let mut left = source.clone();
    let video = left.get_mut("video").unwrap();
    let gone = video.drain(100..150).count();
    assert_eq!(gone, 50);
    assert_same(made, left, EXACT);
}

#[test]
fn a_media_segment_without_its_init_segment_is_refused() {
    let segments: Vec<_> = dash()
        .iter()
        .filter(|segment| segment.kind != SegmentKind::Init)
        .cloned()
        .collect();
    let refused =
        muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len()).finish(&segments);
    assert!(matches!(refused, Err(Error::InitMissing(0))));
}

#[test]
fn segments_that_carry_their_own_init_segment_need_no_other() {
    let mut own = Vec::new();
    for track in 0..2 {
        let of = |segment: &&OwnedSegment| segment.track == track;
        let init = dash().iter().find(of).unwrap();
        for segment in dash()
            .iter()
            .filter(of)
            .filter(|segment| segment.kind != SegmentKind::Init)
        {
            let mut segment = segment.clone();
            segment.data.splice(0..0, init.data.clone());
            own.push(segment);
        }
    }
    let job = mp4_of(&shuffled(&own));
    assert_same(packets(&job.path()), source_packets(dash()), EXACT);
}

/// Encodes one track as one file, split before each `moof`.
fn fragments(option: &str, track: u8, flags: &str) -> Vec<OwnedSegment> {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("film.flv");
    std::fs::write(&input, movie()).unwrap();
    let input = input.to_str().unwrap();
    let file = made_by_ffmpeg(
        "track.mp4",
        &[
            "-i",
            input,
            "-map",
            option,
            "-c",
            "copy",
            "-movflags",
            flags,
            "-frag_duration",
            "2000000",
        ],
    );
    cut_at_fragments(&file, track)
}

fn cut_at_fragments(file: &[u8], track: u8) -> Vec<OwnedSegment> {
    let starts = file
        .windows(4)
        .enumerate()
        .filter(|(_, window)| *window == b"moof");
    let mut cuts: Vec<_> = starts.map(|(at, _)| at - 4).collect();
    let mfra = file
        .windows(4)
        .rposition(|window| window == b"mfra")
        .unwrap();
    cuts.push(mfra - 4);
    let mut segments = vec![OwnedSegment {
        track,
        kind: SegmentKind::Init,
        start_ms: 0,
        data: file[..cuts[0]].to_vec(),
    }];
    for (number, cut) in (0..).zip(cuts.windows(2)) {
        segments.push(OwnedSegment {
            track,
            kind: SegmentKind::Media(number),
            start_ms: number * 1000,
            data: file[cut[0]..cut[1]].to_vec(),
        });
    }
    segments
}

#[test]
fn offsets_are_counted_by_the_old_and_by_the_new_rule() {
    for flags in [
        "frag_keyframe+empty_moov+default_base_moof+separate_moof",
        "frag_keyframe+empty_moov+omit_tfhd_offset",
        "frag_keyframe+delay_moov+default_base_moof",
    ] {
        let mut segments = fragments("0:v", 0, flags);
        segments.extend(fragments("0:a", 1, flags));
        let job = mp4_of(&shuffled(&segments));
        assert_same(packets(&job.path()), source_packets(&segments), EXACT);
        probe_without_warnings(&job.path());
    }
}

#[test]
fn negative_composition_offsets_keep_video_and_audio_in_sync() {
    let flags = "frag_keyframe+delay_moov+default_base_moof+negative_cts_offsets";
    let mut segments = fragments("0:v", 0, flags);
    segments.extend(fragments("0:a", 1, flags));
    let job = mp4_of(&segments);
    assert_shown_as_the_movie(&job.path());
}

#[test]
fn the_priming_of_the_audio_stays_cut_off() {
    let mut segments = Vec::new();
    for (track, coded) in [
        ["testsrc2=size=320x180:rate=25:duration=6", "libx264"],
        ["sine=sample_rate=48000:duration=6", "aac"],
    ]
    .into_iter()
    .enumerate()
    {
        let file = made_by_ffmpeg(
            "track.mp4",
            &[
                "-f",
                "lavfi",
                "-i",
                coded[0],
                "-c",
                coded[1],
                "-movflags",
                "frag_keyframe+delay_moov+default_base_moof",
                "-frag_duration",
                "1000000",
            ],
        );
        segments.extend(cut_at_fragments(&file, u8::try_from(track).unwrap()));
    }
    let job = mp4_of(&shuffled(&segments));
    let made = packets(&job.path());
    assert_same(made.clone(), source_packets(&segments), EXACT);
    let first = &made["audio"][0];
    assert!((first.pts + 1024.0 / 48_000.0).abs() < EXACT, "{first:?}");
    probe_without_warnings(&job.path());
}

#[test]
fn fragments_without_times_follow_each_other() {
    let mut segments = dash().to_vec();
    for segment in &mut segments {
        let data = &mut segment.data;
        while let Some(at) = data.windows(4).position(|window| window == b"tfdt") {
            data[at..at + 4].copy_from_slice(b"free");
        }
    }
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let summary = job.finish(&shuffled(&segments)).unwrap();
    assert_eq!(summary.facts, [], "no clock is moved where none is stated");
    let (made, source) = (packets(&job.path()), source_packets(dash()));
    for kind in ["video", "audio"] {
        let (made, source) = (&made[kind], &source[kind]);
        assert_eq!(made.len(), source.len());
        for (made, source) in made.iter().zip(source) {
            assert_eq!(made.hash, source.hash);
            assert!(
                (made.pts - source.pts).abs() < 0.08,
                "{kind} {made:?} of {source:?}"
            );
        }
    }
}

#[test]
fn an_independent_reader_decodes_the_index() {
    use mp4_atom::{Atom, Moov, ReadAtom, ReadFrom};

    let job = mp4_of(&shuffled(dash()));
    let summary = job.check().unwrap();
    let mut file = File::open(job.path()).unwrap();
    let moov = loop {
        let header = mp4_atom::Header::read_from(&mut file).unwrap();
        if header.kind == Moov::KIND {
            break Moov::read_atom(&header, &mut file).unwrap();
        }
        let length = i64::try_from(header.size.unwrap()).unwrap();
        std::io::Seek::seek_relative(&mut file, length).unwrap();
    };
    let samples: Vec<_> = moov
        .trak
        .iter()
        .map(|trak| match &trak.mdia.minf.stbl.stsz.samples {
            mp4_atom::StszSamples::Different { sizes } => sizes.len() as u64,
            mp4_atom::StszSamples::Identical { count, .. } => u64::from(*count),
        })
        .collect();
    let counted: Vec<_> = summary.tracks.iter().map(|track| track.samples).collect();
    assert_eq!(samples, counted);
    for (trak, track) in moov.trak.iter().zip(&summary.tracks) {
        let ticks: u64 = trak
            .mdia
            .minf
            .stbl
            .stts
            .entries
            .iter()
            .map(|entry| u64::from(entry.sample_count) * u64::from(entry.sample_delta))
            .sum();
        assert_eq!(ticks, trak.mdia.mdhd.duration, "{track:?}");
    }
}

#[test]
fn encrypted_tracks_are_refused() {
    let mut segments = dash().to_vec();
    let data = &mut segments[0].data;
    let at = data
        .windows(4)
        .position(|window| window == b"avc1")
        .unwrap();
    // The first hit is the brand in `ftyp` or the sample entry; both are renamed.
    let entry = data
        .windows(4)
        .rposition(|window| window == b"avc1")
        .unwrap();
    data[at..at + 4].copy_from_slice(b"encv");
    data[entry..entry + 4].copy_from_slice(b"encv");
    let refused =
        muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len()).finish(&segments);
    assert!(matches!(refused, Err(Error::Encrypted)));
}

#[test]
fn an_flv_of_fragmented_mp4_is_refused() {
    let refused = muxer_job(SegmentFormat::Fmp4, OutputFormat::Flv, 1).finish(dash());
    assert!(matches!(refused, Err(Error::Unsupported(_))));
}
