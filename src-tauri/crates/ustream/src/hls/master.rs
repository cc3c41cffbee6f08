//! Parses master playlists (RFC 8216 4.3.4): variants, and audio renditions beside them.

use quick_m3u8::HlsLine;
use quick_m3u8::tag::KnownTag;
use quick_m3u8::tag::hls::{self, EnumeratedString, MediaType, StreamInf};
use url::Url;

use super::{lines, malformed, resource_url};
use crate::{Error, Promises};

/// Most variants and audio renditions together; more than any recording has.
const MAX_RENDITIONS: usize = 24;

/// A master playlist.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MasterPlaylist {
    /// Its variants, in its order.
    pub variants: Vec<Variant>,
    /// Its audio renditions, in its order.
    pub audio_renditions: Vec<AudioRendition>,
}

/// A variant stream (`EXT-X-STREAM-INF`, RFC 8216 4.3.4.2).
#[derive(Clone, Debug, PartialEq)]
pub struct Variant {
    /// URL of its media playlist.
    pub url: Url,
    /// Video width in pixels.
    pub width: Option<u32>,
    /// Video height in pixels.
    pub height: Option<u32>,
    /// Average bit rate including its audio, in kbit/s, else the peak bit rate.
    pub bitrate_kbps: Option<u32>,
    /// The group of its audio renditions.
    pub audio_group: Option<String>,
    /// Whether it states codecs but neither a video codec nor a size.
    pub is_audio_only: bool,
    /// What its codecs and its size promise.
    pub promises: Promises,
}

/// An audio rendition (`EXT-X-MEDIA`, RFC 8216 4.3.4.1).
#[derive(Clone, Debug, PartialEq)]
pub struct AudioRendition {
    /// URL of its media playlist; `None` if it is muxed into the segments of its variants
    /// (RFC 8216 4.3.4.2.1).
    pub url: Option<Url>,
    /// Its group.
    pub group: String,
    /// Its language, as a BCP 47 tag.
    pub language: Option<String>,
    /// Whether it is the default of its group.
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
