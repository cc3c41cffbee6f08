//! Whether somebody who looks at the progress holds the work up.

use super::BenchOptions;
use super::peer::Candidate;
use super::table::report;
use crate::practice::{LARGE_LINK, MockServiceConfig, Practice};
use crate::run::{built, cargo, command, say, succeed};

/// Many more than a page asks for.
const LOOKS_A_SECOND: u32 = 1000;

/// An engine that nobody looks at against one that is looked at all the time.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    say("The engine");
    let build = ["build", "--release", "--package", "tests", "--bin"];
    succeed(cargo(&build).arg("engine-tested"))?;
    let practice = Practice::start(&MockServiceConfig {
        film: Some(options.film()),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut peers = [
        (Candidate::measure("nobody looks"), 0),
        (
            Candidate::new(format!("{LOOKS_A_SECOND} looks a second")),
            LOOKS_A_SECOND,
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
                practice.lead(&mut save).arg(LARGE_LINK);
                save
            })?;
        }
    }
    report(&peers.map(|(peer, _)| peer));
    Ok(())
}
