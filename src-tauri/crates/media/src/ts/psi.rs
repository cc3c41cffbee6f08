//! Reads the tables of a transport stream, PAT and PMT, and selects its streams (ISO/IEC 13818-1
//! 2.4.4).

use std::collections::{BTreeMap, BTreeSet};

use super::packet::TsPacket;
use crate::{Error, TrackKind, cursor::Cursor, refused};

const FORMAT: &str = "MPEG-TS";
/// Longest section: 3 bytes, then at most 4093 (`section_length`, 2.4.4).
const MAX_SECTION_BYTES: usize = 3 + 4093;
/// Bytes of a section before its entries.
const SECTION_HEADER_SIZE: usize = 8;
/// Bytes of the CRC-32 after the entries.
const CHECKSUM_SIZE: usize = 4;
/// `table_id` of the program association table.
const PAT: u8 = 0;
/// `table_id` of a program map table.
const PMT: u8 = 2;

/// Most audio streams of a program that are demuxed; more than any service sends.
const MAX_AUDIO_STREAMS: usize = 16;
/// `descriptor_tag` of the ISO 639 language descriptor (2.6.18).
const LANGUAGE_DESCRIPTOR: u8 = 0x0a;

/// PIDs of the streams to demux.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectedStreams {
    pub(crate) video: Option<u16>,
    /// In the order of the PMT.
    pub(crate) audio: Vec<AudioStream>,
    /// The PID whose packets carry the program clock reference.
    pub(crate) pcr_pid: Option<u16>,
    /// Names of the video and audio streams that are not demuxed.
    pub(crate) left_out: Vec<(TrackKind, &'static str)>,
}

/// An audio stream to demux.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct AudioStream {
    pub(crate) pid: u16,
    /// The three letters of its language (ISO 639-2), if the tables state it.
    pub(crate) language: Option<[u8; 3]>,
}

/// Whether a stream of a program can be demuxed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StreamRole {
    Supported(TrackKind),
    Unsupported(TrackKind, &'static str),
    Encrypted(TrackKind),
    Ignored,
}

/// The programs of a transport stream, as far as their tables were read.
#[derive(Debug, Default)]
pub(crate) struct Programs {
    /// Version byte of the PAT.
    version: Option<u8>,
    /// Program number and PMT PID of each program, in the order of the PAT.
    pmt_pids: Vec<(u16, u16)>,
    /// By program number.
    maps: BTreeMap<u16, ProgramMap>,
    /// By PID.
    sections: BTreeMap<u16, SectionReader>,
    /// PIDs on which something has started that is not scrambled.
    carried: BTreeSet<u16>,
}

/// One PMT.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ProgramMap {
    pcr_pid: u16,
    streams: Vec<ProgramStream>,
}

/// A stream in a PMT.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct ProgramStream {
    pid: u16,
    role: StreamRole,
    language: Option<[u8; 3]>,
}

impl Programs {
    /// Returns whether a PID carries the PAT or a PMT.
    pub(crate) fn is_table_pid(&self, pid: u16) -> bool {
        pid == 0 || self.pmt_pids.iter().any(|(_, table)| *table == pid)
    }

    /// Takes a packet with a table PID ([`Self::is_table_pid`]); returns whether a table changed.
    pub(crate) fn packet(&mut self, packet: &TsPacket<'_>) -> bool {
        let sections = self.sections.entry(packet.pid).or_default();
        let mut changed = false;
        for section in sections.packet(packet) {
            changed |= self.read_section(&section).unwrap_or(false);
        }
        changed
    }

    /// Returns whether the PMT of every program is known.
    pub(crate) fn complete(&self) -> bool {
        !self.pmt_pids.is_empty()
            && self
                .pmt_pids
                .iter()
                .all(|(number, _)| self.maps.contains_key(number))
    }

    /// Takes note that something starts on a PID that is not of a table.
    pub(crate) fn carries(&mut self, pid: u16) {
        self.carried.insert(pid);
    }

    /// Returns whether there is only one program to select from.
    pub(crate) fn is_single(&self) -> bool {
        self.pmt_pids.len() == 1
    }

    /// Returns the streams of the first program with media; `None` if no known program has any.
    /// A program that is only announced comes after those whose streams are there.
    ///
    /// Skips a program whose video or audio is not supported, and fails if no other is left: a
    /// movie must not lose its audio silently.
    pub(crate) fn selected_streams(&self) -> Result<Option<SelectedStreams>, Error> {
        let mut first_error = None;
        let mut announced = None;
        for (number, _) in &self.pmt_pids {
            match self.maps.get(number).map(ProgramMap::selected_streams) {
                Some(Ok(Some(selection))) if self.is_carried(&selection) => {
                    return Ok(Some(selection));
                }
                Some(Ok(selection)) => announced = announced.or(selection),
                Some(Err(error)) => first_error = first_error.or(Some(error)),
                None => {}
            }
        }
        match (announced, first_error) {
            (None, Some(error)) => Err(error),
            (announced, _) => Ok(announced),
        }
    }

    fn is_carried(&self, selection: &SelectedStreams) -> bool {
        let audio = selection.audio.iter().map(|audio| audio.pid);
        let mut pids = selection.video.into_iter().chain(audio);
        self.is_single() || pids.any(|pid| self.carried.contains(&pid))
    }

    /// Reads a section; returns whether a table changed, or `None` if the section is damaged, not
    /// in force yet, or of another table.
    fn read_section(&mut self, section: &[u8]) -> Option<bool> {
        let &[table, _, _, id_high, id_low, version, ..] = section else {
            return None;
        };
        // `current_next_indicator` is 0 in a table that is not in force yet.
        if crc32_mpeg(section) != 0 || version & 1 == 0 {
            return None;
        }
        let entries =
            section.get(SECTION_HEADER_SIZE..section.len().checked_sub(CHECKSUM_SIZE)?)?;
        match table {
            PAT => Some(self.read_pat(version, entries)),
            PMT => {
                let number = u16::from_be_bytes([id_high, id_low]);
                let map = ProgramMap::read(Cursor::new(FORMAT, entries)).ok()?;
                let known = self.pmt_pids.iter().any(|(listed, _)| *listed == number);
                Some(known && self.maps.insert(number, map.clone()) != Some(map))
            }
            _ => None,
        }
    }

    /// Adds the programs of a PAT section; a long PAT has several sections of one version.
    fn read_pat(&mut self, version: u8, entries: &[u8]) -> bool {
        let changed = self.version.replace(version) != Some(version);
        if changed {
            self.pmt_pids.clear();
        }
        for entry in entries.chunks_exact(4) {
            let Some(&[number_high, number_low, high, low]) = entry.first_chunk() else {
                continue;
            };
            let number = u16::from_be_bytes([number_high, number_low]);
            let program = (number, u16::from_be_bytes([high & 0x1f, low]));
            // Program number 0 is the network information table.
            if number != 0 && !self.pmt_pids.contains(&program) {
                self.pmt_pids.push(program);
            }
        }
        if changed {
            let listed = &self.pmt_pids;
            self.maps
                .retain(|number, _| listed.iter().any(|(listed, _)| listed == number));
        }
        changed
    }
}

impl ProgramMap {
    /// Reads a PMT after the section header (2.4.4.8).
    fn read(mut entries: Cursor<'_>) -> Result<Self, Error> {
        let pcr_pid = entries.u16()? & 0x1fff;
        let length = usize::from(entries.u16()? & 0x0fff);
        entries.skip(length)?;
        let mut streams = Vec::new();
        while !entries.is_empty() {
            let stream_type = entries.u8()?;
            let pid = entries.u16()? & 0x1fff;
            let length = usize::from(entries.u16()? & 0x0fff);
            let descriptors = entries.take(length)?;
            streams.push(ProgramStream {
                pid,
                role: stream_role(stream_type, descriptors),
                language: language(descriptors),
            });
        }
        Ok(Self { pcr_pid, streams })
    }

    fn selected_streams(&self) -> Result<Option<SelectedStreams>, Error> {
        let mut selection = SelectedStreams {
            pcr_pid: Some(self.pcr_pid),
            ..SelectedStreams::default()
        };
        for stream in self.supported(TrackKind::Video)? {
            if selection.video.is_none() {
                selection.video = Some(stream.pid);
            } else {
                selection.left_out.push((TrackKind::Video, "another video"));
            }
        }
        for stream in self.supported(TrackKind::Audio)? {
            let ProgramStream { pid, language, .. } = *stream;
            if selection.audio.len() < MAX_AUDIO_STREAMS {
                selection.audio.push(AudioStream { pid, language });
            } else {
                selection
                    .left_out
                    .push((TrackKind::Audio, "another audio track"));
            }
        }
        for stream in &self.streams {
            if let StreamRole::Unsupported(kind, name) = stream.role {
                selection.left_out.push((kind, name));
            }
        }
        let has_media = selection.video.is_some() || !selection.audio.is_empty();
        Ok(has_media.then_some(selection))
    }

    /// Returns the supported streams of a kind. Fails if the program has streams of this kind, but
    /// none is supported.
    fn supported(&self, kind: TrackKind) -> Result<Vec<&ProgramStream>, Error> {
        let mut first_error = None;
        let mut supported = Vec::new();
        for stream in &self.streams {
            match stream.role {
                StreamRole::Supported(found) if found == kind => supported.push(stream),
                StreamRole::Unsupported(found, name) if found == kind => {
                    first_error = first_error.or(Some(Error::Unsupported(name.into())));
                }
                StreamRole::Encrypted(found) if found == kind => {
                    first_error = first_error.or(Some(Error::Encrypted));
                }
                _ => {}
            }
        }
        match first_error.filter(|_| supported.is_empty()) {
            Some(error) => Err(error),
            None => Ok(supported),
        }
    }
}

/// Returns the language in the descriptors of a stream, if it is known (2.6.19).
fn language(descriptors: &[u8]) -> Option<[u8; 3]> {
    let mut found = descriptors_of(descriptors).filter(|(tag, _)| *tag == LANGUAGE_DESCRIPTOR);
    let letters = found
        .next()?
        .1
        .first_chunk::<3>()?
        .map(|letter| letter.to_ascii_lowercase());
    let is_code = letters.iter().all(u8::is_ascii_lowercase);
    (is_code && letters != *b"und").then_some(letters)
}

/// Iterates over descriptors: tag and body (2.6.1).
fn descriptors_of(bytes: &[u8]) -> impl Iterator<Item = (u8, &[u8])> {
    let mut rest = bytes;
    std::iter::from_fn(move || {
        let (&[tag, length], after) = rest.split_first_chunk::<2>()?;
        let (body, after) = after.split_at_checked(usize::from(length))?;
        rest = after;
        Some((tag, body))
    })
}

/// Maps `stream_type` (ISO/IEC 13818-1 table 2-34, ATSC A/53, Apple's SAMPLE-AES types).
fn stream_role(stream_type: u8, descriptors: &[u8]) -> StreamRole {
    use TrackKind::{Audio, Video};
    match stream_type {
        0x1b => StreamRole::Supported(Video),
        0x0f | 0x03 | 0x04 => StreamRole::Supported(Audio),
        0x01 => StreamRole::Unsupported(Video, refused::TS_MPEG1),
        0x02 => StreamRole::Unsupported(Video, refused::TS_MPEG2),
        0x10 => StreamRole::Unsupported(Video, refused::TS_MPEG4),
        0x24 => StreamRole::Unsupported(Video, refused::TS_HEVC),
        0x33 => StreamRole::Unsupported(Video, refused::TS_VVC),
        0xea => StreamRole::Unsupported(Video, refused::TS_VC1),
        0x11 => StreamRole::Unsupported(Audio, "AAC in LATM"),
        0x80 => StreamRole::Unsupported(Audio, "PCM in MPEG-TS"),
        0x81 => StreamRole::Unsupported(Audio, refused::TS_AC3),
        0x82 | 0x85 | 0x86 => StreamRole::Unsupported(Audio, refused::TS_DTS),
        0x83 => StreamRole::Unsupported(Audio, "TrueHD in MPEG-TS"),
        0x87 => StreamRole::Unsupported(Audio, refused::TS_EAC3),
        0x2d | 0x2e => StreamRole::Unsupported(Audio, "MPEG-H audio in MPEG-TS"),
        0xdb => StreamRole::Encrypted(Video),
        0xc1 | 0xc2 | 0xcf => StreamRole::Encrypted(Audio),
        0x06 => private_stream_role(descriptors),
        _ => StreamRole::Ignored,
    }
}

/// Maps the descriptors of a private stream (ETSI EN 300 468 6.1, SMPTE RP 217).
fn private_stream_role(descriptors: &[u8]) -> StreamRole {
    use TrackKind::{Audio, Video};
    for descriptor in descriptors_of(descriptors) {
        let role = match descriptor {
            (0x05, [b'H', b'E', b'V', b'C', ..]) => {
                StreamRole::Unsupported(Video, refused::TS_HEVC)
            }
            (0x05, [b'O', b'p', b'u', b's', ..]) => {
                StreamRole::Unsupported(Audio, refused::TS_OPUS)
            }
            (0x05, [b'A', b'C', b'-', b'3', ..]) | (0x6a, _) => {
                StreamRole::Unsupported(Audio, refused::TS_AC3)
            }
            (0x05, [b'A', b'C', b'-', b'4', ..]) | (0x7f, [0x15, ..]) => {
                StreamRole::Unsupported(Audio, "AC-4 in MPEG-TS")
            }
            (0x7a, _) => StreamRole::Unsupported(Audio, refused::TS_EAC3),
            (0x7b, _) => StreamRole::Unsupported(Audio, refused::TS_DTS),
            (0x7c, _) => StreamRole::Unsupported(Audio, "AAC in LATM"),
            _ => continue,
        };
        return role;
    }
    StreamRole::Ignored
}

/// Reassembles the sections of one PID.
#[derive(Debug, Default)]
struct SectionReader {
    bytes: Vec<u8>,
    /// Continuity counter of the last packet.
    counter: Option<u8>,
    /// Whether `bytes` starts with a section.
    in_section: bool,
}

impl SectionReader {
    /// Returns the sections that a packet completes.
    fn packet(&mut self, packet: &TsPacket<'_>) -> Vec<Vec<u8>> {
        let mut complete = Vec::new();
        if packet.payload.is_empty() || packet.damaged || packet.scrambled {
            return complete;
        }
        if let Some(last) = self.counter.replace(packet.counter) {
            if last == packet.counter {
                return complete;
            }
            if (last + 1) & 0x0f != packet.counter {
                self.in_section = false;
            }
        }
        let mut payload = packet.payload;
        if packet.payload_start {
            let (pointer, rest) = payload.split_first().unwrap_or((&0, &[]));
            let (before, first) = rest
                .split_at_checked(usize::from(*pointer))
                .unwrap_or((rest, &[]));
            self.add(before, &mut complete);
            self.bytes.clear();
            self.in_section = true;
            payload = first;
        }
        self.add(payload, &mut complete);
        complete
    }

    /// Appends payload, and moves complete sections to `complete`.
    fn add(&mut self, payload: &[u8], complete: &mut Vec<Vec<u8>>) {
        if !self.in_section {
            return;
        }
        self.bytes.extend_from_slice(payload);
        while let Some(&[table, high, low]) = self.bytes.first_chunk::<3>() {
            let length = 3 + usize::from(u16::from_be_bytes([high & 0x0f, low]));
            // `table_id` 0xff is stuffing until the next packet in which a section starts.
            if table == 0xff || length > MAX_SECTION_BYTES {
                self.bytes.clear();
                self.in_section = false;
                return;
            }
            if self.bytes.len() < length {
                return;
            }
            let after = self.bytes.split_off(length);
            complete.push(std::mem::replace(&mut self.bytes, after));
        }
    }
}

/// Computes the CRC-32 of ISO/IEC 13818-1 annex A; it is 0 over a section with its checksum.
fn crc32_mpeg(section: &[u8]) -> u32 {
    section.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| {
            (sum << 1) ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 }
        })
    })
}

#[cfg(test)]
mod tests;
