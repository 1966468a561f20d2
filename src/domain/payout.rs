//! One payout: what a row of the file asks for, once checking has let it through.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::ids::{ExternalId, OverlapKey, PayoutId, RowDigest};
use super::{BankAccount, BookField, Currency, Money, Party};

/// The country of a row that names none.
pub const HOME: &str = "AU";

/// So many characters of a reference go by Direct Entry.
pub const SHOWN_BY_DIRECT_ENTRY: usize = 18;

/// Who is paid, and where the money goes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payee {
    /// The user's own id of the payee, such as an employee number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payee_id: Option<String>,
    /// Name, contact and address.
    #[serde(flatten)]
    pub party: Party,
    /// The account that is credited.
    pub account: BankAccount,
    /// Whether these bank details have a record of their own at the API: a person has accepted them in place of
    /// others, and a record that is there is never changed.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own_record: bool,
}

impl Payee {
    /// The id of the payee's record at the API: the user's own, else one derived from name and account. With a record
    /// of its own for these bank details, one derived from who and which account.
    pub fn external_id(&self) -> ExternalId {
        if !self.own_record {
            return self.who();
        }
        let who = self.payee_id.clone().unwrap_or_else(|| self.party.name.to_string());
        let kind = if self.payee_id.is_some() { "id" } else { "name" };
        ExternalId::derived("pa", &[kind.to_owned(), who, self.account.canonical()])
    }

    /// The id of a record of its own for money in `currency`, beside the one for the same account in another: a record
    /// at the API takes one currency.
    pub fn external_id_in(&self, currency: Currency) -> ExternalId {
        let record = self.external_id();
        let account = self.account.canonical();
        ExternalId::derived("pc", &[record.as_str().to_owned(), account, currency.to_string()])
    }

    /// Who is paid, whatever record the API has: the user's own id, else one derived from name and account.
    pub fn who(&self) -> ExternalId {
        self.payee_id.as_deref().map_or_else(
            || ExternalId::derived("pp", &[self.party.name.to_string(), self.account.canonical()]),
            ExternalId::known,
        )
    }
}

/// How the API carries a payout out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Out of a balance in the payout's own currency.
    Withdrawal,
    /// Converted and delivered: an FX payment.
    Payment,
}

impl Kind {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Withdrawal, Self::Payment];

    /// The name that users see and write.
    pub fn name(self) -> &'static str {
        match self {
            Self::Withdrawal => "withdrawal",
            Self::Payment => "payment",
        }
    }
}

/// The currencies of an FX payment. Its amount is in one of the two.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Conversion {
    /// The balance that pays.
    pub from: Currency,
    /// What the payee gets.
    pub to: Currency,
    /// Where the money is from, as the API names it; some destinations demand it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_of_funds: Option<String>,
}

/// What is asked of the API, and what everything that it shows of the payout must echo.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deal {
    /// So much out of a balance in its own currency.
    Withdrawal(Money),
    /// So much, in one of two currencies, converted from the one and delivered in the other.
    Payment {
        /// The amount, and in `money.currency()` the side that it is in.
        money: Money,
        /// The balance that pays.
        from: Currency,
        /// What the payee gets.
        to: Currency,
    },
}

impl Deal {
    /// How the API carries it out.
    pub fn kind(&self) -> Kind {
        match self {
            Self::Withdrawal(_) => Kind::Withdrawal,
            Self::Payment { .. } => Kind::Payment,
        }
    }
}

impl fmt::Display for Deal {
    /// For people: `AUD 100.00`, `EUR 100.00 paid from AUD`, `AUD 100.00 paid out in EUR`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Withdrawal(money) => write!(f, "{money}"),
            Self::Payment { money, from, to } if money.currency() == *to => {
                write!(f, "{money} paid from {from}")
            }
            Self::Payment { money, to, .. } => write!(f, "{money} paid out in {to}"),
        }
    }
}

/// One payout of a file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Payout {
    /// The row of the file as a person counts: the header is row 1.
    pub row: u32,
    /// The user's own id of this payout.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub payment_id: Option<String>,
    /// Who is paid.
    pub payee: Payee,
    /// The amount: what the payee gets, or, in the balance's currency, what is converted.
    #[serde(flatten)]
    pub money: Money,
    /// Between which currencies it is converted. None: it is paid out of a balance in its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conversion: Option<Conversion>,
    /// What the payee's statement shows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reference: Option<String>,
    /// The `remitter` cell: a remitter of the configuration or a name to show.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remitter: Option<String>,
    /// The API's reason for the transaction, passed on as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The sub-client on whose behalf is paid, passed on as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub_client_id: Option<String>,
    /// What the row lacked and the payee book had.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_book: Vec<BookField>,
    /// The payout that the row was at first, by its mark or since it takes the place of such a row.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub marked: Option<PayoutId>,
}

impl Payout {
    /// How the API carries it out.
    pub fn kind(&self) -> Kind {
        if self.conversion.is_some() { Kind::Payment } else { Kind::Withdrawal }
    }

    /// What is asked of the API.
    pub fn deal(&self) -> Deal {
        match &self.conversion {
            None => Deal::Withdrawal(self.money),
            Some(Conversion { from, to, .. }) => Deal::Payment { money: self.money, from: *from, to: *to },
        }
    }

    /// The currency that the payee gets.
    pub fn delivered(&self) -> Currency {
        self.conversion.as_ref().map_or(self.money.currency(), |conversion| conversion.to)
    }

    /// The currency of the balance that pays.
    pub fn funded_in(&self) -> Currency {
        self.conversion.as_ref().map_or(self.money.currency(), |conversion| conversion.from)
    }

    /// The digest of the canonical row: every field, blanks collapsed, amount in minor units, wherever the row
    /// stands in whatever file. What was taken from the payee book is no part of it: the same file is the same
    /// payouts, whatever the book says by then.
    pub fn row_digest(&self) -> RowDigest {
        let conversion = self.conversion.iter().flat_map(|conversion| {
            let source = conversion.source_of_funds.clone().unwrap_or_default();
            [conversion.from.to_string(), conversion.to.to_string(), source]
        });
        let party = &self.payee.party;
        let address = &party.address;
        let text = |value: &Option<String>| value.clone().unwrap_or_default();
        let own = |field, value: String| if self.from_book.contains(&field) { String::new() } else { value };
        let is_own = !self.from_book.contains(&BookField::Country);
        let country = if is_own { address.country.clone() } else { HOME.to_owned() };
        let mut fields = vec![
            text(&self.payment_id),
            text(&self.payee.payee_id),
            party.name.to_string(),
            own(BookField::Email, text(&party.email)),
            own(BookField::Mobile, text(&party.mobile)),
            own(BookField::Dob, party.dob.map(|dob| dob.to_string()).unwrap_or_default()),
            own(BookField::Street, text(&address.street)),
            own(BookField::Suburb, text(&address.suburb)),
            own(BookField::State, text(&address.state)),
            own(BookField::Postcode, text(&address.postcode)),
            country,
            self.payee.account.canonical(),
            self.money.currency().to_string(),
            self.money.minor_units().to_string(),
            text(&self.reference),
            text(&self.remitter),
            text(&self.reason),
            text(&self.sub_client_id),
        ];
        fields.extend(conversion);
        fields.extend(self.marked.map(|marked| format!("row of {marked}")));
        RowDigest::of(&fields)
    }

    /// Same account, amount, currency and reference: what makes two payouts look like one paid twice. The reference
    /// counts as far as Direct Entry shows it, and leading zeros of the account do not, since one export may have cut
    /// what another has whole.
    pub fn overlap_key(&self) -> OverlapKey {
        self.overlap_key_with(self.reference.as_deref().unwrap_or_default())
    }

    /// The [`Self::overlap_key`] that this payout would have without its reference.
    pub fn overlap_key_without_reference(&self) -> OverlapKey {
        self.overlap_key_with("")
    }

    fn overlap_key_with(&self, reference: &str) -> OverlapKey {
        let shown: String = reference.to_lowercase().chars().take(SHOWN_BY_DIRECT_ENTRY).collect();
        let [account, currency, amount] = self.account_and_amount();
        OverlapKey::of(&[account, currency, amount, shown.trim_end().to_owned()])
    }

    /// Same account, amount and currency, whatever the reference: what a payout without one is compared by.
    pub fn amount_key(&self) -> OverlapKey {
        OverlapKey::of(&self.account_and_amount())
    }

    /// Where the money goes and how much, to the letter: what must differ before money that came back is sent again.
    pub fn destination_key(&self) -> OverlapKey {
        let currency = self.money.currency().to_string();
        OverlapKey::of(&[self.payee.account.canonical(), currency, self.money.minor_units().to_string()])
    }

    /// Everything that the row says. A sub-client that a remitter stands for is no part of the row, and a mark says
    /// which row it is, not what it says.
    pub fn details(&self) -> RowDigest {
        Self { sub_client_id: None, marked: None, ..self.clone() }.row_digest()
    }

    fn account_and_amount(&self) -> [String; 3] {
        let account = match &self.payee.account {
            BankAccount::Bsb { bsb, number } => {
                format!("BSB {} {}", bsb.digits(), number.digits().trim_start_matches('0'))
            }
            other @ (BankAccount::PayId { .. } | BankAccount::Abroad(_)) => other.canonical(),
        };
        [account, self.money.currency().to_string(), self.money.minor_units().to_string()]
    }

    /// Exactly the same account, amount, currencies and reference: what two rows of one `payment_id` must agree in.
    pub fn content_key(&self) -> OverlapKey {
        let mut fields = vec![
            self.payee.account.canonical(),
            self.money.currency().to_string(),
            self.money.minor_units().to_string(),
            self.reference.as_deref().unwrap_or_default().to_lowercase(),
        ];
        fields.extend(self.conversion.iter().flat_map(|pair| [pair.from.to_string(), pair.to.to_string()]));
        OverlapKey::of(&fields)
    }
}
