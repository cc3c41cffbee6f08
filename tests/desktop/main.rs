//! The real window with the mock service, driven as a user would.
//!
//! 1. `session`: a display, a session bus and a home folder for each test.
//! 2. `window`: the window in that session, driven through WebDriver.
//! 3. `guard`: what the page may not do.
//! 4. `notifications`: the desktop around the window.
//! 5. `screen_reader`: what a screen reader finds in the window and hears from it.
//!
//! The program is `target/debug/ustream-downloader`, or the one that `USTREAM_APP` names; it must
//! contain the page (`cargo build -p app --features tauri/custom-protocol`). `USTREAM_SHOTS` names
//! a folder for screenshots of the window.

mod guard;
mod notifications;
mod screen_reader;
mod session;
mod window;

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use fake_ustream::{
    Channel, EndMessage, FakeUstream, Fault, LiveAction, LiveClock, LiveStream, Rule, RuleId, World,
};

use crate::session::DesktopSession;
use crate::window::AppWindow;

const MAIN_CASE: &str = "https://video.ibm.com/recorded/112470631";

/// Heading of the first screen.
const EMPTY: &str = "Save a video from Ustream or IBM Video";

async fn open_app() -> Result<(FakeUstream, AppWindow)> {
    let service = FakeUstream::start(World::demo()).await?;
    let window = AppWindow::open(&service).await?;
    Ok((service, window))
}

/// Makes segments so late that something can be done during a download.
fn slow_down(service: &FakeUstream) -> RuleId {
    let late = Rule::new(Fault::Delay(Duration::from_secs(1))).path("*/chunk_*");
    service.faults().add(late)
}

/// Begins a download that is slow until the rule is removed.
async fn open_slow_download() -> Result<(FakeUstream, AppWindow, RuleId)> {
    let (service, window) = open_app().await?;
    let late = slow_down(&service);
    window.look_up(MAIN_CASE).await?;
    window.press("Save video").await?;
    window.shows(" of ").await?;
    Ok((service, window, late))
}

/// Returns the kinds of tracks of a media file, by ffprobe; `None` without ffprobe.
fn tracks(file: &Path) -> Result<Option<Vec<String>>> {
    let probe = Command::new("ffprobe")
        .args(["-v", "error", "-show_entries", "stream=codec_type"])
        .args(["-of", "csv=p=0"])
        .arg(file)
        .output();
    let Ok(output) = probe else { return Ok(None) };
    ensure!(output.status.success(), "ffprobe refuses the file");
    let mut kinds: Vec<_> = String::from_utf8(output.stdout)?
        .lines()
        .map(str::to_owned)
        .collect();
    kinds.sort();
    Ok(Some(kinds))
}

#[tokio::test]
async fn a_pasted_link_becomes_a_file_that_plays() -> Result<()> {
    let (_service, window) = open_app().await?;

    window.screenshot("empty").await?;
    window.look_up(MAIN_CASE).await?;
    window.heading("The practice film").await?;
    let page = window.text().await?;
    ensure!(
        page.contains("3 min 20 sec"),
        "the length is not shown: {page}"
    );
    ensure!(
        page.contains("Downloads"),
        "the folder is not shown: {page}"
    );
    window.screenshot("ready").await?;
    window.audit().await?;

    window.press("Save video").await?;
    window.heading("Saved").await?;
    window.shows_picture().await?;
    window.screenshot("saved").await?;
    window.audit().await?;

    let saved = window.downloads()?;
    let [file] = saved.as_slice() else {
        anyhow::bail!("one file and nothing else should be there: {saved:?}");
    };
    let name = file.file_name().context("a file has a name")?;
    ensure!(window.text().await?.contains(&*name.to_string_lossy()));
    ensure!(file.extension().is_some_and(|ending| ending == "mp4"));
    if let Some(tracks) = tracks(file)? {
        // The cover counts as one more video track.
        assert_eq!(tracks, ["audio", "video", "video"]);
    }

    window.press("Save another").await?;
    window.heading(EMPTY).await?;
    ensure!(window.text().await?.contains("Saved videos (1)"));

    window.unfold("Saved videos (1)").await?;
    window.open_menu().await?;
    window.press("Check").await?;
    window.shows("is complete and undamaged").await?;
    let mut bytes = std::fs::read(file)?;
    let middle = bytes.len() / 2;
    bytes[middle..middle + 9000].fill(0);
    std::fs::write(file, bytes)?;
    window.open_menu().await?;
    window.press("Check").await?;
    window.shows("is damaged").await?;
    window.shows("no longer as it was saved").await?;
    window.shows("Lost").await?;
    window.screenshot("damaged").await?;
    window.audit().await?;

    window.open_menu().await?;
    window.press("Delete the file…").await?;
    window.shows("The practice film.mp4?").await?;
    window.screenshot("delete-asked").await?;
    window.audit().await?;
    window.press("Keep it").await?;
    ensure!(file.is_file(), "it is kept");
    window.open_menu().await?;
    window.press("Delete the file…").await?;
    window.press("Delete it").await?;
    window.heading(EMPTY).await?;
    window.gone("The practice film.mp4").await?;
    ensure!(window.downloads()?.is_empty(), "the file stays");
    ensure!(
        window.trash()? == ["The practice film.mp4"],
        "it can be taken back"
    );
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_running_stream_is_recorded_until_it_is_stopped() -> Result<()> {
    const CHANNEL: u64 = 9_652_368;
    let clock = LiveClock::manual();
    let stream = LiveStream {
        update_every: 5,
        ..LiveStream::new(clock.clone())
    };
    let channel = Channel {
        live: Some(stream),
        ..Channel::new(CHANNEL, "running", "a live stream")
    };
    let service = FakeUstream::start(World::empty().channel(channel)).await?;
    let window = AppWindow::open(&service).await?;
    window
        .look_up(&format!("https://video.ibm.com/channel/id/{CHANNEL}"))
        .await?;
    window.heading("This stream is running now").await?;
    window.screenshot("live").await?;
    window.audit().await?;
    window.press("Record from the start").await?;
    window.heading("Recording the stream").await?;
    // Half a minute of it, five segments at a time.
    for _ in 0..3 {
        clock.advance(5);
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    window.shows("0:3").await?;
    window.screenshot("recording").await?;
    window.audit().await?;
    window.press("Stop and save").await?;
    window.heading("Saved").await?;
    let files = window.downloads()?;
    let [film] = files.as_slice() else {
        anyhow::bail!("not one file: {files:?}");
    };
    if let Some(tracks) = tracks(film)? {
        ensure!(tracks.len() == 2, "{tracks:?}");
    }
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_kept_channel_is_recorded_when_it_is_on_air_at_the_next_start() -> Result<()> {
    const CHANNEL: u64 = 9_652_368;
    let channel = || Channel::new(CHANNEL, "running", "a channel without recordings");
    let off_air = FakeUstream::start(World::empty().channel(channel())).await?;
    let window = AppWindow::open(&off_air).await?;
    let link = format!("https://video.ibm.com/channel/id/{CHANNEL}");
    window.look_up(&link).await?;
    window.heading("This stream hasn’t started").await?;
    let tick = "document.querySelector('[aria-describedby=keep-body]')";
    window.page(&format!("{tick}.click()")).await?;
    let until_kept = format!(
        "while (!{tick}.checked || {tick}.ariaDisabled === 'true') \
         await new Promise((go) => setTimeout(go, 50));"
    );
    window.page(&until_kept).await?;
    window.screenshot("kept").await?;
    window.audit().await?;
    let session = window.close().await?;

    let clock = LiveClock::manual();
    let stream = LiveStream {
        update_every: 5,
        ..LiveStream::new(clock.clone())
    };
    let on_air = Channel {
        live: Some(stream.event(15, LiveAction::End(EndMessage::NotAvailable))),
        ..channel()
    };
    let service = FakeUstream::start(World::empty().channel(on_air)).await?;
    let window = AppWindow::open_in(session, &service, EMPTY).await?;
    window.shows("Practice channel running").await?;
    window.screenshot("kept-recording").await?;
    for _ in 0..3 {
        tokio::time::sleep(Duration::from_secs(1)).await;
        clock.advance(5);
    }
    // In the list, or in front if it was there when the page began to listen.
    window.shows("Saved").await?;
    window.screenshot("kept-saved").await?;
    let files = window.downloads()?;
    let [film] = files.as_slice() else {
        anyhow::bail!("not one file: {files:?}");
    };
    if let Some(tracks) = tracks(film)? {
        ensure!(tracks.len() == 2, "{tracks:?}");
    }
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_text_without_a_link_and_a_removed_video_show_their_messages() -> Result<()> {
    let (_service, window) = open_app().await?;

    window.look_up("good morning").await?;
    window.shows("We can’t find a link in that text").await?;
    window.look_up("https://www.example.org/holiday").await?;
    window
        .shows("This app only works with Ustream and IBM Video")
        .await?;
    window
        .shows("There is no video of theirs on that page of www.example.org.")
        .await?;

    window
        .look_up("https://video.ibm.com/recorded/134300003")
        .await?;
    window.heading("This video is no longer there").await?;
    window.unfold("Details").await?;
    window.screenshot("removed").await?;
    window.press("Copy details").await?;
    window.button("Copied").await?;
    window.press("Use another link").await?;
    window.heading(EMPTY).await?;
    ensure!(window.downloads()?.is_empty());
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_paused_download_can_be_resumed_after_a_restart() -> Result<()> {
    let (service, window) = open_app().await?;
    // Slow enough that the window can be closed during the download.
    let late = slow_down(&service);

    window.look_up(MAIN_CASE).await?;
    window.heading("The practice film").await?;
    window.press("Save video").await?;
    window.heading("Downloading").await?;
    window.shows(" of ").await?;
    window.shows_picture().await?;
    window.screenshot("downloading").await?;
    window.audit().await?;
    window.press("Pause").await?;
    window.heading_begins("Paused").await?;
    window.screenshot("paused").await?;
    window.press("Continue").await?;
    window.heading("Downloading").await?;

    window.ask_to_close()?;
    window.heading("A video is still being saved").await?;
    window.screenshot("closing").await?;
    window.audit().await?;
    window.press("Stay").await?;
    window.heading("Downloading").await?;
    window.ask_to_close()?;
    window.heading("A video is still being saved").await?;
    window.press_last("Close").await?;
    let session = window.wait_closed().await?;

    // The picture is there without the internet, too.
    let refused = Rule::new(Fault::HostDown).host("ustvstaticcdn1-a.akamaihd.net");
    service.faults().add(refused);
    let window = AppWindow::open_in(session, &service, "You have an unfinished video").await?;
    window.shows_picture().await?;
    window.screenshot("unfinished").await?;
    ensure!(
        window.downloads()?.iter().all(|path| path.is_dir()),
        "what is not whole must not look saved"
    );
    service.faults().remove(late);
    window.press("Continue").await?;
    window.heading("Saved").await?;
    let saved = window.downloads()?;
    ensure!(
        saved.len() == 1 && saved.iter().all(|path| path.is_file()),
        "one file and nothing else should be there: {saved:?}"
    );
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_saved_video_is_told_by_the_desktop_which_can_show_it() -> Result<()> {
    let (_service, window) = open_app().await?;
    let mut desktop = window.desktop().await?;

    window.look_up(MAIN_CASE).await?;
    window.shows_picture().await?;
    window.lose_focus()?;
    window.press("Save video").await?;
    let shown = desktop.notification().await.context("a notification")?;
    ensure!(shown.title == "The practice film", "{shown:?}");
    ensure!(shown.body.contains("The practice film.mp4"), "{shown:?}");
    ensure!(
        shown
            .actions
            .starts_with(&["play", "Play", "reveal", "Show in folder"].map(str::to_owned)),
        "{shown:?}"
    );
    ensure!(Path::new(&shown.icon).is_file(), "{shown:?}");

    desktop.press("reveal").await?;
    let revealed = desktop.revealed().await.context("the folder")?;
    ensure!(
        matches!(&revealed[..], [uri] if uri.ends_with("/Downloads/The%20practice%20film.mp4")),
        "{revealed:?}"
    );
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_page_returns_after_its_process_was_killed() -> Result<()> {
    let (service, window, late) = open_slow_download().await?;

    // The driver ends its session with the page, but the app goes on.
    window.titled(|title| title.contains('%')).await?;
    window.kill_page()?;
    service.faults().remove(late);
    // Only a page that shows the job drops the percentage at its end.
    window.titled(|title| title == "The practice film").await?;
    let saved = window.downloads()?;
    ensure!(
        saved.len() == 1 && saved.iter().all(|path| path.is_file()),
        "one file and nothing else should be there: {saved:?}"
    );
    window.ask_to_close()?;
    window.wait_ended().await
}

#[tokio::test]
async fn a_window_whose_page_hangs_closes_without_a_question() -> Result<()> {
    let (_service, window, _) = open_slow_download().await?;

    window.freeze_page()?;
    window.ask_to_close()?;
    window.wait_ended().await
}

#[tokio::test]
async fn a_link_that_is_being_saved_leads_to_its_download() -> Result<()> {
    let (service, window, late) = open_slow_download().await?;

    window.press("Save another").await?;
    window.look_up(MAIN_CASE).await?;
    window.shows("You are already saving this").await?;
    window.screenshot("same-link-twice").await?;
    window.audit().await?;
    window.press("Show it").await?;
    window.heading("Downloading").await?;
    service.faults().remove(late);
    window.heading("Saved").await?;
    ensure!(window.downloads()?.len() == 1, "it was saved twice");
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_silent_line_is_told_with_its_seconds() -> Result<()> {
    let (service, window) = open_app().await?;
    let silent = Rule::new(Fault::Stall(1000)).path("*/chunk_*");
    let silent = service.faults().add(silent);
    window.look_up(MAIN_CASE).await?;
    window.press("Save video").await?;
    window.shows("No data for ").await?;
    window.screenshot("silent-line").await?;
    window.audit().await?;
    service.faults().remove(silent);
    window.heading("Saved").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_folder_that_is_removed_is_noticed_while_it_is_downloaded_to() -> Result<()> {
    let (_service, window, _) = open_slow_download().await?;

    window.remove_downloads()?;
    window.heading("The folder is no longer there").await?;
    window.screenshot("folder-removed").await?;
    window.audit().await?;
    window.press("More").await?;
    window.press("Use another link").await?;
    window.heading(EMPTY).await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_cancelled_and_deleted_download_leaves_no_files() -> Result<()> {
    let (_service, window, _) = open_slow_download().await?;
    window.press("Cancel").await?;
    window.heading("Stop saving this video?").await?;
    window.screenshot("cancel").await?;
    window.press("Delete it").await?;
    window.heading("Stopped").await?;
    ensure!(window.downloads()?.is_empty());
    window.press("Save another").await?;
    window.heading(EMPTY).await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_window_asks_for_a_password_until_it_is_right() -> Result<()> {
    let (_service, window) = open_app().await?;

    window
        .look_up("https://video.ibm.com/recorded/134300001")
        .await?;
    window.heading("This video has a password").await?;
    window.screenshot("password").await?;
    for wrong in ["open says me", "Open Sesame"] {
        window.fill("password", wrong).await?;
        window.heading("That password didn’t work").await?;
    }
    window.fill("password", "open sesame").await?;
    window.heading("Practice recording 134300001").await?;
    window.press("Save video").await?;
    window.heading("Saved").await?;
    ensure!(window.downloads()?.len() == 1);
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_sign_up_form_is_shown_in_place() -> Result<()> {
    let (_service, window) = open_app().await?;

    window
        .look_up("https://video.ibm.com/recorded/112470632")
        .await?;
    window
        .heading("This video asks you to sign up first")
        .await?;
    window.screenshot("form").await?;
    window.audit().await?;
    window.submit_form("Ada", "ada@example.org").await?;
    window.press("Send and continue").await?;
    window.button("Save video").await?;
    window.press("Save video").await?;
    window.heading("Saved").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_field_that_is_not_filled_in_well_says_so() -> Result<()> {
    let (_service, window) = open_app().await?;
    let reader = window.screen_reader().await?;

    window
        .look_up("https://video.ibm.com/recorded/112470632")
        .await?;
    window
        .heading("This video asks you to sign up first")
        .await?;
    window.press("Send and continue").await?;
    reader.hears("Please fill this in.").await?;
    window.submit_form("Ada", "ada at example.org").await?;
    window.press("Send and continue").await?;
    reader
        .hears("This doesn’t look like an email address.")
        .await?;
    window.screenshot("bad-field").await?;
    window.submit_form("Ada", "ada@example.org").await?;
    window.press("Send and continue").await?;
    window.button("Save video").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_full_disk_is_told_and_the_download_goes_on_when_there_is_room() -> Result<()> {
    let service = FakeUstream::start(World::demo()).await?;
    let session = DesktopSession::start_with_disk("20m")?;
    let window = AppWindow::open_in(session, &service, EMPTY).await?;
    let late = slow_down(&service);
    window.look_up(MAIN_CASE).await?;
    window.press("Save video").await?;
    window.shows(" of ").await?;

    let filler = window.fill_disk()?;
    window.heading("The disk is full").await?;
    window.screenshot("disk-full").await?;
    window.audit().await?;
    service.faults().remove(late);
    std::fs::remove_file(filler)?;
    window.press("Try again").await?;
    window.heading("Saved").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_second_start_opens_its_link_in_the_first_window() -> Result<()> {
    let (service, window) = open_app().await?;

    window.start_again(MAIN_CASE).await?;
    window.heading("The practice film").await?;
    let late = slow_down(&service);
    window.press("Save video").await?;
    window.shows(" of ").await?;
    // The download goes on below.
    window
        .start_again("https://video.ibm.com/recorded/112470632")
        .await?;
    window
        .heading("This video asks you to sign up first")
        .await?;
    window.shows("The practice film").await?;
    window.screenshot("second-start").await?;
    service.faults().remove(late);
    // What is being entered is not lost for another link.
    window
        .start_again("https://video.ibm.com/recorded/134300001")
        .await?;
    window.submit_form("Ada", "ada@example.org").await?;
    window.press("Send and continue").await?;
    window.button("Save video").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn four_videos_are_saved_as_one_act() -> Result<()> {
    let (service, window) = open_app().await?;
    let late = slow_down(&service);

    window
        .look_up("https://video.ibm.com/channel/practice")
        .await?;
    window.press("Select all").await?;
    window.press("Continue with 4").await?;
    window.press("Save 4 videos").await?;
    window.shows("0 of 4 saved").await?;
    let page = window.text().await?;
    for shown in [
        "The practice film",
        "An older practice recording, 112470601",
        "Waiting",
    ] {
        ensure!(page.contains(shown), "{shown:?} is not in {page}");
    }
    ensure!(!page.contains("video.ibm.com"), "a bare address: {page}");
    window.screenshot("four-videos").await?;
    window.audit().await?;
    window.press("Pause all").await?;
    window.press("Continue all").await?;
    service.faults().remove(late);
    window.shows("All 4 videos are saved").await?;
    window.screenshot("four-saved").await?;
    window.audit().await?;
    ensure!(window.downloads()?.len() == 4, "four files");
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn selected_videos_of_a_channel_are_saved() -> Result<()> {
    let (_service, window) = open_app().await?;

    window
        .look_up("https://video.ibm.com/channel/practice")
        .await?;
    window.heading_begins("This is a channel with").await?;
    window.screenshot("channel").await?;
    window.audit().await?;
    window.tick(0).await?;
    window.tick(1).await?;
    window.press("Continue with 2").await?;
    window.press("Save 2 videos").await?;
    // The list shows "Saved" when the app has finished; files appear a moment earlier.
    window.heading("Saved").await?;
    window.shows("Saved videos (1)").await?;
    let saved = window.downloads()?;
    ensure!(
        saved.len() == 2 && saved.iter().all(|path| path.is_file()),
        "two files and nothing else should be there: {saved:?}"
    );
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn the_app_starts_with_a_damaged_job_two_hundred_videos_and_a_lost_folder() -> Result<()> {
    let (service, window) = open_app().await?;
    window.look_up(MAIN_CASE).await?;
    window.press("Save video").await?;
    window.heading("Saved").await?;
    let session = window.close().await?;

    session.multiply_jobs(200)?;
    session.damage_a_job()?;
    session.lose_folder("Old drive")?;
    let window = AppWindow::open_in(session, &service, EMPTY).await?;
    window.shows("Old drive").await?;
    window.shows("could not be read").await?;
    window.shows("Saved videos (200)").await?;
    window.screenshot("many").await?;
    window.audit().await?;
    window.close().await?;
    Ok(())
}

/// A session of a browser in which a locked video was open.
const SESSION: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/fixtures/sessions/chromium-password.har"
);

#[tokio::test]
async fn a_browser_session_is_saved_and_failures_are_reported() -> Result<()> {
    let (_service, window) = open_app().await?;
    window.look_up(SESSION).await?;
    window.heading("Practice recording 134300001").await?;
    window.press("Save video").await?;
    window.heading("Saved").await?;
    ensure!(window.downloads()?.len() == 1, "one file and nothing else");
    window.press("Save another").await?;

    window
        .look_up("https://video.ibm.com/recorded/134300002")
        .await?;
    window.heading("Not available in your country").await?;
    window.unfold("Details").await?;
    window.press("Save a report…").await?;
    window.shows("are left out").await?;
    window.shows("api.video.ibm.com").await?;
    window.screenshot("report").await?;
    window.audit().await?;

    window.press("Settings").await?;
    window.unfold("Help").await?;
    window.press("Save a report…").await?;
    window.shows("api.video.ibm.com").await?;
    window.screenshot("report-help").await?;
    window.press("Done").await?;
    window.press("Use another link").await?;

    window
        .look_up("https://video.ibm.com/recorded/134300001")
        .await?;
    window.heading("This video has a password").await?;
    window.unfold("Details").await?;
    window.press("Save a report…").await?;
    window.shows("api.video.ibm.com").await?;
    window.screenshot("report-form").await?;
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn a_screen_reader_hears_a_download_and_an_error() -> Result<()> {
    let (service, window) = open_app().await?;
    let reader = window.screen_reader().await?;
    let late = Rule::new(Fault::Delay(Duration::from_millis(600))).path("*/chunk_*");
    service.faults().add(late);

    window
        .look_up("https://video.ibm.com/channel/practice")
        .await?;
    window.heading_begins("This is a channel with").await?;
    // What is over is not there any more.
    reader.loses("Looking for").await?;
    window.press("Use another link").await?;
    window.look_up(MAIN_CASE).await?;
    window.heading("The practice film").await?;
    ensure!(
        reader
            .hears("Ready to save. The practice film")
            .await?
            .is_polite
    );
    reader.forget();
    window.press("Save video").await?;
    window.heading("Saved").await?;
    reader
        .hears("Saved. The practice film.mp4 is in Downloads.")
        .await?;
    let announced = reader.announcements();
    ensure!(
        announced.iter().all(|it| it.is_polite) && announced.len() <= 4,
        "a download should be told in four sentences: {announced:?}"
    );
    ensure!(
        announced
            .iter()
            .any(|it| it.words.ends_with("% downloaded")),
        "the progress should be told: {announced:?}"
    );

    window.press("Save another").await?;
    window
        .look_up("https://video.ibm.com/recorded/134300003")
        .await?;
    let error = reader.hears("This video is no longer there").await?;
    ensure!(!error.is_polite, "an error is told at once: {error:?}");
    window.press("Use another link").await?;

    window.unfold("Saved videos (1)").await?;
    window.audit().await?;
    window.open_menu().await?;
    window.press("Remove from list").await?;
    reader.focuses("Undo").await?;
    window.audit().await?;
    window.close().await?;
    Ok(())
}
