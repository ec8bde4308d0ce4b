//! `_ctypes`: C data types, foreign functions and callbacks, as `Lib/ctypes` wants them.
//!
//! A C type is a Python class whose metatype (`meta/`) keeps a [`info::StgInfo`]: size, alignment, element type, codes. An instance (`data.rs`) is a
//! piece of C memory, its own or a part of another object's, and a note of what that memory keeps alive. `simple`, `pointer`, `array`, `structure` and
//! `func` are the kinds of instances; `codec` moves values between memory and Python; `call` and `callback` cross into C and back, by libffi.
//!
//! The whole crate works on memory whose address Python code may choose: as with CPython's `ctypes`, a wrong address is the program's own mistake.

mod array;
mod call;
mod callback;
mod carg;
mod codec;
mod data;
mod extended;
mod field;
mod func;
mod info;
mod layout;
mod meta;
mod module;
mod pointer;
mod simple;
mod structure;

use taipan_object::prelude::*;

static MODULES: &[&ModuleSpec] = &[&module::_ctypes::MODULE];

/// The modules of this crate.
pub fn modules() -> &'static [&'static ModuleSpec] {
    MODULES
}

/// A Rust string as the message of an attribute that is missing.
fn no_attribute(text: &str, cx: &mut Cx) -> taipan_object::err::Raised {
    cx.attribute_error(format_args!("{text}"))
}
