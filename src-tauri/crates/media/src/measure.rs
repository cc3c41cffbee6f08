//! How much media a movie holds, whatever its head claims.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Seek};

use crate::{
    Error, MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, TrackKind, mp4::write::Mp4Muxer,
};

/// The time that the media of a movie covers, in milliseconds: that of its longest track, without
/// the gaps in it. Reads the movie to its end, or to where it is cut or damaged.
pub fn measure<R: Read + Seek>(movie: &mut MovieSplitter<R>) -> Result<u64, Error> {
    let making = MuxerConfig {
        segment_format: movie.info().segment_format,
        output_format: OutputFormat::Mp4,
        movie: MovieSpec::default(),
        journal: &[],
    };
    // Nothing is written: it only takes the segments apart.
    let mut reader = Mp4Muxer::new(making, Cursor::new(Vec::new()))?;
    let mut covered: BTreeMap<(u8, bool), u64> = BTreeMap::new();
    while let Some(piece) = movie.next_segment()? {
        let content = match reader.content(&piece) {
            Ok(content) => content,
            Err(error) if covered.is_empty() => return Err(error),
            Err(_) => break,
        };
        for span in content.spans {
            let key = (piece.track, span.kind == TrackKind::Audio);
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
        let whole =
            |bytes: &[u8]| measure(&mut MovieSplitter::open(Cursor::new(bytes)).unwrap()).unwrap();
        let length = whole(&bytes);
        assert!(length > 1000, "{length}");
        let half = whole(&bytes[..bytes.len() / 2 + 100]);
        assert!(half < length * 3 / 4, "{half} of {length}");
    }
}
