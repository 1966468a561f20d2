//! The table itself: names as they are documented, and what it costs where one is missing.

use super::Weight;

/// Members of one type that are used for one purpose.
#[derive(Debug)]
pub(super) struct Use {
    /// The type's documented name.
    pub of: &'static str,
    /// Fields, `field(argument)`, or values, set apart by blanks.
    pub members: &'static str,
    /// What it means where one is missing.
    pub weight: Weight,
    /// What that costs.
    pub cost: &'static str,
}

const fn stops(of: &'static str, members: &'static str, cost: &'static str) -> Use {
    Use { of, members, weight: Weight::Stops, cost }
}

const fn precreates(of: &'static str, members: &'static str, cost: &'static str) -> Use {
    Use { of, members, weight: Weight::StopsPrecreating, cost }
}

const fn limits(of: &'static str, members: &'static str, cost: &'static str) -> Use {
    Use { of, members, weight: Weight::Limits, cost }
}

/// Types that no text of ours names, and the field that leads to each.
pub(super) const REACHED: &[(&str, &str)] = &[
    ("LoginReply", "Mutation.login"),
    ("Affiliation", "LoginInput.affiliation"),
    ("MutationReply", "Mutation.logout"),
    ("MutateSenderReply", "Mutation.createSender"),
    ("MutateRecipientReply", "Mutation.createRecipient"),
    ("CreateWithdrawalReply", "Mutation.createWithdrawal"),
    ("CreatePaymentReply", "Mutation.createPayment"),
    ("CopReply", "Mutation.confirmationOfPayee"),
    ("Sender", "Query.senders"),
    ("Recipient", "Query.recipients"),
    ("Withdrawal", "Query.withdrawals"),
    ("WithdrawalStatus", "Withdrawal.status"),
    ("Payment", "Query.payments"),
    ("PaymentStatus", "Payment.status"),
    ("AddressInput", "RecipientInput.address"),
    ("IdDocInput", "SenderInput.idDoc"),
    ("DocumentType", "IdDocInput.type"),
    ("AccountIdType", "RecipientInput.accountIdType"),
    ("TransactionReason", "CreateWithdrawalInput.reason"),
    ("SourceOfFunds", "PaymentInput.sourceOfFunds"),
    ("Balance", "Query.balances"),
    ("Quote", "Query.quote"),
    ("DeliveryMethod", "Query.availableDeliveryMethods"),
    ("BankInfo", "Query.bankInfo"),
    ("Address", "Sender.address"),
    ("SubClient", "Query.subClients"),
];

const NO_LOGIN: &str = "nobody can log in";
const NO_PAYOUTS: &str = "nobody in Australia can be paid";
const BY_A_PERSON: &str = "payouts in doubt will need a person";
const NO_PAYMENTS: &str = "nobody abroad can be paid";
const PAYMENTS_BY_A_PERSON: &str = "payments abroad in doubt will need a person";
const NO_FOLLOWING: &str = "what the banks make of a payout is not seen";
const NO_PARTIES: &str =
    "payees and remitters cannot be made before they are paid, which payouts.parties = \"precreate\" needs";
const PARTIES_TWICE: &str =
    "payees and remitters cannot be found again, which payouts.parties = \"precreate\" needs";
const NO_DETAIL: &str = "this detail of a payee or remitter cannot be sent";
const NO_RATES: &str = "plans show no cost in other currencies";
const NO_GUARD: &str = "--max-slippage cannot hold a rate";
const NO_BALANCES: &str = "a balance that is too small is found out while paying";
const NO_CORRIDORS: &str = "the built-in table of delivery methods is used";
const NO_BANKS: &str = "--verify-banks tells nothing";
const NO_CONFIRMATION: &str = "--verify-payees tells nothing";
const NO_CALLBACKS: &str = "listen.callback_base has no effect; register a webhook in Flash's portal";
const NO_SUB_CLIENTS: &str = "sub-clients cannot be listed; paying for them works by id";

/// All that is used.
#[rustfmt::skip] // a table is read by its columns
pub(super) const TABLE: &[Use] = &[
    stops("Mutation", "login(input)", NO_LOGIN),
    stops("LoginInput", "email password", NO_LOGIN),
    limits("LoginInput", "affiliation", "of several Flash agreements none can be chosen"),
    limits("Affiliation", "FP_AUS FP_LUX", "this Flash agreement cannot be chosen"),
    stops("LoginReply", "success code message token", NO_LOGIN),
    limits("Mutation", "logout", "logins end by themselves, after hours"),
    limits("MutationReply", "success code message", "logins end by themselves, after hours"),

    stops("Mutation", "createWithdrawal(input)", NO_PAYOUTS),
    stops("CreateWithdrawalInput", "amount currency recipientId recipient", NO_PAYOUTS),
    stops("CreateWithdrawalInput", "externalId idempotencyKey", "a repeated request cannot be told from a new one; nothing must be sent"),
    limits("CreateWithdrawalInput", "externalReference", "statements show no reference"),
    limits("CreateWithdrawalInput", "senderId sender", "statements show the account's own name as remitter"),
    limits("CreateWithdrawalInput", "subClientId", "nobody can be paid on behalf of a sub-client"),
    limits("CreateWithdrawalInput", "reason", "rows with a reason cannot be sent"),
    limits("CreateWithdrawalInput", "callbackUri", NO_CALLBACKS),
    stops("CreateWithdrawalReply", "success code message withdrawal", NO_PAYOUTS),
    stops("Query", "withdrawals(input)", BY_A_PERSON),
    limits("WithdrawalQueryInput", "externalId", BY_A_PERSON),
    limits("WithdrawalQueryInput", "minCreatedAt maxCreatedAt", "where look-ups by id do not work, payouts in doubt will need a person"),
    limits("Query", "withdrawal(id)", NO_FOLLOWING),
    stops("Withdrawal", "id amount currency externalId", BY_A_PERSON),
    limits("Withdrawal", "status statusMessage rejectCode", NO_FOLLOWING),
    limits("Withdrawal", "totalFee rail", "reports show neither fees nor the way through the banks"),
    limits("Withdrawal", "recipient", BY_A_PERSON),
    limits("WithdrawalStatus", "INITIALISED REVIEWING PENDING CONFIRMED FAILED REFUNDED CANCELLED", NO_FOLLOWING),

    precreates("Mutation", "createSender(input) createRecipient(input)", NO_PARTIES),
    precreates("MutateSenderReply", "success code message sender", NO_PARTIES),
    precreates("MutateRecipientReply", "success code message recipient", NO_PARTIES),
    limits("SenderInput", "externalId", PARTIES_TWICE),
    limits("SenderInput", "firstName middleName lastName companyName dob email mobile address", NO_DETAIL),
    limits("SenderInput", "businessNumber idDoc", "remitters with a business number or a document cannot be made"),
    limits("IdDocInput", "type docNumber issuer issueDate expiryDate country", "remitters with a document cannot be made"),
    limits(
        "DocumentType",
        "licence passport bankStatement utilityBill govPermit deedOfIncorporation certificateOfRegistration companyExtract publicDocument medicare other",
        "remitters with such a document cannot be made",
    ),
    limits("RecipientInput", "externalId", PARTIES_TWICE),
    stops("RecipientInput", "accountIdType currency bsb accountNo", NO_PAYOUTS),
    limits("RecipientInput", "payid", "nobody can be paid by PayID"),
    limits("RecipientInput", "iban bic aba clabe ifsc cnaps sortCode", "accounts abroad of this type cannot be paid"),
    limits("RecipientInput", "firstName middleName lastName companyName dob email mobile address", NO_DETAIL),
    limits("AddressInput", "street suburb state postcode country", NO_DETAIL),
    stops("AccountIdType", "BSB", NO_PAYOUTS),
    limits("AccountIdType", "PAYID IBAN ABA CLABE IFSC CNAPS SORT_CODE ACC_NO", "accounts of this type cannot be paid"),
    limits("Query", "senders(input) recipients(input)", PARTIES_TWICE),
    precreates("SenderQueryInput", "externalId", PARTIES_TWICE),
    precreates("RecipientQueryInput", "externalId", PARTIES_TWICE),
    limits("Sender", "id externalId firstName middleName lastName companyName businessNumber dob email mobile address", PARTIES_TWICE),
    limits("Recipient", "id externalId firstName middleName lastName companyName dob email mobile", PARTIES_TWICE),
    limits("Recipient", "accountIdType currency bsb accountNo payid iban bic aba clabe ifsc cnaps sortCode", "changed bank details of a payee are not noticed at Flash"),

    limits("Mutation", "createPayment(input)", NO_PAYMENTS),
    limits("PaymentInput", "fromCurrency toCurrency size currency recipientId recipient", NO_PAYMENTS),
    limits("PaymentInput", "externalId idempotencyKey", NO_PAYMENTS),
    limits("PaymentInput", "externalReference reason sourceOfFunds senderId sender subClientId", "rows that have this cannot be sent abroad"),
    limits("PaymentInput", "quoteId", NO_GUARD),
    limits("PaymentInput", "callbackUri", NO_CALLBACKS),
    limits("CreatePaymentReply", "success code message payment", NO_PAYMENTS),
    limits("Query", "payments(input)", PAYMENTS_BY_A_PERSON),
    limits("PaymentQueryInput", "externalId", PAYMENTS_BY_A_PERSON),
    limits("PaymentQueryInput", "minCreatedAt maxCreatedAt", "where look-ups by id do not work, payments abroad in doubt will need a person"),
    limits("Query", "payment(id)", "what the banks make of a payment abroad is not seen"),
    limits("Payment", "id size fromCurrency toCurrency fromAmount toAmount externalId recipient", PAYMENTS_BY_A_PERSON),
    limits("Payment", "status", "what the banks make of a payment abroad is not seen"),
    limits("Payment", "statusMessage", "why a payment abroad was cancelled is only seen in Flash's portal"),
    limits("PaymentStatus", "INITIALISING OPEN CLOSED FAILED CANCELLED", "what the banks make of a payment abroad is not seen"),

    limits("Query", "balances", NO_BALANCES),
    limits("Balance", "currency cleared pending", NO_BALANCES),
    limits("Query", "quote(input)", NO_RATES),
    limits("QuoteInput", "fromCurrency toCurrency size currency", NO_RATES),
    limits("QuoteInput", "tradable|tradeable", NO_GUARD),
    limits("Quote", "bid ask inverted timestamp", NO_RATES),
    limits("Quote", "id expireAt", NO_GUARD),
    limits("Query", "availableDeliveryMethods", NO_CORRIDORS),
    limits("DeliveryMethod", "country currency method requiredFields", NO_CORRIDORS),
    limits("Query", "bankInfo(input)", NO_BANKS),
    limits("BankInfoQueryInput", "bsb bic iban", NO_BANKS),
    limits("BankInfo", "name address", NO_BANKS),
    limits("Address", "suburb state country", NO_BANKS),
    limits("Address", "street postcode", PARTIES_TWICE),
    limits("Mutation", "confirmationOfPayee(input)", NO_CONFIRMATION),
    limits("CopInput", "accountIdType bsb accountNo accountName", NO_CONFIRMATION),
    limits("CopReply", "success code message billable", NO_CONFIRMATION),
    limits("Query", "subClients", NO_SUB_CLIENTS),
    limits("SubClient", "id fullName externalId bsb accountNo status", NO_SUB_CLIENTS),
];
