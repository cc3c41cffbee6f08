//! Verifies any bytes as a finished file.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Check.run(bytes));
include!("mutator.rs");
