//! Attribute access by inline cache: what the interpreter does once the type's version has matched.
//!
//! A cache is trained with [`super::index_of`] (loads) or [`super::index_for_store`] and keeps the type version and the place of the value. A hit is one load and a null test: values of an
//! instance whose attributes moved into a dict are null, so validity need not be asked for loads.

use super::{inline_values, managed_dict, store_inline};
use crate::cx::Cx;
use crate::refs::*;
use crate::typeobj::PyType;
use crate::types::dict::values::VALUES_OFFSET;
use crate::types::str::PyStr;

/// Bytes from an instance of `ty` to its value `ix`.
#[inline]
pub fn value_offset(ty: &PyType, ix: u32) -> usize {
    ty.tp_basicsize.get() as usize + VALUES_OFFSET + 8 * ix as usize
}

/// The value at an offset from [`value_offset`]; `None`: take the general way.
///
/// # Safety
/// The type of `obj` has the version for which the offset was computed, and inline values.
#[inline(always)]
pub unsafe fn load_cached<'a>(obj: &'a Object, value_offset: usize, _cx: &'a Cx) -> Option<&'a Object> {
    // SAFETY: shared keys never shrink and every instance has a place for each index ever given out (see `super`).
    unsafe { (*((obj.as_ptr() as *const u8).add(value_offset) as *const *mut Object)).as_ref() }
}

/// Store value `ix`, new or not; gives the old value, or the new one back when the attributes are in a dict.
///
/// # Safety
/// The type of `obj` is `ty`, has inline values, and `ix` came from its shared keys.
#[inline(always)]
pub unsafe fn store_cached(obj: &Object, ty: &PyType, ix: u32, value: Own<Object>) -> Result<Option<Own<Object>>, Own<Object>> {
    // SAFETY: the caller's promise.
    unsafe {
        let v = inline_values(obj, ty);
        if !v.is_valid() {
            return Err(value);
        }
        Ok(store_inline(v, ix as usize, value, managed_dict(obj)))
    }
}

/// The value of `name` in the dict of an instance whose attributes are there, found through an entry hint. For types with `MANAGED_DICT`.
///
/// # Safety
/// The type of `obj` has `MANAGED_DICT`.
#[inline(always)]
pub unsafe fn load_hinted<'a>(obj: &'a Object, name: &PyStr, hint: u32, cx: &'a Cx) -> Option<&'a Object> {
    // SAFETY: null or a live dict; the caller vouches for the word.
    unsafe { managed_dict(obj).get().as_ref() }?.get_at_hint(name, hint, cx)
}
