//! The table against the texts and inputs that are sent, by a reading of GraphQL that is not ours.

use std::collections::BTreeSet;

use apollo_compiler::executable::{Selection, SelectionSet};
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Schema};

use super::*;
use crate::domain::{
    Address, Currency, Deal, ExternalId, IdDoc, Money, Party, PartyName, Payee, PayoutId, Remitter,
};
use crate::gateway::operations::operations;
use crate::gateway::{PayoutRequest, RecipientBy, SenderBy};

fn documented() -> apollo_compiler::validation::Valid<Schema> {
    let text = include_str!("../../../tests/data/schema.graphql");
    Schema::parse_and_validate(text, "schema.graphql").expect("a valid schema")
}

/// `Type.member`, arguments aside and with them.
fn in_table() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for used in TABLE {
        for member in used.members.split([' ', '|']) {
            all.insert(format!("{}.{member}", used.of));
        }
    }
    all
}

fn walk(set: &SelectionSet, used: &mut BTreeSet<String>) {
    for selection in &set.selections {
        let Selection::Field(field) = selection else { panic!("no text has fragments") };
        if field.name.starts_with("__") {
            continue;
        }
        let arguments: Vec<&str> = field.arguments.iter().map(|argument| argument.name.as_str()).collect();
        let name = match arguments.as_slice() {
            [] => format!("{}.{}", set.ty, field.name),
            [one] => format!("{}.{}({one})", set.ty, field.name),
            more => panic!("{more:?}"),
        };
        used.insert(name);
        walk(&field.selection_set, used);
    }
}

#[test]
fn the_table_covers_every_text_that_is_sent() {
    let schema = documented();
    let table = in_table();
    let mut used = BTreeSet::new();
    for (name, text) in operations() {
        let document = ExecutableDocument::parse_and_validate(&schema, text, name).expect("a valid text");
        for operation in document.operations.iter() {
            walk(&operation.selection_set, &mut used);
            for variable in &operation.variables {
                let input = variable.ty.inner_named_type().as_str();
                assert!(
                    input == "ID" || TABLE.iter().any(|row| row.of == input),
                    "{name} declares {input}, which is not in the table"
                );
                assert!(!REACHED.iter().any(|(of, _)| *of == input), "{input} is named by {name}");
            }
        }
    }
    assert!(used.len() > 60, "only {} uses", used.len());
    let missing: Vec<_> = used.difference(&table).collect();
    assert!(missing.is_empty(), "not in the table: {missing:?}");
}

#[test]
fn the_table_covers_every_input_that_is_sent() {
    let schema = documented();
    let table = in_table();
    let payee: Payee = payee();
    let id = PayoutId::of_payment_id("scope", "X");
    let money = Money::new("1.00".parse().expect("digits"), Currency::AUD).expect("money");
    let (external_id, key) = (ExternalId::known("X"), id.idempotency_key(1));
    let remitter = Remitter {
        business_number: Some("51824753556".to_owned()),
        id_doc: Some(IdDoc {
            kind: "passport".to_owned(),
            number: "N1".to_owned(),
            issuer: Some("I".to_owned()),
            issue_date: Some(jiff::civil::date(2020, 1, 1)),
            expiry_date: Some(jiff::civil::date(2030, 1, 1)),
            country: Some("AU".to_owned()),
        }),
        ..Remitter::from(payee.party.clone())
    };
    let whole = PayoutRequest {
        deal: Deal::Withdrawal(money),
        reference: Some("R"),
        external_id: &external_id,
        key: &key,
        recipient: RecipientBy::Inline(&payee),
        sender: SenderBy::Inline(&remitter),
        sub_client_id: Some("s"),
        reason: Some("BUSINESS"),
        source_of_funds: Some("BUSINESS_FUNDS"),
        quote_id: Some("q"),
        callback_uri: Some("https://pay.example.com"),
    };
    let by_id = PayoutRequest { recipient: RecipientBy::Id("r"), sender: SenderBy::Id("s"), ..whole };
    let usd: Currency = "USD".parse().expect("a currency");
    let converted = Deal::Payment { money, from: Currency::AUD, to: usd };
    for request in [whole, by_id] {
        let body = |deal| -> serde_json::Value {
            serde_json::from_str(&Gateway::payout_body(&PayoutRequest { deal, ..request })).expect("JSON")
        };
        inside(&schema, "CreateWithdrawalInput", &body(request.deal)["variables"]["input"], &table);
        inside(&schema, "PaymentInput", &body(converted)["variables"]["input"], &table);
    }
}

/// Every key of an input is in the table, all the way down.
fn inside(schema: &Schema, of: &str, value: &serde_json::Value, table: &BTreeSet<String>) {
    let Some(ExtendedType::InputObject(input)) = schema.types.get(of) else { return };
    for (key, value) in value.as_object().expect("an input") {
        assert!(table.contains(&format!("{of}.{key}")), "{of}.{key} is sent and not in the table");
        let field = input.fields.get(key.as_str()).expect("a documented field");
        inside(schema, field.ty.inner_named_type().as_str(), value, table);
    }
}

fn payee() -> Payee {
    let text = |text: &str| Some(text.to_owned());
    let party = Party {
        name: PartyName::Person { first: "Robin".into(), middle: text("Q"), last: "Example".into() },
        email: text("robin@example.com"),
        mobile: text("+61412345678"),
        dob: Some(jiff::civil::date(1990, 1, 1)),
        address: Address {
            street: text("1 Hill Street"),
            suburb: text("Sydney"),
            state: text("NSW"),
            postcode: text("2000"),
            country: "AU".to_owned(),
        },
    };
    let account = crate::domain::BankAccount::Bsb {
        bsb: crate::domain::Bsb::new("062000").expect("a BSB"),
        number: crate::domain::AccountNumber::new("012345678").expect("a number"),
    };
    Payee { payee_id: None, party, account, own_record: false }
}

#[test]
fn every_name_of_the_table_is_documented() {
    let schema = documented();
    for used in TABLE {
        let of = schema.types.get(used.of).unwrap_or_else(|| panic!("{} is not documented", used.of));
        for member in used.members.split_whitespace() {
            let known = member.split('|').any(|member| {
                let name = member.split('(').next().expect("a name");
                match of {
                    ExtendedType::Object(of) => of.fields.contains_key(name),
                    ExtendedType::InputObject(of) => of.fields.contains_key(name),
                    ExtendedType::Enum(of) => of.values.contains_key(name),
                    ExtendedType::Scalar(_) | ExtendedType::Interface(_) | ExtendedType::Union(_) => false,
                }
            });
            assert!(known, "{}.{member} is not documented", used.of);
        }
    }
}
