//! One character changed, lost or added: either the file is refused, or it asks for the same, or the field that was
//! changed is what changed. An amount never changes unnoticed.

use proptest::prelude::*;

use super::writer::{Batch, PLAIN, Payment, asked, batches, write};
use super::{Asked, ReadBack};

/// The first and the last column of each field that a row takes from its line.
const FIELDS: [(&str, usize, usize); 5] = [
    ("bsb", 2, 8),
    ("account_number", 9, 17),
    ("account_name", 31, 62),
    ("reference", 63, 80),
    ("remitter", 97, 112),
];

fn field<'a>(asked: &'a Asked, name: &str) -> &'a str {
    match name {
        "bsb" => &asked.bsb,
        "account_number" => &asked.account_number,
        "account_name" => &asked.account_name,
        "reference" => &asked.reference,
        "remitter" => &asked.remitter,
        other => panic!("no field {other}"),
    }
}

/// What a changed file asks for, beside what the whole one asked for. `at` counts bytes; every line has 122.
fn same_but_for_the_field(before: &[Asked], after: &ReadBack, at: usize) -> Result<(), String> {
    if after.refused() {
        return Ok(());
    }
    let (line, column) = (at / 122 + 1, at % 122 + 1);
    if before.len() != after.asked.len() {
        return Err(format!("{} rows instead of {}", after.asked.len(), before.len()));
    }
    for (before, after) in before.iter().zip(&after.asked) {
        if before.amount != after.amount {
            return Err(format!("line {} pays {} instead of {}", before.line, after.amount, before.amount));
        }
        for (name, first, last) in FIELDS {
            let changed = usize::try_from(before.line) == Ok(line) && (first..=last).contains(&column);
            if field(before, name) != field(after, name) && !changed {
                return Err(format!("{name} of line {} is another", before.line));
            }
        }
    }
    Ok(())
}

/// What is asked for, wherever it stands.
fn whoever(asked: &[Asked]) -> Vec<Asked> {
    let mut bare: Vec<Asked> = asked.iter().map(|one| Asked { line: 0, ..one.clone() }).collect();
    bare.sort();
    bare
}

/// Two batches, the first of them balanced.
fn sample() -> Vec<Batch> {
    let payment = |account: &str, cents, title: &str| Payment {
        bsb: "062-000".to_owned(),
        account: account.to_owned(),
        code: 53,
        cents,
        title: title.to_owned(),
        reference: "SAL 17JUL26".to_owned(),
        remitter: "BLUEGUM".to_owned(),
    };
    let batch = |description: &str, payments: &[Payment], balanced| Batch {
        description: description.to_owned(),
        payments: payments.to_vec(),
        balanced,
    };
    vec![
        batch(
            "SALARIES",
            &[payment("20304050", 253_045, "HALE. ZOE"), payment("213141516", 1, "VANCE. THEO")],
            true,
        ),
        batch("BONUS", &[payment("22324252", 9_999_999_999, "KERR. ADA")], false),
    ]
}

const CHARACTERS: &[u8] = b"0159 ANX-\n\r\x1a\xc3";

#[test]
fn every_change_of_every_character_of_a_file() {
    let whole = write(&sample(), PLAIN).into_bytes();
    let before = asked(&sample());
    assert_eq!(ReadBack::of_bytes(&whole), ReadBack { asked: before.clone(), forbidding: Vec::new() });
    let mut let_through = 0;
    for at in 0..whole.len() {
        for character in CHARACTERS {
            let mut changed = whole.clone();
            changed[at] = *character;
            let after = ReadBack::of_bytes(&changed);
            let_through += usize::from(!after.refused());
            let told = same_but_for_the_field(&before, &after, at);
            assert_eq!(
                told,
                Ok(()),
                "{:?} at {at} of\n{}",
                char::from(*character),
                String::from_utf8_lossy(&changed)
            );
        }
    }
    assert!(let_through > 1000, "only {let_through} changes were let through: is the file read at all?");
}

#[test]
fn every_character_lost_and_every_character_added() {
    let whole = write(&sample(), PLAIN).into_bytes();
    let before = asked(&sample());
    for at in 0..whole.len() {
        let mut lost = whole.clone();
        lost.remove(at);
        let added = [b' ', b'0', b'1', b'\n'].map(|character| {
            let mut added = whole.clone();
            added.insert(at, character);
            added
        });
        for changed in added.into_iter().chain([lost]) {
            let after = ReadBack::of_bytes(&changed);
            let same = whoever(&after.asked) == whoever(&before);
            assert!(same || after.refused(), "at {at} of\n{}", String::from_utf8_lossy(&changed));
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(256) })]

    #[test]
    fn one_character_of_any_file(batches in batches(), at in any::<prop::sample::Index>(), character in any::<u8>()) {
        let mut changed = write(&batches, PLAIN).into_bytes();
        let at = at.index(changed.len());
        changed[at] = character;
        let before = asked(&batches);
        let after = ReadBack::of_bytes(&changed);
        prop_assert_eq!(same_but_for_the_field(&before, &after, at), Ok(()));
    }

    /// A line that is lost, doubled or in another place.
    #[test]
    fn lines_that_move(batches in batches(), from in any::<prop::sample::Index>(), to in any::<prop::sample::Index>(), doubled in any::<bool>()) {
        let text = write(&batches, PLAIN);
        let mut lines: Vec<&str> = text.split_inclusive("\r\n").collect();
        let (from, to) = (from.index(lines.len()), to.index(lines.len()));
        let moved = if doubled { lines[from] } else { lines.remove(from) };
        lines.insert(to.min(lines.len()), moved);
        let after = ReadBack::of_bytes(lines.concat().as_bytes());
        prop_assert!(after.refused() || whoever(&after.asked) == whoever(&asked(&batches)));
    }
}
