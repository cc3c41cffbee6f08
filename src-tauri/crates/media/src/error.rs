//! What can be wrong with pieces and files.

/// Why a piece or a file could not be read or written.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The output could not be read or written.
    #[error("the output could not be written: {0}")]
    Io(#[from] std::io::Error),
    /// The output is not as long as what was written to it.
    #[error("another program has changed the unfinished file")]
    Changed,
    /// A film on disk could not be read.
    #[error("the film could not be read: {0}")]
    Input(std::io::Error),
    /// The bytes break a rule of their format.
    #[error("{format}: {problem} at byte {offset}")]
    Malformed {
        /// The format whose rule is broken.
        format: &'static str,
        /// Which rule, in words.
        problem: String,
        /// Where in the piece or file.
        offset: u64,
    },
    /// Sound bytes in a form that is not written or read here, named.
    #[error("not supported: {0}")]
    Unsupported(String),
    /// The media is encrypted.
    #[error("the media is encrypted")]
    Encrypted,
    /// A media piece came before the initialisation piece of its track.
    #[error("track {0} has no initialisation piece yet")]
    InitMissing(u8),
    /// No piece held any media.
    #[error("there is no media in the pieces")]
    Empty,
}
