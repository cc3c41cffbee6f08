//! Encodes test movies with ffmpeg.

use std::path::{Path, PathBuf};

use super::readers::ffmpeg;

/// Options of a test movie.
#[derive(Clone, Debug)]
pub(super) struct TestMovie {
    pub(super) video: Option<EncoderInput>,
    pub(super) audio: Option<EncoderInput>,
    /// Least number of segments that it gives, init segments included.
    pub(super) min_segments: usize,
    /// The last frame of a segment may have any duration, which FLV does not state.
    pub(super) has_irregular_timing: bool,
    pub(super) fmp4_only: bool,
}

/// A source of ffmpeg, and the options of the encoder.
#[derive(Clone, Copy, Debug)]
pub(super) struct EncoderInput {
    source: &'static str,
    options: &'static str,
    delay: &'static str,
}

/// Returns a movie without any track.
pub(super) fn test_movie() -> TestMovie {
    TestMovie {
        video: None,
        audio: None,
        min_segments: 3,
        has_irregular_timing: false,
        fmp4_only: false,
    }
}

impl TestMovie {
    pub(super) fn video(mut self, source: &'static str, options: &'static str) -> Self {
        self.video = Some(EncoderInput {
            source,
            options,
            delay: "0",
        });
        self
    }

    pub(super) fn audio(mut self, source: &'static str, options: &'static str) -> Self {
        self.audio = Some(EncoderInput {
            source,
            options,
            delay: "0",
        });
        self
    }

    pub(super) fn delay_video(mut self, seconds: &'static str) -> Self {
        self.video = self.video.map(|picture| EncoderInput {
            delay: seconds,
            ..picture
        });
        self
    }

    pub(super) fn delay_audio(mut self, seconds: &'static str) -> Self {
        self.audio = self.audio.map(|sound| EncoderInput {
            delay: seconds,
            ..sound
        });
        self
    }

    pub(super) fn single_segment(mut self) -> Self {
        self.min_segments = 1;
        self
    }

    pub(super) fn irregular_timing(mut self) -> Self {
        self.has_irregular_timing = true;
        self
    }

    pub(super) fn fmp4_only(mut self) -> Self {
        self.fmp4_only = true;
        self
    }

    /// Returns the type of the audio sample entry, which ffmpeg's DASH muxer does not set by
    /// itself.
    pub(super) fn audio_sample_entry(&self) -> &'static str {
        match self.audio.map_or("", |sound| sound.options) {
            options if options.contains("opus") => "Opus",
            options if options.contains("ac3") => "ac-3",
            _ => "mp4a",
        }
    }

    /// Encodes the movie into a container that keeps all times exact.
    pub(super) fn encode(&self, folder: &Path) -> PathBuf {
        let path = folder.join("film.nut");
        let tracks = [&self.video, &self.audio].into_iter().flatten();
        let mut arguments = Vec::new();
        let mut options = Vec::new();
        for (number, track) in tracks.enumerate() {
            arguments.extend(["-itsoffset", track.delay, "-f", "lavfi", "-i", track.source]);
            options.extend(["-map", ["0", "1"][number]]);
        }
        if let Some(picture) = &self.video {
            options.extend(["-c:v", "libx264", "-preset", "veryfast", "-crf", "40"]);
            options.extend(["-threads", "1", "-sc_threshold", "0"]);
            if !picture.options.contains("-pix_fmt") {
                options.extend(["-pix_fmt", "yuv420p"]);
            }
            options.extend(picture.options.split(' '));
        }
        if let Some(sound) = &self.audio {
            options.extend(sound.options.split(' '));
        }
        arguments.extend(options);
        arguments.push(path.to_str().unwrap());
        ffmpeg(&arguments);
        path
    }
}
