//! The desktop app: a Tauri window around the engine.
//!
//! In the order in which a click travels:
//!
//! 1. `commands`: the commands that the page may invoke; each calls the engine once.
//! 2. `folders`: the folders that the user chose; a path never reaches the page.
//! 3. `settings`, `keychain`: the settings, and form answers that the user wants kept.
//! 4. `page_events`: events sent to the page; `page_health`: what happens when the page is lost;
//!    `thumbnails`: preview images for the page.
//! 5. `desktop`: taskbar progress, keep-awake, confirm on close; `after_saving`: what is done
//!    when everything is saved; `notifications`: that a video is
//!    saved; `openers`: opens files in other programs; `messages`: the translated texts that the
//!    shell itself shows.
//! 6. `channel_keeper`: looks at the kept channels every few hours.
//! 7. `updates`: finds and installs a newer version of the app.
//! 8. `shell`: starts and ends the app; `menu`: the menu bar of macOS.
//! 9. `arguments`: the command line arguments; `platform`: what Linux, macOS and Windows do
//!    differently.

mod after_saving;
mod arguments;
mod channel_keeper;
mod commands;
mod desktop;
mod folders;
mod keychain;
mod menu;
mod messages;
mod notifications;
mod openers;
mod page_events;
mod page_health;
mod platform;
mod settings;
mod shell;
mod thumbnails;
mod updates;

pub use shell::run;

#[cfg(test)]
mod tests;
