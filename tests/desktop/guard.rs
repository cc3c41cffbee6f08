//! What the page may not do, even if a foreign script ran in it.

use anyhow::{Result, ensure};
use serde_json::Value;

use crate::open_app;

/// Invokes a command and returns its result or error.
const INVOKE: &str = "const said = await window.__TAURI_INTERNALS__.invoke(COMMAND, ARGUMENTS) \
                      .then(() => 'allowed', (why) => JSON.stringify(why)); return said;";

fn invoke(command: &str, arguments: &str) -> String {
    let command = format!("'{command}'");
    INVOKE
        .replace("COMMAND", &command)
        .replace("ARGUMENTS", arguments)
}

#[tokio::test]
async fn the_page_can_only_do_what_its_capability_lists() -> Result<()> {
    let (_service, window) = open_app().await?;

    for (command, arguments) in [
        ("plugin:dialog|open", "{ options: {} }"),
        ("plugin:dialog|message", "{ message: 'hello' }"),
        ("plugin:opener|open_path", "{ path: '/etc/passwd' }"),
        ("plugin:opener|open_url", "{ url: 'https://example.org' }"),
        (
            "plugin:notification|notify",
            "{ options: { title: 'hello' } }",
        ),
        ("plugin:window|close", "{}"),
        ("plugin:webview|create_webview_window", "{ options: {} }"),
        ("plugin:event|emit", "{ event: 'hello' }"),
        ("plugin:path|resolve_directory", "{ directory: 1 }"),
        ("plugin:app|version", "{}"),
        ("plugin:shell|execute", "{ program: 'id' }"),
        ("plugin:fs|read_file", "{ path: '/etc/passwd' }"),
        ("nothing_of_this_name", "{}"),
    ] {
        let result = window.page(&invoke(command, arguments)).await?;
        let refused = result
            .as_str()
            .is_some_and(|result| result.contains("not allowed") || result.contains("not found"));
        ensure!(refused, "{command}: {result}");
    }

    let request = "{ request: { link: 'https://video.ibm.com/recorded/112470631', \
                   folder: '/tmp', file_stem: 'x', keep: 'mp4', quality: 'best', \
                   access: { password: null, form: {}, referrer: null } } }";
    let result = window.page(&invoke("download", request)).await?;
    ensure!(result.to_string().contains("no such folder"), "{result}");
    let result = window
        .page(&invoke("reveal", "{ id: '../../etc/passwd' }"))
        .await?;
    ensure!(result.to_string().contains("internal"), "{result}");
    window.close().await?;
    Ok(())
}

#[tokio::test]
async fn foreign_scripts_and_content_are_blocked_in_the_page() -> Result<()> {
    let (_service, window) = open_app().await?;

    let inline = "const script = document.createElement('script'); \
                  script.textContent = 'window.ran = true'; \
                  document.body.append(script); return window.ran ?? 'refused';";
    ensure!(window.page(inline).await? == "refused");
    let handler = "const box = document.createElement('div'); \
                   box.innerHTML = '<img src=x onerror=\"window.ran = true\">'; \
                   document.body.append(box); \
                   await new Promise((done) => setTimeout(done, 500)); \
                   return window.ran ?? 'refused';";
    ensure!(window.page(handler).await? == "refused");
    let eval = "return (0, eval)('1')";
    let result = window.page(eval).await?;
    ensure!(thrown_error(&result).contains("eval"), "{result}");
    let fetch = "return (await fetch('https://video.ibm.com/')).status";
    let result = window.page(fetch).await?;
    ensure!(!thrown_error(&result).is_empty(), "{result}");
    let video = "return await new Promise((done) => { \
                     document.addEventListener('securitypolicyviolation', (event) => \
                       done(event.effectiveDirective)); \
                     const picture = new Image(); \
                     picture.onload = () => done('shown'); \
                     picture.src = 'https://video.ibm.com/picture.png'; });";
    ensure!(window.page(video).await? == "img-src");
    let nameless = "return await new Promise((done) => { \
                      const picture = new Image(); \
                      picture.onload = () => done('shown'); \
                      picture.onerror = () => done('refused'); \
                      picture.src = 'thumb://localhost/https%3A%2F%2Fvideo.ibm.com%2Fa.png'; });";
    ensure!(window.page(nameless).await? == "refused");
    window.close().await?;
    Ok(())
}

fn thrown_error(result: &Value) -> &str {
    let result = result.as_str().unwrap_or_default();
    result.strip_prefix("thrown: ").unwrap_or_default()
}
