//! Commands as their users type them, each against the count of what the simulator holds.

mod again;
mod bad_input;
mod first;
mod maps;
mod payees;
mod person;
mod state;
mod stopping;
