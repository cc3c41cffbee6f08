//! Reads the tables of a transport stream, PAT and PMT, and selects its streams (ISO/IEC 13818-1
//! 2.4.4).

use std::collections::BTreeMap;

use super::packet::TsPacket;
use crate::{Error, TrackKind, cursor::Cursor};

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

/// PIDs of the streams to demux.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SelectedStreams {
    pub(crate) video: Option<u16>,
    pub(crate) audio: Option<u16>,
    /// The PID whose packets carry the program clock reference.
    pub(crate) pcr_pid: Option<u16>,
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
}

/// One PMT.
#[derive(Clone, Debug, PartialEq, Eq)]
struct ProgramMap {
    pcr_pid: u16,
    streams: Vec<(u16, StreamRole)>,
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

    /// Returns the streams of the first program with media; `None` if no known program has any.
    ///
    /// Skips a program whose video or audio is not supported, and fails if no other is left: a
    /// movie must not lose its audio silently.
    pub(crate) fn selected_streams(&self) -> Result<Option<SelectedStreams>, Error> {
        let mut first_error = None;
        for (number, _) in &self.pmt_pids {
            match self.maps.get(number).map(ProgramMap::selected_streams) {
                Some(Ok(Some(selection))) => return Ok(Some(selection)),
                Some(Err(error)) => first_error = first_error.or(Some(error)),
                Some(Ok(None)) | None => {}
            }
        }
        first_error.map_or(Ok(None), Err)
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
            streams.push((pid, stream_role(stream_type, entries.take(length)?)));
        }
        Ok(Self { pcr_pid, streams })
    }

    fn selected_streams(&self) -> Result<Option<SelectedStreams>, Error> {
        let video = self.first(TrackKind::Video)?;
        let audio = self.first(TrackKind::Audio)?;
        let selection = SelectedStreams {
            video,
            audio,
            pcr_pid: Some(self.pcr_pid),
        };
        Ok((video.is_some() || audio.is_some()).then_some(selection))
    }

    /// Returns the PID of the first supported stream of a kind. Fails if the program has streams
    /// of this kind, but none is supported.
    fn first(&self, kind: TrackKind) -> Result<Option<u16>, Error> {
        let mut first_error = None;
        for (pid, role) in &self.streams {
            match *role {
                StreamRole::Supported(found) if found == kind => return Ok(Some(*pid)),
                StreamRole::Unsupported(found, name) if found == kind => {
                    first_error = first_error.or(Some(Error::Unsupported(name.into())));
                }
                StreamRole::Encrypted(found) if found == kind => {
                    first_error = first_error.or(Some(Error::Encrypted));
                }
                _ => {}
            }
        }
        first_error.map_or(Ok(None), Err)
    }
}

/// Maps `stream_type` (ISO/IEC 13818-1 table 2-34, ATSC A/53, Apple's SAMPLE-AES types).
fn stream_role(stream_type: u8, descriptors: &[u8]) -> StreamRole {
    use TrackKind::{Audio, Video};
    match stream_type {
        0x1b => StreamRole::Supported(Video),
        0x0f | 0x03 | 0x04 => StreamRole::Supported(Audio),
        0x01 => StreamRole::Unsupported(Video, "MPEG-1 video in MPEG-TS"),
        0x02 => StreamRole::Unsupported(Video, "MPEG-2 video in MPEG-TS"),
        0x10 => StreamRole::Unsupported(Video, "MPEG-4 Part 2 video in MPEG-TS"),
        0x24 => StreamRole::Unsupported(Video, "HEVC in MPEG-TS"),
        0x33 => StreamRole::Unsupported(Video, "VVC in MPEG-TS"),
        0xea => StreamRole::Unsupported(Video, "VC-1 in MPEG-TS"),
        0x11 => StreamRole::Unsupported(Audio, "AAC in LATM"),
        0x80 => StreamRole::Unsupported(Audio, "PCM in MPEG-TS"),
        0x81 => StreamRole::Unsupported(Audio, "AC-3 in MPEG-TS"),
        0x82 | 0x85 | 0x86 => StreamRole::Unsupported(Audio, "DTS in MPEG-TS"),
        0x87 => StreamRole::Unsupported(Audio, "E-AC-3 in MPEG-TS"),
        0xdb => StreamRole::Encrypted(Video),
        0xc1 | 0xc2 | 0xcf => StreamRole::Encrypted(Audio),
        0x06 => private_stream_role(descriptors),
        _ => StreamRole::Ignored,
    }
}

/// Maps the descriptors of a private stream (ETSI EN 300 468 6.1, SMPTE RP 217).
fn private_stream_role(descriptors: &[u8]) -> StreamRole {
    use TrackKind::{Audio, Video};
    let mut rest = descriptors;
    while let Some((&[tag, length], after)) = rest.split_first_chunk::<2>() {
        let Some((body, after)) = after.split_at_checked(usize::from(length)) else {
            break;
        };
        match (tag, body) {
            (0x05, [b'H', b'E', b'V', b'C', ..]) => {
                return StreamRole::Unsupported(Video, "HEVC in MPEG-TS");
            }
            (0x05, [b'O', b'p', b'u', b's', ..]) => {
                return StreamRole::Unsupported(Audio, "Opus in MPEG-TS");
            }
            (0x05, [b'A', b'C', b'-', b'3', ..]) | (0x6a, _) => {
                return StreamRole::Unsupported(Audio, "AC-3 in MPEG-TS");
            }
            (0x7a, _) => return StreamRole::Unsupported(Audio, "E-AC-3 in MPEG-TS"),
            (0x7b, _) => return StreamRole::Unsupported(Audio, "DTS in MPEG-TS"),
            (0x7c, _) => return StreamRole::Unsupported(Audio, "AAC in LATM"),
            _ => rest = after,
        }
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
