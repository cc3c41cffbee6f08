//! The members of an HTTP Archive that we use (HAR 1.2, W3C draft of 2012-08-14).

use std::fmt;
use std::marker::PhantomData;

use serde::de::{self, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize};

/// Most requests that are read.
const MAX_ENTRIES: usize = 50_000;

/// Most headers of a message that are read.
const MAX_HEADERS: usize = 200;

/// Longest body that is kept; pages and answers of the service are shorter.
const MAX_TEXT_BYTES: usize = 8 << 20;

/// An HTTP Archive.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Har {
    /// Its only member.
    pub log: Log,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Log {
    /// Version of the format.
    pub version: String,
    /// The program that wrote it.
    pub creator: Creator,
    /// The requests in the order of their starts.
    #[serde(deserialize_with = "bounded_list::<_, _, MAX_ENTRIES>")]
    pub entries: Vec<Entry>,
    /// What our own program adds. Custom members begin with an underscore.
    #[serde(rename = "_ustreamDl", skip_serializing_if = "Option::is_none")]
    pub report: Option<ReportDetails>,
}

impl Default for Log {
    fn default() -> Self {
        Self {
            version: "1.2".to_owned(),
            creator: Creator::default(),
            entries: Vec::new(),
            report: None,
        }
    }
}

/// Name and version of a program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Creator {
    /// Name.
    pub name: String,
    /// Version.
    pub version: String,
}

/// What a report says beside the requests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct ReportDetails {
    /// The link that was looked up.
    pub link: String,
    /// Operating system and processor.
    pub system: String,
    /// The code of the error at the end; `None` if the link leads to a recording.
    pub error_code: Option<String>,
    /// The error in words.
    pub error: Option<String>,
    /// What was chosen, without paths.
    pub settings: Vec<String>,
    /// Decisions on the way, in their order.
    pub notes: Vec<Note>,
}

/// One decision.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Note {
    /// Milliseconds since the conversation began.
    pub at_ms: u64,
    /// The decision in words.
    pub text: String,
}

/// One request and its response.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Entry {
    /// When the request began (ISO 8601).
    pub started_date_time: String,
    /// Duration in milliseconds.
    pub time: f64,
    /// The request.
    pub request: Request,
    /// The response.
    pub response: Response,
    /// Required by the format, and always empty.
    #[serde(skip_deserializing)]
    pub cache: Empty,
    /// How the duration is made up.
    pub timings: Timings,
    /// The messages of a websocket, as Chromium writes them.
    #[serde(rename = "_webSocketMessages", skip_serializing_if = "Option::is_none")]
    pub web_socket_messages: Option<Vec<WebSocketMessage>>,
    /// What the body contains, if only its beginning is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
}

/// An object without members.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}

/// A list without elements.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "[u8; 0]")]
pub struct EmptyList;

impl From<EmptyList> for [u8; 0] {
    fn from(_: EmptyList) -> Self {
        []
    }
}

/// A size that is not known, which the format writes as -1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(into = "i8")]
pub struct UnknownSize;

impl From<UnknownSize> for i8 {
    fn from(_: UnknownSize) -> Self {
        -1
    }
}

/// A request.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Request {
    /// HTTP method.
    pub method: String,
    /// The whole URL.
    pub url: String,
    /// `HTTP/1.1`.
    pub http_version: String,
    /// Headers; the same name may occur several times.
    #[serde(deserialize_with = "bounded_list::<_, _, MAX_HEADERS>")]
    pub headers: Vec<Header>,
    /// Required by the format. Never read: the URL has them too.
    #[serde(skip_deserializing)]
    pub query_string: EmptyList,
    /// Required by the format. Never read: the headers have them too.
    #[serde(skip_deserializing)]
    pub cookies: EmptyList,
    /// The body.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub post_data: Option<PostData>,
    /// Required by the format.
    #[serde(skip_deserializing)]
    pub headers_size: UnknownSize,
    /// Required by the format.
    #[serde(skip_deserializing)]
    pub body_size: UnknownSize,
}

impl Default for Request {
    fn default() -> Self {
        Self {
            method: "GET".to_owned(),
            url: String::new(),
            http_version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            query_string: EmptyList,
            cookies: EmptyList,
            post_data: None,
            headers_size: UnknownSize,
            body_size: UnknownSize,
        }
    }
}

/// A body that was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct PostData {
    /// Media type.
    pub mime_type: String,
    /// The body as text.
    pub text: String,
}

/// A response.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Response {
    /// Status code; 0 if there was no answer.
    pub status: i64,
    /// Words after the status code.
    pub status_text: String,
    /// `HTTP/1.1`.
    pub http_version: String,
    /// Headers; the same name may occur several times.
    #[serde(deserialize_with = "bounded_list::<_, _, MAX_HEADERS>")]
    pub headers: Vec<Header>,
    /// Required by the format. Never read: the headers have them too.
    #[serde(skip_deserializing)]
    pub cookies: EmptyList,
    /// The body.
    pub content: Content,
    /// Target of a redirect, or empty.
    #[serde(rename = "redirectURL")]
    pub redirect_url: String,
    /// Required by the format.
    #[serde(skip_deserializing)]
    pub headers_size: UnknownSize,
    /// Required by the format.
    #[serde(skip_deserializing)]
    pub body_size: UnknownSize,
    /// Why there was no answer, as Chromium writes it.
    #[serde(rename = "_error", skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

impl Default for Response {
    fn default() -> Self {
        Self {
            status: 0,
            status_text: String::new(),
            http_version: "HTTP/1.1".to_owned(),
            headers: Vec::new(),
            cookies: EmptyList,
            content: Content::default(),
            redirect_url: String::new(),
            headers_size: UnknownSize,
            body_size: UnknownSize,
            error: None,
        }
    }
}

/// A name and a value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Header {
    /// Name; upper and lower case do not matter.
    pub name: String,
    /// Value.
    pub value: String,
}

/// The body of a response, after its content coding is undone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Content {
    /// Size in bytes of the whole body, also if `text` has only its beginning.
    pub size: i64,
    /// Media type.
    pub mime_type: String,
    /// The body, or its beginning; `None` if it was not kept.
    #[serde(
        skip_serializing_if = "Option::is_none",
        deserialize_with = "bounded_text"
    )]
    pub text: Option<String>,
    /// `base64` if the text is encoded so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

/// Parts of a duration in milliseconds; -1 if not known.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Timings {
    /// Sending the request.
    pub send: f64,
    /// Waiting for the response.
    pub wait: f64,
    /// Reading the response.
    pub receive: f64,
}

impl Default for Timings {
    fn default() -> Self {
        Self {
            send: 0.0,
            wait: 0.0,
            receive: 0.0,
        }
    }
}

/// One message of a websocket.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct WebSocketMessage {
    /// Who sent it.
    #[serde(rename = "type")]
    pub direction: Direction,
    /// Seconds since 1970.
    #[serde(default)]
    pub time: f64,
    /// 1 for text, 2 for binary data (RFC 6455 5.2).
    #[serde(default)]
    pub opcode: i64,
    /// Text, or base64 of binary data.
    #[serde(default)]
    pub data: String,
    /// Size in bytes of a message that was too large to be kept.
    #[serde(
        rename = "_sizeBytes",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub size_bytes: Option<u64>,
}

/// Who sent a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Direction {
    /// The client.
    Send,
    /// The service. Chromium marks broken connections as `error`; nothing is lost by reading those
    /// as a message without meaning.
    #[serde(alias = "error")]
    Receive,
}

/// Reads a body, but keeps only one of usual size.
fn bounded_text<'de, D>(deserializer: D) -> Result<Option<String>, D::Error>
where
    D: Deserializer<'de>,
{
    let text = Option::<String>::deserialize(deserializer)?;
    Ok(text.filter(|text| text.len() <= MAX_TEXT_BYTES))
}

/// Reads a list of at most `MAX` elements; fails if there are more, since an element takes far more memory
/// than its text.
fn bounded_list<'de, D, T, const MAX: usize>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    struct ListVisitor<T, const MAX: usize>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>, const MAX: usize> Visitor<'de> for ListVisitor<T, MAX> {
        type Value = Vec<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            write!(f, "a list of at most {MAX} elements")
        }

        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Vec<T>, A::Error> {
            let mut elements = Vec::new();
            while let Some(element) = list.next_element()? {
                if elements.len() == MAX {
                    return Err(de::Error::invalid_length(MAX + 1, &self));
                }
                elements.push(element);
            }
            Ok(elements)
        }
    }

    deserializer.deserialize_seq(ListVisitor::<T, MAX>(PhantomData))
}
