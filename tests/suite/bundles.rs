//! Verifies what the packages for macOS are made from.

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
