//! What the service has of a recording and what of it can be had: told from the case and the
//! service's own media.

use std::ops::Range;

use fake_ustream::{Comes, FakeUstream, Frame, Picture, Row, Sound, UNIT_MS};

use super::build::RECORDING;
use super::case::{Case, Form, OddRow, Server};
use super::reader::{Packet, hash};

/// Whether a segment has to be in the movie.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Duty {
    /// It can be had.
    Must,
    /// It cannot be had.
    Not,
    /// It may or may not be found, by the protocol.
    May,
}

/// One segment of one track.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) video: Vec<Packet>,
    pub(super) audio: Vec<Packet>,
    /// What stands in its place and can be told from it by its times only.
    pub(super) foreign: Option<(Vec<Packet>, Vec<Packet>)>,
    pub(super) duty: Duty,
    /// The service lists it: that it is missing shows.
    pub(super) is_listed: bool,
    /// It comes, with nothing in it.
    pub(super) is_empty: bool,
}

/// A set of tracks that a movie can be made of.
#[derive(Clone, Debug)]
pub(super) struct Tracks {
    pub(super) tracks: Vec<Vec<Slot>>,
    /// It is not the one that is wished.
    pub(super) is_substitute: bool,
    /// It lacks a kind of track that the recording has.
    pub(super) lacks_audio: bool,
}

/// What is known of a world.
#[derive(Clone, Debug)]
pub(super) struct Expected {
    pub(super) segment_ms: u64,
    pub(super) first: u64,
    /// The longest stated length of a known unit.
    pub(super) stated_ms: Option<u64>,
    pub(super) length_ms: u64,
    /// By the stated length, the segments before the first that is listed may be missing.
    pub(super) may_lack_beginning: bool,
    /// What may come out, best first.
    pub(super) offers: Vec<Tracks>,
    /// A better rendition than any that can be had is named; it must be said.
    pub(super) must_tell_rendition: bool,
    /// It may be said that another rendition was wished.
    pub(super) may_tell_rendition: bool,
    /// Nothing can be relied on: all servers fail, or something that all depends on does.
    pub(super) is_hopeless: bool,
    /// Bytes are damaged for good.
    pub(super) is_damaged: bool,
    /// Another recording may stand there since the beginning.
    pub(super) is_replaced: bool,
    /// It is one file.
    pub(super) is_file: bool,
    /// What is said to be unsupported.
    pub(super) is_unsupported: bool,
    pub(super) tolerance_us: i64,
    pub(super) allows_gaps: bool,
    pub(super) planned: u64,
}

/// Segments that the hash list reaches: those that must be found, and those that may be.
fn reach(case: &Case) -> (u64, u64) {
    let listed = &case.keys[..case.listed];
    let (first, last) = (listed[0], listed[listed.len() - 1]);
    let mut distances: Vec<u64> = listed.windows(2).map(|pair| pair[1] - pair[0]).collect();
    distances.sort_unstable();
    let times = |distance: &u64| distances.iter().filter(|it| *it == distance).count();
    let most = distances.iter().map(times).max();
    let common: Vec<u64> = match most {
        None => vec![10],
        Some(most) => distances
            .iter()
            .copied()
            .filter(|it| times(it) == most)
            .collect(),
    };
    let narrow = common.iter().min().copied().unwrap_or(10);
    let wide = common.iter().max().copied().unwrap_or(10);
    // Those of the next hash lie under a name that nobody is told.
    let known = case.keys.get(case.listed).copied().unwrap_or(u64::MAX);
    let must = if listed.len() == 1 {
        (last / 10 + 1) * 10
    } else {
        last + narrow
    };
    (
        must.min(known) - first,
        (last + wide.max(10)).min(known).max(must.min(known)) - first,
    )
}

/// Milliseconds of a length as the API writes it.
fn api_ms(text: &str) -> Option<u64> {
    let (whole, part) = text.split_once('.').unwrap_or((text, ""));
    let whole: u64 = whole.parse().ok()?;
    let part: u64 = format!("{part:0<3}").get(..3)?.parse().ok()?;
    Some(whole * 1000 + part).filter(|ms| *ms > 0)
}

impl Case {
    /// Every length that is stated.
    fn stated(&self) -> Vec<u64> {
        let api = self.api_length.as_deref().and_then(api_ms);
        let listed = self.form.has_playlists().then_some(self.length_ms());
        let frame = self.frame_length.map(|(_, ms)| ms);
        let frame = frame.filter(|_| !self.form.has_playlists() && !self.form.is_file());
        api.into_iter().chain(listed).chain(frame).collect()
    }

    fn is_hopeless(&self) -> bool {
        let fails = |server: Server| server != Server::Fine;
        // Playlists name one server only.
        let named = if self.form.has_playlists() {
            1
        } else {
            self.mirrors.len()
        };
        let all_fail = self.mirrors[..named]
            .iter()
            .all(|mirror| fails(mirror.server));
        let has_init = |row: &Row| matches!(row, Row::Mp4Picture(_) | Row::Mp4Sound(_));
        let init = self.flaws.iter().any(|flaw| flaw.index.is_none());
        let init = init && self.rows().iter().any(has_init);
        all_fail && !self.form.is_file() || init
    }

    /// Whether a recording of the stated length would end where the list ends if it were numbered
    /// from 0.
    fn may_lack_beginning(&self, stated: &[u64]) -> bool {
        let Some(stated) = stated.iter().max() else {
            return false;
        };
        let wanted = stated.div_ceil(self.segment_ms());
        let (_, may) = reach(self);
        let last = self.keys[self.listed - 1];
        self.first > 0 && wanted > may && (last..=self.first + may).contains(&wanted)
    }

    /// Whether a media playlist is of no use, for good or for a while.
    fn playlist_fails(&self, number: usize) -> Option<Option<u32>> {
        let lists = &self.playlists;
        if lists.encrypted.contains(&number) || lists.no_map == Some(number) {
            return Some(None);
        }
        lists
            .refused
            .filter(|(it, _)| *it == number)
            .map(|(_, times)| times)
    }
}

impl Expected {
    pub(super) fn of(case: &Case, service: &FakeUstream, is_replaced: bool) -> Self {
        let stated = case.stated();
        let offers = offers(case, service, &stated);
        let odd = case.odd_row.filter(|(odd, ..)| *odd != OddRow::Text);
        let chosen = if case.form == Form::Flv || (case.form == Form::Both && case.original) {
            "flv/segmented"
        } else {
            "mp4/segmented"
        };
        let (_, may) = reach(case);
        let tracks = case.rows().len() as u64;
        Self {
            segment_ms: case.segment_ms(),
            first: case.first,
            stated_ms: stated.iter().max().copied(),
            length_ms: if case.form.is_file() {
                case.file_units
                    .map_or(case.length_ms(), |units| units * UNIT_MS)
            } else {
                case.length_ms()
            },
            may_lack_beginning: case.may_lack_beginning(&stated),
            must_tell_rendition: odd.is_some_and(|(_, format, _)| format == chosen),
            may_tell_rendition: case.odd_row.is_some() || case.form.has_playlists(),
            is_hopeless: case.is_hopeless() || has_nothing(&offers),
            is_damaged: case.flaws.iter().any(|flaw| {
                matches!(
                    flaw.comes,
                    Comes::Cut(_) | Comes::ZeroedStart | Comes::Noise
                ) && flaw.times.is_none()
            }),
            is_replaced,
            is_file: case.form.is_file(),
            is_unsupported: (1..=4).any(|number| case.playlist_fails(number).is_some()),
            tolerance_us: if case.clock == fake_ustream::Clock::Restarts {
                70_000
            } else {
                2_000
            },
            allows_gaps: case.gaps,
            planned: if case.form.is_file() {
                8
            } else if case.form.has_playlists() {
                (case.segments + 1) * tracks
            } else {
                (may + 1) * tracks
            },
            offers,
        }
    }
}

/// No segment of any track can be had.
fn has_nothing(offers: &[Tracks]) -> bool {
    let mut all = offers
        .iter()
        .flat_map(|offer| offer.tracks.iter().flatten());
    all.all(|slot| slot.duty == Duty::Not || slot.is_empty)
}

fn offers(case: &Case, service: &FakeUstream, stated: &[u64]) -> Vec<Tracks> {
    let of = |picture, sound, is_substitute| {
        let rows = case.rows_with(picture, sound);
        let tracks = (0..)
            .zip(&rows)
            .map(|(at, row)| track(case, service, (at, *row), stated));
        Tracks {
            tracks: tracks.collect(),
            is_substitute,
            lacks_audio: false,
        }
    };
    let best = of(Picture::Best, Sound::Main, false);
    if !case.form.has_playlists() {
        return vec![best];
    }
    let is_muxed = matches!(case.form, Form::TsMuxed | Form::Ranges);
    let fails = |number| case.playlist_fails(number);
    let picture = match (fails(1), fails(2)) {
        (None, _) => vec![(Picture::Best, false)],
        (Some(Some(_)), Some(None)) => vec![(Picture::Best, false)],
        (Some(Some(_)), _) => vec![(Picture::Best, false), (Picture::Small, true)],
        (Some(None), Some(None)) => vec![],
        (Some(None), _) => vec![(Picture::Small, true)],
    };
    let sound = match (is_muxed, fails(3), fails(4)) {
        (true, ..) | (_, None, _) => vec![Some((Sound::Main, false))],
        (_, Some(Some(_)), _) => {
            vec![
                Some((Sound::Main, false)),
                Some((Sound::Second, true)),
                None,
            ]
        }
        (_, Some(None), Some(None)) => vec![None],
        (_, Some(None), _) => vec![Some((Sound::Second, true)), None],
    };
    let mut offers = Vec::new();
    for (picture, other_picture) in picture {
        for sound in &sound {
            offers.push(match sound {
                Some((sound, other)) => of(picture, *sound, other_picture || *other),
                None => {
                    let mut alone = of(picture, Sound::Main, other_picture);
                    alone.tracks.truncate(1);
                    Tracks {
                        lacks_audio: true,
                        ..alone
                    }
                }
            });
        }
    }
    offers
}

fn track(case: &Case, service: &FakeUstream, (at, row): (usize, Row), stated: &[u64]) -> Vec<Slot> {
    let best = case.rows();
    let (rows, is_best) = (best.len(), best[at] == row);
    let has = |index: u64| {
        let frames = service.frames(RECORDING, row, case.first + index);
        packets(&frames.unwrap_or_default())
    };
    let flawed = |index: u64| {
        case.flaws
            .iter()
            .filter(|flaw| flaw.row.is_none_or(|row| is_best && row % rows == at))
            .find(|flaw| flaw.index == Some(index))
    };
    let (must, may) = reach(case);
    let listed_to = case.keys[case.listed - 1] + 1 - case.first;
    // Of a file nothing tells how long it is, unless a length is stated.
    let is_listed =
        |index: u64| case.form.has_playlists() || (!case.form.is_file() && index < listed_to);
    let covered = |index: u64| {
        // A stated length that ends before it lets a "not found" be the end.
        stated
            .iter()
            .any(|ms| *ms > index * case.segment_ms() + 1000)
    };
    let early = first_message_covers(case, stated);
    let mut slots: Vec<Slot> = Vec::new();
    let mut after_a_hole = false;
    for index in 0..case.segments {
        let (video, audio) = has(index);
        let mut slot = Slot {
            video,
            audio,
            foreign: None,
            duty: Duty::Must,
            is_listed: is_listed(index) && early.is_none_or(|covers| index < covers),
            is_empty: false,
        };
        let tail = !is_listed(index);
        if let Some(flaw) = flawed(index) {
            slot.duty = match (flaw.times, flaw.comes) {
                (None, Comes::Of(_)) | (Some(_), Comes::Empty | Comes::Of(_)) => Duty::May,
                // The first "not found" past all that is listed and stated is believed.
                (Some(_), Comes::Status(status))
                    if tail && !covered(index) && [403, 404, 410].contains(&status.as_u16()) =>
                {
                    Duty::May
                }
                (Some(_), _) => Duty::Must,
                (None, _) => Duty::Not,
            };
            if let Comes::Of(number) = flaw.comes {
                slot.foreign = Some(has(number - case.first));
            }
            slot.is_empty = flaw.comes == Comes::Empty;
        }
        if case.playlists.no_address.contains(&index) && case.form.has_playlists() {
            slot.duty = Duty::Not;
        }
        let is_optional = if case.form.has_playlists() || case.form.is_file() {
            false
        } else {
            index >= must
                || early.is_some_and(|covers| index >= covers)
                || (tail && after_a_hole && !covered(index))
        };
        if !case.form.has_playlists() && !case.form.is_file() && index >= may {
            slot.duty = Duty::Not;
        } else if is_optional && slot.duty == Duty::Must {
            slot.duty = Duty::May;
        }
        if case.is_hopeless() && slot.duty == Duty::Must {
            slot.duty = Duty::May;
        }
        after_a_hole |= tail && slot.duty != Duty::Must;
        if let Some(units) = case.file_units
            && case.form.is_file()
        {
            let left = units.saturating_sub(index * case.units).min(case.units);
            cut(
                &mut slot,
                left,
                case.units.min(case.all_units - index * case.units),
            );
        }
        slots.push(slot);
    }
    slots
}

/// Of a file that ends early: what of a segment is before its end.
fn cut(slot: &mut Slot, left: u64, units: u64) {
    if left == 0 {
        slot.duty = Duty::Not;
    } else if left < units {
        // The frames of the units that are there: both lists are in the order of time.
        let end = |packets: &[Packet]| {
            packets
                .first()
                .map_or(0, |it| it.dts_us / 2_000_000 * 2_000_000)
        };
        let end_us = end(&slot.video).max(end(&slot.audio)) + left.cast_signed() * 2_000_000;
        slot.video.retain(|packet| packet.dts_us < end_us);
        slot.audio.retain(|packet| packet.dts_us < end_us);
    }
}

/// Where the messages after the first need not be waited for: how far a list reaches that covers a
/// stated length.
fn first_message_covers(case: &Case, stated: &[u64]) -> Option<u64> {
    let mut listed = 0;
    for part in case.parts.split_last()?.1 {
        listed = listed.max(part.keys.end);
        let reaches = case.keys[listed - 1] + 1 - case.first;
        let widest = reaches + 20;
        if stated.iter().any(|ms| *ms <= widest * case.segment_ms()) {
            return Some(reaches);
        }
    }
    None
}

fn packets(frames: &[Frame]) -> (Vec<Packet>, Vec<Packet>) {
    let packet = |frame: &Frame| Packet {
        dts_us: frame.dts_us,
        pts_us: frame.pts_us,
        hash: hash(&frame.data),
    };
    let of = |is_picture| {
        let frames = frames.iter().filter(|frame| frame.is_picture == is_picture);
        frames.map(packet).collect()
    };
    (of(true), of(false))
}

impl Expected {
    /// The places of segments that a span of time covers for the most part; the last may be short.
    pub(super) fn covered(&self, span: &Range<u64>) -> Range<u64> {
        let is_covered = |place: &u64| {
            let start = place * self.segment_ms;
            let full = start + self.segment_ms;
            let end = if start < self.length_ms {
                full.min(self.length_ms)
            } else {
                full
            };
            let inside = span.end.min(end).saturating_sub(span.start.max(start));
            inside * 2 >= end - start
        };
        let near = span.start / self.segment_ms..span.end.div_ceil(self.segment_ms);
        let (first, last) = (near.start, near.end.saturating_sub(1));
        let start = if is_covered(&first) { first } else { first + 1 };
        let end = if is_covered(&last) { last + 1 } else { last };
        start..end.max(start)
    }
}
