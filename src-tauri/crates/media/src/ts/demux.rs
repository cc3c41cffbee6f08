//! Demuxes an HLS segment into codec configurations and samples.

use super::{
    audio::AudioParser,
    frames::{FrameTime, StreamItem},
    losses::lost_frames,
    packed_audio,
    packet::{PACKET_SIZE, TsPacket, TsPackets},
    pes::{self, PesStart},
    psi::{AudioStream, Programs, SelectedStreams},
    stream::{ElementaryParser, ParsedStream, SegmentEdges, Stream, StreamMarks},
    video::VideoParser,
};
use crate::{
    Error, Fact, FactKind, Sample, TrackKind,
    codec::annex_b::is_plausible_h264,
    cursor::Cursor,
    fact::FactList,
    flv::DemuxEvent,
    timestamps::{TS, TimestampUnwrapper},
};

/// Most bytes from one packet to the next.
const MAX_PACKET_SIZE: usize = 204;
/// After this many packets the continuity counter of a stream is the same again.
const COUNTED_PACKETS: usize = 16;
/// Ticks of 90 kHz in a millisecond.
const TICKS_PER_MS: i64 = 90;

/// Demuxes segments one by one; its buffers are reused for the next segment.
#[derive(Debug)]
pub struct TsDemuxer {
    video: Stream<VideoParser>,
    /// In the order of the tables; the first is there in any case.
    audio: Vec<AudioTrack>,
    /// Names of the streams that are not demuxed.
    left_out: Vec<(TrackKind, String)>,
    /// When the clock starts again or jumps inside the segment, and by how much it is moved there.
    moves: Vec<(i64, i64)>,
}

/// An audio stream of a segment.
#[derive(Debug)]
struct AudioTrack {
    stream: Stream<AudioParser>,
    language: Option<[u8; 3]>,
}

/// A demuxed segment.
#[derive(Debug)]
pub struct TsSegment<'d> {
    demuxer: &'d TsDemuxer,
}

/// Finds the places where the streams of a segment may not continue.
#[derive(Debug, Default)]
struct MarkCounter {
    marks: StreamMarks,
    /// Continuity counter and position of the last packet with the PAT.
    last: Option<(u8, usize)>,
}

impl MarkCounter {
    fn packet(&mut self, packet: &TsPacket<'_>) {
        self.marks.holes += u32::from(packet.skipped >= COUNTED_PACKETS * PACKET_SIZE);
        if packet.pid != 0 || packet.payload.is_empty() || packet.damaged {
            return;
        }
        let last = self.last.replace((packet.counter, packet.start));
        let follows = last.is_none_or(|(last, start)| {
            let is_sent_twice = packet.start - start <= 2 * MAX_PACKET_SIZE;
            (last + 1) & 0x0f == packet.counter || (last == packet.counter && is_sent_twice)
        });
        // Where the tables start again with another count, other streams do too.
        self.marks.joins += u32::from(!follows);
    }
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
    /// Whether the segment starts inside of a frame of which a part is missing.
    pub(crate) is_head_torn: bool,
    pub(crate) edges: &'d SegmentEdges,
}

/// An audio track of a segment besides the first.
#[derive(Debug)]
pub(crate) struct OtherAudio<'d> {
    /// Its number among the audio tracks of the segment, from 1.
    pub(crate) number: u8,
    pub(crate) language: Option<[u8; 3]>,
    pub(crate) edges: TrackEdges<'d>,
    parsed: ParsedStream<'d>,
}

impl<'d> OtherAudio<'d> {
    /// Returns its configurations and samples, as [`TsSegment::events`].
    pub(crate) fn events(&self) -> impl Iterator<Item = MarkedEvent<'d>> + use<'d> {
        TsEvents {
            video: ParsedStream {
                items: &[],
                ..self.parsed
            },
            audio: self.parsed,
        }
    }
}

impl Default for TsDemuxer {
    fn default() -> Self {
        Self {
            video: Stream::new(0),
            audio: vec![AudioTrack::new(1)],
            left_out: Vec::new(),
            moves: Vec::new(),
        }
    }
}

impl AudioTrack {
    fn new(number: usize) -> Self {
        Self {
            stream: Stream::new(number),
            language: None,
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
        self.clear_audio(&[]);
        self.left_out.clear();
        self.moves.clear();
        if let Some((time, frames)) = packed_audio::read(data) {
            let time = FrameTime {
                dts: time.unwrap_or(0),
                composition_offset: 0,
            };
            if let Some(audio) = self.audio.first_mut() {
                audio.stream.elementary.begin_packet(Some(time), frames);
            }
        } else {
            let packets = TsPackets::new(data)
                .ok_or_else(|| Cursor::new("MPEG-TS", data).malformed("there are no packets"))?;
            self.multiplex(data, &packets)?;
        }
        self.video.finish()?;
        self.finish_audio()?;
        Ok(TsSegment { demuxer: self })
    }

    /// Prepares a stream for each audio stream of the tables.
    fn clear_audio(&mut self, selected: &[AudioStream]) {
        let count = selected.len().max(1);
        self.audio.truncate(count);
        while self.audio.len() < count {
            self.audio.push(AudioTrack::new(self.audio.len() + 1));
        }
        let selected = selected.iter().copied().map(Some);
        for (track, selected) in self.audio.iter_mut().zip(selected.chain([None])) {
            track.stream.clear(selected.map(|selected| selected.pid));
            track.language = selected.and_then(|selected| selected.language);
        }
    }

    /// Continues with other audio streams after a change of the tables.
    fn switch_audio(&mut self, selected: &[AudioStream]) {
        let pids: Vec<_> = self.audio.iter().map(|track| track.stream.pid()).collect();
        let is_new = |stream: &&AudioStream| !pids.contains(&Some(stream.pid));
        let mut new = selected.iter().filter(is_new);
        for track in &mut self.audio {
            let pid = track.stream.pid();
            if selected.iter().any(|stream| Some(stream.pid) == pid) {
                continue;
            }
            let Some(stream) = new.next() else { break };
            track.stream.switch(Some(stream.pid));
            track.language = track.language.or(stream.language);
        }
        for stream in new {
            let mut track = AudioTrack::new(self.audio.len() + 1);
            track.stream.clear(Some(stream.pid));
            track.language = stream.language;
            self.audio.push(track);
        }
    }

    /// Ends the audio streams. One of another codec than its tables say is left out if there are
    /// others.
    fn finish_audio(&mut self) -> Result<(), Error> {
        let mut first_error = None;
        let mut is_any_left = false;
        for track in &mut self.audio {
            match track.stream.finish() {
                Ok(()) => is_any_left |= track.stream.first_counter.is_some(),
                Err(Error::Unsupported(name)) => {
                    track.stream.clear(None);
                    self.left_out.push((TrackKind::Audio, name.clone()));
                    first_error = first_error.or(Some(Error::Unsupported(name)));
                }
                Err(error) => return Err(error),
            }
        }
        first_error.filter(|_| !is_any_left).map_or(Ok(()), Err)
    }

    fn multiplex(&mut self, data: &[u8], packets: &TsPackets<'_>) -> Result<(), Error> {
        let (mut programs, selection) = find_streams(packets.clone())?;
        let mut pcr_pid = selection.pcr_pid;
        self.video.clear(selection.video);
        self.clear_audio(&selection.audio);
        let left_out = selection.left_out.into_iter();
        self.left_out = left_out.map(|(kind, name)| (kind, name.into())).collect();
        let mut unwrap = TimestampUnwrapper::new(TS);
        let mut counter = MarkCounter::default();
        let mut packets = packets.clone();
        while let Some(packet) = packets.next() {
            counter.packet(&packet);
            if packet.discontinuity && pcr_pid.is_none_or(|pid| pid == packet.pid) {
                unwrap.restart();
            }
            if self.video.has_pid(packet.pid) {
                self.video
                    .packet(&packet, data, counter.marks, &mut unwrap)?;
                self.video.continue_pes(&mut packets);
            } else if let Some(track) = find_audio(&mut self.audio, packet.pid) {
                let marks = counter.marks;
                track.stream.packet(&packet, data, marks, &mut unwrap)?;
                track.stream.continue_pes(&mut packets);
            } else if programs.is_table_pid(packet.pid)
                && programs.packet(&packet)
                && let Some(selection) = programs.selected_streams()?
            {
                pcr_pid = selection.pcr_pid;
                self.video.switch(selection.video);
                self.switch_audio(&selection.audio);
            }
        }
        self.moves = unwrap.into_moves();
        Ok(())
    }
}

/// Returns the audio stream with a PID.
fn find_audio(tracks: &mut [AudioTrack], pid: u16) -> Option<&mut AudioTrack> {
    tracks.iter_mut().find(|track| track.stream.has_pid(pid))
}

impl<'d> TsSegment<'d> {
    /// Returns configurations and samples of the video and the first audio, by decode time in
    /// ticks of 90 kHz.
    pub fn events(&self) -> impl Iterator<Item = DemuxEvent<'d>> + use<'d> {
        self.marked_events().map(|marked| marked.event)
    }

    /// Returns what [`Self::events`] does, and where decoding can start besides sync samples.
    pub(crate) fn marked_events(&self) -> impl Iterator<Item = MarkedEvent<'d>> + use<'d> {
        let video = self.demuxer.video.elementary.parsed();
        TsEvents {
            video,
            audio: self.first_audio().unwrap_or(ParsedStream {
                items: &[],
                ..video
            }),
        }
    }

    fn first_audio(&self) -> Option<ParsedStream<'d>> {
        let first = self.demuxer.audio.first();
        first.map(|audio| audio.stream.elementary.parsed())
    }

    /// Returns the language of the first audio, if the tables state it: three letters of ISO 639-2.
    pub(crate) fn language(&self) -> Option<[u8; 3]> {
        self.demuxer.audio.first()?.language
    }

    /// Returns the audio tracks besides the first.
    pub(crate) fn other_audio(&self) -> impl Iterator<Item = OtherAudio<'d>> + use<'d> {
        let others = (0_u8..).zip(&self.demuxer.audio).skip(1);
        others.filter_map(|(number, track)| {
            Some(OtherAudio {
                number,
                language: track.language,
                edges: track_edges(TrackKind::Audio, &track.stream)?,
                parsed: track.stream.elementary.parsed(),
            })
        })
    }

    /// Returns whether the audio ends with a complete frame.
    pub(crate) fn audio_is_whole(&self) -> bool {
        let first = self.first_audio();
        first.is_none_or(|parsed| parsed.edges.remainder.is_empty())
    }

    /// Returns what the segment lacks, with times from its earliest sample.
    pub fn facts(&self) -> Vec<Fact> {
        let mut facts = FactList::default();
        let audio = self.demuxer.audio.iter();
        let audio = audio.map(|track| (TrackKind::Audio, track.stream.elementary.parsed()));
        let video = (TrackKind::Video, self.demuxer.video.elementary.parsed());
        let streams: Vec<_> = [video].into_iter().chain(audio).collect();
        let frames = || streams.iter().flat_map(|(_, parsed)| parsed.items);
        let times = || frames().filter_map(|item| Some(item.frame()?.time?.dts));
        let (Some(start), Some(end)) = (times().min(), times().max()) else {
            return Vec::new();
        };
        let milliseconds = |ticks: i64| (ticks / TICKS_PER_MS).max(0).unsigned_abs();
        for (kind, name) in &self.demuxer.left_out {
            facts.add(Fact {
                kind: FactKind::LeftOut(name.trim_end_matches(" in MPEG-TS").into()),
                track: Some(*kind),
                samples: 0,
                at_ms: 0,
                duration_ms: milliseconds(end.saturating_sub(start)),
            });
        }
        for (at, distance) in &self.demuxer.moves {
            facts.add(Fact {
                kind: FactKind::Moved,
                track: None,
                samples: 0,
                at_ms: milliseconds(at.saturating_sub(start)),
                duration_ms: milliseconds(distance.abs()),
            });
        }
        for (kind, parsed) in &streams {
            for lost in lost_frames(parsed.items) {
                facts.add(Fact {
                    kind: FactKind::SamplesLost,
                    track: Some(*kind),
                    samples: lost.count,
                    at_ms: milliseconds(lost.dts.saturating_sub(start)),
                    duration_ms: milliseconds(lost.duration),
                });
            }
        }
        facts.into_vec()
    }

    /// Returns the data of the video and the first audio that continues in the neighbouring
    /// segments.
    pub(crate) fn edges(&self) -> impl Iterator<Item = TrackEdges<'d>> + use<'d> {
        let video = track_edges(TrackKind::Video, &self.demuxer.video);
        let audio = self.demuxer.audio.first();
        let audio = audio.and_then(|audio| track_edges(TrackKind::Audio, &audio.stream));
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
        only_continuation: !has_frames
            && edges.remainder.is_empty()
            && !edges.leading.is_empty()
            && !edges.lost_after,
        is_head_torn: stream.starts_inside && edges.lost_before && edges.leading.is_empty(),
        edges,
    })
}

/// An event, and whether it is a picture at which decoding can start.
#[derive(Clone, Copy, Debug)]
pub(crate) struct MarkedEvent<'d> {
    pub(crate) event: DemuxEvent<'d>,
    /// Number of frames after which the pictures are correct, if it is no sync sample.
    pub(crate) recovery_frames: Option<u16>,
}

/// Merges the items of both tracks by decode time.
#[derive(Debug)]
struct TsEvents<'d> {
    video: ParsedStream<'d>,
    audio: ParsedStream<'d>,
}

impl<'d> Iterator for TsEvents<'d> {
    type Item = MarkedEvent<'d>;

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
        let recovery_frames = item.frame().and_then(|frame| frame.recovery_frames);
        let event = match item {
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
        };
        Some(MarkedEvent {
            event,
            recovery_frames,
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
            if packet.payload_start && !packet.scrambled {
                programs.carries(packet.pid);
            }
        } else if programs.packet(&packet)
            && programs.complete()
            && programs.is_single()
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

/// Selects the stream of a packet if it is the first video, or audio.
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
        0xc0..=0xdf => {
            let pid = packet.pid;
            // In the order of their PIDs, as most tables list them.
            let place = guess.audio.partition_point(|audio| audio.pid < pid);
            if guess.audio.get(place).is_none_or(|audio| audio.pid != pid) {
                let language = None;
                guess.audio.insert(place, AudioStream { pid, language });
            }
        }
        _ => {}
    }
}
