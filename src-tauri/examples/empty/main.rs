//! A window with one button and nothing behind it: what any app of this kind costs, for
//! `cargo xtask bench window`.

/// Runs until the window is closed.
#[expect(
    clippy::exit,
    reason = "`generate_context!` holds one, for a thread that breaks"
)]
fn main() -> tauri::Result<()> {
    tauri::Builder::default().run(tauri::generate_context!("examples/empty/tauri.conf.json"))
}
