//! Checks a movie that was saved earlier, also years ago: is it still what it was?
//!
//! A movie that this program saved holds the checksum of its bytes, and is compared with that. Of
//! any other file the index and all frames are read. `sidecar` compares with the `.info.json`.

mod sidecar;

use std::fs::File;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;

use media::{Examination, RangeChecksum, Summary};

use crate::error::Error;
use crate::names;
use crate::note::Mark;
use crate::note::Note;
use crate::saved;
use crate::shortfall::ACCEPTABLE_LOSS_MS;
use crate::view::{CheckedTrackView, DamageView, MovieCheckView, ProofView};

/// How far a check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CheckProgress {
    /// The bytes have changed, and the file is read once more to find where.
    pub is_second_pass: bool,
    /// Bytes that are read.
    pub done_bytes: u64,
    /// Size of the file.
    pub total_bytes: u64,
}

/// Reads a movie to its end and returns what of it is damaged or missing. Blocks. `on_progress` may
/// stop it: the result is `None` then.
///
/// Fails with [`Error::InputFile`] if the file cannot be read, or is no movie of a kind that this
/// program knows.
pub fn check_movie(
    path: &Path,
    mut on_progress: impl FnMut(CheckProgress) -> ControlFlow<()>,
) -> Result<Option<MovieCheckView>, Error> {
    let failed = |problem| Error::InputFile {
        path: path.to_owned(),
        problem,
    };
    let file = open(path).map_err(|error| failed(media::Error::Input(error)))?;
    let mut check = MovieCheck {
        path,
        file: &file,
        size_bytes: file
            .metadata()
            .map_err(|error| failed(media::Error::Input(error)))?
            .len(),
        on_progress: &mut on_progress,
    };
    let note = Note::read(&file).map_err(failed)?.unwrap_or_default();
    let checked = match note.checksum() {
        Some(checksum) => check.compare(&checksum),
        None => check.examine(false),
    };
    let Some(Reading {
        proof,
        content,
        mut damage,
    }) = checked.map_err(failed)?
    else {
        return Ok(None);
    };
    let is_readable = content.duration_ms > 0;
    damage.extend(shorter(note.mark.as_ref(), content.duration_ms).filter(|_| is_readable));
    let is_shorter = |damage: &DamageView| matches!(damage, DamageView::Shorter { .. });
    for found in sidecar::compare(path, content.duration_ms) {
        let is_known = is_shorter(&found) && (!is_readable || damage.iter().any(is_shorter));
        if !is_known {
            damage.push(found);
        }
    }
    Ok(Some(MovieCheckView {
        size_bytes: check.size_bytes,
        duration_ms: content.duration_ms,
        tracks: content.tracks,
        proof,
        damage,
    }))
}

/// Opens a regular file: a pipe could block forever.
fn open(path: &Path) -> io::Result<File> {
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    if !metadata.is_file() {
        return Err(io::Error::other("it is no regular file"));
    }
    File::open(path)
}

/// Returns by how much a movie is shorter than when it was saved, if rounding cannot explain it.
fn shorter(mark: Option<&Mark>, duration_ms: u64) -> Option<DamageView> {
    let by_ms = mark?.duration_ms().saturating_sub(duration_ms);
    (by_ms > ACCEPTABLE_LOSS_MS).then_some(DamageView::Shorter { by_ms })
}

/// A file that is being checked.
struct MovieCheck<'a> {
    path: &'a Path,
    file: &'a File,
    size_bytes: u64,
    on_progress: &'a mut dyn FnMut(CheckProgress) -> ControlFlow<()>,
}

/// What of a movie can be read.
#[derive(Default)]
struct ReadableContent {
    duration_ms: u64,
    tracks: Vec<CheckedTrackView>,
}

impl ReadableContent {
    fn of(duration_ms: u64, tracks: &[media::TrackSummary]) -> Self {
        let tracks = tracks.iter().map(|track| CheckedTrackView {
            kind: saved::TrackKind::from(track.kind).into(),
            codec: names::clean_text(&track.codec),
        });
        Self {
            duration_ms,
            tracks: tracks.collect(),
        }
    }
}

/// What reading a movie told.
struct Reading {
    proof: ProofView,
    content: ReadableContent,
    damage: Vec<DamageView>,
}

impl MovieCheck<'_> {
    /// Compares all bytes with the checksum. If they differ, reads the frames to find where.
    fn compare(&mut self, checksum: &RangeChecksum) -> Result<Option<Reading>, media::Error> {
        let total_bytes = self.size_bytes;
        let is_same = checksum.verify(self.file, |done_bytes| {
            (self.on_progress)(CheckProgress {
                is_second_pass: false,
                done_bytes,
                total_bytes,
            })
        })?;
        match is_same {
            None => Ok(None),
            Some(false) => {
                tracing::debug!(path = %self.path.display(), "other bytes than were saved");
                self.examine(true)
            }
            Some(true) => {
                let (content, damage) = match media::check(self.file) {
                    Ok(Summary {
                        duration_ms,
                        tracks,
                        ..
                    }) => (ReadableContent::of(duration_ms, &tracks), None),
                    Err(error @ media::Error::Io(_)) => return Err(error),
                    Err(error) => (ReadableContent::default(), Some(unreadable(&error))),
                };
                Ok(Some(Reading {
                    proof: ProofView::Checksum,
                    content,
                    damage: damage.into_iter().collect(),
                }))
            }
        }
    }

    /// Reads all frames. `is_changed` if the bytes are known to be other ones than were saved.
    fn examine(&mut self, is_changed: bool) -> Result<Option<Reading>, media::Error> {
        let total_bytes = self.size_bytes;
        let examined = media::examine(self.file, |done_bytes| {
            (self.on_progress)(CheckProgress {
                is_second_pass: is_changed,
                done_bytes,
                total_bytes,
            })
        });
        let mut damage = Vec::new();
        if is_changed {
            damage.push(DamageView::Changed);
        }
        let content = match examined {
            Ok(None) => return Ok(None),
            Ok(Some(Examination {
                duration_ms,
                tracks,
                damage: facts,
                lost_bytes,
            })) => {
                let frames = facts.iter().map(saved::Fact::from);
                damage.extend(frames.map(|fact| DamageView::Frames(fact.into())));
                if lost_bytes > 0 {
                    damage.push(DamageView::BytesLost { bytes: lost_bytes });
                }
                ReadableContent::of(duration_ms, &tracks)
            }
            Err(error @ (media::Error::Malformed { .. } | media::Error::Empty)) => {
                damage.push(unreadable(&error));
                ReadableContent::default()
            }
            Err(error @ media::Error::Unsupported(_)) if is_changed => {
                damage.push(unreadable(&error));
                ReadableContent::default()
            }
            Err(error) => return Err(error),
        };
        let proof = if is_changed {
            ProofView::Checksum
        } else {
            ProofView::Frames
        };
        Ok(Some(Reading {
            proof,
            content,
            damage,
        }))
    }
}

fn unreadable(error: &media::Error) -> DamageView {
    DamageView::Unreadable {
        problem: names::clean_text(&error.to_string()),
    }
}

#[cfg(test)]
mod tests;
