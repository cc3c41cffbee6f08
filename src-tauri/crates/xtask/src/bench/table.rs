//! Prints the results of all candidates as a table.

use std::fmt::Write as _;

use super::candidate::{Candidate, Measure, Spread};
use crate::run::print;

/// Returns the value of a column for a candidate, or `None` if it does not apply.
type Cell = fn(&Candidate) -> Option<f64>;

/// A column of the table.
struct Column {
    title: &'static str,
    cell: Cell,
    decimals: usize,
    /// Adds a column with the ratio to the best baseline of this measure.
    compared: Option<Measure>,
}

const COLUMNS: [Column; 13] = [
    compared_column("best s", Measure::Wall, |candidate| {
        candidate.wall().map(best)
    }),
    compared_column("median s", Measure::Wall, |candidate| {
        candidate.wall().map(median)
    }),
    compared_column("CPU s", Measure::Processor, |candidate| {
        candidate.processor().map(best)
    }),
    compared_column("median s", Measure::Processor, |candidate| {
        candidate.processor().map(median)
    }),
    column("of it system", 3, |candidate| {
        candidate.system().map(median)
    }),
    column("of a core", 4, |candidate| {
        Some(candidate.processor()?.median / candidate.wall()?.median)
    }),
    column("peak MB", 1, |candidate| {
        candidate.peak_memory().map(megabytes)
    }),
    column("written/output", 3, |candidate| {
        per_output(candidate, candidate.written())
    }),
    column("disk/output", 3, |candidate| {
        per_output(candidate, candidate.peak_disk())
    }),
    column("finish s", 3, |candidate| candidate.finish().map(best)),
    column("median s", 3, |candidate| candidate.finish().map(median)),
    column("MB/s", 1, megabytes_a_second),
    column("of the line", 3, |candidate| {
        Some(megabytes_a_second(candidate)? * 1e6 / candidate.link_bytes_per_second()?)
    }),
];

const fn column(title: &'static str, decimals: usize, cell: Cell) -> Column {
    Column {
        title,
        cell,
        decimals,
        compared: None,
    }
}

const fn compared_column(title: &'static str, measure: Measure, cell: Cell) -> Column {
    Column {
        compared: Some(measure),
        ..column(title, 3, cell)
    }
}

fn best(spread: Spread) -> f64 {
    spread.best
}

fn median(spread: Spread) -> f64 {
    spread.median
}

fn per_output(candidate: &Candidate, part: Option<u64>) -> Option<f64> {
    Some(megabytes(part?) / megabytes(candidate.output()?.max(1)))
}

fn megabytes_a_second(candidate: &Candidate) -> Option<f64> {
    Some(megabytes(candidate.output()?) / candidate.wall()?.best)
}

#[expect(clippy::cast_precision_loss, reason = "it is rounded for reading")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Prints all columns that have a value.
pub(super) fn report(candidates: &[Candidate]) {
    let mut lines = vec![String::new()];
    lines.extend(
        candidates
            .iter()
            .map(|candidate| candidate.name().to_owned()),
    );
    align(&mut lines, |line, width| format!("{line:width$}"));
    for Column {
        title,
        cell,
        decimals,
        compared,
    } in &COLUMNS
    {
        let numbers: Vec<Option<f64>> = candidates.iter().map(cell).collect();
        add(&mut lines, title, &numbers, *decimals);
        if let Some(measure) = *compared {
            let baselines = candidates
                .iter()
                .filter(|candidate| candidate.is_baseline_of(measure));
            let least = baselines.filter_map(cell).min_by(f64::total_cmp);
            let ratio = |number: &Option<f64>| Some((*number)? / least?);
            let ratios: Vec<_> = numbers.iter().map(ratio).collect();
            add(&mut lines, "×", &ratios, 2);
        }
    }
    for line in &lines {
        print(line);
    }
}

fn add(lines: &mut [String], title: &str, numbers: &[Option<f64>], decimals: usize) {
    if numbers.iter().all(Option::is_none) {
        return;
    }
    let text = |number: &Option<f64>| {
        number.map_or("–".to_owned(), |number| format!("{number:.decimals$}"))
    };
    let mut texts = vec![title.to_owned()];
    texts.extend(numbers.iter().map(text));
    align(&mut texts, |text, width| format!("  {text:>width$}"));
    for (line, text) in lines.iter_mut().zip(texts) {
        // Writing to a string cannot fail.
        let _ = line.write_str(&text);
    }
}

/// Pads all texts to the width of the widest.
fn align(texts: &mut [String], fill: impl Fn(&str, usize) -> String) {
    let width = texts.iter().map(|text| text.chars().count()).max();
    for text in texts {
        *text = fill(text, width.unwrap_or(0));
    }
}
