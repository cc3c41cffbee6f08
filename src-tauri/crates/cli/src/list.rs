//! `ustream-dl list LINK`: lists the recordings of a channel, or the players of a page.

use std::collections::HashSet;
use std::path::Path;

use engine::view::{EntryView, Preview};
use engine::{Access, Engine, ResolvedLink};

use crate::args::ListArgs;
use crate::exit::Exit;
use crate::json;
use crate::password::Prompt;
use crate::resolve::length;
use crate::stop::StopSignal;
use crate::terminal;

/// Prints one line for each recording, as the pages of the list arrive.
pub(crate) async fn list(args: &ListArgs, quiet: bool, stop: &StopSignal) -> Result<(), Exit> {
    let mut access = args.service.access()?;
    let engine = Engine::open(args.service.config()?)?;
    let resolve = async |access: &Access| engine.resolve_link(&args.link, access).await;
    let mut prompt = Prompt::new(stop, quiet || args.json);
    let resolved = prompt
        .unlock(&engine, (&args.link, &mut access), resolve)
        .await?;
    let saved = match &args.output {
        Some(folder) => Some(saved_in(&engine, folder).await?),
        None => None,
    };
    let print = |number, entry: &EntryView| {
        let is_saved = |saved: &HashSet<_>| {
            entry
                .recording
                .as_ref()
                .is_some_and(|it| saved.contains(it))
        };
        print(args.json, number, entry, saved.as_ref().map(is_saved))
    };
    match resolved {
        ResolvedLink::Recording(preview) => print(1, &entry(*preview))?,
        ResolvedLink::Collection(mut catalog) => {
            let mut number = 0;
            while let Some(page) = catalog.next().await? {
                for entry in page {
                    number += 1;
                    print(number, &entry)?;
                }
            }
        }
    }
    engine.shutdown().await;
    Ok(())
}

/// Returns the ids of the recordings in a folder.
async fn saved_in(engine: &Engine, folder: &Path) -> Result<HashSet<String>, Exit> {
    let found = engine.saved_recordings(folder.to_owned()).await?;
    Ok(found.into_iter().map(|found| found.recording).collect())
}

fn entry(preview: Preview) -> EntryView {
    EntryView {
        link: preview.link,
        recording: Some(preview.recording),
        title: preview.title,
        date_unix_s: preview.date_unix_s,
        duration_ms: preview.duration_ms,
        about_bytes: preview.about_bytes,
        thumbnail: None,
    }
}

fn print(
    as_json: bool,
    number: u32,
    entry: &EntryView,
    saved: Option<bool>,
) -> std::io::Result<()> {
    if as_json {
        let event = json::JsonEvent::Listed {
            number,
            entry,
            saved,
        };
        return json::print(None, &event);
    }
    terminal::print(&describe(number, entry, saved))
}

fn describe(number: u32, entry: &EntryView, saved: Option<bool>) -> String {
    let date = entry.date_unix_s.and_then(engine::utc_date);
    let date = date.map_or("–".to_owned(), |date| date.to_string());
    let length = entry.duration_ms.map_or("–".to_owned(), length);
    let title = entry.title.as_deref().unwrap_or("–");
    let saved = match saved {
        Some(true) => "saved  ",
        Some(false) => "       ",
        None => "",
    };
    format!(
        "{number:>4}  {date:<10}  {length:>8}  {saved}{title}  {}\n",
        entry.link
    )
}
