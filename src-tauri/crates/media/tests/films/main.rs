//! Films are made with ffmpeg, cut into pieces, put together again, and compared packet by packet.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must say where"
)]

mod flv;
mod fmp4;
mod hostile;
mod making;
mod packets;
mod pieces;
mod tags;
