//! Writes ABA files: a reading of the format of its own, which shares nothing with the program's.

use proptest::collection::vec;
use proptest::prelude::*;

use super::Asked;

#[derive(Debug, Clone)]
pub struct Payment {
    pub bsb: String,
    pub account: String,
    pub code: u8,
    pub cents: u64,
    pub title: String,
    pub reference: String,
    pub remitter: String,
}

#[derive(Debug, Clone)]
pub struct Batch {
    pub description: String,
    pub payments: Vec<Payment>,
    /// Whether a debit of the account that pays balances it.
    pub balanced: bool,
}

/// How a program writes what all of them mean alike.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub line_end: &'static str,
    /// Whether headers and trailers end at column 80.
    pub trimmed: bool,
    pub last_line_ended: bool,
}

pub const PLAIN: Style = Style { line_end: "\r\n", trimmed: false, last_line_ended: true };

const OWN_BSB: &str = "062-000";
const OWN_ACCOUNT: &str = "987654321";

fn line(payment: &Payment, bsb: &str, account: &str, code: u8, cents: u64) -> String {
    let Payment { title, reference, remitter, .. } = payment;
    format!(
        "1{bsb}{account:>9} {code:02}{cents:010}{title:<32}{reference:<18}{OWN_BSB}{OWN_ACCOUNT:>9}{remitter:<16}00000000"
    )
}

/// The lines of a file.
pub fn lines(batches: &[Batch]) -> Vec<String> {
    let mut lines = Vec::new();
    for Batch { description, payments, balanced } in batches {
        let user = "BLUEGUM PAYROLL PTY LTD";
        lines.push(format!("0{:17}01CBA{:7}{user:<26}301500{description:<12}170726{:40}", "", "", ""));
        lines.extend(payments.iter().map(|one| line(one, &one.bsb, &one.account, one.code, one.cents)));
        let credits: u64 = payments.iter().map(|payment| payment.cents).sum();
        let debits = if *balanced { credits } else { 0 };
        if *balanced {
            lines.push(line(&payments[0], OWN_BSB, OWN_ACCOUNT, 13, debits));
        }
        let count = payments.len() + usize::from(*balanced);
        let net = credits - debits;
        lines
            .push(format!("7999-999{:12}{net:010}{credits:010}{debits:010}{:24}{count:06}{:40}", "", "", ""));
    }
    lines
}

/// A file.
pub fn write(batches: &[Batch], style: Style) -> String {
    let trim = |line: String| match line.as_bytes()[0] {
        b'0' | b'7' if style.trimmed => line[..80].to_owned(),
        _ => line,
    };
    let text = lines(batches).into_iter().map(trim).collect::<Vec<_>>().join(style.line_end);
    if style.last_line_ended { text + style.line_end } else { text }
}

/// What the file should be read as.
pub fn asked(batches: &[Batch]) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut next = 1;
    for Batch { payments, balanced, .. } in batches {
        for (line, payment) in (next + 1..).zip(payments) {
            let Payment { bsb, account, title, reference, remitter, cents, .. } = payment.clone();
            asked.push(Asked {
                line,
                bsb,
                account_number: account,
                account_name: title,
                amount: format!("{}.{:02}", cents / 100, cents % 100),
                reference,
                remitter,
            });
        }
        next += u32::try_from(payments.len()).expect("few") + 2 + u32::from(*balanced);
    }
    asked
}

/// Texts of the signs that the rules of Direct Entry have, without blanks around them.
fn text(longest: usize) -> impl Strategy<Value = String> {
    let signs = "[A-Za-z0-9^_\\[\\]',?;:=#/.*()&%!$@+-]";
    let pattern = format!("{signs}([A-Za-z0-9 ^_\\[\\]',?;:=#/.*()&%!$@+-]{{0,{}}}{signs})?", longest - 2);
    proptest::string::string_regex(&pattern).expect("a pattern")
}

fn payment() -> impl Strategy<Value = Payment> {
    let account = "[0-9]{3,8}[1-9]";
    ("[0-9]{3}-[0-9]{3}", account, 50_u8..=57, 1_u64..=9_999_999, text(32), text(18), text(16)).prop_map(
        |(bsb, account, code, cents, title, reference, remitter)| Payment {
            bsb,
            account,
            code,
            cents,
            title,
            reference,
            remitter,
        },
    )
}

pub fn batches() -> impl Strategy<Value = Vec<Batch>> {
    let batch = (text(12), vec(payment(), 1..12), any::<bool>())
        .prop_map(|(description, payments, balanced)| Batch { description, payments, balanced });
    vec(batch, 1..4)
}

pub fn style() -> impl Strategy<Value = Style> {
    (proptest::sample::select(&["\r\n", "\n", "\r"][..]), any::<bool>(), any::<bool>())
        .prop_map(|(line_end, trimmed, last_line_ended)| Style { line_end, trimmed, last_line_ended })
}
