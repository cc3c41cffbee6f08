//! Encodes the samples of a segment into its tables.

use super::{
    ASSUMED_CONFIG, CHUNK, CONFIG, EDGE, EdgeRecord, GROUPS, INIT, IndexedSample, LANGUAGE,
    OTHER_TRACK, SAME_DELTA, SAME_OFFSET, SAMPLE, SYNC,
    damage::{Damage, SampleCoding},
    track_code, track_key, track_of,
};
use crate::{
    Content, Error, Fact, Sample, TrackKind,
    clock::{Pauses, Span},
    cursor::{put_length_prefixed, put_signed, put_varint},
    flv::Codec,
    fmp4::{Init, SampleGroups},
    timestamps::TS,
};

/// So many of the first samples of a movie are inspected when it is verified.
pub(crate) const INSPECTED_SAMPLES: usize = crate::check::INSPECTED_SAMPLES;

/// Collects the tables of one segment.
#[derive(Debug, Default)]
pub(crate) struct Recorder {
    /// Ticks per second, if the container does not store the durations of samples.
    timescale: Option<u32>,
    /// What the samples of each sample entry are, if the segment has those of one track alone;
    /// otherwise what the samples of video are.
    codings: Vec<SampleCoding>,
    damage: Damage,
    /// Whether the first samples of video are what their sample entries say.
    first_samples: Vec<bool>,
    /// What is about the whole segment; comes before the entries.
    edges: Vec<u8>,
    entries: Vec<u8>,
    tracks: [RecordedTrack; 2],
    /// [`Span::inner_shift`] of video and audio.
    inner_shifts: [i64; 2],
    chunk: Option<(TrackKind, u32)>,
    next_position: u64,
    samples: u64,
    /// Bytes in no sample here that may belong to samples of the neighbouring segments.
    edge_bytes: u64,
}

/// The samples of a track so far.
#[derive(Clone, Copy, Debug, Default)]
struct RecordedTrack {
    samples: usize,
    first: i64,
    last: i64,
    delta: i64,
    pauses: Pauses,
    composition_offset: i32,
    /// Duration of the last sample, 0 if the container does not store it.
    last_duration: u32,
    groups: SampleGroups,
}

/// Where the data of a sample is, and what else its container stores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SampleLocation {
    /// Position of its first byte in the segment's media.
    pub(crate) position: u64,
    /// Index of its sample entry in the init segment, counted from 0.
    pub(crate) description: u32,
    /// Duration, 0 if the container does not store it.
    pub(crate) duration: u32,
}

impl Recorder {
    /// Starts the tables of a segment whose container does not store the durations of samples.
    pub(crate) fn without_durations(timescale: u32) -> Self {
        Self {
            timescale: Some(timescale),
            ..Self::default()
        }
    }

    /// Returns what media the segment holds, given its [`Self::spans`].
    pub(crate) fn content(&self, spans: &[Span]) -> Content {
        let spans = spans.iter().map(|span| (track_of(span.key), span));
        Content::new(self.samples, spans, self.edge_bytes > 0)
    }

    /// Returns whether the first samples of video are what their sample entries say.
    pub(crate) fn first_samples(&self) -> &[bool] {
        &self.first_samples
    }

    pub(crate) fn config(&mut self, kind: TrackKind, codec: Codec, data: &[u8]) {
        if kind == TrackKind::Video {
            self.codings = match codec {
                Codec::Avc => vec![SampleCoding::of_avc_config(data)],
                _ => Vec::new(),
            };
        }
        self.entries.push(CONFIG);
        self.entries.push(track_code(kind));
        self.entries.push(match codec {
            Codec::Avc => 0,
            Codec::Aac => 1,
            Codec::Mp3 | Codec::Other(_) => 2,
        });
        put_length_prefixed(&mut self.entries, data);
    }

    /// Sets what was added to the times of video and audio at the end, in nanoseconds.
    pub(crate) fn set_inner_shifts(&mut self, shifts: [i64; 2]) {
        self.inner_shifts = shifts;
    }

    /// Records an AAC configuration for a movie that states none anywhere.
    pub(crate) fn assumed_config(&mut self, data: &[u8]) {
        self.entries.push(ASSUMED_CONFIG);
        put_length_prefixed(&mut self.entries, data);
    }

    pub(crate) fn init(&mut self, init: &Init) {
        let mut bytes = Vec::new();
        init.write(&mut bytes);
        self.entries.push(INIT);
        put_length_prefixed(&mut self.entries, &bytes);
    }

    /// Sets the sample groups of the samples that follow.
    pub(crate) fn groups(&mut self, kind: TrackKind, groups: SampleGroups) {
        let track = self.tracks.get_mut(usize::from(track_code(kind)));
        let Some(track) = track.filter(|track| track.groups != groups) else {
            return;
        };
        track.groups = groups;
        let present = (0..).zip(groups.0).fold(0, |bits, (number, group)| {
            bits | u8::from(group.is_some()) << number
        });
        self.entries
            .extend_from_slice(&[GROUPS, track_code(kind), present]);
        for group in groups.0.into_iter().flatten() {
            self.entries.extend_from_slice(&group.to_be_bytes());
        }
    }

    pub(crate) fn edge(&mut self, edge: &EdgeRecord) {
        self.edges.push(EDGE);
        self.edge_bytes += edge.head.length + edge.remainder.length;
        edge.write(&mut self.edges);
    }

    /// Records the language of a track, as a packed code (ISO/IEC 14496-12 8.4.2.3).
    pub(crate) fn language(&mut self, kind: TrackKind, code: u16) {
        self.edges.extend([LANGUAGE, track_code(kind)]);
        self.edges.extend(code.to_be_bytes());
    }

    /// Records a further audio track of the segment: its number from 1, and the one that it gets
    /// in the movie.
    pub(crate) fn other_track(
        &mut self,
        [number, track]: [u8; 2],
        other: Self,
    ) -> Result<(), Error> {
        let spans = other.spans(track, TS.timescale)?;
        self.edges.extend([OTHER_TRACK, number]);
        put_length_prefixed(&mut self.edges, &other.finish(&spans));
        Ok(())
    }

    pub(crate) fn sample(&mut self, sample: &Sample<'_>, location: SampleLocation) {
        self.inspect(sample, location.description);
        let indexed = IndexedSample {
            kind: sample.kind,
            dts: sample.dts,
            composition_offset: sample.composition_offset,
            sync: sample.sync,
            size: u32::try_from(sample.data.len()).unwrap_or(u32::MAX),
            position: location.position,
            description: location.description,
            opens_chunk: false,
            groups: SampleGroups::default(),
        };
        self.indexed_sample(&indexed, location.duration);
    }

    /// Sets the sample entries of a track of a fragmented MP4.
    pub(crate) fn set_sample_entries(&mut self, entries: &[Vec<u8>]) {
        self.codings = entries
            .iter()
            .map(|entry| SampleCoding::of(entry))
            .collect();
    }

    fn inspect(&mut self, sample: &Sample<'_>, description: u32) {
        let is_video = sample.kind == TrackKind::Video;
        // FLV and MPEG-TS have both tracks in a segment, and audio only as frames.
        let coding = if is_video || self.timescale.is_none() {
            let coding = self.codings.get(description as usize);
            coding.copied().unwrap_or(SampleCoding::Any)
        } else {
            SampleCoding::Frames
        };
        let fits = coding.fits(sample.data);
        let track = self.tracks.get(usize::from(track_code(sample.kind)));
        let number = track.map_or(0, |track| track.samples);
        self.damage.add(sample, number, fits);
        if is_video && self.first_samples.len() < INSPECTED_SAMPLES {
            self.first_samples.push(fits);
        }
    }

    /// Returns which samples are damaged. The times of the samples count in `timescale`.
    pub(crate) fn damage(&self, timescale: u32) -> Vec<Fact> {
        let tracks = self.tracks.iter().filter(|track| track.samples > 0);
        let earliest = tracks.map(|track| track.first).min();
        self.damage.facts(earliest.unwrap_or(0), timescale)
    }

    /// Records a sample with its position; `duration` as in [`SampleLocation`].
    pub(crate) fn indexed_sample(&mut self, sample: &IndexedSample, duration: u32) {
        if self.chunk != Some((sample.kind, sample.description))
            || self.next_position != sample.position
        {
            self.entries.push(CHUNK);
            self.entries.push(track_code(sample.kind));
            put_varint(&mut self.entries, u64::from(sample.description));
            put_signed(
                &mut self.entries,
                sample
                    .position
                    .wrapping_sub(self.next_position)
                    .cast_signed(),
            );
            self.chunk = Some((sample.kind, sample.description));
        }
        let track = self.tracks.get_mut(usize::from(track_code(sample.kind)));
        let Some(track) = track else { return };
        if track.samples == 0 {
            track.first = sample.dts;
        } else if let Some(timescale) = self.timescale {
            let distance = sample.dts.wrapping_sub(track.last);
            track.pauses.add(distance, timescale);
        }
        let delta = sample.dts.wrapping_sub(track.last);
        let mut mark = SAMPLE;
        if sample.sync {
            mark |= SYNC;
        }
        if delta == track.delta {
            mark |= SAME_DELTA;
        }
        if sample.composition_offset == track.composition_offset {
            mark |= SAME_OFFSET;
        }
        self.entries.push(mark);
        put_varint(&mut self.entries, u64::from(sample.size));
        if mark & SAME_DELTA == 0 {
            put_signed(&mut self.entries, delta);
        }
        if mark & SAME_OFFSET == 0 {
            put_signed(&mut self.entries, i64::from(sample.composition_offset));
        }
        track.samples += 1;
        track.last = sample.dts;
        track.delta = delta;
        track.composition_offset = sample.composition_offset;
        track.last_duration = duration;
        self.samples += 1;
        self.next_position = sample.position.wrapping_add(u64::from(sample.size));
    }

    /// Returns the time span of each track. The times of the samples count in `timescale`.
    pub(crate) fn spans(&self, track_number: u8, timescale: u32) -> Result<Vec<Span>, Error> {
        let mut spans = Vec::new();
        for (kind, track) in [TrackKind::Video, TrackKind::Audio]
            .into_iter()
            .zip(&self.tracks)
        {
            if track.samples == 0 {
                continue;
            }
            let key = track_key(track_number, kind);
            let ends = [track.first, track.last];
            let tail = track.last_duration;
            let span = Span::new(key, ends, track.samples, tail, timescale)?;
            let span = span.without_pauses(track.samples, track.pauses, timescale);
            let shift = self.inner_shifts.get(usize::from(track_code(kind)));
            spans.push(Span {
                inner_shift: shift.copied().unwrap_or(0),
                ..span
            });
        }
        Ok(spans)
    }

    /// Returns the encoded tables: the time spans of the tracks, then the entries.
    pub(crate) fn finish(self, spans: &[Span]) -> Vec<u8> {
        let mut tables = Vec::with_capacity(self.edges.len() + self.entries.len() + 64);
        put_varint(&mut tables, spans.len() as u64);
        for span in spans {
            span.write(&mut tables);
        }
        tables.extend_from_slice(&self.edges);
        tables.extend_from_slice(&self.entries);
        tables
    }
}
