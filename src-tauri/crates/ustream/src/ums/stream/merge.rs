//! Merges the information of several messages about a stream: of a recording all counts, of a running
//! stream the newest.

use std::collections::BTreeMap;

use super::{MAX_PATHS, MAX_REPRESENTATIONS, Representation, StoredStream, StreamFormat};

impl StoredStream {
    /// Merges a later message.
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
        // URLs of playlists expire: later ones come first.
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

    /// Takes over a later message about a running stream. What it states replaces what was known;
    /// what it leaves out stays, unless it is about another broadcast, with other paths.
    pub(crate) fn follow(&mut self, later: Self) {
        if self.is_of_other_broadcast(&later) {
            *self = later;
            return;
        }
        let is_told = |format: &Option<StreamFormat>| {
            let hashes = format.as_ref().map(|format| &format.hashes);
            hashes.is_some_and(|hashes| !hashes.is_empty())
        };
        let told = (is_told(&later.flv), is_told(&later.fmp4));
        for (mine, theirs) in [(&mut self.flv, later.flv), (&mut self.fmp4, later.fmp4)] {
            match (mine.as_mut(), theirs) {
                (Some(mine), Some(theirs)) => mine.follow(theirs),
                (None, Some(theirs)) => *mine = Some(theirs),
                (_, None) => {}
            }
        }
        if let (Some(flv), Some(fmp4)) = (&mut self.flv, &mut self.fmp4) {
            match told {
                (true, false) => fmp4.follow_hashes(flv),
                (false, true) => flv.follow_hashes(fmp4),
                (true, true) | (false, false) => {}
            }
        }
        self.has_unknown_formats = later.has_unknown_formats;
        for (mine, theirs) in [
            (&mut self.playlists, later.playlists),
            (&mut self.files, later.files),
        ] {
            if !theirs.is_empty() {
                *mine = theirs;
            }
        }
    }

    fn paths(&self) -> impl Iterator<Item = &String> {
        let formats = [&self.flv, &self.fmp4].into_iter().flatten();
        formats.flat_map(|format| &format.paths)
    }

    fn is_of_other_broadcast(&self, later: &Self) -> bool {
        let mut theirs = later.paths().peekable();
        theirs.peek().is_some() && theirs.all(|path| !self.paths().any(|known| known == path))
    }
}

impl StreamFormat {
    fn follow(&mut self, later: Self) {
        if !later.paths.is_empty() {
            self.paths = later.paths;
        }
        if !later.hashes.is_empty() {
            self.hashes = later.hashes;
        }
        if !later.representations.is_empty() {
            self.representations = later.representations;
        }
        self.chunk_time_ms = later.chunk_time_ms.or(self.chunk_time_ms);
        self.length = later.length.or(self.length);
        self.newest = later.newest.or(self.newest);
    }

    /// Takes over the hashes of the other format if both are in the same folder: then they are the
    /// same (observed).
    fn follow_hashes(&mut self, other: &Self) {
        if self.paths.iter().any(|path| other.paths.contains(path)) {
            self.hashes.clone_from(&other.hashes);
            self.newest = other.newest.or(self.newest);
        }
    }

    /// Merges a later message. It adds to what is known, unless it is about other content: other
    /// paths with contradicting hashes. Then it replaces paths, hashes and representations.
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
        for representation in later.representations {
            if let Some(known) = self
                .representations
                .iter_mut()
                .find(|known| known.is_same(&representation))
            {
                known.update(representation);
            } else if self.representations.len() < MAX_REPRESENTATIONS {
                self.representations.push(representation);
            }
        }
        let chunk_time_ms = later.chunk_time_ms.filter(|length| *length > 0);
        self.chunk_time_ms = chunk_time_ms.or(self.chunk_time_ms);
        self.length = later.length.max(self.length);
        self.newest = later.newest.or(self.newest);
    }

    fn add_hashes(&mut self, later: BTreeMap<u64, String>) {
        for (number, hash) in later {
            let known = self.hashes.entry(number).or_default();
            if known.is_empty() {
                *known = hash;
            }
        }
    }

    /// Returns whether a segment has different hashes in both.
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

    /// Completes the hashes of both formats from each other if they are in the same folder: both
    /// formats of a recording have the same hashes (observed).
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
    /// Returns whether both are the same representation, though the bit rate may differ. Without a
    /// template they are compared by content.
    fn is_same(&self, other: &Self) -> bool {
        let name = |of: &Self| of.segment_url.trim_start_matches('/').to_owned();
        if !self.segment_url.is_empty() && !other.segment_url.is_empty() {
            return name(self) == name(other);
        }
        let content = |of: &Self| {
            let codecs = (of.has_video_codec, of.has_audio_codec);
            let language = (of.language.clone(), of.country.clone());
            (of.content_type.clone(), of.height, language, codecs)
        };
        content(self) == content(other)
    }

    /// Merges a later description of the same representation.
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
