//! The executable of the desktop app.

// On Windows, do not open a console next to the window.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    app_lib::run()
}
