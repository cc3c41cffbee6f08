//! Names the user tags of an MP4 that a movie made of it does not keep.

use super::{Tags, mp4::NAMES};
use crate::{
    Fact,
    boxes::{
        FourCc,
        read::{Boxes, ParsedBox, children, version_and_flags},
    },
    cursor::Cursor,
    fact::FactList,
};

/// Tags that are named singly; of more, the number is told.
const MAX_NAMED: usize = 16;
/// Name of the program that wrote the input: it says nothing of the movie, and not who wrote ours.
const WRITER: FourCc = *b"\xa9too";

/// Returns one fact for each tag in `moov` that is not kept: of the movie, and of its tracks. `kept`
/// are the tags that were read of it, or `None` if the movie gets other ones in their place.
pub(crate) fn facts(moov: &Cursor<'_>, kept: Option<&Tags>) -> Vec<Fact> {
    let mut tags = TagNames {
        kept,
        named: Vec::new(),
        more: 0,
    };
    for child in well_formed(children(moov)) {
        match &child.kind {
            b"udta" => tags.user_data(&child.body),
            b"meta" => tags.metadata(child.body),
            b"trak" => tags.track(&child.body),
            _ => {}
        }
    }
    let mut facts = FactList::default();
    let TagNames { named, more, .. } = tags;
    let singly = named.into_iter().map(|name| format!("user tag {name}"));
    for name in singly.chain((more > 0).then(|| format!("{more} more user tags"))) {
        facts.add(Fact::left_out(name));
    }
    facts.into_vec()
}

/// The tags that are not kept, each once.
struct TagNames<'t> {
    kept: Option<&'t Tags>,
    named: Vec<String>,
    /// Further ones.
    more: usize,
}

impl TagNames<'_> {
    fn add(&mut self, name: String) {
        if self.named.contains(&name) {
            return;
        }
        if self.named.len() < MAX_NAMED {
            self.named.push(name);
        } else {
            self.more += 1;
        }
    }

    /// Names what `moov/udta` holds.
    fn user_data(&mut self, udta: &Cursor<'_>) {
        for child in well_formed(children(udta)) {
            match &child.kind {
                b"meta" => self.metadata(child.body),
                b"chpl" if self.kept.is_none_or(|kept| !kept.chapters.is_empty()) => {}
                b"free" | b"skip" => {}
                kind => self.add(code(*kind)),
            }
        }
    }

    /// Names what the user data of a track holds besides its name.
    fn track(&mut self, trak: &Cursor<'_>) {
        let Ok(Some(udta)) = children(trak).find(*b"udta") else {
            return;
        };
        for child in well_formed(children(&udta)) {
            if !matches!(&child.kind, b"name" | b"free" | b"skip") {
                self.add(code(child.kind));
            }
        }
    }

    /// Names the items of `meta`: those of QuickTime have their names in `keys`.
    fn metadata(&mut self, mut meta: Cursor<'_>) {
        // QuickTime writes no version and flags.
        if meta.rest().get(4..8) != Some(b"hdlr") && meta.skip(4).is_err() {
            return;
        }
        if let Ok(Some(keys)) = children(&meta).find(*b"keys") {
            self.keys(keys);
        } else if let Ok(Some(items)) = children(&meta).find(*b"ilst") {
            for item in well_formed(children(&items)) {
                if !self.is_kept(item.kind) {
                    self.add(item_name(&item));
                }
            }
        }
    }

    fn keys(&mut self, mut keys: Cursor<'_>) {
        let count = version_and_flags(&mut keys).and_then(|_| keys.u32());
        // The entries look like boxes, whose types are namespaces.
        for key in well_formed(children(&keys)).take(count.unwrap_or(0) as usize) {
            self.add(String::from_utf8_lossy(key.body.rest()).into_owned());
        }
    }

    fn is_kept(&self, item: FourCc) -> bool {
        if item == WRITER {
            return true;
        }
        let is_known = NAMES.contains(&item) || item == *b"covr";
        let Some(kept) = self.kept else {
            return is_known;
        };
        let texts = [&kept.title, &kept.artist, &kept.date, &kept.comment];
        let mut texts = NAMES.iter().zip(texts);
        match &item {
            b"covr" => kept.cover.is_some(),
            item => texts.any(|(name, text)| name == item && text.is_some()),
        }
    }
}

/// Returns the boxes up to the first that cannot be read: QuickTime ends user data with a zero.
fn well_formed(boxes: Boxes<'_>) -> impl Iterator<Item = ParsedBox<'_>> {
    boxes.map_while(Result::ok)
}

/// Returns a type as QuickTime shows it, in Mac Roman of which only the copyright sign is used.
fn code(kind: FourCc) -> String {
    let letters = kind.iter().map(|byte| match byte {
        0xa9 => '©',
        b' '..=b'~' => char::from(*byte),
        _ => '?',
    });
    letters.collect::<String>().trim().to_owned()
}

/// Returns the name of an item; a free one has it in `name`, after version and flags.
fn item_name(item: &ParsedBox<'_>) -> String {
    let name = children(&item.body).find(*b"name").ok().flatten();
    match name.as_ref().and_then(|name| name.rest().get(4..)) {
        Some(name) if item.kind == *b"----" => String::from_utf8_lossy(name).into_owned(),
        _ => code(item.kind),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::FactKind;
    use crate::boxes::write::{boxed, full_box, put_count};

    fn names(moov: &[u8], kept: Option<&Tags>) -> Vec<String> {
        let facts = facts(&Cursor::new("MP4", moov), kept);
        let name = |fact: Fact| match fact.kind {
            FactKind::LeftOut(name) => name,
            other => panic!("{other:?}"),
        };
        facts.into_iter().map(name).collect()
    }

    fn item(out: &mut Vec<u8>, kind: FourCc) {
        boxed(out, kind, |out| full_box(out, *b"data", 0, 1, |_| {}));
    }

    #[test]
    fn tags_that_are_not_kept_are_named_once() {
        let mut moov = Vec::new();
        boxed(&mut moov, *b"udta", |out| {
            boxed(out, *b"\xa9xyz", |out| out.extend_from_slice(b"+52.5"));
            full_box(out, *b"chpl", 1, 0, |_| {});
            full_box(out, *b"meta", 0, 0, |out| {
                boxed(out, *b"ilst", |out| {
                    for kind in [*b"\xa9nam", *b"covr", *b"\xa9alb", *b"\xa9alb", WRITER] {
                        item(out, kind);
                    }
                    boxed(out, *b"----", |out| {
                        full_box(out, *b"mean", 0, 0, |_| {});
                        full_box(out, *b"name", 0, 0, |out| out.extend_from_slice(b"MOOD"));
                    });
                });
            });
            // How QuickTime ends user data.
            out.extend_from_slice(&[0; 4]);
        });
        let others = ["user tag ©xyz", "user tag ©alb", "user tag MOOD"];
        assert_eq!(names(&moov, None), others);
        let title = Tags {
            title: Some("A title".into()),
            ..Tags::default()
        };
        let unread = ["©xyz", "chpl", "covr", "©alb", "MOOD"];
        let unread = unread.map(|name| format!("user tag {name}"));
        assert_eq!(names(&moov, Some(&title)), unread);
    }

    #[test]
    fn tags_of_tracks_and_keys_of_quicktime_are_named() {
        let mut moov = Vec::new();
        boxed(&mut moov, *b"trak", |out| {
            boxed(out, *b"udta", |out| {
                boxed(out, *b"name", |out| out.extend_from_slice(b"Director"));
                boxed(out, *b"tagc", |_| {});
            });
        });
        boxed(&mut moov, *b"meta", |out| {
            full_box(out, *b"hdlr", 0, 0, |_| {});
            full_box(out, *b"keys", 0, 0, |out| {
                put_count(out, 1);
                boxed(out, *b"mdta", |out| {
                    out.extend_from_slice(b"com.example.make");
                });
            });
        });
        let expected = ["user tag tagc", "user tag com.example.make"];
        assert_eq!(names(&moov, None), expected);
    }

    #[test]
    fn few_are_named_and_the_rest_is_counted() {
        let mut moov = Vec::new();
        boxed(&mut moov, *b"udta", |out| {
            for number in 0..40_u8 {
                boxed(
                    out,
                    [b't', b'a', b'0' + number / 10, b'0' + number % 10],
                    |_| {},
                );
            }
        });
        let names = names(&moov, None);
        assert_eq!(names.len(), MAX_NAMED + 1);
        assert_eq!(names.last().map(String::as_str), Some("24 more user tags"));
        let cut = moov.get(..moov.len() / 2).expect("shorter");
        assert!(facts(&Cursor::new("MP4", cut), None).is_empty());
    }
}
