//! Checks which crates depend on which: `app → engine`, `cli → engine`, `engine → ustream, media`.

use std::collections::BTreeMap;
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// Which packages each one is built from, and which its tests may use beside them. A package that is
/// not in the list fails the test.
const ARROWS: [(&str, &[&str], &[&str]); 9] = [
    ("app", &["engine"], &[]),
    ("cli", &["engine"], &[]),
    ("engine", &["media", "ustream"], &[]),
    ("invariants", &["kit", "media", "ustream"], &[]),
    ("kit", &["media"], &[]),
    ("media", &[], &["kit"]),
    ("tests", &["cli", "engine", "kit"], &["media", "ustream"]),
    ("ustream", &[], &[]),
    ("xtask", &[], &[]),
];

/// GUI libraries, which only the shell may use.
const GUI: [&str; 6] = ["gtk", "tao", "tauri", "webkit2gtk", "webview2", "wry"];

#[test]
fn crates_depend_on_the_layer_below_only() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let ours: BTreeMap<&str, &Value> = packages
        .map(|package| (package["name"].as_str().unwrap(), package))
        .collect();
    assert_eq!(
        ours.keys().copied().collect::<Vec<_>>(),
        ARROWS.map(|(name, ..)| name)
    );
    for (name, known, known_to_tests) in ARROWS {
        for (dependency, is_dev) in dependencies(ours[name]) {
            let allowed =
                known.contains(&dependency) || is_dev && known_to_tests.contains(&dependency);
            assert!(allowed, "{name} must not know {dependency}");
        }
    }
}

#[test]
fn nothing_below_the_shell_needs_a_gui_library() {
    let packages = ["ustream", "media", "engine", "cli", "xtask", "kit", "tests"];
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

/// Returns the workspace's own packages that a package needs, and whether only its tests do.
fn dependencies(package: &Value) -> Vec<(&str, bool)> {
    let dependencies = package["dependencies"].as_array().unwrap().iter();
    dependencies
        .filter(|dependency| dependency["path"].is_string())
        .map(|dependency| {
            (
                dependency["name"].as_str().unwrap(),
                dependency["kind"] == "dev",
            )
        })
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
