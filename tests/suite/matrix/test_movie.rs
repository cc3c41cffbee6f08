//! What there is to be seen and heard, as ffmpeg is told to make it.

use std::path::{Path, PathBuf};

use super::readers::ffmpeg;

/// A film to be made.
#[derive(Clone, Debug)]
pub(super) struct TestMovie {
    pub(super) video: Option<EncoderInput>,
    pub(super) audio: Option<EncoderInput>,
    /// Into how many pieces it can be cut at least, initialisations included.
    pub(super) min_segments: usize,
    /// The last frame of a piece may be of any length, which FLV does not tell.
    pub(super) has_irregular_timing: bool,
    pub(super) fmp4_only: bool,
}

/// A source of ffmpeg's, and the options of its encoder.
#[derive(Clone, Copy, Debug)]
pub(super) struct EncoderInput {
    source: &'static str,
    options: &'static str,
    delay: &'static str,
}

/// A film of nothing so far.
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

    /// The name of its sound in an MP4, which ffmpeg's segmenter does not find by itself.
    pub(super) fn audio_sample_entry(&self) -> &'static str {
        match self.audio.map_or("", |sound| sound.options) {
            options if options.contains("opus") => "Opus",
            options if options.contains("ac3") => "ac-3",
            _ => "mp4a",
        }
    }

    /// Makes it, in a container that keeps all times exact.
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
