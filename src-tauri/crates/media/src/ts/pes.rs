//! The head of a PES packet (ISO/IEC 13818-1 2.4.3.6).

/// Bytes up to the length of the head's optional part.
const FIXED_SIZE: usize = 9;
/// Bytes that `PES_packet_length` does not count.
const UNCOUNTED_BYTES: usize = 6;

/// What the head says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PesHeader {
    /// 0xe0 to 0xef is picture, 0xc0 to 0xdf sound.
    pub(crate) stream_id: u8,
    /// When to show, when to decode; 33 bits of 90 kHz.
    pub(crate) timestamps: Option<(i64, i64)>,
    /// Bytes in the head.
    pub(crate) header_size: usize,
    /// Bytes behind the head, where that is told; pictures often leave it open.
    pub(crate) payload_length: Option<usize>,
    pub(crate) scrambled: bool,
}

/// What the first bytes of a PES packet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PesStart {
    Header(PesHeader),
    /// More bytes are needed.
    Incomplete,
    /// No head of a media stream.
    NotPes,
}

/// Reads the head from the first bytes of a PES packet.
pub(crate) fn read(bytes: &[u8]) -> PesStart {
    let prefix = [0, 0, 1];
    let known = bytes.len().min(prefix.len());
    if bytes.get(..known) != prefix.get(..known) {
        return PesStart::NotPes;
    }
    let Some((&[_, _, _, stream_id, high, low, marks, flags, optional], rest)) =
        bytes.split_first_chunk::<FIXED_SIZE>()
    else {
        return PesStart::Incomplete;
    };
    // Padding, maps and private streams of the second kind have no such head.
    if marks & 0xc0 != 0x80 || matches!(stream_id, 0xbc | 0xbe | 0xbf | 0xf0..=0xf2 | 0xf8 | 0xff) {
        return PesStart::NotPes;
    }
    let Some(optional) = rest.get(..usize::from(optional)) else {
        return PesStart::Incomplete;
    };
    let size = FIXED_SIZE + optional.len();
    let shown = || optional.first_chunk().copied().map(timestamp);
    let decoded = || optional.get(5..)?.first_chunk().copied().map(timestamp);
    let time = match flags >> 6 {
        2 => shown().map(|shown| (shown, shown)),
        3 => shown().map(|shown| (shown, decoded().unwrap_or(shown))),
        _ => None,
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    PesStart::Header(PesHeader {
        stream_id,
        timestamps: time,
        header_size: size,
        payload_length: (length > 0).then(|| (UNCOUNTED_BYTES + length).saturating_sub(size)),
        scrambled: marks & 0x30 != 0,
    })
}

/// 33 bits, with a marker bit behind 3, 15 and 15 of them.
fn timestamp(bytes: [u8; 5]) -> i64 {
    let [high, middle @ .., low_1, low_2] = bytes;
    let high = i64::from(high >> 1 & 0x07);
    let middle = i64::from(u16::from_be_bytes(middle) >> 1);
    let low = i64::from(u16::from_be_bytes([low_1, low_2]) >> 1);
    high << 30 | middle << 15 | low
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Both times, 20 bytes behind the head, two of them stuffing inside it.
    const BYTES: [u8; 21] = [
        0, 0, 1, 0xe0, 0, 35, 0x80, 0xc0, 12, 0x3f, 0xff, 0xff, 0xff, 0xff, 0x11, 0x00, 0x01, 0x00,
        0x03, 0xff, 0xff,
    ];

    #[test]
    fn a_head_with_both_times_is_read() {
        let PesStart::Header(head) = read(&BYTES) else {
            panic!("a head")
        };
        assert_eq!(head.timestamps, Some(((1 << 33) - 1, 1)));
        assert_eq!((head.header_size, head.payload_length), (21, Some(20)));
    }

    #[test]
    fn a_cut_head_waits_for_more() {
        for length in 0..BYTES.len() {
            assert_eq!(read(&BYTES[..length]), PesStart::Incomplete, "{length}");
        }
    }

    #[test]
    fn without_a_decode_time_it_is_the_one_of_showing() {
        let mut bytes = BYTES;
        bytes[7] = 0x80;
        let PesStart::Header(head) = read(&bytes) else {
            panic!("a head")
        };
        assert_eq!(head.timestamps, Some(((1 << 33) - 1, (1 << 33) - 1)));
        bytes[7] = 0;
        bytes[5] = 0;
        let PesStart::Header(head) = read(&bytes) else {
            panic!("a head")
        };
        assert_eq!((head.timestamps, head.payload_length), (None, None));
    }

    #[test]
    fn sections_and_padding_are_foreign() {
        assert_eq!(read(&[0, 2, 0xb0, 13]), PesStart::NotPes);
        assert_eq!(
            read(&[0, 0, 1, 0xbe, 0, 5, 0xff, 0xff, 0xff, 0xff]),
            PesStart::NotPes
        );
    }
}
