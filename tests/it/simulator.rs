//! The simulator, over real sockets: what it says, and what its ledger says happened.

mod accounts;
mod banks;
mod behaviour;
mod client;
mod clock;
mod door;
mod faults;
mod keys;
mod ledger;
mod lists;
mod money;
mod parties;
mod payments;
mod process;
mod quotes;
mod schema;
mod unassumed;
mod webhooks;
