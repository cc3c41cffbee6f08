//! Validates a segmented format, and builds the URLs of its segments.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use super::stated::Lost;
use crate::hosts::{self, Host};
use crate::redacted::redact_path;
use crate::ums::message::{Site, WHAT};
use crate::ums::stream::{Representation, StreamFormat};
use crate::ums::timeline::SegmentTimeline;
use crate::{Error, HashListing, RenditionTrack, SegmentKind, lenient_json};

/// Servers of segments since 2017, 2017 and 2013 (observed). Tried behind those that the service
/// names.
const KNOWN_SERVERS: [&str; 3] = [
    "https://uhsakamai-a.akamaihd.net",
    "https://vod-cdn.ustream.tv",
    "http://uhs-akamai.ustream.tv",
];

/// Why a representation is lost; part of an error.
const NO_USABLE_NAME: &str = "the service does not say where its segments are, or says it wrongly";

/// Longest path or template that is accepted.
const MAX_PATH_BYTES: usize = 2048;

/// A format whose templates, paths and hashes have been checked.
#[derive(Clone, Debug)]
pub(crate) struct ValidatedFormat {
    pub(crate) timeline: SegmentTimeline,
    pub(crate) representations: Vec<Representation>,
    /// The newest finished segment of a running stream.
    pub(crate) newest: Option<u64>,
    /// Representations whose templates are unusable.
    pub(crate) lost: Vec<Lost>,
    hashes: BTreeMap<u64, String>,
    paths: Vec<String>,
}

impl ValidatedFormat {
    /// Checks a format. Leaves out representations and paths that are unusable; fails if none is
    /// left, or if a hash or the timeline is unusable.
    pub(crate) fn new(format: &StreamFormat) -> Result<Self, Error> {
        let malformed = |problem: &str| Error::Malformed {
            what: WHAT,
            problem: problem.to_owned(),
        };
        let timeline = SegmentTimeline::of_format(format)?;
        if !format.hashes.values().all(|hash| is_hash(hash)) {
            return Err(malformed("a hash is not one"));
        }
        let (valid, unusable): (Vec<Representation>, Vec<Representation>) =
            format.representations.iter().cloned().partition(is_valid);
        if valid.is_empty() {
            return Err(malformed("no row of segments has a name that can be used"));
        }
        let unnamed = Arc::new(malformed(NO_USABLE_NAME));
        let lost = unusable
            .iter()
            .filter_map(|representation| Lost::of_representation(representation, &unnamed))
            .collect();
        let paths: Vec<String> = format
            .paths
            .iter()
            .filter(|path| is_relative(path))
            .cloned()
            .collect();
        if paths.is_empty() {
            return Err(malformed("the pieces lie outside the service's folders"));
        }
        Ok(Self {
            timeline,
            representations: valid,
            lost,
            newest: format.newest,
            hashes: format.hashes.clone(),
            paths,
        })
    }

    /// Returns whether an audio track is lost.
    pub(crate) fn has_lost_audio(&self) -> bool {
        self.lost.iter().any(|lost| !lost.rendition.has_video)
    }

    /// Returns the folders and hashes, which identify this version of the recording. Tokens in the
    /// folders are left out: they are secrets, and others the next time.
    pub(crate) fn hash_listing(&self) -> HashListing {
        HashListing {
            paths: self
                .paths
                .iter()
                .map(|path| redact_path(path.trim_matches('/')))
                .collect(),
            hashes: self.hashes.clone(),
        }
    }

    /// Returns the URLs of a segment below each of `bases`, the preferred one first.
    pub(crate) fn locate(
        &self,
        bases: &[String],
        track: &RenditionTrack,
        kind: SegmentKind,
    ) -> Vec<Url> {
        let names: Vec<String> = match kind {
            SegmentKind::Media(number) => self.name(&track.template, number).into_iter().collect(),
            SegmentKind::Init => self.init_names(track),
        };
        urls(&names, &self.paths, bases)
    }

    /// Returns the hashes by the number of the first segment that has them.
    pub(super) fn hashes(&self) -> &BTreeMap<u64, String> {
        &self.hashes
    }

    /// Returns the folders below a server, the preferred one first.
    pub(super) fn paths(&self) -> &[String] {
        &self.paths
    }

    /// Returns the name of a segment. Its hash is that of the greatest listed number not above its
    /// own.
    fn name(&self, template: &str, number: u64) -> Option<String> {
        let (_, hash) = self.hashes.range(..=number).next_back()?;
        fill(template, number, hash)
    }

    /// Returns the possible names of an init segment: with the number of the first segment, and with
    /// 0, which some players use (observed).
    fn init_names(&self, track: &RenditionTrack) -> Vec<String> {
        let Some(template) = &track.init_template else {
            return Vec::new();
        };
        let Some((&first, hash)) = self.hashes.first_key_value() else {
            return Vec::new();
        };
        let zero = (first != 0).then_some(0);
        Some(first)
            .into_iter()
            .chain(zero)
            .filter_map(|n| fill(template, n, hash))
            .collect()
    }
}

/// Returns the URLs of names in each of `paths` below each of `bases`, the preferred one first.
pub(super) fn urls(names: &[String], paths: &[String], bases: &[String]) -> Vec<Url> {
    let mut urls = Vec::with_capacity(names.len() * paths.len() * bases.len());
    for (name, path) in names
        .iter()
        .flat_map(|name| paths.iter().map(move |path| (name, path)))
    {
        for base in bases {
            urls.extend(join(base, path, name));
        }
    }
    urls
}

/// Returns the servers of segments: the named ones, each by https and by http, then the known ones.
/// Foreign hosts are left out.
pub(crate) fn base_urls(sites: &[Site]) -> Vec<String> {
    let mut bases: Vec<String> = Vec::new();
    let named = sites
        .iter()
        .filter_map(base_url)
        .flat_map(|base| ["https", "http"].map(|scheme| format!("{scheme}://{base}")));
    for base in named.chain(KNOWN_SERVERS.map(str::to_owned)) {
        if !bases.contains(&base) {
            bases.push(base);
        }
    }
    bases
}

/// Puts https before http for a URL that is named with http: the server may support only that.
pub(crate) fn https_first(url: Url) -> Vec<Url> {
    let mut secure = url.clone();
    if url.scheme() == "http" && secure.set_scheme("https").is_ok() {
        return vec![secure, url];
    }
    vec![url]
}

/// Returns `url`, and behind it the same path on the other known servers if its host is one of
/// them: they hold the same files.
pub(crate) fn mirrors(url: Url) -> Vec<Url> {
    let known = || {
        KNOWN_SERVERS
            .iter()
            .filter_map(|base| Url::parse(base).ok())
    };
    let others: Vec<Url> = if known().any(|base| base.host() == url.host()) {
        let others = known().filter(|base| base.host() != url.host());
        others
            .map(|mut base| {
                base.set_path(url.path());
                base.set_query(url.query());
                base
            })
            .collect()
    } else {
        Vec::new()
    };
    https_first(url).into_iter().chain(others).collect()
}

/// Returns `host/path` without a trailing slash; `None` for a foreign host.
fn base_url(site: &Site) -> Option<String> {
    let host = hosts::parse(&site.host).filter(Host::is_cdn);
    let Some(host) = host.filter(|_| is_relative(&site.path)) else {
        let host = lenient_json::clean_text(&site.host);
        tracing::warn!(host, "the service names a server that is not its own");
        return None;
    };
    Some(
        format!("{host}/{}", site.path.trim_matches('/'))
            .trim_end_matches('/')
            .to_owned(),
    )
}

/// Joins the parts of a URL with one slash between them.
fn join(base: &str, path: &str, name: &str) -> Option<Url> {
    let path = path.trim_matches('/');
    let name = name.trim_start_matches('/');
    let below = [path, name].into_iter().filter(|part| !part.is_empty());
    Url::parse(&format!("{base}/{}", below.collect::<Vec<_>>().join("/"))).ok()
}

/// Fills in a template: the first `%` is the number, the second the hash; any further one stays.
pub(super) fn fill(template: &str, number: u64, hash: &str) -> Option<String> {
    let mut parts = template.splitn(3, '%');
    let (before, between, after) = (parts.next()?, parts.next()?, parts.next()?);
    Some(format!("{before}{number}{between}{hash}{after}"))
}

fn is_valid(representation: &Representation) -> bool {
    [
        Some(&representation.segment_url),
        representation.init_url.as_ref(),
    ]
    .into_iter()
    .flatten()
    .all(|template| {
        let is_template = is_relative(template) && template.matches('%').count() >= 2;
        if !is_template {
            tracing::warn!("a representation has a template that cannot be used");
        }
        is_template
    })
}

/// Returns whether a path is relative, free of `..` and plain enough for a URL.
pub(super) fn is_relative(path: &str) -> bool {
    path.len() <= MAX_PATH_BYTES
        && !path.starts_with("//")
        && !path.contains("://")
        && !path
            .chars()
            .any(|c| c.is_control() || c.is_whitespace() || "\\?#".contains(c))
        && !path.to_ascii_lowercase().contains("%2e")
        && path
            .split('/')
            .all(|segment| !matches!(segment, "." | ".."))
}

/// Returns whether a hash is safe in a URL. All observed ones are decimal or hexadecimal digits.
pub(super) fn is_hash(hash: &str) -> bool {
    const MAX_HASH_BYTES: usize = 128;
    (1..=MAX_HASH_BYTES).contains(&hash.len())
        && hash
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"-_".contains(&byte))
}
