//! Random worlds: each ends in a movie with exactly the available packets and a report of what is
//! missing, or in an error of the right kind, with no more requests than necessary. The steps:
//! `draw` draws a random `case`; `build` turns it into a mock service, `drive` saves the recording
//! on a virtual `clock`, `reader` reads the saved movie, `expected` computes what is available,
//! segment by segment in `expected_segments`, and `verdict` compares, with `report` for the
//! reported gaps.
//!
//! `USTREAM_TRUTH_SEED=7 USTREAM_TRUTH_WORLDS=1` runs one world again and shows the log if
//! `RUST_LOG` is set.

mod build;
mod case;
mod child;
mod clock;
mod draw;
mod drive;
mod expected;
mod expected_segments;
mod oracle;
mod reader;
mod report;
mod verdict;

use std::fmt::Write as _;

use fake_ustream::SharedAssets;
use tracing_subscriber::EnvFilter;

use self::case::{Case, OfferedFormat};

/// The same seeds in each run of the suite.
const SEED: u64 = 20_200;
const WORLDS: u64 = 100;
/// Seeds of worlds that failed once.
const REGRESSION_SEEDS: [u64; 65] = [
    10_042,
    10_078,
    10_870,
    20_101,
    20_187,
    20_434,
    20_467,
    30_249,
    30_307,
    30_308,
    30_729,
    30_849,
    30_919,
    31_166,
    31_201,
    31_231,
    31_365,
    40_289,
    40_654,
    40_685,
    101_302,
    102_407,
    103_439,
    103_718,
    104_017,
    104_351,
    105_576,
    107_110,
    107_177,
    107_182,
    109_257,
    109_296,
    109_513,
    109_817,
    200_446,
    200_811,
    202_091,
    203_716,
    203_986,
    204_816,
    206_108,
    208_033,
    878_736_775_275,
    303_256,
    304_683,
    300_771,
    304_955,
    309_144,
    400_309,
    400_759,
    401_322,
    402_401,
    401_382,
    404_109,
    405_016,
    405_119,
    405_302,
    406_083,
    408_245,
    779_903,
    20_262_428,
    20_263_026,
    31_001_082,
    31_007_238,
    31_007_319,
];
/// Most seeds that are shown per kind of mistake.
const MAX_SHOWN: usize = 12;

fn number(variable: &str) -> Option<u64> {
    std::env::var(variable).ok()?.parse().ok()
}

#[test]
fn a_random_world_ends_in_the_whole_movie_or_says_what_is_missing() {
    if !child::is_one() {
        return child::run("truth::a_random_world_ends_in_the_whole_movie_or_says_what_is_missing");
    }
    let requested_seed = number("USTREAM_TRUTH_SEED");
    let seed = requested_seed.unwrap_or(SEED);
    let worlds = number("USTREAM_TRUTH_WORLDS").unwrap_or(WORLDS);
    if worlds == 1 {
        let filter = EnvFilter::from_default_env();
        let log = tracing_subscriber::fmt().with_env_filter(filter);
        log.with_writer(std::io::stderr).init();
    }
    let found = if requested_seed.is_none() {
        &REGRESSION_SEEDS[..]
    } else {
        &[]
    };
    let tally = drive::run((seed..seed + worlds).chain(found.iter().copied()));
    if tally.wrong.is_empty() {
        let least = worlds.min(2);
        assert!(tally.saved + tally.failed >= least, "{tally:?}");
        return;
    }
    let mut report = format!("of {worlds} worlds from seed {seed}:\n");
    for (kind, list) in &tally.wrong {
        // Writing to a string cannot fail, here and below.
        let _ = writeln!(report, "{} × {kind}", list.len());
        for (seed, detail) in list.iter().take(MAX_SHOWN) {
            let _ = writeln!(report, "    USTREAM_TRUTH_SEED={seed}: {detail}");
        }
    }
    if worlds == 1 {
        let _ = writeln!(report, "{:#?}", Case::random(seed));
    }
    panic!(
        "{report}({} saved, {} failed as they should)",
        tally.saved, tally.failed
    );
}

#[test]
fn a_world_with_nothing_odd_is_whole_in_every_format() {
    let assets = SharedAssets::new().unwrap();
    clock::runtime().block_on(async {
        for form in OfferedFormat::ALL {
            for original in [false, true] {
                let case = Case {
                    original,
                    ..Case::plain(form, 23)
                };
                let passed = drive::world(&assets, &case).await;
                let passed = passed.unwrap_or_else(|wrong| panic!("{form:?}: {wrong:?}"));
                assert!(passed.is_saved, "{form:?}");
            }
        }
    });
}
