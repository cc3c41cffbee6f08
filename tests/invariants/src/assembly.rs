//! Assembles segments in memory, with a crash on the way; refused segments are left out.

use kit::{
    assembly::{Assembly, OnRefusal},
    memory_file::MemoryFile,
    segment::OwnedSegment,
};
use media::{Error, MovieSpec, Muxer, OutputFormat, SegmentFormat, Summary};

/// What some segments became.
pub(crate) struct AssemblyResult {
    pub(crate) output: MemoryFile,
    pub(crate) summary: Result<Summary, Error>,
    /// The segments that the muxer took, in the order in which they came.
    pub(crate) accepted: Vec<OwnedSegment>,
}

/// Pushes the segments and finishes; crashes after `kill_after` of them, if there are more.
pub(crate) fn assemble(
    source: SegmentFormat,
    format: OutputFormat,
    segments: &[OwnedSegment],
    kill_after: Option<u8>,
) -> Result<AssemblyResult, Error> {
    let movie = MovieSpec {
        segment_count: u32::try_from(segments.len()).unwrap_or(u32::MAX),
        ..MovieSpec::default()
    };
    let mut assembly = Assembly::new(source, format, movie, MemoryFile::default());
    assembly.on_refusal = OnRefusal::Skip;
    let mut rest = segments;
    if let Some((before, behind)) = kill_after.and_then(|count| {
        let count = usize::from(count);
        (count < segments.len()).then(|| segments.split_at(count))
    }) {
        assembly.attempt(before)?;
        assembly.tear();
        rest = behind;
    }
    let summary = assembly.run(rest, Muxer::finish)?;
    let accepted = segments.iter().filter(|segment| assembly.has(segment));
    Ok(AssemblyResult {
        accepted: accepted.cloned().collect(),
        output: assembly.output().clone(),
        summary,
    })
}
