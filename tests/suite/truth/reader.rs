//! Reads the packets of a saved movie. Independent of the code under test, which must not verify
//! itself. MP4 with its index (ISO/IEC 14496-12 8), and FLV (Adobe FLV 10.1 annex E).

use std::hash::{DefaultHasher, Hasher};

/// One packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct MoviePacket {
    pub(super) dts_us: i64,
    pub(super) pts_us: i64,
    /// Hash of its bytes.
    pub(super) hash: u64,
}

/// All packets of a movie.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct MoviePackets {
    pub(super) video: Vec<MoviePacket>,
    pub(super) audio: Vec<MoviePacket>,
}

pub(super) fn hash(bytes: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(bytes);
    hasher.finish()
}

/// Reads a movie in the container that its first bytes indicate.
pub(super) fn read(file: &[u8]) -> Result<MoviePackets, String> {
    if file.starts_with(b"FLV\x01") {
        flv(file)
    } else {
        mp4(file)
    }
}

fn be(bytes: &[u8], at: usize, size: usize) -> Result<u64, String> {
    let number = bytes.get(at..at + size).ok_or("cut inside a number")?;
    Ok(number
        .iter()
        .fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

fn word(bytes: &[u8], at: usize) -> Result<u32, String> {
    u32::try_from(be(bytes, at, 4)?).map_err(|_| "a wide word".to_owned())
}

fn to_usize(number: u64) -> Result<usize, String> {
    usize::try_from(number).map_err(|error| error.to_string())
}

fn flv(file: &[u8]) -> Result<MoviePackets, String> {
    let mut movie = MoviePackets::default();
    let mut at = to_usize(be(file, 5, 4)?)? + 4;
    while at < file.len() {
        let size = to_usize(be(file, at + 1, 3)?)?;
        let time_ms = i64::from(word(file, at + 4)?.rotate_right(8));
        let data = file.get(at + 11..at + 11 + size).ok_or("a cut tag")?;
        match file.get(at) {
            Some(9) if data.get(1) == Some(&1) => {
                let later = i64::try_from(be(data, 2, 3)?).unwrap_or(0);
                movie.video.push(MoviePacket {
                    dts_us: time_ms * 1000,
                    pts_us: (time_ms + later) * 1000,
                    hash: hash(&data[5..]),
                });
            }
            Some(8) if data.get(1) == Some(&1) => movie.audio.push(MoviePacket {
                dts_us: time_ms * 1000,
                pts_us: time_ms * 1000,
                hash: hash(&data[2..]),
            }),
            _ => {}
        }
        at += 11 + size + 4;
    }
    Ok(movie)
}

type Payload<'b> = ([u8; 4], &'b [u8]);

/// Returns the boxes side by side in `bytes`: type and payload.
fn boxes(bytes: &[u8]) -> Result<Vec<Payload<'_>>, String> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < bytes.len() {
        let (head, size) = match be(bytes, at, 4)? {
            1 => (16, to_usize(be(bytes, at + 8, 8)?)?),
            0 => (8, bytes.len() - at),
            size => (8, to_usize(size)?),
        };
        let whole = bytes.get(at..at + size).ok_or("a box past the end")?;
        let kind = whole.get(4..8).and_then(|kind| kind.try_into().ok());
        found.push((
            kind.ok_or("a cut box")?,
            whole.get(head..).ok_or("a cut box")?,
        ));
        at += size;
    }
    Ok(found)
}

fn inside<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Result<Option<&'a [u8]>, String> {
    let mut within = bytes;
    for kind in path {
        let found = boxes(within)?.into_iter().find(|(it, _)| it == *kind);
        match found {
            Some((_, payload)) => within = payload,
            None => return Ok(None),
        }
    }
    Ok(Some(within))
}

fn needed<'a>(bytes: &'a [u8], path: &[&[u8; 4]]) -> Result<&'a [u8], String> {
    inside(bytes, path)?.ok_or_else(|| {
        let names = path.iter().map(|kind| String::from_utf8_lossy(*kind));
        format!("no {}", names.collect::<Vec<_>>().join("/"))
    })
}

fn mp4(file: &[u8]) -> Result<MoviePackets, String> {
    let moov = needed(file, &[b"moov"])?;
    let mvhd = needed(moov, &[b"mvhd"])?;
    let movie_scale = i64::from(word(mvhd, if mvhd[0] == 1 { 20 } else { 12 })?);
    let mut movie = MoviePackets::default();
    for (kind, trak) in boxes(moov)? {
        if &kind != b"trak" {
            continue;
        }
        let handler = needed(trak, &[b"mdia", b"hdlr"])?.get(8..12);
        let into = match handler {
            Some(b"vide") => &mut movie.video,
            Some(b"soun") => &mut movie.audio,
            _ => continue,
        };
        if !into.is_empty() {
            return Err("two tracks of a kind".to_owned());
        }
        *into = track(file, trak, movie_scale)?;
    }
    Ok(movie)
}

fn track(file: &[u8], trak: &[u8], movie_scale: i64) -> Result<Vec<MoviePacket>, String> {
    let mdhd = needed(trak, &[b"mdia", b"mdhd"])?;
    let scale = i64::from(word(mdhd, if mdhd[0] == 1 { 20 } else { 12 })?);
    let stbl = needed(trak, &[b"mdia", b"minf", b"stbl"])?;
    let start_us = start(inside(trak, &[b"edts", b"elst"])?, scale, movie_scale)?;
    let sizes = sizes(needed(stbl, &[b"stsz"])?)?;
    let places = places(stbl, &sizes)?;
    let steps = runs(needed(stbl, &[b"stts"])?)?;
    let later = match inside(stbl, &[b"ctts"])? {
        Some(ctts) => runs(ctts)?,
        None => vec![0; sizes.len()],
    };
    if steps.len() != sizes.len() || later.len() != sizes.len() {
        return Err("tables of different lengths".to_owned());
    }
    let us = |ticks: i64| ticks * 1_000_000 / scale + start_us;
    let mut ticks = 0;
    let mut packets = Vec::with_capacity(sizes.len());
    for (at, size) in sizes.iter().enumerate() {
        let data = file.get(places[at]..places[at] + size);
        packets.push(MoviePacket {
            dts_us: us(ticks),
            pts_us: us(ticks + i64::from(later[at].cast_signed())),
            hash: hash(data.ok_or("a sample past the end")?),
        });
        ticks += i64::from(steps[at]);
    }
    Ok(packets)
}

/// Returns the presentation time of media time 0: the empty edits, then one edit of the media.
fn start(elst: Option<&[u8]>, scale: i64, movie_scale: i64) -> Result<i64, String> {
    let Some(elst) = elst else { return Ok(0) };
    let wide = elst.first() == Some(&1);
    let width = if wide { 8 } else { 4 };
    let mut pause = 0;
    for entry in 0..to_usize(be(elst, 4, 4)?)? {
        let at = 8 + entry * (2 * width + 4);
        let duration = be(elst, at, width)?.cast_signed();
        let media = be(elst, at + width, width)?;
        let media = if wide {
            media.cast_signed()
        } else {
            i64::from(word(elst, at + width)?.cast_signed())
        };
        if media == -1 {
            pause += duration;
            continue;
        }
        return Ok(pause * 1_000_000 / movie_scale - media * 1_000_000 / scale);
    }
    Err("an edit list without media".to_owned())
}

fn sizes(stsz: &[u8]) -> Result<Vec<usize>, String> {
    let (all, count) = (to_usize(be(stsz, 4, 4)?)?, to_usize(be(stsz, 8, 4)?)?);
    if all > 0 {
        return Ok(vec![all; count]);
    }
    (0..count)
        .map(|at| to_usize(be(stsz, 12 + at * 4, 4)?))
        .collect()
}

/// Expands a run-length table to one value per sample.
fn runs(table: &[u8]) -> Result<Vec<u32>, String> {
    let mut all = Vec::new();
    for run in 0..to_usize(be(table, 4, 4)?)? {
        let count = to_usize(be(table, 8 + run * 8, 4)?)?;
        all.extend(std::iter::repeat_n(word(table, 12 + run * 8)?, count));
    }
    Ok(all)
}

/// Returns the file offset of each sample.
fn places(stbl: &[u8], sizes: &[usize]) -> Result<Vec<usize>, String> {
    let (table, width) = match inside(stbl, &[b"stco"])? {
        Some(table) => (table, 4),
        None => (needed(stbl, &[b"co64"])?, 8),
    };
    let stsc = needed(stbl, &[b"stsc"])?;
    let runs = to_usize(be(stsc, 4, 4)?)?;
    let mut places = Vec::with_capacity(sizes.len());
    let mut run = 0;
    for chunk in 0..to_usize(be(table, 4, 4)?)? {
        while run + 1 < runs && to_usize(be(stsc, 8 + (run + 1) * 12, 4)?)? <= chunk + 1 {
            run += 1;
        }
        let mut at = to_usize(be(table, 8 + chunk * width, width)?)?;
        for _ in 0..be(stsc, 12 + run * 12, 4)? {
            places.push(at);
            at += sizes.get(places.len() - 1).ok_or("too many samples")?;
        }
    }
    if places.len() == sizes.len() {
        Ok(places)
    } else {
        Err("samples without a place".to_owned())
    }
}
