//! From the syntax tree to bytecode: symbol table, lowering by construct, passes, assembly.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod error;
pub mod future;
pub mod names;
pub mod symtable;
