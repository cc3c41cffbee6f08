//! `ustream-dl resolve LINK`: prints what a link leads to, without saving.

use std::fmt::Write as _;

use engine::view::{Preview, RenditionView};
use engine::{Access, Engine};
use indicatif::DecimalBytes;

use crate::args::ResolveArgs;
use crate::exit::Exit;
use crate::json;
use crate::password::Prompt;
use crate::stop::StopSignal;
use crate::terminal;

/// Resolves a link and prints the recording.
pub(crate) async fn resolve(
    args: &ResolveArgs,
    quiet: bool,
    stop: &StopSignal,
) -> Result<(), Exit> {
    let mut access = args.service.access()?;
    let engine = Engine::open(args.service.config()?)?;
    let resolve = async |access: &Access| engine.resolve(&args.link, access).await;
    let mut prompt = Prompt::new(stop, quiet || args.json);
    let preview = prompt
        .unlock(&engine, (&args.link, &mut access), resolve)
        .await?;
    engine.shutdown().await;
    if args.json {
        json::print(None, &json::JsonEvent::Resolved(&preview))?;
    } else {
        terminal::print(&describe(&preview))?;
    }
    Ok(())
}

fn describe(preview: &Preview) -> String {
    let mut text = String::new();
    let mut line = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // Writing to a string cannot fail.
            let _ = writeln!(text, "{name:<8} {value}");
        }
    };
    if preview.newest_of_channel {
        line(
            "Note",
            Some("this link is a channel; this is its newest recording".into()),
        );
    }
    line("Title", preview.title.clone());
    line("Owner", preview.owner.clone());
    line(
        "Date",
        preview
            .date_unix_s
            .and_then(engine::utc_date)
            .map(|day| day.to_string()),
    );
    line("Length", preview.duration_ms.map(length));
    line("Link", Some(preview.link.clone()));
    line("File", Some(preview.file_stem.clone()));
    if preview.languages.len() > 1 {
        line("Sound", Some(preview.languages.join(", ")));
    }
    for rendition in &preview.renditions {
        line("Quality", Some(quality(rendition)));
    }
    text
}

fn quality(rendition: &RenditionView) -> String {
    let dimensions = match (rendition.width, rendition.height) {
        (Some(width), Some(height)) => format!("{height}p ({width}×{height})"),
        (None, Some(height)) => format!("{height}p"),
        _ => "audio".to_owned(),
    };
    let mut parts = vec![dimensions, rendition.container.to_string()];
    parts.extend(rendition.bitrate_kbps.map(|rate| format!("{rate} kbit/s")));
    parts.extend(
        rendition
            .about_bytes
            .map(|size| format!("about {}", DecimalBytes(size))),
    );
    parts.push(format!("{} segments", rendition.segments));
    parts.join(", ")
}

/// Formats a duration as hours, minutes and seconds.
pub(crate) fn length(duration_ms: u64) -> String {
    let seconds = duration_ms / 1000;
    format!(
        "{}:{:02}:{:02}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}
