//! Lines, answers, sheets and reports that are longer or more than is taken: what a person or a teacher is told.

use std::{
    collections::BTreeMap,
    fs,
    io::{Read, Write},
    net::{Ipv4Addr, TcpListener},
    thread,
};

use ftplab::{
    analysis::expect::MAX_RUBRIC,
    io::{editor::MAX_TYPED, stdio::MAX_LINE},
    lab::{
        MAX_CHOICES, MAX_MISTAKES, MAX_PARTS, MAX_SHEET,
        answer::MAX_ANSWER,
        report::{Block, FORM, Kind, MAX_REPORT, Report, Sheet},
    },
    script::{self, MAX_SCRIPT, tree::MAX_DEPTH},
};
use tempfile::TempDir;

use crate::{
    harness::{Done, ftplab},
    servers::process::FakeServer,
};

const LANGS: [&str; 2] = ["en", "fr"];

fn folder(files: &[(&str, &[u8])]) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    for (name, bytes) in files {
        fs::write(folder.path().join(name), bytes).expect("a file");
    }
    folder
}

fn run(folder: &TempDir, lang: &str, words: &[&str]) -> Done {
    ftplab()
        .within(folder.path())
        .args(words)
        .args(["--lang", lang])
        .run()
}

/// Fails unless one of these was said, without regard to how it was wrapped.
#[track_caller]
fn says(done: &Done, wanted: &str) {
    let all = format!("{} {}", done.out(), done.err());
    let words: Vec<&str> = all.split([' ', '\n']).filter(|w| !w.is_empty()).collect();
    let all = words.join(" ");
    let end = all
        .char_indices()
        .nth(4_000)
        .map_or(all.len(), |(at, _)| at);
    assert!(all.contains(wanted), "{wanted}: {}", &all[..end]);
}

#[test]
fn a_line_too_long_to_be_typed_is_left_out_and_told() {
    let bytes = MAX_TYPED + 4_465;
    for (lang, wanted) in [
        (
            "en",
            format!(
                "A line of {} bytes was left out: 65536 are the most.",
                bytes + 1
            ),
        ),
        ("fr", "a été laissée de côté".to_owned()),
    ] {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback");
        let address = listener.local_addr().expect("bound").to_string();
        let server = thread::spawn(move || {
            let (mut stream, _) = listener.accept().expect("somebody comes");
            stream.write_all(b"220 Ready.\r\n").expect("sent");
            let (mut got, mut piece) = (Vec::new(), [0; 4_096]);
            while let Ok(n @ 1..) = stream.read(&mut piece) {
                got.extend_from_slice(&piece[..n]);
                if got.ends_with(b"QUIT\r\n") {
                    let _ = stream.write_all(b"221 Bye.\r\n");
                    return got;
                }
            }
            got
        });
        let done = ftplab()
            .args(["raw", &address, "--lang", lang])
            .stdin(format!("{}\nQUIT\n", "x".repeat(bytes)))
            .run();
        says(&done, &wanted);
        assert_eq!(
            server.join().expect("it ends"),
            b"QUIT\r\n",
            "half a command is another"
        );
    }
}

#[test]
fn a_pasted_line_says_how_much_of_it_was_read() {
    for (lang, wanted) in [
        (
            "en",
            "A line was read up to its byte 65536; 7 more were left out.",
        ),
        ("fr", "Une ligne a été lue jusqu’à l’octet 65536"),
    ] {
        let mut line = "227 (127,0,0,1,4,0) ".to_owned();
        line.push_str(&"x".repeat(MAX_LINE + 6 - line.len()));
        let done = ftplab()
            .args(["pasv-calc", "--lang", lang])
            .stdin(line + "\n")
            .run();
        says(&done, wanted);
        says(&done, "1024");
    }
}

const HEAD: &str = "---\ntitle: T\nversion: 1\nlanguage: en\nserver: any-client\n---\n\n## One\n\n";

/// The same sheet in French: who works on a sheet is spoken to in its language.
fn in_french(sheet: &str) -> String {
    sheet.replace("language: en", "language: fr")
}

#[test]
fn answers_and_texts_are_kept_to_their_bounds() {
    let sheet = format!(
        "{HEAD}```ask id=q kind=text\nWhich word?\n= right\n```\n\n```write id=w points=1\nWhy?\n```\n"
    );
    let long = "y".repeat(MAX_ANSWER + 1);
    let mut typed = format!("{long}\nwrong\nwrong\nright\n");
    let line = "z".repeat(4_000);
    for _ in 0..17 {
        typed.push_str(&line);
        typed.push('\n');
    }
    typed.push('\n');
    let folder = folder(&[
        ("s.en.md", sheet.as_bytes()),
        ("s.fr.md", in_french(&sheet).as_bytes()),
        ("typed", typed.as_bytes()),
    ]);
    for (lang, wanted) in [
        (
            "en",
            [
                "That is longer than 4096 bytes, and no answer.",
                "The report holds 200 answers to this question",
                "This line was not taken: a text has 64 kB at most.",
            ],
        ),
        (
            "fr",
            [
                "C’est plus long que 4096 octets",
                "Le compte rendu contient 200 réponses à cette question",
                "Cette ligne n’a pas été prise",
            ],
        ),
    ] {
        let sheet = format!("s.{lang}.md");
        let words = ["lab", "run", &sheet, "--port", "0", "--answers", "typed"];
        // Somebody who has tried 198 times already.
        let file = folder.path().join("s.json");
        let report = || Report::read(&fs::read(&file).expect("a file")).expect("a report");
        fs::write(folder.path().join("first"), "n".repeat(1_500)).expect("a file");
        let first = ["lab", "run", &sheet, "--port", "0", "--answers", "first"];
        run(&folder, lang, &first).code(1);
        let mut begun = report();
        let block = begun.blocks.iter_mut().find(|block| block.id == "q");
        let answers = &mut block.expect("a block").answers;
        *answers = vec![answers[0].clone(); 198];
        begun.seal();
        fs::write(&file, begun.json()).expect("a file");
        let done = run(&folder, lang, &words).code(0);
        for wanted in wanted {
            says(&done, wanted);
        }
        let report = report();
        let answers = &report.block("q").expect("a block").answers;
        assert_eq!(answers.len(), 200);
        assert_eq!(answers[0].answer, format!("{}…", "n".repeat(1_000)));
        assert!(answers[199].right);
        let text = report.block("w").and_then(|block| block.text.as_ref());
        assert_eq!(text.map(String::len), Some(16 * 4_001));
        for kept in ["s.json", "s.md"] {
            fs::remove_file(folder.path().join(kept)).expect("removed");
        }
    }
}

#[test]
fn long_files_are_refused_with_their_bound() {
    let sheet = format!("{HEAD}```ask id=q kind=text\nWhich word?\n= right\n```\n");
    let report = vec![b' '; MAX_REPORT as usize + 1];
    let folder = folder(&[
        ("s.en.md", sheet.as_bytes()),
        ("s.fr.md", in_french(&sheet).as_bytes()),
        ("typed", &vec![b'\n'; (4 << 20) + 1]),
        ("long.json", &report),
        ("long.en.md", &vec![b'\n'; MAX_SHEET + 1]),
        ("long.ftp", &vec![b'\n'; MAX_SCRIPT + 1]),
        ("long.toml", &vec![b'\n'; MAX_RUBRIC + 1]),
    ]);
    for (lang, answers, marks, long, script, rubric) in [
        (
            "en",
            "is longer than 4 MB: give a file",
            "longer than 16 MB: no report of lab run",
            "the sheet is longer than 1024 kB",
            "the script is longer than 4 MB",
            "long.toml: the rubric is longer than 1024 kB.",
        ),
        (
            "fr",
            "dépasse 4 Mo",
            "16 Mo",
            "1024 ko",
            "4 Mo",
            "le barème dépasse 1024 ko.",
        ),
    ] {
        let sheet = format!("s.{lang}.md");
        let words = ["lab", "run", &sheet, "--port", "0", "--answers", "typed"];
        says(&run(&folder, lang, &words).code(2), answers);
        says(
            &run(&folder, lang, &["lab", "marks", "long.json"]).code(1),
            marks,
        );
        says(
            &run(&folder, lang, &["lab", "check", "long.en.md"]).code(1),
            long,
        );
        let words = ["fake-server", "--check", "long.ftp"];
        says(&run(&folder, lang, &words).code(1), script);
        let words = ["inspect", "fxp", "--expect", "long.toml"];
        says(&run(&folder, lang, &words).code(2), rubric);
        let words = ["fake-server", "--from", "long.ftp", "-o", "x.ftp"];
        assert_eq!(run(&folder, lang, &words).code, 2);
    }
    fs::write(folder.path().join("s.json"), &report).expect("a file");
    let words = ["lab", "run", "s.en.md", "--port", "0", "--answers", "typed"];
    assert_eq!(run(&folder, "en", &words).code, 2);
}

#[test]
fn mistakes_and_parts_of_a_sheet_or_a_script_have_a_last_one() {
    let many = format!("{HEAD}{}", "## x\n\n".repeat(MAX_PARTS + 5));
    let bad = format!("{HEAD}{}", "```ask\n```\n\n".repeat(MAX_MISTAKES + 20));
    let script = "nonsense\n".repeat(script::MAX_MISTAKES + 20);
    let long = format!("S> 220 Ready.\nC> {}\nnonsense\n", "x".repeat(5_000));
    let folder = folder(&[
        ("many.en.md", many.as_bytes()),
        ("bad.en.md", bad.as_bytes()),
        ("bad.ftp", script.as_bytes()),
        ("long.ftp", long.as_bytes()),
    ]);
    for (lang, parts, mistakes) in [
        (
            "en",
            "more than 2000 steps, blocks and lines of dialogues",
            "The first 100 are told, and no more.",
        ),
        ("fr", "2000", "Les 100 premières sont dites, pas plus."),
    ] {
        says(
            &run(&folder, lang, &["lab", "check", "many.en.md"]).code(1),
            parts,
        );
        says(
            &run(&folder, lang, &["lab", "check", "bad.en.md"]).code(1),
            mistakes,
        );
        let done = run(&folder, lang, &["fake-server", "--check", "bad.ftp"]).code(1);
        says(&done, mistakes);
    }
}

#[test]
fn a_folder_of_too_many_sheets_says_how_many_were_not_read() {
    let folder = TempDir::new().expect("a folder");
    for n in 0..1_003 {
        fs::write(folder.path().join(format!("n{n:04}.md")), "").expect("a file");
    }
    let sheet = format!("{HEAD}Text.\n");
    fs::write(folder.path().join("a.en.md"), sheet).expect("a file");
    for (lang, wanted) in [
        ("en", "the first 1000 by name were read; 4 more were not."),
        ("fr", "les 1000 premiers par leur nom ont été lus"),
    ] {
        let path = folder.path().to_str().expect("UTF-8");
        let done = run(&folder, lang, &["lab", "list", path]);
        says(&done, wanted);
    }
}

#[test]
fn a_mark_sheet_with_too_many_columns_says_so() {
    let block = |n: usize| Block {
        done: true,
        ..Block::new(format!("b{n}"), 1, Kind::Ask, 1)
    };
    let report = Report {
        form: FORM,
        ftplab: "0.1.0".into(),
        sheet: Sheet {
            id: "s".into(),
            title: "S".into(),
            version: 1,
            language: "en".into(),
            sha256: String::new(),
        },
        student: None,
        demo: false,
        params: BTreeMap::new(),
        began: 0,
        saved: 0,
        edited: false,
        finished: true,
        blocks: (0..1_007).map(block).collect(),
        digest: String::new(),
    };
    let folder = folder(&[("r.json", report.json().as_bytes())]);
    for (lang, wanted) in [
        ("en", "7 blocks have no column: a thousand are the most."),
        ("fr", "7 blocs n’ont pas de colonne"),
    ] {
        let done = run(&folder, lang, &["lab", "marks", "--csv", "r.json"]).code(0);
        says(&done, wanted);
        let head = done.out().lines().next().expect("a line");
        assert!(head.ends_with("s/b999"), "{}", &head[head.len() - 40..]);
    }
}

#[test]
fn a_dialogue_of_too_many_commands_makes_no_endless_sheet() {
    let mut log = "S> 220 Ready.\n".to_owned();
    for _ in 0..70 {
        log.push_str("C> NOOP\nS> 200 Fine.\n");
    }
    let folder = folder(&[("log.txt", log.as_bytes())]);
    for (lang, wanted) in LANGS
        .into_iter()
        .zip(["10 commands are left out", "10 commandes"])
    {
        let done = run(&folder, lang, &["lab", "new", "log.txt"]).code(0);
        says(&done, wanted);
    }
}

#[test]
fn a_script_that_asks_for_too_much_is_told() {
    let script = "S> 220 Ready.\nC> USER x\n-- wait 86401s\nS> 331 And?\nC> /((x{99}){99}){99}/\nS> 200 Fine.\n";
    let folder = folder(&[
        ("much.ftp", script.as_bytes()),
        ("deep.ftp", b"-- files files\nS> 220 Ready.\n"),
    ]);
    let mut deep = folder.path().join("files");
    fs::create_dir(&deep).expect("a folder");
    for _ in 0..MAX_DEPTH + 1 {
        deep.push("d");
        fs::create_dir(&deep).expect("a folder");
    }
    for (lang, time, regex, tree) in [
        (
            "en",
            "one day at most",
            "not a regular expression:",
            "files: more files and folders than a fake server serves",
        ),
        (
            "fr",
            "un jour au plus",
            "pas une expression régulière",
            "plus de fichiers",
        ),
    ] {
        let done = run(&folder, lang, &["fake-server", "--check", "much.ftp"]).code(1);
        says(&done, time);
        says(&done, regex);
        let words = ["fake-server", "deep.ftp", "--port", "0"];
        says(&run(&folder, lang, &words).code(2), tree);
    }
}

#[test]
fn a_question_has_as_many_choices_as_there_are_letters() {
    let sheet = |choices: usize| {
        let mut sheet = format!("{HEAD}```ask id=q kind=choice\nWhich?\n(x) right\n");
        for n in 1..choices {
            sheet.push_str(&format!("( ) wrong {n} # no\n"));
        }
        sheet + "```\n"
    };
    let folder = folder(&[
        ("most.en.md", sheet(MAX_CHOICES).as_bytes()),
        ("more.en.md", sheet(MAX_CHOICES + 1).as_bytes()),
    ]);
    for (lang, wanted) in [
        ("en", "a question has 2 to 26 choices; this one has 27"),
        ("fr", "27"),
    ] {
        run(&folder, lang, &["lab", "check", "most.en.md"]).code(0);
        let done = run(&folder, lang, &["lab", "check", "more.en.md"]).code(1);
        says(&done, wanted);
    }
}

#[test]
fn a_dialogue_of_too_many_bytes_makes_no_endless_script() {
    let mut log = "S> 220 Ready.\n".to_owned();
    for n in 0..9 {
        log.push_str(&format!("C> NOOP {n}\nS> 200 {}\n", "x".repeat(40_000)));
    }
    let folder = folder(&[("log.txt", log.as_bytes())]);
    // Six of them are in 256 kB.
    for (lang, wanted) in LANGS
        .into_iter()
        .zip(["3 commands are left out", "3 commandes"])
    {
        let done = run(&folder, lang, &["lab", "new", "log.txt"]).code(0);
        says(&done, wanted);
    }
}

#[test]
fn a_line_of_a_script_is_shown_up_to_a_length() {
    let line = |length: usize| format!("S> 150 Here.\nD@ {}\n", "x".repeat(length - 3));
    let script = |length| format!("S> 220 Ready.\nC> LIST\n{}", line(length));
    let folder = folder(&[
        ("most.ftp", script(200).as_bytes()),
        ("more.ftp", script(201).as_bytes()),
    ]);
    let shown = format!("| D@ {}", "x".repeat(197));
    let done = run(&folder, "en", &["fake-server", "--check", "most.ftp"]).code(1);
    says(&done, &shown);
    assert!(!done.out().contains('…') && !done.err().contains('…'));
    let done = run(&folder, "en", &["fake-server", "--check", "more.ftp"]).code(1);
    says(&done, &(shown + "…"));
}

/// A tuple of more numbers than are looked at is as wrong as one of seven.
#[test]
fn numbers_without_end_are_no_end_point() {
    let folder = folder(&[]);
    let tuple = |numbers: usize| vec!["1"; numbers].join(",");
    for numbers in [7, 24, 25, 400] {
        let tuple = tuple(numbers);
        let done = run(&folder, "en", &["pasv-calc", &tuple]);
        assert_eq!(done.code, 1, "{}", done.err());
        let line = format!("227 ({tuple})");
        let done = run(&folder, "en", &["pasv-calc", &line]);
        assert_eq!(done.code, 1, "{}", done.err());
    }
}

/// Of a piece of arithmetic that is too deep or too long nothing is computed, and nothing breaks.
#[test]
fn arithmetic_without_end_is_an_answer_like_any_other() {
    let sheet = format!("{HEAD}```ask id=q kind=number\nHow many?\n= 7\n```\n");
    let deep = |depth: usize| format!("{}7{}\n", "(".repeat(depth), ")".repeat(depth));
    let folder = folder(&[
        ("s.en.md", sheet.as_bytes()),
        (
            "deep",
            (deep(33) + &deep(1_500) + &"1+".repeat(1_000) + "1\n").as_bytes(),
        ),
        ("right", deep(32).as_bytes()),
    ]);
    let words = |answers| ["lab", "run", "s.en.md", "--port", "0", "--answers", answers];
    run(&folder, "en", &words("deep")).code(1);
    run(&folder, "en", &words("right")).code(0);
}

#[test]
fn an_end_point_broken_over_too_many_lines_is_told_as_one_that_breaks_off() {
    let asked = |lang: &str, lines: &str| {
        ftplab()
            .args(["pasv-calc", "--lang", lang])
            .stdin(lines)
            .run()
    };
    let four = asked("en", "227 (127,\n0,0,\n1,4,\n1)\n").code(0);
    says(&four, "127.0.0.1:1025");
    for (lang, wanted) in [
        (
            "en",
            "6 numbers with commas between them are wanted, 5 stand there.",
        ),
        ("fr", "il y en a 5"),
    ] {
        let five = asked(lang, "227 (127,\n0,\n0,\n1,4,\n1)\n").code(1);
        says(&five, wanted);
    }
}

#[test]
fn a_mistake_in_a_line_of_endless_length_is_told_by_its_place() {
    let sheet = |length: usize| {
        let line = format!("```ask id=q kind=nonsense {}", "x".repeat(length));
        format!("{HEAD}{line}\nWhich?\n= 1\n```\n")
    };
    let folder = folder(&[
        ("short.en.md", sheet(100).as_bytes()),
        ("long.en.md", sheet(17_000).as_bytes()),
    ]);
    for lang in LANGS {
        let done = run(&folder, lang, &["lab", "check", "short.en.md"]).code(1);
        says(&done, "10 | ```ask id=q kind=nonsense xxx");
        let done = run(&folder, lang, &["lab", "check", "long.en.md"]).code(1);
        says(&done, "long.en.md:10:18");
        let said = format!("{}{}", done.out(), done.err());
        assert!(!said.contains(" | ") && said.len() < 2_000, "{said}");
    }
}

/// Free texts are compared as far as `lab run` takes them.
#[test]
fn free_texts_are_compared_as_far_as_lab_run_takes_them() {
    let report = |student: &str, text: String| {
        let mut report = Report {
            form: FORM,
            ftplab: "0.1.0".into(),
            sheet: Sheet {
                id: "s".into(),
                title: "S".into(),
                version: 1,
                language: "en".into(),
                sha256: String::new(),
            },
            student: Some(student.to_owned()),
            demo: false,
            params: BTreeMap::new(),
            began: 0,
            saved: 0,
            edited: false,
            finished: true,
            blocks: vec![Block {
                id: "why".into(),
                step: 1,
                kind: Kind::Write,
                points: 1,
                question: None,
                done: true,
                began: None,
                ended: None,
                hints: 0,
                answers: Vec::new(),
                text: Some(text),
                lines: Vec::new(),
                dialogue: Vec::new(),
                digest: String::new(),
            }],
            digest: String::new(),
        };
        report.seal();
        report.json()
    };
    let marks = |same: usize, lang: &str| {
        let text = |last: &str| "y".repeat(same) + last;
        let folder = folder(&[
            ("ada.json", report("Ada", text("one")).as_bytes()),
            ("bob.json", report("Bob", text("two")).as_bytes()),
        ]);
        run(&folder, lang, &["lab", "marks", "ada.json", "bob.json"]).code(0)
    };
    for (lang, wanted) in [
        ("en", "The same free text in why: ada.json, bob.json."),
        ("fr", "Le même texte libre dans why"),
    ] {
        says(&marks(64 * 1024, lang), wanted);
        let different = marks(64 * 1024 - 1, lang);
        assert!(!different.out().contains(wanted), "{}", different.out());
    }
}

/// A line of data without an end is shown in pieces; none of it is left out.
#[test]
fn a_line_of_data_without_end_is_shown_in_pieces() {
    let script = "S> 220 Ready.\nC> PASV\nS> 227 ({pasv})\nC> RETR x\nS> 150 Here.\nD@ big\nS> 226 Done.\nC* QUIT\nS> 221 Bye.\n";
    let line = "y".repeat(10_000);
    let folder = folder(&[
        ("s.ftp", script.as_bytes()),
        ("big", format!("{line}\nend\n").as_bytes()),
    ]);
    let path = folder.path().join("s.ftp");
    let server = FakeServer::start(&[path.to_str().expect("UTF-8")]);
    let done = ftplab()
        .args(["raw", &format!("127.0.0.1:{}", server.port)])
        .stdin("PASV\n/data\nRETR x\nQUIT\n")
        .run()
        .code(0);
    let data = done
        .out()
        .lines()
        .filter_map(|line| line.strip_prefix("D> "));
    let pieces: Vec<&str> = data.collect();
    let lengths: Vec<usize> = pieces.iter().map(|piece| piece.len()).collect();
    assert_eq!(lengths, [2_000, 2_000, 2_000, 2_000, 2_000, 3]);
    assert_eq!(pieces.concat(), line + "end");
}
