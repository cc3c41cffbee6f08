//! Takes a piece of an HLS rendition apart into set-ups and samples.

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

/// Reads pieces one by one; its memory is used again for the next.
#[derive(Debug)]
pub struct TsDemuxer {
    video: Stream<VideoParser>,
    audio: Stream<AudioParser>,
}

/// What a piece holds.
#[derive(Debug)]
pub struct TsSegment<'d> {
    demuxer: &'d TsDemuxer,
}

/// What of a track goes on from piece to piece.
#[derive(Debug)]
pub(crate) struct TrackEdges<'d> {
    pub(crate) kind: TrackKind,
    /// Continuity counter of the first packet.
    pub(crate) first_counter: u8,
    /// Continuity counter of the last packet, where what follows can be told to follow.
    pub(crate) last_counter: Option<u8>,
    /// The last PES packet is known to have more bytes.
    pub(crate) is_cut: bool,
    /// There is nothing in the piece but what goes on.
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
    /// Reads a whole piece: a transport stream, or packed audio (RFC 8216 3.2, 3.4).
    ///
    /// Fails with [`Error::Unsupported`] at codecs that are not taken, and with
    /// [`Error::Encrypted`] where packets are scrambled.
    pub fn demux(&mut self, data: &[u8]) -> Result<TsSegment<'_>, Error> {
        self.video.clear(None);
        self.audio.clear(None);
        if let Some((time, sound)) = packed_audio::read(data) {
            let time = FrameTime {
                dts: time.unwrap_or(0),
                composition_offset: 0,
            };
            self.audio.elementary.begin_packet(Some(time), sound);
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
        let (mut programmes, selection) = find_streams(packets.clone())?;
        let mut clock = selection.pcr_pid;
        self.video.clear(selection.video);
        self.audio.clear(selection.audio);
        let mut unwrap = TimestampUnwrapper::new(TS);
        for packet in packets.clone() {
            if packet.discontinuity && clock.is_none_or(|clock| clock == packet.pid) {
                unwrap.restart();
            }
            if self.video.has_pid(packet.pid) {
                self.video.packet(&packet, data, &mut unwrap)?;
            } else if self.audio.has_pid(packet.pid) {
                self.audio.packet(&packet, data, &mut unwrap)?;
            } else if programmes.is_table_pid(packet.pid)
                && programmes.packet(&packet)
                && let Some(selection) = programmes.selected_streams()?
            {
                clock = selection.pcr_pid;
                self.video.switch(selection.video);
                self.audio.switch(selection.audio);
            }
        }
        Ok(())
    }
}

impl<'d> TsSegment<'d> {
    /// Set-ups and samples, by decode time.
    pub fn events(&self) -> impl Iterator<Item = DemuxEvent<'d>> + use<'d> {
        TsEvents {
            video: self.demuxer.video.elementary.parsed(),
            audio: self.demuxer.audio.elementary.parsed(),
        }
    }

    /// Whether the sound does not end in the middle of a frame.
    pub(crate) fn audio_is_whole(&self) -> bool {
        let found = self.demuxer.audio.elementary.parsed();
        found.edges.remainder.is_empty()
    }

    /// What goes on from piece to piece.
    pub(crate) fn edges(&self) -> impl Iterator<Item = TrackEdges<'d>> + use<'d> {
        let video = track_edges(TrackKind::Video, &self.demuxer.video);
        let sound = track_edges(TrackKind::Audio, &self.demuxer.audio);
        video.into_iter().chain(sound)
    }
}

fn track_edges<E: ElementaryParser>(kind: TrackKind, stream: &Stream<E>) -> Option<TrackEdges<'_>> {
    let ParsedStream {
        items, edges: ends, ..
    } = stream.elementary.parsed();
    let has_frames = items
        .iter()
        .any(|item| matches!(item, StreamItem::Frame(_)));
    Some(TrackEdges {
        kind,
        first_counter: stream.first_counter?,
        last_counter: stream.last_counter.filter(|_| stream.may_continue()),
        is_cut: stream.is_cut(),
        only_continuation: !has_frames && ends.remainder.is_empty() && !ends.leading.is_empty(),
        edges: ends,
    })
}

/// Both tracks, the earlier first.
#[derive(Debug)]
struct TsEvents<'d> {
    video: ParsedStream<'d>,
    audio: ParsedStream<'d>,
}

impl<'d> Iterator for TsEvents<'d> {
    type Item = DemuxEvent<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let video = next_dts(&mut self.video.items);
        let sound = next_dts(&mut self.audio.items);
        let (kind, found) = match (video, sound) {
            (None, None) => return None,
            (Some(video), sound) if sound.is_none_or(|sound| video <= sound) => {
                (TrackKind::Video, &mut self.video)
            }
            _ => (TrackKind::Audio, &mut self.audio),
        };
        let (item, rest) = found.items.split_first()?;
        found.items = rest;
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
                    data: found.bytes.get(frame.bytes.clone()).unwrap_or_default(),
                })
            }
        })
    }
}

/// When the next item is decoded; a set-up comes with the frame behind it. Frames whose time
/// nothing tells are left out.
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

/// The streams of the film: from the tables, or, in a piece from the middle of a multiplex, from
/// what the streams begin with.
fn find_streams(packets: TsPackets<'_>) -> Result<(Programs, SelectedStreams), Error> {
    let mut programmes = Programs::default();
    let mut guess = SelectedStreams::default();
    let mut scrambled = false;
    for packet in packets {
        scrambled |= packet.scrambled;
        if !programmes.is_table_pid(packet.pid) {
            guess_stream(&packet, &mut guess);
        } else if programmes.packet(&packet)
            && programmes.complete()
            && let Some(selection) = programmes.selected_streams()?
        {
            return Ok((programmes, selection));
        }
    }
    if let Some(selection) = programmes.selected_streams()? {
        return Ok((programmes, selection));
    }
    if programmes.complete() {
        guess = SelectedStreams::default();
    }
    if scrambled && guess == SelectedStreams::default() {
        return Err(Error::Encrypted);
    }
    Ok((programmes, guess))
}

/// Takes the first stream of each kind for the film's.
fn guess_stream(packet: &TsPacket<'_>, guess: &mut SelectedStreams) {
    if !packet.payload_start || packet.scrambled {
        return;
    }
    let PesStart::Header(head) = pes::read(packet.payload) else {
        return;
    };
    let payload = packet.payload.get(head.header_size..).unwrap_or_default();
    match head.stream_id {
        0xe0..=0xef if guess.video.is_none() && is_plausible_h264(payload) => {
            guess.video = Some(packet.pid);
        }
        0xc0..=0xdf if guess.audio.is_none() => guess.audio = Some(packet.pid),
        _ => {}
    }
}
