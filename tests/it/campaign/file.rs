//! The file that a campaign pays: every way in which money leaves, in several names, and the order that each row must
//! become.

use std::fmt::Write as _;

use payrun::simulator::{LedgerView, PartyView};
use rust_decimal::Decimal;

use super::super::rig::iban;

/// Whose names the file uses beside the default's; the name `Example Films` is no remitter of the configuration.
pub const REMITTERS: &str = r#"
[remitters.default]
company_name = "Example Payroll Pty Ltd"
street = "1 Hill Street"

[remitters.events]
company_name = "Example Events Pty Ltd"
street = "2 Hill Street"

[remitters.branch]
sub_client_id = "sub_00000001"
"#;

const COLUMNS: &str = "payee_id,first_name,last_name,street,suburb,state,postcode,country,\
    bsb,account_number,iban,bic,aba,sort_code,\
    amount,currency,from_currency,amount_side,kind,reference,remitter";

/// What Flash must hold for a row: once, and nothing else.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Order {
    pub reference: String,
    /// The balance that pays and the currency that arrives; equal for a withdrawal.
    pub currencies: [String; 2],
    /// In the currency that the row states.
    pub size: Decimal,
    /// As the simulator shows it, numbers last.
    pub account: String,
    /// The remitter's name, or its sub-client.
    pub remitter: String,
}

/// A file of so many rows, and what must come of it.
pub fn mixed(rows: usize) -> (String, Vec<Order>) {
    let mut text = format!("{COLUMNS}\n");
    let mut orders = Vec::new();
    for at in 0..rows {
        let number = 10_000_000 + at;
        let (abroad, german) = (iban(at), "Munich,,80331,DE");
        let (payee, ways, account) = match at % 7 {
            0 | 2 => {
                (format!("Sydney,NSW,2000,AU,062-000,{number},,,,"), "AUD,,,", format!("BSB 062000 {number}"))
            }
            1 => (format!("{german},,,{abroad},,,"), "EUR,AUD,to,", format!("IBAN {abroad}")),
            3 => (format!("{german},,,{abroad},,,"), "EUR,AUD,from,", format!("IBAN {abroad}")),
            4 => (format!("{german},,,{abroad},,,"), "EUR,EUR,,withdrawal", format!("IBAN {abroad}")),
            5 => (
                format!("Portland,OR,97201,US,,{number},,BOFAUS3N,121000358,"),
                "USD,USD,,withdrawal",
                format!("ABA 121000358 {number}"),
            ),
            _ => (
                format!("Leeds,,LS1 4AB,GB,,{number},,HBUKGB4B,,40-12-76"),
                "GBP,USD,to,",
                format!("SORTCODE 401276 {number}"),
            ),
        };
        let (typed, remitter) = match at % 4 {
            0 => ("", "Example Payroll Pty Ltd"),
            1 => ("events", "Example Events Pty Ltd"),
            2 => ("Example Films", "Example Films"),
            _ => ("branch", "sub_00000001"),
        };
        let (reference, size) = (format!("PAY {at}"), format!("{}.{:02}", 100 + at, at % 100));
        let _ = writeln!(text, "P{at},Robin,Example,1 Hill Street,{payee},{size},{ways},{reference},{typed}");
        let (to, from) = (&ways[..3], &ways[4..]);
        let from = from.get(..3).filter(|from| !from.starts_with(',')).unwrap_or(to);
        orders.push(Order {
            reference,
            currencies: [from, to].map(str::to_owned),
            size: Decimal::from_str_exact(&size).expect("an amount"),
            account,
            remitter: remitter.to_owned(),
        });
    }
    (text, orders)
}

/// What the simulator holds.
pub fn made(ledger: &LedgerView) -> Vec<Order> {
    let withdrawals = ledger.withdrawals.iter().map(|made| Order {
        reference: made.reference.clone().unwrap_or_default(),
        currencies: [made.currency; 2].map(str::to_owned),
        size: made.amount,
        account: account(made.recipient.as_ref()),
        remitter: remitter(made.sender.as_ref(), made.sub_client_id.as_ref()),
    });
    let payments = ledger.payments.iter().map(|made| Order {
        reference: made.reference.clone().unwrap_or_default(),
        currencies: [made.from_currency, made.to_currency].map(str::to_owned),
        size: made.size,
        account: account(made.recipient.as_ref()),
        remitter: remitter(made.sender.as_ref(), made.sub_client_id.as_ref()),
    });
    withdrawals.chain(payments).collect()
}

fn account(recipient: Option<&PartyView>) -> String {
    recipient.and_then(|party| party.account.clone()).unwrap_or_default()
}

fn remitter(sender: Option<&PartyView>, sub_client: Option<&String>) -> String {
    sub_client.cloned().or_else(|| sender.map(|sender| sender.name.clone())).unwrap_or_default()
}
