//! Names of what this crate refuses and ffmpeg takes: other containers, and codecs for which ffmpeg's
//! MP4 muxer has a tag.

pub(crate) const MATROSKA: &str = "a Matroska or WebM file";
pub(crate) const AVI: &str = "an AVI file";
pub(crate) const WINDOWS_MEDIA: &str = "a Windows Media file";
pub(crate) const OGG: &str = "an Ogg file";
pub(crate) const PROGRAM_STREAM: &str = "an MPEG program stream";
pub(crate) const SOUND_ALONE: &str = "a file of sound alone (MP3 or AAC)";
pub(crate) const OTHER_FILE: &str = "a file that is no FLV, MP4 or MPEG transport stream";
pub(crate) const COMPRESSED_INDEX: &str = "a compressed index";
pub(crate) const FLV_HEVC: &str = "HEVC in FLV";
pub(crate) const FLV_AV1: &str = "AV1 in FLV";
pub(crate) const FLV_VP9: &str = "VP9 in FLV";
pub(crate) const TS_MPEG1: &str = "MPEG-1 video in MPEG-TS";
pub(crate) const TS_MPEG2: &str = "MPEG-2 video in MPEG-TS";
pub(crate) const TS_MPEG4: &str = "MPEG-4 Part 2 video in MPEG-TS";
pub(crate) const TS_HEVC: &str = "HEVC in MPEG-TS";
pub(crate) const TS_VVC: &str = "VVC in MPEG-TS";
pub(crate) const TS_VC1: &str = "VC-1 in MPEG-TS";
pub(crate) const TS_AC3: &str = "AC-3 in MPEG-TS";
pub(crate) const TS_EAC3: &str = "E-AC-3 in MPEG-TS";
pub(crate) const TS_DTS: &str = "DTS in MPEG-TS";
pub(crate) const TS_OPUS: &str = "Opus in MPEG-TS";
pub(crate) const TS_MP2: &str = "MP2 audio in MPEG-TS";
pub(crate) const AAC_LAYOUT: &str = "AAC with a layout of its own";
