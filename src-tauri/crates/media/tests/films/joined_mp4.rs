//! MP4s of several parts: a clock that starts again, a further index, files that are joined.

use std::{
    fs,
    path::{Path, PathBuf},
};

use kit::segment::OwnedSegment;
use media::{Error, Fact, FactKind, OutputFormat, SegmentFormat, SegmentKind, TrackKind};
use tempfile::TempDir;

use crate::{
    multi_track,
    muxing::muxer_job,
    packets::{Packets, assert_same, packets, probe_without_warnings, run},
    segments::made_by_ffmpeg,
    split::{RemuxedMovie, copied, remux},
};

/// Less than a tick of any track: times are exact.
const EXACT: f64 = 1e-6;
const FRAGMENTS: [&str; 4] = [
    "frag_keyframe+empty_moov+default_base_moof",
    "frag_keyframe+empty_moov",
    "frag_keyframe+empty_moov+separate_moof",
    "frag_keyframe+empty_moov+omit_tfhd_offset",
];

/// Another movie: size, frame rate and sample rate differ from those of the test movie.
fn other_movie(name: &str, arguments: &[&str]) -> Vec<u8> {
    let inputs = [
        "-f",
        "lavfi",
        "-i",
        "testsrc2=size=192x108:rate=30:duration=3",
        "-f",
        "lavfi",
        "-i",
        "sine=frequency=660:sample_rate=48000:duration=3",
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-pix_fmt",
        "yuv420p",
        "-c:a",
        "aac",
    ];
    made_by_ffmpeg(name, &[&inputs[..], arguments].concat())
}

fn written(folder: &Path, name: &str, parts: &[&[u8]]) -> PathBuf {
    let path = folder.join(name);
    fs::write(&path, parts.concat()).unwrap();
    path
}

/// Asserts that a movie has the packets of the parts, one part behind the other, and that each part
/// keeps the distances between its packets.
fn assert_parts(made: &Packets, parts: &[&Packets]) {
    for (kind, packets) in made {
        let mut rest = packets.as_slice();
        let mut end = f64::MIN;
        for part in parts {
            let (here, behind) = rest.split_at(part[kind].len());
            let hashes = |packets: &[crate::packets::Packet]| -> Vec<_> {
                packets.iter().map(|packet| packet.hash.clone()).collect()
            };
            assert_eq!(hashes(here), hashes(&part[kind]), "{kind}");
            assert!(here[0].dts > end, "{kind} starts at {}", here[0].dts);
            assert!(end < 0.0 || here[0].dts < end + 0.2, "{kind}: a gap");
            for (packet, source) in here.iter().zip(&part[kind]) {
                let distance = |packet: f64, first: f64| packet - first;
                let dts = distance(packet.dts, here[0].dts);
                let expected = distance(source.dts, part[kind][0].dts);
                assert!(
                    (dts - expected).abs() < 0.001,
                    "{kind}: {dts} for {expected}"
                );
            }
            end = here.last().unwrap().dts;
            rest = behind;
        }
        assert!(rest.is_empty(), "{kind}: {} packets more", rest.len());
    }
}

#[test]
fn fragments_whose_clock_starts_again_go_behind_those_before() {
    let folder = TempDir::new().unwrap();
    for flags in FRAGMENTS {
        let path = copied(folder.path(), "part.mp4", &["-t", "3", "-movflags", flags]);
        let part = fs::read(&path).unwrap();
        let alone = packets(&path);
        for times in 2..=3 {
            let parts = vec![part.as_slice(); times];
            let made = remux(&[&written(folder.path(), "whole.mp4", &parts)]).unwrap();
            assert_parts(&packets(&made.path()), &vec![&alone; times]);
            assert_eq!(made.lost_bytes, 0, "{flags}");
            assert_moved(&made.summary.facts, &vec![3080; times - 1]);
        }
    }
}

/// Asserts that the clock of the movie is said to start again after each of these durations, and
/// nothing else.
fn assert_moved(facts: &[Fact], durations_ms: &[u64]) {
    assert_eq!(facts.len(), durations_ms.len(), "{facts:?}");
    let mut at_ms = 0;
    for (fact, duration_ms) in facts.iter().zip(durations_ms) {
        at_ms += duration_ms;
        assert_eq!((&fact.kind, fact.track), (&FactKind::Moved, None));
        assert!(fact.at_ms.abs_diff(at_ms) < 150, "{fact:?}");
        assert!(fact.duration_ms.abs_diff(*duration_ms) < 150, "{fact:?}");
    }
}

#[test]
fn a_clock_that_starts_again_inside_a_segment_crushes_nothing_and_is_said_once() {
    let folder = TempDir::new().unwrap();
    // Without positions from the start of the file.
    for flags in [
        "frag_keyframe+empty_moov+default_base_moof",
        "frag_keyframe+empty_moov+omit_tfhd_offset",
        "frag_keyframe+empty_moov+separate_moof+default_base_moof",
    ] {
        let path = copied(folder.path(), "part.mp4", &["-t", "3", "-movflags", flags]);
        let segments = multi_track::cut(&fs::read(&path).unwrap());
        let alone = packets(&path);
        let inits = segments.iter().filter(|one| one.kind == SegmentKind::Init);
        let inits: Vec<_> = inits.cloned().collect();
        let fragments = segments.iter().filter(|one| one.kind != SegmentKind::Init);
        let fragments: Vec<_> = fragments.filter(|one| one.track == 0).collect();
        let half = fragments.len() / 2;
        // The whole part and half of it again, then the rest.
        let bodies = [
            [&fragments[..], &fragments[..half]].concat(),
            fragments[half..].to_vec(),
        ];
        let mut downloaded = inits;
        for (number, body) in (1..).zip(&bodies) {
            for track in 0..2 {
                downloaded.push(OwnedSegment {
                    track,
                    kind: SegmentKind::Media(number),
                    start_ms: 0,
                    data: body.iter().flat_map(|one| one.data.clone()).collect(),
                });
            }
        }
        let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, downloaded.len());
        let summary = job.finish(&downloaded).unwrap();
        assert_eq!(job.check().unwrap(), summary.clone().without_facts());
        assert_parts(&packets(&job.path()), &[&alone, &alone]);
        assert_moved(&summary.facts, &[3000]);
    }
}

#[test]
fn a_further_index_adds_sample_entries_and_converts_its_times() {
    let folder = TempDir::new().unwrap();
    for flags in FRAGMENTS {
        let path = copied(folder.path(), "part.mp4", &["-t", "3", "-movflags", flags]);
        let part = fs::read(&path).unwrap();
        let ad = other_movie("ad.mp4", &["-movflags", flags]);
        let ad_path = written(folder.path(), "ad.mp4", &[&ad]);
        let whole = written(folder.path(), "whole.mp4", &[&part, &ad, &part, &ad]);
        let made = remux(&[&whole]).unwrap();
        let [film, other] = [packets(&path), packets(&ad_path)];
        assert_parts(&packets(&made.path()), &[&film, &other, &film, &other]);
        let bytes = fs::read(made.path()).unwrap();
        for (name, least) in [(&b"avcC"[..], 2), (b"esds", 2)] {
            let found = bytes.windows(4).filter(|window| *window == name).count();
            assert_eq!(found, least, "{flags}");
        }
    }
}

/// Returns the position, kind and size of the top-level boxes.
fn boxes(file: &[u8]) -> Vec<(usize, [u8; 4], usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < file.len() {
        let size = u32::from_be_bytes(file[at..at + 4].try_into().unwrap()) as usize;
        found.push((at, file[at + 4..at + 8].try_into().unwrap(), size));
        at += size;
    }
    found
}

/// Moves the bases of a `moof`, which count from the start of the file.
fn rebased(moof: &[u8], distance: isize) -> Vec<u8> {
    let mut moof = moof.to_vec();
    let mut at = 0;
    while let Some(found) = moof[at..].windows(4).position(|kind| kind == b"tfhd") {
        let field = at + found + 12;
        let base = i64::from_be_bytes(moof[field..field + 8].try_into().unwrap());
        moof[field..field + 8].copy_from_slice(&(base + distance as i64).to_be_bytes());
        at = field;
    }
    moof
}

#[test]
fn data_is_at_the_stated_position_before_its_fragment_or_within_its_box() {
    let folder = TempDir::new().unwrap();
    let flags = ["-movflags", "frag_keyframe+empty_moov"];
    let path = copied(folder.path(), "fragments.mp4", &flags);
    let file = fs::read(&path).unwrap();
    // The data before `moof`, and some bytes that no sample uses before the data.
    for (is_before, unused) in [(true, 0), (false, 16), (true, 16)] {
        let mut changed = Vec::new();
        let boxes = boxes(&file);
        for pair in boxes.windows(2) {
            let [(at, kind, size), (data, _, length)] = [pair[0], pair[1]];
            let bytes = &file[at..at + size];
            match &kind {
                b"moof" => {
                    let mut mdat = u32::try_from(length + unused)
                        .unwrap()
                        .to_be_bytes()
                        .to_vec();
                    mdat.extend_from_slice(b"mdat");
                    mdat.resize(8 + unused, 0xee);
                    mdat.extend_from_slice(&file[data + 8..data + length]);
                    let body = changed.len() + 8 + unused + if is_before { 0 } else { size };
                    let moof = rebased(bytes, body.cast_signed() - (data + 8).cast_signed());
                    let parts = if is_before {
                        [mdat, moof]
                    } else {
                        [moof, mdat]
                    };
                    changed.extend(parts.concat());
                }
                b"mdat" => {}
                _ => changed.extend_from_slice(bytes),
            }
        }
        let changed = written(folder.path(), "changed.mp4", &[&changed]);
        let made = remux(&[&changed]).unwrap();
        assert_same(packets(&made.path()), packets(&path), EXACT);
        // Twice: the second half counts from its own start.
        let once = fs::read(&changed).unwrap();
        let twice = written(folder.path(), "twice.mp4", &[&once, &once]);
        let source = packets(&path);
        assert_parts(
            &packets(&remux(&[&twice]).unwrap().path()),
            &[&source, &source],
        );
    }
}

fn cut(folder: &Path, source: &Path, name: &str, arguments: &[&str]) -> PathBuf {
    let path = folder.join(name);
    let [input, output] = [source, path.as_path()].map(|path| path.to_str().unwrap());
    run(
        "ffmpeg",
        &[arguments, &["-i", input, "-c", "copy", "-y", output]].concat(),
    );
    path
}

#[test]
fn movies_of_different_configurations_are_joined_and_stay_in_sync() {
    let folder = TempDir::new().unwrap();
    let first = copied(folder.path(), "first.mp4", &[]);
    let other = written(
        folder.path(),
        "other.mp4",
        &[&other_movie("other.mp4", &[])],
    );
    let made = remux(&[&first, &other, &first]).unwrap();
    let (made, first, other) = (packets(&made.path()), packets(&first), packets(&other));
    for (kind, packets) in &made {
        // Packets of encoder priming are before the start; those of later parts are left out.
        let heard = |source: &Packets| {
            let shown = source[kind].iter().filter(|packet| packet.pts >= -EXACT);
            shown.count()
        };
        let expected = first[kind].len() + heard(&other) + heard(&first);
        assert!(
            packets.len().abs_diff(expected) <= 2,
            "{kind}: {}",
            packets.len()
        );
    }
    let start = |kind: &str, at: usize| made[kind][at].pts;
    let video = start("video", first["video"].len());
    let wanted = &other["audio"]
        .iter()
        .find(|packet| packet.pts >= -EXACT)
        .unwrap()
        .hash;
    let audio = made["audio"]
        .iter()
        .find(|packet| packet.hash == *wanted)
        .unwrap();
    assert!((audio.pts - video).abs() < 0.1, "{} and {video}", audio.pts);
}

/// How many samples of a track were left out because they were there before.
fn repeated(made: &RemuxedMovie, kind: TrackKind) -> u64 {
    let facts = made.summary.facts.iter();
    facts
        .filter(|fact| fact.kind == FactKind::Repeated && fact.track == Some(kind))
        .map(|fact| fact.samples)
        .sum()
}

#[test]
fn parts_that_overlap_are_joined_at_the_same_packet() {
    let folder = TempDir::new().unwrap();
    for (name, flags) in [
        ("mp4", &[][..]),
        (
            "mp4",
            &["-movflags", "frag_keyframe+delay_moov+default_base_moof"],
        ),
        ("flv", &[]),
    ] {
        let arguments = ["-t", "12"];
        let file = |number: &str| format!("{number}.{name}");
        let whole = copied(
            folder.path(),
            &file("whole"),
            &[&arguments[..], flags].concat(),
        );
        let part = |number: &str, range: &[&str]| {
            let path = folder.path().join(file(number));
            let [input, output] = [whole.as_path(), &path].map(|path| path.to_str().unwrap());
            let all = [range, &["-i", input, "-c", "copy"], flags, &["-y", output]];
            run("ffmpeg", &all.concat());
            path
        };
        let parts = [
            part("1", &["-t", "5"]),
            part("2", &["-ss", "2.5", "-t", "6"]),
            part("3", &["-ss", "6.5"]),
        ];
        let paths: Vec<_> = parts.iter().map(PathBuf::as_path).collect();
        let made = remux(&paths).unwrap();
        let tolerance = if name == "flv" { 0.003 } else { 0.001 };
        let (found, source) = (packets(&made.path()), packets(&whole));
        assert_eq!(
            found["video"].len(),
            source["video"].len(),
            "{name} {flags:?}"
        );
        assert_same(found, source.clone(), tolerance);
        for (kind, name) in [(TrackKind::Video, "video"), (TrackKind::Audio, "audio")] {
            let parts = parts.iter().map(|part| packets(part)[name].len());
            let twice = parts.sum::<usize>() - source[name].len();
            assert!(twice > 20, "{twice}");
            let left_out = usize::try_from(repeated(&made, kind)).unwrap();
            // Audio that the edit list of a part cuts off is not counted: nobody would have heard it.
            assert!(left_out > 20 && left_out <= twice, "{left_out} of {twice}");
            let is_all = kind == TrackKind::Audio || left_out == twice;
            assert!(is_all, "{name}: {left_out} of {twice}");
        }
    }
}

#[test]
fn the_same_pictures_under_other_sound_are_no_overlap() {
    let folder = TempDir::new().unwrap();
    let whole = copied(folder.path(), "whole.flv", &["-t", "12"]);
    let part = |name: &str, arguments: &[&str]| {
        let path = folder.path().join(name);
        let [input, output] = [whole.as_path(), &path].map(|path| path.to_str().unwrap());
        let all = [arguments, &["-y", output]].concat();
        let all: Vec<_> = all
            .iter()
            .map(|argument| {
                if *argument == "WHOLE" {
                    input
                } else {
                    argument
                }
            })
            .collect();
        run("ffmpeg", &all);
        path
    };
    let sound = "sine=frequency=300:sample_rate=44100";
    let parts = [
        part("1.flv", &["-t", "5", "-i", "WHOLE", "-c", "copy"]),
        part(
            "2.flv",
            &[
                "-ss", "2.5", "-t", "6", "-i", "WHOLE", "-f", "lavfi", "-t", "6", "-i", sound,
                "-map", "0:v", "-map", "1:a", "-c:v", "copy", "-c:a", "aac",
            ],
        ),
    ];
    let made = remux(&[&parts[0], &parts[1]]).unwrap();
    let found = packets(&made.path());
    for (kind, name) in [(TrackKind::Video, "video"), (TrackKind::Audio, "audio")] {
        let all: usize = parts.iter().map(|part| packets(part)[name].len()).sum();
        assert_eq!(found[name].len(), all, "{name}");
        assert_eq!(repeated(&made, kind), 0, "{name}");
    }
}

#[test]
fn a_track_that_changes_its_codec_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let first = copied(folder.path(), "first.mp4", &[]);
    for (arguments, name) in [
        (["-c:v", "mpeg4"], "mp4v"),
        (["-c:a", "libmp3lame"], "mp4a (0x6b)"),
    ] {
        let other = other_movie("other.mp4", &arguments);
        let other = written(folder.path(), "other.mp4", &[&other]);
        let error = remux(&[&first, &other]).err().unwrap();
        assert!(matches!(error, Error::Unsupported(_)), "{error}");
        assert!(error.to_string().contains(name), "{error}");
    }
}

#[test]
fn movies_put_one_behind_the_other_in_one_file_are_read_to_the_end() {
    let folder = TempDir::new().unwrap();
    for flags in [&[][..], &["-movflags", "+faststart"]] {
        let path = copied(folder.path(), "part.mp4", &[&["-t", "3"], flags].concat());
        let part = fs::read(&path).unwrap();
        let whole = written(folder.path(), "whole.mp4", &[&part, &part]);
        let made = remux(&[&whole]).unwrap();
        let (found, alone) = (packets(&made.path()), packets(&path));
        assert_parts(&found, &[&alone, &alone]);
    }
}

#[test]
fn sound_as_quicktime_describes_it_is_taken() {
    let folder = TempDir::new().unwrap();
    let path = copied(folder.path(), "film.mov", &["-t", "3"]);
    let bytes = fs::read(&path).unwrap();
    assert!(bytes.windows(4).any(|kind| kind == b"wave"), "version 1");
    let made = remux(&[&path]).unwrap();
    assert_same(packets(&made.path()), packets(&path), EXACT);
    probe_without_warnings(&made.path());
    let lossless = other_movie("lossless.mov", &["-c:a", "alac"]);
    let path = written(folder.path(), "lossless.mov", &[&lossless]);
    let made = remux(&[&path]).unwrap();
    assert_same(packets(&made.path()), packets(&path), EXACT);
    assert_eq!(made.summary.tracks[1].codec, "alac");
}

#[test]
fn a_delay_that_all_tracks_share_stays() {
    let folder = TempDir::new().unwrap();
    let source = copied(folder.path(), "film.mp4", &["-t", "3"]);
    let late = cut(
        folder.path(),
        &source,
        "late.mp4",
        &["-copyts", "-itsoffset", "2"],
    );
    let made = remux(&[&late]).unwrap();
    assert_same(packets(&made.path()), packets(&late), EXACT);
    assert!(
        made.summary.duration_ms > 4900,
        "{}",
        made.summary.duration_ms
    );
    let first = packets(&made.path())["video"][0].pts;
    assert!((first - 2.0).abs() < 0.1, "{first}");
}

/// Inserts a box at the end of the sample tables of a track whose `moov` is at the end of the file.
fn with_table(file: &[u8], handler: [u8; 4], table: &[u8]) -> Vec<u8> {
    let mut file = file.to_vec();
    let find = |file: &[u8], from: usize, kind: &[u8]| {
        from + file[from..]
            .windows(4)
            .position(|found| found == kind)
            .unwrap()
    };
    let moov = file.windows(4).rposition(|found| found == b"moov").unwrap();
    let at = find(&file, moov, &handler);
    let trak = moov
        + file[moov..at]
            .windows(4)
            .rposition(|found| found == b"trak")
            .unwrap();
    let mdia = find(&file, trak, b"mdia");
    let minf = find(&file, mdia, b"minf");
    let stbl = find(&file, minf, b"stbl");
    let size =
        |file: &[u8], kind: usize| u32::from_be_bytes(file[kind - 4..kind].try_into().unwrap());
    let end = stbl - 4 + size(&file, stbl) as usize;
    for kind in [moov, trak, mdia, minf, stbl] {
        let longer = size(&file, kind) + u32::try_from(table.len()).unwrap();
        file[kind - 4..kind].copy_from_slice(&longer.to_be_bytes());
    }
    file.splice(end..end, table.iter().copied());
    file
}

fn full_box(kind: [u8; 4], version: u8, fields: &[&[u8]]) -> Vec<u8> {
    let body = fields.concat();
    let size = u32::try_from(12 + body.len()).unwrap();
    let head = [&size.to_be_bytes()[..], &kind, &[version, 0, 0, 0]];
    [&head.concat()[..], &body].concat()
}

fn numbers(numbers: &[u32]) -> Vec<u8> {
    numbers
        .iter()
        .flat_map(|number| number.to_be_bytes())
        .collect()
}

#[test]
fn sample_groups_and_sync_samples_of_sound_are_kept() {
    let folder = TempDir::new().unwrap();
    let plain = fs::read(copied(folder.path(), "plain.mp4", &["-t", "5"])).unwrap();
    // The description of each, and runs of 60 samples without and 7 with a group.
    for (handler, kind, description) in [
        (*b"vide", b"rap ", &[0x85][..]),
        (*b"vide", b"sync", &[20]),
        (*b"soun", b"prol", &[0, 3]),
        (*b"vide", b"roll", &[0, 9]),
    ] {
        let width = u32::try_from(description.len()).unwrap();
        let sgpd = full_box(*b"sgpd", 1, &[kind, &numbers(&[width, 1]), description]);
        let sbgp = full_box(*b"sbgp", 0, &[kind, &numbers(&[2, 60, 0, 7, 1])]);
        let grouped = with_table(&plain, handler, &[sgpd.as_slice(), &sbgp].concat());
        let path = written(folder.path(), "grouped.mp4", &[&grouped]);
        let made = fs::read(remux(&[&path]).unwrap().path()).unwrap();
        let kept = made.windows(sgpd.len()).any(|window| window == sgpd);
        assert!(kept, "{}", String::from_utf8_lossy(kind));
        let runs = [&kind[..], &numbers(&[3, 60, 0, 7, 1])].concat();
        let kept = made.windows(runs.len()).any(|window| window == runs);
        assert!(kept, "{}", String::from_utf8_lossy(kind));
    }
    let stss = full_box(*b"stss", 0, &[&numbers(&[3, 1, 40, 150])]);
    let synced = with_table(&plain, *b"soun", &stss);
    let path = written(folder.path(), "synced.mp4", &[&synced]);
    let made = fs::read(remux(&[&path]).unwrap().path()).unwrap();
    assert!(made.windows(stss.len()).any(|window| window == stss));
}
