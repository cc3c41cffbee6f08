//! Measures how much media a movie file holds by its samples, not by its header.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};

use crate::{
    Error, MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, TrackKind, mp4::write::Mp4Muxer,
};

/// Returns the length of the longest track of a movie in milliseconds, without the gaps in it.
///
/// Reads the movie to its end, or to where it is cut or damaged. Fails only if the movie cannot be
/// read from disk, or if its first segment cannot be demuxed.
pub fn measure<R: Read + Seek>(movie: &mut MovieSplitter<R>) -> Result<u64, Error> {
    let config = MuxerConfig {
        segment_format: movie.info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: None,
    };
    // The muxer only demuxes here; it writes nothing.
    let mut reader = Mp4Muxer::new(config, Cursor::new(Vec::new()))?;
    let mut covered: BTreeMap<(u8, bool), u64> = BTreeMap::new();
    while let Some(segment) = movie.next_segment()? {
        let content = match reader.content(&segment) {
            Ok(content) => content,
            Err(error) if covered.is_empty() => return Err(error),
            Err(_) => break,
        };
        for span in content.spans {
            let key = (segment.track, span.kind == TrackKind::Audio);
            let length = span.end_ms.saturating_sub(span.first_ms);
            let length = u64::try_from(length).unwrap_or(0);
            let sum = covered.entry(key).or_default();
            *sum = sum.saturating_add(length);
        }
    }
    Ok(covered.into_values().max().unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_movie_is_measured_by_its_samples() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../tests/fixtures/film");
        let bytes = std::fs::read(format!("{folder}/film.flv")).unwrap();
        let measured =
            |bytes: &[u8]| measure(&mut MovieSplitter::open(Cursor::new(bytes)).unwrap()).unwrap();
        let length = measured(&bytes);
        assert!(length > 1000, "{length}");
        let half = measured(&bytes[..bytes.len() / 2 + 100]);
        assert!(half < length * 3 / 4, "{half} of {length}");
    }
}
