//! Draws a random case from a seed.

use std::ops::Range;
use std::time::Duration;

use axum::http::StatusCode;
use fake_ustream::{FlvClock, LengthField, PathStyle, Substitute};
use fastrand::Rng;

use super::case::{
    Case, ChangeWhilePaused, Flaw, HashListPart, Interruption, Mirror, OfferedFormat, ServerFault,
    UnusableRepresentation, seconds,
};

impl Case {
    /// Draws the case of this seed.
    pub(super) fn random(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let form = rng.choice(OfferedFormat::ALL).unwrap_or(OfferedFormat::Mp4);
        // Most recordings come by these transports, so test them most often.
        let form = if rng.u8(..3) == 0 {
            form
        } else {
            rng.choice([OfferedFormat::Mp4, OfferedFormat::Flv, OfferedFormat::Both])
                .unwrap_or(OfferedFormat::Mp4)
        };
        let mut case = Self::plain(form, rng.u64(1..=60));
        case.seed = seed;
        case.units = rng.u64(1..=3);
        let cut_short = rng.u64(0..case.units);
        case.all_units = case.segments * case.units - cut_short;
        case.redirected = rng.bool();
        case.cover = rng.u8(..8) == 0;
        case.parallel = rng.choice([2, 4, 16]).unwrap_or(16);
        case.original = rng.u8(..3) == 0;
        case.gaps = rng.bool();
        if matches!(form, OfferedFormat::Flv | OfferedFormat::Both) && rng.u8(..4) == 0 {
            case.clock = FlvClock::Restarts;
        }
        case.draw_keys(&mut rng);
        case.draw_lengths(&mut rng);
        case.draw_flaws(&mut rng);
        case.draw_mirrors(&mut rng);
        case.draw_offer(&mut rng);
        case.draw_interruption(&mut rng);
        case
    }

    fn draw_keys(&mut self, rng: &mut Rng) {
        let (segments, form) = (self.segments, self.format);
        if rng.u8(..3) == 0 {
            self.first = rng.u64(1..40) * if rng.bool() { 10 } else { 1 };
        }
        let (first, end) = (self.first, self.first + segments);
        let interval = if rng.u8(..3) == 0 { rng.u64(3..20) } else { 10 };
        self.keys = match rng.u8(..6) {
            // All keys except the first end in 9.
            0 => std::iter::once(first)
                .chain((first + 1..end).filter(|number| number % 10 == 9))
                .collect(),
            1 => {
                // A single key, as in a short recording.
                self.first -= self.first % 10;
                self.segments = segments.min(10);
                self.all_units = self.all_units.min(self.segments * self.units);
                vec![self.first]
            }
            2 => {
                let mut keys = vec![first];
                while let Some(last) = keys.last().copied().filter(|last| last + 1 < end) {
                    keys.push((last + rng.u64(1..14)).min(end - 1));
                }
                keys
            }
            _ => (first..end)
                .step_by(usize::try_from(interval).unwrap())
                .collect(),
        };
        self.listed = self.keys.len();
        if form.has_playlists() || form.is_file() {
            return;
        }
        if self.keys.len() > 1 && rng.u8(..12) == 0 {
            self.listed -= rng.usize(1..self.keys.len());
        }
        if rng.u8(..3) == 0 {
            self.draw_parts(rng);
        }
    }

    fn draw_parts(&mut self, rng: &mut Rng) {
        let mut from = 0;
        while from < self.listed {
            let to = rng.usize(from + 1..=self.listed);
            let start = if rng.u8(..4) == 0 { 0 } else { from };
            let styles = [
                PathStyle::Default,
                PathStyle::Default,
                PathStyle::NoSlash,
                PathStyle::LeadingSlash,
                PathStyle::Twice,
            ];
            self.parts.push(HashListPart {
                keys: start..to,
                after: Duration::from_millis(rng.u64(50..1900)),
                path: rng.choice(styles).unwrap_or(PathStyle::Default),
                scheme: if rng.bool() { "http" } else { "https" },
            });
            from = to;
        }
    }

    fn draw_lengths(&mut self, rng: &mut Rng) {
        let api = length(self.length_ms(), rng);
        self.api_length = api.map(|ms| match rng.u8(..3) {
            0 => seconds(ms),
            1 => format!("{}.{:03}", ms / 1000, ms % 1000),
            _ => (ms / 1000).to_string(),
        });
        if rng.u8(..30) == 0 {
            self.api_length = Some(rng.choice(["", "long", "-5", "0"]).unwrap_or("").to_owned());
        }
        let at = rng.choice([LengthField::Format, LengthField::Stream, LengthField::Meta]);
        self.frame_length = length(self.length_ms(), rng).map(|ms| (at.unwrap(), ms));
    }

    fn draw_flaws(&mut self, rng: &mut Rng) {
        if self.format.is_file() || self.format == OfferedFormat::Ranges {
            return;
        }
        let segments = self.segments;
        match rng.u8(..10) {
            0..=3 => {}
            4 | 5 => {
                for _ in 0..rng.u8(1..4) {
                    let index = rng.u64(..segments);
                    self.flaw(index..index + 1, rng);
                }
            }
            6 => {
                let run = (60_000 / self.segment_ms()).min(segments);
                let start = rng.u64(..=segments - run);
                self.flaw(start..start + run, rng);
            }
            7 => {
                let run = rng.u64(1..=segments.min(4));
                self.flaw(segments - run..segments, rng);
            }
            8 => self.flaw(0..1, rng),
            _ => {
                let substitute = rng.choice([
                    Substitute::Status(StatusCode::NOT_FOUND),
                    Substitute::Status(StatusCode::SERVICE_UNAVAILABLE),
                    Substitute::Html,
                ]);
                self.flaws.push(Flaw {
                    representation: rng.choice([None, Some(0), Some(1)]).unwrap(),
                    index: None,
                    substitute: substitute.unwrap(),
                    times: rng.bool().then(|| rng.u32(1..3)),
                });
            }
        }
    }

    fn flaw(&mut self, run: Range<u64>, rng: &mut Rng) {
        let status = |status: u16| Substitute::Status(StatusCode::from_u16(status).unwrap());
        let mut kinds = vec![
            status(404),
            status(404),
            status(403),
            status(410),
            status(503),
            status(500),
            Substitute::Html,
            Substitute::EmptyBody,
            Substitute::Truncated(rng.u16(50..980)),
            Substitute::ZeroedStart,
            Substitute::Noise,
        ];
        if self.format != OfferedFormat::Packed {
            kinds.extend([Substitute::NoMedia; 2]);
        }
        let other = rng.u64(..self.segments);
        let distance = other.abs_diff(run.start) * self.units;
        // If the timestamps of each segment restart, they identify nothing; among few segments the
        // odd one cannot be determined.
        if self.segments > 5
            && run.end - run.start == 1
            && distance > 0
            && !distance.is_multiple_of(100)
            && self.clock == FlvClock::Continues
        {
            kinds.extend([Substitute::OtherSegment(self.first + other); 2]);
        }
        let substitute = rng.choice(kinds).unwrap();
        let representation = rng.choice([None, None, Some(0), Some(1)]).unwrap();
        let times = (rng.u8(..3) == 0).then(|| rng.u32(1..3));
        let is_flawed = |index: &u64| self.flaws.iter().any(|flaw| flaw.index == Some(*index));
        let run: Vec<u64> = run.filter(|index| !is_flawed(index)).collect();
        self.flaws.extend(run.into_iter().map(|index| Flaw {
            representation,
            index: Some(index),
            substitute,
            times,
        }));
    }

    fn draw_mirrors(&mut self, rng: &mut Rng) {
        if self.format.is_file() {
            return;
        }
        let bad = |rng: &mut Rng| {
            let server = rng.choice([
                ServerFault::Down,
                ServerFault::Untrusted,
                ServerFault::Status(StatusCode::SERVICE_UNAVAILABLE),
                ServerFault::Status(StatusCode::NOT_FOUND),
                ServerFault::Status(StatusCode::FORBIDDEN),
                ServerFault::Html,
                ServerFault::Trickle,
                ServerFault::Stall,
            ]);
            let after = if rng.bool() { 0 } else { rng.u32(1..40) };
            Mirror {
                fault: server.unwrap(),
                after,
            }
        };
        match rng.u8(..20) {
            0 | 1 => self.mirrors[0] = bad(rng),
            2 => self.mirrors[1] = bad(rng),
            3 => self.mirrors = vec![bad(rng), bad(rng)],
            4 => {
                self.mirrors.pop();
            }
            _ => {}
        }
    }

    fn draw_offer(&mut self, rng: &mut Rng) {
        let formats: &[&str] = match self.format {
            OfferedFormat::Mp4 => &["mp4/segmented"],
            OfferedFormat::Flv => &["flv/segmented"],
            OfferedFormat::Both => &["mp4/segmented", "flv/segmented"],
            _ => &[],
        };
        if rng.u8(..8) == 0 {
            let odd = rng.choice([
                UnusableRepresentation::NoAddress,
                UnusableRepresentation::ParentFolder,
                UnusableRepresentation::NoPlaceholder,
                UnusableRepresentation::Text,
            ]);
            let format = rng.choice(formats.iter().copied());
            self.odd_representation = format.map(|format| (odd.unwrap(), format, rng.bool()));
        }
        if self.format.is_file() && rng.bool() {
            self.file_units = Some(rng.u64(1..=self.all_units));
        }
        if !self.format.has_playlists() {
            return;
        }
        let pictures_and_sounds = match self.format {
            OfferedFormat::TsMuxed | OfferedFormat::Ranges => 2,
            _ => 4,
        };
        match rng.u8(..8) {
            0 if self.format != OfferedFormat::Ranges => {
                let some = rng.u64(1..3);
                let drawn = (0..some).map(|_| rng.u64(..self.segments)).collect();
                self.playlists.no_address = drawn;
            }
            1 => {
                self.playlists.encrypted = match rng.u8(..3) {
                    0 => (1..=pictures_and_sounds).collect(),
                    _ => vec![rng.usize(1..=pictures_and_sounds)],
                };
            }
            2 if self.format == OfferedFormat::HlsFmp4 => {
                self.playlists.no_map = Some(rng.usize(1..=pictures_and_sounds));
            }
            3 => {
                let times = rng.bool().then(|| rng.u32(1..3));
                self.playlists.refused = Some((rng.usize(1..=pictures_and_sounds), times));
            }
            _ => {}
        }
    }

    fn draw_interruption(&mut self, rng: &mut Rng) {
        if rng.u8(..5) > 0 || self.segments < 3 {
            return;
        }
        let then = rng.choice([
            ChangeWhilePaused::Nothing,
            ChangeWhilePaused::Renewed,
            ChangeWhilePaused::Replaced,
            ChangeWhilePaused::Rehashed,
        ]);
        self.interruption = Some(Interruption {
            after: rng.u64(1..self.segments),
            change: then.unwrap(),
        });
    }
}

/// Returns the stated length of a recording that has one.
fn length(true_ms: u64, rng: &mut Rng) -> Option<u64> {
    match rng.u8(..12) {
        0..=4 => Some(true_ms),
        5 | 6 => None,
        7 | 8 => Some((true_ms + rng.u64(0..1500)).saturating_sub(750)),
        9 => Some(true_ms + rng.u64(1500..40_000)),
        10 => Some((true_ms * rng.u64(2..9) / 10).max(1000)),
        _ => Some(true_ms * 1000),
    }
}
