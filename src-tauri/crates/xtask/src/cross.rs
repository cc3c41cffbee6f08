//! Compiles the program for Windows and macOS on Debian, and runs the Windows one under Wine.
//!
//! The work is done by `cross/cross.sh`; `docs/platforms.md` says what it proves and what not.

use clap::ValueEnum;

use crate::run::{command, root, succeed, target};

/// What to do for another operating system.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CrossTask {
    /// Run the lints for Windows
    WindowsCheck,
    /// Build the command line and the window for Windows
    WindowsBuild,
    /// Build the installer, and install and remove the app under Wine
    WindowsInstaller,
    /// Run the tests under Wine
    WindowsTest,
    /// Save the practice service's recording under Wine and here, and compare
    WindowsDemo,
    /// Run the lints for both kinds of Mac, and link the command line
    MacosCheck,
}

/// Runs the task on this checkout, with the names of tests that it is limited to.
pub(crate) fn run(task: CrossTask, tests: &[String]) -> anyhow::Result<()> {
    let task = match task {
        CrossTask::WindowsCheck => "windows-check",
        CrossTask::WindowsBuild => "windows-build",
        CrossTask::WindowsInstaller => "windows-installer",
        CrossTask::WindowsTest => "windows-test",
        CrossTask::WindowsDemo => "windows-demo",
        CrossTask::MacosCheck => "macos-check",
    };
    let script = root().join("src-tauri/crates/xtask/cross/cross.sh");
    let area = std::env::var_os("CROSS").map_or_else(|| target().join("cross"), Into::into);
    std::fs::create_dir_all(&area)?;
    succeed(
        command("bash")
            .arg(script)
            .arg(task)
            .arg(root())
            .args(tests)
            .env("CROSS", area),
    )
}
