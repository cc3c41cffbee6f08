//! The command line as its own process.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use fake_ustream::{Fault, Rule};
use serde_json::Value;

#[cfg(unix)]
use crate::mock_service::PARALLEL;
use crate::mock_service::{MAIN, MockService, file_names, link};
use crate::movies::assert_whole;

/// One run of the command line, connected to a mock service.
pub(crate) struct CliCommand(Command);

impl CliCommand {
    pub(crate) fn new(mock: &MockService) -> Self {
        Self::without_service().with_service(mock)
    }

    pub(crate) fn with_service(self, mock: &MockService) -> Self {
        let address = mock.service.address().to_string();
        self.args(["--practice", &address, "--practice-ca"])
            .arg(mock.ca_path())
    }

    /// Runs as a child of another program, whose own arguments are already set.
    #[cfg(target_os = "linux")]
    pub(crate) fn under(program: Command, mock: &MockService) -> Self {
        Self::without_service_under(program).with_service(mock)
    }

    /// Runs an engine that persists its jobs, as a child of another program.
    #[cfg(target_os = "linux")]
    pub(crate) fn engine_under(mut program: Command, mock: &MockService) -> Self {
        program.arg(env!("CARGO_BIN_EXE_engine-tested"));
        Self::of(program).with_service(mock)
    }

    /// Runs without a mock service.
    pub(crate) fn without_service() -> Self {
        Self::of(Command::new(env!("CARGO_BIN_EXE_ustream-dl-tested")))
    }

    /// Runs without a mock service, as a child of another program.
    #[cfg(target_os = "linux")]
    pub(crate) fn without_service_under(mut program: Command) -> Self {
        program.arg(env!("CARGO_BIN_EXE_ustream-dl-tested"));
        Self::of(program)
    }

    fn of(mut command: Command) -> Self {
        for proxy in [
            "HTTPS_PROXY",
            "HTTP_PROXY",
            "ALL_PROXY",
            "https_proxy",
            "http_proxy",
            "all_proxy",
            "NO_PROXY",
            "no_proxy",
        ] {
            command.env_remove(proxy);
        }
        command
            // The proxy of the desktop on which the tests run is none of theirs.
            .env("GSETTINGS_BACKEND", "memory")
            .env_remove("USTREAM_DL_PASSWORD")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        Self(command)
    }

    pub(crate) fn save(self, recording: u64) -> Self {
        self.arg(link(recording))
    }

    pub(crate) fn arg(mut self, argument: impl AsRef<OsStr>) -> Self {
        self.0.arg(argument);
        self
    }

    pub(crate) fn args<'a>(mut self, arguments: impl IntoIterator<Item = &'a str>) -> Self {
        self.0.args(arguments);
        self
    }

    pub(crate) fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.0.env(name, value);
        self
    }

    pub(crate) fn spawn(mut self) -> Child {
        self.0.spawn().unwrap()
    }

    /// Spawns with a pipe on stdin.
    pub(crate) fn spawn_with_stdin(mut self) -> Child {
        self.0.stdin(Stdio::piped());
        self.spawn()
    }

    pub(crate) fn output(mut self) -> Output {
        self.0.output().unwrap()
    }

    /// Runs to the end and returns exit code, stdout and stderr.
    pub(crate) fn finish(self) -> (i32, String, String) {
        let output = self.output();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        (
            output.status.code().unwrap(),
            text(output.stdout),
            text(output.stderr),
        )
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn stdout_has_only_the_path_of_the_finished_file() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = CliCommand::new(&mock)
        .save(MAIN)
        .arg("-o")
        .arg(folder.path())
        .finish();
    assert_eq!(code, 0, "{err}");
    let path = folder.path().join(&file_names(folder.path())[0]);
    assert_eq!(out, format!("{}\n", path.display()));
    assert_whole(&path, "video.mp4", "audio.mp4", 1_000);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_behind_a_form_is_saved_with_the_given_answers() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let answers = [
        "--form",
        "name=Ada",
        "--form",
        "email=ada@example.com",
        "-o",
    ];
    let run = CliCommand::new(&mock).arg("https://www.ustream.tv/channel/curJSsZFUUu");
    let (code, out, err) = run.args(answers).arg(folder.path()).finish();
    assert_eq!(code, 0, "{err}");
    assert_whole(Path::new(out.trim_end()), "video.mp4", "audio.mp4", 1_000);
    assert!(err.contains("This link is a channel"), "{err}");
    let requests = mock.service.requests();
    let form = requests
        .iter()
        .find(|request| request.path.contains("viewer-registration"))
        .unwrap();
    assert_eq!(
        (form.host.as_str(), form.method.as_str()),
        ("video.ibm.com", "POST")
    );
}

#[cfg(target_os = "linux")]
#[tokio::test(flavor = "multi_thread")]
async fn without_an_output_option_the_file_goes_to_the_downloads_folder() {
    let mock = MockService::demo().await;
    let home = tempfile::tempdir().unwrap();
    let downloads = home.path().join("Downloads");
    fs::create_dir_all(home.path().join(".config")).unwrap();
    fs::write(
        home.path().join(".config/user-dirs.dirs"),
        "XDG_DOWNLOAD_DIR=\"$HOME/Downloads\"\n",
    )
    .unwrap();
    let run = CliCommand::new(&mock).save(MAIN).env("HOME", home.path());
    let (code, out, err) = run
        .env("XDG_CONFIG_HOME", home.path().join(".config"))
        .finish();
    assert_eq!(code, 0, "{err}");
    assert!(Path::new(out.trim_end()).starts_with(&downloads), "{out}");
}

#[tokio::test(flavor = "multi_thread")]
async fn json_output_has_one_object_per_line() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("my film.mp4");
    let (code, out, err) = CliCommand::new(&mock)
        .save(MAIN)
        .arg("--json")
        .arg("-o")
        .arg(&file)
        .finish();
    assert_eq!(code, 0, "{err}");
    let lines: Vec<Value> = out
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert!(lines.iter().all(|line| line["v"] == 1), "{out}");
    let saved = lines.last().unwrap();
    assert_eq!(saved["event"], "saved");
    assert_eq!(saved["path"], file.to_str().unwrap());
    assert_eq!(saved["size_bytes"], fs::metadata(&file).unwrap().len());
    assert!(
        lines
            .iter()
            .any(|line| line["event"] == "found" && line["link"] == link(MAIN))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn resolve_reports_what_a_link_leads_to_and_saves_nothing() {
    let mock = MockService::demo().await;
    let resolve = |more: &[&str]| {
        let link = "https://video.ibm.com/channel/practice";
        let run = CliCommand::without_service()
            .args(["resolve", link])
            .args(more.iter().copied());
        run.with_service(&mock).finish()
    };
    let (code, out, err) = resolve(&[]);
    assert_eq!(code, 0, "{err}");
    assert!(
        out.contains("newest recording") && out.contains("0:03:20"),
        "{out}"
    );
    for message in ["54p (96×54)", "segments", "Sound    en-US, fr-FR\n"] {
        assert!(out.contains(message), "{message}: {out}");
    }
    let (_, out, _) = resolve(&["--json"]);
    let preview: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&preview["v"], &preview["event"]),
        (&1.into(), &"resolved".into())
    );
    assert_eq!(preview["newest_of_channel"], true);
    assert!(mock.service.coverage(MAIN).chunks.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn each_failure_has_its_message_advice_and_exit_code() {
    let mock = MockService::demo().await;
    mock.service
        .faults()
        .add(Rule::new(Fault::HostDown).host("www.a-pac.tv"));
    let folder = tempfile::tempdir().unwrap();
    for (link, code, message) in [
        ("my holiday film", 2, "there is no link in that text"),
        (
            "https://www.example.org/holiday",
            2,
            "nothing of Ustream or IBM Video Streaming plays on that page of www.example.org",
        ),
        (
            "https://video.ibm.com/recorded/134300003",
            3,
            "there is no such video",
        ),
        (
            "https://video.ibm.com/channel/id/6540155",
            3,
            "still running",
        ),
        (
            "https://video.ibm.com/recorded/134300001",
            4,
            "add --password-file FILE",
        ),
        (
            "https://video.ibm.com/recorded/134300002",
            4,
            "not available in your country",
        ),
        (
            "https://video.ibm.com/recorded/134300018",
            4,
            "it needs a company or event login",
        ),
        (
            "https://www.ustream.tv/channel/curJSsZFUUu",
            4,
            "--form email=…",
        ),
        (
            "https://www.a-pac.tv/live",
            5,
            "that page is not answering\n  www.a-pac.tv: ",
        ),
        (
            "https://video.ibm.com/recorded/134300006",
            5,
            "makes no sense",
        ),
        (
            "https://video.ibm.com/recorded/134300007",
            5,
            "larger than 4194304 bytes",
        ),
        ("https://video.ibm.com/recorded/134300016", 6, "--keep-gaps"),
    ] {
        let (found, out, err) = CliCommand::new(&mock)
            .arg("--no-live")
            .arg(link)
            .arg("-o")
            .arg(folder.path())
            .finish();
        assert_eq!(found, code, "{link}: {err}");
        assert!(
            err.contains(message) && err.contains("hint: "),
            "{link}: {err}"
        );
        assert_eq!(out, "", "{link}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_is_reported_and_never_printed() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let run =
        CliCommand::new(&mock)
            .save(134_300_001)
            .args(["-vv", "--password", "sesame-oil", "-o"]);
    let (code, _, err) = run.arg(folder.path()).finish();
    assert_eq!(code, 4);
    assert!(err.contains("that password did not work"), "{err}");
    assert!(
        !err.contains("sesame-oil"),
        "the log has the password: {err}"
    );
    assert!(file_names(folder.path()).is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_log_tells_each_host_answer_and_decision_but_no_secret() {
    let mock = MockService::demo().await;
    let folder = tempfile::tempdir().unwrap();
    let log = folder.path().join("log.txt");
    let run = CliCommand::new(&mock)
        .save(134_300_001)
        .args(["-v", "--password", "open sesame", "--log"])
        .arg(&log)
        .arg("-o")
        .arg(folder.path().join("film.mp4"));
    let (code, _, err) = run.finish();
    assert_eq!(code, 0, "{err}");
    for told in [
        "401 Unauthorized from https://api.video.ibm.com/videos/134300001.json",
        "the control connection is open: r",
        "chosen of ",
    ] {
        assert!(err.contains(told), "{told} is not in {err}");
    }
    assert!(!err.contains("sent: "), "frames are for -vv: {err}");
    let log = fs::read_to_string(log).unwrap();
    for told in [
        "\"cmd\":\"connect\"",
        "received: ",
        "content-type: ",
        "chunk_",
        " ms",
    ] {
        assert!(log.contains(told), "{told} is not in {log}");
    }
    assert!(
        !log.contains("sesame") && !err.contains("sesame"),
        "the log has the password: {log}"
    );

    let nowhere = folder.path().join("missing/log.txt");
    let (code, _, err) = CliCommand::new(&mock)
        .save(MAIN)
        .arg("--log")
        .arg(nowhere)
        .finish();
    assert_eq!(code, 7, "{err}");
    assert!(err.contains("log.txt"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn with_json_a_failure_is_an_object_too() {
    let mock = MockService::demo().await;
    let (code, out, _) = CliCommand::new(&mock)
        .args(["my holiday film", "--json"])
        .finish();
    let failed: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (code, &failed["exit"], &failed["code"]),
        (2, &2.into(), &"not_a_link".into())
    );
}

#[cfg(unix)]
#[tokio::test(flavor = "multi_thread")]
async fn an_interrupt_stops_cleanly_and_the_same_command_resumes() {
    let mock = MockService::demo().await;
    let slow = std::time::Duration::from_millis(200);
    let rule = mock
        .service
        .faults()
        .add(Rule::new(Fault::Delay(slow)).path("*chunk_*"));
    let folder = tempfile::tempdir().unwrap();
    let run = || {
        CliCommand::new(&mock)
            .save(MAIN)
            .arg("-o")
            .arg(folder.path())
    };
    let child = run().spawn();
    while mock
        .service
        .coverage(MAIN)
        .chunks
        .values()
        .map(std::collections::BTreeMap::len)
        .sum::<usize>()
        < 40
    {
        tokio::time::sleep(std::time::Duration::from_millis(10)).await;
    }
    let stopped = Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(stopped.unwrap().success());
    let output = child.wait_with_output().unwrap();
    let message = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(130), "{message}");
    assert!(message.contains("Run the same command again"), "{message}");
    mock.service.faults().remove(rule);
    let (code, out, err) = run().finish();
    assert_eq!(code, 0, "{err}");
    assert_whole(Path::new(out.trim_end()), "video.mp4", "audio.mp4", 1_000);
    mock.assert_all_requested(MAIN, "2.m4v", PARALLEL);
}

#[test]
fn completions_and_the_manual_page_are_printed() {
    for shell in ["bash", "zsh", "fish", "powershell", "elvish"] {
        let (code, out, _) = CliCommand::without_service()
            .args(["completions", shell])
            .finish();
        assert!(code == 0 && out.contains("keep-gaps"), "{shell}");
    }
    let (code, out, _) = CliCommand::without_service().args(["man"]).finish();
    assert!(code == 0 && out.contains(".TH ustream-dl"), "{out}");
}
