//! Runs some hundred changed seeds for each target; the fuzzers continue from there.

use std::{fs, path::Path};

use invariants::{Target, mutate};
use proptest::prelude::*;

/// Reads the seeds of the fuzzers.
fn seeds(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let mut names: Vec<_> = fs::read_dir(folder.join(target))
        .expect("the seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    names.sort();
    let seeds: Vec<_> = names
        .iter()
        .map(|name| fs::read(name).expect("a seed"))
        .collect();
    assert!(!seeds.is_empty());
    seeds
}

fn changed(seeds: &[Vec<u8>], which: usize, changes: u64) -> Vec<u8> {
    let mut bytes = seeds[which % seeds.len()].clone();
    mutate(&mut bytes, changes);
    bytes
}

#[test]
fn seeds_pass() {
    for (name, target) in TARGETS {
        for seed in seeds(name) {
            target.run(&seed);
        }
    }
}

/// Changes that broke an invariant once.
const FOUND: [(&str, Target, usize, u64); 1] = [
    // The frames of the last segment lie much farther apart than its last two.
    (
        "flv",
        Target::Flv,
        12_276_143_066_482_204_004,
        7_116_127_781_230_513_535,
    ),
];

#[test]
fn changes_that_broke_an_invariant_once_pass() {
    for (name, target, which, changes) in FOUND {
        target.run(&changed(&seeds(name), which, changes));
    }
}

const TARGETS: [(&str, Target); 7] = [
    ("flv", Target::Flv),
    ("fmp4", Target::Fmp4),
    ("ts", Target::Ts),
    ("split", Target::Split),
    ("check", Target::Check),
    ("journal", Target::Journal),
    ("captions", Target::Captions),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_flv_segments_make_a_valid_movie_or_none(which: usize, changes: u64) {
        Target::Flv.run(&changed(&seeds("flv"), which, changes));
    }

    #[test]
    fn changed_fragments_make_a_valid_movie_or_none(which: usize, changes: u64) {
        Target::Fmp4.run(&changed(&seeds("fmp4"), which, changes));
    }

    #[test]
    fn changed_streams_make_a_valid_movie_or_none(which: usize, changes: u64) {
        Target::Ts.run(&changed(&seeds("ts"), which, changes));
    }

    #[test]
    fn changed_movies_are_split_to_their_end(which: usize, changes: u64) {
        Target::Split.run(&changed(&seeds("split"), which, changes));
    }

    #[test]
    fn changed_files_are_checked_to_the_end(which: usize, changes: u64) {
        Target::Check.run(&changed(&seeds("check"), which, changes));
    }

    #[test]
    fn changed_journals_are_resumed_or_refused(which: usize, changes: u64) {
        Target::Journal.run(&changed(&seeds("journal"), which, changes));
    }

    #[test]
    fn changed_captions_are_converted_or_kept(which: usize, changes: u64) {
        Target::Captions.run(&changed(&seeds("captions"), which, changes));
    }

    #[test]
    fn any_bytes_are_accepted_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..600)) {
        for (_, target) in TARGETS {
            target.run(&bytes);
        }
    }
}
