//! Converts an FLV or a fragmented MP4 to an MP4, segment by segment as a download does.
//!
//! `make IN OUT` converts and verifies; `make FILE` only verifies. The benchmark runs it.

use std::{
    error::Error,
    fs::File,
    io::{self, Read},
    path::Path,
    process::ExitCode,
};

use media::{
    MovieSpec, MuxerConfig, OutputFormat, SegmentData, SegmentFormat, SegmentKind, Summary,
    fmp4::Init, muxer,
};

/// Bytes that are read at a time: about one segment of a recording.
const SEGMENT_SIZE: usize = 4 << 20;

fn main() -> ExitCode {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let result = match paths.as_slice() {
        [file] => check(Path::new(file)),
        [input, output] => make(Path::new(input), Path::new(output)),
        _ => Err("make IN OUT, or make FILE".into()),
    };
    let (code, line) = match result {
        Ok(summary) => (ExitCode::SUCCESS, format!("{summary:?}")),
        Err(error) => (ExitCode::FAILURE, error.to_string()),
    };
    // Standard output may be closed; the exit code still says whether it worked.
    let _ = io::Write::write_all(&mut io::stdout(), format!("{line}\n").as_bytes());
    code
}

fn check(path: &Path) -> Result<Summary, Box<dyn Error>> {
    Ok(media::check(File::open(path)?)?)
}

fn make(input: &Path, output: &Path) -> Result<Summary, Box<dyn Error>> {
    let mut segments = SegmentReader::open(input)?;
    let file = File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(output)?;
    let config = MuxerConfig {
        segment_format: segments.segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec {
            segment_count: u32::try_from(segments.left / SEGMENT_SIZE as u64 + 1)?,
            ..MovieSpec::default()
        },
        journal: &[],
    };
    let mut muxer = muxer(config, file)?;
    let mut fragments = Vec::new();
    let mut number = 0;
    let mut tracks = 1;
    while segments.fill()? {
        let length = segments.complete_length();
        if length == 0 {
            return Err("no whole tag or box in a segment".into());
        }
        let (data, _) = segments.buffer.split_at(length);
        let first = number == 0 && segments.segment_format == SegmentFormat::Fmp4;
        if first {
            tracks = Init::all(data)?.len();
        }
        let kind = if first {
            SegmentKind::Init
        } else {
            SegmentKind::Media(number)
        };
        for track in 0..u8::try_from(tracks)? {
            let start_ms = 0;
            fragments.push(muxer.push(SegmentData {
                track,
                kind,
                start_ms,
                data,
            })?);
        }
        number += 1;
        segments.take(length);
    }
    let written = muxer.finish(fragments)?;
    let found = check(output)?;
    if written != found {
        return Err(format!("wrote {written:?}, found {found:?}").into());
    }
    Ok(found)
}

/// Reads a file through one buffer.
struct SegmentReader {
    file: File,
    segment_format: SegmentFormat,
    /// Bytes of the file that are not read yet.
    left: u64,
    buffer: Vec<u8>,
    /// Whether the FLV header or the init segment was found.
    started: bool,
}

impl SegmentReader {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let left = file.metadata()?.len();
        let mut magic = [0; 3];
        file.read_exact(&mut magic)?;
        let segment_format = if magic == *b"FLV" {
            SegmentFormat::Flv
        } else {
            SegmentFormat::Fmp4
        };
        Ok(Self {
            file,
            segment_format,
            left: left - 3,
            buffer: magic.to_vec(),
            started: false,
        })
    }

    /// Fills the buffer; returns false at the end of the file.
    fn fill(&mut self) -> io::Result<bool> {
        let missing = (SEGMENT_SIZE.saturating_sub(self.buffer.len())) as u64;
        self.buffer.reserve(usize::try_from(missing).unwrap_or(0));
        let read = Read::by_ref(&mut self.file)
            .take(missing)
            .read_to_end(&mut self.buffer)?;
        self.left -= (read as u64).min(self.left);
        Ok(!self.buffer.is_empty())
    }

    /// Returns how many bytes of the buffer are whole tags, the init segment, or whole fragments.
    fn complete_length(&mut self) -> usize {
        let mut complete = 0;
        if self.segment_format == SegmentFormat::Flv {
            if !std::mem::replace(&mut self.started, true) {
                complete = 13;
            }
            while let Some(&[_, a, b, c]) =
                self.buffer.get(complete..).and_then(|b| b.first_chunk())
            {
                let end = complete + 15 + u32::from_be_bytes([0, a, b, c]) as usize;
                if end > self.buffer.len() {
                    break;
                }
                complete = end;
            }
            return complete;
        }
        let mut at = 0;
        while let Some(&[a, b, c, d, ref kind @ ..]) =
            self.buffer.get(at..).and_then(|b| b.first_chunk::<8>())
        {
            at += u32::from_be_bytes([a, b, c, d]) as usize;
            if at > self.buffer.len() {
                break;
            }
            if kind == b"moov" && !std::mem::replace(&mut self.started, true) {
                return at;
            }
            if self.started && matches!(kind, b"mdat" | b"mfra") {
                complete = at;
            }
        }
        complete
    }

    fn take(&mut self, length: usize) {
        self.buffer.drain(..length);
    }
}
