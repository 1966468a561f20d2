//! Which rows a list shows: by which filter, without the youngest, of at most so many.

use async_graphql::{Context, ID, Result};
use jiff::{SignedDuration, Timestamp};

use super::filters::{RecipientQueryInput, SenderQueryInput};
use super::inputs::{RecipientInput, SenderInput};
use super::order::{Desk, Made};
use super::{error, flash, struck};
use crate::simulator::book::Book;
use crate::simulator::options::{ExternalIdFilter, Options, Turn};
use crate::simulator::records::Entry;

/// A list as the API writes it: it may be null and so may its items.
pub type List<T> = Option<Vec<Option<T>>>;

/// How a list is made.
pub struct Listing {
    filter: ExternalIdFilter,
    made_until: Option<Timestamp>,
    pub max_items: usize,
}

/// What the lists of orders can be filtered by alike.
#[derive(Default)]
pub struct OrderFilter<S> {
    pub external_id: Option<String>,
    pub min_created_at: Option<String>,
    pub max_created_at: Option<String>,
    pub sub_client_id: Option<ID>,
    pub statuses: List<S>,
}

impl Listing {
    pub fn of(ctx: &Context<'_>, filter: impl Fn(&Options) -> ExternalIdFilter) -> Result<Self> {
        let flash = flash(ctx)?;
        let options = flash.options();
        let lag = struck(ctx).lag();
        let made_until = SignedDuration::try_from(lag).ok().and_then(|lag| flash.now().checked_sub(lag).ok());
        Ok(Self {
            filter: filter(&options),
            made_until: made_until.filter(|_| !lag.is_zero()),
            max_items: options.max_items.unwrap_or(usize::MAX),
        })
    }

    /// The places of what the list may show of `book`, made from `min` to `max`, oldest first.
    pub fn places<T: Entry>(
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

    /// The orders that pass the filter and `also`, as they stand now.
    pub fn orders<T: Made>(
        &self,
        desk: &mut Desk<'_>,
        filter: OrderFilter<T::Status>,
        also: impl Fn(&T) -> bool,
    ) -> Result<List<T::Object>> {
        let (min, max) = (time(filter.min_created_at)?, time(filter.max_created_at)?);
        let (step, now) = (desk.options.status_step, desk.now);
        let statuses: Option<Vec<_>> = filter.statuses.map(|some| some.into_iter().flatten().collect());
        let sub_client = filter.sub_client_id.map(|id| id.0);
        let options = desk.options;
        let orders = T::orders(desk.ledger);
        let mut places = self.places(&orders.book, filter.external_id.as_deref(), min, max);
        places.retain(|&place| {
            let record = orders.book.at(place);
            let here = |statuses: &Vec<_>| statuses.contains(&orders.walk(place, step, now).status());
            !matches!(options.turn(record.order()), Some(Turn::Gone | Turn::Refused | Turn::Spoils))
                && statuses.as_ref().is_none_or(here)
                && fits(sub_client.as_ref(), record.order().sub_client_id.as_ref())
                && also(record)
        });
        places.truncate(self.max_items);
        Ok(Some(places.into_iter().map(|place| Some(desk.show::<T>(place))).collect()))
    }
}

/// A bound of a list's time.
fn time(text: Option<String>) -> Result<Option<Timestamp>> {
    let wrong = |_| error("INVALID_INPUT", "a time is written as in 2026-03-03T01:25:11.984Z");
    text.map(|text| text.parse()).transpose().map_err(wrong)
}

/// A filter that is absent lets everything pass.
pub fn fits<T: PartialEq>(wanted: Option<&T>, have: Option<&T>) -> bool {
    wanted.is_none_or(|wanted| have == Some(wanted))
}

pub fn matches_sender(wanted: &SenderQueryInput, have: &SenderInput) -> bool {
    fits(wanted.email.as_ref(), have.details.email.as_ref())
}

pub fn matches_recipient(wanted: &RecipientQueryInput, have: &RecipientInput) -> bool {
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
