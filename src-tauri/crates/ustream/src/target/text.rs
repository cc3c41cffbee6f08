//! Digs addresses out of any text: a sentence, HTML, Markdown, JSON, another address.

use percent_encoding::percent_decode_str;
use url::Url;

use super::address;
use crate::{Target, TargetError, hosts};

/// More text than any page that people paste holds.
const MAX_TEXT_BYTES: usize = 4 << 20;

/// No address of the service comes near it.
const MAX_URL_BYTES: usize = 4096;

/// RFC 1035 2.3.4.
const MAX_HOST_BYTES: usize = 255;

/// As many addresses are tried in one text.
const MAX_ADDRESSES: usize = 10_000;

/// An address within an address within an address.
const MAX_ENCODING_DEPTH: usize = 3;

/// The first address of the service in `text` that points at something, else the first of another
/// site: its page may embed a player.
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
        // What is encoded is a value in a query: it ends where the query goes on.
        let values = text.replace('&', " ");
        text = percent_decode_str(&values).decode_utf8_lossy().into_owned();
    }
    let elsewhere = elsewhere.ok_or(TargetError::NoLink)?;
    Ok(address::page(&elsewhere))
}

/// Every web address of a text, in its order.
pub(super) fn urls(text: &str) -> impl Iterator<Item = Url> {
    let text = unescaped(bounded(text));
    // Collected, since they borrow from the text.
    addresses(&text).collect::<Vec<_>>().into_iter()
}

/// As much of the text as is looked at.
fn bounded(text: &str) -> &str {
    text.get(..text.floor_char_boundary(MAX_TEXT_BYTES))
        .unwrap_or(text)
}

/// Takes off what HTML and JSON put around the characters of an address.
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

/// All web addresses of a text, in its order.
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

/// How an address begins.
#[derive(Clone, Copy)]
enum UrlStart {
    /// `https://…`
    Scheme,
    /// `//…`, as embeds have it.
    Slashes,
    /// `video.ibm.com/…`, as people write it.
    Host,
}

impl UrlStart {
    /// How an address begins at the start of `rest`, if one does there.
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

/// Whether text begins with a host name that is meant as an address: the service's own, one with
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

/// The longest run from the start of `rest` that can be one address.
fn candidate(rest: &str) -> &str {
    let end = rest
        .char_indices()
        .find(|&(at, character)| at >= MAX_URL_BYTES || ends_an_address(character))
        .map_or(rest.len(), |(at, _)| at);
    rest.get(..end)
        .unwrap_or_default()
        .trim_end_matches(['.', '!', '?', ':', '*', '_', '~', '&'])
}

/// A character that stands around addresses in text, never in one.
fn ends_an_address(character: char) -> bool {
    character.is_whitespace()
        || character.is_control()
        || "<>\"'`()[]{}|\\^,;".contains(character)
        || "«»‹›“”„‘’‚「」『』（）【】《》、。，；！？…".contains(character)
}

/// A character before which a bare host name is part of a longer word, path or mail address.
fn belongs_to_a_word(character: char) -> bool {
    character.is_alphanumeric() || "./@-_%~+".contains(character)
}

/// At least one dot, and a last label of letters: neither `3.14` nor a number of the network.
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
