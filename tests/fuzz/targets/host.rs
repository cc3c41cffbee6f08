//! Reads any bytes as a host name.
#![no_main]

use invariants::NetworkTarget;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| NetworkTarget::Host.run(bytes));
