//! `ustream-dl`: saves an ended Ustream / IBM Video Streaming recording as one playable file.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
