//! What messages and documents tell people to type is what the program takes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use payrun::config::KEYS;

use super::tidy::sources;

/// The lines of messages and documents, each with the file where it stands.
fn lines() -> Vec<(String, String)> {
    let mut pages = sources("src", "rs");
    pages.extend(sources("docs", "md"));
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    pages.push(("README.md".into(), std::fs::read_to_string(root.join("README.md")).expect("a page")));
    let of = |(path, text): &(std::path::PathBuf, String)| {
        let tests = text.find("#[cfg(test)]\nmod tests {").unwrap_or(text.len());
        let told = text[..tests].lines().filter(|line| !line.trim_start().starts_with("//"));
        told.map(|line| (path.display().to_string(), line.replace("\\\"", "\""))).collect::<Vec<_>>()
    };
    pages.iter().flat_map(of).collect()
}

fn is_plain(word: &str) -> bool {
    word.chars().all(|c| c.is_ascii_lowercase() || c == '-') && !word.starts_with('-')
}

/// What a person fills in.
fn is_open(word: &str) -> bool {
    word.contains(['{', '…', '"']) || word.chars().all(|c| c.is_ascii_uppercase() || c == '_')
}

/// The words of a hint: what stands behind the program's name, as far as it can be typed.
fn typed(rest: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for token in rest.split("\\n").next().unwrap_or_default().split(' ') {
        let word = token.trim_end_matches(|c: char| ".,;:)!?`'*\\\"".contains(c));
        let word = if token.starts_with('"') && words.len() > 1 { "\"" } else { word };
        let may_be_plain = words.len() < 2 || words.last().is_some_and(|last| last.starts_with("--"));
        let is_typed = word.starts_with("--")
            || is_open(word)
            || word.contains(['/', '.', '=', ':'])
            || word.chars().any(|c| c.is_ascii_digit()) && word != "v1" // which ends names of digests
            || may_be_plain && is_plain(word);
        if word.is_empty() || word.contains(['(', '`', '|']) || !is_typed {
            break;
        }
        words.push(word.to_owned());
        if token != word {
            break; // the clause ends here
        }
    }
    words
}

/// With something real in place of what a person fills in.
fn filled(words: &[String]) -> Vec<String> {
    let mut before = "";
    let mut filled = Vec::new();
    for word in words {
        filled.push(match before {
            _ if !is_open(word) => word.clone(),
            "--row" => "2".to_owned(),
            "--max-slippage" => "0.5%".to_owned(),
            _ => "r1".to_owned(),
        });
        before = word;
    }
    filled
}

/// Whether the program understands a line: its own help is the last word of it, so that nothing is done.
fn takes(words: &[String]) -> bool {
    let mut program = Command::new(env!("CARGO_BIN_EXE_payrun"));
    program.args(words).arg("--help").env_clear();
    program.output().expect("the program starts").status.success()
}

#[test]
fn what_people_are_told_to_type_is_taken() {
    let mut taken: BTreeMap<Vec<String>, bool> = BTreeMap::new();
    let mut wrong = BTreeSet::new();
    for (path, line) in lines() {
        for rest in line.split("payrun ").skip(1) {
            let typed = typed(rest);
            let Some(command) = typed.first().filter(|word| is_plain(word)) else { continue };
            let mut known =
                |words: &[String]| *taken.entry(words.to_owned()).or_insert_with_key(|words| takes(words));
            if !known(std::slice::from_ref(command)) {
                // a sentence about the program, unless it goes on like a command
                if typed.iter().any(|word| word.starts_with("--") || word.contains("{run")) {
                    wrong.insert(format!("{path}: payrun {}", typed.join(" ")));
                }
                continue;
            }
            // plain words at the end may belong to the sentence: payrun check says why
            let mut words = filled(&typed);
            while !known(&words) && words.last().is_some_and(|last| is_plain(last)) {
                words.pop();
            }
            if !known(&words) {
                wrong.insert(format!("{path}: payrun {}", words.join(" ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    let options = taken.keys().filter(|words| words.iter().any(|word| word.starts_with("--"))).count();
    assert!(taken.len() > 60 && options > 30, "only {} hints, {options} with options", taken.len());
}

#[test]
fn settings_that_people_are_told_to_change_are_there() {
    let sections: BTreeSet<&str> = KEYS.iter().filter_map(|key| Some(key.name.split_once('.')?.0)).collect();
    let is_part = |c: char| c.is_ascii_lowercase() || c == '_' || c == '.';
    let mut named = 0;
    for (path, line) in lines() {
        let texts: Vec<&str> = if path.split_once('.').is_some_and(|(_, end)| end == "rs") {
            line.split('"').skip(1).step_by(2).collect()
        } else {
            vec![&line]
        };
        for word in texts.iter().flat_map(|text| text.split(|c| !is_part(c))) {
            let word = word.trim_matches('.');
            let Some((section, key)) = word.split_once('.') else { continue };
            if !sections.contains(section)
                || key.contains('.')
                || ["rs", "md", "toml", "json", "csv", "html", "lock"].contains(&key)
            {
                continue;
            }
            named += 1;
            assert!(
                KEYS.iter().any(|known| known.name == word),
                "{path}: there is no setting {word}: {line}"
            );
        }
    }
    assert!(named > 40, "only {named}");
}
