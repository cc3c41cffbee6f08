//! Properties of the journal (version 4) for any bytes.

use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, TableFragment, journal, muxer};

use kit::memory_file::MemoryFile;

/// Separates the bodies of records in an input; each gets a valid checksum.
const RECORD_MARK: &[u8] = b"<record>";

/// Asserts that reading ends, and that writing what was read gives the same fragments.
pub(crate) fn assert_round_trip(bytes: &[u8]) {
    let (fragments, whole) = journal::read(bytes);
    assert!(whole <= bytes.len(), "reads within the bytes");
    let written: Vec<u8> = fragments.iter().flat_map(journal::record).collect();
    assert_eq!(journal::read(&written), (fragments, written.len()));
}

/// Builds records with valid checksums around any bodies, and resumes from them.
pub(crate) fn resume_with_checksums(bytes: &[u8]) {
    let Some((&choice, bytes)) = bytes.split_first() else {
        return;
    };
    let mut journal = Vec::new();
    let mut rest = bytes;
    while !rest.is_empty() {
        let at = rest
            .windows(RECORD_MARK.len())
            .position(|window| window == RECORD_MARK);
        let body = &rest[..at.unwrap_or(rest.len())];
        let length = u32::try_from(body.len()).unwrap_or(u32::MAX);
        journal.extend_from_slice(&length.to_be_bytes());
        journal.extend_from_slice(&crc32fast::hash(body).to_be_bytes());
        journal.extend_from_slice(body);
        rest = at.map_or(&[], |at| &rest[at + RECORD_MARK.len()..]);
    }
    assert_round_trip(&journal);
    let (fragments, _) = journal::read(&journal);
    for (source, format) in [
        (SegmentFormat::Flv, OutputFormat::Mp4),
        (SegmentFormat::Flv, OutputFormat::Flv),
        (SegmentFormat::Fmp4, OutputFormat::Mp4),
    ] {
        resume(source, format, choice, fragments.clone());
    }
}

/// Resumes from a journal over an output of the length that it states, or of another.
fn resume(source: SegmentFormat, format: OutputFormat, choice: u8, fragments: Vec<TableFragment>) {
    let output = MemoryFile::default();
    let stated = journal::output_end(&fragments);
    output.set_length(if choice & 1 == 0 { stated } else { 1 << 20 });
    let config = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: MovieSpec::default(),
        journal: Some(&fragments),
    };
    if let Ok(muxer) = muxer(config, output) {
        // The tables may hold anything; whether the movie is valid is for `check` to decide.
        let finished = muxer.finish(fragments);
        let unchanged = choice & 1 == 0 || stated == 1 << 20;
        assert!(
            unchanged || finished.is_err(),
            "an output of another length is not finished"
        );
    }
}
