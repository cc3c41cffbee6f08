//! Reads and writes an [`Init`] in the journal's encoding.

use super::{
    groups::MovieGroups,
    init::{Init, MAX_SAMPLE_ENTRIES, MAX_TRACKS, OtherTrack, SampleDefaults, SourceEdit},
    names::TrackNames,
};
use crate::{
    Error, TrackKind,
    cursor::{Cursor, put_length_prefixed, put_signed, put_varint},
};

impl Init {
    /// Appends the encoded track.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        out.push(u8::from(self.kind == TrackKind::Audio));
        for field in [self.track_id, self.timescale, u32::from(self.language)] {
            put_varint(out, u64::from(field));
        }
        self.defaults.write(out);
        put_varint(out, u64::from(self.edit.media_time.is_some()));
        put_signed(out, self.edit.media_time.unwrap_or(0));
        put_varint(out, self.edit.empty);
        put_varint(out, self.edit.duration.unwrap_or(0));
        put_varint(out, u64::from(self.edit.movie_timescale));
        out.extend_from_slice(&self.display);
        put_varint(out, self.sample_entries.len() as u64);
        for entry in &self.sample_entries {
            put_length_prefixed(out, entry);
        }
        self.groups.write_rolls(out);
        out.push(self.track_count);
        put_varint(out, self.other_tracks.len() as u64);
        for other in &self.other_tracks {
            put_varint(out, u64::from(other.track_id));
            other.defaults.write(out);
        }
        self.groups.write_others(out);
        out.push(u8::from(self.has_sync_flags));
        self.names.write(out);
        for other in &self.other_tracks {
            put_varint(out, u64::from(other.timescale));
        }
    }

    /// Reads what [`Self::write`] appended.
    pub(crate) fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        let kind = if cursor.u8()? == 0 {
            TrackKind::Video
        } else {
            TrackKind::Audio
        };
        let track_id = field(cursor)?;
        let timescale = field(cursor)?.max(1);
        let language = field(cursor)?;
        let language = u16::try_from(language).map_err(|_| cursor.malformed("a language code"))?;
        let defaults = SampleDefaults::read(cursor)?;
        let has_media_time = cursor.varint()? != 0;
        let edit = SourceEdit {
            media_time: has_media_time.then_some(cursor.signed()?),
            empty: cursor.varint()?,
            duration: Some(cursor.varint()?).filter(|duration| *duration > 0),
            movie_timescale: field(cursor)?,
        };
        let display = cursor.array()?;
        let mut sample_entries = Vec::new();
        for _ in 0..cursor.varint()?.min(u64::from(MAX_SAMPLE_ENTRIES)) {
            sample_entries.push(cursor.length_prefixed()?.to_vec());
        }
        let mut groups = MovieGroups::default();
        groups.restore_rolls(cursor)?;
        let track_count = cursor.u8()?;
        let mut other_tracks = Vec::new();
        for _ in 0..cursor.varint()?.min(MAX_TRACKS as u64) {
            other_tracks.push(OtherTrack {
                track_id: field(cursor)?,
                timescale: 0,
                defaults: SampleDefaults::read(cursor)?,
            });
        }
        let mut has_sync_flags = kind == TrackKind::Video;
        // Journals of version 3 end here.
        if !cursor.is_empty() {
            groups.restore_others(cursor)?;
            has_sync_flags = cursor.u8()? != 0;
        }
        // Journals of the first builds of version 4 end here.
        let mut names = TrackNames::default();
        if !cursor.is_empty() {
            names = TrackNames::restore(cursor)?;
            for other in &mut other_tracks {
                other.timescale = field(cursor)?;
            }
        }
        Ok(Self {
            kind,
            track_id,
            timescale,
            language,
            defaults,
            edit,
            display,
            sample_entries,
            groups,
            has_sync_flags,
            names,
            track_count,
            other_tracks,
        })
    }
}

impl SampleDefaults {
    fn write(self, out: &mut Vec<u8>) {
        for field in [self.description, self.duration, self.size, self.flags] {
            put_varint(out, u64::from(field));
        }
    }

    fn read(cursor: &mut Cursor<'_>) -> Result<Self, Error> {
        Ok(Self {
            description: field(cursor)?,
            duration: field(cursor)?,
            size: field(cursor)?,
            flags: field(cursor)?,
        })
    }
}

fn field(cursor: &mut Cursor<'_>) -> Result<u32, Error> {
    let value = cursor.varint()?;
    u32::try_from(value).map_err(|_| cursor.malformed("a field over 32 bits"))
}
