//! The documents: every command of the README runs and says what it shows; every table is the code's.

use std::path::{Path, PathBuf};

use payrun::config::KEYS;
use payrun::domain::Code;
use payrun::intake::{COLUMNS, FAMILIES};
use payrun::simulator::{Effect, KINDS};

use super::world::World;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// The fenced blocks of a page with their language.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut parts = page.split("```");
    parts.next();
    let mut blocks = Vec::new();
    while let (Some(block), Some(_)) = (parts.next(), parts.next()) {
        let (language, text) = block.split_once('\n').expect("a block has lines");
        blocks.push((language.to_owned(), text.to_owned()));
    }
    blocks
}

#[test]
fn every_command_of_the_readme_does_what_the_readme_shows() {
    let world = World::new();
    let samples = world.home().join("samples");
    std::fs::create_dir(&samples).expect("a folder");
    for sample in std::fs::read_dir(root().join("samples")).expect("samples").flatten() {
        std::fs::copy(sample.path(), samples.join(sample.file_name())).expect("copied");
    }
    let mut said = String::new();
    let mut commands = 0;
    for (language, text) in blocks(include_str!("../../README.md")) {
        if language == "text" {
            for line in text.lines() {
                assert!(
                    said.contains(line.trim()),
                    "the README shows \"{line}\", but this was said:\n{said}"
                );
            }
        }
        if language != "sh" {
            continue;
        }
        said.clear();
        for line in text.lines() {
            let (command, comment) = line.split_once(" # ").unwrap_or((line, "exit code 0"));
            let code = comment.trim_start_matches("exit code ").parse().expect("a number");
            let words: Vec<&str> = command.split_whitespace().collect();
            let args = match words.as_slice() {
                ["cargo", "test"] => continue, // this very test is part of it
                ["mkdir" | "cp", ..] => {
                    let mut tool = std::process::Command::new(words[0]);
                    assert!(
                        tool.args(&words[1..]).current_dir(world.home()).status().expect("it runs").success()
                    );
                    continue;
                }
                ["cargo", "run", "--", args @ ..] | ["payrun", args @ ..] => args,
                _ => panic!("what is {line}?"),
            };
            let mut command = world.command(args);
            // as a newcomer has it: beside the samples, with the simulator inside, and no settings
            command.env_clear().env("HOME", world.home());
            let outcome = world.start(command).end().ends(code);
            said.push_str(&outcome.out);
            said.push_str(&outcome.err);
            commands += 1;
        }
    }
    assert!(commands > 10, "only {commands} commands");
}

/// The tables that documents have between their marks.
fn tables() -> Vec<(&'static str, &'static str, String)> {
    let columns = COLUMNS.iter().map(|column| {
        let names = column.aliases.iter().chain(&column.weak).copied().collect::<Vec<_>>().join(", ");
        format!("| `{}` | {} | {names} |\n", column.name, column.meaning)
    });
    let mut exports: Vec<String> = FAMILIES
        .iter()
        .map(|family| match &family.refused {
            Some(refused) => format!("| {} | refused: {} |\n", family.what, refused.why),
            None => format!("| {} | read |\n", family.what),
        })
        .collect();
    exports.dedup();
    let keys = KEYS
        .iter()
        .map(|key| format!("| `{}` | `{}` | {} | {} |\n", key.name, key.variable, key.default, key.meaning));
    let codes = Code::ALL.iter().map(|code| {
        let weight = if code.asks() { "question".to_owned() } else { code.severity().to_string() };
        format!("| `{}` | {weight} | {} |\n", code.name(), code.meaning())
    });
    let kinds = KINDS.iter().map(|(name, kind)| {
        let committed = if kind.effect == Effect::Committed { "yes" } else { "no" };
        format!("| `{name}` | {committed} |\n")
    });
    let help = String::from_utf8(
        std::process::Command::new(env!("CARGO_BIN_EXE_payrun")).arg("--help").output().expect("help").stdout,
    );
    let help = help.expect("text");
    let exits = help.split("Exit codes:\n").nth(1).expect("exit codes").lines();
    let exits = exits
        .filter_map(|line| line.trim().split_once(' '))
        .map(|(code, meaning)| format!("| {code} | {} |\n", meaning.trim()));
    vec![
        ("README.md", "exits", format!("| code | meaning |\n|---|---|\n{}", exits.collect::<String>())),
        (
            "docs/FILES.md",
            "columns",
            format!("| column | meaning | also called |\n|---|---|---|\n{}", columns.collect::<String>()),
        ),
        (
            "docs/FILES.md",
            "exports",
            format!("| the file looks like | it is |\n|---|---|\n{}", exports.concat()),
        ),
        (
            "docs/FINDINGS.md",
            "findings",
            format!("| code | weight | meaning |\n|---|---|---|\n{}", codes.collect::<String>()),
        ),
        (
            "docs/CONFIGURATION.md",
            "keys",
            format!(
                "| key | variable | default | meaning |\n|---|---|---|---|\n{}",
                keys.collect::<String>()
            ),
        ),
        (
            "docs/SIMULATOR.md",
            "faults",
            format!("| fault | the payout is made |\n|---|---|\n{}", kinds.collect::<String>()),
        ),
    ]
}

#[test]
fn tables_in_documents_are_those_of_the_program() {
    for (file, name, table) in tables() {
        let path = root().join(file);
        let page = std::fs::read_to_string(&path).expect("a page");
        let begin = format!("<!-- table: {name} -->\n");
        let (before, rest) = page.split_once(&begin).unwrap_or_else(|| panic!("{file} has no {begin}"));
        let (found, after) = rest.split_once("<!-- end -->").expect("the mark of its end");
        if found == table {
            continue;
        }
        assert!(
            std::env::var_os("UPDATE_DOCS").is_some(),
            "{file}: the table of {name} is out of date; UPDATE_DOCS=1 rewrites it"
        );
        std::fs::write(&path, format!("{before}{begin}{table}<!-- end -->{after}")).expect("written");
    }
}
