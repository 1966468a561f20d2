//! Confirmation of Payee: whether a name belongs to an account, by the words that the documentation gives for tests.

use super::enums::AccountIdType;
use super::inputs::CopInput;
use super::replies::{CopReply, WithObject};
use super::rules::Refused;
use crate::simulator::flash::Flash;
use crate::simulator::options::PayeeConfirmation;

/// The words in a name, in any case, and the code that each is answered by. A word that another one ends with stands
/// after it.
const WORDS: [(&str, &str); 11] = [
    ("copiclosematch", "CLOSE_MATCH"),
    ("copijclosematch", "CLOSE_MATCH"),
    ("copcclosematch", "CLOSE_MATCH"),
    ("copinotmatch", "NOT_MATCH"),
    ("copcnotmatch", "NOT_MATCH"),
    ("copimatch", "MATCH"),
    ("copijmatch", "MATCH"),
    ("copcmatch", "MATCH"),
    ("copclosed", "ACCOUNT_CLOSED"),
    ("copnotfound", "ACCOUNT_NOT_FOUND"),
    ("coperror", "COP_PLATFORM_ERROR"),
];

/// Answers, or says why not. Only what was answered is billed.
pub fn confirm(flash: &Flash, input: &CopInput) -> Result<CopReply, Refused> {
    let options = flash.options();
    if options.payee_confirmation == PayeeConfirmation::Off {
        return Err(Refused::new(
            "COP_API_DISABLED",
            "Confirmation of Payee is not enabled for this account",
        ));
    }
    if input.account_id_type != AccountIdType::Bsb {
        return Err(Refused::new("ACCOUNT_TYPE_NOT_SUPPORTED", "only BSB accounts can be confirmed"));
    }
    let is_number = |text: &Option<String>, shortest: usize, longest: usize| {
        text.as_ref().is_some_and(|text| {
            (shortest..=longest).contains(&text.len())
                && text.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
    };
    if !is_number(&input.bsb, 6, 6)
        || !is_number(&input.account_no, 4, 9)
        || input.account_name.trim().is_empty()
    {
        return Err(Refused::input("bsb, accountNo and accountName are needed"));
    }
    if !flash.confirm_payee(options.payee_confirmation_limit) {
        return Err(Refused::new("COP_LIMIT_EXCEEDED", "the limit of Confirmation of Payee is reached"));
    }
    let name = input.account_name.to_lowercase();
    let word = WORDS.iter().find(|(word, _)| name.contains(word));
    match word.map_or("MATCH", |(_, code)| code) {
        "COP_PLATFORM_ERROR" => Err(Refused::new("COP_PLATFORM_ERROR", "the platform did not answer")),
        code => Ok(CopReply::done(code, Some(true))),
    }
}
