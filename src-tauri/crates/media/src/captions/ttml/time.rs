//! Times of TTML (W3C TTML2 12.3.1) and the parameters that they depend on (7.2).

use std::borrow::Cow;

/// Largest rate that is used; the usual largest is 10000000 ticks a second.
const MAX_RATE: u64 = 1_000_000_000;
/// Most digits of a number before its point.
const MAX_DIGITS: usize = 15;
/// Fractions count in billionths.
const BILLION: u128 = 1_000_000_000;

/// How times are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Clock {
    /// Nominal frames a second.
    frames: u64,
    /// Numerator and denominator of what the nominal frame rate is multiplied with.
    multiplier: (u64, u64),
    /// Parts of a frame.
    sub_frames: u64,
    /// Ticks a second.
    ticks: u64,
    /// Clock times are SMPTE time codes; which frame numbers these leave out.
    time_code: Option<Drop>,
}

/// Which frame numbers a time code leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Drop {
    None,
    Ntsc,
    Pal,
}

impl Default for Clock {
    fn default() -> Self {
        Self {
            frames: 30,
            multiplier: (1, 1),
            sub_frames: 1,
            ticks: 1,
            time_code: None,
        }
    }
}

impl Clock {
    /// Reads the parameters of a `tt` element. What is invalid has its default.
    pub(super) fn new<'e>(attribute: impl Fn(&str) -> Option<Cow<'e, str>>) -> Self {
        let default = Self::default();
        let rate = |name| attribute(name).and_then(|value| rate(&value));
        let frames = rate("frameRate");
        let sub_frames = rate("subFrameRate").unwrap_or(default.sub_frames);
        // Drafts of the format had a colon between the two.
        let multiplier = attribute("frameRateMultiplier").and_then(|value| {
            let mut numbers = value.split([' ', ':']);
            Some((self::rate(numbers.next()?)?, self::rate(numbers.next()?)?))
        });
        let is_time_code = attribute("timeBase").as_deref() == Some("smpte");
        let drop = match attribute("dropMode").as_deref() {
            Some("dropNTSC") => Drop::Ntsc,
            Some("dropPAL") => Drop::Pal,
            _ => Drop::None,
        };
        Self {
            frames: frames.unwrap_or(default.frames),
            multiplier: multiplier.unwrap_or(default.multiplier),
            sub_frames,
            ticks: rate("tickRate")
                .or_else(|| frames?.checked_mul(sub_frames))
                .unwrap_or(default.ticks),
            time_code: is_time_code.then_some(drop),
        }
    }

    /// Reads an offset time (`1.5s`, `30f`) or a clock time (`00:00:01.5`, `00:00:01:12.1`) in
    /// milliseconds, rounded.
    pub(super) fn time(self, text: &str) -> Option<u64> {
        let text = text.trim();
        let ms = if text.contains(':') {
            self.clock_time(text)?
        } else {
            self.offset_time(text)?
        };
        u64::try_from(ms).ok()
    }

    fn offset_time(self, text: &str) -> Option<u128> {
        let is_metric = |character: char| character.is_ascii_alphabetic();
        let (number, metric) = text.split_at(text.find(is_metric)?);
        let count = billionths(number)?;
        Some(match metric {
            "h" => round(count * 3_600_000, BILLION),
            "m" => round(count * 60_000, BILLION),
            "s" => round(count * 1000, BILLION),
            "ms" => round(count, BILLION),
            "f" => self.frames_ms(count),
            "t" => round(count * 1000, BILLION * u128::from(self.ticks)),
            _ => return None,
        })
    }

    fn clock_time(self, text: &str) -> Option<u128> {
        let mut fields = text.split(':');
        let hours = billionths(fields.next()?)? / BILLION;
        let minutes = whole(fields.next()?, 59)?;
        let seconds = fields.next()?;
        let frames = fields.next();
        if fields.next().is_some() {
            return None;
        }
        let minutes = hours * 60 + minutes;
        let Some(frames) = frames else {
            let seconds = billionths(seconds).filter(|count| *count < 61 * BILLION)?;
            return Some(minutes * 60_000 + round(seconds * 1000, BILLION));
        };
        let seconds = minutes * 60 + whole(seconds, 60)?;
        let (frames, parts) = frames.split_once('.').unwrap_or((frames, "0"));
        let frames = whole(frames, self.frames - 1)? * BILLION;
        let parts = whole(parts, self.sub_frames - 1)? * BILLION / u128::from(self.sub_frames);
        let Some(drop) = self.time_code else {
            return Some(seconds * 1000 + self.frames_ms(frames + parts));
        };
        // TTML2 H.2: a time code counts frames.
        let dropped = match drop {
            Drop::None => 0,
            Drop::Ntsc => (minutes - minutes / 10) * 2,
            Drop::Pal => (minutes / 2 - minutes / 20) * 4,
        };
        let counted = (seconds * u128::from(self.frames)).checked_sub(dropped)?;
        Some(self.frames_ms(counted.checked_mul(BILLION)? + frames + parts))
    }

    /// Returns the duration of this many billionths of a frame; `u128::MAX` if that is too long.
    fn frames_ms(self, billionths: u128) -> u128 {
        let (numerator, denominator) = self.multiplier;
        let duration = billionths.checked_mul(1000 * u128::from(denominator));
        let rate = BILLION * u128::from(self.frames) * u128::from(numerator);
        duration.map_or(u128::MAX, |duration| round(duration, rate))
    }
}

fn round(numerator: u128, denominator: u128) -> u128 {
    numerator.saturating_add(denominator / 2) / denominator
}

fn rate(text: &str) -> Option<u64> {
    let rate = text.trim().parse().ok()?;
    (1..=MAX_RATE).contains(&rate).then_some(rate)
}

/// Reads digits of a number of at most `max`.
fn whole(text: &str, max: u64) -> Option<u128> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let number = is_number.then(|| text.parse::<u64>().ok()).flatten();
    number.filter(|number| *number <= max).map(u128::from)
}

/// Reads a decimal number in billionths; ignores further digits.
fn billionths(text: &str) -> Option<u128> {
    let (digits, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    if !is_number(digits) || digits.len() > MAX_DIGITS || !is_number(fraction) {
        return None;
    }
    let fraction = format!("{fraction:0<9}");
    let fraction: u128 = fraction.get(..9)?.parse().ok()?;
    Some(digits.parse::<u128>().ok()? * BILLION + fraction)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn clock(parameters: &[(&str, &'static str)]) -> Clock {
        Clock::new(|name| {
            let found = parameters.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).into())
        })
    }

    #[test]
    fn offset_and_clock_times_are_read_as_specified() {
        let pal = clock(&[
            ("frameRate", "25"),
            ("subFrameRate", "2"),
            ("tickRate", "10000000"),
        ]);
        for (text, ms) in [
            ("1.5s", 1500),
            ("250ms", 250),
            ("0.5m", 30_000),
            ("2h", 7_200_000),
            ("50f", 2000),
            ("15000000t", 1500),
            ("1.0005s", 1001),
            ("00:00:01.04", 1040),
            ("100:00:00.000", 360_000_000),
            ("00:00:01:12.1", 1500),
        ] {
            assert_eq!(pal.time(text), Some(ms), "{text}");
        }
        for bad in [
            "",
            "1",
            "s",
            "1x",
            "-1s",
            "1,5s",
            "1.s",
            ".5s",
            "1:00",
            "00:60:00",
            "00:00:61",
            "00:00:00:25",
            "0:0:0:0:0",
            "::",
            "1e3s",
            "9999999999999999s",
        ] {
            assert_eq!(pal.time(bad), None, "{bad}");
        }
    }

    #[test]
    fn time_codes_count_frames() {
        let ntsc = [
            ("timeBase", "smpte"),
            ("frameRate", "30"),
            ("frameRateMultiplier", "1000 1001"),
        ];
        assert_eq!(clock(&ntsc).time("01:00:00:00"), Some(3_603_600));
        let drop = [&ntsc[..], &[("dropMode", "dropNTSC")]].concat();
        // 107892 frames.
        assert_eq!(clock(&drop).time("01:00:00:00"), Some(3_599_996));
        let pal = [
            ("timeBase", "smpte"),
            ("frameRate", "30"),
            ("dropMode", "dropPAL"),
        ];
        assert_eq!(clock(&pal).time("00:02:00:04"), Some(120_000));
    }

    proptest! {
        #[test]
        fn any_time_is_read_without_overflow(
            text in "[0-9]{0,16}([.:][0-9]{1,12}){0,4}(h|m|s|ms|f|t)?",
            rates in proptest::collection::vec(0_u64..=MAX_RATE, 5),
            is_time_code in any::<bool>(),
        ) {
            let clock = Clock::new(|name| {
                let rate = |at: usize| Some(rates[at].to_string().into());
                match name {
                    "frameRate" => rate(0),
                    "subFrameRate" => rate(1),
                    "tickRate" => rate(2),
                    "frameRateMultiplier" => Some(format!("{} {}", rates[3], rates[4]).into()),
                    "timeBase" => is_time_code.then_some("smpte".into()),
                    "dropMode" => Some("dropNTSC".into()),
                    _ => None,
                }
            });
            let _ = clock.time(&text);
        }
    }
}
