//! The MP4 muxer: media appended as it comes, the index at the end.

use std::{
    collections::BTreeMap,
    io::{IoSlice, Read, Seek, Write},
    iter,
};

use super::{
    assemble::{IndexSpec, assemble, estimate, missing_tracks},
    captions,
    fragment::{
        EdgeBytes, EdgeRecord, OutputBase, Recorder, SampleLocation, SegmentTables, TableEntry,
    },
    head::{FileHead, file_type, mdat_header, reserved_bytes},
    interleave::Interleaver,
    join,
    moov::{self, MovieBox},
    sample_entry::build_sample_entry,
    track::Mp4Track,
};
use crate::{
    Content, Error, MovieSpec, Muxer, MuxerConfig, OutputFormat, SegmentData, SegmentFingerprint,
    SegmentFormat, SegmentKind, SegmentOrder, Summary, TableFragment, TrackKind,
    boxes::write::put32,
    flv::{self, DemuxEvent},
    fmp4::{self, Init},
    handler::Handler,
    journal,
    segment_writer::SegmentWriter,
    timestamps, ts,
};

/// Makes a progressive MP4 of segments in any order.
#[derive(Debug)]
pub(crate) struct Mp4Muxer<O> {
    segment_format: SegmentFormat,
    movie: MovieSpec,
    output: SegmentWriter<O>,
    head: Option<FileHead>,
    inits: BTreeMap<u8, Init>,
    /// Its memory is used again from segment to segment.
    demuxer: ts::TsDemuxer,
}

/// What a segment gives: the slices of its media, end to end, and their tables.
struct DemuxedSegment<'a> {
    slices: Vec<IoSlice<'a>>,
    recorder: Recorder,
    timescale: u32,
}

impl<O: Read + Write + Seek> Mp4Muxer<O> {
    /// Starts, or goes on where the journal ends.
    pub(crate) fn new(making: MuxerConfig<'_>, output: O) -> Result<Self, Error> {
        let end = journal::output_end(making.journal);
        let mut muxer = Self {
            segment_format: making.segment_format,
            movie: making.movie,
            output: SegmentWriter::new(output, end),
            head: None,
            inits: BTreeMap::new(),
            demuxer: ts::TsDemuxer::default(),
        };
        let mut with_bytes = making
            .journal
            .iter()
            .filter(|fragment| fragment.output_bytes() > 0);
        if let Some(fragment) = with_bytes.next() {
            muxer.head = Some(FileHead::from_fragment(fragment)?);
        }
        for fragment in making
            .journal
            .iter()
            .filter(|fragment| fragment.kind == SegmentKind::Init)
        {
            for entry in SegmentTables::read(&fragment.tables)?.entries {
                if let TableEntry::Init(init) = entry? {
                    muxer.inits.insert(fragment.track, init);
                }
            }
        }
        Ok(muxer)
    }

    /// What media a segment holds; nothing is written.
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

    fn plan(&self) -> IndexSpec<'_> {
        IndexSpec {
            segment_format: self.segment_format,
            audio: &self.movie.audio,
        }
    }

    fn demux<'a>(
        &mut self,
        segment: &SegmentData<'a>,
        demuxer: &'a mut ts::TsDemuxer,
    ) -> Result<DemuxedSegment<'a>, Error> {
        match (self.segment_format, segment.kind) {
            (SegmentFormat::Flv, _) => demux_flv(segment.data),
            (SegmentFormat::Ts, _) => demux_ts(segment.data, demuxer),
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
                    recorder,
                    timescale,
                })
            }
            (SegmentFormat::Fmp4, SegmentKind::Media(_)) => {
                let known = self.inits.get(&segment.track);
                // Said now and not after hours: `finish` would refuse the movie without them.
                if let Some(init) = known.filter(|init| self.inits.len() < init.track_count()) {
                    return Err(missing_tracks(init.track_count()));
                }
                demux_fmp4(segment, known)
            }
        }
    }

    /// Writes the head when the first media is at hand.
    fn begin(&mut self, segment: &SegmentData<'_>, body: &[u8]) -> Result<(), Error> {
        if self.head.is_some() {
            return Ok(());
        }
        let fragment = |part, body: &[u8]| TableFragment {
            track: segment.track,
            kind: part,
            start_ms: segment.start_ms,
            output_start: 0,
            output_end: 0,
            checksum: 0,
            fingerprint: SegmentFingerprint::default(),
            content: Content::default(),
            tables: SegmentTables::at(OutputBase::default(), body),
        };
        let mut fragments = vec![fragment(segment.kind, body)];
        if let Some(init) = self.inits.get(&segment.track) {
            let mut recorder = Recorder::default();
            recorder.init(init);
            fragments.push(fragment(SegmentKind::Init, &recorder.finish(&[])));
        }
        // Only an estimate: whether an index can be made of this segment is known when its neighbours
        // are there, and must not depend on which segment comes first.
        let tracks = estimate(self.plan(), fragments).unwrap_or_default();
        let mut unseen: Vec<_> = Vec::new();
        let is_unseen = |kind: &TrackKind| {
            let mut seen = tracks.iter().map(|track| track.handler);
            seen.all(|seen| seen != Handler::from(*kind))
        };
        if self.segment_format == SegmentFormat::Fmp4 {
            // Of the tracks that the plan may still bring, one of each kind is reckoned with.
            unseen.extend(
                [TrackKind::Video, TrackKind::Audio]
                    .iter()
                    .filter(|kind| is_unseen(kind)),
            );
        }
        let sounds = self.movie.audio.iter();
        let others = sounds.filter(|sound| sound.track != segment.track).count();
        let reckoned = unseen
            .iter()
            .filter(|kind| **kind == TrackKind::Audio)
            .count();
        unseen.extend(iter::repeat_n(
            TrackKind::Audio,
            others.saturating_sub(reckoned),
        ));
        let head = FileHead::write(
            &mut self.output,
            reserved_bytes(&self.movie, &tracks, &unseen),
        )?;
        self.head = Some(head);
        Ok(())
    }

    /// Puts the index in front where it fits, else at the end.
    fn write_index(&mut self, head: FileHead, index: MovieBox<'_>) -> Result<(), Error> {
        let room = head.mdat - head.reserved_start;
        let media_end = self.output.end();
        // What is left becomes a box of its own, and no box is smaller than its header.
        let left = room.checked_sub(index.size);
        // The head is written again too: whatever has become of it, from here on it is whole.
        if let Some(left) = left.filter(|left| *left == 0 || *left >= 8) {
            if left > 0 {
                let mut free = Vec::new();
                put32(&mut free, u32::try_from(left).unwrap_or(u32::MAX));
                free.extend_from_slice(b"free");
                self.output.write_at(head.mdat - left, &free)?;
            }
            self.output.stream_at(0, |out| {
                out.write_all(&file_type())?;
                index.write(out)
            })?;
        } else {
            self.output.write_at(0, &head.header_bytes())?;
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

    fn push(&mut self, segment: SegmentData<'_>) -> Result<TableFragment, Error> {
        let mut demuxer = std::mem::take(&mut self.demuxer);
        let DemuxedSegment {
            mut slices,
            recorder,
            timescale,
        } = self.demux(&segment, &mut demuxer)?;
        let has_media = recorder.samples() > 0 || recorder.has_edges();
        let spans = recorder.spans(segment.track, timescale)?;
        let content = recorder.content(&spans);
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
            fingerprint: SegmentFingerprint::of(segment.data),
            content,
            tables: SegmentTables::at(base, &body),
        })
    }

    fn forget(&mut self, track: u8, part: SegmentKind) {
        if part == SegmentKind::Init {
            self.inits.remove(&track);
        }
    }

    fn finish(mut self: Box<Self>, mut fragments: Vec<TableFragment>) -> Result<Summary, Error> {
        self.output.ensure_unchanged()?;
        if self.segment_format == SegmentFormat::Ts {
            join::join_segments(&mut fragments, &mut self.output)?;
        }
        let plan = IndexSpec {
            segment_format: self.segment_format,
            audio: &self.movie.audio,
        };
        let tracks = assemble(plan, fragments, &mut self.output)?;
        let head = self
            .head
            .filter(|_| !tracks.is_empty())
            .ok_or(Error::Empty)?;
        let mut tracks: Vec<_> = tracks.into_iter().map(Mp4Track::closed).collect();
        let captions = captions::tracks(&self.movie.captions, &tracks, &mut self.output)?;
        tracks.extend(captions);
        let mut movie = moov::movie(&tracks, &self.movie.tags)?;
        let summary = std::mem::take(&mut movie.summary);
        self.write_index(head, movie)?;
        Ok(Summary {
            size_bytes: self.output.end(),
            ..summary
        })
    }
}

/// The payloads of the tags, in runs of one track.
fn demux_flv(segment: &[u8]) -> Result<DemuxedSegment<'_>, Error> {
    collect_events(flv::demux(segment)?, timestamps::FLV.timescale)
}

/// The frames of the streams, and what may belong to frames of the segments before and after.
fn demux_ts<'a>(
    segment: &[u8],
    demuxer: &'a mut ts::TsDemuxer,
) -> Result<DemuxedSegment<'a>, Error> {
    let media = demuxer.demux(segment)?;
    let mut taken = collect_events(media.events().map(Ok), timestamps::TS.timescale)?;
    let mut end = taken.slices.iter().map(|slice| slice.len() as u64).sum();
    for open in media.edges() {
        let mut put = |bytes: &'a [u8]| {
            if !bytes.is_empty() {
                taken.slices.push(IoSlice::new(bytes));
            }
            let length = bytes.len() as u64;
            let position = end;
            end += length;
            EdgeBytes { position, length }
        };
        let edge = EdgeRecord::new(&open, &mut put);
        taken.recorder.edge(&edge);
    }
    Ok(taken)
}

fn collect_events<'a>(
    events: impl Iterator<Item = Result<DemuxEvent<'a>, Error>>,
    timescale: u32,
) -> Result<DemuxedSegment<'a>, Error> {
    let mut interleaver = Interleaver::new(timescale);
    let mut recorder = Recorder::default();
    for event in events {
        match event? {
            DemuxEvent::Config { kind, codec, data } => {
                // Read now, so that a bad one fails with its segment and not at the end.
                build_sample_entry(codec, data)?;
                interleaver.flush(&mut recorder);
                recorder.config(kind, codec, data);
            }
            DemuxEvent::Sample(sample) => interleaver.push(sample, &mut recorder),
        }
    }
    let slices = interleaver.finish(&mut recorder);
    Ok(DemuxedSegment {
        slices,
        recorder,
        timescale,
    })
}

/// The bytes of one track.
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
        recorder.init(init);
    }
    let media = fmp4::demux(segment.data, init)?;
    for run in media.runs {
        let description = run.description;
        for timed in run {
            let timed = timed?;
            let position = media
                .data
                .output_offset(timed.position, timed.sample.data.len())?;
            let place = SampleLocation {
                position,
                description,
                duration: timed.duration,
            };
            recorder.roll(timed.sample.kind, timed.roll);
            recorder.sample(&timed.sample, place);
        }
    }
    let slices = media.data.slices(segment.data).map(IoSlice::new).collect();
    Ok(DemuxedSegment {
        slices,
        recorder,
        timescale: init.timescale,
    })
}
