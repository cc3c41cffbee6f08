//! Tests of assembling: what is fetched again after files were damaged or changed.

use std::fs;

use media::SegmentFormat;
use ustream::Presence;

use super::*;

const SEGMENTS: u64 = 6;
const MP4: OutputKind = OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Mp4);
const FLV: OutputKind = OutputKind::Movie(SegmentFormat::Flv, OutputFormat::Flv);

fn id(number: u64) -> SegmentId {
    SegmentId {
        track: 0,
        kind: SegmentKind::Media(number),
    }
}

fn spec(output_kind: OutputKind) -> AssemblySpec {
    let segments = (0..SEGMENTS).map(|number| Segment {
        id: id(number),
        start_ms: number * 10_000,
        duration_ms: 10_000,
        presence: Presence::Sure,
    });
    AssemblySpec {
        output_kind,
        movie: MovieSpec::default(),
        segments: segments.collect(),
    }
}

fn body(output_kind: OutputKind, number: usize) -> Vec<u8> {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/film/film.flv"
    );
    match output_kind {
        OutputKind::Movie(..) => fs::read(fixture).unwrap(),
        OutputKind::SingleFile => vec![u8::try_from(number).unwrap(); 300_000],
    }
}

fn open(folder: &Path, output_kind: OutputKind) -> Assembler {
    Assembler::open(folder, spec(output_kind)).unwrap()
}

/// Adds these segments and suspends; returns where each lies in the output.
fn write_segments(folder: &Path, output_kind: OutputKind, numbers: &[usize]) -> Vec<TableFragment> {
    let mut assembler = open(folder, output_kind);
    for number in numbers {
        assembler.push(*number, body(output_kind, *number)).unwrap();
    }
    let fragments = assembler.fragments().to_vec();
    assembler.suspend().unwrap();
    fragments
}

fn missing(assembler: &Assembler) -> Vec<u64> {
    let missing = assembler.outstanding().into_iter();
    let numbers = missing.filter_map(|segment| match segment.id.kind {
        SegmentKind::Media(number) => Some(number),
        SegmentKind::Init => None,
    });
    numbers.collect()
}

/// Fetches the missing segments again; returns the finished file.
fn complete(folder: &Path, output_kind: OutputKind) -> Vec<u8> {
    let mut assembler = open(folder, output_kind);
    for number in missing(&assembler) {
        let number = usize::try_from(number).unwrap();
        assembler.push(number, body(output_kind, number)).unwrap();
    }
    assembler.finish().unwrap();
    fs::read(part::output(folder)).unwrap()
}

fn undamaged(output_kind: OutputKind) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    complete(folder.path(), output_kind)
}

/// Changes one byte in the middle of a fragment.
fn flip(folder: &Path, fragment: &TableFragment) {
    let path = part::output(folder);
    let mut bytes = fs::read(&path).unwrap();
    let middle = usize::midpoint(
        usize::try_from(fragment.output_start).unwrap(),
        usize::try_from(fragment.output_end).unwrap(),
    );
    bytes[middle] ^= 0x10;
    fs::write(&path, bytes).unwrap();
}

/// Returns kind, samples and duration of each track.
fn tracks_of(movie: &[u8]) -> Vec<(media::TrackKind, u64, u64)> {
    let summary = media::check(std::io::Cursor::new(movie)).unwrap();
    let tracks = summary.tracks.iter();
    tracks
        .map(|track| (track.kind, track.samples, track.duration_ms))
        .collect()
}

#[test]
fn of_an_mp4_only_the_changed_segments_are_missing_again() {
    let folder = tempfile::tempdir().unwrap();
    let fragments = write_segments(folder.path(), MP4, &[4, 0, 1, 3, 2, 5]);
    flip(folder.path(), &fragments[2]);
    flip(folder.path(), &fragments[5]);
    assert_eq!(missing(&open(folder.path(), MP4)), [1, 5]);
    // The first segment follows the header, which can be restored from the others.
    flip(folder.path(), &fragments[0]);
    assert_eq!(missing(&open(folder.path(), MP4)), [1, 4, 5]);
    let movie = complete(folder.path(), MP4);
    assert_eq!(tracks_of(&movie), tracks_of(&undamaged(MP4)));
    assert!(missing(&open(folder.path(), MP4)).is_empty());
}

#[test]
fn in_presentation_order_everything_after_the_first_changed_byte_is_missing() {
    for output_kind in [FLV, OutputKind::SingleFile] {
        let folder = tempfile::tempdir().unwrap();
        let fragments = write_segments(folder.path(), output_kind, &[0, 1, 2, 3, 5]);
        flip(folder.path(), &fragments[1]);
        // The spooled segment is kept.
        assert_eq!(missing(&open(folder.path(), output_kind)), [1, 2, 3, 4]);
        let length = fs::metadata(part::output(folder.path())).unwrap().len();
        assert_eq!(length, fragments[0].output_end);
        assert!(complete(folder.path(), output_kind) == undamaged(output_kind));
    }
}

#[test]
fn a_changed_header_is_written_again() {
    for output_kind in [MP4, FLV] {
        let folder = tempfile::tempdir().unwrap();
        let fragments = write_segments(folder.path(), output_kind, &[0, 1, 2]);
        let path = part::output(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let head = usize::try_from(fragments[0].output_start).unwrap();
        bytes[..head].fill(0xff);
        fs::write(&path, bytes).unwrap();
        assert_eq!(missing(&open(folder.path(), output_kind)), [3, 4, 5]);
        let movie = complete(folder.path(), output_kind);
        // The unused reserved bytes of an MP4 may hold anything.
        assert_eq!(tracks_of(&movie), tracks_of(&undamaged(output_kind)));
    }
}

#[test]
fn an_output_cut_zeroed_or_lengthened_between_two_runs_is_repaired() {
    for output_kind in [MP4, FLV, OutputKind::SingleFile] {
        let expected = undamaged(output_kind);
        for change in ["cut", "zeroed", "emptied", "lengthened"] {
            let folder = tempfile::tempdir().unwrap();
            write_segments(folder.path(), output_kind, &[0, 1, 2, 3]);
            let path = part::output(folder.path());
            let mut bytes = fs::read(&path).unwrap();
            let half = bytes.len() / 2;
            match change {
                "cut" => bytes.truncate(half),
                "zeroed" => bytes[half..].fill(0),
                "emptied" => bytes.clear(),
                _ => bytes.extend([7; 10_000]),
            }
            fs::write(&path, bytes).unwrap();
            let movie = complete(folder.path(), output_kind);
            match output_kind {
                MP4 => assert_eq!(tracks_of(&movie), tracks_of(&expected), "{change}"),
                _ => assert!(movie == expected, "{output_kind:?} {change}"),
            }
        }
    }
}

#[test]
fn an_output_that_is_changed_during_the_run_is_not_finished() {
    for output_kind in [MP4, FLV, OutputKind::SingleFile] {
        for length in [0, 100, 20_000, 1 << 30] {
            let folder = tempfile::tempdir().unwrap();
            let mut assembler = open(folder.path(), output_kind);
            // Timestamps that restart in each segment are accepted a few segments later.
            let (before, after) = (0..3, 3..6);
            for number in before {
                assembler.push(number, body(output_kind, number)).unwrap();
            }
            let movie = File::options()
                .write(true)
                .open(part::output(folder.path()))
                .unwrap();
            movie.set_len(length).unwrap();
            let mut refused = after.filter_map(|number| {
                let accepted = assembler.push(number, body(output_kind, number));
                accepted.err()
            });
            let refused = refused.next().unwrap();
            assert!(
                matches!(refused, Error::Media(media::Error::Changed)),
                "{refused}"
            );
            let refused = assembler.finish().unwrap_err();
            assert!(
                matches!(refused, Error::Media(media::Error::Changed)),
                "{refused}"
            );
            let movie = complete(folder.path(), output_kind);
            match output_kind {
                MP4 => assert_eq!(tracks_of(&movie), tracks_of(&undamaged(MP4))),
                _ => assert!(movie == undamaged(output_kind)),
            }
        }
    }
}

#[test]
fn a_spooled_segment_is_verified_when_it_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    write_segments(folder.path(), FLV, &[0, 2, 3, 4]);
    let damage: [fn(&mut Vec<u8>); 3] = [
        |bytes| bytes[1000] ^= 1,
        |bytes| bytes.truncate(5000),
        |bytes| bytes.clear(),
    ];
    for (number, damage) in (2..).zip(damage) {
        let path = part::spooled(folder.path(), id(number));
        let mut bytes = fs::read(&path).unwrap();
        damage(&mut bytes);
        fs::write(&path, bytes).unwrap();
    }
    assert_eq!(missing(&open(folder.path(), FLV)), [1, 2, 3, 4, 5]);
    assert!(!part::spooled(folder.path(), id(2)).exists());
    assert!(complete(folder.path(), FLV) == undamaged(FLV));
}

#[test]
fn a_spooled_segment_that_is_changed_during_the_run_is_rejected() {
    let folder = tempfile::tempdir().unwrap();
    write_segments(folder.path(), FLV, &[0, 2]);
    let mut assembler = open(folder.path(), FLV);
    let path = part::spooled(folder.path(), id(2));
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = assembler.push(1, body(FLV, 1)).unwrap_err();
    assert!(matches!(refused, Error::Media(media::Error::Changed)));
    assembler.suspend().unwrap();
    assert_eq!(missing(&open(folder.path(), FLV)), [2, 3, 4, 5]);
}

#[test]
fn forgotten_segments_stay_missing_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let mut assembler = open(folder.path(), MP4);
    for number in 0..4 {
        assembler.push(number, body(MP4, number)).unwrap();
    }
    assert!(assembler.forget(&[id(1), id(3), id(5)]).unwrap());
    assert_eq!(missing(&assembler), [1, 3, 4, 5]);
    // Later segments are still made durable.
    assembler.push(3, body(MP4, 3)).unwrap();
    assembler.suspend().unwrap();
    assert_eq!(missing(&open(folder.path(), MP4)), [1, 4, 5]);
    let movie = complete(folder.path(), MP4);
    assert_eq!(tracks_of(&movie), tracks_of(&undamaged(MP4)));
}

#[test]
fn nothing_is_forgotten_in_presentation_order() {
    let folder = tempfile::tempdir().unwrap();
    let mut assembler = open(folder.path(), FLV);
    assembler.push(0, body(FLV, 0)).unwrap();
    assert!(!assembler.forget(&[id(0)]).unwrap());
    assert_eq!(missing(&assembler), [1, 2, 3, 4, 5]);
}

#[test]
fn a_journal_of_an_older_version_is_ignored() {
    let folder = tempfile::tempdir().unwrap();
    write_segments(folder.path(), MP4, &[0, 1]);
    // Version, track, kind and number of the segment, start, length of the output, tables.
    let body = [2, 0, 1, 0, 0, 100, 0];
    let mut journal = vec![0, 0, 0, 7];
    journal.extend(crc32fast::hash(&body).to_be_bytes());
    journal.extend(body);
    fs::write(part::journal(folder.path()), journal).unwrap();
    assert_eq!(missing(&open(folder.path(), MP4)), [0, 1, 2, 3, 4, 5]);
    assert!(fs::read(part::journal(folder.path())).unwrap().is_empty());
    assert!(complete(folder.path(), MP4) == undamaged(MP4));
}
