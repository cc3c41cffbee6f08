//! Dependencies between the workspace's packages (`app → engine`, `cli → engine`,
//! `engine → ustream, media`; `har` is below both) and between the top-level modules of each package.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::workspace;

/// Which packages each one is built from, and which its tests may use beside them. A package that is
/// not in the list fails the test.
const ALLOWED_DEPENDENCIES: [(&str, &[&str], &[&str]); 10] = [
    ("app", &["engine"], &[]),
    ("cli", &["engine"], &[]),
    ("engine", &["har", "media", "ustream"], &[]),
    ("har", &[], &[]),
    ("invariants", &["kit", "media", "ustream"], &[]),
    ("kit", &["media"], &[]),
    ("media", &[], &["kit"]),
    (
        "tests",
        &["cli", "engine", "har", "kit"],
        &["media", "ustream"],
    ),
    ("ustream", &["har"], &[]),
    ("xtask", &[], &[]),
];

/// GUI libraries, which only the shell may use.
const GUI_LIBRARIES: [&str; 6] = ["gtk", "tao", "tauri", "webkit2gtk", "webview2", "wry"];

#[test]
fn packages_depend_only_on_the_layers_below() {
    let metadata = cargo(&["metadata", "--format-version", "1", "--no-deps"]);
    let metadata: Value = serde_json::from_slice(&metadata).unwrap();
    let packages = metadata["packages"].as_array().unwrap().iter();
    let ours: BTreeMap<&str, &Value> = packages
        .map(|package| (package["name"].as_str().unwrap(), package))
        .collect();
    assert_eq!(
        ours.keys().copied().collect::<Vec<_>>(),
        ALLOWED_DEPENDENCIES.map(|(name, ..)| name)
    );
    for (name, known, known_to_tests) in ALLOWED_DEPENDENCIES {
        for (dependency, is_dev) in dependencies(ours[name]) {
            let allowed =
                known.contains(&dependency) || is_dev && known_to_tests.contains(&dependency);
            assert!(allowed, "{name} must not depend on {dependency}");
        }
    }
}

#[test]
fn only_the_app_depends_on_a_gui_library() {
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
        .filter(|line| GUI_LIBRARIES.iter().any(|name| line.starts_with(name)))
        .collect();
    assert!(gui.is_empty(), "{gui:?}");
}

/// If a package has settings of its own in a profile, cargo no longer strips its program.
#[test]
fn the_programs_have_no_release_profile_of_their_own() {
    let manifest = fs::read_to_string(workspace().join("Cargo.toml")).unwrap();
    assert!(manifest.contains("\nstrip = true\n"));
    for program in ["app", "cli"] {
        let own = format!("[profile.release.package.{program}]");
        assert!(!manifest.contains(&own), "{own}");
    }
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

type ModuleGraph = BTreeMap<String, BTreeSet<String>>;

#[test]
fn top_level_modules_have_no_dependency_cycles() {
    let root = workspace().join("src-tauri");
    let mut sources = vec![("app".to_owned(), root.join("src"))];
    for package in fs::read_dir(root.join("crates")).unwrap() {
        let package = package.unwrap();
        let name = package.file_name().into_string().unwrap();
        sources.push((name, package.path().join("src")));
    }
    sources.sort();
    let cycles: Vec<(String, Vec<String>)> = sources
        .iter()
        .flat_map(|(package, folder)| {
            let cycles = cycles(&module_graph(folder));
            cycles.into_iter().map(|cycle| (package.clone(), cycle))
        })
        .collect();
    assert!(
        cycles.is_empty(),
        "modules that depend on each other: {cycles:?}"
    );
}

/// The source files that may ask for which system they are built; all others are the same on each.
const PLATFORM_FILES: [&str; 15] = [
    "crates/cli/src/platform.rs",
    "crates/engine/src/platform.rs",
    // Linux and macOS name file systems in different ways.
    "crates/engine/src/platform/unix.rs",
    // Only their tests ask.
    "crates/engine/src/disk/guarded.rs",
    "crates/engine/src/part/tests.rs",
    // Whether the verifier of the system reads `SSL_CERT_FILE`.
    "crates/ustream/src/endpoint.rs",
    // Where the proxy settings of a desktop are, and whether the system evaluates PAC files.
    "crates/ustream/src/proxy/system.rs",
    // Only one of the tests asks.
    "crates/ustream/src/proxy/tests.rs",
    "crates/xtask/src/bench/candidate.rs",
    "crates/xtask/src/bundle.rs",
    "crates/xtask/src/run.rs",
    "crates/xtask/src/setup.rs",
    // Whether the program opens a console window.
    "src/main.rs",
    "src/platform.rs",
    // Only its tests ask.
    "src/updates.rs",
];

#[test]
fn only_platform_files_differ_by_operating_system() {
    let root = workspace().join("src-tauri");
    let asking: Vec<String> = rust_files(&root)
        .into_iter()
        .filter(|path| {
            fs::read_to_string(path)
                .unwrap()
                .lines()
                .any(asks_for_system)
        })
        .map(|path| {
            let path = path.strip_prefix(&root).unwrap().to_str().unwrap();
            path.replace('\\', "/")
        })
        .filter(|path| !path.starts_with("gen/"))
        .collect();
    let unlisted: Vec<&String> = asking
        .iter()
        .filter(|path| !PLATFORM_FILES.contains(&path.as_str()))
        .collect();
    assert!(unlisted.is_empty(), "{unlisted:?}");
    for listed in PLATFORM_FILES {
        assert!(
            asking.iter().any(|path| path == listed),
            "{listed} does not ask"
        );
    }
}

fn asks_for_system(line: &str) -> bool {
    let line = line.trim_start();
    let asks = ["cfg(", "cfg!(", "cfg_attr("]
        .iter()
        .any(|start| line.contains(start));
    let names = ["unix", "windows", "target_os", "target_family"];
    asks && !line.starts_with("//") && names.iter().any(|name| line.contains(name))
}

#[test]
fn module_paths_are_read_from_code_only() {
    let source = "use crate::{a::{self, x}, b};\nfn f() { crate::c::g() } // crate::d\n\
        //! [`crate::e`]\n#[cfg(test)]\nmod tests { use crate::h; }\n";
    assert_eq!(crate_paths(source), ["a", "b", "c"]);
}

/// For each top-level module of a crate, the top-level modules that it uses, tests left out.
fn module_graph(source_folder: &Path) -> ModuleGraph {
    let mut graph = ModuleGraph::new();
    for path in rust_files(source_folder) {
        let relative = path.strip_prefix(source_folder).unwrap();
        let top = relative.iter().next().unwrap().to_str().unwrap();
        let module = top.trim_end_matches(".rs").to_owned();
        // The crate roots declare every module; test files may use any.
        if ["lib", "main"].contains(&module.as_str())
            || relative.to_str().unwrap().contains("tests")
        {
            continue;
        }
        let source = fs::read_to_string(&path).unwrap();
        graph
            .entry(module)
            .or_default()
            .extend(crate_paths(&source));
    }
    let modules: BTreeSet<String> = graph.keys().cloned().collect();
    for (module, used) in &mut graph {
        used.retain(|other| other != module && modules.contains(other));
    }
    graph
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files
}

/// Returns the first name of each `crate::…` path and of each path in a `crate::{…}` group,
/// outside of comments and of the test module at the end of the file.
fn crate_paths(source: &str) -> Vec<String> {
    let code: String = source
        .lines()
        .take_while(|line| *line != "#[cfg(test)]")
        .map(|line| line.split("//").next().unwrap().to_owned() + "\n")
        .collect();
    let mut names = Vec::new();
    for path in code.split("crate::").skip(1) {
        let Some(group) = path.strip_prefix('{') else {
            names.push(first_name(path));
            continue;
        };
        let mut depth = 0_usize;
        let mut start = 0;
        for (at, character) in group.char_indices() {
            match character {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                ',' | '}' if depth == 0 => {
                    names.push(first_name(&group[start..at]));
                    start = at + 1;
                }
                _ => {}
            }
            if character == '}' && depth == 0 && start == at + 1 {
                break;
            }
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

fn first_name(path: &str) -> String {
    let path = path.trim_start();
    let end = path.find(|character: char| !character.is_alphanumeric() && character != '_');
    path[..end.unwrap_or(path.len())].to_owned()
}

/// Returns the groups of modules that can reach each other, each sorted, in the order of their
/// first modules.
fn cycles(graph: &ModuleGraph) -> Vec<Vec<String>> {
    let mut reachable = graph.clone();
    loop {
        let mut has_changed = false;
        for module in graph.keys() {
            let direct = &reachable[module];
            let indirect: BTreeSet<String> = direct
                .iter()
                .flat_map(|used| reachable[used].iter().cloned())
                .collect();
            let known = reachable.get_mut(module).unwrap();
            let before = known.len();
            known.extend(indirect);
            has_changed |= known.len() > before;
        }
        if !has_changed {
            break;
        }
    }
    let mut groups: BTreeSet<Vec<String>> = BTreeSet::new();
    for (module, reached) in &reachable {
        if reached.contains(module) {
            let mutual = reached
                .iter()
                .filter(|other| reachable[*other].contains(module));
            groups.insert(mutual.cloned().collect());
        }
    }
    groups.into_iter().collect()
}
