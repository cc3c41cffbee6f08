//! Finds players of the service on a page (observed): frames, lazily loaded frames, Flash players.

use scraper::ElementRef;
use url::{Url, form_urlencoded};

use crate::{ChannelId, RecordingId, Target, hosts, target};

/// Most players that are read of one page.
const MAX_PLAYERS: usize = 50;

/// Attributes in which pages and scripts keep the URL of a frame until it is visible.
const FRAME_URL_ATTRIBUTES: [&str; 6] = [
    "src",
    "data-src",
    "data-lazy-src",
    "data-lazyload",
    "data-original",
    "data-url",
];

/// Returns the targets of the players on a page whose URL is `base`, in the order of the page, each
/// once.
pub(super) fn read(elements: &[ElementRef<'_>], html: &str, base: &Url) -> Vec<Target> {
    let mut players = Vec::new();
    for target in elements
        .iter()
        .filter_map(|element| embedded(*element, base))
    {
        add(&mut players, target);
    }
    let has_flash = html.contains("ustream.tv") || html.contains("video.ibm.com");
    if players.is_empty() && has_flash {
        for target in elements.iter().filter_map(|element| flash_player(*element)) {
            add(&mut players, target);
        }
    }
    if players.is_empty() {
        // A script may create the frame: its URL is somewhere in the text.
        let urls = target::urls_in(html).filter(is_player_url);
        for target in urls.filter_map(|url| player_at(&url)) {
            add(&mut players, target);
        }
    }
    players
}

fn add(players: &mut Vec<Target>, target: Target) {
    if players.len() < MAX_PLAYERS && !players.contains(&target) {
        players.push(target);
    }
}

/// Returns the target of a frame, an object, or an element that a script turns into a player.
fn embedded(element: ElementRef<'_>, base: &Url) -> Option<Target> {
    let element = element.value();
    let named = || {
        let id = element.id()?.strip_prefix("ustream-channel-")?;
        Some(Target::Channel(ChannelId(id.parse().ok()?)))
    };
    let addresses: Vec<&str> = match element.name() {
        "iframe" | "frame" | "embed" => FRAME_URL_ATTRIBUTES
            .iter()
            .filter_map(|name| element.attr(name))
            .collect(),
        "object" => element.attr("data").into_iter().collect(),
        "param" => {
            let is_movie = element.attr("name").is_some_and(|name| {
                name.eq_ignore_ascii_case("movie") || name.eq_ignore_ascii_case("src")
            });
            is_movie
                .then(|| element.attr("value"))
                .flatten()
                .into_iter()
                .collect()
        }
        _ => return named(),
    };
    let mut joined = addresses
        .into_iter()
        .filter_map(|address| base.join(address.trim()).ok());
    joined.find_map(|url| player_at(&url)).or_else(named)
}

/// Returns the target in the variables of a Flash player: `cid=CID` or `vid=VID`.
fn flash_player(element: ElementRef<'_>) -> Option<Target> {
    let element = element.value();
    let variables = match element.name() {
        "embed" => element.attr("flashvars"),
        "param" if element.attr("name")?.eq_ignore_ascii_case("flashvars") => element.attr("value"),
        _ => None,
    }?;
    let number = |wanted: &str| {
        form_urlencoded::parse(variables.as_bytes())
            .find(|(name, _)| name == wanted)
            .and_then(|(_, value)| value.parse().ok())
    };
    number("vid")
        .map(|id| Target::Recording(RecordingId(id)))
        .or_else(|| number("cid").map(|id| Target::Channel(ChannelId(id))))
}

/// Returns the target of a URL of the service that plays something, unlike scripts and images.
fn player_at(url: &Url) -> Option<Target> {
    Target::of_url(url).filter(|target| !matches!(target, Target::Page(_)))
}

fn is_player_url(url: &Url) -> bool {
    let is_site = url.host_str().is_some_and(hosts::is_site);
    let mut path = url.path_segments().into_iter().flatten();
    is_site && path.any(|segment| matches!(segment, "embed" | "combined-embed" | "recorded"))
}
