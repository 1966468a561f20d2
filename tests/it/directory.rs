//! The compiled bank directory says what its source says, for every branch and for BSBs that no branch has.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use payrun::check::directory::{Branch, Directory, Line, pack};
use payrun::domain::Bsb;

/// The lines of the source by their BSBs, as `NNN-NNN`.
fn source() -> BTreeMap<String, Line> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bsb/bsb_directory.csv");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path).expect("the directory");
    let mut lines = BTreeMap::new();
    for record in reader.records() {
        let cells: Vec<String> = record.expect("a line").iter().map(str::to_owned).collect();
        let line: Line = cells.try_into().expect("eight cells");
        assert!(lines.insert(line[0].clone(), line).is_none(), "no BSB stands there twice");
    }
    lines
}

fn lookup(bsb: &str) -> Option<Branch> {
    Directory::built_in().lookup(Bsb::new(&bsb.replace('-', "")).expect("six digits"))
}

/// A second reading of `Refer to BSB 012-019 [07/21]`: the word that has six digits and perhaps a hyphen.
fn refers_to(line: &Line) -> Option<String> {
    let [_, _, name, street, ..] = line;
    let mut words = street.split(' ').filter(|_| name == "Merged" || name == "Closed");
    let digits = words.find_map(|word| {
        let digits = word.replace('-', "");
        (digits.len() == 6 && digits.bytes().all(|byte| byte.is_ascii_digit())).then_some(digits)
    })?;
    Some(format!("{}-{}", &digits[..3], &digits[3..]))
}

#[test]
fn every_branch_has_the_fields_of_its_line() {
    let source = source();
    assert!(source.len() > 16_000, "only {} lines", source.len());
    for (bsb, [_, code, name, street, suburb, state, postcode, flags]) in &source {
        let branch = lookup(bsb).unwrap_or_else(|| panic!("{bsb} is not found"));
        let found = [
            branch.code,
            branch.name,
            branch.street,
            branch.suburb,
            branch.state,
            branch.postcode,
            branch.flags,
        ];
        assert_eq!(found, [code, name, street, suburb, state, postcode, flags], "{bsb}");
        assert_eq!(&branch.bsb, bsb);
        assert!(!branch.bank.is_empty(), "{bsb} has no bank");
        assert_eq!(branch.takes_direct_entry(), flags.contains('E'), "{bsb}");
        assert_eq!(branch.is_gone(), name == "Merged" || name == "Closed", "{bsb}");
    }
}

#[test]
fn no_other_bsb_has_a_branch() {
    let known: BTreeSet<u32> =
        source().keys().map(|bsb| bsb.replace('-', "").parse().expect("digits")).collect();
    let beside = known.iter().flat_map(|bsb| [bsb.saturating_sub(1), bsb + 1]);
    let spread = (0..1_000_000).step_by(487);
    for bsb in beside.chain(spread).filter(|bsb| *bsb < 1_000_000 && !known.contains(bsb)) {
        assert_eq!(lookup(&format!("{bsb:06}")), None, "{bsb:06}");
    }
}

#[test]
fn branches_that_are_gone_name_the_last_of_their_successors() {
    let source = source();
    let (mut several, mut gone) = (0, 0);
    for (bsb, line) in &source {
        let mut visited = vec![bsb.clone()];
        let mut line = Some(line);
        while let Some(next) = line.and_then(refers_to).filter(|next| !visited.contains(next)) {
            line = source.get(&next);
            visited.push(next);
        }
        let last = visited.last().filter(|_| visited.len() > 1);
        let branch = lookup(bsb).expect("a branch");
        assert_eq!(branch.successor.as_ref(), last, "{bsb}: {visited:?}");
        assert!(!branch.is_gone() || last.is_some(), "{bsb} is gone without a successor: {}", branch.street);
        gone += usize::from(branch.is_gone());
        several += usize::from(visited.len() > 2);
    }
    assert!(gone > 400 && several > 50, "{gone} are gone, {several} over several mergers");
}

#[test]
fn packing_the_source_again_gives_what_is_compiled_in() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/check/directory/directory.bin");
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .from_path(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/bsb/bsb_directory.csv"))
        .expect("the directory");
    let lines: Vec<Line> = reader.deserialize().map(|line| line.expect("eight cells")).collect();
    assert!(
        pack(&lines).expect("it fits") == std::fs::read(path).expect("the packed directory"),
        "pack the directory again"
    );
}
