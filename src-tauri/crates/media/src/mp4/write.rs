//! The MP4 muxer: appends media as it arrives and writes the index when the movie is finished.

use std::{
    collections::{BTreeMap, BTreeSet},
    io::{IoSlice, Read, Seek, Write},
    iter,
};

use super::{
    assemble::{Assembly, IndexSpec, assemble, estimate, missing_tracks},
    captions,
    first_samples::FirstSamples,
    fragment::{
        EdgeBytes, EdgeRecord, OutputBase, Recorder, SampleLocation, SegmentTables, TableEntry,
        other_number, separate_tracks,
    },
    head::{FileHead, file_type, mdat_header, reserved_bytes},
    interleave::Interleaver,
    join,
    moov::{self, MovieBox},
    sample_entry::build_sample_entry,
};
use crate::{
    Content, Error, Fact, FactKind, MovieSpec, Mp4Brand, Muxer, MuxerConfig, OutputFormat,
    SegmentData, SegmentFingerprint, SegmentFormat, SegmentKind, SegmentOrder, Summary,
    TableFragment, TrackKind,
    boxes::{self, write::put32},
    check::codec_kind,
    clock::MILLISECOND,
    fact,
    flv::{self, DemuxEvent},
    fmp4::{self, Init, SampleGroups},
    handler::Handler,
    journal,
    language::Language,
    segment_writer::SegmentWriter,
    timestamps, ts,
};

/// Builds a progressive MP4 from segments in any order.
#[derive(Debug)]
pub(crate) struct Mp4Muxer<O> {
    segment_format: SegmentFormat,
    movie: MovieSpec,
    output: SegmentWriter<O>,
    head: Option<FileHead>,
    inits: BTreeMap<u8, Init>,
    first_samples: FirstSamples,
    /// The next segment is the first of another file.
    begins_part: bool,
    /// Segments whose clock starts again by their nature.
    expected_restarts: BTreeSet<SegmentKind>,
    /// Kept between segments so that its buffers are reused.
    demuxer: ts::TsDemuxer,
}

/// The media of a segment as slices to be written end to end, and its sample tables.
struct DemuxedSegment<'a> {
    slices: Vec<IoSlice<'a>>,
    /// Position of the first slice in the segment's media.
    start: u64,
    recorder: Recorder,
    timescale: u32,
    /// What was lost, left out or changed, with times from the earliest sample.
    facts: Vec<Fact>,
}

impl<O: Read + Write + Seek> Mp4Muxer<O> {
    /// Starts a new output, or resumes one where its journal ends.
    pub(crate) fn new(config: MuxerConfig<'_>, output: O) -> Result<Self, Error> {
        let journal = config.journal.unwrap_or_default();
        let mut muxer = Self {
            segment_format: config.segment_format,
            movie: config.movie,
            output: SegmentWriter::new(output, config.journal.map(journal::output_end)),
            head: None,
            inits: BTreeMap::new(),
            first_samples: FirstSamples::default(),
            begins_part: false,
            expected_restarts: BTreeSet::new(),
            demuxer: ts::TsDemuxer::default(),
        };
        let mut with_bytes = journal
            .iter()
            .filter(|fragment| fragment.output_bytes() > 0);
        if let Some(fragment) = with_bytes.next() {
            muxer.head = Some(FileHead::from_fragment(fragment)?);
        }
        for fragment in journal
            .iter()
            .filter(|fragment| fragment.kind == SegmentKind::Init)
        {
            for entry in SegmentTables::read(&fragment.tables)?.entries {
                if let TableEntry::Init(init) = entry? {
                    muxer.inits.insert(fragment.track, *init);
                }
            }
        }
        Ok(muxer)
    }

    /// Returns what media a segment holds, without writing anything.
    pub(crate) fn content(&mut self, segment: &SegmentData<'_>) -> Result<Content, Error> {
        let mut demuxer = std::mem::take(&mut self.demuxer);
        let DemuxedSegment {
            recorder,
            timescale,
            ..
        } = self.demux(segment, &mut demuxer)?;
        let content = recorder.content(&recorder.spans(segment.track, timescale)?);
        self.demuxer = demuxer;
        Ok(content)
    }

    fn index_spec(&self) -> IndexSpec<'_> {
        IndexSpec {
            segment_format: self.segment_format,
            audio: &self.movie.audio,
            expected_restarts: &self.expected_restarts,
            range: self.movie.range,
        }
    }

    fn demux<'a>(
        &mut self,
        segment: &SegmentData<'a>,
        demuxer: &'a mut ts::TsDemuxer,
    ) -> Result<DemuxedSegment<'a>, Error> {
        match (self.segment_format, segment.kind) {
            (SegmentFormat::Flv, _) => demux_flv(segment.data),
            (SegmentFormat::Ts, _) => demux_ts(segment, demuxer),
            (SegmentFormat::Fmp4, SegmentKind::Init) => {
                let init =
                    Init::parse(segment.data, segment.track)?.ok_or_else(|| Error::Malformed {
                        format: "MP4",
                        problem: "an initialisation piece without moov".into(),
                        offset: 0,
                    })?;
                let mut recorder = Recorder::default();
                recorder.init(&init);
                let timescale = init.timescale;
                self.inits.insert(segment.track, init);
                Ok(DemuxedSegment {
                    slices: Vec::new(),
                    start: 0,
                    recorder,
                    timescale,
                    facts: fmp4::left_out(segment.data),
                })
            }
            (SegmentFormat::Fmp4, SegmentKind::Media(_)) => {
                let known = self.inits.get(&segment.track);
                // Fail on the first media segment: `finish` would fail only after hours.
                if let Some(init) = known.filter(|init| self.inits.len() < init.track_count()) {
                    return Err(missing_tracks(init.track_count()));
                }
                demux_fmp4(segment, known)
            }
        }
    }

    /// Returns whether a segment states no time and just follows the one before it.
    fn follows_without_time(&self, segment: &SegmentData<'_>) -> bool {
        self.segment_format == SegmentFormat::Fmp4
            && segment.kind != SegmentKind::Init
            && !fmp4::states_time(segment.data)
    }

    /// Writes the head of the file before the first media.
    fn begin(&mut self, segment: &SegmentData<'_>, body: &[u8]) -> Result<(), Error> {
        if self.head.is_some() {
            return Ok(());
        }
        let fragment = |kind, body: &[u8]| TableFragment {
            track: segment.track,
            kind,
            start_ms: segment.start_ms,
            output_start: 0,
            output_end: 0,
            checksum: 0,
            fingerprint: SegmentFingerprint::default(),
            content: Content::default(),
            facts: Vec::new(),
            tables: SegmentTables::at(OutputBase::default(), body),
        };
        let mut fragments = vec![fragment(segment.kind, body)];
        if let Some(init) = self.inits.get(&segment.track) {
            let mut recorder = Recorder::default();
            recorder.init(init);
            fragments.push(fragment(SegmentKind::Init, &recorder.finish(&[])));
        }
        separate_tracks(&mut fragments)?;
        // Ignore errors: this is only an estimate. Whether the segment can be indexed is known when
        // its neighbours are there, and must not depend on which segment comes first.
        let tracks = estimate(self.index_spec(), fragments).unwrap_or_default();
        let mut unseen: Vec<_> = Vec::new();
        let is_unseen = |kind: &TrackKind| {
            let mut seen = tracks.iter().map(|track| track.handler);
            seen.all(|seen| seen != Handler::from(*kind))
        };
        if self.segment_format == SegmentFormat::Fmp4 {
            // Expect one more track of each kind.
            unseen.extend(
                [TrackKind::Video, TrackKind::Audio]
                    .iter()
                    .filter(|kind| is_unseen(kind)),
            );
        }
        let audio = self.movie.audio.iter();
        let others = audio.filter(|audio| audio.track != segment.track).count();
        let expected = unseen
            .iter()
            .filter(|kind| **kind == TrackKind::Audio)
            .count();
        unseen.extend(iter::repeat_n(
            TrackKind::Audio,
            others.saturating_sub(expected),
        ));
        let head = FileHead::write(
            &mut self.output,
            reserved_bytes(&self.movie, &tracks, &unseen),
        )?;
        self.head = Some(head);
        Ok(())
    }

    /// Writes the index into the reserved bytes at the front if it fits, else at the end.
    fn write_index(
        &mut self,
        head: FileHead,
        brand: Mp4Brand,
        index: MovieBox<'_>,
    ) -> Result<(), Error> {
        let reserved = head.mdat - head.reserved_start;
        let media_end = self.output.end();
        // The remaining bytes become a `free` box, which needs at least 8 bytes for its header.
        let left = reserved.checked_sub(index.size);
        // Write the head again too, in case a crash has damaged it.
        if let Some(left) = left.filter(|left| *left == 0 || *left >= 8) {
            if left > 0 {
                let mut free = Vec::new();
                put32(&mut free, u32::try_from(left).unwrap_or(u32::MAX));
                free.extend_from_slice(b"free");
                self.output.write_at(head.mdat - left, &free)?;
            }
            self.output.stream_at(0, |out| {
                out.write_all(&file_type(brand))?;
                index.write(out)
            })?;
        } else {
            self.output.write_at(0, &head.header_bytes(brand))?;
            self.output.stream_at(media_end, |out| index.write(out))?;
        }
        self.output
            .write_at(head.mdat, &mdat_header(media_end - head.mdat))
    }
}

impl<O: Read + Write + Seek + Send> Muxer for Mp4Muxer<O> {
    fn order(&self) -> SegmentOrder {
        OutputFormat::Mp4.order()
    }

    fn begin_part(&mut self) {
        self.begins_part = true;
    }

    fn push(&mut self, segment: SegmentData<'_>) -> Result<TableFragment, Error> {
        let begins_part = std::mem::take(&mut self.begins_part);
        if begins_part || self.follows_without_time(&segment) {
            self.expected_restarts.insert(segment.kind);
        }
        let mut demuxer = std::mem::take(&mut self.demuxer);
        let DemuxedSegment {
            mut slices,
            recorder,
            timescale,
            facts,
            ..
        } = self.demux(&segment, &mut demuxer)?;
        let facts = fact::joined(facts, &recorder.damage(timescale));
        // A resumed movie must begin as this one: it finds the head by the first segment with bytes.
        let has_media = slices.iter().any(|slice| !slice.is_empty());
        let spans = recorder.spans(segment.track, timescale)?;
        let content = recorder.content(&spans);
        self.first_samples
            .add(segment.track, segment.kind, recorder.first_samples());
        let body = recorder.finish(&spans);
        if has_media {
            self.begin(&segment, &body)?;
        }
        self.output.begin_segment();
        if has_media {
            self.output.append(&mut slices)?;
        }
        self.demuxer = demuxer;
        let written = self.output.end_segment();
        let base = OutputBase {
            mdat: self.head.map_or(0, |head| head.mdat),
            position: written.start,
        };
        Ok(TableFragment {
            track: segment.track,
            kind: segment.kind,
            start_ms: segment.start_ms,
            output_start: written.start,
            output_end: written.end,
            checksum: written.checksum,
            fingerprint: self.output.fingerprint(segment.data),
            content,
            facts,
            tables: SegmentTables::at(base, &body),
        })
    }

    fn forget(&mut self, track: u8, kind: SegmentKind) {
        if kind == SegmentKind::Init {
            self.inits.remove(&track);
        }
    }

    fn input_problem(&self) -> Option<Error> {
        self.first_samples.problem()
    }

    fn finish(mut self: Box<Self>, mut fragments: Vec<TableFragment>) -> Result<Summary, Error> {
        self.output.ensure_unchanged()?;
        if self.segment_format == SegmentFormat::Ts {
            separate_tracks(&mut fragments)?;
            join::join_segments(&mut fragments, &mut self.output)?;
        }
        let spec = IndexSpec {
            segment_format: self.segment_format,
            audio: &self.movie.audio,
            expected_restarts: &self.expected_restarts,
            range: self.movie.range,
        };
        let Assembly { mut tracks, facts } = assemble(spec, fragments, &mut self.output)?;
        let head = self
            .head
            .filter(|_| !tracks.is_empty())
            .ok_or(Error::Empty)?;
        let captions = captions::tracks(&self.movie.captions, &tracks, &mut self.output)?;
        tracks.extend(captions);
        let has_video = tracks.iter().any(|track| track.handler == Handler::Video);
        let brand = if has_video {
            Mp4Brand::Movie
        } else {
            self.movie.brand
        };
        let mut movie = moov::movie(&tracks, &self.movie.tags)?;
        let summary = std::mem::take(&mut movie.summary);
        self.write_index(head, brand, movie)?;
        Ok(Summary {
            size_bytes: self.output.end(),
            facts,
            ..summary
        })
    }
}

/// Collects the payloads of FLV tags, interleaved in runs of one track.
fn demux_flv(segment: &[u8]) -> Result<DemuxedSegment<'_>, Error> {
    let demuxer = flv::demux(segment)?;
    let facts = demuxer.clock_facts();
    let shifts_ms = demuxer.end_shifts_ms();
    let events = demuxer.map(|event| {
        Ok(ts::MarkedEvent {
            event: event?,
            recovery_frames: None,
        })
    });
    let mut segment_data = collect_events(events, timestamps::FLV.timescale)?;
    let shifts = shifts_ms.map(|shift| shift.saturating_mul(MILLISECOND));
    segment_data.recorder.set_inner_shifts(shifts);
    Ok(DemuxedSegment {
        facts,
        ..segment_data
    })
}

/// Collects the frames of a transport stream, and the bytes at both ends of the segment that may
/// belong to frames of the neighbouring segments.
fn demux_ts<'a>(
    segment: &SegmentData<'_>,
    demuxer: &'a mut ts::TsDemuxer,
) -> Result<DemuxedSegment<'a>, Error> {
    let media = demuxer.demux(segment.data)?;
    let mut segment_data = collect_events(media.marked_events().map(Ok), timestamps::TS.timescale)?;
    let mut facts = media.facts();
    for open in media.edges() {
        if open.kind == TrackKind::Audio
            && let Some(letters) = media.language()
        {
            let code = Language::from_letters(letters).code;
            segment_data.recorder.language(TrackKind::Audio, code);
        }
        segment_data.add_edges(&open);
    }
    for other in media.other_audio() {
        match other_number(segment.track, other.number) {
            Some(track) => segment_data.add_other_audio(&other, track)?,
            None => facts.push(Fact {
                kind: FactKind::LeftOut("another audio track".into()),
                track: Some(TrackKind::Audio),
                samples: 0,
                at_ms: 0,
                duration_ms: 0,
            }),
        }
    }
    segment_data.facts = facts;
    Ok(segment_data)
}

impl<'a> DemuxedSegment<'a> {
    /// Adds the bytes at both ends of a track.
    fn add_edges(&mut self, open: &ts::TrackEdges<'a>) {
        let mut end = self.length();
        let slices = &mut self.slices;
        let mut put = |bytes: &'a [u8]| {
            if !bytes.is_empty() {
                slices.push(IoSlice::new(bytes));
            }
            let length = bytes.len() as u64;
            let position = end;
            end += length;
            EdgeBytes { position, length }
        };
        let edge = EdgeRecord::new(open, &mut put);
        self.recorder.edge(&edge);
    }

    /// Adds an audio track behind the others.
    fn add_other_audio(&mut self, other: &ts::OtherAudio<'a>, track: u8) -> Result<(), Error> {
        let mut own = Self {
            start: self.length(),
            ..collect_events_at(other.events().map(Ok), self.timescale, self.length())?
        };
        if let Some(letters) = other.language {
            let code = Language::from_letters(letters).code;
            own.recorder.language(TrackKind::Audio, code);
        }
        own.add_edges(&other.edges);
        self.slices.append(&mut own.slices);
        self.recorder
            .other_track([other.number, track], own.recorder)
    }

    /// Returns the number of bytes up to here, from the start of the segment's media.
    fn length(&self) -> u64 {
        let slices = self.slices.iter().map(|slice| slice.len() as u64);
        self.start + slices.sum::<u64>()
    }
}

fn collect_events<'a>(
    events: impl Iterator<Item = Result<ts::MarkedEvent<'a>, Error>>,
    timescale: u32,
) -> Result<DemuxedSegment<'a>, Error> {
    collect_events_at(events, timescale, 0)
}

/// Collects samples whose bytes start at `start` in the segment's media.
fn collect_events_at<'a>(
    events: impl Iterator<Item = Result<ts::MarkedEvent<'a>, Error>>,
    timescale: u32,
    start: u64,
) -> Result<DemuxedSegment<'a>, Error> {
    let mut interleaver = Interleaver::at(start, timescale);
    let mut recorder = Recorder::without_durations(timescale);
    for event in events {
        let ts::MarkedEvent {
            event,
            recovery_frames,
        } = event?;
        match event {
            DemuxEvent::Config { kind, codec, data } => {
                // Build it now, so that a malformed configuration fails with its segment and not
                // in `finish`.
                build_sample_entry(codec, data)?;
                interleaver.flush(&mut recorder);
                recorder.config(kind, codec, data);
            }
            DemuxEvent::AssumedConfig(data) => {
                interleaver.flush(&mut recorder);
                recorder.assumed_config(data);
            }
            DemuxEvent::Sample(sample) => {
                let groups = SampleGroups::recovery_point(recovery_frames);
                interleaver.push((sample, groups), &mut recorder);
            }
        }
    }
    let slices = interleaver.finish(&mut recorder);
    Ok(DemuxedSegment {
        slices,
        start,
        recorder,
        timescale,
        facts: Vec::new(),
    })
}

/// Fails if a track goes on with another codec: no player changes its decoder within a track.
fn check_codec(known: &Init, own: &Init) -> Result<(), Error> {
    let kind = |init: &Init| {
        let entry = init.sample_entries.first();
        entry.map(|entry| codec_kind(entry))
    };
    let (Some(before), Some(now)) = (kind(known), kind(own)) else {
        return Ok(());
    };
    if before == now && known.kind == own.kind {
        return Ok(());
    }
    let name = |(code, object_type): (_, Option<u8>)| match object_type {
        Some(object_type) => format!("{} ({object_type:#x})", boxes::read::name(code)),
        None => boxes::read::name(code),
    };
    Err(Error::Unsupported(format!(
        "a track that changes its codec from {} to {}",
        name(before),
        name(now)
    )))
}

/// Collects the samples of one track of a fragmented MP4.
fn demux_fmp4<'a>(
    segment: &SegmentData<'a>,
    known: Option<&Init>,
) -> Result<DemuxedSegment<'a>, Error> {
    let own = Init::parse(segment.data, segment.track)?;
    let init = own
        .as_ref()
        .or(known)
        .ok_or(Error::InitMissing(segment.track))?;
    let mut recorder = Recorder::default();
    if own.is_some() && own.as_ref() != known {
        if let Some(known) = known {
            check_codec(known, init)?;
        }
        recorder.init(init);
    }
    recorder.set_sample_entries(&init.sample_entries);
    let media = fmp4::demux(segment.data, init)?;
    for run in media.runs {
        let description = run.description;
        for timed in run {
            let timed = timed?;
            let position = media
                .data
                .output_offset(timed.position, timed.sample.data.len())?;
            let location = SampleLocation {
                position,
                description,
                duration: timed.duration,
            };
            recorder.groups(timed.sample.kind, timed.groups);
            recorder.sample(&timed.sample, location);
        }
    }
    let slices = media.data.slices(segment.data).map(IoSlice::new).collect();
    Ok(DemuxedSegment {
        slices,
        recorder,
        start: 0,
        timescale: init.timescale,
        facts: media.facts,
    })
}
