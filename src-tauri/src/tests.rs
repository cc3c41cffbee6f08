//! Tests that the commands of the page, the handlers and the permissions are the same list.

use std::collections::BTreeSet;

const SHELL: &str = include_str!("shell.rs");
const BUILD: &str = include_str!("../build.rs");
const CAPABILITY: &str = include_str!("../capabilities/main.json");
const PAGE: &str = include_str!("../../ui/src/backend/tauri.ts");

/// Returns the text between two markers.
fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let (_, rest) = text.split_once(start).expect("the list begins");
    rest.split_once(end).expect("the list ends").0
}

/// Returns the strings in double quotes.
fn quoted(text: &str) -> BTreeSet<String> {
    text.split('"')
        .skip(1)
        .step_by(2)
        .map(str::to_owned)
        .collect()
}

fn handled() -> BTreeSet<String> {
    between(SHELL, "generate_handler![", "]")
        .split(',')
        .filter_map(|path| Some(path.trim().rsplit_once("::")?.1))
        .map(str::to_owned)
        .collect()
}

#[test]
fn every_command_has_a_permission_and_every_permission_a_command() {
    assert!(handled().contains("pick_folder"));
    assert_eq!(handled(), quoted(between(BUILD, "= &[", "];")));
}

#[test]
fn the_window_may_call_exactly_our_commands() {
    let capability: serde_json::Value = serde_json::from_str(CAPABILITY).unwrap();
    assert_eq!(capability["windows"], serde_json::json!(["main"]));
    let allowed: BTreeSet<_> = capability["permissions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|permission| permission.as_str().unwrap().replace('-', "_"))
        .collect();
    let expected: BTreeSet<_> = handled()
        .iter()
        .map(|command| format!("allow_{command}"))
        .collect();
    assert_eq!(allowed, expected);
}

#[test]
fn the_page_calls_every_command_and_no_other() {
    let called: BTreeSet<_> = PAGE
        .split("invoke(\"")
        .skip(1)
        .filter_map(|rest| rest.split_once('"'))
        .map(|(command, _)| command.to_owned())
        .collect();
    assert_eq!(called, handled());
}
