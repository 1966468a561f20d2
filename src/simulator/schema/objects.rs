//! What goes out.

use async_graphql::{ID, Interface, SimpleObject};
use jiff::Timestamp;
use rust_decimal::Decimal;

use super::enums::{
    AccountIdType, CountryIso2, CurrencyIso3, PaymentStatus, TransactionReason, WithdrawalStatus,
};
use super::inputs::{
    AddressInput, AddressLines, RecipientDetails, RecipientInput, SenderDetails, SenderInput,
};
use super::rules::Refused;
use super::scalars::{DateTime, Float};
use crate::simulator::records::{PartyRef, WithdrawalRecord};
use crate::simulator::walk::Standing;

#[derive(SimpleObject)]
pub struct Address {
    #[graphql(flatten)]
    lines: AddressLines,
    country: Option<CountryIso2>,
}

impl From<AddressInput> for Address {
    fn from(input: AddressInput) -> Self {
        Self { lines: input.lines, country: Some(input.country) }
    }
}

#[derive(SimpleObject)]
pub struct Sender {
    id: Option<ID>,
    #[graphql(flatten)]
    details: SenderDetails,
    address: Option<Address>,
}

impl Sender {
    /// `id` is absent where the sender rode inside a withdrawal.
    pub fn new(id: Option<&str>, input: SenderInput) -> Self {
        Self { id: id.map(ID::from), details: input.details, address: Some(input.address.into()) }
    }
}

#[derive(SimpleObject)]
pub struct Recipient {
    id: Option<ID>,
    #[graphql(flatten)]
    details: RecipientDetails,
    account_id_type: Option<AccountIdType>,
    currency: Option<CurrencyIso3>,
    country: Option<CountryIso2>,
    address: Option<Address>,
}

impl Recipient {
    /// `id` is absent where the recipient rode inside a withdrawal.
    pub fn new(id: Option<&str>, input: RecipientInput) -> Self {
        Self {
            id: id.map(ID::from),
            details: input.details,
            account_id_type: Some(input.account_id_type),
            currency: Some(input.currency),
            country: Some(input.address.country),
            address: Some(input.address.into()),
        }
    }
}

#[derive(SimpleObject)]
pub struct Withdrawal {
    id: ID,
    status: Option<WithdrawalStatus>,
    status_message: Option<String>,
    reject_code: Option<String>,
    amount: Option<Float>,
    currency: Option<CurrencyIso3>,
    total_fee: Option<Float>,
    external_reference: Option<String>,
    external_id: Option<String>,
    callback_uri: Option<String>,
    reason: Option<TransactionReason>,
    rail: Option<String>,
    rail_service: Option<String>,
    created_at: Option<DateTime>,
    cleared_at: Option<DateTime>,
    rejected_at: Option<DateTime>,
    refunded_at: Option<DateTime>,
    sender: Option<Sender>,
    recipient: Option<Recipient>,
    sub_client: Option<SubClient>,
}

impl Withdrawal {
    /// The record as it stands now, with the parties that it names.
    pub fn new(
        record: &WithdrawalRecord,
        standing: &Standing,
        sender: Option<Sender>,
        recipient: Option<Recipient>,
    ) -> Self {
        let time = |at: Option<Timestamp>| at.map(DateTime);
        Self {
            id: ID::from(&record.id),
            status: Some(standing.status),
            status_message: standing.message.map(str::to_owned),
            reject_code: standing.reject_code.map(str::to_owned),
            amount: Some(Float(record.amount)),
            currency: Some(record.currency),
            total_fee: Some(Float(Decimal::ZERO)),
            external_reference: record.external_reference.clone(),
            external_id: record.external_id.clone(),
            callback_uri: record.callback_uri.clone(),
            reason: record.reason,
            rail: Some("NPP".to_owned()),
            rail_service: None,
            created_at: Some(DateTime(record.created_at)),
            cleared_at: time(standing.cleared_at),
            rejected_at: time(standing.rejected_at),
            refunded_at: time(standing.refunded_at),
            sender,
            recipient,
            sub_client: None,
        }
    }

    /// A cent more than was asked for.
    pub fn misquote(&mut self) {
        self.amount = self.amount.map(|Float(amount)| Float(amount + Decimal::new(1, 2)));
    }
}

/// The party that a withdrawal names, if `known` can tell it.
pub fn named<T, O>(
    party: &PartyRef<T>,
    known: impl Fn(&str) -> Option<T>,
    show: impl Fn(Option<&str>, T) -> O,
) -> Option<O>
where
    T: Clone,
{
    match party {
        PartyRef::Account => None,
        PartyRef::Known(id) => known(id).map(|input| show(Some(id), input)),
        PartyRef::Inline(input) => Some(show(None, T::clone(input))),
    }
}

#[derive(SimpleObject)]
pub struct Payment {
    id: ID,
    status: Option<PaymentStatus>,
    status_message: Option<String>,
    size: Option<Float>,
    from_currency: Option<CurrencyIso3>,
    to_currency: Option<CurrencyIso3>,
    from_amount: Option<Float>,
    to_amount: Option<Float>,
    external_reference: Option<String>,
    external_id: Option<String>,
    callback_uri: Option<String>,
    reason: Option<TransactionReason>,
    created_at: Option<DateTime>,
    sender: Option<Sender>,
    recipient: Option<Recipient>,
    sub_client: Option<SubClient>,
}

#[derive(SimpleObject)]
pub struct Balance {
    pub currency: Option<CurrencyIso3>,
    pub cleared: Option<Float>,
    pub pending: Option<Float>,
}

#[derive(SimpleObject)]
pub struct Quote {
    id: Option<ID>,
    bid: Option<Float>,
    ask: Option<Float>,
    symbol: Option<String>,
    timestamp: Option<DateTime>,
    inverted: Option<bool>,
    expire_at: Option<DateTime>,
}

#[derive(SimpleObject)]
pub struct DeliveryMethod {
    country: Option<CountryIso2>,
    currency: Option<CurrencyIso3>,
    method: Option<AccountIdType>,
    required_fields: Option<Vec<Option<String>>>,
}

#[derive(SimpleObject)]
pub struct BankInfo {
    name: Option<String>,
    address: Option<Address>,
}

#[derive(SimpleObject)]
pub struct SubClient {
    id: Option<ID>,
    full_name: Option<String>,
    external_id: Option<String>,
    bsb: Option<String>,
    account_no: Option<String>,
    status: Option<String>,
}

/// A reply that has an object, and so can lose it.
pub trait WithObject: From<Refused> {
    /// A success that shows nothing.
    fn empty() -> Self;

    /// The same without its object.
    fn without_object(self) -> Self;
}

/// A reply of a mutation: the three fields that all share, and at most one of its own.
macro_rules! reply {
    ($name:ident $({ $field:ident: $object:ty })?) => {
        #[derive(SimpleObject)]
        pub struct $name {
            pub success: bool,
            pub code: Option<String>,
            pub message: Option<String>,
            $(pub $field: Option<$object>,)?
        }

        $(
            impl $name {
                /// Done, and this is what came of it.
                pub fn done(code: &str, $field: Option<$object>) -> Self {
                    Self { success: true, code: Some(code.to_owned()), message: None, $field }
                }
            }

            impl WithObject for $name {
                fn empty() -> Self {
                    Self::done("SUCCESS", None)
                }

                fn without_object(self) -> Self {
                    Self { $field: None, ..self }
                }
            }
        )?

        impl From<Refused> for $name {
            fn from(refused: Refused) -> Self {
                Self {
                    success: false,
                    code: Some(refused.code.to_owned()),
                    message: Some(refused.message),
                    $($field: None,)?
                }
            }
        }
    };
}

reply!(MutationReply);
reply!(LoginReply { token: String });
reply!(MutateSenderReply { sender: Sender });
reply!(MutateRecipientReply { recipient: Recipient });
reply!(CreateWithdrawalReply { withdrawal: Withdrawal });
reply!(CreatePaymentReply { payment: Payment });
reply!(CopReply { billable: bool });

/// What every reply of a mutation has.
#[derive(Interface)]
#[graphql(
    name = "IMutationReply",
    field(name = "success", ty = "&bool"),
    field(name = "code", ty = "&Option<String>"),
    field(name = "message", ty = "&Option<String>")
)]
#[expect(clippy::duplicated_attributes, reason = "the fields of an interface, two of one type")]
pub enum IMutationReply {
    Plain(MutationReply),
    Login(LoginReply),
    Sender(MutateSenderReply),
    Recipient(MutateRecipientReply),
    Withdrawal(CreateWithdrawalReply),
    Payment(CreatePaymentReply),
    Cop(CopReply),
}
