//! Assembles FLV segments.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Flv.run(bytes));
include!("mutator.rs");
