//! As many rows as there may be in the formats that are read whole: within the limits of size and memory that hold where
//! nobody has set others, or a sentence. How long it takes is the machine's and the build's.

use std::fmt::Write as _;
use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::world::{Said, World};

const HEAD: [&str; 6] = ["first_name", "last_name", "street", "bsb", "account_number", "amount"];

/// The texts of a row; its number is the amount.
fn texts(row: u32) -> [String; 5] {
    [
        "Robin".to_owned(),
        "Archer".to_owned(),
        format!("{row} Hill Street"),
        "062-000".to_owned(),
        (10_000_000 + row).to_string(),
    ]
}

fn ods(rows: u32) -> Vec<u8> {
    let mut xml = String::from(
        r#"<office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0"><office:body><office:spreadsheet><table:table table:name="Pay">"#,
    );
    let text = |xml: &mut String, text: &str| {
        let _ = write!(
            xml,
            r#"<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>"#
        );
    };
    xml.push_str("<table:table-row>");
    for name in &HEAD {
        text(&mut xml, name);
    }
    for row in 1..=rows {
        xml.push_str("</table:table-row><table:table-row>");
        for own in &texts(row) {
            text(&mut xml, own);
        }
        let _ = write!(
            xml,
            r#"<table:table-cell office:value-type="float" office:value="{row}"><text:p>{row}</text:p></table:table-cell>"#
        );
    }
    xml.push_str(
        "</table:table-row></table:table></office:spreadsheet></office:body></office:document-content>",
    );
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let parts = [
        ("mimetype", "application/vnd.oasis.opendocument.spreadsheet"),
        ("META-INF/manifest.xml", "<manifest/>"),
        ("content.xml", &xml),
    ];
    for (name, text) in parts {
        writer.start_file(name, SimpleFileOptions::default()).expect("a part");
        writer.write_all(text.as_bytes()).expect("written");
    }
    writer.finish().expect("a workbook").into_inner()
}

/// The records of BIFF8 (MS-XLS) that a workbook of one sheet has at least.
fn xls(rows: u16) -> Vec<u8> {
    fn record(stream: &mut Vec<u8>, kind: u16, parts: &[&[u8]]) {
        let length = parts.iter().map(|part| part.len()).sum::<usize>();
        stream.extend(kind.to_le_bytes());
        stream.extend(u16::try_from(length).expect("a short record").to_le_bytes());
        for part in parts {
            stream.extend(*part);
        }
    }
    let begin = |stream: &mut Vec<u8>, what: u8| {
        record(stream, 0x0809, &[&[0, 6, what, 0], &[0; 12]]);
    };
    let (mut globals, mut sheet) = (Vec::new(), Vec::new());
    begin(&mut sheet, 0x10);
    for row in 0..=rows {
        let place = |column: u16| [row.to_le_bytes(), column.to_le_bytes(), [0, 0]].concat();
        let own = texts(u32::from(row));
        let cells: Vec<&str> =
            if row == 0 { HEAD.to_vec() } else { own.iter().map(String::as_str).collect() };
        for (column, text) in (0..).zip(cells) {
            let length = u16::try_from(text.len()).expect("a short text").to_le_bytes();
            record(&mut sheet, 0x0204, &[&place(column), &length, &[0], text.as_bytes()]); // Label
        }
        if row > 0 {
            record(&mut sheet, 0x0203, &[&place(5), &f64::from(row).to_le_bytes()]); // Number
        }
    }
    record(&mut sheet, 0x000A, &[]);
    begin(&mut globals, 5);
    let length = u32::try_from(globals.len() + 4 + 11 + 4).expect("short");
    record(&mut globals, 0x0085, &[&length.to_le_bytes(), &[0, 0, 3, 0], b"Pay"]); // BoundSheet8
    record(&mut globals, 0x000A, &[]);
    globals.extend(sheet);
    let mut compound = cfb::CompoundFile::create(Cursor::new(Vec::new())).expect("a file");
    compound.create_stream("Workbook").expect("a stream").write_all(&globals).expect("written");
    compound.create_stream("Small").expect("a stream").write_all(b"as all have one").expect("written");
    compound.flush().expect("written");
    compound.into_inner().into_inner()
}

fn check(world: &World, file: &str, settings: &[(&str, &str)]) -> Said {
    let mut command = world.command(&["check", "--no-progress", file]);
    command.env("PAYRUN_LIMITS_WORKBOOK_TIME", "10m").envs(settings.iter().copied());
    world.start(command).end()
}

#[test]
fn an_ods_of_200_000_rows_is_read_within_the_limits() {
    let world = World::new();
    world.write("many.ods", ods(200_000));
    check(&world, "many.ods", &[]).ends(0).says("200,000 rows, 200000 can be paid");
    let said = check(&world, "many.ods", &[("PAYRUN_LIMITS_WORKBOOK_MEMORY", "64MiB")]).ends(3);
    assert!(said.err.contains("limits.workbook_memory") && said.err.trim().lines().count() == 1, "{said:?}");
}

#[test]
fn an_xls_of_as_many_rows_as_it_can_have_is_read_within_the_limits() {
    let world = World::new();
    world.write("many.xls", xls(u16::MAX));
    check(&world, "many.xls", &[]).ends(0).says("65,535 rows, 65535 can be paid");
    let said = check(&world, "many.xls", &[("PAYRUN_LIMITS_WORKBOOK_MEMORY", "64MiB")]).ends(3);
    assert!(said.err.contains("limits.workbook_memory") && said.err.trim().lines().count() == 1, "{said:?}");
}
