//! Demonstrates the program without the internet: saves a recording of the mock service.

use anyhow::ensure;

use crate::app;
use crate::mock_service::{LINK, MockServiceConfig, MockServiceProcess};
use crate::run::{built, cargo, command, exists, output, print, say, succeed, target};
use crate::setup;

/// Saves the recording with the release build of the command line.
pub(crate) fn command_line() -> anyhow::Result<()> {
    setup::compiler()?;
    say("The command line");
    succeed(&mut cargo(&["build", "--release", "--package", "cli"]))?;
    let service = MockServiceProcess::start(&MockServiceConfig::default())?;
    let folder = target().join("demo");
    std::fs::create_dir_all(&folder)?;
    say(&format!("ustream-dl {LINK}"));
    let mut save = command(built("release", "ustream-dl"));
    service
        .add_service_args(&mut save)
        .arg(LINK)
        .arg("--output")
        .arg(&folder);
    let path = output(&mut save)?;
    ensure!(
        std::path::Path::new(&path).is_file(),
        "there is no file at {path}"
    );
    print(&path);
    if exists("ffprobe", "-version") {
        let entries = "format=duration,size:stream=codec_name,codec_type,width,height,nb_frames";
        let arguments = ["-v", "warning", "-show_entries", entries, "-of", "compact"];
        print(&output(command("ffprobe").args(arguments).arg(&path))?);
    }
    Ok(())
}

/// Opens the app connected to the mock service, with the link filled in.
pub(crate) fn window() -> anyhow::Result<()> {
    app::build()?;
    let service = MockServiceProcess::start(&MockServiceConfig::default())?;
    let mut window = app::command();
    succeed(service.add_service_args(&mut window).arg(LINK))
}
