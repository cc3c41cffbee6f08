//! Properties of any response of the network: it is read in bounded time or refused, and every
//! address that results from it belongs to the service.

use std::sync::Arc;
use std::time::Duration;

use url::Url;
use ustream::hls::{self, Playlist};
use ustream::hosts::{self, Host};
use ustream::recording::{Playlists, SourceKind};
use ustream::ums::message::{self, Command};
use ustream::ums::session::{
    Session, SessionAction, SessionEvent, SessionQuery, StreamInfo, Transport,
};
use ustream::{
    ChannelId, Choice, Error, LiveChange, LivePlan, LiveUpdate, MediaId, Recording, RecordingId,
    SegmentPlan, api, gate, page,
};

const ID: RecordingId = RecordingId(7);

const CHANNEL: ChannelId = ChannelId(7);

/// Domains of the service; a copy, so that a change in `ustream` is noticed.
const DOMAINS: [&str; 4] = ["ustream.tv", "video.ibm.com", "ustre.am", "akamaihd.net"];

/// Separates the responses of one session.
const RESPONSE_SEPARATOR: &str = "\n=====\n";

/// Entry points of `ustream` for responses of the network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NetworkTarget {
    /// Frames of the control connection, and responses of the API and of forms.
    Message,
    /// A web page of the service or of another site.
    Page,
    /// A master playlist and the media playlists that it names.
    Playlist,
    /// A host name.
    Host,
}

impl NetworkTarget {
    /// Runs one input.
    ///
    /// # Panics
    ///
    /// Panics if a property is violated.
    pub fn run(self, bytes: &[u8]) {
        match self {
            Self::Message => {
                converse(bytes);
                follow(bytes);
                responses(bytes);
            }
            Self::Page => read_page(bytes),
            Self::Playlist => playlists(bytes),
            Self::Host => host(&String::from_utf8_lossy(bytes)),
        }
    }
}

/// Asserts that the host belongs to the service, and is unchanged in an address.
fn assert_host(host: &Host) {
    let name = host.as_str();
    let is_under = |domain: &&str| {
        let sub = name.strip_suffix(*domain);
        sub.is_some_and(|sub| sub.is_empty() || sub.ends_with('.'))
    };
    assert!(DOMAINS.iter().any(is_under), "{name}");
    for scheme in ["http", "https"] {
        let url = Url::parse(&format!("{scheme}://{name}/1/ustream")).expect("an address");
        assert_eq!(url.host_str(), Some(name));
        assert_eq!((url.path(), url.port()), ("/1/ustream", None));
        assert!(
            url.username().is_empty() && url.password().is_none(),
            "{url}"
        );
        assert!(url.query().is_none() && url.fragment().is_none(), "{url}");
    }
    assert_eq!(hosts::parse(name).as_ref(), Some(host));
}

fn assert_own(url: &Url) {
    let host = hosts::of_url(url);
    assert_host(&host.unwrap_or_else(|| panic!("not the service's: {url}")));
}

fn session(media: MediaId, transport: Transport) -> Session {
    let query = SessionQuery {
        media,
        password: None,
        hash: None,
        referrer: None,
    };
    Session::new(query, transport, 1)
}

/// Feeds all frames to a session of each kind and transport.
fn converse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    for media in [MediaId::Recording(ID), MediaId::Channel(CHANNEL)] {
        for transport in [Transport::Socket, Transport::Polling, Transport::Playlists] {
            converse_in(session(media, transport), transport, &text);
        }
    }
}

fn converse_in(mut session: Session, transport: Transport, text: &str) {
    let mut request = session.start(Duration::ZERO);
    // The second attempt uses the old domain, where long polling has no TLS.
    request = match transport {
        Transport::Socket => request,
        _ => session.handle(SessionEvent::Closed, Duration::from_secs(1)),
    };
    for frame in text.split(RESPONSE_SEPARATOR).take(20) {
        match &request {
            SessionAction::Connect { host, secure, .. }
            | SessionAction::Listen { host, secure, .. } => {
                assert_host(host);
                assert!(host.is_control(), "{host}");
                assert!(*secure || !host.as_str().starts_with("ums."), "{host}");
            }
            SessionAction::Done(_) | SessionAction::Fail(_) | SessionAction::NeedsHash => break,
            SessionAction::Send(_) | SessionAction::News(_) | SessionAction::Wait => {}
        }
        request = session.handle(SessionEvent::Frame(frame), Duration::from_secs(1));
        while matches!(request, SessionAction::News(_)) {
            request = session.handle(SessionEvent::Taken, Duration::from_secs(1));
        }
    }
    if matches!(request, SessionAction::Wait) {
        request = session.handle(SessionEvent::TimedOut, session.deadline());
    }
    if let SessionAction::Done(info) = request {
        recorded(*info);
    }
}

/// Takes all messages as those about a running stream: whatever they say, the plan only grows.
fn follow(bytes: &[u8]) {
    const MAX_MESSAGES: usize = 20;
    let text = String::from_utf8_lossy(bytes);
    let mut update = LiveUpdate::new(CHANNEL);
    let mut plan: Option<LivePlan> = None;
    let frames = text.split(RESPONSE_SEPARATOR);
    let commands = frames.flat_map(|frame| message::parse(frame).unwrap_or_default());
    for command in commands.take(MAX_MESSAGES) {
        let Command::ModuleInfo(info) = command else {
            continue;
        };
        update.take(*info, Duration::ZERO);
        plan = match plan {
            Some(known) => extended(known, &update),
            None => LivePlan::new(&update, &Choice::default()).ok(),
        };
        if let Some(plan) = &plan {
            assert!(plan.numbers().end - plan.numbers().start <= 200_000);
            let all = plan.segment_plan().segments;
            for segment in all.iter().take(3).chain(all.last()) {
                plan.locate(segment.id).urls.iter().for_each(assert_own);
            }
        }
    }
}

/// Extends a plan, or makes another one where that is needed.
fn extended(mut plan: LivePlan, update: &LiveUpdate) -> Option<LivePlan> {
    let (numbers, edge) = (plan.numbers(), plan.edge());
    let change = plan.extend(update);
    let has_grown = plan.numbers().end > numbers.end;
    assert_eq!(plan.numbers().start, numbers.start);
    assert!(plan.numbers().end >= numbers.end && plan.edge() >= edge);
    assert_eq!(matches!(change, LiveChange::Appended(_)), has_grown);
    match change {
        LiveChange::Restarted => LivePlan::new(update, &Choice::default()).ok(),
        LiveChange::Unchanged | LiveChange::Appended(_) => Some(plan),
    }
}

/// Asserts that the stream info leads to segments of the service only.
fn recorded(info: StreamInfo) {
    if let Ok(recording) = Recording::new(ID, info, None) {
        assert_addresses(&recording);
    }
}

fn assert_addresses(recording: &Recording) {
    recording.thumbnail.iter().for_each(assert_own);
    for rendition in recording.renditions.iter().take(4) {
        if let Some(plan) = recording.plan_of(rendition) {
            assert_places(recording, &plan);
        }
    }
}

fn assert_places(recording: &Recording, plan: &SegmentPlan) {
    let some = plan.segments.iter().take(3).chain(plan.segments.last());
    for segment in some {
        let place = recording.locate(plan, segment.id);
        place.urls.iter().for_each(assert_own);
    }
}

/// Reads responses of the API and of forms.
fn responses(bytes: &[u8]) {
    if let Ok(api::ApiResponse::Available(video)) = api::video(bytes) {
        video.thumbnail.iter().for_each(assert_own);
    }
    let _ = api::channel(bytes);
    let _ = api::captions(bytes);
    let _ = api::chapters(bytes);
    if let Ok(api::ApiResponse::Available(listing)) = api::recording_page(bytes) {
        let thumbnails = listing.recordings.iter();
        let thumbnails = thumbnails.filter_map(|listed| listed.video.thumbnail.as_ref());
        thumbnails.for_each(assert_own);
    }
    if let Some(next) = api::social_stream(bytes).next {
        assert!(next.starts_with("/ajax/"), "{next}");
        assert_own(&Url::parse(&format!("https://video.ibm.com{next}")).expect("an address"));
    }
    let _ = gate::reply(bytes);
    gate::content(bytes);
}

fn read_page(bytes: &[u8]) {
    let html = String::from_utf8_lossy(bytes);
    for base in [
        "https://video.ibm.com/channel/x",
        "https://www.example.org/x/",
    ] {
        let page = page::read(&html, &base.parse().expect("an address"));
        for target in page.players.iter().chain(&page.canonical) {
            assert_own(&Url::parse(&target.link()).expect("an address"));
        }
        assert!(page.players.len() <= 50 && page.off_air.len() <= 500);
        for field in page.form.iter().flatten() {
            assert!(!field.label.chars().any(char::is_control), "{field:?}");
        }
    }
}

/// Reads a master playlist; each of its media playlists is the rest of the bytes.
fn playlists(bytes: &[u8]) {
    let base = "https://a92ccb29-lp-omega.ums.services.video.ibm.com/playlist/recorded/7/x.m3u8";
    let base: Url = base.parse().expect("an address");
    let between = RESPONSE_SEPARATOR.as_bytes();
    let first = bytes.windows(between.len()).position(|it| it == between);
    let (master, media) = match first {
        Some(at) => (&bytes[..at], &bytes[at + between.len()..]),
        None => (bytes, bytes),
    };
    let master = match hls::read(master, &base) {
        Ok(Playlist::Master(master)) => master,
        Ok(Playlist::Media(_)) | Err(_) => return,
    };
    for url in master.variants.iter().map(|it| &it.url) {
        assert_own(url);
    }
    let audio = master
        .audio_renditions
        .iter()
        .filter_map(|it| it.url.as_ref());
    audio.for_each(assert_own);
    let playlists = Playlists::new(ID, master, |url| match hls::read(media, url) {
        Ok(Playlist::Media(media)) => Ok(Arc::new(media)),
        Ok(Playlist::Master(_)) => Err(Arc::new(Error::Timeout("a playlist"))),
        Err(error) => Err(Arc::new(error)),
    });
    let source = SourceKind::Playlists(playlists);
    if let Ok(recording) = Recording::from_source(ID, StreamInfo::default(), source, None) {
        assert_addresses(&recording);
    }
}

/// Reads a host name alone, in an address, and in commands of the control connection.
fn host(name: &str) {
    if let Some(host) = hosts::parse(name) {
        assert_host(&host);
    }
    if let Ok(url) = Url::parse(name)
        && let Some(host) = hosts::of_url(&url)
    {
        assert_host(&host);
        let named = url.host_str().expect("it has one");
        assert_eq!(named.trim_end_matches('.'), host.as_str());
    }
    let quoted = format!("{name:?}");
    let quoted = quoted.trim_matches('"');
    for command in [
        format!(r#"{{"cmd":"reject","args":[{{"cluster":{{"host":"{quoted}"}}}}]}}"#),
        format!(r#"{{"cmd":"reject","args":[{{"cluster":{{"name":"{quoted}"}}}}]}}"#),
        format!(r#"{{"cmd":"tracking","args":[{{"host":"{quoted}","connectionId":"c"}}]}}"#),
    ] {
        converse(command.as_bytes());
    }
}
