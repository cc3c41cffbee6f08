//! Compares a movie with the `.info.json` beside it, which this program or yt-dlp has written.

use std::io;
use std::path::Path;

use serde::Deserialize;

use crate::info_file;
use crate::shortfall::ACCEPTABLE_LOSS_MS;
use crate::view::DamageView;

/// Largest `.info.json` that is read; ours have some kilobytes.
const MAX_INFO_BYTES: u64 = 16 << 20;
/// Most caption files that are looked for: two of each language.
const MAX_CAPTIONS: usize = 128;

/// The fields that say something of the files.
#[derive(Debug, Deserialize)]
struct Info {
    /// Seconds.
    duration: Option<f64>,
    /// Endings behind the stem of the movie: `en.vtt`. Only this program writes a list of these.
    #[serde(default)]
    captions: Option<Vec<String>>,
}

/// Returns what the sidecar names and the movie lacks; nothing if there is no sidecar.
pub(super) fn compare(movie: &Path, duration_ms: u64) -> Vec<DamageView> {
    let info: Info = match info_file::read(movie, MAX_INFO_BYTES) {
        Ok(info) => info,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Vec::new(),
        Err(error) => {
            tracing::debug!(%error, "the .info.json cannot be read");
            return vec![DamageView::InfoUnreadable];
        }
    };
    let stated = std::time::Duration::try_from_secs_f64(info.duration.unwrap_or(0.0));
    let stated_ms = stated.map_or(0, |it| u64::try_from(it.as_millis()).unwrap_or(u64::MAX));
    let by_ms = stated_ms.saturating_sub(duration_ms);
    let shorter = (by_ms > ACCEPTABLE_LOSS_MS).then_some(DamageView::Shorter { by_ms });
    let endings = info.captions.unwrap_or_default().into_iter();
    let endings = endings.take(MAX_CAPTIONS).filter(|it| is_file_ending(it));
    let missing = endings.filter_map(|ending| {
        let captions = movie.with_extension(&ending);
        let name = captions.file_name()?.to_string_lossy().into_owned();
        (!captions.exists()).then_some(DamageView::CaptionsMissing { file: name })
    });
    shorter.into_iter().chain(missing).collect()
}

/// Returns whether the text can be the end of a file name: the file may be anybody's.
fn is_file_ending(text: &str) -> bool {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    !text.is_empty() && text.len() < 64 && text.bytes().all(is_fine)
}
