use proptest::prelude::*;

use super::*;

fn page(html: &str) -> Page {
    read(html, &"https://video.ibm.com/channel/x".parse().unwrap())
}

#[test]
fn the_channel_number_is_found_in_every_known_form() {
    for html in [
        r#"<meta name="ustream:channel_id" content="17439314">"#,
        "<html><head><meta  content='17439314' class=x name='ustream:channel_id' /></head>",
        "<META CONTENT=17439314 NAME=ustream:channel_id>",
        r#"<script>{"channelId":17439314}</script>"#,
        r#"<script>var x = {"cid": "17439314"};</script>"#,
        "<a href='/x?channelId=17439314&y'>",
        "<script>;ustream.vars.cId=17439314;</script>",
    ] {
        assert_eq!(page(html).channel, Some(ChannelId(17_439_314)), "{html}");
    }
    assert_eq!(
        page("<meta name=ustream:channel_id content=x> \"cid\":0").channel,
        None
    );
}

#[test]
fn off_air_recordings_are_read_despite_a_semicolon_in_a_string() {
    let html = r#"<script>;ustream.vars.offAirContentVideoIds=["1;", "22",33];ustream.vars.x=1;"#;
    assert_eq!(page(html).off_air, [RecordingId(22), RecordingId(33)]);
    assert_eq!(
        page(r#"{"offAirContentVideoIds":{"1":"5","0":4}}"#).off_air,
        [4, 5].map(RecordingId)
    );
    assert!(
        page("offAirContentVideoIds = null; offAirContentVideoIds")
            .off_air
            .is_empty()
    );
}

#[test]
fn form_fields_have_names_labels_and_whether_they_are_required() {
    let html = r#"<form><input type=hidden name="fields[token]" value=1>
        <label for=n>Your  name *</label><input id=n name="fields[name]">
        <label>E-mail: <input name="fields[email]" type=email required></label>
        <input name="fields[company]" placeholder="Company">
        <select name="fields[role]"><option>x</select>
        <input type=radio name="fields[size]" value=1><input type=radio name="fields[size]">
        <input name=other><input type=submit name="fields[go]"></form>"#;
    let field = |name: &str, label: &str, required| FormField {
        name: name.into(),
        label: label.into(),
        required,
    };
    assert_eq!(
        page(html).form.unwrap(),
        [
            field("name", "Your name", true),
            field("email", "E-mail", true),
            field("company", "Company", false),
            field("role", "role", false),
            field("size", "size", false),
        ]
    );
    assert_eq!(page("<input name=q>").form, None);
    let escape = "<input name='fields[\u{1b}]0;x\u{7}]'><input name='fields[a\tb]'>";
    assert_eq!(page(escape).form, None, "a name that no terminal may see");
}

fn recording(id: u64) -> Target {
    Target::Recording(RecordingId(id))
}

fn channel(id: u64) -> Target {
    Target::Channel(ChannelId(id))
}

#[test]
fn the_canonical_url_gives_the_target() {
    let own = r#"<link rel=canonical href="/channel/id/9"><iframe src="/embed/8">"#;
    assert_eq!(page(own).canonical, Some(channel(9)));
    assert_eq!(page(own).players, [channel(8)]);
    let other = r#"<link rel=canonical href="https://evil.com/recorded/1">"#;
    assert_eq!(page(other).canonical, None);
}

#[test]
fn players_are_found_in_every_known_form() {
    for (html, player) in [
        (
            r#"<iframe src="https://www.ustream.tv/embed/17?html5ui">"#,
            channel(17),
        ),
        (
            "<iframe src='//www.ustream.tv/embed/recorded/7?html5ui&amp;x=1'>",
            recording(7),
        ),
        (
            r#"<iframe data-src="//video.ibm.com/embed/recorded/7">"#,
            recording(7),
        ),
        (
            r#"<iframe src="about:blank" data-lazy-src="https://video.ibm.com/combined-embed/5">"#,
            channel(5),
        ),
        (
            r#"<iframe src="https://video.ibm.com/combined-embed/5/video/6">"#,
            recording(6),
        ),
        (
            r#"<embed src="http://www.ustream.tv/flash/viewer.swf?cid=17">"#,
            channel(17),
        ),
        (
            r#"<embed src="http://www.ustream.tv/flash/viewer.swf" flashvars="autoplay=false&amp;cid=17">"#,
            channel(17),
        ),
        (
            r#"<object data="http://www.ustream.tv/flash/live/1"><param name="FlashVars" value="vid=7&x=1">"#,
            recording(7),
        ),
        (
            r#"<object><param name=movie value="http://static-cdn1.ustream.tv/swf/live/viewer:3.swf?cid=17">"#,
            channel(17),
        ),
        (r#"<div id="ustream-channel-17"></div>"#, channel(17)),
        (
            r#"<script>var player = {"url": "https:\/\/video.ibm.com\/embed\/recorded\/7?a=1"};</script>"#,
            recording(7),
        ),
    ] {
        assert_eq!(page(html).players, [player], "{html}");
    }
}

#[test]
fn players_keep_their_order_without_duplicates() {
    let html = r#"<iframe src="//video.ibm.com/embed/recorded/7"></iframe>
        <iframe src="//video.ibm.com/embed/9"></iframe>
        <iframe src="//www.ustream.tv/embed/recorded/7?again"></iframe>"#;
    assert_eq!(page(html).players, [recording(7), channel(9)]);
}

#[test]
fn elements_that_are_not_players_are_ignored() {
    for html in [
        r#"<iframe src="https://evil.com/recorded/1">"#,
        r#"<embed src="https://other.example/player.swf" flashvars="cid=17">"#,
        r#"<a href="https://video.ibm.com/channel/id/9">our channel</a>"#,
        r#"<script src="https://developers.video.ibm.com/js-api/ustream-embedapi.min.js">"#,
        r#"<iframe src="https://video.ibm.com/socialstream/9">"#,
    ] {
        assert_eq!(page(html).players, [], "{html}");
    }
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(html in any::<String>()) {
        page(&html);
    }

    #[test]
    fn any_sequence_of_fragments_is_read_without_panic(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<meta name=ustream:channel_id content=", "1", "\"", ">", "<input name=fields[", "]",
            "offAirContentVideoIds", "=", "[", "{", ",", "\"cid\":", "<label>", "</", "<iframe src=",
        ]), 0..30),
    ) {
        page(&parts.concat());
    }
}
