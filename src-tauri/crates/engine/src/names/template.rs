//! Templates for file names, with fields of the recording in braces: `{date} {title}`. A slash makes
//! folders: `{owner}/{title}`.

use std::fmt;
use std::path::{Path, PathBuf, is_separator};
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use ustream::{Recording, Rendition};

use super::pattern::{NamePattern, field_text};
use super::{NameLimit, stem};
use crate::dates::utc_day;
use crate::view::Preview;

/// What is kept of a title, an owner or a text, in units of the limit, as long as something else can
/// be cut.
const KEPT_OF_PART: usize = 24;

/// Characters that are trimmed from the ends, where unknown fields leave them over.
const SEPARATORS: [char; 6] = [' ', '-', '–', '_', ',', '.'];

/// A file name without extension, with fields of the recording in braces and folders before it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<TemplateToken>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplateToken {
    Text(String),
    Field(TemplateField),
    /// Ends the name of a folder.
    Separator,
}

/// A field of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum TemplateField {
    Title,
    Owner,
    Date,
    Id,
    Quality,
}

impl TemplateField {
    const ALL: [(&str, Self); 5] = [
        ("title", Self::Title),
        ("owner", Self::Owner),
        ("date", Self::Date),
        ("id", Self::Id),
        ("quality", Self::Quality),
    ];

    fn name(self) -> &'static str {
        let entry = Self::ALL.iter().find(|(_, field)| *field == self);
        // `ALL` holds every field, so the fallback is never used.
        entry.map_or("title", |(name, _)| name)
    }

    fn of(self, values: &TemplateValues) -> Option<&str> {
        match self {
            Self::Title => values.title.as_deref(),
            Self::Owner => values.owner.as_deref(),
            Self::Date => values.date.as_deref(),
            Self::Id => Some(&values.id),
            Self::Quality => values.quality.as_deref(),
        }
    }
}

/// The values of the fields for one recording.
#[derive(Clone, Debug, Default)]
pub(crate) struct TemplateValues {
    title: Option<String>,
    owner: Option<String>,
    date: Option<String>,
    id: String,
    quality: Option<String>,
    /// The part of the recording that is saved, as it stands in brackets behind every name.
    part: Option<String>,
}

impl TemplateValues {
    /// Takes the values from a recording and the rendition that is saved; `label` says which part of it
    /// that is, or when it was recorded.
    pub(crate) fn of(
        recording: &Recording,
        rendition: Option<&Rendition>,
        label: Option<String>,
    ) -> Self {
        let quality = rendition.and_then(|rendition| match rendition.height {
            Some(lines) => Some(format!("{lines}p")),
            None => rendition.is_audio_only().then(|| "audio".to_owned()),
        });
        Self {
            title: recording.title.clone(),
            owner: recording.owner.clone(),
            date: recording.date_unix_s.and_then(utc_day),
            id: recording.id.to_string(),
            quality,
            part: label.map(|label| format!(" ({label})")),
        }
    }

    /// Returns the quality as it is in names: `720p`, `audio`, or `None` if it is not known.
    pub(crate) fn quality(&self) -> Option<&str> {
        self.quality.as_deref()
    }

    /// Returns the name of a recording of whose title no usable character is left.
    pub(crate) fn fallback(&self) -> String {
        format!("ustream {}", self.id)
    }
}

/// A file name without extension, and the folders before it, all below a folder that the user chose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RelativeName {
    /// None of them leads upwards.
    pub(crate) folders: Vec<String>,
    pub(crate) stem: String,
}

impl RelativeName {
    /// Cleans a name that the user typed. Returns `None` if no usable character is left.
    pub(crate) fn typed(text: &str, limit: NameLimit) -> Option<Self> {
        let mut names: Vec<String> = text
            .split('/')
            .filter_map(|name| stem(name, limit))
            .collect();
        let stem = names.pop()?;
        let folders = names;
        Some(Self { folders, stem })
    }

    /// Returns the folder of the file.
    pub(crate) fn folder(&self, chosen: &Path) -> PathBuf {
        let mut folder = chosen.to_owned();
        folder.extend(&self.folders);
        folder
    }
}

impl fmt::Display for RelativeName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for folder in &self.folders {
            write!(f, "{folder}/")?;
        }
        f.write_str(&self.stem)
    }
}

/// Why a text is not a valid template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// An unknown field.
    #[error("{{{0}}} is not known: use {{title}}, {{owner}}, {{date}}, {{id}} or {{quality}}")]
    Unknown(String),
    /// An unmatched brace.
    #[error("a brace is not closed, or not opened; write a brace of the name itself twice")]
    Brace,
    /// All files would have the same name.
    #[error("a name without {{title}} or {{id}} is the same for many files")]
    SameForAll,
}

impl Default for Template {
    /// `{title}`.
    fn default() -> Self {
        Self(vec![TemplateToken::Field(TemplateField::Title)])
    }
}

impl Template {
    /// Returns the name of a made-up recording, as an example in the settings.
    pub fn example(&self) -> String {
        let values = TemplateValues {
            title: Some("Launch day".to_owned()),
            owner: Some("Acme Space".to_owned()),
            date: Some("2016-05-12".to_owned()),
            id: "112470631".to_owned(),
            quality: Some("720p".to_owned()),
            part: None,
        };
        self.name(&values, NameLimit::default()).to_string()
    }

    /// Returns the name of a recording of which only the preview is known, in the best quality.
    pub fn preview(&self, preview: &Preview) -> String {
        let best = preview.renditions.iter().find_map(|one| one.height);
        let values = TemplateValues {
            title: preview.title.clone(),
            owner: preview.owner.clone(),
            date: preview.date_unix_s.and_then(utc_day),
            id: preview.recording.clone(),
            quality: best.map(|lines| format!("{lines}p")),
            part: None,
        };
        self.name(&values, NameLimit::default()).to_string()
    }

    /// Returns the file name for a recording, and its folders; if nothing is left of the name, the
    /// title or the id. A folder of which nothing is left is left out.
    pub(crate) fn name(&self, values: &TemplateValues, limit: NameLimit) -> RelativeName {
        let part = values.part.as_deref().unwrap_or_default();
        let limit = limit.without(part);
        let mut names: Vec<Option<String>> = self
            .names()
            .map(|tokens| filled(tokens, values, limit))
            .collect();
        let stem = names
            .pop()
            .flatten()
            .or_else(|| stem(values.title.as_deref()?, limit))
            .unwrap_or_else(|| values.fallback());
        RelativeName {
            folders: names.into_iter().flatten().collect(),
            stem: stem + part,
        }
    }

    /// Returns how many folders are before the file name, at most.
    pub(crate) fn depth(&self) -> usize {
        self.names().count().saturating_sub(1)
    }

    /// Returns the file names that this template gives to a recording, whatever its title and owner
    /// are called.
    pub(crate) fn pattern(&self, values: &TemplateValues) -> NamePattern {
        let tokens = self.names().last().unwrap_or_default();
        let parts: Vec<_> = tokens
            .iter()
            .map(|token| match token {
                TemplateToken::Field(TemplateField::Title | TemplateField::Owner) => None,
                TemplateToken::Field(field) => {
                    let value = field.of(values).and_then(field_text);
                    Some(value.unwrap_or_default())
                }
                TemplateToken::Text(text) => Some(text.clone()),
                TemplateToken::Separator => Some(String::new()),
            })
            .collect();
        let parts = parts.iter().map(Option::as_deref);
        NamePattern::new(parts.chain(values.part.as_deref().map(Some)))
    }

    /// Splits the template at its slashes; what is empty is left out.
    fn names(&self) -> impl Iterator<Item = &[TemplateToken]> {
        let names = self.0.split(|token| *token == TemplateToken::Separator);
        names.filter(|name| !name.is_empty())
    }
}

/// Fills one name, and cuts title and owner so that it fits: what tells recordings apart stays.
fn filled(tokens: &[TemplateToken], values: &TemplateValues, limit: NameLimit) -> Option<String> {
    let mut parts: Vec<(&TemplateToken, String)> = tokens
        .iter()
        .filter_map(|token| {
            let text = match token {
                TemplateToken::Text(text) => text.clone(),
                TemplateToken::Field(field) => super::clean_field(field.of(values)?)?,
                TemplateToken::Separator => return None,
            };
            Some((token, text))
        })
        .collect();
    trim_ends(&mut parts);
    let is = |field| move |token: &TemplateToken| *token == TemplateToken::Field(field);
    let (title, owner) = (is(TemplateField::Title), is(TemplateField::Owner));
    shorten(&mut parts, title, KEPT_OF_PART, limit);
    shorten(&mut parts, owner, KEPT_OF_PART, limit);
    let is_text = |token: &TemplateToken| matches!(token, TemplateToken::Text(_));
    shorten(&mut parts, is_text, KEPT_OF_PART, limit);
    shorten(&mut parts, title, 0, limit);
    shorten(&mut parts, owner, 0, limit);
    shorten(&mut parts, is_text, 0, limit);
    let filled: String = parts.into_iter().map(|(_, text)| text).collect();
    stem(filled.trim_matches(SEPARATORS), limit)
}

/// Removes separators that unknown fields leave over at both ends, before lengths are compared.
fn trim_ends(parts: &mut [(&TemplateToken, String)]) {
    if let Some((TemplateToken::Text(_), first)) = parts.first_mut() {
        *first = first.trim_start_matches(SEPARATORS).to_owned();
    }
    if let Some((TemplateToken::Text(_), last)) = parts.last_mut() {
        *last = last.trim_end_matches(SEPARATORS).to_owned();
    }
}

/// Cuts the parts that `may_cut` selects until all of them fit, but leaves `kept` units of each.
fn shorten(
    parts: &mut [(&TemplateToken, String)],
    may_cut: impl Fn(&TemplateToken) -> bool,
    kept: usize,
    limit: NameLimit,
) {
    let length: usize = parts.iter().map(|(_, text)| limit.length(text)).sum();
    let mut excess = length.saturating_sub(limit.units());
    for (token, text) in parts.iter_mut().rev() {
        if excess == 0 || !may_cut(token) {
            continue;
        }
        let before = limit.length(text);
        let units = before.saturating_sub(excess).max(kept.min(before));
        if units == before {
            continue;
        }
        let cut = limit
            .cut_to(text, units)
            .trim_end_matches(['.', ' '])
            .to_owned();
        *text = cut;
        excess = excess.saturating_sub(before - limit.length(text));
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut tokens = Vec::new();
        let mut text_run = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(|c| matches!(c, '{' | '}') || is_separator(c)) {
            let (before, from) = rest.split_at(at);
            text_run.push_str(before);
            if let Some(after) = from.strip_prefix(is_separator) {
                if !text_run.is_empty() {
                    tokens.push(TemplateToken::Text(std::mem::take(&mut text_run)));
                }
                tokens.push(TemplateToken::Separator);
                rest = after;
                continue;
            }
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                text_run.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let inner = from.strip_prefix('{').ok_or(TemplateError::Brace)?;
            let (name, after) = inner.split_once('}').ok_or(TemplateError::Brace)?;
            let name = name.trim();
            let field = TemplateField::ALL.iter().find(|(known, _)| *known == name);
            let (_, field) = field.ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            if !text_run.is_empty() {
                tokens.push(TemplateToken::Text(std::mem::take(&mut text_run)));
            }
            tokens.push(TemplateToken::Field(*field));
            rest = after;
        }
        text_run.push_str(rest);
        if !text_run.is_empty() {
            tokens.push(TemplateToken::Text(text_run));
        }
        let identifies = |token: &TemplateToken| {
            matches!(
                token,
                TemplateToken::Field(TemplateField::Title | TemplateField::Id)
            )
        };
        if !tokens.iter().any(identifies) {
            return Err(TemplateError::SameForAll);
        }
        Ok(Self(tokens))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|token| match token {
            TemplateToken::Text(text) => f.write_str(&text.replace('{', "{{").replace('}', "}}")),
            TemplateToken::Field(field) => write!(f, "{{{}}}", field.name()),
            TemplateToken::Separator => f.write_str("/"),
        })
    }
}

impl TryFrom<String> for Template {
    type Error = TemplateError;

    fn try_from(text: String) -> Result<Self, TemplateError> {
        text.parse()
    }
}

impl From<Template> for String {
    fn from(template: Template) -> Self {
        template.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn name_of(template: &str, values: &TemplateValues) -> String {
        let template = template.parse::<Template>().unwrap();
        template.name(values, NameLimit::default()).to_string()
    }

    fn values() -> TemplateValues {
        TemplateValues {
            title: Some("A/B: part 1".into()),
            owner: Some("Acme".into()),
            date: Some("2016-05-12".into()),
            id: "7".into(),
            quality: Some("720p".into()),
            part: None,
        }
    }

    #[test]
    fn fields_are_replaced_by_the_values_of_the_recording() {
        assert_eq!(
            name_of("{date} {title} [{id}]", &values()),
            "2016-05-12 A B part 1 [7]"
        );
        assert_eq!(name_of("{owner} - {title}", &values()), "Acme - A B part 1");
        assert_eq!(name_of("{id} {quality}", &values()), "7 720p");
        assert_eq!(name_of("{title}", &values()), "A B part 1");
        assert_eq!(name_of("{{{id}}}", &values()), "{7}");
    }

    #[test]
    fn unknown_fields_leave_no_separators_at_the_ends() {
        let unknown = TemplateValues {
            id: "7".into(),
            ..TemplateValues::default()
        };
        assert_eq!(name_of("{date} - {title}", &unknown), "ustream 7");
        assert_eq!(name_of("{owner} - {id} - {quality}", &unknown), "7");
    }

    #[test]
    fn a_long_title_leaves_room_for_the_number() {
        let long = TemplateValues {
            title: Some("long ".repeat(100)),
            ..values()
        };
        assert!(name_of("{id} {title}", &long).starts_with("7 long long"));
    }

    #[test]
    fn what_tells_recordings_apart_survives_a_long_title() {
        let long = TemplateValues {
            title: Some("Very long title 👩‍👩‍👧‍👦 ".repeat(30)),
            ..values()
        };
        for (template, end) in [
            ("{title} [{id}]", " [7]"),
            ("{title} {date} {quality}", " 2016-05-12 720p"),
            ("{owner} - {title} ({id})", " (7)"),
            ("{title} {title} {id}", " 7"),
        ] {
            let name = name_of(template, &long);
            assert!(name.ends_with(end), "{name}");
            let length = NameLimit::default().length(&name);
            assert!((141..=180).contains(&length), "{name}");
            assert!(!name.contains("\u{200d} "), "{name}");
        }
        let owner_too = TemplateValues {
            owner: Some("An owner with a name without end ".repeat(10)),
            ..long
        };
        let name = name_of("{owner} - {title} ({id})", &owner_too);
        assert!(
            name.contains(" - Very long title") && name.ends_with(" (7)"),
            "{name}"
        );
        let text = format!("{} {{title}} {{id}}", "x".repeat(300));
        assert!(name_of(&text, &owner_too).ends_with(" 7"));
    }

    #[test]
    fn a_short_limit_cuts_the_title_and_nothing_else() {
        let limit = NameLimit::Utf16(33);
        let long = TemplateValues {
            title: Some("語".repeat(100)),
            ..values()
        };
        let template: Template = "{date} {title} [{id}]".parse().unwrap();
        let name = template.name(&long, limit).stem;
        assert_eq!(name, format!("2016-05-12 {} [7]", "語".repeat(18)));
    }

    #[test]
    fn a_slash_makes_folders_that_stay_below_the_chosen_one() {
        for (template, expected) in [
            ("{owner}/{title}", "Acme/A B part 1"),
            (
                "{owner}/{date}/{id} {title}",
                "Acme/2016-05-12/7 A B part 1",
            ),
            ("/{owner}//{title}/", "Acme/A B part 1"),
            ("../../{title}", "A B part 1"),
            ("./{id}", "7"),
            ("{owner}/../{id}", "Acme/7"),
            ("con/{title}. /{id}", "con_/A B part 1/7"),
        ] {
            assert_eq!(name_of(template, &values()), expected, "{template}");
        }
        let hostile = TemplateValues {
            owner: Some("../../etc".into()),
            title: Some("..".into()),
            ..values()
        };
        assert_eq!(name_of("{owner}/{title}", &hostile), "etc/ustream 7");
        let unknown = TemplateValues {
            owner: None,
            ..values()
        };
        assert_eq!(name_of("{owner}/{title}", &unknown), "A B part 1");
        let template: Template = "{owner}/{title}".parse().unwrap();
        assert_eq!(template.to_string(), "{owner}/{title}");
        assert_eq!(template.depth(), 1);
    }

    #[test]
    fn a_typed_name_may_have_folders_too() {
        let typed = |text: &str| {
            let name = RelativeName::typed(text, NameLimit::default());
            name.map(|name| name.to_string())
        };
        assert_eq!(typed("talks/2020: one").as_deref(), Some("talks/2020 one"));
        assert_eq!(typed("../../x").as_deref(), Some("x"));
        assert_eq!(typed("../.."), None);
    }

    #[test]
    fn an_invalid_template_returns_the_reason() {
        let problem = |text: &str| text.parse::<Template>().unwrap_err();
        assert_eq!(problem("{titel}"), TemplateError::Unknown("titel".into()));
        assert!(
            problem("{titel}")
                .to_string()
                .contains("{titel} is not known: use {title}")
        );
        for text in ["{title", "title}", "}{title}", "{title} }"] {
            assert_eq!(problem(text), TemplateError::Brace, "{text}");
        }
        for text in ["", "film", "{date}", "{{title}}"] {
            assert_eq!(problem(text), TemplateError::SameForAll, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_template_survives_formatting_and_parsing(text in "[{}a-z ./-]{0,20}(\\{title\\})?[{}a-z]{0,6}") {
            if let Ok(template) = text.parse::<Template>() {
                prop_assert_eq!(template.to_string().parse::<Template>(), Ok(template.clone()));
                let name = template.name(&values(), NameLimit::default());
                prop_assert!(!name.stem.is_empty());
                prop_assert!(name.folders.iter().all(|folder| !matches!(folder.as_str(), "" | "." | "..")));
            }
        }
    }
}
