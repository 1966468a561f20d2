//! Which calls of the API a request makes.
//!
//! Told from the parsed root fields, so an alias, a fragment or a word in a variable changes nothing.

use std::fmt;
use std::str::FromStr;

use async_graphql::parser::types::{DocumentOperations, ExecutableDocument, Field, OperationDefinition};
use async_graphql::parser::types::{Selection, SelectionSet};

/// The calls that faults are addressed to and that are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Operation {
    /// `login`
    Login,
    /// `logout`
    Logout,
    /// `recipient`, `recipients`, `sender`, `senders`
    PartyLookup,
    /// `createRecipient`, `createSender` and their updates
    PartyCreate,
    /// `createWithdrawal`
    WithdrawalCreate,
    /// `withdrawals`
    WithdrawalList,
    /// `withdrawal`
    WithdrawalGet,
    /// `createPayment`
    PaymentCreate,
    /// `payments`
    PaymentList,
    /// `payment`
    PaymentGet,
    /// `quote`
    Quote,
    /// `balances`
    Balances,
    /// `availableDeliveryMethods`
    DeliveryMethods,
    /// `bankInfo`
    BankInfo,
    /// `confirmationOfPayee`
    PayeeConfirmation,
    /// `subClients`
    SubClients,
    /// Everything else, introspection included.
    Other,
}

impl Operation {
    /// All of them, in the order of their names in the module's head.
    pub const ALL: [Self; 17] = [
        Self::Login,
        Self::Logout,
        Self::PartyLookup,
        Self::PartyCreate,
        Self::WithdrawalCreate,
        Self::WithdrawalList,
        Self::WithdrawalGet,
        Self::PaymentCreate,
        Self::PaymentList,
        Self::PaymentGet,
        Self::Quote,
        Self::Balances,
        Self::DeliveryMethods,
        Self::BankInfo,
        Self::PayeeConfirmation,
        Self::SubClients,
        Self::Other,
    ];

    /// The name in the text form of a fault.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Login => "login",
            Self::Logout => "logout",
            Self::PartyLookup => "party_lookup",
            Self::PartyCreate => "party_create",
            Self::WithdrawalCreate => "withdrawal_create",
            Self::WithdrawalList => "withdrawal_list",
            Self::WithdrawalGet => "withdrawal_get",
            Self::PaymentCreate => "payment_create",
            Self::PaymentList => "payment_list",
            Self::PaymentGet => "payment_get",
            Self::Quote => "quote",
            Self::Balances => "balances",
            Self::DeliveryMethods => "delivery_methods",
            Self::BankInfo => "bank_info",
            Self::PayeeConfirmation => "payee_confirmation",
            Self::SubClients => "sub_clients",
            Self::Other => "other",
        }
    }

    /// Whether it makes or changes something.
    pub(super) const fn is_mutation(self) -> bool {
        matches!(
            self,
            Self::Login
                | Self::Logout
                | Self::PartyCreate
                | Self::WithdrawalCreate
                | Self::PaymentCreate
                | Self::PayeeConfirmation
        )
    }

    fn of_field(name: &str) -> Self {
        match name {
            "login" => Self::Login,
            "logout" => Self::Logout,
            "recipient" | "recipients" | "sender" | "senders" => Self::PartyLookup,
            "createRecipient" | "createSender" | "updateRecipient" | "updateSender" => Self::PartyCreate,
            "createWithdrawal" => Self::WithdrawalCreate,
            "withdrawals" => Self::WithdrawalList,
            "withdrawal" => Self::WithdrawalGet,
            "createPayment" => Self::PaymentCreate,
            "payments" => Self::PaymentList,
            "payment" => Self::PaymentGet,
            "quote" => Self::Quote,
            "balances" => Self::Balances,
            "availableDeliveryMethods" => Self::DeliveryMethods,
            "bankInfo" => Self::BankInfo,
            "confirmationOfPayee" => Self::PayeeConfirmation,
            "subClients" => Self::SubClients,
            _ => Self::Other,
        }
    }

    /// The calls of these root fields, each once.
    pub(super) fn of_fields(fields: &[&Field]) -> Vec<Self> {
        let mut operations: Vec<_> = fields.iter().map(|field| Self::of_field(&field.name.node)).collect();
        operations.sort_unstable();
        operations.dedup();
        operations
    }
}

impl fmt::Display for Operation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Not the name of an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NoSuchOperation;

impl FromStr for Operation {
    type Err = NoSuchOperation;

    fn from_str(text: &str) -> Result<Self, NoSuchOperation> {
        Self::ALL.into_iter().find(|operation| operation.name() == text).ok_or(NoSuchOperation)
    }
}

/// The operation of `document` that `name` selects, as the GraphQL specification has it.
pub(super) fn selected<'a>(
    document: &'a ExecutableDocument,
    name: Option<&str>,
) -> Option<&'a OperationDefinition> {
    match (&document.operations, name) {
        (DocumentOperations::Single(operation), _) => Some(&operation.node),
        (DocumentOperations::Multiple(all), Some(name)) => all.get(name).map(|operation| &operation.node),
        (DocumentOperations::Multiple(all), None) if all.len() == 1 => {
            all.values().next().map(|only| &only.node)
        }
        (DocumentOperations::Multiple(_), None) => None,
    }
}

/// The fields at the root of `operation`, fragments resolved.
pub(super) fn root_fields<'a>(
    document: &'a ExecutableDocument,
    operation: &'a OperationDefinition,
) -> Vec<&'a Field> {
    let mut fields = Vec::new();
    collect(document, &operation.selection_set.node, &mut fields, 0);
    fields
}

/// Deeper fragments than this are left to the validation, which refuses circles.
const DEEPEST: u8 = 8;

fn collect<'a>(
    document: &'a ExecutableDocument,
    set: &'a SelectionSet,
    fields: &mut Vec<&'a Field>,
    depth: u8,
) {
    if depth > DEEPEST {
        return;
    }
    for item in &set.items {
        match &item.node {
            Selection::Field(field) => fields.push(&field.node),
            Selection::InlineFragment(part) => {
                collect(document, &part.node.selection_set.node, fields, depth + 1);
            }
            Selection::FragmentSpread(spread) => {
                if let Some(part) = document.fragments.get(&spread.node.fragment_name.node) {
                    collect(document, &part.node.selection_set.node, fields, depth + 1);
                }
            }
        }
    }
}
