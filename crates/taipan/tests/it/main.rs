//! Tests of the whole interpreter through its binary.

mod known;
mod memory;
mod programs;
mod repeat;
