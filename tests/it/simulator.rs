//! The simulator, over real sockets: what it says, and what its ledger says happened.

mod behaviour;
mod client;
mod faults;
mod ledger;
mod schema;
