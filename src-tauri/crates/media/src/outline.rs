//! Says what a segment consists of, in one line for a report.

use std::fmt::Write as _;

use crate::boxes::read;
use crate::flv::tag::{AUDIO, FlvTags, VIDEO};
use crate::{SegmentFormat, ts};

/// Most boxes that are listed.
const MAX_BOXES: usize = 40;

/// Returns what a segment consists of: the boxes with their sizes, or the number of tags or packets.
/// What cannot be read is said.
pub fn outline(format: SegmentFormat, data: &[u8]) -> String {
    match format {
        SegmentFormat::Fmp4 => boxes(data),
        SegmentFormat::Flv => tags(data),
        SegmentFormat::Ts => packets(data),
    }
}

fn boxes(data: &[u8]) -> String {
    let mut text = String::new();
    for (place, found) in read::top_level(data).enumerate() {
        let separator = if place == 0 { "" } else { ", " };
        // Writing to a string cannot fail.
        let _ = match found {
            Ok(_) if place >= MAX_BOXES => {
                text.push_str(", …");
                break;
            }
            Ok(found) => {
                let name = read::name(found.kind);
                write!(text, "{separator}{name} {}", found.body.rest().len())
            }
            Err(error) => write!(text, "{separator}{error}"),
        };
    }
    text
}

fn tags(data: &[u8]) -> String {
    let tags = match FlvTags::new(data) {
        Ok(tags) => tags,
        Err(error) => return format!("not FLV: {error}"),
    };
    let (mut audio, mut video, mut others) = (0, 0, 0);
    let mut problem = None;
    for tag in tags {
        match tag.map(|tag| tag.kind) {
            Ok(AUDIO) => audio += 1,
            Ok(VIDEO) => video += 1,
            Ok(_) => others += 1,
            Err(error) => problem = Some(error),
        }
    }
    let counts = format!("{video} video tags, {audio} audio tags, {others} others");
    match problem {
        Some(error) => format!("{counts}, then {error}"),
        None => counts,
    }
}

fn packets(data: &[u8]) -> String {
    match ts::packet_size(data) {
        Some(size) => format!("{} packets of {size} bytes", data.len() / size),
        None => "no packets".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fixture(name: &str) -> Vec<u8> {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/film/");
        std::fs::read(format!("{folder}{name}")).unwrap()
    }

    #[test]
    fn a_segment_is_told_by_its_boxes_tags_or_packets() {
        let movie = outline(SegmentFormat::Fmp4, &fixture("video.mp4"));
        assert!(
            movie.starts_with("ftyp ") && movie.contains(", moov "),
            "{movie}"
        );
        let flv = outline(SegmentFormat::Flv, &fixture("small.flv"));
        assert!(flv.contains("video tags"), "{flv}");
        assert_eq!(
            outline(SegmentFormat::Ts, &[0x47; 376]),
            "2 packets of 188 bytes"
        );
    }

    #[test]
    fn what_is_something_else_is_said() {
        for format in [SegmentFormat::Fmp4, SegmentFormat::Flv, SegmentFormat::Ts] {
            for data in [b"<html>nothing".as_slice(), b"", b"\0\0\0\x01"] {
                outline(format, data);
            }
        }
        assert!(outline(SegmentFormat::Flv, b"<html>").contains("not FLV"));
    }
}
