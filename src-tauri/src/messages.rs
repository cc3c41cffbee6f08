//! The words of the page's catalogues, for the little that the shell itself says.

use std::sync::{Mutex, MutexGuard, PoisonError};

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use unic_langid::LanguageIdentifier;

/// Every catalogue: its language, and its text. The first is spoken where no other fits.
const CATALOGUES: &[(&str, &str)] = &[
    ("en", include_str!("../../ui/src/text/en.ftl")),
    ("ar", include_str!("../../ui/src/text/ar.ftl")),
    ("de", include_str!("../../ui/src/text/de.ftl")),
    ("es", include_str!("../../ui/src/text/es.ftl")),
    ("fr", include_str!("../../ui/src/text/fr.ftl")),
    ("hu", include_str!("../../ui/src/text/hu.ftl")),
    ("it", include_str!("../../ui/src/text/it.ftl")),
    ("ja", include_str!("../../ui/src/text/ja.ftl")),
    ("ko", include_str!("../../ui/src/text/ko.ftl")),
    ("nl", include_str!("../../ui/src/text/nl.ftl")),
    ("pl", include_str!("../../ui/src/text/pl.ftl")),
    ("pt-BR", include_str!("../../ui/src/text/pt-BR.ftl")),
    ("zh-CN", include_str!("../../ui/src/text/zh-CN.ftl")),
];

/// The catalogue that is spoken.
pub(crate) struct Messages(Mutex<FluentBundle<FluentResource>>);

impl Messages {
    /// The words of `language`, or of the first of the system's that there are words in.
    pub(crate) fn new(language: Option<&str>) -> Self {
        Self(Mutex::new(bundle(language)))
    }

    /// Speaks another language from now on.
    pub(crate) fn set_language(&self, language: Option<&str>) {
        *self.bundle() = bundle(language);
    }

    /// The words of `id` with these places filled.
    pub(crate) fn text<const N: usize>(&self, id: &str, places: [(&str, &str); N]) -> String {
        self.format(id, None, places)
    }

    /// The sentence below them.
    pub(crate) fn body(&self, id: &str) -> String {
        self.format(id, Some("body"), [])
    }

    fn format<const N: usize>(
        &self,
        id: &str,
        attribute: Option<&str>,
        places: [(&str, &str); N],
    ) -> String {
        let bundle = self.bundle();
        let arguments: FluentArgs = places.into_iter().collect();
        let pattern = bundle.get_message(id).and_then(|message| match attribute {
            None => message.value(),
            Some(name) => Some(message.get_attribute(name)?.value()),
        });
        // A message that is missing is shown as its name, so that it is seen.
        pattern.map_or_else(
            || id.to_owned(),
            |pattern| {
                let text = bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new());
                text.into_owned()
            },
        )
    }

    fn bundle(&self) -> MutexGuard<'_, FluentBundle<FluentResource>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bundle(language: Option<&str>) -> FluentBundle<FluentResource> {
    let wished: Vec<_> = match language {
        Some(language) => vec![language.to_owned()],
        None => sys_locale::get_locales().collect(),
    };
    let (tag, text) = choose(&wished);
    // A test reads every catalogue and its tag.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, _)| rest);
    let tag: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // Only the page isolates what it fills in: notifications show the marks of some as boxes.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The catalogue of the first wish that is met: by language and region, else by language alone.
fn choose(wished: &[String]) -> (&'static str, &'static str) {
    let base = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
    let exactly = |wish: &String| {
        let wish = wish.replace('_', "-");
        let mut all = CATALOGUES.iter();
        all.find(move |(tag, _)| tag.eq_ignore_ascii_case(&wish))
    };
    let nearly = |wish: &String| CATALOGUES.iter().find(|(tag, _)| base(tag) == base(wish));
    let met = |wish| exactly(wish).or_else(|| nearly(wish));
    wished
        .iter()
        .find_map(met)
        .copied()
        .unwrap_or(CATALOGUES[0])
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::fs;
    use std::path::Path;

    use super::*;

    /// What the shell says, with all that has to be filled in.
    const SAID: [&str; 3] = ["app-name", "saved-heading", "failure-internal"];

    #[test]
    fn every_catalogue_is_here_and_says_what_the_shell_says() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/src/text");
        let files: BTreeSet<_> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .filter_map(|name| name.strip_suffix(".ftl").map(str::to_owned))
            .collect();
        let known: BTreeSet<_> = CATALOGUES
            .iter()
            .map(|(tag, _)| (*tag).to_owned())
            .collect();
        assert_eq!(files, known);
        for (tag, text) in CATALOGUES {
            let broken = FluentResource::try_new((*text).to_owned()).err();
            assert!(broken.is_none(), "{tag}: {:?}", broken.map(|(_, why)| why));
            tag.parse::<LanguageIdentifier>().unwrap();
            let words = Messages::new(Some(tag));
            for id in SAID {
                assert_ne!(words.text(id, []), id, "{tag}");
            }
            let places = [("file", "film.mp4"), ("folder", "Films")];
            let saved = words.text("saved-said", places);
            assert!(
                saved.contains("film.mp4") && saved.contains("Films"),
                "{saved}"
            );
            assert_ne!(words.body("failure-internal"), "failure-internal");
        }
    }

    #[test]
    fn the_first_language_that_there_is_is_spoken() {
        let chosen = |wished: &[&str]| {
            let wished: Vec<_> = wished.iter().map(|&tag| tag.to_owned()).collect();
            choose(&wished).0
        };
        assert_eq!(chosen(&[]), "en");
        assert_eq!(chosen(&["tlh", "en_GB"]), "en");
        assert_eq!(chosen(&["pt_PT", "de"]), "pt-BR");
        assert_eq!(chosen(&["zh_CN.UTF-8"]), "zh-CN");
        assert_eq!(chosen(&["de-AT", "fr"]), "de");
        assert_eq!(chosen(&["C", "POSIX", ""]), "en");
    }
}
