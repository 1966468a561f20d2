//! The columns of a payout file: one table for reading, templates, help and documentation.

/// What a column may mean.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the table below says what each means")]
pub enum Column {
    PaymentId,
    PayeeId,
    FirstName,
    MiddleName,
    LastName,
    CompanyName,
    AccountName,
    Email,
    Mobile,
    Dob,
    Street,
    Suburb,
    State,
    Postcode,
    Country,
    AccountType,
    Bsb,
    AccountNumber,
    PayId,
    Iban,
    Bic,
    Aba,
    Clabe,
    Ifsc,
    Cnaps,
    SortCode,
    Amount,
    Currency,
    FromCurrency,
    AmountSide,
    Kind,
    Reference,
    Remitter,
    Reason,
    SourceOfFunds,
    SubClientId,
}

/// How many columns there are.
pub(super) const COUNT: usize = COLUMNS.len();

/// One column.
#[derive(Debug, Clone, Copy)]
pub struct ColumnInfo {
    /// Which.
    pub column: Column,
    /// Its name.
    pub name: &'static str,
    /// Other names that it is known by, folded as [`folded`] does.
    pub aliases: &'static [&'static str],
    /// What it means.
    pub meaning: &'static str,
}

const fn info(
    column: Column,
    name: &'static str,
    aliases: &'static [&'static str],
    meaning: &'static str,
) -> ColumnInfo {
    ColumnInfo { column, name, aliases, meaning }
}

/// Every column.
pub const COLUMNS: [ColumnInfo; 36] = [
    info(
        Column::PaymentId,
        "payment_id",
        &["paymentno", "paymentnumber", "transactionid"],
        "your own unique id of this payout",
    ),
    info(
        Column::PayeeId,
        "payee_id",
        &["employeeid", "employeeno", "employeenumber", "employeecode", "staffid", "supplierid"],
        "your own id of the payee, such as an employee number",
    ),
    info(
        Column::FirstName,
        "first_name",
        &["firstname", "givenname", "givennames"],
        "given name of a person",
    ),
    info(Column::MiddleName, "middle_name", &["middlenames"], "middle names of a person"),
    info(Column::LastName, "last_name", &["lastname", "surname", "familyname"], "family name of a person"),
    info(
        Column::CompanyName,
        "company_name",
        &["company", "businessname", "organisation"],
        "name of a company",
    ),
    info(
        Column::AccountName,
        "account_name",
        &[
            "accounttitle",
            "payee",
            "payeename",
            "employee",
            "employeename",
            "beneficiary",
            "beneficiaryname",
            "name",
            "payeeaccountname",
            "staffname",
        ],
        "name of a person or company, told apart by its words",
    ),
    info(Column::Email, "email", &["emailaddress", "recipientemail"], "e-mail address of the payee"),
    info(
        Column::Mobile,
        "mobile",
        &["mobilenumber", "phone", "phonenumber", "mobilephone"],
        "mobile number of the payee",
    ),
    info(Column::Dob, "dob", &["dateofbirth", "birthdate"], "date of birth of the payee, YYYY-MM-DD"),
    info(
        Column::Street,
        "street",
        &["address", "address1", "addressline1", "streetaddress"],
        "number and street of the payee; Flash demands it in Australia",
    ),
    info(Column::Suburb, "suburb", &["city", "town"], "suburb or city of the payee"),
    info(Column::State, "state", &["stateterritory", "province"], "state or territory of the payee"),
    info(Column::Postcode, "postcode", &["postalcode", "zip", "zipcode"], "postcode of the payee"),
    info(Column::Country, "country", &["countrycode"], "country of the payee, two letters; AU where absent"),
    info(
        Column::AccountType,
        "account_type",
        &["accounttype"],
        "BSB or PAYID; told from the filled columns where absent",
    ),
    info(
        Column::Bsb,
        "bsb",
        &["bsbnumber", "bsbno", "bankbsb", "bsbcode", "accountbsb", "payeebsb", "sortcodebsb"],
        "bank, state and branch, six digits",
    ),
    info(
        Column::AccountNumber,
        "account_number",
        &[
            "account",
            "accountno",
            "acctno",
            "acctnumber",
            "bankaccount",
            "bankaccountnumber",
            "payeeaccountnumber",
        ],
        "account number, up to nine digits",
    ),
    info(
        Column::PayId,
        "payid",
        &["payidvalue"],
        "an alias instead of BSB and account: mobile number, e-mail address, ABN",
    ),
    info(Column::Iban, "iban", &[], "account abroad; not paid by this version"),
    info(Column::Bic, "bic", &["swift", "swiftcode", "swiftbic"], "bank abroad; not paid by this version"),
    info(Column::Aba, "aba", &["routingnumber", "abanumber"], "American bank; not paid by this version"),
    info(Column::Clabe, "clabe", &[], "Mexican account; not paid by this version"),
    info(Column::Ifsc, "ifsc", &["ifsccode"], "Indian bank; not paid by this version"),
    info(Column::Cnaps, "cnaps", &["cnapscode"], "Chinese bank; not paid by this version"),
    info(Column::SortCode, "sort_code", &[], "British bank; not paid by this version"),
    info(
        Column::Amount,
        "amount",
        &["netpay", "net", "pay", "paymentamount", "employeepay", "amount(aud)", "amountaud", "netamount"],
        "what the payee gets",
    ),
    info(Column::Currency, "currency", &["currencycode", "paymentcurrency"], "AUD where absent"),
    info(
        Column::FromCurrency,
        "from_currency",
        &["sourcecurrency"],
        "balance to pay from; not used by this version",
    ),
    info(
        Column::AmountSide,
        "amount_side",
        &["amountcurrency"],
        "side that the amount is in; not used by this version",
    ),
    info(Column::Kind, "kind", &[], "withdrawal or payment; this version makes withdrawals"),
    info(
        Column::Reference,
        "reference",
        &["paymentreference", "lodgementreference", "remittancereference", "statementreference"],
        "what the payee's statement shows",
    ),
    info(
        Column::Remitter,
        "remitter",
        &["remittername"],
        "a remitter of the configuration, or a name to show instead of the default's",
    ),
    info(Column::Reason, "reason", &["transactionreason"], "Flash's reason of the transaction, passed on"),
    info(Column::SourceOfFunds, "source_of_funds", &[], "not used by this version"),
    info(Column::SubClientId, "sub_client_id", &[], "the sub-client on whose behalf is paid, passed on"),
];

/// Columns of payroll exports that are never read: none of them is an amount to pay, and some are nobody's
/// business. Folded; a name that begins with one of these counts too.
pub(super) const NEVER_READ: [&str; 26] = [
    "gross",
    "tax",
    "payg",
    "super",
    "tfn",
    "hours",
    "rate",
    "hourlyrate",
    "periodstart",
    "periodend",
    "department",
    "employmenttype",
    "position",
    "jobtitle",
    "bankname",
    "notes",
    "comment",
    "deductions",
    "allowances",
    "leave",
    "paydate",
    "payslip",
    "costcentre",
    "title",
    "branch",
    "reasonnotpaid",
];

impl Column {
    /// Its entry in the table.
    pub fn info(self) -> &'static ColumnInfo {
        &COLUMNS[self as usize]
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        self.info().name
    }
}

/// A name without what does not matter: case, blanks, `_`, `-` and a byte order mark.
pub(super) fn folded(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '.' | '#' | '/'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// The column of a name, if it is known.
pub(super) fn by_name(name: &str) -> Option<Column> {
    let folded_name = folded(name);
    COLUMNS
        .iter()
        .find(|info| folded(info.name) == folded_name || info.aliases.contains(&folded_name.as_str()))
        .map(|info| info.column)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_in_the_order_of_the_columns_and_no_name_means_two() {
        let mut seen = HashSet::new();
        for (at, info) in COLUMNS.iter().enumerate() {
            assert_eq!(info.column as usize, at, "{}", info.name);
            let own = folded(info.name);
            let names = info.aliases.iter().map(|alias| (*alias).to_owned()).filter(|alias| *alias != own);
            for name in names.chain([own.clone()]) {
                assert_eq!(folded(&name), name, "aliases are folded");
                assert!(seen.insert(name.clone()), "{name} means two columns");
            }
        }
    }

    #[test]
    fn names_are_matched_without_regard_to_form() {
        for name in ["Account Number", "ACCOUNT_NUMBER", "account-number", " accountNumber "] {
            assert_eq!(by_name(name), Some(Column::AccountNumber), "{name}");
        }
        assert_eq!(by_name("Gross Pay"), None);
    }
}
