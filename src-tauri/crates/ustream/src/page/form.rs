//! Reads the sign-up form on a page: inputs named `fields[…]` (observed).

use std::collections::HashMap;

use scraper::ElementRef;

use crate::{FormField, lenient_json};

/// Most fields that are read.
const MAX_FIELDS: usize = 50;

/// Most labels that are read.
const MAX_LABELS: usize = 500;

/// Longest field name that is accepted.
const MAX_NAME_BYTES: usize = 200;

/// How many ancestors of a field are searched for a label.
const MAX_LABEL_ANCESTORS: usize = 20;

/// Returns the visible fields in the order of the page; `None` if there is no form.
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

/// Returns the name of a visible field.
fn name(element: ElementRef<'_>) -> Option<&str> {
    let input = element.value();
    let is_input = matches!(input.name(), "input" | "select" | "textarea");
    let is_visible = !matches!(input.attr("type"), Some("hidden" | "submit" | "button"));
    if !is_input || !is_visible {
        return None;
    }
    let name = input
        .attr("name")?
        .strip_prefix("fields[")?
        .strip_suffix(']')?;
    // The name is sent unchanged, and printed if the field has no label.
    let is_printable = !name.chars().any(char::is_control);
    (is_printable && (1..=MAX_NAME_BYTES).contains(&name.len())).then_some(name)
}

fn field(element: ElementRef<'_>, name: &str, labels: &HashMap<&str, String>) -> FormField {
    let input = element.value();
    let enclosing_label = || {
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
        .or_else(enclosing_label)
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

/// Returns the text of a label, limited because a label may enclose the whole page.
fn label_text(element: ElementRef<'_>) -> String {
    const MAX_TEXTS: usize = 100;
    const MAX_TEXT_CHARS: usize = 1000;
    let texts = element.text().take(MAX_TEXTS);
    let text: String = texts
        .flat_map(|text| text.chars().take(MAX_TEXT_CHARS))
        .collect();
    lenient_json::clean_text(&text)
}
