//! The banks that `bankInfo` knows: a few, enough for known and unknown to differ.

use super::schema::account;
use super::schema::enums::CountryIso2::{self, AT, AU, DE, ES, FR, GB, HK, IN, NL, NZ, SG, US};

/// A bank or a branch of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bank {
    pub name: &'static str,
    pub street: &'static str,
    pub suburb: &'static str,
    pub country: CountryIso2,
}

const fn bank(name: &'static str, street: &'static str, suburb: &'static str, country: CountryIso2) -> Bank {
    Bank { name, street, suburb, country }
}

/// Branches by BSB.
const BRANCHES: [(&str, Bank); 8] = [
    ("012003", bank("ANZ Merged", "Refer to BSB 012-019", "Sydney", AU)),
    ("033000", bank("Westpac Banking Corporation", "360 Collins St", "Melbourne", AU)),
    ("062000", bank("Commonwealth Bank of Australia", "48 Martin Pl", "Sydney", AU)),
    ("063000", bank("Commonwealth Bank of Australia", "385 Bourke St", "Melbourne", AU)),
    ("082001", bank("National Australia Bank", "255 George St", "Sydney", AU)),
    ("182222", bank("Macquarie Bank Limited", "50 Martin Pl", "Sydney", AU)),
    ("370370", bank("Flash Payments", "1 Example St", "Sydney", AU)),
    ("923100", bank("ING", "60 Margaret St", "Sydney", AU)),
];

/// Banks by the first eight characters of their BIC.
const BANKS: [(&str, Bank); 12] = [
    ("ANZBNZ22", bank("ANZ Bank New Zealand Limited", "23 Albert St", "Auckland", NZ)),
    ("ABNANL2A", bank("ABN AMRO Bank N.V.", "Gustav Mahlerlaan 10", "Amsterdam", NL)),
    ("BKAUATWW", bank("UniCredit Bank Austria AG", "Rothschildplatz 1", "Wien", AT)),
    ("BNPAFRPP", bank("BNP Paribas", "16 Boulevard des Italiens", "Paris", FR)),
    ("BSCHESMM", bank("Banco Santander S.A.", "Paseo de Pereda 9-12", "Santander", ES)),
    ("CHASUS33", bank("JPMorgan Chase Bank, N.A.", "383 Madison Avenue", "New York", US)),
    ("COBADEFF", bank("Commerzbank AG", "Kaiserplatz", "Frankfurt am Main", DE)),
    ("CTBAAU2S", bank("Commonwealth Bank of Australia", "48 Martin Pl", "Sydney", AU)),
    ("DBSSSGSG", bank("DBS Bank Ltd", "12 Marina Boulevard", "Singapore", SG)),
    ("HDFCINBB", bank("HDFC Bank Limited", "Senapati Bapat Marg", "Mumbai", IN)),
    ("HSBCHKHH", bank("The Hongkong and Shanghai Banking Corporation", "1 Queen's Road", "Hong Kong", HK)),
    ("NWBKGB2L", bank("National Westminster Bank Plc", "250 Bishopsgate", "London", GB)),
];

/// The beginnings of IBANs, without their check digits, and the BICs of the banks that give them out.
const IBANS: [(&str, &str, &str); 6] = [
    ("AT", "12000", "BKAUATWW"),
    ("DE", "37040044", "COBADEFF"),
    ("ES", "0049", "BSCHESMM"),
    ("FR", "30004", "BNPAFRPP"),
    ("GB", "NWBK", "NWBKGB2L"),
    ("NL", "ABNA", "ABNANL2A"),
];

pub fn by_bsb(bsb: &str) -> Option<Bank> {
    find(&BRANCHES, bsb)
}

/// A BIC of eleven characters names a branch of the bank that its first eight name.
pub fn by_bic(bic: &str) -> Option<Bank> {
    if account::is_bic(bic) { find(&BANKS, bic.get(..8)?) } else { None }
}

pub fn by_iban(iban: &str) -> Option<Bank> {
    if !account::is_iban(iban) {
        return None;
    }
    let starts = |(country, bank, _): &&(&str, &str, &str)| {
        iban.starts_with(country) && iban.get(4..).is_some_and(|rest| rest.starts_with(bank))
    };
    IBANS.iter().find(starts).and_then(|(_, _, bic)| by_bic(bic))
}

fn find(table: &[(&str, Bank)], code: &str) -> Option<Bank> {
    table.iter().find(|(known, _)| *known == code).map(|(_, bank)| *bank)
}
