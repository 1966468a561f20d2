//! Webhooks: what the listener takes, from whom, how much of it, and that none of it becomes a truth.

mod ear;
mod limits;
mod payouts;
mod server;
mod store;
