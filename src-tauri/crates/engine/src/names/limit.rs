//! How long a file name may be, and where a longer one is cut.

use std::path::Path;

use unicode_segmentation::UnicodeSegmentation as _;

use crate::platform;

/// Longest name where the file system does not say: that of nearly all of them.
const USUAL_LENGTH: usize = 255;
/// What follows the stem in the longest name that we make of it: ` (999)`, and `.` with the 16
/// letters of a language and `.vtt`; and some to spare.
const SUFFIX_LENGTH: usize = 32;
/// Longest stem on any disk, so that the whole path stays within the bounds of other programs.
const MAX_STEM_LENGTH: usize = 180;
/// Longest names of file systems that say 255 and take less, because they encrypt names: eCryptfs
/// and the shares of a Synology that are made of it; then anything else.
const UNSTATED_LENGTHS: [usize; 2] = [143, 100];

/// The most that a stem may hold, in the unit in which the file system counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NameLimit {
    /// Bytes of UTF-8.
    Bytes(usize),
    /// UTF-16 units.
    Utf16(usize),
}

impl Default for NameLimit {
    /// That of the usual file system.
    fn default() -> Self {
        Self::for_names_of(USUAL_LENGTH)
    }
}

impl NameLimit {
    /// Asks the file system of `folder`, which may not exist yet.
    pub(crate) fn of(folder: &Path) -> Self {
        let existing = folder.ancestors().find(|folder| folder.is_dir());
        let longest = existing.and_then(platform::longest_name);
        Self::for_names_of(longest.unwrap_or(USUAL_LENGTH))
    }

    /// Returns the limit of stems where whole names may have this length.
    fn for_names_of(longest: usize) -> Self {
        let length = longest.saturating_sub(SUFFIX_LENGTH);
        let length = length.clamp(1, MAX_STEM_LENGTH);
        if platform::COUNTS_NAMES_IN_UTF16 {
            Self::Utf16(length)
        } else {
            Self::Bytes(length)
        }
    }

    /// Returns the next lower limit to try if the file system refuses a name of this one as too
    /// long, although it said that it takes it.
    pub(crate) fn lower(self) -> Option<Self> {
        let (Self::Bytes(length) | Self::Utf16(length)) = self;
        let mut lower = UNSTATED_LENGTHS
            .into_iter()
            .map(|longest| longest - SUFFIX_LENGTH);
        lower.find(|lower| *lower < length).map(Self::Bytes)
    }

    /// Returns the limit of what stands before `end`.
    pub(super) fn without(self, end: &str) -> Self {
        let left = self.units().saturating_sub(self.length(end)).max(1);
        match self {
            Self::Bytes(_) => Self::Bytes(left),
            Self::Utf16(_) => Self::Utf16(left),
        }
    }

    /// Returns the limit itself.
    pub(super) fn units(self) -> usize {
        match self {
            Self::Bytes(length) | Self::Utf16(length) => length,
        }
    }

    /// Cuts a text that is too long between two graphemes: an accent stays on its letter, and a
    /// family of emoji stays together.
    pub(crate) fn cut(self, text: &str) -> &str {
        self.cut_to(text, self.units())
    }

    /// Cuts a text as [`Self::cut`] does, to at most `units`.
    pub(super) fn cut_to(self, text: &str, units: usize) -> &str {
        let end = |pieces: &mut dyn Iterator<Item = (usize, &str)>| {
            let mut left = units;
            let mut end = 0;
            for (start, piece) in pieces {
                match left.checked_sub(self.length(piece)) {
                    Some(rest) => (left, end) = (rest, start + piece.len()),
                    None => break,
                }
            }
            end
        };
        match end(&mut text.grapheme_indices(true)) {
            // A single grapheme may have any number of accents.
            0 => {
                let mut letters = text.char_indices().map(|(start, letter)| {
                    let piece = &text[start..start + letter.len_utf8()];
                    (start, piece)
                });
                &text[..end(&mut letters)]
            }
            end => &text[..end],
        }
    }

    /// Returns the length of a text in the unit of the limit.
    pub(super) fn length(self, text: &str) -> usize {
        match self {
            Self::Bytes(_) => text.len(),
            Self::Utf16(_) => text.encode_utf16().count(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_cut_between_two_graphemes() {
        let accented = "a\u{301}".repeat(4);
        assert_eq!(NameLimit::Bytes(7).cut(&accented), "a\u{301}a\u{301}");
        assert_eq!(NameLimit::Utf16(7).cut(&accented), "a\u{301}".repeat(3));
        let family = "ab👨‍👩‍👧";
        for length in 2..family.len() {
            assert_eq!(NameLimit::Bytes(length).cut(family), "ab", "{length}");
        }
        assert_eq!(NameLimit::Utf16(10).cut(family), family);
        assert_eq!(NameLimit::Utf16(9).cut(family), "ab");
    }

    #[test]
    fn the_unit_of_the_file_system_counts() {
        let japanese = "会".repeat(100);
        assert_eq!(NameLimit::Bytes(90).cut(&japanese).chars().count(), 30);
        assert_eq!(NameLimit::Utf16(90).cut(&japanese).chars().count(), 90);
    }

    #[test]
    fn a_grapheme_without_end_is_cut_all_the_same() {
        let tower = format!("e{}", "\u{301}".repeat(100));
        assert_eq!(NameLimit::Bytes(4).cut(&tower), "e\u{301}");
    }

    #[test]
    fn every_name_that_is_made_of_a_stem_fits() {
        let longest_suffix = " (999).zh-hant-abcdefgh.vtt";
        assert!(longest_suffix.len() <= SUFFIX_LENGTH);
        let of_short_names = NameLimit::for_names_of(143);
        assert!(
            matches!(
                of_short_names,
                NameLimit::Bytes(111) | NameLimit::Utf16(111)
            ),
            "{of_short_names:?}"
        );
        assert_eq!(NameLimit::default().lower(), Some(NameLimit::Bytes(111)));
        assert_eq!(NameLimit::Bytes(111).lower(), Some(NameLimit::Bytes(68)));
        assert_eq!(NameLimit::Bytes(68).lower(), None);
        // A file system that says nonsense.
        assert!(!NameLimit::for_names_of(0).cut("title").is_empty());
    }
}
