//! Properties of any file of captions: it is kept, and what can be read of it is converted without loss.

use media::{CaptionFile, CaptionFormat};

/// Largest growth of a text that is converted: `&` becomes `&amp;`, each styled run gets its tags, and
/// each cue gets its times.
const MAX_GROWTH: usize = 32;

/// Converts a file to each format, and back.
pub(crate) fn convert(bytes: &[u8]) {
    let file = CaptionFile::read(bytes.to_vec());
    assert_eq!(file.bytes(), bytes);
    let extension = file.extension();
    assert!((2..=4).contains(&extension.len()), "{extension}");
    assert!(extension.bytes().all(|byte| byte.is_ascii_lowercase()));
    for format in [CaptionFormat::WebVtt, CaptionFormat::SubRip] {
        let Some(text) = file.to_format(format) else {
            assert_eq!(file.captions("en"), None);
            continue;
        };
        if extension == format.extension() {
            assert_eq!(file.left_out(format), 0);
            continue;
        }
        assert!(text.len() <= (bytes.len() + 1) * MAX_GROWTH);
        let is_allowed = |character: char| !character.is_control() || "\r\n".contains(character);
        assert!(text.chars().all(is_allowed), "{text:?}");
        let again = CaptionFile::read(text.into());
        assert_eq!(again.extension(), format.extension());
        // SubRip cannot escape what looks like its markup, so only `WebVTT` gives the same cues.
        if format == CaptionFormat::WebVtt {
            assert_eq!(again.captions("en"), file.captions("en"));
            assert_eq!(again.left_out(CaptionFormat::SubRip), 0);
        }
    }
}
