//! A newer bank directory is taken, compared and used; what is none changes nothing.

use std::fmt::Write;

use crate::rig::payroll;
use crate::world::World;

/// The directory that is compiled in, as AusPayNet's CSV.
fn published() -> String {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bsb/bsb_directory.csv");
    std::fs::read_to_string(path).expect("the directory")
}

/// The same as AusPayNet's text of fixed columns.
fn as_fixed_columns(csv: &str) -> String {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(csv.as_bytes());
    let mut text = String::new();
    for line in reader.records() {
        let line = line.expect("a line");
        for (cell, width) in line.iter().zip([7, 3, 35, 35, 20, 3, 4, 3]) {
            let cut: String = cell.chars().take(width).collect();
            let _ = write!(text, "{cut:width$}");
        }
        text.push_str("\r\n");
    }
    text
}

const NEW: &str =
    "\"062-999\",\"CBA\",\"Brand New\",\"1 Hill Street\",\"Newtown\",\"NSW\",\"2042\",\"PEH\"\r\n";

#[test]
fn a_newer_directory_is_taken_in_both_forms_and_used_from_then_on() {
    for (name, of) in [("BSBDirectoryJul26-328.csv", &[][..]), ("bsb.txt", &["--of", "2026-07-01"])] {
        let world = World::new();
        let csv = published() + NEW;
        let is_csv = std::path::Path::new(name).extension().is_some_and(|extension| extension == "csv");
        world.write(name, if is_csv { csv } else { as_fixed_columns(&csv) });
        world.write("pay.csv", payroll(0, 2).replace("062-000", "062-999"));
        world.payrun(&["bsb", "062-999"]).ends(3).says("not in the bank directory of September 2025");
        world.payrun(&["check", "pay.csv"]).ends(0).says("062-999 is not in the bank directory");
        let args = [&["bsb", "update", name], of].concat();
        let said = world.payrun(&args).ends(0);
        let said = said.says("Bank directory of July 2026: 16194 branches, 1 new, 0 gone");
        if is_csv {
            said.says("0 changed since September 2025"); // names are cut in the fixed columns
        }
        world.payrun(&["bsb", "062-999"]).ends(0).says("Brand New").says("Bank directory of July 2026");
        let said = world.payrun(&["check", "pay.csv"]).ends(0).says("Bank directory: July 2026");
        assert!(!said.out.contains("062-999 is not"), "{}", said.out);
        world.payrun(&["pay", "pay.csv", "--yes"]).ends(0).says("bank directory: July 2026");
        let status = world.payrun(&["status", "r1", "--format", "json"]).json();
        assert_eq!(status["bank_directory"], "2026-07-01");
    }
}

#[test]
fn what_is_no_newer_directory_changes_nothing() {
    let world = World::new();
    let unchanged = |world: &World| {
        world.payrun(&["bsb", "062-000"]).ends(0).says("Bank directory of September 2025");
    };
    let update = |args: &[&str]| world.payrun(&[&["bsb", "update"], args].concat()).ends(2);
    world.write("all.csv", published());
    world.write("BSBDirectoryAug25-1.csv", published());
    world.write("BSBDirectoryJul26-1.csv", published().lines().take(900).collect::<Vec<_>>().join("\n"));
    world.write("BSBDirectoryJul26-2.csv", published() + "012-002 again\n");
    world.write("BSBDirectoryJul26-3.csv", payroll(0, 3));
    let first = published().lines().next().expect("a line").to_owned();
    for (number, (from, to, words)) in [
        ("\"PEH\"", "\"PEX\"", "its flags are not made of P, E and H"),
        ("\"2000\"", "\"2OOO\"", "its postcode is none"),
        ("\"NSW\"", "\"NSW2\"", "its state is none"),
    ]
    .into_iter()
    .enumerate()
    {
        let line = NEW.replace("\"2042\"", "\"2000\"").replace(from, to);
        let name = format!("BSBDirectoryJul26-4{number}.csv");
        world.write(&name, format!("{first}\n{line}"));
        update(&[&name]).says("line 2 ").says(words);
    }
    update(&["all.csv", "--of", "2099-01-01"]).says("2099-01-01 is a day to come");
    std::fs::create_dir(world.home().join("folder.csv")).expect("a folder");
    update(&["folder.csv"]).says("it is no file");
    let large = std::fs::File::create(world.home().join("large.csv")).expect("a file");
    large.set_len((64 << 20) + 1).expect("a file with a hole");
    update(&["large.csv"]).says("larger than any directory");
    update(&["none.csv"]).says("stays as it is").says("no such file");
    update(&["all.csv"]).says("does not say of when it is").says("--of 2026-07-01");
    update(&["BSBDirectoryAug25-1.csv"]).says("it is of August 2025, the present one of September 2025");
    update(&["BSBDirectoryJul26-1.csv"]).says("it has 900 branches").says("--force takes it");
    update(&["BSBDirectoryJul26-2.csv"]).says("line 16194");
    update(&["BSBDirectoryJul26-3.csv"]).says("line 1 ");
    unchanged(&world);
    world.payrun(&["bsb", "update", "BSBDirectoryJul26-1.csv", "--force"]).ends(0).says("900 branches");
    let kept = world.home().join(".local/state/payrun/bank-directory.bin");
    let mut bytes = std::fs::read(&kept).expect("it is there");
    bytes[100] ^= 1;
    std::fs::write(&kept, bytes).expect("written");
    world.payrun(&["bsb", "062-000"]).ends(6).says("it is damaged").says("bsb update");
    std::fs::remove_file(&kept).expect("removed");
    // what cannot be read is not passed over for the older one
    std::fs::create_dir(&kept).expect("a folder in its place");
    world.payrun(&["bsb", "062-000"]).ends(6).says("cannot be used");
    std::fs::remove_dir(kept).expect("removed");
    unchanged(&world);
}

/// A directory that was kept before a program with a newer one came.
#[test]
fn the_newer_of_the_kept_and_the_compiled_one_is_used() {
    let world = World::new();
    world.write("old.csv", published());
    world.payrun(&["bsb", "update", "old.csv", "--of", "2025-08-01", "--force"]).ends(0).says("August 2025");
    world.payrun(&["bsb", "062-000"]).ends(0).says("Bank directory of September 2025");
}
