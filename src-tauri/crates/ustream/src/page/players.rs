//! Players of the service on a page: today's frames, frames that are loaded late, and the Flash
//! of old.

use scraper::ElementRef;
use url::{Url, form_urlencoded};

use crate::{ChannelId, RecordingId, Target, hosts, target};

/// More than any page shows.
const MAX_PLAYERS: usize = 50;

/// Where pages and their scripts keep the address of a frame until it is in sight.
const FRAME_URL_ATTRIBUTES: [&str; 6] = [
    "src",
    "data-src",
    "data-lazy-src",
    "data-lazyload",
    "data-original",
    "data-url",
];

/// What is played on a page that was found at `base`, in its order, each once.
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
        // A script may build the frame: its address is somewhere in the text.
        let addresses = target::addresses_in(html).filter(is_player_url);
        for target in addresses.filter_map(|url| player_at(&url)) {
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

/// The target of a frame, an object, or an element that a script turns into one.
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

/// The Flash players of old were told what to play in their variables: `cid=CID` or `vid=VID`.
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

/// A page of the service that plays something; its scripts and pictures are none.
fn player_at(url: &Url) -> Option<Target> {
    Target::of_url(url).filter(|target| !matches!(target, Target::Page(_)))
}

fn is_player_url(url: &Url) -> bool {
    let of_the_service = url.host_str().is_some_and(hosts::is_site);
    let mut path = url.path_segments().into_iter().flatten();
    of_the_service && path.any(|segment| matches!(segment, "embed" | "combined-embed" | "recorded"))
}
