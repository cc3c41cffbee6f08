//! The sign-up form in front of a channel ("registration gate"): the request and its response.
//!
//! The response holds a `hash`, any JSON, which is passed on unchanged to the list of recordings and
//! to the control connection: its parts are signed. The service documents the content of a hash
//! ("viewer authentication"). The URLs and the names `hash` and `videosData` are known from a
//! working client; the rest of the responses, a refusal above all, is not known.

use serde::Deserialize;
use serde_json::Value;
use serde_json::value::RawValue;

use crate::api::ListedRecording;
use crate::{Access, ChannelId, Error, FormField, Lock, lenient_json};

/// The host of the website when the form was made; tried after the current one.
pub(crate) const OLD_HOST: &str = "www.ustream.tv";

/// Name of the form in errors.
const WHAT: &str = "the sign-up form";

/// Longest hash that is accepted; documented ones are far shorter.
const MAX_HASH_BYTES: usize = 64 << 10;

pub(crate) fn save_url(host: &str, channel: ChannelId) -> String {
    format!("https://{host}/ajax/viewer-registration/save/{channel}/channel/{channel}.json")
}

pub(crate) fn content_url(host: &str, channel: ChannelId) -> String {
    format!("https://{host}/ajax/viewing-experience/channel/{channel}/content.json")
}

/// Returns the fields of most forms, for pages that do not show their own.
pub(crate) fn default_fields() -> Vec<FormField> {
    [
        ("name", true),
        ("email", true),
        ("company", false),
        ("role", false),
        ("phone", false),
    ]
    .map(|(name, required)| FormField {
        name: name.into(),
        label: name.into(),
        required,
    })
    .into()
}

/// Builds the request body as pairs of `fields[name]` and value. Fails with [`Lock::Form`] if a
/// required answer is missing.
///
/// Answers to unknown fields are sent too: the page may not show all fields.
pub(crate) fn fill(fields: &[FormField], access: &Access) -> Result<Vec<(String, String)>, Error> {
    let mut filled = Vec::with_capacity(fields.len());
    for field in fields {
        let own = access
            .form
            .get(&field.name)
            .filter(|answer| !answer.trim().is_empty());
        let answer = match own {
            Some(answer) => answer.clone(),
            None if access.form_defaults => placeholder(&field.name).to_owned(),
            None if field.required => {
                return Err(Error::Locked(Lock::Form {
                    fields: fields.to_vec(),
                }));
            }
            None => String::new(),
        };
        filled.push((format!("fields[{}]", field.name), answer));
    }
    let others = access
        .form
        .iter()
        .filter(|(name, _)| fields.iter().all(|f| f.name != **name));
    filled.extend(others.map(|(name, answer)| (format!("fields[{name}]"), answer.clone())));
    Ok(filled)
}

/// Returns a neutral answer; `example.com` is reserved (RFC 2606 3).
fn placeholder(name: &str) -> &'static str {
    let name = name.to_ascii_lowercase();
    if name.contains("mail") {
        "viewer@example.com"
    } else if name.contains("phone") {
        "0000000000"
    } else if name.contains("name") {
        "Viewer"
    } else {
        "-"
    }
}

/// The response to the form.
#[derive(Debug, PartialEq, Eq)]
pub enum FormReply {
    /// The hash, as the JSON text in which it came.
    Hash(String),
    /// The form was refused, with the service's words.
    Refused(String),
}

/// Reads the response to the form. Fails if it is not JSON.
pub fn reply(body: &[u8]) -> Result<FormReply, Error> {
    #[derive(Deserialize)]
    struct SaveResponse<'a> {
        #[serde(borrow)]
        hash: Option<&'a RawValue>,
    }
    let hash = lenient_json::with_text(body, WHAT, |text| {
        let saved: SaveResponse<'_> = serde_json::from_str(text)?;
        Ok(saved.hash.map(RawValue::get).and_then(valid_hash))
    });
    if let Ok(Some(hash)) = hash {
        return Ok(FormReply::Hash(hash));
    }
    let answer = lenient_json::read(body, WHAT)?;
    Ok(FormReply::Refused(refusal(&answer)))
}

fn valid_hash(text: &str) -> Option<String> {
    let is_one = !matches!(text, "null" | "false" | "\"\"") && text.len() <= MAX_HASH_BYTES;
    is_one.then(|| text.to_owned())
}

/// Collects the texts of a refusal, whose form is not known.
fn refusal(answer: &Value) -> String {
    const MAX_DEPTH: usize = 4;
    let mut texts = Vec::new();
    collect_texts(answer, MAX_DEPTH, &mut texts);
    let words = lenient_json::clean_text(&texts.join(" "));
    if words.is_empty() {
        lenient_json::clean_text(&answer.to_string())
    } else {
        words
    }
}

fn collect_texts<'a>(value: &'a Value, depth: usize, texts: &mut Vec<&'a str>) {
    let inner: Vec<&Value> = match value {
        Value::String(text) => return texts.push(text),
        Value::Array(items) if depth > 0 => items.iter().collect(),
        Value::Object(members) if depth > 0 => members.values().collect(),
        _ => return,
    };
    for value in inner {
        collect_texts(value, depth - 1, texts);
    }
}

/// Reads the list of recordings behind the form, newest first. Anything else is an empty list.
pub fn content(body: &[u8]) -> Vec<ListedRecording> {
    let Ok(answer) = lenient_json::read(body, "the list behind the form") else {
        return Vec::new();
    };
    let videos = answer.pointer("/exposedVariables/videosData/videos");
    let videos = videos.map(lenient_json::items).unwrap_or_default();
    videos
        .into_iter()
        .filter_map(ListedRecording::read)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::RecordingId;

    fn payload(name: &str) -> Vec<u8> {
        let folder = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/protocol"
        );
        std::fs::read(std::path::Path::new(folder).join(name)).unwrap()
    }

    fn access(answers: &[(&str, &str)], form_defaults: bool) -> Access {
        let form = answers
            .iter()
            .map(|(name, answer)| ((*name).into(), (*answer).into()));
        Access {
            form: form.collect(),
            form_defaults,
            ..Access::default()
        }
    }

    #[test]
    fn a_missing_required_answer_reports_all_fields() {
        for answers in [
            &[][..],
            &[("name", "Ann")],
            &[("name", "Ann"), ("email", " ")],
        ] {
            let Err(Error::Locked(Lock::Form { fields })) =
                fill(&default_fields(), &access(answers, false))
            else {
                panic!("{answers:?}");
            };
            assert_eq!(fields, default_fields());
        }
    }

    #[test]
    fn placeholders_are_sent_only_if_requested() {
        let answers = [
            ("name", "Ann"),
            ("email", "ann@example.org"),
            ("city", "Graz"),
        ];
        let filled = fill(&default_fields(), &access(&answers, false)).unwrap();
        let expected = [
            ("fields[name]", "Ann"),
            ("fields[email]", "ann@example.org"),
            ("fields[company]", ""),
            ("fields[role]", ""),
            ("fields[phone]", ""),
            ("fields[city]", "Graz"),
        ];
        assert_eq!(
            filled,
            expected.map(|(name, answer)| (name.into(), answer.into()))
        );
        let filled = fill(&default_fields(), &access(&[("name", "Ann")], true)).unwrap();
        assert_eq!(filled[0].1, "Ann");
        assert_eq!(filled[1].1, "viewer@example.com");
        assert!(filled.iter().all(|(_, answer)| !answer.is_empty()));
    }

    #[test]
    fn the_hash_is_passed_on_unchanged() {
        let reply_of = |body: &str| reply(body.as_bytes()).unwrap();
        let odd = r#"{"success":true,"hash":[ {"b": 1.50}, {"a":"\u00e9"} ]}"#;
        assert_eq!(
            reply_of(odd),
            FormReply::Hash(r#"[ {"b": 1.50}, {"a":"\u00e9"} ]"#.into())
        );
        assert_eq!(
            reply_of(r#"{"hash":"x"}"#),
            FormReply::Hash(r#""x""#.into())
        );
        let recorded = reply(&payload("reconstructed-viewer-registration-save.json")).unwrap();
        assert!(matches!(recorded, FormReply::Hash(hash) if hash.starts_with('[')));
    }

    #[test]
    fn a_response_without_a_hash_is_a_refusal() {
        let body = br#"{"success":false,"errors":{"email":"Please enter a valid e-mail."}}"#;
        assert_eq!(
            reply(body).unwrap(),
            FormReply::Refused("Please enter a valid e-mail.".into())
        );
        assert_eq!(
            reply(br#"{"hash":null}"#).unwrap(),
            FormReply::Refused(r#"{"hash":null}"#.into())
        );
        assert_eq!(reply(b"[]").unwrap(), FormReply::Refused("[]".into()));
        assert!(matches!(reply(b"<html>"), Err(Error::Malformed { .. })));
    }

    #[test]
    fn the_list_behind_the_form_names_the_newest_first() {
        let ids = content(&payload("reconstructed-viewing-experience-content.json"));
        assert_eq!(ids, [ListedRecording::of_id(RecordingId(112_470_631))]);
        assert!(content(b"{}").is_empty());
        assert!(content(b"<html>").is_empty());
    }
}
