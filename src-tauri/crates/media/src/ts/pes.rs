//! Reads the header of a PES packet (ISO/IEC 13818-1 2.4.3.6).

/// Bytes of the header up to and including `PES_header_data_length`.
const FIXED_SIZE: usize = 9;
/// Bytes that `PES_packet_length` does not count.
const UNCOUNTED_BYTES: usize = 6;

/// The fields of a PES header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct PesHeader {
    /// 0xe0 to 0xef is video, 0xc0 to 0xdf audio.
    pub(crate) stream_id: u8,
    /// PTS and DTS: 90 kHz in 33 bits.
    pub(crate) timestamps: Option<(i64, i64)>,
    /// Bytes of the header.
    pub(crate) header_size: usize,
    /// Bytes after the header; `None` if unbounded, which is common for video.
    pub(crate) payload_length: Option<usize>,
    pub(crate) scrambled: bool,
}

/// What the first bytes of a PES packet are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PesStart {
    Header(PesHeader),
    /// More bytes are needed.
    Incomplete,
    /// Not the header of a media stream.
    NotPes,
}

/// Reads the header from the first bytes of a PES packet.
pub(crate) fn read(bytes: &[u8]) -> PesStart {
    let prefix = [0, 0, 1];
    let known = bytes.len().min(prefix.len());
    if bytes.get(..known) != prefix.get(..known) {
        return PesStart::NotPes;
    }
    let Some((&[_, _, _, stream_id, high, low, marker, flags, optional], rest)) =
        bytes.split_first_chunk::<FIXED_SIZE>()
    else {
        return PesStart::Incomplete;
    };
    // Padding, maps and `private_stream_2` have no such header.
    if marker & 0xc0 != 0x80 || matches!(stream_id, 0xbc | 0xbe | 0xbf | 0xf0..=0xf2 | 0xf8 | 0xff)
    {
        return PesStart::NotPes;
    }
    let Some(optional) = rest.get(..usize::from(optional)) else {
        return PesStart::Incomplete;
    };
    let size = FIXED_SIZE + optional.len();
    let pts = || optional.first_chunk().copied().map(timestamp);
    let dts = || optional.get(5..)?.first_chunk().copied().map(timestamp);
    let timestamps = match flags >> 6 {
        2 => pts().map(|pts| (pts, pts)),
        3 => pts().map(|pts| (pts, dts().unwrap_or(pts))),
        _ => None,
    };
    let length = usize::from(u16::from_be_bytes([high, low]));
    PesStart::Header(PesHeader {
        stream_id,
        timestamps,
        header_size: size,
        payload_length: (length > 0).then(|| (UNCOUNTED_BYTES + length).saturating_sub(size)),
        scrambled: marker & 0x30 != 0,
    })
}

/// Reads 33 bits, with a marker bit after 3, 15 and 15 of them.
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

    /// PTS and DTS, two stuffing bytes in the header, and a payload of 20 bytes.
    const BYTES: [u8; 21] = [
        0, 0, 1, 0xe0, 0, 35, 0x80, 0xc0, 12, 0x3f, 0xff, 0xff, 0xff, 0xff, 0x11, 0x00, 0x01, 0x00,
        0x03, 0xff, 0xff,
    ];

    #[test]
    fn a_header_with_pts_and_dts_is_read() {
        let PesStart::Header(header) = read(&BYTES) else {
            panic!("a header")
        };
        assert_eq!(header.timestamps, Some(((1 << 33) - 1, 1)));
        assert_eq!((header.header_size, header.payload_length), (21, Some(20)));
    }

    #[test]
    fn a_cut_header_is_incomplete() {
        for length in 0..BYTES.len() {
            assert_eq!(read(&BYTES[..length]), PesStart::Incomplete, "{length}");
        }
    }

    #[test]
    fn without_a_dts_it_equals_the_pts() {
        let mut bytes = BYTES;
        bytes[7] = 0x80;
        let PesStart::Header(header) = read(&bytes) else {
            panic!("a header")
        };
        assert_eq!(header.timestamps, Some(((1 << 33) - 1, (1 << 33) - 1)));
        bytes[7] = 0;
        bytes[5] = 0;
        let PesStart::Header(header) = read(&bytes) else {
            panic!("a header")
        };
        assert_eq!((header.timestamps, header.payload_length), (None, None));
    }

    #[test]
    fn sections_and_padding_are_not_pes() {
        assert_eq!(read(&[0, 2, 0xb0, 13]), PesStart::NotPes);
        assert_eq!(
            read(&[0, 0, 1, 0xbe, 0, 5, 0xff, 0xff, 0xff, 0xff]),
            PesStart::NotPes
        );
    }
}
