//! Runs a test again in a child process with its own environment.

use std::process::Command;

/// Environment variable that marks the child process.
const MARK: &str = "USTREAM_TRUTH_CHILD";

/// Raises the limit of open files to the hard limit: hundreds of worlds have thousands of
/// connections.
const WITH_MANY_FILES: &str = r#"ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$0" "$@""#;

pub(super) fn is_one() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs a test as a child process and passes on its result. The child trusts no certificate
/// authority of the system: reading them takes every engine longer than saving a recording of the
/// mock service.
pub(super) fn run(test: &str) {
    let program = std::env::current_exe().unwrap();
    let mut command = if cfg!(unix) {
        let mut shell = Command::new("sh");
        shell.arg("-c").arg(WITH_MANY_FILES).arg(program);
        shell
    } else {
        Command::new(program)
    };
    let nowhere = std::env::temp_dir().join("no-certificates");
    let child = command
        .args(["--exact", test, "--nocapture"])
        .env(MARK, "1")
        .env("SSL_CERT_FILE", "/dev/null")
        .env("SSL_CERT_DIR", nowhere);
    assert!(child.status().unwrap().success(), "see above");
}
