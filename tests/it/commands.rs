//! Commands as their users type them, each against the count of what the simulator holds.

mod accepting;
mod again;
mod bad_input;
mod bank_directory;
mod first;
mod maps;
mod payees;
mod person;
mod state;
mod stopping;
