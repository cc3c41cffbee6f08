//! What ffmpeg can put into an MP4 that this crate cannot.

use crate::Error;

/// What this crate refuses and ffmpeg takes: other containers, and codecs for which ffmpeg's MP4
/// muxer has a tag.
///
/// The tags are those of `codec_mp4_tags` in FFmpeg's `libavformat/movenc.c`. FFmpeg 5.1 muxes and
/// refuses accordingly, where it has an encoder to try it with. There are none for Sorenson H.263
/// (`flv1`), VP6 (`vp6f`, `vp6a`), Screen Video (`flashsv`, `flashsv2`), Speex, Nellymoser, ADPCM,
/// G.711, AAC in LATM, and the PCM of FLV and MPEG-TS.
const TAKEN_BY_FFMPEG: [&str; 24] = [
    "a Matroska or WebM file",
    "an AVI file",
    "a Windows Media file",
    "an Ogg file",
    "an MPEG program stream",
    "a file of sound alone (MP3 or AAC)",
    "a file that is no FLV, MP4 or MPEG transport stream",
    "a compressed index",
    "sound as QuickTime describes it (mp4a)",
    "HEVC in FLV",
    "AV1 in FLV",
    "VP9 in FLV",
    "MPEG-1 video in MPEG-TS",
    "MPEG-2 video in MPEG-TS",
    "MPEG-4 Part 2 video in MPEG-TS",
    "HEVC in MPEG-TS",
    "VVC in MPEG-TS",
    "VC-1 in MPEG-TS",
    "AC-3 in MPEG-TS",
    "E-AC-3 in MPEG-TS",
    "DTS in MPEG-TS",
    "Opus in MPEG-TS",
    "MP2 audio in MPEG-TS",
    "AAC with a layout of its own",
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
    use crate::{TrackKind, flv::Codec};

    #[test]
    fn of_the_codecs_of_an_flv_only_those_with_a_tag_are_taken() {
        let names = (0..=255)
            .flat_map(|byte| {
                let kinds = [TrackKind::Video, TrackKind::Audio];
                kinds.map(|kind| Codec::from_first_byte(kind, byte))
            })
            .chain(["HEVC in FLV", "AV1 in FLV", "VP9 in FLV"].map(Codec::Other));
        for codec in names {
            let Codec::Other(name) = codec else { continue };
            let is_taken = ffmpeg_may_remux(&Error::Unsupported(name.into()));
            let has_tag = ["HEVC", "AV1", "VP9"]
                .iter()
                .any(|tagged| name.starts_with(tagged));
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
