//! The error type of this crate.

/// Why a segment or a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The output could not be read or written.
    #[error("the output could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The output is longer or shorter than what the muxer has written to it.
    #[error("another program has changed the unfinished file")]
    Changed,
    /// A movie on disk could not be read.
    #[error("the film could not be read: {0}")]
    Input(std::io::Error),
    /// The bytes break a rule of their format.
    #[error("{format}: {problem} at byte {offset}")]
    Malformed {
        /// The format whose rule is broken.
        format: &'static str,
        /// Which rule, in words.
        problem: String,
        /// Byte position in the segment or file.
        offset: u64,
    },
    /// The bytes are valid, but this crate does not read or write their codec or format; its name.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The media is encrypted.
    #[error("the media is encrypted")]
    Encrypted,
    /// A media segment came before the init segment of this track.
    #[error("track {0} has no initialisation piece yet")]
    InitMissing(u8),
    /// No segment held any media.
    #[error("there is no media in the pieces")]
    Empty,
}
