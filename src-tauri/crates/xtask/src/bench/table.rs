//! What all took, side by side.

use std::fmt::Write as _;

use super::candidate::{Candidate, Spread};
use crate::run::print;

/// What a column says of a peer; nothing where it does not apply.
type Cell = fn(&Candidate) -> Option<f64>;

/// A column: what stands above it, its numbers, how many decimals they have, and whether the
/// ratio to the best of those that are the measure follows.
struct Column {
    title: &'static str,
    cell: Cell,
    decimals: usize,
    compared: bool,
}

const COLUMNS: [Column; 10] = [
    compared_column("best s", |peer| peer.wall().map(best)),
    compared_column("median s", |peer| peer.wall().map(median)),
    compared_column("CPU s", |peer| peer.processor().map(best)),
    column("peak MB", 1, |peer| peer.peak_memory().map(megabytes)),
    column("written/output", 3, |peer| per_output(peer, peer.written())),
    column("disk/output", 3, |peer| per_output(peer, peer.peak_disk())),
    column("finish s", 3, |peer| peer.finish().map(best)),
    column("median s", 3, |peer| peer.finish().map(median)),
    column("MB/s", 1, megabytes_a_second),
    column("of the line", 3, |peer| {
        Some(megabytes_a_second(peer)? * 1e6 / peer.link_bytes_per_second()?)
    }),
];

const fn column(title: &'static str, decimals: usize, cell: Cell) -> Column {
    Column {
        title,
        cell,
        decimals,
        compared: false,
    }
}

const fn compared_column(title: &'static str, cell: Cell) -> Column {
    Column {
        compared: true,
        ..column(title, 3, cell)
    }
}

fn best(spread: Spread) -> f64 {
    spread.best
}

fn median(spread: Spread) -> f64 {
    spread.median
}

fn per_output(peer: &Candidate, part: Option<u64>) -> Option<f64> {
    Some(megabytes(part?) / megabytes(peer.output()?.max(1)))
}

fn megabytes_a_second(peer: &Candidate) -> Option<f64> {
    Some(megabytes(peer.output()?) / peer.wall()?.best)
}

#[expect(clippy::cast_precision_loss, reason = "it is rounded for reading")]
fn megabytes(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

/// Prints the columns that say something.
pub(super) fn report(peers: &[Candidate]) {
    let mut lines = vec![String::new()];
    lines.extend(peers.iter().map(|peer| peer.name().to_owned()));
    align(&mut lines, |line, wide| format!("{line:wide$}"));
    for Column {
        title,
        cell,
        decimals,
        compared,
    } in &COLUMNS
    {
        let numbers: Vec<Option<f64>> = peers.iter().map(cell).collect();
        add(&mut lines, title, &numbers, *decimals);
        if *compared {
            let measures = peers.iter().filter(|peer| peer.is_baseline());
            let least = measures.filter_map(cell).min_by(f64::total_cmp);
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
    let text =
        |number: &Option<f64>| number.map_or("–".to_owned(), |it| format!("{it:.decimals$}"));
    let mut texts = vec![title.to_owned()];
    texts.extend(numbers.iter().map(text));
    align(&mut texts, |text, wide| format!("  {text:>wide$}"));
    for (line, text) in lines.iter_mut().zip(texts) {
        // A string takes whatever is written to it.
        let _ = line.write_str(&text);
    }
}

/// Makes all texts as wide as the widest.
fn align(texts: &mut [String], fill: impl Fn(&str, usize) -> String) {
    let wide = texts.iter().map(|text| text.chars().count()).max();
    for text in texts {
        *text = fill(text, wide.unwrap_or(0));
    }
}
