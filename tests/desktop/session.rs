//! A display, a session bus and a home folder for one test, removed at its end.

use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, BufReader, ErrorKind, Write as _};
use std::net::TcpListener;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;
use tempfile::TempDir;
use x11rb::CURRENT_TIME;
use x11rb::connection::Connection;
use x11rb::protocol::xproto::{
    AtomEnum, ClientMessageEvent, ConnectionExt, EventMask, GetPropertyReply, InputFocus, MapState,
    Window,
};
use x11rb::rust_connection::RustConnection;

use crate::window::{POLL_INTERVAL, SHOW_TIMEOUT};

/// The app's folder in the data folder.
const IDENTIFIER: &str = "io.github.ustream-dl";

/// A program in its own process group, killed together with its children.
struct ProcessGroup(Child);

impl ProcessGroup {
    fn spawn(command: &mut Command) -> Result<Self> {
        let child = command.process_group(0).spawn();
        Ok(Self(
            child.with_context(|| format!("starting {command:?}"))?,
        ))
    }
}

impl Drop for ProcessGroup {
    fn drop(&mut self) {
        // A group that has ended by itself does not need to be killed.
        let _ = Command::new("kill")
            .args(["-KILL", "--", &format!("-{}", self.0.id())])
            .stderr(Stdio::null())
            .status();
        let _ = self.0.wait();
    }
}

/// The desktop session. Fields are dropped in order: the programs before their home folder.
pub(crate) struct DesktopSession {
    _driver: ProcessGroup,
    _display: ProcessGroup,
    home: TempDir,
    driver: String,
    /// Number of the display.
    number: u32,
}

impl DesktopSession {
    /// Starts a display and a WebDriver on it.
    pub(crate) fn start() -> Result<Self> {
        Self::start_under(&[])
    }

    /// As [`Self::start`], but the Downloads folder is a disk of this size, such as `20m`.
    pub(crate) fn start_with_disk(size: &str) -> Result<Self> {
        let script = format!("mount -t tmpfs -o size={size} tmpfs $HOME/Downloads; exec \"$@\"");
        Self::start_under(&[
            "unshare",
            "--user",
            "--map-current-user",
            "--keep-caps",
            "--mount",
            "sh",
            "-e",
            "-c",
            &script,
            "sh",
        ])
    }

    fn start_under(prefix: &[&str]) -> Result<Self> {
        let home = tempfile::tempdir()?;
        let (display, number) = display()?;
        fs::create_dir_all(home.path().join("Downloads"))?;
        fs::create_dir_all(home.path().join("config"))?;
        fs::write(
            home.path().join("config/user-dirs.dirs"),
            "XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n",
        )?;
        let port = free_port()?;
        let command = [prefix, &["dbus-run-session", "--", "WebKitWebDriver"]].concat();
        let (program, arguments) = command.split_first().context("there is a command")?;
        let driver = ProcessGroup::spawn(
            Command::new(program)
                .args(arguments)
                .args(["--host=127.0.0.1"])
                .arg(format!("--port={port}"))
                .envs(environment(home.path(), number))
                .env_remove("WAYLAND_DISPLAY")
                .env("LIBGL_ALWAYS_SOFTWARE", "1")
                // The web view accepts a driver only if this is set.
                .env("TAURI_AUTOMATION", "true")
                .env("TAURI_WEBVIEW_AUTOMATION", "true")
                .stdout(Stdio::null())
                .stderr(Stdio::null()),
        )?;
        Ok(Self {
            _driver: driver,
            _display: display,
            home,
            driver: format!("http://127.0.0.1:{port}"),
            number,
        })
    }

    /// Returns the address of the WebDriver.
    pub(crate) fn driver(&self) -> &str {
        &self.driver
    }

    /// Returns the home folder.
    pub(crate) fn home(&self) -> &Path {
        self.home.path()
    }

    /// Sends the event that a window manager sends for the close button of the title bar. This
    /// session has no window manager.
    pub(crate) fn ask_window_to_close(&self) -> Result<()> {
        let screen = Screen::open(self.number)?;
        let (protocols, delete) = (
            screen.atom(b"WM_PROTOCOLS")?,
            screen.atom(b"WM_DELETE_WINDOW")?,
        );
        let mut sent = 0;
        for window in screen.windows()? {
            let property = screen.property(window, protocols)?;
            let listens = property
                .value32()
                .is_some_and(|mut all| all.any(|it| it == delete));
            if listens {
                let data = [delete, CURRENT_TIME, 0, 0, 0];
                let event = ClientMessageEvent::new(32, window, protocols, data);
                screen
                    .display
                    .send_event(false, window, EventMask::NO_EVENT, event)?
                    .check()?;
                sent += 1;
            }
        }
        ensure!(sent == 1, "one window should be there, not {sent}");
        Ok(())
    }

    /// Takes the focus from all windows.
    pub(crate) fn focus_nothing(&self) -> Result<()> {
        let screen = Screen::open(self.number)?;
        screen
            .display
            .set_input_focus(InputFocus::NONE, x11rb::NONE, CURRENT_TIME)?
            .check()?;
        Ok(())
    }

    /// Returns the titles of the windows that are shown.
    pub(crate) fn window_titles(&self) -> Result<Vec<String>> {
        let screen = Screen::open(self.number)?;
        let name = screen.atom(b"_NET_WM_NAME")?;
        let title = |window| -> Result<String> {
            let property = screen.property(window, name)?;
            Ok(String::from_utf8_lossy(&property.value).into_owned())
        };
        screen.windows()?.into_iter().map(title).collect()
    }

    /// Sends a signal, such as `KILL`, to the processes that render the page.
    pub(crate) fn signal_page(&self, signal: &str) -> Result<()> {
        let web_processes = self.processes("WebKitWebProces")?;
        ensure!(!web_processes.is_empty(), "no process renders the page");
        for process in web_processes {
            let sent = Command::new("kill")
                .args(["-s", signal, &process])
                .status()?;
            ensure!(sent.success(), "process {process} does not get {signal}");
        }
        Ok(())
    }

    /// Returns whether the app still runs.
    pub(crate) fn is_app_running(&self) -> Result<bool> {
        Ok(!self.processes("ustream-downloa")?.is_empty())
    }

    /// Starts the app a second time with these arguments, and waits until it has ended.
    pub(crate) async fn start_again(&self, program: &Path, arguments: &[&str]) -> Result<()> {
        let mut second = ProcessGroup::spawn(
            Command::new(program)
                .args(arguments)
                .envs(environment(self.home(), self.number))
                .env_remove("WAYLAND_DISPLAY")
                .env("DBUS_SESSION_BUS_ADDRESS", self.bus()?)
                .stderr(Stdio::null()),
        )?;
        let start = Instant::now();
        loop {
            if let Some(status) = second.0.try_wait()? {
                ensure!(status.success(), "the second start failed: {status}");
                return Ok(());
            }
            ensure!(start.elapsed() < SHOW_TIMEOUT, "the second start stays");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Returns a folder of the app as it sees it, also one that is mounted for it alone.
    fn folder_of_app(&self, name: &str) -> Result<PathBuf> {
        let path = self.home().join(name);
        let seen = Path::new("/proc").join(self.app()?).join("root");
        Ok(seen.join(path.strip_prefix("/")?))
    }

    /// Fills the disk of [`Self::start_with_disk`], and returns the file that does.
    pub(crate) fn fill_disk(&self) -> Result<PathBuf> {
        let filler = self.folder_of_app("Downloads")?.join("filler");
        let mut file = fs::File::create(&filler)?;
        let zeros = [0; 4096];
        loop {
            match file.write_all(&zeros) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(filler),
                Err(error) => return Err(error.into()),
            }
        }
    }

    fn app(&self) -> Result<String> {
        let mut app = self.processes("ustream-downloa")?;
        app.pop().context("the app does not run")
    }

    /// Returns the address of the session bus that the app uses.
    pub(crate) fn bus(&self) -> Result<String> {
        let environ = fs::read(format!("/proc/{}/environ", self.app()?))?;
        let address = environ
            .split(|byte| *byte == 0)
            .find_map(|variable| variable.strip_prefix(b"DBUS_SESSION_BUS_ADDRESS="));
        let address = address.context("the app has no session bus")?;
        Ok(String::from_utf8(address.to_vec())?)
    }

    /// Returns the ids of the processes of this session with this name, of which Linux keeps 15
    /// characters.
    fn processes(&self, name: &str) -> Result<Vec<String>> {
        let home = format!("HOME={}", self.home().display());
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc")? {
            let folder = entry?.path();
            // Processes end while the folder is read.
            let (Ok(comm), Ok(environ)) = (
                fs::read_to_string(folder.join("comm")),
                fs::read(folder.join("environ")),
            ) else {
                continue;
            };
            let mut variables = environ.split(|byte| *byte == 0);
            if comm.trim_end() == name && variables.any(|it| it == home.as_bytes()) {
                let id = folder.file_name().context("a process has an id")?;
                found.push(id.to_string_lossy().into_owned());
            }
        }
        Ok(found)
    }

    /// Copies the only saved job until there are `count`.
    pub(crate) fn multiply_jobs(&self, count: usize) -> Result<()> {
        let jobs = self.jobs()?;
        let [job] = jobs.as_slice() else {
            bail!("one job should be there: {jobs:?}");
        };
        for number in 1..count {
            fs::copy(job, job.with_file_name(format!("{number:016x}.json")))?;
        }
        Ok(())
    }

    /// Overwrites a job with unreadable data.
    pub(crate) fn damage_a_job(&self) -> Result<()> {
        let jobs = self.jobs()?;
        let job = jobs.first().context("a job should be there")?;
        fs::write(
            job.with_file_name("ffffffffffffffff.json"),
            "{\"schema\": gar",
        )?;
        Ok(())
    }

    /// Sets a download folder that does not exist.
    pub(crate) fn lose_folder(&self, name: &str) -> Result<()> {
        let config = self.home().join("config").join(IDENTIFIER).join("practice");
        fs::create_dir_all(&config)?;
        let settings = json!({ "folder": self.home().join(name) });
        fs::write(config.join("settings.json"), settings.to_string())?;
        Ok(())
    }

    fn jobs(&self) -> Result<Vec<PathBuf>> {
        let jobs = self
            .home()
            .join("data")
            .join(IDENTIFIER)
            .join("practice/jobs");
        fs::read_dir(jobs)?.map(|entry| Ok(entry?.path())).collect()
    }

    /// Returns the names in the trash of the home folder.
    pub(crate) fn trash(&self) -> Result<Vec<String>> {
        let files = self.home().join("data/Trash/files");
        let names = fs::read_dir(&files).with_context(|| format!("no {}", files.display()))?;
        names
            .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
            .collect()
    }

    pub(crate) fn remove_downloads(&self) -> Result<()> {
        Ok(fs::remove_dir_all(self.home().join("Downloads"))?)
    }

    /// Returns the paths in the Downloads folder.
    pub(crate) fn downloads(&self) -> Result<Vec<PathBuf>> {
        fs::read_dir(self.home().join("Downloads"))?
            .map(|entry| Ok(entry?.path()))
            .collect()
    }
}

/// Returns the environment of the programs of a session.
fn environment(home: &Path, display: u32) -> [(&'static str, OsString); 6] {
    [
        ("DISPLAY", format!(":{display}").into()),
        ("HOME", home.into()),
        ("XDG_CONFIG_HOME", home.join("config").into()),
        ("XDG_DATA_HOME", home.join("data").into()),
        ("XDG_CACHE_HOME", home.join("cache").into()),
        ("XDG_RUNTIME_DIR", home.into()),
    ]
}

/// A connection to a display, without a window manager.
struct Screen {
    display: RustConnection,
    root: Window,
}

impl Screen {
    fn open(number: u32) -> Result<Self> {
        let (display, screen) = x11rb::connect(Some(&format!(":{number}")))?;
        let root = display.setup().roots[screen].root;
        Ok(Self { display, root })
    }

    fn atom(&self, name: &[u8]) -> Result<u32> {
        Ok(self.display.intern_atom(false, name)?.reply()?.atom)
    }

    /// Returns the windows that are shown.
    fn windows(&self) -> Result<Vec<Window>> {
        let mut shown = Vec::new();
        for window in self.display.query_tree(self.root)?.reply()?.children {
            let attributes = self.display.get_window_attributes(window)?.reply()?;
            if attributes.map_state == MapState::VIEWABLE {
                shown.push(window);
            }
        }
        Ok(shown)
    }

    fn property(&self, window: Window, name: u32) -> Result<GetPropertyReply> {
        let property =
            self.display
                .get_property(false, window, name, AtomEnum::ANY, 0, u32::MAX / 4)?;
        Ok(property.reply()?)
    }
}

/// Starts a display on a free number that it finds itself.
fn display() -> Result<(ProcessGroup, u32)> {
    let mut group = ProcessGroup::spawn(
        Command::new("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1024x800x24"])
            .args(["-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null()),
    )?;
    let stdout = group.0.stdout.take().context("Xvfb says its number")?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let number = line.trim().parse().context("Xvfb did not start")?;
    Ok((group, number))
}

/// Returns a port that is free now. Another program may take it before the driver does; the system
/// chooses it at random, so this is very unlikely.
fn free_port() -> Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.port())
}
