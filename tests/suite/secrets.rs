//! Secrets of a person and of the service are found in nothing that this program writes: no report, log,
//! error, output, job file, nor the arguments of a process.

use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::Path;

use engine::{Access, NewJob, Overrides};
use fake_ustream::SharedAssets;
use har::{Har, Header};

use crate::command_line::CliCommand;
use crate::mock_service::{MockService, job, wait_for_end};
use crate::workspace;

/// The recording of the conversation that the service repeats: behind a sign-up form.
const RECORDING: u64 = 112_470_632;

/// What the person has entered.
const PASSWORD: &str = "open sesame 4711";
const NAME: &str = "Ada Lovelace";
const EMAIL: &str = "ada@lovelace.example";
const TICKET: &str = "ticket0815abcdef";
const VIEWER_TOKEN: &str = "vt0815abcdefghij";

/// What the service sends.
const ADDRESS: &str = "203.0.114.7";
const COOKIE: &str = "cookie0815abcdef";
const CSRF: &str = "csrf0815abcdefgh";
const SCRIPT_TOKEN: &str = "script0815abcdef";
const API_TOKEN: &str = "api0815abcdefghi";
const CONNECTION: &str = "connection0815ab";
const PATH_TOKEN: &str = "path0815abcdefgh";
const URL_TOKEN: &str = "signed0815abcdef";

const SECRETS: [&str; 13] = [
    PASSWORD,
    NAME,
    EMAIL,
    TICKET,
    VIEWER_TOKEN,
    ADDRESS,
    COOKIE,
    CSRF,
    SCRIPT_TOKEN,
    API_TOKEN,
    CONNECTION,
    PATH_TOKEN,
    URL_TOKEN,
];

/// Returns a conversation in which every answer holds secrets.
fn conversation() -> Har {
    let file = workspace().join("tests/fixtures/sessions/report-sign-up.har");
    let mut har = Har::read(fs::File::open(file).unwrap()).unwrap();
    for entry in &mut har.log.entries {
        entry.response.headers.push(Header {
            name: "Set-Cookie".to_owned(),
            value: format!("sid={COOKIE}; Path=/; Secure"),
        });
        if let Some(text) = &mut entry.response.content.text {
            *text = text.replace(
                "</body>",
                &format!(
                    "<input type=\"hidden\" name=\"csrf\" value=\"{CSRF}\">\
                     <script>var sessionToken = \"{SCRIPT_TOKEN}\";</script></body>"
                ),
            );
            *text = text.replace(
                "{\"locks\":",
                &format!("{{\"ip\":\"{ADDRESS}\",\"viewerToken\":\"{API_TOKEN}\",\"locks\":"),
            );
        }
        for message in entry.web_socket_messages.iter_mut().flatten() {
            message.data = message.data.replace(
                "\"isReplay\":true",
                &format!(
                    "\"isReplay\":true,\"connectionId\":\"{CONNECTION}\",\
                     \"text\":\"https://a.example/?sig={URL_TOKEN}\""
                ),
            );
            message.data = message.data.replace(
                "\"path\":\"sjc/",
                &format!("\"path\":\"exp=1~hmac={PATH_TOKEN}/"),
            );
        }
    }
    assert!(har.to_json().contains(PATH_TOKEN) && har.to_json().contains(CONNECTION));
    har
}

async fn mock_service() -> MockService {
    let assets = SharedAssets::new().unwrap();
    let anywhere = SocketAddr::from(([127, 0, 0, 1], 0));
    let served = assets.replay(anywhere, conversation(), 0.02).await;
    MockService::of(served.unwrap())
}

/// Adds a text to what is searched.
fn add(searched: &mut BTreeMap<String, String>, name: &str, text: impl Into<String>) {
    searched.insert(name.to_owned(), text.into());
}

fn add_files(searched: &mut BTreeMap<String, String>, folder: &Path) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            add_files(searched, &path);
        } else {
            let bytes = fs::read(&path).unwrap();
            add(
                searched,
                &path.display().to_string(),
                String::from_utf8_lossy(&bytes),
            );
        }
    }
}

fn command(mock: &MockService, folder: &Path) -> CliCommand {
    let password = folder.join("password.txt");
    fs::write(&password, PASSWORD).unwrap();
    CliCommand::new(mock)
        .args([
            "--form",
            &format!("name={NAME}"),
            "--form",
            &format!("email={EMAIL}"),
        ])
        .args(["--form-defaults", "--referrer"])
        .arg(format!("https://intra.example/event?ticket={TICKET}"))
        .arg("--password-file")
        .arg(password)
        .args(["-vv", "--wait-online", "1"])
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_found_in_anything_that_is_written() {
    let mock = mock_service().await;
    let folder = tempfile::tempdir().unwrap();
    let link = format!("https://video.ibm.com/recorded/{RECORDING}?vt={VIEWER_TOKEN}");
    let mut searched = BTreeMap::new();

    let report = folder.path().join("report.har");
    let log = folder.path().join("report.log");
    let run = CliCommand::without_service()
        .args(["report", &link, "-o"])
        .arg(&report)
        .with_service(&mock);
    let run = run
        .args([
            "--form",
            &format!("name={NAME}"),
            "--form",
            &format!("email={EMAIL}"),
        ])
        .args(["--form-defaults", "-vv", "--log"])
        .arg(&log);
    let (code, out, err) = run.finish();
    assert_eq!(code, 0, "{err}");
    add(&mut searched, "report's output", out);
    add(&mut searched, "report's errors", err);
    add(
        &mut searched,
        "report",
        fs::read_to_string(&report).unwrap(),
    );
    add(
        &mut searched,
        "report's log",
        fs::read_to_string(&log).unwrap(),
    );

    let log = folder.path().join("download.log");
    let run = command(&mock, folder.path())
        .arg(&link)
        .arg("--log")
        .arg(&log);
    let run = run.arg("-o").arg(folder.path().join("movie.mp4"));
    let (code, out, err) = run.finish();
    assert_ne!(code, 0, "the segments are not in the conversation: {out}");
    add(&mut searched, "download's output", out);
    add(&mut searched, "download's errors", err);
    add(
        &mut searched,
        "download's log",
        fs::read_to_string(&log).unwrap(),
    );

    let data = folder.path().join("data");
    let mut access = Access {
        password: Some(PASSWORD.to_owned()),
        form_defaults: true,
        referrer: Some(format!("https://intra.example/event?ticket={TICKET}")),
        ..Access::default()
    };
    access.form.insert("name".to_owned(), NAME.to_owned());
    access.form.insert("email".to_owned(), EMAIL.to_owned());
    let engine = mock.engine_with_data(&data);
    let new = NewJob {
        link,
        overrides: Overrides {
            access,
            ..Overrides::default()
        },
        ..job(RECORDING, &folder.path().join("movies"))
    };
    let id = engine.download(new).await.unwrap();
    let failure = wait_for_end(&engine, &id).await.unwrap_err();
    add(&mut searched, "failure", format!("{failure:?}"));
    let report = engine.job_report(&id, false).await.unwrap();
    let text = report.to_json();
    assert!(
        text.contains("chunk_") && text.contains("404"),
        "the failed segments are shown"
    );
    add(&mut searched, "job's report", text);
    engine.shutdown().await;
    add_files(&mut searched, &data);
    add_files(&mut searched, &folder.path().join("movies"));

    assert!(searched.len() >= 11, "{:?}", searched.keys());
    assert_no_secrets(&searched);
}

fn assert_no_secrets(searched: &BTreeMap<String, String>) {
    for (name, text) in searched {
        for secret in SECRETS {
            let encoded = secret.replace(' ', "%20");
            let plus = secret.replace(' ', "+");
            let is_found = [secret, &encoded, &plus]
                .iter()
                .any(|it| text.contains(*it));
            assert!(!is_found, "{secret} is in {name}: {text}");
        }
    }
}

/// What is given in files is in no list of processes, neither with this program nor with ffmpeg.
#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn the_list_of_processes_holds_no_secret() {
    use std::os::unix::fs::PermissionsExt as _;

    use fake_ustream::{AccessLock, Recording, World};

    use crate::mock_service::MAIN;

    let recording = Recording {
        lock: Some(AccessLock::Password(PASSWORD.to_owned())),
        ..Recording::new(MAIN, "a password, and ffmpeg is run")
    };
    let mock = MockService::with(World::empty().recording(recording)).await;
    let folder = tempfile::tempdir().unwrap();
    let (password, answers) = (folder.path().join("password"), folder.path().join("form"));
    fs::write(&password, PASSWORD).unwrap();
    fs::write(&answers, format!("name={NAME}\nemail={EMAIL}\n")).unwrap();

    let ffmpeg = folder.path().join("ffmpeg");
    let script = "#!/bin/sh\n\
        cat /proc/$PPID/cmdline /proc/$$/cmdline | tr '\\0' ' ' >> \"$0.list\"\n\
        exec ffmpeg \"$@\"\n";
    fs::write(&ffmpeg, script).unwrap();
    fs::set_permissions(&ffmpeg, fs::Permissions::from_mode(0o755)).unwrap();
    let list = folder.path().join("ffmpeg.list");

    let run = CliCommand::new(&mock).save(MAIN);
    let run = run.arg("--password-file").arg(password);
    let run = run.arg("--form-file").arg(answers);
    let run = run.args(["--remux", "ffmpeg", "--ffmpeg"]).arg(&ffmpeg);
    let (code, _, err) = run.arg("-o").arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    let text = fs::read_to_string(list).unwrap();
    assert!(
        text.contains("--form-file") && text.contains("-codec copy"),
        "{text}"
    );
    assert_no_secrets(&BTreeMap::from([("the list".to_owned(), text)]));
}
