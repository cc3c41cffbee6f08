//! Reads pages of the website and of sites that embed players (observed): channel number, off-air
//! recordings, sign-up form, players.

mod element_filter;
mod form;
mod players;

use std::time::{Duration, Instant};

use html5ever::buffer_queue::BufferQueue;
use html5ever::tokenizer::{Tokenizer, TokenizerOpts};
use scraper::{ElementRef, Html};
use url::Url;

use self::element_filter::ElementFilter;
use crate::{ChannelId, FormField, RecordingId, Target, lenient_json};

/// Largest page that is read; pages of the service are far smaller.
pub(crate) const MAX_PAGE_BYTES: usize = 8 << 20;

/// Time limit for parsing; a page usually takes milliseconds. Deep nesting or many attributes in one
/// tag take quadratic time, so a hostile page would take days.
const PARSE_TIMEOUT: Duration = Duration::from_secs(3);

/// The time limit is checked after each chunk of this size.
const CHUNK_BYTES: usize = 16 << 10;

/// Most off-air recordings that are read.
const MAX_OFF_AIR: usize = 500;

/// What a page says. All parts are `None` or empty if the page does not have them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// The channel that it belongs to.
    pub channel: Option<ChannelId>,
    /// Recordings that play while the channel is off air, in their order.
    pub off_air: Vec<RecordingId>,
    /// Fields of its sign-up form.
    pub form: Option<Vec<FormField>>,
    /// The recording or channel of its canonical URL.
    pub canonical: Option<Target>,
    /// The targets of its players, in the order of the page, each once.
    pub players: Vec<Target>,
}

/// Reads a page whose URL is `base`. Never fails: what cannot be read is left out.
pub fn read(html: &str, base: &Url) -> Page {
    let document = document(html);
    let elements: Vec<ElementRef<'_>> = document
        .root_element()
        .descendants()
        .filter_map(ElementRef::wrap)
        .collect();
    let named = elements
        .iter()
        .find_map(|element| channel_of_meta(*element));
    Page {
        channel: named.or_else(|| channel_of_script(html)).map(ChannelId),
        off_air: off_air(html),
        form: form::read(&elements),
        canonical: elements
            .iter()
            .find_map(|element| canonical(*element, base)),
        players: players::read(&elements, html, base),
    }
}

/// Builds the tree of the relevant elements, as far as the page can be parsed within the time limit.
pub(crate) fn document(html: &str) -> Html {
    let tokenizer = Tokenizer::new(ElementFilter::new(), TokenizerOpts::default());
    let input = BufferQueue::default();
    let started = Instant::now();
    let mut rest = html;
    while !rest.is_empty() {
        if started.elapsed() > PARSE_TIMEOUT {
            tracing::warn!(left = rest.len(), "the page is read in part only");
            break;
        }
        let (part, later) = rest.split_at(rest.floor_char_boundary(CHUNK_BYTES));
        input.push_back(part.into());
        // The result matters only to a parser that runs scripts.
        let _ = tokenizer.feed(&input);
        rest = later;
    }
    tokenizer.end();
    tokenizer.sink.finish()
}

/// Reads `<meta name="ustream:channel_id" content="…">`.
fn channel_of_meta(element: ElementRef<'_>) -> Option<u64> {
    let element = element.value();
    let name = element.attr("name").or_else(|| element.attr("property"))?;
    let is_named = element.name() == "meta" && name.eq_ignore_ascii_case("ustream:channel_id");
    is_named
        .then(|| element.attr("content")?.trim().parse().ok())
        .flatten()
}

/// Finds the channel number in scripts and links, as in older pages.
fn channel_of_script(html: &str) -> Option<u64> {
    [
        "\"channelId\":",
        "\"cid\":",
        "channelId=",
        "ustream.vars.cId=",
    ]
    .into_iter()
    .flat_map(|name| html.match_indices(name).map(move |(at, _)| at + name.len()))
    .find_map(|at| {
        let rest = html.get(at..)?.trim_start_matches([' ', '"', '\'']);
        let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
        digits.parse().ok().filter(|id| *id > 0)
    })
}

/// Reads `offAirContentVideoIds=["id",…];` as JSON, since a string may contain `;`.
fn off_air(html: &str) -> Vec<RecordingId> {
    const NAME: &str = "offAirContentVideoIds";
    let ids = html.match_indices(NAME).find_map(|(at, _)| {
        let rest = html
            .get(at + NAME.len()..)?
            .trim_start_matches('"')
            .trim_start();
        let value = rest.strip_prefix(['=', ':'])?;
        lenient_json::read_start(value)
    });
    let ids = ids.as_ref().map(lenient_json::items).unwrap_or_default();
    ids.into_iter()
        .filter_map(lenient_json::unsigned)
        .map(RecordingId)
        .take(MAX_OFF_AIR)
        .collect()
}

/// Reads the target of the canonical URL.
fn canonical(element: ElementRef<'_>, base: &Url) -> Option<Target> {
    let element = element.value();
    let address = match element.name() {
        "link" if element.attr("rel") == Some("canonical") => element.attr("href"),
        "meta" if element.attr("property") == Some("og:url") => element.attr("content"),
        _ => None,
    }?;
    let target = Target::of_url(&base.join(address.trim()).ok()?)?;
    matches!(target, Target::Recording(_) | Target::Channel(_)).then_some(target)
}

#[cfg(test)]
mod tests;
