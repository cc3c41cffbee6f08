//! What there is to be seen and heard, as ffmpeg is told to make it.

use std::path::{Path, PathBuf};

use super::readers::ffmpeg;

/// A film to be made.
#[derive(Clone, Debug)]
pub(super) struct Film {
    pub(super) picture: Option<Coded>,
    pub(super) sound: Option<Coded>,
    /// Into how many pieces it can be cut at least, initialisations included.
    pub(super) least_pieces: usize,
    /// The last frame of a piece may be of any length, which FLV does not tell.
    pub(super) is_uneven: bool,
    pub(super) only_in_fragments: bool,
}

/// A source of ffmpeg's, and the options of its encoder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Coded {
    source: &'static str,
    options: &'static str,
    later: &'static str,
}

/// A film of nothing so far.
pub(super) fn film() -> Film {
    Film {
        picture: None,
        sound: None,
        least_pieces: 3,
        is_uneven: false,
        only_in_fragments: false,
    }
}

impl Film {
    pub(super) fn picture(mut self, source: &'static str, options: &'static str) -> Self {
        self.picture = Some(Coded {
            source,
            options,
            later: "0",
        });
        self
    }

    pub(super) fn sound(mut self, source: &'static str, options: &'static str) -> Self {
        self.sound = Some(Coded {
            source,
            options,
            later: "0",
        });
        self
    }

    pub(super) fn picture_later(mut self, seconds: &'static str) -> Self {
        self.picture = self.picture.map(|picture| Coded {
            later: seconds,
            ..picture
        });
        self
    }

    pub(super) fn sound_later(mut self, seconds: &'static str) -> Self {
        self.sound = self.sound.map(|sound| Coded {
            later: seconds,
            ..sound
        });
        self
    }

    pub(super) fn one_piece(mut self) -> Self {
        self.least_pieces = 1;
        self
    }

    pub(super) fn uneven(mut self) -> Self {
        self.is_uneven = true;
        self
    }

    pub(super) fn only_in_fragments(mut self) -> Self {
        self.only_in_fragments = true;
        self
    }

    /// The name of its sound in an MP4, which ffmpeg's segmenter does not find by itself.
    pub(super) fn sound_tag(&self) -> &'static str {
        match self.sound.map_or("", |sound| sound.options) {
            options if options.contains("opus") => "Opus",
            options if options.contains("ac3") => "ac-3",
            _ => "mp4a",
        }
    }

    /// Makes it, in a container that keeps all times exact.
    pub(super) fn make(&self, folder: &Path) -> PathBuf {
        let path = folder.join("film.nut");
        let tracks = [&self.picture, &self.sound].into_iter().flatten();
        let mut arguments = Vec::new();
        let mut options = Vec::new();
        for (number, track) in tracks.enumerate() {
            arguments.extend(["-itsoffset", track.later, "-f", "lavfi", "-i", track.source]);
            options.extend(["-map", ["0", "1"][number]]);
        }
        if let Some(picture) = &self.picture {
            options.extend(["-c:v", "libx264", "-preset", "veryfast", "-crf", "40"]);
            options.extend(["-threads", "1", "-sc_threshold", "0"]);
            if !picture.options.contains("-pix_fmt") {
                options.extend(["-pix_fmt", "yuv420p"]);
            }
            options.extend(picture.options.split(' '));
        }
        if let Some(sound) = &self.sound {
            options.extend(sound.options.split(' '));
        }
        arguments.extend(options);
        arguments.push(path.to_str().unwrap());
        ffmpeg(&arguments);
        path
    }
}
