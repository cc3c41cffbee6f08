//! Verifies that the page's TypeScript types match the engine's. `BLESS=1` regenerates them.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use engine::view::{
    AppEvent, KeptChannelsView, MovieCheckView, Override, ReleaseView, ReportView,
    ResolvedLinkView, SaveRequest, SavedRecordingView, StartView, UpdateOutcome,
};
use ts_rs::{Config, TS};

use crate::workspace;

#[test]
fn the_typescript_bindings_are_current() {
    let fresh = tempfile::tempdir().unwrap();
    let config = Config::new().with_out_dir(fresh.path());
    AppEvent::export_all(&config).unwrap();
    ResolvedLinkView::export_all(&config).unwrap();
    SaveRequest::export_all(&config).unwrap();
    StartView::export_all(&config).unwrap();
    ReleaseView::export_all(&config).unwrap();
    UpdateOutcome::export_all(&config).unwrap();
    ReportView::export_all(&config).unwrap();
    Override::export_all(&config).unwrap();
    MovieCheckView::export_all(&config).unwrap();
    SavedRecordingView::export_all(&config).unwrap();
    KeptChannelsView::export_all(&config).unwrap();
    let committed = workspace().join("ui/src/backend/bindings");
    let (expected, found) = (files(fresh.path()), files(&committed));
    if std::env::var_os("BLESS").is_some() {
        let _ = fs::remove_dir_all(&committed);
        fs::create_dir_all(&committed).unwrap();
        for (name, text) in &expected {
            fs::write(committed.join(name), text).unwrap();
        }
    } else {
        let names = expected.keys().chain(found.keys());
        let stale: BTreeSet<_> = names
            .filter(|name| expected.get(*name) != found.get(*name))
            .collect();
        assert!(
            stale.is_empty(),
            "run this test again with BLESS=1: {stale:?}"
        );
    }
}

fn files(folder: &Path) -> BTreeMap<String, String> {
    let Ok(entries) = fs::read_dir(folder) else {
        return BTreeMap::new();
    };
    entries
        .map(|entry| {
            let entry = entry.unwrap();
            let text = fs::read_to_string(entry.path()).unwrap();
            (entry.file_name().into_string().unwrap(), text)
        })
        .collect()
}
