//! Filters the recordings of a channel or page: the newest, all, or some by number, and by date.

use std::ops::RangeInclusive;
use std::str::FromStr;

use engine::utc_date;
use engine::view::EntryView;
use jiff::civil::Date;

/// Selects recordings by their position in the list, counted from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum IndexFilter {
    Newest,
    All,
    Indices(Vec<RangeInclusive<u32>>),
}

impl FromStr for IndexFilter {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "newest" => Ok(Self::Newest),
            "all" => Ok(Self::All),
            numbers => numbers
                .split(',')
                .map(range)
                .collect::<Option<_>>()
                .map(Self::Indices)
                .ok_or_else(|| "use newest, all, or numbers such as 1,3-5".to_owned()),
        }
    }
}

fn range(text: &str) -> Option<RangeInclusive<u32>> {
    let number = |text: &str| text.trim().parse().ok().filter(|number| *number > 0);
    let (first, last) = match text.split_once('-') {
        None => (number(text)?, number(text)?),
        Some((first, "")) => (number(first)?, u32::MAX),
        Some((first, last)) => (number(first)?, number(last)?),
    };
    (first <= last).then_some(first..=last)
}

/// Selects recordings by position and date.
#[derive(Clone, Debug)]
pub(crate) struct EntryFilter {
    pub(crate) index: IndexFilter,
    pub(crate) since: Option<Date>,
}

impl EntryFilter {
    /// Returns whether the entry with this number in the list is selected.
    pub(crate) fn matches(&self, number: u32, entry: &EntryView) -> bool {
        let picked = match &self.index {
            IndexFilter::Newest | IndexFilter::All => true,
            IndexFilter::Indices(ranges) => ranges.iter().any(|range| range.contains(&number)),
        };
        picked && !self.is_too_old(entry)
    }

    /// Returns whether no entry after this one can be selected. Channels list the newest first.
    pub(crate) fn is_exhausted(&self, number: u32, taken: usize, entry: &EntryView) -> bool {
        let past = match &self.index {
            IndexFilter::Newest => taken > 0,
            IndexFilter::All => false,
            IndexFilter::Indices(ranges) => ranges.iter().all(|range| *range.end() <= number),
        };
        past || self.is_too_old(entry)
    }

    /// An entry without a date is never too old.
    fn is_too_old(&self, entry: &EntryView) -> bool {
        let day = entry.date_unix_s.and_then(utc_date);
        matches!((self.since, day), (Some(since), Some(day)) if day < since)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(date_unix_s: Option<i64>) -> EntryView {
        EntryView {
            link: String::new(),
            recording: None,
            title: None,
            date_unix_s,
            duration_ms: None,
            about_bytes: None,
            thumbnail: None,
        }
    }

    fn taken(pick: &str, since: Option<&str>, dates: &[Option<i64>]) -> Vec<u32> {
        let filter = EntryFilter {
            index: pick.parse().unwrap(),
            since: since.map(|day| day.parse().unwrap()),
        };
        let mut taken = Vec::new();
        for (number, date) in (1..).zip(dates) {
            let entry = entry(*date);
            if filter.matches(number, &entry) {
                taken.push(number);
            }
            if filter.is_exhausted(number, taken.len(), &entry) {
                break;
            }
        }
        taken
    }

    #[test]
    fn numbers_and_ranges_are_selected_in_the_order_of_the_list() {
        let any = [None; 9];
        assert_eq!(taken("newest", None, &any), [1]);
        assert_eq!(taken("all", None, &any).len(), 9);
        assert_eq!(taken("3-5, 1", None, &any), [1, 3, 4, 5]);
        assert_eq!(taken("8-", None, &any), [8, 9]);
        for wrong in ["", "0", "2-1", "-3", "a", "1,,2", "1 2"] {
            assert!(wrong.parse::<IndexFilter>().is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_date_ends_the_list_at_the_first_older_entry() {
        let day = 86_400;
        // 2020-01-11 to 2020-01-09 at noon UTC.
        let dates = [10, 9, 8].map(|days| Some(1_577_880_000 + days * day));
        assert_eq!(taken("all", Some("2020-01-10"), &dates), [1, 2]);
        assert_eq!(taken("newest", Some("2020-01-10"), &dates), [1]);
        assert_eq!(taken("2-3", Some("2020-01-10"), &dates), [2]);
        assert_eq!(taken("newest", Some("2021-01-01"), &dates), [] as [u32; 0]);
        assert_eq!(taken("all", Some("2020-01-10"), &[None, None]), [1, 2]);
    }
}
