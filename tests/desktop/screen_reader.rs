//! What a screen reader finds in the window and hears from it, over AT-SPI, the accessibility bus
//! of Linux desktops.

use std::collections::HashMap;
use std::num::NonZero;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use futures_util::StreamExt;
use serde::Deserialize;
use zbus::export::serde::Serialize;
use zbus::message::Type;
use zbus::zvariant::DynamicType;
use zbus::{
    Connection, MatchRule, Message, MessageStream, ObjectPath, OwnedObjectPath, OwnedVariant,
    Proxy, connection,
};

use crate::window::{POLL_INTERVAL, SHOW_TIMEOUT, words_of};

const REGISTRY: &str = "org.a11y.atspi.Registry";
const ACCESSIBLE: &str = "org.a11y.atspi.Accessible";
const TEXT: &str = "org.a11y.atspi.Text";
/// Events that a screen reader listens to.
const EVENTS: [&str; 3] = [
    "object:children-changed:add",
    "object:state-changed:focused",
    "focus:",
];
/// `ATSPI_ROLE_LIST`.
pub(crate) const LIST: u32 = 31;
/// Where no text is, because an image or another object is there.
const NO_TEXT: char = '\u{fffc}';

/// An object of the tree: its program on the bus, and its path there.
type ObjectAddress = (String, OwnedObjectPath);

type Properties = HashMap<String, OwnedVariant>;
/// What an event tells: its kind, two numbers, a value, and more.
type Event<M> = (String, i32, i32, OwnedVariant, M);

/// An object of the tree, as a screen reader reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Accessible {
    /// Number of its role, such as [`LIST`].
    pub(crate) role: u32,
    pub(crate) name: String,
    pub(crate) text: String,
}

/// What a live region said.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Announcement {
    /// Whether it waits until nothing else is being read.
    pub(crate) is_polite: bool,
    pub(crate) words: String,
}

#[derive(Debug, Default)]
struct Heard {
    announcements: Vec<Announcement>,
    /// Name of the object that got the focus last.
    focused: Option<String>,
}

/// A screen reader on the accessibility bus of one session.
pub(crate) struct ScreenReader {
    bus: AccessibilityBus,
    heard: Arc<Mutex<Heard>>,
}

impl ScreenReader {
    /// Begins to listen to the programs of the session with this bus.
    pub(crate) async fn on(session_bus: &str) -> Result<Self> {
        let session = connection::Builder::address(session_bus).build().await?;
        let bus = Proxy::new(&session, "org.a11y.Bus", "/org/a11y/bus", "org.a11y.Bus").await?;
        let address: String = bus.call("GetAddress", &()).await?;
        let bus = AccessibilityBus(connection::Builder::address(&*address).build().await?);

        let rule = MatchRule::builder().msg_type(Type::Signal).build()?;
        let mut events = MessageStream::for_match_rule(rule, &bus.0, NonZero::new(10_000)).await?;
        let registry: ObjectAddress = (
            REGISTRY.to_owned(),
            OwnedObjectPath::try_from("/org/a11y/atspi/registry")?,
        );
        for event in EVENTS {
            let arguments = (event, Vec::<String>::new(), "");
            bus.call::<()>(&registry, REGISTRY, "RegisterEvent", &arguments)
                .await?;
        }
        let heard = Arc::new(Mutex::new(Heard::default()));
        let (all, listener) = (heard.clone(), bus.clone());
        tokio::spawn(async move {
            while let Some(Ok(event)) = events.next().await {
                // An object can be gone before it is asked.
                let _ = listener.hear(&event, &all).await;
            }
        });
        Ok(Self { bus, heard })
    }

    /// Returns the objects of all windows, parents before their children.
    pub(crate) async fn objects(&self) -> Result<Vec<Accessible>> {
        let root = OwnedObjectPath::try_from("/org/a11y/atspi/accessible/root")?;
        let mut objects = Vec::new();
        let mut open = vec![(REGISTRY.to_owned(), root)];
        while let Some(object) = open.pop() {
            let mut children = self.bus.children(&object).await?;
            children.reverse();
            open.extend(children);
            objects.push(self.bus.read(&object).await?);
        }
        Ok(objects)
    }

    /// Waits until words with this beginning are announced.
    pub(crate) async fn hears(&self, beginning: &str) -> Result<Announcement> {
        let announced = || {
            let mut all = self.announcements().into_iter();
            all.find(|it| it.words.starts_with(beginning))
        };
        let heard = wait_for(announced).await;
        heard.with_context(|| format!("{beginning:?} is not in {:?}", self.announcements()))
    }

    /// Waits until no object has a text with this beginning.
    pub(crate) async fn loses(&self, beginning: &str) -> Result<()> {
        let start = Instant::now();
        loop {
            // An object that is gone before it is read is an error.
            let objects = self.objects().await.unwrap_or_default();
            if !objects.is_empty() && !objects.iter().any(|it| it.text.starts_with(beginning)) {
                return Ok(());
            }
            ensure!(
                start.elapsed() < SHOW_TIMEOUT,
                "{beginning:?} is still there"
            );
            tokio::time::sleep(POLL_INTERVAL).await;
        }
    }

    /// Waits until the object of this name gets the focus.
    pub(crate) async fn focuses(&self, name: &str) -> Result<()> {
        let focused = || Some(()).filter(|()| self.heard().focused.as_deref() == Some(name));
        let focus = wait_for(focused).await;
        focus.with_context(|| format!("{:?} has the focus", self.heard().focused))
    }

    /// Returns what was announced.
    pub(crate) fn announcements(&self) -> Vec<Announcement> {
        self.heard().announcements.clone()
    }

    /// Forgets what was announced.
    pub(crate) fn forget(&self) {
        self.heard().announcements.clear();
    }

    fn heard(&self) -> MutexGuard<'_, Heard> {
        lock(&self.heard)
    }
}

fn lock(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

async fn wait_for<T>(mut find: impl FnMut() -> Option<T>) -> Option<T> {
    let start = Instant::now();
    loop {
        let found = find();
        if found.is_some() || start.elapsed() > SHOW_TIMEOUT {
            return found;
        }
        tokio::time::sleep(POLL_INTERVAL).await;
    }
}

#[derive(Clone)]
struct AccessibilityBus(Connection);

impl AccessibilityBus {
    async fn call<R>(
        &self,
        (program, path): &ObjectAddress,
        interface: &str,
        method: &str,
        arguments: &(impl Serialize + DynamicType),
    ) -> Result<R>
    where
        R: for<'d> Deserialize<'d> + zbus::zvariant::Type,
    {
        let answer = self
            .0
            .call_method(
                Some(program.as_str()),
                path,
                Some(interface),
                method,
                arguments,
            )
            .await?;
        Ok(answer.body().deserialize()?)
    }

    async fn property<R>(&self, object: &ObjectAddress, name: &str) -> Result<R>
    where
        R: TryFrom<OwnedVariant>,
        R::Error: std::error::Error + Send + Sync + 'static,
    {
        let properties = "org.freedesktop.DBus.Properties";
        let value: OwnedVariant = self
            .call(object, properties, "Get", &(ACCESSIBLE, name))
            .await?;
        Ok(value.try_into()?)
    }

    async fn children(&self, object: &ObjectAddress) -> Result<Vec<ObjectAddress>> {
        let children: Vec<ObjectAddress> =
            self.call(object, ACCESSIBLE, "GetChildren", &()).await?;
        if !children.is_empty() {
            return Ok(children);
        }
        // The object that holds the page of another process lists no child, but has one.
        let count: i32 = self.property(object, "ChildCount").await.unwrap_or(0);
        if count != 1 {
            return Ok(children);
        }
        Ok(vec![
            self.call(object, ACCESSIBLE, "GetChildAtIndex", &0_i32)
                .await?,
        ])
    }

    async fn read(&self, object: &ObjectAddress) -> Result<Accessible> {
        let role = self.call(object, ACCESSIBLE, "GetRole", &()).await?;
        let name = self.property(object, "Name").await.unwrap_or_default();
        // Only some objects have text.
        let text: String = self
            .call(object, TEXT, "GetText", &(0_i32, -1_i32))
            .await
            .unwrap_or_default();
        Ok(Accessible {
            role,
            name,
            text: text.replace(NO_TEXT, " "),
        })
    }

    async fn hear(&self, event: &Message, heard: &Mutex<Heard>) -> Result<()> {
        let header = event.header();
        let (Some(sender), Some(path), Some(member)) =
            (header.sender(), header.path(), header.member())
        else {
            return Ok(());
        };
        let source = (sender.to_string(), OwnedObjectPath::from(path.clone()));
        let body = event.body();
        // Older versions end with an object, newer ones with a dictionary.
        let (kind, state, _, value, _) = match body.deserialize::<Event<ObjectAddress>>() {
            Ok((kind, state, detail, value, _)) => (kind, state, detail, value, Properties::new()),
            Err(_) => body.deserialize::<Event<Properties>>()?,
        };
        match (member.as_str(), kind.as_str()) {
            ("ChildrenChanged", "add") => {
                let attributes: HashMap<String, String> =
                    self.call(&source, ACCESSIBLE, "GetAttributes", &()).await?;
                let Some(live) = attributes.get("live") else {
                    return Ok(());
                };
                let child: (String, ObjectPath<'_>) = value.try_into()?;
                let child = self.read(&(child.0, child.1.into())).await?;
                let words = words_of(&child.text);
                // A region that is emptied says nothing.
                if !words.is_empty() {
                    let is_polite = live == "polite";
                    let announcement = Announcement { is_polite, words };
                    lock(heard).announcements.push(announcement);
                }
            }
            ("StateChanged", "focused") if state == 1 => {
                let object = self.read(&source).await?;
                lock(heard).focused = Some(object.name);
            }
            _ => {}
        }
        Ok(())
    }
}
