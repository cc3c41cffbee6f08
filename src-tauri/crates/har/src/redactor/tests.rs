use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::model::{
    Content, Direction, Header, Log, Note, PostData, ReportDetails, Request, Response,
    WebSocketMessage,
};

fn header(name: &str, value: &str) -> Header {
    Header {
        name: name.to_owned(),
        value: value.to_owned(),
    }
}

fn entry(url: &str, body: &str) -> Entry {
    Entry {
        request: Request {
            url: url.to_owned(),
            ..Request::default()
        },
        response: Response {
            status: 200,
            content: Content::of(String::new(), body.as_bytes(), body.len()),
            ..Response::default()
        },
        ..Entry::default()
    }
}

fn archive(entries: Vec<Entry>) -> Har {
    Har::new(Log {
        entries,
        ..Log::default()
    })
}

/// Returns a body after redaction.
fn body(text: &str) -> String {
    let mut har = archive(vec![entry("https://video.ibm.com/", text)]);
    Redactor::default().redact(&mut har);
    har.log.entries.remove(0).response.content.text.unwrap()
}

#[test]
fn what_is_no_secret_stays_as_it_is() {
    for text in [
        r#"{"video":{"id":"134300001","title":"A talk","length":"12.5","locks":{"password":[],"hash":{"auth_method":"registration_gate"}}}}"#,
        r#"{"hashes":{"0":"1870599898","10":"f68e3bc267"},"chunkId":0,"passwordLock":false}"#,
        r#"[{"cmd":"moduleInfo","args":[{"stream":{"streamFormats":{"mp4/segmented":{"streams":[{"segmentUrl":"2/chunk_%_%.m4v"}]}}}}]}]"#,
        "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1280000,CODECS=\"avc1.64001f\"\nlow.m3u8?page=2\n",
        r#"<meta name="ustream:channel_id" content="17439314"><a href="/recorded/1?autoplay=1">x</a>"#,
        "at 12:34:56 Mozilla/5.0 Chrome/138.0.0.0 a::b std::vec",
        "{\"broken\": [1, 2,, \"title\" \"x\"",
    ] {
        assert_eq!(body(text), text);
    }
}

#[test]
fn a_secret_has_one_placeholder_in_json_urls_and_headers() {
    let token = "dG9rZW4tMTIz";
    let mut har = archive(vec![
        entry(
            &format!("https://api.video.ibm.com/videos/7.json?access_token={token}"),
            &json!({"video": {"media_urls": {"mp4": format!("https://tcdn.ustream.tv/7.mp4?e={token}")}}})
                .to_string(),
        ),
        Entry {
            request: Request {
                url: format!("https://tcdn.ustream.tv/exp=1~hmac={token}/7.mp4?e={token}"),
                headers: vec![header("Cookie", &format!("a=b; sid={token}"))],
                ..Request::default()
            },
            ..Entry::default()
        },
    ]);
    let hidden = Redactor::default().redact(&mut har);
    let text = har.to_json();
    assert!(!text.contains(token), "{text}");
    assert!(text.matches("?e=hidden-1").count() == 2, "{text}");
    assert!(text.contains("access_token=hidden-1"), "{text}");
    assert!(text.contains("sid=hidden-1"), "{text}");
    assert!(hidden.secrets >= 2, "{hidden:?}");
    // A second time nothing changes.
    let again = har.clone();
    Redactor::default().redact(&mut har);
    assert_eq!(har, again);
}

#[test]
fn json_in_strings_and_lists_under_a_secret_name_are_hidden_but_their_names_stay() {
    let shown = body(
        r#"{"hash":[{"zip":"SECRET1"},{"age":4711},{"hash":"SECRET2"}],"text":"{\"session\":\"SECRET3\",\"deep\":\"{\\\"rsid\\\":\\\"SECRET4\\\",\\\"a\\\":1}\"}","b":2}"#,
    );
    assert!(
        !shown.contains("SECRET") && !shown.contains("4711"),
        "{shown}"
    );
    let parsed: serde_json::Value = serde_json::from_str(&shown).unwrap();
    assert_eq!(parsed["hash"][0]["zip"], "hidden-1");
    assert_eq!(parsed["b"], 2);
    let inner: serde_json::Value = serde_json::from_str(parsed["text"].as_str().unwrap()).unwrap();
    let deep: serde_json::Value = serde_json::from_str(inner["deep"].as_str().unwrap()).unwrap();
    assert_eq!(deep["a"], 1);
}

#[test]
fn titles_are_hidden_on_demand() {
    let page = r#"<title>My talk</title><meta property="og:title" content="My talk"><h1>My talk</h1>{"title":"My talk","id":"7"}"#;
    let mut har = archive(vec![entry("https://video.ibm.com/my-channel", page)]);
    let hidden = Redactor::new(true).redact(&mut har);
    let text = har.to_json();
    assert!(!text.contains("My talk"), "{text}");
    assert_eq!(hidden.titles, 1);
    assert_eq!(body(page), page);
}

#[test]
fn answers_to_forms_and_what_fields_hold_are_hidden() {
    let page = r#"<input type="hidden" name="_csrf_token" value="abcdef123456"><input name=email value='ada@example.org'>"#;
    let shown = body(page);
    assert!(
        !shown.contains("abcdef123456") && !shown.contains("ada@"),
        "{shown}"
    );
    assert!(shown.contains("name=\"_csrf_token\""), "{shown}");
    let mut har = archive(vec![Entry {
        request: Request {
            method: "POST".to_owned(),
            post_data: Some(PostData {
                mime_type: "application/x-www-form-urlencoded".to_owned(),
                text: "fields%5Bname%5D=Ada+Lovelace&fields%5Bemail%5D=ada%40example.org"
                    .to_owned(),
            }),
            ..Request::default()
        },
        response: Response {
            content: Content::of(String::new(), b"{\"words\":\"Hello Ada Lovelace\"}", 30),
            ..Response::default()
        },
        ..Entry::default()
    }]);
    Redactor::default().redact(&mut har);
    let text = har.to_json();
    assert!(
        !text.contains("Lovelace") && !text.contains("ada%40"),
        "{text}"
    );
    assert!(text.contains("fields%5Bname%5D="), "{text}");
}

#[test]
fn an_answer_hides_no_word_that_only_looks_like_it() {
    let url = "https://video.ibm.com/ajax/viewer-registration/save/7.json";
    let mut har = archive(vec![Entry {
        request: Request {
            url: url.to_owned(),
            post_data: Some(PostData {
                mime_type: "application/x-www-form-urlencoded".to_owned(),
                text: "fields%5Bname%5D=Viewer".to_owned(),
            }),
            ..Request::default()
        },
        ..Entry::default()
    }]);
    Redactor::default().redact(&mut har);
    assert_eq!(har.log.entries[0].request.url, url);
    assert!(!har.to_json().contains("Viewer"));
}

#[test]
fn secrets_of_forty_kinds_are_hidden_in_texts() {
    const SECRET: &str = "S3cret.0123abcdef";
    for shape in [
        r#"{"password":"§"}"#,
        r#"{"passwd" : "§"}"#,
        r#"{"hash":"§"}"#,
        r#"{"viewerToken":["§"]}"#,
        r#"{"secret":{"a":{"b":"§"}}}"#,
        r#"{"sign":"§"}"#,
        r#"{"sgn":"§"}"#,
        r#"{"sig":"§"}"#,
        r#"{"hmac":"§"}"#,
        r#"{"jwt":"§"}"#,
        r#"{"key":"§"}"#,
        r#"{"pin":"§"}"#,
        r#"{"sid":"§"}"#,
        r#"{"authorization":"§"}"#,
        r#"{"cookie":"§"}"#,
        r#"{"sessionId":"§"}"#,
        r#"{"credentials":"§"}"#,
        r#"{"apiKey":"§"}"#,
        r#"{"api_key":"§"}"#,
        r#"{"fields[email]":"§"}"#,
        r#"{"rpin":"§"}"#,
        r#"{"connectionId":"§"}"#,
        r#"{"text":"{\"token\":\"§\"}"}"#,
        r#"{"data":"<input name=\"email\" value=\"§\">"}"#,
        r#"{"url":"https://cdn/x.m3u8?a=1\u0026sig=§"}"#,
        r#"{"url":"https:\/\/cdn\/exp=9~hmac=§\/x"}"#,
        r#"{"url":"https://ada:§@proxy:3128/"}"#,
        "https://cdn/exp=1~acl=/*~hmac=§/seg.ts",
        "https://cdn/seg.ts/~§",
        "<input value=\"a>§\">",
        "<textarea name=x>§</textarea>",
        "<meta name=\"csrf-token\" content=\"§\">",
        "<div data-csrf=\"§\">",
        "<div data-x=\"{&quot;token&quot;:&quot;§&quot;}\">",
        "<a href=\"/x?a=1&amp;e=§\">",
        "{csrfToken:'§'}",
        "var token = \"§\"",
        "?referrer=https%3A%2F%2Fsite%2F%3Fauth%3D§",
        "?url=https://x/?token=§",
        r"\u0022token\u0022:\u0022§\u0022",
    ] {
        let shown = body(&shape.replace('§', SECRET));
        assert!(!shown.contains("0123abcdef"), "{shape}: {shown}");
    }
    for address in [
        "at 203.0.114.9:8080",
        "client:203.0.114.9",
        "/ip/89.12.3.4/",
        "https://10.1.2.3:8443/",
        "from fe80::1234:5678",
    ] {
        let shown = body(address);
        let known = ["203.0.114.9", "89.12.3.4", "10.1.2.3", "fe80::"];
        assert!(!known.iter().any(|it| shown.contains(it)), "{shown}");
    }
}

#[test]
fn long_runs_of_backslashes_and_tags_that_do_not_end_take_no_time() {
    body(&format!("\"token\":[{}", "\\".repeat(1 << 20)));
    body(&"<input ".repeat(100_000));
    body(&format!("{{\"design\":\"{}\"}}", "x<b>".repeat(100_000)));
}

#[test]
fn a_known_answer_is_found_as_php_writes_it() {
    for (answer, written) in [
        ("O'Brien", "O&#039;Brien"),
        ("Müller / \"Co\"", r#"M\u00fcller \/ \"Co\""#),
        ("Müller / Co", r"M\u00FCller \/ Co"),
    ] {
        let mut har = archive(vec![entry(
            "https://a.example/",
            &format!("Hello {written}!"),
        )]);
        let mut redactor = Redactor::default();
        redactor.add_secret(answer);
        redactor.redact(&mut har);
        let text = har.log.entries[0].response.content.text.as_deref();
        assert_eq!(text, Some("Hello hidden-1!"));
    }
}

/// Where a secret may be. Each place is a shape that occurs in conversations with the service or with
/// what stands before it.
const PLACES: usize = 24;

/// Hides a secret in the given place of a conversation.
fn plant(place: usize, secret: &str, har: &mut Har) {
    let percent = utf8_percent_encode(secret, UNRESERVED).to_string();
    let entry = match place {
        0..5 => in_url(place, &percent),
        5..11 => in_headers(place, &percent),
        11..18 => in_body(place, secret, &percent),
        18..22 => in_message_or_form(place, secret, &percent),
        _ => {
            in_details(place, &percent, har.log.report.get_or_insert_default());
            return;
        }
    };
    har.log.entries.push(entry);
}

fn in_url(place: usize, percent: &str) -> Entry {
    let url = match place {
        0 => format!("https://video.ibm.com/?vt={percent}"),
        1 => format!("https://a.example/x?a=1&{percent}"),
        2 => format!("https://ada:{percent}@a.example/"),
        3 => format!("https://a.example/exp=1~hmac={percent}/b"),
        _ => format!("https://a.example/#{percent}"),
    };
    entry(&url, "")
}

fn in_headers(place: usize, percent: &str) -> Entry {
    let mut entry = entry("https://video.ibm.com/", "");
    let (request, response) = (&mut entry.request.headers, &mut entry.response.headers);
    match place {
        5 => request.push(header("Cookie", &format!("a=1; s={percent}"))),
        6 => response.push(header("Set-Cookie", &format!("s={percent}; Path=/"))),
        7 => request.push(header("Authorization", &format!("Bearer {percent}"))),
        8 => response.push(header("X-Amz-Security", percent)),
        9 => request.push(header(
            "Referer",
            &format!("https://a.example/?q={percent}"),
        )),
        _ => response.push(header("Location", &format!("/login?next={percent}"))),
    }
    entry
}

fn in_body(place: usize, secret: &str, percent: &str) -> Entry {
    let json = serde_json::Value::from(secret).to_string();
    let nested = serde_json::Value::from(format!("{{\"token\":{json}}}")).to_string();
    let text = match place {
        11 => format!("{{\"args\":[{{\"password\":{json}}}]}}"),
        12 => format!("{{\"a\":{{\"sessionId\" : [1, {{\"x\": {json}}}]}}}}"),
        13 => format!("{{\"text\":{nested}}}"),
        14 => format!("<script>var a = {{\"csrf\": {json}}};</script>"),
        15 => format!("<a href=\"/x?a=1&amp;sig={percent}\">x</a>"),
        16 => format!("<input name=x type=hidden value=\"{percent}\">"),
        _ => format!("#EXTM3U\nhttps://a.example/~{percent}/b.ts?token={percent}\n"),
    };
    entry("https://video.ibm.com/", &text)
}

fn in_message_or_form(place: usize, secret: &str, percent: &str) -> Entry {
    let json = serde_json::Value::from(secret).to_string();
    let message = |direction, opcode, data| WebSocketMessage {
        direction,
        time: 0.0,
        opcode,
        data,
        size_bytes: None,
    };
    let form = |mime_type: &str, text| PostData {
        mime_type: mime_type.to_owned(),
        text,
    };
    let mut entry = entry("wss://r1-1-7-recorded-ws-live.ums.ustream.tv/1/ustream", "");
    let (request, messages) = (&mut entry.request, &mut entry.web_socket_messages);
    match place {
        18 => {
            let text = format!("{{\"cmd\":\"connect\",\"args\":[{{\"hash\":{json}}}]}}");
            *messages = Some(vec![message(Direction::Send, 1, text)]);
        }
        19 => {
            let text = BASE64_STANDARD.encode(format!("{{\"connectionId\":{json}}}"));
            *messages = Some(vec![message(Direction::Receive, 2, text)]);
        }
        20 => {
            let text = format!("hash={percent}&b=1");
            request.post_data = Some(form("application/x-www-form-urlencoded", text));
        }
        _ => {
            let text = format!("{{\"fields[phone]\":{json}}}");
            request.post_data = Some(form("application/json", text));
        }
    }
    entry
}

fn in_details(place: usize, percent: &str, report: &mut ReportDetails) {
    if place == 22 {
        report.notes.push(Note {
            at_ms: 0,
            text: format!("no answer from https://a.example/?token={percent}"),
        });
        return;
    }
    let earlier = std::mem::take(&mut report.link);
    report.link = match earlier.as_str() {
        "" => format!("https://video.ibm.com/recorded/7?vt={percent}"),
        _ => format!("{earlier}&vt={percent}"),
    };
}

/// Returns whether a secret can be read in the file.
fn is_found(secret: &str, har: &Har) -> bool {
    let text = har.to_json();
    let forms = encodings(secret).into_iter();
    let nested = encodings(secret).into_iter().map(|it| {
        let quoted = serde_json::Value::from(it).to_string();
        quoted.trim_matches('"').to_owned()
    });
    forms.chain(nested).any(|form| text.contains(&form))
}

/// A random token, as services make them.
fn token() -> impl Strategy<Value = String> {
    "[A-Za-z]{3,8}[0-9]{2,6}[A-Za-z0-9._-]{3,20}"
        .prop_filter("not a placeholder", |it| !it.starts_with("hidden"))
}

proptest! {
    #[test]
    fn no_secret_is_found_wherever_it_was(
        secrets in proptest::collection::vec((token(), 0..PLACES, 0..PLACES), 1..12),
    ) {
        let mut har = archive(vec![]);
        for (secret, first, second) in &secrets {
            plant(*first, secret, &mut har);
            plant(*second, secret, &mut har);
            // And once where nothing tells that it is one.
            har.log.entries.push(entry("https://a.example/", &format!("Hello {secret}!")));
        }
        Redactor::default().redact(&mut har);
        for (secret, first, second) in &secrets {
            prop_assert!(!is_found(secret, &har), "{secret} at {first} and {second}: {}", har.to_json());
        }
    }

    #[test]
    fn a_known_secret_is_found_nowhere_whatever_its_letters(
        secret in "[^\\s\\p{C}]{1}[^\\p{C}]{4,18}[^\\s\\p{C}]{1}",
        places in proptest::collection::vec(0..PLACES, 1..6),
    ) {
        let mut har = archive(vec![]);
        for place in &places {
            plant(*place, &secret, &mut har);
        }
        har.log.report = Some(ReportDetails {
            error: Some(format!("wrong: {secret}")),
            settings: vec![format!("folder /home/{secret}/Downloads")],
            ..har.log.report.unwrap_or_default()
        });
        let mut redactor = Redactor::default();
        redactor.add_secret(&secret);
        redactor.redact(&mut har);
        prop_assert!(!is_found(&secret, &har), "{secret} at {places:?}: {}", har.to_json());
    }

    #[test]
    fn any_text_is_read_without_a_panic_and_twice_alike(text in "\\PC{0,400}") {
        let once = body(&text);
        let mut har = archive(vec![entry("https://a.example/", &once)]);
        Redactor::default().redact(&mut har);
    }

    #[test]
    fn torn_json_is_read_without_a_panic(
        parts in proptest::collection::vec("[\\[\\]{}:,\"\\\\]|\"hash\":|\\\\\"token\\\\\":|[0-9]{1,3}|é", 0..60),
    ) {
        body(&parts.concat());
    }
}
