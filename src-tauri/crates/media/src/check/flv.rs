//! An FLV: whole tags to the end, and an end where the metadata says it is.

use std::io::{BufReader, Read, Seek};

use crate::{
    Error, Summary, TrackKind, TrackSummary,
    codec::avc::Avc,
    cursor::Cursor,
    flv::{
        packet::{self, Codec, Packet, Role},
        tag::{AUDIO, SCRIPT, TAG_HEADER, VIDEO, tag_size},
    },
};

/// More of a tag's body is not read: enough for a sequence header with its parameter sets.
const PEEK: u32 = 4096;

/// What has been seen of a track.
#[derive(Clone, Debug)]
struct Seen {
    codec: Codec,
    samples: u64,
    first: i32,
    last: i32,
    end: i64,
    configured: bool,
    size: Option<(u32, u32)>,
}

/// Reads the tags of a file of `length` bytes, one by one.
pub(super) fn check<R: Read + Seek>(file: BufReader<R>, length: u64) -> Result<Summary, Error> {
    let mut walk = Walk {
        file,
        length,
        position: 0,
        tracks: [None, None],
        announced: None,
    };
    walk.head()?;
    while walk.position < length {
        walk.tag()?;
    }
    walk.summary()
}

struct Walk<R> {
    file: BufReader<R>,
    length: u64,
    position: u64,
    tracks: [Option<Seen>; 2],
    /// Length that the metadata gives the file.
    announced: Option<f64>,
}

impl<R: Read + Seek> Walk<R> {
    fn fail(&self, problem: impl Into<String>) -> Error {
        Error::Malformed {
            format: "FLV",
            problem: problem.into(),
            offset: self.position,
        }
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut bytes = [0; N];
        if self.length - self.position < N as u64 {
            return Err(self.fail("the file ends inside a tag"));
        }
        self.file.read_exact(&mut bytes)?;
        self.position += N as u64;
        Ok(bytes)
    }

    fn head(&mut self) -> Result<(), Error> {
        let [_, _, _, _, _, a, b, c, d] = self.array()?;
        let offset = u64::from(u32::from_be_bytes([a, b, c, d]));
        if offset != self.position || self.array()? != [0; 4] {
            return Err(self.fail("an unusual file header"));
        }
        Ok(())
    }

    fn tag(&mut self) -> Result<(), Error> {
        let [kind, s0, s1, s2, t0, t1, t2, t3, stream @ ..] = self.array::<TAG_HEADER>()?;
        let size = u32::from_be_bytes([0, s0, s1, s2]);
        let timestamp = i32::from_be_bytes([t3, t0, t1, t2]);
        if !matches!(kind, AUDIO | VIDEO | SCRIPT) || stream != [0; 3] {
            return Err(self.fail("no tag"));
        }
        if self.length - self.position < u64::from(size) {
            return Err(self.fail("the file ends inside a tag"));
        }
        let mut body = Vec::new();
        (&mut self.file)
            .take(u64::from(size.min(PEEK)))
            .read_to_end(&mut body)?;
        self.file.seek_relative(i64::from(size - size.min(PEEK)))?;
        self.body(kind, timestamp, &body)?;
        self.position += u64::from(size);
        let previous = u32::from_be_bytes(self.array()?);
        if previous != tag_size(size) {
            return Err(self.fail(format!("a tag of {size} bytes is followed by {previous}")));
        }
        Ok(())
    }

    fn body(&mut self, kind: u8, timestamp: i32, body: &[u8]) -> Result<(), Error> {
        let cursor = Cursor::within("FLV", body, self.position);
        let packet = match kind {
            VIDEO => packet::video(cursor)?,
            AUDIO => packet::audio(cursor)?,
            _ => {
                self.announced = self.announced.or_else(|| number(body, b"\0\x08filesize\0"));
                return Ok(());
            }
        };
        let Some(packet) = packet else { return Ok(()) };
        self.packet(&packet, timestamp)
    }

    fn packet(&mut self, packet: &Packet<'_>, timestamp: i32) -> Result<(), Error> {
        let position = self.position;
        let fail = |problem: String| Error::Malformed {
            format: "FLV",
            problem,
            offset: position,
        };
        let [video, audio] = &mut self.tracks;
        let slot = if packet.kind == TrackKind::Video {
            video
        } else {
            audio
        };
        let seen = slot.get_or_insert_with(|| Seen::new(packet.codec, timestamp));
        match packet.role {
            Role::Config => {
                seen.configured = true;
                if packet.codec == Codec::Avc {
                    seen.size = Avc::read(Cursor::within("avcC", packet.data, position))?.size;
                }
            }
            Role::Frame {
                composition_offset, ..
            } => {
                if matches!(packet.codec, Codec::Avc | Codec::Aac) && !seen.configured {
                    return Err(fail(format!("{} before its set-up", packet.codec.name())));
                }
                if seen.samples == 0 {
                    seen.first = timestamp;
                } else if timestamp < seen.last {
                    let last = seen.last;
                    return Err(fail(format!("time falls from {last} to {timestamp} ms")));
                }
                seen.samples += 1;
                seen.last = timestamp;
                let shown = i64::from(timestamp) + i64::from(composition_offset);
                seen.end = seen.end.max(shown);
            }
            Role::Idle => {}
        }
        Ok(())
    }

    fn summary(self) -> Result<Summary, Error> {
        // Ending between two tags is only told from being whole by what the metadata says.
        #[expect(clippy::cast_precision_loss, reason = "AMF counts in floats too")]
        if self
            .announced
            .is_some_and(|announced| announced.to_bits() != (self.length as f64).to_bits())
        {
            return Err(self.fail("the metadata tells another length of the file"));
        }
        let kinds = [TrackKind::Video, TrackKind::Audio].into_iter();
        let seen = kinds
            .zip(self.tracks)
            .filter_map(|(kind, seen)| Some((kind, seen?)));
        let seen: Vec<_> = seen.filter(|(_, seen)| seen.samples > 0).collect();
        let duration_ms = seen.iter().map(|(_, seen)| seen.end + seen.frame()).max();
        let Some(duration_ms) = duration_ms else {
            return Err(Error::Empty);
        };
        let tracks = seen.into_iter().map(|(kind, seen)| TrackSummary {
            kind,
            codec: seen.codec.name().into(),
            samples: seen.samples,
            duration_ms: milliseconds(i64::from(seen.last) - i64::from(seen.first) + seen.frame()),
            size: seen.size,
            digest: 0,
        });
        Ok(Summary {
            duration_ms: milliseconds(duration_ms),
            size_bytes: self.length,
            tracks: tracks.collect(),
        })
    }
}

impl Seen {
    fn new(codec: Codec, first: i32) -> Self {
        let end = i64::from(first);
        Self {
            codec,
            samples: 0,
            first,
            last: first,
            end,
            configured: false,
            size: None,
        }
    }

    /// Mean distance of its samples, in milliseconds.
    fn frame(&self) -> i64 {
        let steps = i64::try_from(self.samples.saturating_sub(1)).unwrap_or(i64::MAX);
        (i64::from(self.last) - i64::from(self.first))
            .checked_div(steps)
            .unwrap_or(0)
    }
}

fn milliseconds(time: i64) -> u64 {
    time.max(0).unsigned_abs()
}

/// A number of the metadata by the bytes of its name, length before and type behind.
fn number(body: &[u8], name: &[u8]) -> Option<f64> {
    let at = body.windows(name.len()).position(|window| window == name)?;
    let bytes = body.get(at + name.len()..)?.first_chunk()?;
    Some(f64::from_be_bytes(*bytes))
}
