//! What the stem of a movie is made of, so that it can be made again for another disk.

use icu_normalizer::DecomposingNormalizerBorrowed;

use super::{NameLimit, Template, TemplateValues, stem};

/// What is used where no text has a usable character.
const LAST_RESORT: &str = "film";

/// What the stem of a movie is made of.
#[derive(Clone, Debug)]
pub(crate) enum StemSource {
    /// The stem of a part folder that is there.
    Existing(String),
    /// The first of these texts that a name can be made of.
    Texts(Vec<String>),
    /// The fields of a recording.
    Template(Template, TemplateValues),
}

impl StemSource {
    /// Returns the stem, no longer than `limit`.
    pub(crate) fn stem(&self, limit: NameLimit) -> String {
        match self {
            Self::Existing(stem) => stem.clone(),
            Self::Texts(texts) => texts
                .iter()
                .find_map(|text| stem(text, limit))
                .unwrap_or_else(|| LAST_RESORT.to_owned()),
            Self::Template(template, values) => template.name(values, limit).stem,
        }
    }

    /// Returns the stem for a disk that refuses the usual one: in letters that every file system
    /// takes.
    pub(crate) fn plain_stem(&self, limit: NameLimit) -> String {
        let texts = match self {
            Self::Existing(stem) => vec![stem.clone()],
            Self::Texts(texts) => texts.clone(),
            Self::Template(template, values) => {
                vec![template.name(values, limit).stem, values.fallback()]
            }
        };
        let usable = |stem: &String| stem.chars().any(char::is_alphanumeric);
        texts
            .iter()
            .find_map(|text| stem(&ascii(text), limit).filter(usable))
            .unwrap_or_else(|| LAST_RESORT.to_owned())
    }
}

/// Leaves accents and what is not ASCII away.
fn ascii(text: &str) -> String {
    let text = text.replace('–', "-");
    let letters = DecomposingNormalizerBorrowed::new_nfkd().normalize(&text);
    letters.chars().filter(char::is_ascii).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_stem_keeps_what_every_disk_takes() {
        let plain = |text: &str| {
            let source = StemSource::Texts(vec![text.to_owned()]);
            source.plain_stem(NameLimit::Bytes(20))
        };
        assert_eq!(plain("Año Nuevo 🎆 2019"), "Ano Nuevo 2019");
        assert_eq!(plain("ﬁnal"), "final");
        assert_eq!(plain("会議"), "film");
        assert_eq!(plain("会議 – 🎆!"), "film");
        assert_eq!(plain(&"é".repeat(50)), "e".repeat(20));
    }
}
