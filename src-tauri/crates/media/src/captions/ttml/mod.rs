//! Finds the cues of TTML, formerly DFXP (W3C TTML2).
//!
//! Reads what text needs: times of `body`, `div`, `p` and `span` (12.2), styles for italics, bold and
//! underlined text (10.2), and `xml:space`. Ignores regions, animation and everything outside of
//! `body`. Namespace prefixes are not compared: drafts of the format had several.

mod style;
mod time;

use std::borrow::Cow;

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

use self::style::Styles;
use self::time::Clock;
use super::CueList;
use super::text::{CueTextBuilder, Style};

/// Deepest nesting of elements.
const MAX_DEPTH: usize = 100;

/// Returns the cues in the order of the file, or `None` if the text is not TTML. What comes after
/// malformed XML, or is missing at the end, counts as one cue that could not be read.
pub(super) fn cues(text: &str) -> Option<CueList> {
    let mut reader = Reader::from_str(text);
    reader.config_mut().expand_empty_elements = true;
    let mut document = Document::default();
    loop {
        match reader.read_event() {
            Ok(Event::Start(start)) => {
                let name = start.local_name();
                if document.elements.is_empty() && name.as_ref() != "tt" {
                    break;
                }
                if document.elements.len() >= MAX_DEPTH {
                    document.list.skip();
                    break;
                }
                document.start(name.as_ref(), &start);
            }
            Ok(Event::End(_)) => document.end(),
            Ok(Event::Text(text)) => document.text(&text.xml10_content()),
            Ok(Event::CData(text)) => document.text(&text.xml10_content()),
            Ok(Event::GeneralRef(reference)) => document.reference(&reference),
            Ok(Event::Eof) => {
                if !document.elements.is_empty() {
                    // The end of the file is missing.
                    document.list.skip();
                }
                break;
            }
            Ok(_) => {}
            Err(_) => {
                document.list.skip();
                break;
            }
        }
    }
    document.is_ttml.then_some(document.list)
}

/// A document that is being read.
#[derive(Default)]
struct Document {
    is_ttml: bool,
    clock: Clock,
    styles: Styles,
    /// The open elements, from the root.
    elements: Vec<Element>,
    part: Part,
    list: CueList,
}

/// What an element means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Root,
    /// `body` and `div`.
    Container,
    /// `p`, and `span` in it.
    Text,
    /// Text in it is not shown.
    Other,
}

/// An open element.
#[derive(Clone, Copy)]
struct Element {
    kind: Kind,
    is_paragraph: bool,
    span: Span,
    style: Style,
    /// White space is kept.
    keeps_space: bool,
    /// If the children are shown one after the other: when the next one starts.
    next_child_ms: Option<u64>,
}

/// When an element is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Span {
    start_ms: u64,
    /// `None` for an element without an end.
    end_ms: Option<u64>,
}

/// Text of a paragraph that is shown in one time span.
#[derive(Default)]
struct Part {
    span: Span,
    text: CueTextBuilder,
    ends_in_space: bool,
}

impl Document {
    fn start(&mut self, name: &str, start: &BytesStart<'_>) {
        let attributes = Attributes(start);
        let Some(parent) = self.elements.last() else {
            self.is_ttml = true;
            self.clock = Clock::new(|name| attributes.get(name));
            self.elements.push(Element {
                kind: Kind::Root,
                keeps_space: attributes.get("space").as_deref() == Some("preserve"),
                ..Element::OTHER
            });
            return;
        };
        let kind = match (name, parent.kind) {
            ("body", Kind::Root) | ("div", Kind::Container) => Kind::Container,
            ("p", Kind::Container) | ("span", Kind::Text) => Kind::Text,
            _ => Kind::Other,
        };
        let parent = *parent;
        if name == "br" && parent.kind == Kind::Text {
            self.push_as_it_is('\n', parent);
        } else if name == "style" {
            self.styles.define(|name| attributes.get(name));
        }
        let mut element = Element {
            kind,
            is_paragraph: name == "p" && kind == Kind::Text,
            next_child_ms: None,
            ..parent
        };
        if kind != Kind::Other {
            element.span = self.span_of(&attributes);
            element.style = self
                .styles
                .apply(element.style, |name| attributes.get(name));
            match attributes.get("space").as_deref() {
                Some("preserve") => element.keeps_space = true,
                Some("default") => element.keeps_space = false,
                _ => {}
            }
            let is_sequence = attributes.get("timeContainer").as_deref() == Some("seq");
            element.next_child_ms = is_sequence.then_some(element.span.start_ms);
        }
        self.elements.push(element);
    }

    /// Returns when a child of the innermost element is shown (TTML2 12.2.1 to 12.2.4). A time that
    /// cannot be read gives a span without duration.
    fn span_of(&self, attributes: &Attributes<'_>) -> Span {
        let parent = self.elements.last().copied().unwrap_or(Element::OTHER);
        let reference_ms = parent.next_child_ms.unwrap_or(parent.span.start_ms);
        let time = |name| match attributes.get(name).map(|text| self.clock.time(&text)) {
            None => Ok(None),
            Some(Some(ms)) => Ok(Some(ms)),
            Some(None) => Err(()),
        };
        let (Ok(begin), Ok(end), Ok(duration)) = (time("begin"), time("end"), time("dur")) else {
            return Span {
                start_ms: reference_ms,
                end_ms: Some(reference_ms),
            };
        };
        let start_ms = reference_ms.saturating_add(begin.unwrap_or(0));
        let ends = [
            end.map(|ms| reference_ms.saturating_add(ms)),
            duration.map(|ms| start_ms.saturating_add(ms)),
            parent.span.end_ms,
        ];
        Span {
            start_ms,
            end_ms: ends.into_iter().flatten().min(),
        }
    }

    fn end(&mut self) {
        let Some(element) = self.elements.pop() else {
            return;
        };
        if element.is_paragraph {
            self.close_part();
        }
        let parent = self.elements.last_mut();
        let next = parent.and_then(|parent| parent.next_child_ms.as_mut());
        if let Some(next) = next.filter(|_| element.kind != Kind::Other) {
            *next = element.span.end_ms.unwrap_or(element.span.start_ms);
        }
    }

    fn text(&mut self, text: &str) {
        let shown = self.elements.last().copied();
        if let Some(element) = shown.filter(|element| element.kind == Kind::Text) {
            for character in text.chars() {
                self.push(character, element);
            }
        }
    }

    /// Adds the character of `&name;`. No other entities than those of XML itself are replaced.
    fn reference(&mut self, reference: &BytesRef<'_>) {
        let name = reference.xml10_content();
        match &*name {
            "amp" => self.text("&"),
            "lt" => self.text("<"),
            "gt" => self.text(">"),
            "quot" => self.text("\""),
            "apos" => self.text("'"),
            name => match reference.resolve_char_ref() {
                Ok(Some(character)) => self.text(character.encode_utf8(&mut [0; 4])),
                Ok(None) | Err(_) => self.text(&format!("&{name};")),
            },
        }
    }

    /// Adds a character of the text of this element. A line break there is white space, and white
    /// space is one space, unless `xml:space` says otherwise.
    fn push(&mut self, character: char, element: Element) {
        let is_space = matches!(character, ' ' | '\t' | '\n' | '\r');
        if is_space && !element.keeps_space {
            if !self.part.ends_in_space || self.part.span != element.span {
                self.push_as_it_is(' ', element);
                self.part.ends_in_space = true;
            }
        } else {
            self.push_as_it_is(character, element);
        }
    }

    fn push_as_it_is(&mut self, character: char, element: Element) {
        if self.part.span != element.span {
            self.close_part();
            self.part.span = element.span;
        }
        self.part.text.push(character, element.style);
        self.part.ends_in_space = false;
    }

    /// Ends the text that is shown in one time span.
    fn close_part(&mut self) {
        let Part { span, text, .. } = std::mem::take(&mut self.part);
        // Text without an end would cover the movie.
        let end_ms = span.end_ms.unwrap_or(span.start_ms);
        self.list.push(span.start_ms, end_ms, text.finish());
    }
}

impl Element {
    const OTHER: Self = Self {
        kind: Kind::Other,
        is_paragraph: false,
        span: Span {
            start_ms: 0,
            end_ms: None,
        },
        style: Style {
            italic: false,
            bold: false,
            underline: false,
        },
        keeps_space: false,
        next_child_ms: None,
    };
}

/// Attributes of an element by their local names.
struct Attributes<'e>(&'e BytesStart<'e>);

impl<'e> Attributes<'e> {
    /// Returns the value as it is written: none of those that matter has an entity.
    fn get(&self, name: &str) -> Option<Cow<'e, str>> {
        // The check for duplicates takes time that grows with the square of their number.
        let mut attributes = self.0.attributes();
        attributes.with_checks(false);
        let mut attributes = attributes.flatten();
        let found = attributes.find(|attribute| attribute.key.local_name().as_ref() == name);
        found.map(|attribute| attribute.value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captions::write::CaptionFormat;

    fn read(text: &str) -> Vec<(u64, u64, String)> {
        let list = cues(text).expect("TTML");
        list.cues
            .iter()
            .map(|cue| (cue.start_ms, cue.end_ms, cue.text.plain().to_owned()))
            .collect()
    }

    #[test]
    fn paragraphs_become_cues_with_their_styles() {
        let text = r#"<?xml version="1.0" encoding="UTF-8"?>
            <!DOCTYPE tt [<!ENTITY x "&x;&x;">]>
            <tt:tt xmlns:tt="http://www.w3.org/ns/ttml" xmlns:tts="http://www.w3.org/ns/ttml#styling" xml:lang="en">
              <tt:head><tt:metadata>not shown</tt:metadata><tt:styling>
                <tt:style xml:id="loud" tts:fontWeight="bold"/>
                <tt:style xml:id="odd" style="loud" tts:fontStyle="italic"/>
              </tt:styling></tt:head>
              <tt:body><tt:div>
                <tt:p begin="00:00:01.000" end="00:00:02.500">
                  Hello,<tt:br/>  <tt:span style="odd">odd
                  <tt:span tts:fontStyle="normal">world</tt:span></tt:span> &amp; &#228;&x;<![CDATA[ <3]]>
                  <tt:metadata>not shown</tt:metadata>
                </tt:p>
                <!-- a comment -->
                <tt:p begin="3s" dur="500ms" xml:space="preserve">two
lines</tt:p>
                <tt:p begin="4s" end="5s"/>
              </tt:div></tt:body>
            </tt:tt>"#;
        let list = cues(text).expect("TTML");
        assert_eq!(list.skipped, 0);
        assert_eq!(
            CaptionFormat::WebVtt.write(&list.cues),
            "WEBVTT\n\n00:00:01.000 --> 00:00:02.500\nHello,\n<i><b>odd</b></i><b> world</b> \
             &amp; ä&amp;x; &lt;3\n\n00:00:03.000 --> 00:00:03.500\ntwo\nlines\n"
        );
    }

    #[test]
    fn times_are_relative_to_what_contains_the_text() {
        let text = r#"<tt><body begin="10s"><div begin="1s" end="8s">
            <p begin="1s" end="2s">a</p>
            <p begin="2s" dur="20s">b</p>
            <p begin="3s" end="6s">c <span begin="0s" end="1s">d</span><span begin="1s">e</span></p>
          </div><div timeContainer="seq">
            <p dur="1s">f</p><p begin="1s" dur="1s">g</p>
          </div></body></tt>"#;
        let expected = [
            (12_000, 13_000, "a"),
            (13_000, 18_000, "b"),
            (14_000, 17_000, "c"),
            (14_000, 15_000, "d"),
            (15_000, 17_000, "e"),
            (10_000, 11_000, "f"),
            (12_000, 13_000, "g"),
        ];
        assert_eq!(
            read(text),
            expected.map(|(start, end, text)| (start, end, text.to_owned()))
        );
    }

    #[test]
    fn other_and_hostile_documents_are_refused_or_cut() {
        for other in [
            "",
            "<html><body><p begin='1s' end='2s'>x</p></body></html>",
            "<a><tt/></a>",
        ] {
            assert_eq!(cues(other), None, "{other}");
        }
        let p = r#"<div><p begin="1s" end="2s">kept</p>"#;
        for rest in [
            "<p",
            "</wrong>",
            &"<div>".repeat(100_000),
            "",
            "<p begin='1s' end='2s'>cut",
            "<p begin='x' end='2s'>lost</p></div></body></tt>",
            "<p begin='1s'>lost</p></div></body></tt>",
        ] {
            let text = format!("<tt><body>{p}{rest}");
            assert_eq!(read(&text), [(1000, 2000, "kept".to_owned())]);
            assert_eq!(cues(&text).map(|list| list.skipped), Some(1), "{rest:.20}");
        }
    }
}
