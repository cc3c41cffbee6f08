//! Reads and writes recorded conversations with the service as HTTP Archives (HAR 1.2), the format
//! that the developer tools of browsers export, with websocket messages as Chromium writes them.
//!
//! - [`Har`] and what it consists of: only the members that we use are read, and all that the format
//!   requires are written.
//! - [`Har::read`]: reads a file of bounded size, also one that a browser has exported.
//! - [`Redactor`]: replaces secrets by placeholders, so that the file can be sent to others.

mod model;
mod placeholders;
mod read;
mod redactor;
mod replacer;
mod scan;

pub use model::{
    Content, Creator, Direction, Empty, EmptyList, Entry, Har, Header, Log, Note, PostData,
    ReportDetails, Request, Response, Timings, UnknownSize, WebSocketMessage,
};
pub use read::{MAX_FILE_BYTES, ReadError};
pub use redactor::{Hidden, Redactor, is_secret_name, is_token_segment};
