//! Tags of a movie: text, cover, chapters.

use std::{fs::File, io::Cursor};

use kit::segment::OwnedSegment;
use media::{Chapter, Cover, Fact, FactKind, MovieSplitter, OutputFormat, SegmentFormat, Tags};
use tempfile::TempDir;

use crate::{
    multi_track::cut,
    muxing::{MuxerJob, muxer_job},
    packets::run,
    segments::{cut_flv, dash, made_by_ffmpeg, movie, shuffled},
    split::{RemuxedMovie, remux},
};

fn cover(name: &str) -> Cover {
    let colours = ["-f", "lavfi", "-i", "testsrc=size=64x48", "-frames:v", "1"];
    Cover::new(made_by_ffmpeg(name, &colours)).unwrap()
}

fn job(format: OutputFormat, cover: Option<Cover>) -> MuxerJob {
    let (source, segments) = match format {
        OutputFormat::Mp4 => (SegmentFormat::Fmp4, shuffled(dash())),
        OutputFormat::Flv => (SegmentFormat::Flv, cut_flv(movie(), 2000, false)),
    };
    let mut job = muxer_job(source, format, segments.len());
    job.movie.tags.cover = cover;
    let summary = job.finish(&segments).unwrap();
    assert_eq!(job.check().unwrap().size_bytes, summary.size_bytes);
    job
}

fn read(job: &MuxerJob) -> Tags {
    Tags::read(File::open(job.path()).unwrap()).unwrap()
}

#[test]
fn text_and_cover_are_read_back_by_others_and_by_us() {
    for name in ["cover.jpg", "cover.png"] {
        let cover = cover(name);
        let job = job(OutputFormat::Mp4, Some(cover.clone()));
        // ffprobe warns that a frame has no timestamp, for every cover, even one that ffmpeg wrote.
        let path = job.path();
        let path = path.to_str().unwrap();
        let probed = run("ffprobe", &["-show_format", "-show_streams", path]).stdout;
        let probed = String::from_utf8(probed).unwrap();
        for said in [
            "TAG:title=Füße über Ærø",
            "TAG:artist=A channel",
            "TAG:date=2017-05-26",
            "TAG:comment=https://example.org/recorded/1",
            "DISPOSITION:attached_pic=1",
        ] {
            assert!(probed.contains(said), "{said} in {probed}");
        }
        let arguments = ["-i", path, "-map", "0:v:1", "-c", "copy", "-f", "data", "-"];
        assert_eq!(run("ffmpeg", &arguments).stdout, cover.data(), "{name}");
        assert_eq!(read(&job), job.movie.tags);
    }
}

#[test]
fn the_creation_time_of_a_movie_is_read_and_written() {
    let stated = "creation_time=2020-05-06T07:08:09Z";
    for (format, created) in [("mp4", Some(3_671_593_689)), ("mov", Some(3_671_593_689))] {
        let sound = ["-f", "lavfi", "-i", "sine=duration=1", "-metadata", stated];
        let file = made_by_ffmpeg(&format!("dated.{format}"), &sound);
        let tags = Tags::read(Cursor::new(&file)).unwrap();
        assert_eq!(tags.created, created);
    }
    let (source, segments) = (SegmentFormat::Fmp4, shuffled(dash()));
    // The second one needs 64 bits.
    for created in [Some(3_671_593_689), Some(1 << 33), None] {
        let mut job = muxer_job(source, OutputFormat::Mp4, segments.len());
        job.movie.tags.created = created;
        job.finish(&segments).unwrap();
        job.check().unwrap();
        assert_eq!(read(&job), job.movie.tags);
    }
}

/// Returns what ffprobe says of the streams and the format of the MP4 that is made of a file.
fn remuxed(file: &[u8]) -> (RemuxedMovie, String) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("named.mp4");
    std::fs::write(&path, file).unwrap();
    let made = remux(&[&path]).unwrap();
    let shown = made.path();
    let arguments = ["-show_streams", "-show_format", shown.to_str().unwrap()];
    let probed = String::from_utf8(run("ffprobe", &arguments).stdout).unwrap();
    (made, probed)
}

fn has(file: &[u8], bytes: &[u8]) -> bool {
    file.windows(bytes.len()).any(|window| window == bytes)
}

fn left_out(facts: &[Fact]) -> Vec<&str> {
    let names = facts.iter().filter_map(|fact| match &fact.kind {
        FactKind::LeftOut(name) => Some(name.as_str()),
        _ => None,
    });
    names.collect()
}

/// A movie whose tracks have names, with tags that an MP4 of ours has and some that it has not.
fn named(flags: &str) -> Vec<u8> {
    let folder = TempDir::new().unwrap();
    let input = folder.path().join("film.flv");
    std::fs::write(&input, movie()).unwrap();
    let arguments = [
        "-i",
        input.to_str().unwrap(),
        "-c",
        "copy",
        "-movflags",
        flags,
        "-metadata:s:a",
        "title=Commentary",
        "-metadata:s:a",
        "handler_name=Æ sound",
        "-metadata:s:v",
        "handler_name=Main camera",
        "-metadata",
        "title=A title",
        "-metadata",
        "album=An album",
        "-metadata",
        "genre=Talk",
    ];
    made_by_ffmpeg("named.mp4", &arguments)
}

#[test]
fn names_of_tracks_are_kept_and_tags_that_are_not_are_named() {
    for flags in ["+faststart", "frag_keyframe+empty_moov+default_base_moof"] {
        let file = named(flags);
        let (made, probed) = remuxed(&file);
        for said in ["TAG:handler_name=Main camera", "TAG:handler_name=Æ sound"] {
            assert!(probed.contains(said), "{flags}: {said} in {probed}");
        }
        assert!(has(&std::fs::read(made.path()).unwrap(), b"nameCommentary"));
        let split = MovieSplitter::open(Cursor::new(&file)).unwrap();
        let names = ["user tag ©alb", "user tag ©gen"];
        assert_eq!(left_out(&split.info().facts), names, "{flags}");
        // Those that are kept are the business of who writes the tags.
        assert_eq!(left_out(&made.summary.facts), [""; 0]);
    }
}

#[test]
fn what_an_init_segment_has_besides_its_tracks_is_named() {
    let file = named("frag_keyframe+empty_moov+default_base_moof");
    let segments = cut(&file);
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    let summary = job.finish(&segments).unwrap();
    let names = ["user tag ©alb", "user tag ©gen"];
    assert_eq!(left_out(&summary.facts), names);
    assert!(has(&job.bytes(), b"nameCommentary"));
}

#[test]
fn chapters_are_read_back_by_ffprobe_and_by_us() {
    let (source, segments) = (SegmentFormat::Fmp4, shuffled(dash()));
    let mut job = muxer_job(source, OutputFormat::Mp4, segments.len());
    let chapters = [(0, "Welcome"), (1_500, "Füße über Ærø")];
    job.movie.tags.chapters = chapters
        .map(|(start_ms, title)| Chapter {
            start_ms,
            title: title.to_owned(),
        })
        .into();
    job.finish(&segments).unwrap();
    job.check().unwrap();
    let path = job.path();
    let arguments = ["-show_chapters", "-of", "compact", path.to_str().unwrap()];
    let probed = String::from_utf8(run("ffprobe", &arguments).stdout).unwrap();
    let lines: Vec<&str> = probed
        .lines()
        .filter(|line| line.starts_with("chapter"))
        .collect();
    assert_eq!(lines.len(), 2, "{probed}");
    assert!(
        lines[1].contains("start_time=1.500000") && lines[1].ends_with("tag:title=Füße über Ærø"),
        "{probed}"
    );
    assert_eq!(read(&job), job.movie.tags);
}

#[test]
fn the_space_reserved_for_the_index_holds_a_large_cover() {
    let mut data = cover("cover.jpg").data().to_vec();
    data.resize(5_000_000, 0);
    let job = job(OutputFormat::Mp4, Cover::new(data));
    let file = job.bytes();
    let place = |kind: &[u8]| file.windows(4).position(|window| window == kind);
    assert!(place(b"moov") < place(b"mdat"), "the index is in front");
    assert_eq!(read(&job), job.movie.tags);
}

#[test]
fn an_flv_keeps_its_text() {
    let job = job(OutputFormat::Flv, Some(cover("cover.png")));
    let expected = Tags {
        cover: None,
        ..job.movie.tags.clone()
    };
    assert_eq!(read(&job), expected);
}

#[test]
fn what_ffmpeg_wrote_is_read() {
    let meta = [
        "-metadata",
        "title=Ærø",
        "-metadata",
        "artist=Ä",
        "-metadata",
    ];
    for (name, movflags) in [
        ("film.mp4", "+faststart"),
        ("film.mp4", "frag_keyframe+empty_moov"),
        ("film.flv", "+faststart"),
    ] {
        let mut arguments = vec!["-f", "lavfi", "-i", "sine=duration=1", "-c:a", "aac"];
        arguments.extend(meta);
        arguments.extend([
            "comment=why",
            "-metadata",
            "date=2020",
            "-movflags",
            movflags,
        ]);
        let file = made_by_ffmpeg(name, &arguments);
        let tags = Tags::read(Cursor::new(&file)).unwrap();
        let expected = Tags {
            title: Some("Ærø".into()),
            artist: Some("Ä".into()),
            comment: Some("why".into()),
            date: Some("2020".into()),
            ..Tags::default()
        };
        assert_eq!(tags, expected, "{name} {movflags}");
    }
}

#[test]
fn broken_tags_are_left_out() {
    let file = job(OutputFormat::Mp4, Some(cover("cover.png"))).bytes();
    let start = file
        .windows(4)
        .position(|window| window == b"udta")
        .unwrap();
    let mut left_out = 0;
    for at in start - 4..start + 400 {
        let mut broken = file.clone();
        broken[at] ^= 0xff;
        let tags = Tags::read(Cursor::new(&broken)).unwrap();
        left_out += usize::from(tags.title.is_none());
        let cut = Tags::read(Cursor::new(&file[..at])).unwrap();
        assert!(cut.cover.is_none());
    }
    assert!(left_out > 20, "{left_out}");
    let page: &[u8] = b"<!DOCTYPE html><html><body>404</body></html>";
    assert_eq!(Tags::read(Cursor::new(page)).unwrap(), Tags::default());
}

#[test]
fn a_movie_without_tags_has_none() {
    let segments: Vec<OwnedSegment> = dash().to_vec();
    let mut job = muxer_job(SegmentFormat::Fmp4, OutputFormat::Mp4, segments.len());
    job.movie.tags = Tags::default();
    job.finish(&segments).unwrap();
    assert_eq!(read(&job), Tags::default());
    assert!(!job.bytes().windows(4).any(|window| window == b"udta"));
}
