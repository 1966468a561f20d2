//! Making a withdrawal: money leaves the balance in its own currency.

use super::enums::CurrencyIso3;
use super::inputs::CreateWithdrawalInput;
use super::mutation::Stop;
use super::order::Desk;
use super::replies::CreateWithdrawalReply;
use super::{rules, today};
use crate::simulator::flash::Flash;
use crate::simulator::records::WithdrawalRecord;

/// Checks, pays, and shows what was made, or what a known key stands for.
pub fn create(flash: &Flash, input: CreateWithdrawalInput) -> Result<CreateWithdrawalReply, Stop> {
    let (options, now) = (flash.options(), flash.now());
    let CreateWithdrawalInput { order, amount, currency, instructing_institution_id: _ } = input;
    let currency = currency.unwrap_or(CurrencyIso3::AUD);
    rules::order(&order, today(now))?;
    rules::amount("amount", amount, currency)?;
    let mut desk = Desk { ledger: &mut flash.ledger(), options: &options, now };
    let key = order.idempotency_key.clone();
    desk.place(key.as_deref(), |desk| {
        let order = desk.order::<WithdrawalRecord>("wdl", order)?;
        desk.delivers(&order, currency)?;
        Ok(WithdrawalRecord { order, amount: amount.0, currency, fee: options.fee })
    })
}
