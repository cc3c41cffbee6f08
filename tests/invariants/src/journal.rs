//! Journals that nobody vouches for, of version 3.

use media::{MovieSpec, MuxerConfig, OutputFormat, SegmentFormat, TableFragment, journal, muxer};

use kit::memory_file::MemoryFile;

/// Stands before each body where a case brings its own, to which a true checksum is put.
const RECORD_MARK: &[u8] = b"<record>";

/// Whatever the bytes are, reading ends, and what was read comes back.
pub(crate) fn assert_round_trip(bytes: &[u8]) {
    let (fragments, whole) = journal::read(bytes);
    assert!(whole <= bytes.len(), "no more than there is");
    let written: Vec<u8> = fragments.iter().flat_map(journal::record).collect();
    assert_eq!(journal::read(&written), (fragments, written.len()));
}

/// Records with true checksums and hostile bodies are followed or refused.
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

/// Goes on from a journal, over an output that is as long as the journal says, or is not.
fn resume(source: SegmentFormat, format: OutputFormat, choice: u8, fragments: Vec<TableFragment>) {
    let output = MemoryFile::default();
    let vouched = journal::output_end(&fragments);
    output.set_length(if choice & 1 == 0 { vouched } else { 1 << 20 });
    let making = MuxerConfig {
        segment_format: source,
        output_format: format,
        movie: MovieSpec::default(),
        journal: &fragments,
    };
    if let Ok(muxer) = muxer(making, output) {
        // The tables may tell anything; that the film is sound is for `check` to say.
        let finished = muxer.finish(fragments);
        let unchanged = choice & 1 == 0 || vouched == 1 << 20;
        assert!(
            unchanged || finished.is_err(),
            "what somebody else has changed is not finished"
        );
    }
}
