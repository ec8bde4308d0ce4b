//! Python 3.14 source to syntax tree: tokens, parser, AST, and CPython's syntax errors.
#![forbid(unsafe_code)]

pub mod ast;
