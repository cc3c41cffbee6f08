//! Makes an MP4 of an FLV or of a fragmented MP4, as a download would: in pieces.
//!
//! `make IN OUT` makes and checks; `make FILE` only checks. The benchmark drives it.

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

/// About as much as a piece of a recording.
const SEGMENT_SIZE: usize = 4 << 20;

fn main() -> ExitCode {
    let paths: Vec<_> = std::env::args_os().skip(1).collect();
    let done = match paths.as_slice() {
        [file] => check(Path::new(file)),
        [input, output] => make(Path::new(input), Path::new(output)),
        _ => Err("make IN OUT, or make FILE".into()),
    };
    let (code, line) = match done {
        Ok(summary) => (ExitCode::SUCCESS, format!("{summary:?}")),
        Err(error) => (ExitCode::FAILURE, error.to_string()),
    };
    // Whoever no longer listens does not need the line.
    let _ = io::Write::write_all(&mut io::stdout(), format!("{line}\n").as_bytes());
    code
}

fn check(path: &Path) -> Result<Summary, Box<dyn Error>> {
    Ok(media::check(File::open(path)?)?)
}

fn make(input: &Path, output: &Path) -> Result<Summary, Box<dyn Error>> {
    let mut pieces = SegmentReader::open(input)?;
    let file = File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(output)?;
    let making = MuxerConfig {
        segment_format: pieces.segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec {
            segment_count: u32::try_from(pieces.left / SEGMENT_SIZE as u64 + 1)?,
            ..MovieSpec::default()
        },
        journal: &[],
    };
    let mut muxer = muxer(making, file)?;
    let mut fragments = Vec::new();
    let mut number = 0;
    let mut tracks = 1;
    while pieces.fill()? {
        let whole = pieces.whole_length();
        if whole == 0 {
            return Err("no whole tag or box in a piece".into());
        }
        let (data, _) = pieces.buffer.split_at(whole);
        let first = number == 0 && pieces.segment_format == SegmentFormat::Fmp4;
        if first {
            tracks = Init::all(data)?.len();
        }
        let part = if first {
            SegmentKind::Init
        } else {
            SegmentKind::Media(number)
        };
        for track in 0..u8::try_from(tracks)? {
            let start_ms = 0;
            fragments.push(muxer.push(SegmentData {
                track,
                kind: part,
                start_ms,
                data,
            })?);
        }
        number += 1;
        pieces.take(whole);
    }
    let made = muxer.finish(fragments)?;
    let found = check(output)?;
    if made != found {
        return Err(format!("made {made:?}, found {found:?}").into());
    }
    Ok(found)
}

/// A file on its way through one buffer.
struct SegmentReader {
    file: File,
    segment_format: SegmentFormat,
    left: u64,
    buffer: Vec<u8>,
    started: bool,
}

impl SegmentReader {
    fn open(path: &Path) -> io::Result<Self> {
        let mut file = File::open(path)?;
        let left = file.metadata()?.len();
        let mut magic = [0; 3];
        file.read_exact(&mut magic)?;
        let source = if magic == *b"FLV" {
            SegmentFormat::Flv
        } else {
            SegmentFormat::Fmp4
        };
        Ok(Self {
            file,
            segment_format: source,
            left: left - 3,
            buffer: magic.to_vec(),
            started: false,
        })
    }

    /// Reads on; false at the end.
    fn fill(&mut self) -> io::Result<bool> {
        let wanted = (SEGMENT_SIZE.saturating_sub(self.buffer.len())) as u64;
        self.buffer.reserve(usize::try_from(wanted).unwrap_or(0));
        let read = Read::by_ref(&mut self.file)
            .take(wanted)
            .read_to_end(&mut self.buffer)?;
        self.left -= (read as u64).min(self.left);
        Ok(!self.buffer.is_empty())
    }

    /// How many bytes of the buffer are whole tags, or the initialisation, or whole fragments.
    fn whole_length(&mut self) -> usize {
        let mut whole = 0;
        if self.segment_format == SegmentFormat::Flv {
            if !std::mem::replace(&mut self.started, true) {
                whole = 13;
            }
            while let Some(&[_, a, b, c]) = self.buffer.get(whole..).and_then(|b| b.first_chunk()) {
                let end = whole + 15 + u32::from_be_bytes([0, a, b, c]) as usize;
                if end > self.buffer.len() {
                    break;
                }
                whole = end;
            }
            return whole;
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
                whole = at;
            }
        }
        whole
    }

    fn take(&mut self, length: usize) {
        self.buffer.drain(..length);
    }
}
