//! Commands as their users type them, each against the count of what the simulator holds.

mod again;
mod bad_input;
mod changed_account;
mod first;
mod payee_book;
mod payees;
mod person;
mod state;
mod stopping;
