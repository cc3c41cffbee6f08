//! Translated texts that the shell itself shows, from the page's Fluent files.

use std::sync::{Mutex, MutexGuard, PoisonError};

use engine::Failure;
use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource};
use tauri::AppHandle;
use tauri_plugin_dialog::{DialogExt as _, MessageDialogButtons, MessageDialogKind};
use unic_langid::LanguageIdentifier;

/// All catalogues: the language tag and the text. The first is the fallback.
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

/// The catalogue in use.
pub(crate) struct Messages(Mutex<FluentBundle<FluentResource>>);

impl Messages {
    /// Uses `language`, or the first system language that has a catalogue.
    pub(crate) fn new(language: Option<&str>) -> Self {
        Self(Mutex::new(bundle(language)))
    }

    /// Switches to another language.
    pub(crate) fn set_language(&self, language: Option<&str>) {
        *self.bundle() = bundle(language);
    }

    /// Returns the message `id`, or with `id.attribute` an attribute of it, with these arguments.
    pub(crate) fn text<const N: usize>(&self, id: &str, arguments: [(&str, &str); N]) -> String {
        let bundle = self.bundle();
        let arguments: FluentArgs = arguments.into_iter().collect();
        let pattern = match id.split_once('.') {
            Some((id, attribute)) => bundle
                .get_message(id)
                .and_then(|message| Some(message.get_attribute(attribute)?.value())),
            None => bundle.get_message(id).and_then(|message| message.value()),
        };
        // A missing message is shown as its id, so that it is noticed.
        pattern.map_or_else(
            || id.to_owned(),
            |pattern| {
                let text = bundle.format_pattern(pattern, Some(&arguments), &mut Vec::new());
                text.into_owned()
            },
        )
    }

    /// Returns the `body` attribute of the message `id`.
    pub(crate) fn body(&self, id: &str) -> String {
        self.text(&format!("{id}.body"), [])
    }

    /// Returns what happened and what to do, as the page says it.
    pub(crate) fn failure(&self, failure: &Failure) -> (String, String) {
        let code = serde_json::to_value(failure.code).unwrap_or_default();
        let id = format!("failure-{}", code.as_str().unwrap_or("internal"));
        let detail = [("detail", failure.detail.as_str())];
        (
            self.text(&id, detail),
            self.text(&format!("{id}.body"), detail),
        )
    }

    /// Shows a message of the system's own with a button for `yes` and one that closes, and calls
    /// `then` with whether the user chose `yes`.
    pub(crate) fn ask(
        &self,
        app: &AppHandle,
        id: &str,
        yes: &str,
        then: impl FnOnce(bool) + Send + 'static,
    ) {
        let (yes, close) = (self.text(yes, []), self.text("menu-window.close", []));
        app.dialog()
            .message(self.body(id))
            .title(self.text(id, []))
            .kind(MessageDialogKind::Error)
            .buttons(MessageDialogButtons::OkCancelCustom(yes, close))
            .show(then);
    }

    fn bundle(&self) -> MutexGuard<'_, FluentBundle<FluentResource>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn bundle(language: Option<&str>) -> FluentBundle<FluentResource> {
    let languages: Vec<_> = match language {
        Some(language) => vec![language.to_owned()],
        None => sys_locale::get_locales().collect(),
    };
    let (tag, text) = choose(&languages);
    // A test parses every catalogue and its tag, so the fallbacks are never used.
    let resource = FluentResource::try_new(text.to_owned()).unwrap_or_else(|(rest, _)| rest);
    let tag: LanguageIdentifier = tag.parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![tag]);
    // No isolation marks around arguments: some notifications show them as boxes.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// Returns the catalogue for the first language that has one: by language and region, else by
/// language alone.
fn choose(languages: &[String]) -> (&'static str, &'static str) {
    let base = |tag: &str| tag.split(['-', '_']).next().map(str::to_ascii_lowercase);
    let exactly = |language: &String| {
        let language = language.replace('_', "-");
        let mut all = CATALOGUES.iter();
        all.find(move |(tag, _)| tag.eq_ignore_ascii_case(&language))
    };
    let nearly = |language: &String| {
        CATALOGUES
            .iter()
            .find(|(tag, _)| base(tag) == base(language))
    };
    let met = |language| exactly(language).or_else(|| nearly(language));
    languages
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

    /// The messages that the shell shows.
    const USED_IDS: [&str; 6] = [
        "app-name",
        "saved-heading",
        "do-again",
        "shell-no_page",
        "shell-no_webview",
        "shell-get",
    ];

    #[test]
    fn every_catalogue_is_included_and_has_the_messages_of_the_shell() {
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
            let messages = Messages::new(Some(tag));
            for id in USED_IDS
                .iter()
                .chain(crate::menu::USED_IDS)
                .chain(crate::notifications::USED_IDS)
                .copied()
            {
                assert_ne!(messages.text(id, []), id, "{tag}");
            }
            let arguments = [("file", "film.mp4"), ("folder", "Films")];
            let saved = messages.text("saved-said", arguments);
            assert!(
                saved.contains("film.mp4") && saved.contains("Films"),
                "{saved}"
            );
            let folder = "/home/ada/.local/share/app";
            let failure = Failure::new(engine::Code::OwnFolder, folder);
            let (what, what_to_do) = messages.failure(&failure);
            assert!(!what.contains('_') && what_to_do.contains(folder), "{what}");
            for id in ["shell-no_page", "shell-no_webview"] {
                assert!(!messages.body(id).starts_with(id), "{tag}");
            }
        }
    }

    #[test]
    fn the_first_available_language_is_chosen() {
        let chosen = |languages: &[&str]| {
            let languages: Vec<_> = languages.iter().map(|&tag| tag.to_owned()).collect();
            choose(&languages).0
        };
        assert_eq!(chosen(&[]), "en");
        assert_eq!(chosen(&["tlh", "en_GB"]), "en");
        assert_eq!(chosen(&["pt_PT", "de"]), "pt-BR");
        assert_eq!(chosen(&["zh_CN.UTF-8"]), "zh-CN");
        assert_eq!(chosen(&["de-AT", "fr"]), "de");
        assert_eq!(chosen(&["C", "POSIX", ""]), "en");
    }
}
