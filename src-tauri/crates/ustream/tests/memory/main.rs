//! Bounds the memory that the readers of responses take, for any response.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use peak_alloc::PeakAlloc;
use url::Url;
use ustream::ums::session::{Session, SessionEvent, SessionQuery, Transport};
use ustream::{RecordingId, api, gate, page};

#[global_allocator]
static MEMORY: PeakAlloc = PeakAlloc;

/// Held by each test as long as it runs, so that none measures what another allocates.
static ALONE: Mutex<()> = Mutex::new(());

fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Memory that reading one response may take, besides the response itself.
const MAX_BYTES: usize = 64 << 20;

const FRAME_BYTES: usize = (4 << 20) - 200;
const PAGE_BYTES: usize = (8 << 20) - 200;

/// Asserts that the peak memory of `read` is bounded.
#[track_caller]
fn assert_bounded(what: &str, read: impl FnOnce()) {
    let before = MEMORY.current_usage();
    MEMORY.reset_peak_usage();
    read();
    let taken = MEMORY.peak_usage().saturating_sub(before);
    assert!(taken <= MAX_BYTES, "{what}: {} MB", taken >> 20);
}

/// Small values that are repeated a million times.
const UNITS: [&str; 6] = [
    r#"{"":{"":{"":{"":0}}}},"#,
    r#"{"":0},"#,
    "[0],",
    "0,",
    r#""a","#,
    "\"\\ud83d\",",
];

fn many(unit: &str, size: usize) -> String {
    unit.repeat(size / unit.len())
}

/// Returns about a million members of an object, each with a different name.
fn members(value: &str, size: usize) -> String {
    let mut members = String::with_capacity(size);
    for number in 0.. {
        let member = format!("\"{number}\":{value},");
        if members.len() + member.len() > size {
            break;
        }
        members.push_str(&member);
    }
    members
}

/// Returns the worst responses between `before` and `after`.
fn worst_cases(before: &str, after: &str) -> Vec<String> {
    let size = FRAME_BYTES - before.len() - after.len() - 8;
    let lists = UNITS.map(|unit| format!("{before}[{}0]{after}", many(unit, size)));
    let objects = ["0", "\"aaaaaaaa\""]
        .map(|value| format!("{before}{{{}\"\":0}}{after}", members(value, size)));
    let controls = many("\u{1}", size - 2);
    let text = [format!("{before}\"{controls}\"{after}")];
    lists.into_iter().chain(objects).chain(text).collect()
}

fn session() -> Session {
    let query = SessionQuery {
        media: RecordingId(7).into(),
        password: None,
        hash: None,
        referrer: None,
    };
    let mut session = Session::new(query, Transport::Socket, 1);
    session.start(Duration::ZERO);
    session
}

#[test]
fn a_frame_of_any_form_takes_bounded_memory() {
    let _alone = alone();
    let format = r#"{"cmd":"moduleInfo","args":[{"stream":{"streamFormats":{"flv/segmented":{"#;
    for (before, after) in [
        ("", ""),
        (r#"{"cmd":"reject","args":"#, "}"),
        (r#"{"cmd":"moduleInfo","args":[{"chat":"#, "}]}"),
        (&format!("{format}\"hashes\":"), "}}}}]}"),
        (&format!("{format}\"streams\":"), "}}}}]}"),
    ] {
        for frame in worst_cases(before, after) {
            let what = format!("{}…", &frame[..before.len() + 20]);
            assert_bounded(&what, || {
                let mut session = session();
                session.handle(SessionEvent::Frame(&frame), Duration::ZERO);
                session.handle(SessionEvent::Frame(&frame), Duration::ZERO);
            });
        }
    }
}

#[test]
fn an_api_response_of_any_form_takes_bounded_memory() {
    let _alone = alone();
    for (before, after) in [
        ("", ""),
        (r#"{"video":{"id":"7","x":"#, "}}"),
        (r#"{"videos":"#, "}"),
        (r#"{"hash":"#, "}"),
        (r#"{"data":"#, "}"),
        (r#"{"exposedVariables":{"videosData":{"videos":"#, "}}}"),
        (r#"{"errors":"#, "}"),
    ] {
        for response in worst_cases(before, after) {
            let what = format!("{}…", &response[..before.len() + 20]);
            let response = response.into_bytes();
            // All of these use the same reader.
            assert_bounded(&what, || match before {
                r#"{"videos":"# => drop(api::recording_page(&response)),
                r#"{"data":"# => drop(api::social_stream(&response)),
                r#"{"exposedVariables":{"videosData":{"videos":"# => drop(gate::content(&response)),
                r#"{"errors":"# | r#"{"hash":"# => drop(gate::reply(&response)),
                _ => drop(api::video(&response)),
            });
        }
    }
}

#[test]
fn a_page_of_any_form_takes_bounded_memory() {
    let _alone = alone();
    let base = Url::parse("https://video.ibm.com/channel/x").expect("an address");
    let numbered = |before: &str, after: &str, count: u32| {
        let mut text = String::new();
        for number in 0..count {
            text.push_str(before);
            text.push_str(&number.to_string());
            text.push_str(after);
        }
        text
    };
    let attributes = numbered("a", "=1 ", 400_000);
    let formats = numbered("<b id=", "><p>", 200_000);
    let units = [
        "<a>",
        "<b id=a>",
        "<a b c d e f>",
        "<label>",
        "<label>x",
        "<input name='fields[x]'>",
        "<meta name=x content=y>",
        "<iframe>",
        "<div data-content-id=1>",
        "<a id=ustream-channel-1>",
        "<object><param name=movie value=x>",
        "<!--",
        "offAirContentVideoIds=[",
        "offAirContentVideoIds=[[0],",
    ];
    let pages = units.map(|unit| (unit, many(unit, PAGE_BYTES)));
    let zeros = format!("offAirContentVideoIds=[{}0]", many("0,", PAGE_BYTES - 40));
    let pages = pages.into_iter().chain([
        ("attributes", format!("<a {attributes}>")),
        ("formats", formats),
        ("off air", zeros),
    ]);
    for (what, html) in pages {
        assert_bounded(what, || {
            page::read(&html, &base);
        });
    }
}
