//! Verifies what the packages for macOS and Flatpak are made from.

use std::fs;
use std::path::{Path, PathBuf};

use plist::Value;
use serde_json::Value as Json;

/// Folders and drives where a person may save a video. macOS asks before an app uses them, with our
/// sentence, and refuses drives without asking if there is none.
const PLACES: [&str; 5] = [
    "Downloads",
    "Desktop",
    "Documents",
    "RemovableVolumes",
    "NetworkVolumes",
];

fn shell() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../src-tauri")
}

fn config() -> Json {
    let text = fs::read_to_string(shell().join("tauri.conf.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

#[test]
fn macos_may_ask_for_every_place_in_which_videos_are_saved() {
    let config = config();
    let path = config["bundle"]["macOS"]["infoPlist"].as_str().unwrap();
    let properties = plist::from_file::<_, Value>(shell().join(path)).unwrap();
    let properties = properties.as_dictionary().unwrap();
    for place in PLACES {
        let folder = if place.ends_with("Volumes") {
            ""
        } else {
            "Folder"
        };
        let key = format!("NS{place}{folder}UsageDescription");
        let sentence = properties.get(&key).and_then(Value::as_string);
        assert!(
            sentence.is_some_and(|it| it.ends_with('.') && it.contains("video")),
            "{key}: {sentence:?}"
        );
    }
    // The system must not end the app while it saves a video.
    for key in [
        "NSSupportsSuddenTermination",
        "NSSupportsAutomaticTermination",
    ] {
        let may_end = properties.get(key).and_then(Value::as_boolean);
        assert_eq!(may_end, Some(false), "{key}");
    }
}

#[test]
fn the_app_for_macos_is_hardened_and_asks_for_no_exception() {
    let config = config();
    let bundle = &config["bundle"];
    // The hardened runtime is the bundler's default; notarisation demands it.
    assert_ne!(bundle["macOS"]["hardenedRuntime"], Json::Bool(false));
    assert_eq!(bundle["macOS"]["entitlements"], Json::Null);
    assert_eq!(bundle["macOS"]["exceptionDomain"], Json::Null);
    assert!(bundle["macOS"]["minimumSystemVersion"].is_string());
    let schemes = &config["plugins"]["deep-link"]["desktop"]["schemes"];
    assert_eq!(*schemes, serde_json::json!(["ustream-dl"]));
    let files = bundle["icon"].as_array().unwrap();
    let mut paths = files.iter().map(|file| Path::new(file.as_str().unwrap()));
    let mac = paths.find(|path| path.extension().is_some_and(|it| it == "icns"));
    let image = fs::read(shell().join(mac.unwrap())).unwrap();
    assert_eq!(image[..4], *b"icns");
}

#[test]
fn the_flatpak_sees_no_folder_but_downloads() {
    let read = |path: &str| fs::read_to_string(shell().join(path)).unwrap();
    let manifest: Json = serde_json::from_str(&read("bundle/flatpak.json")).unwrap();
    let permissions = manifest["finish-args"].as_array().unwrap();
    let folders = permissions
        .iter()
        .filter(|it| it.as_str().unwrap().starts_with("--filesystem"));
    // Without it, the folder that the app offers first would be one that vanishes with the sandbox.
    assert_eq!(folders.collect::<Vec<_>>(), ["--filesystem=xdg-download"]);
    for broad in [
        "--socket=session-bus",
        "--socket=system-bus",
        "--device=all",
        "--socket=x11",
    ] {
        assert!(!permissions.iter().any(|it| it == broad), "{broad}");
    }

    // Newer libraries of GNOME lack the program that older builders run otherwise.
    assert_eq!(manifest["appstream-compose"], false);

    // The names that Flatpak expects are those of the package and of the running app.
    let id = manifest["id"].as_str().unwrap();
    assert!(read("bundle/metainfo.xml").contains(&format!("<id>{id}</id>")));
    assert!(read("src/shell.rs").contains(&format!("INSTANCE: &str = \"{id}\"")));
    let commands = manifest["modules"][0]["build-commands"].to_string();
    assert!(
        commands.contains(&format!("{id}.metainfo.xml"))
            && commands.contains(&format!("{id}.desktop"))
    );
    let desktop_file = manifest["rename-desktop-file"].as_str().unwrap();
    assert!(read("bundle/metainfo.xml").contains(desktop_file));
    assert_eq!(
        desktop_file,
        format!("{}.desktop", config()["productName"].as_str().unwrap())
    );
}
