//! The rules that ARCHITECTURE.md states, read off the sources.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// What each module may import, besides itself. The same table stands in ARCHITECTURE.md.
const MAY_IMPORT: [(&str, &[&str]); 13] = [
    ("domain", &[]),
    ("config", &["domain", "check"]),
    ("intake", &["domain"]),
    ("gateway", &["domain"]),
    ("journal", &["domain"]),
    ("notify", &["domain"]),
    ("simulator", &["domain"]),
    ("check", &["domain", "intake"]),
    ("plan", &["domain"]),
    ("report", &["domain"]),
    ("engine", &["domain", "config", "intake", "gateway", "journal", "check", "plan"]),
    ("watch", &["domain", "journal"]),
    ("listen", &["domain", "gateway"]),
];
const LONGEST_FILE: usize = 500;

pub fn sources(folder: &str, extension: &str) -> Vec<(PathBuf, String)> {
    fn walk(folder: &Path, extension: &str, found: &mut Vec<(PathBuf, String)>) {
        for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
            let path = entry.path();
            if path.is_dir() {
                walk(&path, extension, found);
            } else if path.extension().is_some_and(|of| of == extension) {
                found.push((path.clone(), std::fs::read_to_string(&path).expect("a text")));
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    walk(&root.join(folder), extension, &mut found);
    for (path, _) in &mut found {
        *path = path.strip_prefix(root).expect("inside").to_owned();
    }
    found
}

/// The module of `src/` that a file belongs to.
fn module(path: &Path) -> String {
    let part = path.iter().nth(1).expect("below src").to_string_lossy().into_owned();
    part.trim_end_matches(".rs").to_owned()
}

/// The modules of this crate that a text imports by `crate::…`, comments aside.
fn imports(text: &str) -> Vec<String> {
    let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
    let name = |rest: &str| rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect::<String>();
    code.join("\n").split("crate::").skip(1).map(name).collect()
}

#[test]
fn modules_import_only_what_stands_above_them() {
    let allowed: BTreeMap<_, _> = MAY_IMPORT.into_iter().collect();
    for (path, text) in sources("src", "rs") {
        let own = module(&path);
        let Some(may) = allowed.get(own.as_str()) else { continue }; // cli, main and lib may import all
        for imported in imports(&text) {
            assert!(
                imported == own || may.contains(&imported.as_str()),
                "{} imports {imported}, which {own} may not",
                path.display()
            );
        }
    }
}

#[test]
fn architecture_says_what_may_be_imported() {
    let page = include_str!("../../ARCHITECTURE.md");
    for (own, may) in MAY_IMPORT {
        let names = if may.is_empty() { "nothing".to_owned() } else { may.join(", ") };
        let line = format!("| `{own}` | {names} |");
        assert!(page.contains(&line), "ARCHITECTURE.md does not say: {line}");
    }
}

#[test]
fn the_journal_alone_writes_the_truth_and_makes_intents() {
    for (path, text) in sources("src", "rs") {
        let own = module(&path);
        if own != "journal" {
            assert!(!text.contains("sled::"), "{} uses the database", path.display());
            assert!(!text.contains("RecordedIntent for"), "{} makes intents", path.display());
        }
        if own != "cli" && own != "main" {
            assert!(!text.contains("println!"), "{} prints", path.display());
        }
        // workbooks hold floats: one file turns them into digits, and nothing is calculated there
        if !["cli", "simulator"].contains(&own.as_str()) && !path.ends_with("intake/workbook/number.rs") {
            assert!(!text.contains("f64") && !text.contains("f32"), "{} has a float", path.display());
        }
        if own == "simulator" {
            assert!(!text.contains("gateway::"), "{} knows the client", path.display());
        }
    }
}

#[test]
fn files_are_short_and_begin_by_saying_what_they_are() {
    for folder in ["src", "tests", "examples", "benches"] {
        for (path, text) in sources(folder, "rs") {
            let product = text.lines().take_while(|line| !line.starts_with("#[cfg(test)]")).count();
            assert!(product <= LONGEST_FILE, "{} has {product} lines", path.display());
            assert!(text.starts_with("//!"), "{} does not say what it is", path.display());
        }
    }
}

#[test]
fn every_dependency_says_why_it_is_there() {
    let manifest = include_str!("../../Cargo.toml");
    let from = manifest.find("[dependencies]").expect("dependencies");
    let until = manifest.find("[lints.rust]").expect("lints");
    for line in manifest[from..until].lines().filter(|line| line.contains(" = ")) {
        assert!(line.contains("# "), "without a reason: {line}");
    }
}

#[test]
fn documents_have_no_empty_headings_and_no_dead_links() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut pages = sources("docs", "md");
    for name in ["README.md", "ARCHITECTURE.md", "CHANGELOG.md"] {
        pages.push((name.into(), std::fs::read_to_string(root.join(name)).expect("a page")));
    }
    assert!(pages.len() >= 6, "{} pages", pages.len());
    for (path, text) in &pages {
        let lines: Vec<&str> = text.lines().filter(|line| !line.trim().is_empty()).collect();
        for pair in lines.windows(2) {
            let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
            let empty = level(pair[0]) > 1 && level(pair[1]) > 0 && level(pair[1]) <= level(pair[0]);
            assert!(!empty, "{}: nothing below {}", path.display(), pair[0]);
        }
        for link in text.split("](").skip(1).filter_map(|rest| rest.split(')').next()) {
            let file = link.split('#').next().unwrap_or_default();
            if !file.is_empty() && !file.contains("://") {
                let target = root.join(path).parent().expect("a folder").join(file);
                assert!(target.exists(), "{}: {link} leads nowhere", path.display());
            }
        }
    }
}

#[test]
fn what_the_program_refers_to_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut referred = 0;
    for (path, text) in sources("src", "rs") {
        for rest in text.split("docs/").skip(1) {
            let name: String = rest.chars().take_while(char::is_ascii_uppercase).collect();
            if rest[name.len()..].starts_with(".md") {
                referred += 1;
                assert!(root.join(format!("docs/{name}.md")).exists(), "{}: docs/{name}.md", path.display());
            }
        }
    }
    assert!(referred > 3, "only {referred} references");
    assert!(include_str!("../../docs/OPERATIONS.md").contains("## The journal is damaged"));
}
