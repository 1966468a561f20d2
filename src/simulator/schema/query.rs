//! Looking things up.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Context, ID, Object, Result};
use rust_decimal::Decimal;

use super::enums::CurrencyIso3;
use super::filters::{
    AvailableDeliveryMethodsInput, BankInfoQueryInput, PaymentQueryInput, QuoteInput, RecipientQueryInput,
    SenderQueryInput, SubClientQueryInput, WithdrawalQueryInput,
};
use super::listing::{List, Listing, OrderFilter, fits, matches_recipient, matches_sender};
use super::objects::{
    Balance, BankInfo, DeliveryMethod, Payment, Quote, Recipient, Sender, SubClient, Withdrawal,
};
use super::order::{Desk, Made};
use super::scalars::Float;
use super::{SPOILED, error, flash, quotes};
use crate::simulator::banks;
use crate::simulator::choices::Turn;
use crate::simulator::delivery::Delivery;
use crate::simulator::options::Options;
use crate::simulator::records::{PaymentRecord, WithdrawalRecord};

pub struct Query;

#[Object]
#[expect(clippy::unused_async, reason = "the macro wants resolvers to be async")]
impl Query {
    async fn sender(&self, ctx: &Context<'_>, id: Option<ID>) -> Result<Option<Sender>> {
        let ledger = flash(ctx)?.ledger();
        let found = id.as_ref().and_then(|id| ledger.senders.get(id));
        Ok(found.map(|(_, record)| Sender::new(Some(&record.id), record.party.clone())))
    }

    async fn senders(&self, ctx: &Context<'_>, input: Option<SenderQueryInput>) -> Result<List<Sender>> {
        let list = Listing::of(ctx, |options| options.party_filter)?;
        let input = input.unwrap_or_default();
        let ledger = flash(ctx)?.ledger();
        let places = list.places(&ledger.senders, input.external_id.as_deref(), None, None);
        let records = places.into_iter().map(|place| ledger.senders.at(place));
        let matching = records.filter(|record| matches_sender(&input, &record.party));
        let shown = matching.map(|record| Some(Sender::new(Some(&record.id), record.party.clone())));
        Ok(Some(shown.take(list.max_items).collect()))
    }

    async fn recipient(&self, ctx: &Context<'_>, id: Option<ID>) -> Result<Option<Recipient>> {
        let ledger = flash(ctx)?.ledger();
        let found = id.as_ref().and_then(|id| ledger.recipients.get(id));
        Ok(found.map(|(_, record)| Recipient::new(Some(&record.id), record.party.clone())))
    }

    async fn recipients(
        &self,
        ctx: &Context<'_>,
        input: Option<RecipientQueryInput>,
    ) -> Result<List<Recipient>> {
        let list = Listing::of(ctx, |options| options.party_filter)?;
        let input = input.unwrap_or_default();
        let ledger = flash(ctx)?.ledger();
        let places = list.places(&ledger.recipients, input.external_id.as_deref(), None, None);
        let records = places.into_iter().map(|place| ledger.recipients.at(place));
        let matching = records.filter(|record| matches_recipient(&input, &record.party));
        let shown = matching.map(|record| Some(Recipient::new(Some(&record.id), record.party.clone())));
        Ok(Some(shown.take(list.max_items).collect()))
    }

    async fn withdrawal(&self, ctx: &Context<'_>, id: Option<ID>) -> Result<Option<Withdrawal>> {
        one::<WithdrawalRecord>(ctx, id.as_ref())
    }

    async fn withdrawals(
        &self,
        ctx: &Context<'_>,
        input: Option<WithdrawalQueryInput>,
    ) -> Result<List<Withdrawal>> {
        let list = Listing::of(ctx, |options| options.withdrawal_filter)?;
        let input = input.unwrap_or_default();
        let filter = OrderFilter {
            external_id: input.external_id,
            min_created_at: input.min_created_at,
            max_created_at: input.max_created_at,
            sub_client_id: input.sub_client_id,
            statuses: input.statuses,
        };
        at_desk(ctx, |desk| list.orders::<WithdrawalRecord>(desk, filter, |_| true))?
    }

    async fn payment(&self, ctx: &Context<'_>, id: Option<ID>) -> Result<Option<Payment>> {
        one::<PaymentRecord>(ctx, id.as_ref())
    }

    async fn payments(&self, ctx: &Context<'_>, input: Option<PaymentQueryInput>) -> Result<List<Payment>> {
        let list = Listing::of(ctx, |options| options.payment_filter)?;
        let input = input.unwrap_or_default();
        let filter = OrderFilter {
            external_id: input.external_id,
            min_created_at: input.min_created_at,
            max_created_at: input.max_created_at,
            sub_client_id: input.sub_client_id,
            statuses: input.statuses,
        };
        let wanted = input.to_currencies;
        let goes_there = |payment: &PaymentRecord| {
            wanted.as_ref().is_none_or(|wanted| wanted.contains(&Some(payment.to_currency)))
        };
        at_desk(ctx, |desk| list.orders(desk, filter, goes_there))?
    }

    async fn balances(&self, ctx: &Context<'_>, currencies: List<CurrencyIso3>) -> Result<List<Balance>> {
        let flash = flash(ctx)?;
        let (options, now) = (flash.options(), flash.now());
        let ledger = flash.ledger();
        let balance = |currency| Balance {
            currency: Some(currency),
            cleared: Some(Float(ledger.balance(currency, &options, now))),
            pending: Some(Float(Decimal::ZERO)),
        };
        let currencies = currencies
            .map_or_else(|| currencies_held(&options), |named| named.into_iter().flatten().collect());
        Ok(Some(currencies.into_iter().map(balance).map(Some).collect()))
    }

    async fn quote(&self, ctx: &Context<'_>, input: QuoteInput) -> Result<Option<Quote>> {
        Ok(Some(quotes::quote(flash(ctx)?, &input)?))
    }

    async fn available_delivery_methods(
        &self,
        input: Option<AvailableDeliveryMethodsInput>,
    ) -> List<DeliveryMethod> {
        let wanted = input.unwrap_or_default();
        let found = Delivery::all().filter(|way| {
            fits(wanted.country.as_ref(), Some(&way.country))
                && fits(wanted.currency.as_ref(), Some(&way.currency))
        });
        Some(found.map(DeliveryMethod::from).map(Some).collect())
    }

    async fn bank_info(&self, input: BankInfoQueryInput) -> Result<Option<BankInfo>> {
        let found = match (input.bsb, input.bic, input.iban) {
            (Some(bsb), None, None) => banks::by_bsb(&bsb),
            (None, Some(bic), None) => banks::by_bic(&bic),
            (None, None, Some(iban)) => banks::by_iban(&iban),
            _ => return Err(error("INVALID_INPUT", "exactly one of bsb, bic and iban is needed")),
        };
        Ok(found.map(BankInfo::from))
    }

    async fn sub_clients(
        &self,
        ctx: &Context<'_>,
        input: Option<SubClientQueryInput>,
    ) -> Result<List<SubClient>> {
        let options = flash(ctx)?.options();
        let wanted = input.unwrap_or_default().external_id;
        let found =
            options.sub_clients.iter().filter(|known| fits(wanted.as_ref(), known.external_id.as_ref()));
        Ok(Some(found.map(SubClient::from).map(Some).collect()))
    }
}

/// Does something with the ledger locked.
fn at_desk<T>(ctx: &Context<'_>, work: impl FnOnce(&mut Desk<'_>) -> T) -> Result<T> {
    let flash = flash(ctx)?;
    let (options, now) = (flash.options(), flash.now());
    Ok(work(&mut Desk { ledger: &mut flash.ledger(), options: &options, now }))
}

fn one<T: Made>(ctx: &Context<'_>, id: Option<&ID>) -> Result<Option<T::Object>> {
    at_desk(ctx, |desk| {
        let found = id.and_then(|id| T::orders(desk.ledger).book.get(id));
        let Some((place, order)) = found.map(|(place, record)| (place, record.order().clone())) else {
            return Ok(None);
        };
        match desk.options.turn(&order) {
            Some(Turn::Refused) => {
                let refusal = error("INTERNAL_SERVER_ERROR", "Something went wrong with this one");
                ctx.add_error(ctx.set_error_path(refusal.into_server_error(ctx.item.pos)));
                Ok(None)
            }
            Some(Turn::Spoils) => Err(error(SPOILED, "Something went wrong with this answer")),
            _ => Ok(desk.shows(&order).then(|| desk.show::<T>(place))),
        }
    })?
}

/// Every currency that the account has a balance in.
fn currencies_held(options: &Options) -> Vec<CurrencyIso3> {
    let all = CurrencyIso3::items().iter().map(|item| item.value);
    all.filter(|currency| options.balances.contains_key(currency.code())).collect()
}
