//! Rows without a `payment_id` in the file of rows to correct: by its mark each is the row that it was, so that of all
//! corrections of a row one pays.

use std::collections::BTreeMap;
use std::time::Duration;

use super::correcting::{file, fix, paid, pay};
use crate::rig::payroll;
use crate::world::World;

/// The same payouts as in `correcting`, without ids of the user's.
fn unnamed() -> World {
    paid(&without_first_column(&file()))
}

fn without_first_column(text: &str) -> String {
    let lines: Vec<&str> = text.lines().filter_map(|line| Some(line.split_once(',')?.1)).collect();
    lines.join("\n") + "\n"
}

/// How often each account was sent money since the payouts counted in `before`.
fn sent_since(world: &World, before: usize) -> BTreeMap<String, usize> {
    let mut sent = BTreeMap::new();
    for order in world.ledger().withdrawals.into_iter().skip(before) {
        *sent.entry(order.recipient.and_then(|payee| payee.account).unwrap_or_default()).or_default() += 1;
    }
    sent
}

/// The mark of a row of a file of rows to correct.
fn mark(line: &str) -> &str {
    line.rsplit(',').next().expect("a cell")
}

#[test]
fn of_two_corrections_of_a_row_one_pays_and_an_unchanged_row_pays_nothing() {
    let world = unnamed();
    let (path, text) = fix(&world, "r1");
    let marks: Vec<&str> = text.lines().map(mark).collect();
    assert_eq!(marks.len(), 4, "{text}");
    for (mark, begins) in marks.iter().zip(["payrun_row", "r1-2-", "r1-4-", "r1-6-"]) {
        assert!(mark.starts_with(begins), "{text}");
    }
    let before = world.made();
    pay(&world, path.to_str().expect("a path"), &["--skip-invalid"]);
    assert_eq!(world.made(), before, "nothing was changed, so nothing is sent");
    let (_, again) = fix(&world, "r2");
    assert_eq!(again.lines().count(), 4, "it is told again what is to be corrected:\n{again}");

    // both of them, in whichever file they stand, are corrected in the amount
    let correct = |text: &str, cents: &str| {
        let text = text.replace("102.00", &format!("102.{cents}")).replace("103.00", &format!("103.{cents}"));
        text.replace("1O5", &format!("105.{cents}")).replace("PAY FAIL_ACC", "PAY")
    };
    world.write("first.csv", correct(&text, "10"));
    pay(&world, "first.csv", &[]).ends(0);
    assert_eq!(world.made(), before + 3);
    for (name, text) in [("second.csv", correct(&text, "20")), ("third.csv", correct(&again, "30"))] {
        world.write(name, text);
        pay(&world, name, &[]).ends(3).says("this row was already sent as row 2 of first.csv");
        pay(&world, name, &["--repeat", "--skip-invalid"]);
    }
    world.write("changed.csv", correct(&text, "10").replace("1 Hill Street", "2 Hill Street"));
    pay(&world, "changed.csv", &["--amends", "r1"]);
    let sent = sent_since(&world, before);
    assert_eq!(world.made(), before + 3, "each row was paid once: {sent:?}");

    // what was corrected is not told again
    let old = world.payouts("r1");
    for at in [0, 2, 4] {
        assert!(old[at]["reason"].as_str().expect("words").contains("corrected by row"), "{:#}", old[at]);
    }
    for run in ["r1", "r2", "r4"] {
        let said = world.payrun(&["report", run, "--to", "."]).ends(0);
        assert!(!said.out.contains(&format!("./{run}-to-correct")), "{run}: {}", said.out);
    }
    let settle = ["settle", "r1", "--row", "2", "--not-made", "--reason", "seen"];
    world.payrun(&settle).ends(2).says("has taken the place of row 2");
}

#[test]
fn a_row_that_was_refused_twice_is_one_row_whatever_id_it_gets() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 4).replace("101.01", "1O1.01").replace("102.02", "1O2.02"));
    pay(&world, "pay.csv", &["--skip-invalid"]).ends(4);
    let (_, first) = fix(&world, "r1");
    world.write("wrong.csv", first.replace("1O2.02", "102.02"));
    pay(&world, "wrong.csv", &["--skip-invalid"]).ends(4);
    let (_, second) = fix(&world, "r2");
    assert_eq!((world.made(), second.lines().count()), (3, 2));
    world.write("right.csv", second.replace("1O1.01", "101.01"));
    pay(&world, "right.csv", &[]).ends(0);
    assert_eq!(world.made(), 4);

    let named = |text: &str, id: &str, amount: &str| {
        let mut lines = text.lines();
        let (header, row) = lines.next().zip(lines.next()).expect("two lines");
        format!("payment_id,{header}\n{id},{row}\n").replace("1O1.01", amount)
    };
    for (name, id, amount) in
        [("a.csv", "NEW-1", "101.50"), ("b.csv", "NEW-2", "101.60"), ("c.csv", "", "101.70")]
    {
        world.write(name, named(&first, id, amount));
        pay(&world, name, &["--repeat"]).ends(3).says("this row was already sent as row 2 of right.csv");
    }
    assert_eq!(world.made(), 4);
    for run in ["r1", "r2"] {
        let said = world.payrun(&["report", run, "--to", "."]).ends(0);
        assert!(!said.out.contains("to-correct"), "{run}: {}", said.out);
    }
}

#[test]
fn a_correction_that_a_person_refuses_is_still_to_be_made() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3).replace("101.01", "1O1.01"));
    pay(&world, "pay.csv", &["--skip-invalid"]).ends(4);
    let (path, text) = fix(&world, "r1");
    std::fs::create_dir(world.home().join("in")).expect("a folder");
    world.write("in/corrected.csv", text.replace("1O1.01", "101.01"));
    let watch = ["watch", "in", "--once", "--settle", "100ms", "--poll", "50ms", "--mode", "hold"];
    world.payrun(&watch).ends(0);
    let said = world.payrun(&["report", "r1"]).ends(0);
    assert!(!said.out.contains("to-correct"), "run r2 has it: {}", said.out);
    world.payrun(&["reject", "r2", "--reason", "wrong month"]).ends(0);
    world.payrun(&watch).ends(0);
    world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct.csv");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    world.write("again.csv", text.replace("1O1.01", "101.02"));
    pay(&world, "again.csv", &[]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn two_rows_that_say_the_same_are_two_rows_by_their_marks() {
    let world = World::new();
    let broken = |other: usize| {
        let text = payroll(0, 1).replace("100.00", "1O0.00");
        text + payroll(other, 1).lines().last().expect("a row") + "\n"
    };
    for (name, first) in [("june.csv", 1), ("july.csv", 2)] {
        world.write(name, broken(first));
        pay(&world, name, &["--skip-invalid"]).ends(4);
    }
    for (run, name) in [("r1", "first.csv"), ("r2", "second.csv")] {
        world.write(name, fix(&world, run).1.replace("1O0.00", "100.00"));
    }
    pay(&world, "first.csv", &[]).ends(0);
    let said = pay(&world, "second.csv", &[]).ends(3);
    said.says("same account, amount and reference as row 2 of first.csv");
    pay(&world, "second.csv", &["--repeat"]).ends(0);
    assert_eq!(world.made(), 4);
    // whoever wants the payees alone may take them from such a file too
    world.payrun(&["payees", "import", "second.csv"]).ends(0);
}

#[test]
fn a_line_of_a_bank_file_is_corrected_once() {
    let world = World::new();
    world.write("pay.aba", include_bytes!("../../cases/check/aba_balanced/input.aba"));
    world.write(
        "staff.csv",
        "account_name,street,bsb,account_number\nSEAN O'BRIEN,1 Hill Street,062-000,12345678\n",
    );
    world.payrun(&["payees", "import", "staff.csv"]).ends(0);
    pay(&world, "pay.aba", &["--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 1);
    let (_, text) = fix(&world, "r1");
    assert!(text.lines().skip(1).all(|line| mark(line).starts_with("r1-")), "{text}");
    let streets = |text: &str| {
        let column = |at: usize| if at == 0 { "street" } else { "2 Hill Street" };
        let lines = text.lines().enumerate().map(|(at, line)| format!("{},{line}", column(at)));
        lines.collect::<Vec<_>>().join("\n") + "\n"
    };
    let rows = text.lines().count() - 1;
    world.write("first.csv", streets(&text));
    pay(&world, "first.csv", &[]).ends(0);
    assert_eq!(world.made(), 1 + rows);
    world.write("second.csv", streets(&text).replace("SAL 17JUL26", "WAGES 17JUL26"));
    pay(&world, "second.csv", &["--repeat"]).ends(3).says("as row 2 of first.csv");
    assert_eq!(world.made(), 1 + rows);
}

/// Two payouts with ids, of which the first cannot be read, and once it is corrected is declined. Gives the files of
/// rows to correct of both runs.
fn refused_then_declined() -> (World, String, String) {
    let world = World::new();
    let named: Vec<String> = payroll(0, 2)
        .replace("100.00", "1O0.00")
        .lines()
        .zip(["payment_id", "INV-0", "INV-1"])
        .map(|(line, id)| format!("{id},{line}\n"))
        .collect();
    world.write("pay.csv", named.concat());
    pay(&world, "pay.csv", &["--skip-invalid"]).ends(4);
    let (_, first) = fix(&world, "r1");
    world.write("first.csv", first.replace("1O0.00", "100.00"));
    world.faults(&["withdrawal_create:declined"]);
    pay(&world, "first.csv", &[]);
    world.faults(&[]);
    assert_eq!(world.states("r2"), ["rejected"]);
    let (_, second) = fix(&world, "r2");
    (world, first, second)
}

#[test]
fn a_row_that_got_another_id_is_not_paid_under_its_old_one_too() {
    let (world, first, second) = refused_then_declined();
    world.write("other.csv", first.replace("1O0.00", "100.00").replace("INV-0", "NEW-0"));
    pay(&world, "other.csv", &[]).ends(0);
    assert_eq!(world.made(), 2);
    world.write("marked.csv", second.replace("100.00", "100.50"));
    pay(&world, "marked.csv", &["--repeat"]).ends(3).says("as row 2 of other.csv");
    let by_hand = second.replace("100.00", "100.60").replace("payrun_row", "reason_not_paid_2");
    world.write("by_hand.csv", by_hand);
    pay(&world, "by_hand.csv", &["--repeat"]).ends(3).says("as row 2 of other.csv");
    let settle = ["settle", "r2", "--row", "2", "--not-made", "--reason", "seen"];
    world.payrun(&settle).ends(2).says("row 2 of run r3 is another correction of the same row");
    let said = world.payrun(&["report", "r2", "--to", "."]).ends(0);
    assert!(!said.out.contains("to-correct"), "{}", said.out);
    assert_eq!(world.made(), 2);
}

#[test]
fn a_row_that_was_paid_under_its_own_id_is_not_paid_under_another_too() {
    let (world, first, second) = refused_then_declined();
    let by_hand = second.replace("100.00", "100.60").replace("payrun_row", "reason_not_paid_2");
    world.write("by_hand.csv", by_hand);
    pay(&world, "by_hand.csv", &[]).ends(0);
    assert_eq!(world.made(), 2);
    world.write("other.csv", first.replace("1O0.00", "100.00").replace("INV-0", "NEW-0"));
    pay(&world, "other.csv", &["--repeat"]).ends(3).says("as row 2 of by_hand.csv");
    assert_eq!(world.made(), 2);
}

#[test]
fn a_correction_that_waits_to_be_sent_is_not_sent_under_another_id_too() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3).replace("101.01", "1O1.01"));
    pay(&world, "pay.csv", &["--skip-invalid"]).ends(4);
    let (_, text) = fix(&world, "r1");
    let named = |id: &str| {
        let (header, row) = text.trim_end().split_once('\n').expect("two lines");
        format!("payment_id,{header}\n{id},{row}\n").replace("1O1.01", "101.01")
    };
    world.write("first.csv", named("NEW-1"));
    world.faults(&["login:500_before@1-"]);
    pay(&world, "first.csv", &[]).ends(5);
    world.write("second.csv", named("NEW-2").replace("PAY 1", "PAY ONE"));
    pay(&world, "second.csv", &[]).ends(3).says("this row was corrected already in row 2 of first.csv");
    world.faults(&[]);
    world.payrun(&["resume", "r2"]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn a_mark_that_is_not_of_its_row_is_refused_at_the_cell() {
    let world = unnamed();
    let before = world.made();
    let (_, text) = fix(&world, "r1");
    let lines: Vec<&str> = text.lines().collect();
    let [header, declined, returned, _] = lines[..] else { panic!("{text}") };
    let changed = |line: &str| line.replace("102.00", "102.10").replace("103.00", "103.10");
    let wrong = |row: &str, mark: &str| {
        let (cells, _) = row.rsplit_once(',').expect("cells");
        format!("{header}\n{},{mark}\n", changed(cells))
    };
    let new = lines[1].replace("P2,Robin", "P9,Rowan").replace("10000002", "10000009");
    let (new, _) = new.rsplit_once(',').expect("cells");
    let own = mark(declined).to_owned();
    let mistyped = own.replacen("r1-2-", "r1-3-", 1);
    for (file, words) in [
        (wrong(declined, "row 2"), "J2: this is no mark of a row to correct"),
        (wrong(declined, &mistyped), "J2: the mark is not the one of row 3 of run r1"),
        (wrong(declined, "r9-2-1a2b3c4d"), "J2: no row 2 of a run r9 is known here"),
        (
            format!("{}{}\n", wrong(declined, &own), changed(declined)),
            "J3: row 2 has the mark of the same row",
        ),
        (
            format!("payment_id,{header}\nNEW-1,{}\n", changed(returned)),
            "K2: row 4 of run r1 has no payment_id, and this row has NEW-1",
        ),
    ] {
        world.write("wrong.csv", file);
        pay(&world, "wrong.csv", &[]).ends(3).says(words);
        world.payrun(&["check", "wrong.csv"]).ends(3).says(words);
    }
    // a row whose mark cannot be read gets no new one, by which it would be another row
    world.write("wrong.csv", format!("{}{new},\n", wrong(declined, &mistyped)));
    pay(&world, "wrong.csv", &["--skip-invalid"]).ends(4);
    let (_, kept) = fix(&world, "r2");
    assert!(kept.trim_end().ends_with(&mistyped), "{kept}");
    assert_eq!(world.made(), before + 1, "an empty cell is a payout of its own");

    // as a spreadsheet may have it
    world.write("well.csv", wrong(declined, &format!(" {} ", own.to_uppercase().replace('-', "\u{2013}"))));
    pay(&world, "well.csv", &[]).ends(0);
    assert_eq!(world.made(), before + 2);
}

#[test]
fn marks_of_another_place_mean_nothing_here_and_nobody_guesses_where_nobody_can_be_asked() {
    let (one, other) = (unnamed(), unnamed());
    let before = other.made();
    let (_, foreign) = fix(&one, "r1");
    other.write("foreign.csv", foreign.replace("1O5", "105.00").replace("102.00", "102.10"));
    let said = pay(&other, "foreign.csv", &["--skip-invalid"]);
    said.says("of another environment, login or state folder");
    assert_eq!(other.made(), before);

    let mut alone = other.command(&["check", "foreign.csv"]);
    alone.env("PAYRUN_STATE", other.home().join("elsewhere"));
    other.start(alone).end().says("J1: rows bear marks of earlier runs, which could not be asked");
}

#[test]
fn a_file_that_a_person_has_edited_is_not_written_over() {
    let world = unnamed();
    let (path, text) = fix(&world, "r1");
    let work = text.replace("1O5", "105.00");
    std::fs::write(&path, &work).expect("edited");
    let said = world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct-2.csv");
    assert!(!said.out.contains("r1-to-correct.csv"), "{}", said.out);
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), work);
    // what nobody has touched is written anew under its name
    world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct-2.csv");
    std::fs::remove_file(&path).expect("moved away");
    world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct.csv");
    assert_eq!(std::fs::read_to_string(&path).expect("it is there"), text);
    // nor is a link followed
    let target = world.write("target.csv", &text);
    std::fs::remove_file(&path).expect("moved away");
    std::os::unix::fs::symlink(&target, &path).expect("a link");
    world.payrun(&["report", "r1"]).ends(0).says("r1-to-correct-2.csv");
}

#[test]
fn killed_while_a_correction_is_sent_and_corrected_otherwise_each_row_is_paid_once() {
    const ROWS: usize = 12;
    for sent_before_the_kill in [1, 4, 7] {
        let world = World::new();
        let broken = |text: String| text.replace(",1 Hill Street,", ",1 Hill Street \u{e9},");
        let text = payroll(0, 1) + broken(payroll(1, ROWS)).split_once('\n').expect("a header").1;
        world.write("pay.csv", text);
        pay(&world, "pay.csv", &["--skip-invalid"]).ends(4);
        let before = world.made();
        assert_eq!(before, 1);
        let (_, text) = fix(&world, "r1");
        let right = text.replace(" \u{e9},", ",");
        world.write("first.csv", &right);
        world.write("second.csv", right.replace("PAY ", "WAGES "));

        world.faults(&["withdrawal_create:slow=200ms"]);
        let mut command = world.command(&["pay", "first.csv", "--yes"]);
        command.env("PAYRUN_GATEWAY_MAX_IN_FLIGHT", "2");
        let at_work = world.start(command);
        while world.made() < before + sent_before_the_kill {
            std::thread::sleep(Duration::from_millis(10));
        }
        at_work.signal("KILL");
        at_work.end();
        world.faults(&[]);
        pay(&world, "second.csv", &["--skip-invalid"]);
        world.payrun(&["resume", "r2"]);
        world.payrun(&["resume", "r3"]);
        pay(&world, "first.csv", &["--skip-invalid"]);
        let sent = sent_since(&world, before);
        assert_eq!(sent.len(), ROWS, "{sent:?}");
        assert!(sent.values().all(|count| *count == 1), "{sent:?}");
        world.payrun(&["journal", "verify"]).ends(0);
    }
}
