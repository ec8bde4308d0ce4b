//! CPython 3.14's C layouts in Rust: structs, flags, slot numbers. No logic.
//!
//! `headers/` is generated (one module per C header, `cargo xtask abi-gen`) and
//! carries `const` assertions for every size and offset; `functypes` and
//! `scalars` are the typedefs that it uses, written by hand. The layouts are
//! those of the default build (with the GIL) on 64-bit little-endian Linux.
//!
//! Names are CPython's own. An extension module compiled against the 3.14
//! headers reads and writes these structs directly, so nothing here may change
//! for Taipan's convenience.

#![no_std]
#![allow(non_camel_case_types, non_upper_case_globals, non_snake_case)]

#[cfg(not(all(target_pointer_width = "64", target_endian = "little")))]
compile_error!("taipan's object layout is defined for 64-bit little-endian targets");

mod functypes;
#[rustfmt::skip]
mod headers;
mod scalars;

pub use functypes::*;
pub use headers::*;
pub use scalars::*;
