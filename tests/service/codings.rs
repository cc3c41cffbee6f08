//! Bodies as servers and proxies encode them (`Content-Encoding`).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::{DeflateEncoder, GzEncoder, ZlibEncoder};
use ruzstd::encoding::{CompressionLevel, compress_to_vec};

/// How a body is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyCoding {
    /// `gzip`.
    Gzip,
    /// `deflate` as RFC 9110 has it, which is the zlib format.
    Deflate,
    /// `deflate` as many servers have it, without the zlib header.
    RawDeflate,
    /// `br`.
    Brotli,
    /// `zstd`.
    Zstd,
}

impl BodyCoding {
    /// All of them.
    pub const ALL: [Self; 5] = [
        Self::Gzip,
        Self::Deflate,
        Self::RawDeflate,
        Self::Brotli,
        Self::Zstd,
    ];

    /// Returns its name in `Content-Encoding`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Gzip => "gzip",
            Self::Deflate | Self::RawDeflate => "deflate",
            Self::Brotli => "br",
            Self::Zstd => "zstd",
        }
    }

    /// Returns the encoded body. Writing to memory does not fail.
    pub(crate) fn encode(self, body: &[u8]) -> Vec<u8> {
        let level = Compression::fast();
        let encoded = match self {
            Self::Gzip => {
                let mut encoder = GzEncoder::new(Vec::new(), level);
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            Self::Deflate => {
                let mut encoder = ZlibEncoder::new(Vec::new(), level);
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            Self::RawDeflate => {
                let mut encoder = DeflateEncoder::new(Vec::new(), level);
                encoder.write_all(body).and_then(|()| encoder.finish())
            }
            Self::Brotli => Ok(stored_brotli(body)),
            Self::Zstd => Ok(compress_to_vec(body, CompressionLevel::Fastest)),
        };
        encoded.unwrap_or_default()
    }
}

/// Returns a body of one megabyte that decodes to a gigabyte of zeros.
pub(crate) fn gzip_bomb() -> Vec<u8> {
    const MEMBERS: usize = 1 << 10;
    BodyCoding::Gzip.encode(&vec![0; 1 << 20]).repeat(MEMBERS)
}

/// Encodes as Brotli without compressing (RFC 7932 9.2).
fn stored_brotli(body: &[u8]) -> Vec<u8> {
    const MAX_BLOCK_BYTES: usize = 1 << 16;
    let mut encoded = Vec::with_capacity(body.len() + 64);
    for (number, block) in body.chunks(MAX_BLOCK_BYTES).enumerate() {
        let length = u32::try_from(block.len() - 1).unwrap_or(0);
        // ISLAST 0, MNIBBLES 4 as 00, the length in 16 bits, ISUNCOMPRESSED 1.
        let header = length << 3 | 1 << 19;
        // The first block follows WBITS, one bit for a window of 64 KiB.
        let header = if number == 0 { header << 1 } else { header };
        encoded.extend_from_slice(&header.to_le_bytes()[..3]);
        encoded.extend_from_slice(block);
    }
    // ISLAST 1, ISLASTEMPTY 1.
    encoded.push(if body.is_empty() { 0b110 } else { 0b11 });
    encoded
}
