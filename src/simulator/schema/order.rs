//! What making a withdrawal and making a payment have in common: once per key, for parties that exist, from a
//! balance that covers it.
//!
//! The ledger stays locked from the look at the key to the commit, so that two equal requests at the same time make
//! one order.

use jiff::Timestamp;

use super::enums::CurrencyIso3;
use super::error;
use super::inputs::OrderInput;
use super::mutation::{Stop, not_found};
use super::objects::{OrderShown, Payment, Recipient, Sender, SubClient, Turned, Withdrawal};
use super::replies::{CreatePaymentReply, CreateWithdrawalReply, WithObject};
use super::rules::Refused;
use super::scalars::DateTime;
use crate::simulator::ledger::Ledger;
use crate::simulator::options::{BalanceCheck, Options, RepeatedKey, Turn};
use crate::simulator::orders::{Ordered, Orders, Taken};
use crate::simulator::records::{Line, Order, PartyRef, PaymentRecord, WithdrawalRecord};
use crate::simulator::walk::Walk;

/// An order that a mutation makes and queries show.
pub trait Made: Ordered + Sized {
    type Object: Turned;
    type Reply: WithObject<Object = Self::Object>;

    fn orders(ledger: &mut Ledger) -> &mut Orders<Self>;
    fn line(self) -> Line;
    fn object(&self, walk: &Walk<Self::Status>, order: OrderShown) -> Self::Object;
}

impl Made for WithdrawalRecord {
    type Object = Withdrawal;
    type Reply = CreateWithdrawalReply;

    fn orders(ledger: &mut Ledger) -> &mut Orders<Self> {
        &mut ledger.withdrawals
    }

    fn line(self) -> Line {
        Line::Withdrawal(Box::new(self))
    }

    fn object(&self, walk: &Walk<Self::Status>, order: OrderShown) -> Withdrawal {
        Withdrawal::new(self, walk, order)
    }
}

impl Made for PaymentRecord {
    type Object = Payment;
    type Reply = CreatePaymentReply;

    fn orders(ledger: &mut Ledger) -> &mut Orders<Self> {
        &mut ledger.payments
    }

    fn line(self) -> Line {
        Line::Payment(Box::new(self))
    }

    fn object(&self, walk: &Walk<Self::Status>, order: OrderShown) -> Payment {
        Payment::new(self, walk, order)
    }
}

/// The ledger in one request: how this Flash behaves, and what time it is.
pub struct Desk<'a> {
    pub ledger: &'a mut Ledger,
    pub options: &'a Options,
    pub now: Timestamp,
}

impl Desk<'_> {
    /// Makes an order, or shows what its key stands for.
    pub fn place<T: Made>(
        &mut self,
        key: Option<&str>,
        make: impl FnOnce(&mut Self) -> Result<T, Stop>,
    ) -> Result<T::Reply, Stop> {
        if let Some(place) = key.and_then(|key| self.known::<T>(key)) {
            return self.repeated::<T>(place);
        }
        let record = make(self)?;
        self.afford(record.taken())?;
        let place = self.ledger.commit(record.line())?;
        Ok(T::Reply::done("CREATED", Some(self.show::<T>(place))))
    }

    /// The first order with this key, unless the key is forgotten or means nothing.
    fn known<T: Made>(&mut self, key: &str) -> Option<usize> {
        let orders = T::orders(self.ledger);
        let place = orders.by_key(key)?;
        let age = self.now.duration_since(orders.book.at(place).created_at()).unsigned_abs();
        match self.options.repeated_key {
            RepeatedKey::Ignored => None,
            RepeatedKey::Forgets(after) if age >= after => {
                orders.forget_key(key);
                None
            }
            RepeatedKey::Forgets(_)
            | RepeatedKey::ReturnsFirst
            | RepeatedKey::FailsWithObject
            | RepeatedKey::FailsWithoutObject
            | RepeatedKey::GraphqlError => Some(place),
        }
    }

    fn repeated<T: Made>(&mut self, place: usize) -> Result<T::Reply, Stop> {
        let duplicate = Refused::new("DUPLICATE_IDEMPOTENCY_KEY", "this idempotencyKey was used before");
        match self.options.repeated_key {
            RepeatedKey::ReturnsFirst | RepeatedKey::Ignored | RepeatedKey::Forgets(_) => {
                Ok(T::Reply::done("OK", Some(self.show::<T>(place))))
            }
            RepeatedKey::FailsWithObject => {
                Ok(T::Reply::from(duplicate).with_object(Some(self.show::<T>(place))))
            }
            RepeatedKey::FailsWithoutObject => Err(duplicate.into()),
            RepeatedKey::GraphqlError => Err(Stop::Error(error(duplicate.code, duplicate.message))),
        }
    }

    /// The order of these inputs, if the parties that it names are there. `prefix` begins its id.
    pub fn order<T: Made>(&mut self, prefix: &str, input: OrderInput) -> Result<Order, Refused> {
        let book = &T::orders(self.ledger).book;
        let (id, created_at) = (format!("{prefix}_{:08}", book.len() + 1), book.next_time(self.now));
        let sender = match (input.sender_id, input.sender) {
            (Some(id), _) if self.ledger.senders.get(&id).is_none() => return Err(not_found("sender")),
            (Some(id), _) => PartyRef::Known(id.0),
            (None, Some(inline)) => PartyRef::Inline(Box::new(inline)),
            (None, None) => PartyRef::Account,
        };
        let recipient = match (input.recipient_id, input.recipient) {
            (Some(id), _) if self.ledger.recipients.get(&id).is_none() => return Err(not_found("recipient")),
            (Some(id), _) => PartyRef::Known(id.0),
            (None, Some(inline)) => PartyRef::Inline(Box::new(inline)),
            (None, None) => return Err(not_found("recipient")),
        };
        if let Some(id) = &input.sub_client_id {
            let known = self.options.sub_clients.iter().find(|known| known.id == id.0);
            if known.ok_or_else(|| not_found("subClient"))?.status != "ACTIVE" {
                return Err(Refused::new("SUB_CLIENT_INACTIVE", "this subClient cannot pay"));
            }
        }
        Ok(Order {
            id,
            created_at,
            external_id: input.external_id,
            idempotency_key: input.idempotency_key,
            external_reference: input.external_reference,
            callback_uri: input.callback_uri,
            reason: input.reason,
            sender,
            recipient,
            sub_client_id: input.sub_client_id.map(|id| id.0),
        })
    }

    /// Whether the order's recipient takes this currency.
    pub fn delivers(&self, order: &Order, currency: CurrencyIso3) -> Result<(), Refused> {
        let takes = self.ledger.recipient(&order.recipient).map(|(_, recipient)| recipient.currency);
        match takes {
            Some(takes) if takes != currency => {
                let message = format!("the recipient takes {}, not {}", takes.code(), currency.code());
                Err(Refused::input(message))
            }
            _ => Ok(()),
        }
    }

    fn afford(&self, Taken { currency, amount, fee }: Taken) -> Result<(), Refused> {
        let check = self.options.balance_check == BalanceCheck::On;
        if check && !self.ledger.covers(amount + fee, currency, self.options, self.now) {
            let message = format!("the {} balance is too small", currency.code());
            return Err(Refused::new("INSUFFICIENT_BALANCE", message));
        }
        Ok(())
    }

    /// Whether an order is shown at all.
    pub fn shows(&self, order: &Order) -> bool {
        !matches!(self.options.turn(order), Some(Turn::Gone | Turn::Refused | Turn::Spoils))
    }

    /// The order at `place` as it stands now. Showing it is a look at it.
    pub fn show<T: Made>(&mut self, place: usize) -> T::Object {
        let walk = T::orders(self.ledger).look(place, self.options.status_step, self.now);
        let order = T::orders(self.ledger).book.at(place).order().clone();
        let turn = self.options.turn(&order);
        let sender = self.ledger.sender(&order.sender).map(|(id, party)| Sender::new(id, party.clone()));
        let recipient =
            self.ledger.recipient(&order.recipient).map(|(id, party)| Recipient::new(id, party.clone()));
        let sub_client =
            self.options.sub_clients.iter().find(|known| Some(&known.id) == order.sub_client_id.as_ref());
        let shown = OrderShown {
            sender,
            recipient,
            sub_client: sub_client.map(SubClient::from),
            external_reference: order.external_reference,
            external_id: order.external_id,
            callback_uri: order.callback_uri,
            reason: order.reason,
            created_at: Some(DateTime(order.created_at)),
        };
        let mut object = T::orders(self.ledger).book.at(place).object(&walk, shown);
        if let Some(turn) = turn {
            object.turn(turn);
        }
        object
    }
}
