//! `refcount.h`: counting by function call, for code that does not use the inline forms.

use crate::capi;
use taipan_object::prelude::*;

capi! {
    /// `Py_XINCREF`.
    fn Py_IncRef(o: Option<&Object>) = direct |_| {
        if let Some(o) = o { o.incref() }
    }
    /// `Py_XDECREF`.
    fn Py_DecRef(o: *mut Object) = direct |_| {
        if !o.is_null() { Object::decref(o) }
    }
    /// `Py_INCREF`.
    fn _Py_IncRef(o: &Object) = direct |_| { o.incref() }
    /// `Py_DECREF`.
    fn _Py_DecRef(o: *mut Object) = direct |_| { Object::decref(o) }
    /// A new reference.
    fn Py_NewRef(o: &Object) -> Own<Object> = direct |_| { o.own() }
    /// A new reference, or null for null.
    fn Py_XNewRef(o: Option<&Object>) -> Option<Own<Object>> = direct |_| { o.map(Object::own) }
    /// The count.
    fn Py_REFCNT(o: &Object) -> isize = |_| { o.refcount() as isize }
    /// Set the count of a mortal object.
    fn _Py_SetRefcnt(o: &Object, n: isize) = |_| {
        if !o.is_immortal() {
            if n as usize > taipan_object::refs::IMMORTAL as usize { o.immortalise() } else { o.set_refcount(n as u32) }
        }
    }
    /// The count reached zero.
    fn _Py_Dealloc(o: *mut Object) = direct |_| { taipan_object::dealloc::dealloc(o) }
    /// A revived object: count one.
    fn _Py_NewReference(o: &Object) = |_| { o.set_refcount(1) }
    /// As `_Py_NewReference`.
    fn _Py_NewReferenceNoTotal(o: &Object) = |_| { o.set_refcount(1) }
    /// As `_Py_NewReference`.
    fn _Py_ResurrectReference(o: &Object) = |_| { o.set_refcount(1) }
    /// Debug builds forget the object in their list; others have none.
    fn _Py_ForgetReference(o: *mut Object) = |_| {}
}
