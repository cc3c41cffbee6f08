//! Verifies that the relative links in the repository's documents lead to existing files.

use std::fs;
use std::path::{Path, PathBuf};

/// Folders without documents of this project.
const NOT_OURS: [&str; 3] = ["target", "node_modules", ".git"];

fn documents(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap_or_default();
        if path.is_dir() && !NOT_OURS.contains(&name) {
            documents(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            found.push(path);
        }
    }
}

/// Returns the link targets in a text, outside of code blocks.
fn links(text: &str) -> Vec<&str> {
    let mut is_code = false;
    let lines = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let targets = lines.flat_map(|line| line.split("](").skip(1));
    targets
        .filter_map(|rest| Some(rest.split_once(')')?.0))
        .collect()
}

#[test]
fn every_relative_link_leads_to_a_file() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    documents(root, &mut found);
    assert!(found.len() > 10, "{found:?}");
    let mut dead = Vec::new();
    for document in found {
        let text = fs::read_to_string(&document).unwrap();
        for link in links(&text) {
            let path = link.split('#').next().unwrap_or_default();
            let is_elsewhere = path.contains("://") || path.starts_with("mailto:");
            let target = document.parent().unwrap().join(path);
            if !path.is_empty() && !is_elsewhere && !target.exists() {
                dead.push(format!("{}: {link}", document.display()));
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

#[test]
fn links_are_found_outside_of_code() {
    let text = "a [b](c.md) ![d](e/f.png#g)\n```\n[h](i)\n```\n[j](k)";
    assert_eq!(links(text), ["c.md", "e/f.png#g", "k"]);
}
