//! Commands as their users type them, each against the count of what the simulator holds.

mod abroad;
mod accepting;
mod again;
mod bad_input;
mod bank_directory;
mod changed_account;
mod first;
mod maps;
mod payee_book;
mod payees;
mod person;
mod state;
mod stopping;
