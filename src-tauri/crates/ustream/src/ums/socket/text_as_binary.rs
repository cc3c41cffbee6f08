//! Turns incoming text frames of a websocket into binary frames.
//!
//! The framing library fails a connection whose text is not UTF-8 (RFC 6455 8.1): one title in a
//! wrong encoding would lose all messages. Binary frames pass through it unchanged.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Opcodes of frames (RFC 6455 5.2).
const TEXT: u8 = 1;
const BINARY: u8 = 2;
const OPCODE_MASK: u8 = 0x0f;

/// Longest header: two bytes, a length of eight and a mask of four (RFC 6455 5.2).
const MAX_HEADER_BYTES: usize = 14;

/// A connection whose incoming text frames are read as binary frames.
#[derive(Debug)]
pub(super) struct TextAsBinary<S> {
    inner: S,
    frames: FrameRewriter,
}

impl<S> TextAsBinary<S> {
    pub(super) fn new(inner: S) -> Self {
        let frames = FrameRewriter::default();
        Self { inner, frames }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TextAsBinary<S> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let Self { inner, frames } = self.get_mut();
        let before = buf.filled().len();
        ready!(Pin::new(inner).poll_read(cx, buf))?;
        frames.rewrite(buf.filled_mut().get_mut(before..).unwrap_or_default());
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TextAsBinary<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.inner).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}

/// Finds the headers in a stream of frames that is read in chunks of any size.
#[derive(Debug, Default)]
struct FrameRewriter {
    header: [u8; MAX_HEADER_BYTES],
    /// Bytes of the header read so far.
    header_bytes: usize,
    /// Bytes of the payload still to come.
    payload_left: u64,
}

impl FrameRewriter {
    /// Turns the text frames that begin in `bytes` into binary frames.
    fn rewrite(&mut self, mut bytes: &mut [u8]) {
        while let Some((first, rest)) = bytes.split_first_mut() {
            if self.payload_left > 0 {
                let part = usize::try_from(self.payload_left).unwrap_or(usize::MAX);
                let part = part.min(rest.len() + 1);
                self.payload_left -= part as u64;
                bytes = rest.get_mut(part - 1..).unwrap_or_default();
                continue;
            }
            if self.header_bytes == 0 && *first & OPCODE_MASK == TEXT {
                *first = *first & !OPCODE_MASK | BINARY;
            }
            if let Some(place) = self.header.get_mut(self.header_bytes) {
                *place = *first;
            }
            self.header_bytes += 1;
            bytes = rest;
            if let Some(length) =
                payload_length(self.header.get(..self.header_bytes).unwrap_or_default())
            {
                self.payload_left = length;
                self.header_bytes = 0;
            }
        }
    }
}

/// Returns the payload length of a frame; `None` if the header is incomplete.
fn payload_length(header: &[u8]) -> Option<u64> {
    let (_, rest) = header.split_first()?;
    let (short, rest) = rest.split_first()?;
    let mask = if short & 0x80 == 0 { 0 } else { 4 };
    let (length, rest) = match short & 0x7f {
        126 => {
            let (long, rest) = rest.split_first_chunk()?;
            (u64::from(u16::from_be_bytes(*long)), rest)
        }
        127 => {
            let (long, rest) = rest.split_first_chunk()?;
            (u64::from_be_bytes(*long), rest)
        }
        short => (u64::from(short), rest),
    };
    (rest.len() >= mask).then_some(length)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame(first: u8, size: usize, mask: bool) -> Vec<u8> {
        let masked = if mask { 0x80 } else { 0 };
        let mut frame = vec![first];
        if let Some(short) = u8::try_from(size).ok().filter(|short| *short < 126) {
            frame.push(masked | short);
        } else if let Ok(long) = u16::try_from(size) {
            frame.push(masked | 0x7e);
            frame.extend(long.to_be_bytes());
        } else {
            frame.push(masked | 0x7f);
            frame.extend((size as u64).to_be_bytes());
        }
        if mask {
            frame.extend([TEXT; 4]);
        }
        // Every byte of the payload looks like the start of a header.
        frame.extend(std::iter::repeat_n(0x81, size));
        frame
    }

    #[test]
    fn only_headers_of_text_frames_change_for_chunks_of_any_size() {
        let frames = [
            (0x81, 5, false),
            (0x01, 0, false),
            (0x80, 300, false),
            (0x89, 125, false),
            (0xc1, 70_000, false),
            (0x88, 2, true),
            (0x82, 126, true),
            (0x81, 65_535, true),
        ];
        let stream: Vec<u8> = frames
            .iter()
            .flat_map(|(first, size, mask)| frame(*first, *size, *mask))
            .collect();
        let expected: Vec<u8> = frames
            .iter()
            .flat_map(|(first, size, mask)| {
                let first = match first & OPCODE_MASK {
                    TEXT => first & 0xf0 | BINARY,
                    _ => *first,
                };
                frame(first, *size, *mask)
            })
            .collect();
        for part in [1, 2, 3, 7, 1000, stream.len()] {
            let mut passed = stream.clone();
            let mut frames = FrameRewriter::default();
            for part in passed.chunks_mut(part) {
                frames.rewrite(part);
            }
            assert!(passed == expected, "in parts of {part}");
        }
    }
}
