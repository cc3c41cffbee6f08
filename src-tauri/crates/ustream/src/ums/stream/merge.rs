//! What several messages about a stream add up to.

use std::collections::BTreeMap;

use super::{MAX_PATHS, MAX_REPRESENTATIONS, Representation, StoredStream, StreamFormat};

impl StoredStream {
    /// Takes over what a later message says.
    pub(crate) fn merge(&mut self, later: Self) {
        for (mine, theirs) in [(&mut self.flv, later.flv), (&mut self.fmp4, later.fmp4)] {
            match (mine.as_mut(), theirs) {
                (Some(mine), Some(theirs)) => mine.merge(theirs),
                (None, Some(theirs)) => *mine = Some(theirs),
                (_, None) => {}
            }
        }
        if let (Some(fmp4), Some(flv)) = (&mut self.fmp4, &mut self.flv) {
            fmp4.share_hashes(flv);
        }
        self.length = later.length.max(self.length);
        self.has_unknown_formats |= later.has_unknown_formats;
        // Addresses of playlists expire: later ones come first.
        for (mine, theirs) in [
            (&mut self.playlists, later.playlists),
            (&mut self.files, later.files),
        ] {
            let known = std::mem::replace(mine, theirs);
            for address in known {
                if mine.len() < MAX_PATHS && !mine.contains(&address) {
                    mine.push(address);
                }
            }
        }
    }
}

impl StreamFormat {
    /// Takes over what a later message says. It adds to what is known, unless it speaks of other
    /// content: the same hashes do not stand under other paths.
    pub(crate) fn merge(&mut self, later: Self) {
        if self.is_of_other_content(&later) {
            self.paths.clear();
            self.hashes.clear();
            if !later.representations.is_empty() {
                self.representations.clear();
            }
        }
        for path in later.paths {
            if !self.paths.contains(&path) && self.paths.len() < MAX_PATHS {
                self.paths.push(path);
            }
        }
        self.add_hashes(later.hashes);
        for row in later.representations {
            if let Some(known) = self
                .representations
                .iter_mut()
                .find(|known| known.is_same(&row))
            {
                known.update(row);
            } else if self.representations.len() < MAX_REPRESENTATIONS {
                self.representations.push(row);
            }
        }
        let chunk_time_ms = later.chunk_time_ms.filter(|length| *length > 0);
        self.chunk_time_ms = chunk_time_ms.or(self.chunk_time_ms);
        self.length = later.length.max(self.length);
    }

    fn add_hashes(&mut self, later: BTreeMap<u64, String>) {
        for (number, hash) in later {
            let known = self.hashes.entry(number).or_default();
            if known.is_empty() {
                *known = hash;
            }
        }
    }

    /// Whether both have a hash of the same segments, and not the same one.
    fn contradicts(&self, other: &Self) -> bool {
        other.hashes.iter().any(|(number, hash)| {
            let known = self.hashes.get(number).filter(|known| !known.is_empty());
            known.is_some_and(|known| !hash.is_empty() && known != hash)
        })
    }

    fn is_of_other_content(&self, later: &Self) -> bool {
        let is_elsewhere = !self.paths.is_empty()
            && !later.paths.is_empty()
            && !later.paths.iter().any(|path| self.paths.contains(path));
        is_elsewhere && self.contradicts(later)
    }

    /// Both formats of a recording have the same hashes: what is only told of one is true of the
    /// other too, where they lie in the same folder.
    fn share_hashes(&mut self, other: &mut Self) {
        let is_same = self.chunk_time_ms == other.chunk_time_ms
            && self
                .paths
                .first()
                .is_some_and(|path| other.paths.contains(path))
            && !self.contradicts(other);
        if is_same && self.hashes != other.hashes {
            self.add_hashes(other.hashes.clone());
            other.add_hashes(self.hashes.clone());
        }
    }
}

impl Representation {
    /// Whether it is the same row, though its bit rate may have changed. One without a template is
    /// known by what it holds.
    fn is_same(&self, other: &Self) -> bool {
        let name = |row: &Self| row.segment_url.trim_start_matches('/').to_owned();
        if !self.segment_url.is_empty() && !other.segment_url.is_empty() {
            return name(self) == name(other);
        }
        let holds = |row: &Self| {
            let codecs = (row.has_video_codec, row.has_audio_codec);
            let language = (row.language.clone(), row.country.clone());
            (row.content_type.clone(), row.height, language, codecs)
        };
        holds(self) == holds(other)
    }

    /// Takes over what a later message says of it.
    fn update(&mut self, later: Self) {
        let known = std::mem::take(self);
        let segment_url = if later.segment_url.is_empty() {
            known.segment_url
        } else {
            later.segment_url
        };
        *self = Self {
            segment_url,
            init_url: later.init_url.or(known.init_url),
            content_type: later.content_type.or(known.content_type),
            width: later.width.or(known.width),
            height: later.height.or(known.height),
            bitrate_kbps: later.bitrate_kbps.or(known.bitrate_kbps),
            language: later.language.or(known.language),
            country: later.country.or(known.country),
            is_default: later.is_default || known.is_default,
            has_video_codec: later.has_video_codec || known.has_video_codec,
            has_audio_codec: later.has_audio_codec || known.has_audio_codec,
        };
    }
}
