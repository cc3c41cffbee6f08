//! Writes the film as transport streams.

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Range,
};

use kit::ts::{PACKET_BYTES, Pes, TsWriter, adts};
use media::TrackKind;

use super::{AUDIO_CONFIG, FilmSegment, Frame, PPS, SPS};

/// Frames of audio in one PES packet.
const AUDIO_FRAMES: usize = 5;
const PAYLOAD_BYTES: usize = PACKET_BYTES - 4;
/// Packets of one PID that are lost without one between that arrives. Behind sixteen of them the
/// continuity counter is the one that is expected, so that nothing tells of the loss.
const MAX_LOST_IN_A_ROW: u8 = 15;

/// The stream of one segment.
pub(super) struct FilmStream {
    pub(super) data: Vec<u8>,
    /// The packets that hold each frame.
    frames: Vec<(TrackKind, u32, Range<usize>)>,
}

impl FilmStream {
    /// Writes a segment into a stream with these counters, which go on.
    pub(super) fn write(segment: &FilmSegment, writer: &mut TsWriter) -> Self {
        writer.data.clear();
        writer.tables(0x100, &[(0x1b, 0x100), (0x0f, 0x101)]);
        let mut stream = Self {
            data: Vec::new(),
            frames: Vec::new(),
        };
        let mut sound: Vec<&Frame> = Vec::new();
        let mut last: Option<&Frame> = None;
        for frame in &segment.frames {
            // Streams that are put together end with whole PES packets.
            if last
                .replace(frame)
                .is_some_and(|last| last.is_on_other_clock(frame))
            {
                stream.sound(writer, &std::mem::take(&mut sound));
            }
            match frame.kind {
                TrackKind::Video => {
                    let payload = video(frame);
                    let ends = [(frame.number, 0..payload.len())];
                    let time = ticks(frame);
                    stream.pes(writer, Pes::video(time, time, &payload), &ends);
                }
                TrackKind::Audio => {
                    // A PES packet has one time for all of its frames.
                    let is_next = sound.last().is_none_or(|last| {
                        let distance = frame.clock_ns - last.clock_ns;
                        (0..22_000_000).contains(&distance)
                    });
                    if !is_next || sound.len() == AUDIO_FRAMES {
                        stream.sound(writer, &std::mem::take(&mut sound));
                    }
                    sound.push(frame);
                }
            }
        }
        stream.sound(writer, &sound);
        stream.data.clone_from(&writer.data);
        stream
    }

    fn sound(&mut self, writer: &mut TsWriter, frames: &[&Frame]) {
        let Some(first) = frames.first() else { return };
        let mut payload = Vec::new();
        let mut ranges = Vec::new();
        for frame in frames {
            let start = payload.len();
            payload.extend(adts(AUDIO_CONFIG, &frame.data));
            ranges.push((frame.number, start..payload.len()));
        }
        self.pes(writer, Pes::audio(ticks(first), &payload), &ranges);
    }

    fn pes(&mut self, writer: &mut TsWriter, pes: Pes<'_>, frames: &[(u32, Range<usize>)]) {
        let first = writer.data.len() / PACKET_BYTES;
        let header = pes.bytes().len() - pes.payload.len();
        let kind = if pes.pid == 0x100 {
            TrackKind::Video
        } else {
            TrackKind::Audio
        };
        for (number, range) in frames {
            // A frame of video is whole only with the header of its PES packet.
            let start = if kind == TrackKind::Video {
                0
            } else {
                header + range.start
            };
            let end = header + range.end;
            let packets = first + start / PAYLOAD_BYTES..first + end.div_ceil(PAYLOAD_BYTES);
            self.frames.push((kind, *number, packets));
        }
        writer.pes(pes);
    }

    /// Loses packets, and returns the frames that these touch.
    ///
    /// The ranges may meet: more packets of a PID in a row than a counter tells of are not lost.
    /// Nor are the first of a PID and those of its last PES packet: whole packets that are lost at
    /// the border of two segments are not told from a pause, and the time of a frame behind both the
    /// last timestamp and a loss is an estimate, which may reach into the next segment.
    pub(super) fn lose(&mut self, lost: &[Range<usize>]) -> BTreeSet<(TrackKind, u32)> {
        let mut of_pids = BTreeMap::<[u8; 2], Vec<(usize, bool)>>::new();
        for (number, packet) in self.data.chunks(PACKET_BYTES).enumerate() {
            let pid = [packet[1] & 0x1f, packet[2]];
            let starts_pes = packet[1] & 0x40 != 0;
            of_pids.entry(pid).or_default().push((number, starts_pes));
        }
        let mut lost_packets = BTreeSet::new();
        for packets in of_pids.values() {
            let last_pes = packets.iter().rposition(|(_, starts_pes)| *starts_pes);
            let inner = packets.get(1..last_pes.unwrap_or_default());
            let mut in_a_row = 0;
            for (number, _) in inner.unwrap_or_default() {
                let is_chosen = lost.iter().any(|range| range.contains(number));
                in_a_row = if is_chosen { in_a_row + 1 } else { 0 };
                if in_a_row > MAX_LOST_IN_A_ROW {
                    in_a_row = 0;
                } else if is_chosen {
                    lost_packets.insert(*number);
                }
            }
        }
        let is_lost = |packet: &usize| lost_packets.contains(packet);
        let packets = self.data.chunks(PACKET_BYTES).enumerate();
        let left = packets.filter(|(number, _)| !is_lost(number));
        self.data = left.flat_map(|(_, packet)| packet.to_vec()).collect();
        let touched = self.frames.iter();
        touched
            .filter(|(_, _, packets)| packets.clone().any(|packet| is_lost(&packet)))
            .map(|(kind, number, _)| (*kind, *number))
            .collect()
    }
}

fn video(frame: &Frame) -> Vec<u8> {
    let mut payload = vec![0, 0, 0, 1, 9, 0xf0];
    if frame.is_key {
        for set in [&SPS[..], &PPS] {
            payload.extend([0, 0, 0, 1]);
            payload.extend_from_slice(set);
        }
    }
    payload.extend([0, 0, 0, 1]);
    payload.extend_from_slice(&frame.data);
    payload
}

/// Returns the time in 33 bits; the clock wraps within the film.
fn ticks(frame: &Frame) -> u64 {
    let start = (1_u64 << 33) - 9_000 * 104;
    let ticks = (frame.clock_ns * 9 + 50_000) / 100_000;
    (start + ticks.cast_unsigned()) % (1 << 33)
}
