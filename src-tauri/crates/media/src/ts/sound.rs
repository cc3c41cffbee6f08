//! Sound: from AAC in ADTS, or MP3, to bare frames.

use memchr::memchr;

use super::{
    frames::{Frame, Item, Marks, Time},
    stream::{Elementary, Ends, Found},
};
use crate::{
    Error,
    codec::{adts, mp3},
    counter::TS,
    flv::Codec,
};

/// The length of a frame has 13 bits: among more bytes than that one begins.
const LONGEST_FRAME: usize = 1 << 13;
/// Core samples in a frame of AAC in ADTS.
const AAC_FRAME: u32 = 1024;

/// The frames of one piece. Its memory is used again for the next.
#[derive(Debug, Default)]
pub(crate) struct Sound {
    /// The elementary stream.
    bytes: Vec<u8>,
    marks: Marks,
    /// Where some of it is missing.
    breaks: Vec<usize>,
    items: Vec<Item>,
    ends: Ends,
    setup: Option<Setup>,
    /// Where time stood last, and how many frames ago.
    clock: Option<(Time, i64)>,
}

/// What all frames of a stream agree on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Setup {
    Aac(adts::Setup),
    Mp3(mp3::Header),
}

/// The head of a frame.
#[derive(Clone, Copy, Debug)]
struct Head {
    setup: Setup,
    /// Bytes of the frame, its head included.
    length: usize,
    /// Bytes of the head that do not go into the sample.
    before: usize,
    /// Frames in this one.
    blocks: u8,
}

impl Elementary for Sound {
    fn lead(&mut self, bytes: &[u8]) {
        self.ends.head.extend_from_slice(bytes);
    }

    fn begin(&mut self, time: Option<Time>, bytes: &[u8]) {
        self.marks.push(self.bytes.len(), time);
        self.append(bytes);
    }

    fn append(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn lose(&mut self, _: bool) {
        if self.bytes.is_empty() {
            self.ends.head.clear();
        }
        self.breaks.push(self.bytes.len());
    }

    fn finish(&mut self, _: Option<i64>) -> Result<(), Error> {
        let bytes = std::mem::take(&mut self.bytes);
        let breaks = std::mem::take(&mut self.breaks);
        let mut start = 0;
        for end in breaks {
            self.stretch(bytes.get(..end).unwrap_or(&bytes), start)?;
            self.ends.remainder.clear();
            self.clock = None;
            start = end;
        }
        self.stretch(&bytes, start)?;
        self.bytes = bytes;
        self.count_back();
        Ok(())
    }

    fn clear(&mut self) {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.clear();
        *self = Self {
            bytes,
            ..Self::default()
        };
    }

    fn found(&self) -> Found<'_> {
        Found {
            items: &self.items,
            bytes: &self.bytes,
            ends: &self.ends,
        }
    }
}

impl Sound {
    /// Finds the frames of a stretch without a loss, from `start` to the end of `bytes`.
    fn stretch(&mut self, bytes: &[u8], start: usize) -> Result<(), Error> {
        let mut at = start;
        let mut found = false;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            match Head::read(rest).filter(|head| self.believes(*head, rest)) {
                Some(head) if head.length <= rest.len() => {
                    if start == 0 && !found {
                        let lead = bytes.get(..at).unwrap_or_default();
                        self.ends.head.extend_from_slice(lead);
                    }
                    found = true;
                    self.frame(head, at, rest)?;
                    at += head.length;
                }
                // It goes on in the next piece.
                Some(_) => break,
                None if found && could_start(rest) => break,
                None => {
                    let next = rest.get(1..).and_then(|rest| memchr(0xff, rest));
                    at += next.map_or(rest.len(), |distance| distance + 1);
                }
            }
        }
        let rest = bytes.get(if found { at } else { start }..);
        let rest = rest.unwrap_or_default();
        if found {
            self.ends.remainder.extend_from_slice(rest);
            self.ends.next = self.time(at);
        } else if start == 0 {
            // All of it goes on from the piece before.
            self.ends.head.extend_from_slice(rest);
            return refuse(rest);
        }
        Ok(())
    }

    /// Whether a frame starts here: it looks like those before, or another one follows it.
    fn believes(&self, head: Head, rest: &[u8]) -> bool {
        self.setup == Some(head.setup)
            || rest.get(head.length..).is_some_and(|behind| {
                behind.is_empty() || Head::read(behind).is_some_and(|next| next.setup == head.setup)
            })
    }

    fn frame(&mut self, head: Head, at: usize, bytes: &[u8]) -> Result<(), Error> {
        if let Setup::Aac(setup) = head.setup {
            if head.blocks > 1 {
                return Err(Error::Unsupported(
                    "several AAC frames in one of ADTS".into(),
                ));
            }
            if setup.channels == 0 {
                return Err(Error::Unsupported("AAC with a layout of its own".into()));
            }
        }
        if self.setup.replace(head.setup) != Some(head.setup) {
            self.items.push(head.setup.config(bytes));
        }
        let time = self.time(at);
        self.items.push(Item::Frame(Frame {
            bytes: at + head.before..at + head.length,
            time,
            sync: true,
        }));
        if let Some((_, frames)) = &mut self.clock {
            *frames += 1;
        }
        Ok(())
    }

    /// The time of the frame that starts here: its own, or counted from the last that had one.
    fn time(&mut self, at: usize) -> Option<Time> {
        if let Some(time) = self.marks.claim(at) {
            self.clock = Some((time, 0));
        }
        let (time, frames) = self.clock?;
        let dts = time.dts.saturating_add(self.setup?.length(frames));
        Some(Time { dts, ..time })
    }

    /// Frames in front of the first timestamp are counted back from it.
    fn count_back(&mut self) {
        let mut next = None;
        for item in self.items.iter_mut().rev() {
            let Item::Frame(frame) = item else { continue };
            if let (None, Some((time, distance))) = (frame.time, next) {
                let length = self.setup.map_or(0, |setup| setup.length(distance));
                let Time { dts, .. } = time;
                frame.time = Some(Time {
                    dts: dts - length,
                    ..time
                });
                next = Some((time, distance + 1));
            } else {
                next = frame.time.map(|time| (time, 1));
            }
        }
    }
}

impl Head {
    fn read(bytes: &[u8]) -> Option<Self> {
        if let Some(head) = adts::Header::read(bytes) {
            return Some(Self {
                setup: Setup::Aac(head.setup),
                length: head.length,
                before: head.before,
                blocks: head.blocks,
            });
        }
        let (header, _) = mp3::Header::read(bytes)?;
        Some(Self {
            setup: Setup::Mp3(header),
            length: mp3::Header::length(bytes)?,
            before: 0,
            blocks: 1,
        })
    }
}

impl Setup {
    /// What the samples need in front of them.
    fn config(self, frame: &[u8]) -> Item {
        match self {
            Self::Aac(setup) => Item::Config {
                codec: Codec::Aac,
                data: setup.config().to_vec(),
            },
            Self::Mp3(_) => Item::Config {
                codec: Codec::Mp3,
                data: frame.iter().take(4).copied().collect(),
            },
        }
    }

    /// How long so many frames are, in ticks of 90 kHz.
    fn length(self, frames: i64) -> i64 {
        let (frame, rate) = match self {
            Self::Aac(setup) => (AAC_FRAME, setup.rate()),
            Self::Mp3(header) => (header.frame, header.rate),
        };
        let rate = i64::from(rate.max(1));
        let ticks = frames * i64::from(frame) * i64::from(TS.timescale);
        (ticks + rate / 2) / rate
    }
}

/// Whether a stream of sound starts so: two heads of frames, or one frame alone.
pub(crate) fn looks_like(bytes: &[u8]) -> bool {
    Head::read(bytes).is_some_and(|head| Sound::default().believes(head, bytes))
}

/// Whether these last bytes may be a head that is cut.
fn could_start(bytes: &[u8]) -> bool {
    let [first, rest @ ..] = bytes else {
        return true;
    };
    let second = rest.first().is_none_or(|second| second & 0xe0 == 0xe0);
    bytes.len() < adts::HEADER && *first == 0xff && second
}

/// Names what is there instead of frames, where that can be told.
fn refuse(bytes: &[u8]) -> Result<(), Error> {
    if bytes.len() <= LONGEST_FRAME {
        return Ok(());
    }
    let name = match bytes {
        [0x56, second, ..] if second & 0xe0 == 0xe0 => "AAC in LATM",
        [0x0b, 0x77, ..] => "AC-3 in MPEG-TS",
        // Eleven bits of sync, layer II or I, a bit rate and a sampling rate that exist.
        [0xff, second, third, ..]
            if second & 0xe4 == 0xe4 && !matches!(third >> 4, 0 | 15) && third & 0x0c != 0x0c =>
        {
            "MPEG audio of layer I or II"
        }
        _ => return Ok(()),
    };
    Err(Error::Unsupported(name.into()))
}
