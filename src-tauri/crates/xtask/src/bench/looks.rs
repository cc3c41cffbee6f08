//! Whether somebody who looks at the progress holds the work up.

use super::BenchOptions;
use super::candidate::Candidate;
use super::table::report;
use crate::mock_service::{LARGE_LINK, MockServiceConfig, MockServiceProcess};
use crate::run::{built, cargo, command, say, succeed};

/// Many more than a page asks for.
const READS_PER_SECOND: u32 = 1000;

/// An engine that nobody looks at against one that is looked at all the time.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    say("The engine");
    let build = ["build", "--release", "--package", "tests", "--bin"];
    succeed(cargo(&build).arg("engine-tested"))?;
    let practice = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut peers = [
        (Candidate::baseline("nobody looks"), 0),
        (
            Candidate::new(format!("{READS_PER_SECOND} looks a second")),
            READS_PER_SECOND,
        ),
    ];
    options.announce("The engine");
    for _ in 0..options.runs {
        for (peer, looks) in &mut peers {
            peer.run(scratch.path(), |folder| {
                let mut save = command(built("release", "engine-tested"));
                save.args(["--looks", &looks.to_string()]);
                save.arg("--data").arg(folder.join("data"));
                save.arg("-o").arg(folder.join("films"));
                practice.add_service_args(&mut save).arg(LARGE_LINK);
                save
            })?;
        }
    }
    report(&peers.map(|(peer, _)| peer));
    Ok(())
}
