//! Payloads that lead to playlists.

use std::fmt::Write as _;
use std::sync::Arc;

use ustream::hls::{self, Playlist};
use ustream::recording::{Playlists, SourceKind};
use ustream::ums::message::{self, Command, Tracking};
use ustream::ums::session::{SessionAction, StreamInfo, Transport};
use ustream::{Recording, RecordingId};

use crate::{json, opened, receive, text};

const ID: RecordingId = RecordingId(134_516_112);

#[test]
fn reconstructed_lp_connect_response_tracking_says_where_polling_goes_on() {
    let frame = text("reconstructed-lp-connect-response-tracking");
    let tracking = Tracking {
        host: Some("c742ecf6-lp-omega.ums.ustream.tv".into()),
        connection: "deokpsq1d6ii90a805gh7tt3jc-7".into(),
    };
    let commands = message::parse(&frame).unwrap();
    assert_eq!(commands, [Command::Tracking(tracking.clone())]);
    match receive(&mut opened(Transport::Playlists), &[&frame]) {
        SessionAction::Listen {
            host, connection, ..
        } => {
            assert_eq!(Some(host.to_string()), tracking.host);
            assert_eq!(connection, tracking.connection);
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn reconstructed_lp_poll_moduleinfo_hls_recorded_gives_the_whole_address_of_the_master() {
    let name = "reconstructed-lp-poll-moduleInfo-hls-recorded";
    let action = receive(&mut opened(Transport::Playlists), &[&text(name)]);
    let SessionAction::Done(info) = action else {
        panic!("{action:?}")
    };
    let url = json(name)[0]["args"][0]["stream"][0]["url"].clone();
    assert_eq!(info.stored.playlists, [url.as_str().unwrap()]);
    assert!(info.stored.files.is_empty());
}

/// Rebuilds the master playlist from which the formats were read.
fn master() -> String {
    let mut master = "#EXTM3U\n".to_owned();
    for format in json("real-hls-formats-recorded-134516112-2025")
        .as_array()
        .unwrap()
    {
        let url = format["url"].as_str().unwrap();
        let written = if format["vcodec"] == "none" {
            writeln!(
                master,
                "#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID=\"a\",NAME={},LANGUAGE={},URI=\"{url}\"",
                format["format_note"], format["language"],
            )
        } else {
            writeln!(
                master,
                "#EXT-X-STREAM-INF:BANDWIDTH={},RESOLUTION={}x{},AUDIO=\"a\"\n{url}",
                format["tbr"].as_f64().unwrap() * 1000.0,
                format["width"],
                format["height"],
            )
        };
        written.unwrap();
    }
    master
}

#[test]
fn real_hls_formats_recorded_134516112_2025_are_renditions_named_by_what_does_not_expire() {
    let formats = json("real-hls-formats-recorded-134516112-2025");
    let base = formats[0]["manifest_url"].as_str().unwrap();
    let base = base.parse().unwrap();
    let Playlist::Master(master) = hls::read(master().as_bytes(), &base).unwrap() else {
        panic!()
    };
    assert_eq!(
        (master.variants.len(), master.audio_renditions.len()),
        (5, 2)
    );
    let media = "#EXTM3U\n#EXTINF:6,\n\
        https://uhsakamai-a.akamaihd.net/x/0.ts\n#EXT-X-ENDLIST\n";
    let playlists = Playlists::new(ID, master, |url| {
        // The URL must be complete: it is signed.
        assert!(url.query().unwrap().contains("sgn="));
        match hls::read(media.as_bytes(), url).unwrap() {
            Playlist::Media(media) => Ok(Arc::new(media)),
            Playlist::Master(_) => panic!(),
        }
    });
    let source = SourceKind::Playlists(playlists);
    let recording = Recording::from_source(ID, StreamInfo::default(), source, None).unwrap();
    let actual: Vec<_> = recording
        .renditions
        .iter()
        .map(|it| (it.id.0.as_str(), it.height, it.bitrate_kbps))
        .collect();
    let expected = [
        ("1/playlist.m3u8 8/playlist.m3u8", Some(1080), Some(2625)),
        ("3/playlist.m3u8 8/playlist.m3u8", Some(720), Some(406)),
        ("5/playlist.m3u8 8/playlist.m3u8", Some(486), Some(271)),
        ("7/playlist.m3u8 8/playlist.m3u8", Some(360), Some(186)),
        ("6/playlist.m3u8 8/playlist.m3u8", Some(252), Some(114)),
        ("8/playlist.m3u8", None, None),
        ("2/playlist.m3u8", None, None),
    ];
    assert_eq!(actual, expected);
    let languages: Vec<_> = recording.renditions[5..]
        .iter()
        .map(|it| it.tracks[0].language.as_deref())
        .collect();
    assert_eq!(languages, [Some("en-US"); 2]);
}
