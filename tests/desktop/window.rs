//! The window, driven through WebDriver.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use fake_ustream::FakeUstream;
use fantoccini::elements::Element;
use fantoccini::wd::Capabilities;
use fantoccini::{Client, ClientBuilder, Locator};
use hyper_util::client::legacy::connect::HttpConnector;
use serde_json::{Value, json};
use tokio::sync::OnceCell;

use crate::EMPTY;
use crate::notifications::TestDesktop;
use crate::screen_reader::{LIST, ScreenReader};
use crate::session::DesktopSession;

/// The first start on a busy machine has taken twenty seconds. Sometimes the driver does not start the app a
/// second time, and must be asked again.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(40);
const START_TIMEOUT: Duration = Duration::from_mins(2);
/// Longest wait for the page: a whole job on a busy machine.
pub(crate) const SHOW_TIMEOUT: Duration = Duration::from_mins(1);
/// Longest time until a screen reader finds what the page shows.
const READ_TIMEOUT: Duration = Duration::from_secs(10);
/// Time from a rendered frame to its screenshot, without a graphics card.
const PAINT_TIMEOUT: Duration = Duration::from_millis(500);
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(100);
const ENTER: &str = "\u{e007}";
/// In `XPath`, the text of an element without the isolation marks around names.
const PLAIN_TEXT: &str = "translate(normalize-space(), '\u{2068}\u{2069}', '')";

/// The window of one test.
pub(crate) struct AppWindow {
    client: Client,
    session: DesktopSession,
    /// Address of the mock service.
    service: String,
    /// Started when it is first needed.
    reader: OnceCell<ScreenReader>,
}

impl AppWindow {
    /// Opens the program in a new session, with `service` in place of the real one.
    pub(crate) async fn open(service: &FakeUstream) -> Result<Self> {
        Self::open_in(DesktopSession::start()?, service, EMPTY).await
    }

    /// Opens the program in a session where it may have run before, and waits for its first
    /// heading.
    pub(crate) async fn open_in(
        session: DesktopSession,
        service: &FakeUstream,
        first: &str,
    ) -> Result<Self> {
        let program = program()?;
        let authority = session.home().join("practice.pem");
        fs::write(&authority, service.ca_pem())?;
        let capabilities = json!({
            "webkitgtk:browserOptions": {
                "binary": program,
                "args": [
                    "--practice", service.address().to_string(),
                    "--practice-ca", authority,
                ],
            },
        });
        let Value::Object(capabilities) = capabilities else {
            bail!("capabilities are an object");
        };
        let client = connect(session.driver(), capabilities).await?;
        let service = service.address().to_string();
        let window = Self {
            client,
            session,
            service,
            reader: OnceCell::new(),
        };
        window.heading(first).await?;
        Ok(window)
    }

    /// Starts the app again in this session, with a link.
    pub(crate) async fn start_again(&self, link: &str) -> Result<()> {
        let authority = self.session.home().join("practice.pem");
        let authority = authority.to_string_lossy();
        let service = [
            "--practice",
            &self.service,
            "--practice-ca",
            &authority,
            link,
        ];
        self.session.start_again(&program()?, &service).await
    }

    /// Fills the small disk of the session, and returns the file that does.
    pub(crate) fn fill_disk(&self) -> Result<PathBuf> {
        self.session.fill_disk()
    }

    /// Types a link and presses Enter.
    pub(crate) async fn look_up(&self, link: &str) -> Result<()> {
        self.fill("link", link).await
    }

    /// Replaces the text of the field with this id and presses Enter.
    pub(crate) async fn fill(&self, id: &str, text: &str) -> Result<()> {
        let field = self.find(Locator::Id(id)).await?;
        field.clear().await?;
        field.send_keys(text).await?;
        Ok(field.send_keys(ENTER).await?)
    }

    /// Presses the button of this name.
    pub(crate) async fn press(&self, name: &str) -> Result<()> {
        Ok(self.button(name).await?.click().await?)
    }

    /// Opens the first menu of actions.
    pub(crate) async fn open_menu(&self) -> Result<()> {
        let button = self.find(Locator::Css("[aria-haspopup=menu]")).await?;
        Ok(button.click().await?)
    }

    /// Waits for the button of this name.
    pub(crate) async fn button(&self, name: &str) -> Result<Element> {
        let path = format!("//button[{PLAIN_TEXT}='{name}']");
        self.find(Locator::XPath(&path)).await
    }

    /// Unfolds the details element of this name.
    pub(crate) async fn unfold(&self, name: &str) -> Result<()> {
        let path = format!("//summary[{PLAIN_TEXT}='{name}']");
        let summary = self.find(Locator::XPath(&path)).await?;
        // The driver would scroll it behind the buttons at the end of the window.
        let script = "arguments[0].scrollIntoView({ block: 'center' })";
        let element = serde_json::to_value(&summary)?;
        self.client.execute(script, vec![element]).await?;
        Ok(summary.click().await?)
    }

    /// Waits until this heading is shown.
    pub(crate) async fn heading(&self, text: &str) -> Result<()> {
        self.wait_until(text, async || Ok(self.first_heading().await? == text))
            .await
    }

    /// Waits until a heading with this beginning is shown.
    pub(crate) async fn heading_begins(&self, text: &str) -> Result<()> {
        self.wait_until(text, async || {
            Ok(self.first_heading().await?.starts_with(text))
        })
        .await
    }

    async fn first_heading(&self) -> Result<String> {
        let script = "return document.querySelector('main h1')?.textContent ?? ''";
        let heading = self.client.execute(script, vec![]).await?;
        Ok(plain_text(heading.as_str().unwrap_or_default())
            .trim()
            .to_owned())
    }

    /// Fills in the sign-up form.
    pub(crate) async fn submit_form(&self, name: &str, email: &str) -> Result<()> {
        for (field, answer) in [("name", name), ("email", email)] {
            let path = format!("input[name='{field}']");
            let field = self.find(Locator::Css(&path)).await?;
            field.clear().await?;
            field.send_keys(answer).await?;
        }
        Ok(())
    }

    /// Ticks a row of a channel's list with the keyboard: rows are laid out as they scroll into
    /// view, so they would move away from the driver's pointer.
    pub(crate) async fn tick(&self, line: usize) -> Result<()> {
        let path = format!("(//main//li//input[@type='checkbox'])[{}]", line + 1);
        let tick = self.find(Locator::XPath(&path)).await?;
        Ok(tick.send_keys(" ").await?)
    }

    /// Asks the window to close, as its own button does; it may show a confirmation. The driver's
    /// own command would end its session instead.
    pub(crate) fn ask_to_close(&self) -> Result<()> {
        self.session.ask_window_to_close()
    }

    /// Takes the focus from the window, as another one does that comes to the front.
    pub(crate) fn lose_focus(&self) -> Result<()> {
        self.session.focus_nothing()
    }

    /// Adds a desktop with notifications and a file manager to the session.
    pub(crate) async fn desktop(&self) -> Result<TestDesktop> {
        TestDesktop::on(&self.session.bus()?).await
    }

    /// Returns the screen reader of the session.
    pub(crate) async fn screen_reader(&self) -> Result<&ScreenReader> {
        let start = async || ScreenReader::on(&self.session.bus()?).await;
        self.reader.get_or_try_init(start).await
    }

    /// Kills the process that renders the page.
    pub(crate) fn kill_page(&self) -> Result<()> {
        self.session.signal_page("KILL")
    }

    /// Stops the process that renders the page: it answers no more.
    pub(crate) fn freeze_page(&self) -> Result<()> {
        self.session.signal_page("STOP")
    }

    /// Waits for a title of the window, without asking the page for it.
    pub(crate) async fn titled(&self, is_right: impl Fn(&str) -> bool) -> Result<()> {
        let start = Instant::now();
        loop {
            let titles = self.session.window_titles()?;
            if titles.iter().any(|title| is_right(&plain_text(title))) {
                return Ok(());
            }
            ensure!(start.elapsed() < SHOW_TIMEOUT, "the titles are {titles:?}");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until the app has ended, without asking the page for anything.
    pub(crate) async fn wait_ended(&self) -> Result<()> {
        let start = Instant::now();
        while self.session.is_app_running()? {
            ensure!(start.elapsed() < SHOW_TIMEOUT, "the app still runs");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    /// Presses the button that closes the window.
    pub(crate) async fn press_last(&self, name: &str) -> Result<()> {
        let button = self.button(name).await?;
        let _ = button.click().await;
        Ok(())
    }

    /// Waits until the window has closed and returns the session.
    pub(crate) async fn wait_closed(self) -> Result<DesktopSession> {
        let start = Instant::now();
        // After the program has ended, the session answers no more.
        while self.client.title().await.is_ok() {
            ensure!(start.elapsed() < SHOW_TIMEOUT, "the window stays");
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        let _ = self.client.clone().close().await;
        // A start before its end would only be told to it.
        self.wait_ended().await?;
        Ok(self.session)
    }

    /// Waits until the page shows this text.
    pub(crate) async fn shows(&self, text: &str) -> Result<()> {
        self.wait_until(text, async || Ok(self.text().await?.contains(text)))
            .await
    }

    /// Waits until the page shows this text no more.
    pub(crate) async fn gone(&self, text: &str) -> Result<()> {
        self.wait_until(text, async || Ok(!self.text().await?.contains(text)))
            .await
    }

    /// Returns the names in the trash.
    pub(crate) fn trash(&self) -> Result<Vec<String>> {
        self.session.trash()
    }

    /// Waits until the page shows a picture that has loaded.
    pub(crate) async fn shows_picture(&self) -> Result<()> {
        let loaded =
            "return [...document.images].some((it) => it.complete && it.naturalWidth > 1);";
        self.wait_until("a picture", async || Ok(self.page(loaded).await? == true))
            .await
    }

    /// Returns all text of the page.
    pub(crate) async fn text(&self) -> Result<String> {
        let script = "return document.querySelector('main').innerText";
        let text = self.client.execute(script, vec![]).await?;
        Ok(plain_text(text.as_str().unwrap_or_default()))
    }

    /// Looks for accessibility problems: with axe-core, and for words that a screen reader misses.
    pub(crate) async fn audit(&self) -> Result<()> {
        self.run_axe().await?;
        self.is_readable().await
    }

    /// Ensures that every text of the page is found by a screen reader: `WebKit` leaves some out of
    /// the tree that it gives to one.
    async fn is_readable(&self) -> Result<()> {
        let reader = self.screen_reader().await?;
        let start = Instant::now();
        // What the page shows may change while the tree is read.
        while let Err(problem) = self.compare_with_tree(reader).await {
            if start.elapsed() > READ_TIMEOUT {
                return Err(problem);
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }

    async fn compare_with_tree(&self, reader: &ScreenReader) -> Result<()> {
        let before = self.shown_words().await?;
        let objects = reader.objects().await?;
        let after = self.shown_words().await?;
        let read = |words: &str| {
            let mut all = objects.iter().flat_map(|it| [&it.name, &it.text]);
            all.any(|text| words_of(text).contains(words))
        };
        let stays = |words: &&String| after.contains(words) && !read(words);
        let missing: Vec<_> = before.iter().filter(stays).collect();
        ensure!(
            missing.is_empty(),
            "a screen reader does not find {missing:?} in {objects:#?}"
        );
        let lists = "return [...document.querySelectorAll('ul')] \
                       .filter((it) => it.checkVisibility()).length;";
        let read = objects.iter().filter(|it| it.role == LIST).count();
        ensure!(
            self.page(lists).await? == read,
            "a screen reader finds {read} lists in {objects:#?}"
        );
        Ok(())
    }

    /// Returns the texts that the page shows.
    async fn shown_words(&self) -> Result<Vec<String>> {
        let shown = "const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
                     const texts = []; \
                     while (walker.nextNode()) { \
                       const { parentElement: parent, data } = walker.currentNode; \
                       if (parent.checkVisibility() && !parent.closest('[aria-hidden=true], option')) \
                         texts.push(data); \
                     } \
                     return texts;";
        let shown: Vec<String> = serde_json::from_value(self.page(shown).await?)?;
        Ok(shown.iter().map(|text| words_of(text)).collect())
    }

    async fn run_axe(&self) -> Result<()> {
        let axe =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("../ui/node_modules/axe-core/axe.min.js");
        let axe = fs::read_to_string(&axe).with_context(|| format!("reading {}", axe.display()))?;
        self.client.execute(&axe, vec![]).await?;
        let run = "const done = arguments[arguments.length - 1]; \
                   const runOnly = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', \
                                    'best-practice']; \
                   axe.run({ runOnly }).then(({ passes, violations }) => \
                     done({ passes: passes.length, violations }));";
        let result = self.client.execute_async(run, vec![]).await?;
        ensure!(
            result["passes"].as_u64() > Some(0),
            "axe looked at nothing: {result}"
        );
        ensure!(
            result["violations"] == json!([]),
            "{:#}",
            result["violations"]
        );
        Ok(())
    }

    /// Runs a script in the page, the body of an async function, and returns its result.
    pub(crate) async fn page(&self, body: &str) -> Result<Value> {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             (async () => {{ {body} }})().then(done, (thrown) => done(`thrown: ${{thrown}}`));"
        );
        Ok(self.client.execute_async(&script, vec![]).await?)
    }

    /// Saves a screenshot if a folder for screenshots is named.
    pub(crate) async fn screenshot(&self, name: &str) -> Result<()> {
        let Some(folder) = env::var_os("USTREAM_SHOTS").map(PathBuf::from) else {
            return Ok(());
        };
        fs::create_dir_all(&folder)?;
        // A screenshot shows what was painted last, which may be older than the page's state.
        let painted = "const done = arguments[arguments.length - 1]; \
                       requestAnimationFrame(() => requestAnimationFrame(() => done()));";
        self.client.execute_async(painted, vec![]).await?;
        tokio::time::sleep(PAINT_TIMEOUT).await;
        let screenshot = self.client.screenshot().await?;
        Ok(fs::write(folder.join(format!("{name}.png")), screenshot)?)
    }

    /// Deletes the Downloads folder.
    pub(crate) fn remove_downloads(&self) -> Result<()> {
        self.session.remove_downloads()
    }

    /// Returns finished and unfinished downloads in the Downloads folder.
    pub(crate) fn downloads(&self) -> Result<Vec<PathBuf>> {
        self.session.downloads()
    }

    /// Closes the window, as its own button does, and returns the session.
    pub(crate) async fn close(self) -> Result<DesktopSession> {
        self.client.close_window().await?;
        // The driver ends the session with its last window; it may report that as an error.
        let _ = self.client.clone().close().await;
        // A start before its end would only be told to it.
        self.wait_ended().await?;
        Ok(self.session)
    }

    async fn find(&self, locator: Locator<'_>) -> Result<Element> {
        let found = self
            .client
            .wait()
            .at_most(SHOW_TIMEOUT)
            .for_element(locator);
        match found.await {
            Ok(element) => Ok(element),
            Err(error) => bail!(
                "{locator:?}: {error}, but the page shows: {}",
                self.text().await?
            ),
        }
    }

    async fn wait_until(&self, text: &str, holds: impl AsyncFn() -> Result<bool>) -> Result<()> {
        let start = Instant::now();
        while !holds().await? {
            if start.elapsed() > SHOW_TIMEOUT {
                bail!(
                    "waited for {text:?}, but the page shows: {}",
                    self.text().await?
                );
            }
            tokio::time::sleep(POLL_INTERVAL).await;
        }
        Ok(())
    }
}

/// Returns the path of the built program.
fn program() -> Result<PathBuf> {
    let path = env::var_os("USTREAM_APP").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../target/debug/ustream-downloader"),
        PathBuf::from,
    );
    path.canonicalize().with_context(|| {
        format!(
            "{} is missing: build the page, then the shell with `cargo build -p app --features \
             tauri/custom-protocol`",
            path.display()
        )
    })
}

/// Connects as soon as the driver is up.
async fn connect(driver: &str, capabilities: Capabilities) -> Result<Client> {
    let start = Instant::now();
    let mut builder = ClientBuilder::new(HttpConnector::new());
    builder.capabilities(capabilities);
    loop {
        match tokio::time::timeout(ATTEMPT_TIMEOUT, builder.connect(driver)).await {
            Ok(Ok(client)) => return Ok(client),
            Ok(Err(error)) if start.elapsed() > START_TIMEOUT => return Err(error.into()),
            Err(elapsed) if start.elapsed() > START_TIMEOUT => return Err(elapsed.into()),
            Ok(Err(_)) | Err(_) => tokio::time::sleep(POLL_INTERVAL).await,
        }
    }
}

/// Removes non-breaking spaces and isolation marks.
fn plain_text(text: &str) -> String {
    text.replace('\u{a0}', " ")
        .replace(['\u{2068}', '\u{2069}'], "")
}

/// Returns the words of a text, with one space between them.
pub(crate) fn words_of(text: &str) -> String {
    let words = plain_text(text);
    words.split_whitespace().collect::<Vec<_>>().join(" ")
}
