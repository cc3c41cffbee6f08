//! Reads an init segment: `ftyp` + `moov`.

use super::{groups::MovieGroups, names::TrackNames, quicktime::audio_sample_entry};
use crate::{
    Error, TrackKind,
    boxes::{
        FourCc,
        read::{Boxes, children, name, top_level, version_and_flags},
    },
    check::{audio_object_type, check_sample_entries},
    clock::nanoseconds,
    cursor::Cursor,
};

/// Largest number of sample entries of a track.
pub(crate) const MAX_SAMPLE_ENTRIES: u32 = 64;
/// Largest number of tracks.
pub(crate) const MAX_TRACKS: usize = 64;

/// One track of an init segment: what its media segments do not repeat.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Init {
    pub(crate) kind: TrackKind,
    pub(crate) track_id: u32,
    pub(crate) timescale: u32,
    /// Packed ISO 639-2/T code from `mdhd`.
    pub(crate) language: u16,
    pub(crate) defaults: SampleDefaults,
    pub(crate) edit: SourceEdit,
    /// Rotation and size of the picture: the last fields of `tkhd`, from the matrix on.
    pub(crate) display: [u8; 44],
    /// The sample entries unchanged except for the data reference, to keep boxes unknown here.
    pub(crate) sample_entries: Vec<Vec<u8>>,
    /// Sample groups of the movie.
    pub(crate) groups: MovieGroups,
    /// Audio samples without the sync flag are no sync samples. Else the flag is ignored: many
    /// writers set it for no sample.
    pub(crate) has_sync_flags: bool,
    pub(crate) names: TrackNames,
    /// Number of video and audio tracks in the segment, including this one.
    pub(super) track_count: u8,
    /// All other tracks of the segment, of any kind.
    pub(crate) other_tracks: Vec<OtherTrack>,
}

/// Another track of the segment, whose data may be interleaved with that of the wanted one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct OtherTrack {
    pub(crate) track_id: u32,
    /// Of video and audio; 0 if it is neither, or not known.
    pub(crate) timescale: u32,
    pub(crate) defaults: SampleDefaults,
}

impl OtherTrack {
    /// Reads the ID of a track from `trak`, and its defaults from `mvex`.
    pub(crate) fn read(mvex: &Cursor<'_>, trak: &Cursor<'_>) -> Result<Self, Error> {
        let (track_id, _) = track_header(children(trak).require(*b"tkhd")?)?;
        let defaults = defaults(children(mvex), track_id)?;
        Ok(Self {
            track_id,
            timescale: 0,
            defaults,
        })
    }
}

/// Defaults for the fields of samples, from `trex` (ISO/IEC 14496-12 8.8.3).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SampleDefaults {
    pub(crate) description: u32,
    pub(crate) duration: u32,
    pub(crate) size: u32,
    pub(crate) flags: u32,
}

/// The edit list of a track in the source (ISO/IEC 14496-12 8.6.6).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct SourceEdit {
    /// Composition time at which presentation starts, after encoder priming.
    pub(crate) media_time: Option<i64>,
    /// Duration of the empty edits before, in ticks of `movie_timescale`.
    pub(crate) empty: u64,
    /// Presentation duration in the same ticks; `None` for fragmented movies, whose init segment
    /// cannot know it.
    pub(crate) duration: Option<u64>,
    pub(crate) movie_timescale: u32,
}

impl SourceEdit {
    /// Time before the track is presented, in nanoseconds.
    pub(crate) fn initial_delay(&self) -> i64 {
        self.time(self.empty).unwrap_or(0)
    }

    /// Longest presentation duration, in nanoseconds.
    pub(crate) fn max_duration(&self) -> i64 {
        self.duration
            .and_then(|duration| self.time(duration))
            .unwrap_or(i64::MAX)
    }

    fn time(&self, ticks: u64) -> Option<i64> {
        nanoseconds(i64::try_from(ticks).ok()?, self.movie_timescale)
    }
}

impl Init {
    /// Returns the video and audio tracks of an init segment, or of the `moov` in a media segment.
    /// Leaves out text, metadata and time codes.
    ///
    /// Returns an empty list if the segment has no `moov`.
    pub fn all(segment: &[u8]) -> Result<Vec<Self>, Error> {
        match top_level(segment).find(*b"moov")? {
            Some(moov) => movie(&moov),
            None => Ok(Vec::new()),
        }
    }

    /// Returns the track with the number `track` of the download: the only one of the segment, or
    /// the one with this index in [`Self::all`].
    ///
    /// Returns `None` if the segment has no `moov`.
    pub fn parse(segment: &[u8], track: u8) -> Result<Option<Self>, Error> {
        let mut all = Self::all(segment)?;
        let count = all.len();
        if count <= 1 {
            return Ok(all.pop());
        }
        let wanted = usize::from(track);
        let found = all.into_iter().nth(wanted);
        found.map(Some).ok_or_else(|| {
            Error::Unsupported(format!("track {track} of a piece with {count} tracks"))
        })
    }

    /// Returns another track of the segment.
    pub(super) fn other(&self, track_id: u32) -> Option<&OtherTrack> {
        let mut others = self.other_tracks.iter();
        others.find(|other| other.track_id == track_id)
    }

    /// Number of video and audio tracks in the segment, including this one.
    pub(crate) fn track_count(&self) -> usize {
        usize::from(self.track_count)
    }
}

fn movie(moov: &Cursor<'_>) -> Result<Vec<Init>, Error> {
    let movie_timescale = match children(moov).find(*b"mvhd")? {
        Some(mvhd) => header_timescale(mvhd)?,
        None => 0,
    };
    let mvex = children(moov).find(*b"mvex")?;
    let mut tracks = Vec::new();
    let mut left_out = None;
    let mut ids = Vec::new();
    for child in children(moov) {
        let trak = child?;
        if trak.kind != *b"trak" {
            continue;
        }
        if ids.len() == MAX_TRACKS {
            return Err(trak.body.malformed("more tracks than any film has"));
        }
        let (track_id, display) = track_header(children(&trak.body).require(*b"tkhd")?)?;
        let defaults = match &mvex {
            Some(mvex) => defaults(children(mvex), track_id)?,
            None => SampleDefaults::default(),
        };
        let mdia = children(&trak.body).require(*b"mdia")?;
        let mut other = OtherTrack {
            track_id,
            timescale: 0,
            defaults,
        };
        match handler(children(&mdia).require(*b"hdlr")?)? {
            Ok(kind) => {
                let mut init = track(&trak.body, &mdia, kind)?;
                init.edit.movie_timescale = movie_timescale;
                other.timescale = init.timescale;
                init.edit.duration.take_if(|_| mvex.is_some());
                tracks.push(Init {
                    track_id,
                    defaults,
                    display,
                    ..init
                });
            }
            Err(other) => left_out = Some(other),
        }
        ids.push(other);
    }
    if let (true, Some(other)) = (tracks.is_empty(), left_out) {
        return Err(Error::Unsupported(format!(
            "a track of type {}",
            name(other)
        )));
    }
    if tracks.is_empty() {
        return Err(moov.malformed("a moov without tracks"));
    }
    let track_count = u8::try_from(tracks.len()).unwrap_or(u8::MAX);
    for init in &mut tracks {
        init.track_count = track_count;
        init.other_tracks.clone_from(&ids);
        init.other_tracks
            .retain(|other| other.track_id != init.track_id);
    }
    Ok(tracks)
}

/// Reads `trak` except for `tkhd` and `trex`.
fn track(trak: &Cursor<'_>, mdia: &Cursor<'_>, kind: TrackKind) -> Result<Init, Error> {
    let (timescale, language) = media_header(children(mdia).require(*b"mdhd")?)?;
    let stbl = children(&children(mdia).require(*b"minf")?).require(*b"stbl")?;
    let entries = sample_entries(children(&stbl).require(*b"stsd")?, kind)?;
    let has_sync_flags = kind == TrackKind::Video
        || children(&stbl).find(*b"stss")?.is_some()
        || entries.iter().any(|entry| has_dependent_audio(entry));
    Ok(Init {
        kind,
        track_id: 0,
        timescale,
        language,
        defaults: SampleDefaults::default(),
        edit: edit(trak)?,
        display: [0; 44],
        sample_entries: entries,
        groups: MovieGroups::read(&stbl),
        has_sync_flags,
        names: TrackNames::read(trak, mdia),
        track_count: 1,
        other_tracks: Vec::new(),
    })
}

/// Reads the timescale from `mvhd` or `mdhd`, which start alike (ISO/IEC 14496-12 8.2.2, 8.4.2).
fn header_timescale(mut header: Cursor<'_>) -> Result<u32, Error> {
    let (version, _) = version_and_flags(&mut header)?;
    header.versioned(version)?;
    header.versioned(version)?;
    header.u32()
}

fn media_header(mut mdhd: Cursor<'_>) -> Result<(u32, u16), Error> {
    let timescale = header_timescale(mdhd.clone())?;
    if timescale == 0 {
        return Err(mdhd.malformed("a timescale of 0"));
    }
    let (version, _) = version_and_flags(&mut mdhd)?;
    mdhd.skip(if version == 0 { 16 } else { 28 })?;
    Ok((timescale, mdhd.u16()?))
}

fn track_header(mut tkhd: Cursor<'_>) -> Result<(u32, [u8; 44]), Error> {
    let (version, _) = version_and_flags(&mut tkhd)?;
    tkhd.versioned(version)?;
    tkhd.versioned(version)?;
    let track_id = tkhd.u32()?;
    tkhd.skip(4)?;
    tkhd.versioned(version)?;
    // Reserved, layer, alternate group, volume.
    tkhd.skip(16)?;
    Ok((track_id, tkhd.array()?))
}

/// Reads `hdlr`; `Err` holds the type of a track that is neither video nor audio (ISO/IEC 14496-12
/// 8.4.3).
pub(super) fn handler(mut hdlr: Cursor<'_>) -> Result<Result<TrackKind, FourCc>, Error> {
    hdlr.skip(8)?;
    Ok(match hdlr.array()? {
        kind if kind == *b"vide" => Ok(TrackKind::Video),
        kind if kind == *b"soun" => Ok(TrackKind::Audio),
        kind => Err(kind),
    })
}

/// Returns whether a codec has audio samples that depend on others: AC-4, Dolby `TrueHD`, MPEG-H, and
/// MPEG-4 audio with xHE-AAC, whose object type is 42 (ISO/IEC 14496-3 1.5.1).
fn has_dependent_audio(entry: &[u8]) -> bool {
    match entry.get(4..8) {
        Some(b"ac-4" | b"mlpa" | b"mha1" | b"mha2" | b"mhm1" | b"mhm2") => true,
        Some(b"mp4a") => audio_object_type(entry) == Some(42),
        _ => false,
    }
}

fn sample_entries(mut stsd: Cursor<'_>, kind: TrackKind) -> Result<Vec<Vec<u8>>, Error> {
    let (version, _) = version_and_flags(&mut stsd)?;
    let count = stsd.u32()?;
    if count == 0 || count > MAX_SAMPLE_ENTRIES {
        return Err(stsd.malformed(format!("{count} sample entries")));
    }
    let mut entries = Vec::new();
    for _ in 0..count {
        let size = stsd.clone().u32()? as usize;
        let start = stsd.position();
        let entry = stsd.take(size)?;
        match entry.get(4..8) {
            Some(b"encv" | b"enca") => return Err(Error::Encrypted),
            Some(_) => {
                let mut entry = match kind {
                    TrackKind::Video => entry.to_vec(),
                    TrackKind::Audio => audio_sample_entry(entry, version)?,
                };
                // Data reference 1: the movie that we write has only one.
                if let Some(reference) = entry.get_mut(14..16) {
                    reference.copy_from_slice(&[0, 1]);
                }
                check_sample_entries(&Cursor::within("MP4", &entry, start))?;
                entries.push(entry);
            }
            None => return Err(stsd.malformed("a sample entry without a name")),
        }
    }
    Ok(entries)
}

/// Reads the edit list of a track: empty edits, then the first with media.
///
/// Ignores further edits: all media from the first edit on is presented, including what the edits
/// leave out. Nothing is lost, and tracks with the same edits stay in sync.
fn edit(trak: &Cursor<'_>) -> Result<SourceEdit, Error> {
    let mut edit = SourceEdit::default();
    let Some(edts) = children(trak).find(*b"edts")? else {
        return Ok(edit);
    };
    let Some(mut elst) = children(&edts).find(*b"elst")? else {
        return Ok(edit);
    };
    let (version, _) = version_and_flags(&mut elst)?;
    for _ in 0..elst.u32()? {
        let duration = elst.versioned(version)?;
        let media_time = if version == 0 {
            i64::from(elst.i32()?)
        } else {
            elst.u64()?.cast_signed()
        };
        elst.skip(4)?;
        if edit.media_time.is_some() {
            edit.duration = None;
            break;
        }
        if media_time >= 0 {
            edit.media_time = Some(media_time);
            edit.duration = Some(duration).filter(|duration| *duration > 0);
        } else {
            edit.empty = edit.empty.saturating_add(duration);
        }
    }
    Ok(edit)
}

fn defaults(mvex: Boxes<'_>, track_id: u32) -> Result<SampleDefaults, Error> {
    for child in mvex {
        let mut child = child?;
        if child.kind != *b"trex" {
            continue;
        }
        version_and_flags(&mut child.body)?;
        let id = child.body.u32()?;
        let mut fields = [0; 4];
        for field in &mut fields {
            *field = child.body.u32()?;
        }
        if id == track_id {
            let [description, duration, size, flags] = fields;
            return Ok(SampleDefaults {
                description,
                duration,
                size,
                flags,
            });
        }
    }
    Ok(SampleDefaults::default())
}
