//! Remitters (Flash: senders) and payees (Flash: recipients) in the API's address book.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::Gateway;
use super::classify::{self, shown};
use super::error::GatewayError;
use super::operations::{self, Aliased};
use super::party_fields::{PartyField, details};
use super::transport::Exchange;
use super::wire::WireParty;
use crate::domain::account::masked;
use crate::domain::{
    AccountAbroad, AccountNumber, Address, BankAccount, Bic, Bsb, Currency, ExternalId, Party, PartyName,
    Payee, Remitter, Scheme,
};

/// A party as the API holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PartyRecord {
    /// The API's id of it.
    pub flash_id: String,
    /// Our id of it.
    pub external_id: Option<String>,
    /// Its name, for people.
    pub name: String,
    /// A remitter's business number, where the API shows one.
    pub business_number: Option<String>,
    /// Date of birth and contact, and a remitter's address, field by field, as far as the API shows them.
    pub details: Vec<(PartyField, String)>,
    /// Its account in the form of [`BankAccount::canonical`], where the API shows one.
    pub account: Option<String>,
    /// The same, masked, for people.
    pub account_shown: Option<String>,
    /// The currency that it takes, where the API shows one.
    pub currency: Option<Currency>,
}

/// What a look-up of parties has shown.
#[derive(Debug, Clone)]
pub enum PartyLookUp {
    /// Every id that was asked for, with what bears it, in the API's order.
    Found(HashMap<ExternalId, Vec<PartyRecord>>),
    /// The API cannot look parties up by our ids.
    FilterUnusable {
        /// Why not.
        why: String,
    },
}

/// What came of creating a party.
#[derive(Debug)]
pub enum Created {
    /// It is there.
    Made(PartyRecord),
    /// The API does not accept it.
    Declined {
        /// Its code.
        code: String,
        /// Its words.
        message: String,
    },
    /// Nobody knows: look it up.
    InDoubt {
        /// What was seen.
        why: String,
    },
    /// No byte left this machine.
    NotSent {
        /// What stood in the way.
        why: String,
    },
    /// The API cannot be used.
    Failed(GatewayError),
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct ExternalIdQuery<'a> {
    external_id: &'a ExternalId,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct AddressInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    street: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    suburb: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    postcode: Option<&'a str>,
    country: &'a str,
}

impl<'a> AddressInput<'a> {
    fn of(address: &'a Address) -> Self {
        Self {
            street: address.street.as_deref(),
            suburb: address.suburb.as_deref(),
            state: address.state.as_deref(),
            postcode: address.postcode.as_deref(),
            country: &address.country,
        }
    }
}

/// The input of a sender; flattened, the beginning of that of a recipient.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct PartyInput<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    external_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    middle_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    company_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    dob: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    email: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mobile: Option<&'a str>,
    address: AddressInput<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct SenderInput<'a> {
    #[serde(flatten)]
    party: PartyInput<'a>,
    #[serde(skip_serializing_if = "Option::is_none")]
    business_number: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_doc: Option<IdDocInput<'a>>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct IdDocInput<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    doc_number: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    issuer: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    issue_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    expiry_date: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    country: Option<&'a str>,
}

impl<'a> SenderInput<'a> {
    pub(super) fn of(external_id: Option<&'a ExternalId>, remitter: &'a Remitter) -> Self {
        let date = |date: Option<jiff::civil::Date>| date.map(|date| date.to_string());
        Self {
            party: PartyInput::of(external_id, &remitter.party),
            business_number: remitter.business_number.as_deref(),
            id_doc: remitter.id_doc.as_ref().map(|doc| IdDocInput {
                kind: &doc.kind,
                doc_number: &doc.number,
                issuer: doc.issuer.as_deref(),
                issue_date: date(doc.issue_date),
                expiry_date: date(doc.expiry_date),
                country: doc.country.as_deref(),
            }),
        }
    }
}

impl<'a> PartyInput<'a> {
    pub(super) fn of(external_id: Option<&'a ExternalId>, party: &'a Party) -> Self {
        let (first_name, middle_name, last_name, company_name) = match &party.name {
            PartyName::Person { first, middle, last } => {
                (Some(first.as_str()), middle.as_deref(), Some(last.as_str()), None)
            }
            PartyName::Company(name) => (None, None, None, Some(name.as_str())),
        };
        Self {
            external_id: external_id.map(ExternalId::as_str),
            first_name,
            middle_name,
            last_name,
            company_name,
            dob: party.dob.map(|dob| dob.to_string()),
            email: party.email.as_deref(),
            mobile: party.mobile.as_deref(),
            address: AddressInput::of(&party.address),
        }
    }
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct RecipientInput<'a> {
    #[serde(flatten)]
    party: PartyInput<'a>,
    account_id_type: &'static str,
    currency: Currency,
    #[serde(skip_serializing_if = "Option::is_none")]
    bsb: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    account_no: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    payid: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    iban: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bic: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    aba: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clabe: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ifsc: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cnaps: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sort_code: Option<&'a str>,
}

impl<'a> RecipientInput<'a> {
    pub(super) fn of(external_id: Option<&'a ExternalId>, payee: &'a Payee, currency: Currency) -> Self {
        let bare = Self {
            party: PartyInput::of(external_id, &payee.party),
            account_id_type: "",
            currency,
            bsb: None,
            account_no: None,
            payid: None,
            iban: None,
            bic: None,
            aba: None,
            clabe: None,
            ifsc: None,
            cnaps: None,
            sort_code: None,
        };
        match &payee.account {
            BankAccount::Bsb { bsb, number } => Self {
                account_id_type: "BSB",
                bsb: Some(bsb.digits()),
                account_no: Some(number.digits()),
                ..bare
            },
            BankAccount::PayId { payid } => {
                Self { account_id_type: "PAYID", payid: Some(payid.text()), ..bare }
            }
            BankAccount::Abroad(account) => bare.abroad(account),
        }
    }

    fn abroad(self, account: &'a AccountAbroad) -> Self {
        let (routing, number) = (account.routing(), Some(account.number()));
        let named =
            Self { account_id_type: account.scheme().name(), bic: account.bic().map(Bic::text), ..self };
        match account.scheme() {
            Scheme::Iban => Self { iban: number, ..named },
            Scheme::Clabe => Self { clabe: number, ..named },
            Scheme::Aba => Self { aba: routing, account_no: number, ..named },
            Scheme::Ifsc => Self { ifsc: routing, account_no: number, ..named },
            Scheme::Cnaps => Self { cnaps: routing, account_no: number, ..named },
            Scheme::SortCode => Self { sort_code: routing, account_no: number, ..named },
            Scheme::AccNo => Self { account_no: number, ..named },
        }
    }
}

#[derive(Deserialize)]
struct CreateData {
    #[serde(alias = "createSender", alias = "createRecipient")]
    reply: CreateReply,
}

#[derive(Deserialize)]
struct CreateReply {
    success: bool,
    code: Option<String>,
    message: Option<String>,
    #[serde(alias = "sender", alias = "recipient")]
    party: Option<WireParty>,
}

impl Gateway {
    /// Looks remitters up by our ids.
    pub async fn find_senders(&self, ids: &[ExternalId]) -> Result<PartyLookUp, GatewayError> {
        self.find_parties(&operations::FIND_SENDERS, "SenderQueryInput", ids).await
    }

    /// Looks payees up by our ids.
    pub async fn find_recipients(&self, ids: &[ExternalId]) -> Result<PartyLookUp, GatewayError> {
        self.find_parties(&operations::FIND_RECIPIENTS, "RecipientQueryInput", ids).await
    }

    /// Makes a remitter.
    pub async fn create_sender(&self, id: &ExternalId, remitter: &Remitter) -> Created {
        let input = operations::Input { input: SenderInput::of(Some(id), remitter) };
        self.create_party(&operations::body(operations::CREATE_SENDER, &input)).await
    }

    /// Makes a payee.
    pub async fn create_recipient(&self, id: &ExternalId, payee: &Payee, currency: Currency) -> Created {
        let input = operations::Input { input: RecipientInput::of(Some(id), payee, currency) };
        self.create_party(&operations::body(operations::CREATE_RECIPIENT, &input)).await
    }

    async fn find_parties(
        &self,
        operation: &Aliased,
        input: &'static str,
        ids: &[ExternalId],
    ) -> Result<PartyLookUp, GatewayError> {
        let inputs: Vec<_> = ids.iter().map(|external_id| ExternalIdQuery { external_id }).collect();
        let reply = match self.read(&operation.body(&inputs)).await {
            Ok(reply) => reply,
            Err(GatewayError::Unclear { .. }) if !self.has_field(input, "externalId").await? => {
                return Ok(PartyLookUp::FilterUnusable { why: format!("{input} has no externalId") });
            }
            Err(error) => return Err(error),
        };
        let mut answered = reply.data::<HashMap<String, Option<Vec<Option<WireParty>>>>>()?;
        let mut found = HashMap::new();
        for (at, id) in ids.iter().enumerate() {
            let parties: Vec<WireParty> = answered
                .remove(&format!("i{at}"))
                .flatten()
                .unwrap_or_default()
                .into_iter()
                .flatten()
                .collect();
            if parties.iter().any(|party| party.external_id.as_deref() != Some(id.as_str())) {
                return Ok(PartyLookUp::FilterUnusable {
                    why: "it shows parties that were not asked for".to_owned(),
                });
            }
            found.insert(id.clone(), parties.into_iter().filter_map(record).collect());
        }
        Ok(PartyLookUp::Found(found))
    }

    async fn create_party(&self, body: &str) -> Created {
        let exchange = async {
            let slot = self.0.pace.slot().await?;
            self.exchange(&slot, body).await
        };
        let exchange = match exchange.await {
            Ok(exchange) => exchange,
            Err(error) => return Created::Failed(error),
        };
        if let Exchange::NotSent { why } = &exchange {
            return Created::NotSent { why: why.clone() };
        }
        let reply = match classify::reply(&exchange) {
            Ok(reply) => reply,
            Err(GatewayError::Throttled) => {
                return Created::NotSent { why: "Flash asked to slow down".to_owned() };
            }
            Err(error @ (GatewayError::Unauthenticated | GatewayError::Forbidden { .. })) => {
                return Created::Failed(error);
            }
            Err(error) => {
                return Created::InDoubt { why: error.to_string() };
            }
        };
        match reply.data::<CreateData>().map(|data| data.reply) {
            Ok(CreateReply { success: true, party: Some(party), .. }) => {
                record(party).map_or_else(|| in_doubt("success without an id"), Created::Made)
            }
            Ok(CreateReply { success: false, party: None, code: Some(code), message })
                if !code.is_empty() =>
            {
                Created::Declined { code: shown(&code), message: shown(&message.unwrap_or_default()) }
            }
            Ok(_) => in_doubt("an answer that says neither yes nor no"),
            Err(error) => in_doubt(&error.to_string()),
        }
    }
}

fn in_doubt(why: &str) -> Created {
    Created::InDoubt { why: why.to_owned() }
}

fn record(party: WireParty) -> Option<PartyRecord> {
    let (account, account_shown) = account(&party).unzip();
    Some(PartyRecord {
        name: name(&party),
        details: details(&party),
        account,
        account_shown,
        business_number: party.business_number,
        currency: party.currency.as_deref().and_then(|code| code.parse().ok()),
        external_id: party.external_id,
        flash_id: party.id?,
    })
}

fn name(party: &WireParty) -> String {
    if let Some(company) = &party.company_name {
        return company.clone();
    }
    let parts = [&party.first_name, &party.middle_name, &party.last_name];
    parts.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ")
}

/// The account in our canonical form and masked; none where the API shows none.
pub(super) fn account(party: &WireParty) -> Option<(String, String)> {
    match (party.account_id_type.as_deref(), &party.bsb, &party.account_no, &party.payid) {
        (Some("BSB"), Some(bsb), Some(number), _) => {
            let digits: String = bsb.chars().filter(char::is_ascii_digit).collect();
            let strict = Bsb::new(&digits).ok().zip(AccountNumber::new(number).ok());
            let known = strict.map(|(bsb, number)| BankAccount::Bsb { bsb, number });
            Some(known.map_or_else(
                || (format!("BSB {bsb} {number}"), format!("{bsb} {}", masked(number))),
                |account| (account.canonical(), account.to_string()),
            ))
        }
        (Some("PAYID"), _, _, Some(payid)) => {
            let account = BankAccount::PayId { payid: crate::domain::PayId::from_normal(payid) };
            Some((account.canonical(), account.to_string()))
        }
        (Some(other), ..) => Some(abroad(party, other).map_or_else(
            || (other.to_owned(), format!("an account of the type {}", shown(other))),
            |account| (account.canonical(), account.to_string()),
        )),
        (None, ..) => None,
    }
}

/// An account abroad as the API shows it; none where it does not have the form of its type.
fn abroad(party: &WireParty, kind: &str) -> Option<BankAccount> {
    let scheme = Scheme::ALL.into_iter().find(|scheme| scheme.name() == kind)?;
    let plain = |text: &Option<String>| {
        let plain = |text: &String| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>();
        text.as_ref().map(plain).map(|text| text.to_ascii_uppercase())
    };
    let (routing, number) = match scheme {
        Scheme::Iban => (None, plain(&party.iban)),
        Scheme::Clabe => (None, plain(&party.clabe)),
        Scheme::Aba => (plain(&party.aba), plain(&party.account_no)),
        Scheme::Ifsc => (plain(&party.ifsc), plain(&party.account_no)),
        Scheme::Cnaps => (plain(&party.cnaps), plain(&party.account_no)),
        Scheme::SortCode => (plain(&party.sort_code), plain(&party.account_no)),
        Scheme::AccNo => (None, plain(&party.account_no)),
    };
    let bic = plain(&party.bic).and_then(|bic| Bic::new(&bic).ok());
    AccountAbroad::new(scheme, routing.as_deref(), &number?, bic)
        .ok()
        .map(|account| BankAccount::Abroad(Box::new(account)))
}
