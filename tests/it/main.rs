//! Every integration test, in one binary.

mod directory;
mod fault_matrix;
mod rig;
mod simulator;
