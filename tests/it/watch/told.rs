//! What answers say is so: of files of which nothing is to be sent, of what lies where, and of what happens next.

use std::fs;
use std::os::unix::fs::{MetadataExt, symlink};
use std::time::Duration;

use super::{Shop, all, rig};

/// A run of three rows in a watched folder, of which the first was declined.
fn one_was_declined() -> Shop {
    let shop = Shop::new();
    shop.world.faults(&["withdrawal_create:declined"]);
    shop.drop("salaries.csv", rig::payroll(0, 3));
    shop.once(&["--mode", "pay"]).ends(0);
    shop.world.faults(&[]);
    fs::write(shop.path("held/salaries.csv.approve"), "").expect("written");
    shop.once(&["--mode", "pay"]).ends(0);
    assert_eq!((shop.world.made(), shop.world.states("r1")[0].as_str()), (2, "rejected"));
    shop
}

#[test]
fn a_row_that_is_held_in_a_correction_is_not_paid_as_it_was_before() {
    let shop = Shop::new();
    let row =
        |id: &str, account: &str| format!("{id},Robin,Example,1 Hill Street,062-000,{account},100.00,{id}\n");
    let file = |rows: &[String]| {
        format!(
            "payment_id,first_name,last_name,street,bsb,account_number,amount,reference\n{}",
            rows.concat()
        )
    };
    let balance = |sum: u32| {
        shop.world.simulator.change(|options| {
            options.balances.insert("AUD".to_owned(), sum.into());
        });
    };
    shop.drop("jan.csv", file(&[row("JAN", "10000001")]));
    shop.once(&["--mode", "pay"]).ends(0);
    balance(110);
    shop.drop("feb.csv", file(&[row("FEB", "10000001")]));
    shop.once(&["--mode", "pay"]).ends(5);
    assert_eq!((shop.world.made(), shop.world.states("r2")), (1, vec!["ready".to_owned()]));
    shop.drop("feb-corrected.csv", file(&[row("JAN", "10000001"), row("FEB", "20000002")]));
    shop.once(&["--mode", "pay"]).ends(5);
    fs::write(shop.path("held/feb-corrected.csv.approve"), "amends r2\nskip-invalid\n").expect("written");
    shop.once(&["--mode", "pay"]);
    balance(1_000);
    shop.once(&["--mode", "pay"]);
    assert_eq!(shop.world.made(), 1, "the old account is not paid: {:?}", all(&shop.path("")));
}

#[test]
fn nobody_is_told_to_correct_rows_that_flash_has() {
    let shop = Shop::new();
    let row = |id: u32, reference: &str| {
        format!("P{id},Robin,Example,1 Hill Street,062-000,1000000{id},10{id}.00,{reference}\n")
    };
    let head = "payment_id,first_name,last_name,street,bsb,account_number,amount,reference\n";
    shop.drop("all.csv", [head, &row(1, "A"), &row(2, "B"), &row(3, "C")].concat());
    shop.once(&["--mode", "pay"]).ends(0);
    for (file, what, rows) in
        [("two.csv", "row 3 is row 4 of run r1", [1, 3]), ("others.csv", "row 3 is row 3 of run r1", [1, 2])]
    {
        let rows = rows.map(|id| row(id, ["A", "B", "C"][id as usize - 1]));
        shop.drop(file, [head, &rows.concat()].concat());
        shop.once(&["--mode", "pay"]).ends(0);
        let answer = shop.read(&format!("rejected/{file}.answer.txt"));
        assert!(answer.contains("row 2 is row 2 of run r1") && answer.contains(what), "{answer}");
        assert!(!answer.contains("correct the rows") && !answer.contains("put the file"), "{answer}");
    }
    assert_eq!(shop.world.made(), 3);
}

#[test]
fn a_file_of_rows_to_correct_that_nobody_has_corrected_asks_for_no_yes() {
    for mode in ["hold", "pay"] {
        let shop = one_was_declined();
        let text = shop.read("done/r1-to-correct.csv");
        shop.drop("r1-to-correct.csv", &text);
        shop.once(&["--mode", mode]).ends(0);
        assert!(shop.list("held").is_empty(), "{mode}: {:?}", shop.list("held"));
        let answer = shop.read("rejected/r1-to-correct.csv.answer.txt");
        assert!(answer.starts_with("Nothing was sent: no row of the file is to be paid now."), "{answer}");
        assert!(
            answer.contains("row 2 is row 2 of run r1, rejected: not paid; change what is wrong"),
            "{answer}"
        );
        assert!(answer.contains("correct the rows of which") && !answer.contains("approve"), "{answer}");
        // a row that asks is asked about all the same
        let new = rig::payroll(10, 1).replacen("062-000", "62000", 1);
        let new = new.lines().last().expect("a row");
        let asks = format!(
            "{}\n{new}{}\n",
            text.trim_end(),
            ",".repeat(
                text.lines().next().map_or(0, |line| line.matches(',').count()) - new.matches(',').count()
            )
        );
        shop.drop("asks.csv", asks);
        shop.once(&["--mode", mode]).ends(0);
        assert!(
            shop.read("held/asks.csv.answer.txt").contains("accept CODE:ROW"),
            "{:?}",
            all(&shop.path(""))
        );
        // and corrected, the row is paid
        shop.drop("r1-to-correct.csv", text.replace("PAY 0", "PAY AGAIN"));
        shop.once(&["--mode", "pay"]).ends(0);
        assert_eq!(shop.world.made(), 3, "{:?}", all(&shop.path("")));
    }
}

#[test]
fn a_run_that_is_let_go_without_its_file_is_sent_at_the_next_look_which_says_so() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    fs::remove_file(shop.path("held/salaries.csv")).expect("taken away");
    let said = shop.world.payrun(&["approve", "r1"]).ends(0);
    assert!(said.out.contains("/in goes on with it by itself"), "{}", said.out);
    let said = shop.once(&["--mode", "hold"]).ends(0);
    let said = said.says("salaries.csv: This file is run r1, which goes on.");
    said.says("salaries.csv: Run r1 of salaries.csv: finished");
    assert_eq!(shop.world.made(), 2);
    assert!(shop.read("done/r1 salaries.csv.answer.txt").contains("finished"), "{:?}", all(&shop.path("")));
}

#[test]
fn the_answer_about_a_link_says_where_it_lies_and_is_read_by_whoever_may_look_there() {
    let shop = Shop::new();
    let file = shop.world.write("elsewhere.csv", rig::payroll(0, 2));
    symlink(file, shop.path("link.csv")).expect("a link");
    assert!(
        std::process::Command::new("mkfifo").arg(shop.path("pipe.csv")).status().expect("mkfifo").success()
    );
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("rejected/link.csv.answer.txt");
    assert!(answer.contains("rejected/link.csv is a link to another file; save the file itself"), "{answer}");
    let pipe = shop.read("rejected/pipe.csv.answer.txt");
    assert!(pipe.contains("rejected/pipe.csv is not a file"), "{pipe}");
    assert!(!answer.contains("processing/") && !pipe.contains("processing/"), "{answer}{pipe}");
    let mode = |name: &str| fs::metadata(shop.path(name)).expect("there").mode() & 0o777;
    assert_eq!(mode("rejected/link.csv.answer.txt"), mode("rejected") & 0o644 | 0o600);
}

#[test]
fn a_yes_to_another_plan_is_no_answer_to_a_question() {
    let shop = Shop::new();
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "hold"]).ends(0);
    shop.world.payrun(&["approve", "r1", "--plan", "00000000"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    let answer = shop.read("held/salaries.csv.answer.txt");
    assert!(answer.contains("the approval is for the plan 00000000"), "{answer}");
    shop.world.payrun(&["approve", "r1"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0);
    assert_eq!(shop.world.made(), 2);
    let said = shop.world.payrun(&["status", "r1"]).ends(0).says("let go by");
    assert!(!said.out.contains("questions were answered"), "{}", said.out);
}

#[test]
fn the_last_line_counts_the_files_that_wait_for_a_person() {
    let shop = Shop::new();
    for (name, first) in [("a.csv", 0), ("b.csv", 10)] {
        shop.drop(name, rig::payroll(first, 2));
    }
    shop.once(&["--mode", "hold"]).ends(0).says("2 files wait for a person in held/");
    shop.world.payrun(&["approve", "r1"]).ends(0);
    shop.once(&["--mode", "hold"]).ends(0).says("1 file waits for a person in held/");
    shop.world.payrun(&["approve", "r2"]).ends(0);
    let said = shop.once(&["--mode", "hold"]).ends(0).says("Nothing is left undone.");
    assert!(!said.err.contains("for a person"), "{}", said.err);
}

#[test]
fn the_same_file_again_is_told_how_its_payouts_stand() {
    let shop = one_was_declined();
    let again = |name: &str| {
        shop.drop(name, rig::payroll(0, 3));
        shop.once(&["--mode", "pay"]).ends(0);
        shop.read(&format!("done/r1 {name}.answer.txt"))
    };
    let answer = again("again.csv");
    assert!(answer.starts_with("This file was already sent as run r1; nothing was sent now."), "{answer}");
    assert!(answer.contains("2  submitted") && answer.contains("1  rejected"), "{answer}");
    assert!(answer.contains("1 row of it is to be corrected: in r1-to-correct.csv"), "{answer}");
    shop.drop("whole.csv", rig::payroll(20, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    shop.drop("whole again.csv", rig::payroll(20, 2));
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("done/r2 whole again.csv.answer.txt");
    assert!(answer.contains("already sent as run r2") && !answer.contains("correct"), "{answer}");
}

#[test]
fn control_totals_are_told_how_many_rows_there_are_and_how_many_can_be_paid() {
    let shop = Shop::new();
    shop.drop("salaries.csv.totals", "count 3\nAUD 303.03\n");
    shop.drop("salaries.csv", rig::payroll(0, 3).replace("062-000", "06x-000"));
    shop.once(&["--mode", "pay"]).ends(0);
    let answer = shop.read("rejected/salaries.csv.answer.txt");
    assert!(answer.contains("say 3 payouts, the file has 3 rows, of which 0 can be paid"), "{answer}");
    assert!(answer.contains("say AUD 303.03, the file has AUD 0 in rows that can be paid"), "{answer}");
}

#[test]
fn what_was_settled_stands_in_the_reports_of_the_folder_after_the_next_look() {
    let shop = Shop::new();
    shop.drop("first.csv", rig::payroll(50, 1));
    shop.once(&["--mode", "pay"]).ends(0);
    std::thread::sleep(Duration::from_millis(1600));
    // it was made, and the list does not show it in time
    shop.world.faults(&["withdrawal_create:reset_after@1", "withdrawal_list:lagging_lists=1500ms@1-"]);
    shop.drop("salaries.csv", rig::payroll(0, 1));
    let mut command = shop.world.command(&["watch", "in", "--settle", "200ms", "--once", "--mode", "pay"]);
    command.env("PAYRUN_GATEWAY_RESEND", "never");
    shop.world.start(command).end().ends(0);
    shop.world.faults(&[]);
    let report = "done/r2 salaries.csv.report.csv";
    assert!(shop.read(report).contains("attention"), "{:?}", all(&shop.path("")));
    let id = shop.world.ledger().withdrawals[1].id.clone();
    let settle = ["settle", "r2", "--row", "2", "--made", &id, "--reason", "seen in the portal"];
    shop.world.payrun(&settle).ends(0).says("/in/done are written anew at the next look of payrun watch");
    shop.once(&["--mode", "pay"]).ends(0);
    assert!(!shop.read(report).contains("attention"), "{}", shop.read(report));
    assert!(!shop.read("done/r2 salaries.csv.answer.txt").contains("attention"));
    let again = shop.once(&["--mode", "pay"]).ends(0);
    assert!(!again.err.contains("written again"), "once: {}", again.err);
}

#[test]
fn a_run_of_a_folder_is_its_watchers_to_go_on_with() {
    let shop = Shop::with(payrun::simulator::Options {
        balances: [("AUD".to_owned(), "10".parse().expect("a number"))].into(),
        ..rig::quick()
    });
    shop.drop("salaries.csv", rig::payroll(0, 2));
    shop.once(&["--mode", "pay"]).ends(5);
    let next = shop.world.payouts("r1")[0]["next"].as_str().expect("a sentence").to_owned();
    assert!(next.starts_with("payrun watch ") && next.contains("/in goes on with it by itself"), "{next}");
    shop.world.payrun(&["report", "r1", "--to", "out"]).ends(0);
    let page = fs::read_to_string(shop.world.home().join("out/r1-salaries.html")).expect("a page");
    assert!(
        page.contains(" To go on: payrun watch ") && page.contains("goes on with it by itself"),
        "{page}"
    );
}
