//! The simulator, over real sockets: what it says, and what its ledger says happened.

mod behaviour;
mod client;
mod door;
mod faults;
mod ledger;
mod money;
mod parties;
mod schema;
