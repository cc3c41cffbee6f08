//! The packets of a movie, as ffmpeg copies them.

use std::path::Path;

use anyhow::{Context, ensure};

use crate::run::{command, output};

/// Times may differ by this much: Matroska and FLV round to milliseconds.
const TOLERANCE_S: f64 = 0.002;

/// One packet.
struct Packet {
    /// When it is shown, in seconds after the first packet of its track.
    time_s: f64,
    /// Hash of its bytes.
    hash: String,
}

/// The packets of the video track and the audio track.
pub(super) struct Tracks(Vec<Vec<Packet>>);

/// Reads one video track and one audio track of a movie. H.264 parameter sets and delimiters are left
/// out: each container has them elsewhere.
pub(super) fn tracks(movie: &Path) -> anyhow::Result<Tracks> {
    let mut ffmpeg = command("ffmpeg");
    ffmpeg.args(["-v", "error", "-i"]).arg(movie).args([
        "-map",
        "0:V",
        "-map",
        "0:a",
        "-codec",
        "copy",
        "-bsf:v",
        "filter_units=remove_types=7-9",
        "-f",
        "framehash",
        "-hash",
        "md5",
        "-",
    ]);
    parse(&output(&mut ffmpeg)?).with_context(|| format!("reading {}", movie.display()))
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

#[cfg(test)]
mod tests {
    use super::*;

    const MOVIE: &str = "#tb 0: 1/1000\n#tb 1: 1/10\n\
        0, 0, 200, 100, 9, aa\n1, 0, 0, 1, 9, cc\n0, 100, 300, 100, 9, bb\n";

    #[test]
    fn packets_are_the_same_from_the_start_of_each_track() -> anyhow::Result<()> {
        let moved = MOVIE.replace("200", "0").replace("300", "101");
        parse(&moved)?.compare(&parse(MOVIE)?)
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
