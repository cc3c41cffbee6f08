//! Changes the bytes that decide how a container is read: lengths, times, order and number of tags.

use fastrand::Rng;

/// Boxes whose fields decide where samples are.
const BOXES: [&[u8; 4]; 24] = [
    b"trun", b"tfhd", b"tfdt", b"trex", b"moof", b"traf", b"mdat", b"stsd", b"mdhd", b"tkhd",
    b"elst", b"avc1", b"avcC", b"mp4a", b"esds", b"stts", b"ctts", b"stsc", b"stsz", b"stco",
    b"stss", b"co64", b"moov", b"mvhd",
];
/// Numbers at which counters and signs overflow.
const EDGES: [u32; 12] = [
    0,
    1,
    2,
    7,
    8,
    0x7f,
    0xff,
    0xffff,
    0x00ff_ffff,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
];

/// Changes `bytes` in one to four places. The same `seed` makes the same changes.
pub fn mutate(bytes: &mut Vec<u8>, seed: u64) {
    let mut rng = Rng::with_seed(seed);
    for _ in 0..rng.usize(1..=4) {
        if bytes.len() < 16 {
            return;
        }
        match rng.u8(0..8) {
            0 => random_byte(bytes, &mut rng),
            1 => {
                let at = rng.usize(..bytes.len() - 4);
                edge(bytes, at, &mut rng);
            }
            2 | 3 => box_field(bytes, &mut rng),
            4..=6 => flv_tag(bytes, &mut rng),
            _ => block(bytes, &mut rng),
        }
    }
}

fn random_byte(bytes: &mut [u8], rng: &mut Rng) {
    let at = rng.usize(..bytes.len());
    bytes[at] = if rng.bool() {
        bytes[at] ^ (1 << rng.u8(..8))
    } else {
        rng.u8(..)
    };
}

/// Sets a field of 32 bits to an edge case, or changes it by up to 3.
fn edge(bytes: &mut [u8], at: usize, rng: &mut Rng) {
    let Some(field) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut::<4>) else {
        return;
    };
    let value = if rng.bool() {
        EDGES[rng.usize(..EDGES.len())]
    } else {
        u32::from_be_bytes(*field).wrapping_add_signed(rng.i32(-3..=3))
    };
    *field = value.to_be_bytes();
}

/// Changes the size, the type or a field of a box.
fn box_field(bytes: &mut [u8], rng: &mut Rng) {
    let name = BOXES[rng.usize(..BOXES.len())];
    let places: Vec<_> = bytes
        .windows(4)
        .enumerate()
        .filter(|(_, window)| window == name)
        .map(|(at, _)| at)
        .collect();
    if places.is_empty() {
        return random_byte(bytes, rng);
    }
    let at = places[rng.usize(..places.len())];
    match rng.u8(0..5) {
        0 => edge(bytes, at.saturating_sub(4), rng),
        1 => {
            // Flags say which fields there are.
            let bit = rng.usize(..24);
            if let Some(byte) = bytes.get_mut(at + 5 + bit / 8) {
                *byte ^= 1 << (bit % 8);
            }
        }
        2 => bytes[at..at + 4].copy_from_slice(BOXES[rng.usize(..BOXES.len())]),
        _ => {
            let field = rng.usize(1..12);
            edge(bytes, at + field * 4, rng);
        }
    }
}

/// Finds a tag by its stream id 0 and the size behind it; changes its header, or moves the tag.
fn flv_tag(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let places: Vec<_> = (0..bytes.len())
        .filter_map(|at| Some((at, tag_length(bytes.get(at..)?)?)))
        .collect();
    if places.is_empty() {
        return random_byte(bytes, rng);
    }
    let (at, length) = places[rng.usize(..places.len())];
    let tag = bytes[at..at + length].to_vec();
    match rng.u8(0..9) {
        // Its timestamp.
        0 | 1 => bytes[at + 4..at + 7].copy_from_slice(&EDGES[rng.usize(..12)].to_be_bytes()[1..]),
        2 => bytes[at + 7] = [0, 1, 0x7f, 0x80, 0xff][rng.usize(..5)],
        3 => bytes[at] = [8, 9, 18, 15, 0x28, 0x29, 0][rng.usize(..7)],
        // The start of its body.
        4 => {
            let field = at + 11 + rng.usize(..5).min(length - 12);
            bytes[field] = rng.u8(..);
        }
        // The tag: removed, repeated, copied elsewhere.
        5 => drop(bytes.drain(at..at + length)),
        6 => drop(bytes.splice(at..at, tag)),
        7 => {
            let (other, _) = places[rng.usize(..places.len())];
            bytes.splice(other..other, tag);
        }
        _ => bytes[at + 1 + rng.usize(..3)] = rng.u8(..),
    }
}

/// Returns the length of the tag and of the size behind it, if these bytes start with one.
fn tag_length(bytes: &[u8]) -> Option<usize> {
    let &[kind, a, b, c, _, _, _, _, 0, 0, 0] = bytes.first_chunk()? else {
        return None;
    };
    let size = u32::from_be_bytes([0, a, b, c]);
    let length = size as usize + 15;
    let behind = bytes.get(length - 4..length)?;
    (matches!(kind, 8 | 9 | 18) && size > 0 && behind == (size + 11).to_be_bytes())
        .then_some(length)
}

/// Removes a byte range, repeats it, or truncates behind it.
fn block(bytes: &mut Vec<u8>, rng: &mut Rng) {
    let at = rng.usize(..bytes.len());
    let end = (at + rng.usize(1..64)).min(bytes.len());
    match rng.u8(0..8) {
        0..=2 => drop(bytes.drain(at..end)),
        3..=6 => {
            let again = bytes[at..end].to_vec();
            bytes.splice(at..at, again);
        }
        _ => bytes.truncate(end),
    }
}
