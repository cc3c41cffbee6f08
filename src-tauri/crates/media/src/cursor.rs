//! Reads big-endian fields from untrusted bytes.

use crate::Error;

/// A read position in some bytes, with their format and position for error messages.
#[derive(Clone, Debug)]
pub(crate) struct Cursor<'a> {
    format: &'static str,
    data: &'a [u8],
    at: usize,
    /// Byte position of `data` in the segment or file.
    base: u64,
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(format: &'static str, data: &'a [u8]) -> Self {
        Self::within(format, data, 0)
    }

    /// Makes a cursor over `data`, which starts at byte `base` of the segment or file.
    pub(crate) fn within(format: &'static str, data: &'a [u8], base: u64) -> Self {
        Self {
            format,
            data,
            at: 0,
            base,
        }
    }

    /// Returns the position of the next byte in the segment or file.
    pub(crate) fn position(&self) -> u64 {
        self.base.saturating_add(self.at as u64)
    }

    pub(crate) fn rest(&self) -> &'a [u8] {
        self.data.get(self.at..).unwrap_or_default()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest().is_empty()
    }

    /// Returns [`Error::Malformed`] at the current position.
    pub(crate) fn malformed(&self, problem: impl Into<String>) -> Error {
        Error::Malformed {
            format: self.format,
            problem: problem.into(),
            offset: self.position(),
        }
    }

    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        let Some((bytes, _)) = self.rest().split_at_checked(length) else {
            return Err(self.malformed(format!(
                "{length} bytes are announced, {} are there",
                self.rest().len()
            )));
        };
        self.at += length;
        Ok(bytes)
    }

    pub(crate) fn skip(&mut self, length: usize) -> Result<(), Error> {
        self.take(length).map(drop)
    }

    /// Takes the next `length` bytes as a cursor of their own.
    pub(crate) fn sub_cursor(&mut self, length: usize) -> Result<Self, Error> {
        let base = self.position();
        let data = self.take(length)?;
        Ok(Self::within(self.format, data, base))
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let Some(bytes) = self.rest().first_chunk::<N>() else {
            return Err(self.malformed(format!("a field of {N} bytes is cut")));
        };
        self.at += N;
        Ok(*bytes)
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Error> {
        self.array::<1>().map(|[byte]| byte)
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Error> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u24(&mut self) -> Result<u32, Error> {
        self.array::<3>()
            .map(|[a, b, c]| u32::from_be_bytes([0, a, b, c]))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Error> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn i32(&mut self) -> Result<i32, Error> {
        self.array().map(i32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Error> {
        self.array().map(u64::from_be_bytes)
    }

    /// Reads a field that has 32 bits in version 0 of a box and 64 in version 1.
    pub(crate) fn versioned(&mut self, version: u8) -> Result<u64, Error> {
        if version == 0 {
            self.u32().map(u64::from)
        } else {
            self.u64()
        }
    }

    /// Reads a number in groups of 7 bits, the lowest first (LEB128).
    pub(crate) fn varint(&mut self) -> Result<u64, Error> {
        let mut value = 0_u64;
        for shift in (0..64).step_by(7) {
            let byte = self.u8()?;
            let group = u64::from(byte & 0x7f);
            if shift == 63 && group > 1 {
                break;
            }
            value |= group << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(self.malformed("a number of more than 64 bits"))
    }

    /// Reads a signed number: a [`Self::varint`] with the sign in its lowest bit (zigzag).
    pub(crate) fn signed(&mut self) -> Result<i64, Error> {
        let value = self.varint()?;
        Ok((value >> 1).cast_signed() ^ -(value & 1).cast_signed())
    }

    /// Reads a length as a [`Self::varint`], then that many bytes.
    pub(crate) fn length_prefixed(&mut self) -> Result<&'a [u8], Error> {
        let length = self.varint()?;
        let length =
            usize::try_from(length).map_err(|_| self.malformed("a length beyond memory"))?;
        self.take(length)
    }
}

/// Appends what [`Cursor::varint`] reads.
pub(crate) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Appends what [`Cursor::signed`] reads.
pub(crate) fn put_signed(out: &mut Vec<u8>, value: i64) {
    put_varint(out, ((value << 1) ^ (value >> 63)).cast_unsigned());
}

/// Appends what [`Cursor::length_prefixed`] reads.
pub(crate) fn put_length_prefixed(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_they_were_written() {
        let values = [
            0,
            1,
            -1,
            63,
            64,
            -65,
            i64::from(i32::MIN),
            i64::MAX,
            i64::MIN,
        ];
        let mut bytes = Vec::new();
        for value in values {
            put_signed(&mut bytes, value);
        }
        let mut cursor = Cursor::new("test", &bytes);
        for value in values {
            assert_eq!(cursor.signed().expect("whole"), value);
        }
        assert!(cursor.is_empty());
    }

    #[test]
    fn a_number_of_more_than_64_bits_is_refused() {
        assert!(Cursor::new("test", &[0xff; 20]).varint().is_err());
    }

    #[test]
    fn an_error_has_the_position_in_the_segment() {
        let mut cursor = Cursor::within("FLV", &[1, 2, 3], 100);
        cursor.u16().expect("two bytes");
        let Error::Malformed { format, offset, .. } = cursor.u32().expect_err("one byte left")
        else {
            panic!("another error");
        };
        assert_eq!((format, offset), ("FLV", 102));
    }
}
