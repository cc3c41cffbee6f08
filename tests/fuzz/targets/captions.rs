//! Reads any bytes as a file of captions, and writes it in each format.
#![no_main]

use invariants::Target;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Target::Captions.run(bytes));
