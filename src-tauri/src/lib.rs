//! The window around the engine, and nothing more.
//!
//! In the order in which a click travels:
//!
//! 1. `commands`: what the page may ask for; each is one call of the engine.
//! 2. `folders`: the folders a person chose; a path never reaches the page.
//! 3. `feeds`: the jobs as they change, on their way to the page.
//! 4. `shell`: how the window comes up and goes down.
//! 5. `arguments`: what the program may be started with.

mod arguments;
mod commands;
mod feeds;
mod folders;
mod shell;

pub use shell::run;

#[cfg(test)]
mod tests;
