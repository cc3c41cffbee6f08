//! Shows URLs and JSON in log lines without the secrets in them: tokens, signatures, passwords,
//! answers to forms.

use std::fmt::{self, Display, Formatter};

use serde_json::Value;
use url::Url;

/// What stands in place of a secret.
const HIDDEN: &str = "…";

/// Most characters of a text in a log line.
const MAX_CHARACTERS: usize = 4_000;

/// A URL without the values of its query, and without names and passwords.
///
/// Path segments with a `=` or `~` are hidden, too: some CDNs put their tokens there.
#[derive(Clone, Copy, Debug)]
pub struct RedactedUrl<'a>(pub &'a Url);

impl Display for RedactedUrl<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let url = self.0;
        write!(
            out,
            "{}://{}",
            url.scheme(),
            url.host_str().unwrap_or_default()
        )?;
        if let Some(port) = url.port() {
            write!(out, ":{port}")?;
        }
        out.write_str(&redact_path(url.path()))?;
        for (place, pair) in url
            .query()
            .into_iter()
            .flat_map(|it| it.split('&'))
            .enumerate()
        {
            let mark = if place == 0 { '?' } else { '&' };
            match pair.split_once('=') {
                Some((name, _)) => write!(out, "{mark}{name}={HIDDEN}")?,
                // A value without a name.
                None => write!(out, "{mark}{HIDDEN}")?,
            }
        }
        Ok(())
    }
}

/// A text of the service in one line, of limited length. In JSON, the values of secret names and
/// the secrets of URLs and paths are hidden. Of other text only the length is shown.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RedactedText<'a>(pub(crate) &'a str);

impl Display for RedactedText<'_> {
    fn fmt(&self, out: &mut Formatter<'_>) -> fmt::Result {
        let Ok(mut value) = serde_json::from_str::<Value>(self.0) else {
            return write!(out, "{} bytes, not JSON", self.0.len());
        };
        redact(&mut value);
        let text = value.to_string();
        match text.char_indices().nth(MAX_CHARACTERS) {
            Some((end, _)) => write!(out, "{}… ({} bytes)", &text[..end], self.0.len()),
            None => out.write_str(&text),
        }
    }
}

/// Hides the secrets of a JSON value.
fn redact(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if har::is_secret_name(name) {
                    hide(member);
                } else {
                    redact(member);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(redact),
        Value::String(text) => redact_string(text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Hides a value; null, booleans and empty values stay visible.
fn hide(value: &mut Value) {
    let is_empty = match value {
        Value::Null | Value::Bool(_) => true,
        Value::Number(_) => false,
        Value::String(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
    };
    if !is_empty {
        *value = Value::from(HIDDEN);
    }
}

fn redact_string(text: &mut String) {
    if let Ok(mut inner) = serde_json::from_str::<Value>(text)
        && (inner.is_object() || inner.is_array())
    {
        redact(&mut inner);
        *text = inner.to_string();
    } else if let Ok(url) = Url::parse(text)
        && url.has_host()
    {
        *text = RedactedUrl(&url).to_string();
    } else if text.contains('/') {
        let (path, query) = text.split_once('?').unwrap_or((text, ""));
        let mark = if query.is_empty() { "" } else { "?…" };
        *text = format!("{}{mark}", redact_path(path));
    }
}

/// Hides the segments of a path that hold a token: they have a `=` or `~`, as such or encoded.
pub(crate) fn redact_path(path: &str) -> String {
    let segments = path.split('/');
    let shown: Vec<_> = segments
        .map(|it| {
            if har::is_token_segment(it) {
                HIDDEN
            } else {
                it
            }
        })
        .collect();
    shown.join("/")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(url: &str) -> String {
        RedactedUrl(&Url::parse(url).unwrap()).to_string()
    }

    #[test]
    fn a_url_is_shown_without_what_only_the_person_may_know() {
        assert_eq!(
            shown("https://ada:sesame@cdn.example:8443/a/b.m4v?token=SECRET&cdn=uhs#SECRET"),
            "https://cdn.example:8443/a/b.m4v?token=…&cdn=…"
        );
        assert_eq!(
            shown("https://cdn.example/exp=1~hmac=SECRET/a/chunk_3_f68e3bc267.m4v"),
            "https://cdn.example/…/a/chunk_3_f68e3bc267.m4v"
        );
        assert_eq!(shown("https://video.ibm.com"), "https://video.ibm.com/");
        assert_eq!(
            shown("https://a.example/%7Eexp%3D1/b?SECRET&a=1"),
            "https://a.example/…/b?…&a=…"
        );
    }

    #[test]
    fn json_keeps_its_form_and_loses_its_secrets() {
        let frame = json!({
            "cmd": "connect",
            "args": [{
                "password": "SECRET", "hash": "[{\"user\":\"SECRET\"},{\"hash\":\"SECRET\"}]",
                "fields[email]": "SECRET", "viewerToken": 424_242, "media": 112_470_631,
                "referrer": "https://a.example/page?vt=SECRET", "hashes": { "0": "f68e3bc267" },
                "stream": [{ "url": "/playlist.m3u8?sgn=SECRET", "text": "{\"sessionId\":\"SECRET\"}" }],
                "ip": "SECRET", "rsid": "SECRET", "connectionId": "SECRET",
                "path": "exp=1~hmac=SECRET/vod/a", "host": "//cdn.example/~SECRET/b", "passwordLock": false, "locks": { "hash": null },
            }],
        });
        let shown = RedactedText(&frame.to_string()).to_string();
        assert!(
            !shown.contains("SECRET") && !shown.contains("424242"),
            "{shown}"
        );
        for kept in [
            "\"cmd\":\"connect\"",
            "\"media\":112470631",
            "\"hashes\":{\"0\":\"f68e3bc267\"}",
            "https://a.example/page?vt=…",
            "\"passwordLock\":false",
            "\"hash\":null",
            "\"path\":\"…/vod/a\"",
            "//cdn.example/…/b",
        ] {
            assert!(shown.contains(kept), "{kept} is not in {shown}");
        }
    }

    #[test]
    fn what_is_no_json_is_measured_and_what_is_long_is_cut() {
        assert_eq!(RedactedText("SECRET=1").to_string(), "8 bytes, not JSON");
        let long = format!("[\"{}\"]", "é".repeat(10_000));
        let shown = RedactedText(&long).to_string();
        assert!(shown.ends_with("… (20004 bytes)") && shown.chars().count() < 4_100);
    }
}
