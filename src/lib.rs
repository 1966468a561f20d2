//! payrun turns a file of payouts into money in bank accounts through the Flash Payments API, once.
//!
//! ARCHITECTURE.md tells which module does what and which may import which.

#[cfg(not(unix))]
compile_error!(
    "payrun runs on Linux and macOS: elsewhere it cannot keep its files for their owner alone, nor a reader of workbooks within its limits"
);

pub mod check;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod gateway;
pub mod intake;
pub mod journal;
pub mod listen;
pub mod notify;
pub mod plan;
pub mod report;
pub mod simulator;
pub mod watch;
