//! Playlists of playlists (RFC 8216 4.3.4): one for each picture, and for sounds beside them.

use quick_m3u8::HlsLine;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{self, EnumeratedString, MediaType, StreamInf};
use url::Url;

use super::{lines, malformed, resource_url};
use crate::{Error, Promises};

/// More than qualities and languages of any recording.
const MAX_RENDITIONS: usize = 24;

/// What a master playlist names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MasterPlaylist {
    /// Streams, in its order.
    pub variants: Vec<Variant>,
    /// Sounds that are told apart, in its order.
    pub audio_renditions: Vec<AudioRendition>,
}

/// A stream, alone or with a group of sounds (`EXT-X-STREAM-INF`).
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// Its media playlist.
    pub url: Url,
    /// Picture width in pixels.
    pub width: Option<u32>,
    /// Picture height in pixels.
    pub height: Option<u32>,
    /// Bit rate of all that belongs to it, in kbit/s.
    pub bitrate_kbps: Option<u32>,
    /// Which sounds belong to it.
    pub audio_group: Option<String>,
    /// It states codecs, and none of them is a picture's.
    pub is_audio_only: bool,
    /// What its codecs and its size state.
    pub promises: Promises,
}

/// One of several sounds (`EXT-X-MEDIA`).
#[derive(Clone, Debug, PartialEq)]
pub struct AudioRendition {
    /// Its media playlist; without one it lies in the pieces of its streams (RFC 8216 4.3.4.2.1).
    pub url: Option<Url>,
    /// The group it is in.
    pub group: String,
    /// Its language.
    pub language: Option<String>,
    /// The service would choose it.
    pub is_default: bool,
}

pub(super) fn read(text: &str, base: &Url) -> Result<MasterPlaylist, Error> {
    let mut master = MasterPlaylist::default();
    let mut stream: Option<StreamInf<'_>> = None;
    for line in lines(text) {
        match line? {
            HlsLine::KnownTag(KnownTag::Hls(hls::Tag::StreamInf(tag))) => stream = Some(tag),
            HlsLine::KnownTag(KnownTag::Hls(hls::Tag::Media(tag))) => {
                master.audio_renditions.extend(audio_rendition(&tag, base)?);
            }
            HlsLine::UnknownTag(tag) if is_essential(tag.name()) => {
                return Err(malformed("a tag that cannot be read"));
            }
            HlsLine::Uri(named) if !named.trim().is_empty() => {
                if let Some(stream) = stream.take() {
                    master.variants.push(variant(&stream, &named, base)?);
                }
            }
            _ => {}
        }
        if master.variants.len() + master.audio_renditions.len() > MAX_RENDITIONS {
            return Err(malformed("it is endless"));
        }
    }
    if master.variants.is_empty() {
        return Err(malformed("it names nothing"));
    }
    Ok(master)
}

fn is_essential(name: &str) -> bool {
    matches!(name, "-X-STREAM-INF" | "-X-MEDIA")
}

fn variant(stream: &StreamInf<'_>, named: &str, base: &Url) -> Result<Variant, Error> {
    let small = |number: u64| u32::try_from(number).ok();
    let resolution = stream.resolution();
    let bandwidth = stream.average_bandwidth().unwrap_or(stream.bandwidth());
    let codecs = stream.codecs();
    let has_codec = |starts: &[&str]| {
        let mut codecs = codecs.into_iter().flat_map(|codecs| codecs.split(','));
        codecs.any(|codec| starts.iter().any(|start| codec.trim().starts_with(start)))
    };
    let has_video = has_codec(&["avc", "hvc", "hev", "vp", "av01", "dvh"]);
    Ok(Variant {
        url: resource_url(base, named)?,
        width: resolution.and_then(|size| small(size.width)),
        height: resolution.and_then(|size| small(size.height)),
        bitrate_kbps: small(bandwidth / 1000).filter(|rate| *rate > 0),
        audio_group: stream.audio().map(str::to_owned),
        is_audio_only: resolution.is_none() && codecs.is_some() && !has_video,
        promises: Promises {
            video: has_video || resolution.is_some(),
            audio: has_codec(&["mp4a", "ac-3", "ec-3", "opus", "mp3", "Opus"]),
        },
    })
}

fn audio_rendition(tag: &hls::Media<'_>, base: &Url) -> Result<Option<AudioRendition>, Error> {
    if tag.media_type() != EnumeratedString::Known(MediaType::Audio) {
        return Ok(None);
    }
    Ok(Some(AudioRendition {
        url: tag
            .uri()
            .map(|named| resource_url(base, named))
            .transpose()?,
        group: tag.group_id().to_owned(),
        language: tag.language().map(str::to_owned),
        is_default: tag.default(),
    }))
}
