//! Converts a movie file to an MP4 as `ustream-dl remux` does, without the engine and without a sync.
//!
//! `make IN OUT` converts and verifies; `make FILE` only verifies. The benchmark runs it.

use std::{error::Error, fs::File, io::Write as _, path::Path, process::ExitCode};

use media::{MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, Summary, muxer};

/// Assumed size of a segment, to estimate how much space the index needs.
const SEGMENT_BYTES: u64 = 4 << 20;

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
    let _ = std::io::stdout().write_all(format!("{line}\n").as_bytes());
    code
}

fn check(path: &Path) -> Result<Summary, Box<dyn Error>> {
    Ok(media::check(File::open(path)?)?)
}

fn make(input: &Path, output: &Path) -> Result<Summary, Box<dyn Error>> {
    let mut movie = MovieSplitter::open(File::open(input)?)?;
    let file = File::options()
        .create(true)
        .truncate(true)
        .read(true)
        .write(true)
        .open(output)?;
    let info = movie.info();
    let config = MuxerConfig {
        segment_format: info.segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec {
            duration_ms: info.duration_ms,
            segment_count: u32::try_from(info.size_bytes.div_ceil(SEGMENT_BYTES))?,
            tags: info.tags.clone(),
            ..MovieSpec::default()
        },
        journal: None,
    };
    let mut muxer = muxer(config, file)?;
    let mut fragments = Vec::new();
    while let Some(segment) = movie.next_segment()? {
        fragments.push(muxer.push(segment)?);
    }
    let written = muxer.finish(fragments)?;
    let found = check(output)?;
    let is_same = written.tracks == found.tracks;
    if !is_same {
        return Err(format!("wrote {written:?}, found {found:?}").into());
    }
    Ok(found)
}
