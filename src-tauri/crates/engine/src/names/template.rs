//! Templates for file names, with fields of the recording in braces: `{date} {title}`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ustream::{Recording, Rendition};

use super::{NameLimit, stem};

/// Characters that are trimmed from the ends, where unknown fields leave them over.
const SEPARATORS: [char; 6] = [' ', '-', '–', '_', ',', '.'];

/// A file name without extension, with fields of the recording in braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<TemplateToken>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplateToken {
    Text(String),
    Field(TemplateField),
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
}

impl TemplateValues {
    /// Takes the values from a recording and the rendition that is saved.
    pub(crate) fn of(recording: &Recording, rendition: Option<&Rendition>) -> Self {
        let date = recording
            .date_unix_s
            .and_then(|date| Timestamp::from_second(date).ok())
            .map(|time| time.to_zoned(TimeZone::system()).date().to_string());
        let quality = rendition.map(|rendition| match rendition.height {
            Some(lines) => format!("{lines}p"),
            None => "audio".to_owned(),
        });
        Self {
            title: recording.title.clone(),
            owner: recording.owner.clone(),
            date,
            id: recording.id.to_string(),
            quality,
        }
    }

    /// Returns the name of a recording of whose title no usable character is left.
    pub(crate) fn fallback(&self) -> String {
        format!("ustream {}", self.id)
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
        };
        self.stem(&values, NameLimit::default())
    }

    /// Returns the file name for a recording, no longer than `limit`; if nothing is left of it, the
    /// title or the id.
    pub(crate) fn stem(&self, values: &TemplateValues, limit: NameLimit) -> String {
        let stem = |text: &str| stem(text, limit);
        let filled: String = self
            .0
            .iter()
            .filter_map(|token| match token {
                TemplateToken::Text(text) => Some(text.clone()),
                // Each field is shortened on its own, so that a long title leaves room for others.
                TemplateToken::Field(field) => stem(field.of(values)?),
            })
            .collect();
        stem(filled.trim_matches(SEPARATORS))
            .or_else(|| stem(values.title.as_deref()?))
            .unwrap_or_else(|| values.fallback())
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut tokens = Vec::new();
        let mut text_run = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            text_run.push_str(before);
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
        template
            .parse::<Template>()
            .unwrap()
            .stem(values, NameLimit::default())
    }

    fn values() -> TemplateValues {
        TemplateValues {
            title: Some("A/B: part 1".into()),
            owner: Some("Acme".into()),
            date: Some("2016-05-12".into()),
            id: "7".into(),
            quality: Some("720p".into()),
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
        assert_eq!(
            Template::default().stem(&values(), NameLimit::default()),
            "A B part 1"
        );
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
        fn a_template_survives_formatting_and_parsing(text in "[{}a-z -]{0,20}(\\{title\\})?[{}a-z]{0,6}") {
            if let Ok(template) = text.parse::<Template>() {
                prop_assert_eq!(template.to_string().parse::<Template>(), Ok(template.clone()));
                prop_assert!(!template.stem(&values(), NameLimit::default()).is_empty());
            }
        }
    }
}
