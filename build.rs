//! Tells the program which commit it was built from, for `--version`; without git it says so by saying nothing.

use std::process::Command;

fn main() {
    println!("cargo:rerun-if-changed=.git/HEAD");
    println!("cargo:rerun-if-changed=.git/logs/HEAD");
    let commit = Command::new("git")
        .args(["rev-parse", "--short=10", "HEAD"])
        .output()
        .ok()
        .filter(|done| done.status.success())
        .and_then(|done| String::from_utf8(done.stdout).ok())
        .map(|hash| format!(" ({})", hash.trim()))
        .unwrap_or_default();
    println!("cargo:rustc-env=FTPLAB_COMMIT={commit}");
}
