//! Assembles MPEG transport streams.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Ts.run(bytes));
include!("mutator.rs");
