//! Tests of the compiler.

mod corpus;
mod hostile;
