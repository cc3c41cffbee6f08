//! A window with one button and no function. `cargo xtask bench window` compares the app with it.

/// Runs until the window is closed.
#[expect(
    clippy::exit,
    reason = "`generate_context!` contains a call, for a thread that panics"
)]
fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("examples/empty/tauri.conf.json"))
}
