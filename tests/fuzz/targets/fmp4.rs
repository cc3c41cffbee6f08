//! Assembles fragmented MP4.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Fmp4.run(bytes));
include!("mutator.rs");
