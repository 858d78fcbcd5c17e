//! What a student's other terminals need before the sheet's commands can be typed there: the folder in which the events file
//! and recordings are, which a new terminal does not begin in, and the program, where the shell would not find it.

use std::{
    env,
    ffi::OsStr,
    path::{Path, PathBuf},
};

use crate::cmd::recording;

/// The commands, for a terminal that has just been opened.
pub(super) fn first() -> Vec<String> {
    let home = env::var_os("HOME").map(PathBuf::from);
    let path = env::var_os("PATH").unwrap_or_default();
    let folder = env::current_dir().ok();
    let program = env::current_exe().ok();
    commands(
        folder.as_deref(),
        home.as_deref(),
        &path,
        program.as_deref(),
    )
}

fn commands(
    folder: Option<&Path>,
    home: Option<&Path>,
    path: &OsStr,
    program: Option<&Path>,
) -> Vec<String> {
    let mut out = Vec::new();
    if let Some(folder) = folder.filter(|folder| home != Some(*folder)) {
        let below = home.and_then(|home| folder.strip_prefix(home).ok());
        out.push(match below {
            Some(below) => format!("cd ~/{}", recording::quoted(below)),
            None => format!("cd {}", recording::quoted(folder)),
        });
    }
    let Some((program, name)) = program.and_then(|program| Some((program, program.file_name()?)))
    else {
        return out;
    };
    let is_found = env::split_paths(path).any(|folder| folder.join(name).is_file());
    if let Some(folder) = program.parent().filter(|_| !is_found) {
        out.push(format!("PATH={}:$PATH", recording::quoted(folder)));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_new_terminal_needs() {
        let program = env::current_exe().expect("this test");
        let place = program.parent().expect("a folder");
        let told = |folder: &str, path: &OsStr| {
            let home = Some(Path::new("/home/ada"));
            commands(Some(Path::new(folder)), home, path, Some(&program))
        };
        let found = place.as_os_str();
        assert_eq!(told("/home/ada", found), [""; 0]);
        assert_eq!(told("/home/ada/lab", found), ["cd ~/lab"]);
        assert_eq!(told("/home/ada/my lab", found), ["cd ~/'my lab'"]);
        assert_eq!(told("/home/adam", found), ["cd /home/adam"]);
        let export = format!("PATH={}:$PATH", recording::quoted(place));
        assert_eq!(told("/home/ada", OsStr::new("/nowhere")), [export]);
    }
}
