//! Writes the film as fragmented MP4 (ISO/IEC 14496-12 8.8).

use media::TrackKind;

use super::{AUDIO_CONFIG, FilmSegment, Frame, step_ns, video_config};

/// Ticks per second of each track.
const VIDEO_TIMESCALE: u64 = 12_800;
const AUDIO_TIMESCALE: u64 = 48_000;
/// Longest fragment; a change of the clock starts another one, too.
const FRAGMENT_NS: i64 = 1_000_000_000;

/// Returns `moov` with both tracks.
pub(super) fn init() -> Vec<u8> {
    let mut body = full(*b"mvhd", &[vec![0; 8], number(1000), vec![0; 84]].concat());
    body.extend(track(1, VIDEO_TIMESCALE, *b"vide", &video_entry()));
    body.extend(track(2, AUDIO_TIMESCALE, *b"soun", &audio_entry()));
    let defaults = |id: u32| full(*b"trex", &[number(id), number(1), vec![0; 12]].concat());
    body.extend(boxed(*b"mvex", &[defaults(1), defaults(2)].concat()));
    boxed(*b"moov", &body)
}

/// Returns a segment of one or more fragments, each with the frames of both tracks.
pub(super) fn segment(segment: &FilmSegment) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut open: Vec<&Frame> = Vec::new();
    for frame in &segment.frames {
        let breaks = |first: &&&Frame| {
            let length = frame.clock_ns - first.clock_ns;
            !(0..FRAGMENT_NS).contains(&length)
        };
        let is_long = open.first().as_ref().is_some_and(breaks);
        let jumps = open
            .last()
            .is_some_and(|last| last.is_on_other_clock(frame));
        if is_long || jumps {
            bytes.extend(fragment(&std::mem::take(&mut open)));
        }
        open.push(frame);
    }
    bytes.extend(fragment(&open));
    bytes
}

fn fragment(frames: &[&Frame]) -> Vec<u8> {
    let of = |kind| -> Vec<&Frame> {
        let of_kind = frames.iter().filter(|frame| frame.kind == kind);
        of_kind.copied().collect()
    };
    let tracks = [(1, of(TrackKind::Video)), (2, of(TrackKind::Audio))];
    let tracks: Vec<_> = tracks
        .into_iter()
        .filter(|(_, own)| !own.is_empty())
        .collect();
    if tracks.is_empty() {
        return Vec::new();
    }
    let with_data_at = |data: u32| {
        let mut body = full(*b"mfhd", &number(1));
        let mut at = data;
        for (id, own) in &tracks {
            let sizes = own.iter().map(|frame| sample(frame).len());
            body.extend(traf(*id, own, at));
            at += u32::try_from(sizes.sum::<usize>()).expect("short");
        }
        boxed(*b"moof", &body)
    };
    let length = u32::try_from(with_data_at(0).len()).expect("short");
    let mut bytes = with_data_at(length + 8);
    let data: Vec<u8> = tracks
        .iter()
        .flat_map(|(_, own)| own.iter().flat_map(|frame| sample(frame)))
        .collect();
    bytes.extend(boxed(*b"mdat", &data));
    bytes
}

fn traf(id: u32, frames: &[&Frame], data: u32) -> Vec<u8> {
    // default-base-is-moof
    let header = [&[0, 2, 0, 0][..], &number(id)].concat();
    let first = ticks(frames[0].clock_ns, frames[0].kind);
    let time = [&[1, 0, 0, 0][..], &first.to_be_bytes()].concat();
    // Data offset, and duration, size and flags of each sample.
    let mut run = vec![0, 0, 7, 1];
    run.extend(number(u32::try_from(frames.len()).expect("few")));
    run.extend(number(data));
    for (index, frame) in frames.iter().enumerate() {
        let usual = frame.clock_ns + step_ns(frame.kind).cast_signed();
        let end = frames.get(index + 1).map_or(usual, |next| next.clock_ns);
        let duration = ticks(end, frame.kind) - ticks(frame.clock_ns, frame.kind);
        run.extend(number(u32::try_from(duration).expect("short")));
        run.extend(number(u32::try_from(sample(frame).len()).expect("short")));
        run.extend(number(if frame.is_key { 0 } else { 0x1_0000 }));
    }
    let boxes = [
        boxed(*b"tfhd", &header),
        boxed(*b"tfdt", &time),
        boxed(*b"trun", &run),
    ];
    boxed(*b"traf", &boxes.concat())
}

fn sample(frame: &Frame) -> Vec<u8> {
    match frame.kind {
        TrackKind::Video => {
            let length = number(u32::try_from(frame.data.len()).expect("short"));
            [&length, &frame.data[..]].concat()
        }
        TrackKind::Audio => frame.data.clone(),
    }
}

fn ticks(clock_ns: i64, kind: TrackKind) -> u64 {
    let timescale = match kind {
        TrackKind::Video => VIDEO_TIMESCALE,
        TrackKind::Audio => AUDIO_TIMESCALE,
    };
    let time = u128::from(clock_ns.cast_unsigned()) * u128::from(timescale);
    u64::try_from((time + 500_000_000) / 1_000_000_000).expect("short")
}

fn track(id: u32, timescale: u64, handler: [u8; 4], entry: &[u8]) -> Vec<u8> {
    let header = [vec![0; 8], number(id), vec![0; 68]].concat();
    let timescale = number(u32::try_from(timescale).expect("small"));
    let media = [vec![0; 8], timescale, vec![0; 4], vec![0x55, 0xc4, 0, 0]].concat();
    let kind = [vec![0; 4], handler.to_vec(), vec![0; 13]].concat();
    let entries = full(*b"stsd", &[number(1), entry.to_vec()].concat());
    let information = boxed(*b"minf", &boxed(*b"stbl", &entries));
    let media = [full(*b"mdhd", &media), full(*b"hdlr", &kind), information].concat();
    boxed(
        *b"trak",
        &[full(*b"tkhd", &header), boxed(*b"mdia", &media)].concat(),
    )
}

fn video_entry() -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 0, 0, 0, 1];
    body.extend([0; 16]);
    body.extend([
        5, 0, 2, 0xd0, 0, 0x48, 0, 0, 0, 0x48, 0, 0, 0, 0, 0, 0, 0, 1,
    ]);
    body.extend([0; 32]);
    body.extend([0, 0x18, 0xff, 0xff]);
    body.extend(boxed(*b"avcC", &video_config()));
    boxed(*b"avc1", &body)
}

fn audio_entry() -> Vec<u8> {
    let mut body = vec![0, 0, 0, 0, 0, 0, 0, 1];
    body.extend([0; 8]);
    body.extend([0, 2, 0, 16, 0, 0, 0, 0, 0xbb, 0x80, 0, 0]);
    // ISO/IEC 14496-1 7.2.6: elementary stream, decoder configuration, AudioSpecificConfig, SL.
    let mut stream = vec![3, 25, 0, 0, 0, 4, 17, 0x40, 0x15];
    stream.extend([0; 11]);
    stream.extend([5, 2]);
    stream.extend(AUDIO_CONFIG);
    stream.extend([6, 1, 2]);
    body.extend(full(*b"esds", &stream));
    boxed(*b"mp4a", &body)
}

fn boxed(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    let size = u32::try_from(body.len() + 8).expect("short");
    [&number(size), &kind[..], body].concat()
}

/// A box with version and flags of 0.
fn full(kind: [u8; 4], body: &[u8]) -> Vec<u8> {
    boxed(kind, &[&[0; 4], body].concat())
}

fn number(value: u32) -> Vec<u8> {
    value.to_be_bytes().to_vec()
}
