//! Files of text that the user names, where `-` is stdin.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::Path;

/// Reads a file; `-` reads stdin. Fails with `FileTooLarge` above the limit.
pub(crate) fn read(path: &Path, max_bytes: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    // One byte more tells a file of the largest size from a larger one.
    let limit = max_bytes.saturating_add(1);
    let read = if is_stdin(path) {
        io::stdin().take(limit).read_to_end(&mut bytes)?
    } else {
        File::open(path)?.take(limit).read_to_end(&mut bytes)?
    };
    if u64::try_from(read).is_ok_and(|read| read > max_bytes) {
        return Err(io::ErrorKind::FileTooLarge.into());
    }
    Ok(bytes)
}

pub(crate) fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

/// Decodes UTF-8, UTF-16 with a byte order mark, or else Latin-1.
pub(crate) fn decode(bytes: &[u8]) -> String {
    let utf16 = |bytes: &[u8], unit: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes.as_chunks().0.iter().copied().map(unit).collect();
        String::from_utf16_lossy(&units)
    };
    match bytes {
        [0xff, 0xfe, text @ ..] => utf16(text, u16::from_le_bytes),
        [0xfe, 0xff, text @ ..] => utf16(text, u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, text @ ..] | text => String::from_utf8(text.to_vec())
            .unwrap_or_else(|_| text.iter().copied().map(char::from).collect()),
    }
}
