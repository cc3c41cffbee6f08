//! Assembles a changed film, and asserts that every frame that survived is in the movie once and in
//! order, or that its facts say how many are not.

use std::{collections::BTreeSet, io::Cursor};

use kit::{
    assembly::Assembly,
    memory_file::MemoryFile,
    segment::{OwnedSegment, shuffled},
    ts::TsWriter,
};
use media::{
    Fact, FactKind, MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, SegmentFormat,
    SegmentKind, Summary, TrackKind, muxer,
};

use super::{FilmChanges, FilmFormat, flv, fmp4, number_of, step_ns, ts};
use crate::{
    flv as flv_file,
    mp4::{self, ParsedTrack},
};

/// Video and audio may be this far apart from where they were: the longest frame, rounding, and what
/// the frames at a cut differ in.
const MAX_APART_NS: i64 = 100_000_000;

/// A changed film as the muxer gets it.
struct Source {
    segments: Vec<OwnedSegment>,
    /// The frames in it, with those that come twice.
    frames: Vec<(TrackKind, u32)>,
    /// Those of which a part is missing.
    torn: BTreeSet<(TrackKind, u32)>,
}

/// The number of each sample, if it is a frame of the film as it was, and its decode time in
/// nanoseconds.
type MadeTrack = (TrackKind, Vec<(Option<u32>, i64)>);

/// A finished movie.
struct Made {
    summary: Summary,
    tracks: Vec<MadeTrack>,
}

impl FilmChanges {
    /// Assembles the changed film in every way that its format has.
    ///
    /// # Panics
    ///
    /// Panics if a frame that survived is missing without a word, or is there twice, out of order,
    /// crushed or apart from its sound.
    pub fn assert_frames_survive(&self, format: FilmFormat) {
        let source = self.source(format);
        match format {
            FilmFormat::Mp4 => self.assert_made(format, &source, &joined_mp4s(&source)),
            _ if self.is_one_file => {
                let file = source.segments.iter().flat_map(|one| one.data.clone());
                self.assert_made(format, &source, &remuxed(&[file.collect()]));
            }
            FilmFormat::Flv => {
                for output in [OutputFormat::Mp4, OutputFormat::Flv] {
                    let made = assembled(SegmentFormat::Flv, output, &source.segments);
                    self.assert_made(format, &source, &made);
                }
            }
            FilmFormat::Ts => {
                let segments = shuffled(&source.segments, 1);
                let made = assembled(SegmentFormat::Ts, OutputFormat::Mp4, &segments);
                self.assert_made(format, &source, &made);
            }
            FilmFormat::Fmp4 => {
                let segments = shuffled(&of_both_tracks(&source.segments), 1);
                let made = assembled(SegmentFormat::Fmp4, OutputFormat::Mp4, &segments);
                self.assert_made(format, &source, &made);
            }
        }
    }

    fn source(&self, format: FilmFormat) -> Source {
        let mut source = Source {
            segments: Vec::new(),
            frames: Vec::new(),
            torn: BTreeSet::new(),
        };
        let mut writer = TsWriter::default();
        let segments = self.segments();
        for (number, segment) in segments.iter().enumerate() {
            let frames = segment.frames.iter();
            source
                .frames
                .extend(frames.map(|frame| (frame.kind, frame.number)));
            let data = match format {
                FilmFormat::Flv | FilmFormat::Mp4 => flv::segment(segment),
                FilmFormat::Fmp4 if number == 0 || self.is_one_file => {
                    [fmp4::init(), fmp4::segment(segment)].concat()
                }
                FilmFormat::Fmp4 => fmp4::segment(segment),
                FilmFormat::Ts => {
                    let mut stream = ts::FilmStream::write(segment, &mut writer);
                    // Beside a change of the clock it cannot be told how much is lost, and at the end
                    // of the stream nothing tells that more was to come.
                    let is_told = self.clocks.is_empty() && number + 1 < segments.len();
                    let torn = self.torn.iter().filter(|_| is_told);
                    let torn = torn.filter(|torn| torn.0 == number);
                    let packets = stream.data.len() / kit::ts::PACKET_BYTES;
                    let ranges = torn.map(|(_, place, count)| {
                        let start = packets * *place as usize / 10_000;
                        start..(start + count).min(packets)
                    });
                    source.torn.extend(stream.lose(&ranges.collect::<Vec<_>>()));
                    stream.data
                }
            };
            if segment.frames.is_empty() {
                continue;
            }
            source.segments.push(OwnedSegment {
                track: 0,
                kind: SegmentKind::Media(number as u64),
                start_ms: u64::from(segment.start_ms),
                data,
            });
        }
        source
    }

    fn assert_made(&self, format: FilmFormat, source: &Source, made: &Made) {
        for (kind, samples) in &made.tracks {
            let numbers = samples.iter().map(|(number, _)| *number);
            let numbers: Option<Vec<u32>> = numbers.collect();
            let numbers = numbers.unwrap_or_else(|| panic!("{kind:?}: a frame that was torn"));
            let rises = numbers.windows(2).all(|pair| pair[0] < pair[1]);
            assert!(rises, "{kind:?}: once and in order: {numbers:?}");
            source.assert_all(*kind, &numbers, &made.summary.facts);
            assert_times(*kind, samples);
        }
        assert_apart(made);
        self.assert_told(format, made);
    }

    /// Asserts that changes of the clock are told, and nothing is called one that is none.
    fn assert_told(&self, format: FilmFormat, made: &Made) {
        let moved = made.summary.facts.iter();
        let moved = moved.filter(|fact| fact.kind == FactKind::Moved).count();
        // Those inside a part of joined MP4s were told when that was made.
        let is_told = moved > 0 || !self.has_falls() || format == FilmFormat::Mp4;
        assert!(is_told, "a fall of the clock is told");
        let changed = self.clocks.iter().any(|(_, added)| *added != 0);
        assert!(moved == 0 || changed, "{:?}", made.summary.facts);
    }
}

/// Asserts that no frame is crushed. Where a clock starts again, a frame of one track may overlap the
/// last one before in part, as that of the other track begins later.
fn assert_times(kind: TrackKind, samples: &[(Option<u32>, i64)]) {
    let step = step_ns(kind).cast_signed();
    for pair in samples.windows(2) {
        let distance = pair[1].1 - pair[0].1;
        assert!(
            distance > step / 8,
            "{kind:?}: {distance} ns behind frame {:?}",
            pair[0].0
        );
    }
}

/// Asserts that video and audio are as far apart as in the film.
fn assert_apart(made: &Made) {
    // Times count from the first sample of each track.
    let begins = |(_, samples): &MadeTrack| {
        samples
            .first()
            .is_some_and(|(number, _)| *number == Some(0))
    };
    if !made.tracks.iter().all(begins) {
        return;
    }
    let moved = |wanted: TrackKind| -> Vec<(i64, i64)> {
        let tracks = made.tracks.iter();
        let of_kind = tracks.filter(|(kind, _)| *kind == wanted);
        let samples = of_kind.flat_map(|(_, samples)| samples);
        let step = step_ns(wanted).cast_signed();
        samples
            .filter_map(|(number, time)| {
                let at = i64::from((*number)?) * step;
                Some((at, time - at))
            })
            .collect()
    };
    let sound = moved(TrackKind::Audio);
    for (at, distance) in moved(TrackKind::Video) {
        let next = sound.partition_point(|(sound, _)| *sound < at);
        let near = [next.checked_sub(1), Some(next)].into_iter().flatten();
        let near = near.filter_map(|index| sound.get(index));
        let apart = near.map(|(_, other)| (other - distance).abs()).min();
        assert!(
            apart.is_none_or(|apart| apart <= MAX_APART_NS),
            "{apart:?} ns apart at {} ms",
            at / 1_000_000
        );
    }
}

impl Source {
    /// Asserts that frames which are not in the movie are in its facts.
    fn assert_all(&self, kind: TrackKind, numbers: &[u32], facts: &[Fact]) {
        let stated = |wanted: &[FactKind]| -> u64 {
            let of_track = facts.iter().filter(|fact| fact.track == Some(kind));
            let wanted = of_track.filter(|fact| wanted.contains(&fact.kind));
            wanted.map(|fact| fact.samples).sum()
        };
        let sent = self.frames.iter().filter(|(of, _)| *of == kind);
        let sent: Vec<u32> = sent.map(|(_, number)| *number).collect();
        let distinct: BTreeSet<u32> = sent.iter().copied().collect();
        let found: BTreeSet<u32> = numbers.iter().copied().collect();
        let is_torn = |number: &u32| self.torn.contains(&(kind, *number));
        let has_torn = self.torn.iter().any(|(of, _)| *of == kind);
        // A stream may start and end anywhere: what is beyond its frames is not known.
        let ends = numbers.first().copied().unwrap_or(0)..numbers.last().copied().unwrap_or(0);
        let missing = distinct.difference(&found);
        let missing: Vec<_> = missing
            .filter(|number| !has_torn || ends.contains(*number))
            .collect();
        let lost = stated(&[FactKind::SamplesLost, FactKind::ConfigurationMissing]);
        let whole = missing.iter().filter(|number| !is_torn(number)).count();
        assert!(
            whole as u64 <= lost,
            "{kind:?}: {missing:?} are lost: {facts:?}"
        );
        assert!(
            missing.is_empty() || lost > 0,
            "{kind:?}: {missing:?} without a word: {facts:?}"
        );
        if self.torn.is_empty() {
            let repeated = (sent.len() - distinct.len()) as u64;
            assert_eq!(
                stated(&[FactKind::Repeated]),
                repeated,
                "{kind:?}: {facts:?}"
            );
        }
    }
}

/// Assembles segments as they are downloaded.
fn assembled(source: SegmentFormat, output: OutputFormat, segments: &[OwnedSegment]) -> Made {
    let mut assembly = Assembly::new(source, output, MovieSpec::default(), MemoryFile::default());
    let summary = assembly.finish(segments).expect("a movie");
    made(assembly.output(), output, summary)
}

fn made(file: &MemoryFile, output: OutputFormat, summary: Summary) -> Made {
    let checked = media::check(file.clone()).expect("a movie that passes");
    assert_eq!(checked.duration_ms.abs_diff(summary.duration_ms) / 5, 0);
    let tracks = match output {
        OutputFormat::Mp4 => mp4::read(file).iter().map(mp4_samples).collect(),
        OutputFormat::Flv => {
            let movie = flv_file::read(file);
            let samples = |kind| {
                let frames = movie.frames.iter().filter(|frame| frame.kind == kind);
                let sample = frames.map(|frame| {
                    let time = i64::from(frame.timestamp) * 1_000_000;
                    (number_of(kind, &frame.data), time)
                });
                (kind, sample.collect())
            };
            [TrackKind::Video, TrackKind::Audio].map(samples).into()
        }
    };
    Made { summary, tracks }
}

fn mp4_samples(track: &ParsedTrack) -> MadeTrack {
    let samples = track.samples.iter().map(|sample| {
        let time = i128::from(sample.dts) * 1_000_000_000 / i128::from(track.timescale);
        let time = i64::try_from(time).expect("short");
        (number_of(track.kind, &sample.data), time)
    });
    (track.kind, samples.collect())
}

/// Gives each segment to both tracks of a fragmented MP4, and the init segment apart.
fn of_both_tracks(segments: &[OwnedSegment]) -> Vec<OwnedSegment> {
    let init = OwnedSegment {
        track: 0,
        kind: SegmentKind::Init,
        start_ms: 0,
        data: fmp4::init(),
    };
    let all = [&[init][..], segments].concat();
    let both = all.into_iter().flat_map(|segment| {
        [0, 1].map(|track| OwnedSegment {
            track,
            ..segment.clone()
        })
    });
    both.collect()
}

/// Joins movie files as the engine does.
fn remuxed(files: &[Vec<u8>]) -> Made {
    let output = MemoryFile::default();
    let open = |file: &Vec<u8>| MovieSplitter::open(Cursor::new(file.clone())).expect("a movie");
    let splits: Vec<_> = files.iter().map(open).collect();
    let config = MuxerConfig {
        segment_format: splits[0].info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: None,
    };
    let mut muxer = muxer(config, output.clone()).expect("a muxer");
    let mut fragments = Vec::new();
    let mut first = 0;
    let mut before: Option<MovieSplitter<_>> = None;
    for mut split in splits {
        if let Some(before) = &before {
            split.follow(before).expect("the same format");
            muxer.begin_part();
        }
        let mut newest = 0;
        while let Some(mut segment) = split.next_segment().expect("a segment") {
            if let SegmentKind::Media(number) = &mut segment.kind {
                newest = *number;
                *number += first;
            }
            fragments.push(muxer.push(segment).expect("media"));
        }
        assert_eq!(split.lost_bytes(), 0);
        first += newest + 1;
        before = Some(split);
    }
    let summary = muxer.finish(fragments).expect("a movie");
    made(&output, OutputFormat::Mp4, summary)
}

/// Makes an MP4 of each segment, and joins them.
fn joined_mp4s(source: &Source) -> Made {
    let files = source.segments.iter();
    let files: Vec<_> = files
        .map(|segment| {
            let alone = OwnedSegment {
                start_ms: 0,
                ..segment.clone()
            };
            let mut assembly = Assembly::new(
                SegmentFormat::Flv,
                OutputFormat::Mp4,
                MovieSpec::default(),
                MemoryFile::default(),
            );
            assembly.finish(&[alone]).expect("an MP4");
            assembly.bytes()
        })
        .collect();
    remuxed(&files)
}
