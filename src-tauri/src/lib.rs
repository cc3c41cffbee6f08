//! The window around the engine, and nothing more.
//!
//! In the order in which a click travels:
//!
//! 1. `commands`: what the page may ask for; each is one call of the engine.
//! 2. `folders`: the folders a person chose; a path never reaches the page.
//! 3. `settings`, `keychain`: what a person has set, and the secrets they want kept.
//! 4. `feeds`: what happens, on its way to the page; `pictures`: previews, likewise.
//! 5. `desk`: manners towards the desk the window stands on; `words`: the little it says itself.
//! 6. `shell`: how the window comes up and goes down.
//! 7. `arguments`: what the program may be started with.

mod arguments;
mod commands;
mod desktop;
mod folders;
mod keychain;
mod messages;
mod page_events;
mod settings;
mod shell;
mod thumbnails;

pub use shell::run;

#[cfg(test)]
mod tests;
