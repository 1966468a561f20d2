//! What answers say, what people say to them, and what is kept of that.

use std::process::Command;

use super::{Shop, all, rig};
use crate::watch::shares::left_untested;

#[test]
fn a_line_that_is_said_twice_and_differently_means_that_nothing_is_done() {
    let shop = Shop::new();
    for (name, rows) in [("first.csv", 2), ("second.csv", 3)] {
        shop.drop(name, rig::payroll(0, rows));
        shop.once(&["--mode", "pay"]).ends(0);
    }
    std::fs::write(shop.path("held/second.csv.approve"), "amends r3\namends r1\n").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("held/second.csv.answer.txt");
    assert!(answer.contains("line 2, \"amends\", says otherwise than a line above it"), "{answer}");
    assert!(answer.contains("row 2:"), "the question stays: {answer}");
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn what_was_said_to_the_questions_is_kept_with_the_yes_that_came_after() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 3).replacen("062-000", "62000", 1));
    shop.once(&["--mode", "hold"]).ends(0);
    let words = "accept zero-lost:2\nnote seen with Jo\n";
    std::fs::write(shop.path("held/salaries.csv.approve"), words).expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    // a look that begins anew in between forgets nothing
    let waits = shop.read("held/salaries.csv");
    std::fs::write(shop.path("processing/salaries.csv"), waits).expect("as a kill leaves it");
    std::fs::remove_file(shop.path("held/salaries.csv")).expect("it was there");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 0);
    std::fs::write(shop.path("held/salaries.csv.approve"), "note checked again\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 3, "{:?}", all(&shop.path("")));
    for note in ["seen with Jo", "checked again"] {
        shop.world.payrun(&["status", "r1"]).says(note);
        let report = shop.read("done/r1 salaries.csv.report.json");
        assert!(report.contains(note), "{report}");
    }
}

#[test]
fn all_control_totals_that_differ_are_named_and_no_sheet_where_there_is_no_finding() {
    let shop = Shop::new();
    shop.drop("salaries.csv.totals", "count 3\nAUD 1\nUSD 7\n");
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    for words in
        ["say 3 payouts, the file has 2", "AUD 1, the file has AUD 201.01", "USD 7, the file has USD 0"]
    {
        assert!(answer.contains(words), "{words}: {answer}");
    }
    assert!(!answer.contains("--accept"), "{answer}");
    let has_sheet = shop.has("rejected/salaries.csv.findings.xlsx");
    assert_eq!(has_sheet, answer.contains("each finding at its cell"), "{answer}");
    assert!(!has_sheet, "there is nothing in it: {answer}");
}

#[test]
fn the_command_in_an_answer_works_wherever_it_is_typed() {
    let shop = Shop::new();
    let name = "jo's $HOME pay.csv";
    shop.drop(name, rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read(&format!("held/{name}.answer.txt"));
    let command = answer.lines().find_map(|line| Some(line.split_once("or: payrun ")?.1)).expect("a command");
    let program = env!("CARGO_BIN_EXE_payrun");
    let said = Command::new("sh").args(["-c", &format!("'{program}' {command}")]).current_dir("/").output();
    let said = said.expect("a shell");
    assert!(said.status.success(), "{command}: {}", String::from_utf8_lossy(&said.stderr));
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 2);
}

#[test]
fn a_run_whose_place_another_took_is_not_asked_about_any_more() {
    let shop = Shop::new();
    shop.drop("m1.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    shop.drop("m3.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "hold"]).ends(0);
    std::fs::write(shop.path("held/m3.csv.approve"), "amends r1\n").expect("written");
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.has("held/m1.csv"), "the other one may still be refused: {:?}", all(&shop.path("")));
    // where the plan is another one once the run has its rows, it is shown again
    for _ in 0..2 {
        if shop.has("held/m3.csv") {
            std::fs::write(shop.path("held/m3.csv.approve"), "").expect("written");
            shop.once(&["--mode", "hold"]).ends(0);
        }
    }
    assert_eq!(shop.world.made(), 3, "{}", shop.read("held/m3.csv.answer.txt"));
    let answer = shop.read("rejected/m1.csv.answer.txt");
    assert!(answer.contains("run r2 has taken the place of run r1"), "{answer}: {:?}", all(&shop.path("")));
    assert!(!shop.has("held/m1.csv") && !shop.has("held/m1.csv.answer.txt"), "{:?}", all(&shop.path("")));
    shop.world.payrun(&["approve", "r1"]).ends(2).says("refused; nothing was sent");
}

#[test]
fn an_answer_to_a_file_that_is_refused_says_how_to_accept_in_a_folder() {
    let shop = Shop::new();
    // a BSB that has lost its zero is asked about; one that is no BSB at all refuses the file
    let text = rig::payroll(0, 3).replacen("062-000", "62000", 1);
    let at = text.rfind("062-000").expect("a BSB");
    let wrong = format!("{}06x-000{}", &text[..at], &text[at + 7..]);
    shop.drop("salaries.csv", &wrong);
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(
        answer.contains("--accept zero-lost") && answer.contains("asked again then: it waits in held/"),
        "{answer}"
    );
    // as it says
    shop.drop("salaries.csv", text);
    shop.once(&["--mode", "hold"]).ends(0);
    assert!(shop.read("held/salaries.csv.answer.txt").contains("accept CODE:ROW"));
}

/// Each file costs what one file costs, however many come at once.
#[test]
fn hundreds_of_files_are_not_listed_for_each_of_them() {
    if Command::new("strace").arg("-V").output().is_err() {
        return left_untested("how often the folder is listed: it takes strace");
    }
    let calls = |files: usize| {
        let shop = Shop::new();
        for at in 0..files {
            shop.drop(&format!("file-{at}.csv"), rig::payroll(at * 2, 1));
        }
        let trace = shop.world.home().join("trace");
        let program = shop.world.command(&["watch", "in", "--settle", "200ms", "--once", "--mode", "hold"]);
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-e", "trace=statx,newfstatat,lstat,getdents64", "-o"]).arg(&trace);
        command
            .arg(program.get_program())
            .args(program.get_args())
            .current_dir(shop.world.home())
            .env_clear();
        command.envs(program.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let path = std::env::var_os("PATH").unwrap_or_default();
        shop.world
            .start({
                command.env("PATH", path).stdin(std::process::Stdio::null());
                command
            })
            .end()
            .ends(0);
        assert_eq!(shop.list("held").iter().filter(|name| name.matches('.').count() == 1).count(), files);
        std::fs::read_to_string(trace).expect("a trace").lines().filter(|line| line.contains("file-")).count()
    };
    let (few, many) = (calls(15), calls(60));
    assert!(many < few * 6, "15 files: {few} calls, 60 files: {many}");
}
