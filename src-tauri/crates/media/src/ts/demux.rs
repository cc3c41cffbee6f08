//! Demuxes an HLS segment into codec configurations and samples.

use super::{
    audio::AudioParser,
    frames::{FrameTime, StreamItem},
    packed_audio,
    packet::{TsPacket, TsPackets},
    pes::{self, PesStart},
    psi::{Programs, SelectedStreams},
    stream::{ElementaryParser, ParsedStream, SegmentEdges, Stream},
    video::VideoParser,
};
use crate::{
    Error, Sample, TrackKind,
    codec::annex_b::is_plausible_h264,
    cursor::Cursor,
    flv::DemuxEvent,
    timestamps::{TS, TimestampUnwrapper},
};

/// Demuxes segments one by one; its buffers are reused for the next segment.
#[derive(Debug)]
pub struct TsDemuxer {
    video: Stream<VideoParser>,
    audio: Stream<AudioParser>,
}

/// A demuxed segment.
#[derive(Debug)]
pub struct TsSegment<'d> {
    demuxer: &'d TsDemuxer,
}

/// The data of a track that continues in the neighbouring segments.
#[derive(Debug)]
pub(crate) struct TrackEdges<'d> {
    pub(crate) kind: TrackKind,
    /// Continuity counter of the first packet.
    pub(crate) first_counter: u8,
    /// Continuity counter of the last packet; `None` if the next segment cannot continue it.
    pub(crate) last_counter: Option<u8>,
    /// Whether the last PES packet is known to have more bytes.
    pub(crate) is_cut: bool,
    /// Whether the segment only has bytes of a frame from the segment before.
    pub(crate) only_continuation: bool,
    pub(crate) edges: &'d SegmentEdges,
}

impl Default for TsDemuxer {
    fn default() -> Self {
        Self {
            video: Stream::new(TrackKind::Video),
            audio: Stream::new(TrackKind::Audio),
        }
    }
}

impl TsDemuxer {
    /// Demuxes a segment: a transport stream, or packed audio (RFC 8216 3.2, 3.4).
    ///
    /// Fails with [`Error::Unsupported`] at a codec other than H.264, AAC and MP3, with
    /// [`Error::Encrypted`] if packets are scrambled, and with [`Error::Malformed`] if there are
    /// no packets.
    pub fn demux(&mut self, data: &[u8]) -> Result<TsSegment<'_>, Error> {
        self.video.clear(None);
        self.audio.clear(None);
        if let Some((time, frames)) = packed_audio::read(data) {
            let time = FrameTime {
                dts: time.unwrap_or(0),
                composition_offset: 0,
            };
            self.audio.elementary.begin_packet(Some(time), frames);
        } else {
            let packets = TsPackets::new(data)
                .ok_or_else(|| Cursor::new("MPEG-TS", data).malformed("there are no packets"))?;
            self.multiplex(data, &packets)?;
        }
        self.video.elementary.finish(None)?;
        self.audio.elementary.finish(None)?;
        Ok(TsSegment { demuxer: self })
    }

    fn multiplex(&mut self, data: &[u8], packets: &TsPackets<'_>) -> Result<(), Error> {
        let (mut programs, selection) = find_streams(packets.clone())?;
        let mut pcr_pid = selection.pcr_pid;
        self.video.clear(selection.video);
        self.audio.clear(selection.audio);
        let mut unwrap = TimestampUnwrapper::new(TS);
        for packet in packets.clone() {
            if packet.discontinuity && pcr_pid.is_none_or(|pid| pid == packet.pid) {
                unwrap.restart();
            }
            if self.video.has_pid(packet.pid) {
                self.video.packet(&packet, data, &mut unwrap)?;
            } else if self.audio.has_pid(packet.pid) {
                self.audio.packet(&packet, data, &mut unwrap)?;
            } else if programs.is_table_pid(packet.pid)
                && programs.packet(&packet)
                && let Some(selection) = programs.selected_streams()?
            {
                pcr_pid = selection.pcr_pid;
                self.video.switch(selection.video);
                self.audio.switch(selection.audio);
            }
        }
        Ok(())
    }
}

impl<'d> TsSegment<'d> {
    /// Returns configurations and samples of both tracks, by decode time in ticks of 90 kHz.
    pub fn events(&self) -> impl Iterator<Item = DemuxEvent<'d>> + use<'d> {
        TsEvents {
            video: self.demuxer.video.elementary.parsed(),
            audio: self.demuxer.audio.elementary.parsed(),
        }
    }

    /// Returns whether the audio ends with a complete frame.
    pub(crate) fn audio_is_whole(&self) -> bool {
        let parsed = self.demuxer.audio.elementary.parsed();
        parsed.edges.remainder.is_empty()
    }

    /// Returns the data of each track that continues in the neighbouring segments.
    pub(crate) fn edges(&self) -> impl Iterator<Item = TrackEdges<'d>> + use<'d> {
        let video = track_edges(TrackKind::Video, &self.demuxer.video);
        let audio = track_edges(TrackKind::Audio, &self.demuxer.audio);
        video.into_iter().chain(audio)
    }
}

/// Returns `None` if the segment has no packet of the stream.
fn track_edges<E: ElementaryParser>(kind: TrackKind, stream: &Stream<E>) -> Option<TrackEdges<'_>> {
    let ParsedStream { items, edges, .. } = stream.elementary.parsed();
    let has_frames = items
        .iter()
        .any(|item| matches!(item, StreamItem::Frame(_)));
    Some(TrackEdges {
        kind,
        first_counter: stream.first_counter?,
        last_counter: stream.last_counter.filter(|_| stream.may_continue()),
        is_cut: stream.is_cut(),
        only_continuation: !has_frames && edges.remainder.is_empty() && !edges.leading.is_empty(),
        edges,
    })
}

/// Merges the items of both tracks by decode time.
#[derive(Debug)]
struct TsEvents<'d> {
    video: ParsedStream<'d>,
    audio: ParsedStream<'d>,
}

impl<'d> Iterator for TsEvents<'d> {
    type Item = DemuxEvent<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let video = next_dts(&mut self.video.items);
        let audio = next_dts(&mut self.audio.items);
        let (kind, stream) = match (video, audio) {
            (None, None) => return None,
            (Some(video), audio) if audio.is_none_or(|audio| video <= audio) => {
                (TrackKind::Video, &mut self.video)
            }
            _ => (TrackKind::Audio, &mut self.audio),
        };
        let (item, rest) = stream.items.split_first()?;
        stream.items = rest;
        Some(match item {
            StreamItem::Config { codec, data } => DemuxEvent::Config {
                kind,
                codec: *codec,
                data,
            },
            StreamItem::Frame(frame) => {
                let time = frame.time.unwrap_or_default();
                DemuxEvent::Sample(Sample {
                    kind,
                    dts: time.dts,
                    composition_offset: time.composition_offset,
                    sync: frame.sync,
                    data: stream.bytes.get(frame.bytes.clone()).unwrap_or_default(),
                })
            }
        })
    }
}

/// Returns the decode time of the next item; that of a configuration is the one of the next frame.
/// Skips frames without a time.
fn next_dts(items: &mut &[StreamItem]) -> Option<i64> {
    let time = |item: Option<&StreamItem>| match item {
        Some(StreamItem::Frame(frame)) => frame.time.map(|time| time.dts),
        _ => None,
    };
    loop {
        match *items {
            [] => return None,
            [StreamItem::Config { .. }, ..] => return Some(time(items.get(1)).unwrap_or(i64::MIN)),
            [item, rest @ ..] => match time(Some(item)) {
                Some(time) => return Some(time),
                None => *items = rest,
            },
        }
    }
}

/// Returns the tables and the streams to demux. In a segment without tables, the streams are
/// guessed from the first bytes of their PES packets.
fn find_streams(packets: TsPackets<'_>) -> Result<(Programs, SelectedStreams), Error> {
    let mut programs = Programs::default();
    let mut guess = SelectedStreams::default();
    let mut scrambled = false;
    for packet in packets {
        scrambled |= packet.scrambled;
        if !programs.is_table_pid(packet.pid) {
            guess_stream(&packet, &mut guess);
        } else if programs.packet(&packet)
            && programs.complete()
            && let Some(selection) = programs.selected_streams()?
        {
            return Ok((programs, selection));
        }
    }
    if let Some(selection) = programs.selected_streams()? {
        return Ok((programs, selection));
    }
    if programs.complete() {
        guess = SelectedStreams::default();
    }
    if scrambled && guess == SelectedStreams::default() {
        return Err(Error::Encrypted);
    }
    Ok((programs, guess))
}

/// Selects the stream of a packet if it is the first of its kind.
fn guess_stream(packet: &TsPacket<'_>, guess: &mut SelectedStreams) {
    if !packet.payload_start || packet.scrambled {
        return;
    }
    let PesStart::Header(header) = pes::read(packet.payload) else {
        return;
    };
    let payload = packet.payload.get(header.header_size..).unwrap_or_default();
    match header.stream_id {
        0xe0..=0xef if guess.video.is_none() && is_plausible_h264(payload) => {
            guess.video = Some(packet.pid);
        }
        0xc0..=0xdf if guess.audio.is_none() => guess.audio = Some(packet.pid),
        _ => {}
    }
}
