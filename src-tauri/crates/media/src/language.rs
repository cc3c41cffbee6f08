//! The language of an MP4 track: code in `mdhd`, tag in `elng` (ISO/IEC 14496-12 8.4.2, 8.4.6).

use isolang::Language as Known;

/// Longest well-formed tag without private use (RFC 5646 4.4.1).
const MAX_TAG_BYTES: usize = 35;

/// A code for `mdhd` and, if the tag says more than that, the tag for `elng`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Language {
    /// ISO 639-2/T code, its three letters packed in five bits each.
    pub(crate) code: u16,
    /// BCP 47 tag, if it has a script, a country, or a language without a code.
    pub(crate) tag: Option<String>,
}

impl Language {
    /// The code `und`.
    pub(crate) const UNDETERMINED: Self = Self::from_code(0x55c4);

    /// Takes a packed code from `mdhd`.
    pub(crate) const fn from_code(code: u16) -> Self {
        Self { code, tag: None }
    }

    /// Reads three small letters of ISO 639-2: the terminological code, or the bibliographic one
    /// that twenty languages have besides.
    pub(crate) fn from_letters(letters: [u8; 3]) -> Self {
        let code = match &letters {
            b"alb" => b"sqi",
            b"arm" => b"hye",
            b"baq" => b"eus",
            b"bur" => b"mya",
            b"chi" => b"zho",
            b"cze" => b"ces",
            b"dut" => b"nld",
            b"fre" => b"fra",
            b"geo" => b"kat",
            b"ger" => b"deu",
            b"gre" => b"ell",
            b"ice" => b"isl",
            b"mac" => b"mkd",
            b"mao" => b"mri",
            b"may" => b"msa",
            b"per" => b"fas",
            b"rum" => b"ron",
            b"slo" => b"slk",
            b"tib" => b"bod",
            b"wel" => b"cym",
            code => code,
        };
        Self::from_code(pack(code))
    }

    /// Reads a tag such as `de`, `deu`, `de-DE`. An invalid tag becomes undetermined.
    pub(crate) fn from_tag(tag: &str) -> Self {
        let is_tag = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if tag.is_empty() || tag.len() > MAX_TAG_BYTES || !tag.bytes().all(is_tag) {
            return Self::UNDETERMINED;
        }
        let (primary, more) = tag.split_once('-').unwrap_or((tag, ""));
        let primary = primary.to_ascii_lowercase();
        let known = Known::from_639_1(&primary).or_else(|| Known::from_639_3(&primary));
        let code = known.map_or(Self::UNDETERMINED.code, |known| {
            pack(known.to_639_3().as_bytes())
        });
        // Keep the tag of a language without a code.
        let says_more = !more.is_empty() || (known.is_none() && primary != "und");
        Self {
            code,
            tag: says_more.then(|| tag.to_owned()),
        }
    }

    /// Returns the three letters of the code.
    pub(crate) fn letters(&self) -> String {
        unpack(self.code)
    }
}

/// Packs three lower-case letters, each as its distance from 0x60 (ISO/IEC 14496-12 8.4.2.3).
fn pack(code: &[u8]) -> u16 {
    let letters = code.iter().take(3);
    letters.fold(0, |packed, letter| (packed << 5) | u16::from(letter & 0x1f))
}

/// Decodes a packed ISO 639-2/T code; invalid letters become `?`.
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
    fn both_codes_of_a_language_are_read() {
        for (letters, code) in [
            (b"ger", "deu"),
            (b"deu", "deu"),
            (b"eng", "eng"),
            (b"chi", "zho"),
        ] {
            assert_eq!(Language::from_letters(*letters).letters(), code);
        }
    }

    #[test]
    fn tags_become_codes_and_are_kept_if_they_say_more() {
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
