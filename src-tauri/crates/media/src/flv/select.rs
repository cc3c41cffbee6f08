//! Chooses the tags of a segment that go into the file.

use super::{
    aac_config::{self, METADATA_NAME},
    demux::packet_of,
    packet::{Codec, FlvPacket, PacketRole},
    state::{FlvState, SegmentChange, TRACK_COUNT, track_index},
    tag::{FlvTag, FlvTags, SCRIPT},
    times::FlvTimestamps,
};
use crate::{Error, Fact, FactKind, TrackKind, fact::FactList};

/// A tag to write to the file; `frame` is `None` for script data and codec configurations.
#[derive(Clone, Copy, Debug)]
pub(super) struct OutputTag<'a> {
    pub(super) kind: u8,
    pub(super) body: TagBody<'a>,
    pub(super) frame: Option<FrameTiming>,
}

/// The body of a tag in two parts, between which the input has bytes that are left out.
#[derive(Clone, Copy, Debug)]
pub(super) struct TagBody<'a> {
    pub(super) head: &'a [u8],
    pub(super) rest: &'a [u8],
}

/// The times of a frame on the clock of its segment.
#[derive(Clone, Copy, Debug)]
pub(super) struct FrameTiming {
    pub(super) track: usize,
    pub(super) dts_ms: i64,
    pub(super) pts_ms: i64,
    pub(super) keyframe: bool,
}

impl<'a> TagBody<'a> {
    fn whole(body: &'a [u8]) -> Self {
        Self {
            head: &[],
            rest: body,
        }
    }

    pub(super) fn len(&self) -> usize {
        self.head.len() + self.rest.len()
    }

    pub(super) fn first(&self) -> Option<&'a u8> {
        self.head.first().or(self.rest.first())
    }

    pub(super) fn checksum(&self) -> u32 {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(self.head);
        hasher.update(self.rest);
        hasher.finalize()
    }
}

impl FrameTiming {
    pub(super) fn composition_offset(&self) -> i32 {
        i32::try_from(self.pts_ms.saturating_sub(self.dts_ms)).unwrap_or(0)
    }
}

/// Returns the tags of a segment to write, on the clock of the segment, and what was changed or
/// left out. Records new configurations in `change`.
pub(super) fn select<'a>(
    state: &FlvState,
    segment: &'a [u8],
    change: &mut SegmentChange,
) -> Result<(Vec<OutputTag<'a>>, Vec<Fact>), Error> {
    let mut selector = TagSelector {
        segment,
        times: FlvTimestamps::new(segment)?,
        codecs: state.codecs(),
        configs: configs(state),
        is_searched: [false; TRACK_COUNT],
        kept: Vec::new(),
        dropped: Default::default(),
    };
    for tag in FlvTags::new(segment)? {
        selector.add(&tag?)?;
    }
    for (now, config) in change.tracks.iter_mut().zip(&selector.configs) {
        now.config.clone_from(&config.changed);
    }
    let facts = selector.facts();
    change.end_shifts_ms = selector.times.end_shifts_ms();
    Ok((selector.kept, facts))
}

fn configs(state: &FlvState) -> [TrackConfig; TRACK_COUNT] {
    state.tracks.each_ref().map(|track| TrackConfig {
        before: track.config.clone(),
        changed: None,
    })
}

/// The tag body with the configuration of a track.
#[derive(Debug)]
struct TrackConfig {
    before: Vec<u8>,
    /// The last one of the segment, if it differs.
    changed: Option<Vec<u8>>,
}

impl TrackConfig {
    fn body(&self) -> &[u8] {
        self.changed.as_ref().unwrap_or(&self.before)
    }
}

/// Frames that cannot be decoded, because their configuration is missing.
#[derive(Clone, Copy, Debug)]
struct DroppedFrames {
    samples: u64,
    first_ms: i64,
    last_ms: i64,
}

struct TagSelector<'a> {
    segment: &'a [u8],
    times: FlvTimestamps,
    codecs: [Option<Codec>; TRACK_COUNT],
    configs: [TrackConfig; TRACK_COUNT],
    /// Whether the configuration of a track was searched in the segment.
    is_searched: [bool; TRACK_COUNT],
    kept: Vec<OutputTag<'a>>,
    dropped: [Option<DroppedFrames>; TRACK_COUNT],
}

impl<'a> TagSelector<'a> {
    fn add(&mut self, tag: &FlvTag<'a>) -> Result<(), Error> {
        if tag.kind == SCRIPT {
            if !tag.body.starts_with(METADATA_NAME) {
                self.keep(tag.kind, TagBody::whole(tag.body), None);
            }
            return Ok(());
        }
        let Some(packet) = packet_of(tag)? else {
            return Ok(());
        };
        packet.check_config(tag.offset)?;
        match packet.role {
            PacketRole::NoMedia => Ok(()),
            PacketRole::Config => {
                if self.configure(packet.kind, tag.kind, tag.body) {
                    self.check_codec(&packet)?;
                }
                Ok(())
            }
            PacketRole::Frame {
                sync,
                composition_offset,
            } => {
                let time_ms = self.times.next(tag);
                if !self.ensure_configured(&packet, tag.kind) {
                    self.drop_frame(packet.kind, time_ms);
                    return Ok(());
                }
                self.check_codec(&packet)?;
                let frame = FrameTiming {
                    track: track_index(packet.kind),
                    dts_ms: time_ms,
                    pts_ms: time_ms.saturating_add(i64::from(composition_offset)),
                    keyframe: sync && packet.kind == TrackKind::Video,
                };
                let mut body = TagBody::whole(tag.body);
                if packet.adts.is_some() {
                    body.head = tag.body.get(..2).unwrap_or_default();
                    body.rest = packet.data;
                }
                self.keep(tag.kind, body, Some(frame));
                Ok(())
            }
        }
    }

    fn keep(&mut self, kind: u8, body: TagBody<'a>, frame: Option<FrameTiming>) {
        self.kept.push(OutputTag { kind, body, frame });
    }

    /// Players expect one codec for a whole track.
    fn check_codec(&mut self, packet: &FlvPacket<'_>) -> Result<(), Error> {
        let codec = self.codecs.get_mut(track_index(packet.kind));
        let first = codec.map_or(packet.codec, |codec| *codec.get_or_insert(packet.codec));
        if first == packet.codec {
            return Ok(());
        }
        let (name, first) = (packet.codec.name(), first.name());
        Err(Error::Unsupported(format!("{name} among {first}")))
    }

    /// Writes a configuration unless it is the one that applies. Returns whether it is new.
    fn configure(&mut self, kind: TrackKind, tag_kind: u8, body: &'a [u8]) -> bool {
        let Some(config) = self.configs.get_mut(track_index(kind)) else {
            return false;
        };
        if config.body() == body {
            return false;
        }
        config.changed = Some(body.to_vec());
        self.keep(tag_kind, TagBody::whole(body), None);
        true
    }

    /// Returns whether a frame can be decoded. If no configuration came before it, takes the one
    /// that comes later in the segment, or makes it from what the frames and the metadata say.
    fn ensure_configured(&mut self, packet: &FlvPacket<'a>, tag_kind: u8) -> bool {
        let track = track_index(packet.kind);
        let is_configured = |configs: &[TrackConfig]| {
            let config = configs.get(track);
            config.is_some_and(|config| !config.body().is_empty())
        };
        if is_configured(&self.configs) || !matches!(packet.codec, Codec::Avc | Codec::Aac) {
            return true;
        }
        let is_searched = self.is_searched.get_mut(track);
        let is_searched =
            is_searched.is_none_or(|is_searched| std::mem::replace(is_searched, true));
        let mut found = None;
        if !is_searched {
            found = later_config(self.segment, packet.codec);
        }
        let made = packet.adts.or_else(|| {
            let assumes = packet.codec == Codec::Aac && !is_searched && found.is_none();
            assumes.then(|| aac_config::from_metadata(self.segment))?
        });
        if let Some(body) = found.or(made.map(aac_config::tag_body)) {
            self.configure(packet.kind, tag_kind, body);
        }
        is_configured(&self.configs)
    }

    fn drop_frame(&mut self, kind: TrackKind, time_ms: i64) {
        if let Some(dropped) = self.dropped.get_mut(track_index(kind)) {
            let dropped = dropped.get_or_insert(DroppedFrames {
                samples: 0,
                first_ms: time_ms,
                last_ms: time_ms,
            });
            dropped.samples += 1;
            dropped.last_ms = time_ms;
        }
    }

    fn facts(&self) -> Vec<Fact> {
        let mut facts = FactList::default();
        facts.add_segment(self.times.facts(), 0);
        let kinds = [TrackKind::Video, TrackKind::Audio];
        for (kind, dropped) in kinds.into_iter().zip(self.dropped) {
            let Some(dropped) = dropped else { continue };
            let length = dropped.last_ms.saturating_sub(dropped.first_ms);
            let length = length.max(0).unsigned_abs();
            let frame = length.checked_div(dropped.samples - 1).unwrap_or(0);
            let at_ms = dropped.first_ms.saturating_sub(self.times.earliest_ms());
            facts.add(Fact {
                kind: FactKind::ConfigurationMissing,
                track: Some(kind),
                samples: dropped.samples,
                at_ms: at_ms.max(0).unsigned_abs(),
                duration_ms: length.saturating_add(frame),
            });
        }
        facts.into_vec()
    }
}

/// Returns the tag body with the first configuration of a codec.
fn later_config(segment: &[u8], codec: Codec) -> Option<&[u8]> {
    let mut tags = FlvTags::new(segment).ok()?.map_while(Result::ok);
    tags.find_map(|tag| {
        let packet = packet_of(&tag).ok()??;
        (packet.codec == codec && packet.role == PacketRole::Config).then_some(tag.body)
    })
}
