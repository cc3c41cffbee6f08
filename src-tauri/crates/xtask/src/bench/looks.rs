//! Measures whether reading the progress slows a job down.

use super::BenchOptions;
use super::candidate::Candidate;
use super::table::report;
use crate::mock_service::{LARGE_LINK, MockServiceConfig, MockServiceProcess};
use crate::run::{built, cargo, command, say, succeed};

/// Far more than the page needs: it reads ten times a second.
const READS_PER_SECOND: u32 = 1000;

/// Compares an engine whose progress is never read with one whose progress is read all the time.
pub(crate) fn all(options: &BenchOptions) -> anyhow::Result<()> {
    say("The engine");
    let build = ["build", "--release", "--package", "tests", "--bin"];
    succeed(cargo(&build).arg("engine-tested"))?;
    let service = MockServiceProcess::start(&MockServiceConfig {
        large_recording: Some(options.large_recording()),
        ..MockServiceConfig::default()
    })?;
    let scratch = tempfile::tempdir_in(&options.folder)?;
    let mut candidates = [
        (Candidate::baseline("no reader"), 0),
        (
            Candidate::new(format!("{READS_PER_SECOND} reads a second")),
            READS_PER_SECOND,
        ),
    ];
    options.announce("The engine");
    for _ in 0..options.runs {
        for (candidate, reads) in &mut candidates {
            candidate.run(scratch.path(), |folder| {
                let mut save = command(built("release", "engine-tested"));
                save.args(["--looks", &reads.to_string()]);
                save.arg("--data").arg(folder.join("data"));
                save.arg("-o").arg(folder.join("films"));
                service.add_service_args(&mut save).arg(LARGE_LINK);
                save
            })?;
        }
    }
    report(&candidates.map(|(candidate, _)| candidate));
    Ok(())
}
