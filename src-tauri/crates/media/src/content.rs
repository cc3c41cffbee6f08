//! What media a segment holds, and the fingerprint of the version that was fetched.

use crate::{
    Error, TrackKind,
    clock::{MILLISECOND, Span},
    cursor::{Cursor, put_signed, put_varint},
};

/// Spans per segment: video and audio.
const MAX_SPANS: u64 = 2;

/// Identifies a version of a segment by its bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct SegmentFingerprint {
    /// CRC-32 of the body as it was fetched.
    pub checksum: u32,
    /// Length of the body.
    pub size_bytes: u64,
}

impl SegmentFingerprint {
    /// Computes the fingerprint of a body.
    pub fn of(body: &[u8]) -> Self {
        Self {
            checksum: crc32fast::hash(body),
            size_bytes: body.len() as u64,
        }
    }
}

/// What media a segment holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Content {
    /// Number of samples of all its tracks.
    pub samples: u64,
    /// The time span of each track. Empty if unknown: the timescale of an MP4 fragment is in the
    /// init segment, and a byte range of a file has no times.
    pub spans: Vec<ContentSpan>,
    /// Whether it holds no complete sample, only parts of frames that continue in its neighbours.
    /// This occurs in MPEG-TS segments and in byte ranges of a file.
    pub partial: bool,
}

/// The time that one track covers in a segment, on the segment's own clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ContentSpan {
    /// Video or audio.
    pub kind: TrackKind,
    /// Decode time of the first sample, in milliseconds.
    pub first_ms: i64,
    /// End of the last sample, in milliseconds.
    pub end_ms: i64,
}

impl Content {
    /// Returns whether it holds no media, not even a part of a frame.
    pub fn is_empty(&self) -> bool {
        self.samples == 0 && !self.partial
    }

    pub(crate) fn new<'s>(
        samples: u64,
        spans: impl IntoIterator<Item = (TrackKind, &'s Span)>,
        partial: bool,
    ) -> Self {
        let spans = spans.into_iter().map(|(kind, span)| ContentSpan {
            kind,
            first_ms: span.first.div_euclid(MILLISECOND),
            end_ms: span.end.div_euclid(MILLISECOND),
        });
        let mut spans: Vec<_> = spans.collect();
        // All segments of a recording are kept in memory.
        spans.shrink_to_fit();
        Self {
            samples,
            spans,
            partial: partial && samples == 0,
        }
    }

    /// Appends the content in the layout of the journal.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        put_varint(out, self.samples);
        out.push(u8::from(self.partial));
        put_varint(out, self.spans.len() as u64);
        for span in &self.spans {
            out.push(u8::from(span.kind == TrackKind::Audio));
            put_signed(out, span.first_ms);
            put_signed(out, span.end_ms);
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let mut content = Self {
            samples: cursor.varint()?,
            partial: cursor.u8()? != 0,
            spans: Vec::new(),
        };
        let spans = cursor.varint()?;
        if spans > MAX_SPANS {
            return Err(cursor.malformed(format!("{spans} spans of one segment")));
        }
        content
            .spans
            .reserve_exact(usize::try_from(spans).unwrap_or(0));
        for _ in 0..spans {
            content.spans.push(ContentSpan {
                kind: if cursor.u8()? == 0 {
                    TrackKind::Video
                } else {
                    TrackKind::Audio
                },
                first_ms: cursor.signed()?,
                end_ms: cursor.signed()?,
            });
        }
        Ok(content)
    }
}

/// Counts the samples of a segment that is demuxed, but not written.
#[derive(Debug, Default)]
pub(crate) struct ContentCounter {
    tracks: [Option<SampleExtent>; 2],
}

#[derive(Clone, Copy, Debug)]
struct SampleExtent {
    samples: usize,
    first: i64,
    last: i64,
}

impl ContentCounter {
    pub(crate) fn add(&mut self, kind: TrackKind, dts: i64) {
        let [video, audio] = &mut self.tracks;
        let track = match kind {
            TrackKind::Video => video,
            TrackKind::Audio => audio,
        };
        let extent = track.get_or_insert(SampleExtent {
            samples: 0,
            first: dts,
            last: dts,
        });
        extent.samples += 1;
        extent.last = dts;
    }

    /// Returns the content. `timescale` is that of the decode times; `partial` says whether the
    /// segment has parts of frames at its ends.
    pub(crate) fn content(self, timescale: u32, partial: bool) -> Result<Content, Error> {
        let mut samples = 0;
        let mut spans = Vec::new();
        for (kind, extent) in [TrackKind::Video, TrackKind::Audio]
            .into_iter()
            .zip(self.tracks)
        {
            let Some(extent) = extent else { continue };
            samples += extent.samples as u64;
            let ends = [extent.first, extent.last];
            spans.push((kind, Span::new(0, ends, extent.samples, 0, timescale)?));
        }
        let spans = spans.iter().map(|(kind, span)| (*kind, span));
        Ok(Content::new(samples, spans, partial))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_counted_and_spans_are_returned_by_track() {
        let mut counter = ContentCounter::default();
        for (kind, dts) in [
            (TrackKind::Audio, -20),
            (TrackKind::Video, 40),
            (TrackKind::Video, 80),
            (TrackKind::Video, 120),
        ] {
            counter.add(kind, dts);
        }
        let content = counter.content(1000, true).expect("in time");
        assert_eq!((content.samples, content.partial), (4, false));
        let spans: Vec<_> = content
            .spans
            .iter()
            .map(|span| (span.kind, span.first_ms, span.end_ms))
            .collect();
        let expected = [(TrackKind::Video, 40, 160), (TrackKind::Audio, -20, -20)];
        assert_eq!(spans, expected);
    }

    #[test]
    fn content_is_read_as_it_was_written() {
        let content = Content {
            samples: 300,
            spans: vec![ContentSpan {
                kind: TrackKind::Audio,
                first_ms: -5,
                end_ms: 1 << 40,
            }],
            partial: false,
        };
        for content in [content, Content::default()] {
            let mut bytes = Vec::new();
            content.write(&mut bytes);
            let mut cursor = Cursor::new("journal", &bytes);
            assert_eq!(Content::read(&mut cursor).expect("whole"), content);
            assert!(cursor.is_empty());
        }
    }
}
