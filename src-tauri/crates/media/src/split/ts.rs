//! Splits a transport stream before incomplete frames.

use std::io::{Read, Seek};

use super::{FilledSegment, input::InputFile};
use crate::{Error, SegmentKind, ts};

/// Size of a segment: some seconds.
const SEGMENT_BYTES: usize = 4 << 20;

/// State of a transport stream that is being split.
#[derive(Debug, Default)]
pub(super) struct TsSplitter {
    position: u64,
    number: u64,
    /// Packets of frames that were incomplete at the end of the previous segment.
    open_frames: Vec<u8>,
    /// The last tables; segments without their own get them.
    tables: Vec<u8>,
}

impl TsSplitter {
    pub(super) fn done(&self) -> u64 {
        self.position.saturating_sub(self.open_frames.len() as u64)
    }

    /// Fills the buffer with complete frames. The stream has its own clock, so `start_ms` stays 0.
    pub(super) fn fill<R: Read + Seek>(
        &mut self,
        input: &mut InputFile<R>,
        buffer: &mut Vec<u8>,
    ) -> Result<Option<FilledSegment>, Error> {
        buffer.clear();
        buffer.append(&mut self.open_frames);
        // The open frames are at most half of a segment, so the buffer does not grow without bound.
        let read = input.read(self.position, SEGMENT_BYTES, buffer)?;
        self.position = self.position.saturating_add(read as u64);
        if buffer.is_empty() {
            return Ok(None);
        }
        if read == SEGMENT_BYTES && self.position < input.length() {
            self.open_frames = ts::take_incomplete(buffer);
        }
        match ts::tables(buffer) {
            Some(tables) => self.tables = tables,
            None => drop(buffer.splice(0..0, self.tables.iter().copied())),
        }
        let number = self.number;
        self.number += 1;
        Ok(Some(FilledSegment {
            track: 0,
            kind: SegmentKind::Media(number),
            start_ms: 0,
            length: buffer.len(),
        }))
    }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use kit::ts::{AUDIO_PID, Pes, TsWriter, VIDEO_PID, adts};

    use super::*;
    use crate::{MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, SegmentFormat, muxer};

    #[test]
    fn the_last_segment_without_tables_keeps_its_sounds_apart() {
        let mut writer = TsWriter::default();
        writer.tables(VIDEO_PID, &[(0x0f, AUDIO_PID), (0x0f, AUDIO_PID + 1)]);
        // Frames of the second sound alone in a last segment, far behind the tables.
        let pes = |number: u64, pid| -> (u64, u16, Vec<u8>) {
            (
                number * 1920 * 20,
                pid,
                adts([0x11, 0x90], &[7; 3000]).repeat(20),
            )
        };
        let mut add = |(pts, pid, bytes): (u64, u16, Vec<u8>)| {
            writer.pes(Pes {
                pid,
                ..Pes::audio(pts, &bytes)
            });
            writer.data.len()
        };
        let mut number = 0;
        while add(pes(number, AUDIO_PID)) < SEGMENT_BYTES - 200_000 {
            number += 1;
        }
        for number in 0..10 {
            add(pes(number, AUDIO_PID + 1));
        }
        assert!(writer.data.len() > SEGMENT_BYTES);
        let mut movie = MovieSplitter::open(Cursor::new(writer.data)).expect("a stream");
        let config = MuxerConfig {
            segment_format: SegmentFormat::Ts,
            output_format: OutputFormat::Mp4,
            movie: MovieSpec::default(),
            journal: None,
        };
        let mut muxer = muxer(config, Cursor::new(Vec::new())).expect("a muxer");
        let mut fragments = Vec::new();
        while let Some(segment) = movie.next_segment().expect("a segment") {
            fragments.push(muxer.push(segment).expect("media"));
        }
        assert_eq!(fragments.len(), 2);
        let summary = muxer.finish(fragments).expect("a movie");
        let samples: Vec<_> = summary.tracks.iter().map(|track| track.samples).collect();
        assert_eq!(samples, [(number + 1) * 20, 200]);
    }
}
