//! Every integration test, in one binary.

mod aba;
mod annotate;
mod book;
mod campaign;
mod check_cases;
mod check_properties;
mod commands;
mod directory;
mod doctor;
mod fault_matrix;
mod gateway;
mod hostile;
mod kills;
mod large_workbooks;
mod operations;
mod plan;
mod power;
mod readme;
mod replay;
mod rig;
mod simulator;
mod template;
mod tidy;
mod verify;
mod workbooks;
mod world;
