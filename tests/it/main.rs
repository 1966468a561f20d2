//! Every integration test, in one binary.

mod check_cases;
mod check_properties;
mod directory;
mod fault_matrix;
mod rig;
mod simulator;
