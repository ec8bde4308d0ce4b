//! Tests of the compiler.

mod corpus;
mod errors;
mod golden;
mod hostile;
