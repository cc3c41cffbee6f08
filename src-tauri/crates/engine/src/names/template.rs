//! What files are called where a person names them all at once: `{date} {title}`.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};
use ustream::{Recording, Rendition};

use super::stem;

/// What remains of a template where a part of it is not known.
const SEPARATORS: [char; 6] = [' ', '-', '–', '_', ',', '.'];

/// A name of files, without their ending, that has fields of the recording in braces.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Template(Vec<TemplateToken>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum TemplateToken {
    Text(String),
    Field(TemplateField),
}

/// What a recording is told apart by.
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
        let named = Self::ALL.iter().find(|(_, field)| *field == self);
        // The list above holds every field.
        named.map_or("title", |(name, _)| name)
    }

    fn of(self, facts: &TemplateValues) -> Option<&str> {
        match self {
            Self::Title => facts.title.as_deref(),
            Self::Owner => facts.owner.as_deref(),
            Self::Date => facts.date.as_deref(),
            Self::Id => Some(&facts.id),
            Self::Quality => facts.quality.as_deref(),
        }
    }
}

/// What a recording is called by.
#[derive(Clone, Debug, Default)]
pub(crate) struct TemplateValues {
    title: Option<String>,
    owner: Option<String>,
    date: Option<String>,
    id: String,
    quality: Option<String>,
}

impl TemplateValues {
    /// What is known of a recording, and of the rendition that is saved.
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
}

/// Why a text is no template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TemplateError {
    /// A field that no recording has.
    #[error("{{{0}}} is not known: use {{title}}, {{owner}}, {{date}}, {{id}} or {{quality}}")]
    Unknown(String),
    /// A brace has no partner.
    #[error("a brace is not closed, or not opened; write a brace of the name itself twice")]
    Brace,
    /// All files would have the same name.
    #[error("a name without {{title}} or {{id}} is the same for many files")]
    SameForAll,
}

impl Default for Template {
    /// The title alone.
    fn default() -> Self {
        Self(vec![TemplateToken::Field(TemplateField::Title)])
    }
}

impl Template {
    /// The name of a file that nobody has saved, to be shown beside the template.
    pub fn example(&self) -> String {
        self.stem(&TemplateValues {
            title: Some("Launch day".to_owned()),
            owner: Some("Acme Space".to_owned()),
            date: Some("2016-05-12".to_owned()),
            id: "112470631".to_owned(),
            quality: Some("720p".to_owned()),
        })
    }

    /// The name of a recording's file; where nothing is left of it, the title or the number.
    pub(crate) fn stem(&self, facts: &TemplateValues) -> String {
        let filled: String = self
            .0
            .iter()
            .filter_map(|part| match part {
                TemplateToken::Text(text) => Some(text.clone()),
                // Cut and cleaned one by one, so that a long title leaves room for the others.
                TemplateToken::Field(field) => stem(field.of(facts)?),
            })
            .collect();
        stem(filled.trim_matches(SEPARATORS))
            .or_else(|| facts.title.as_deref().and_then(stem))
            .unwrap_or_else(|| format!("ustream {}", facts.id))
    }
}

impl FromStr for Template {
    type Err = TemplateError;

    fn from_str(text: &str) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(at) = rest.find(['{', '}']) {
            let (before, from) = rest.split_at(at);
            plain.push_str(before);
            if let Some(after) = from.strip_prefix("{{").or_else(|| from.strip_prefix("}}")) {
                plain.push_str(&from[..1]);
                rest = after;
                continue;
            }
            let inner = from.strip_prefix('{').ok_or(TemplateError::Brace)?;
            let (name, after) = inner.split_once('}').ok_or(TemplateError::Brace)?;
            let name = name.trim();
            let field = TemplateField::ALL.iter().find(|(known, _)| *known == name);
            let (_, field) = field.ok_or_else(|| TemplateError::Unknown(name.to_owned()))?;
            if !plain.is_empty() {
                parts.push(TemplateToken::Text(std::mem::take(&mut plain)));
            }
            parts.push(TemplateToken::Field(*field));
            rest = after;
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            parts.push(TemplateToken::Text(plain));
        }
        let tells = |part: &TemplateToken| {
            matches!(
                part,
                TemplateToken::Field(TemplateField::Title | TemplateField::Id)
            )
        };
        if !parts.iter().any(tells) {
            return Err(TemplateError::SameForAll);
        }
        Ok(Self(parts))
    }
}

impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|part| match part {
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

    fn named(template: &str, facts: &TemplateValues) -> String {
        template.parse::<Template>().unwrap().stem(facts)
    }

    fn facts() -> TemplateValues {
        TemplateValues {
            title: Some("A/B: part 1".into()),
            owner: Some("Acme".into()),
            date: Some("2016-05-12".into()),
            id: "7".into(),
            quality: Some("720p".into()),
        }
    }

    #[test]
    fn the_fields_of_a_recording_make_its_name() {
        assert_eq!(
            named("{date} {title} [{id}]", &facts()),
            "2016-05-12 A B part 1 [7]"
        );
        assert_eq!(named("{owner} - {title}", &facts()), "Acme - A B part 1");
        assert_eq!(named("{id} {quality}", &facts()), "7 720p");
        assert_eq!(Template::default().stem(&facts()), "A B part 1");
        assert_eq!(named("{{{id}}}", &facts()), "{7}");
    }

    #[test]
    fn what_is_not_known_leaves_nothing_at_the_ends() {
        let unknown = TemplateValues {
            id: "7".into(),
            ..TemplateValues::default()
        };
        assert_eq!(named("{date} - {title}", &unknown), "ustream 7");
        assert_eq!(named("{owner} - {id} - {quality}", &unknown), "7");
    }

    #[test]
    fn a_long_title_leaves_room_for_the_number() {
        let long = TemplateValues {
            title: Some("long ".repeat(100)),
            ..facts()
        };
        assert!(named("{id} {title}", &long).starts_with("7 long long"));
    }

    #[test]
    fn a_template_that_cannot_work_says_why() {
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
        fn a_template_is_written_as_it_is_read(text in "[{}a-z -]{0,20}(\\{title\\})?[{}a-z]{0,6}") {
            if let Ok(template) = text.parse::<Template>() {
                prop_assert_eq!(template.to_string().parse::<Template>(), Ok(template.clone()));
                prop_assert!(!template.stem(&facts()).is_empty());
            }
        }
    }
}
