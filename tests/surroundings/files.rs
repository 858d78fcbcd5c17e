//! Files that are not what they were: gone, longer or shorter while they are read; folders that take nothing; names and
//! bytes that are not UTF-8.

use std::{ffi::OsStr, fs, io::Write, os::unix::ffi::OsStrExt, path::Path};

use super::{capture, done, flat, limited, nobody, port_command};
use crate::{
    harness::{ftplab, skipped},
    peers::program::Program,
};

#[test]
fn a_bad_capture_in_a_folder_is_named_and_the_others_are_read() {
    for (lang, told) in [
        ("en", "gone.pcap: there is no such file"),
        ("fr", "gone.pcap\u{a0}: "),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        fs::copy(capture("stou.pcap"), dir.path().join("a.pcap")).expect("copied");
        let gone = dir.path().join("gone.pcap");
        let done = ftplab()
            .lang(lang)
            .arg("inspect")
            .arg(dir.path().join("a.pcap"))
            .arg(&gone)
            .run()
            .code(2);
        assert!(done.out().contains("a.pcap"), "{}", done.out());
        let said = flat(done.err());
        assert!(
            said.contains(told) || said.contains("gone.pcap: "),
            "{said}"
        );
    }
}

/// Every option that writes a file or a folder, up to its name.
const WRITING: [&[&str]; 12] = [
    &["raw", "127.0.0.1", "1", "--record"],
    &["raw", "127.0.0.1", "1", "--log"],
    &["raw", "127.0.0.1", "1", "--events"],
    &["listen", "0", "-o"],
    &["listen", "0", "--events"],
    &["fake-server", "--port", "0", "--store"],
    &["fake-server", "--port", "0", "--log"],
    &["fake-server", "--port", "0", "--filezilla-site"],
    &["inspect", "STOU", "--extract"],
    &["inspect", "STOU", "--html"],
    &["lab", "run", "1", "--report"],
    &["man"],
];

fn words(words: &[&str]) -> Vec<String> {
    let stou = capture("stou.pcap");
    words
        .iter()
        .map(|word| word.replace("STOU", &stou))
        .collect()
}

#[test]
fn a_place_where_nothing_can_be_made_is_named() {
    for option in WRITING {
        for lang in ["en", "fr"] {
            let done = ftplab()
                .lang(lang)
                .args(words(option))
                .arg("/dev/null/there")
                .run()
                .code(2);
            let said = flat(done.err());
            assert!(said.contains("/dev/null/there"), "{option:?}: {said}");
            assert!(!said.contains("os error"), "{option:?}: {said}");
            assert!(!said.contains("panicked"), "{option:?}: {said}");
        }
    }
}

#[test]
fn a_folder_without_permission_is_named() {
    let dir = tempfile::tempdir().expect("a folder");
    let closed = dir.path().join("closed");
    fs::create_dir(&closed).expect("a folder");
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    fs::set_permissions(dir.path(), mode(0o755)).expect("open");
    fs::set_permissions(&closed, mode(0o555)).expect("closed");
    let Some(mut program) = nobody() else {
        return skipped("a user without rights who may start the program, for a closed folder:");
    };
    let mut program = |args: &[String]| program(Path::new("/"), args);
    for option in WRITING {
        let mut all = words(option);
        if option.contains(&"STOU") && program(&["inspect".into(), capture("stou.pcap")]).code == 2
        {
            continue;
        }
        all.push(closed.join("there").to_string_lossy().into_owned());
        let done = program(&all).code(2);
        let said = flat(done.err());
        assert!(said.contains("/closed/there"), "{option:?}: {said}");
        assert!(
            said.contains("denied") || said.contains("permission"),
            "{option:?}: {said}"
        );
    }
    fs::set_permissions(&closed, mode(0o755)).expect("open again");
}

#[test]
fn names_and_bytes_that_are_not_utf_8_are_shown_and_work() {
    let dir = tempfile::tempdir().expect("a folder");
    let name = OsStr::from_bytes(b"caf\xe9.pcap");
    let path = dir.path().join(name);
    if fs::copy(capture("stou.pcap"), &path).is_err() {
        return skipped("a file system that takes names that are not UTF-8:");
    }
    for locale in ["C", "POSIX", "fr_FR.ISO-8859-1"] {
        let run = || ftplab().lang(locale).within(dir.path());
        let done = run().arg("inspect").arg(name).run().code(0);
        assert!(done.out().starts_with("caf{xE9}.pcap"), "{}", done.out());
        let done = run()
            .arg("inspect")
            .arg(OsStr::from_bytes(b"no\xe9.pcap"))
            .run();
        assert!(done.code(2).err().contains("no{xE9}.pcap"));
        let into = OsStr::from_bytes(b"out\xe9");
        run()
            .arg("inspect")
            .arg(name)
            .arg("--extract")
            .arg(into)
            .run()
            .code(0);
        fs::remove_dir_all(dir.path().join(into)).expect("made");
        let recorded = OsStr::from_bytes(b"rec\xe9.pcapng");
        let done = run()
            .args(["raw", "127.0.0.1", "1", "--record"])
            .arg(recorded)
            .run()
            .code(2);
        assert!(done.err().contains("rec{xE9}.pcapng"), "{}", done.err());
        let _ = fs::remove_file(dir.path().join(recorded));
        // A word that should be text is refused; nothing panics.
        for command in ["raw", "explain", "pasv-calc", "fake-server"] {
            let done = run()
                .arg(command)
                .arg(OsStr::from_bytes(b"\xe9"))
                .run()
                .code(2);
            assert!(done.err().contains("UTF-8"), "{}", done.err());
        }
        let done = run()
            .arg("pasv-calc")
            .stdin(&b"\xe9\xff (127,0,0,1,4,1)\n"[..])
            .run();
        assert!(done.code(0).out().contains("127.0.0.1:1025"));
        let done = run()
            .arg("pasv-calc")
            .stdin(&b"\xe9\xff\n"[..])
            .run()
            .code(1);
        assert!(!done.err().contains("panicked"), "{}", done.err());
    }
}

#[test]
fn what_cannot_be_read_without_rights_is_named_and_the_rest_is_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let mode = std::os::unix::fs::PermissionsExt::from_mode;
    let Some(mut program) = nobody() else {
        return skipped("a user without rights who may start the program, for a closed folder:");
    };
    fs::set_permissions(dir.path(), mode(0o755)).expect("open");
    for name in ["a.pcap", "b.pcap"] {
        fs::copy(capture("stou.pcap"), dir.path().join(name)).expect("room");
    }
    fs::set_permissions(dir.path().join("a.pcap"), mode(0o000)).expect("closed");
    fs::set_permissions(dir.path().join("b.pcap"), mode(0o644)).expect("open");
    let done = program(dir.path(), &["inspect".into(), ".".into()]).code(2);
    assert!(done.out().contains("b.pcap: "), "{}", done.out());
    assert!(
        flat(done.err()).contains("a.pcap: permission denied"),
        "{}",
        done.err()
    );
    // A lab wants a folder of its own, and says so before it begins.
    fs::set_permissions(dir.path(), mode(0o555)).expect("closed");
    let done = program(dir.path(), &["lab".into(), "run".into(), "1".into()]).code(2);
    let said = flat(done.err());
    assert!(
        said.starts_with("ftplab: lab run: ") && said.contains("--report"),
        "{said}"
    );
    fs::set_permissions(dir.path(), mode(0o755)).expect("open again");
}

/// A capture that is being written, or was cut, at any of its bytes: what is there is told, and that more is missing.
#[test]
fn a_capture_that_grows_or_shrinks_is_read_as_far_as_it_is_there() {
    let dir = tempfile::tempdir().expect("a folder");
    let plain = fs::read(capture("stou.pcap")).expect("committed");
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(&plain).expect("memory");
    let packed = packed.finish().expect("memory");
    for (name, whole, head) in [("a.pcap", &plain, 24), ("a.pcap.gz", &packed, 400)] {
        let path = dir.path().join(name);
        let inspect = |bytes: &[u8]| {
            fs::write(&path, bytes).expect("room");
            ftplab().args(["inspect", "--json"]).arg(&path).run()
        };
        let packets = |done: &crate::harness::Done| {
            let lines = done.json_lines();
            lines.last().expect("a last line")["packets"].as_u64()
        };
        let mut before = Some(0);
        for length in (head..whole.len()).step_by(97) {
            let done = inspect(&whole[..length]);
            assert_eq!(done.err(), "", "{name}, {length} bytes");
            // Between two packets of a plain capture nobody can tell that more is to come.
            let whole = done
                .json_lines()
                .last()
                .is_some_and(|file| file["complete"] == true);
            assert!(done.code == 1 || done.code == 0 && whole && head == 24);
            assert!(packets(&done) >= before, "{name}, {length} bytes");
            before = packets(&done);
        }
        let done = inspect(whole).code(0);
        assert!(packets(&done) >= before && before > Some(0));
        for (lang, told) in [
            ("en", "If it is still being written, end the recording"),
            ("fr", "S’il est encore en cours d’écriture"),
        ] {
            fs::write(&path, &whole[..whole.len() - 21]).expect("room");
            let done = ftplab().lang(lang).arg("inspect").arg(&path).run().code(1);
            let said = flat(done.out());
            assert!(said.contains(told), "{name}: {said}");
        }
    }
}

#[test]
fn a_folder_that_is_removed_while_somebody_waits_for_data_is_said() {
    for (lang, told) in [
        ("en", "data cannot be used: there is no such file or folder"),
        ("fr", "data est inutilisable"),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("folder");
        fs::create_dir(&folder).expect("made");
        let file = folder.join("data").display().to_string();
        let mut listener = Program::ftplab(["listen", "0", "--lang", lang, "-o", &file]);
        let port = listener.until(|_, line| port_command(line));
        fs::remove_dir(&folder).expect("removed");
        let mut data = std::net::TcpStream::connect(("127.0.0.1", port)).expect("it waits");
        let _ = data.write_all(b"data");
        let (code, said) = listener.end();
        assert_eq!(code, 2, "{said}");
        assert!(flat(&said.replace("Err ", " ")).contains(told), "{said}");
    }
}

/// A device without an end, or a file that has no room in memory, is refused where its kind ends; the program has no
/// memory here for more.
#[test]
fn a_file_without_an_end_is_refused_where_its_bound_is() {
    const SHEET: &str = "---\ntitle: T\nversion: 1\nlanguage: en\nserver: big.ftp\n---\n\n## One\n\n```ask id=q kind=text\nWhich word?\n= right\n```\n";
    let dir = tempfile::tempdir().expect("a folder");
    for name in ["big.ftp", "big.en.md"] {
        let big = fs::File::create(dir.path().join(name)).expect("a file");
        // All of it a hole.
        big.set_len(3 << 30).expect("a sparse file");
    }
    fs::write(dir.path().join("s.en.md"), SHEET).expect("a file");
    let cases: [(&[&str], i32, [&str; 2]); 5] = [
        (
            &["inspect", "fxp", "--expect", "/dev/zero"],
            2,
            [
                "the rubric is longer than 1024 kB.",
                "le barème dépasse 1024 ko.",
            ],
        ),
        (
            &["fake-server", "--check", "big.ftp"],
            1,
            ["the script is longer than 4 MB", "le script dépasse 4 Mo"],
        ),
        (
            &["lab", "check", "s.en.md"],
            1,
            [
                "the script big.ftp has a mistake",
                "le script big.ftp contient une erreur",
            ],
        ),
        (
            &["lab", "check", "big.en.md"],
            1,
            ["longer than 1024 kB", "dépasse 1024 ko"],
        ),
        (
            &["lab", "marks", "/dev/zero"],
            1,
            ["longer than 16 MB", "plus de 16 Mo"],
        ),
    ];
    for (words, code, told) in cases {
        for (lang, told) in ["en", "fr"].into_iter().zip(told) {
            let mut command = limited(dir.path(), "-v", "1000000");
            let done = done(command.args(words).args(["--lang", lang])).code(code);
            let said = flat(&format!("{} {}", done.out(), done.err()));
            assert!(said.contains(told), "{words:?}: {said}");
        }
    }
}
