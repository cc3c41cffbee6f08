//! `ustream-dl report LINK`: saves what the service says about a link, without secrets.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use engine::view::{HostCount, ReportView};
use engine::{Engine, Error};
use indicatif::DecimalBytes;

use crate::args::ReportArgs;
use crate::exit::Exit;
use crate::json;
use crate::terminal;

/// The name of the file if none is given.
const DEFAULT_STEM: &str = "ustream-dl-report";

/// Most default names that are tried.
const MAX_NAMES: u32 = 1_000;

/// Looks up a link, and saves the conversation. That the lookup fails is part of the report, and no
/// error.
pub(crate) async fn report(args: &ReportArgs, quiet: bool) -> Result<(), Exit> {
    let access = args.service.access()?;
    let engine = Engine::open(args.service.config()?)?;
    let report = engine.report(&args.link, &access, args.hide_titles).await;
    engine.shutdown().await;
    let (mut file, path) = create(args.output.as_deref())?;
    let failed = |source| Error::Disk {
        path: path.clone(),
        source,
    };
    file.write_all(report.to_json().as_bytes())
        .and_then(|()| file.sync_all())
        .map_err(failed)?;
    let view = report.view();
    if args.json {
        let path = path.display().to_string();
        json::print(
            None,
            &json::JsonEvent::Reported {
                path,
                report: &view,
            },
        )?;
    } else if !quiet {
        terminal::print(&describe(&path, &view))?;
    }
    Ok(())
}

/// Creates the file; an existing one is never overwritten.
fn create(output: Option<&Path>) -> Result<(File, PathBuf), Error> {
    let open = |path: &Path| File::create_new(path);
    if let Some(path) = output {
        let file = open(path).map_err(|source| Error::Disk {
            path: path.to_owned(),
            source,
        })?;
        return Ok((file, path.to_owned()));
    }
    let mut number = 1;
    loop {
        let path = PathBuf::from(match number {
            1 => format!("{DEFAULT_STEM}.har"),
            _ => format!("{DEFAULT_STEM}-{number}.har"),
        });
        match open(&path) {
            Ok(file) => return Ok((file, path)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MAX_NAMES => {
                number += 1;
            }
            Err(source) => return Err(Error::Disk { path, source }),
        }
    }
}

fn describe(path: &Path, view: &ReportView) -> String {
    let size = DecimalBytes(view.size_bytes);
    let mut text = format!("{} ({size})\n", terminal::one_line(&path.to_string_lossy()));
    // Writing to a string cannot fail.
    if let Some(error) = &view.error {
        let _ = writeln!(text, "It shows this error: {}", terminal::one_line(error));
    }
    let hosts = view.hosts.iter();
    let hosts = hosts.map(|HostCount { host, requests }| format!("  {requests:>4}  {host}\n"));
    let hosts: String = hosts.collect();
    let _ = write!(text, "It has {} requests to:\n{hosts}", view.requests);
    let _ = writeln!(
        text,
        "Hidden: {} passwords, tokens, cookies and answers, {} e-mail and IP addresses",
        view.hidden_secrets, view.hidden_addresses
    );
    text.push_str(match view.hidden_titles {
        0 => "Titles and the numbers of videos are in it; --hide-titles hides titles.\n",
        _ => "Titles are hidden too. The numbers of videos are in it.\n",
    });
    text
}
