//! Commands as their users type them, each against the count of what the simulator holds.

mod abroad;
mod accepting;
mod again;
mod bad_input;
mod bank_directory;
mod changed_account;
mod checked_before;
mod correcting;
mod first;
mod maps;
mod marks;
mod marks_storm;
mod paid_before;
mod payee_book;
mod payees;
mod payees_import;
mod person;
mod planning;
mod remitters;
mod reporting;
mod said_before;
mod state;
mod stopping;
mod track;
