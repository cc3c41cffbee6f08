//! Takes a piece of an HLS rendition apart into set-ups and samples.

use super::{
    frames::{Item, Time},
    packed,
    packet::{Packet, Packets},
    pes::{self, Start},
    psi::{Programmes, Selection},
    sound::Sound,
    stream::{Elementary, Ends, Found, Stream},
    video::Video,
};
use crate::{
    Error, Sample, TrackKind,
    codec::annex_b::is_plausible,
    counter::{TS, Unwrap},
    cursor::Cursor,
    flv::Event,
};

/// Reads pieces one by one; its memory is used again for the next.
#[derive(Debug)]
pub struct Demuxer {
    video: Stream<Video>,
    sound: Stream<Sound>,
}

/// What a piece holds.
#[derive(Debug)]
pub struct Media<'d> {
    demuxer: &'d Demuxer,
}

/// What of a track goes on from piece to piece.
#[derive(Debug)]
pub(crate) struct Open<'d> {
    pub(crate) kind: TrackKind,
    /// Continuity counter of the first packet.
    pub(crate) first: u8,
    /// Continuity counter of the last packet, where what follows can be told to follow.
    pub(crate) last: Option<u8>,
    /// The last PES packet is known to have more bytes.
    pub(crate) cut: bool,
    /// There is nothing in the piece but what goes on.
    pub(crate) through: bool,
    pub(crate) ends: &'d Ends,
}

impl Default for Demuxer {
    fn default() -> Self {
        Self {
            video: Stream::new(TrackKind::Video),
            sound: Stream::new(TrackKind::Audio),
        }
    }
}

impl Demuxer {
    /// Reads a whole piece: a transport stream, or packed audio (RFC 8216 3.2, 3.4).
    ///
    /// Fails with [`Error::Unsupported`] at codecs that are not taken, and with
    /// [`Error::Encrypted`] where packets are scrambled.
    pub fn piece(&mut self, data: &[u8]) -> Result<Media<'_>, Error> {
        self.video.clear(None);
        self.sound.clear(None);
        if let Some((time, sound)) = packed::read(data) {
            let time = Time {
                dts: time.unwrap_or(0),
                composition_offset: 0,
            };
            self.sound.elementary.begin(Some(time), sound);
        } else {
            let packets = Packets::new(data)
                .ok_or_else(|| Cursor::new("MPEG-TS", data).fail("there are no packets"))?;
            self.multiplex(data, &packets)?;
        }
        self.video.elementary.finish(None)?;
        self.sound.elementary.finish(None)?;
        Ok(Media { demuxer: self })
    }

    fn multiplex(&mut self, data: &[u8], packets: &Packets<'_>) -> Result<(), Error> {
        let (mut programmes, selection) = programmes(packets.clone())?;
        let mut clock = selection.clock;
        self.video.clear(selection.video);
        self.sound.clear(selection.sound);
        let mut unwrap = Unwrap::new(TS);
        for packet in packets.clone() {
            if packet.discontinuity && clock.is_none_or(|clock| clock == packet.pid) {
                unwrap.restart();
            }
            if self.video.is(packet.pid) {
                self.video.packet(&packet, data, &mut unwrap)?;
            } else if self.sound.is(packet.pid) {
                self.sound.packet(&packet, data, &mut unwrap)?;
            } else if programmes.carries(packet.pid)
                && programmes.packet(&packet)
                && let Some(selection) = programmes.selection()?
            {
                clock = selection.clock;
                self.video.switch(selection.video);
                self.sound.switch(selection.sound);
            }
        }
        Ok(())
    }
}

impl<'d> Media<'d> {
    /// Set-ups and samples, by decode time.
    pub fn events(&self) -> impl Iterator<Item = Event<'d>> + use<'d> {
        Events {
            video: self.demuxer.video.elementary.found(),
            sound: self.demuxer.sound.elementary.found(),
        }
    }

    /// Whether the sound does not end in the middle of a frame.
    pub(crate) fn sound_is_whole(&self) -> bool {
        let found = self.demuxer.sound.elementary.found();
        found.ends.remainder.is_empty()
    }

    /// What goes on from piece to piece.
    pub(crate) fn open(&self) -> impl Iterator<Item = Open<'d>> + use<'d> {
        let video = open(TrackKind::Video, &self.demuxer.video);
        let sound = open(TrackKind::Audio, &self.demuxer.sound);
        video.into_iter().chain(sound)
    }
}

fn open<E: Elementary>(kind: TrackKind, stream: &Stream<E>) -> Option<Open<'_>> {
    let Found { items, ends, .. } = stream.elementary.found();
    let has_frames = items.iter().any(|item| matches!(item, Item::Frame(_)));
    Some(Open {
        kind,
        first: stream.first?,
        last: stream.counter.filter(|_| stream.goes_on()),
        cut: stream.is_cut(),
        through: !has_frames && ends.remainder.is_empty() && !ends.head.is_empty(),
        ends,
    })
}

/// Both tracks, the earlier first.
#[derive(Debug)]
struct Events<'d> {
    video: Found<'d>,
    sound: Found<'d>,
}

impl<'d> Iterator for Events<'d> {
    type Item = Event<'d>;

    fn next(&mut self) -> Option<Self::Item> {
        let video = due(&mut self.video.items);
        let sound = due(&mut self.sound.items);
        let (kind, found) = match (video, sound) {
            (None, None) => return None,
            (Some(video), sound) if sound.is_none_or(|sound| video <= sound) => {
                (TrackKind::Video, &mut self.video)
            }
            _ => (TrackKind::Audio, &mut self.sound),
        };
        let (item, rest) = found.items.split_first()?;
        found.items = rest;
        Some(match item {
            Item::Config { codec, data } => Event::Config {
                kind,
                codec: *codec,
                data,
            },
            Item::Frame(frame) => {
                let time = frame.time.unwrap_or_default();
                Event::Sample(Sample {
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
fn due(items: &mut &[Item]) -> Option<i64> {
    let time = |item: Option<&Item>| match item {
        Some(Item::Frame(frame)) => frame.time.map(|time| time.dts),
        _ => None,
    };
    loop {
        match *items {
            [] => return None,
            [Item::Config { .. }, ..] => return Some(time(items.get(1)).unwrap_or(i64::MIN)),
            [item, rest @ ..] => match time(Some(item)) {
                Some(time) => return Some(time),
                None => *items = rest,
            },
        }
    }
}

/// The streams of the film: from the tables, or, in a piece from the middle of a multiplex, from
/// what the streams begin with.
fn programmes(packets: Packets<'_>) -> Result<(Programmes, Selection), Error> {
    let mut programmes = Programmes::default();
    let mut guess = Selection::default();
    let mut scrambled = false;
    for packet in packets {
        scrambled |= packet.scrambled;
        if !programmes.carries(packet.pid) {
            look(&packet, &mut guess);
        } else if programmes.packet(&packet)
            && programmes.complete()
            && let Some(selection) = programmes.selection()?
        {
            return Ok((programmes, selection));
        }
    }
    if let Some(selection) = programmes.selection()? {
        return Ok((programmes, selection));
    }
    if programmes.complete() {
        guess = Selection::default();
    }
    if scrambled && guess == Selection::default() {
        return Err(Error::Encrypted);
    }
    Ok((programmes, guess))
}

/// Takes the first stream of each kind for the film's.
fn look(packet: &Packet<'_>, guess: &mut Selection) {
    if !packet.starts || packet.scrambled {
        return;
    }
    let Start::Head(head) = pes::read(packet.payload) else {
        return;
    };
    let payload = packet.payload.get(head.size..).unwrap_or_default();
    match head.stream_id {
        0xe0..=0xef if guess.video.is_none() && is_plausible(payload) => {
            guess.video = Some(packet.pid);
        }
        0xc0..=0xdf if guess.sound.is_none() => guess.sound = Some(packet.pid),
        _ => {}
    }
}
