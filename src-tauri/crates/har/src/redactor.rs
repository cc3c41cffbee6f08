//! Replaces the secrets of an archive by placeholders.

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::model::{Entry, Har};
use crate::placeholders::{Kind, Placeholders};
use crate::replacer::Replacer;
use crate::scan::Scanner;

pub use crate::scan::{is_secret_name, is_token_segment};

/// What URLs and forms leave as it is (RFC 3986 2.3).
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Shortest secret of the caller that is hidden in the middle of other texts.
const MIN_KNOWN_CHARACTERS: usize = 3;

/// Replaces secrets by placeholders: passwords, answers to forms, tokens, cookies, e-mail and IP
/// addresses, and on demand titles. Ids and the hashes of segments stay.
///
/// The same secret has the same placeholder everywhere, so that the conversation can be replayed.
#[derive(Clone, Debug, Default)]
pub struct Redactor {
    placeholders: Placeholders,
    hides_titles: bool,
}

/// How many different values were hidden.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Passwords, tokens, cookies, answers to forms.
    pub secrets: usize,
    /// E-mail addresses.
    pub emails: usize,
    /// IP addresses.
    pub addresses: usize,
    /// Titles and descriptions.
    pub titles: usize,
}

impl Redactor {
    /// Creates a redactor that also hides titles if `hides_titles`.
    pub fn new(hides_titles: bool) -> Self {
        Self {
            placeholders: Placeholders::default(),
            hides_titles,
        }
    }

    /// Adds a secret that is known: it is hidden wherever it occurs.
    pub fn add_secret(&mut self, secret: &str) {
        if secret.chars().count() >= MIN_KNOWN_CHARACTERS {
            self.placeholders.everywhere(Kind::Secret, secret);
        }
    }

    /// Hides the secrets of an archive.
    pub fn redact(&mut self, har: &mut Har) -> Hidden {
        // The secrets are found by their places first, then hidden in all other places.
        let mut scanner = Scanner {
            placeholders: &mut self.placeholders,
            hides_titles: self.hides_titles,
            depth: 0,
        };
        for entry in &mut har.log.entries {
            by_place(entry, &mut scanner);
        }
        if let Some(report) = &mut har.log.report {
            report.link = scanner.url(&report.link);
            let notes = report.notes.iter_mut().map(|note| &mut note.text);
            let texts = report.settings.iter_mut().chain(&mut report.error);
            for text in texts.chain(notes) {
                *text = scanner.text(text);
            }
        }
        self.everywhere(har);
        Hidden {
            secrets: self.placeholders.count(Kind::Secret),
            emails: self.placeholders.count(Kind::Email),
            addresses: self.placeholders.count(Kind::Address),
            titles: self.placeholders.count(Kind::Title),
        }
    }

    fn everywhere(&self, har: &mut Har) {
        let mut replacer = Replacer::default();
        for (value, placeholder) in self.placeholders.replacements() {
            for encoded in encodings(value) {
                replacer.add(encoded, placeholder.to_owned());
            }
        }
        let hide = |text: &mut String| {
            if let Some(hidden) = replacer.replace(text) {
                *text = hidden;
            }
        };
        for entry in &mut har.log.entries {
            texts(entry).for_each(hide);
        }
        if let Some(report) = &mut har.log.report {
            let notes = report.notes.iter_mut().map(|note| &mut note.text);
            let texts = report.settings.iter_mut().chain(&mut report.error);
            texts.chain(notes).chain([&mut report.link]).for_each(hide);
        }
    }
}

/// Hides what is a secret by its place.
fn by_place(entry: &mut Entry, scanner: &mut Scanner<'_>) {
    let (request, response) = (&mut entry.request, &mut entry.response);
    request.url = scanner.url(&request.url);
    response.redirect_url = scanner.url(&response.redirect_url);
    for header in request.headers.iter_mut().chain(&mut response.headers) {
        header.value = scanner.header(&header.name, &header.value);
    }
    if let Some(post) = &mut request.post_data {
        post.text = if post
            .mime_type
            .starts_with("application/x-www-form-urlencoded")
        {
            scanner.form(&post.text)
        } else {
            scanner.text(&post.text)
        };
    }
    if response.content.encoding.is_none()
        && let Some(text) = &mut response.content.text
    {
        *text = scanner.text(text);
    }
    for message in entry.web_socket_messages.iter_mut().flatten() {
        if message.opcode == 1 {
            message.data = scanner.text(&message.data);
        } else if let Some(text) = message.received_text() {
            // A text that came as binary data.
            message.data = scanner.text(&text);
            message.opcode = 1;
        }
    }
    for text in entry.comment.iter_mut().chain(&mut response.error) {
        *text = scanner.text(text);
    }
}

/// Returns all texts of an entry that may hold a secret.
fn texts(entry: &mut Entry) -> impl Iterator<Item = &mut String> {
    let (request, response) = (&mut entry.request, &mut entry.response);
    let headers = request.headers.iter_mut().chain(&mut response.headers);
    let messages = entry.web_socket_messages.iter_mut().flatten();
    let is_text = response.content.encoding.is_none();
    headers
        .map(|header| &mut header.value)
        .chain([&mut request.url, &mut response.redirect_url])
        .chain(request.post_data.iter_mut().map(|post| &mut post.text))
        .chain(response.content.text.iter_mut().filter(move |_| is_text))
        .chain(&mut response.error)
        .chain(&mut entry.comment)
        .chain(messages.map(|message| &mut message.data))
}

/// Returns a value as it may be written in URLs, forms, JSON, HTML and headers.
fn encodings(value: &str) -> Vec<String> {
    let percent = utf8_percent_encode(value, UNRESERVED).to_string();
    let strict = utf8_percent_encode(value, NON_ALPHANUMERIC).to_string();
    let json = serde_json::Value::from(value).to_string();
    let json = json.trim_matches('"').to_owned();
    let json_slashes = json.replace('/', "\\/");
    let nested = serde_json::Value::from(json.as_str()).to_string();
    let html = value
        .replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('<', "&lt;")
        .replace('>', "&gt;");
    let ascii_json = ascii_json(value);
    let ascii_slashes = ascii_json.replace('/', "\\/");
    let ascii_upper = upper_escapes(&ascii_json);
    let mut all = vec![
        value.to_owned(),
        lower_escapes(&percent),
        percent.replace("%20", "+"),
        percent.clone(),
        lower_escapes(&strict),
        strict.replace("%20", "+"),
        strict,
        utf8_percent_encode(&percent, UNRESERVED).to_string(),
        json,
        json_slashes,
        nested.trim_matches('"').to_owned(),
        upper_escapes(&ascii_slashes),
        ascii_slashes,
        ascii_upper,
        ascii_json,
        html.replace('\'', "&#39;"),
        html.replace('\'', "&#039;"),
        html.replace('\'', "&apos;"),
        html,
    ];
    // The encodings of shorter values occur by chance.
    if value.len() >= 6 {
        all.extend([
            BASE64_STANDARD.encode(value),
            BASE64_STANDARD_NO_PAD.encode(value),
            BASE64_URL_SAFE_NO_PAD.encode(value),
        ]);
    }
    all.sort_unstable();
    all.dedup();
    all
}

/// Returns percent-encoded text with lower hexadecimal digits.
fn lower_escapes(encoded: &str) -> String {
    with_escapes(encoded, ("%", 2), str::to_lowercase)
}

/// Returns JSON whose escapes have upper hexadecimal digits.
fn upper_escapes(json: &str) -> String {
    with_escapes(json, ("\\u", 4), str::to_uppercase)
}

/// Returns a text in which the so many digits behind each `mark` are changed.
fn with_escapes(text: &str, (mark, digits): (&str, usize), change: fn(&str) -> String) -> String {
    let mut parts = text.split(mark);
    let mut changed = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (digits, rest) = part.split_at_checked(digits).unwrap_or((part, ""));
        changed.push_str(mark);
        changed.push_str(&change(digits));
        changed.push_str(rest);
    }
    changed
}

/// Returns a value as JSON of ASCII characters alone has it.
fn ascii_json(value: &str) -> String {
    use std::fmt::Write as _;
    let mut out = String::new();
    for unit in value.encode_utf16() {
        match u8::try_from(unit).map(char::from) {
            Ok(letter @ ('"' | '\\')) => out.extend(['\\', letter]),
            Ok(letter) if letter.is_ascii() && !letter.is_ascii_control() => out.push(letter),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "\\u{unit:04x}")),
        }
    }
    out
}

#[cfg(test)]
mod tests;
