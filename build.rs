//! Tells the program which commit it was built from, for `--version`: from git in a clone, from the file that `cargo
//! package` leaves in a published crate, else nothing.

use std::{env, fs, path::Path, process::Command};

/// As many digits of a commit's hash as `--version` shows.
const DIGITS: usize = 10;

fn main() {
    // Cargo runs this in the package's folder.
    println!("cargo:rerun-if-changed=build.rs");
    let commit = of_clone()
        .or_else(of_package)
        .map(|hash| format!(" ({})", &hash[..DIGITS]))
        .unwrap_or_default();
    println!("cargo:rustc-env=FTPLAB_COMMIT={commit}");
}

/// The commit of this clone (or worktree) itself; not of another repository that a plain copy of the sources lies in.
fn of_clone() -> Option<String> {
    let top = git(&["rev-parse", "--show-toplevel"])?;
    let here = env::var_os("CARGO_MANIFEST_DIR")?;
    if fs::canonicalize(top).ok()? != fs::canonicalize(here).ok()? {
        return None;
    }
    // HEAD changes with the branch, its log with each commit. A path that does not exist would run this at every build.
    for name in ["HEAD", "logs/HEAD"] {
        if let Some(path) = git(&["rev-parse", "--git-path", name])
            && Path::new(&path).exists()
        {
            println!("cargo:rerun-if-changed={path}");
        }
    }
    hash(&git(&["rev-parse", "HEAD"])?)
}

/// The commit that `cargo package` wrote down.
fn of_package() -> Option<String> {
    let info = fs::read_to_string(".cargo_vcs_info.json").ok()?;
    let (_, after) = info.split_once("\"sha1\"")?;
    hash(after.split('"').nth(1)?)
}

/// The text, where it is a hash of git's.
fn hash(text: &str) -> Option<String> {
    (text.len() >= DIGITS && text.bytes().all(|byte| byte.is_ascii_hexdigit()))
        .then(|| text.to_owned())
}

fn git(args: &[&str]) -> Option<String> {
    let done = Command::new("git").args(args).output().ok()?;
    let text = String::from_utf8(done.stdout).ok()?;
    done.status.success().then(|| text.trim().to_owned())
}
