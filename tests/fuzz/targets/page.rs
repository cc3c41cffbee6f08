//! Reads any bytes as a web page.
#![no_main]

use invariants::NetworkTarget;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| NetworkTarget::Page.run(bytes));
