//! `ftplab` without an argument: the start page, whole on a terminal of the usual size, and only commands that exist.

use clap::Parser;
use ftplab::cli::Cli;
use unicode_width::UnicodeWidthStr;

use crate::harness::ftplab;

#[test]
fn the_page() {
    for lang in ["en", "fr"] {
        ftplab()
            .lang(lang)
            .run()
            .code(0)
            .golden(&format!("start/{lang}.txt"));
    }
}

#[test]
fn it_stands_whole_above_the_prompt_of_a_usual_terminal() {
    for lang in ["en", "fr"] {
        let done = ftplab().lang(lang).run().code(0);
        assert!(done.out().lines().count() <= 23, "{}", done.out());
        for line in done.out().lines() {
            assert!(line.width() <= 80, "{lang}: {line}");
        }
    }
}

#[test]
fn a_wrong_command_line_is_told_in_french_too() {
    for (words, told) in [
        (&["lab", "run"][..], "il manque <NAME|FILE>"),
        (
            &["lab", "run", "1", "--session", "x"],
            "--session n’existe pas ici",
        ),
        (&["lba"], "la commande lba n’existe pas"),
        (
            &["--color", "yes"],
            "«\u{a0}yes\u{a0}» ne convient pas pour --color <WHEN>",
        ),
        (
            &["listen", "5000", "--timeout"],
            "--timeout <TIME> demande une valeur",
        ),
        (&["lab"], "la ligne de commande n’est pas comprise"),
    ] {
        let french = ftplab().lang("fr").args(words).run().code(2);
        assert!(french.err().starts_with("ftplab"), "{}", french.err());
        assert!(french.err().contains(told), "{told}\n{}", french.err());
        let english = ftplab().lang("en").args(words).run().code(2);
        assert!(!english.err().contains("ftplab:"), "{}", english.err());
        assert!(french.err().ends_with(english.err()), "{}", french.err());
    }
}

#[test]
fn what_it_says_to_type_is_understood() {
    let done = ftplab().run().code(0);
    let commands: Vec<Vec<String>> = done
        .out()
        .lines()
        .filter(|line| line.starts_with("  terminal"))
        .filter_map(|line| line.split_once("   ").map(|(_, typed)| typed.trim_start()))
        .filter(|typed| typed.starts_with("ftplab "))
        .map(words)
        .collect();
    assert_eq!(commands.len(), 6, "{commands:?}");
    for command in commands {
        if let Err(usage) = Cli::try_parse_from(&command) {
            panic!("{command:?}: {usage}");
        }
    }
}

/// The words of a command as the shell splits them, up to the remark (two blanks).
fn words(typed: &str) -> Vec<String> {
    let mut words = Vec::new();
    let command = typed.split("  ").next().unwrap_or(typed);
    for (number, part) in command.split('\'').enumerate() {
        if number % 2 == 1 {
            words.push(part.to_owned());
        } else {
            words.extend(part.split_whitespace().map(str::to_owned));
        }
    }
    words
}
