//! Reads how many bytes are allowed, in a second or in a file, written as for curl.

use std::num::NonZeroU64;

use engine::MIN_RATE_LIMIT;

/// Digits after the point that count: more make no difference to a G.
const MAX_DECIMALS: usize = 9;

/// Reads `500K`, `2M`, `1.5M`, `1G` or plain bytes. The multiples are decimal, as in what is printed.
pub(super) fn rate(text: &str) -> Result<NonZeroU64, String> {
    let example = || "use bytes a second such as 500K, 2M or 1.5M".to_owned();
    let rate = parse(text).ok_or_else(example)?;
    if rate < MIN_RATE_LIMIT.get() {
        let meant = match parse(&format!("{text}M")) {
            Some(_) => format!("; for megabytes, {text}M"),
            None => String::new(),
        };
        return Err(format!("use at least 1K bytes a second{meant}"));
    }
    NonZeroU64::new(rate).ok_or_else(example)
}

/// Reads the size of a file in the same way.
pub(super) fn size(text: &str) -> Result<u64, String> {
    /// Smaller files could not hold one segment of the best quality each.
    const LEAST: u64 = 10_000_000;
    match parse(text) {
        Some(bytes) if bytes >= LEAST => Ok(bytes),
        Some(_) => Err("use at least 10M bytes".to_owned()),
        None => Err("use bytes such as 700M, 2G or 1.5G".to_owned()),
    }
}

fn parse(text: &str) -> Option<u64> {
    let (digits, unit) = match text.char_indices().next_back()? {
        (_, '0'..='9') => (text, 1),
        (at, letter) => (&text[..at], unit(letter)?),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, "0"));
    let whole = number(whole)?.checked_mul(unit)?;
    if fraction.len() > MAX_DECIMALS {
        return None;
    }
    let scale = 10_u64.pow(u32::try_from(fraction.len()).ok()?);
    whole.checked_add(number(fraction)?.checked_mul(unit)? / scale)
}

fn unit(letter: char) -> Option<u64> {
    match letter.to_ascii_uppercase() {
        'K' => Some(1_000),
        'M' => Some(1_000_000),
        'G' => Some(1_000_000_000),
        _ => None,
    }
}

/// Reads digits only: `parse` alone would take a sign.
fn number(digits: &str) -> Option<u64> {
    let is_digits = digits.bytes().all(|byte| byte.is_ascii_digit());
    is_digits.then(|| digits.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_rate_is_read_as_curl_has_it() {
        for (text, bytes) in [
            ("1000", 1_000),
            ("500K", 500_000),
            ("500k", 500_000),
            ("2M", 2_000_000),
            ("1.5M", 1_500_000),
            ("0.25m", 250_000),
            ("1G", 1_000_000_000),
            ("2500000", 2_500_000),
        ] {
            assert_eq!(rate(text), Ok(NonZeroU64::new(bytes).unwrap()), "{text}");
        }
    }

    #[test]
    fn a_size_is_read_in_the_same_way() {
        assert_eq!(size("1.5G"), Ok(1_500_000_000));
        for wrong in ["9M", "0", "-1G", "big"] {
            assert!(size(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn anything_else_is_refused_with_an_example() {
        for text in [
            "",
            "K",
            "M",
            ".",
            ".5M",
            "1.",
            "1.M",
            "-1M",
            "+1M",
            "1e6",
            "2MB",
            "2 M",
            "2MiB",
            "1.0000000001M",
            "99999999999999999999",
            "99999999999999G",
            "fast",
            "1,5M",
            "2Ḿ",
        ] {
            assert!(
                rate(text).is_err_and(|hint| hint.contains("500K")),
                "{text}"
            );
        }
    }

    #[test]
    fn a_rate_that_is_too_low_may_lack_its_unit() {
        assert!(rate("2").is_err_and(|hint| hint.contains("2M")));
        assert!(rate("0").is_err() && rate("0K").is_err() && rate("999").is_err());
        assert!(rate("0.5K").is_err_and(|hint| !hint.contains("KM")));
    }
}
