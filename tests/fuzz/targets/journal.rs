//! Reads any bytes as a journal, and resumes from it.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Journal.run(bytes));
include!("mutator.rs");
