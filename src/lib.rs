//! payrun turns a file of payouts into money in bank accounts through the Flash Payments API, once.
//!
//! ARCHITECTURE.md tells which module does what and which may import which.

pub mod check;
pub mod cli;
pub mod config;
pub mod domain;
pub mod engine;
pub mod gateway;
pub mod intake;
pub mod journal;
pub mod plan;
pub mod report;
pub mod simulator;
