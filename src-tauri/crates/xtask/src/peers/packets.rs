//! The packets of a movie, as ffmpeg copies them.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::run::{command, output};

/// Times may differ by this much: Matroska and FLV round to milliseconds.
const TOLERANCE_S: f64 = 0.002;

/// Lets ffmpeg print the hash of each packet. H.264 parameter sets and delimiters are left out: each
/// container has them elsewhere.
const COPY_HASHES: [&str; 9] = [
    "-codec",
    "copy",
    "-bsf:v",
    "filter_units=remove_types=7-9",
    "-f",
    "framehash",
    "-hash",
    "md5",
    "-",
];

/// One packet.
struct Packet {
    /// When it is shown, in seconds after the first packet of its track.
    time_s: f64,
    /// Hash of its bytes.
    hash: String,
}

/// The packets of the video track and the audio track.
pub(super) struct Tracks(Vec<Vec<Packet>>);

/// The packets of the video track and the audio track of the fixture that live streams repeat.
pub(super) struct Fixture(Vec<Vec<Packet>>);

/// Length of that fixture, in seconds.
const FIXTURE_S: f64 = 200.0;

/// Reads one video track and one audio track of a movie.
pub(super) fn tracks(movie: &Path) -> anyhow::Result<Tracks> {
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(movie);
    ffmpeg
        .args(["-map", "0:V", "-map", "0:a"])
        .args(COPY_HASHES);
    parse(&output(&mut ffmpeg)?).with_context(|| format!("reading {}", movie.display()))
}

/// Reads the whole fixture that live streams repeat, from its folder.
pub(super) fn fixture(folder: &Path) -> anyhow::Result<Fixture> {
    let track = |name: &str, kind: &str| {
        let mut ffmpeg = command("ffmpeg");
        let movie = folder.join(name);
        ffmpeg
            .args(["-v", "error", "-i"])
            .arg(&movie)
            .args(["-map", kind]);
        ffmpeg.args(COPY_HASHES);
        let mut tracks = parse(&output(&mut ffmpeg)?)?.0;
        tracks
            .pop()
            .with_context(|| format!("reading {}", movie.display()))
    };
    Ok(Fixture(vec![
        track("video.mp4", "0:V")?,
        track("audio.mp4", "0:a")?,
    ]))
}

/// Parses the output of ffmpeg's `framehash`.
fn parse(text: &str) -> anyhow::Result<Tracks> {
    let mut time_bases = Vec::new();
    let mut tracks: Vec<Vec<Packet>> = Vec::new();
    for line in text.lines() {
        if let Some(base) = line.strip_prefix("#tb ") {
            let base = base.split_once(": ").and_then(|(_, base)| {
                let (top, bottom) = base.split_once('/')?;
                Some(top.parse::<f64>().ok()? / bottom.parse::<f64>().ok()?)
            });
            time_bases.push(base.with_context(|| format!("no time base: {line}"))?);
            tracks.push(Vec::new());
        } else if !line.starts_with('#') {
            // Stream, dts, pts, duration, size, hash.
            let cells: Vec<&str> = line.split(',').map(str::trim).collect();
            let [stream, _, pts, _, _, hash, ..] = cells.as_slice() else {
                anyhow::bail!("not a packet: {line}");
            };
            let stream: usize = stream.parse()?;
            let base = time_bases.get(stream).context("no time base")?;
            let track = tracks.get_mut(stream).context("no track")?;
            track.push(Packet {
                time_s: pts.parse::<f64>()? * base,
                hash: (*hash).to_owned(),
            });
        }
    }
    for track in &mut tracks {
        let start = track.first().map_or(0.0, |packet| packet.time_s);
        for packet in track {
            packet.time_s -= start;
        }
    }
    Ok(Tracks(tracks))
}

impl Tracks {
    /// Requires the same packets at the same times, counted from the start of each track: some
    /// programs let ffmpeg begin all tracks at 0.
    pub(super) fn compare(&self, expected: &Self) -> anyhow::Result<()> {
        ensure!(
            self.0.len() == 2 && expected.0.len() == 2,
            "{} tracks and not two",
            self.0.len()
        );
        for (kind, (track, expected)) in ["video", "audio"]
            .into_iter()
            .zip(self.0.iter().zip(&expected.0))
        {
            ensure!(!expected.is_empty(), "no {kind} packets to compare with");
            ensure!(
                track.len() == expected.len(),
                "{} {kind} packets and not {}",
                track.len(),
                expected.len()
            );
            for (number, (packet, expected)) in track.iter().zip(expected).enumerate() {
                ensure!(
                    packet.hash == expected.hash,
                    "{kind} packet {number} has other bytes"
                );
                ensure!(
                    (packet.time_s - expected.time_s).abs() <= TOLERANCE_S,
                    "{kind} packet {number} is at {} and not at {} s",
                    packet.time_s,
                    expected.time_s
                );
            }
        }
        Ok(())
    }
}

impl Tracks {
    /// Requires that each track is at least `seconds` of the repeated fixture, from any place of it on
    /// and without a gap.
    pub(super) fn are_of(&self, fixture: &Fixture, seconds: f64) -> anyhow::Result<()> {
        ensure!(self.0.len() == 2, "{} tracks and not two", self.0.len());
        for (kind, (track, fixture)) in ["video", "audio"]
            .into_iter()
            .zip(self.0.iter().zip(&fixture.0))
        {
            let length_s = track.last().map_or(0.0, |packet| packet.time_s);
            ensure!(length_s >= seconds, "only {length_s} s of {kind}");
            let starts = 0..fixture.len();
            ensure!(
                starts
                    .into_iter()
                    .any(|start| is_run(track, fixture, start)),
                "{kind} is no part of the fixture"
            );
        }
        Ok(())
    }
}

/// Returns whether a track has the packets of the repeated fixture from this one on, at their times.
fn is_run(track: &[Packet], fixture: &[Packet], start: usize) -> bool {
    let repeated = (0..).flat_map(|round| {
        let later_s = f64::from(round) * FIXTURE_S;
        fixture
            .iter()
            .map(move |packet| (packet, packet.time_s + later_s))
    });
    let start_s = fixture.get(start).map_or(0.0, |packet| packet.time_s);
    track
        .iter()
        .zip(repeated.skip(start))
        .all(|(packet, (expected, time_s))| {
            packet.hash == expected.hash
                && (packet.time_s - (time_s - start_s)).abs() <= TOLERANCE_S
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MOVIE: &str = "#tb 0: 1/1000\n#tb 1: 1/10\n\
        0, 0, 200, 100, 9, aa\n1, 0, 0, 1, 9, cc\n0, 100, 300, 100, 9, bb\n";

    /// The second packet of the video and the first one again; the audio, repeated.
    const PART: &str = "#tb 0: 1/1000\n#tb 1: 1/1\n\
        0, 0, 7, 100, 9, bb\n1, 0, 0, 1, 9, cc\n\
        0, 0, 199907, 100, 9, aa\n1, 0, 200, 1, 9, cc\n";

    #[test]
    fn packets_are_the_same_from_the_start_of_each_track() -> anyhow::Result<()> {
        let moved = MOVIE.replace("200", "0").replace("300", "101");
        parse(&moved)?.compare(&parse(MOVIE)?)
    }

    #[test]
    fn a_part_of_the_repeated_fixture_is_recognised_and_a_gap_is_found() -> anyhow::Result<()> {
        let fixture = Fixture(parse(MOVIE)?.0);
        let part = |text: &str| parse(text).and_then(|part| part.are_of(&fixture, 150.0));
        part(PART)?;
        assert!(parse(PART)?.are_of(&fixture, 250.0).is_err());
        for (of_part, other) in [("199907", "199807"), ("bb", "dd"), ("9, aa", "9, bb")] {
            assert!(part(&PART.replace(of_part, other)).is_err(), "{other}");
        }
        Ok(())
    }

    #[test]
    fn other_bytes_other_times_and_a_missing_packet_are_found() -> anyhow::Result<()> {
        let lines: Vec<&str> = MOVIE.lines().collect();
        for other in [
            MOVIE.replace("bb", "dd"),
            MOVIE.replace("300", "303"),
            lines.get(..4).unwrap_or_default().join("\n"),
        ] {
            assert!(parse(&other)?.compare(&parse(MOVIE)?).is_err(), "{other}");
        }
        Ok(())
    }
}
