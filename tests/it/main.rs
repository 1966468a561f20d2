//! Every integration test, in one binary.

mod fault_matrix;
mod rig;
mod simulator;
