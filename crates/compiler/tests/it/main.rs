//! Tests of the compiler.

mod corpus;
