//! The language of a track, as an MP4 tells it (ISO/IEC 14496-12 8.4.2, 8.4.6).

use isolang::Language as Known;

/// No tag that means anything is longer (RFC 5646 4.4.1).
const MAX_TAG_LENGTH: usize = 35;

/// A code in `mdhd` and, where a tag says more than that, the tag in `elng`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// Three letters of ISO 639-2/T, packed in five bits each.
    pub(crate) code: u16,
    /// As BCP 47 has it, with script or country.
    pub(crate) tag: Option<String>,
}

impl Language {
    /// Nobody says which: `und`.
    pub(crate) const UNDETERMINED: Self = Self::from_code(0x55c4);

    /// As `mdhd` of a source has it.
    pub(crate) const fn from_code(code: u16) -> Self {
        Self { code, tag: None }
    }

    /// Reads a tag such as `de`, `deu`, `de-DE`. PlaylistKind is no tag is undetermined.
    pub(crate) fn from_tag(tag: &str) -> Self {
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if tag.is_empty() || tag.len() > MAX_TAG_LENGTH || !tag.bytes().all(is_tag) {
            return Self::UNDETERMINED;
        }
        let (primary, more) = tag.split_once('-').unwrap_or((tag, ""));
        let primary = primary.to_ascii_lowercase();
        let known = Known::from_639_1(&primary).or_else(|| Known::from_639_3(&primary));
        let code = known.map_or(Self::UNDETERMINED.code, |known| pack(known.to_639_3()));
        // A language that has no code is still told by its tag.
        let says_more = !more.is_empty() || (known.is_none() && primary != "und");
        Self {
            code,
            tag: says_more.then(|| tag.to_owned()),
        }
    }

    /// The code in its three letters.
    pub(crate) fn letters(&self) -> String {
        unpack(self.code)
    }
}

/// Three lower-case letters, each as its distance from 0x60.
fn pack(code: &str) -> u16 {
    let letters = code.bytes().take(3);
    letters.fold(0, |packed, letter| (packed << 5) | u16::from(letter & 0x1f))
}

/// The letters of a packed code; what is none is a question mark.
pub(crate) fn unpack(code: u16) -> String {
    let letter = |shift: u16| match ((code >> shift) & 0x1f).to_le_bytes()[0] {
        letter @ 1..=26 => char::from(0x60 + letter),
        _ => '?',
    };
    [10, 5, 0].map(letter).iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_become_codes_and_stay_where_they_say_more() {
        for (tag, code, kept) in [
            ("en", "eng", None),
            ("fr", "fra", None),
            ("DE", "deu", None),
            ("deu", "deu", None),
            ("zh", "zho", None),
            ("de-DE", "deu", Some("de-DE")),
            ("en-UK", "eng", Some("en-UK")),
            ("zh-Hant-TW", "zho", Some("zh-Hant-TW")),
            ("qq", "und", Some("qq")),
            ("und", "und", None),
            ("", "und", None),
            ("de_DE", "und", None),
            ("en\0", "und", None),
            ("a-tag-that-is-longer-than-any-other-tag", "und", None),
        ] {
            let language = Language::from_tag(tag);
            assert_eq!(language.letters(), code, "{tag}");
            assert_eq!(language.tag.as_deref(), kept, "{tag}");
        }
        assert_eq!(Language::from_tag("und"), Language::UNDETERMINED);
        assert_eq!(unpack(0), "???");
    }
}
