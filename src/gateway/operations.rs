//! The texts that are sent, written by hand. Only the top-level input is declared, as Flash advises: nested types
//! may change their names.

use serde::Serialize;
use serde_json::value::RawValue;

use crate::domain::Kind;

pub(super) const LOGIN: &str =
    "mutation($input: LoginInput!) { login(input: $input) { success code message token } }";

pub(super) const LOGOUT: &str = "mutation { logout { success code message } }";

pub(super) const CREATE_SENDER: &str = "mutation($input: SenderInput!) { createSender(input: $input) { success code message \
     sender { id externalId firstName middleName lastName companyName businessNumber dob email mobile \
     address { street suburb state postcode country } } } }";

/// What tells one account from another.
macro_rules! account_fields {
    () => {
        "accountIdType currency bsb accountNo payid iban bic aba clabe ifsc cnaps sortCode"
    };
}

pub(super) const CREATE_RECIPIENT: &str = concat!(
    "mutation($input: RecipientInput!) { createRecipient(input: $input) { success code message \
     recipient { id externalId firstName middleName lastName companyName ",
    account_fields!(),
    " } } }"
);

const CREATE_WITHDRAWAL: &str = "mutation($input: CreateWithdrawalInput!) { createWithdrawal(input: $input) { success code message \
     withdrawal { id status statusMessage rejectCode amount currency externalId } } }";

/// What is asked of a payout.
macro_rules! withdrawal_fields {
    () => {
        concat!(
            "id status statusMessage rejectCode amount currency externalId recipient { id externalId ",
            account_fields!(),
            " }"
        )
    };
}

const WITHDRAWALS: &str = concat!(
    "query($input: WithdrawalQueryInput) { withdrawals(input: $input) { ",
    withdrawal_fields!(),
    " } }"
);

/// What a payment and its answer show of its money. All of it is documented: a field that is not there would make the
/// whole request invalid.
macro_rules! payment_money {
    () => {
        "id status size fromCurrency toCurrency fromAmount toAmount externalId"
    };
}

const CREATE_PAYMENT: &str = concat!(
    "mutation($input: PaymentInput!) { createPayment(input: $input) { success code message payment { ",
    payment_money!(),
    " } } }"
);

/// What is asked of a payment.
macro_rules! payment_fields {
    () => {
        concat!(payment_money!(), " recipient { id externalId ", account_fields!(), " }")
    };
}

const PAYMENTS: &str =
    concat!("query($input: PaymentQueryInput) { payments(input: $input) { ", payment_fields!(), " } }");

/// The texts that are about payouts of one kind.
pub(super) struct PayoutTexts {
    /// The name of the operation that makes one.
    pub create_name: &'static str,
    pub create: &'static str,
    /// The input type by which it is made.
    pub create_input: &'static str,
    /// The input type by which they are looked up.
    pub query_input: &'static str,
    pub list: &'static str,
    pub find: Aliased,
    pub by_id: Aliased,
    /// The same with what a report shows beside the status, which not every API has.
    pub by_id_with_words: Aliased,
}

/// The texts that are about payouts of this kind.
pub(super) fn of(kind: Kind) -> &'static PayoutTexts {
    match kind {
        Kind::Withdrawal => &WITHDRAWAL,
        Kind::Payment => &PAYMENT,
    }
}

const WITHDRAWAL: PayoutTexts = PayoutTexts {
    create_name: "createWithdrawal",
    create: CREATE_WITHDRAWAL,
    create_input: "CreateWithdrawalInput",
    query_input: "WithdrawalQueryInput",
    list: WITHDRAWALS,
    find: Aliased {
        name: "withdrawals",
        argument: "input",
        input: "WithdrawalQueryInput",
        fields: withdrawal_fields!(),
    },
    by_id: Aliased { name: "withdrawal", argument: "id", input: "ID", fields: withdrawal_fields!() },
    by_id_with_words: Aliased {
        name: "withdrawal",
        argument: "id",
        input: "ID",
        fields: concat!("totalFee rail ", withdrawal_fields!()),
    },
};

const PAYMENT: PayoutTexts = PayoutTexts {
    create_name: "createPayment",
    create: CREATE_PAYMENT,
    create_input: "PaymentInput",
    query_input: "PaymentQueryInput",
    list: PAYMENTS,
    find: Aliased {
        name: "payments",
        argument: "input",
        input: "PaymentQueryInput",
        fields: payment_fields!(),
    },
    by_id: Aliased { name: "payment", argument: "id", input: "ID", fields: payment_fields!() },
    by_id_with_words: Aliased {
        name: "payment",
        argument: "id",
        input: "ID",
        fields: concat!("statusMessage ", payment_fields!()),
    },
};

/// A field that is asked for several times in one request, under the aliases `i0`, `i1`, …
pub(super) struct Aliased {
    pub name: &'static str,
    argument: &'static str,
    input: &'static str,
    fields: &'static str,
}

pub(super) const FIND_SENDERS: Aliased = Aliased {
    name: "senders",
    argument: "input",
    input: "SenderQueryInput",
    fields: "id externalId firstName middleName lastName companyName businessNumber dob email mobile \
     address { street suburb state postcode country }",
};

pub(super) const FIND_RECIPIENTS: Aliased = Aliased {
    name: "recipients",
    argument: "input",
    input: "RecipientQueryInput",
    fields: concat!(
        "id externalId firstName middleName lastName companyName dob email mobile ",
        account_fields!()
    ),
};

/// Rates, tradable or not. The fields of the answer that only tradable ones have are empty in the others.
pub(super) const QUOTES: Aliased = Aliased {
    name: "quote",
    argument: "input",
    input: "QuoteInput!",
    fields: "id bid ask inverted timestamp expireAt",
};

pub(super) const BANKS: Aliased = Aliased {
    name: "bankInfo",
    argument: "input",
    input: "BankInfoQueryInput!",
    fields: "name address { suburb state country }",
};

pub(super) const BALANCES: &str = "query { balances { currency cleared pending } }";

pub(super) const DELIVERY_METHODS: &str =
    "query { availableDeliveryMethods { country currency method requiredFields } }";

pub(super) const SUB_CLIENTS: &str = "query { subClients { id fullName externalId bsb accountNo status } }";

pub(super) const CONFIRM_PAYEE: &str =
    "mutation($input: CopInput!) { confirmationOfPayee(input: $input) { success code message billable } }";

/// A type's name through the wrappings that GraphQL has for lists and for what is never null.
macro_rules! type_of {
    () => {
        "type { name ofType { name ofType { name ofType { name } } } }"
    };
}

/// All that the API tells of itself.
pub(super) const SCHEMA: &str = concat!(
    "query { __schema { queryType { name } mutationType { name } types { name \
     fields(includeDeprecated: true) { name args { name ",
    type_of!(),
    " } ",
    type_of!(),
    " } inputFields { name ",
    type_of!(),
    " } enumValues(includeDeprecated: true) { name } } } }"
);

impl Aliased {
    /// The text for `count` inputs `$i0`, `$i1`, …
    pub(super) fn text(&self, count: usize) -> String {
        let Self { name, argument, input, fields } = self;
        let declared: Vec<String> = (0..count).map(|at| format!("$i{at}: {input}")).collect();
        let asked: Vec<String> =
            (0..count).map(|at| format!("i{at}: {name}({argument}: $i{at}) {{ {fields} }}")).collect();
        format!("query({}) {{ {} }}", declared.join(", "), asked.join(" "))
    }

    /// The body that asks with these inputs.
    pub(super) fn body<T: Serialize>(&self, inputs: &[T]) -> String {
        let variables: std::collections::BTreeMap<String, &T> =
            inputs.iter().enumerate().map(|(at, input)| (format!("i{at}"), input)).collect();
        body(&self.text(inputs.len()), &variables)
    }
}

/// What fields a type has at this API.
pub(super) fn introspection(of: &str) -> String {
    format!("query {{ __type(name: \"{of}\") {{ inputFields {{ name }} fields {{ name }} }} }}")
}

/// The variables of an operation with one input.
#[derive(Serialize)]
pub(super) struct Input<T> {
    pub input: T,
}

/// The bytes of a request. Serialised straight to text: any detour through a JSON value would lose digits of an
/// amount.
pub(super) fn body<T: Serialize>(query: &str, variables: &T) -> String {
    #[derive(Serialize)]
    struct Body<'a> {
        query: &'a str,
        variables: Box<RawValue>,
    }
    let variables = serde_json::to_string(variables).expect("inputs hold only what JSON can hold");
    let variables = if variables == "null" { "{}".to_owned() } else { variables };
    let variables = RawValue::from_string(variables).expect("it has just been written as JSON");
    serde_json::to_string(&Body { query, variables }).expect("two texts are JSON")
}

/// The name of the operation that a body asks for, and nothing else of it: for logs.
pub(super) fn name_in(body: &str) -> &str {
    fn word(text: &str) -> (&str, &str) {
        let text = text.trim_start();
        text.split_at(text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len()))
    }
    let query = body.split_once("\"query\":\"").map_or("", |(_, query)| query);
    let (first, rest) = word(query.split_once('{').map_or("", |(_, asked)| asked));
    rest.strip_prefix(':').map_or(first, |aliased| word(aliased).0)
}

/// Every text that this client sends, by name, so that a test can hold each against the schema.
pub fn operations() -> Vec<(&'static str, String)> {
    let mut all = vec![
        ("login", LOGIN.to_owned()),
        ("logout", LOGOUT.to_owned()),
        ("create sender", CREATE_SENDER.to_owned()),
        ("create recipient", CREATE_RECIPIENT.to_owned()),
        ("create withdrawal", CREATE_WITHDRAWAL.to_owned()),
        ("withdrawals", WITHDRAWALS.to_owned()),
        ("create payment", CREATE_PAYMENT.to_owned()),
        ("payments", PAYMENTS.to_owned()),
        ("introspection", introspection("WithdrawalQueryInput")),
        ("balances", BALANCES.to_owned()),
        ("delivery methods", DELIVERY_METHODS.to_owned()),
        ("sub-clients", SUB_CLIENTS.to_owned()),
        ("confirm payee", CONFIRM_PAYEE.to_owned()),
        ("schema", SCHEMA.to_owned()),
    ];
    for (name, aliased) in [
        ("find senders", FIND_SENDERS),
        ("find recipients", FIND_RECIPIENTS),
        ("find withdrawals", WITHDRAWAL.find),
        ("withdrawal by id", WITHDRAWAL.by_id),
        ("withdrawal by id with words", WITHDRAWAL.by_id_with_words),
        ("find payments", PAYMENT.find),
        ("payment by id", PAYMENT.by_id),
        ("payment by id with words", PAYMENT.by_id_with_words),
        ("quotes", QUOTES),
        ("banks", BANKS),
    ] {
        all.extend([1, 2, 50].map(|count| (name, aliased.text(count))));
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_an_operation_is_all_that_is_taken_from_a_body() {
        let names: std::collections::BTreeSet<String> =
            operations().iter().map(|(_, text)| name_in(&body(text, &())).to_owned()).collect();
        let known = [
            "login",
            "logout",
            "createSender",
            "createRecipient",
            "createWithdrawal",
            "withdrawals",
            "createPayment",
            "payments",
            "__type",
            "balances",
            "availableDeliveryMethods",
            "subClients",
            "confirmationOfPayee",
            "__schema",
            "senders",
            "recipients",
            "withdrawal",
            "payment",
            "quote",
            "bankInfo",
        ];
        assert_eq!(names, known.map(str::to_owned).into());
        assert_eq!((name_in(""), name_in("{}"), name_in("nonsense {")), ("", "", ""));
    }
}
