//! Packs AusPayNet's bank directory for `src/check/directory`.
//!
//! `cargo run --example pack_bsb_directory -- tests/data/bsb/bsb_directory.csv src/check/directory/directory.bin`

use std::error::Error;

use payrun::check::directory::{Line, pack};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let (Some(from), Some(to)) = (arguments.next(), arguments.next()) else {
        return Err("name the CSV and the file to write".into());
    };
    let mut lines: Vec<Line> = Vec::new();
    for record in csv::ReaderBuilder::new().has_headers(false).from_path(from)?.records() {
        let cells: Vec<String> = record?.iter().map(str::to_owned).collect();
        lines.push(cells.try_into().map_err(|_| "a line without eight cells")?);
    }
    std::fs::write(to, pack(&lines)?)?;
    Ok(())
}
