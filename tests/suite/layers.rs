//! The arrows of the architecture: `app → engine`, `cli → engine`, `engine → ustream, media`.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// Who may know whom. A package that is not in the list fails the test.
const ARROWS: [(&str, &[&str]); 8] = [
    ("app", &["engine"]),
    ("cli", &["engine"]),
    ("engine", &["media", "ustream"]),
    ("invariants", &["media", "ustream"]),
    ("media", &[]),
    ("tests", &["cli", "engine", "media", "ustream"]),
    ("ustream", &[]),
    ("xtask", &[]),
];

/// What only the shell may know.
const GUI: [&str; 6] = ["gtk", "tao", "tauri", "webkit2gtk", "webview2", "wry"];

#[test]
fn nobody_knows_more_than_the_layer_below() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_slice(&metadata).unwrap();
    let ours: BTreeMap<&str, BTreeSet<&str>> = metadata["packages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|package| (package["name"].as_str().unwrap(), ours_of(package)))
        .collect();
    let allowed: BTreeMap<&str, BTreeSet<&str>> = ARROWS
        .iter()
        .map(|(name, known)| (*name, known.iter().copied().collect()))
        .collect();
    assert_eq!(
        ours.keys().collect::<Vec<_>>(),
        allowed.keys().collect::<Vec<_>>()
    );
    for (name, known) in &ours {
        let beyond: Vec<_> = known.difference(&allowed[name]).collect();
        assert!(beyond.is_empty(), "{name} must not know {beyond:?}");
    }
}

#[test]
fn nothing_below_the_shell_needs_a_gui_library() {
    let packages = ["ustream", "media", "engine", "cli", "xtask", "tests"];
    let mut arguments = vec!["tree", "--prefix", "none", "--edges", "normal,build,dev"];
    arguments.extend(packages.iter().flat_map(|name| ["--package", name]));
    let tree = String::from_utf8(cargo(&arguments)).unwrap();
    assert!(
        tree.lines().any(|line| line.starts_with("tokio ")),
        "the tree is not empty"
    );
    let gui: Vec<&str> = tree
        .lines()
        .filter(|line| GUI.iter().any(|name| line.starts_with(name)))
        .collect();
    assert!(gui.is_empty(), "{gui:?}");
}

/// The workspace's own packages that a package is built from; its tests may use others.
fn ours_of(package: &Value) -> BTreeSet<&str> {
    package["dependencies"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|dependency| dependency["path"].is_string())
        .map(|dependency| dependency["name"].as_str().unwrap())
        .collect()
}

fn cargo(arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(env!("CARGO"))
        .args(arguments)
        .arg("--offline")
        .current_dir(workspace())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    output.stdout
}
