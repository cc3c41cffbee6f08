//! Reads any bytes as frames of the control connection and as responses of the API.
#![no_main]

use invariants::NetworkTarget;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| NetworkTarget::Message.run(bytes));
