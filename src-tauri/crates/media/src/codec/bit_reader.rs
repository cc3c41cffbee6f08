//! Reads bits, the highest of each byte first. Every method returns `None` at the end.

/// A read position in a bit string.
#[derive(Clone, Debug)]
pub(crate) struct BitReader<'a> {
    data: &'a [u8],
    at: usize,
}

impl<'a> BitReader<'a> {
    pub(crate) fn new(data: &'a [u8]) -> Self {
        Self { data, at: 0 }
    }

    pub(crate) fn bit(&mut self) -> Option<u32> {
        let byte = self.data.get(self.at / 8)?;
        let bit = (byte >> (7 - self.at % 8)) & 1;
        self.at += 1;
        Some(u32::from(bit))
    }

    /// Reads up to 32 bits as a number.
    pub(crate) fn bits(&mut self, count: u32) -> Option<u32> {
        (0..count).try_fold(0_u32, |value, _| Some((value << 1) | self.bit()?))
    }

    /// Reads `ue(v)`, an unsigned Exp-Golomb number (H.264 9.1); `None` also if it is too large.
    pub(crate) fn exp_golomb(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while self.bit()? == 0 {
            zeros += 1;
            if zeros > 31 {
                return None;
            }
        }
        Some((1_u32 << zeros) - 1 + self.bits(zeros)?)
    }

    /// Reads `se(v)`, a signed Exp-Golomb number (H.264 9.1.1).
    pub(crate) fn signed_exp_golomb(&mut self) -> Option<i32> {
        let code = self.exp_golomb()?;
        let magnitude = i32::try_from(code.div_ceil(2)).ok()?;
        Some(if code % 2 == 1 { magnitude } else { -magnitude })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exp_golomb_numbers_match_the_table_of_the_standard() {
        // 1, 010, 011, 00100, 00101 and padding.
        let mut bits = BitReader::new(&[0b1010_0110, 0b0100_0010, 0b1000_0000]);
        let numbers: Vec<_> = (0..5).map_while(|_| bits.exp_golomb()).collect();
        assert_eq!(numbers, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_cut_bit_string_returns_none() {
        assert_eq!(BitReader::new(&[0, 0, 0, 0]).exp_golomb(), None);
        assert_eq!(BitReader::new(&[0; 9]).exp_golomb(), None);
        assert_eq!(BitReader::new(&[1]).bits(9), None);
    }
}
