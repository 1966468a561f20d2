//! A first draft of a map, from the header of a file.
//!
//! Given back it changes nothing: what was read is read the same, what must be chosen or is not known stands in
//! comments. No value of a cell is in it.

use std::fmt::Write;

use super::columns::{Column, folded};
use super::header::{Header, HeaderProblem};
use super::letter;

/// The draft for a file of this name.
pub fn draft(header: &Header, file: &str) -> String {
    let mut text = format!(
        "# How payrun reads the columns of {}. Change what is wrong, and give it back with --map.\n\
         #\n\
         # On the left stands what payrun needs, on the right the name of a column in the file, or its letter, such as\n\
         # \"column B\". docs/FILES.md lists what may stand on the left. A line that begins with # says nothing.\n\
         \n[columns]\n",
        on_one_line(file)
    );
    for index in 0..header.names.len() {
        let chosen = header.problems.iter().any(|problem| asks_about(problem, index));
        if let Some(column) = header.meaning(index).filter(|_| !chosen) {
            let _ = writeln!(text, "{}", line(header, index, column.name()));
        }
    }
    for problem in &header.problems {
        match problem {
            HeaderProblem::Choose { indices, column } => choice(&mut text, header, indices, *column),
            HeaderProblem::Assumed { index, column } => assumed(&mut text, header, *index, *column),
            HeaderProblem::Unknown { .. }
            | HeaderProblem::NotRead { .. }
            | HeaderProblem::PassedOver { .. }
            | HeaderProblem::Twice { .. } => {}
        }
    }
    twice(&mut text, header);
    missing(&mut text, header);
    unknown(&mut text, header);
    let _ = write!(
        text,
        "\n# Columns that are not read, and of which nothing need be said.\n[ignore]\ncolumns = [\n"
    );
    for problem in &header.problems {
        match problem {
            HeaderProblem::NotRead { index } | HeaderProblem::PassedOver { index, .. } => {
                let _ = writeln!(text, "    {},", header.called(*index));
            }
            HeaderProblem::Unknown { index, .. } => {
                let _ = writeln!(text, "    # {},", header.called(*index));
            }
            HeaderProblem::Twice { .. } | HeaderProblem::Choose { .. } | HeaderProblem::Assumed { .. } => {}
        }
    }
    text.push_str("]\n");
    text
}

/// Whether a person must say what this column is: another could be meant, or it is only assumed. A line that stood
/// here for it would be that person's word.
fn asks_about(problem: &HeaderProblem, index: usize) -> bool {
    match problem {
        HeaderProblem::Choose { indices, .. } => indices.contains(&index),
        HeaderProblem::Twice { first, .. } => *first == index,
        HeaderProblem::Assumed { index: assumed, .. } => *assumed == index,
        HeaderProblem::Unknown { .. } | HeaderProblem::NotRead { .. } | HeaderProblem::PassedOver { .. } => {
            false
        }
    }
}

fn choice(text: &mut String, header: &Header, indices: &[usize], column: Column) {
    let _ = writeln!(text, "\n# Several columns could be {}. Take the # from one line:", column.name());
    for index in indices {
        let _ = writeln!(text, "# {}", line(header, *index, column.name()));
    }
}

fn assumed(text: &mut String, header: &Header, index: usize, column: Column) {
    let name = column.name();
    let _ = writeln!(
        text,
        "\n# Read as {name}, though its name may mean something else. If that is right, take the # away:"
    );
    let _ = writeln!(text, "# {}", line(header, index, name));
}

/// Columns of one name, which only their letters tell apart.
fn twice(text: &mut String, header: &Header) {
    let mut told = Vec::new();
    for problem in &header.problems {
        let HeaderProblem::Twice { first, column, .. } = problem else { continue };
        if !told.contains(column) {
            told.push(*column);
            let same = |index: &usize| folded(&header.names[*index]) == folded(&header.names[*first]);
            let indices: Vec<usize> = (0..header.names.len()).filter(same).collect();
            choice(text, header, &indices, *column);
        }
    }
}

/// What every payout needs and no column says.
fn missing(text: &mut String, header: &Header) {
    let lacking: Vec<Column> = [
        Column::AccountName,
        Column::Bsb,
        Column::AccountNumber,
        Column::Amount,
        Column::Street,
        Column::Suburb,
        Column::State,
        Column::Postcode,
        Column::Reference,
    ]
    .into_iter()
    .filter(|column| !header.has(*column) && !is_said_otherwise(header, *column))
    .collect();
    if lacking.is_empty() {
        return;
    }
    text.push_str(
        "\n# Not found. Where the file has it, take the # away and write the name of its column:\n",
    );
    for column in lacking {
        let _ = writeln!(text, "# {} = \"\"    # {}", column.name(), column.info().meaning);
    }
}

/// Whether other columns say the same.
fn is_said_otherwise(header: &Header, column: Column) -> bool {
    match column {
        Column::AccountName => {
            header.has(Column::CompanyName) || (header.has(Column::FirstName) && header.has(Column::LastName))
        }
        Column::Bsb | Column::AccountNumber => header.has(Column::PayId),
        _ => false,
    }
}

fn unknown(text: &mut String, header: &Header) {
    let mut begun = false;
    for problem in &header.problems {
        let HeaderProblem::Unknown { index, near } = problem else { continue };
        if !std::mem::replace(&mut begun, true) {
            text.push_str(
                "\n# Not known. Write what the column means on the left, or take the # from its name under [ignore]:\n",
            );
        }
        let _ = writeln!(text, "# {}", line(header, *index, near.unwrap_or("…")));
    }
}

/// `amount = "Net Pay"    # column F`
fn line(header: &Header, index: usize, meaning: &str) -> String {
    let called = header.called(index);
    let by_letter = format!("\"column {}\"", letter(index));
    let comment = if called == by_letter { header.shown(index) } else { format!("column {}", letter(index)) };
    format!("{meaning} = {called}    # {}", on_one_line(&comment))
}

fn on_one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

#[cfg(test)]
mod tests {
    use super::super::map::ColumnMap;
    use super::*;

    fn header(names: &str) -> Header {
        Header::read(names.split(','), 1)
    }

    /// A draft that is given back changes nothing of what is read, and nothing of what must be mended.
    #[test]
    fn a_draft_given_back_reads_the_same() {
        for names in [
            "Employee,BSB,Account Number,Account Name,Amount,Reference,Gross Pay",
            "Name,BSB,BSB,Account,Net Pay,Amount,Shoe size,Amout,#,\"quoted\\",
            "name,recipientEmail,paymentReference,receiverType,amountCurrency,amount,sourceCurrency,targetCurrency,accountNumber,bsbCode",
            "Total,TFN,,Names\nof many",
        ] {
            let before = header(names);
            let text = draft(&before, "a\nfile.csv");
            let mut after = before.clone();
            let map = ColumnMap::parse(&text).unwrap_or_else(|error| panic!("{error}\n{text}"));
            after.apply(&map).unwrap_or_else(|error| panic!("{error}\n{text}"));
            assert_eq!(before.at, after.at, "{text}");
            let to_mend = |header: &Header| -> Vec<HeaderProblem> {
                let said = |problem: &&HeaderProblem| {
                    !matches!(problem, HeaderProblem::NotRead { .. } | HeaderProblem::PassedOver { .. })
                };
                header.problems.iter().filter(said).cloned().collect()
            };
            assert_eq!(to_mend(&before), to_mend(&after), "{text}");
        }
    }

    #[test]
    fn a_name_that_is_a_number_is_not_written() {
        let text = draft(&header("bsb,20304050,amount"), "pay.csv");
        assert!(text.contains("\"column B\"") && !text.contains("20304050"), "{text}");
    }
}
