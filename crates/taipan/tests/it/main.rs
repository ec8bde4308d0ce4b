//! Tests of the whole interpreter through its binary.

mod known;
mod programs;
mod repeat;
