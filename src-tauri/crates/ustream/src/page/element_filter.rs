//! A filter between the HTML tokenizer and the tree builder that passes only relevant elements.
//!
//! A page of 8 MiB can hold a million elements, or formatting that multiplies when nested: its tree
//! would take hundreds of megabytes. Relevant are some twenty kinds of element, some of their
//! attributes, and text inside labels. Elements other than labels are built without children.

use std::cell::Cell;

use html5ever::tendril::StrTendril;
use html5ever::tokenizer::states::RawKind;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts, TreeSink as _};
use html5ever::{LocalName, local_name};
use scraper::{Html, HtmlTreeSink};

/// Most elements of a tree; the longest pages are lists of fifty recordings.
const MAX_ELEMENTS: usize = 10_000;

/// Deepest nesting of labels.
const MAX_NESTED_LABELS: usize = 100;

/// The relevant attributes.
const ATTRIBUTES: [&str; 24] = [
    "aria-label",
    "aria-required",
    "content",
    "data",
    "data-content-id",
    "data-lazy-src",
    "data-lazyload",
    "data-length",
    "data-original",
    "data-src",
    "data-title",
    "data-url",
    "flashvars",
    "for",
    "href",
    "id",
    "name",
    "placeholder",
    "property",
    "rel",
    "required",
    "src",
    "type",
    "value",
];

type Builder =
    TreeBuilder<<HtmlTreeSink as html5ever::tree_builder::TreeSink>::Handle, HtmlTreeSink>;

/// Passes the tokens of relevant elements to the tree builder.
pub(super) struct ElementFilter {
    builder: Builder,
    elements: Cell<usize>,
    /// Number of open labels.
    labels: Cell<usize>,
    /// Whether the next text belongs to a script or a style.
    is_raw: Cell<bool>,
}

impl ElementFilter {
    pub(super) fn new() -> Self {
        let sink = HtmlTreeSink::new(Html::new_document());
        Self {
            builder: TreeBuilder::new(sink, TreeBuilderOpts::default()),
            elements: Cell::new(0),
            labels: Cell::new(0),
            is_raw: Cell::new(false),
        }
    }

    pub(super) fn finish(self) -> Html {
        self.builder.sink.finish()
    }

    /// Passes a token on. The builder's result is ignored: it matters only for elements that are
    /// never passed.
    fn build(&self, token: Token, line: u64) {
        let _ = self.builder.process_token(token, line);
    }

    fn start(&self, mut tag: Tag, line: u64) {
        let is_label = tag.name == local_name!("label");
        let is_too_deep = is_label && self.labels.get() >= MAX_NESTED_LABELS;
        if !is_relevant(&tag) || is_too_deep || self.elements.get() >= MAX_ELEMENTS {
            return;
        }
        self.elements.set(self.elements.get() + 1);
        tag.name = plain_name(tag.name);
        tag.attrs
            .retain(|attribute| ATTRIBUTES.contains(&&*attribute.name.local));
        tag.attrs.shrink_to_fit();
        let end = Tag {
            kind: TagKind::EndTag,
            name: tag.name.clone(),
            self_closing: false,
            attrs: Vec::new(),
            had_duplicate_attributes: false,
        };
        self.build(Token::TagToken(tag), line);
        if is_label {
            self.labels.set(self.labels.get() + 1);
        } else {
            self.build(Token::TagToken(end), line);
        }
    }

    fn end_tag(&self, tag: Tag, line: u64) {
        self.is_raw.set(false);
        if tag.name == local_name!("label") && self.labels.get() > 0 {
            self.labels.set(self.labels.get() - 1);
            let attrs = Vec::new();
            self.build(Token::TagToken(Tag { attrs, ..tag }), line);
        }
    }

    fn text(&self, text: StrTendril, line: u64) {
        if self.labels.get() > 0 && !self.is_raw.get() {
            self.build(Token::CharacterTokens(text), line);
        }
    }
}

impl TokenSink for ElementFilter {
    type Handle = ();

    fn process_token(&self, token: Token, line: u64) -> TokenSinkResult<()> {
        match token {
            Token::TagToken(tag) if tag.kind == TagKind::StartTag => {
                let next = content_of(&tag.name);
                self.start(tag, line);
                self.is_raw.set(!matches!(next, TokenSinkResult::Continue));
                return next;
            }
            Token::TagToken(tag) => self.end_tag(tag, line),
            Token::CharacterTokens(text) => self.text(text, line),
            Token::EOFToken => self.build(Token::EOFToken, line),
            Token::DoctypeToken(_)
            | Token::CommentToken(_)
            | Token::NullCharacterToken
            | Token::ParseError(_) => {}
        }
        TokenSinkResult::Continue
    }

    fn end(&self) {
        self.builder.end();
    }
}

fn is_relevant(tag: &Tag) -> bool {
    let is_known = matches!(
        &*tag.name,
        "embed"
            | "frame"
            | "iframe"
            | "input"
            | "label"
            | "link"
            | "meta"
            | "object"
            | "param"
            | "select"
            | "textarea"
    );
    // Scripts turn elements of any kind into players and list entries.
    let is_marked = |name: &str, start: &str| {
        tag.attrs
            .iter()
            .any(|it| &*it.name.local == name && it.value.starts_with(start))
    };
    is_known || is_marked("data-content-id", "") || is_marked("id", "ustream-channel-")
}

/// Returns a name under which the builder accepts an element anywhere. Under its own name a `frame`
/// is accepted only in a frame set, a table row only in a table, and formatting outlives its end.
fn plain_name(name: LocalName) -> LocalName {
    match &*name {
        "frame" => local_name!("embed"),
        "embed" | "iframe" | "input" | "label" | "link" | "meta" | "object" | "param"
        | "select" | "textarea" => name,
        _ => local_name!("span"),
    }
}

/// Returns how the content of an element is tokenized, as in a browser with scripting
/// (HTML 13.2.6.4).
fn content_of(name: &LocalName) -> TokenSinkResult<()> {
    match &**name {
        "script" => TokenSinkResult::RawData(RawKind::ScriptData),
        "iframe" | "noembed" | "noframes" | "noscript" | "style" | "xmp" => {
            TokenSinkResult::RawData(RawKind::Rawtext)
        }
        "textarea" | "title" => TokenSinkResult::RawData(RawKind::Rcdata),
        "plaintext" => TokenSinkResult::Plaintext,
        _ => TokenSinkResult::Continue,
    }
}
