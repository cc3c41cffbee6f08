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

fn sheet(becomes: OutputKind) -> AssemblySpec {
    let segments = (0..SEGMENTS).map(|number| Segment {
        id: id(number),
        start_ms: number * 10_000,
        duration_ms: 10_000,
        presence: Presence::Sure,
    });
    AssemblySpec {
        output_kind: becomes,
        movie: MovieSpec::default(),
        segments: segments.collect(),
    }
}

fn body(becomes: OutputKind, number: usize) -> Vec<u8> {
    let fixture = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../../tests/fixtures/film/film.flv"
    );
    match becomes {
        OutputKind::Movie(..) => fs::read(fixture).unwrap(),
        OutputKind::SingleFile => vec![u8::try_from(number).unwrap(); 300_000],
    }
}

fn open(folder: &Path, becomes: OutputKind) -> Assembler {
    Assembler::open(folder, sheet(becomes)).unwrap()
}

/// Takes in these segments and rests; where each of them lies in the output.
fn filled(folder: &Path, becomes: OutputKind, numbers: &[usize]) -> Vec<TableFragment> {
    let mut assembly = open(folder, becomes);
    for number in numbers {
        assembly.push(*number, body(becomes, *number)).unwrap();
    }
    let fragments = assembly.fragments().to_vec();
    assembly.suspend().unwrap();
    fragments
}

fn lacking(assembly: &Assembler) -> Vec<u64> {
    let lacking = assembly.outstanding().into_iter();
    let numbers = lacking.filter_map(|segment| match segment.id.kind {
        SegmentKind::Media(number) => Some(number),
        SegmentKind::Init => None,
    });
    numbers.collect()
}

/// Fetches what is lacking again; the finished file.
fn healed(folder: &Path, becomes: OutputKind) -> Vec<u8> {
    let mut assembly = open(folder, becomes);
    for number in lacking(&assembly) {
        let number = usize::try_from(number).unwrap();
        assembly.push(number, body(becomes, number)).unwrap();
    }
    assembly.finish().unwrap();
    fs::read(part::output(folder)).unwrap()
}

fn undisturbed(becomes: OutputKind) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    healed(folder.path(), becomes)
}

/// Changes one byte in the middle of what a fragment vouches for.
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

/// Kind, samples and length of each track.
fn shape(film: &[u8]) -> Vec<(media::TrackKind, u64, u64)> {
    let summary = media::check(std::io::Cursor::new(film)).unwrap();
    let tracks = summary.tracks.iter();
    tracks
        .map(|track| (track.kind, track.samples, track.duration_ms))
        .collect()
}

#[test]
fn of_an_mp4_only_the_segments_whose_bytes_have_changed_are_lacking_again() {
    let folder = tempfile::tempdir().unwrap();
    let fragments = filled(folder.path(), MP4, &[4, 0, 1, 3, 2, 5]);
    flip(folder.path(), &fragments[2]);
    flip(folder.path(), &fragments[5]);
    assert_eq!(lacking(&open(folder.path(), MP4)), [1, 5]);
    // The first of all stands behind the head, which the others tell of.
    flip(folder.path(), &fragments[0]);
    assert_eq!(lacking(&open(folder.path(), MP4)), [1, 4, 5]);
    let film = healed(folder.path(), MP4);
    assert_eq!(shape(&film), shape(&undisturbed(MP4)));
    assert!(lacking(&open(folder.path(), MP4)).is_empty());
}

#[test]
fn where_the_order_counts_all_is_lacking_from_the_first_changed_byte_on() {
    for becomes in [FLV, OutputKind::SingleFile] {
        let folder = tempfile::tempdir().unwrap();
        let fragments = filled(folder.path(), becomes, &[0, 1, 2, 3, 5]);
        flip(folder.path(), &fragments[1]);
        // The segment that waits for its turn is kept.
        assert_eq!(lacking(&open(folder.path(), becomes)), [1, 2, 3, 4]);
        let length = fs::metadata(part::output(folder.path())).unwrap().len();
        assert_eq!(length, fragments[0].output_end);
        assert!(healed(folder.path(), becomes) == undisturbed(becomes));
    }
}

#[test]
fn a_head_that_has_changed_is_written_again() {
    for becomes in [MP4, FLV] {
        let folder = tempfile::tempdir().unwrap();
        let fragments = filled(folder.path(), becomes, &[0, 1, 2]);
        let path = part::output(folder.path());
        let mut bytes = fs::read(&path).unwrap();
        let head = usize::try_from(fragments[0].output_start).unwrap();
        bytes[..head].fill(0xff);
        fs::write(&path, bytes).unwrap();
        assert_eq!(lacking(&open(folder.path(), becomes)), [3, 4, 5]);
        let film = healed(folder.path(), becomes);
        // What is left of the room in an MP4 may hold anything.
        assert_eq!(shape(&film), shape(&undisturbed(becomes)));
    }
}

#[test]
fn what_was_cut_zeroed_or_lengthened_between_two_runs_heals() {
    for becomes in [MP4, FLV, OutputKind::SingleFile] {
        let expected = undisturbed(becomes);
        for change in ["cut", "zeroed", "emptied", "lengthened"] {
            let folder = tempfile::tempdir().unwrap();
            filled(folder.path(), becomes, &[0, 1, 2, 3]);
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
            let film = healed(folder.path(), becomes);
            match becomes {
                MP4 => assert_eq!(shape(&film), shape(&expected), "{change}"),
                _ => assert!(film == expected, "{becomes:?} {change}"),
            }
        }
    }
}

#[test]
fn an_output_that_is_changed_while_we_write_is_not_finished() {
    for becomes in [MP4, FLV, OutputKind::SingleFile] {
        for length in [0, 100, 20_000, 1 << 30] {
            let folder = tempfile::tempdir().unwrap();
            let mut assembly = open(folder.path(), becomes);
            // A clock that starts again in each segment is followed a few segments later.
            let (before, after) = (0..3, 3..6);
            for number in before {
                assembly.push(number, body(becomes, number)).unwrap();
            }
            let film = File::options()
                .write(true)
                .open(part::output(folder.path()))
                .unwrap();
            film.set_len(length).unwrap();
            let mut refused = after.filter_map(|number| {
                let accepted = assembly.push(number, body(becomes, number));
                accepted.err()
            });
            let refused = refused.next().unwrap();
            assert!(
                matches!(refused, Error::Media(media::Error::Changed)),
                "{refused}"
            );
            let refused = assembly.finish().unwrap_err();
            assert!(
                matches!(refused, Error::Media(media::Error::Changed)),
                "{refused}"
            );
            let film = healed(folder.path(), becomes);
            match becomes {
                MP4 => assert_eq!(shape(&film), shape(&undisturbed(MP4))),
                _ => assert!(film == undisturbed(becomes)),
            }
        }
    }
}

#[test]
fn a_segment_that_waits_for_its_turn_is_compared_when_it_is_read_back() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), FLV, &[0, 2, 3, 4]);
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
    assert_eq!(lacking(&open(folder.path(), FLV)), [1, 2, 3, 4, 5]);
    assert!(!part::spooled(folder.path(), id(2)).exists());
    assert!(healed(folder.path(), FLV) == undisturbed(FLV));
}

#[test]
fn a_segment_that_waits_and_is_changed_meanwhile_is_not_taken() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), FLV, &[0, 2]);
    let mut assembly = open(folder.path(), FLV);
    let path = part::spooled(folder.path(), id(2));
    let mut bytes = fs::read(&path).unwrap();
    bytes[1000] ^= 1;
    fs::write(&path, bytes).unwrap();
    let refused = assembly.push(1, body(FLV, 1)).unwrap_err();
    assert!(matches!(refused, Error::Media(media::Error::Changed)));
    assembly.suspend().unwrap();
    assert_eq!(lacking(&open(folder.path(), FLV)), [2, 3, 4, 5]);
}

#[test]
fn segments_that_are_forgotten_are_lacking_again_for_good() {
    let folder = tempfile::tempdir().unwrap();
    let mut assembly = open(folder.path(), MP4);
    for number in 0..4 {
        assembly.push(number, body(MP4, number)).unwrap();
    }
    assert!(assembly.forget(&[id(1), id(3), id(5)]).unwrap());
    assert_eq!(lacking(&assembly), [1, 3, 4, 5]);
    // What comes now is as durable as before.
    assembly.push(3, body(MP4, 3)).unwrap();
    assembly.suspend().unwrap();
    assert_eq!(lacking(&open(folder.path(), MP4)), [1, 4, 5]);
    let film = healed(folder.path(), MP4);
    assert_eq!(shape(&film), shape(&undisturbed(MP4)));
}

#[test]
fn nothing_is_forgotten_where_the_order_counts() {
    let folder = tempfile::tempdir().unwrap();
    let mut assembly = open(folder.path(), FLV);
    assembly.push(0, body(FLV, 0)).unwrap();
    assert!(!assembly.forget(&[id(0)]).unwrap());
    assert_eq!(lacking(&assembly), [1, 2, 3, 4, 5]);
}

#[test]
fn a_journal_of_an_older_version_vouches_for_nothing() {
    let folder = tempfile::tempdir().unwrap();
    filled(folder.path(), MP4, &[0, 1]);
    // Version, track, kind and number of the segment, start, length of the output, tables.
    let body = [2, 0, 1, 0, 0, 100, 0];
    let mut journal = vec![0, 0, 0, 7];
    journal.extend(crc32fast::hash(&body).to_be_bytes());
    journal.extend(body);
    fs::write(part::journal(folder.path()), journal).unwrap();
    assert_eq!(lacking(&open(folder.path(), MP4)), [0, 1, 2, 3, 4, 5]);
    assert!(fs::read(part::journal(folder.path())).unwrap().is_empty());
    assert!(healed(folder.path(), MP4) == undisturbed(MP4));
}
