//! Verifies an MP3: an ID3v2 tag, frames of one stream to the end, and perhaps an ID3v1 tag.
//!
//! The first frame may be one of the encoder (`Xing` or `Info`, by Xing and LAME) that holds no audio
//! but says how many frames follow, and how many samples at both ends are not of the audio.

use std::{
    io::{BufReader, Read, Seek, SeekFrom},
    ops::ControlFlow,
};

use crate::{
    Error, Summary, TrackKind, TrackSummary,
    codec::mp3::Mp3Header,
    digest::{IndexDigest, SampleRecord},
    id3::{Id3Tag, is_tagged},
};

/// Bytes of a frame header.
const HEADER_BYTES: u64 = 4;
/// Bytes of an ID3v1 tag, which begins with `TAG`.
const ID3V1_BYTES: u64 = 128;
/// Holds the headers of many frames; what is between them is skipped within it.
const BUFFER_BYTES: usize = 64 * 1024;
/// Bytes between two calls of `on_read`.
const STEP_BYTES: u64 = 1 << 20;

/// Where the first frame of an MP3 begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mp3Start(pub(crate) u64);

/// Returns where the first frame begins if a file is an MP3: a frame header at the start, or behind an
/// ID3v2 tag. What follows the tag may be of another format, as in AAC and MPEG-TS.
pub(crate) fn find_start<F: Read + Seek>(file: &mut F) -> Result<Option<Mp3Start>, Error> {
    let mut start = Vec::new();
    file.rewind()?;
    file.by_ref().take(HEADER_BYTES).read_to_end(&mut start)?;
    let mut position = 0;
    if is_tagged(&start) {
        position = Id3Tag::read(file)?.end;
        start.clear();
        file.seek(SeekFrom::Start(position))?;
        file.by_ref().take(HEADER_BYTES).read_to_end(&mut start)?;
    }
    Ok(Mp3Header::frame_length(&start).map(|_| Mp3Start(position)))
}

/// Reads the headers of all frames of an MP3. `on_read` gets the number of bytes that are done, and
/// may stop it: the result is `None` then.
///
/// Fails with [`Error::Malformed`] if there is anything but frames of one stream, if the last is cut,
/// or if the encoder has announced another number, and with [`Error::Empty`] without audio.
pub(crate) fn walk<F: Read + Seek>(
    mut file: F,
    start: Mp3Start,
    mut on_read: impl FnMut(u64) -> ControlFlow<()>,
) -> Result<Option<Summary>, Error> {
    let length = file.seek(SeekFrom::End(0))?;
    file.seek(SeekFrom::Start(start.0))?;
    let mut walker = FrameWalker {
        file: BufReader::with_capacity(BUFFER_BYTES, file),
        length,
        position: start.0,
        stream: None,
        encoder: EncoderInfo::default(),
        frames: 0,
        digest: IndexDigest::default(),
    };
    let mut told = walker.position;
    while walker.next_frame()? {
        if walker.position - told >= STEP_BYTES {
            told = walker.position;
            if on_read(told).is_break() {
                return Ok(None);
            }
        }
    }
    walker.summary().map(Some)
}

/// What the frame of the encoder says.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct EncoderInfo {
    /// Number of frames that follow.
    frames: Option<u32>,
    /// Samples at both ends that the encoder has added.
    added_samples: u64,
}

struct FrameWalker<F> {
    file: BufReader<F>,
    length: u64,
    position: u64,
    /// The fields of all frames.
    stream: Option<Mp3Header>,
    encoder: EncoderInfo,
    frames: u64,
    digest: IndexDigest,
}

impl<F: Read + Seek> FrameWalker<F> {
    fn fail(&self, problem: impl Into<String>) -> Error {
        Error::Malformed {
            format: "MP3",
            problem: problem.into(),
            offset: self.position,
        }
    }

    /// Reads the next frame, and returns whether there was one.
    fn next_frame(&mut self) -> Result<bool, Error> {
        let left = self.length.saturating_sub(self.position);
        if left == 0 {
            return Ok(false);
        }
        let mut head = Vec::new();
        let most = HEADER_BYTES.min(left);
        self.file.by_ref().take(most).read_to_end(&mut head)?;
        if left == ID3V1_BYTES && head.starts_with(b"TAG") {
            return Ok(false);
        }
        let (Some((header, _)), Some(size)) =
            (Mp3Header::read(&head), Mp3Header::frame_length(&head))
        else {
            return Err(self.fail("no frame"));
        };
        if self.stream.is_some_and(|stream| stream != header) {
            return Err(self.fail("a frame of another stream"));
        }
        let size = size as u64;
        if size > left {
            return Err(self.fail("the file ends inside a frame"));
        }
        let is_first = self.stream.replace(header).is_none();
        let mut body = Vec::new();
        if is_first {
            let most = size.saturating_sub(HEADER_BYTES);
            self.file.by_ref().take(most).read_to_end(&mut body)?;
        }
        match encoder_info(header, &body) {
            Some(encoder) => self.encoder = encoder,
            None => self.add(header, size),
        }
        let rest = size.saturating_sub(HEADER_BYTES + body.len() as u64);
        self.file.seek_relative(rest.cast_signed())?;
        self.position += size;
        Ok(true)
    }

    fn add(&mut self, header: Mp3Header, size: u64) {
        self.digest.add(SampleRecord {
            position: self.position,
            size: u32::try_from(size).unwrap_or(u32::MAX),
            dts: self.frames.saturating_mul(header.frame_samples.into()),
            composition_offset: 0,
            sync: true,
            sample_entry: 0,
        });
        self.frames += 1;
    }

    fn summary(self) -> Result<Summary, Error> {
        let Some(stream) = self.stream.filter(|_| self.frames > 0) else {
            return Err(Error::Empty);
        };
        if let Some(announced) = self.encoder.frames
            && u64::from(announced) != self.frames
        {
            let problem = format!(
                "{announced} frames are announced, {} are there",
                self.frames
            );
            return Err(self.fail(problem));
        }
        let samples = self.frames.saturating_mul(stream.frame_samples.into());
        let samples = samples.saturating_sub(self.encoder.added_samples);
        let duration_ms = samples.saturating_mul(1000) / u64::from(stream.sample_rate);
        Ok(Summary {
            duration_ms,
            size_bytes: self.length,
            tracks: vec![TrackSummary {
                kind: TrackKind::Audio,
                codec: "MP3".to_owned(),
                samples: self.frames,
                duration_ms,
                size: None,
                digest: self.digest.value(),
            }],
            ..Summary::default()
        })
    }
}

/// Reads what the encoder says in a frame, of which `body` is the part behind the header: `Xing` or
/// `Info` behind the side information, then optional fields, then the fields of LAME.
fn encoder_info(header: Mp3Header, body: &[u8]) -> Option<EncoderInfo> {
    let side_bytes = match (header.frame_samples, header.channels) {
        (1152, 1) => 17,
        (1152, _) => 32,
        (_, 1) => 9,
        _ => 17,
    };
    let body = body.get(side_bytes..)?;
    let body = body
        .strip_prefix(b"Xing")
        .or_else(|| body.strip_prefix(b"Info"))?;
    let (flags, mut rest) = body.split_first_chunk::<4>()?;
    let flags = u32::from_be_bytes(*flags);
    let mut info = EncoderInfo::default();
    // Number of frames, number of bytes, table of contents, quality.
    for (flag, bytes) in [(1, 4), (2, 4), (4, 100), (8, 4)] {
        if flags & flag == 0 {
            continue;
        }
        let Some((field, behind)) = rest.split_at_checked(bytes) else {
            return Some(info);
        };
        if flag == 1 {
            let field = field.first_chunk::<4>();
            info.frames = field.map(|field| u32::from_be_bytes(*field));
        }
        rest = behind;
    }
    // Twelve bits each: samples that are added at the start, and at the end.
    if let Some([b'L', ..]) = rest.get(..21)
        && let Some(&[a, b, c]) = rest.get(21..24).and_then(<[u8]>::first_chunk)
    {
        let both = u32::from_be_bytes([0, a, b, c]);
        info.added_samples = u64::from(both >> 12) + u64::from(both & 0xfff);
    }
    Some(info)
}

#[cfg(test)]
mod tests {
    use std::io::Cursor as Memory;

    use proptest::prelude::*;

    use super::*;
    use crate::id3::build::tag;

    /// Header of MPEG-1, 128 kbit/s, 44 100 Hz, stereo: 417 bytes, 1152 samples.
    const FRAME: [u8; 4] = [0xff, 0xfb, 0x90, 0x64];

    fn frame() -> Vec<u8> {
        let mut frame = FRAME.to_vec();
        frame.resize(417, 0x55);
        frame
    }

    /// The frame of an encoder that has added 576 and 1000 samples.
    fn info_frame(frames: u32) -> Vec<u8> {
        let mut frame = FRAME.to_vec();
        frame.resize(4 + 32, 0);
        frame.extend_from_slice(b"Info\0\0\0\x0f");
        frame.extend_from_slice(&frames.to_be_bytes());
        frame.resize(frame.len() + 4 + 100 + 4, 0);
        frame.extend_from_slice(b"Lavf");
        frame.resize(frame.len() + 17, 0);
        frame.extend_from_slice(&[0x24, 0x03, 0xe8]);
        frame.resize(417, 0);
        frame
    }

    fn checked(bytes: &[u8]) -> Result<Summary, Error> {
        let mut file = Memory::new(bytes);
        let start = find_start(&mut file)?.expect("an MP3");
        let walked = walk(&mut file, start, |_| ControlFlow::Continue(()));
        walked.map(|summary| summary.expect("not stopped"))
    }

    fn problem(bytes: &[u8]) -> (String, u64) {
        match checked(bytes) {
            Err(Error::Malformed {
                problem, offset, ..
            }) => (problem, offset),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn all_frames_are_counted_between_the_tags() {
        let frames = frame().repeat(100);
        let plain = checked(&frames).expect("an MP3");
        assert_eq!(plain.duration_ms, 100 * 1152 * 1000 / 44_100);
        assert_eq!(plain.tracks[0].samples, 100);
        let id3v1 = [&b"TAG"[..], &[0; 125]].concat();
        let tagged = [tag(&[(b"TIT2", b"\0a")], 700), frames, id3v1].concat();
        let tagged = checked(&tagged).expect("an MP3");
        assert_eq!(tagged.duration_ms, plain.duration_ms);
        assert_ne!(tagged.tracks[0].digest, plain.tracks[0].digest);
    }

    #[test]
    fn what_the_encoder_has_added_is_not_counted() {
        let file = [info_frame(100), frame().repeat(100)].concat();
        let summary = checked(&file).expect("an MP3");
        assert_eq!(summary.tracks[0].samples, 100);
        assert_eq!(summary.duration_ms, (100 * 1152 - 1576) * 1000 / 44_100);
    }

    #[test]
    fn frames_that_were_announced_and_are_not_there_are_missed() {
        let file = [info_frame(100), frame().repeat(99)].concat();
        let (problem, _) = problem(&file);
        assert!(
            problem.contains("100 frames are announced, 99"),
            "{problem}"
        );
        assert!(matches!(checked(&info_frame(0)), Err(Error::Empty)));
    }

    #[test]
    fn anything_but_frames_of_one_stream_is_refused() {
        let two = frame().repeat(2);
        let with = |more: &[u8]| [&two, more].concat();
        assert_eq!(problem(&with(b"<html>")), ("no frame".to_owned(), 834));
        assert_eq!(problem(&with(&[0xff])), ("no frame".to_owned(), 834));
        let (cut, at) = problem(&with(&frame()[..400]));
        assert!(cut.contains("inside a frame") && at == 834, "{cut}");
        let (other, _) = problem(&with(&[0xff, 0xfb, 0x94, 0x64]));
        assert!(other.contains("another stream"), "{other}");
    }

    #[test]
    fn other_formats_behind_a_tag_are_not_taken_for_an_mp3() {
        for content in [&b"\x47\x40\0\x10"[..], b"\xff\xf1\x50\x80", b""] {
            let file = [&tag(&[], 20), content].concat();
            let found = find_start(&mut Memory::new(file)).expect("readable");
            assert!(found.is_none(), "{content:?}");
        }
        let mp4 = find_start(&mut Memory::new(b"\0\0\0\x18ftypisom")).expect("readable");
        assert!(mp4.is_none());
    }

    #[test]
    fn a_walk_can_be_stopped() {
        let file = frame().repeat(6000);
        let stopped = walk(Memory::new(&file), Mp3Start(0), |_| ControlFlow::Break(()));
        assert!(stopped.expect("readable").is_none());
    }

    proptest! {
        #[test]
        fn any_bytes_can_be_read_as_an_mp3(
            is_framed in any::<bool>(),
            bytes in proptest::collection::vec(any::<u8>(), 0..900),
        ) {
            let mut file = if is_framed { FRAME.to_vec() } else { Vec::new() };
            file.extend_from_slice(&bytes);
            let walked = walk(Memory::new(&file), Mp3Start(0), |_| ControlFlow::Continue(()));
            if let Ok(Some(summary)) = walked {
                // No frame of layer III is shorter.
                prop_assert!(summary.tracks[0].samples <= file.len() as u64 / 24);
            }
            find_start(&mut Memory::new(&file)).expect("memory is readable");
        }
    }
}
