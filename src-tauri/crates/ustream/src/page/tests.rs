use proptest::prelude::*;

use super::*;

fn page(html: &str) -> Page {
    read(html, &"https://video.ibm.com/channel/x".parse().unwrap())
}

#[test]
fn the_channel_is_named_in_the_head_however_it_is_written() {
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
fn what_plays_off_air_is_read_past_a_semicolon_in_a_string() {
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
fn the_forms_fields_come_with_their_words() {
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
}

#[test]
fn a_page_about_something_else_points_at_what_it_embeds() {
    let embed = r#"<iframe data-src="//www.ustream.tv/embed/recorded/7?html5ui&amp;x=1">"#;
    assert_eq!(
        page(embed).points_at,
        Some(Target::Recording(RecordingId(7)))
    );
    let own = r#"<link rel=canonical href="/channel/id/9"><iframe src="/embed/8">"#;
    assert_eq!(page(own).points_at, Some(Target::Channel(ChannelId(9))));
    assert_eq!(
        page(r#"<iframe src="https://evil.com/recorded/1">"#).points_at,
        None
    );
}

proptest! {
    #[test]
    fn no_page_breaks_the_reading(html in any::<String>()) {
        page(&html);
    }

    #[test]
    fn no_piece_of_a_page_breaks_the_reading(
        parts in prop::collection::vec(prop::sample::select(vec![
            "<meta name=ustream:channel_id content=", "1", "\"", ">", "<input name=fields[", "]",
            "offAirContentVideoIds", "=", "[", "{", ",", "\"cid\":", "<label>", "</", "<iframe src=",
        ]), 0..30),
    ) {
        page(&parts.concat());
    }
}
