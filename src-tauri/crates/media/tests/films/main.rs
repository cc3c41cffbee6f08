//! Movies are encoded with ffmpeg, split into segments, assembled again, and compared packet by
//! packet.
#![expect(
    clippy::unwrap_used,
    reason = "a test that cannot go on must say where"
)]

mod captions;
mod clocks;
mod damage;
mod edits;
mod flv;
mod flv_clocks;
mod flv_configs;
mod flv_tags;
mod fmp4;
mod hostile;
mod huge;
mod joined_mp4;
mod multi_track;
mod muxing;
mod odd;
mod packets;
mod range;
mod segments;
mod split;
mod tags;
mod ts;
mod ts_movies;
mod ts_packets;
mod ts_streams;
