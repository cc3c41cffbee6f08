//! Runs some hundred changed responses for each network target; the fuzzers continue from there.

use std::{fs, path::Path};

use fastrand::Rng;
use invariants::NetworkTarget;
use proptest::prelude::*;

const NETWORK_TARGETS: [(&str, NetworkTarget); 4] = [
    ("message", NetworkTarget::Message),
    ("page", NetworkTarget::Page),
    ("playlist", NetworkTarget::Playlist),
    ("host", NetworkTarget::Host),
];

/// Strings that decide how host names and responses are read.
const HOSTILE_FRAGMENTS: [&str; 24] = [
    "#",
    "/",
    "?",
    "\\",
    "@",
    ":",
    ":1935",
    "%2f",
    ".",
    "..",
    "\t",
    "\0",
    "\"",
    "\\ud83d",
    "[",
    "{",
    "evil.example",
    ".ums.ustream.tv",
    "127.0.0.1",
    "xn--",
    "\u{430}",
    "\u{3002}",
    "-1",
    "1e400",
];

fn seeds(target: &str) -> Vec<String> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz/seeds");
    let mut names: Vec<_> = fs::read_dir(folder.join(target))
        .expect("the seeds")
        .map(|entry| entry.expect("a seed").path())
        .collect();
    names.sort();
    let seeds = names
        .iter()
        .map(|name| fs::read_to_string(name).expect("a seed"));
    seeds.collect()
}

/// Returns a seed with one to four changes; the same number makes the same changes.
fn changed(target: &str, changes: u64) -> Vec<u8> {
    let mut random = Rng::with_seed(changes);
    let seeds = seeds(target);
    let mut text = random.choice(&seeds).expect("a seed").clone().into_bytes();
    for _ in 0..random.usize(1..=4) {
        let at = random.usize(..=text.len());
        let end = random.usize(at..=text.len().min(at + 40));
        match random.u8(..4) {
            0 => drop(text.drain(at..end)),
            1 => {
                let copy = text[at..end].to_vec();
                let to = random.usize(..=text.len());
                text.splice(to..to, copy);
            }
            2 => text.splice(at..at, [random.u8(..)]).for_each(drop),
            _ => {
                let part = random.choice(HOSTILE_FRAGMENTS).unwrap_or_default();
                text.splice(at..at, part.bytes()).for_each(drop);
            }
        }
    }
    text
}

#[test]
fn seeds_pass() {
    for (name, target) in NETWORK_TARGETS {
        for seed in seeds(name) {
            target.run(seed.as_bytes());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn changed_responses_lead_to_the_service_only(changes: u64) {
        for (name, target) in NETWORK_TARGETS {
            target.run(&changed(name, changes));
        }
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        for (_, target) in NETWORK_TARGETS {
            target.run(&bytes);
        }
    }
}
