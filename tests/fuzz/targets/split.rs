//! Splits any bytes as a movie file.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Split.run(bytes));
include!("mutator.rs");
