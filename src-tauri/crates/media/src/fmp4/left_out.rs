//! Names what an init segment has besides its video and audio tracks, and the movie does not take.

use super::init::handler;
use crate::{
    Fact,
    boxes::read::{children, name, top_level},
    cursor::Cursor,
    fact::FactList,
    tags,
};

/// Returns the tracks of other kinds, and the user tags. The movie gets its tags from elsewhere.
pub(crate) fn left_out(segment: &[u8]) -> Vec<Fact> {
    let Ok(Some(moov)) = top_level(segment).find(*b"moov") else {
        return Vec::new();
    };
    let mut facts = FactList::default();
    for child in children(&moov).map_while(Result::ok) {
        if child.kind == *b"trak"
            && let Some(other) = other_kind(&child.body)
        {
            facts.add(Fact::left_out(format!("a track of type {other}")));
        }
    }
    for fact in tags::left_out::facts(&moov, None) {
        facts.add(fact);
    }
    facts.into_vec()
}

/// Returns the handler type of a track that is neither video nor audio.
fn other_kind(trak: &Cursor<'_>) -> Option<String> {
    let mdia = children(trak).find(*b"mdia").ok()??;
    let hdlr = children(&mdia).find(*b"hdlr").ok()??;
    let other = handler(hdlr).ok()?.err()?;
    Some(name(other).trim().to_owned())
}
