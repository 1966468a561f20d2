//! Making a payment: money leaves the balance in one currency and is delivered in another.

use rust_decimal::Decimal;

use super::enums::CurrencyIso3;
use super::inputs::PaymentInput;
use super::mutation::Stop;
use super::order::Desk;
use super::replies::CreatePaymentReply;
use super::rules::{self, Refused};
use super::{quotes, today};
use crate::simulator::delivery;
use crate::simulator::flash::Flash;
use crate::simulator::market::Price;
use crate::simulator::records::{Order, PaymentRecord};

/// Checks, converts, pays, and shows what was made, or what a known key stands for.
pub fn create(flash: &Flash, input: PaymentInput) -> Result<CreatePaymentReply, Stop> {
    let (options, now) = (flash.options(), flash.now());
    let PaymentInput { order, from_currency, to_currency, size, currency, source_of_funds, quote_id } = input;
    let from_currency = CurrencyIso3::from(from_currency);
    rules::order(&order, today(now))?;
    rules::pair(from_currency, to_currency, Some(currency))?;
    rules::amount("size", size, currency)?;
    let mut desk = Desk { ledger: &mut flash.ledger(), options: &options, now };
    let key = order.idempotency_key.clone();
    desk.place(key.as_deref(), |desk| {
        let order = desk.order::<PaymentRecord>("pay", order)?;
        desk.delivers(&order, to_currency)?;
        if source_of_funds.is_none() && asks_for_source_of_funds(desk, &order) {
            let message = "sourceOfFunds is mandatory for this destination";
            return Err(Refused::new("SOURCE_OF_FUNDS_REQUIRED", message).into());
        }
        let price = match &quote_id {
            Some(id) => quotes::bought(desk, id, from_currency, to_currency)?,
            None => quotes::price(&options, from_currency, to_currency)?,
        };
        let (from_amount, to_amount) = amounts(&price, size.0, currency, from_currency, to_currency)?;
        Ok(PaymentRecord {
            order,
            size: size.0,
            from_currency,
            from_amount,
            to_currency,
            to_amount,
            price,
            quote_id: quote_id.map(|id| id.0),
            source_of_funds,
            fee: options.fee,
        })
    })
}

fn asks_for_source_of_funds(desk: &Desk<'_>, order: &Order) -> bool {
    let recipient = desk.ledger.recipient(&order.recipient);
    let country = recipient.and_then(|(_, recipient)| delivery::country(recipient));
    country.is_some_and(delivery::asks_for_source_of_funds)
}

/// What is paid and what is delivered, by the side that the size is in.
fn amounts(
    price: &Price,
    size: Decimal,
    currency: CurrencyIso3,
    from: CurrencyIso3,
    to: CurrencyIso3,
) -> Result<(Decimal, Decimal), Refused> {
    let sides = if currency == from {
        price.buys(size, to).map(|bought| (size, bought))
    } else {
        price.costs(size, from).map(|cost| (cost, size))
    };
    let whole = sides.filter(|(paid, delivered)| *paid > Decimal::ZERO && *delivered > Decimal::ZERO);
    whole.ok_or_else(|| Refused::input("size cannot be converted into a whole amount of the other currency"))
}
