//! `ustream-dl list LINK`: lists the recordings of a channel, or the players of a page.

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
    match resolved {
        ResolvedLink::Recording(preview) => print(args.json, 1, &entry(*preview))?,
        ResolvedLink::Collection(mut catalog) => {
            let mut number = 0;
            while let Some(page) = catalog.next().await? {
                for entry in page {
                    number += 1;
                    print(args.json, number, &entry)?;
                }
            }
        }
    }
    engine.shutdown().await;
    Ok(())
}

fn entry(preview: Preview) -> EntryView {
    EntryView {
        link: preview.link,
        recording: Some(preview.recording),
        title: preview.title,
        date_unix_s: preview.date_unix_s,
        duration_ms: preview.duration_ms,
        thumbnail: None,
    }
}

fn print(as_json: bool, number: u32, entry: &EntryView) -> std::io::Result<()> {
    if as_json {
        return json::print(None, &json::JsonEvent::Listed { number, entry });
    }
    terminal::print(&describe(number, entry))
}

fn describe(number: u32, entry: &EntryView) -> String {
    let date = entry.date_unix_s.and_then(engine::utc_date);
    let date = date.map_or("–".to_owned(), |date| date.to_string());
    let length = entry.duration_ms.map_or("–".to_owned(), length);
    let title = entry.title.as_deref().unwrap_or("–");
    format!(
        "{number:>4}  {date:<10}  {length:>8}  {title}  {}\n",
        entry.link
    )
}
