//! Every integration test, in one binary.

mod campaign;
mod commands;
mod fault_matrix;
mod kills;
mod rig;
mod simulator;
mod world;
