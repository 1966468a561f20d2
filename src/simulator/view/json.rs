//! The ledger as a document for programs, no account in full.

use serde_json::{Value, json};

use super::party::PartyView;
use super::table::{digits, masked_account};
use super::{LedgerView, PaymentView, Totals, WithdrawalView};

impl LedgerView {
    /// The same as the table.
    pub fn in_json(&self) -> Value {
        json!({
            "senders": self.senders.len(),
            "recipients": self.recipients.len(),
            "withdrawn": sums(&self.totals()),
            "paid": sums(&self.totals_paid()),
            "delivered": sums(&self.totals_delivered()),
            "withdrawals": self.withdrawals.iter().map(withdrawal).collect::<Vec<_>>(),
            "payments": self.payments.iter().map(payment).collect::<Vec<_>>(),
        })
    }
}

fn sums(totals: &Totals) -> Vec<Value> {
    let line = |(currency, (count, amount)): (&&str, &(usize, rust_decimal::Decimal))| json!({ "currency": currency, "count": count, "amount": digits(currency, *amount) });
    totals.iter().map(line).collect()
}

fn withdrawal(made: &WithdrawalView) -> Value {
    json!({
        "id": made.id,
        "external_id": made.external_id,
        "amount": digits(made.currency, made.amount),
        "currency": made.currency,
        "status": made.status,
        "payee": name(made.recipient.as_ref()),
        "account": account(made.recipient.as_ref()),
    })
}

fn payment(made: &PaymentView) -> Value {
    json!({
        "id": made.id,
        "external_id": made.external_id,
        "from_amount": digits(made.from_currency, made.from_amount),
        "from_currency": made.from_currency,
        "to_amount": digits(made.to_currency, made.to_amount),
        "to_currency": made.to_currency,
        "status": made.status,
        "payee": name(made.recipient.as_ref()),
        "account": account(made.recipient.as_ref()),
    })
}

fn name(party: Option<&PartyView>) -> Option<&str> {
    party.map(|party| party.name.as_str())
}

fn account(party: Option<&PartyView>) -> Option<String> {
    party?.account.as_deref().map(masked_account)
}
