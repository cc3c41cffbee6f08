//! The sign-up form on a page: inputs named `fields[…]`.

use std::collections::HashMap;

use scraper::ElementRef;

use crate::{FormField, lenient_json};

/// More than any owner asks for.
const MAX_FIELDS: usize = 50;

/// More than any page has.
const MAX_LABELS: usize = 500;

/// No form names a field at such length.
const MAX_NAME_BYTES: usize = 200;

/// A label stands closer around its field; a page may be nested without end.
const MAX_LABEL_ANCESTORS: usize = 20;

/// The fields a person must or may fill in, in the order of the page.
pub(super) fn read(elements: &[ElementRef<'_>]) -> Option<Vec<FormField>> {
    let labels: HashMap<&str, String> = elements
        .iter()
        .filter(|element| element.value().name() == "label")
        .take(MAX_LABELS)
        .filter_map(|label| Some((label.value().attr("for")?, label_text(*label))))
        .collect();
    let mut fields: Vec<FormField> = Vec::new();
    for element in elements {
        if fields.len() >= MAX_FIELDS {
            break;
        }
        let Some(name) = name(*element) else {
            continue;
        };
        let is_new = fields.iter().all(|known| known.name != name);
        if is_new {
            fields.push(field(*element, name, &labels));
        }
    }
    (!fields.is_empty()).then_some(fields)
}

/// Returns the name of a field that a person can see.
fn name(element: ElementRef<'_>) -> Option<&str> {
    let input = element.value();
    let is_input = matches!(input.name(), "input" | "select" | "textarea");
    let is_seen = !matches!(input.attr("type"), Some("hidden" | "submit" | "button"));
    if !is_input || !is_seen {
        return None;
    }
    let name = input
        .attr("name")?
        .strip_prefix("fields[")?
        .strip_suffix(']')?;
    // It is sent as it stands, and shown where it has no label.
    let is_shown = !name.chars().any(char::is_control);
    (is_shown && (1..=MAX_NAME_BYTES).contains(&name.len())).then_some(name)
}

fn field(element: ElementRef<'_>, name: &str, labels: &HashMap<&str, String>) -> FormField {
    let input = element.value();
    let around = || {
        let near = element.ancestors().take(MAX_LABEL_ANCESTORS);
        let parents = near.filter_map(ElementRef::wrap);
        parents
            .filter(|parent| parent.value().name() == "label")
            .map(label_text)
            .next()
    };
    let label = input
        .attr("id")
        .and_then(|id| labels.get(id).cloned())
        .or_else(around)
        .or_else(|| input.attr("placeholder").map(lenient_json::clean_text))
        .or_else(|| input.attr("aria-label").map(lenient_json::clean_text))
        .unwrap_or_default();
    let is_starred = label.ends_with('*');
    let label = label.trim_end_matches(['*', ':', ' ']);
    FormField {
        name: name.to_owned(),
        label: if label.is_empty() {
            name.to_owned()
        } else {
            label.to_owned()
        },
        required: is_starred
            || input.attr("required").is_some()
            || input.attr("aria-required") == Some("true"),
    }
}

/// The text of a label; what stands in it may be the whole page.
fn label_text(element: ElementRef<'_>) -> String {
    const MAX_TEXTS: usize = 100;
    const MAX_TEXT_CHARS: usize = 1000;
    let texts = element.text().take(MAX_TEXTS);
    let text: String = texts
        .flat_map(|text| text.chars().take(MAX_TEXT_CHARS))
        .collect();
    lenient_json::clean_text(&text)
}
