use proptest::prelude::*;

use super::*;

#[test]
fn the_path_of_an_archive_is_a_recorded_conversation() {
    let file = std::path::absolute("my video.har").unwrap();
    for text in [
        "my video.har",
        " 'my video.har' ",
        "\"my video.har\"\n",
        "my video.HAR",
    ] {
        let Ok(Target::Session(path)) = text.parse() else {
            panic!("{text}")
        };
        assert_eq!(
            path.to_string_lossy().to_lowercase(),
            file.to_string_lossy().to_lowercase()
        );
    }
    let url = Url::from_file_path(&file).unwrap();
    assert_eq!(url.as_str().parse(), Ok(Target::Session(file)));
    for text in [
        "https://video.ibm.com/x.har",
        "one.har\ntwo.har",
        "x.hart",
        "",
    ] {
        assert!(!matches!(text.parse(), Ok(Target::Session(_))), "{text}");
    }
}

fn recording(id: u64) -> Target {
    Target::Recording(RecordingId(id))
}

fn channel(id: u64) -> Target {
    Target::Channel(ChannelId(id))
}

fn slug(name: &str) -> Target {
    Target::Slug(name.to_owned())
}

fn page(url: &str) -> Target {
    Target::Page(url.parse().unwrap())
}

#[track_caller]
fn assert_all(rows: &[(&str, Target)]) {
    for (text, target) in rows {
        assert_eq!(text.parse::<Target>().as_ref(), Ok(target), "{text}");
    }
}

#[test]
fn every_form_of_a_recording_url_is_recognized() {
    assert_all(
        &[
            "https://video.ibm.com/recorded/112470631",
            "http://www.ustream.tv/recorded/112470631",
            "https://ustream.tv/recorded/112470631/",
            "https://www.video.ibm.com/recorded/112470631#t=5",
            "https://video.ibm.com/recorded/112470631/highlight/77",
            "https://video.ibm.com/embed/recorded/112470631?autoplay=1&volume=50",
            "https://video.ibm.com/channel/id/6540154/recorded/112470631",
            "https://video.ibm.com/channel/6540154/recorded/112470631",
            "https://video.ibm.com/channel/some-name/recorded/112470631",
            "https://video.ibm.com/combined-embed/6540154/video/112470631",
            "https://video.ibm.com/combined-embed/6540154/recorded/112470631",
            "https://api.ustream.tv/videos/112470631.json",
            "https://api.video.ibm.com/videos/112470631.json?detail_level=minimal",
            "https://api.video.ibm.com/videos/112470631/captions.json",
            "http://www.ustream.tv/flash/viewer.swf?vid=112470631&cid=6540154",
            "http://tcdn.ustream.tv/video/112470631?preset_id=1&e=146",
            "http://112470631-recorded-hls.ums.ustream.tv/playlist/directhls/recorded/112470631/playlist.m3u8?sgn=1",
            "https://112470631-recorded-hls.ums.ustream.tv/",
            "https://a92ccb29-lp-omega.ums.services.video.ibm.com/playlist/auditorium/recorded/112470631/playlist.m3u8?token=2_1&sgn=b7",
            "http://c742ee30-lp-omega.ums.ustream.tv/playlist/recorded/112470631/1/playlist.m3u8?token=1",
            "wss: r12345678-1-112470631-recorded-ws-live.ums.services.video.ibm.com/1/ustream",
            "https://align.ustream.tv/recorded/112470631",
        ]
        .map(|text| (text, recording(112_470_631))),
    );
}

#[test]
fn every_form_of_a_channel_url_is_recognized() {
    assert_all(
        &[
            "https://video.ibm.com/channel/id/6540154",
            "https://video.ibm.com/channel/6540154",
            "https://video.ibm.com/channel/6540154?x=1",
            "https://www.ustream.tv/embed/6540154?v=3&wmode=direct",
            "https://video.ibm.com/combined-embed/6540154",
            "https://api.video.ibm.com/channels/6540154.json",
            "https://api.video.ibm.com/channels/6540154/videos.json?page=2",
            "http://www.ustream.tv/flash/viewer.swf?cid=6540154",
            "http://www.ustream.tv/flash/live/1/6540154?cid=6540154",
            "http://static-cdn1.ustream.tv/swf/live/viewer.rsl:1.swf?cid=6540154",
            "http://iphone-streaming.ustream.tv/uhls/6540154/streams/live/iphone/playlist.m3u8",
            "http://6540154-channel-hls.ums.ustream.tv/playlist/directhls/channel/6540154/playlist.m3u8?sgn=1",
        ]
        .map(|text| (text, channel(6_540_154))),
    );
}

#[test]
fn a_name_in_the_url_is_the_channels_name() {
    assert_all(&[
        (
            "https://video.ibm.com/channel/curJSsZFUUu",
            slug("curJSsZFUUu"),
        ),
        (
            "https://video.ibm.com/channel/curJSsZFUUu/pop-out",
            slug("curJSsZFUUu"),
        ),
        ("https://video.ibm.com/channel/24hours", slug("24hours")),
        (
            "https://video.ibm.com/embed/recorded",
            page("https://video.ibm.com/embed/recorded"),
        ),
        ("https://www.ustream.tv/nasahdtv", slug("nasahdtv")),
        ("https://www.ustream.tv/nasahdtv/pop-out", slug("nasahdtv")),
        (
            "https://www.ustream.tv/channel/%E6%97%A5%E6%9C%AC",
            slug("日本"),
        ),
        ("https://www.ustream.tv/channel/日本", slug("日本")),
        (
            "http://iphone-streaming.ustream.tv/uhls/nasahdtv/streams/live/x.m3u8",
            slug("nasahdtv"),
        ),
    ]);
}

#[test]
fn other_urls_of_the_service_are_pages() {
    assert_all(
        &[
            "https://www.ustream.tv/user/someone",
            "https://www.ustream.tv/discovery/live/all",
            "https://www.ustream.tv/explore/all",
            "https://video.ibm.com/login",
            "https://video.ibm.com/recorded/12abc",
            "https://video.ibm.com/recorded/99999999999999999999999",
            "https://ustre.am/asdasd1",
            "https://ja.ustream.tv/channel/foo",
            "https://video.ibm.com/embed/hashlock/pass?hash=1",
        ]
        .map(|text| (text, page(text))),
    );
}

#[test]
fn a_url_is_found_in_any_surrounding_text() {
    assert_all(
        &[
            "video.ibm.com/recorded/1",
            "  www.ustream.tv/recorded/1\n",
            "HTTPS://VIDEO.IBM.COM/Recorded/1",
            "<https://video.ibm.com/recorded/1>",
            "\"https://video.ibm.com/recorded/1\"",
            "“https://video.ibm.com/recorded/1”",
            "(see https://video.ibm.com/recorded/1).",
            "Have a look: https://video.ibm.com/recorded/1!",
            "[the talk](https://video.ibm.com/recorded/1)",
            "**https://video.ibm.com/recorded/1**",
            "Link:video.ibm.com/recorded/1, thanks",
            r#"<a href="https://video.ibm.com/recorded/1">talk</a>"#,
            r#"<iframe src="//www.ustream.tv/embed/recorded/1?a=1&amp;b=2"></iframe>"#,
            r#"{"url":"https:\/\/video.ibm.com\/recorded\/1"}"#,
            "&lt;https://video.ibm.com/recorded/1&gt;",
            "https%3A%2F%2Fvideo.ibm.com%2Frecorded%2F1",
            "https%253A%252F%252Fvideo.ibm.com%252Frecorded%252F1",
            "https://www.google.com/url?q=https%3A%2F%2Fvideo.ibm.com%2Frecorded%2F1&sa=D",
            "https://web.archive.org/web/2018/http://www.ustream.tv/recorded/1",
            "https://youtube.com/watch?v=1 or https://video.ibm.com/recorded/1",
            "https://video.ibm.com/ and then https://video.ibm.com/recorded/1",
            "https://video.ibm.com./recorded/1",
            "https://video.ibm.com:443/recorded/1",
        ]
        .map(|text| (text, recording(1))),
    );
}

#[test]
fn a_text_without_a_url_has_no_target() {
    for text in [
        "",
        "hello world",
        "and/or 3.14/2 e.g. this",
        "readme.md",
        "https://",
        "video.ibm.com",
        "https://video.ibm.com/",
        "https://www.ustream.tv/?x=1",
        "ftp://video.ibm.com/recorded/1",
        "someone@video.ibm.com",
    ] {
        assert_eq!(text.parse::<Target>(), Err(TargetError::NoLink), "{text}");
    }
}

#[test]
fn a_page_of_another_site_is_an_embedding_page() {
    assert_all(&[
        (
            "see https://www.a-pac.tv/live#top!",
            page("https://www.a-pac.tv/live"),
        ),
        (
            "https://me:secret@example.org/x?y=1",
            page("https://example.org/x?y=1"),
        ),
        (
            "youtube.com/watch?v=1",
            page("https://youtube.com/watch?v=1"),
        ),
        ("www.example.org", page("https://www.example.org/")),
        (
            "https://example.org and video.ibm.com/recorded/7",
            recording(7),
        ),
    ]);
    let own = page("https://video.ibm.com/user/somebody");
    assert_eq!(own.embedding_page(), None);
    let other = page("https://example.org/x");
    assert_eq!(
        other.embedding_page().map(Url::as_str),
        Some("https://example.org/x")
    );
}

#[test]
fn a_host_that_imitates_the_service_is_another_site() {
    let rows = [
        (
            "https://ustream.tv.evil.com/recorded/1",
            "ustream.tv.evil.com",
        ),
        ("https://video.ibm.com@evil.com/recorded/1", "evil.com"),
        ("video.ibm.com@evil.com/recorded/1", "evil.com"),
        ("https://video.ibm.com:x@evil.com/recorded/1", "evil.com"),
        (r"https://evil.com\@video.ibm.com/recorded/1", "evil.com"),
        ("https://evil.com/video.ibm.com/recorded/1", "evil.com"),
        ("https://evil.com#@video.ibm.com/recorded/1", "evil.com"),
        ("https://evilustream.tv/recorded/1", "evilustream.tv"),
        ("https://xvideo.ibm.com/recorded/1", "xvideo.ibm.com"),
        ("https://video.ibm.com.co/recorded/1", "video.ibm.com.co"),
        ("https://vıdeo.ibm.com/recorded/1", "xn--vdeo-lza.ibm.com"),
    ];
    for (text, host) in rows {
        let target: Target = text.parse().unwrap();
        let page = target.embedding_page().and_then(Url::host_str);
        assert_eq!(page, Some(host), "{text}");
    }
}

#[test]
fn a_megabyte_of_url_starts_is_searched_in_bounded_time() {
    for beginning in ["http://", "//", "a.bc/", "%25", "&amp;", "video.ibm.com "] {
        let text = beginning.repeat((1 << 20) / beginning.len());
        // What counts is that it ends.
        let found = text.parse::<Target>();
        assert!(!matches!(found, Ok(Target::Recording(_))), "{beginning}");
    }
}

proptest! {
    #[test]
    fn any_text_is_searched_without_panic(text in any::<String>()) {
        let _ = text.parse::<Target>();
    }

    #[test]
    fn any_text_around_a_host_is_searched_without_panic(before in ".{0,8}", after in ".{0,40}") {
        let _ = format!("{before}https://video.ibm.com/{after}").parse::<Target>();
        let _ = format!("{before}www.ustream.tv/channel/{after}").parse::<Target>();
    }

    #[test]
    fn every_number_is_read_back(id in any::<u64>()) {
        let text = format!("https://video.ibm.com/recorded/{id}");
        prop_assert_eq!(text.parse::<Target>(), Ok(Target::Recording(RecordingId(id))));
    }
}

#[test]
fn the_url_of_a_target_is_parsed_as_the_same_target() {
    let slug = Target::Slug("caf\u{e9} 24/7?".to_owned());
    let page: Url = "https://video.ibm.com/user/somebody".parse().unwrap();
    for target in [
        Target::Recording(RecordingId(112_470_631)),
        Target::Channel(ChannelId(6_540_154)),
        slug,
        Target::Page(page),
    ] {
        assert_eq!(
            target.link().parse(),
            Ok(target.clone()),
            "{}",
            target.link()
        );
    }
}
