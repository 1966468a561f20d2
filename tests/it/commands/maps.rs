//! What a person says of the columns: a draft, a map, and a run that keeps to it.

use std::fmt::Write;

use crate::rig::payroll;
use crate::world::World;

/// Two sums of money and a column that nobody knows.
fn salaries(rows: usize) -> String {
    let mut text =
        "Employee,Account Name,BSB,Account Number,Gross Pay,Amount,Net Pay,Cost code,street,TFN\n".to_owned();
    for at in 0..rows {
        let (account, net) = (20_304_050 + at, 1000 + at);
        let _ = writeln!(
            text,
            "Robin E,Robin {} Example,062-000,{account},2000.00,1900.00,{net}.10,C7,1 Hill Street,999 999 999",
            ["Ann", "Bo", "Cy", "Di", "Ed", "Flo", "Gus", "Hal", "Ida", "Jo"][at % 10].repeat(1 + at / 10)
        );
    }
    text
}

const MAP: &str = "[columns]\namount = \"Net Pay\"\n\n[ignore]\ncolumns = [\"Cost code\"]\n";

/// Whoever maps gross pay to the amount pays too much; whoever maps a tax file number sends it away.
#[test]
fn no_map_makes_an_amount_of_gross_pay_or_sends_a_tax_file_number() {
    let world = World::new();
    world.write("salaries.csv", salaries(2));
    for map in ["amount = \"Gross Pay\"", "reference = \"TFN\"", "account_number = \"TFN\""] {
        world.write("map.toml", format!("[columns]\n{map}\n"));
        let said = world.payrun(&["check", "salaries.csv", "--map", "map.toml"]).ends(3);
        said.says("are never read");
    }
}

#[test]
fn a_draft_names_every_column_and_is_completed_by_taking_signs_away() {
    let world = World::new();
    world.write("salaries.csv", salaries(2));
    let draft = world.payrun(&["map", "salaries.csv"]).ends(0).out;
    for words in [
        "account_name = \"Account Name\"",
        "bsb = \"BSB\"",
        "# amount = \"Amount\"",
        "# amount = \"Net Pay\"",
        "= \"Cost code\"",
        "    \"TFN\",",
        "# reference = \"\"",
    ] {
        assert!(draft.contains(words), "{words} is not in:\n{draft}");
    }
    for value in ["20304050", "1900", "999 999", "062-000", "Robin"] {
        assert!(!draft.contains(value), "{value} is in:\n{draft}");
    }
    world.payrun(&["check", "salaries.csv"]).ends(3).says("F (\"Amount\") and G (\"Net Pay\")").says("--map");
    world.payrun(&["map", "salaries.csv", "--to", "map.toml"]).ends(0).says("--map map.toml");
    world.payrun(&["map", "salaries.csv", "--to", "map.toml"]).ends(2).says("not written over");
    assert_eq!(std::fs::read_to_string(world.home().join("map.toml")).expect("a map"), draft);
    let without = world.payrun(&["check", "salaries.csv"]).ends(3);
    let with = world.payrun(&["check", "salaries.csv", "--map", "map.toml"]).ends(3);
    let errors = |text: &str| text.split("\n\n").find(|part| part.starts_with("Errors")).map(str::to_owned);
    assert_eq!(errors(&without.out), errors(&with.out), "a draft changes nothing");
    let completed = draft
        .replace("# amount = \"Net Pay\"", "amount = \"Net Pay\"")
        .replace("# \"Cost code\"", "\"Cost code\"");
    world.write("map.toml", completed);
    world.payrun(&["check", "salaries.csv", "--map", "map.toml"]).ends(0).says("AUD 2,001.20 in 2 payouts");
    let json = world.payrun(&["map", "salaries.csv", "--format", "json"]).ends(0).json();
    assert_eq!(json["map"].as_str(), Some(draft.as_str()));
}

#[test]
fn a_file_is_paid_by_its_map_and_a_row_is_corrected_by_the_same() {
    let world = World::new();
    world.write("salaries.csv", salaries(3).replace("1001.10", "1001.105"));
    world.write("map.toml", MAP);
    world.payrun(&["pay", "salaries.csv", "--yes"]).ends(3);
    assert_eq!(world.made(), 0);
    let said = world.payrun(&["pay", "salaries.csv", "--yes", "--map", "map.toml", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 2);
    assert_eq!(world.total().to_string(), "2002.20", "the net pay, and nothing else");
    let fix =
        said.out.lines().find_map(|line| line.split("to correct and pay: ").nth(1)).expect("a fix file");
    let text = std::fs::read_to_string(fix).expect("it is there");
    assert_eq!(text.lines().count(), 2, "{text}");
    world.write("corrected.csv", text.replace("1001.105", "1001.10"));
    assert!(
        text.starts_with("account_name,bsb,account_number,amount,street,reason_not_paid,payrun_row\n"),
        "{text}"
    );
    // the map of a run is the one that it was opened with, wherever the file has gone
    std::fs::remove_file(world.home().join("map.toml")).expect("removed");
    world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct.csv");
    world.payrun(&["pay", "corrected.csv", "--yes"]).ends(0);
    assert_eq!(world.total().to_string(), "3003.30");
    let journal = std::fs::read_dir(world.scope().join("journal")).expect("a journal");
    for segment in journal.map(|entry| entry.expect("one").path()).filter(|path| path.is_file()) {
        let text = std::fs::read_to_string(&segment).unwrap_or_default();
        assert!(!text.contains("999 999 999"), "{} has a tax file number", segment.display());
    }
}

#[test]
fn a_map_that_cannot_be_followed_is_answered_with_a_sentence() {
    let world = World::new();
    world.write("salaries.csv", salaries(1));
    world.write("statement.csv", "Date,Narration,Debit,Credit,Balance\n17/07/2026,PAY,10.00,,20.00\n");
    world.write("nameless.csv", "062-000,20304050,1500.00,Robin Example,PAY\n");
    for (map, code, words) in [
        ("[columns]\namout = \"B\"", 2, "was amount meant?"),
        ("[colums]\namount = \"B\"", 2, "line 1: unknown field `colums`"),
        ("[columns]\namount = \"Net\"", 3, "near to it are G (\"Net Pay\")"),
        ("[columns]\namount = \"G\"\nreference = \"Net Pay\"", 3, "as amount and as reference"),
    ] {
        world.write("map.toml", map);
        let said =
            world.payrun(&["pay", "salaries.csv", "--yes", "--map", "map.toml"]).ends(code).says(words);
        assert!(!said.err.contains("panicked"), "{said:?}");
    }
    world.payrun(&["pay", "salaries.csv", "--yes", "--map", "nowhere.toml"]).ends(2).says("nowhere.toml");
    world.payrun(&["map", "statement.csv"]).ends(3).says("a statement of a bank account");
    let said = world.payrun(&["map", "nameless.csv"]).ends(3).says("put a first row above it");
    assert!(!said.err.contains("20304050"), "{said:?}");
    assert_eq!(world.made(), 0);
}

/// The copy is read as the file was: with the map of then.
#[test]
fn a_run_cut_off_while_its_rows_are_recorded_is_read_again_by_its_map() {
    let world = World::new();
    world.write("first.csv", payroll(0, 2));
    world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    world.write("salaries.csv", salaries(20));
    world.write("map.toml", MAP);
    world.payrun(&["pay", "salaries.csv", "--yes", "--map", "map.toml"]).ends(0);
    let paid = world.total();
    let path = world.scope().join("journal/00000001.jsonl");
    let text = std::fs::read_to_string(&path).expect("a journal");
    let opened = text.lines().position(|line| line.contains("run_opened") && line.contains("salaries.csv"));
    let kept: Vec<&str> = text.lines().take(opened.expect("it was opened") + 4).collect();
    std::fs::write(&path, kept.join("\n") + "\n").expect("written");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    for file in ["salaries.csv", "map.toml"] {
        std::fs::remove_file(world.home().join(file)).expect("removed");
    }
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.states("r2").len(), 20);
    // the simulator knows the ids and keys: nothing was paid a second time
    assert_eq!((world.made(), world.total()), (22, paid));
}
