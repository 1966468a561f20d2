//! The same file again, in every disguise, and files that overlap with what was paid.

use crate::rig::payroll;
use crate::world::World;

/// A world in which `pay.csv` with `rows` rows has been paid as r1.
fn paid(rows: usize) -> World {
    let world = World::new();
    world.write("pay.csv", payroll(0, rows));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), rows);
    world
}

/// Another export of the same pay may cut references and zeros.
#[test]
fn a_shorter_reference_or_a_lost_zero_does_not_hide_that_it_was_paid() {
    let world = World::new();
    let row = |account: &str, reference: &str| {
        format!(
            "first_name,last_name,street,bsb,account_number,amount,reference\nLea,Zero,1 Hill Street,083-004,{account},100.00,{reference}\n"
        )
    };
    world.write("pay.csv", row("012345678", "SALARY NOVEMBER 2026 FN2"));
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    world.write("cut.csv", row("012345678", "SALARY NOVEMBER 20").replace("Lea", "L"));
    world.payrun(&["pay", "cut.csv", "--yes"]).ends(3).says("same account, amount and reference as row 2");
    world.write("zero.csv", row("12345678", "SALARY NOVEMBER 2026 FN2").replace("Lea", "L"));
    world.payrun(&["pay", "zero.csv", "--yes"]).ends(3).says("same account, amount and reference as row 2");
    assert_eq!(world.made(), 1);
}

#[test]
fn the_same_rows_in_any_disguise_send_nothing() {
    let world = paid(6);
    let text = payroll(0, 6);
    let mut lines: Vec<&str> = text.lines().collect();
    lines[1..].reverse();
    let spaced =
        text.replace(",Robin,", ",  Robin ,").replace("PAY 3", "PAY   3").replace("062-000", "062000");
    let quoted = text.replace("1 Hill Street", "\"1 Hill Street\"");
    for (name, disguise) in [
        ("pay.csv", text.clone()),
        ("renamed.csv", text.clone()),
        ("crlf.csv", text.replace('\n', "\r\n")),
        ("bom.csv", format!("\u{feff}{text}")),
        ("reordered.csv", lines.join("\n")),
        ("spaced.csv", spaced),
        ("quoted.csv", quoted),
    ] {
        world.write(name, disguise);
        world.payrun(&["pay", name, "--yes"]).ends(0).says("as run r1 (");
        assert_eq!(world.made(), 6, "{name}");
    }
}

#[test]
fn a_new_name_pays_an_identical_file_again_but_not_by_accident() {
    let world = paid(3);
    let said = world.payrun(&["pay", "pay.csv", "--yes", "--name", "December"]).ends(3);
    said.says("same account, amount and reference as row 2 of pay.csv").says("--repeat");
    assert_eq!(world.made(), 3);
    let again = ["pay", "pay.csv", "--yes", "--name", "December", "--repeat"];
    world.payrun(&again).ends(0).says("row 2 on top of row 2 of pay.csv");
    assert_eq!(world.made(), 6);
    world.payrun(&again).ends(0).says("nothing was sent now");
    assert_eq!(world.made(), 6);
    world.write("other.csv", payroll(50, 2));
    world
        .payrun(&["pay", "other.csv", "--yes", "--name", "December"])
        .ends(2)
        .says("belongs to run r2 of another file");
}

#[test]
fn a_file_that_overlaps_is_held_until_a_person_says_what_it_is() {
    let world = paid(4);
    world.write("more.csv", payroll(2, 4)); // two rows of before, two new ones
    world
        .payrun(&["pay", "more.csv", "--yes"])
        .ends(3)
        .says("2 rows must be decided by a person")
        .says("row 4 of pay.csv");
    assert_eq!(world.made(), 4);
    world.payrun(&["pay", "more.csv", "--yes", "--amends", "r1"]).ends(0);
    assert_eq!(world.made(), 6);
    assert_eq!(world.payrun(&["pay", "more.csv", "--yes", "--amends", "r9"]).code, Some(2));

    let world = paid(4);
    world.write("more.csv", payroll(2, 4));
    world.payrun(&["pay", "more.csv", "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 6);

    let world = paid(4);
    world.write("more.csv", payroll(2, 4));
    world.payrun(&["pay", "more.csv", "--yes", "--repeat"]).ends(0);
    assert_eq!(world.made(), 8);
}

#[test]
fn rows_that_another_run_has_yet_to_send_are_not_sent_beside_it() {
    let world = World::new();
    world.write("first.csv", payroll(0, 1));
    world.payrun(&["pay", "first.csv", "--yes"]).ends(0);
    // only Flash knows of that any more
    std::fs::remove_dir_all(world.home().join(".local/state")).expect("it was there");
    // P0 now has another account: the run stops before its first payout
    let changed = payroll(0, 4).replace("10000000", "10009999");
    world.write("pay.csv", &changed);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(3).says("bank details");
    assert_eq!(world.made(), 1);
    // the officer takes P0 out and raises P1
    let edited: Vec<&str> = changed.lines().filter(|line| !line.starts_with("P0,")).collect();
    world.write("edited.csv", edited.join("\n").replace("101.01", "201.01"));
    world.payrun(&["pay", "edited.csv", "--yes"]).ends(3).says("which r1 has yet to send");
    assert_eq!(world.made(), 1);
    world.payrun(&["pay", "edited.csv", "--yes", "--amends", "r1"]).ends(0);
    assert_eq!(world.made(), 4);
    assert_eq!(world.states("r1")[1], "held", "the row that was raised is the new run's alone");
    world.payrun(&["resume", "r1"]);
    assert_eq!(world.made(), 4, "nothing of the corrected run is sent any more");
}

const WITH_IDS: &str = "payment_id,payee_id,first_name,last_name,street,bsb,account_number,amount,reference\n\
    NOV-1,P1,Robin,Example,1 Hill Street,062-000,10000001,100.00,PAY\n\
    NOV-2,P2,Sam,Example,1 Hill Street,062-000,10000002,200.00,PAY\n";

#[test]
fn an_id_is_paid_once_whatever_file_it_is_in() {
    let world = World::new();
    world.write("pay.csv", WITH_IDS);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    let third = "NOV-3,P3,Kim,Example,1 Hill Street,062-000,10000003,300.00,PAY\n";
    world.write("more.csv", format!("{WITH_IDS}{third}"));
    world
        .payrun(&["pay", "more.csv", "--yes", "--name", "December"])
        .ends(0)
        .says("already taken up by a run: 2 rows");
    assert_eq!(world.made(), 3);
    let said = world.payrun(&["pay", "more.csv", "--yes", "--name", "January", "--repeat"]).ends(0);
    said.says("already taken up by a run: 3 rows");
    assert_eq!(world.made(), 3, "not even --repeat pays an id again");
    world.write("changed.csv", WITH_IDS.replace("200.00", "250.00"));
    let said = world.payrun(&["pay", "changed.csv", "--yes"]).ends(3);
    said.says("AUD 200.00").says("AUD 250.00").says("NOV-2");
    assert_eq!(world.made(), 3);
    let ids: Vec<_> = world.ledger().withdrawals.into_iter().filter_map(|made| made.external_id).collect();
    assert_eq!(ids, ["NOV-1", "NOV-2", "NOV-3"]);
}

#[test]
fn what_was_paid_stays_paid_when_its_remitter_is_no_longer_configured() {
    let world = World::new();
    let file =
        WITH_IDS.replace(",reference", ",reference,remitter").replace(",PAY\n", ",PAY,Night Shift Pty Ltd\n");
    world.write("pay.csv", &file);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(0);
    // a configuration without the default whose address the row's remitter used
    world.write(
        "payrun.toml",
        "[payouts]\nremitter = \"account\"\n[remitters.other]\ncompany_name = \"Other\"\n",
    );
    let third = "NOV-3,P3,Kim,Example,1 Hill Street,062-000,10000003,300.00,PAY,Night Shift Pty Ltd\n";
    world.write("more.csv", format!("{file}{third}"));
    world
        .payrun(&["pay", "more.csv", "--yes", "--skip-invalid"])
        .ends(4)
        .says("already taken up by a run: 2 rows");
    std::fs::remove_file(world.home().join("payrun.toml")).expect("it was there");
    world.payrun(&["pay", "more.csv", "--yes", "--name", "again"]).ends(0);
    assert_eq!(world.made(), 3);
    assert!(crate::rig::made(&world.ledger()).values().all(|times| *times == 1));
}

#[test]
fn a_corrected_file_is_not_paid_beside_a_run_that_was_never_sent() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["login:500_before@1-"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    world.faults(&[]);
    // the officer corrects every amount and forgets about the first run
    let corrected = payroll(0, 3)
        .replace(",100.00,", ",110.00,")
        .replace(",101.01,", ",111.01,")
        .replace(",102.02,", ",112.02,");
    world.write("corrected.csv", &corrected);
    world
        .payrun(&["pay", "corrected.csv", "--yes"])
        .ends(3)
        .says("the same payee stands in row 2 of pay.csv");
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", "corrected.csv", "--yes", "--amends", "r1"]).ends(0);
    assert_eq!(world.made(), 3);
    // nothing brings the old amounts back: neither resuming the old run nor paying its file
    world.payrun(&["resume", "r1"]);
    world.payrun(&["pay", "pay.csv", "--yes"]);
    assert_eq!(world.made(), 3);
    assert_eq!(world.states("r1"), ["held", "held", "held"]);
}

#[test]
fn a_run_in_doubt_cannot_be_corrected_before_it_is_settled() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["withdrawal_create:reset_after@2-", "withdrawal_list:500_before@1-"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(5);
    world.write(
        "corrected.csv",
        payroll(0, 3).replace(",101.01,", ",111.01,").replace(",102.02,", ",112.02,"),
    );
    world
        .payrun(&["pay", "corrected.csv", "--yes", "--amends", "r1"])
        .ends(2)
        .says("in doubt")
        .says("payrun resume r1");
    world.faults(&[]);
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.made(), 3);
}

#[test]
fn a_held_row_that_is_taken_over_is_still_another_run_s_twin() {
    let world = paid(2);
    world.write("b2.csv", payroll(0, 3));
    world.payrun(&["pay", "b2.csv", "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 3);
    world.write("b3.csv", payroll(0, 4));
    world.payrun(&["pay", "b3.csv", "--yes", "--amends", "r2"]).ends(3).says("as row 2 of pay.csv");
    assert_eq!(world.made(), 3);
    world.payrun(&["pay", "b3.csv", "--yes", "--amends", "r2", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 4, "only the new row was paid");
}

#[test]
fn a_declined_row_that_was_paid_by_another_file_is_not_sent_again() {
    let world = World::new();
    world.write("pay.csv", payroll(0, 3));
    world.faults(&["withdrawal_create:declined@2"]);
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4);
    world.faults(&[]);
    let row = world.states("r1").iter().position(|state| state == "rejected").expect("one was declined") + 2;
    world.payrun(&["report", "r1", "--to", "."]).ends(0);
    // with its mark it is the same payout still; without it is one of its own
    world.payrun(&["pay", "r1-to-correct.csv", "--yes"]).ends(4);
    assert_eq!(world.made(), 2);
    let fix = std::fs::read_to_string(world.home().join("r1-to-correct.csv")).expect("a file");
    let (unmarked, _) = fix.trim_end().rsplit_once(',').expect("cells");
    world.write("unmarked.csv", format!("{unmarked},\n"));
    world.payrun(&["pay", "unmarked.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 3);
    let row = row.to_string();
    let settle = ["settle", "r1", "--row", &row, "--not-made", "--reason", "send it again"];
    world.payrun(&settle).ends(2).says("of run r3 pays the same");
    world.payrun(&["pay", "pay.csv", "--yes"]).ends(4).says("do not pay the whole file again");
    assert_eq!(world.made(), 3);
}

#[test]
fn of_several_open_runs_a_person_chooses() {
    let world = World::new();
    world.faults(&["login:500_before@1-"]);
    for (name, first) in [("a.csv", 0), ("b.csv", 50)] {
        world.write(name, payroll(first, 2));
        world.payrun(&["pay", name, "--yes"]).ends(5);
    }
    world.faults(&[]);
    world.payrun(&["resume"]).ends(2).says("payrun resume r1  (a.csv)").says("payrun resume r2  (b.csv)");
    assert_eq!(world.made(), 0);
    world.payrun(&["resume", "r1"]).ends(0);
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.made(), 4);
}
