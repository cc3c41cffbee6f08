//! The assembly of a movie with tags, as most tests need it.

use kit::assembly::{Assembly, OutputFile};
use media::{MovieSpec, OutputFormat, SegmentFormat, Tags};

pub(crate) type MuxerJob = Assembly<OutputFile>;

pub(crate) fn muxer_job(
    segment_format: SegmentFormat,
    output_format: OutputFormat,
    segment_count: usize,
) -> MuxerJob {
    let tags = Tags {
        title: Some("Füße über Ærø".into()),
        artist: Some("A channel".into()),
        date: Some("2017-05-26".into()),
        comment: Some("https://example.org/recorded/1".into()),
        ..Tags::default()
    };
    let movie = MovieSpec {
        tags,
        segment_count: u32::try_from(segment_count).unwrap(),
        ..MovieSpec::default()
    };
    let name = match output_format {
        OutputFormat::Mp4 => "film.mp4",
        OutputFormat::Flv => "film.flv",
    };
    Assembly::new(
        segment_format,
        output_format,
        movie,
        OutputFile::temporary(name),
    )
}
