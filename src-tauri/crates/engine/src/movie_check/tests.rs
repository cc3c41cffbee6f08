use std::fs;
use std::path::PathBuf;

use media::{
    MovieSpec, MovieSplitter, MuxerConfig, OutputFormat, RangeChecksum, SegmentFormat, muxer,
};
use tempfile::TempDir;

use super::*;
use crate::view::{FactKindView, TrackKindView};

/// A saved movie with its note, in a folder of its own.
struct SavedFile {
    folder: TempDir,
    path: PathBuf,
}

impl SavedFile {
    fn new(format: OutputFormat, is_noted: bool) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(match format {
            OutputFormat::Mp4 => "film.mp4",
            OutputFormat::Flv => "film.flv",
        });
        let fixture = concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/../../../tests/fixtures/film/film.flv"
        );
        let mut movie = MovieSplitter::open(File::open(fixture).unwrap()).unwrap();
        let file = File::options();
        let file = file
            .clone()
            .read(true)
            .write(true)
            .create_new(true)
            .open(&path)
            .unwrap();
        let config = MuxerConfig {
            segment_format: SegmentFormat::Flv,
            output_format: format,
            movie: MovieSpec::default(),
            journal: None,
        };
        let mut muxer = muxer(config, file.try_clone().unwrap()).unwrap();
        let mut fragments = Vec::new();
        while let Some(segment) = movie.next_segment().unwrap() {
            fragments.push(muxer.push(segment).unwrap());
        }
        let media = RangeChecksum::of_media(&fragments).unwrap();
        muxer.finish(fragments).unwrap();
        if is_noted {
            Note::write(&file, None, Some(&media)).unwrap();
        }
        Self { folder, path }
    }

    fn check(&self) -> MovieCheckView {
        let checked = check_movie(&self.path, |_| ControlFlow::Continue(()));
        checked.unwrap().unwrap()
    }

    /// Changes the bytes of the file, and returns what a check finds.
    fn damaged(&self, change: impl FnOnce(&mut Vec<u8>)) -> MovieCheckView {
        let whole = fs::read(&self.path).unwrap();
        let mut bytes = whole.clone();
        change(&mut bytes);
        fs::write(&self.path, bytes).unwrap();
        let checked = self.check();
        fs::write(&self.path, whole).unwrap();
        checked
    }

    fn write_info(&self, info: &str) {
        fs::write(self.folder.path().join("film.info.json"), info).unwrap();
    }
}

const FORMATS: [OutputFormat; 2] = [OutputFormat::Mp4, OutputFormat::Flv];

#[test]
fn a_movie_that_is_as_it_was_saved_is_whole() {
    for format in FORMATS {
        for (is_noted, proof) in [(true, ProofView::Checksum), (false, ProofView::Frames)] {
            let checked = SavedFile::new(format, is_noted).check();
            assert!(checked.is_whole(), "{checked:?}");
            assert_eq!(checked.proof, proof);
            assert_eq!(checked.tracks.len(), 2);
            assert!(checked.duration_ms > 1000);
        }
    }
}

#[test]
fn any_changed_bit_is_found_by_the_checksum() {
    for format in FORMATS {
        let saved = SavedFile::new(format, true);
        let length = fs::metadata(&saved.path).unwrap().len();
        let length = usize::try_from(length).unwrap();
        // Up to its last bytes: the note of an MP4 is behind the bytes that it covers.
        for position in (length / 10..length - 600).step_by(length / 23) {
            let checked = saved.damaged(|bytes| bytes[position] ^= 4);
            assert_eq!(
                checked.damage.first(),
                Some(&DamageView::Changed),
                "{position}"
            );
            assert_eq!(checked.proof, ProofView::Checksum);
        }
    }
}

#[test]
fn zeros_in_the_media_are_found_without_a_checksum_with_their_time() {
    for format in FORMATS {
        for is_noted in [false, true] {
            let saved = SavedFile::new(format, is_noted);
            let checked = saved.damaged(|bytes| {
                let middle = bytes.len() / 2;
                bytes[middle..middle + 8192].fill(0);
            });
            let mut frames = checked.damage.iter().filter_map(|damage| match damage {
                DamageView::Frames(fact) => Some(fact),
                _ => None,
            });
            let is_lost = frames.any(|fact| {
                let is_kind =
                    matches!(fact.kind, FactKindView::Damaged | FactKindView::SamplesLost);
                is_kind && fact.samples > 0 && fact.at_ms > 0
            });
            // The tags of an FLV are lost, with their times.
            let is_cut = checked
                .damage
                .iter()
                .any(|it| matches!(it, DamageView::BytesLost { .. }));
            assert!(is_lost || is_cut, "{format:?} {checked:?}");
        }
    }
}

#[test]
fn a_movie_that_was_cut_off_lacks_bytes() {
    for format in FORMATS {
        let saved = SavedFile::new(format, true);
        let checked = saved.damaged(|bytes| bytes.truncate(bytes.len() / 2));
        let is_lost = |damage: &DamageView| {
            matches!(damage, DamageView::BytesLost { .. } | DamageView::Changed)
        };
        assert!(checked.damage.iter().any(is_lost), "{format:?} {checked:?}");
        assert!(checked.duration_ms > 0, "the rest can be read");
    }
}

#[test]
fn what_is_no_movie_fails_and_what_was_one_is_damaged() {
    let saved = SavedFile::new(OutputFormat::Mp4, true);
    fs::write(&saved.path, "a diary").unwrap();
    let refused = check_movie(&saved.path, |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(refused, Error::InputFile { .. }), "{refused:?}");
    let refused = check_movie(saved.folder.path(), |_| ControlFlow::Continue(())).unwrap_err();
    assert!(matches!(refused, Error::InputFile { .. }), "{refused:?}");
    let saved = SavedFile::new(OutputFormat::Mp4, true);
    let checked = saved.damaged(|bytes| bytes.truncate(100));
    assert!(
        matches!(checked.damage[..], [DamageView::Unreadable { .. }]),
        "{checked:?}"
    );
}

#[test]
fn the_sidecar_tells_what_should_be_there() {
    let saved = SavedFile::new(OutputFormat::Mp4, true);
    let duration_ms = saved.check().duration_ms;
    let seconds = f64::from(u32::try_from(duration_ms).unwrap()) / 1000.0;
    saved.write_info(&format!(
        r#"{{"duration":{seconds},"captions":["en.vtt"]}}"#
    ));
    let file = "film.en.vtt".to_owned();
    assert_eq!(
        saved.check().damage,
        [DamageView::CaptionsMissing { file: file.clone() }]
    );
    fs::write(saved.folder.path().join(file), "WEBVTT\n").unwrap();
    assert!(saved.check().is_whole());
    saved.write_info(&format!(r#"{{"duration":{}}}"#, seconds + 5.0));
    assert_eq!(saved.check().damage, [DamageView::Shorter { by_ms: 5000 }]);
    for harmless in [
        r#"{"duration":null,"captions":null}"#,
        r#"{"duration":-1}"#,
        "{}",
    ] {
        saved.write_info(harmless);
        assert!(saved.check().is_whole(), "{harmless}");
    }
    saved.write_info(r#"{"captions":["../../etc/passwd","/etc/shadow",""]}"#);
    assert!(
        saved.check().is_whole(),
        "no path of another's choice is looked at"
    );
    saved.write_info("not JSON");
    assert_eq!(saved.check().damage, [DamageView::InfoUnreadable]);
    let info = saved.path.with_extension("info.json");
    fs::remove_file(&info).unwrap();
    fs::create_dir(&info).unwrap();
    assert!(saved.check().is_whole(), "only a regular file is read");
}

#[test]
fn a_check_can_be_stopped() {
    for is_noted in [true, false] {
        let saved = SavedFile::new(OutputFormat::Mp4, is_noted);
        let stopped = check_movie(&saved.path, |progress| {
            assert_eq!(
                progress.total_bytes,
                fs::metadata(&saved.path).unwrap().len()
            );
            ControlFlow::Break(())
        });
        assert_eq!(stopped.unwrap(), None);
    }
}

#[test]
fn tracks_are_named_with_their_kind() {
    let checked = SavedFile::new(OutputFormat::Mp4, true).check();
    let kinds: Vec<_> = checked.tracks.iter().map(|track| track.kind).collect();
    assert_eq!(kinds, [TrackKindView::Video, TrackKindView::Audio]);
}
