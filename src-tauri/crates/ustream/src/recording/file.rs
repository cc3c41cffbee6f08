//! A recording that is one finished file: which stretches of it there are, and where it lies.

use url::Url;

use super::validated_format::https_first;
use crate::plan::{ByteRange, Presence, Segment, SegmentId, SegmentKind, SegmentLocation};
use crate::{
    Container, Promises, Rendition, RenditionId, RenditionTrack, TrackKind, hosts, lenient_json,
};

/// A stretch is a hundredth of the file, within these bounds: what breaks off costs little, and
/// what is on its way at once takes little memory.
const LEAST_RANGE_BYTES: u64 = 64 << 10;
const MOST_RANGE_BYTES: u64 = 8 << 20;
const RANGES: u64 = 100;

/// A film of three days at 80 Mbit/s: a file that claims to be larger is a mistake or an attack.
const LARGEST_FILE: u64 = 4 << 40;

/// A finished file of the service.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SingleFile {
    url: Url,
    size_bytes: u64,
    validator: Option<String>,
    kind: FileKind,
}

/// Container of a recording that is one finished file, by the extension of its address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileKind {
    /// FLV.
    Flv,
    /// MP4.
    Mp4,
}

impl FileKind {
    fn of(url: &Url) -> Self {
        if lenient_json::ends_with(url.path(), "flv") {
            Self::Flv
        } else {
            Self::Mp4
        }
    }

    /// Returns the extension of its file name, without the dot; the rendition is named by it.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Flv => "flv",
            Self::Mp4 => "mp4",
        }
    }
}

impl SingleFile {
    /// A file as it was found; `None` where its size is absurd.
    ///
    /// `validator` tells one version of it from another (RFC 9110 8.8).
    pub(crate) fn new(url: Url, size_bytes: u64, validator: Option<String>) -> Option<Self> {
        (1..=LARGEST_FILE).contains(&size_bytes).then(|| Self {
            kind: FileKind::of(&url),
            url,
            size_bytes,
            validator,
        })
    }

    pub(crate) fn size_bytes(&self) -> u64 {
        self.size_bytes
    }

    pub(crate) fn rendition(&self, duration_ms: Option<u64>) -> Rendition {
        let ending = self.kind.extension();
        let kbps =
            duration_ms.and_then(|length| self.size_bytes.saturating_mul(8).checked_div(length));
        Rendition {
            id: RenditionId(ending.to_owned()),
            container: Container::File,
            width: None,
            height: None,
            bitrate_kbps: kbps.and_then(|kbps| u32::try_from(kbps).ok()),
            tracks: vec![RenditionTrack {
                kind: TrackKind::Both,
                template: self.template(),
                init_template: None,
                language: None,
            }],
            promises: Promises::default(),
        }
    }

    /// What tells it from another file that takes its place.
    fn template(&self) -> String {
        let Self {
            size_bytes,
            validator,
            ..
        } = self;
        let version = validator.as_deref().unwrap_or_default();
        format!("{}: {size_bytes} bytes {version}", self.kind.extension())
            .trim_end()
            .to_owned()
    }

    fn range_bytes(&self) -> u64 {
        (self.size_bytes / RANGES)
            .clamp(LEAST_RANGE_BYTES, MOST_RANGE_BYTES)
            .next_multiple_of(LEAST_RANGE_BYTES)
    }

    /// Its stretches. Time is dealt out over its bytes, for people who watch it come.
    pub(crate) fn segments(&self, duration_ms: Option<u64>) -> Vec<Segment> {
        let each = self.range_bytes();
        let time = |bytes: u64| match duration_ms {
            Some(length) => {
                let share = u128::from(bytes) * u128::from(length) / u128::from(self.size_bytes);
                u64::try_from(share).unwrap_or(u64::MAX)
            }
            // Not a time, but a measure.
            None => bytes.div_ceil(1024),
        };
        (0..self.size_bytes.div_ceil(each))
            .map(|number| {
                let start_ms = time(number * each);
                let end_ms = time(((number + 1) * each).min(self.size_bytes));
                Segment {
                    id: SegmentId {
                        track: 0,
                        kind: SegmentKind::Media(number),
                    },
                    start_ms,
                    duration_ms: end_ms - start_ms,
                    presence: Presence::Sure,
                }
            })
            .collect()
    }

    pub(crate) fn locate(&self, kind: SegmentKind) -> SegmentLocation {
        let SegmentKind::Media(number) = kind else {
            return SegmentLocation::default();
        };
        let each = self.range_bytes();
        let Some(start) = number.checked_mul(each).filter(|at| *at < self.size_bytes) else {
            return SegmentLocation::default();
        };
        SegmentLocation {
            urls: https_first(self.url.clone()),
            byte_range: Some(ByteRange {
                bytes: start..start.saturating_add(each).min(self.size_bytes),
                total_bytes: Some(self.size_bytes),
                validator: self.validator.clone(),
            }),
        }
    }
}

/// The addresses of files that are the service's own.
pub(crate) fn own_files(named: &[String]) -> impl Iterator<Item = Url> {
    named.iter().filter_map(|address| {
        let url = Url::parse(address).ok()?;
        if hosts::is_cdn_url(&url) {
            return Some(url);
        }
        let host = lenient_json::clean_text(url.host_str().unwrap_or("nowhere"));
        tracing::warn!(host, "a file lies on a server that is not the service's");
        None
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(size_bytes: u64) -> Option<SingleFile> {
        let url = Url::parse("http://tcdn.ustream.tv/video/7.FLV?e=1").unwrap();
        SingleFile::new(url, size_bytes, Some("\"a\"".to_owned()))
    }

    #[test]
    fn stretches_cover_every_byte_once() {
        let least = LEAST_RANGE_BYTES;
        for size in [1, least, least + 1, 10_000_000, 3 << 30, 700 << 30] {
            let file = file(size).unwrap();
            let mut end = 0;
            for segment in file.segments(Some(60_000)) {
                let stretch = file.locate(segment.id.kind).byte_range.unwrap();
                assert_eq!(stretch.bytes.start, end, "{size}");
                assert!(!stretch.bytes.is_empty());
                end = stretch.bytes.end;
            }
            assert_eq!(end, size);
            assert!(file.locate(SegmentKind::Media(u64::MAX)).urls.is_empty());
        }
        assert!(file(0).is_none() && file(u64::MAX).is_none());
    }

    #[test]
    fn a_file_is_known_by_size_and_version() {
        let rendition = file(8_000).unwrap().rendition(Some(1_000));
        assert_eq!(rendition.id.0, "flv");
        assert_eq!(rendition.bitrate_kbps, Some(64));
        assert_eq!(rendition.tracks[0].template, "flv: 8000 bytes \"a\"");
    }

    #[test]
    fn only_the_services_own_files_are_looked_at() {
        let named = [
            "https://tcdn.ustream.tv/1.mp4",
            "https://evil.example/1.mp4",
            "x",
            "file:///etc/passwd",
        ];
        let own: Vec<_> = own_files(&named.map(str::to_owned))
            .map(String::from)
            .collect();
        assert_eq!(own, ["https://tcdn.ustream.tv/1.mp4"]);
    }
}
