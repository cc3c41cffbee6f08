//! `ustream-dl check FILE`: says whether saved movies are still whole.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use engine::view::{DamageView, MovieCheckView, ProofView, TrackKindView};
use engine::{CheckProgress, Failure};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use walkdir::{DirEntry, WalkDir};

use crate::args::CheckArgs;
use crate::exit::Exit;
use crate::json::{self, JsonEvent};
use crate::resolve::length;
use crate::shortfall::{describe_fact, seconds};
use crate::terminal::{self, one_line};

/// Extensions of the files that `--recursive` checks.
const EXTENSIONS: [&str; 13] = [
    "mp4", "m4v", "m4a", "mp3", "mov", "f4v", "flv", "ts", "mts", "m2ts", "m2t", "3gp", "3g2",
];
/// Extension of the folder of an unfinished download, which `--recursive` leaves out.
const UNFINISHED: &str = "part";

/// Checks all files, also behind a damaged one. Prints one line for each, and more for what is
/// damaged.
pub(crate) fn check(args: &CheckArgs, quiet: bool) -> Result<(), Exit> {
    let mut report = Report {
        json: args.json,
        bar: bar(quiet || args.json),
        whole: 0,
        damaged: 0,
        unchecked: None,
        unchecked_count: 0,
    };
    for path in &args.files {
        if !path.is_dir() {
            report.check(path)?;
        } else if args.recursive {
            report.check_folder(path)?;
        } else {
            let folder = path.display();
            let problem = format!("{folder} is a folder; --recursive checks all films in it");
            return Err(Exit::usage(problem));
        }
    }
    report.end(quiet)
}

/// A bar that is shown only on a terminal.
fn bar(is_hidden: bool) -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if is_hidden {
        bar.set_draw_target(ProgressDrawTarget::hidden());
    }
    let style = ProgressStyle::with_template("{msg} {percent:>3} % {bar:30} {prefix}");
    bar.with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

/// The results so far.
struct Report {
    json: bool,
    bar: ProgressBar,
    whole: usize,
    damaged: usize,
    /// Why the first of those files could not be checked that could not.
    unchecked: Option<Exit>,
    unchecked_count: usize,
}

impl Report {
    fn check_folder(&mut self, folder: &Path) -> Result<(), Exit> {
        let before = self.count();
        let is_wanted = |entry: &DirEntry| entry.depth() == 0 || !is_unfinished(entry);
        let entries = WalkDir::new(folder).sort_by_file_name().into_iter();
        for entry in entries.filter_entry(is_wanted) {
            match entry {
                Ok(entry) if entry.file_type().is_file() && is_movie(entry.path()) => {
                    self.check(entry.path())?;
                }
                Ok(_) => {}
                Err(error) => {
                    let path = error.path().map_or_else(PathBuf::new, Path::to_owned);
                    let source = error.into();
                    let failure = engine::Error::Disk {
                        path: path.clone(),
                        source,
                    };
                    self.add_unchecked(&path, failure.into())?;
                }
            }
        }
        if self.count() == before && self.unchecked_count == 0 {
            let problem = format!("there is no film in {}", folder.display());
            return Err(Exit::usage(problem));
        }
        Ok(())
    }

    fn count(&self) -> usize {
        self.whole + self.damaged + self.unchecked_count
    }

    fn check(&mut self, path: &Path) -> Result<(), Exit> {
        let name = path.file_name().unwrap_or(path.as_os_str());
        let name = one_line(&name.to_string_lossy()).into_owned();
        self.bar.reset();
        self.bar.set_prefix(name);
        let checked = engine::check_movie(path, |progress| self.show(progress));
        match checked {
            Ok(Some(checked)) => self.add_checked(path, &checked),
            // Only a stopped check has no result, and nothing stops this one but a signal.
            Ok(None) => Ok(()),
            Err(error) => self.add_unchecked(path, error.into()),
        }
    }

    fn show(&self, progress: CheckProgress) -> ControlFlow<()> {
        self.bar.set_length(progress.total_bytes);
        self.bar.set_position(progress.done_bytes);
        self.bar.set_message(if progress.is_second_pass {
            "looking for the damage"
        } else {
            "checking"
        });
        ControlFlow::Continue(())
    }

    fn add_checked(&mut self, path: &Path, checked: &MovieCheckView) -> Result<(), Exit> {
        if checked.is_whole() {
            self.whole += 1;
        } else {
            self.damaged += 1;
        }
        if self.json {
            json::print(
                None,
                &JsonEvent::Checked {
                    path: path.display().to_string(),
                    whole: checked.is_whole(),
                    checked,
                },
            )?;
            return Ok(());
        }
        let lines = describe(path, checked);
        let lines: Vec<_> = lines.iter().map(|line| one_line(line)).collect();
        Ok(self
            .bar
            .suspend(|| terminal::print(&(lines.join("\n") + "\n")))?)
    }

    fn add_unchecked(&mut self, path: &Path, failure: Failure) -> Result<(), Exit> {
        self.unchecked_count += 1;
        if self.json {
            json::print(
                None,
                &JsonEvent::Unchecked {
                    path: path.display().to_string(),
                    failure: &failure,
                },
            )?;
        } else {
            let line = format!("not checked: {}", one_line(&failure.detail));
            self.bar.suspend(|| terminal::print_stderr(&line));
        }
        self.unchecked.get_or_insert(Exit::Failed(failure));
        Ok(())
    }

    fn end(self, quiet: bool) -> Result<(), Exit> {
        self.bar.finish_and_clear();
        let count = self.count();
        if count > 1 && !quiet && !self.json {
            let Self {
                whole,
                damaged,
                unchecked_count,
                ..
            } = self;
            let mut line = format!("{count} files: {whole} whole, {damaged} damaged");
            if unchecked_count > 0 {
                line = format!("{line}, {unchecked_count} not checked");
            }
            terminal::print_stderr(&line);
        }
        if self.damaged > 0 {
            return Err(Exit::Damaged);
        }
        match self.unchecked {
            Some(first) => Err(Exit::Unchecked(Box::new(first))),
            None => Ok(()),
        }
    }
}

fn is_movie(path: &Path) -> bool {
    let extension = path.extension().and_then(|it| it.to_str());
    extension.is_some_and(|it| {
        EXTENSIONS
            .iter()
            .any(|known| it.eq_ignore_ascii_case(known))
    })
}

fn is_unfinished(entry: &DirEntry) -> bool {
    let extension = entry.path().extension();
    entry.file_type().is_dir() && extension.is_some_and(|it| it == UNFINISHED)
}

/// Returns a line with the result, and one more for each thing that is damaged or missing.
fn describe(path: &Path, checked: &MovieCheckView) -> Vec<String> {
    let path = path.display();
    if checked.is_whole() {
        let proof = match checked.proof {
            ProofView::Checksum => "every byte is as it was saved",
            ProofView::Frames => "no damage found; the file has no checksum to compare with",
        };
        let tracks: Vec<_> = checked
            .tracks
            .iter()
            .map(|track| kind(track.kind))
            .collect();
        let length = length(checked.duration_ms);
        let tracks = tracks.join(" and ");
        return vec![format!("whole: {path} ({length}, {tracks}; {proof})")];
    }
    let lines = checked.damage.iter().map(describe_damage);
    let lines = lines.map(|line| format!("  {line}"));
    std::iter::once(format!("damaged: {path}"))
        .chain(lines)
        .collect()
}

fn kind(kind: TrackKindView) -> &'static str {
    match kind {
        TrackKindView::Video => "video",
        TrackKindView::Audio => "audio",
    }
}

fn describe_damage(damage: &DamageView) -> String {
    match damage {
        DamageView::Changed => "changed: its bytes are not those that were saved".to_owned(),
        DamageView::Unreadable { problem } => format!("unreadable: {problem}"),
        DamageView::BytesLost { bytes } => {
            format!("lost: {bytes} bytes of media are not there or cannot be read")
        }
        DamageView::Frames(fact) => describe_fact(fact),
        DamageView::Shorter { by_ms } => {
            format!("missing: {} of what was saved", seconds(*by_ms))
        }
        DamageView::CaptionsMissing { file } => format!("missing: the captions {file}"),
        DamageView::InfoUnreadable => "unreadable: its .info.json".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use engine::view::CheckedTrackView;

    use super::*;

    #[test]
    fn a_whole_movie_is_told_with_the_proof() {
        let checked = MovieCheckView {
            size_bytes: 1,
            duration_ms: 61_000,
            tracks: [TrackKindView::Video, TrackKindView::Audio]
                .map(|kind| CheckedTrackView {
                    kind,
                    codec: "avc1".into(),
                })
                .into(),
            proof: ProofView::Checksum,
            damage: Vec::new(),
        };
        assert_eq!(
            describe(Path::new("a.mp4"), &checked),
            ["whole: a.mp4 (0:01:01, video and audio; every byte is as it was saved)"]
        );
    }

    #[test]
    fn every_kind_of_damage_is_told() {
        let checked = MovieCheckView {
            size_bytes: 1,
            duration_ms: 0,
            tracks: Vec::new(),
            proof: ProofView::Frames,
            damage: vec![
                DamageView::Changed,
                DamageView::Unreadable {
                    problem: "no moov".into(),
                },
                DamageView::BytesLost { bytes: 7 },
                DamageView::Shorter { by_ms: 5_000 },
                DamageView::CaptionsMissing {
                    file: "a.en.vtt".into(),
                },
                DamageView::InfoUnreadable,
            ],
        };
        assert_eq!(
            describe(Path::new("a.mp4"), &checked),
            [
                "damaged: a.mp4",
                "  changed: its bytes are not those that were saved",
                "  unreadable: no moov",
                "  lost: 7 bytes of media are not there or cannot be read",
                "  missing: 5 s of what was saved",
                "  missing: the captions a.en.vtt",
                "  unreadable: its .info.json",
            ]
        );
    }

    #[test]
    fn movies_are_known_by_their_extension_in_any_case() {
        assert!(is_movie(Path::new("a.MP4")) && is_movie(Path::new("b.m2ts")));
        assert!(!is_movie(Path::new("a.info.json")) && !is_movie(Path::new("mp4")));
    }
}
