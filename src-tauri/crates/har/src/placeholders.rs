//! The placeholders that stand for secrets: the same secret has the same placeholder everywhere, so
//! that a redacted conversation still fits together.

use std::collections::HashMap;
use std::net::IpAddr;

/// What is hidden.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Kind {
    /// Passwords, tokens, answers to forms.
    Secret,
    /// E-mail addresses.
    Email,
    /// IP addresses.
    Address,
    /// Titles and descriptions, if the person asks for it.
    Title,
}

/// Prefix of the placeholders of secrets.
const SECRET_PREFIX: &str = "hidden-";

/// Domain of the placeholders of e-mail addresses, which belongs to nobody (RFC 2606 3).
const EMAIL_DOMAIN: &str = "@hidden.example";

/// Prefix of the placeholders of titles.
const TITLE_PREFIX: &str = "Title ";

/// Addresses for documentation, which belong to nobody (RFC 5737 3, RFC 3849).
const DOCUMENTATION_V4: [&str; 3] = ["192.0.2.", "198.51.100.", "203.0.113."];
const DOCUMENTATION_V6: &str = "2001:db8::";

/// Longest secret that is searched for in other places; a longer one is hidden where it was found.
const MAX_EVERYWHERE_BYTES: usize = 1_000;

/// Most secrets that are searched for in other places.
const MAX_EVERYWHERE: usize = 5_000;

/// All secrets that were found, with their placeholders.
#[derive(Clone, Debug, Default)]
pub(crate) struct Placeholders {
    known: HashMap<(Kind, String), String>,
    counts: HashMap<Kind, usize>,
    /// What must be replaced wherever it occurs, with its placeholder.
    everywhere: HashMap<String, String>,
}

impl Placeholders {
    /// Returns the placeholder for `value` at the place where it was found. One that already is a
    /// placeholder stays.
    pub(crate) fn of(&mut self, kind: Kind, value: &str) -> String {
        if value.is_empty() || is_placeholder(kind, value) {
            return value.to_owned();
        }
        if let Some(known) = self.known.get(&(kind, value.to_owned())) {
            return known.clone();
        }
        let count = self.counts.entry(kind).or_default();
        *count += 1;
        let placeholder = placeholder(kind, *count, value);
        self.known
            .insert((kind, value.to_owned()), placeholder.clone());
        placeholder
    }

    /// Returns the placeholder for `value`, and has it replaced in all other places, too.
    pub(crate) fn everywhere(&mut self, kind: Kind, value: &str) -> String {
        let placeholder = self.of(kind, value);
        let fits = value.len() <= MAX_EVERYWHERE_BYTES && self.everywhere.len() < MAX_EVERYWHERE;
        if placeholder != value && fits {
            self.everywhere
                .insert(value.to_owned(), placeholder.clone());
        }
        placeholder
    }

    /// Returns what must be replaced wherever it occurs, with the placeholders.
    pub(crate) fn replacements(&self) -> impl Iterator<Item = (&str, &str)> {
        let all = self.everywhere.iter();
        all.map(|(value, placeholder)| (value.as_str(), placeholder.as_str()))
    }

    /// Returns how many different values of a kind were hidden.
    pub(crate) fn count(&self, kind: Kind) -> usize {
        self.counts.get(&kind).copied().unwrap_or_default()
    }
}

fn placeholder(kind: Kind, number: usize, value: &str) -> String {
    match kind {
        Kind::Secret => format!("{SECRET_PREFIX}{number}"),
        Kind::Email => format!("person-{number}{EMAIL_DOMAIN}"),
        Kind::Title => format!("{TITLE_PREFIX}{number}"),
        Kind::Address if value.parse().is_ok_and(|it: IpAddr| it.is_ipv6()) => {
            format!("{DOCUMENTATION_V6}{number:x}")
        }
        Kind::Address => {
            let block = (number - 1) / 254 % DOCUMENTATION_V4.len();
            format!("{}{}", DOCUMENTATION_V4[block], (number - 1) % 254 + 1)
        }
    }
}

fn is_placeholder(kind: Kind, value: &str) -> bool {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|it| it.is_ascii_digit());
    match kind {
        Kind::Secret => value.strip_prefix(SECRET_PREFIX).is_some_and(is_number),
        Kind::Title => value.strip_prefix(TITLE_PREFIX).is_some_and(is_number),
        Kind::Email => value.ends_with(EMAIL_DOMAIN),
        Kind::Address => {
            let is_v4 = DOCUMENTATION_V4.iter().any(|it| value.starts_with(it));
            is_v4 || value.starts_with(DOCUMENTATION_V6)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_is_stable_and_stays_when_it_is_redacted_again() {
        let mut all = Placeholders::default();
        for (kind, value) in [
            (Kind::Secret, "s3same"),
            (Kind::Email, "ada@example.org"),
            (Kind::Address, "10.1.2.3"),
            (Kind::Address, "fe80::1"),
            (Kind::Title, "My holiday"),
        ] {
            let first = all.of(kind, value);
            assert_ne!(first, value);
            assert_eq!(all.of(kind, value), first);
            assert_eq!(all.of(kind, &first), first);
        }
        assert_eq!(all.count(Kind::Address), 2);
    }

    #[test]
    fn many_addresses_have_placeholders_that_are_addresses() {
        let mut all = Placeholders::default();
        for number in 0..1_000_u32 {
            let address = std::net::Ipv4Addr::from(0x0b00_0000 + number).to_string();
            let placeholder = all.of(Kind::Address, &address);
            assert!(placeholder.parse::<IpAddr>().is_ok(), "{placeholder}");
        }
    }
}
