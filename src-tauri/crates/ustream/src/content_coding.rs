//! Decodes `Content-Encoding` (RFC 9110 8.4). No request asks for it, but servers and proxies on the
//! way compress nevertheless.
//!
//! An encoded body is read as a whole and then decoded step by step, so that the caller bounds input,
//! output and memory: a few bytes may decode to gigabytes.

use std::io::{self, Cursor, Read};

use brotli_decompressor::Decompressor;
use flate2::bufread::{DeflateDecoder, MultiGzDecoder, ZlibDecoder};
use reqwest::header::{CONTENT_ENCODING, HeaderMap};
use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

/// Most memory that a decoder holds besides its input and output: the largest window of Brotli
/// (RFC 7932 9.1). Zstandard frames may ask for far more, but not as a content coding (RFC 9659 3).
pub const MAX_WINDOW_BYTES: usize = 16 << 20;

/// Most codings of one body; more are not decoded.
const MAX_CODINGS: usize = 3;

/// Bytes that are decoded between two looks at the limit.
const STEP_BYTES: usize = 64 << 10;

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContentCoding {
    /// RFC 1952.
    Gzip,
    /// RFC 1950; many servers send RFC 1951 under this name.
    Deflate,
    /// RFC 7932.
    Brotli,
    /// RFC 8878.
    Zstd,
}

impl ContentCoding {
    /// Returns the codings in the order in which they must be decoded. Unknown names are ignored:
    /// some servers name a character set here, and what the body is shows when it is read.
    pub fn of(headers: &HeaderMap) -> Vec<Self> {
        let values = headers.get_all(CONTENT_ENCODING).iter();
        let values = values.filter_map(|value| value.to_str().ok());
        let names = values.flat_map(|value| value.split(','));
        let mut codings: Vec<Self> = names.filter_map(Self::named).take(MAX_CODINGS).collect();
        codings.reverse();
        codings
    }

    fn named(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "gzip" | "x-gzip" => Some(Self::Gzip),
            "deflate" => Some(Self::Deflate),
            "br" => Some(Self::Brotli),
            "zstd" => Some(Self::Zstd),
            _ => None,
        }
    }

    /// Returns the decoded form of `encoded` as a reader, which fails if the body is damaged or cut
    /// off. It holds at most [`MAX_WINDOW_BYTES`] besides `encoded`.
    ///
    /// A body that is not encoded in spite of its header is returned as it is: some proxies decode
    /// and leave the header.
    pub fn reader(self, encoded: Vec<u8>) -> Box<dyn Read + Send> {
        let is_encoded = match self {
            Self::Gzip => encoded.starts_with(&[0x1f, 0x8b]),
            Self::Zstd => is_zstd(&encoded),
            Self::Deflate | Self::Brotli => true,
        };
        let is_zlib = is_zlib(&encoded);
        // Windows above 16 MiB are an extension that RFC 7932 does not have.
        let has_large_window = encoded.first().is_some_and(|first| first & 0x7f == 0x11);
        let source = Cursor::new(encoded);
        match self {
            _ if !is_encoded => Box::new(source),
            Self::Gzip => Box::new(MultiGzDecoder::new(source)),
            Self::Deflate if is_zlib => Box::new(ZlibDecoder::new(source)),
            Self::Deflate => Box::new(DeflateDecoder::new(source)),
            Self::Brotli if has_large_window => Box::new(Refused("a window that is too large")),
            Self::Brotli => Box::new(Decompressor::new(source, STEP_BYTES)),
            Self::Zstd => Box::new(ZstdReader::new(source)),
        }
    }
}

/// Why an encoded body cannot be used.
#[derive(Debug)]
pub(crate) enum DecodeError {
    TooLarge,
    Damaged(io::Error),
}

/// Decodes a whole body; fails if it has more bytes than `limit`.
pub(crate) fn decode(
    codings: &[ContentCoding],
    mut body: Vec<u8>,
    limit: usize,
) -> Result<Vec<u8>, DecodeError> {
    for coding in codings {
        let mut reader = coding.reader(body);
        body = Vec::new();
        loop {
            let step = reader.by_ref().take(STEP_BYTES as u64);
            let read = { step }.read_to_end(&mut body);
            if read.map_err(DecodeError::Damaged)? == 0 {
                break;
            }
            if body.len() > limit {
                return Err(DecodeError::TooLarge);
            }
        }
    }
    Ok(body)
}

/// A body that is refused without a look at it.
struct Refused(&'static str);

impl Read for Refused {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(invalid(self.0))
    }
}

fn invalid(problem: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, problem)
}

/// Returns whether a body has the header of RFC 1950; without it, it is plain RFC 1951.
fn is_zlib(body: &[u8]) -> bool {
    let &[method, flags, ..] = body else {
        return false;
    };
    method & 0x0f == 8 && (u16::from(method) << 8 | u16::from(flags)).is_multiple_of(31)
}

const ZSTD_MAGIC: u32 = 0xFD2F_B528;
/// The last four bits are free (RFC 8878 3.1.2).
const ZSTD_SKIPPABLE: u32 = 0x184D_2A50;

fn is_zstd(body: &[u8]) -> bool {
    little_endian(body, 4).is_some_and(|magic| {
        magic == u64::from(ZSTD_MAGIC) || magic & !0xf == u64::from(ZSTD_SKIPPABLE)
    })
}

fn little_endian(bytes: &[u8], count: usize) -> Option<u64> {
    let bytes = bytes.get(..count)?.iter().rev();
    Some(bytes.fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// The frames of a Zstandard body, one after the other.
struct ZstdReader {
    source: Cursor<Vec<u8>>,
    frame: FrameDecoder,
    is_in_frame: bool,
}

impl ZstdReader {
    fn new(source: Cursor<Vec<u8>>) -> Self {
        Self {
            source,
            frame: FrameDecoder::new(),
            is_in_frame: false,
        }
    }

    /// Begins the next frame; returns false at the end of the body.
    fn next_frame(&mut self) -> io::Result<bool> {
        loop {
            let start = usize::try_from(self.source.position()).unwrap_or(usize::MAX);
            let rest = self.source.get_ref().get(start..).unwrap_or_default();
            if rest.is_empty() {
                return Ok(false);
            }
            let magic = little_endian(rest, 4).ok_or_else(|| invalid("it is cut off"))?;
            if magic & !0xf == u64::from(ZSTD_SKIPPABLE) {
                let content = rest.get(4..).and_then(|rest| little_endian(rest, 4));
                let content = content.ok_or_else(|| invalid("it is cut off"))?;
                self.source
                    .set_position(self.source.position() + 8 + content);
                continue;
            }
            // The decoder holds the whole window before it returns anything.
            let window = zstd_window(rest).ok_or_else(|| invalid("it is cut off"))?;
            if window > MAX_WINDOW_BYTES as u64 {
                return Err(invalid("a window that is too large"));
            }
            self.frame
                .init(&mut self.source)
                .map_err(io::Error::other)?;
            self.is_in_frame = true;
            return Ok(true);
        }
    }
}

impl Read for ZstdReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if buffer.is_empty() {
            return Ok(0);
        }
        loop {
            if !self.is_in_frame && !self.next_frame()? {
                return Ok(0);
            }
            while self.frame.can_collect() == 0 && !self.frame.is_finished() {
                let blocks = BlockDecodingStrategy::UptoBlocks(1);
                let decoded = self.frame.decode_blocks(&mut self.source, blocks);
                decoded.map_err(io::Error::other)?;
            }
            let read = self.frame.read(buffer)?;
            if read > 0 {
                return Ok(read);
            }
            self.is_in_frame = false;
        }
    }
}

/// Returns the window of a frame in bytes (RFC 8878 3.1.1.1); `None` if its header is cut off.
fn zstd_window(frame: &[u8]) -> Option<u64> {
    let descriptor = *frame.get(4)?;
    let is_single_segment = descriptor & 0x20 != 0;
    if !is_single_segment {
        let window = *frame.get(5)?;
        let base = 1_u64 << (10 + (window >> 3));
        return Some(base + base / 8 * u64::from(window & 7));
    }
    let dictionary_bytes = [0, 1, 2, 4][usize::from(descriptor & 3)];
    let size_bytes = [1, 2, 4, 8][usize::from(descriptor >> 6)];
    let size = little_endian(frame.get(5 + dictionary_bytes..)?, size_bytes)?;
    Some(if size_bytes == 2 { size + 256 } else { size })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use flate2::Compression;
    use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
    use ruzstd::encoding::{CompressionLevel, compress_to_vec};

    use super::*;

    const TEXT: &[u8] = b"one answer, and the same answer once more, and the same answer once more";

    /// [`TEXT`] as Brotli in one block that is stored.
    fn brotli() -> Vec<u8> {
        // WBITS 16 (0), ISLAST 0, MNIBBLES 4 (00), MLEN - 1 in 16 bits, ISUNCOMPRESSED 1.
        let length = u32::try_from(TEXT.len() - 1).unwrap();
        let header = length << 4 | 1 << 20;
        let mut body = header.to_le_bytes()[..3].to_vec();
        body.extend_from_slice(TEXT);
        // ISLAST 1, ISLASTEMPTY 1.
        body.push(0b11);
        body
    }

    fn gzip(text: &[u8]) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(text).unwrap();
        encoder.finish().unwrap()
    }

    fn zlib() -> Vec<u8> {
        let mut encoder = ZlibEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(TEXT).unwrap();
        encoder.finish().unwrap()
    }

    fn deflate() -> Vec<u8> {
        let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
        encoder.write_all(TEXT).unwrap();
        encoder.finish().unwrap()
    }

    fn zstd(text: &[u8]) -> Vec<u8> {
        compress_to_vec(text, CompressionLevel::Fastest)
    }

    fn codings(header: &str) -> Vec<ContentCoding> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_ENCODING, header.parse().unwrap());
        ContentCoding::of(&headers)
    }

    #[test]
    fn names_are_read_in_the_order_of_decoding() {
        use ContentCoding::{Brotli, Deflate, Gzip, Zstd};
        assert_eq!(codings("gzip"), [Gzip]);
        assert_eq!(codings(" X-GZip , identity,br"), [Brotli, Gzip]);
        assert_eq!(codings("deflate, zstd"), [Zstd, Deflate]);
        for none in ["identity", "", "utf-8", "compress"] {
            assert_eq!(codings(none), [], "{none}");
        }
        assert!(ContentCoding::of(&HeaderMap::new()).is_empty());
        assert_eq!(codings(&"gzip,".repeat(1000)).len(), MAX_CODINGS);
    }

    #[test]
    fn every_coding_is_decoded_and_damage_is_noticed() {
        for (name, body) in [
            ("gzip", gzip(TEXT)),
            ("deflate", zlib()),
            ("deflate", deflate()),
            ("br", brotli()),
            ("zstd", zstd(TEXT)),
            ("gzip, zstd", zstd(&gzip(TEXT))),
        ] {
            let codings = codings(name);
            let decoded = decode(&codings, body.clone(), TEXT.len()).unwrap();
            assert_eq!(decoded, TEXT, "{name}");
            let cut = body[..body.len() - 10].to_vec();
            let cut = decode(&codings, cut, TEXT.len() * 2);
            assert!(matches!(cut, Err(DecodeError::Damaged(_))), "{name}");
            let above = decode(&codings, body, TEXT.len() - 1);
            assert!(matches!(above, Err(DecodeError::TooLarge)), "{name}");
        }
    }

    #[test]
    fn a_body_that_a_proxy_has_decoded_is_taken_as_it_is() {
        for name in ["gzip", "zstd"] {
            assert_eq!(
                decode(&codings(name), TEXT.to_vec(), 1 << 20).unwrap(),
                TEXT
            );
        }
    }

    #[test]
    fn members_and_frames_follow_each_other() {
        let twice = [gzip(TEXT), gzip(TEXT)].concat();
        let decoded = decode(&codings("gzip"), twice, 1 << 20).unwrap();
        assert_eq!(decoded, TEXT.repeat(2));
        let skipped = [&[0x5a, 0x2a, 0x4d, 0x18, 2, 0, 0, 0, 7, 7][..], &zstd(TEXT)].concat();
        let decoded = decode(&codings("zstd"), [skipped, zstd(TEXT)].concat(), 1 << 20).unwrap();
        assert_eq!(decoded, TEXT.repeat(2));
    }

    #[test]
    fn a_window_that_would_fill_the_memory_is_refused() {
        // A single segment of 2^40 bytes, and a window of 2^41 bytes.
        let single = [
            0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0,
        ];
        let window = [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0xf8, 1, 0, 0];
        let large_brotli = [0x11, 30, 0, 0, 0];
        for (name, body) in [
            ("zstd", &single[..]),
            ("zstd", &window),
            ("br", &large_brotli),
        ] {
            let Err(DecodeError::Damaged(error)) = decode(&codings(name), body.to_vec(), 1 << 20)
            else {
                panic!("{name}");
            };
            assert!(error.to_string().contains("window"), "{name}: {error}");
        }
    }
}
