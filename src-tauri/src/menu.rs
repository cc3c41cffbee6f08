//! The menu bar of macOS, in the app's language.

use engine::view::AppEvent;
use tauri::menu::{
    AboutMetadata, HELP_SUBMENU_ID, IsMenuItem, Menu, MenuEvent, MenuItem,
    PredefinedMenuItem as Standard, Submenu, WINDOW_SUBMENU_ID,
};
use tauri::{AppHandle, Manager as _, Wry};

use crate::messages::Messages;
use crate::page_events::PageEvents;
use crate::platform;

/// Id of the item that opens the settings.
const SETTINGS: &str = "menu-app.settings";

/// The messages of the menu.
#[cfg(test)]
pub(crate) const USED_IDS: &[&str] = &[
    "menu-app",
    "menu-app.about",
    SETTINGS,
    "menu-app.hide",
    "menu-app.hide_others",
    "menu-app.show_all",
    "menu-app.quit",
    "menu-edit",
    "menu-edit.undo",
    "menu-edit.redo",
    "menu-edit.cut",
    "menu-edit.copy",
    "menu-edit.paste",
    "menu-edit.select_all",
    "menu-window",
    "menu-window.minimize",
    "menu-window.zoom",
    "menu-window.close",
    "menu-help",
];

/// Sets the menu bar where the system has one; again after each change of language.
pub(crate) fn show(app: &AppHandle) {
    if platform::HAS_MENU_BAR
        && let Err(error) = build(app).and_then(|menu| app.set_menu(menu))
    {
        // The menu of before stays.
        tracing::warn!(%error, "the menu cannot be set");
    }
}

/// Handles the items that are not the system's own.
pub(crate) fn on_event(app: &AppHandle, event: &MenuEvent) {
    if event.id() == SETTINGS {
        app.state::<PageEvents>().send(AppEvent::Settings);
    }
}

fn build(app: &AppHandle) -> tauri::Result<Menu<Wry>> {
    let package = app.package_info();
    let text = |id: &str| app.state::<Messages>().text(id, [("app", &package.name)]);
    let about = AboutMetadata {
        version: Some(package.version.to_string()),
        ..AboutMetadata::default()
    };
    let line = || Standard::separator(app);
    let settings = MenuItem::with_id(app, SETTINGS, text(SETTINGS), true, Some("CmdOrCtrl+,"))?;
    let app_items: [&dyn IsMenuItem<Wry>; 9] = [
        &Standard::about(app, Some(&text("menu-app.about")), Some(about))?,
        &line()?,
        &settings,
        &line()?,
        &Standard::hide(app, Some(&text("menu-app.hide")))?,
        &Standard::hide_others(app, Some(&text("menu-app.hide_others")))?,
        &Standard::show_all(app, Some(&text("menu-app.show_all")))?,
        &line()?,
        &Standard::quit(app, Some(&text("menu-app.quit")))?,
    ];
    let edit_items: [&dyn IsMenuItem<Wry>; 7] = [
        &Standard::undo(app, Some(&text("menu-edit.undo")))?,
        &Standard::redo(app, Some(&text("menu-edit.redo")))?,
        &line()?,
        &Standard::cut(app, Some(&text("menu-edit.cut")))?,
        &Standard::copy(app, Some(&text("menu-edit.copy")))?,
        &Standard::paste(app, Some(&text("menu-edit.paste")))?,
        &Standard::select_all(app, Some(&text("menu-edit.select_all")))?,
    ];
    let window_items: [&dyn IsMenuItem<Wry>; 3] = [
        &Standard::minimize(app, Some(&text("menu-window.minimize")))?,
        &Standard::maximize(app, Some(&text("menu-window.zoom")))?,
        &Standard::close_window(app, Some(&text("menu-window.close")))?,
    ];
    let window = text("menu-window");
    Menu::with_items(
        app,
        &[
            &Submenu::with_items(app, text("menu-app"), true, &app_items)?,
            &Submenu::with_items(app, text("menu-edit"), true, &edit_items)?,
            &Submenu::with_id_and_items(app, WINDOW_SUBMENU_ID, window, true, &window_items)?,
            // macOS adds its search field to this one.
            &Submenu::with_id_and_items(app, HELP_SUBMENU_ID, text("menu-help"), true, &[])?,
        ],
    )
}
