//! `Content-Range` (RFC 9110 14.4): which bytes of a file a response holds.

use std::ops::Range;

use reqwest::header::{CONTENT_RANGE, HeaderMap};

/// The bytes that a response with status 206 holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ContentRange {
    /// Their offsets in the file.
    pub bytes: Range<u64>,
    /// The size of the whole file in bytes, if the server knows it.
    pub total_bytes: Option<u64>,
}

impl ContentRange {
    /// Reads `bytes FIRST-LAST/SIZE`; `None` if there is no such header.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let (unit, value) = headers.get(CONTENT_RANGE)?.to_str().ok()?.split_once(' ')?;
        let (range, size) = value.split_once('/')?;
        let (first, last) = range.split_once('-')?;
        let number = |text: &str| text.trim().parse::<u64>().ok();
        let bytes = number(first)?..number(last)?.checked_add(1)?;
        let is_valid = unit.eq_ignore_ascii_case("bytes") && !bytes.is_empty();
        is_valid.then_some(Self {
            bytes,
            total_bytes: number(size),
        })
    }

    /// Returns whether these are all bytes of the file: some servers and proxies answer 206 although
    /// no range was asked for.
    pub fn is_whole(&self) -> bool {
        self.bytes.start == 0 && self.total_bytes == Some(self.bytes.end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(value: &str) -> Option<ContentRange> {
        let mut headers = HeaderMap::new();
        headers.insert(CONTENT_RANGE, value.parse().unwrap());
        ContentRange::of(&headers)
    }

    #[test]
    fn only_all_bytes_of_a_known_size_are_a_whole_file() {
        assert!(read("bytes 0-99/100").unwrap().is_whole());
        assert!(read("Bytes  0-99 / 100").unwrap().is_whole());
        for part in ["bytes 0-98/100", "bytes 1-99/100", "bytes 0-99/*"] {
            assert!(!read(part).unwrap().is_whole(), "{part}");
        }
        for other in [
            "",
            "bytes",
            "bytes */100",
            "items 0-99/100",
            "bytes 9-3/100",
            "bytes 0-18446744073709551615/5",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
