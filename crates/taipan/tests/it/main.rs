//! Tests of the whole interpreter through its binary.

mod programs;
mod repeat;
