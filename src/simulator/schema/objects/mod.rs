//! What goes out. The replies of mutations, which carry it, are in `replies`.

mod order;
mod party;
mod reference;

pub use self::order::{Misquote, OrderShown, Payment, Turned, Withdrawal};
pub use self::party::{Recipient, Sender};
pub use self::reference::{Balance, BankInfo, DeliveryMethod, Quote, SubClient};
