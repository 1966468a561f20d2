//! Looking things up.
//!
//! Payments, quotes, delivery methods and bank details are not simulated: they are empty or null.

use async_graphql::resolver_utils::EnumType;
use async_graphql::{Context, ID, Object, Result};
use jiff::{SignedDuration, Timestamp};
use rust_decimal::Decimal;

use super::enums::{CurrencyIso3, WithdrawalStatus};
use super::inputs::{
    AvailableDeliveryMethodsInput, BankInfoQueryInput, PaymentQueryInput, QuoteInput, RecipientInput,
    RecipientQueryInput, SenderInput, SenderQueryInput, SubClientQueryInput, WithdrawalQueryInput,
};
use super::objects::{
    Balance, BankInfo, DeliveryMethod, Payment, Quote, Recipient, Sender, SubClient, Withdrawal,
};
use super::scalars::Float;
use super::{error, flash, now, show_withdrawal, struck};
use crate::simulator::book::Book;
use crate::simulator::options::{ExternalIdFilter, Options};
use crate::simulator::records::Entry;

/// A list as the API writes it: it may be null and so may its items.
type List<T> = Option<Vec<Option<T>>>;

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
        let flash = flash(ctx)?;
        let step = flash.options().status_step;
        let mut ledger = flash.ledger();
        let place = id.as_ref().and_then(|id| ledger.withdrawals.get(id)).map(|(place, _)| place);
        Ok(place.map(|place| show_withdrawal(&mut ledger, place, step)))
    }

    async fn withdrawals(
        &self,
        ctx: &Context<'_>,
        input: Option<WithdrawalQueryInput>,
    ) -> Result<List<Withdrawal>> {
        let list = Listing::of(ctx, |options| options.withdrawal_filter)?;
        let flash = flash(ctx)?;
        let step = flash.options().status_step;
        let input = input.unwrap_or_default();
        let (min, max) = (time(input.min_created_at.as_deref())?, time(input.max_created_at.as_deref())?);
        if input.sub_client_id.is_some() {
            return Ok(Some(Vec::new()));
        }
        let mut ledger = flash.ledger();
        let wanted: Option<Vec<WithdrawalStatus>> =
            input.statuses.map(|statuses| statuses.into_iter().flatten().collect());
        let mut places = list.places(&ledger.withdrawals, input.external_id.as_deref(), min, max);
        if let Some(wanted) = wanted {
            places.retain(|&place| wanted.contains(&ledger.standing(place, step, now()).status));
        }
        places.truncate(list.max_items);
        Ok(Some(places.into_iter().map(|place| Some(show_withdrawal(&mut ledger, place, step))).collect()))
    }

    async fn payment(&self, id: Option<ID>) -> Option<Payment> {
        let _ = id;
        None
    }

    async fn payments(&self, input: Option<PaymentQueryInput>) -> List<Payment> {
        let _ = input;
        Some(Vec::new())
    }

    async fn balances(&self, ctx: &Context<'_>, currencies: List<CurrencyIso3>) -> Result<List<Balance>> {
        let flash = flash(ctx)?;
        let options = flash.options();
        let ledger = flash.ledger();
        let currencies: Vec<CurrencyIso3> = match currencies {
            Some(named) => named.into_iter().flatten().collect(),
            None => CurrencyIso3::items()
                .iter()
                .map(|item| item.value)
                .filter(|currency| options.balances.contains_key(currency.code()))
                .collect(),
        };
        let balance = |currency| Balance {
            currency: Some(currency),
            cleared: Some(Float(ledger.balance(currency, &options, now()))),
            pending: Some(Float(Decimal::ZERO)),
        };
        Ok(Some(currencies.into_iter().map(balance).map(Some).collect()))
    }

    async fn quote(&self, input: QuoteInput) -> Option<Quote> {
        let _ = input;
        None
    }

    async fn available_delivery_methods(
        &self,
        input: Option<AvailableDeliveryMethodsInput>,
    ) -> List<DeliveryMethod> {
        let _ = input;
        Some(Vec::new())
    }

    async fn bank_info(&self, input: BankInfoQueryInput) -> Option<BankInfo> {
        let _ = input;
        None
    }

    async fn sub_clients(&self, input: Option<SubClientQueryInput>) -> List<SubClient> {
        let _ = input;
        Some(Vec::new())
    }
}

/// How a list is made: by which filter, without the youngest, of at most so many.
struct Listing {
    filter: ExternalIdFilter,
    made_until: Option<Timestamp>,
    max_items: usize,
}

impl Listing {
    fn of(ctx: &Context<'_>, filter: impl Fn(&Options) -> ExternalIdFilter) -> Result<Self> {
        let options = flash(ctx)?.options();
        let lag = struck(ctx).lag();
        let made_until = SignedDuration::try_from(lag).ok().and_then(|lag| now().checked_sub(lag).ok());
        Ok(Self {
            filter: filter(&options),
            made_until: made_until.filter(|_| !lag.is_zero()),
            max_items: options.max_items.unwrap_or(usize::MAX),
        })
    }

    /// The places of what the list may show of `book`, made from `min` to `max`, oldest first.
    fn places<T: Entry>(
        &self,
        book: &Book<T>,
        external_id: Option<&str>,
        min: Option<Timestamp>,
        max: Option<Timestamp>,
    ) -> Vec<usize> {
        let max = [max, self.made_until].into_iter().flatten().min();
        let window = book.made_between(min, max);
        match external_id.filter(|_| self.filter == ExternalIdFilter::Works) {
            Some(id) => {
                book.with_external_id(id).iter().copied().filter(|place| window.contains(place)).collect()
            }
            None => window.collect(),
        }
    }
}

/// A bound of a list's time.
fn time(text: Option<&str>) -> Result<Option<Timestamp>> {
    let wrong = |_| error("INVALID_INPUT", "a time is written as in 2026-03-03T01:25:11.984Z");
    text.map(str::parse).transpose().map_err(wrong)
}

/// A filter that is absent lets everything pass.
fn fits<T: PartialEq>(wanted: Option<&T>, have: Option<&T>) -> bool {
    wanted.is_none_or(|wanted| have == Some(wanted))
}

fn matches_sender(wanted: &SenderQueryInput, have: &SenderInput) -> bool {
    fits(wanted.email.as_ref(), have.details.email.as_ref())
}

fn matches_recipient(wanted: &RecipientQueryInput, have: &RecipientInput) -> bool {
    let of = &have.details;
    let texts = [
        (&wanted.first_name, &of.first_name),
        (&wanted.last_name, &of.last_name),
        (&wanted.middle_name, &of.middle_name),
        (&wanted.company_name, &of.company_name),
        (&wanted.payid, &of.payid),
        (&wanted.bic, &of.bic),
        (&wanted.iban, &of.iban),
        (&wanted.aba, &of.aba),
        (&wanted.bsb, &of.bsb),
        (&wanted.clabe, &of.clabe),
        (&wanted.cnaps, &of.cnaps),
        (&wanted.sort_code, &of.sort_code),
        (&wanted.ifsc, &of.ifsc),
        (&wanted.account_no, &of.account_no),
    ];
    texts.into_iter().all(|(wanted, have)| fits(wanted.as_ref(), have.as_ref()))
        && fits(wanted.dob.as_ref(), of.dob.as_ref())
        && fits(wanted.account_id_type.as_ref(), Some(&have.account_id_type))
        && fits(wanted.currency.as_ref(), Some(&have.currency))
}
