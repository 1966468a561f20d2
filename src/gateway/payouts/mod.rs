//! Payouts at the API: withdrawals and FX payments. Making one, and looking them up.
//!
//! Both kinds go one way: what is true of the doubt about one is true of the other. They differ in the texts of their
//! operations, in what stands in a request, and in what its answer must echo.

mod find;
mod record;
mod request;

pub use find::{PayoutLookUp, Shown, Window};
pub use record::{Amounts, PayoutRecord};
pub use request::{PayoutRequest, RecipientBy, SenderBy};

use super::classify::{self, Asked};
use super::{Gateway, Pass};
use crate::domain::{Answer, RecordedIntent};

impl Gateway {
    /// Sends the bytes of an intent that is on disk: the one function that moves money. One request, at once.
    pub async fn submit<I: RecordedIntent>(&self, pass: Pass, intent: &I) -> Answer {
        let exchange = self.timed(&pass.slot, intent.body(), &pass.token).await;
        if exchange.is_unauthenticated() {
            self.0.token.reject(&pass.token).await;
        }
        classify::classify(&exchange, &Asked { deal: intent.deal(), external_id: intent.external_id() })
    }
}
