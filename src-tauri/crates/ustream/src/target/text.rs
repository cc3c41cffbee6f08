//! Finds URLs in any text: sentences, HTML, Markdown, JSON, other URLs.

use std::path::PathBuf;

use percent_encoding::percent_decode_str;
use url::Url;

use super::address;
use crate::{Target, TargetError, hosts};

/// Ending of the files in which browsers export conversations.
const SESSION_ENDING: &str = ".har";

/// Only this much of a text is searched.
const MAX_TEXT_BYTES: usize = 4 << 20;

/// Longest URL that is found.
const MAX_URL_BYTES: usize = 4096;

/// Longest host name (RFC 1035 2.3.4).
const MAX_HOST_BYTES: usize = 255;

/// Most candidates that are tried in one text.
const MAX_ADDRESSES: usize = 10_000;

/// How often a text is searched, percent-decoded once more each time: a URL may be inside a URL.
const MAX_ENCODING_DEPTH: usize = 3;

/// Returns the path of an HTTP Archive if the text is nothing else: a path, perhaps in quotes, or a
/// `file:` URL, as file managers copy them.
pub(super) fn session_file(text: &str) -> Option<PathBuf> {
    let text = text.trim().trim_matches(['"', '\'']);
    let is_one_line = text.len() <= MAX_URL_BYTES && !text.contains(['\n', '\r']);
    let has_ending = || text.to_ascii_lowercase().ends_with(SESSION_ENDING);
    if !is_one_line || !has_ending() {
        return None;
    }
    let path = match Url::parse(text) {
        Ok(url) if url.scheme() == "file" => url.to_file_path().ok()?,
        _ if text.contains("://") => return None,
        _ => PathBuf::from(text),
    };
    // A path of another computer: Windows would log in there.
    if path.to_string_lossy().starts_with("\\\\") {
        return None;
    }
    // The folder of the process may be another one when a job goes on.
    Some(std::path::absolute(&path).unwrap_or(path))
}

/// Returns the target of the first URL of the service in `text` that has one, else the page of the
/// first URL of another site.
pub(super) fn find_target(text: &str) -> Result<Target, TargetError> {
    let mut text = unescaped(bounded(text));
    let mut elsewhere = None;
    for _ in 0..MAX_ENCODING_DEPTH {
        for url in addresses(&text) {
            if let Some(target) = Target::of_url(&url) {
                return Ok(target);
            }
            let host = url.host_str().unwrap_or_default();
            if elsewhere.is_none() && !hosts::is_site(host) {
                elsewhere = Some(url);
            }
        }
        if !text.contains('%') {
            break;
        }
        // An encoded URL is a value in a query: it ends at the next parameter.
        let values = text.replace('&', " ");
        text = percent_decode_str(&values).decode_utf8_lossy().into_owned();
    }
    let elsewhere = elsewhere.ok_or(TargetError::NoLink)?;
    Ok(address::page(&elsewhere))
}

/// Returns all URLs in a text, in order.
pub(crate) fn urls(text: &str) -> impl Iterator<Item = Url> {
    let text = unescaped(bounded(text));
    // Collected, since the iterator borrows the local text.
    addresses(&text).collect::<Vec<_>>().into_iter()
}

/// Returns the part of the text that is searched.
fn bounded(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT_BYTES))
        .unwrap_or(text)
}

/// Undoes the escapes of HTML and JSON that occur in URLs.
fn unescaped(text: &str) -> String {
    [
        ("\\/", "/"),
        ("\\u002F", "/"),
        ("\\u0026", "&"),
        ("&#x2F;", "/"),
        ("&#47;", "/"),
        ("&#x3A;", ":"),
        ("&#58;", ":"),
        ("&quot;", "\""),
        ("&#34;", "\""),
        ("&#39;", "'"),
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
    ]
    .into_iter()
    .fold(text.to_owned(), |text, (escaped, plain)| {
        if text.contains(escaped) {
            text.replace(escaped, plain)
        } else {
            text
        }
    })
}

/// Returns all URLs in an unescaped text, in order.
fn addresses(text: &str) -> impl Iterator<Item = Url> + '_ {
    let mut before = None;
    text.char_indices()
        .filter_map(move |(at, character)| {
            let rest = text.get(at..)?;
            UrlStart::of(before.replace(character), rest).map(|start| (start, rest))
        })
        .take(MAX_ADDRESSES)
        .filter_map(|(start, rest)| start.address(candidate(rest)))
}

/// How a URL begins in text.
#[derive(Clone, Copy)]
enum UrlStart {
    /// `https://…`
    Scheme,
    /// `//…`, as in embed codes.
    Slashes,
    /// `video.ibm.com/…`, as typed by people.
    Host,
}

impl UrlStart {
    /// Returns how a URL begins at the start of `rest`; `None` if none does. `before` is the
    /// character before it.
    fn of(before: Option<char>, rest: &str) -> Option<Self> {
        if begins_with(rest, "https://") || begins_with(rest, "http://") {
            return Some(Self::Scheme);
        }
        if before.is_some_and(belongs_to_a_word) {
            return None;
        }
        if rest.starts_with("//") && before != Some(':') {
            return Some(Self::Slashes);
        }
        is_bare_host(rest).then_some(Self::Host)
    }

    fn address(self, candidate: &str) -> Option<Url> {
        let url = match self {
            Self::Scheme => Url::parse(candidate),
            Self::Slashes => Url::parse(&format!("https:{candidate}")),
            Self::Host => Url::parse(&format!("https://{candidate}")),
        };
        url.ok()
            .filter(|url| url.host_str().is_some_and(looks_like_a_host))
    }
}

/// Returns whether text begins with a host name that is meant as a URL: one of the service, one with
/// `www.`, or one with a path.
fn is_bare_host(rest: &str) -> bool {
    let end = rest
        .char_indices()
        .find(|&(at, c)| at >= MAX_HOST_BYTES || !(c.is_ascii_alphanumeric() || ".-".contains(c)))
        .map_or(rest.len(), |(at, _)| at);
    let (host, after) = rest.split_at(end);
    looks_like_a_host(host)
        && (hosts::is_site(host) || begins_with(host, "www.") || after.starts_with(['/', '@']))
}

/// Returns the longest prefix of `rest` that can be one URL.
fn candidate(rest: &str) -> &str {
    let end = rest
        .char_indices()
        .find(|&(at, character)| at >= MAX_URL_BYTES || ends_an_address(character))
        .map_or(rest.len(), |(at, _)| at);
    rest.get(..end)
        .unwrap_or_default()
        .trim_end_matches(['.', '!', '?', ':', '*', '_', '~', '&'])
}

/// Returns whether a character delimits URLs in text.
fn ends_an_address(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || "<>\"'`()[]{}|\\^,;".contains(character)
        || "«»‹›“”„‘’‚「」『』（）【】《》、。，；！？…".contains(character)
}

/// Returns whether a host name behind this character is part of a longer word, path or mail address.
fn belongs_to_a_word(character: char) -> bool {
    character.is_alphanumeric() || "./@-_%~+".contains(character)
}

/// Returns whether a host has a dot and a last label of letters, unlike `3.14` or an IP address.
fn looks_like_a_host(host: &str) -> bool {
    let host = host.strip_suffix('.').unwrap_or(host);
    host.rsplit_once('.').is_some_and(|(name, last)| {
        !name.is_empty()
            && last.len() > 1
            && (last.bytes().all(|byte| byte.is_ascii_alphabetic()) || last.starts_with("xn--"))
    })
}

fn begins_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|head| head.eq_ignore_ascii_case(start))
}
