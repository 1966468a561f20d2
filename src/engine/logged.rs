//! What the log says of payouts: ids, states and classes. Never a name, an account, or words of the API's.

use crate::domain::{Answer, Fact, PayoutEntry, PayoutState, Sighting};

/// One line for a fact that carried a payout from `from` to where it stands.
pub(super) fn happened(entry: &PayoutEntry, from: PayoutState, fact: &Fact) {
    macro_rules! line {
        ($level:ident) => {
            tracing::$level!(
                run = %entry.run,
                row = entry.payout.row,
                external_id = entry.external_id.as_str(),
                flash_id = entry.life.flash_id.as_deref(),
                operation = entry.payout.kind().name(),
                class = class(fact),
                from = from.name(),
                state = entry.life.state.name(),
                "payout"
            )
        };
    }
    match entry.life.state {
        PayoutState::InDoubt | PayoutState::Attention => line!(warn),
        PayoutState::Returned | PayoutState::Rejected => line!(info),
        _ if from == PayoutState::InDoubt => line!(info), // settled
        PayoutState::Invalid
        | PayoutState::Held
        | PayoutState::Ready
        | PayoutState::Sending
        | PayoutState::Submitted
        | PayoutState::Paid => line!(debug),
    }
}

fn class(fact: &Fact) -> &'static str {
    match fact {
        Fact::Held { .. } => "held",
        Fact::Intent { .. } => "intent",
        Fact::Superseded { .. } => "superseded",
        Fact::Refused { .. } => "refused_by_a_person",
        Fact::Answered(answer) => match answer {
            Answer::Accepted { .. } => "accepted",
            Answer::Declined { .. } => "declined",
            Answer::NotSent { .. } => "not_sent",
            Answer::Refused { .. } => "refused",
            Answer::InDoubt { .. } => "in_doubt",
        },
        Fact::LookedUp(sighting) => match sighting {
            Sighting::Made { .. } => "seen",
            Sighting::Absent | Sighting::AbsentWithoutCanary => "absent",
            Sighting::Unprovable { .. } => "unprovable",
            Sighting::Conflict { .. } => "conflict",
        },
        Fact::GivenUp { .. } => "given_up",
        Fact::QuoteEnded => "quote_ended",
        Fact::Unfunded => "unfunded",
        Fact::Followed(_) => "followed",
        Fact::Differs { .. } => "differs",
        Fact::Vanished { .. } => "vanished",
        Fact::SettledMade { .. } => "settled_made",
        Fact::SettledNotMade { .. } => "settled_not_made",
    }
}
