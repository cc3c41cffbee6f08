//! HLS segments of the mock service: the frames of its FLV fixtures as a transport stream
//! (ISO/IEC 13818-1 2.4), or as packed audio behind an ID3 timestamp (RFC 8216 3.4).

use bytes::{BufMut, Bytes, BytesMut};
use kit::ts::{ADTS_STREAM_TYPE, AUDIO_PID, AVC_STREAM_TYPE, Pes, TsWriter, VIDEO_PID, adts};

use super::UnitRange;
use super::flv::{DemuxedFrame, FlvFixture};

/// Timestamp of the first frame; not 0, as with the transcoders of the service.
const START_MS: u64 = 10_000;

/// Which streams a segment holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct TsStreams {
    pub(super) video: bool,
    pub(super) audio: bool,
}

/// Builds the transport stream of a time span, with tables of its own.
pub(super) fn chunk(
    cut: &FlvFixture,
    span: UnitRange<'_>,
    streams: TsStreams,
) -> Option<Vec<Bytes>> {
    let setup = TsCodecConfig::of(cut)?;
    let mut writer = TsWriter::default();
    let all = [
        (streams.video, (AVC_STREAM_TYPE, VIDEO_PID)),
        (streams.audio, (ADTS_STREAM_TYPE, AUDIO_PID)),
    ];
    let included = all
        .into_iter()
        .filter_map(|(is_there, stream)| is_there.then_some(stream));
    let pcr_pid = if streams.video { VIDEO_PID } else { AUDIO_PID };
    writer.tables(pcr_pid, &included.collect::<Vec<_>>());
    for coded in cut.coded_frames(span) {
        let time = |ms: u64| (START_MS + ms) * 90;
        if coded.is_video && streams.video {
            let (dts, pts) = (
                time(coded.time_ms),
                time(coded.time_ms + coded.composition_offset_ms),
            );
            writer.pes(Pes::video(pts, dts, &setup.annex_b(&coded)?));
        } else if !coded.is_video && streams.audio {
            let frame = adts(setup.audio_config, &coded.data);
            writer.pes(Pes::audio(time(coded.time_ms), &frame));
        }
    }
    Some(vec![writer.data.into()])
}

/// Builds the packed audio of a time span.
pub(super) fn packed_audio(cut: &FlvFixture, span: UnitRange<'_>) -> Option<Vec<Bytes>> {
    const OWNER: &[u8] = b"com.apple.streaming.transportStreamTimestamp\0";
    let setup = TsCodecConfig::of(cut)?;
    let mut data = BytesMut::new();
    for coded in cut.coded_frames(span).filter(|coded| !coded.is_video) {
        if data.is_empty() {
            let frame = u8::try_from(OWNER.len() + 8).ok()?;
            data.put_slice(b"ID3\x04\0\0\0\0\0");
            data.put_u8(frame + 10);
            data.put_slice(b"PRIV\0\0\0");
            data.put_slice(&[frame, 0, 0]);
            data.put_slice(OWNER);
            data.put_u64((START_MS + coded.time_ms) * 90);
        }
        data.put_slice(&adts(setup.audio_config, &coded.data));
    }
    Some(vec![data.freeze()])
}

/// Codec configuration.
struct TsCodecConfig {
    /// Parameter sets with start codes (ISO/IEC 14496-10 annex B).
    parameter_sets: Vec<u8>,
    /// `AudioSpecificConfig` (ISO/IEC 14496-3 1.6.2.1).
    audio_config: [u8; 2],
}

impl TsCodecConfig {
    fn of(cut: &FlvFixture) -> Option<Self> {
        let mut sets = Vec::new();
        // ISO/IEC 14496-15 5.3.3.1: the SPS, then the PPS.
        if let Some(mut rest) = cut.avc_config().and_then(|record| record.get(5..)) {
            for _ in 0..2 {
                let (count, mut behind) = rest.split_first()?;
                for _ in 0..count & 0x1f {
                    let (length, data) = behind.split_first_chunk()?;
                    let (set, next) =
                        data.split_at_checked(usize::from(u16::from_be_bytes(*length)))?;
                    sets.extend([0, 0, 0, 1]);
                    sets.extend_from_slice(set);
                    behind = next;
                }
                rest = behind;
            }
        }
        let audio_config = *cut.aac_config()?.first_chunk()?;
        Some(Self {
            parameter_sets: sets,
            audio_config,
        })
    }

    /// Replaces the lengths of NAL units by start codes.
    fn annex_b(&self, coded: &DemuxedFrame) -> Option<Vec<u8>> {
        let mut out = vec![0, 0, 0, 1, 9, 0xf0];
        if coded.is_key {
            out.extend_from_slice(&self.parameter_sets);
        }
        let mut rest: &[u8] = &coded.data;
        while let Some((length, data)) = rest.split_first_chunk() {
            let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
            let (unit, next) = data.split_at_checked(length)?;
            out.extend([0, 0, 0, 1]);
            out.extend_from_slice(unit);
            rest = next;
        }
        Some(out)
    }
}
