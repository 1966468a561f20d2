//! Workbooks paid by the real program, from the file to the simulator.

use std::path::{Path, PathBuf};

use crate::world::World;

/// A workbook of the cases.
fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check").join(name)
}

fn copied(world: &World, name: &str) -> String {
    let from = sample(name);
    let to = world.home().join(from.file_name().expect("a name"));
    std::fs::copy(&from, &to).expect("a copy");
    to.display().to_string()
}

#[test]
fn a_workbook_is_paid_once() {
    let world = World::new();
    for (name, made) in [("wb_clean/input.xlsx", 4), ("wb_office_ods_clean/input.ods", 4)] {
        // one and the same rows, whatever the format: the second file is the first again
        let file = copied(&world, name);
        world.payrun(&["pay", &file, "--yes"]).ends(0);
        assert_eq!(world.made(), made);
        world.payrun(&["pay", &file, "--yes"]).ends(0).says("nothing was sent now");
        assert_eq!(world.made(), made);
    }
    assert_eq!(world.total().to_string(), "10001.00");
}

#[test]
fn a_person_decides_on_sheet_and_hidden_rows() {
    let world = World::new();
    let several = copied(&world, "wb_sheets_several_fit/input.xlsx");
    world.payrun(&["pay", &several, "--yes"]).ends(3).says("--sheet \"July\"");
    world.payrun(&["pay", &several, "--yes", "--sheet", "June"]).ends(3).says("no sheet is called");
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", &several, "--yes", "--sheet", "July"]).ends(0);
    assert_eq!(world.made(), 4);

    let world = World::new();
    let hidden = copied(&world, "wb_hidden_rows/input.xlsx");
    world.payrun(&["pay", &hidden, "--yes"]).ends(3).says("--accept hidden");
    assert_eq!(world.made(), 0);
    world.payrun(&["pay", &hidden, "--yes", "--accept", "hidden"]).ends(0);
    assert_eq!(world.made(), 4);
}

/// What was not paid comes back as text, in the columns of the sheet, its zeros as they are shown.
#[test]
fn rows_to_correct_are_written_as_text() {
    let world = World::new();
    let file = copied(&world, "wb_formats_of_zeros/input.xlsx");
    world.payrun(&["pay", &file, "--yes", "--skip-invalid"]).ends(4);
    assert_eq!(world.made(), 3);
    let said = world.payrun(&["report", "r1"]).ends(0);
    let path = said.out.lines().find(|line| line.contains("to-correct")).expect("a file to correct").trim();
    let path = path.rsplit(' ').next().expect("a path");
    let text = std::fs::read_to_string(path).expect("the file to correct");
    let mut lines = text.lines();
    assert!(lines.next().expect("names").starts_with("payee_id,first_name"), "{text}");
    assert!(
        lines.next().expect("a row").contains(",2000,32000,\"=\"\"000102030\"\"\",4000.4,PAY JULY,"),
        "{text}"
    );
    let mended = text.replace(",32000,", ",032-000,");
    world.write("mended.csv", &mended);
    world.payrun(&["pay", "mended.csv", "--yes"]).ends(0);
    assert_eq!(world.made(), 4);
    // each is the row of the workbook still
    world.write("otherwise.csv", mended.replace(",4000.4,", ",4000.5,"));
    world.payrun(&["pay", "otherwise.csv", "--yes", "--repeat"]).ends(3).says("as row 2 of mended.csv");
    assert_eq!(world.made(), 4);
}

/// The sheet that a person named is kept with the run, and so is what was accepted.
#[test]
fn a_run_cut_off_while_it_was_recorded_reads_the_same_sheet_of_its_copy() {
    let world = World::new();
    let file = copied(&world, "wb_sheet_of_hidden_rows/input.xlsx");
    let pay = ["pay", &file, "--yes", "--sheet", "August", "--accept", "hidden"];
    world.payrun(&pay).ends(0);
    assert_eq!(world.made(), 4);
    // the journal as a kill would have left it, and the workbook gone meanwhile
    let path = world.scope().join("journal/00000001.jsonl");
    let text = std::fs::read_to_string(&path).expect("a journal");
    let opened = text.lines().position(|line| line.contains("run_opened")).expect("it was opened");
    let kept: Vec<&str> = text.lines().take(opened + 2).collect();
    std::fs::write(&path, kept.join("\n") + "\n").expect("written");
    std::fs::remove_dir_all(world.scope().join("checkpoint")).expect("it was there");
    std::fs::remove_file(&file).expect("it was there");
    world.payrun(&["resume"]).ends(0);
    assert_eq!(world.states("r1").len(), 4);
    // the simulator knows the ids and keys of the first time
    assert_eq!(world.made(), 4);
    assert_eq!(world.total().to_string(), "10001.00");
}

#[test]
fn a_hidden_sheet_is_read_only_where_it_is_named() {
    let world = World::new();
    let mut book = rust_xlsxwriter::Workbook::new();
    book.add_worksheet().set_name("Notes").expect("a name");
    let pay = book.add_worksheet().set_name("Pay").expect("a name").set_hidden(true);
    for (row, line) in (0..).zip(crate::rig::payroll(0, 2).lines()) {
        pay.write_row(row, 0, line.split(',')).expect("a row");
    }
    book.save(world.home().join("pay.xlsx")).expect("a workbook");
    world.payrun(&["check", "pay.xlsx"]).ends(3).says("\"Pay\" (hidden)").says("say which is to be paid");
    let named = ["check", "pay.xlsx", "--sheet", "Pay"];
    world.payrun(&named).ends(3).says("the sheet \"Pay\" itself is hidden");
    world.payrun(&[&named[..], &["--accept", "hidden"]].concat()).ends(0).says("2 can be paid");
}
