//! The built-in functions, by what they are about.

pub mod classes;
pub mod iterators;
pub mod namespaces;
pub mod numbers;
pub mod objects;
pub mod output;
