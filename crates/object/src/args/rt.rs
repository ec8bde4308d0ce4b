//! What generated code names: one list, so that the macros do not know where things live.

pub use super::bind::{bind, bind_positional, check_positional, no_keywords_init, no_keywords_new, no_positional};
pub use super::entry::*;
pub use super::from_arg::{FromArg, NoneOr};
pub use super::into_return::{IntoFlag, IntoReturn, IntoSize, SendResult, ret, ret_next};
pub use super::kwargs::{Args, KwBuf, Kwargs};
pub use super::module_spec::{ConstSpec, ModuleSpec};
pub use super::needs::none;
pub use super::spec::{ArgAt, FnSpec, Names};
pub use crate::cx::Cx;
pub use crate::dealloc::dealloc_of;
pub use crate::err::{PyResult, Raised};
pub use crate::field::{GcField, Visit, VisitProc};
pub use crate::refs::{Object, Own, PyLayout, PyTyped, VarHead};
pub use crate::typeobj::{
    GetSetDef, Getter, METH_CLASS, METH_COEXIST, METH_FASTCALL, METH_KEYWORDS, METH_NOARGS, METH_O, METH_STATIC, MemberDef, MethodDef, Ptr,
    PyType, Setter, SlotId, SlotSpec, StaticType, TypePart, TypeSpec, VectorcallFunc, flags,
};
pub use taipan_abi as abi;

use crate::typeobj::CFunction;
use std::ffi::{CStr, c_char, c_int};
use std::ptr::null;

/// Structs that begin with the object head: what the first field of a `#[pytype]` may be.
pub trait HeadFirst {}
impl<T: PyLayout> HeadFirst for T {}
impl HeadFirst for VarHead {}

/// Last row of a method table.
pub const END_METHODS: MethodDef = MethodDef { ml_name: null(), ml_meth: None, ml_flags: 0, ml_doc: null() };
/// Last row of a getset table.
pub const END_GETSETS: GetSetDef = GetSetDef { name: null(), get: None, set: None, doc: null(), closure: std::ptr::null_mut() };
/// Last row of a member table.
pub const END_MEMBERS: MemberDef = MemberDef { name: null(), type_: 0, offset: 0, flags: 0, doc: null() };

/// A row of a method table. `f` is a function of the shape that `flags` say.
pub const fn method_def(name: &'static CStr, f: *const (), flags: c_int, doc: *const c_char) -> MethodDef {
    // SAFETY: all function pointers have one representation; the caller casts back according to the flags.
    let f = unsafe { std::mem::transmute::<*const (), CFunction>(f) };
    MethodDef { ml_name: name.as_ptr(), ml_meth: Some(f), ml_flags: flags, ml_doc: doc }
}

/// The first text that is not empty, or the empty one.
pub const fn first_text(all: &[&'static str]) -> &'static str {
    let mut i = 0;
    while i < all.len() {
        if !all[i].is_empty() {
            return all[i];
        }
        i += 1;
    }
    ""
}

/// Both texts and a NUL; `N` is their common length.
pub const fn join_text<const N: usize>(a: &str, b: &str) -> [u8; N] {
    let mut out = [0; N];
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let mut i = 0;
    while i < a.len() {
        out[i] = a[i];
        i += 1;
    }
    let mut j = 0;
    while j < b.len() {
        out[i + j] = b[j];
        j += 1;
    }
    out
}

/// A docstring as C text.
pub const fn text_cstr(bytes: &'static [u8]) -> Option<&'static CStr> {
    match CStr::from_bytes_with_nul(bytes) {
        Ok(c) => Some(c),
        Err(_) => None,
    }
}

/// The traverse function of the base type, for types with fields of their own.
///
/// # Safety
/// `p` is a live object of the base or a subtype.
pub unsafe fn traverse_base<B: PyTyped>(p: Ptr, v: Visit) -> Result<(), i32> {
    match B::ty().tp_traverse.get() {
        // SAFETY: the caller's promise.
        Some(f) => match unsafe { f(p, v.proc_, v.arg) } {
            0 => Ok(()),
            n => Err(n),
        },
        None => Ok(()),
    }
}

/// The clear function of the base type.
///
/// # Safety
/// `p` is a live object of the base or a subtype.
pub unsafe fn clear_base<B: PyTyped>(p: Ptr) {
    if let Some(f) = B::ty().tp_clear.get() {
        // SAFETY: the caller's promise.
        unsafe { f(p) };
    }
}
