//! The built-in types from outside.

mod slots;
