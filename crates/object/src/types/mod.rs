//! The core types, one folder each, and the singletons.

pub mod boolean;
pub mod builtin;
pub mod bytearray;
pub mod bytes;
pub mod capsule;
pub mod cell;
pub mod code;
pub mod complex;
pub mod descr;
pub mod dict;
pub mod float;
pub mod exc;
pub mod frame;
pub mod function;
pub mod generator;
pub mod int;
pub mod list;
pub mod memoryview;
pub mod method;
pub mod module;
pub mod pickle_buffer;
pub mod object_;
pub mod range;
pub mod property;
pub mod set;
pub mod slice;
pub mod singletons;
pub mod static_method;
pub mod str;
pub mod super_;
pub mod structseq;
pub mod traceback;
pub mod tuple;
pub mod type_;
pub mod weakref;

pub use singletons::{ellipsis, none, not_implemented};
