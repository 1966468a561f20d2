//! What to do: with every row of a file, and next with every payout.
//!
//! Pure functions over what checking found and what the journal remembers. They decide, the engine acts; the dry
//! run shows exactly these decisions.

mod arrange;
mod funds;
mod like;
mod preview;
mod slippage;
mod step;
mod track;

pub use arrange::{Arranger, Decision, Earlier, Planned};
pub use funds::{Balance, Outgoing, PairSums, Rates, needs, rates};
pub use like::{Apart, Like, findings as like_findings};
pub use preview::{Before, InNameOf, Preview, by_direct_entry, rail};
pub use slippage::{cost_at, is_within, worse_by};
pub use step::{Probed, Resend, SettlePolicy, Step, next_step};
pub use track::{FIRST_LOOK, RETURNS_WITHIN, next_look};
