//! A payroll as large as any: 14 columns, banks from the directory, names with accents and apostrophes, quoted cells,
//! split pay, families on one account. Always the same rows; all of them can be paid.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use payrun::check::directory::Directory;
use payrun::domain::Bsb;

/// Stands in the file's name: one more for every change of the rows.
const EDITION: u32 = 1;

const HEADER: &str = "payee_id,first_name,last_name,email,street,suburb,state,postcode,bsb,account_number,amount,currency,\
     reference,department";
const FIRST: [&str; 16] = [
    "Alexandra",
    "Benjamin",
    "Charlotte",
    "Dominic",
    "Evangeline",
    "Frederick",
    "Giselle",
    "Harrison",
    "Isabella",
    "Jonathan",
    "Katherine",
    "Zoë",
    "Mai Linh",
    "Nathaniel",
    "Siobhán",
    "Theodore",
];
const LAST: [&str; 16] = [
    "Abernathy",
    "Bellingham",
    "Carruthers",
    "Dimitriou",
    "O'Sullivan",
    "Featherstone",
    "Goldsworthy",
    "Hetherington",
    "Ivanovska",
    "Jayawardena",
    "Smith-Kowalski",
    "Nguyen",
    "Montgomery",
    "Papadopoulos",
    "García",
    "van der Berg",
];
const STREETS: [&str; 8] = [
    "Saint Georges Terrace",
    "Old Northern Road",
    "Macquarie Street",
    "Beaconsfield Parade",
    "Esplanade West",
    "Commonwealth Avenue",
    "Waterworks Road",
    "Upper Heidelberg Road",
];
const SUBURBS: [(&str, &str, &str); 8] = [
    ("Perth", "WA", "6000"),
    ("Castle Hill", "NSW", "2154"),
    ("Parramatta", "NSW", "2150"),
    ("Port Melbourne", "VIC", "3207"),
    ("Palmerston", "NT", "0830"),
    ("Yarralumla", "ACT", "2600"),
    ("Ashgrove", "QLD", "4060"),
    ("North Hobart", "TAS", "7000"),
];
const DEPARTMENTS: [&str; 6] = [
    "Warehouse and Logistics",
    "Clinical Services",
    "Customer Operations",
    "Facilities",
    "Field Engineering",
    "Finance and Payroll",
];

/// The file.
pub struct Payroll {
    /// Where it is.
    pub path: PathBuf,
    /// How many payouts it has.
    pub rows: u64,
    /// How long it is.
    pub bytes: u64,
}

/// Makes the file, if it is not there yet.
pub fn made(folder: &Path, rows: u64) -> Payroll {
    let path = folder.join(format!("payroll-{EDITION}-{rows}.csv"));
    if !path.exists() {
        let partial = path.with_extension("partial");
        write(&partial, rows).expect("a payroll");
        std::fs::rename(&partial, &path).expect("its name");
    }
    let bytes = path.metadata().expect("the payroll").len();
    Payroll { path, rows, bytes }
}

fn write(path: &Path, rows: u64) -> io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    let banks = banks();
    writeln!(file, "{HEADER}")?;
    let mut random = Random(1);
    for row in 0..rows {
        // every fiftieth row is the second half of the pay before it, every seventieth a relative on the same account
        let payee = if row % 50 == 1 { row - 1 } else { row };
        let account = if row % 70 == 1 { row - 1 } else { row };
        let last = Random(account / 70 * 70 + 7).of(&LAST);
        let last = if row % 70 < 2 { last } else { random.of(&LAST) };
        let first = Random(payee).of(&FIRST);
        let (suburb, state, postcode) = random.of(&SUBURBS);
        let bsb = Random(account).of(&banks);
        let number = 100_000_000 + account * 797 % 900_000_000;
        let street = format!("{} {}", 1 + random.below(4000), random.of(&STREETS));
        let street = if row % 10 == 0 { format!("\"Unit {}, {street}\"", 1 + row % 90) } else { street };
        let (dollars, cents) = (400 + random.below(9_000), random.below(100));
        let amount = match (row % 100, dollars) {
            (0, 1000..) => format!("\"{},{:03}.{cents:02}\"", dollars / 1000, dollars % 1000),
            _ => format!("{dollars}.{cents:02}"),
        };
        writeln!(
            file,
            "EMP{row:07},{first},{last},payroll.contact{row}@mail.example.com.au,{street},{suburb},{state},{postcode},{bsb},{number},{amount},AUD,\
             NET PAY {row:07},{}",
            random.of(&DEPARTMENTS)
        )?;
    }
    file.flush()
}

/// Every branch that takes electronic payments.
fn banks() -> Vec<Bsb> {
    let directory = Directory::built_in();
    let known = (0..1_000_000).filter_map(|number| Bsb::new(&format!("{number:06}")).ok());
    known
        .filter(|bsb| {
            directory.lookup(*bsb).is_some_and(|branch| !branch.is_gone() && branch.takes_direct_entry())
        })
        .collect()
}

/// Knuth's generator of 64 bits: the same rows everywhere and always.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % limit
    }

    fn of<T: Copy>(&mut self, all: &[T]) -> T {
        all[usize::try_from(self.below(all.len() as u64)).expect("small")]
    }
}
