//! Every integration test, in one binary.

mod campaign;
mod commands;
mod fault_matrix;
mod gateway;
mod kills;
mod operations;
mod plan;
mod power;
mod readme;
mod replay;
mod rig;
mod simulator;
mod tidy;
mod world;
