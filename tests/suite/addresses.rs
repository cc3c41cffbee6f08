//! Checks every row of the README's table of links against the mock service.

use engine::{Access, ResolvedLink};

use crate::command_line::CliCommand;
use crate::mock_service::{MAIN, MockService};

/// Returns each link of the table and what the table says it leads to.
fn links() -> Vec<(String, String)> {
    let readme = include_str!("../../README.md");
    let (_, section) = readme.split_once("## Which links work").unwrap();
    let links = section.lines().filter_map(|line| {
        let (link, leads_to) = line.strip_prefix("| `")?.split_once("` | ")?;
        Some((link.to_owned(), leads_to.strip_suffix(" |")?.to_owned()))
    });
    links.collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn every_link_in_the_readme_table_resolves_as_stated() {
    let mock = MockService::demo().await;
    let links = links();
    assert!(links.len() > 30, "{} links", links.len());
    for (link, leads_to) in links {
        if let Some(message) = leads_to.strip_prefix("refused: ") {
            let run = CliCommand::without_service()
                .args(["resolve", &link])
                .with_service(&mock);
            let (code, _, err) = run.finish();
            assert_ne!(code, 0, "{link}");
            assert!(
                err.starts_with(&format!("error: {message}\n")),
                "{link}: {err}"
            );
            continue;
        }
        let resolved = mock.engine().resolve_link(&link, &Access::default()).await;
        match (leads_to.as_str(), resolved.unwrap()) {
            ("the recording", ResolvedLink::Recording(preview)) => {
                assert_eq!(preview.recording, MAIN.to_string(), "{link}");
            }
            ("the channel's recordings", ResolvedLink::Collection(mut catalog)) => {
                let first = catalog.next().await.unwrap().unwrap();
                assert!(catalog.channel().is_some() && first.len() > 1, "{link}");
                assert_eq!(first[0].recording, Some(MAIN.to_string()), "{link}");
            }
            (stated, found) => panic!("{link} is said to lead to {stated}: {found:?}"),
        }
    }
}
