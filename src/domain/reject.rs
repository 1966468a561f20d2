//! Why Flash cancels a payout: its codes in plain words, with what to do about each.
//!
//! One table. Only `TECHNICAL_ISSUE` may be sent again; the list grows at Flash, so a code that is not in it is shown as
//! it is and forbids.

/// What a code of a cancellation means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RejectReason {
    /// Flash's code.
    pub code: &'static str,
    /// What happened, as a sentence goes on after the payee's name.
    pub happened: &'static str,
    /// What a person can do.
    pub to_do: &'static str,
    /// Whether Flash allows another sending of it.
    pub may_be_sent_again: bool,
}

const fn reason(code: &'static str, happened: &'static str, to_do: &'static str) -> RejectReason {
    RejectReason { code, happened, to_do, may_be_sent_again: false }
}

const ASK_FLASH: &str =
    "ask Flash what it needs; a later payout to this payee is a new one with a payment_id of its own";
const CORRECT_PAYEE: &str =
    "ask the payee for the right details, and correct them before this payee's next payout";
const CORRECT_REMITTER: &str = "correct the remitter in the configuration before the next payout";

/// All codes that Flash documents.
pub const REJECT_REASONS: &[RejectReason] = &[
    reason(
        "CANCELLATION_REQUESTED_BY_PARTICIPANT",
        "it was cancelled because somebody of your company or at Flash asked for it",
        "find out who asked and why before anything else is paid",
    ),
    reason(
        "CANCELLATION_BY_RECIPIENT_FI",
        "the payee's bank cancelled it",
        "ask the payee whether the account takes payments, and for another account if not",
    ),
    reason("COMPLIANCE_DECLINED", "Flash's compliance check declined it", ASK_FLASH),
    reason(
        "COMPLIANCE_DECLINED_EXTERNAL",
        "the compliance check of a bank on the way declined it",
        ASK_FLASH,
    ),
    reason("SENDER_INADEQUATE_DATA", "too little is known of the remitter", CORRECT_REMITTER),
    reason("SENDER_INVALID_ADDRESS", "the remitter's address is not one", CORRECT_REMITTER),
    reason("SENDER_INCOMPLETE_ADDRESS", "a part of the remitter's address is missing", CORRECT_REMITTER),
    reason("RECIPIENT_INADEQUATE_DATA", "too little is known of the payee", CORRECT_PAYEE),
    reason("RECIPIENT_INVALID_ADDRESS", "the payee's address is not one", CORRECT_PAYEE),
    reason("RECIPIENT_INCOMPLETE_ADDRESS", "a part of the payee's address is missing", CORRECT_PAYEE),
    reason(
        "DATA_ENQUIRY_TIME_ELAPSED",
        "Flash asked for information and got no answer in time",
        "look for Flash's question in its portal and in your mail, and answer it before paying this payee again",
    ),
    reason(
        "DATA_ENQUIRY_RESPONSE_INADEQUATE",
        "Flash asked for information and the answer was not enough",
        ASK_FLASH,
    ),
    reason(
        "SOURCE_OF_FUNDS_INADEQUATE",
        "it was not clear enough where the money comes from",
        "ask Flash what it needs to know of the source of funds",
    ),
    reason(
        "DUPLICATE_TRANSACTION",
        "Flash takes it for the same as another payout",
        "look in Flash's portal for the other one: the payee may have the money already",
    ),
    RejectReason {
        code: "TECHNICAL_ISSUE",
        happened: "something technical went wrong at Flash or at a bank",
        to_do: "it may be sent again",
        may_be_sent_again: true,
    },
    reason("RECIPIENT_ACCOUNT_CLOSED", "the payee's account is closed", CORRECT_PAYEE),
    reason("RECIPIENT_INVALID_ACCOUNT_NUMBER", "the account number is not one of that bank", CORRECT_PAYEE),
    reason("RECIPIENT_INVALID_BANK_CODE", "the bank or branch code is not one", CORRECT_PAYEE),
    reason("RECIPIENT_INVALID_ACCOUNT", "the payee's bank does not know the account", CORRECT_PAYEE),
    reason(
        "RECIPIENT_COUNTRY_NOT_SUPPORTED",
        "Flash does not pay to the payee's country",
        "ask the payee for an account in another country, or pay by other means",
    ),
    reason(
        "RECIPIENT_CURRENCY_NOT_SUPPORTED",
        "the payee's account does not take this currency",
        "ask the payee which currencies the account takes",
    ),
    reason("EXPIRED", "it was not carried out in time and lapsed", ASK_FLASH),
];

/// What a code means; none where it is not documented.
pub fn reject_reason(code: &str) -> Option<&'static RejectReason> {
    REJECT_REASONS.iter().find(|reason| reason.code == code)
}

/// Whether Flash allows that a payout which it cancelled is sent again. Without a code, or with one that is not known,
/// it does not.
pub fn may_be_sent_again(code: Option<&str>) -> bool {
    code.and_then(reject_reason).is_some_and(|reason| reason.may_be_sent_again)
}

/// What happened, for people, with the code that Flash's support asks for: `the payee's account is closed
/// (RECIPIENT_ACCOUNT_CLOSED)`.
pub fn reject_words(code: &str) -> String {
    match reject_reason(code) {
        Some(reason) => format!("{} ({code})", reason.happened),
        None => format!("Flash cancelled it with a reason that this version does not know: {code}"),
    }
}

/// What a person can do about a cancelled payout that must not be sent again.
pub fn reject_to_do(code: Option<&str>) -> String {
    let to_do = code.and_then(reject_reason).map_or("ask Flash for the reason", |reason| reason.to_do);
    format!("Flash forbids sending it again; {to_do}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The codes of Flash's documentation.
    const DOCUMENTED: &str = "CANCELLATION_REQUESTED_BY_PARTICIPANT CANCELLATION_BY_RECIPIENT_FI \
        COMPLIANCE_DECLINED COMPLIANCE_DECLINED_EXTERNAL SENDER_INADEQUATE_DATA SENDER_INVALID_ADDRESS \
        SENDER_INCOMPLETE_ADDRESS RECIPIENT_INADEQUATE_DATA RECIPIENT_INVALID_ADDRESS \
        RECIPIENT_INCOMPLETE_ADDRESS DATA_ENQUIRY_TIME_ELAPSED DATA_ENQUIRY_RESPONSE_INADEQUATE \
        SOURCE_OF_FUNDS_INADEQUATE DUPLICATE_TRANSACTION TECHNICAL_ISSUE RECIPIENT_ACCOUNT_CLOSED \
        RECIPIENT_INVALID_ACCOUNT_NUMBER RECIPIENT_INVALID_BANK_CODE RECIPIENT_INVALID_ACCOUNT \
        RECIPIENT_COUNTRY_NOT_SUPPORTED RECIPIENT_CURRENCY_NOT_SUPPORTED EXPIRED";

    #[test]
    fn every_documented_code_has_words_and_only_one_allows_another_sending() {
        let documented: Vec<&str> = DOCUMENTED.split_whitespace().collect();
        for code in &documented {
            let reason = reject_reason(code).unwrap_or_else(|| panic!("{code} has no words"));
            assert_eq!(may_be_sent_again(Some(code)), *code == "TECHNICAL_ISSUE", "{code}");
            for text in [reason.happened, reason.to_do] {
                assert!(
                    text.len() > 15 && !text.contains('_') || text.contains("payment_id"),
                    "{code}: {text}"
                );
                assert!(text.starts_with(|c: char| c.is_lowercase()) || text.starts_with("Flash"), "{text}");
            }
            assert!(reject_words(code).contains(code) && reject_words(code).contains(reason.happened));
        }
        let known: std::collections::BTreeSet<&str> =
            REJECT_REASONS.iter().map(|reason| reason.code).collect();
        assert_eq!(known, documented.into_iter().collect());
        assert_eq!(known.len(), REJECT_REASONS.len(), "a code stands twice");
    }

    #[test]
    fn an_unknown_code_is_shown_as_it_is_and_forbids() {
        assert!(reject_words("MOON_PHASE").ends_with("does not know: MOON_PHASE"));
        assert!(!may_be_sent_again(Some("MOON_PHASE")) && !may_be_sent_again(None));
        assert!(reject_to_do(Some("MOON_PHASE")).contains("ask Flash"));
    }
}
