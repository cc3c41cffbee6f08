//! Finds secrets by their place in a text: members of JSON, queries of URLs, fields of forms, e-mail
//! and IP addresses. The text around them stays as it is, whatever its syntax errors: those may be
//! what the report is about.

use std::net::IpAddr;
use std::sync::LazyLock;

use percent_encoding::{NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};
use regex_lite::{Captures, Regex};

use crate::placeholders::{Kind, Placeholders};

/// Parts of names whose values are secrets, in lower case. The service's own names are in
/// `docs/protocol.md`; the others are what a company login or a CDN would use.
const SECRET_NAMES: [&str; 22] = [
    "password",
    "passwd",
    "pwd",
    "hash",
    "token",
    "secret",
    "sign",
    "sgn",
    "auth",
    "cookie",
    "session",
    "credential",
    "apikey",
    "api_key",
    "api-key",
    "csrf",
    "email",
    "user",
    "fields",
    "rpin",
    "rsid",
    "connectionid",
];

/// Names that are secrets only as a whole.
const SECRET_WORDS: [&str; 9] = [
    "hmac", "jwt", "key", "otp", "pass", "passcode", "pin", "sid", "sig",
];

/// The name of the person's own address, which the service sends back.
const ADDRESS_NAME: &str = "ip";

/// A name that contains one of [`SECRET_NAMES`], but only says where segments are.
const SEGMENT_HASHES: &str = "hashes";

/// Names below secret ones whose values say what kind of lock it is.
const LOCK_NAMES: [&str; 3] = ["auth_method", "authmethod", "type"];

/// Names of titles and the like, in lower case.
const TITLE_NAMES: [&str; 10] = [
    "title",
    "channeltitle",
    "description",
    "keywords",
    "tags",
    "username",
    "screenname",
    "og:title",
    "og:description",
    "twitter:title",
];

/// Names in queries whose values are no secrets: the service's own, and those of its players.
const OPEN_QUERY_NAMES: [&str; 34] = [
    "appid",
    "application",
    "appversion",
    "autoplay",
    "cid",
    "cluster",
    "detail_level",
    "end",
    "format",
    "height",
    "html5ui",
    "id",
    "isoffairrecorded",
    "lang",
    "language",
    "media",
    "p",
    "page",
    "pagesize",
    "quality",
    "range",
    "referrer",
    "sort",
    "start",
    "t",
    "time",
    "type",
    "url",
    "v",
    "version",
    "vid",
    "viewerid",
    "wmode",
    "width",
];

/// What the name of a value says about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum NameClass {
    Open,
    Secret,
    Title,
}

impl NameClass {
    fn of(name: &str) -> Self {
        let name = name.to_lowercase();
        if TITLE_NAMES.contains(&name.as_str()) {
            return Self::Title;
        }
        let has_secret = SECRET_NAMES.iter().any(|secret| name.contains(secret));
        let is_word = name == ADDRESS_NAME || SECRET_WORDS.contains(&name.as_str());
        if is_word || has_secret && name != SEGMENT_HASHES {
            return Self::Secret;
        }
        Self::Open
    }
}

/// Returns whether the value of a JSON member or field with this name is a secret. The names of
/// titles are none.
pub fn is_secret_name(name: &str) -> bool {
    NameClass::of(name) == NameClass::Secret
}

/// Returns whether a segment of a path holds a token, as some CDNs put it there: it has a `=` or `~`, as
/// such or encoded.
pub fn is_token_segment(segment: &str) -> bool {
    let segment = segment.to_lowercase();
    let mut marks = ["=", "~", "%3d", "%7e"].into_iter();
    marks.any(|mark| segment.contains(mark))
}

/// Hides secrets in texts, and remembers them.
#[derive(Debug)]
pub(crate) struct Scanner<'a> {
    pub(crate) placeholders: &'a mut Placeholders,
    pub(crate) hides_titles: bool,
    /// How deep the text is inside other texts.
    pub(crate) depth: u8,
}

/// Texts in texts are read up to this depth.
const MAX_DEPTH: u8 = 4;

impl Scanner<'_> {
    /// Hides the secrets of a URL.
    pub(crate) fn url(&mut self, url: &str) -> String {
        let (rest, fragment) = match url.split_once('#') {
            Some((rest, fragment)) => (rest, Some(fragment)),
            None => (url, None),
        };
        let (address, query) = match rest.split_once('?') {
            Some((address, query)) => (address, Some(query)),
            None => (rest, None),
        };
        let mut hidden = self.address(address);
        if let Some(query) = query {
            hidden.push('?');
            hidden.push_str(&self.pairs(query, is_open_query));
        }
        if let Some(fragment) = fragment {
            hidden.push('#');
            hidden.push_str(&self.token(fragment));
        }
        self.anywhere(&hidden)
    }

    /// Hides the user and the tokens in a URL without its query.
    fn address(&mut self, address: &str) -> String {
        let Some((scheme, rest)) = address.split_once("://") else {
            return self.path(address);
        };
        let (authority, path) = match rest.find('/') {
            Some(at) => rest.split_at(at),
            None => (rest, ""),
        };
        let host = match authority.rsplit_once('@') {
            Some((user, host)) => {
                for secret in user.split(':').filter(|it| !it.is_empty()) {
                    self.placeholders.everywhere(Kind::Secret, secret);
                }
                host
            }
            None => authority,
        };
        format!("{scheme}://{host}{}", self.path(path))
    }

    /// Hides the segments of a path that hold a token.
    fn path(&mut self, path: &str) -> String {
        let segments = path.split('/').map(|segment| {
            if is_token_segment(segment) {
                self.token_list(segment)
            } else {
                segment.to_owned()
            }
        });
        let segments: Vec<_> = segments.collect();
        segments.join("/")
    }

    /// Hides `exp=1~hmac=…` as a whole, and its parts in other places.
    fn token_list(&mut self, segment: &str) -> String {
        for part in decoded(segment).split(['=', '~', '*']) {
            if is_token(part) {
                self.placeholders.everywhere(Kind::Secret, part);
            }
        }
        self.token(segment)
    }

    /// Hides the values of `name=value` pairs that are not open.
    fn pairs(&mut self, text: &str, is_open: impl Fn(&str) -> bool) -> String {
        let pairs = text.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) if is_open(&decoded(name)) => {
                format!("{name}={}", self.open_value(value))
            }
            Some((name, value)) => format!("{name}={}", self.token(value)),
            // A value without a name.
            None => self.token(pair),
        });
        let pairs: Vec<_> = pairs.collect();
        pairs.join("&")
    }

    /// Hides the secrets of a URL that is an open value itself.
    fn open_value(&mut self, value: &str) -> String {
        let plain = decoded(value);
        if self.depth >= MAX_DEPTH || !plain.contains("://") {
            return value.to_owned();
        }
        self.depth += 1;
        let hidden = self.url(&plain);
        self.depth -= 1;
        if hidden == plain {
            value.to_owned()
        } else {
            utf8_percent_encode(&hidden, NON_ALPHANUMERIC).to_string()
        }
    }

    /// Hides all answers of a form that was sent (`application/x-www-form-urlencoded`).
    pub(crate) fn form(&mut self, body: &str) -> String {
        let pairs = body.split('&').map(|pair| match pair.split_once('=') {
            Some((name, value)) => {
                let plain = decoded(value);
                let secret = self.secret(&plain);
                // JSON in a field has secrets of its own, which the service has sent before.
                self.text(&plain);
                format!("{name}={secret}")
            }
            None => self.token(pair),
        });
        let pairs: Vec<_> = pairs.collect();
        pairs.join("&")
    }

    /// Hides the value of a header that is not known to be harmless.
    pub(crate) fn header(&mut self, name: &str, value: &str) -> String {
        match name.to_lowercase().as_str() {
            "referer" | "location" | "origin" | "content-location" => self.url(value),
            "cookie" | "set-cookie" => {
                let is_response = name.eq_ignore_ascii_case("set-cookie");
                // The attributes behind the first pair of Set-Cookie are no secrets.
                let secrets = if is_response { 1 } else { usize::MAX };
                let pairs =
                    value
                        .split(';')
                        .enumerate()
                        .map(|(place, pair)| match pair.split_once('=') {
                            Some((name, value)) if place < secrets => {
                                let value = value.trim().trim_matches('"');
                                format!("{name}={}", self.secret(value))
                            }
                            _ => pair.to_owned(),
                        });
                let pairs: Vec<_> = pairs.collect();
                pairs.join(";")
            }
            "authorization" | "proxy-authorization" => match value.split_once(' ') {
                Some((scheme, secret)) => format!("{scheme} {}", self.secret(secret.trim())),
                None => self.secret(value),
            },
            "user-agent" | "server" | "via" => value.to_owned(),
            other if is_open_header(other) => self.text(value),
            other if is_secret_name(other) => self.secret(value),
            _ => self.token(value),
        }
    }

    /// Hides the secrets of any text: JSON, HTML, a script, a playlist, words.
    pub(crate) fn text(&mut self, text: &str) -> String {
        if self.depth >= MAX_DEPTH {
            return text.to_owned();
        }
        self.depth += 1;
        let text = self.members(text);
        let text = if text.contains('<') {
            self.tags(&text)
        } else {
            text
        };
        let text = self.assignments(&text);
        let text = self.logins(&text);
        let text = self.queries(&text);
        let text = self.paths(&text);
        let text = self.anywhere(&text);
        self.depth -= 1;
        text
    }

    /// Hides values behind secret names that are no JSON: in scripts, attributes, and JSON in HTML.
    fn assignments(&mut self, text: &str) -> String {
        static QUOTED: LazyLock<Regex> = LazyLock::new(|| {
            regex(r#"([A-Za-z0-9_$-]{1,80})(\s*[:=]\s*\\*["'])([^"'\\<>]{1,2000})"#)
        });
        static ESCAPED: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"(?:&quot;|\\+u0022)([A-Za-z0-9_.-]{1,80})(?:&quot;|\\+u0022)\s*:\s*(?:&quot;|\\+u0022)?([^&\\,\]}]{1,2000})",
            )
        });
        let hidden = QUOTED.replace_all(text, |found: &Captures<'_>| {
            if !is_secret_name(&found[1]) {
                return found[0].to_owned();
            }
            format!("{}{}{}", &found[1], &found[2], self.secret(&found[3]))
        });
        let hidden = ESCAPED.replace_all(&hidden, |found: &Captures<'_>| {
            if !is_secret_name(&found[1]) {
                return found[0].to_owned();
            }
            let before = found[0].len() - found[2].len();
            format!("{}{}", &found[0][..before], self.secret(&found[2]))
        });
        hidden.into_owned()
    }

    /// Hides names and passwords in URLs.
    fn logins(&mut self, text: &str) -> String {
        static LOGIN: LazyLock<Regex> = LazyLock::new(|| regex(r#"://([^/\s"'<>@]{1,200})@"#));
        let hidden = LOGIN.replace_all(text, |found: &Captures<'_>| {
            for secret in found[1].split(':').filter(|it| !it.is_empty()) {
                self.placeholders.everywhere(Kind::Secret, secret);
            }
            "://"
        });
        hidden.into_owned()
    }

    /// Hides the values of JSON members with secret names. JSON in a JSON string is read, too: its
    /// quotes have backslashes.
    fn members(&mut self, text: &str) -> String {
        static MEMBER: LazyLock<Regex> = LazyLock::new(|| {
            regex(r#"(\\*)"([A-Za-z0-9_.:\[\]%-]{1,80})(\\*)"[ \t\r\n]*:[ \t\r\n]*"#)
        });
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(found) = MEMBER.captures_at(text, at) {
            let (Some(whole), Some(name)) = (found.get(0), found.get(2)) else {
                break;
            };
            let level = found.get(1).map_or(0, |it| it.as_str().len());
            out.push_str(&text[at..whole.end()]);
            at = whole.end();
            let kind = match NameClass::of(name.as_str()) {
                NameClass::Secret => Kind::Secret,
                NameClass::Title if self.hides_titles => Kind::Title,
                NameClass::Open | NameClass::Title => continue,
            };
            at = self.value((text, at), level, kind, &mut out);
        }
        out.push_str(&text[at..]);
        out
    }

    /// Hides the value that begins at `at`: a string, a number, or all of them in a list or object.
    /// Returns its end. `level` is the number of backslashes before a quote.
    fn value(
        &mut self,
        (text, at): (&str, usize),
        level: usize,
        kind: Kind,
        out: &mut String,
    ) -> usize {
        let mut depth = 0_usize;
        let mut at = at;
        let mut is_open = false;
        loop {
            let rest = &text[at..];
            let Some(first) = rest.chars().next() else {
                return at;
            };
            if starts_string(rest, level) {
                let begin = at + level + 1;
                let (end, next) = string_end(text, begin, level);
                let content = &text[begin..end];
                let after = text[next..].trim_start();
                if depth > 0 && after.starts_with(':') {
                    is_open = LOCK_NAMES.contains(&content.to_lowercase().as_str());
                    out.push_str(&text[at..next]);
                } else {
                    out.push_str(&text[at..begin]);
                    if is_open {
                        out.push_str(content);
                    } else {
                        out.push_str(&self.string(content, level, kind));
                    }
                    out.push_str(&text[end..next]);
                    is_open = false;
                }
                at = next;
            } else if first.is_ascii_digit() || first == '-' {
                let is_number = |it: char| it.is_ascii_alphanumeric() || "+-.".contains(it);
                let end = rest.find(|it| !is_number(it)).unwrap_or(rest.len());
                let backslashes = "\\".repeat(level);
                let hidden = self.placeholders.of(kind, &rest[..end]);
                for part in [&backslashes, "\"", &hidden, &backslashes, "\""] {
                    out.push_str(part);
                }
                at += end;
            } else if first == '\\' {
                let run = rest.bytes().take_while(|it| *it == b'\\').count();
                out.push_str(&rest[..run]);
                at += run;
            } else {
                match first {
                    '[' | '{' => depth += 1,
                    ']' | '}' => depth = depth.saturating_sub(1),
                    // null, true and false end at once if they are the value itself.
                    _ if depth == 0 => return at,
                    _ => {}
                }
                out.push(first);
                at += first.len_utf8();
            }
            if depth == 0 {
                return at;
            }
        }
    }

    /// Hides a JSON string; if it holds JSON itself, its parts are hidden everywhere, too.
    fn string(&mut self, content: &str, level: usize, kind: Kind) -> String {
        let plain = unescaped(content, level);
        if kind == Kind::Title {
            return match plain.chars().count() {
                0..3 => self.placeholders.of(kind, &plain),
                _ => self.placeholders.everywhere(kind, &plain),
            };
        }
        self.text(&plain);
        self.secret(&plain)
    }

    /// Hides the values of input fields, of secret `meta` elements, and titles.
    fn tags(&mut self, text: &str) -> String {
        static TITLE: LazyLock<Regex> =
            LazyLock::new(|| regex(r"(?i)(<(?:title|h1|h2)\b[^>]{0,500}>)([^<]{1,1000})(</)"));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        while let Some(start) = text[at..].find('<').map(|found| at + found) {
            let Some(end) = tag_end(text, start) else {
                out.push_str(&text[at..=start]);
                at = start + 1;
                continue;
            };
            out.push_str(&text[at..start]);
            out.push_str(&self.tag(&text[start..end]));
            at = end;
            if has_name(&text[start..end], "textarea") {
                let content = text[at..].find("</").map_or(text.len(), |found| at + found);
                out.push_str(&self.secret(&text[at..content]));
                at = content;
            }
        }
        out.push_str(&text[at..]);
        if !self.hides_titles {
            return out;
        }
        let text = TITLE.replace_all(&out, |found: &Captures<'_>| {
            let title = self.placeholders.everywhere(Kind::Title, found[2].trim());
            format!("{}{title}{}", &found[1], &found[3])
        });
        text.into_owned()
    }

    fn tag(&mut self, tag: &str) -> String {
        static ATTRIBUTE: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r#"(?i)(\b(?:name|property|content|value|id)\s*=\s*)(\\*"[^"]*"|'[^']*'|[^\s"'>]+)"#,
            )
        });
        let is_meta = has_name(tag, "meta");
        let names = ATTRIBUTE.captures_iter(tag).filter_map(|found| {
            let name = found[1].to_lowercase();
            let is_name = name.starts_with("name") || name.starts_with("property");
            is_name.then(|| unquoted(&found[2]).to_owned())
        });
        let classes: Vec<_> = names.map(|name| NameClass::of(&name)).collect();
        let is = |class| classes.contains(&class);
        let hidden = ATTRIBUTE.replace_all(tag, |found: &Captures<'_>| {
            let name = found[1].to_lowercase();
            let value = unquoted(&found[2]);
            let hidden = if name.starts_with("content") && is(NameClass::Secret)
                || name.starts_with("value") && !is_meta
            {
                self.secret(value)
            } else if name.starts_with("content") && is(NameClass::Title) && self.hides_titles {
                self.placeholders.everywhere(Kind::Title, value)
            } else {
                return found[0].to_owned();
            };
            let start = found[2].find(value).unwrap_or_default();
            let (before, after) = (&found[2][..start], &found[2][start + value.len()..]);
            format!("{}{before}{hidden}{after}", &found[1])
        });
        hidden.into_owned()
    }

    /// Hides the values of queries in a text.
    fn queries(&mut self, text: &str) -> String {
        static PAIR: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r#"([?&;]|\\+u0026|%26|%3[fF])([A-Za-z0-9_.\[\]-]{1,80})(=|%3[dD])((?:[^&?%\s"'<>\\#;,]|%(?:[0-14-9A-Fa-f][0-9A-Fa-f]|2[0-57-9A-Fa-f]|3[0-9A-Ea-e]))+)"#,
            )
        });
        let hidden = PAIR.replace_all(text, |found: &Captures<'_>| {
            if is_open_query(&decoded(&found[2])) {
                return found[0].to_owned();
            }
            let hidden = self.token(&found[4]);
            format!("{}{}{}{hidden}", &found[1], &found[2], &found[3])
        });
        hidden.into_owned()
    }

    /// Hides tokens in the paths of a text.
    fn paths(&mut self, text: &str) -> String {
        static SEGMENT: LazyLock<Regex> = LazyLock::new(|| {
            regex(r#"(?i)[^/\s"'<>?#&;,\\(){}]*(?:=|~|%3d|%7e)[^/\s"'<>?#&;,\\(){}]*"#)
        });
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in SEGMENT.find_iter(text) {
            let after = text[found.end()..].trim_start_matches('\\');
            let is_in_path = text[..found.start()].ends_with('/') || after.starts_with('/');
            if found.len() < 8 || !is_in_path {
                continue;
            }
            out.push_str(&text[at..found.start()]);
            out.push_str(&self.token_list(found.as_str()));
            at = found.end();
        }
        out.push_str(&text[at..]);
        out
    }

    /// Hides what is recognized without a name: e-mail and IP addresses, and JSON web tokens.
    fn anywhere(&mut self, text: &str) -> String {
        static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
            regex(
                r"[A-Za-z0-9._+-]{1,64}(?:@|%40)[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*\.[A-Za-z]{2,24}\b",
            )
        });
        static JWT: LazyLock<Regex> =
            LazyLock::new(|| regex(r"\beyJ[A-Za-z0-9_-]{8,}(?:\.[A-Za-z0-9_-]*){2,4}"));
        static ADDRESS: LazyLock<Regex> =
            LazyLock::new(|| regex(r"[0-9A-Fa-f:]*[.:][0-9A-Fa-f:.]*[.:][0-9A-Fa-f:.]*"));
        let text = EMAIL.replace_all(text, |found: &Captures<'_>| {
            let address = found[0].replace("%40", "@");
            self.placeholders.everywhere(Kind::Email, &address)
        });
        let text = JWT.replace_all(&text, |found: &Captures<'_>| self.secret(&found[0]));
        let mut out = String::with_capacity(text.len());
        let mut at = 0;
        for found in ADDRESS.find_iter(&text) {
            let Some(candidate) = address_in(found.as_str()) else {
                continue;
            };
            let begin = found.start() + found.as_str().find(candidate).unwrap_or_default();
            let end = begin + candidate.len();
            if is_part_of_word(&text, begin, end) {
                continue;
            }
            out.push_str(&text[at..begin]);
            out.push_str(&self.placeholders.of(Kind::Address, candidate));
            at = end;
        }
        out.push_str(&text[at..]);
        out
    }

    /// Hides a value at its place; everywhere if it looks like a token rather than like a word.
    fn token(&mut self, value: &str) -> String {
        let plain = decoded(value);
        if is_token(&plain) {
            self.placeholders.everywhere(Kind::Secret, &plain)
        } else {
            self.placeholders.of(Kind::Secret, &plain)
        }
    }

    /// Hides a secret everywhere, unless it is so short or plain that it also is something else.
    fn secret(&mut self, value: &str) -> String {
        let is_distinct = value.chars().count() >= 6
            && value
                .chars()
                .any(|it| !(it.is_ascii_lowercase() || it == '_'));
        let is_number = value.len() < 10 && value.bytes().all(|it| it.is_ascii_digit());
        if is_distinct && !is_number && !value.contains("://") {
            self.placeholders.everywhere(Kind::Secret, value)
        } else {
            self.placeholders.of(Kind::Secret, value)
        }
    }
}

fn is_open_query(name: &str) -> bool {
    OPEN_QUERY_NAMES.contains(&name.to_lowercase().as_str())
}

/// Returns whether a header says only how a message came.
fn is_open_header(name: &str) -> bool {
    const OPEN: [&str; 18] = [
        "accept",
        "accept-encoding",
        "accept-ranges",
        "age",
        "allow",
        "cache-control",
        "connection",
        "date",
        "etag",
        "expires",
        "host",
        "last-modified",
        "range",
        "retry-after",
        "server",
        "upgrade",
        "user-agent",
        "via",
    ];
    name.starts_with("content-")
        || name.starts_with("x-ratelimit-")
        || name.starts_with("sec-websocket-")
        || OPEN.contains(&name)
        || name == "access-control-allow-origin"
}

/// Returns whether a value looks random: it is long and has digits, but is no number or URL.
fn is_token(value: &str) -> bool {
    let has_digit = value.bytes().any(|it| it.is_ascii_digit());
    let is_number = value.bytes().all(|it| it.is_ascii_digit());
    value.len() >= 8
        && (has_digit || value.len() >= 20)
        && !(is_number && value.len() < 12)
        && !value.contains("://")
        && !value.contains(' ')
}

/// Returns the IP address in a run of digits, dots and colons: a port may follow it.
fn address_in(run: &str) -> Option<&str> {
    let run = run.trim_matches('.');
    let without_port = run.rsplit_once(':').map(|(address, _)| address);
    let candidates = [
        Some(run),
        without_port,
        run.strip_prefix(':'),
        without_port.and_then(|it| it.strip_prefix(':')),
    ];
    let is_address = |text: &&str| match text.parse() {
        Ok(IpAddr::V4(_)) => true,
        // `::` and `a::` are also found in CSS and C++.
        Ok(IpAddr::V6(_)) => text.len() >= 7,
        Err(_) => false,
    };
    candidates.into_iter().flatten().find(is_address)
}

/// Returns whether letters or digits touch the range, or it is the version in `Product/1.2.3.4`.
fn is_part_of_word(text: &str, begin: usize, end: usize) -> bool {
    let previous = text[..begin].chars().next_back();
    let is_word = |it: Option<char>| it.is_some_and(|it| it.is_alphanumeric() || it == '_');
    // `Chrome/138.0.0.0`, unlike `/ip/203.0.113.9`.
    let product = text[..begin.saturating_sub(1)].rsplit(|it: char| !it.is_alphanumeric());
    let product = product.into_iter().next().unwrap_or_default();
    let is_version = previous == Some('/') && product.starts_with(|it: char| it.is_uppercase());
    is_word(previous) || is_word(text[end..].chars().next()) || is_version
}

/// Returns whether a quote with `level` backslashes comes first.
fn starts_string(text: &str, level: usize) -> bool {
    let backslashes = text.bytes().take_while(|it| *it == b'\\').count();
    backslashes == level && text.as_bytes().get(level) == Some(&b'"')
}

/// Returns the end of the content of a JSON string, and the end of its closing quote. A quote with
/// fewer backslashes than `level` ends the text around it.
fn string_end(text: &str, begin: usize, level: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = begin;
    while let Some(quote) = text[at..].find('"').map(|quote| at + quote) {
        let run = bytes[begin..quote].iter().rev();
        let backslashes = run.take_while(|it| **it == b'\\').count();
        let is_end = if level == 0 {
            backslashes % 2 == 0
        } else {
            backslashes <= level
        };
        if is_end {
            let own = if level == 0 { 0 } else { backslashes };
            let next = if own < level { quote - own } else { quote + 1 };
            return (quote - own, next);
        }
        at = quote + 1;
    }
    (text.len(), text.len())
}

/// Undoes the escapes of a JSON string that is `level` backslashes deep in other strings.
fn unescaped(content: &str, level: usize) -> String {
    let mut text = content.to_owned();
    // One backslash is one string around it, three are two.
    let depth = usize::BITS - level.leading_zeros() + 1;
    for _ in 0..depth {
        match serde_json::from_str::<String>(&format!("\"{text}\"")) {
            Ok(plain) => text = plain,
            Err(_) => break,
        }
    }
    text
}

fn decoded(text: &str) -> String {
    let spaces = text.replace('+', " ");
    percent_decode_str(&spaces).decode_utf8_lossy().into_owned()
}

/// Returns the value of an attribute without its quotes, which have backslashes in HTML in JSON.
fn unquoted(text: &str) -> &str {
    let text = text.trim_start_matches('\\');
    let inner = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    let inner = inner('"').or_else(|| inner('\'')).unwrap_or(text);
    inner.trim_end_matches('\\')
}

/// Longest tag that is read.
const MAX_TAG_BYTES: usize = 8_000;

/// Returns the end of the tag that begins at `start`, if it is one whose values are hidden. A `>` in
/// quotes does not end it.
fn tag_end(text: &str, start: usize) -> Option<usize> {
    let tag = &text[start..];
    if !["input", "meta", "textarea"]
        .iter()
        .any(|name| has_name(tag, name))
    {
        return None;
    }
    let mut quote = None;
    for (at, byte) in tag.bytes().enumerate().take(MAX_TAG_BYTES) {
        match (quote, byte) {
            (None, b'>') => return Some(start + at + 1),
            (None, b'"' | b'\'') => quote = Some(byte),
            (Some(open), _) if open == byte => quote = None,
            _ => {}
        }
    }
    None
}

/// Returns whether a tag has this name.
fn has_name(tag: &str, name: &str) -> bool {
    let found = tag.get(1..=name.len());
    let next = tag[1..].chars().nth(name.len());
    found.is_some_and(|it| it.eq_ignore_ascii_case(name))
        && !next.is_some_and(char::is_alphanumeric)
}

#[expect(
    clippy::unwrap_used,
    reason = "the patterns are constants, and each is used by a test"
)]
fn regex(pattern: &str) -> Regex {
    Regex::new(pattern).unwrap()
}
