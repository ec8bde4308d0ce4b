//! `structseq.h`: struct sequence types and instances.

use crate::border::{Borrowed, bad_internal_call, steal};
use crate::capi;
use std::ffi::{CStr, c_char};
use taipan_abi as abi;
use taipan_object::prelude::*;
use taipan_object::types::structseq::{FieldSpec, StructSeq};

/// The name of fields that have only an index.
const UNNAMED: &str = "unnamed field";

/// A text that lives as long as the type, which lives for ever.
unsafe fn kept(p: *const c_char) -> &'static str {
    // SAFETY: null or the caller's C string.
    Box::leak(unsafe { crate::border::text(p) }.into_owned().into_boxed_str())
}

unsafe fn kept_c(p: *const c_char) -> &'static CStr {
    if p.is_null() {
        return c"";
    }
    // SAFETY: the caller's C string.
    Box::leak(unsafe { CStr::from_ptr(p) }.to_owned().into_boxed_c_str())
}

/// The description of a type that lives for ever.
unsafe fn description(d: &abi::PyStructSequence_Desc) -> &'static StructSeq {
    // SAFETY: the caller's description: the fields end with a null name.
    unsafe {
        let mut fields: Vec<FieldSpec> = Vec::new();
        let mut f = d.fields;
        while !f.is_null() && !(*f).name.is_null() {
            let name = kept((*f).name);
            fields.push((if name == UNNAMED { "" } else { name }, kept((*f).doc)));
            f = f.add(1);
        }
        let visible = (d.n_in_sequence.max(0) as usize).min(fields.len());
        Box::leak(Box::new(StructSeq::new(kept_c(d.name), kept_c(d.doc), Box::leak(fields.into_boxed_slice()), visible)))
    }
}

capi! {
    /// A type for a description; it lives as long as the process.
    fn PyStructSequence_NewType(d: &abi::PyStructSequence_Desc) -> PyResult<Own<Object>> = |cx| { description(d).ty(cx).map(|t| t.as_object().own()) }
    /// Make a type of the caller's a struct sequence type.
    fn PyStructSequence_InitType2(t: &PyType, d: &abi::PyStructSequence_Desc) -> PyResult<()> = |cx| {
        if t.as_object().refcount() != 0 {
            return Err(bad_internal_call(cx));
        }
        description(d).lend(t, cx)
    }
    /// As `PyStructSequence_InitType2`; an error stays set.
    fn PyStructSequence_InitType(t: &PyType, d: &abi::PyStructSequence_Desc) = |cx| {
        if t.as_object().refcount() == 0 {
            let _ = description(d).lend(t, cx);
        } else {
            let _ = bad_internal_call(cx);
        }
    }
    /// An instance whose fields are still to be set.
    fn PyStructSequence_New(t: &PyType) -> PyResult<Own<PyTuple>> = |cx| { StructSeq::blank(t, cx) }
    /// A field of a struct sequence, borrowed.
    fn PyStructSequence_GetItem(o: &PyTuple, i: isize) -> Borrowed = |_| { Borrowed(*(o.as_slice().as_ptr() as *const *mut Object).offset(i)) }
    /// Set a field of a new struct sequence (steals).
    fn PyStructSequence_SetItem(o: &PyTuple, i: isize, v: *mut Object) = |_| {
        let slot = (o.as_slice().as_ptr() as *mut *mut Object).offset(i);
        drop(steal(std::mem::replace(&mut *slot, v)));
    }
}
