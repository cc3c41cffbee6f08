//! The command line program that is shipped, built where its tests can find it.

use std::process::ExitCode;

fn main() -> ExitCode {
    cli::main()
}
