//! Reads files with ffmpeg and ffprobe.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

use crate::segments::movie;

/// One packet: times in seconds, and what identifies its bytes.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Packet {
    pub(crate) dts: f64,
    pub(crate) pts: f64,
    pub(crate) size: u64,
    pub(crate) hash: String,
}

/// The packets of each track, keyed by `video` and `audio`.
pub(crate) type Packets = BTreeMap<String, Vec<Packet>>;

/// Runs a program of ffmpeg, which must succeed.
pub(crate) fn run(program: &str, arguments: &[&str]) -> Output {
    let output = Command::new(program)
        .args(["-hide_banner", "-v", "warning"])
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}; install ffmpeg to run this test"));
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success(), "{program} {arguments:?}: {words}");
    output
}

/// Reads all packets as they are stored.
pub(crate) fn packets(path: &Path) -> Packets {
    let path = path.to_str().unwrap();
    let output = run(
        "ffmpeg",
        &[
            "-copyts", "-i", path, "-map", "0", "-c", "copy", "-f", "framemd5", "-",
        ],
    );
    parse(&String::from_utf8(output.stdout).unwrap())
}

fn parse(text: &str) -> Packets {
    let mut kinds = BTreeMap::new();
    let mut bases = BTreeMap::new();
    let mut packets = Packets::new();
    for line in text.lines() {
        if let Some(field) = line.strip_prefix("#media_type ") {
            let (stream, kind) = field.split_once(": ").unwrap();
            kinds.insert(stream.to_owned(), kind.to_owned());
        } else if let Some(field) = line.strip_prefix("#tb ") {
            let (stream, base) = field.split_once(": ").unwrap();
            let (count, scale) = base.split_once('/').unwrap();
            let base = count.parse::<f64>().unwrap() / scale.parse::<f64>().unwrap();
            bases.insert(stream.to_owned(), base);
        } else if !line.starts_with('#') {
            let fields: Vec<_> = line.split(',').map(str::trim).collect();
            let time = |field: &str| field.parse::<f64>().unwrap() * bases[fields[0]];
            let packet = Packet {
                dts: time(fields[1]),
                pts: time(fields[2]),
                size: fields[4].parse().unwrap(),
                hash: fields[5].to_owned(),
            };
            packets
                .entry(kinds[fields[0]].clone())
                .or_default()
                .push(packet);
        }
    }
    packets
}

/// Shifts all times so that the first shown packet of all tracks is at 0.
pub(crate) fn from_origin(mut packets: Packets) -> Packets {
    let origin = packets
        .values()
        .flatten()
        .map(|packet| packet.pts)
        .fold(f64::MAX, f64::min);
    for packet in packets.values_mut().flatten() {
        packet.dts -= origin;
        packet.pts -= origin;
    }
    packets
}

/// Asserts the same packets with the same bytes, at the same times relative to the first shown one,
/// ± `tolerance` seconds.
pub(crate) fn assert_same(made: Packets, source: Packets, tolerance: f64) {
    let (made, source) = (from_origin(made), from_origin(source));
    assert_eq!(
        made.keys().collect::<Vec<_>>(),
        source.keys().collect::<Vec<_>>()
    );
    for (kind, source) in source {
        let made = &made[&kind];
        for (number, (made, source)) in made.iter().zip(&source).enumerate() {
            let context = format!("{kind} packet {number}: {made:?} of {source:?}");
            assert_eq!(
                (made.size, &made.hash),
                (source.size, &source.hash),
                "{context}"
            );
            assert!((made.dts - source.dts).abs() <= tolerance, "{context}");
            assert!((made.pts - source.pts).abs() <= tolerance, "{context}");
        }
        assert_eq!(made.len(), source.len(), "{kind} packets");
    }
}

/// Asserts that the packets of the movie are shown at its times. The source of fragments with
/// negative composition offsets is not compared: ffmpeg reads it late by the reorder delay, with
/// other decode times.
pub(crate) fn assert_shown_as_the_movie(made: &Path) {
    let folder = TempDir::new().unwrap();
    let source = folder.path().join("film.flv");
    fs::write(&source, movie()).unwrap();
    let shown = |path: &Path| {
        let mut packets = packets(path);
        for packet in packets.values_mut().flatten() {
            packet.dts = packet.pts;
        }
        packets
    };
    assert_same(shown(made), shown(&source), 0.001_001);
    probe_without_warnings(made);
}

/// Asserts that neither reading nor decoding gives a warning; returns the output of ffprobe.
pub(crate) fn probe_without_warnings(path: &Path) -> String {
    let path = path.to_str().unwrap();
    let probed = run(
        "ffprobe",
        &["-show_format", "-show_streams", "-count_packets", path],
    );
    let decoded = run("ffmpeg", &["-xerror", "-i", path, "-f", "null", "-"]);
    for output in [&probed, &decoded] {
        assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    }
    String::from_utf8(probed.stdout).unwrap()
}
