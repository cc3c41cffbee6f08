//! What ffmpeg can put into an MP4 that this crate cannot.

use crate::{Error, refused};

/// What this crate refuses and ffmpeg takes: other containers, and codecs for which ffmpeg's MP4
/// muxer has a tag.
///
/// The tags are those of `codec_mp4_tags` in FFmpeg's `libavformat/movenc.c`. FFmpeg 5.1 muxes and
/// refuses accordingly, where it has an encoder to try it with. There are none for Sorenson H.263
/// (`flv1`), VP6 (`vp6f`, `vp6a`), Screen Video (`flashsv`, `flashsv2`), Speex, Nellymoser, ADPCM,
/// G.711, AAC in LATM, and the PCM of FLV and MPEG-TS.
const TAKEN_BY_FFMPEG: [&str; 23] = [
    refused::MATROSKA,
    refused::AVI,
    refused::WINDOWS_MEDIA,
    refused::OGG,
    refused::PROGRAM_STREAM,
    refused::SOUND_ALONE,
    refused::OTHER_FILE,
    refused::COMPRESSED_INDEX,
    refused::FLV_HEVC,
    refused::FLV_AV1,
    refused::FLV_VP9,
    refused::TS_MPEG1,
    refused::TS_MPEG2,
    refused::TS_MPEG4,
    refused::TS_HEVC,
    refused::TS_VVC,
    refused::TS_VC1,
    refused::TS_AC3,
    refused::TS_EAC3,
    refused::TS_DTS,
    refused::TS_OPUS,
    refused::TS_MP2,
    refused::AAC_LAYOUT,
];

/// Returns whether ffmpeg may make an MP4 of a file that this crate refuses with this error. It
/// cannot if the media is encrypted, or of a codec for which its MP4 muxer has no tag.
pub fn ffmpeg_may_remux(problem: &Error) -> bool {
    match problem {
        Error::Unsupported(what) => TAKEN_BY_FFMPEG.contains(&what.as_str()),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{TrackKind, flv::Codec, refused};

    const FLV_WITH_TAG: [&str; 3] = [refused::FLV_HEVC, refused::FLV_AV1, refused::FLV_VP9];

    #[test]
    fn of_the_codecs_of_an_flv_only_those_with_a_tag_are_taken() {
        let names = (0..=255)
            .flat_map(|byte| {
                let kinds = [TrackKind::Video, TrackKind::Audio];
                kinds.map(|kind| Codec::from_first_byte(kind, byte))
            })
            .chain(FLV_WITH_TAG.map(Codec::Other));
        for codec in names {
            let Codec::Other(name) = codec else { continue };
            let is_taken = ffmpeg_may_remux(&Error::Unsupported(name.into()));
            let has_tag = FLV_WITH_TAG.contains(&name);
            assert_eq!(is_taken, has_tag, "{name}");
        }
    }

    #[test]
    fn encrypted_media_and_what_is_no_movie_are_not_taken() {
        assert!(!ffmpeg_may_remux(&Error::Encrypted));
        for what in ["a web page", "a playlist, not the film itself", "a picture"] {
            assert!(
                !ffmpeg_may_remux(&Error::Unsupported(what.into())),
                "{what}"
            );
        }
    }
}
