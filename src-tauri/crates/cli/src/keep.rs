//! `ustream-dl keep`: channels whose new recordings and streams are saved by themselves.

mod run;

use std::path::PathBuf;

use engine::{
    Access, Engine, FoundChannel, KeptChannel, KeptChannels, NewKeptChannel, SaveOptions, Target,
    now_unix_s, read_link, utc_date,
};

use crate::args::keep::{KeepAction, KeepAddArgs, KeepArgs};
use crate::download::downloads;
use crate::exit::Exit;
use crate::json::{self, JsonEvent};
use crate::password::Prompt;
use crate::stop::StopSignal;
use crate::terminal::{self, one_line, print_stderr};

/// Runs one of the commands.
pub(crate) async fn keep(args: &KeepArgs, quiet: bool, stop: &StopSignal) -> Result<(), Exit> {
    let channels = args.channels()?;
    match &args.action {
        KeepAction::Add(args) => add(args, &channels, (quiet, stop)).await,
        KeepAction::List(args) => list(&channels, args.json),
        KeepAction::Remove(args) => remove(&channels, &args.channel, quiet),
        KeepAction::Run(args) => run::run(args, &channels, (quiet, stop)).await,
    }
}

async fn add(
    args: &KeepAddArgs,
    channels: &KeptChannels,
    (quiet, stop): (bool, &StopSignal),
) -> Result<(), Exit> {
    let (choice, ending) = args.save.choice(None)?;
    let options = SaveOptions {
        folder: folder(args.output.clone())?,
        choice,
        remux: args.save.remuxer(),
        template: args.save.template.clone(),
        extras: args.save.extras(),
        ending,
    };
    let mut access = args.service.access()?;
    let engine = Engine::open(args.service.config()?)?;
    let read = async |access: &Access| FoundChannel::read(&engine, &args.link, access).await;
    let mut prompt = Prompt::new(stop, quiet);
    let found = prompt
        .unlock(&engine, (&args.link, &mut access), read)
        .await?;
    engine.shutdown().await;
    let found =
        found.ok_or_else(|| Exit::usage(format!("{} is no channel", one_line(&args.link))))?;
    if !quiet {
        print_stderr(&added(&found, args.all));
    }
    let new = NewKeptChannel {
        found,
        wants_all: args.all,
        saves: !args.only_tell,
        options,
    };
    Ok(channels.add(new, now_unix_s())?)
}

fn added(found: &FoundChannel, wants_all: bool) -> String {
    let title = one_line(found.title.as_deref().unwrap_or("The channel"));
    let what = if wants_all {
        "all its videos are new".to_owned()
    } else {
        let known = found.listed.len();
        format!("videos that it has now and are not saved by `keep run`: {known}")
    };
    format!("{title} is kept; {what}.")
}

/// Returns the folder for the recordings of a channel.
fn folder(output: Option<PathBuf>) -> Result<PathBuf, Exit> {
    let Some(path) = output else {
        return Ok(downloads());
    };
    let path = std::path::absolute(path).map_err(|error| Exit::usage(format!("-o: {error}")))?;
    if path.exists() && !path.is_dir() {
        let path = path.display();
        return Err(Exit::usage(format!(
            "{path} is a file; a channel needs a folder"
        )));
    }
    Ok(path)
}

fn list(channels: &KeptChannels, as_json: bool) -> Result<(), Exit> {
    for (number, kept) in (1..).zip(channels.list()?) {
        if as_json {
            let event = JsonEvent::Kept {
                number,
                link: &kept.link,
                title: kept.title.as_deref(),
                folder: kept.options.folder.to_string_lossy().into_owned(),
                saves: kept.saves,
                added_unix_s: kept.added_unix_s,
                looked_unix_s: kept.looked_unix_s,
                pending: kept.pending().len(),
            };
            json::print(None, &event)?;
        } else {
            terminal::print(&describe(number, &kept))?;
        }
    }
    Ok(())
}

fn describe(number: usize, kept: &KeptChannel) -> String {
    let looked = kept.looked_unix_s.and_then(utc_date);
    let looked = looked.map_or("–".to_owned(), |date| date.to_string());
    let what = if kept.saves { "saves" } else { "tells" };
    let title = kept.title.as_deref().unwrap_or("–");
    let (link, folder) = (&kept.link, kept.options.folder.display());
    format!("{number:>4}  {what}  {looked:<10}  {title}  {link}  {folder}\n")
}

fn remove(channels: &KeptChannels, asked: &str, quiet: bool) -> Result<(), Exit> {
    let kept = channels.list()?;
    let found = if let Ok(number) = asked.parse::<usize>() {
        number.checked_sub(1).and_then(|index| kept.get(index))
    } else {
        let target = read_link(asked)?;
        let link = target.link();
        let is_meant =
            |kept: &&KeptChannel| kept.link == link || target == Target::Channel(kept.channel);
        kept.iter().find(is_meant)
    };
    let Some(found) = found else {
        let asked = one_line(asked);
        return Err(Exit::usage(format!(
            "{asked} is not kept; `ustream-dl keep list` shows what is"
        )));
    };
    channels.remove(found.channel)?;
    if !quiet {
        let title = found.title.as_deref().unwrap_or(&found.link);
        print_stderr(&one_line(&format!("{title} is not kept any more.")));
    }
    Ok(())
}
