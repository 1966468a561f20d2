//! The payee book: importing, showing, exporting, and completing rows that lack an address.

use std::fmt::Write;
use std::path::Path;

use crate::world::World;

const BOOK: &str = "payee_id,first_name,last_name,email,mobile,street,suburb,state,postcode,bsb,account_number\n\
    E001,Nina,Aldridge,nina@example.com,0412 345 678,1 Hill Street,Sydney,NSW,2000,062-000,20304050\n\
    E002,Theo,Vance,,,2 Hill Street,Sydney,NSW,2000,062-000,01314151\n\
    E003,Zoe,Hale,,,,,,,033-088,22324252\n";

/// As a bank file has it: no addresses, no ids, names cut and turned about.
const BARE: &str = "account_name,bsb,account_number,amount,reference\n\
    ALDRIDGE NINA,062-000,20304050,100.00,PAY\n\
    T Vance,062-000,01314151,200.00,PAY\n";

fn with_book() -> World {
    let world = World::new();
    world.write("staff.csv", BOOK);
    world.payrun(&["payees", "import", "staff.csv"]).ends(0).says("3 new, 0 updated, 0 unchanged");
    world
}

#[test]
fn payees_are_imported_listed_shown_and_exported() {
    let world = World::new();
    world.payrun(&["payees", "list"]).ends(0).says("empty");
    let world = with_book();
    world.payrun(&["payees", "import", "staff.csv"]).ends(0).says("0 new, 0 updated, 3 unchanged");
    // an address is corrected, and what the file leaves empty stays
    world.write(
        "moved.csv",
        "payee_id,account_name,street,bsb,account_number\nE001,Nina Aldridge,9 Bay Road,062-000,20304050\n",
    );
    world.payrun(&["payees", "import", "moved.csv"]).ends(0).says("0 new, 1 updated, 0 unchanged");
    let list = world.payrun(&["payees", "list"]).ends(0).says("062-000 •••••050").says("3 payees");
    assert!(list.out.contains("Zoe Hale") && list.out.contains(" no "), "{}", list.out);
    for who in ["E001", "062-000 20304050", "06200020304050"] {
        let said = world.payrun(&["payees", "show", who]).ends(0);
        said.says("9 Bay Road").says("nina@example.com").says("moved.csv row 2: address").says("never");
    }
    world.payrun(&["payees", "show", "E009"]).ends(2).says("nobody");
    let shown = world.payrun(&["payees", "show", "E001", "--format", "json"]).ends(0).json();
    assert_eq!(shown["payees"][0]["address"]["street"], "9 Bay Road");
    let listed = world.payrun(&["payees", "list", "--format", "json"]).ends(0);
    assert_eq!(listed.json()["payees"].as_array().map(Vec::len), Some(3));
    assert!(!listed.out.contains("20304050"));

    world.payrun(&["payees", "export", "out.csv"]).ends(0).says("full account numbers");
    let path = world.home().join("out.csv");
    assert_eq!(mode(&path), 0o600);
    let text = std::fs::read_to_string(&path).expect("the export");
    assert!(text.contains("20304050") && text.contains("=\"\"01314151\"\""), "{text}");
    world.payrun(&["payees", "export", "out.csv"]).ends(6).says("nothing is written over");
    // another state folder takes it back as it is
    let other = ["--state", "other"];
    let import = |file| world.payrun(&[&other[..], &["payees", "import", file]].concat());
    import("out.csv").ends(0).says("3 new");
    let again = world.payrun(&[&other[..], &["payees", "export", "again.csv"]].concat());
    again.ends(0);
    assert_eq!(std::fs::read_to_string(world.home().join("again.csv")).expect("the export"), text);
}

fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt;
    std::fs::metadata(path).expect("a file").permissions().mode() & 0o777
}

#[test]
fn what_is_wrong_in_a_file_of_payees_is_told_to_the_cell_and_nothing_is_imported() {
    let world = World::new();
    let wrong = format!(
        "{BOOK}E004,Kim,Dent,kim at example,,,,,,062-000,41424344\n\
         E002,Theo,Vance,,,7 Hill Street,Sydney,NSW,2000,062-000,01314151\n\
         E001,Nina,Aldridge,,,,,,,062-000,99304050\n\
         E005,Lea,Moss,,,,,,,062-000,\n"
    );
    world.write("staff.csv", wrong);
    let said = world.payrun(&["payees", "import", "staff.csv"]).ends(3);
    let said =
        said.says("D5: this is not an e-mail address").says("row 6: the payee stands in row 3 already");
    let said = said
        .says("row 2 has the same payee_id with another account")
        .says("K8: the account number is missing");
    said.says("Nothing was imported: 4 rows");
    world.payrun(&["payees", "list"]).ends(0).says("empty");
    world
        .payrun(&["payees", "import", "staff.csv", "--skip-invalid"])
        .ends(4)
        .says("3 new")
        .says("4 left out");
    world.payrun(&["payees", "list"]).ends(0).says("3 payees");
    world.write("columns.csv", "payee_id,street\nE001,1 Hill Street\n");
    world
        .payrun(&["payees", "import", "columns.csv", "--skip-invalid"])
        .ends(3)
        .says("no column says whom to pay");
}

#[test]
fn a_file_without_addresses_is_completed_and_says_so() {
    let world = with_book();
    world.write("bank.csv", BARE);
    let said = world.payrun(&["check", "bank.csv"]).ends(0);
    let said = said.says("row 2: the e-mail address, the mobile number and the address were taken from the payee book (staff.csv row 2)");
    said.says("row 3: the address was taken from the payee book");
    let said = world.payrun(&["pay", "bank.csv", "--yes"]).ends(0);
    said.says("2 addresses from the payee book");
    assert_eq!(world.made(), 2);
    world.payrun(&["status", "r1"]).ends(0).says("2 addresses from the payee book");
    let payouts = world.payouts("r1");
    assert_eq!(payouts[1]["from_book"][0], "street");
    let report = std::fs::read_dir(world.scope().join("reports")).expect("reports").flatten();
    let csv = report.map(|entry| entry.path()).find(|path| path.extension().is_some_and(|of| of == "csv"));
    let csv = std::fs::read_to_string(csv.expect("a report")).expect("a text");
    assert!(csv.contains("e-mail address; mobile number; address"), "{csv}");
    world.payrun(&["payees", "show", "E001"]).ends(0).says("row 2 of run r1");
}

#[test]
fn the_same_file_is_the_same_run_whatever_the_book_says_by_then() {
    let world = with_book();
    let three = format!("{BARE}Zoe Hale,033-088,22324252,300.00,PAY\n");
    world.write("bank.csv", &three);
    let said = world.payrun(&["pay", "bank.csv", "--yes"]).ends(3);
    said.says("row 4: the payee has no street").says("no address of this payee either");
    world.payrun(&["pay", "bank.csv", "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 2);
    // one moves, and the third gets an address: it is the same file all the same
    world.write("moved.csv", "payee_id,account_name,street,bsb,account_number\nE001,Nina Aldridge,9 Bay Road,062-000,20304050\nE003,Zoe Hale,3 Hill Street,033-088,22324252\n");
    world.payrun(&["payees", "import", "moved.csv"]).ends(0).says("2 updated");
    for name in ["bank.csv", "renamed.csv"] {
        world.write(name, three.replace("062-000", "062000"));
        world.payrun(&["pay", name, "--yes", "--skip-invalid"]).ends(4).says("as run r1 (");
    }
    assert_eq!(world.made(), 2);
    let fix = world.scope().join("reports/r1-to-correct.csv");
    world
        .payrun(&["pay", fix.to_str().expect("a path"), "--yes"])
        .ends(0)
        .says("1 address from the payee book");
    assert_eq!(world.made(), 3);
}

#[test]
fn nothing_is_taken_for_a_row_whose_name_does_not_agree() {
    let world = with_book();
    world.write("bank.csv", format!("{BARE}Robin Example,033-088,22324252,300.00,PAY\n"));
    world.payrun(&["check", "bank.csv"]).ends(3).says("row 4: the payee has no street");
    let ids = "payee_id,account_name,bsb,account_number,amount\nE001,Nina Aldridge,062-000,20304050,1.00\nE002,Nina Aldridge,062-000,01314151,2.00\n";
    world.write("ids.csv", ids);
    world.payrun(&["check", "ids.csv"]).ends(3).says("the payee book has E002 as Theo Vance");
    // and without a book there is one finding for the whole file
    let world = World::new();
    world.write("bank.csv", BARE);
    world
        .payrun(&["check", "bank.csv"])
        .ends(3)
        .says("file: no row has a street")
        .says("payrun payees import");
}

#[test]
fn the_book_is_consulted_while_another_process_is_at_work_and_missed_without_a_login() {
    let slow =
        payrun::simulator::Options { latency: std::time::Duration::from_millis(50), ..crate::rig::quick() };
    let world = World::with(slow);
    world.write("staff.csv", BOOK);
    world.payrun(&["payees", "import", "staff.csv"]).ends(0);
    world.write("bank.csv", BARE);
    world.write("pay.csv", crate::rig::payroll(0, 60));
    let at_work = world.start(world.command(&["pay", "pay.csv", "--yes"]));
    while world.made() == 0 {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    at_work.signal("STOP");
    world.payrun(&["check", "bank.csv"]).ends(0).says("taken from the payee book");
    world.payrun(&["payees", "list"]).ends(0).says("Nina Aldridge");
    world.payrun(&["payees", "import", "staff.csv"]).ends(7);
    at_work.signal("CONT");
    at_work.end().ends(0);
    let mut command = world.command(&["check", "bank.csv", "--env", "production"]);
    command.env_remove("PAYRUN_API_URL").env_remove("PAYRUN_GATEWAY_IN_DOUBT_WAIT");
    world.start(command).end().ends(3).says("The payee book was not consulted: it belongs to a login");
}

#[test]
fn an_import_that_is_killed_is_done_again_and_comes_to_the_same_end() {
    let world = World::new();
    let row = |at| format!("E{at},Robin,Example{},1 Hill Street,062-000,{}", letters(at), 10_000_000 + at);
    let people = (0..4000).map(row).collect::<Vec<_>>().join("\n");
    world.write("staff.csv", format!("payee_id,first_name,last_name,street,bsb,account_number\n{people}"));
    let mut kills = 0;
    for pause in [40_u64, 80, 120, 160, 200, 240] {
        let mut at_work = world.start(world.command(&["payees", "import", "staff.csv"]));
        std::thread::sleep(std::time::Duration::from_millis(pause));
        if at_work.child.try_wait().expect("a child").is_none() {
            at_work.child.kill().expect("killed");
            kills += 1;
        }
        let _ = at_work.child.wait();
    }
    assert!(kills > 0);
    world.payrun(&["payees", "import", "staff.csv"]).ends(0);
    world.payrun(&["payees", "import", "staff.csv"]).ends(0).says("0 new, 0 updated, 4000 unchanged");
    world.payrun(&["journal", "verify"]).ends(0);
    let before = world.payrun(&["payees", "list"]).ends(0).says("4,000 payees").out;
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    assert_eq!(world.payrun(&["payees", "list"]).ends(0).out, before, "the journal has the whole book");
}

/// A number in letters, since names have none.
fn letters(number: usize) -> String {
    number.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn of_a_long_list_the_wrong_rows_alone_are_left_out() {
    let world = World::new();
    let mut staff = BOOK.to_owned();
    for row in 0..1100 {
        let _ = writeln!(staff, "W{row},Sam,Baker,,,1 Hill Street,Sydney,NSW,2000,06200X,20304050");
    }
    world.write("staff.csv", &staff);
    world.payrun(&["payees", "import", "staff.csv"]).ends(3).says("Nothing was imported: 1,100 rows");
    let said = world.payrun(&["payees", "import", "staff.csv", "--skip-invalid"]);
    said.ends(4).says("3 new, 0 updated, 0 unchanged; 1100 left out");
    // rows without an address are told one by one where the book had some, and the others are counted
    let mut bare = BARE.to_owned();
    for row in 0..1100 {
        let _ = writeln!(bare, "Kim Carter,062-000,{},{row}.50,PAY", 30_000_000 + row);
    }
    world.write("bare.csv", bare);
    world.payrun(&["check", "bare.csv"]).ends(3).says("100 more findings of this kind are not listed");
}

/// A bank file has lines, and no column in which payments could be told apart.
#[test]
fn findings_of_a_bank_file_speak_of_its_lines() {
    let world = World::new();
    world.write(
        "staff.csv",
        "account_name,street,bsb,account_number\nZoe Hale,1 Hill Street,062-000,20304050\n",
    );
    world.payrun(&["payees", "import", "staff.csv"]).ends(0).says("1 new");
    let bank_file = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/cases/check/aba_duplicates/input.aba");
    let said = world.payrun(&["check", bank_file]).ends(3);
    let said = said.says("this line is the same as line 2: same account, amount and reference");
    let said = said.says("give them different lodgement references").says("2 payments, 1 can be paid");
    assert!(!said.out.contains("payment_id") && !said.out.contains("\n  row "), "{said:?}");
}
