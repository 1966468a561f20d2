//! What an answer means. One total function for answers about money; a stricter reading for look-ups.

use std::collections::{BTreeMap, HashMap};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::value::RawValue;

use super::error::GatewayError;
use super::operations;
use super::payouts::Amounts;
use super::transport::Exchange;
use super::wire::{Envelope, WirePayout};
use crate::domain::answer::StatusMeaning;
use crate::domain::{Answer, Converted, Deal, ExternalId, Kind, PayoutStatus, Refusal};

/// The longest text of the API's that is shown.
const LONGEST_TEXT: usize = 200;

#[derive(Deserialize)]
struct CreateReply {
    success: Option<bool>,
    code: Option<String>,
    message: Option<String>,
    #[serde(alias = "withdrawal", alias = "payment")]
    made: Option<WirePayout>,
}

/// What a request asked for, and its answer must echo.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub deal: Deal,
    pub external_id: &'a ExternalId,
}

/// The class of the answer to a request that moves money. Total: whatever is not clearly something else is in
/// doubt.
pub(super) fn classify(exchange: &Exchange, asked: &Asked<'_>) -> Answer {
    let doubt = |why: &str| Answer::InDoubt { why: why.to_owned() };
    let (status, body) = match exchange {
        Exchange::NotSent { why } => return Answer::NotSent { why: why.clone() },
        Exchange::Lost { why } => return doubt(why),
        Exchange::Answered { status, body, .. } => (*status, body),
    };
    match status {
        _ if exchange.is_unauthenticated() => Answer::Refused { why: Refusal::Unauthenticated },
        429 => Answer::Refused { why: Refusal::Throttled },
        200 => read(body, asked).unwrap_or_else(|why| doubt(&why)),
        other => doubt(&format!("HTTP {other}")),
    }
}

fn read(body: &[u8], asked: &Asked<'_>) -> Result<Answer, String> {
    let envelope: Envelope<'_> = serde_json::from_slice(body).map_err(|_| "an answer that cannot be read")?;
    if let Some(error) = envelope.errors.first() {
        return Err(format!("an error: {}", shown(&error.message)));
    }
    let data = envelope.data.ok_or("an answer without data")?;
    let mut created: HashMap<String, Option<CreateReply>> =
        serde_json::from_str(data.get()).map_err(|_| "an answer that cannot be read")?;
    let operation = operations::of(asked.deal.kind()).create_name;
    let reply = created.remove(operation).flatten().ok_or("an answer without a reply")?;
    let code = reply.code.filter(|code| !code.is_empty());
    match (reply.success, reply.made, code) {
        (Some(true), Some(made), _) => accepted(made, asked),
        (Some(true), None, _) => Err("success, but nothing to show for it".to_owned()),
        (Some(false), None, Some(code)) => {
            Ok(Answer::Declined { code: shown(&code), message: shown(&reply.message.unwrap_or_default()) })
        }
        (Some(false), None, None) => Err("a refusal that does not say why".to_owned()),
        (Some(false), Some(_), code) => {
            Err(format!("a refusal ({}) that shows a payout", shown(&code.unwrap_or_default())))
        }
        (None, ..) => Err("an answer that says neither yes nor no".to_owned()),
    }
}

fn accepted(made: WirePayout, asked: &Asked<'_>) -> Result<Answer, String> {
    let kind = asked.deal.kind();
    let status = status(kind, &made);
    let amounts = Amounts::of(kind, &made);
    let flash_id = made.id.filter(|id| !id.is_empty()).ok_or("success without an id")?;
    if !amounts.echo(&asked.deal) {
        return Err(format!("success as {flash_id}, but with another amount or currency"));
    }
    if made.external_id.as_deref().is_some_and(|id| id != asked.external_id.as_str()) {
        return Err(format!("success as {flash_id}, but under another id than ours"));
    }
    Ok(Answer::Accepted { flash_id, status })
}

/// The status of a payout as the API shows it.
pub(super) fn status(kind: Kind, payout: &WirePayout) -> Option<PayoutStatus> {
    let name = payout.status.clone()?;
    let meaning = match (kind, name.as_str()) {
        // a withdrawal that failed goes on: it is refunded, cancelled, or tried again
        (Kind::Withdrawal, "INITIALISED" | "REVIEWING" | "PENDING" | "FAILED")
        | (Kind::Payment, "INITIALISING" | "OPEN") => StatusMeaning::UnderWay,
        (Kind::Withdrawal, "CONFIRMED") | (Kind::Payment, "CLOSED") => StatusMeaning::Paid,
        (Kind::Withdrawal, "REFUNDED") => StatusMeaning::Returned,
        (Kind::Withdrawal | Kind::Payment, "CANCELLED") => StatusMeaning::Cancelled,
        // of a payment nobody documents what becomes of the money then
        (Kind::Payment, "FAILED") => StatusMeaning::Undelivered,
        (Kind::Withdrawal | Kind::Payment, _) => StatusMeaning::Unknown,
    };
    let text = |value: &Option<String>| value.as_deref().filter(|text| !text.is_empty()).map(shown);
    Some(PayoutStatus {
        name: shown(&name),
        reject_code: text(&payout.reject_code),
        message: text(&payout.status_message),
        meaning,
        fee: payout.total_fee,
        rail: text(&payout.rail),
        converted: Converted::of(payout.from_amount, payout.to_amount),
    })
}

/// Words of the API's as they may be shown: short, printable, and without numbers that could be an account.
pub(super) fn shown(text: &str) -> String {
    let mut out = String::new();
    let mut digits = String::new();
    for c in text.chars().take(LONGEST_TEXT).filter(|c| !c.is_control()).chain([' ']) {
        if c.is_ascii_digit() {
            digits.push(c);
            continue;
        }
        if digits.len() >= 6 {
            out.push_str(&crate::domain::account::masked(&digits));
        } else {
            out.push_str(&digits);
        }
        digits.clear();
        out.push(c);
    }
    out.trim_end().to_owned()
}

/// The data of an answer that changes nothing.
#[derive(Debug)]
pub(super) struct Reply(String);

impl Reply {
    /// Read as what was asked for.
    pub(super) fn data<T: DeserializeOwned>(&self) -> Result<T, GatewayError> {
        serde_json::from_str(&self.0).map_err(|_| unclear("an answer of another shape"))
    }
}

/// An answer to several questions, each of which the API may have refused by itself.
#[derive(Debug)]
pub(super) struct Parts {
    answered: BTreeMap<String, Option<Box<RawValue>>>,
    refused: BTreeMap<String, String>,
}

impl Parts {
    /// The answer under an alias; none where there is nothing, a sentence where the API refused.
    pub(super) fn take<T: DeserializeOwned>(&mut self, alias: &str) -> Result<Option<T>, String> {
        if let Some(why) = self.refused.remove(alias) {
            return Err(why);
        }
        let Some(raw) = self.answered.remove(alias).flatten() else { return Ok(None) };
        serde_json::from_str(raw.get()).map(Some).map_err(|_| "an answer of another shape".to_owned())
    }
}

/// The same as [`reply`], but a question that failed by itself leaves the others their answers.
pub(super) fn parts(exchange: &Exchange) -> Result<Parts, GatewayError> {
    #[derive(Deserialize)]
    struct Told {
        data: Option<BTreeMap<String, Option<Box<RawValue>>>>,
        #[serde(default)]
        errors: Vec<PartError>,
    }
    #[derive(Deserialize)]
    struct PartError {
        #[serde(default)]
        message: String,
        #[serde(default)]
        path: Vec<serde_json::Value>,
    }
    let Exchange::Answered { status: 200, body, .. } = exchange else {
        return reply(exchange).and(Err(unclear("an answer that is none")));
    };
    let told = serde_json::from_slice::<Told>(body).ok();
    let Some(Told { data: Some(answered), errors }) = told.filter(|_| !exchange.is_unauthenticated()) else {
        return reply(exchange).and(Err(unclear("an answer that cannot be read")));
    };
    let mut refused = BTreeMap::new();
    for error in errors {
        match error.path.first().and_then(serde_json::Value::as_str) {
            Some(alias) => refused.insert(alias.to_owned(), shown(&error.message)),
            None => return Err(unclear(&format!("an error: {}", shown(&error.message)))),
        };
    }
    Ok(Parts { answered, refused })
}

fn unclear(what: &str) -> GatewayError {
    GatewayError::Unclear { what: what.to_owned() }
}

/// The data, if the answer is whole and has no errors.
pub(super) fn reply(exchange: &Exchange) -> Result<Reply, GatewayError> {
    let (status, body) = match exchange {
        Exchange::NotSent { why } => return Err(GatewayError::Unreachable { why: why.clone() }),
        Exchange::Lost { why } => return Err(unclear(why)),
        Exchange::Answered { status, body, .. } => (*status, body),
    };
    match status {
        _ if exchange.is_unauthenticated() => return Err(GatewayError::Unauthenticated),
        200 => {}
        429 => return Err(GatewayError::Throttled),
        403 => return Err(GatewayError::Forbidden { status }),
        other => return Err(unclear(&format!("HTTP {other}"))),
    }
    let envelope: Envelope<'_> =
        serde_json::from_slice(body).map_err(|_| unclear("an answer that cannot be read"))?;
    if let Some(error) = envelope.errors.first() {
        return Err(unclear(&format!("an error: {}", shown(&error.message))));
    }
    envelope.data.map(|data| Reply(data.get().to_owned())).ok_or_else(|| unclear("an answer without data"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rust_decimal::Decimal;

    use super::*;
    use crate::domain::{Currency, Money};

    fn judged(exchange: &Exchange) -> Answer {
        let amount = Decimal::from_str_exact("1000.10").expect("digits");
        let money = Money::new(amount, Currency::AUD).expect("money");
        classify(exchange, &Asked { deal: Deal::Withdrawal(money), external_id: &ExternalId::known("pr1") })
    }

    fn class(status: u16, body: &str) -> &'static str {
        let exchange = Exchange::Answered { status, retry_after: None, body: body.as_bytes().to_vec() };
        name(&judged(&exchange))
    }

    fn name(answer: &Answer) -> &'static str {
        match answer {
            Answer::Accepted { .. } => "accepted",
            Answer::Declined { .. } => "declined",
            Answer::NotSent { .. } => "not sent",
            Answer::Refused { why: Refusal::Throttled } => "throttled",
            Answer::Refused { why: Refusal::Unauthenticated } => "unauthenticated",
            Answer::InDoubt { .. } => "in doubt",
        }
    }

    fn created(reply: &str) -> String {
        format!(r#"{{"data":{{"createWithdrawal":{reply}}}}}"#)
    }

    #[test]
    fn every_answer_has_its_class() {
        let whole = r#"{"id":"w1","amount":1000.1,"currency":"AUD","status":"INITIALISED"}"#;
        let cases = [
            (200, created(&format!(r#"{{"success":true,"withdrawal":{whole}}}"#)), "accepted"),
            (
                200,
                created(&format!(
                    r#"{{"success":true,"withdrawal":{}}}"#,
                    whole.replace("1000.1", "1000.11")
                )),
                "in doubt",
            ),
            (
                200,
                created(&format!(r#"{{"success":true,"withdrawal":{}}}"#, whole.replace("AUD", "NZD"))),
                "in doubt",
            ),
            (
                200,
                created(&format!(r#"{{"success":true,"withdrawal":{}}}"#, whole.replace("w1", ""))),
                "in doubt",
            ),
            (200, created(r#"{"success":true,"withdrawal":{"id":"w1"}}"#), "in doubt"),
            (200, created(r#"{"success":true,"withdrawal":null}"#), "in doubt"),
            (200, created(r#"{"success":false,"code":"NO","withdrawal":null}"#), "declined"),
            (200, created(r#"{"success":false,"code":"NO"}"#), "declined"),
            (200, created(r#"{"success":false,"code":""}"#), "in doubt"),
            (200, created(r#"{"success":false}"#), "in doubt"),
            (200, created(&format!(r#"{{"success":false,"code":"NO","withdrawal":{whole}}}"#)), "in doubt"),
            (200, created("null"), "in doubt"),
            (200, r#"{"data":null}"#.into(), "in doubt"),
            (200, r#"{"errors":[{"message":"x"}],"data":null}"#.into(), "in doubt"),
            (
                200,
                r#"{"errors":[{"message":"x","extensions":{"code":"UNAUTHENTICATED"}}]}"#.into(),
                "unauthenticated",
            ),
            (401, String::new(), "unauthenticated"),
            (429, String::new(), "throttled"),
            (200, "<html>".into(), "in doubt"),
            (200, created(&format!(r#"{{"success":true,"withdrawal":{whole}}}"#))[..40].into(), "in doubt"),
            (502, "<html>".into(), "in doubt"),
            (307, String::new(), "in doubt"),
            (403, String::new(), "in doubt"),
            (201, created(&format!(r#"{{"success":true,"withdrawal":{whole}}}"#)), "in doubt"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(class(status, &body), expected, "HTTP {status} {body}");
        }
        assert_eq!(name(&judged(&Exchange::Lost { why: "x" })), "in doubt");
        assert_eq!(name(&judged(&Exchange::NotSent { why: "x".into() })), "not sent");
    }

    #[test]
    fn a_payment_is_accepted_only_with_its_size_its_pair_and_its_side() {
        let money = Money::new(Decimal::from(100), "EUR".parse().expect("a currency")).expect("money");
        let deal = Deal::Payment { money, from: Currency::AUD, to: money.currency() };
        let class = |body: &str| {
            let body = format!(r#"{{"data":{body}}}"#).into_bytes();
            let exchange = Exchange::Answered { status: 200, retry_after: None, body };
            name(&classify(&exchange, &Asked { deal, external_id: &ExternalId::known("pr1") }))
        };
        let whole = r#"{"createPayment":{"success":true,"payment":{"id":"p1","size":100,"fromCurrency":"AUD","toCurrency":"EUR","fromAmount":167.2,"toAmount":100.00,"externalId":"pr1"}}}"#;
        assert_eq!(class(whole), "accepted");
        for hidden in [(r#""toAmount":100.00,"#, ""), (r#""fromAmount":167.2,"#, r#""fromAmount":null,"#)] {
            assert_eq!(class(&whole.replace(hidden.0, hidden.1)), "accepted", "a draft has no rate yet");
        }
        let differs = [
            (r#""size":100"#, r#""size":100.01"#),
            (r#""size":100"#, r#""size":null"#),
            (r#""size":100,"#, ""),
            (r#""fromCurrency":"AUD""#, r#""fromCurrency":"NZD""#),
            (r#""toCurrency":"EUR""#, r#""toCurrency":"USD""#),
            (r#""toCurrency":"EUR","#, ""),
            (r#""toAmount":100.00"#, r#""toAmount":59.80"#),
            (r#""toAmount":100.00"#, r#""toAmount":"100.00 EUR""#),
            (r#""id":"p1""#, r#""id":"""#),
            ("pr1", "pr2"),
            ("createPayment", "createWithdrawal"),
            (r#""payment":{"#, r#""transfer":{"#),
        ];
        for (ours, theirs) in differs {
            let body = whole.replace(ours, theirs);
            assert_ne!(body, whole);
            assert_eq!(class(&body), "in doubt", "{body}");
        }
        let declined = r#"{"createPayment":{"success":false,"code":"NO","payment":null}}"#;
        assert_eq!(class(declined), "declined");
        assert_eq!(class(&declined.replace("createPayment", "createWithdrawal")), "in doubt");
    }

    #[test]
    fn each_kind_has_its_own_statuses() {
        let meaning = |kind, name: &str| {
            let payout = WirePayout { status: Some(name.to_owned()), ..WirePayout::default() };
            status(kind, &payout).map(|status| status.meaning)
        };
        let expected = [
            ("INITIALISING", StatusMeaning::UnderWay),
            ("OPEN", StatusMeaning::UnderWay),
            ("CLOSED", StatusMeaning::Paid),
            ("CANCELLED", StatusMeaning::Cancelled),
            ("FAILED", StatusMeaning::Undelivered),
            ("CONFIRMED", StatusMeaning::Unknown),
            ("REFUNDED", StatusMeaning::Unknown),
            ("SETTLED", StatusMeaning::Unknown),
        ];
        for (name, expected) in expected {
            assert_eq!(meaning(Kind::Payment, name), Some(expected), "{name}");
        }
        assert_eq!(meaning(Kind::Withdrawal, "FAILED"), Some(StatusMeaning::UnderWay));
        assert_eq!(meaning(Kind::Withdrawal, "CLOSED"), Some(StatusMeaning::Unknown));
    }

    #[test]
    fn what_the_api_says_is_shown_without_accounts_and_control_characters() {
        assert_eq!(shown("account 123456789 of\nrow 12 is closed"), "account ••••••789 ofrow 12 is closed");
    }

    proptest! {
        #[test]
        fn no_bytes_panic_or_are_taken_for_success(status in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..200)) {
            let exchange = Exchange::Answered { status, retry_after: None, body };
            prop_assert_ne!(name(&judged(&exchange)), "accepted");
        }

        #[test]
        fn an_answer_cut_anywhere_is_never_taken_for_success(at in 0_usize..100) {
            let whole = created(r#"{"success":true,"withdrawal":{"id":"w1","amount":1000.10,"currency":"AUD"}}"#);
            if at < whole.len() {
                prop_assert_eq!(class(200, &whole[..at]), "in doubt");
            }
        }
    }
}
