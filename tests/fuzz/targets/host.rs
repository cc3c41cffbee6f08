#![no_main]

use invariants::Answer;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| Answer::Host.run(bytes));
