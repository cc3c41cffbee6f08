//! What a desktop offers on the session bus: notifications, and a file manager.
#![expect(
    clippy::unused_self,
    clippy::used_underscore_binding,
    reason = "`interface` wants `self`, and reads every argument"
)]

use std::collections::HashMap;
use std::time::Duration;

use anyhow::{Context, Result};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use zbus::object_server::SignalEmitter;

use zbus::{Connection, OwnedVariant, connection, interface};

const NOTIFICATIONS: &str = "/org/freedesktop/Notifications";
const FILE_MANAGER: &str = "/org/freedesktop/FileManager1";
/// Id of every notification; there is only one at a time.
const ID: u32 = 7;
const TIMEOUT: Duration = Duration::from_secs(5);

/// A notification that was shown.
#[derive(Debug)]
pub(crate) struct ShownNotification {
    pub(crate) title: String,
    pub(crate) body: String,
    /// Path of the picture.
    pub(crate) icon: String,
    /// Ids and labels of the actions, in turn.
    pub(crate) actions: Vec<String>,
}

/// The desktop of one session.
pub(crate) struct TestDesktop {
    connection: Connection,
    shown: UnboundedReceiver<ShownNotification>,
    revealed: UnboundedReceiver<Vec<String>>,
}

impl TestDesktop {
    /// Takes the names of a desktop on the bus at this address.
    pub(crate) async fn on(bus: &str) -> Result<Self> {
        let (tell_shown, shown) = unbounded_channel();
        let (tell_revealed, revealed) = unbounded_channel();
        let connection = connection::Builder::address(bus)
            .name("org.freedesktop.Notifications")
            .name("org.freedesktop.FileManager1")
            .serve_at(NOTIFICATIONS, NotificationServer { tell: tell_shown })
            .serve_at(
                FILE_MANAGER,
                FileManager {
                    tell: tell_revealed,
                },
            )
            .build()
            .await?;
        Ok(Self {
            connection,
            shown,
            revealed,
        })
    }

    /// Waits for a notification.
    pub(crate) async fn notification(&mut self) -> Result<ShownNotification> {
        let shown = tokio::time::timeout(TIMEOUT, self.shown.recv()).await;
        shown?.context("the server has ended")
    }

    /// Presses a button of the notification.
    pub(crate) async fn press(&self, action: &str) -> Result<()> {
        let emitter = SignalEmitter::new(&self.connection, NOTIFICATIONS)?;
        Ok(NotificationServer::action_invoked(&emitter, ID, action).await?)
    }

    /// Waits until files are to be shown in their folder, and returns their URIs.
    pub(crate) async fn revealed(&mut self) -> Result<Vec<String>> {
        let revealed = tokio::time::timeout(TIMEOUT, self.revealed.recv()).await;
        revealed?.context("the file manager has ended")
    }
}

struct NotificationServer {
    tell: UnboundedSender<ShownNotification>,
}

#[interface(name = "org.freedesktop.Notifications")]
impl NotificationServer {
    #[expect(clippy::too_many_arguments, reason = "the desktop's interface")]
    fn notify(
        &self,
        _app_name: String,
        _replaces_id: u32,
        app_icon: String,
        summary: String,
        body: String,
        actions: Vec<String>,
        _hints: HashMap<String, OwnedVariant>,
        _expire_timeout: i32,
    ) -> u32 {
        // The test has ended if nobody receives it.
        let _ = self.tell.send(ShownNotification {
            title: summary,
            body,
            icon: app_icon,
            actions,
        });
        ID
    }

    fn get_capabilities(&self) -> Vec<String> {
        vec!["actions".to_owned(), "body".to_owned()]
    }

    fn get_server_information(&self) -> (String, String, String, String) {
        let text = |text: &str| text.to_owned();
        (text("test"), text("test"), text("1"), text("1.2"))
    }

    fn close_notification(&self, _id: u32) {}

    #[zbus(signal)]
    async fn action_invoked(
        emitter: &SignalEmitter<'_>,
        id: u32,
        action_key: &str,
    ) -> zbus::Result<()>;
}

struct FileManager {
    tell: UnboundedSender<Vec<String>>,
}

#[interface(name = "org.freedesktop.FileManager1")]
impl FileManager {
    fn show_items(&self, uris: Vec<String>, _startup_id: String) {
        // The test has ended if nobody receives it.
        let _ = self.tell.send(uris);
    }
}
