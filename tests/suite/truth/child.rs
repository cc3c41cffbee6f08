//! Runs a test again in a process of its own, as it wants its surroundings to be.

use std::process::Command;

/// Tells the child that it is one.
const MARK: &str = "USTREAM_TRUTH_CHILD";

/// As many open files as the system allows: hundreds of worlds have thousands of connections.
const WITH_MANY_FILES: &str = r#"ulimit -n "$(ulimit -Hn)" 2>/dev/null; exec "$0" "$@""#;

pub(super) fn is_one() -> bool {
    std::env::var_os(MARK).is_some()
}

/// Runs a test as a child and passes on how it ends.
///
/// It trusts none of the system's certificate authorities: to read them takes every engine longer
/// than to save a recording of the practice service.
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
