//! AAC configurations that the stream does not state as a tag: from ADTS headers in its frames, or
//! from `onMetaData` where that is certain.

use super::{
    demux::packet_of,
    packet::{Codec, PacketRole},
    tag::{FlvTags, SCRIPT},
};
use crate::{
    TrackKind,
    codec::{
        aac::SAMPLE_RATES,
        adts::{AdtsConfig, CONFIG_COUNT},
    },
};

/// The first two bytes of a tag body that holds an AAC configuration.
pub(crate) const AAC_CONFIG_TAG: [u8; 2] = [0xaf, 0];
/// The beginning of the body of a metadata tag: an AMF string.
pub(crate) const METADATA_NAME: &[u8] = b"\x02\x00\x0aonMetaData";
/// Fewer frames are not enough to compare their distance with a sampling rate.
const MIN_FRAMES: i64 = 16;
/// The distance of the frames may differ by this part from the one that the rate means; sampling
/// rates differ by an eighth at least.
const MAX_DEVIATION: i64 = 20;
/// Samples of the core coder in a frame.
const FRAME_SAMPLES: i64 = 1024;

/// The tag bodies with each configuration that an ADTS header can state.
static CONFIG_TAGS: [[u8; 4]; CONFIG_COUNT] = config_tags();

const fn config_tags() -> [[u8; 4]; CONFIG_COUNT] {
    let mut tags = [[0; 4]; CONFIG_COUNT];
    let mut number = 0;
    while number < CONFIG_COUNT {
        let [a, b] = AdtsConfig::numbered(number).audio_specific_config();
        tags[number] = [AAC_CONFIG_TAG[0], AAC_CONFIG_TAG[1], a, b];
        number += 1;
    }
    tags
}

/// Returns the body of a tag with this configuration.
pub(crate) fn tag_body(config: AdtsConfig) -> &'static [u8] {
    CONFIG_TAGS.get(config.number()).map_or(&[], |tag| tag)
}

/// Returns the configuration of raw AAC frames from the metadata of a segment. It is certain if the
/// distance of the frames agrees with the sampling rate, and their first element with the channels.
pub(crate) fn from_metadata(segment: &[u8]) -> Option<AdtsConfig> {
    let mut metadata = None;
    let mut frames = AacFrames::default();
    for tag in FlvTags::new(segment).ok()?.map_while(Result::ok) {
        if tag.kind == SCRIPT && tag.body.starts_with(METADATA_NAME) {
            metadata = metadata.or(Some(tag.body));
        } else if let Ok(Some(packet)) = packet_of(&tag)
            && packet.kind == TrackKind::Audio
            && matches!(packet.role, PacketRole::Frame { .. })
        {
            if packet.codec != Codec::Aac || packet.adts.is_some() {
                return None;
            }
            frames.add(i64::from(tag.timestamp), packet.data);
        }
    }
    let metadata = metadata?;
    let channels = frames.channels?;
    if frames.is_mixed || stated_channels(metadata)? != channels {
        return None;
    }
    let stated = number(metadata, b"\0\x0faudiosamplerate\0")?;
    let steps = frames.count - 1;
    // With spectral band replication, the metadata states twice the rate of the core coder.
    let rate_index = SAMPLE_RATES.iter().position(|&rate| {
        let is_stated = [rate, rate * 2].map(f64::from).contains(&stated);
        let expected = steps * FRAME_SAMPLES * 1000;
        let found = frames.length_ms().saturating_mul(i64::from(rate));
        is_stated && (found - expected).abs() <= expected / MAX_DEVIATION
    });
    let rate_index = rate_index.filter(|_| frames.count >= MIN_FRAMES)?;
    Some(AdtsConfig::low_complexity(
        u8::try_from(rate_index).ok()?,
        channels,
    ))
}

/// What the frames of a segment show of their configuration.
#[derive(Debug, Default)]
struct AacFrames {
    count: i64,
    first_ms: i64,
    last_ms: i64,
    channels: Option<u8>,
    is_mixed: bool,
}

impl AacFrames {
    fn add(&mut self, time_ms: i64, frame: &[u8]) {
        if self.count == 0 {
            self.first_ms = time_ms;
        }
        self.count += 1;
        self.last_ms = time_ms;
        // A frame starts with a single channel element, a channel pair, or something else.
        let channels = match frame.first().map(|byte| byte >> 5) {
            Some(0) => 1,
            Some(1) => 2,
            _ => return,
        };
        self.is_mixed |= *self.channels.get_or_insert(channels) != channels;
    }

    fn length_ms(&self) -> i64 {
        self.last_ms.saturating_sub(self.first_ms)
    }
}

fn stated_channels(metadata: &[u8]) -> Option<u8> {
    if let Some(count) = number(metadata, b"\0\x0daudiochannels\0") {
        let is_count = |channels: &u8| (f64::from(*channels) - count).abs() < 0.5;
        return [1, 2].into_iter().find(is_count);
    }
    let stereo = bytes_after(metadata, b"\0\x06stereo\x01")?.first()?;
    Some(if *stereo == 0 { 1 } else { 2 })
}

/// Returns the number after a property name and its type in AMF0 metadata.
fn number(metadata: &[u8], name: &[u8]) -> Option<f64> {
    let bytes = bytes_after(metadata, name)?.first_chunk()?;
    Some(f64::from_be_bytes(*bytes))
}

fn bytes_after<'a>(metadata: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let at = memchr::memmem::find(metadata, name)?;
    metadata.get(at + name.len()..)
}
